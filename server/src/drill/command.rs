//! The drill as a command, and what its lines say to whoever started it from the console.

use super::{Scale, noisy_neighbour};
use crate::BoxError;
use crate::config::{Config, ForeignDatabase};
use clap::{Args, Subcommand};
use db::embedded_postgres::EmbeddedPostgres;
use rules::drill::Line;
use std::io::Write;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Drill {
    /// Two teams live side by side, one of them uploads a bad list: are the other's figures those of the weeks without it?
    NoisyNeighbour(NoisyNeighbour),
}

#[derive(Args)]
pub struct NoisyNeighbour {
    /// What chance is made from: the same number, the same play.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Four days instead of three weeks.
    #[arg(long)]
    small: bool,
    /// Lines of JSON: how far it is, and at the end the report.
    #[arg(long)]
    json: bool,
}

/// In databases of its own on `cluster`.
pub async fn run(
    Drill::NoisyNeighbour(wish): &Drill,
    config: &Config,
    cluster: &EmbeddedPostgres,
) -> Result<ExitCode, BoxError> {
    let names = ["drill_1", "drill_2", "drill_3", "drill_4"];
    for name in names {
        db::migrate::create_database(&cluster.maintenance_url(), name).await?;
    }
    let databases =
        names.map(|name| ForeignDatabase::of(|login| cluster.url(login.unwrap_or(db::embedded_postgres::OWNER), name)));
    let scale = if wish.small { Scale::SMALL } else { Scale::WHOLE };
    let say = |stage: &str| match wish.json {
        true => write_line(&Line::Stage(stage.to_owned())),
        false => {
            eprintln!("{stage}");
            Ok(())
        }
    };
    let report = noisy_neighbour(config, databases, scale, wish.seed, &say).await?;
    let holds = report.holds();
    match wish.json {
        true => write_line(&Line::Report(Box::new(report)))?,
        false => print(&report.to_string())?,
    }
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// It fails once whoever started this is gone.
fn write_line(line: &Line) -> Result<(), BoxError> {
    print(&format!("{}\n", serde_json::to_string(line)?))
}

fn print(text: &str) -> Result<(), BoxError> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
