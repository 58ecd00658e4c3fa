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
