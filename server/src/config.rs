//! Settings, read from the environment once at start: the only place that does. Secrets never print.

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Every setting of ours.
#[derive(Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: PublicUrl,
    /// Where our own Postgres keeps its files.
    pub data: PathBuf,
    pub pg_bin: Option<PathBuf>,
    /// `None`: a Postgres of our own.
    pub database: Option<ForeignDatabase>,
}

/// The address of a database with, perhaps, a password in it.
#[derive(Clone)]
pub struct DatabaseUrl(String);

/// A Postgres that somebody else runs.
#[derive(Debug)]
pub struct ForeignDatabase {
    pub owner: DatabaseUrl,
    pub web: DatabaseUrl,
    pub operator: DatabaseUrl,
}

/// How browsers reach us: scheme, host and port, nothing behind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicUrl(String);

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{name} is not a setting of Ownlane; known are: {}", SETTINGS.join(", "))]
    Unknown { name: String },
    #[error("{name} is not valid: {why}")]
    Invalid { name: &'static str, why: String },
    #[error(
        "with DATABASE_URL set, {name} is needed too: the address of the powerless login that `ownlane migrate` makes"
    )]
    Missing { name: &'static str },
}

const LISTEN: &str = "OWNLANE_LISTEN";
const PUBLIC_URL: &str = "OWNLANE_PUBLIC_URL";
const DATA: &str = "OWNLANE_DATA";
const PG_BIN: &str = "OWNLANE_PG_BIN";
const DB_WEB: &str = "OWNLANE_DB_WEB";
const DB_OPERATOR: &str = "OWNLANE_DB_OPERATOR";
const DATABASE_URL: &str = "DATABASE_URL";
const SETTINGS: [&str; 6] = [LISTEN, PUBLIC_URL, DATA, PG_BIN, DB_WEB, DB_OPERATOR];

impl Config {
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::from_variables(std::env::vars_os())
    }

    fn from_variables(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<Self, ConfigError> {
        let mut known = std::collections::HashMap::new();
        for (name, value) in variables {
            let name = name.to_string_lossy().into_owned();
            let Some(&setting) = SETTINGS.iter().chain(&[DATABASE_URL]).find(|setting| ***setting == name) else {
                if name.starts_with("OWNLANE_") {
                    return Err(ConfigError::Unknown { name });
                }
                continue;
            };
            let value = value.into_string();
            let value = value.map_err(|_| ConfigError::Invalid { name: setting, why: "not UTF-8".to_owned() })?;
            if !value.is_empty() {
                known.insert(setting, value);
            }
        }
        let listen = known.remove(LISTEN).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
        let listen: SocketAddr = listen.parse().map_err(|_| ConfigError::Invalid {
            name: LISTEN,
            why: format!("{listen:?} is no address with a port, like 127.0.0.1:3000"),
        })?;
        let public_url = known.remove(PUBLIC_URL).unwrap_or_else(|| format!("http://{listen}"));
        let database = match known.remove(DATABASE_URL) {
            None => None,
            Some(owner) => {
                let mut login = |name| known.remove(name).map(DatabaseUrl).ok_or(ConfigError::Missing { name });
                Some(ForeignDatabase { web: login(DB_WEB)?, operator: login(DB_OPERATOR)?, owner: DatabaseUrl(owner) })
            }
        };
        Ok(Self {
            listen,
            public_url: PublicUrl::parse(&public_url).ok_or_else(|| ConfigError::Invalid {
                name: PUBLIC_URL,
                why: "like https://mail.example.com".to_owned(),
            })?,
            data: known.remove(DATA).map_or_else(|| PathBuf::from(".ownlane"), PathBuf::from),
            pg_bin: known.remove(PG_BIN).map(PathBuf::from),
            database,
        })
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
        ]);
        let shown = format!("{:?}", config.unwrap());
        assert!(!shown.contains("hunter22"), "{shown}");
        let error = read(&[("DATABASE_URL", "postgres://o:hunter22@db/x")]).unwrap_err();
        assert!(error.to_string().contains("OWNLANE_DB_WEB"), "{error}");
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
