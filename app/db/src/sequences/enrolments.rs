//! Who is in a sequence.

use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::ids::{LeadId, SequenceId};
use rules::time::OffsetDateTime;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// One lead in one sequence, as in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enrolment {
    pub lead: LeadId,
    pub email: EmailAddress,
    /// What keeps a mail to it from being written.
    pub problem: Option<String>,
    /// What a person might want to look at.
    pub warning: Option<String>,
    /// How far it is: `waiting`, `sending`, `active`, `finished`, `stopped`.
    pub state: String,
    pub stopped_for: Option<String>,
}

/// Which of them are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Which {
    #[default]
    All,
    Blocked,
    Warned,
    Waiting,
    Active,
    Finished,
    Stopped,
}

/// In the order of the leads, those behind `after`.
pub async fn list(
    tx: &mut TenantTx,
    sequence: SequenceId,
    which: Which,
    after: Option<LeadId>,
    limit: i64,
) -> Result<Vec<Enrolment>> {
    let tenant = tx.tenant();
    let condition = match which {
        Which::All => "true",
        Which::Blocked => {
            "e.problem is not null and e.checked_version = s.version and e.state in ('waiting', 'active')"
        }
        Which::Warned => "e.warning is not null and e.checked_version = s.version and e.state in ('waiting', 'active')",
        Which::Waiting => "e.state = 'waiting'",
        Which::Active => "e.state in ('sending', 'active')",
        Which::Finished => "e.state = 'finished'",
        Which::Stopped => "e.state = 'stopped'",
    };
    let sql = format!(
        "select e.lead_id, l.email, e.problem, e.warning, e.state, e.stopped_for
         from enrolments e
         join sequences s on s.tenant_id = $1 and s.id = $2
         join leads l on l.tenant_id = $1 and l.id = e.lead_id
         where e.tenant_id = $1 and e.sequence_id = $2 and ($3::uuid is null or e.lead_id > $3) and {condition}
         order by e.lead_id limit $4"
    );
    type Row = (Uuid, String, Option<String>, Option<String>, String, Option<String>);
    let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(sequence.uuid())
        .bind(after.map(LeadId::uuid))
        .bind(limit)
        .fetch_all(tx.sql())
        .await?;
    rows.into_iter()
        .map(|(lead, email, problem, warning, state, stopped_for)| {
            let email = EmailAddress::parse(&email).map_err(|_| Error::Row(format!("leads.email of {lead}")))?;
            Ok(Enrolment { lead: LeadId::from_uuid(lead), email, problem, warning, state, stopped_for })
        })
        .collect()
}

/// Takes one lead out: whoever was written to already stays, and gets no more. Asking twice changes nothing.
pub async fn remove(tx: &mut TenantTx, sequence: SequenceId, lead: LeadId, now: OffsetDateTime) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query(
        "delete from enrolments e where e.tenant_id = $1 and e.sequence_id = $2 and e.lead_id = $3
           and e.state = 'waiting' and not exists (
            select from messages m where m.tenant_id = $1 and m.sequence_id = $2 and m.lead_id = $3)",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(lead.uuid())
    .execute(tx.sql())
    .await?;
    sqlx::query(
        "update enrolments set state = 'stopped', stopped_for = 'manual', stopped_at = $4
         where tenant_id = $1 and sequence_id = $2 and lead_id = $3 and state in ('waiting', 'sending', 'active')",
    )
    .bind(tenant.uuid())
    .bind(sequence.uuid())
    .bind(lead.uuid())
    .bind(now)
    .execute(tx.sql())
    .await?;
    Ok(())
}
