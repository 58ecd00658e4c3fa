//! One claim: the lanes of a tenant whose time has come, each with its most urgent lead, through every gate, in one
//! transaction. What it leaves is the intent; nothing outside is called.

use super::compose::{self, Composed, Mail};
use super::probation::Probation;
use crate::Context;
use crate::duty::Result;
use db::clock;
use db::isolation::caps;
use db::messages::claim::{self as rows, NewMessage, Passed, PassedFor};
use db::messages::due::{self, Candidate, Running, TenantGate};
use db::messages::lanes::{self, DueLane, Look};
use db::scope::TenantTx;
use rules::ids::{LeadId, MailboxId, SequenceId, SourceId, TenantId};
use rules::isolation::Full;
use rules::limits;
use rules::messages::{LaneFacts, LaneVerdict, LaneWait, draw_gap, judge_lane};
use rules::replies::ReplyKey;
use rules::time::{Duration, OffsetDateTime};
use std::collections::{BTreeMap, HashMap};

pub(super) struct Claim {
    /// To be given to SES now.
    pub mails: Vec<Mail>,
    /// How many lanes were looked at.
    pub looked: usize,
}

/// Claims for up to `limit` lanes.
pub(super) async fn claim(context: &Context, tenant: TenantId, limit: i64) -> Result<Claim> {
    let machine_now = context.now();
    let reply_key = context.sending.reply_key(context).await?;
    let mut tx = TenantTx::begin_work(&context.login, tenant).await?;
    let now = clock::business_time(&mut tx, machine_now).await?;
    let found = lanes::take_due(&mut tx, now, limit.min(limits::LANES_AT_ONCE)).await?;
    if found.is_empty() {
        tx.commit().await?;
        return Ok(Claim { mails: Vec::new(), looked: 0 });
    }
    let gate = due::find_gate(&mut tx).await?;
    let (mut open, mut looks) = judge(&mut tx, &gate, &found, now).await?;
    // Where there is not room for all, whoever wrote longest ago comes first.
    open.sort_by_key(|lane| lane.next_send_at);
    let mut allowance = match gate.caps {
        Some(held) => Some(caps::find_allowance(&mut tx, held, now).await?),
        None => None,
    };
    if let Some(full) = allowance.as_ref().and_then(|it| it.full(now)) {
        looks.extend(wait_for_cap(&open, full));
        open.clear();
    }
    let mut probation = match open.is_empty() {
        true => Probation::default(),
        false => Probation::find(&mut tx, now, machine_now).await?,
    };
    looks.extend(wait_for_probation(&mut open, &probation, now));
    let mut running = if open.is_empty() { Vec::new() } else { due::list_running(&mut tx).await? };
    probation.reduce(&mut running);
    let chosen = choose(context, &mut tx, &open, &running, &probation.used_sources(), now).await?;
    let room = allowance.as_ref().map_or(usize::MAX, |it| usize::try_from(it.left(now)).unwrap_or(usize::MAX));
    let composed = compose_all(context, &mut tx, &gate, reply_key, &open, (chosen, room, &mut probation), now).await?;
    let call_until = machine_now + Duration::seconds(limits::SEND_LEASE_SECS);
    if !composed.messages.is_empty() {
        rows::insert(&mut tx, &composed.messages, now, machine_now, call_until, allowance.is_some()).await?;
    }
    if !composed.passed.is_empty() {
        rows::write_passed(&mut tx, &composed.passed, now).await?;
    }
    let (over, open): (Vec<_>, Vec<_>) = open.into_iter().partition(|lane| composed.over.contains(&lane.mailbox.id));
    if let Some(allowance) = &mut allowance {
        allowance.claim(i64::try_from(composed.messages.len()).unwrap_or(i64::MAX), now);
        looks.extend(allowance.full(now).into_iter().flat_map(|full| wait_for_cap(&over, full)));
    }
    looks.extend(look_again(context, &mut tx, &open, &running, &composed, now).await?);
    lanes::write_looks(&mut tx, &looks, now).await?;
    tx.commit().await?;
    Ok(Claim { mails: composed.mails, looked: found.len() })
}

