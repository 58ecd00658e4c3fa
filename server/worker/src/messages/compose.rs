//! Writing one mail for one lead: the letter by the rules that the preview uses, and what the envelope needs. Pure but for
//! the secret of the way out, the ids and the dice.

use crate::Context;
use db::isolation::ses_tenants::Route;
use db::messages::claim::{NewMessage, Passed, PassedFor};
use db::messages::due::Candidate;
use db::messages::lanes::DueLane;
use db::sequences::StoredStep;
use rules::events::is_simulator;
use rules::ids::{MailboxId, MessageId, SequenceId, TenantId};
use rules::messages::ses_message_id_header;
use rules::replies::ReplyKey;
use rules::secrets::{Secret, TenantLink};
use rules::sequences::{Blocked, Letter, Sender, Step, write};
use rules::time::OffsetDateTime;
use std::collections::{BTreeMap, HashMap};

/// What a claim came to.
#[derive(Default)]
pub(super) struct Composed {
    pub messages: Vec<NewMessage>,
    pub mails: Vec<Mail>,
    pub passed: Vec<Passed>,
    /// Lanes that the team's cap has no room for.
    pub over: Vec<MailboxId>,
    /// Lanes whose lead has to wait, as what it belongs to sends little for now: another may be due.
    pub again: Vec<MailboxId>,
}

/// A mail on its way to SES. It is in the database already.
pub(super) struct Mail {
    pub message: MessageId,
    pub mailbox: MailboxId,
    pub route: Route,
    pub from_name: String,
    pub from_email: String,
    pub to: String,
    /// Where answers come back to. `None`: to the mailbox itself.
    pub reply_to: Option<String>,
    /// The recipient's domain.
    pub to_domain: String,
    pub letter: Letter,
    pub opt_out_url: String,
    /// Message-IDs, bare, the oldest first: the mails before in this thread.
    pub references: Vec<String>,
    pub date: OffsetDateTime,
}

/// What all mails of one lane have in common.
pub(super) struct Writing<'a> {
    pub context: &'a Context,
    pub tenant: TenantId,
    pub route: &'a Route,
    pub postal_address: &'a str,
    pub reply_key: Option<&'a ReplyKey>,
    pub lane: &'a DueLane,
    /// Ids at SES of the mails before, by step.
    pub sent_before: &'a BTreeMap<u16, String>,
    pub now: OffsetDateTime,
}

/// A sequence's steps as they can be written, with the sending days before each.
pub(super) struct Parsed {
    steps: Result<Vec<Step>, String>,
    delays: Vec<u16>,
}

pub(super) fn parse(sequences: &HashMap<SequenceId, Vec<StoredStep>>) -> HashMap<SequenceId, Parsed> {
    let one = |steps: &Vec<StoredStep>| Parsed {
        steps: steps
            .iter()
            .map(|step| {
                let read = Step::parse(&step.subject, &step.body);
                read.map_err(|error| format!("Step {} cannot be read: {error}", step.number))
            })
            .collect(),
        delays: steps.iter().map(|step| step.delay_days).collect(),
    };
    sequences.iter().map(|(id, steps)| (*id, one(steps))).collect()
}

/// The mail and its row, or why there is none.
pub(super) fn compose(
    writing: &Writing<'_>,
    sequence: Option<&Parsed>,
    candidate: &Candidate,
) -> Result<(NewMessage, Mail), PassedFor> {
    let sequence = sequence.ok_or(PassedFor::NoStep)?;
    let steps = sequence.steps.as_ref().map_err(|sentence| PassedFor::Problem(sentence.clone()))?;
    let at = usize::from(candidate.step).checked_sub(1).filter(|at| *at < steps.len()).ok_or(PassedFor::NoStep)?;
    let Writing { context, tenant, lane, now, .. } = *writing;
    let link = TenantLink { tenant, secret: Secret::new(&*context.chance) };
    let opt_out_url = format!("{}/u/{}", context.public_url, link.reveal());
    let letter = write_letter(writing, steps, at, candidate, &opt_out_url)
        .map_err(|blocked| PassedFor::Problem(format!("Step {}: {blocked}", candidate.step)))?;
    let message = MessageId::new(context.now(), &*context.chance);
    let window = &lane.mailbox.settings.window;
    let row = NewMessage {
        id: message,
        mailbox: lane.mailbox.id,
        domain: lane.mailbox.domain,
        candidate: candidate.clone(),
        subject: letter.subject.clone(),
        // Whoever reads the mail here cannot opt its recipient out.
        body: letter.text.replace(&opt_out_url, &format!("{}/u/…", context.public_url)),
        opt_out: link.secret.hash(),
        day: window.day_of(now),
        next_due_at: sequence.delays.get(at + 1).and_then(|days| window.after_sending_days(now, *days)),
        is_simulated: is_simulator(candidate.email.as_str()),
    };
    let mail = Mail {
        message,
        mailbox: lane.mailbox.id,
        route: writing.route.clone(),
        from_name: lane.mailbox.settings.display_name.clone(),
        from_email: lane.mailbox.address.to_string(),
        to: candidate.email.to_string(),
        reply_to: writing
            .reply_key
            .zip(context.ses.reply_domain())
            .map(|(key, domain)| key.address(tenant, message, domain)),
        to_domain: candidate.email.domain().to_string(),
        references: references(writing, steps, at),
        letter,
        opt_out_url,
        date: now,
    };
    Ok((row, mail))
}

fn write_letter(
    writing: &Writing<'_>,
    steps: &[Step],
    at: usize,
    candidate: &Candidate,
    opt_out_url: &str,
) -> Result<Letter, Blocked> {
    let settings = &writing.lane.mailbox.settings;
    let sender = Sender {
        name: &settings.display_name,
        email: writing.lane.mailbox.address.as_str(),
        signature: &settings.signature,
        postal_address: writing.postal_address,
    };
    let mut values = candidate.fields.clone();
    values.insert("email".to_owned(), candidate.email.to_string());
    write(steps, at, values, sender, opt_out_url, writing.now)
}

/// The mails before in the thread that this step stands in: back to the last one with a subject of its own.
fn references(writing: &Writing<'_>, steps: &[Step], at: usize) -> Vec<String> {
    let begin = (0..=at).rev().find(|at| steps.get(*at).is_some_and(|step| step.subject.is_some())).unwrap_or(0);
    let region = writing.context.ses.region();
    (begin..at)
        .filter_map(|at| writing.sent_before.get(&u16::try_from(at + 1).ok()?))
        .map(|ses_id| ses_message_id_header(ses_id, region))
        .collect()
}
