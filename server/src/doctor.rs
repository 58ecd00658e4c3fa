//! `ownlane doctor`: looks at what Ownlane needs and says how to mend what is missing. It changes nothing.

use crate::BoxError;
use crate::database::Database;
use db::scope::{AccountsTx, OperatorLogin, OperatorTx, WebLogin, WorkerLogin, WorkerTx};
use rules::error::describe;

/// The oldest Postgres that our schema and its row security were tried on.
const POSTGRES_MAJOR_MIN: i32 = 15;

/// What was looked at, and what was found: fine, or what to do.
pub struct Finding {
    pub subject: &'static str,
    pub outcome: Result<String, String>,
}

/// All findings, in an order in which mending one may mend those behind it.
pub async fn examine(database: &Database<'_>) -> Vec<Finding> {
    let [postgres, schema] = look_at_schema(database).await;
    let finding = |subject, outcome: Result<String, BoxError>| Finding {
        subject,
        outcome: outcome.map_err(|error| describe(&*error)),
    };
    vec![
        postgres,
        schema,
        finding("web login", try_web(database).await),
        finding("worker login", try_worker(database).await),
        finding("operator login", try_operator(database).await),
    ]
}

async fn look_at_schema(database: &Database<'_>) -> [Finding; 2] {
    let status = async { Ok::<_, BoxError>(db::migrate::status(database.owner()?.reveal()).await?) };
    let (postgres, schema) = match status.await {
        Err(error) => (Err(describe(&*error)), Err("not looked at, as the database was not reached".to_owned())),
        Ok(status) => {
            let version = if status.server_major >= POSTGRES_MAJOR_MIN {
                Ok(status.server_version)
            } else {
                Err(format!("{} is too old: use {POSTGRES_MAJOR_MIN} or newer", status.server_version))
            };
            let schema = match (status.pending, status.unknown) {
                (0, 0) => Ok("current".to_owned()),
                (pending, 0) => Err(format!("{pending} migrations are missing: run `ownlane migrate`")),
                (_, unknown) => {
                    Err(format!("{unknown} migrations are newer than this program: run the Ownlane that made them"))
                }
            };
            (version, schema)
        }
    };
    [Finding { subject: "Postgres", outcome: postgres }, Finding { subject: "schema", outcome: schema }]
}

async fn try_web(database: &Database<'_>) -> Result<String, BoxError> {
    let login = WebLogin::connect(database.web()?.reveal()).await?;
    AccountsTx::begin(&login).await?.commit().await?;
    Ok("powerless, and may enter".to_owned())
}

async fn try_worker(database: &Database<'_>) -> Result<String, BoxError> {
    let login = WorkerLogin::connect(database.worker()?.reveal()).await?;
    WorkerTx::begin(&login).await?.commit().await?;
    Ok("powerless, and may enter".to_owned())
}

async fn try_operator(database: &Database<'_>) -> Result<String, BoxError> {
    let login = OperatorLogin::connect(database.operator()?.reveal()).await?;
    let mut tx = OperatorTx::bootstrap(&login).await?;
    let operators = db::console::count_operators(&mut tx).await?;
    tx.commit().await?;
    Ok(match operators {
        0 => "powerless, and may enter; nobody is operator yet: start Ownlane and open the link it prints".to_owned(),
        _ => format!("powerless, and may enter; {operators} operators"),
    })
}
