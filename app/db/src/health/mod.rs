//! Health: what is judged, and how it stands. A mail counts in the hour in which it was claimed, whenever its bounce or
//! complaint comes. What stood still for it: [`incidents`]; what may send a little again: [`probation`]; whom else
//! it touched: [`radius`]. All times here are business time.

pub mod incidents;
pub mod probation;
pub mod radius;

use crate::Result;
use crate::scope::TenantTx;
use rules::health::{Group, Scope, Tally, Touched};
use rules::ids::{DomainId, MailboxId, MessageId, SequenceId, SourceId};
use rules::isolation::{LanePart, PolicyFacts};
use rules::limits;
use rules::time::{Duration, OffsetDateTime};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is to be judged.
pub struct Asked {
    pub tenant_since: OffsetDateTime,
    /// What the mails belong to. Simulated ones, and those of too long ago, are left out.
    pub mails: Vec<(MessageId, Touched)>,
}

/// What these mails belong to. Whoever judges a tenant sees what everybody before has written of it: others wait until this
/// transaction is over. `None`: there is nothing to judge.
pub async fn lock(tx: &mut TenantTx, messages: &[MessageId], now: OffsetDateTime) -> Result<Option<Asked>> {
    let tenant = tx.tenant();
    let rows: Vec<(OffsetDateTime, Uuid, Uuid, Uuid, Uuid, Uuid, OffsetDateTime)> = sqlx::query_as(
        "with locked as (
            insert into tenant_health (tenant_id, judged_at) values ($1, $2)
            on conflict (tenant_id) do update set judged_at = excluded.judged_at)
         select t.created_at, m.id, m.source_id, m.mailbox_id, m.sequence_id, m.domain_id, m.claimed_at
         from tenants t join messages m on m.tenant_id = $1
         where t.tenant_id = $1 and m.id = any($3) and not m.is_simulated and m.claimed_at > $4",
    )
    .bind(tenant.uuid())
    .bind(now)
    .bind(messages.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .bind(now - Duration::hours(limits::LATE_HOURS_MAX))
    .fetch_all(tx.sql())
    .await?;
    let Some(tenant_since) = rows.first().map(|row| row.0) else { return Ok(None) };
    let mail = |(_, id, source, mailbox, sequence, domain, claimed_at)| {
        (
            MessageId::from_uuid(id),
            touched((Some(source), Some(mailbox), Some(sequence), Some(domain)), claimed_at, now),
        )
    };
    Ok(Some(Asked { tenant_since, mails: rows.into_iter().map(mail).collect() }))
}

type Parts = (Option<Uuid>, Option<Uuid>, Option<Uuid>, Option<Uuid>);

fn touched((source, mailbox, sequence, domain): Parts, at: OffsetDateTime, now: OffsetDateTime) -> Touched {
    Touched {
        source: SourceId::from_uuid(source.unwrap_or_default()),
        mailbox: MailboxId::from_uuid(mailbox.unwrap_or_default()),
        sequence: SequenceId::from_uuid(sequence.unwrap_or_default()),
        domain: DomainId::from_uuid(domain.unwrap_or_default()),
        hours_ago: usize::try_from((now - at).whole_hours()).unwrap_or(0),
    }
}

/// What is bad of the mails since some moment.
pub struct Bad {
    /// As [`count`] has them all; nothing explains any.
    pub groups: Vec<Group>,
    /// Whether something stands still by a judgement, or did since then.
    pub has_stood: bool,
}

/// Cheap, as they are few. Only after [`lock`]: what stands still by whoever judged before is seen.
pub async fn count_bad(tx: &mut TenantTx, since: OffsetDateTime, now: OffsetDateTime) -> Result<Bad> {
    let tenant = tx.tenant();
    let rows: Vec<CountedBad> = sqlx::query_as(
        "select source_id, mailbox_id, sequence_id, domain_id,
                date_bin('1 hour', claimed_at, $3 + interval '1 microsecond') as hour,
                count(*) filter (where state = 9), count(*) filter (where complained_at is not null), exists (
                    select from incidents
                    where tenant_id = $1 and cause = 'health' and (closed_at is null or closed_at > $2))
         from messages
         where tenant_id = $1 and claimed_at > $2 and claimed_at <= $3 and not is_simulated
           and (bounced_at is not null or complained_at is not null) and (state = 9 or complained_at is not null)
         group by 1, 2, 3, 4, 5",
    )
    .bind(tenant.uuid())
    .bind(since)
    .bind(now)
    .fetch_all(tx.sql())
    .await?;
    let has_stood = rows.first().is_some_and(|row| row.7);
    let group = |(source, mailbox, sequence, domain, hour, hard_bounces, complaints, _)| Group {
        of: touched((Some(source), Some(mailbox), Some(sequence), Some(domain)), hour, now),
        explained: None,
        tally: Tally { sends: 0, hard_bounces, complaints },
    };
    Ok(Bad { groups: rows.into_iter().map(group).collect(), has_stood })
}

