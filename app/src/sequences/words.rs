//! How a sequence stands and what stands in its way, in words, each with the way to mend it.

use crate::ui::state::Tone;
use db::mailboxes::Mailbox;
use db::sequences::Sequence;
use rules::sequences::{Obstacle, SequenceState, StartFacts};

pub fn state_word(state: SequenceState) -> (Tone, &'static str) {
    match state {
        SequenceState::Draft => (Tone::Waiting, "Draft"),
        SequenceState::Running => (Tone::Good, "Running"),
        SequenceState::Paused => (Tone::Warn, "Paused"),
    }
}

/// What is known when somebody wants to start. `mailboxes` are all of the team's.
pub fn start_facts(sequence: &Sequence, mailboxes: &[Mailbox], has_postal_address: bool) -> StartFacts {
    let own = || mailboxes.iter().filter(|mailbox| sequence.mailboxes.contains(&mailbox.id));
    StartFacts {
        steps: sequence.steps.len(),
        mailboxes: own().count(),
        ready_mailboxes: own().filter(|mailbox| mailbox.may_send).count(),
        has_postal_address,
        leads: sequence.counts.leads,
        unchecked: sequence.counts.unchecked,
        is_filling: sequence.is_filling(),
        blocked: sequence.counts.blocked,
    }
}

/// A sentence, and where it is mended: below the team's pages, or a part of this one.
pub fn obstacle(obstacle: Obstacle, sequence: &Sequence) -> (&'static str, Option<(String, &'static str)>) {
    let at = format!("/sequences/{}", sequence.id);
    match obstacle {
        Obstacle::NoSteps => ("Nothing is written yet.", Some((format!("{at}/steps/1"), "Write the first mail"))),
        Obstacle::NoMailbox => ("Nobody writes it yet.", Some((format!("{at}#mailbox"), "Choose who writes"))),
        Obstacle::NoReadyMailbox => {
            ("The domains of its mailboxes are not verified.", Some(("/domains".to_owned(), "See your domains")))
        }
        Obstacle::NoPostalAddress => (
            "Every mail needs a postal address under it, and your team has not entered one.",
            Some(("/settings".to_owned(), "Enter it")),
        ),
        Obstacle::NoLeads => ("Nobody is in it yet.", Some((format!("{at}#source"), "Add leads"))),
        Obstacle::Unchecked => ("Its leads are being looked through for what the mails need.", None),
        Obstacle::AllBlocked => (
            "None of its leads has all that the mails need.",
            Some((format!("{at}/leads?which=blocked"), "See what is missing")),
        ),
    }
}
