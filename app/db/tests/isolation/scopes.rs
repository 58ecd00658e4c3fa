//! The doors: what a login can do before and after it enters.

use db::fixtures::TestDatabase;
use db::scope::{AccountsTx, OperatorTx, WebLogin};
use rules::ids::UserId;
use sqlx::{Connection, PgConnection};

async fn refused(connection: &mut PgConnection, sql: &'static str) -> String {
    let outcome = sqlx::raw_sql(sql).execute(connection).await;
    assert!(outcome.is_err(), "allowed: {sql}");
    outcome.err().unwrap().to_string()
}

#[tokio::test]
async fn a_login_can_do_nothing_before_it_enters_and_enters_once() {
    let database = TestDatabase::new().await;
    for login in ["ownlane_web", "ownlane_worker", "ownlane_operator"] {
        let mut connection = PgConnection::connect(&database.url(login)).await.unwrap();
        let error = refused(&mut connection, "select * from public.users").await;
        assert!(error.contains("permission denied"), "{login}: {error}");
    }
    let mut web = PgConnection::connect(&database.url("ownlane_web")).await.unwrap();
    let mut tx = web.begin().await.unwrap();
    sqlx::query("select app.enter_accounts()").execute(&mut *tx).await.unwrap();
    let role: String = sqlx::query_scalar("select current_user::text").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(role, "app_accounts");
    let error = refused(&mut tx, "select app.enter_accounts()").await;
    assert!(error.contains("permission denied"), "{error}");
    drop(tx);
    let error = refused(&mut web, "select app.enter_operator()").await;
    assert!(error.contains("permission denied"), "{error}");
}

#[tokio::test]
async fn an_operator_never_reads_a_password_hash() {
    let database = TestDatabase::new().await;
    let mut connection = PgConnection::connect(&database.url("ownlane_operator")).await.unwrap();
    let mut tx = connection.begin().await.unwrap();
    sqlx::query("select app.enter_operator()").execute(&mut *tx).await.unwrap();
    sqlx::query("select id, email from users").execute(&mut *tx).await.unwrap();
    let error = refused(&mut tx, "select password_hash from users").await;
    assert!(error.contains("permission denied"), "{error}");
}

#[tokio::test]
async fn the_owner_is_refused_as_a_login() {
    let database = TestDatabase::new().await;
    let refused = WebLogin::connect(&database.url(db::embedded_postgres::OWNER)).await.err().unwrap();
    assert!(matches!(refused, db::Error::PowerfulLogin(_)), "{refused}");
}

#[tokio::test]
async fn a_stranger_cannot_open_the_operators_scope() {
    let database = TestDatabase::new().await;
    let stranger = UserId::from_uuid(uuid::Uuid::from_u128(1));
    let refused = OperatorTx::read(&database.operator, stranger).await.err().unwrap();
    assert!(matches!(refused, db::Error::NotOperator), "{refused}");
    AccountsTx::begin(&database.web).await.unwrap().commit().await.unwrap();
}