type CountedBad = (Uuid, Uuid, Uuid, Uuid, OffsetDateTime, i64, i64, bool);

/// Mails that were claimed since then, by the hour and by what of `touched` they belong to. What is not touched is one. Those
/// that the whole tenant stood still for are left out (`has_stood`: there can be such, as of its parts). A bin of an hour ends
/// with now, so the first microsecond after it begins the next.
pub async fn count(
    tx: &mut TenantTx,
    touched: &[Touched],
    has_stood: bool,
    since: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Vec<Group>> {
    let stood = if has_stood { incidents::list_explaining(tx, since, now).await? } else { Vec::new() };
    let (whole, stood): (Vec<_>, Vec<_>) = stood.into_iter().partition(|it| it.scope == Scope::Tenant);
    let since = whole.iter().map(|it| it.until).fold(since, OffsetDateTime::max);
    let tenant = tx.tenant();
    let ids = |of: fn(&Touched) -> Uuid| touched.iter().map(of).collect::<Vec<_>>();
    let rows: Vec<Counted> = sqlx::query_as(
        "select case when m.source_id = any($4) then m.source_id end,
                case when m.mailbox_id = any($5) then m.mailbox_id end,
                case when m.sequence_id = any($6) then m.sequence_id end,
                case when m.domain_id = any($7) then m.domain_id end,
                date_bin('1 hour', m.claimed_at, $3 + interval '1 microsecond') as hour,
                case when cardinality($8::uuid[]) > 0 then (
                    select min(x.level) from unnest($8, $9::smallint[], $10::timestamptz[]) x (part_id, level, until)
                    where x.part_id in (m.source_id, m.mailbox_id, m.sequence_id, m.domain_id)
                      and m.claimed_at <= x.until) end as explained,
                count(*), count(*) filter (where m.state = 9), count(*) filter (where m.complained_at is not null)
         from messages m
         where m.tenant_id = $1 and m.sent_on >= ($2 at time zone 'UTC')::date - 1 and m.claimed_at > $2
           and m.claimed_at <= $3 and not m.is_simulated and m.state in (4, 5, 6, 7, 9)
         group by 1, 2, 3, 4, 5, 6",
    )
    .bind(tenant.uuid())
    .bind(since)
    .bind(now)
    .bind(ids(|it| it.source.uuid()))
    .bind(ids(|it| it.mailbox.uuid()))
    .bind(ids(|it| it.sequence.uuid()))
    .bind(ids(|it| it.domain.uuid()))
    .bind(stood.iter().map(|it| it.scope.uuid(tenant)).collect::<Vec<_>>())
    .bind(stood.iter().map(|it| i16::from(it.scope.level())).collect::<Vec<_>>())
    .bind(stood.iter().map(|it| it.until).collect::<Vec<_>>())
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|row| group(row, now)).collect())
}

type Counted = (Option<Uuid>, Option<Uuid>, Option<Uuid>, Option<Uuid>, OffsetDateTime, Option<i16>, i64, i64, i64);

fn group(row: Counted, now: OffsetDateTime) -> Group {
    let (source, mailbox, sequence, domain, hour, explained, sends, hard_bounces, complaints) = row;
    Group {
        of: touched((source, mailbox, sequence, domain), hour, now),
        explained: explained.and_then(|level| u8::try_from(level).ok()),
        tally: Tally { sends, hard_bounces, complaints },
    }
}

/// On `messages m`: the column that says whether a mail belongs to a scope.
pub(crate) const fn column(scope: Scope) -> &'static str {
    match scope {
        Scope::Part(LanePart::Source(_)) => "m.source_id",
        Scope::Part(LanePart::Mailbox(_)) => "m.mailbox_id",
        Scope::Part(LanePart::Sequence(_)) => "m.sequence_id",
        Scope::Part(LanePart::Domain(_)) => "m.domain_id",
        Scope::Tenant => "m.tenant_id",
    }
}

/// What a scope is called. `None`: there is no such row of this tenant.
pub async fn find_name(tx: &mut TenantTx, scope: Scope) -> Result<Option<String>> {
    let tenant = tx.tenant();
    let sql = match scope {
        Scope::Part(LanePart::Source(_)) => "select name from lead_sources where tenant_id = $1 and id = $2",
        Scope::Part(LanePart::Mailbox(_)) => "select address from mailboxes where tenant_id = $1 and id = $2",
        Scope::Part(LanePart::Sequence(_)) => "select name from sequences where tenant_id = $1 and id = $2",
        Scope::Part(LanePart::Domain(_)) => "select name from domains where tenant_id = $1 and id = $2",
        Scope::Tenant => "select name from tenants where tenant_id = $1 and tenant_id = $2",
    };
    let name = sqlx::query_scalar(sql);
    Ok(name.bind(tenant.uuid()).bind(scope.uuid(tenant)).fetch_optional(tx.sql()).await?)
}

