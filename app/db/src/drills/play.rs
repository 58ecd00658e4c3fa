//! The database that a drill plays in, seen by its owner: lanes of all tenants at once, and the one thing that the product never
//! does, lifting every pause of health as it is written. Never a database that anybody works with.

use crate::{Result, migrate};
use rules::drill::Stop;
use rules::ids::{MailboxId, TenantId};
use rules::time::{OffsetDateTime, machine_readable};
use sqlx::PgConnection;
use uuid::Uuid;

pub struct Owner(PgConnection);

type StopRow = (OffsetDateTime, String, String, String, String, i64);

/// Of a tenant, in the evening.
pub struct Evening {
    /// Mails that its mailboxes may send in a day.
    pub allowance: i64,
    /// Incidents that were opened this day.
    pub incidents: i64,
    /// What stands still.
    pub paused: Vec<String>,
}

impl Owner {
    /// `None`: there are teams already. A play is for an empty database.
    pub async fn connect(url: &str) -> Result<Option<Self>> {
        let mut owner = migrate::connect(url).await?;
        let is_empty: bool =
            sqlx::query_scalar("select not exists (select from tenants)").fetch_one(&mut owner).await?;
        Ok(is_empty.then_some(Self(owner)))
    }

    /// From now on no pause of health holds.
    pub async fn lift_pauses(&mut self) -> Result<()> {
        sqlx::raw_sql(
            "create function lift_at_once() returns trigger language plpgsql as $$
             begin
                if new.cause = 'health' then
                    new.resumed_at := new.paused_at;
                    new.resume_reason := 'The drill lets nothing stand still.';
                end if;
                return new;
             end $$;
             create trigger lift_at_once before insert on pauses for each row execute function lift_at_once();
             create trigger lift_at_once before insert on part_pauses for each row execute function lift_at_once();",
        )
        .execute(&mut self.0)
        .await?;
        Ok(())
    }

    pub async fn find_tenant(&mut self, slug: &str) -> Result<TenantId> {
        let id = sqlx::query_scalar("select tenant_id from tenants where slug = $1");
        Ok(TenantId::from_uuid(id.bind(slug).fetch_one(&mut self.0).await?))
    }

    /// When the next lane is due.
    pub async fn next_due(&mut self) -> Result<Option<OffsetDateTime>> {
        Ok(sqlx::query_scalar("select min(due_at) from lanes").fetch_one(&mut self.0).await?)
    }

    pub async fn list_due(&mut self, now: OffsetDateTime) -> Result<Vec<(MailboxId, OffsetDateTime)>> {
        let rows: Vec<(Uuid, OffsetDateTime)> =
            sqlx::query_as("select mailbox_id, due_at from lanes where due_at <= $1")
                .bind(now)
                .fetch_all(&mut self.0)
                .await?;
        Ok(rows.into_iter().map(|(mailbox, due)| (MailboxId::from_uuid(mailbox), due)).collect())
    }

    /// Mails that were claimed then or later.
    pub async fn list_claimed(&mut self, since: OffsetDateTime) -> Result<Vec<(TenantId, MailboxId, OffsetDateTime)>> {
        let rows: Vec<(Uuid, Uuid, OffsetDateTime)> =
            sqlx::query_as("select tenant_id, mailbox_id, claimed_at from messages where claimed_at >= $1")
                .bind(since)
                .fetch_all(&mut self.0)
                .await?;
        Ok(rows
            .into_iter()
            .map(|(tenant, mailbox, at)| (TenantId::from_uuid(tenant), MailboxId::from_uuid(mailbox), at))
            .collect())
    }

    pub async fn see_evening(&mut self, tenant: TenantId, morning: OffsetDateTime) -> Result<Evening> {
        let (allowance, incidents, paused) = sqlx::query_as(
            "select (select coalesce(sum(daily_cap), 0) from mailboxes where tenant_id = $1 and removed_at is null),
                    (select count(*) from incidents where tenant_id = $1 and opened_at >= $2),
                    array(select i.part || ' “' || i.part_name || '”' from incidents i
                          where i.tenant_id = $1 and i.closed_at is null and (
                            exists (select from part_pauses p where p.tenant_id = $1 and p.part = i.part
                                    and p.part_id = i.part_id and p.resumed_at is null)
                            or i.part = 'tenant' and exists (
                                select from pauses p where p.tenant_id = $1 and p.resumed_at is null))
                          order by i.opened_at)",
        )
        .bind(tenant.uuid())
        .bind(morning)
        .fetch_one(&mut self.0)
        .await?;
        Ok(Evening { allowance, incidents, paused })
    }

    /// The first one first.
    pub async fn list_stops(&mut self, tenant: TenantId) -> Result<Vec<Stop>> {
        let rows: Vec<StopRow> = sqlx::query_as(
            "select i.opened_at, i.part, i.part_name, i.cause, i.reason, (
                select count(*) from messages m
                where m.tenant_id = $1 and m.claimed_at > i.opened_at
                  and case i.part when 'source' then m.source_id = i.part_id when 'mailbox' then m.mailbox_id = i.part_id
                        when 'sequence' then m.sequence_id = i.part_id
                        when 'domain' then m.domain_id = i.part_id else true end)
             from incidents i where i.tenant_id = $1 order by i.opened_at, i.id",
        )
        .bind(tenant.uuid())
        .fetch_all(&mut self.0)
        .await?;
        Ok(rows
            .into_iter()
            .map(|(at, part, name, cause, reason, mails_after)| Stop {
                at: machine_readable(at),
                part,
                name,
                cause,
                reason,
                mails_after,
            })
            .collect())
    }
}
