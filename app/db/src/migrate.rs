//! Brings a database to the newest form. Runs as its owner; every other access is through a powerless login.

use crate::{Error, Result};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::str::FromStr;

pub(crate) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// Applies what is missing. Several processes may do so at once: sqlx takes an advisory lock.
pub async fn migrate(owner_url: &str) -> Result<()> {
    let mut owner = connect(owner_url).await?;
    MIGRATIONS.run(&mut owner).await?;
    owner.close().await?;
    Ok(())
}

/// How a database stands to the migrations of this program.
pub struct Status {
    /// As Postgres says it: `15.20`.
    pub server_version: String,
    /// Major version.
    pub server_major: i32,
    /// How many migrations are missing.
    pub pending: usize,
    /// Migrations that this program does not know: the database is newer.
    pub unknown: usize,
}

/// Looks, and changes nothing.
pub async fn status(owner_url: &str) -> Result<Status> {
    let mut owner = connect(owner_url).await?;
    let (server_version, server_major) =
        sqlx::query_as("select current_setting('server_version'), current_setting('server_version_num')::int / 10000")
            .fetch_one(&mut owner)
            .await?;
    let begun: bool =
        sqlx::query_scalar("select to_regclass('public._sqlx_migrations') is not null").fetch_one(&mut owner).await?;
    let applied: Vec<i64> = if begun {
        sqlx::query_scalar("select version from public._sqlx_migrations where success").fetch_all(&mut owner).await?
    } else {
        Vec::new()
    };
    owner.close().await?;
    let known: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    Ok(Status {
        server_version,
        server_major,
        pending: known.iter().filter(|version| !applied.contains(version)).count(),
        unknown: applied.iter().filter(|version| !known.contains(version)).count(),
    })
}

/// Makes the database `name` on the cluster at `url` unless it is there.
pub async fn create_database(url: &str, name: &str) -> Result<()> {
    let mut owner = connect(url).await?;
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(&mut owner)
        .await?;
    if !there {
        sqlx::raw_sql(AssertSqlSafe(format!("create database {}", quoted(name)))).execute(&mut owner).await?;
    }
    owner.close().await?;
    Ok(())
}

pub(crate) async fn connect(url: &str) -> Result<PgConnection> {
    Ok(options(url)?.connect().await?)
}

pub(crate) fn options(url: &str) -> Result<PgConnectOptions> {
    // The address is not shown: it may hold a password.
    PgConnectOptions::from_str(url).map_err(|error| Error::Url(error.to_string()))
}

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
