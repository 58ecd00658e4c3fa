//! Settings, read from the environment once at start: the only place that does. Secrets never print.

mod world;

pub use world::WorldConfig;

use ipnet::IpNet;
use rules::addresses::EmailAddress;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Every setting of ours.
#[derive(Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: PublicUrl,
    /// Where our own Postgres keeps its files.
    pub data: PathBuf,
    pub pg_bin: Option<PathBuf>,
    /// The `PATH`, to find Postgres in.
    pub path: Option<OsString>,
    /// `None`: a Postgres of our own.
    pub database: Option<ForeignDatabase>,
    /// Whose word about a client's address is taken (`X-Forwarded-For`).
    pub trusted_proxies: Vec<IpNet>,
    /// What the platform's own mail leaves from. `None`: it waits.
    pub mail_from: Option<EmailAddress>,
    /// What the names of tenants at SES begin with.
    pub ses_prefix: String,
    pub world: WorldConfig,
}

/// The address of a database with, perhaps, a password in it.
#[derive(Clone)]
pub struct DatabaseUrl(String);

/// A Postgres that somebody else runs. What a subcommand does not need may be missing.
#[derive(Debug, Default)]
pub struct ForeignDatabase {
    owner: Option<DatabaseUrl>,
    web: Option<DatabaseUrl>,
    worker: Option<DatabaseUrl>,
    operator: Option<DatabaseUrl>,
}

/// How browsers reach us: scheme, host and port, nothing behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicUrl(String);

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{name} is not a setting of Ownlane; known are: {}", settings().collect::<Vec<_>>().join(", "))]
    Unknown { name: String },
    #[error("{name} is not valid: {why}")]
    Invalid { name: &'static str, why: String },
    #[error(
        "{DATABASE_URL} is needed: the address of the database as its owner sees it, for `ownlane migrate` and `doctor`"
    )]
    MissingOwner,
    #[error(
        "{name} is needed, as the database is not Ownlane's own: the address with the login {login:?}, which \
         `ownlane migrate` makes without a password (`alter role {login} password …` gives it one)"
    )]
    MissingLogin { name: &'static str, login: &'static str },
    #[error("{name} is needed: {what}")]
    Missing { name: &'static str, what: &'static str },
}

const LISTEN: &str = "OWNLANE_LISTEN";
const PUBLIC_URL: &str = "OWNLANE_PUBLIC_URL";
const DATA: &str = "OWNLANE_DATA";
const PG_BIN: &str = "OWNLANE_PG_BIN";
const DB_WEB: &str = "OWNLANE_DB_WEB";
const DB_WORKER: &str = "OWNLANE_DB_WORKER";
const DB_OPERATOR: &str = "OWNLANE_DB_OPERATOR";
const TRUSTED_PROXIES: &str = "OWNLANE_TRUSTED_PROXIES";
const SES_PREFIX: &str = "OWNLANE_SES_PREFIX";
const MAIL_FROM: &str = "OWNLANE_MAIL_FROM";
const SETTINGS: &[&str] =
    &[LISTEN, PUBLIC_URL, DATA, PG_BIN, DB_WEB, DB_WORKER, DB_OPERATOR, TRUSTED_PROXIES, SES_PREFIX, MAIL_FROM];

/// Ours, by name.
fn settings() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().chain(world::SETTINGS).copied()
}

const DATABASE_URL: &str = "DATABASE_URL";
const PATH: &str = "PATH";

