//! `ownlane`: everything in one process, or a part of it by subcommand. Hidden subcommands start a throw-away world for a
//! test and run a command in it.

use clap::{Parser, Subcommand};
use db::embedded_postgres::{EmbeddedPostgres, Options};
use rules::checks::{Check, Verdict};
use rules::error::describe;
use rules::time::Clock;
use server::config::{Config, SETTINGS_HELP};
use server::database::Database;
use server::doors::PageDoors;
#[cfg(feature = "sandbox")]
use server::drill;
use server::serve::Server;
use server::system::{Machine, SystemClock};
use server::world::World;
use server::{BoxError, doctor, inspect, telemetry};
use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::process::Command;
use tokio::sync::watch;

/// Sales mail over Amazon SES, each team in a lane of its own. Without a subcommand: brings the database up to date,
/// serves the pages and does the work, in one process.
#[derive(Parser)]
#[command(version, after_help = SETTINGS_HELP)]
struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    #[command(flatten)]
    Part(Part),
    /// Say what the product would decide about something, and why, as JSON, one object a line. Needs no database.
    #[command(subcommand, after_help = inspect::HELP)]
    Inspect(inspect::Inspect),
    /// Play a story in throw-away worlds and report what it showed. It fails where that is not as it must be.
    #[cfg(feature = "sandbox")]
    #[command(subcommand)]
    Drill(drill::command::Drill),
}