/// Lanes whose mailbox or domain sends little for now, and has: they wait.
fn wait_for_probation(open: &mut Vec<&DueLane>, probation: &Probation, now: OffsetDateTime) -> Vec<Look> {
    let held: Vec<&DueLane> = open.extract_if(.., |lane| probation.holds(lane)).collect();
    let look = |lane: &DueLane| Look {
        mailbox: lane.mailbox.id,
        due_at: Some(now + Duration::minutes(limits::LANE_IDLE_MINS)),
        next_send_at: lane.next_send_at,
        waits_for: Some(LaneWait::Probation),
    };
    held.into_iter().map(look).collect()
}

/// The team's cap is used up: these wait for it, in this order.
fn wait_for_cap(lanes: &[&DueLane], full: Full) -> impl Iterator<Item = Look> {
    (0..).zip(lanes).map(move |(place, lane)| Look {
        mailbox: lane.mailbox.id,
        due_at: Some(full.look_at(place)),
        next_send_at: lane.next_send_at,
        waits_for: Some(LaneWait::TeamCap(full.span)),
    })
}

/// The lanes that may send now; of the others, why not and until when.
async fn judge<'a>(
    tx: &mut TenantTx,
    gate: &TenantGate,
    found: &'a [DueLane],
    now: OffsetDateTime,
) -> Result<(Vec<&'a DueLane>, Vec<Look>)> {
    let days: Vec<(MailboxId, String)> =
        found.iter().map(|lane| (lane.mailbox.id, lane.mailbox.settings.window.day_of(now))).collect();
    let sent = lanes::count_of_days(tx, &days).await?;
    let (mut open, mut looks) = (Vec::new(), Vec::new());
    for lane in found {
        let facts = LaneFacts {
            is_tenant_paused: gate.is_paused,
            has_postal_address: gate.postal_address.is_some(),
            is_ses_ready: gate.route.is_some(),
            is_domain_verified: lane.mailbox.may_send,
            is_paused: lane.is_paused,
            window: &lane.mailbox.settings.window,
            cap: lane.mailbox.settings.daily_cap,
            sent_today: sent.get(&lane.mailbox.id).copied().unwrap_or(0),
            next_send_at: lane.next_send_at,
        };
        match judge_lane(&facts, now) {
            LaneVerdict::Send => open.push(lane),
            LaneVerdict::Wait { why, look_at } => looks.push(Look {
                mailbox: lane.mailbox.id,
                due_at: Some(look_at),
                next_send_at: lane.next_send_at,
                waits_for: Some(why),
            }),
        }
    }
    Ok((open, looks))
}

/// A lead for each lane: follow-ups before first mails. A sequence that comes first in one turn may come last in the next.
async fn choose(
    context: &Context,
    tx: &mut TenantTx,
    open: &[&DueLane],
    running: &[Running],
    used_sources: &[SourceId],
    now: OffsetDateTime,
) -> Result<HashMap<MailboxId, Candidate>> {
    if running.is_empty() {
        return Ok(HashMap::new());
    }
    let mut chosen = due::take_follow_ups(tx, open, running, used_sources, now).await?;
    let mut order: Vec<&Running> = running.iter().collect();
    crate::due::shuffle(&mut order, &*context.chance);
    for sequence in order {
        let free: Vec<MailboxId> = open
            .iter()
            .map(|lane| lane.mailbox.id)
            .filter(|id| !chosen.contains_key(id) && sequence.mailboxes.contains(id))
            .collect();
        if !free.is_empty() {
            let leads = due::take_first(tx, sequence, free.len()).await?;
            chosen.extend(free.into_iter().zip(leads));
        }
    }
    Ok(chosen)
}

