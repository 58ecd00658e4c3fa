//! `ownlane doctor`: looks at what Ownlane needs and at how the machine stands, and says how to mend what is missing. It
//! changes nothing. How the machine stands is read and judged as on the console's page.

use crate::BoxError;
use crate::database::Database;
use db::console::machine;
use db::scope::{AccountsTx, OperatorLogin, OperatorTx, WebLogin, WorkerLogin, WorkerTx};
use rules::addresses::EmailAddress;
use rules::checks::{self, Check, Verdict};
use rules::error::describe;
use rules::time::OffsetDateTime;

/// The oldest Postgres that our schema and its row security were tried on.
const POSTGRES_MAJOR_MIN: i32 = 15;

/// All checks, in an order in which mending one may mend those behind it. `sender`: what the platform's own mail is to leave
/// from.
pub async fn examine(database: &Database<'_>, sender: Option<&EmailAddress>, now: OffsetDateTime) -> Vec<Check> {
    let [postgres, schema] = look_at_schema(database).await;
    let mut found = vec![
        postgres,
        schema,
        check("web login", try_web(database).await),
        check("worker login", try_worker(database).await),
    ];
    match try_operator(database, sender).await {
        Ok((words, facts)) => {
            found.push(check("operator login", Ok(words)));
            found.extend(checks::examine(&facts, now));
        }
        Err(error) => found.push(check("operator login", Err(error))),
    }
    found
}

fn check(subject: &str, outcome: Result<String, BoxError>) -> Check {
    let (verdict, words) = match outcome {
        Ok(words) => (Verdict::Fine, words),
        Err(error) => (Verdict::Mend, describe(&*error)),
    };
    Check { subject: subject.to_owned(), verdict, words }
}

async fn look_at_schema(database: &Database<'_>) -> [Check; 2] {
    let status = async { Ok::<_, BoxError>(db::migrate::status(database.owner()?.reveal()).await?) };
    let (postgres, schema) = match status.await {
        Err(error) => (Err(error), Err("not looked at, as the database was not reached".into())),
        Ok(status) => {
            let version = if status.server_major >= POSTGRES_MAJOR_MIN {
                Ok(status.server_version)
            } else {
                Err(format!("{} is too old: use {POSTGRES_MAJOR_MIN} or newer", status.server_version).into())
            };
            let schema = match (status.pending, status.unknown) {
                (0, 0) => Ok("current".to_owned()),
                (pending, 0) => Err(format!("{pending} migrations are missing: run `ownlane migrate`").into()),
                (_, unknown) => {
                    let words =
                        format!("{unknown} migrations are newer than this program: run the Ownlane that made them");
                    Err(words.into())
                }
            };
            (version, schema)
        }
    };
    [check("Postgres", postgres), check("schema", schema)]
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

async fn try_operator(
    database: &Database<'_>,
    sender: Option<&EmailAddress>,
) -> Result<(String, checks::MachineFacts), BoxError> {
    let login = OperatorLogin::connect(database.operator()?.reveal()).await?;
    let mut tx = OperatorTx::bootstrap(&login).await?;
    let operators = db::console::count_operators(&mut tx).await?;
    let facts = machine::find_facts_of_doctor(&mut tx, sender).await?;
    tx.commit().await?;
    let words = match operators {
        0 => "powerless, and may enter; nobody is operator yet: start Ownlane and open the link it prints".to_owned(),
        _ => format!("powerless, and may enter; {operators} operators"),
    };
    Ok((words, facts))
}
