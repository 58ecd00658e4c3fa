//! Ids: UUIDv7 (RFC 9562), one type for each kind of row, so that one cannot stand in for another.

use crate::time::{Chance, OffsetDateTime};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! id {
    ($(#[doc = $doc:literal] $name:ident;)*) => {$(
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id whose leading bits are `now`, so that ids sort by the time they were made.
            pub fn new(now: OffsetDateTime, chance: &dyn Chance) -> Self {
                Self(new_v7(now, chance))
            }

            /// As it stands in a link. `None` for whatever cannot be one.
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::try_parse(text).ok().map(Self)
            }

            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id! {
    #[doc = "A person who can sign in."]
    UserId;
    #[doc = "A sales organisation: whose lane it is."]
    TenantId;
    #[doc = "A demo team that the sandbox's button makes."]
    DemoId;
    #[doc = "A noisy-neighbour drill that the console's button plays."]
    DrillId;
    #[doc = "An invitation into a tenant."]
    InvitationId;
    #[doc = "One cause for which a tenant's lane stands still."]
    PauseId;
    #[doc = "A pause by the machine or the operator, from its first moment to its last."]
    IncidentId;
    #[doc = "A report of a tenant's isolation."]
    EvidenceId;
    #[doc = "A stop of everybody, as the account at SES is under review or shut down."]
    AccountStopId;
    #[doc = "The closing of a tenant."]
    ClosureId;
    #[doc = "What a tenant has left in an account that it moved out of."]
    LeftoverId;
    #[doc = "A mail of the platform itself."]
    PlatformMailId;
    #[doc = "One try to sign in."]
    AttemptId;
    #[doc = "An operator acting in a team."]
    VisitId;
    #[doc = "A page that was opened, or a form that was sent, on a visit."]
    VisitStepId;
    #[doc = "One line of what operators did."]
    AuditId;
    #[doc = "A call to AWS that manages what stands there."]
    AwsCallId;
    #[doc = "A difference between what stands at AWS and what is wanted."]
    DriftId;
    #[doc = "A domain that a tenant connected."]
    DomainId;
    #[doc = "A tenant's claim on a registrable name."]
    ClaimId;
    #[doc = "A mailbox that a tenant sends from."]
    MailboxId;
    #[doc = "Where leads come from: a source with its lawful basis."]
    SourceId;
    #[doc = "One file of leads on its way in."]
    ImportId;
    #[doc = "A person that a tenant may write to."]
    LeadId;
    #[doc = "A sequence of mails."]
    SequenceId;
    #[doc = "A mail to one lead."]
    MessageId;
    #[doc = "An answer to such a mail."]
    ReplyId;
}

fn new_v7(now: OffsetDateTime, chance: &dyn Chance) -> Uuid {
    let mut random = [0; 10];
    chance.fill(&mut random);
    let millis = u64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::time::Duration;

    struct Fixed(u8);

    impl Chance for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let early = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let first = UserId::new(early, &Fixed(255));
        let second = UserId::new(early + Duration::milliseconds(1), &Fixed(0));
        assert!(first < second, "{first} should sort before {second}");
        assert_eq!(first.uuid().get_version_num(), 7);
    }
}
