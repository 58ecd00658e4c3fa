//! The way out that stands in every mail: `/u/<tenant>.<secret>`. Names the tenant, so that it is looked for in that
//! tenant only; who it is for, only the database knows.

use crate::ids::TenantId;
use crate::secrets::Secret;

/// A recipient's own link.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OptOutLink {
    pub tenant: TenantId,
    pub secret: Secret,
}

impl OptOutLink {
    /// Behind the public address of this installation.
    pub fn path(&self) -> String {
        format!("/u/{}.{}", self.tenant, self.secret.reveal())
    }

    /// Reads what stands behind `/u/`. `None` for whatever cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (tenant, secret) = text.split_once('.')?;
        Some(Self { tenant: TenantId::parse(tenant)?, secret: Secret::parse(secret)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Chance, OffsetDateTime};

    struct Ones;

    impl Chance for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(1);
        }
    }

    #[test]
    fn a_link_leads_back_to_what_it_was_made_of() {
        let link = OptOutLink { tenant: TenantId::new(OffsetDateTime::UNIX_EPOCH, &Ones), secret: Secret::new(&Ones) };
        let path = link.path();
        assert_eq!(path.len(), "/u/".len() + 36 + 1 + 43);
        assert_eq!(OptOutLink::parse(path.strip_prefix("/u/").unwrap()), Some(link.clone()));
        assert!(!format!("{link:?}").contains(&link.secret.reveal()));
    }

    #[test]
    fn whatever_is_no_link_of_ours_is_refused() {
        let tenant = TenantId::new(OffsetDateTime::UNIX_EPOCH, &Ones);
        let secret = Secret::new(&Ones).reveal();
        for wrong in ["", ".", &tenant.to_string(), &format!("{tenant}."), &format!(".{secret}"), &secret] {
            assert_eq!(OptOutLink::parse(wrong), None, "{wrong}");
        }
        for wrong in [format!("{tenant}.{secret}="), format!("{tenant}.{secret}/"), format!("{tenant}.{secret}?a=b")] {
            assert_eq!(OptOutLink::parse(&wrong), None, "{wrong}");
        }
    }
}
