//! Looks at a domain's records in DNS, each by its own questions.

use crate::Context;
use db::domains::{Domain, Record};
use rules::addresses::DomainName;
use rules::domains::{Lookup, Observation, WantedRecord};
use rules::time::OffsetDateTime;
use tokio::task::JoinSet;

/// Asks for all records at once and writes into `domain` what was seen.
pub async fn look(context: &Context, domain: &mut Domain, now: OffsetDateTime) {
    let mut questions = JoinSet::new();
    for (at, record) in domain.records.iter().enumerate() {
        let (dns, wanted, root) = (context.dns.clone(), record.wanted.clone(), domain.root.clone());
        questions.spawn(async move { (at, observe(&dns, &wanted, &root).await) });
    }
    while let Some(Ok((at, seen))) = questions.join_next().await {
        if let Some(record) = domain.records.get_mut(at) {
            take_over(record, seen, now);
        }
    }
}

/// What stands at the record's name, or why that is not known (`None`).
pub async fn observe(dns: &crate::Dns, wanted: &WantedRecord, root: &DomainName) -> Option<(Observation, Vec<String>)> {
    match dns.look_up(&wanted.name, wanted.kind).await {
        Lookup::Unknown => None,
        Lookup::Present(answers) => Some((wanted.judge(&answers), answers)),
        Lookup::Absent => match dns.look_up(&wanted.second_name(root), wanted.kind).await {
            // The name itself was answered for; elsewhere is only a hint.
            Lookup::Unknown | Lookup::Absent => Some((Observation::NotFound, Vec::new())),
            Lookup::Present(answers) => match wanted.judge_second(root, &answers) {
                Observation::NotFound => Some((Observation::NotFound, Vec::new())),
                observation => Some((observation, answers)),
            },
        },
    }
}

/// No answer leaves what was seen before.
fn take_over(record: &mut Record, seen: Option<(Observation, Vec<String>)>, now: OffsetDateTime) {
    let Some((observation, found)) = seen else {
        record.unanswered_since = record.unanswered_since.or(Some(now));
        return;
    };
    record.unanswered_since = None;
    if record.observation != Some(observation) || record.found != found {
        record.observed_at = Some(now);
    }
    record.observation = Some(observation);
    record.found = found;
    if observation == Observation::Found {
        record.found_at = record.found_at.or(Some(now));
    }
}
