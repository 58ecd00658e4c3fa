//! How mails and lanes stand, in words.

use crate::isolation::cap_is_used;
use crate::ui::state::Tone;
use db::messages::Message;
use db::messages::lanes::Lane;
use db::metrics::Fact;
use rules::isolation::Allowance;
use rules::messages::{LaneWait, MessageState};
use rules::time::{OffsetDateTime, absolute, relative};

/// A tone and a word for how a mail stands.
pub const fn state(state: MessageState) -> (Tone, &'static str) {
    let tone = match state {
        MessageState::Delivered => Tone::Good,
        MessageState::Bounced | MessageState::Refused => Tone::Bad,
        MessageState::SoftBounced | MessageState::Unknown | MessageState::UnknownFinal => Tone::Warn,
        MessageState::Sending | MessageState::Accepted | MessageState::Delayed | MessageState::Returned => {
            Tone::Waiting
        }
    };
    (tone, state.word())
}

/// What the recipient did, beside how the mail stands.
pub fn answers(message: &Message) -> String {
    let simulated = message.is_simulated.then_some("to Amazon's simulator: in no rate");
    let complained = message.complained_at.map(|_| "complained");
    let opted_out = message.opted_out_at.map(|_| "opted out");
    let answered = message.answered_at.map(|_| "answered");
    [answered, complained, opted_out, simulated].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

pub const fn fact_label(fact: Fact) -> &'static str {
    match fact {
        Fact::Sent => "Sent",
        Fact::Delivered => "Delivered",
        Fact::HardBounced => "Bounced",
        Fact::SoftBounced => "Soft bounced",
        Fact::OnTheWay => "On their way",
        Fact::Complained => "Complained",
        Fact::OptedOut => "Opted out",
        Fact::Answered => "Answered",
        Fact::Refused => "Refused by SES",
        Fact::Unknown => "No answer yet",
    }
}

/// Why nothing leaves now, and when it is looked at again. `now` is business time; `allowance` what is left of the team's caps.
pub fn lane_sentence(lane: Option<Lane>, allowance: Option<&Allowance>, now: OffsetDateTime) -> String {
    let Some(lane) = lane else {
        return LaneWait::NoRunningSequence.sentence().to_owned();
    };
    let Some(waits_for) = lane.waits_for else {
        return "It is being looked at.".to_owned();
    };
    let when = lane.due_at.filter(|due| *due > now).map(|due| (relative(due, now), absolute(due)));
    let why = if let LaneWait::TeamCap(span) = waits_for
        && let Some(cap) = allowance.and_then(|it| it.caps().of(span))
    {
        cap_is_used(span, cap)
    } else {
        waits_for.sentence().to_owned()
    };
    match (waits_for, when) {
        (
            LaneWait::Gap | LaneWait::OutsideWindow | LaneWait::CapReached | LaneWait::TeamCap(_),
            Some((in_words, at)),
        ) => format!("{why} Next mail {in_words}, at {at}, if one is due."),
        (_, Some((in_words, _))) => format!("{why} Looked at again {in_words} at the latest."),
        (_, None) => why,
    }
}
