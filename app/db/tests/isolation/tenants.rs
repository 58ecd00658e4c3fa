//! Two tenants: whatever the one tries on the other's rows comes to nothing, in every table that has tenants.

use db::accounts::memberships;
use db::fixtures::TestDatabase;
use db::scope::TenantTx;
use rules::access::Role;
use rules::ids::{TenantId, UserId};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

const OURS: u128 = 0x7000_8000_0000_0000_0001;
const THEIRS: u128 = 0x7000_8000_0000_0000_0002;
const PERSON: u128 = 0x100;

#[tokio::test]
async fn a_tenant_sees_itself_alone() {
    let database = seeded().await;
    let ours = TenantId::from_uuid(Uuid::from_u128(OURS));
    let person = |number| UserId::from_uuid(Uuid::from_u128(number + PERSON));
    let mut tx = TenantTx::begin(&database.web, ours).await.unwrap();
    assert_eq!(memberships::find_role(&mut tx, person(OURS)).await.unwrap(), Some(Role::Owner));
    assert_eq!(memberships::find_role(&mut tx, person(THEIRS)).await.unwrap(), None);
    let mut tx = TenantTx::begin_work(&database.worker, ours).await.unwrap();
    assert_eq!(memberships::list(&mut tx).await.unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_of_another_tenant_can_be_reached_in_any_table() {
    let database = seeded().await;
    let mut owner = database.owner().await;
    let tables = tenant_tables(&mut owner).await;
    assert!(tables.len() >= 4, "{tables:?}");
    for login in ["ownlane_web", "ownlane_worker"] {
        let mut ours = PgConnection::connect(&database.url(login)).await.unwrap();
        for table in &tables {
            try_everything(&mut owner, &mut ours, table, false).await;
        }
    }
    // Once more without the grants, so that row security alone must hold.
    run(&mut owner, "grant all on all tables in schema public to app_tenant").await.unwrap();
    let mut ours = PgConnection::connect(&database.url("ownlane_web")).await.unwrap();
    for table in &tables {
        try_everything(&mut owner, &mut ours, table, true).await;
    }
}

#[tokio::test]
async fn without_a_tenant_there_are_no_rows() {
    let database = seeded().await;
    let mut owner = database.owner().await;
    let tables = tenant_tables(&mut owner).await;
    let mut bare = PgConnection::connect(&database.url("app_tenant")).await.unwrap();
    for table in &tables {
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
            .fetch_one(&mut bare)
            .await
            .unwrap();
        assert_eq!(seen, 0, "{table}");
    }
}

async fn try_everything(owner: &mut PgConnection, ours: &mut PgConnection, table: &str, granted: bool) {
    let (us, them) = (Uuid::from_u128(OURS), Uuid::from_u128(THEIRS));
    for tenant in [us, them] {
        let sql = format!("select count(*) from {table} where tenant_id = '{tenant}'");
        let rows: i64 = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut *owner).await.unwrap();
        assert!(rows > 0, "seed.sql has no row for {table}");
    }
    let sees = format!("delete from {table} where tenant_id <> '{us}'");
    let reaches = [
        format!("select from {table} where tenant_id = '{them}'"),
        format!("select from {table} where tenant_id = '{them}' for update"),
        format!("update {table} set tenant_id = tenant_id where tenant_id = '{them}'"),
        format!("delete from {table} where tenant_id = '{them}'"),
        sees,
    ];
    for sql in reaches {
        match attempt(ours, us, &sql).await {
            Ok(rows) => assert_eq!(rows, 0, "{sql}"),
            Err(error) => assert!(!granted && error.contains("permission denied"), "{sql}: {error}"),
        }
    }
    let mut crossings = vec![format!("update {table} set tenant_id = '{them}' where tenant_id = '{us}'")];
    crossings.push(insertion(owner, table, us, them).await);
    for sql in crossings {
        let outcome = attempt(ours, us, &sql).await;
        assert!(outcome.is_err(), "allowed: {sql}");
        let error = outcome.unwrap_err();
        let by_rows = error.contains("row-level security");
        assert!(by_rows || (!granted && error.contains("permission denied")), "{sql}: {error}");
    }
}

/// A statement that inserts a copy of our row as theirs.
async fn insertion(owner: &mut PgConnection, table: &str, us: Uuid, them: Uuid) -> String {
    let columns: String = sqlx::query_scalar(
        "select string_agg(quote_ident(attname), ', ') from pg_attribute
         where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
    )
    .bind(table)
    .fetch_one(&mut *owner)
    .await
    .unwrap();
    let sql = format!(
        "select quote_literal((to_jsonb(x) || jsonb_build_object('tenant_id', '{them}'))::text)
         from {table} x where tenant_id = '{us}' limit 1"
    );
    let row: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(owner).await.unwrap();
    format!("insert into {table} ({columns}) select {columns} from jsonb_populate_record(null::{table}, {row})")
}

/// How many rows a statement touches in the tenant's scope; it is rolled back.
async fn attempt(connection: &mut PgConnection, tenant: Uuid, sql: &str) -> Result<u64, String> {
    let mut tx = connection.begin().await.unwrap();
    sqlx::query("select app.enter($1)").bind(tenant).execute(&mut *tx).await.unwrap();
    let done = run(&mut tx, sql).await;
    tx.rollback().await.unwrap();
    done
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<u64, String> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    done.map(|done| done.rows_affected()).map_err(|error| error.to_string())
}

async fn tenant_tables(owner: &mut PgConnection) -> Vec<String> {
    sqlx::query_scalar(
        "select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = 'tenant_id'
         order by 1",
    )
    .fetch_all(owner)
    .await
    .unwrap()
}

async fn seeded() -> TestDatabase {
    let database = TestDatabase::new().await;
    let mut owner = database.owner().await;
    for (n, tenant) in [(1, OURS), (2, THEIRS)] {
        let sql = include_str!("seed.sql")
            .replace("{tenant}", &Uuid::from_u128(tenant).to_string())
            .replace("{user}", &Uuid::from_u128(tenant + PERSON).to_string())
            .replace("{n}", &n.to_string());
        run(&mut owner, &sql).await.unwrap();
    }
    database
}
