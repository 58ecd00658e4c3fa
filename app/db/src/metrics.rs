//! Numbers over mails. Each has one definition, as a condition on rows, so that whoever opens a number sees exactly the
//! rows that it counts. A mail counts on the mailbox's local day on which it was sent, whatever happens to it later. Mails
//! to Amazon's simulator count nowhere.

use crate::Result;
use crate::scope::TenantTx;
use rules::ids::{MailboxId, SequenceId};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// What is counted of mails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fact {
    /// SES took it. The sum of the next four.
    Sent,
    Delivered,
    /// Refused for good by the recipient's side.
    HardBounced,
    /// Given up by SES after it was put off.
    SoftBounced,
    /// Taken, and not known yet what became of it.
    OnTheWay,
    /// The recipient called it spam; beside the others.
    Complained,
    /// The recipient used its way out; beside the others.
    OptedOut,
    /// A person wrote back; beside the others.
    Answered,
    /// SES refused it for good: it never left.
    Refused,
    /// Nobody knows (yet) whether SES took it.
    Unknown,
}

impl Fact {
    pub const ALL: [Self; 10] = [
        Self::Sent,
        Self::Delivered,
        Self::HardBounced,
        Self::SoftBounced,
        Self::OnTheWay,
        Self::Complained,
        Self::OptedOut,
        Self::Answered,
        Self::Refused,
        Self::Unknown,
    ];

    /// In the address of a list.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::HardBounced => "bounced",
            Self::SoftBounced => "soft-bounced",
            Self::OnTheWay => "on-the-way",
            Self::Complained => "complained",
            Self::OptedOut => "opted-out",
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fact| fact.code() == code)
    }

    /// On `messages m`. The numbers are ranks of states (`rules::messages::MessageState`).
    pub(crate) const fn condition(self) -> &'static str {
        match self {
            Self::Sent => "not m.is_simulated and m.state in (4, 5, 6, 7, 9)",
            Self::Delivered => "not m.is_simulated and m.state = 7",
            Self::HardBounced => "not m.is_simulated and m.state = 9",
            Self::SoftBounced => "not m.is_simulated and m.state = 6",
            Self::OnTheWay => "not m.is_simulated and m.state in (4, 5)",
            Self::Complained => "not m.is_simulated and m.complained_at is not null",
            Self::OptedOut => "not m.is_simulated and m.opted_out_at is not null",
            Self::Answered => "not m.is_simulated and m.answered_at is not null",
            Self::Refused => "not m.is_simulated and m.state = 8",
            Self::Unknown => "not m.is_simulated and m.state in (1, 2, 3)",
        }
    }
}

/// Local days like `2026-11-29`, both included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DayRange {
    pub from: String,
    pub until: String,
}

/// How many mails each fact is true of.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Numbers {
    pub sent: i64,
    pub delivered: i64,
    pub hard_bounced: i64,
    pub soft_bounced: i64,
    pub on_the_way: i64,
    pub complained: i64,
    pub opted_out: i64,
    pub answered: i64,
    pub refused: i64,
    pub unknown: i64,
}

impl Numbers {
    pub const fn of(&self, fact: Fact) -> i64 {
        match fact {
            Fact::Sent => self.sent,
            Fact::Delivered => self.delivered,
            Fact::HardBounced => self.hard_bounced,
            Fact::SoftBounced => self.soft_bounced,
            Fact::OnTheWay => self.on_the_way,
            Fact::Complained => self.complained,
            Fact::OptedOut => self.opted_out,
            Fact::Answered => self.answered,
            Fact::Refused => self.refused,
            Fact::Unknown => self.unknown,
        }
    }

    fn from_counts(counts: &[i64]) -> Self {
        let of = |fact: Fact| {
            let place = Fact::ALL.iter().position(|it| *it == fact);
            place.and_then(|place| counts.get(place)).copied().unwrap_or(0)
        };
        Self {
            sent: of(Fact::Sent),
            delivered: of(Fact::Delivered),
            hard_bounced: of(Fact::HardBounced),
            soft_bounced: of(Fact::SoftBounced),
            on_the_way: of(Fact::OnTheWay),
            complained: of(Fact::Complained),
            opted_out: of(Fact::OptedOut),
            answered: of(Fact::Answered),
            refused: of(Fact::Refused),
            unknown: of(Fact::Unknown),
        }
    }
}

/// All mails of these days together.
pub async fn total(tx: &mut TenantTx, days: &DayRange) -> Result<Numbers> {
    Ok(grouped::<String>(tx, "''", days).await?.pop().map(|(_, numbers)| numbers).unwrap_or_default())
}

/// By day, the earliest first; days without mails are left out.
pub async fn by_day(tx: &mut TenantTx, days: &DayRange) -> Result<Vec<(String, Numbers)>> {
    grouped(tx, "m.sent_on::text", days).await
}

/// By the provider's code; empty where it is not known.
pub async fn by_provider(tx: &mut TenantTx, days: &DayRange) -> Result<Vec<(String, Numbers)>> {
    grouped(tx, "coalesce(m.provider, '')", days).await
}

pub async fn by_mailbox(tx: &mut TenantTx, days: &DayRange) -> Result<Vec<(MailboxId, Numbers)>> {
    let rows = grouped::<Uuid>(tx, "m.mailbox_id", days).await?;
    Ok(rows.into_iter().map(|(id, numbers)| (MailboxId::from_uuid(id), numbers)).collect())
}

/// All mails of a sequence together, whenever they were sent.
pub async fn of_sequence(tx: &mut TenantTx, sequence: SequenceId) -> Result<Numbers> {
    let tenant = tx.tenant();
    let sql = format!("select {} from messages m where m.tenant_id = $1 and m.sequence_id = $2", counts());
    let counts: Vec<i64> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(tenant.uuid()).bind(sequence.uuid()).fetch_one(tx.sql()).await?;
    Ok(Numbers::from_counts(&counts))
}

async fn grouped<T>(tx: &mut TenantTx, key: &str, days: &DayRange) -> Result<Vec<(T, Numbers)>>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
{
    let tenant = tx.tenant();
    let sql = format!(
        "select {key}, {} from messages m
         where m.tenant_id = $1 and m.sent_on between $2::text::date and $3::text::date group by 1 order by 1",
        counts()
    );
    let rows: Vec<(T, Vec<i64>)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(tenant.uuid())
        .bind(&days.from)
        .bind(&days.until)
        .fetch_all(tx.sql())
        .await?;
    Ok(rows.into_iter().map(|(key, counts)| (key, Numbers::from_counts(&counts))).collect())
}

/// One array of counts, in the order of [`Fact::ALL`].
fn counts() -> String {
    let each: Vec<String> =
        Fact::ALL.iter().map(|fact| format!("count(*) filter (where {})", fact.condition())).collect();
    format!("array[{}]", each.join(", "))
}
