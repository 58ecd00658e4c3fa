//! Passwords: Argon2id with OWASP's settings (19 MiB, two passes), off the async threads, two at a time.

use crate::{Refusal, Result};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use rules::accounts::NewPassword;
use rules::limits;
use rules::time::Chance;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// A PHC string that no password fits, with the cost of a real one: an unknown address takes as long as a known one.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$b3dubGFuZS1ub2JvZHk$Yk5oVdGGGdbxfB9Mc6w2g9RgzRCKZ4F2FzPoEkxU2CQ";

#[derive(Clone)]
pub struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(limits::PASSWORD_HASHES_AT_ONCE_MAX)))
    }
}

impl Passwords {
    /// PHC string of a password with a fresh salt of 16 bytes.
    pub async fn hash(&self, password: &NewPassword, chance: &dyn Chance) -> Result<String> {
        let mut salt = [0; 16];
        chance.fill(&mut salt);
        let password = password.reveal().to_owned();
        self.run(move || {
            let hash: Result<PasswordHash, _> = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            hash.map(|hash| hash.to_string()).map_err(|error| Refusal::Fault(error.to_string().into()))
        })
        .await?
    }

    /// Whether `password` is the one behind `hash`. Without a hash it takes as long and is false.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS_HASH.to_owned());
        self.run(move || {
            let parsed = PasswordHash::new(&hash).map_err(|error| Refusal::Fault(error.to_string().into()))?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await?
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let fault = |error: Box<dyn std::error::Error + Send + Sync>| Refusal::Fault(error);
        let turn = self.0.clone().acquire_owned().await.map_err(|error| fault(error.into()))?;
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|error| fault(error.into()))
    }
}