/// What was sent in the last hour and in the last 24, of one scope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    pub scope: Scope,
    pub name: String,
    pub hour: Tally,
    pub day: Tally,
}

/// Of every scope that sent in the last 24 hours: the tenant first, then by size and name, `limit` of each kind at most.
pub async fn list_lines(tx: &mut TenantTx, now: OffsetDateTime, limit: i64) -> Result<Vec<Line>> {
    let tenant = tx.tenant();
    let rows: Vec<(String, Uuid, String, Vec<i64>)> = sqlx::query_as(
        "with sent as (
            select m.source_id, m.mailbox_id, m.sequence_id, m.domain_id, m.claimed_at > $2 - interval '1 hour' as is_new,
                   m.state = 9 as hard, m.complained_at is not null as complained
            from messages m
            where m.tenant_id = $1 and m.sent_on >= ($2 at time zone 'UTC')::date - 2
              and m.claimed_at > $2 - interval '24 hours' and m.claimed_at <= $2 and not m.is_simulated
              and m.state in (4, 5, 6, 7, 9)),
         counted as (
            select source_id, mailbox_id, sequence_id, domain_id,
                   array[count(*) filter (where is_new), count(*) filter (where is_new and hard),
                         count(*) filter (where is_new and complained),
                         count(*), count(*) filter (where hard), count(*) filter (where complained)] as counts
            from sent group by grouping sets ((source_id), (mailbox_id), (sequence_id), (domain_id), ())),
         named as (
            select 'source' as kind, s.id, s.name, c.counts from counted c
            join lead_sources s on s.tenant_id = $1 and s.id = c.source_id
            union all
            select 'mailbox', b.id, b.address, c.counts from counted c
            join mailboxes b on b.tenant_id = $1 and b.id = c.mailbox_id
            union all
            select 'sequence', s.id, s.name, c.counts from counted c
            join sequences s on s.tenant_id = $1 and s.id = c.sequence_id
            union all
            select 'domain', d.id, d.name, c.counts from counted c
            join domains d on d.tenant_id = $1 and d.id = c.domain_id
            union all
            select 'tenant', $1, '', c.counts from counted c
            where coalesce(c.source_id, c.mailbox_id, c.sequence_id, c.domain_id) is null)
         select kind, id, name, counts from (
            select n.*, row_number() over (partition by kind order by counts[5] + counts[6] desc, counts[4] desc, name) as place
            from named n) placed
         where place <= $3 order by kind, place",
    )
    .bind(tenant.uuid())
    .bind(now)
    .bind(limit)
    .fetch_all(tx.sql())
    .await?;
    let tally = |counts: &[i64]| match counts {
        [sends, hard_bounces, complaints] => {
            Tally { sends: *sends, hard_bounces: *hard_bounces, complaints: *complaints }
        }
        _ => Tally::default(),
    };
    let mut lines: BTreeMap<std::cmp::Reverse<u8>, Vec<Line>> = BTreeMap::new();
    for (kind, id, name, counts) in rows {
        let Some(scope) = Scope::parse(&kind, id) else { continue };
        let (hour, day) = counts.split_at(counts.len().min(3));
        let line = Line { scope, name, hour: tally(hour), day: tally(day) };
        lines.entry(std::cmp::Reverse(scope.level())).or_default().push(line);
    }
    Ok(lines.into_values().flatten().collect())
}

/// What a tenant's reputation policy goes by.
pub async fn find_policy_facts(tx: &mut TenantTx, now: OffsetDateTime) -> Result<Option<PolicyFacts>> {
    let tenant = tx.tenant();
    let since = now - Duration::days(limits::POLICY_DAYS);
    let row: Option<(OffsetDateTime, Option<OffsetDateTime>)> = sqlx::query_as(
        "select created_at, (select max(coalesce(closed_at, $2)) from incidents
            where tenant_id = $1 and cause in ('health', 'aws')) from tenants where tenant_id = $1",
    )
    .bind(tenant.uuid())
    .bind(now)
    .fetch_optional(tx.sql())
    .await?;
    let Some((created_at, incident_at)) = row else { return Ok(None) };
    let (sends, hard_bounces, complaints) = sqlx::query_as(
        "select count(*), count(*) filter (where state = 9), count(*) filter (where complained_at is not null) from messages
         where tenant_id = $1 and sent_on >= ($2 at time zone 'UTC')::date and claimed_at > $2 and not is_simulated
           and state in (4, 5, 6, 7, 9)",
    )
    .bind(tenant.uuid())
    .bind(since)
    .fetch_one(tx.sql())
    .await?;
    Ok(Some(PolicyFacts {
        age: now - created_at,
        since_incident: incident_at.map(|at| (now - at).max(Duration::ZERO)),
        tally: Tally { sends, hard_bounces, complaints },
    }))
}
