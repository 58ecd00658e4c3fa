//! How states of domains and records are said: a word with its tone, and a sentence that says what comes next.

use crate::ui::state::Tone;
use db::domains::{Domain, Record};
use rules::domains::{DomainState, Hold, Lapse, Observation, Purpose, RecordState};
use rules::limits;

pub fn domain_state(state: DomainState) -> (Tone, &'static str) {
    match state {
        DomainState::Removing => (Tone::Waiting, "Being removed"),
        DomainState::Held(_) => (Tone::Bad, "Held"),
        DomainState::NeedsOwnership => (Tone::Warn, "Ownership not shown"),
        DomainState::Preparing => (Tone::Waiting, "Being prepared"),
        DomainState::NeedsRecords(_) => (Tone::Warn, "Records missing"),
        DomainState::CannotTell => (Tone::Warn, "DNS does not answer"),
        DomainState::WaitingForSes => (Tone::Waiting, "Waiting for Amazon SES"),
        DomainState::SesFailed => (Tone::Bad, "Amazon SES gave up"),
        DomainState::Verified => (Tone::Good, "Verified"),
        DomainState::Losing(_) => (Tone::Bad, "Records lost"),
    }
}

pub fn domain_sentence(domain: &Domain) -> String {
    match domain.facts().state() {
        DomainState::Removing => {
            let why = domain.removal_reason.map(|why| format!("{} ", ended_sentence(why))).unwrap_or_default();
            format!("{why}It is being removed at Amazon SES, and leaves this list when that is done.")
        }
        DomainState::Held(Hold::ForeignTenant) => {
            "At Amazon SES this name is used for another team of this platform. Nothing was changed; the operator has to \
             look at it."
                .to_owned()
        }
        DomainState::Held(Hold::UnknownIdentity) => {
            "This name exists at Amazon SES already, and not through this platform. Nothing was changed; the operator has \
             to look at it."
                .to_owned()
        }
        DomainState::NeedsOwnership => {
            "Publish the ownership record where your DNS is kept; we look for it all the time.".to_owned()
        }
        DomainState::Preparing => {
            "The ownership record is seen. Amazon SES is making the keys; their records appear here in a moment.".to_owned()
        }
        DomainState::NeedsRecords(count) => {
            format!("Publish the records below where your DNS is kept. {} not right yet.", required(count))
        }
        DomainState::CannotTell => {
            "The domain's name servers do not answer just now, so nothing new can be said. We keep asking.".to_owned()
        }
        DomainState::WaitingForSes => {
            "All required records are right. Amazon SES looks by itself, mostly within minutes, at times within hours; \
             there is nothing for you to do."
                .to_owned()
        }
        DomainState::SesFailed => {
            "Amazon SES stopped looking after 72 hours. The records are right now, so it has been asked to look again."
                .to_owned()
        }
        DomainState::Verified if domain.next.as_ref().is_some_and(|next| !next.is_ready()) => {
            "Mail can leave under this name. The team moves to another AWS account: publish the keys of that one too, which stand \
             below."
                .to_owned()
        }
        DomainState::Verified => "Mail can leave under this name.".to_owned(),
        DomainState::Losing(_) if lacks_ownership_alone(domain) => {
            "The ownership record is gone from DNS. Mail still leaves; publish it again, so that the name stays yours."
                .to_owned()
        }
        DomainState::Losing(count) => format!(
            "{} gone from DNS. Mail still leaves for now; publish what is missing, or Amazon SES stops it within 72 hours.",
            required(count)
        ),
    }
}

fn lacks_ownership_alone(domain: &Domain) -> bool {
    let facts = domain.facts();
    let is_missing = |purpose: Purpose| {
        facts.records.iter().any(|record| record.purpose == purpose && record.observation != Some(Observation::Found))
    };
    is_missing(Purpose::Ownership) && !is_missing(Purpose::Dkim) && !is_missing(Purpose::ReturnPath)
}

/// Why a domain went without anybody's asking.
pub fn ended_sentence(why: Lapse) -> String {
    match why {
        Lapse::Unproved => format!(
            "Its ownership record was not seen within {} days, so the claim ended and another team can connect the name.",
            limits::CLAIM_UNPROVED_DAYS
        ),
        Lapse::Lost => format!(
            "Its ownership record and its keys were gone for {} days, so the claim ended and another team can connect the \
             name.",
            limits::CLAIM_LOST_DAYS
        ),
    }
}

fn required(count: usize) -> String {
    if count == 1 { "1 required record is".to_owned() } else { format!("{count} required records are") }
}

pub fn record_state(state: RecordState) -> (Tone, &'static str) {
    match state {
        RecordState::Unchecked => (Tone::Waiting, "Not looked at yet"),
        RecordState::NotFound => (Tone::Warn, "Not found"),
        RecordState::Wrong => (Tone::Bad, "Wrong value"),
        RecordState::Several => (Tone::Bad, "More than one"),
        RecordState::Doubled => (Tone::Bad, "Name entered twice"),
        RecordState::CannotTell => (Tone::Warn, "Cannot tell"),
        RecordState::WaitingForSes => (Tone::Waiting, "Found, waiting for SES"),
        RecordState::SesTrouble => (Tone::Waiting, "Found, SES reads it again"),
        RecordState::SesFailed => (Tone::Bad, "Found, SES gave up"),
        RecordState::Verified => (Tone::Good, "Right"),
        RecordState::Lost => (Tone::Bad, "Lost"),
    }
}

/// What to do about a record that is not right; nothing where there is nothing to do.
pub fn record_hint(state: RecordState, record: &Record) -> Option<String> {
    let kind = record.wanted.kind.as_str();
    match state {
        RecordState::Wrong => Some(format!("Another {kind} stands at this name. Change it to the value on the left.")),
        RecordState::Several => Some(format!("Exactly one {kind} of this use may stand here. Remove the others.")),
        RecordState::Doubled => Some(
            "It stands at this name with your domain appended once more: your DNS form adds the domain by itself. Enter \
             the short name."
                .to_owned(),
        ),
        RecordState::CannotTell => Some("Your name servers did not answer the last question. We keep asking.".to_owned()),
        RecordState::Lost => Some("It was there and is gone. Publish it again.".to_owned()),
        RecordState::Unchecked
        | RecordState::NotFound
        | RecordState::WaitingForSes
        | RecordState::SesTrouble
        | RecordState::SesFailed
        | RecordState::Verified => None,
    }
}
