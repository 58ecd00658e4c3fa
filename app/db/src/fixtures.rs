//! Databases for tests: each test has one of its own, copied from a migrated template on the cluster that
//! `DATABASE_URL` names (`ownlane with-postgres` sets it).

#![expect(clippy::expect_used, reason = "a test cannot go on without its database")]

use crate::migrate::{MIGRATIONS, connect, options, quoted};
use crate::scope::{OperatorLogin, WebLogin, WorkerLogin};
use rules::secrets::SecretHash;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

/// One test's database, and the logins to it.
pub struct TestDatabase {
    owner: PgConnectOptions,
    pub web: WebLogin,
    pub worker: WorkerLogin,
    pub operator: OperatorLogin,
}

impl TestDatabase {
    /// # Panics
    /// When there is no cluster to test on: a test cannot go on without.
    pub async fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "a test has no configuration but this")]
        let cluster = std::env::var("DATABASE_URL").expect("DATABASE_URL: run tests through `make unit`");
        Self::on(&cluster).await
    }

    /// On another cluster, named as its owner sees it.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn on(cluster: &str) -> Self {
        let name = copy_template(cluster).await;
        let owner = options(cluster).expect("DATABASE_URL is an address").database(&name);
        let url = |login: &str| owner.clone().username(login).to_url_lossy().to_string();
        Self {
            web: WebLogin::connect(&url("ownlane_web")).await.expect("the web login signs in"),
            worker: WorkerLogin::connect(&url("ownlane_worker")).await.expect("the worker login signs in"),
            operator: OperatorLogin::connect(&url("ownlane_operator")).await.expect("the operator login signs in"),
            owner,
        }
    }

    /// A connection of the database's owner: for looking behind the scenes in a test.
    pub async fn owner(&self) -> PgConnection {
        self.owner.connect().await.expect("the owner signs in")
    }

    /// How many rows a table has, seen from behind the scenes.
    pub async fn count(&self, table: &str) -> i64 {
        let sql = AssertSqlSafe(format!("select count(*) from {}", quoted(table)));
        sqlx::query_scalar(sql).fetch_one(&mut self.owner().await).await.expect("the table can be counted")
    }

    /// Does something behind the scenes.
    pub async fn run(&self, sql: &str) {
        run(&mut self.owner().await, sql).await;
    }

    /// One value from behind the scenes, as text.
    pub async fn text(&self, sql: &str) -> String {
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::query_scalar(sql).fetch_one(&mut self.owner().await).await.expect("there is such a value")
    }

    /// Where sessions were begun.
    pub async fn session_addresses(&self) -> Vec<String> {
        let sql = "select address from sessions order by created_at";
        sqlx::query_scalar(sql).fetch_all(&mut self.owner().await).await.expect("sessions can be listed")
    }

    /// The address of this database for one of the logins, or for its owner.
    pub fn url(&self, login: &str) -> String {
        self.owner.clone().username(login).to_url_lossy().to_string()
    }
}

/// The name of a fresh copy. The template is made by whoever comes first, under a lock.
async fn copy_template(cluster: &str) -> String {
    let mut names = String::new();
    for migration in MIGRATIONS.iter() {
        names.extend(migration.checksum.iter().map(|byte| format!("{byte:02x}")));
    }
    let fingerprint: String =
        SecretHash::of(names.as_bytes()).bytes().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let template = format!("ownlane_template_{fingerprint}");
    let mut admin = connect(cluster).await.expect("the cluster of DATABASE_URL answers");
    run(&mut admin, "select pg_advisory_lock(7261)").await;
    let there: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&template)
        .fetch_one(&mut admin)
        .await
        .expect("databases can be listed");
    if !there {
        let making = format!("{template}_new");
        run(&mut admin, &format!("drop database if exists {}", quoted(&making))).await;
        run(&mut admin, &format!("create database {}", quoted(&making))).await;
        let at = options(cluster).expect("DATABASE_URL is an address").database(&making);
        let mut owner = at.connect().await.expect("the new template answers");
        MIGRATIONS.run(&mut owner).await.expect("the migrations run");
        owner.close().await.expect("the template is left");
        run(&mut admin, &format!("alter database {} rename to {}", quoted(&making), quoted(&template))).await;
    }
    let name: String = sqlx::query_scalar("select 'ownlane_test_' || replace(gen_random_uuid()::text, '-', '')")
        .fetch_one(&mut admin)
        .await
        .expect("a name can be drawn");
    run(&mut admin, &format!("create database {} template {}", quoted(&name), quoted(&template))).await;
    run(&mut admin, "select pg_advisory_unlock(7261)").await;
    admin.close().await.expect("the cluster is left");
    name
}

/// What a deadlock with the work under test has undone is done again.
async fn run(admin: &mut PgConnection, sql: &str) {
    const DEADLOCK: &str = "40P01";
    for _ in 0..9 {
        match sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *admin).await {
            Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(DEADLOCK) => {}
            done => {
                done.expect(sql);
                return;
            }
        }
    }
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(admin).await.expect(sql);
}
