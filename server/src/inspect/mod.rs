//! `ownlane inspect`: what the product would decide about something, and why, by the very code that decides. Never needs a
//! database, never decides by itself, and changes nothing.

mod address;
mod csv;
mod dns;
mod event;
mod mail;
mod record;
mod template;

use clap::{Args, Subcommand};
use rules::limits;
use serde_json::Value;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What holds for all of them.
pub const HELP: &str = "\
Each prints JSON, one object a line. A sentence in it is what a person would read on the page.
It exits with 0, also when something is refused: that is a decision. It exits with 2 and one sentence on standard error when
a file cannot be read, when JSON was asked for and it is none, and when an argument is missing.
A FILE may be - for standard input. No database is asked or started: what only it knows (leads that are known already, who is
suppressed, what a team pauses) is left out.";

#[derive(Subcommand)]
pub enum Inspect {
    /// What an import decides about an address: accepted or refused, normal form, and what the address tells of its mailbox.
    #[command(after_help = HELP)]
    Address(Addresses),
    /// What an import of a file decides, row by row.
    ///
    /// First {"kind":"file"}: encoding and by what it is known ("mark", "whole_file" or
    /// "guess"), delimiter, headings, proposed columns ("@" is the address, null is left out). Then {"kind":"row"} for each
    /// row, and {"kind":"summary"} last. A file that is not taken has "refused" and no rows.
    #[command(after_help = HELP)]
    Csv(Table),
    /// What becomes of templates for leads.
    ///
    /// Reads objects {"template","lead"} or {"subject","body","lead"} on standard input, each with
    /// "sender" {"name","email","signature","postal_address"}, "opt_out" (a link) and "now" (RFC 3339) if wanted. A lead's
    /// values are texts; a number is taken as its text. "refused" is why it cannot be saved, "blocked" why nothing is sent to this lead, "text" what is sent.
    #[command(after_help = HELP)]
    Template,
    /// What a mail that came in is, and what its writer says.
    ///
    /// Its kind ("person", "automatic", "bounce" or "complaint"), the person's own words, what is
    /// quoted, whether they want no more mail, and which mails of ours it may answer.
    #[command(after_help = HELP)]
    Reply(Source),
    /// Whom a report says that a mail did not reach.
    ///
    /// Each recipient with its status, "hard" or "soft", and whether the address
    /// is suppressed. "kind" says what the mail is where it is no bounce.
    #[command(after_help = HELP)]
    Bounce(Source),
    /// What an event of Amazon SES says, and what follows.
    ///
    /// Bare, in SNS's envelope, or EventBridge's. One that is not known has
    /// "known": false and no effect; what is no event has "refused".
    #[command(after_help = HELP)]
    Event(Source),
    /// Whether a name can be connected, and how its records stand.
    ///
    /// Says of each record that the product asks for how it is observed ("found", "wrong", "several", "doubled", "not_found"
    /// or "unknown"), and what its SPF, DMARC and MX records are worth. Asks the resolver that the worker asks: built with the
    /// sandbox, only the one at OWNLANE_SANDBOX_DNS (the `ownlane` or `sandbox` that runs there answers; where none runs every
    /// look-up is "unknown"); built without it, the name servers of the machine.
    #[command(after_help = HELP)]
    Dns(Name),
    /// What receivers make of the TXT records of one name: "spf" and "dmarc", each null where there is none. Asks nobody.
    ///
    /// Read strictly, by RFC 7208 and RFC 9989. "lookups" are those of the record itself, of which receivers make ten at most,
    /// the included records' own among them.
    #[command(after_help = HELP)]
    Record(Records),
}

#[derive(Args)]
pub struct Records {
    /// All TXT records of one name, each as it is joined.
    #[arg(required = true, value_name = "TEXT", allow_hyphen_values = true)]
    texts: Vec<String>,
    /// That name.
    #[arg(long, default_value = "")]
    name: String,
}

#[derive(Args)]
pub struct Addresses {
    /// As they stand in a cell, like anna@example.com or "Anna Berg <anna@example.com>".
    #[arg(required = true, value_name = "ADDR", allow_hyphen_values = true)]
    addresses: Vec<String>,
    /// Take mailboxes of roles (info@, sales@), as an import may.
    #[arg(long)]
    roles: bool,
}

#[derive(Args)]
pub struct Table {
    /// As it would be uploaded.
    file: PathBuf,
    /// Take mailboxes of roles (info@, sales@), as an import may.
    #[arg(long)]
    roles: bool,
}

#[derive(Args)]
pub struct Source {
    file: PathBuf,
}

#[derive(Args)]
pub struct Name {
    domain: String,
    /// The region of Amazon SES, which the return path's MX names.
    #[arg(long, default_value = "us-east-1")]
    region: String,
}

/// Why nothing could be decided.
#[derive(Debug, thiserror::Error)]
enum InspectError {
    #[error("{path} cannot be read: {error}", path = .path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error("{what} is no JSON: {error}")]
    Json { what: String, error: serde_json::Error },
    #[error("A copy of the file cannot be kept while it is read: {0}")]
    Copy(io::Error),
    #[error("{0}")]
    Setting(#[from] crate::config::ConfigError),
    #[error("The resolver cannot be set up: {0}")]
    Resolver(String),
    #[error("What was found cannot be written: {0}")]
    Write(io::Error),
}

type Result<T> = std::result::Result<T, InspectError>;

/// The exit code says whether anything could be decided.
pub fn run(subject: &Inspect) -> ExitCode {
    let mut out = Output(io::BufWriter::new(io::stdout().lock()));
    let outcome = match subject {
        Inspect::Address(asked) => address::inspect(&asked.addresses, asked.roles, &mut out),
        Inspect::Csv(table) => csv::inspect(&table.file, table.roles, &mut out),
        Inspect::Template => template::inspect(&mut out),
        Inspect::Reply(source) => mail::inspect_reply(&source.file, &mut out),
        Inspect::Bounce(source) => mail::inspect_bounce(&source.file, &mut out),
        Inspect::Event(source) => event::inspect(&source.file, &mut out),
        Inspect::Record(records) => record::inspect(&records.name, &records.texts, &mut out),
        Inspect::Dns(name) => dns::inspect(&name.domain, &name.region, &mut out),
    };
    match outcome.and_then(|()| out.0.flush().map_err(InspectError::Write)) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has seen enough.
        Err(InspectError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ownlane inspect: {error}");
            ExitCode::from(2)
        }
    }
}

/// Standard output, one object a line.
struct Output(io::BufWriter<io::StdoutLock<'static>>);

impl Output {
    fn line(&mut self, object: &Value) -> Result<()> {
        writeln!(self.0, "{object}").map_err(InspectError::Write)
    }
}

fn open(path: &Path) -> Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let failed = |error| InspectError::Read { path: path.to_owned(), error };
    let file = File::open(path).map_err(failed)?;
    Ok(Box::new(file))
}

/// As much of a file as the product would read of a mail.
fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limits::REPLY_BYTES_MAX).unwrap_or(u64::MAX);
    let failed = |error| InspectError::Read { path: path.to_owned(), error };
    open(path)?.take(most).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
