//! What an answer is to us, and what follows from it. Decides on what was read of a mail; never looks at the mail itself.

use super::{Persistence, Reply, ReplyKind, Wish};
use crate::addresses::EmailAddress;
use crate::messages::SuppressionReason;

/// What an answer is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReplyClass {
    /// A person wrote.
    Person,
    /// A person wants no more mail.
    RemoveMe,
    /// Somebody is away.
    Absence,
    /// Another program's answer.
    Automatic,
    /// It could not be delivered, or not yet.
    Bounce,
    Complaint,
}

/// What follows from an answer.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ReplyEffect {
    /// A person has answered: nothing that was planned is sent to them any more.
    pub answers: bool,
    /// The recipient of the mail that is answered is not written to any more.
    pub suppresses: Option<SuppressionReason>,
}

impl ReplyClass {
    pub const ALL: [Self; 6] =
        [Self::Person, Self::RemoveMe, Self::Absence, Self::Automatic, Self::Bounce, Self::Complaint];

    pub const fn of(reply: &Reply) -> Self {
        match (&reply.kind, &reply.wish) {
            (ReplyKind::Person, Wish::Remove) => Self::RemoveMe,
            (ReplyKind::Person, Wish::None) => Self::Person,
            (ReplyKind::Automatic(automatic), _) if automatic.is_absence => Self::Absence,
            (ReplyKind::Automatic(_), _) => Self::Automatic,
            (ReplyKind::Bounce(_), _) => Self::Bounce,
            (ReplyKind::Complaint(_), _) => Self::Complaint,
        }
    }

    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::RemoveMe => "remove_me",
            Self::Absence => "absence",
            Self::Automatic => "automatic",
            Self::Bounce => "bounce",
            Self::Complaint => "complaint",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == text)
    }

    /// As a page says it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Person => "Answered",
            Self::RemoveMe => "Wants no more mail",
            Self::Absence => "Away",
            Self::Automatic => "Automatic answer",
            Self::Bounce => "Not delivered",
            Self::Complaint => "Complaint",
        }
    }

    /// What was done, or not done, because of it.
    pub const fn consequence(self) -> &'static str {
        match self {
            Self::Person => "No more mails of a sequence are sent to this lead.",
            Self::RemoveMe => "This lead is suppressed: it gets no mail any more.",
            Self::Absence | Self::Automatic => "No person wrote this: sequences go on.",
            Self::Bounce => "A lead whose mailbox does not exist is suppressed.",
            Self::Complaint => "This lead is suppressed: it called a mail spam.",
        }
    }
}

/// What follows from an answer to a mail to `recipient`.
pub fn reply_effect(reply: &Reply, recipient: &EmailAddress) -> ReplyEffect {
    let suppresses = |reason| ReplyEffect { answers: false, suppresses: Some(reason) };
    match (&reply.kind, ReplyClass::of(reply)) {
        (_, ReplyClass::Person) => ReplyEffect { answers: true, suppresses: None },
        (_, ReplyClass::RemoveMe) => ReplyEffect { answers: true, suppresses: Some(SuppressionReason::OptOut) },
        (ReplyKind::Bounce(report), _) => {
            let is_gone = report.recipients.iter().any(|bounced| {
                bounced.persistence == Persistence::Hard && bounced.address.to_lowercase() == recipient.key()
            });
            if is_gone { suppresses(SuppressionReason::HardBounce) } else { ReplyEffect::default() }
        }
        (_, ReplyClass::Complaint) => suppresses(SuppressionReason::Complaint),
        (_, ReplyClass::Absence | ReplyClass::Automatic | ReplyClass::Bounce) => ReplyEffect::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replies::{parse, samples};

    fn check(mail: &str, class: ReplyClass, answers: bool, suppresses: Option<SuppressionReason>) {
        let reply = parse(mail.as_bytes());
        let recipient = EmailAddress::parse("Bob@b.example").unwrap();
        assert_eq!(ReplyClass::of(&reply), class, "{mail}");
        assert_eq!(reply_effect(&reply, &recipient), ReplyEffect { answers, suppresses }, "{mail}");
    }

    #[test]
    fn what_a_person_writes_ends_what_was_planned() {
        check(samples::PERSON, ReplyClass::Person, true, None);
        let removal = "From: bob@b.example\nSubject: Re: Offer\n\nPlease remove me from your list.";
        check(removal, ReplyClass::RemoveMe, true, Some(SuppressionReason::OptOut));
    }

    #[test]
    fn what_a_program_writes_ends_nothing() {
        check("Subject: Out of office: Offer\n\nI am away.", ReplyClass::Absence, false, None);
        check("Auto-Submitted: auto-replied\n\nThank you, unsubscribe.", ReplyClass::Automatic, false, None);
    }

    #[test]
    fn a_report_suppresses_whom_it_names_alone() {
        let report = |address: &str, fields: &str| {
            samples::delivery_status(&format!("Final-Recipient: rfc822;{address}\n{fields}"))
        };
        let gone = "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 user unknown";
        let full = "Action: failed\nStatus: 4.2.2\nDiagnostic-Code: smtp; 452 4.2.2 mailbox full";
        check(&report("bob@b.example", gone), ReplyClass::Bounce, false, Some(SuppressionReason::HardBounce));
        check(&report("carl@b.example", gone), ReplyClass::Bounce, false, None);
        check(&report("bob@b.example", full), ReplyClass::Bounce, false, None);
        let complaint = samples::feedback("Feedback-Type: abuse");
        check(&complaint, ReplyClass::Complaint, false, Some(SuppressionReason::Complaint));
    }

    #[test]
    fn a_class_survives_the_database() {
        for class in ReplyClass::ALL {
            assert_eq!(ReplyClass::parse(class.as_str()), Some(class));
        }
        assert_eq!(ReplyClass::parse("Person"), None);
    }
}