/// For `--help`.
pub const SETTINGS_HELP: &str = "\
Settings (environment):
  OWNLANE_LISTEN           where to listen [127.0.0.1:3000]
  OWNLANE_PUBLIC_URL       how browsers reach it [http://<OWNLANE_LISTEN>]; https makes the cookie Secure
  OWNLANE_DATA             the folder of its own Postgres [.ownlane]
  OWNLANE_PG_BIN           the folder with initdb and postgres [Debian's, else PATH]
  DATABASE_URL             another Postgres, as its owner sees it: for migrate and doctor
  OWNLANE_DB_WEB           the same database with the login ownlane_web
  OWNLANE_DB_WORKER        … ownlane_worker
  OWNLANE_DB_OPERATOR      … ownlane_operator
  OWNLANE_TRUSTED_PROXIES  networks whose X-Forwarded-For is believed, like 10.0.0.0/8,::1
  OWNLANE_SES_PREFIX       what names at Amazon SES begin with [ownlane]
  OWNLANE_MAIL_FROM        what Ownlane's own mail leaves from, like ownlane@example.com [none: it waits in the console;
                           in the sandbox mail@ownlane.example]
  RUST_LOG                 what is logged [info]

With the sandbox built in (the default), SES and DNS are played on this machine, and nothing else is ever called:
  OWNLANE_SANDBOX_LISTEN   where the sandbox of this process listens [127.0.0.1:4579]
  OWNLANE_SANDBOX_DNS      where it answers for DNS [127.0.0.1:5354]
  OWNLANE_SANDBOX_URL      another one that runs on this machine, like http://127.0.0.1:4579 [none]

Without it (built with --no-default-features), Amazon's own, with the credentials that the AWS SDK finds:
  OWNLANE_AWS_REGION       the region of Amazon SES, like eu-west-1
  OWNLANE_EVENTS_TOPIC     the ARN of the SNS topic that events go to
  OWNLANE_EVENTS_QUEUE     the URL of the SQS queue that is subscribed to it
  OWNLANE_REPLY_DOMAIN     where answers come in, like in.example.com: its MX is Amazon SES, and a receipt rule puts what
                           arrives into S3 [none: they go to the mailboxes themselves]
  OWNLANE_REPLIES_QUEUE    the URL of the SQS queue that hears from that rule";

impl Config {
    pub fn from_environment() -> Result<Self, ConfigError> {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        let variables = std::env::vars_os();
        Self::from_variables(variables)
    }

    fn from_variables(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<Self, ConfigError> {
        let (mut given, path) = pick(variables)?;
        let listen = given.remove(LISTEN).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
        let listen: SocketAddr =
            listen.parse().map_err(|_| invalid(LISTEN, format!("{listen:?} is no address with a port")))?;
        let public_url = given.remove(PUBLIC_URL).unwrap_or_else(|| format!("http://{listen}"));
        let public_url = PublicUrl::parse(&public_url)
            .ok_or_else(|| invalid(PUBLIC_URL, "it looks like https://mail.example.com".to_owned()))?;
        let trusted_proxies = networks(&given.remove(TRUSTED_PROXIES).unwrap_or_default())?;
        let mut url = |name| given.remove(name).map(DatabaseUrl);
        let database = ForeignDatabase {
            owner: url(DATABASE_URL),
            web: url(DB_WEB),
            worker: url(DB_WORKER),
            operator: url(DB_OPERATOR),
        };
        Ok(Self {
            listen,
            public_url,
            data: given.remove(DATA).map_or_else(|| PathBuf::from(".ownlane"), PathBuf::from),
            pg_bin: given.remove(PG_BIN).map(PathBuf::from),
            path,
            database: database.is_given().then_some(database),
            trusted_proxies,
            mail_from: mail_from(given.remove(MAIL_FROM))?,
            ses_prefix: ses_prefix(given.remove(SES_PREFIX))?,
            world: WorldConfig::read(&mut given)?,
        })
    }
}

#[cfg(feature = "sandbox")]
impl Config {
    /// For a throw-away world on this machine, in this database.
    pub fn apart(&self, public_url: PublicUrl, database: ForeignDatabase) -> Self {
        Self {
            listen: WorldConfig::ANY_PORT,
            public_url,
            data: self.data.clone(),
            pg_bin: self.pg_bin.clone(),
            path: self.path.clone(),
            database: Some(database),
            trusted_proxies: Vec::new(),
            mail_from: None,
            ses_prefix: self.ses_prefix.clone(),
            world: WorldConfig::Own { listen: WorldConfig::ANY_PORT, dns: WorldConfig::ANY_PORT },
        }
    }
}

/// In the sandbox there is always one.
fn mail_from(given: Option<String>) -> Result<Option<EmailAddress>, ConfigError> {
    let given = given.or_else(|| world::MAIL_FROM.map(str::to_owned));
    let parse =
        |text: String| EmailAddress::parse(&text).map_err(|error| invalid(MAIL_FROM, format!("{text:?}: {error}")));
    given.map(parse).transpose()
}

/// SES allows 64 characters, of which a tenant's id and a hyphen take 33.
fn ses_prefix(given: Option<String>) -> Result<String, ConfigError> {
    let prefix = given.unwrap_or_else(|| "ownlane".to_owned());
    let plain = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if plain && prefix.len() <= 31 {
        Ok(prefix)
    } else {
        Err(invalid(SES_PREFIX, format!("{prefix:?} is not up to 31 letters, digits, hyphens and underscores")))
    }
}

/// Our settings among the variables, and the `PATH`.
type Given = (HashMap<&'static str, String>, Option<OsString>);

fn pick(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<Given, ConfigError> {
    let mut given = HashMap::new();
    let mut path = None;
    for (name, value) in variables {
        if name == PATH {
            path = Some(value);
            continue;
        }
        let name = name.to_string_lossy().into_owned();
        let Some(setting) = settings().chain([DATABASE_URL]).find(|setting| *setting == name) else {
            if name.starts_with("OWNLANE_") {
                return Err(ConfigError::Unknown { name });
            }
            continue;
        };
        let value = value.into_string().map_err(|_| invalid(setting, "not UTF-8".to_owned()))?;
        if !value.is_empty() {
            given.insert(setting, value);
        }
    }
    Ok((given, path))
}

fn networks(text: &str) -> Result<Vec<IpNet>, ConfigError> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let network = part.parse().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| invalid(TRUSTED_PROXIES, format!("{part:?} is no network like 10.0.0.0/8")))
        })
        .collect()
}

