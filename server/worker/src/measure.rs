//! For `make bench`: one part of the work alone, so that it can be set against the whole.

use crate::aws::Mail;
use crate::duty::Result;
use crate::{Context, Ses, messages, mime};
use db::events::{self, Outcome, Raw};
use db::isolation::ses_tenants::Route;
use db::scope::WorkerTx;
use rules::ids::{MessageId, TenantId};
use rules::limits;
use rules::messages::SendOutcome;
use rules::time::OffsetDateTime;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::task::JoinSet;

/// Gives `count` mails to SES, `at_once` at a time, and does nothing else. How many it took.
pub async fn send_bare(ses: &Arc<Ses>, from: &str, ses_name: &str, count: usize, at_once: usize) -> usize {
    let next = Arc::new(AtomicUsize::new(0));
    let mut senders = JoinSet::new();
    for _ in 0..at_once {
        let (ses, next, from, ses_name) = (ses.clone(), next.clone(), from.to_owned(), ses_name.to_owned());
        senders.spawn(async move {
            let mut taken = 0;
            while next.fetch_add(1, Ordering::Relaxed) < count {
                taken += usize::from(send_one(&ses, &from, &ses_name).await);
            }
            taken
        });
    }
    senders.join_all().await.into_iter().sum()
}

async fn send_one(ses: &Ses, from: &str, ses_name: &str) -> bool {
    let draft = mime::Draft {
        from_name: "Anna Berg",
        from_email: from,
        to: "lead@example.net",
        reply_to: None,
        subject: "Hello",
        text: "Hi,\r\n\r\nhow are you?\r\n",
        opt_out_url: Some("https://ownlane.example/u/x"),
        message_id: "x@example.net",
        in_reply_to: None,
        references: &[],
        date: OffsetDateTime::UNIX_EPOCH,
    };
    let Ok(raw) = mime::build(&draft) else { return false };
    let id = MessageId::from_uuid(uuid::Uuid::nil()).to_string();
    let route = Route { account: None, tenant: ses_name.to_owned(), set: ses_name.to_owned() };
    let mail = Mail { from, to: "lead@example.net", raw, route: &route, tenant: id.clone(), message: id };
    matches!(ses.send_email(mail).await, (SendOutcome::Accepted { .. }, _))
}

/// One claim for up to `limit` lanes of a tenant. Its mails are never given to SES. How many there are.
pub async fn claim(context: &Context, tenant: TenantId, limit: i64) -> Result<usize> {
    messages::claim_alone(context, tenant, limit).await
}

/// Writes notifications into the inbox, as many at once as [`crate::events::take_in`] does, and does nothing else. Their ids
/// begin with `name`.
pub async fn keep_bare(context: &Context, name: &str, bodies: Vec<String>) -> Result<()> {
    let received_at = context.now();
    let raw = bodies.into_iter().enumerate();
    let raw: Vec<Raw> =
        raw.map(|(number, body)| Raw { id: format!("{name}-{number}"), account: None, body, received_at }).collect();
    for some in raw.chunks(usize::try_from(limits::EVENTS_AT_ONCE).unwrap_or(1)) {
        let mut tx = WorkerTx::begin(&context.login).await?;
        events::keep(&mut tx, some, &vec![Outcome::Applied; some.len()], received_at).await?;
        tx.commit().await?;
    }
    Ok(())
}
