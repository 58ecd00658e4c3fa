//! A mail that came in, as the product reads it: a person's answer, or a report that a mail was not delivered.

use super::{Output, Result, read};
use rules::messages::SuppressionReason;
use rules::replies::{
    Automatic, BounceReport, Candidate, ComplaintReport, Mailbox, Persistence, Reply, ReplyKind, candidates, parse,
};
use serde_json::{Value, json};
use std::path::Path;

pub(super) fn inspect_reply(path: &Path, out: &mut Output) -> Result<()> {
    let reply = parse(&read(path)?);
    out.line(&json!({
        "kind": reply.kind.as_str(),
        "report": report(&reply.kind),
        "wish": reply.wish.as_str(),
        "from": reply.from.as_ref().map(mailbox),
        "reply_to": reply.reply_to.iter().map(mailbox).collect::<Vec<_>>(),
        "recipients": reply.recipients,
        "subject": reply.subject,
        "date": reply.date.map(rules::time::machine_readable),
        "message_id": reply.message_id,
        "in_reply_to": reply.in_reply_to,
        "references": reply.references,
        "visible": reply.visible.text,
        "quoted": reply.visible.quoted,
        "text": reply.text,
        "attachments": attachments(&reply),
        "candidates": told_candidates(&reply),
    }))
}

pub(super) fn inspect_bounce(path: &Path, out: &mut Output) -> Result<()> {
    let reply = parse(&read(path)?);
    out.line(&json!({
        "kind": reply.kind.as_str(),
        "report": report(&reply.kind),
        "returned": reply.returned,
        "candidates": told_candidates(&reply),
    }))
}

fn report(kind: &ReplyKind) -> Value {
    match kind {
        ReplyKind::Bounce(BounceReport { recipients }) => {
            let recipients: Vec<Value> = recipients
                .iter()
                .map(|one| {
                    json!({
                        "address": one.address,
                        "status": one.status,
                        "bounce": one.persistence.as_str(),
                        "suppresses": one.persistence.suppresses().map(SuppressionReason::as_str),
                        "reason": one.reason,
                    })
                })
                .collect();
            let is_hard = matches!(kind, ReplyKind::Bounce(it) if it.recipients.iter().any(|one| one.persistence == Persistence::Hard));
            json!({ "recipients": recipients, "any_hard": is_hard })
        }
        ReplyKind::Complaint(ComplaintReport { feedback_type, recipients }) => json!({
            "feedback_type": feedback_type,
            "recipients": recipients,
            "suppresses": SuppressionReason::Complaint.as_str(),
        }),
        ReplyKind::Automatic(Automatic { is_absence, returns }) => json!({
            "absence": is_absence,
            "returns": returns.as_ref().map(|it| {
                json!({ "day": it.day, "month": it.month, "year": it.year, "words": it.words })
            }),
        }),
        ReplyKind::Person => Value::Null,
    }
}

fn mailbox(mailbox: &Mailbox) -> Value {
    json!({ "name": mailbox.name, "address": mailbox.address })
}

fn attachments(reply: &Reply) -> Vec<Value> {
    let one = reply.attachments.iter();
    one.map(|it| json!({ "name": it.name, "media_type": it.media_type, "bytes": it.bytes })).collect()
}

/// The likeliest first.
fn told_candidates(reply: &Reply) -> Vec<Value> {
    let told = |candidate| match candidate {
        Candidate::Ses(id) => json!({ "of": "ses", "id": id }),
        Candidate::Ours(id) => json!({ "of": "ownlane", "id": id.to_string() }),
        Candidate::Other(id) => json!({ "of": "thread", "id": id }),
    };
    candidates(reply).into_iter().map(told).collect()
}
