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

/// The providers of these domains, as far as they are known.
pub(super) async fn find(context: &Context, mut domains: Vec<String>) -> HashMap<String, Provider> {
    domains.sort();
    domains.dedup();
    match find_all(context, domains).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!("recipients' providers: {}", describe(&error));
            HashMap::new()
        }
    }
}

async fn find_all(context: &Context, domains: Vec<String>) -> Result<HashMap<String, Provider>> {
    let now = context.now();
    let mut tx = WorkerTx::begin(&context.login).await?;
    let known = providers::find(&mut tx, &domains, now - Duration::days(limits::PROVIDER_DAYS)).await?;
    tx.commit().await?;
    let mut found: HashMap<String, Provider> =
        known.into_iter().filter_map(|(domain, provider)| Some((domain, Provider::parse(&provider)?))).collect();
    let mut looks = JoinSet::new();
    for domain in domains.into_iter().filter(|domain| !found.contains_key(domain)) {
        let dns = context.dns.clone();
        looks.spawn(async move {
            let answer = dns.look_up(&domain, RecordKind::Mx).await;
            (domain, answer)
        });
    }
    let mut new = Vec::new();
    let looking = async {
        while let Some(look) = looks.join_next().await {
            let Ok((domain, answer)) = look else { continue };
            if let Some(provider) = judge(&answer) {
                new.push((domain, provider));
            }
        }
    };
    let patience = std::time::Duration::from_secs(limits::PROVIDER_LOOK_SECS_MAX);
    let _ = tokio::time::timeout(patience, looking).await;
    if !new.is_empty() {
        let rows: Vec<(String, &str)> = new.iter().map(|(domain, it)| (domain.clone(), it.as_str())).collect();
        let mut tx = WorkerTx::begin(&context.login).await?;
        providers::write(&mut tx, &rows, now).await?;
        tx.commit().await?;
        found.extend(new);
    }
    Ok(found)
}

/// Answers are `10 mx.example.com`. `None`: DNS did not say.
fn judge(answer: &Lookup) -> Option<Provider> {
    let values = match answer {
        Lookup::Present(values) => values.as_slice(),
        Lookup::Absent => &[],
        Lookup::Unknown => return None,
    };
    let mut exchangers: Vec<(u16, &str)> = values
        .iter()
        .filter_map(|value| value.split_once(' '))
        .filter_map(|(preference, host)| Some((preference.parse().ok()?, host)))
        .collect();
    exchangers.sort_unstable();
    let hosts: Vec<&str> = exchangers.into_iter().map(|(_, host)| host).collect();
    Some(Provider::of(&hosts))
}
