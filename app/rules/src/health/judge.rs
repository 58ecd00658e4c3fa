//! The judgement: asked after each bounce and complaint, of what the mail touches. Hours are counted back from now: 0 is
//! the last hour, 1 the one before it.

use super::{LIMITS, Measure, Scope, Span, Tally};
use crate::ids::{DomainId, MailboxId, SequenceId, SourceId};
use crate::isolation::LanePart;
use crate::limits;
use std::collections::{BTreeMap, BTreeSet};

/// What a mail belongs to, and the hour in which it was sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Touched {
    pub source: SourceId,
    pub mailbox: MailboxId,
    pub sequence: SequenceId,
    pub domain: DomainId,
    pub hours_ago: usize,
}

/// Mails that share all of that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Group {
    pub of: Touched,
    /// The level of the smallest part that stood still for its mails, now or before; `None`: none did.
    pub explained: Option<u8>,
    pub tally: Tally,
}

/// By what something was judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum By {
    Rate,
    /// So many are too many, whatever the rate: it is new, or sends little.
    Ceiling,
}

impl By {
    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::Ceiling => "ceiling",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Rate, Self::Ceiling].into_iter().find(|by| by.as_str() == text)
    }
}

/// The numbers that a judgement rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Grounds {
    pub measure: Measure,
    pub span: Span,
    pub by: By,
    pub sends: i64,
    pub bad: i64,
}

/// Something that is to stand still.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Crossing {
    pub scope: Scope,
    pub grounds: Grounds,
    /// The oldest and the newest hour that were judged.
    pub hours: (usize, usize),
}

impl Touched {
    /// Whether it belongs to this scope.
    pub fn is_of(&self, scope: Scope) -> bool {
        self.at(scope.level()) == scope
    }

    const fn at(&self, level: u8) -> Scope {
        match level {
            0 => Scope::Part(LanePart::Source(self.source)),
            1 => Scope::Part(LanePart::Mailbox(self.mailbox)),
            2 => Scope::Part(LanePart::Sequence(self.sequence)),
            3 => Scope::Part(LanePart::Domain(self.domain)),
            _ => Scope::Tenant,
        }
    }
}

impl Grounds {
    /// What of it counts against the whole tenant. What was in flight when a part stopped says nothing more.
    pub fn held_against_tenant(self) -> Tally {
        match self.measure {
            Measure::HardBounces => {
                Tally { hard_bounces: self.bad.min(limits::PART_HARD_BOUNCES_MAX), ..Tally::default() }
            }
            Measure::Complaints => Tally { complaints: self.bad.min(limits::PART_COMPLAINTS_MAX), ..Tally::default() },
        }
    }
}

/// What is to stand still for these bounces and complaints. `groups`: all mails of the tenant that the judgement can need, back
/// to a day before the oldest of `touched`. What a smaller scope explains counts against no larger one; but the tenant's
/// ceilings count each part that stood still in the last 24 hours: `stood`, of those before.
pub fn judge(mut groups: Vec<Group>, touched: &[Touched], mut stood: Tally, is_new: bool) -> Vec<Crossing> {
    let mut crossings = Vec::new();
    for level in 0..=Scope::Tenant.level() {
        let mut hours: BTreeMap<Scope, BTreeSet<usize>> = BTreeMap::new();
        for mail in touched {
            hours.entry(mail.at(level)).or_default().insert(mail.hours_ago);
        }
        for (scope, hours) in hours {
            let of_scope = groups.iter().filter(|group| group.of.at(level) == scope);
            let counted = Hours::of(of_scope.filter(|group| group.explained.is_none_or(|by| by > level)));
            let crossing = hours.iter().find_map(|hour| cross(scope, &counted, stood, *hour, is_new));
            let Some(crossing) = crossing else { continue };
            stood = stood + crossing.grounds.held_against_tenant();
            crossings.push(crossing);
            for group in groups.iter_mut().filter(|group| group.of.at(level) == scope) {
                group.explained = Some(group.explained.map_or(level, |by| by.min(level)));
            }
        }
    }
    crossings
}

/// Whether [`judge`] could stop anything, as far as `bad` tells: the groups of the bad mails alone, without what was sent in all,
/// which need not be counted to know that it could not.
pub fn may_cross(bad: &[Group], touched: &[Touched], stood: Tally) -> bool {
    (0..=Scope::Tenant.level()).any(|level| {
        touched.iter().any(|mail| {
            let scope = mail.at(level);
            let counted = Hours::of(bad.iter().filter(|group| group.of.at(level) == scope));
            let day = windows(Span::Day, mail.hours_ago).map(|hours| counted.of_day(scope, hours, stood));
            let rates =
                || LIMITS.iter().flat_map(|limit| windows(limit.span, mail.hours_ago).map(move |it| (limit, it)));
            let too_many = |tally: Tally| {
                ceilings(scope).is_some_and(|all| all.iter().any(|(measure, ceiling)| measure.of(tally) >= *ceiling))
            };
            rates().any(|(limit, hours)| limit.may_pause(counted.sum(hours))) || day.into_iter().any(too_many)
        })
    })
}