/// What needs a database.
#[derive(Subcommand)]
enum Part {
    /// Serve the pages only.
    #[command(after_help = SETTINGS_HELP)]
    Serve,
    /// Do the work only: what the pages have asked for is done by as many of these as you like.
    #[command(after_help = SETTINGS_HELP)]
    Work,
    /// Bring the database up to date, and make the logins.
    #[command(after_help = SETTINGS_HELP)]
    Migrate,
    /// Look at what Ownlane needs and say how to mend what is missing.
    #[command(after_help = SETTINGS_HELP)]
    Doctor,
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
            eprintln!("ownlane: {}", describe(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, BoxError> {
    match arguments.what {
        Some(What::Inspect(subject)) => Ok(inspect::run(&subject)),
        Some(What::Part(part)) => run_part(Some(part)),
        #[cfg(feature = "sandbox")]
        Some(What::Drill(drill)) => {
            let config = Config::from_environment()?;
            let (_folder, own) = throw_away(&config)?;
            block_on(drill::command::run(&drill, &config, &own))
        }
        None => run_part(None),
    }
}

fn run_part(part: Option<Part>) -> Result<ExitCode, BoxError> {
    let config = Config::from_environment()?;
    match part {
        None => {
            let database = Database::start(&config)?;
            block_on(everything(&config, &database))
        }
        Some(Part::Serve) => {
            let database = Database::join_or_start(&config)?;
            block_on(serve(&config, &database))
        }
        Some(Part::Work) => {
            let database = Database::join_or_start(&config)?;
            block_on(work(&config, &database))
        }
        Some(Part::Migrate) => {
            let database = Database::join_or_start(&config)?;
            block_on(migrate(&database))
        }
        Some(Part::Doctor) => {
            let database = Database::join_or_start(&config)?;
            block_on(examine(&config, &database))
        }
        Some(Part::WithPostgres { command }) => {
            let (_folder, own) = throw_away(&config)?;
            let variables = vec![("DATABASE_URL", own.maintenance_url())];
            block_on(async { child(&command, variables).await })
        }
        Some(Part::WithServer { command }) => {
            let (_folder, own) = throw_away(&config)?;
            block_on(with_server(config, Database::Own(own), &command))
        }
    }
}

fn block_on(work: impl Future<Output = Result<ExitCode, BoxError>>) -> Result<ExitCode, BoxError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

async fn everything(config: &Config, database: &Database<'_>) -> Result<ExitCode, BoxError> {
    database.migrate().await?;
    let stop = stop_signal();
    let world = World::start(config, sandbox_state(config, database), stop.clone()).await?;
    let server = Server::bind(config, database, world.for_pages()).await?;
    let worker = context(config, database, &world, Some(server.doors())).await?;
    say(&world.describe());
    greet(config, &server);
    let playing = world.play(&server, stop.clone());
    let (served, (), ()) = tokio::join!(server.run(stop.clone()), worker::run(worker, stop), playing);
    served?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(config: &Config, database: &Database<'_>) -> Result<ExitCode, BoxError> {
    if database.is_own() {
        database.migrate().await?;
    }
    let server = Server::bind(config, database, World::of_pages_alone()).await?;
    greet(config, &server);
    server.run(stop_signal()).await?;
    Ok(ExitCode::SUCCESS)
}

async fn work(config: &Config, database: &Database<'_>) -> Result<ExitCode, BoxError> {
    if database.is_own() {
        database.migrate().await?;
    }
    let stop = stop_signal();
    let world = World::start(config, sandbox_state(config, database), stop.clone()).await?;
    let worker = context(config, database, &world, doors(config, database).await?).await?;
    say(&world.describe());
    worker::run(worker, stop).await;
    Ok(ExitCode::SUCCESS)
}

async fn migrate(database: &Database<'_>) -> Result<ExitCode, BoxError> {
    database.migrate().await?;
    println!("The database is up to date.");
    if !database.is_own() {
        println!(
            "Its logins ownlane_web, ownlane_worker and ownlane_operator have no password until you give them one \
             (`alter role ownlane_web password …`); their addresses go into OWNLANE_DB_WEB, _WORKER and _OPERATOR."
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Fails when a person must mend something, so that a watchman can call it.
async fn examine(config: &Config, database: &Database<'_>) -> Result<ExitCode, BoxError> {
    let checks = doctor::examine(database, config.mail_from.as_ref(), SystemClock.now()).await;
    for Check { subject, verdict, words } in &checks {
        let verdict = match verdict {
            Verdict::Fine => "ok",
            Verdict::Look => "look",
            Verdict::Mend => "MEND",
        };
        println!("{verdict:<5} {subject}: {words}");
    }
    let is_well = checks.iter().all(|check| check.verdict != Verdict::Mend);
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn with_server(mut config: Config, database: Database<'_>, command: &[String]) -> Result<ExitCode, BoxError> {
    config.listen.set_port(0);
    config.world.take_any_port();
    database.migrate().await?;
    let stop = stop_signal();
    let world = World::start(&config, None, stop.clone()).await?;
    let server = Server::bind(&config, &database, world.for_pages()).await?;
    config.public_url = server.public_url.clone();
    let worker = context(&config, &database, &world, Some(server.doors())).await?;
    let mut variables = vec![("OWNLANE_URL", config.public_url.origin().to_owned())];
    variables.extend(world.variables());
    variables.extend(server.operator_link.clone().map(|link| ("OWNLANE_OPERATOR_LINK", link)));
    let playing = world.play(&server, stop.clone());
    tokio::spawn(playing);
    tokio::select! {
        served = server.run(stop.clone()) => served.and(Err("the server stopped before the command".into())),
        () = worker::run(worker, stop) => Err("the worker stopped before the command".into()),
        code = child(command, variables) => code,
    }
}

fn greet(config: &Config, server: &Server) {
    say(&format!("Ownlane is at {}", config.public_url.origin()));
    if let Some(link) = &server.operator_link {
        say(&format!("There is no operator yet. Become one here, within a day: {link}"));
    }
}

/// A line on standard output. That nobody reads it is no reason to stop.
fn say(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

async fn context(
    config: &Config,
    database: &Database<'_>,
    world: &World,
    doors: Option<Arc<dyn worker::Doors>>,
) -> Result<worker::Context, BoxError> {
    let login = db::scope::WorkerLogin::connect(database.worker()?.reveal()).await?;
    let (ses, dns) = world.reach(config).await?;
    let (ses, dns) = (Arc::new(ses), Arc::new(dns));
    let Machine { clock, chance } = Machine::real();
    Ok(worker::Context {
        login,
        ses,
        dns,
        clock,
        chance,
        public_url: config.public_url.origin().into(),
        mail_from: config.mail_from.clone(),
        doors,
        accounts: Arc::default(),
        sending: Arc::default(),
        event_wait: EVENT_WAIT,
    })
}

/// Where this process may sign in as the pages do, it can try their doors.
async fn doors(config: &Config, database: &Database<'_>) -> Result<Option<Arc<dyn worker::Doors>>, BoxError> {
    if database.web().is_err() || database.operator().is_err() {
        return Ok(None);
    }
    let (url, world) = (config.public_url.clone(), World::of_pages_alone());
    let (site, router) = server::serve::pages(config, database, url, world, Machine::real()).await?;
    Ok(Some(Arc::new(PageDoors { site, router })))
}

/// A longer wait would save requests, and hold up the end of the process.
const EVENT_WAIT: std::time::Duration = std::time::Duration::from_secs(2);

/// The sandbox remembers beside our own Postgres, so that both know the same after a restart.
fn sandbox_state(config: &Config, database: &Database<'_>) -> Option<std::path::PathBuf> {
    if !database.is_own() {
        return None;
    }
    let (folder, file) = (config.data.join("sandbox"), config.data.join("sandbox.json"));
    // It was a file once, which the sandbox makes a folder of.
    if file.exists()
        && !folder.exists()
        && let Err(error) = std::fs::rename(&file, &folder)
    {
        tracing::warn!(%error, "the state of the sandbox stays in sandbox.json");
        return Some(file);
    }
    Some(folder)
}

/// True once the process is told to stop (SIGINT, SIGTERM).
fn stop_signal() -> watch::Receiver<bool> {
    use tokio::signal::unix::{SignalKind, signal};
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => drop(tokio::signal::ctrl_c().await),
        }
        sender.send_replace(true);
    });
    receiver
}

async fn child(command: &[String], variables: Vec<(&str, String)>) -> Result<ExitCode, BoxError> {
    let (program, arguments) = command.split_first().ok_or("which command?")?;
    let status = Command::new(program).args(arguments).envs(variables).kill_on_drop(true).status().await?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

fn throw_away(config: &Config) -> Result<(tempfile::TempDir, EmbeddedPostgres), BoxError> {
    let folder = tempfile::tempdir()?;
    let own = EmbeddedPostgres::start(&Options {
        data: folder.path().join("data"),
        bin: config.pg_bin.clone(),
        path: config.path.clone(),
        throw_away: true,
    })?;
    Ok((folder, own))
}
