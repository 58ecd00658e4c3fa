//! Whose mail exchangers a recipient's domain has. Looked up beside sending, kept for a week; what DNS does not say in time
//! stays unknown for that mail.

use crate::Context;
use crate::duty::Result;
use db::providers;
use db::scope::WorkerTx;
use rules::domains::{Lookup, RecordKind};
use rules::error::describe;
use rules::limits;
use rules::messages::Provider;
use rules::time::Duration;
use std::collections::HashMap;
use tokio::task::JoinSet;

/// The providers of these domains, as far as they were looked up before.
pub(super) async fn find_known(context: &Context, domains: Vec<String>) -> HashMap<String, Provider> {
    match find(context, &distinct(domains)).await {
        Ok(known) => known,
        Err(error) => {
            tracing::warn!("recipients' providers: {}", describe(&error));
            HashMap::new()
        }
    }
}

async fn find(context: &Context, domains: &[String]) -> Result<HashMap<String, Provider>> {
    let mut tx = WorkerTx::begin(&context.login).await?;
    let since = context.now() - Duration::days(limits::PROVIDER_DAYS);
    let known = providers::find(&mut tx, domains, since).await?;
    tx.commit().await?;
    Ok(known.into_iter().filter_map(|(domain, provider)| Some((domain, Provider::parse(&provider)?))).collect())
}

/// Asks DNS for the providers of these domains, and keeps what it says.
pub(super) async fn look_up(context: &Context, domains: Vec<String>) -> HashMap<String, Provider> {
    let mut looks = JoinSet::new();
    for domain in distinct(domains) {
        let dns = context.dns.clone();
        looks.spawn(async move {
            let answer = dns.look_up(&domain, RecordKind::Mx).await;
            (domain, answer)
        });
    }
    let mut found = HashMap::new();
    let looking = async {
        while let Some(look) = looks.join_next().await {
            let Ok((domain, answer)) = look else { continue };
            if let Some(provider) = judge(&answer) {
                found.insert(domain, provider);
            }
        }
    };
    let patience = std::time::Duration::from_secs(limits::PROVIDER_LOOK_SECS_MAX);
    let _ = tokio::time::timeout(patience, looking).await;
    if let Err(error) = keep(context, &found).await {
        tracing::warn!("recipients' providers: {}", describe(&error));
    }
    found
}

async fn keep(context: &Context, found: &HashMap<String, Provider>) -> Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<(String, &str)> = found.iter().map(|(domain, it)| (domain.clone(), it.as_str())).collect();
    // Two processes that keep the same domains take the rows in the same order.
    rows.sort();
    let mut tx = WorkerTx::begin(&context.login).await?;
    providers::write(&mut tx, &rows, context.now()).await?;
    Ok(tx.commit().await?)
}

fn distinct(mut domains: Vec<String>) -> Vec<String> {
    domains.sort();
    domains.dedup();
    domains
}

/// Answers are `10 mx.example.com`. `None`: DNS did not say.
fn judge(answer: &Lookup) -> Option<Provider> {
    match answer {
        Lookup::Present(answers) => Some(Provider::of_answers(answers)),
        Lookup::Absent => Some(Provider::NoMailExchanger),
        Lookup::Unknown => None,
    }
}
