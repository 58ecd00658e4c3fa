//! People: found by the address they sign in with.

use crate::Result;
use crate::scope::AccountsTx;
use rules::addresses::EmailAddress;
use rules::ids::UserId;
use rules::time::OffsetDateTime;
use sqlx::{PgConnection, Row};

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

/// False when somebody signs in with this address already: nothing was written.
pub(crate) async fn create(connection: &mut PgConnection, person: &NewPerson<'_>, now: OffsetDateTime) -> Result<bool> {
    let inserted = sqlx::query(
        "insert into users (id, name, email, password_hash, created_at) values ($1, $2, $3, $4, $5)
         on conflict do nothing",
    )
    .bind(person.id.uuid())
    .bind(person.name)
    .bind(person.email.as_str())
    .bind(person.password_hash)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn find_password_hash(tx: &mut AccountsTx, user: UserId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("select password_hash from users where id = $1")
        .bind(user.uuid())
        .fetch_optional(tx.sql())
        .await?)
}

pub async fn change_password(tx: &mut AccountsTx, user: UserId, password_hash: &str) -> Result<()> {
    sqlx::query("update users set password_hash = $2 where id = $1")
        .bind(user.uuid())
        .bind(password_hash)
        .execute(tx.sql())
        .await?;
    Ok(())
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
}
