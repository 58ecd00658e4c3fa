//! TXT records of SPF and DMARC, as receivers read them. Never asks anybody.

use super::{Output, Result};
use rules::domains::{DmarcRecord, Mechanism, SpfRecord, find_dmarc, find_spf};
use serde_json::{Value, json};

pub(super) fn inspect(name: &str, texts: &[String], out: &mut Output) -> Result<()> {
    out.line(&json!({ "spf": spf(name, texts), "dmarc": dmarc(texts) }))
}

/// Null where there is none.
pub(super) fn spf(name: &str, answers: &[String]) -> Value {
    match find_spf(name, answers) {
        None => Value::Null,
        Some(Err(error)) => json!({ "valid": false, "refused": error.to_string() }),
        Some(Ok(record)) => told_spf(&record),
    }
}

pub(super) fn dmarc(answers: &[String]) -> Value {
    match find_dmarc(answers) {
        None => Value::Null,
        Some(Err(error)) => json!({ "valid": false, "refused": error.to_string() }),
        Some(Ok(record)) => told_dmarc(&record),
    }
}

fn told_spf(record: &SpfRecord) -> Value {
    let terms = record.mechanisms.iter().map(|Mechanism { qualifier, name, target }| {
        json!({ "qualifier": qualifier.to_string(), "mechanism": name, "target": target })
    });
    json!({
        "valid": true,
        "lookups": record.lookups(),
        "terms": terms.collect::<Vec<_>>(),
        "redirect": record.redirect,
        "all": record.all().map(String::from),
        "includes_ses": record.includes("amazonses.com"),
    })
}

fn told_dmarc(record: &DmarcRecord) -> Value {
    json!({
        "valid": true,
        "policy": record.policy.as_str(),
        "in_force": record.in_force().as_str(),
        "subdomains": record.subdomains.as_str(),
        "nonexistent": record.nonexistent.as_str(),
        "test": record.is_test,
        "strict_dkim": record.is_strict_dkim,
        "strict_spf": record.is_strict_spf,
        "reports": record.reports,
        "skipped": record.skipped,
    })
}
