//! The only ways in. A process signs in with a login that can do nothing but *enter*; what it enters is a role for one
//! transaction, and a second enter in that transaction is refused (migration 0001).
//!
//! | scope | role | login | sees |
//! |---|---|---|---|
//! | [`TenantTx`] | `app_tenant` | web, worker | one tenant's rows, by row security; nothing global but what is named for it |
//! | [`AccountsTx`] | `app_accounts` | web | people, sessions, who belongs where |
//! | [`WorkerTx`] | `app_worker` | worker | which tenants have something due; what is long over |
//! | [`OperatorTx`] | `app_operator` | operator | everything the console shows; no password hashes |
//!
//! Row security is the net, not the filter: a statement on tenant data names `tenant_id = $n` itself, in every join too.
//!
//! No other module opens a transaction, and a query takes the scope that it runs in as `&mut`.

use crate::{Error, Result, migrate};
use rules::ids::{AuditId, TenantId, UserId};
use rules::time::OffsetDateTime;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{PgConnection, Postgres, Transaction};
use std::time::Duration;

/// A request that waits longer than this for a connection is answered with an error instead.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECTIONS_MAX: u32 = 16;

/// The login of the web server: may enter the accounts scope and one tenant.
#[derive(Clone)]
pub struct WebLogin(PgPool);

/// The login of the worker: may enter the worker's scope and one tenant.
#[derive(Clone)]
pub struct WorkerLogin(PgPool);

/// The login of the console: may enter the operator scope.
#[derive(Clone)]
pub struct OperatorLogin(PgPool);

impl WebLogin {
    /// Signs in. Refuses a login that is a superuser or bypasses row security.
    pub async fn connect(url: &str) -> Result<Self> {
        Ok(Self(connect_powerless(url).await?))
    }
}

impl WorkerLogin {
    /// Signs in. Refuses a login that is a superuser or bypasses row security.
    pub async fn connect(url: &str) -> Result<Self> {
        Ok(Self(connect_powerless(url).await?))
    }
}

impl OperatorLogin {
    /// Signs in. Refuses a login that is a superuser or bypasses row security.
    pub async fn connect(url: &str) -> Result<Self> {
        Ok(Self(connect_powerless(url).await?))
    }
}

async fn connect_powerless(url: &str) -> Result<PgPool> {
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect_with(migrate::options(url)?)
        .await?;
    let (name, powerful): (String, bool) =
        sqlx::query_as("select rolname::text, rolsuper or rolbypassrls from pg_roles where rolname = current_user")
            .fetch_one(&pool)
            .await?;
    if powerful { Err(Error::PowerfulLogin(name)) } else { Ok(pool) }
}

/// One tenant's data: the only way to it, and row security sees to it that it is the only tenant's.
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    tenant: TenantId,
}

impl TenantTx {
    /// For a request. That whoever asks may enter is asked *in* it.
    pub async fn begin(web: &WebLogin, tenant: TenantId) -> Result<Self> {
        Self::enter(&web.0, tenant).await
    }

    /// For a duty.
    pub async fn begin_work(worker: &WorkerLogin, tenant: TenantId) -> Result<Self> {
        Self::enter(&worker.0, tenant).await
    }

    async fn enter(pool: &PgPool, tenant: TenantId) -> Result<Self> {
        let mut tx = pool.begin().await?;
        sqlx::query("select app.enter($1)").bind(tenant.uuid()).execute(&mut *tx).await?;
        Ok(Self { tx, tenant })
    }

    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }

    pub(crate) fn sql(&mut self) -> &mut PgConnection {
        &mut self.tx
    }
}

