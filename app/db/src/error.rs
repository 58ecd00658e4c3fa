//! What can go wrong at the database. Expected outcomes (an address taken, a link used) are enums beside the query;
//! this is for the rest.

/// An error of the database that no person can mend by typing something else.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the database refused or could not be reached")]
    Postgres(#[from] sqlx::Error),
    #[error("the migrations do not fit this database")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error(
        "the login {0:?} is a superuser or bypasses row security: give OWNLANE_DB_WEB, _WORKER and _OPERATOR the powerless logins that `ownlane migrate` makes"
    )]
    PowerfulLogin(String),
    #[error("not an address of a database: {0}")]
    Url(String),
    #[error("a row holds what its type does not allow: {0}")]
    Row(String),
    #[error("this person is not an operator")]
    NotOperator,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The name of the constraint that was violated, if that is what happened. Under row security an error carries no
    /// more than this.
    pub(crate) fn constraint(error: &sqlx::Error) -> Option<&str> {
        match error {
            sqlx::Error::Database(error) => error.constraint(),
            _ => None,
        }
    }
}
