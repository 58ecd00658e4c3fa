//! A domain's name and its records, as connecting it and the worker's duty judge them.

use super::{InspectError, Output, Result};
use crate::config::Config;
use rules::addresses::DomainName;
use rules::domains::{
    ClaimError, Lookup, Observation, Purpose, RecordKind, WantedRecord, is_free_mail, registrable, root_of,
    wanted_records,
};
use serde_json::{Value, json};
use worker::Dns;

/// What SES's names of keys end with; none are asked for, as only SES knows a domain's tokens.
const DKIM_ZONE: &str = "dkim.amazonses.com";

pub(super) fn inspect(text: &str, region: &str, out: &mut Output) -> Result<()> {
    let config = Config::from_environment()?;
    let domain = match DomainName::parse(text) {
        Ok(domain) => domain,
        Err(error) => return out.line(&json!({ "kind": "name", "asked": text, "refused": error.to_string() })),
    };
    let platform: Vec<DomainName> = config.mail_from.as_ref().map(|address| address.domain()).into_iter().collect();
    let claim = root_of(&domain, &platform);
    out.line(&name(text, &domain, &claim))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| InspectError::Resolver(error.to_string()))?;
    runtime.block_on(async {
        let dns = Dns::new(config.world.name_servers()).map_err(|error| InspectError::Resolver(error.to_string()))?;
        let root = claim.ok().or_else(|| registrable(&domain)).unwrap_or_else(|| domain.clone());
        for record in wanted_records(&domain, "", Some((&[], DKIM_ZONE)), region) {
            out.line(&wanted(&dns, &record, &root).await)?;
        }
        for kind in [RecordKind::Txt, RecordKind::Mx] {
            let found = dns.look_up(domain.as_str(), kind).await;
            out.line(&present(domain.as_str(), kind, &found))?;
        }
        Ok(())
    })
}

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

/// What stands at the name itself. The product changes nothing there.
fn present(name: &str, kind: RecordKind, found: &Lookup) -> Value {
    let (state, answers) = match found {
        Lookup::Present(answers) => ("present", answers.as_slice()),
        Lookup::Absent => ("absent", &[][..]),
        Lookup::Unknown => ("unknown", &[][..]),
    };
    json!({ "kind": "records", "type": kind.as_str(), "name": name, "state": state, "found": answers })
}