/// What is new or sends little may have fewer than that in a day. `None`: any number.
const fn ceilings(scope: Scope) -> Option<[(Measure, i64); 2]> {
    let (complaints, hard_bounces) = match scope {
        Scope::Part(LanePart::Source(_) | LanePart::Mailbox(_)) => {
            (limits::PART_COMPLAINTS_MAX, limits::PART_HARD_BOUNCES_MAX)
        }
        Scope::Tenant => (limits::TENANT_COMPLAINTS_MAX, limits::TENANT_HARD_BOUNCES_MAX),
        Scope::Part(LanePart::Sequence(_) | LanePart::Domain(_)) => return None,
    };
    Some([(Measure::Complaints, complaints), (Measure::HardBounces, hard_bounces)])
}

/// What was sent in each hour.
struct Hours(BTreeMap<usize, Tally>);

impl Hours {
    fn of<'a>(groups: impl Iterator<Item = &'a Group>) -> Self {
        let mut hours: BTreeMap<usize, Tally> = BTreeMap::new();
        for group in groups {
            let tally = hours.entry(group.of.hours_ago).or_default();
            *tally = *tally + group.tally;
        }
        Self(hours)
    }

    fn sum(&self, (oldest, newest): (usize, usize)) -> Tally {
        self.0.range(newest..=oldest).map(|(_, tally)| *tally).sum()
    }

    /// What ceilings hold for.
    fn of_day(&self, scope: Scope, hours: (usize, usize), stood: Tally) -> Tally {
        let ends_now = scope == Scope::Tenant && hours.1 == 0;
        self.sum(hours) + if ends_now { stood } else { Tally::default() }
    }
}

/// The windows of this length that begin or end with this hour, the newest first.
fn windows(span: Span, hour: usize) -> impl Iterator<Item = (usize, usize)> {
    let more = span.hours() - 1;
    let newest = hour.saturating_sub(more);
    let begins = (newest + more, newest);
    let ends = (hour + more, hour);
    [begins, ends].into_iter().take(if begins == ends { 1 } else { 2 })
}

