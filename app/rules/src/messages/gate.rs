//! Whether a lane may send now. Asked in the transaction that claims the mail, of what is true in it; a plan is only a
//! guess.

use super::LaneWait;
use crate::limits;
use crate::mailboxes::{DailyCap, SendWindow};
use crate::time::{Duration, OffsetDateTime};

/// What is known of a lane and its tenant. Times are business time.
#[derive(Clone, Copy, Debug)]
pub struct LaneFacts<'a> {
    pub is_tenant_paused: bool,
    pub has_postal_address: bool,
    /// Tenant, configuration set and associations at SES are as wanted.
    pub is_ses_ready: bool,
    pub is_domain_verified: bool,
    /// The mailbox, or its domain.
    pub is_paused: bool,
    pub window: &'a SendWindow,
    pub cap: DailyCap,
    /// Mails of the mailbox's local day that count.
    pub sent_today: i64,
    /// The end of the gap behind the last mail.
    pub next_send_at: Option<OffsetDateTime>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LaneVerdict {
    Send,
    Wait { why: LaneWait, look_at: OffsetDateTime },
}

/// The first thing that stands in the way, in the order in which somebody would mend it.
pub fn judge_lane(facts: &LaneFacts<'_>, now: OffsetDateTime) -> LaneVerdict {
    // What a person or another duty mends wakes the lane; this look is the net.
    let later = now + Duration::minutes(limits::LANE_IDLE_MINS);
    let wait = |why, look_at: Option<OffsetDateTime>| LaneVerdict::Wait { why, look_at: look_at.unwrap_or(later) };
    if facts.is_tenant_paused {
        return wait(LaneWait::TenantPaused, None);
    }
    if !facts.has_postal_address {
        return wait(LaneWait::NoPostalAddress, None);
    }
    if !facts.is_ses_ready {
        return wait(LaneWait::SesNotReady, None);
    }
    if !facts.is_domain_verified {
        return wait(LaneWait::DomainNotVerified, None);
    }
    if facts.is_paused {
        return wait(LaneWait::MailboxPaused, None);
    }
    if facts.sent_today >= i64::from(facts.cap.mails()) {
        let tomorrow = facts.window.day_bounds(now).map(|(_, next)| next);
        return wait(LaneWait::CapReached, tomorrow.and_then(|day| facts.window.next_open(day)));
    }
    if !facts.window.is_open(now) {
        return wait(LaneWait::OutsideWindow, facts.window.next_open(now));
    }
    match facts.next_send_at {
        Some(next) if next > now => wait(LaneWait::Gap, Some(next)),
        _ => LaneVerdict::Send,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mailboxes::{WeekDays, ZoneName};

    fn window() -> SendWindow {
        SendWindow::new(WeekDays::WORKING, 9 * 60, 17 * 60, ZoneName::parse("Europe/Berlin").unwrap()).unwrap()
    }

    /// 2024-10-04 was a Friday.
    fn at(hour: i64, minute: i64) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH + Duration::days(20_000) + Duration::hours(hour) + Duration::minutes(minute)
    }

    fn facts(window: &SendWindow) -> LaneFacts<'_> {
        LaneFacts {
            is_tenant_paused: false,
            has_postal_address: true,
            is_ses_ready: true,
            is_domain_verified: true,
            is_paused: false,
            window,
            cap: DailyCap::new(20).unwrap(),
            sent_today: 19,
            next_send_at: Some(at(8, 0)),
        }
    }

    #[test]
    fn a_lane_sends_when_nothing_stands_in_the_way() {
        let window = window();
        assert_eq!(judge_lane(&facts(&window), at(8, 0)), LaneVerdict::Send);
        assert_eq!(judge_lane(&LaneFacts { next_send_at: None, ..facts(&window) }, at(14, 59)), LaneVerdict::Send);
    }

    #[test]
    fn what_was_due_inside_the_window_does_not_leave_behind_it() {
        let window = window();
        let expected = LaneVerdict::Wait { why: LaneWait::OutsideWindow, look_at: at(72 + 7, 0) };
        assert_eq!(judge_lane(&facts(&window), at(15, 0)), expected, "Friday 17:00 in Berlin: Monday 09:00");
    }

    #[test]
    fn a_full_day_waits_for_the_next_ones_window() {
        let window = window();
        let full = LaneFacts { sent_today: 20, ..facts(&window) };
        let expected = LaneVerdict::Wait { why: LaneWait::CapReached, look_at: at(72 + 7, 0) };
        assert_eq!(judge_lane(&full, at(9, 0)), expected);
    }

    #[test]
    fn one_reason_is_given_at_a_time() {
        let window = window();
        let base = facts(&window);
        let why = |facts: LaneFacts<'_>| match judge_lane(&facts, at(20, 0)) {
            LaneVerdict::Wait { why, .. } => why,
            LaneVerdict::Send => panic!("{facts:?}"),
        };
        let all = LaneFacts { is_tenant_paused: true, has_postal_address: false, is_ses_ready: false, ..base };
        assert_eq!(why(all), LaneWait::TenantPaused);
        assert_eq!(why(LaneFacts { is_tenant_paused: false, ..all }), LaneWait::NoPostalAddress);
        assert_eq!(why(LaneFacts { is_ses_ready: false, is_domain_verified: false, ..base }), LaneWait::SesNotReady);
        assert_eq!(why(LaneFacts { is_domain_verified: false, is_paused: true, ..base }), LaneWait::DomainNotVerified);
        assert_eq!(why(LaneFacts { is_paused: true, ..base }), LaneWait::MailboxPaused);
        assert_eq!(why(LaneFacts { sent_today: 20, ..base }), LaneWait::CapReached);
    }

    #[test]
    fn a_gap_is_kept() {
        let window = window();
        let expected = LaneVerdict::Wait { why: LaneWait::Gap, look_at: at(8, 4) };
        assert_eq!(judge_lane(&LaneFacts { next_send_at: Some(at(8, 4)), ..facts(&window) }, at(8, 0)), expected);
    }
}
