//! Who is in a sequence.

use crate::scope::TenantTx;
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::ids::{LeadId, SequenceId};
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
}

/// Which of them are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Which {
    #[default]
    All,
    Blocked,
    Warned,
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
        Which::Blocked => "e.problem is not null and e.checked_version = s.version",
        Which::Warned => "e.warning is not null and e.checked_version = s.version",
    };
    let sql = format!(
        "select e.lead_id, l.email, e.problem, e.warning
         from enrolments e
         join sequences s on s.tenant_id = $1 and s.id = $2
         join leads l on l.tenant_id = $1 and l.id = e.lead_id
         where e.tenant_id = $1 and e.sequence_id = $2 and ($3::uuid is null or e.lead_id > $3) and {condition}
         order by e.lead_id limit $4"
    );
    let rows: Vec<(Uuid, String, Option<String>, Option<String>)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(sequence.uuid())
        .bind(after.map(LeadId::uuid))
        .bind(limit)
        .fetch_all(tx.sql())
        .await?;
    rows.into_iter()
        .map(|(lead, email, problem, warning)| {
            let email = EmailAddress::parse(&email).map_err(|_| Error::Row(format!("leads.email of {lead}")))?;
            Ok(Enrolment { lead: LeadId::from_uuid(lead), email, problem, warning })
        })
        .collect()
}

/// Takes one lead out. Asking twice changes nothing.
pub async fn remove(tx: &mut TenantTx, sequence: SequenceId, lead: LeadId) -> Result<()> {
    let tenant = tx.tenant();
    sqlx::query("delete from enrolments where tenant_id = $1 and sequence_id = $2 and lead_id = $3")
        .bind(tenant.uuid())
        .bind(sequence.uuid())
        .bind(lead.uuid())
        .execute(tx.sql())
        .await?;
    Ok(())
}