fn cross(scope: Scope, counted: &Hours, stood: Tally, hour: usize, is_new: bool) -> Option<Crossing> {
    let crossing = |measure: Measure, span, by, tally: Tally, hours| Crossing {
        scope,
        grounds: Grounds { measure, span, by, sends: tally.sends, bad: measure.of(tally) },
        hours,
    };
    for limit in LIMITS {
        for hours in windows(limit.span, hour) {
            let tally = counted.sum(hours);
            if limit.pauses(tally) {
                return Some(crossing(limit.measure, limit.span, By::Rate, tally, hours));
            }
        }
    }
    let ceilings = ceilings(scope)?;
    for hours in windows(Span::Day, hour) {
        let tally = counted.of_day(scope, hours, stood);
        let holds = is_new || tally.sends < limits::HOUR_SENDS_MIN;
        for (measure, ceiling) in ceilings {
            if holds && measure.of(tally) >= ceiling {
                return Some(crossing(measure, Span::Day, By::Ceiling, tally, hours));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    /// A mail of this source by this mailbox; sequence and domain are the same for all.
    const fn mail(source: u128, mailbox: u128, hours_ago: usize) -> Touched {
        Touched {
            source: SourceId::from_uuid(id(source)),
            mailbox: MailboxId::from_uuid(id(mailbox)),
            sequence: SequenceId::from_uuid(id(1)),
            domain: DomainId::from_uuid(id(1)),
            hours_ago,
        }
    }

    const fn group(of: Touched, sends: i64, hard_bounces: i64, complaints: i64) -> Group {
        Group { of, explained: None, tally: Tally { sends, hard_bounces, complaints } }
    }

    /// What stands still of a tenant that is not new.
    fn old(groups: &[Group], touched: &[Touched]) -> Vec<&'static str> {
        judge(groups.to_vec(), touched, Tally::default(), false).iter().map(|crossing| crossing.scope.kind()).collect()
    }

    #[test]
    fn the_smallest_scope_that_explains_the_numbers_stands_still_alone() {
        let (bad, good) = (mail(1, 1, 0), mail(2, 1, 0));
        let groups = [group(bad, 200, 20, 0), group(good, 200, 0, 0)];
        assert_eq!(old(&groups, &[bad]), ["source"], "not its mailbox, though that has 5 % too");
        let spread: Vec<Group> = (1..=10).map(|source| group(mail(source, 7, 0), 20, 2, 0)).collect();
        assert_eq!(old(&spread, &[mail(3, 7, 0)]), ["mailbox"], "2 of 20 explain nothing");
        let wide: Vec<Group> = (1..=200).map(|n| group(mail(n, n, 0), 5, 1, 0)).collect();
        assert_eq!(old(&wide, &[mail(3, 3, 0)]), ["sequence"], "all write for one sequence");
    }

    #[test]
    fn numbers_that_stood_still_before_are_held_against_nothing_larger() {
        let bad = mail(1, 1, 0);
        let mut groups = [group(bad, 250, 60, 0), group(mail(2, 1, 0), 100, 1, 0)];
        groups[0].explained = Some(0);
        assert_eq!(old(&groups, &[bad]), [""; 0], "in flight when the source stopped");
        groups[0].explained = None;
        assert_eq!(old(&groups, &[bad]), ["source"]);
    }

    #[test]
    fn what_is_new_or_small_has_ceilings_and_the_tenant_counts_all_of_them() {
        let bad = mail(1, 1, 3);
        assert_eq!(old(&[group(bad, 40, 4, 1)], &[bad]), [""; 0]);
        assert_eq!(old(&[group(bad, 40, 5, 0)], &[bad]), ["source"]);
        assert_eq!(old(&[group(bad, 40, 0, 2)], &[bad]), ["source"]);
        assert_eq!(old(&[group(bad, 900, 9, 0)], &[bad]), [""; 0], "1 % of what is neither");
        let new = judge(vec![group(bad, 900, 9, 0)], &[bad], Tally::default(), true);
        assert_eq!((new.len(), new[0].grounds.by, new[0].grounds.bad), (1, By::Ceiling, 9));
    }

    #[test]
    fn parts_that_stood_still_count_against_the_tenant_but_not_what_was_in_flight() {
        let flood = mail(1, 1, 0);
        assert_eq!(old(&[group(flood, 50, 50, 0)], &[flood]), ["source"], "50 in flight are one bad source");
        let fifth = mail(5, 5, 0);
        let check = |before: i64| {
            let stood = Tally { hard_bounces: before, ..Tally::default() };
            let crossings = judge(vec![group(fifth, 30, 5, 0)], &[fifth], stood, false);
            crossings.iter().map(|crossing| crossing.scope.kind()).collect::<Vec<_>>()
        };
        assert_eq!(check(15), ["source"]);
        assert_eq!(check(20), ["source", "tenant"]);
    }

    #[test]
    fn a_late_complaint_counts_in_the_hour_in_which_its_mail_was_sent() {
        let sent = mail(1, 1, 70);
        let then = [group(sent, 250, 0, 5), group(mail(1, 1, 0), 2000, 0, 0), group(mail(1, 1, 40), 2000, 0, 0)];
        let crossings = judge(then.to_vec(), &[sent], Tally::default(), false);
        assert_eq!(crossings.len(), 1);
        assert_eq!((crossings[0].hours, crossings[0].grounds.sends), ((70, 70), 250));
        assert_eq!(old(&then, &[mail(1, 1, 0)]), [""; 0], "today's mails are not touched by it");
        // Sent over two hours, of which either alone is too small.
        let split = [group(mail(1, 1, 60), 600, 0, 5), group(mail(1, 1, 70), 600, 0, 5)];
        let late = |hour| judge(split.to_vec(), &[mail(1, 1, hour)], Tally::default(), false)[0].hours;
        assert_eq!(late(70), (70, 47));
        assert_eq!(late(60), (83, 60));
    }

    #[test]
    fn the_bad_alone_never_hide_what_would_stand_still() {
        let mut stops = 0;
        for (sends, bad, complaints) in [20, 199, 200, 1000, 4000].into_iter().flat_map(|sends| {
            [0, 1, 2, 4, 5, 9, 10, 19, 20, 25, 60]
                .into_iter()
                .flat_map(move |bad| [0, 1, 2, 5, 12].map(|of| (sends, bad, of)))
        }) {
            for (hours_ago, before, is_new) in [(0, 0, false), (0, 20, false), (3, 0, true), (30, 20, true)] {
                let stood = Tally { hard_bounces: before, ..Tally::default() };
                let touched = [mail(1, 1, hours_ago), mail(2, 9, hours_ago + 2)];
                let groups = [group(touched[0], sends, bad, complaints), group(touched[1], 400, 1, 0)];
                let alone = groups.map(|it| Group { tally: Tally { sends: 0, ..it.tally }, ..it });
                let crossings = judge(groups.to_vec(), &touched, stood, is_new);
                let may = may_cross(&alone, &touched, stood);
                assert!(may || crossings.is_empty(), "{sends} {bad} {complaints}: {crossings:?}");
                stops += usize::from(!crossings.is_empty());
            }
        }
        assert!(stops > 100, "{stops}");
        let few = [group(mail(1, 1, 0), 0, 4, 1)];
        assert!(!may_cross(&few, &[mail(1, 1, 0)], Tally::default()));
    }

    #[test]
    fn every_window_contains_its_hour() {
        for span in Span::ALL {
            for hour in 0..60 {
                for (oldest, newest) in windows(span, hour) {
                    assert!(newest <= hour && hour <= oldest && oldest - newest + 1 == span.hours(), "{span:?} {hour}");
                }
            }
        }
    }
}
