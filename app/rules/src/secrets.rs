//! Secrets carried in links and cookies: 32 random bytes, shown once as base64url, remembered only as their SHA-256.

use crate::ids::TenantId;
use crate::time::Chance;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::fmt;

/// The secret itself. It prints as `…`: only [`Secret::reveal`] shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

/// What stands at the end of a link into one tenant: `<tenant>.<secret>`. It names the tenant, so that it is looked for in
/// that tenant only; who it is for, only the database knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TenantLink {
    pub tenant: TenantId,
    pub secret: Secret,
}

impl TenantLink {
    /// `None` for whatever cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (tenant, secret) = text.split_once('.')?;
        Some(Self { tenant: TenantId::parse(tenant)?, secret: Secret::parse(secret)? })
    }

    pub fn reveal(&self) -> String {
        format!("{}.{}", self.tenant, self.secret.reveal())
    }
}

/// SHA-256 of a secret: what the database keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SecretHash([u8; 32]);

impl Secret {
    pub fn new(chance: &dyn Chance) -> Self {
        let mut bytes = [0; 32];
        chance.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads a secret out of a link. `None` for whatever cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// 43 characters of base64url, for the one link that carries it.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

impl SecretHash {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// As the database gives it back. `None` unless it is 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    /// For a form that names one row by it; it opens nothing.
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    pub fn decode(text: &str) -> Option<Self> {
        Self::from_bytes(&URL_SAFE_NO_PAD.decode(text).ok()?)
    }

    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::OffsetDateTime;

    struct Ones;

    impl Chance for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(1);
        }
    }

    #[test]
    fn a_secret_survives_its_link_and_never_prints_itself() {
        let secret = Secret::new(&Ones);
        assert_eq!(Secret::parse(&secret.reveal()), Some(secret.clone()));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.reveal().len(), 43);
    }

    #[test]
    fn whatever_is_not_a_secret_is_refused() {
        for text in ["", "short", "AQEB", &"A".repeat(44), "../../etc/passwd"] {
            assert_eq!(Secret::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_link_leads_back_to_what_it_was_made_of() {
        let tenant = TenantId::new(OffsetDateTime::UNIX_EPOCH, &Ones);
        let link = TenantLink { tenant, secret: Secret::new(&Ones) };
        assert_eq!(TenantLink::parse(&link.reveal()), Some(link.clone()));
        assert!(!format!("{link:?}").contains(&link.secret.reveal()));
        let secret = link.secret.reveal();
        for wrong in ["", ".", &tenant.to_string(), &format!("{tenant}."), &format!(".{secret}"), &secret] {
            assert_eq!(TenantLink::parse(wrong), None, "{wrong}");
        }
        for wrong in [format!("{tenant}.{secret}="), format!("{tenant}.{secret}/"), format!("{tenant}.{secret}?a=b")] {
            assert_eq!(TenantLink::parse(&wrong), None, "{wrong}");
        }
    }
}