const fn invalid(name: &'static str, why: String) -> ConfigError {
    ConfigError::Invalid { name, why }
}

impl ForeignDatabase {
    /// `url`: of each login, and of the owner for `None`.
    pub fn of(url: impl Fn(Option<&str>) -> String) -> Self {
        let login = |login| Some(DatabaseUrl(url(Some(login))));
        let owner = Some(DatabaseUrl(url(None)));
        Self { owner, web: login("ownlane_web"), worker: login("ownlane_worker"), operator: login("ownlane_operator") }
    }

    const fn is_given(&self) -> bool {
        self.owner.is_some() || self.web.is_some() || self.worker.is_some() || self.operator.is_some()
    }

    pub fn owner(&self) -> Result<DatabaseUrl, ConfigError> {
        self.owner.clone().ok_or(ConfigError::MissingOwner)
    }

    pub fn web(&self) -> Result<DatabaseUrl, ConfigError> {
        self.web.clone().ok_or(ConfigError::MissingLogin { name: DB_WEB, login: "ownlane_web" })
    }

    pub fn worker(&self) -> Result<DatabaseUrl, ConfigError> {
        self.worker.clone().ok_or(ConfigError::MissingLogin { name: DB_WORKER, login: "ownlane_worker" })
    }

    pub fn operator(&self) -> Result<DatabaseUrl, ConfigError> {
        self.operator.clone().ok_or(ConfigError::MissingLogin { name: DB_OPERATOR, login: "ownlane_operator" })
    }
}

impl PublicUrl {
    /// `None` unless it is `http://` or `https://`, a host, perhaps a port, and no more than a slash behind.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_end_matches('/');
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:[]".contains(c);
        (!host.is_empty() && host.chars().all(plain)).then(|| Self(text.to_owned()))
    }

    /// As browsers send it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.0
    }

    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl DatabaseUrl {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_variables(variables.iter().map(|(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let error = read(&[("OWNLANE_LISTN", "127.0.0.1:1")]).unwrap_err();
        assert!(error.to_string().starts_with("OWNLANE_LISTN is not a setting"), "{error}");
        read(&[("PATH", "/bin"), ("LEPTOS_SITE_ROOT", "x")]).unwrap();
    }

    #[test]
    fn secrets_never_print() {
        let config = read(&[
            ("DATABASE_URL", "postgres://o:hunter22@db/x"),
            ("OWNLANE_DB_WEB", "postgres://w:hunter22@db/x"),
            ("OWNLANE_DB_OPERATOR", "postgres://p:hunter22@db/x"),
        ])
        .unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains("hunter22"), "{shown}");
    }

    #[test]
    fn a_missing_login_is_named_with_what_to_do() {
        let config = read(&[("DATABASE_URL", "postgres://o@db/x")]).unwrap();
        let error = config.database.unwrap().web().unwrap_err().to_string();
        assert!(error.contains("OWNLANE_DB_WEB") && error.contains("ownlane migrate"), "{error}");
    }

    #[test]
    fn proxies_are_networks_or_addresses() {
        let config = read(&[("OWNLANE_TRUSTED_PROXIES", "10.0.0.0/8, ::1")]).unwrap();
        assert_eq!(config.trusted_proxies.len(), 2);
        let error = read(&[("OWNLANE_TRUSTED_PROXIES", "localhost")]).unwrap_err().to_string();
        assert!(error.contains("localhost"), "{error}");
    }

    #[test]
    fn the_help_names_every_setting() {
        for setting in settings() {
            assert!(SETTINGS_HELP.contains(setting), "{setting}");
        }
    }

    #[test]
    fn the_public_url_is_an_origin() {
        let check = |text: &str| PublicUrl::parse(text).map(|url| url.0);
        assert_eq!(check("https://mail.example.com/"), Some("https://mail.example.com".to_owned()));
        assert_eq!(check("http://[::1]:3000"), Some("http://[::1]:3000".to_owned()));
        for text in ["mail.example.com", "https://", "https://a.example/app", "ftp://a.example", "https://u@a.example"]
        {
            assert_eq!(check(text), None, "{text}");
        }
    }
}
