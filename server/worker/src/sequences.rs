//! A sequence is made ready: the leads of its sources are put in, and each is looked through for what its mails need, so
//! that a person knows before the start who cannot be written to, and why. (It is asked again when a mail is written.)

use crate::Context;
use crate::due::{Acting, act_on_due};
use crate::duty::{Progress, Result};
use db::accounts::settings;
use db::leads::Lead;
use db::lease::{self, Lease, Leased};
use db::mailboxes;
use db::messages::lanes;
use db::scope::TenantTx;
use db::sequences::work::{self, Checked};
use db::sequences::{self, Sequence};
use rules::ids::TenantId;
use rules::limits;
use rules::sequences::{Scope, Sender, Step, looks_like_placeholder, write};
use rules::time::OffsetDateTime;
use std::collections::BTreeMap;

pub async fn prepare(context: &Context) -> Result<Progress> {
    act_on_due(context, Leased::Sequences, prepare_one).await
}

fn prepare_one(context: &Context, tenant: TenantId, lease: Lease) -> Acting<'_> {
    Box::pin(async move {
        let id = work::leased_sequence(&lease);
        for _ in 0..limits::SEQUENCE_TURN_BATCHES {
            let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
            let has_enrolled = work::enrol_some(&mut tx, id, context.now()).await?;
            tx.commit().await?;
            if !has_enrolled && !check_some(context, tenant, &lease).await? {
                let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
                lease::settle(&mut tx, Leased::Sequences, &lease, None).await?;
                lanes::wake(&mut tx, context.now()).await?;
                return Ok(tx.commit().await?);
            }
        }
        let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
        lease::settle(&mut tx, Leased::Sequences, &lease, Some(context.now())).await?;
        Ok(tx.commit().await?)
    })
}

/// Looks some leads through; false when there are none left.
async fn check_some(context: &Context, tenant: TenantId, lease: &Lease) -> Result<bool> {
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let Some(sequence) = sequences::find_uncounted(&mut tx, work::leased_sequence(lease)).await? else {
        return Ok(false);
    };
    let leads = work::list_unchecked(&mut tx, &sequence).await?;
    let writers = mailboxes::list(&mut tx).await?;
    let postal_address = settings::find_postal_address(&mut tx).await?;
    tx.commit().await?;
    if leads.is_empty() {
        return Ok(false);
    }
    let writer = writers.iter().find(|mailbox| sequence.mailboxes.contains(&mailbox.id));
    // Whoever writes has a name and an address: which, makes no difference to what a lead lacks.
    let sender = Sender {
        name: writer.map_or("Name", |mailbox| &mailbox.settings.display_name),
        email: writer.map_or("name@example.com", |mailbox| mailbox.address.as_str()),
        signature: writer.map_or("", |mailbox| &mailbox.settings.signature),
        postal_address: postal_address.as_deref().unwrap_or_default(),
    };
    let now = context.now();
    let checked: Vec<Checked> = {
        let steps = read_steps(&sequence);
        leads.iter().map(|lead| check(&steps, lead, sender, now)).collect()
    };
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    work::write_checked(&mut tx, &sequence, &checked).await?;
    tx.commit().await?;
    Ok(true)
}

/// The steps, or why one of them cannot be read.
fn read_steps(sequence: &Sequence) -> Result<Vec<Step>, String> {
    let read = sequence.steps.iter().map(|step| {
        Step::parse(&step.subject, &step.body).map_err(|error| format!("Step {} cannot be read: {error}", step.number))
    });
    read.collect()
}

fn check(steps: &Result<Vec<Step>, String>, lead: &Lead, sender: Sender<'_>, now: OffsetDateTime) -> Checked {
    let (problem, warning) = match steps {
        Err(sentence) => (Some(sentence.clone()), None),
        Ok(steps) => {
            let values = lead.merge_fields();
            let blocked = (0..steps.len()).find_map(|at| {
                let written = write(steps, at, values.clone(), sender, "https://example.com", now);
                written.err().map(|blocked| format!("Step {}: {blocked}", at + 1))
            });
            (blocked, placeholder(steps, &values))
        }
    };
    Checked { lead: lead.id, changed_at: lead.changed_at, problem, warning }
}

/// The first value that a mail would show and that looks as if there were none.
fn placeholder(steps: &[Step], values: &BTreeMap<String, String>) -> Option<String> {
    let templates = steps.iter().flat_map(|step| step.subject.iter().chain([&step.body]));
    let fields = templates.flat_map(rules::sequences::Template::fields).filter(|field| field.scope == Scope::Lead);
    let suspect = |name: &String| values.get(name).filter(|value| looks_like_placeholder(value));
    let (name, value) = fields.map(|field| &field.name).find_map(|name| Some((name, suspect(name)?)))?;
    let shown: String = value.chars().take(limits::CELL_SHOWN_CHARS).collect();
    Some(format!("lead.{name} is “{shown}”, and is sent like that."))
}
