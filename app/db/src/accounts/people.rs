//! People: found by the address they sign in with.

use crate::scope::AccountsTx;
use crate::{Error, Result};
use rules::addresses::EmailAddress;
use rules::ids::UserId;
use sqlx::Row;

/// What signing in needs to know of a person.
pub struct Credentials {
    pub user: UserId,
    /// PHC string, Argon2id.
    pub password_hash: String,
}

/// A person, as shown to the person itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub is_operator: bool,
}

/// A new person, ready to be written: the password is hashed already.
pub struct NewPerson<'a> {
    pub id: UserId,
    pub name: &'a str,
    pub email: &'a EmailAddress,
    pub password_hash: &'a str,
}

pub async fn find_credentials(tx: &mut AccountsTx, email: &EmailAddress) -> Result<Option<Credentials>> {
    let row = sqlx::query("select id, password_hash from users where email_key = $1")
        .bind(email.key())
        .fetch_optional(tx.sql())
        .await?;
    row.map(|row| {
        Ok(Credentials { user: UserId::from_uuid(row.try_get("id")?), password_hash: row.try_get("password_hash")? })
    })
    .transpose()
}

pub async fn find_person(tx: &mut AccountsTx, user: UserId) -> Result<Option<Person>> {
    let row = sqlx::query(
        "select u.name, u.email, o.user_id is not null as is_operator
         from users u left join operators o on o.user_id = u.id
         where u.id = $1",
    )
    .bind(user.uuid())
    .fetch_optional(tx.sql())
    .await?;
    row.map(|row| {
        Ok(Person {
            id: user,
            name: row.try_get("name")?,
            email: row.try_get("email")?,
            is_operator: row.try_get("is_operator")?,
        })
    })
    .transpose()
    .map_err(|error: sqlx::Error| Error::from(error))
}
