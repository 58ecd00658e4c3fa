//! Addresses, as an import judges the cell that holds one.

use super::{Output, Result};
use rules::addresses::EmailAddress;
use rules::domains::{is_free_mail, registrable};
use rules::leads::{MailboxTrait, Options, RowRefusal, Target, judge, mailbox_traits};
use serde_json::{Value, json};

pub(super) fn inspect(addresses: &[String], take_roles: bool, out: &mut Output) -> Result<()> {
    addresses.iter().try_for_each(|text| out.line(&one(text, Options { take_roles })))
}

fn one(text: &str, options: Options) -> Value {
    let judged = judge(&[text.to_owned()], &[Target::Email], options);
    // Also of an address that is refused for its mailbox's sake.
    let parsed = match &judged {
        Ok(candidate) => Some(candidate.email.clone()),
        Err(_) => EmailAddress::parse(text).ok(),
    };
    let mut told = json!({
        "address": text,
        "accepted": judged.is_ok(),
        "refused": judged.err().map(|refusal| refused(&refusal)),
        // As a form takes it: the address and nothing else.
        "typed_refused": EmailAddress::parse(text).err().map(|error| error.to_string()),
    });
    if let (Some(address), Some(object)) = (parsed, told.as_object_mut()) {
        let domain = address.domain();
        let traits = mailbox_traits(&address);
        let has = |wanted: &MailboxTrait| traits.contains(wanted);
        let facts = json!({
            "normal": address.as_str(),
            "key": address.key(),
            "domain": domain.as_str(),
            "registrable": registrable(&domain).map(|name| name.to_string()),
            "role": has(&MailboxTrait::Role),
            "never_read": has(&MailboxTrait::NeverRead),
            "disposable": traits.iter().any(|it| matches!(it, MailboxTrait::Disposable { .. })),
            "reserved": has(&MailboxTrait::ReservedDomain),
            "simulator": has(&MailboxTrait::Simulator),
            "free_mail": is_free_mail(&domain),
        });
        object.extend(facts.as_object().cloned().unwrap_or_default());
    }
    told
}

pub(super) fn refused(refusal: &RowRefusal) -> Value {
    json!({ "reason": refusal.code(), "sentence": refusal.to_string() })
}
