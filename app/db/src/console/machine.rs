//! Whether the machine is well: what its workers did, what waits for them, and what Amazon said last. Times are machine time.

use crate::Result;
use crate::scope::{BootstrapTx, OperatorTx, WorkerTx};
use rules::addresses::EmailAddress;
use rules::checks::{AccountFacts, DutyFacts, MachineFacts, SenderFacts};
use rules::limits;
use rules::time::{Duration, OffsetDateTime};
use sqlx::{AssertSqlSafe, PgConnection, Row};

/// How one turn of a duty ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turned<'a> {
    Well { took: Duration },
    Badly { trouble: &'a str },
}

/// What waits for a duty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Backlog {
    /// For people.
    pub what: &'static str,
    /// At most [`limits::QUEUE_COUNTED_MAX`]: then there may be more.
    pub waiting: i64,
    pub oldest: Option<OffsetDateTime>,
}

/// What is listed: a table, and the time by which each of its rows wanted to be looked at.
const QUEUES: [(&str, &str, &str); 10] = [
    ("Tenants to be made or looked at, at Amazon SES", "ses_tenants", "due_at"),
    ("Domains to be looked at", "domains", "due_at"),
    ("Teams that move between accounts", "account_moves", "due_at"),
    ("Files of leads to be read", "lead_imports", "due_at"),
    ("Sequences to be prepared", "sequences", "due_at"),
    ("Mails whose fate is not known", "unsettled_messages", "due_at"),
    ("Incidents to be measured", "incidents", "due_at"),
    ("Letters of the platform", "platform_mail", "due_at"),
    ("Answers to be read", "inbound_mail", "due_at"),
    ("Events to be applied", "event_inbox", "received_at"),
];

/// Writes what a duty did, for all processes together: a turn that went well ends what failed before it.
pub async fn write_run(
    tx: &mut WorkerTx,
    duty: &str,
    period: Duration,
    turned: Turned<'_>,
    now: OffsetDateTime,
) -> Result<()> {
    let millis = |time: Duration| i64::try_from(time.whole_milliseconds()).unwrap_or(i64::MAX);
    let (took, trouble) = match turned {
        Turned::Well { took } => (Some(millis(took)), None),
        Turned::Badly { trouble } => (None, Some(trouble)),
    };
    sqlx::query(
        "insert into duty_runs as r (duty, period_ms, ran_at, took_ms, failing_since, trouble)
         values ($1, $2, case when $4::text is null then $5 end, $3, case when $4::text is not null then $5 end, $4)
         on conflict (duty) do update set period_ms = excluded.period_ms, ran_at = coalesce(excluded.ran_at, r.ran_at),
            took_ms = coalesce(excluded.took_ms, r.took_ms), trouble = excluded.trouble,
            failing_since = case when excluded.trouble is not null then coalesce(r.failing_since, excluded.failing_since) end",
    )
    .bind(duty)
    .bind(millis(period))
    .bind(took)
    .bind(trouble)
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// `sender`: what the platform's own mail is to leave from.
pub async fn find_facts(tx: &mut OperatorTx, sender: Option<&EmailAddress>) -> Result<MachineFacts> {
    read(tx.sql(), sender).await
}

/// The same for the doctor, who is no operator: nothing of a tenant is in it.
pub async fn find_facts_of_doctor(tx: &mut BootstrapTx, sender: Option<&EmailAddress>) -> Result<MachineFacts> {
    read(tx.sql(), sender).await
}

async fn read(sql: &mut PgConnection, sender: Option<&EmailAddress>) -> Result<MachineFacts> {
    let duties = sqlx::query("select * from duty_runs order by duty").fetch_all(&mut *sql).await?;
    let duties = duties.iter().map(duty).collect::<Result<_>>()?;
    // A team's own account is no matter of the machine.
    let accounts = sqlx::query("select * from ses_account where strpos(region, '/') = 0 order by region")
        .fetch_all(&mut *sql)
        .await?;
    let accounts = accounts.iter().map(account).collect::<Result<_>>()?;
    let events_waiting_since = sqlx::query_scalar("select min(received_at) from event_inbox where applied_at is null")
        .fetch_one(&mut *sql)
        .await?;
    let tenants_asking = sqlx::query_scalar("select count(distinct tenant_id) from drifts where ended_at is null")
        .fetch_one(&mut *sql)
        .await?;
    let sender = match sender {
        None => SenderFacts::Unset,
        Some(address) => {
            let ready =
                sqlx::query_scalar("select exists (select from platform_sender where address = $1 and may_send)")
                    .bind(address.as_str())
                    .fetch_one(&mut *sql)
                    .await?;
            if ready { SenderFacts::Ready } else { SenderFacts::Unready }
        }
    };
    Ok(MachineFacts { duties, accounts, events_waiting_since, tenants_asking, sender })
}

fn duty(row: &sqlx::postgres::PgRow) -> Result<DutyFacts> {
    let (ran, took): (Option<OffsetDateTime>, Option<i64>) = (row.try_get("ran_at")?, row.try_get("took_ms")?);
    let failing: Option<OffsetDateTime> = row.try_get("failing_since")?;
    Ok(DutyFacts {
        name: row.try_get("duty")?,
        period: Duration::milliseconds(row.try_get("period_ms")?),
        ran: ran.zip(took.map(Duration::milliseconds)),
        failing: failing.zip(row.try_get("trouble")?),
    })
}

fn account(row: &sqlx::postgres::PgRow) -> Result<AccountFacts> {
    Ok(AccountFacts {
        region: row.try_get("region")?,
        enforcement: row.try_get("enforcement")?,
        may_send: row.try_get("may_send")?,
        quota_a_day: row.try_get("quota_a_day")?,
        sent_today: row.try_get("sent_today")?,
        read_at: row.try_get("read_at")?,
        events_polled_at: row.try_get("events_polled_at")?,
    })
}

/// What is due and not done, each counted by an index to an end.
pub async fn list_backlogs(tx: &mut OperatorTx, now: OffsetDateTime) -> Result<Vec<Backlog>> {
    let mut backlogs = Vec::with_capacity(QUEUES.len());
    for (what, table, due) in QUEUES {
        let open = if due == "received_at" { " and applied_at is null" } else { "" };
        let sql = format!(
            "select count(*), min(due) from (select {due} as due from {table} where {due} <= $1{open} order by {due} limit $2) q"
        );
        let (waiting, oldest) =
            sqlx::query_as(AssertSqlSafe(sql)).bind(now).bind(limits::QUEUE_COUNTED_MAX).fetch_one(tx.sql()).await?;
        backlogs.push(Backlog { what, waiting, oldest });
    }
    Ok(backlogs)
}
