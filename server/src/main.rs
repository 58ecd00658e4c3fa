//! `ownlane`: everything in one process. Hidden subcommands start a throw-away world for a test and run a command in it.

use clap::{Parser, Subcommand};
use db::embedded_postgres::{EmbeddedPostgres, Options};
use server::config::Config;
use server::serve::{BoxError, Server, Urls};
use server::telemetry;
use std::process::ExitCode;
use tokio::process::Command;

/// Sales mail over Amazon SES, each team in a lane of its own.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Run a command with a throw-away Postgres: `DATABASE_URL` in its environment.
    #[command(hide = true)]
    WithPostgres {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<String>,
    },
    /// Run a command with a throw-away server: `OWNLANE_URL` and `OWNLANE_OPERATOR_LINK` in its environment.
    #[command(hide = true)]
    WithServer {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<String>,
    },
}

/// Postgres starts before the runtime: it must be this thread that starts it.
fn main() -> ExitCode {
    let arguments = Arguments::parse();
    telemetry::start();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("ownlane: {}", chain(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, BoxError> {
    match arguments.what {
        None => {
            let config = Config::from_environment()?;
            let own = match &config.database {
                Some(_) => None,
                None => Some(EmbeddedPostgres::start(&Options {
                    data: config.data.clone(),
                    bin: config.pg_bin.clone(),
                    throw_away: false,
                })?),
            };
            block_on(everything(&config, own.as_ref()))
        }
        Some(What::WithPostgres { command }) => {
            let (_folder, own) = throw_away()?;
            let variables = vec![("DATABASE_URL", own.maintenance_url())];
            block_on(async { child(&command, variables).await })
        }
        Some(What::WithServer { command }) => {
            let (_folder, own) = throw_away()?;
            block_on(with_server(&own, &command))
        }
    }
}

fn block_on(work: impl Future<Output = Result<ExitCode, BoxError>>) -> Result<ExitCode, BoxError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

async fn everything(config: &Config, own: Option<&EmbeddedPostgres>) -> Result<ExitCode, BoxError> {
    let server = prepare(config, own).await?;
    println!("Ownlane is at {}", config.public_url.origin());
    if let Some(link) = &server.operator_link {
        println!("There is no operator yet. Become one here, within a day: {link}");
    }
    server.run().await?;
    Ok(ExitCode::SUCCESS)
}

async fn prepare(config: &Config, own: Option<&EmbeddedPostgres>) -> Result<Server, BoxError> {
    if let Some(own) = own {
        db::migrate::create_database(&own.maintenance_url(), own.database()).await?;
    }
    let urls = Urls::of(config, own).ok_or("there is no database")?;
    db::migrate::migrate(urls.owner.reveal()).await?;
    Server::bind(config, &urls).await
}

async fn with_server(own: &EmbeddedPostgres, command: &[String]) -> Result<ExitCode, BoxError> {
    let mut config = Config::from_environment()?;
    config.listen.set_port(0);
    let server = prepare(&config, Some(own)).await?;
    let mut variables = vec![("OWNLANE_URL", format!("http://{}", server.address))];
    variables.extend(server.operator_link.clone().map(|link| ("OWNLANE_OPERATOR_LINK", link)));
    tokio::select! {
        served = server.run() => served.and(Err("the server stopped before the command".into())),
        code = child(command, variables) => code,
    }
}

async fn child(command: &[String], variables: Vec<(&str, String)>) -> Result<ExitCode, BoxError> {
    let (program, arguments) = command.split_first().ok_or("which command?")?;
    let status = Command::new(program).args(arguments).envs(variables).kill_on_drop(true).status().await?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

fn throw_away() -> Result<(tempfile::TempDir, EmbeddedPostgres), BoxError> {
    let folder = tempfile::tempdir()?;
    let pg_bin = Config::from_environment()?.pg_bin;
    let own = EmbeddedPostgres::start(&Options { data: folder.path().join("data"), bin: pg_bin, throw_away: true })?;
    Ok((folder, own))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
