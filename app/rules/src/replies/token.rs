//! The address that answers come back to. It names tenant and message and is signed, so that nobody can make one up for
//! another's mail. It never says who may do what: whoever has a mail of ours has its address.

use crate::addresses::DomainName;
use crate::ids::{MessageId, TenantId};
use crate::time::Chance;
use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use uuid::Uuid;

/// What addresses are signed with. It prints as `…`.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplyKey([u8; KEY_BYTES]);

/// One block of SHA-256: HMAC takes it as it is.
const KEY_BYTES: usize = 64;

/// Before the token, as in `r+<token>@in.example.com`: one rule of SES takes in all of them.
const PREFIX: &str = "r+";

/// Of the HMAC-SHA256: all that a local part has room for beside two ids. Each guess is a mail to us.
const SIGNATURE_BYTES: usize = 6;

impl ReplyKey {
    pub fn new(chance: &dyn Chance) -> Self {
        let mut bytes = [0; KEY_BYTES];
        chance.fill(&mut bytes);
        Self(bytes)
    }

    /// As the database gives it back. `None` unless it is one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.try_into().ok()?))
    }

    pub const fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    /// Where answers to this message go: a local part of 63 letters and digits, of one case, as relays may change it.
    pub fn address(&self, tenant: TenantId, message: MessageId, domain: &DomainName) -> String {
        let mut token = Vec::with_capacity(32 + SIGNATURE_BYTES);
        token.extend_from_slice(tenant.uuid().as_bytes());
        token.extend_from_slice(message.uuid().as_bytes());
        let signature = self.sign(&token).finalize().into_bytes();
        token.extend(signature.into_iter().take(SIGNATURE_BYTES));
        format!("{PREFIX}{}@{domain}", BASE32_NOPAD.encode(&token).to_ascii_lowercase())
    }

    /// What an address names. `None`: it is none of ours.
    pub fn read(&self, address: &str, domain: &DomainName) -> Option<(TenantId, MessageId)> {
        let (local, host) = address.trim().rsplit_once('@')?;
        if !host.eq_ignore_ascii_case(domain.as_str()) {
            return None;
        }
        let local = local.to_ascii_uppercase();
        let token = BASE32_NOPAD.decode(local.strip_prefix(&PREFIX.to_ascii_uppercase())?.as_bytes()).ok()?;
        let (ids, signature) = token.split_at_checked(32).filter(|(_, rest)| rest.len() == SIGNATURE_BYTES)?;
        self.sign(ids).verify_truncated_left(signature).ok()?;
        let (tenant, message) = ids.split_at(16);
        Some((
            TenantId::from_uuid(Uuid::from_slice(tenant).ok()?),
            MessageId::from_uuid(Uuid::from_slice(message).ok()?),
        ))
    }

    fn sign(&self, ids: &[u8]) -> Hmac<Sha256> {
        Hmac::<Sha256>::new(&self.0.into()).chain_update(ids)
    }
}

impl fmt::Debug for ReplyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReplyKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits;

    struct Fixed(u8);

    impl Chance for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn names() -> (TenantId, MessageId, DomainName) {
        let id = |number| Uuid::from_u128(number);
        (TenantId::from_uuid(id(1)), MessageId::from_uuid(id(2)), DomainName::parse("in.ownlane.example").unwrap())
    }

    #[test]
    fn an_address_leads_back_to_its_message() {
        let (tenant, message, domain) = names();
        let key = ReplyKey::new(&Fixed(7));
        let address = key.address(tenant, message, &domain);
        let local = address.split_once('@').unwrap().0;
        assert!(local.len() <= limits::LOCAL_PART_BYTES_MAX, "{address}");
        assert!(crate::addresses::EmailAddress::parse(&address).is_ok(), "{address}");
        for spelled in [address.clone(), address.to_uppercase(), format!(" {address} ")] {
            assert_eq!(key.read(&spelled, &domain), Some((tenant, message)), "{spelled}");
        }
        assert_eq!(format!("{key:?}"), "ReplyKey(…)");
        assert_eq!(ReplyKey::from_bytes(key.bytes()), Some(key));
    }

    #[test]
    fn nobody_can_make_one_up() {
        let (tenant, message, domain) = names();
        let key = ReplyKey::new(&Fixed(7));
        let address = key.address(tenant, message, &domain);
        assert_eq!(ReplyKey::new(&Fixed(8)).read(&address, &domain), None);
        assert_eq!(key.read(&address, &DomainName::parse("in.other.example").unwrap()), None);
        let (local, host) = address.split_once('@').unwrap();
        // Each letter but the last, two bits of which say nothing.
        for at in PREFIX.len()..local.len() - 1 {
            let other = if local.as_bytes()[at] == b'a' { "b" } else { "a" };
            let changed = format!("{}{other}{}@{host}", &local[..at], &local[at + 1..]);
            assert_eq!(key.read(&changed, &domain), None, "{changed}");
        }
        for wrong in ["", "@", "r+@in.ownlane.example", "r@in.ownlane.example", local, &format!("{local}a@{host}")] {
            assert_eq!(key.read(wrong, &domain), None, "{wrong}");
        }
    }
}
