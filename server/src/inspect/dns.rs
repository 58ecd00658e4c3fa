//! A domain's name and its records, as connecting it and the worker's duty judge them.

use super::{InspectError, Output, Result, record};
use crate::config::Config;
use rules::addresses::{DomainName, EmailAddress};
use rules::domains::{
    ClaimError, Keys, LOOKUPS_MAX, Lookup, Observation, Purpose, RecordKind, WantedRecord, find_spf, is_free_mail,
    registrable, return_path, root_of, wanted_records,
};
use rules::messages::Provider;
use serde_json::{Value, json};
use std::pin::Pin;
use std::sync::Arc;
use tokio::task::JoinSet;
use worker::Dns;

/// What SES's names of keys end with; none are asked for, as only SES knows a domain's tokens.
const DKIM_ZONE: &str = "dkim.amazonses.com";

pub(super) fn inspect(text: &str, region: &str, out: &mut Output) -> Result<()> {
    let config = Config::from_environment()?;
    let domain = match DomainName::parse(text) {
        Ok(domain) => domain,
        Err(error) => return out.line(&json!({ "kind": "name", "asked": text, "refused": error.to_string() })),
    };
    let reply_domain = config.world.reply_domain();
    let platform: Vec<DomainName> =
        config.mail_from.as_ref().map(EmailAddress::domain).into_iter().chain(reply_domain).collect();
    let claim = root_of(&domain, &platform);
    out.line(&name(text, &domain, &claim))?;
    // Nobody looks at the records of a name that cannot be connected.
    let Ok(root) = claim else { return Ok(()) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| InspectError::Resolver(error.to_string()))?;
    let told = runtime.block_on(async {
        let dns = Dns::new(config.world.name_servers()).map_err(|error| InspectError::Resolver(error.to_string()))?;
        Ok::<_, InspectError>(ask(dns, domain, root, region).await)
    })?;
    told.iter().try_for_each(|line| out.line(line))
}

/// All questions at once, and the answers in their order.
async fn ask(dns: Dns, domain: DomainName, root: DomainName, region: &str) -> Vec<Value> {
    let dns = Arc::new(dns);
    let mut questions: Vec<Question> = Vec::new();
    let keys = Keys { now: Some((&[], DKIM_ZONE)), next: None };
    for record in wanted_records(&domain, "", keys, Some(region)) {
        let (dns, root) = (dns.clone(), root.clone());
        questions.push(Box::pin(async move { wanted(&dns, &record, &root).await }));
    }
    for name in [domain.to_string(), return_path(&domain)] {
        let dns = dns.clone();
        questions.push(Box::pin(async move { spf(&dns, &name).await }));
    }
    let policies = if domain == root { vec![&domain] } else { vec![&domain, &root] };
    for name in policies.into_iter().map(|name| format!("_dmarc.{name}")) {
        let dns = dns.clone();
        questions.push(Box::pin(async move {
            let found = dns.look_up(&name, RecordKind::Txt).await;
            present("dmarc", &name, RecordKind::Txt, &found, &record::dmarc(answers(&found)))
        }));
    }
    questions.push(Box::pin(async move {
        let found = dns.look_up(domain.as_str(), RecordKind::Mx).await;
        present("mx", domain.as_str(), RecordKind::Mx, &found, &mx(&found))
    }));
    let mut asked = JoinSet::new();
    for (at, question) in questions.into_iter().enumerate() {
        asked.spawn(async move { (at, question.await) });
    }
    let mut told = asked.join_all().await;
    told.sort_by_key(|(at, _)| *at);
    told.into_iter().map(|(_, line)| line).collect()
}

type Question = Pin<Box<dyn Future<Output = Value> + Send>>;

fn name(text: &str, domain: &DomainName, claim: &std::result::Result<DomainName, ClaimError>) -> Value {
    json!({
        "kind": "name",
        "asked": text,
        "normal": domain.as_str(),
        "registrable": registrable(domain).map(|name| name.to_string()),
        "free_mail": is_free_mail(domain),
        "accepted": claim.is_ok(),
        // What a claim would be on.
        "claim": claim.as_ref().ok().map(DomainName::as_str),
        "refused": claim.as_ref().err().map(ToString::to_string),
    })
}

/// One that the product asks for, as the worker's duty looks at it.
async fn wanted(dns: &Dns, record: &WantedRecord, root: &DomainName) -> Value {
    let seen = worker::observe(dns, record, root).await;
    let is_ours = record.purpose == Purpose::Ownership;
    json!({
        "kind": "wanted_record",
        "purpose": record.purpose.as_str(),
        "required": record.purpose.is_required(),
        "type": record.kind.as_str(),
        "name": record.name,
        // Each team has a value of its own, which stands in the database.
        "wanted": Some(record.full_value()).filter(|_| !is_ours),
        "observed": match &seen {
            None => Some("unknown"),
            Some(_) if is_ours => None,
            Some((observation, _)) => Some(Observation::as_str(*observation)),
        },
        "found": seen.map(|(_, answers)| answers).unwrap_or_default(),
    })
}

/// With the look-ups that a receiver makes in all, one record after the other, until there are too many.
async fn spf(dns: &Dns, name: &str) -> Value {
    let found = dns.look_up(name, RecordKind::Txt).await;
    let mut told = record::spf(name, answers(&found));
    if let Some(Ok(own)) = find_spf(name, answers(&found)) {
        let mut lookups = own.lookups();
        let (mut unread, mut unanswered) = (Vec::new(), Vec::new());
        let mut left: Vec<String> = own.others().map(str::to_owned).collect();
        while let Some(other) = left.pop().filter(|_| lookups <= LOOKUPS_MAX) {
            let found = dns.look_up(&other, RecordKind::Txt).await;
            match find_spf(&other, answers(&found)) {
                Some(Ok(record)) => {
                    lookups += record.lookups();
                    left.extend(record.others().map(str::to_owned));
                }
                None if found == Lookup::Unknown => unanswered.push(other),
                Some(Err(_)) | None => unread.push(other),
            }
        }
        told["lookups_in_all"] = json!(lookups);
        told["too_many_lookups"] = json!(lookups > LOOKUPS_MAX);
        // Receivers take no record there for an error.
        told["included_without_record"] = json!(unread);
        told["included_unknown"] = json!(unanswered);
    }
    present("spf", name, RecordKind::Txt, &found, &told)
}

/// Where answers to the domain's mail arrive.
fn mx(found: &Lookup) -> Value {
    let answers = match found {
        Lookup::Present(answers) => answers.as_slice(),
        Lookup::Absent => &[],
        Lookup::Unknown => return Value::Null,
    };
    let provider = Provider::of_answers(answers);
    json!({ "takes_mail": provider != Provider::NoMailExchanger, "provider": provider.as_str() })
}

fn answers(found: &Lookup) -> &[String] {
    match found {
        Lookup::Present(answers) => answers,
        Lookup::Absent | Lookup::Unknown => &[],
    }
}

fn present(of: &str, name: &str, kind: RecordKind, found: &Lookup, judged: &Value) -> Value {
    let state = match found {
        Lookup::Present(_) => "present",
        Lookup::Absent => "absent",
        Lookup::Unknown => "unknown",
    };
    let (kind, found) = (kind.as_str(), answers(found));
    json!({ "kind": of, "type": kind, "name": name, "state": state, "found": found, "judged": judged })
}