/// What the worker may see without a tenant. It never locks a row here.
pub struct WorkerTx(Transaction<'static, Postgres>);

impl WorkerTx {
    pub async fn begin(worker: &WorkerLogin) -> Result<Self> {
        let mut tx = worker.0.begin().await?;
        sqlx::query("select app.enter_worker()").execute(&mut *tx).await?;
        Ok(Self(tx))
    }

    pub async fn commit(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }

    pub(crate) fn sql(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// People, their sessions and what they may open: for signing in and for knowing who asks.
pub struct AccountsTx(Transaction<'static, Postgres>);

impl AccountsTx {
    pub async fn begin(web: &WebLogin) -> Result<Self> {
        let mut tx = web.0.begin().await?;
        sqlx::query("select app.enter_accounts()").execute(&mut *tx).await?;
        Ok(Self(tx))
    }

    pub async fn commit(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }

    pub(crate) fn sql(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// What an operator sees and does. Reading is read-only; acting leaves a line in the audit.
pub struct OperatorTx(Transaction<'static, Postgres>);

/// What an operator is about to do, as it stands in the audit.
pub struct OperatorAct<'a> {
    pub id: AuditId,
    pub actor: UserId,
    pub now: OffsetDateTime,
    /// A short verb_noun, such as `create_tenant`.
    pub action: &'static str,
    pub reason: &'a str,
    pub about: Option<TenantId>,
}

impl OperatorTx {
    /// Opens a read-only look at everything. [`Error::NotOperator`] when `actor` is none (any more).
    pub async fn read(operator: &OperatorLogin, actor: UserId) -> Result<Self> {
        let mut tx = operator.0.begin_with("begin read only").await?;
        enter_operator(&mut tx).await?;
        Self(tx).assert_operator(actor).await
    }

    /// Opens a transaction that changes something, and writes down who, what and why in it.
    pub async fn act(operator: &OperatorLogin, act: OperatorAct<'_>) -> Result<Self> {
        let mut tx = operator.0.begin().await?;
        enter_operator(&mut tx).await?;
        let mut tx = Self(tx).assert_operator(act.actor).await?;
        tx.write_audit(&act).await?;
        Ok(tx)
    }

    /// The only entry without an actor: for the link by which the first operator signs up. What it opens can reach
    /// [`crate::console`]'s link queries only.
    pub async fn bootstrap(operator: &OperatorLogin) -> Result<BootstrapTx> {
        let mut tx = operator.0.begin().await?;
        enter_operator(&mut tx).await?;
        Ok(BootstrapTx(Self(tx)))
    }

    pub async fn commit(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }

    pub(crate) fn sql(&mut self) -> &mut PgConnection {
        &mut self.0
    }

    pub(crate) async fn write_audit(&mut self, act: &OperatorAct<'_>) -> Result<()> {
        sqlx::query(
            "insert into operator_audit (id, at, actor, action, reason, about_tenant) values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(act.id.uuid())
        .bind(act.now)
        .bind(act.actor.uuid())
        .bind(act.action)
        .bind(act.reason)
        .bind(act.about.map(TenantId::uuid))
        .execute(self.sql())
        .await?;
        Ok(())
    }

    async fn assert_operator(mut self, actor: UserId) -> Result<Self> {
        let there: bool = sqlx::query_scalar("select exists (select from operators where user_id = $1)")
            .bind(actor.uuid())
            .fetch_one(self.sql())
            .await?;
        if there { Ok(self) } else { Err(Error::NotOperator) }
    }
}

/// The operator scope before there is an operator.
pub struct BootstrapTx(OperatorTx);

impl BootstrapTx {
    pub async fn commit(self) -> Result<()> {
        self.0.commit().await
    }

    pub(crate) fn sql(&mut self) -> &mut PgConnection {
        self.0.sql()
    }

    pub(crate) async fn write_audit(&mut self, act: &OperatorAct<'_>) -> Result<()> {
        self.0.write_audit(act).await
    }
}

async fn enter_operator(tx: &mut Transaction<'static, Postgres>) -> Result<()> {
    sqlx::query("select app.enter_operator()").execute(&mut **tx).await?;
    Ok(())
}
