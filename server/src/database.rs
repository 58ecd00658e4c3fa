//! Which database: our own Postgres, or one that somebody else runs.

use crate::BoxError;
use crate::config::{Config, ConfigError, DatabaseUrl, ForeignDatabase};
use db::embedded_postgres::{EmbeddedPostgres, Options};

/// The database of this process. Our own stops with it.
pub enum Database<'a> {
    Own(EmbeddedPostgres),
    Foreign(&'a ForeignDatabase),
}

impl<'a> Database<'a> {
    /// Starts our own, and waits for an earlier one that is on its way out. **From the main thread**, before there is a
    /// runtime.
    pub fn start(config: &'a Config) -> Result<Self, BoxError> {
        match &config.database {
            Some(foreign) => Ok(Self::Foreign(foreign)),
            None => Ok(Self::Own(EmbeddedPostgres::start(&options(config))?)),
        }
    }

    /// Uses our own where another process of Ownlane runs it, else as [`Self::start`].
    pub fn join_or_start(config: &'a Config) -> Result<Self, BoxError> {
        match &config.database {
            Some(foreign) => Ok(Self::Foreign(foreign)),
            None => Ok(Self::Own(EmbeddedPostgres::join_or_start(&options(config))?)),
        }
    }

    /// Brings it to the newest form: our own always, another only with its owner's address.
    pub async fn migrate(&self) -> Result<(), BoxError> {
        if let Self::Own(own) = self {
            db::migrate::create_database(&own.maintenance_url(), own.database()).await?;
        }
        Ok(db::migrate::migrate(self.owner()?.reveal()).await?)
    }

    pub const fn is_own(&self) -> bool {
        matches!(self, Self::Own(_))
    }

    pub fn owner(&self) -> Result<DatabaseUrl, ConfigError> {
        match self {
            Self::Own(own) => Ok(own.owner_url().into()),
            Self::Foreign(foreign) => foreign.owner(),
        }
    }

    pub fn web(&self) -> Result<DatabaseUrl, ConfigError> {
        self.login("ownlane_web", ForeignDatabase::web)
    }

    pub fn worker(&self) -> Result<DatabaseUrl, ConfigError> {
        self.login("ownlane_worker", ForeignDatabase::worker)
    }

    pub fn operator(&self) -> Result<DatabaseUrl, ConfigError> {
        self.login("ownlane_operator", ForeignDatabase::operator)
    }

    fn login(
        &self,
        login: &str,
        foreign_login: fn(&ForeignDatabase) -> Result<DatabaseUrl, ConfigError>,
    ) -> Result<DatabaseUrl, ConfigError> {
        match self {
            Self::Own(own) => Ok(own.login_url(login).into()),
            Self::Foreign(foreign) => foreign_login(foreign),
        }
    }
}

/// Where our own keeps its files.
fn options(config: &Config) -> Options {
    Options { data: config.data.clone(), bin: config.pg_bin.clone(), path: config.path.clone(), throw_away: false }
}
