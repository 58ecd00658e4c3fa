//! How a sequence stands, what keeps it from being started, and how long it takes.

use crate::mailboxes::DailyCap;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SequenceState {
    /// It was never started.
    Draft,
    Running,
    /// A person paused it.
    Paused,
}

/// What keeps a sequence from being started; each is said together with the way to mend it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obstacle {
    NoSteps,
    NoMailbox,
    /// None of its mailboxes can send: their domains are not verified.
    NoReadyMailbox,
    NoPostalAddress,
    NoLeads,
    /// Leads are still being added, or looked through for fields that miss a value.
    Unchecked,
    /// No lead has all that the mails need.
    AllBlocked,
}

/// What is known when somebody wants to start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StartFacts {
    pub steps: usize,
    pub mailboxes: usize,
    /// Those of them whose domain is verified.
    pub ready_mailboxes: usize,
    pub has_postal_address: bool,
    pub leads: i64,
    /// Leads that are not looked through yet, and whether more are being added.
    pub unchecked: i64,
    pub is_filling: bool,
    /// Leads that miss a value which the mails need.
    pub blocked: i64,
}

impl StartFacts {
    /// Everything that stands in the way, in the order in which a person mends it.
    pub fn obstacles(&self) -> Vec<Obstacle> {
        let is_checking = self.is_filling || self.unchecked > 0;
        let all = [
            (self.steps == 0, Obstacle::NoSteps),
            (self.mailboxes == 0, Obstacle::NoMailbox),
            (self.mailboxes > 0 && self.ready_mailboxes == 0, Obstacle::NoReadyMailbox),
            (!self.has_postal_address, Obstacle::NoPostalAddress),
            (self.leads == 0 && !self.is_filling, Obstacle::NoLeads),
            (self.steps > 0 && is_checking, Obstacle::Unchecked),
            (!is_checking && self.leads > 0 && self.blocked == self.leads, Obstacle::AllBlocked),
        ];
        all.into_iter().filter(|(stands, _)| *stands).map(|(_, obstacle)| obstacle).collect()
    }
}

/// Days until so many first mails have left, at the caps of these mailboxes: one more begun day counts.
pub fn sending_days(leads: i64, caps: impl IntoIterator<Item = DailyCap>) -> Option<i64> {
    let a_day: i64 = caps.into_iter().map(|cap| i64::from(cap.mails())).sum();
    (a_day > 0).then(|| (leads + a_day - 1) / a_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_starts_before_all_is_there() {
        use Obstacle::{AllBlocked, NoLeads, NoMailbox, NoPostalAddress, NoReadyMailbox, NoSteps, Unchecked};
        let ready = StartFacts {
            steps: 2,
            mailboxes: 2,
            ready_mailboxes: 1,
            has_postal_address: true,
            leads: 10,
            unchecked: 0,
            is_filling: false,
            blocked: 3,
        };
        let check = |facts: StartFacts, expected: &[Obstacle]| assert_eq!(facts.obstacles(), expected, "{facts:?}");
        check(ready, &[]);
        let nothing = StartFacts { steps: 0, mailboxes: 0, ready_mailboxes: 0, leads: 0, blocked: 0, ..ready };
        check(StartFacts { has_postal_address: false, ..nothing }, &[NoSteps, NoMailbox, NoPostalAddress, NoLeads]);
        check(StartFacts { ready_mailboxes: 0, ..ready }, &[NoReadyMailbox]);
        check(StartFacts { unchecked: 1, ..ready }, &[Unchecked]);
        check(StartFacts { leads: 0, blocked: 0, is_filling: true, ..ready }, &[Unchecked]);
        check(StartFacts { blocked: 10, ..ready }, &[AllBlocked]);
    }

    #[test]
    fn it_takes_as_many_days_as_the_caps_allow() {
        let cap = |mails| DailyCap::new(mails).unwrap();
        assert_eq!(sending_days(61, [cap(20), cap(40)]), Some(2));
        assert_eq!(sending_days(60, [cap(20), cap(40)]), Some(1));
        assert_eq!(sending_days(0, [cap(20)]), Some(0));
        assert_eq!(sending_days(60, []), None);
    }
}