/// Writes the mails, as many as there is `room` for, or says why one is not written.
async fn compose_all(
    context: &Context,
    tx: &mut TenantTx,
    gate: &TenantGate,
    reply_key: Option<&ReplyKey>,
    open: &[&DueLane],
    (mut chosen, room, probation): (HashMap<MailboxId, Candidate>, usize, &mut Probation),
    now: OffsetDateTime,
) -> Result<Composed> {
    let (mut composed, tenant) = (Composed::default(), tx.tenant());
    let (Some(route), Some(postal_address)) = (&gate.route, &gate.postal_address) else {
        return Ok(composed);
    };
    if chosen.is_empty() {
        return Ok(composed);
    }
    let emails: Vec<_> = chosen.values().map(|candidate| &candidate.email).collect();
    let suppressed = due::list_suppressed(tx, &emails).await?;
    let mut sequences: Vec<SequenceId> = chosen.values().map(|candidate| candidate.sequence).collect();
    sequences.sort();
    sequences.dedup();
    let steps = due::list_steps(tx, &sequences).await?;
    let parsed = compose::parse(&steps);
    let follow_ups: Vec<(SequenceId, LeadId)> =
        chosen.values().filter(|it| it.step > 1).map(|it| (it.sequence, it.lead)).collect();
    let sent = if follow_ups.is_empty() { HashMap::new() } else { due::list_sent_before(tx, &follow_ups).await? };
    let nothing = BTreeMap::new();
    for lane in open {
        let Some(candidate) = chosen.remove(&lane.mailbox.id) else { continue };
        if composed.messages.len() >= room {
            composed.over.push(lane.mailbox.id);
            continue;
        }
        let domain = format!("@{}", candidate.email.domain().as_str());
        if suppressed.contains(&candidate.email.key()) || suppressed.contains(&domain) {
            let why = PassedFor::Suppressed;
            composed.passed.push(Passed { sequence: candidate.sequence, lead: candidate.lead, why });
            continue;
        }
        if !probation.admit(lane, &candidate) {
            composed.again.push(lane.mailbox.id);
            continue;
        }
        let sent_before = sent.get(&(candidate.sequence, candidate.lead)).unwrap_or(&nothing);
        let writing = compose::Writing { context, tenant, route, postal_address, reply_key, lane, sent_before, now };
        match compose::compose(&writing, parsed.get(&candidate.sequence), &candidate) {
            Ok((message, mail)) => {
                composed.messages.push(message);
                composed.mails.push(mail);
            }
            Err(why) => composed.passed.push(Passed { sequence: candidate.sequence, lead: candidate.lead, why }),
        }
    }
    Ok(composed)
}

/// When the lanes that were free to send are looked at again.
async fn look_again(
    context: &Context,
    tx: &mut TenantTx,
    open: &[&DueLane],
    running: &[Running],
    composed: &Composed,
    now: OffsetDateTime,
) -> Result<Vec<Look>> {
    let sends: HashMap<MailboxId, &NewMessage> = composed.messages.iter().map(|it| (it.mailbox, it)).collect();
    let idle: Vec<MailboxId> = open.iter().map(|lane| lane.mailbox.id).filter(|id| !sends.contains_key(id)).collect();
    let next = if idle.is_empty() { HashMap::new() } else { due::list_next_due(tx, &idle, running).await? };
    let later = now + Duration::minutes(limits::LANE_IDLE_MINS);
    Ok(open
        .iter()
        .map(|lane| {
            let mailbox = lane.mailbox.id;
            if sends.contains_key(&mailbox) {
                let mut dice = [0; 4];
                context.chance.fill(&mut dice);
                let next = Some(now + draw_gap(lane.mailbox.settings.gap, dice));
                return Look { mailbox, due_at: next, next_send_at: next, waits_for: Some(LaneWait::Gap) };
            }
            let is_used = running.iter().any(|sequence| sequence.mailboxes.contains(&mailbox));
            let waits_for = if is_used { LaneWait::NothingDue } else { LaneWait::NoRunningSequence };
            // Whoever could not be written to is out of the way now: the next may be due.
            let due_at = if composed.passed.is_empty() && !composed.again.contains(&mailbox) {
                next.get(&mailbox).copied().map_or(later, |due| due.clamp(now, later))
            } else {
                now
            };
            Look { mailbox, due_at: Some(due_at), next_send_at: lane.next_send_at, waits_for: Some(waits_for) }
        })
        .collect())
}
