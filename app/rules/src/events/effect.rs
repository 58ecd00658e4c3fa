//! What follows from an event. Each effect can be applied twice and in any order with the same end.

use super::kind::{BounceClass, EventKind};
use crate::addresses::SIMULATOR_DOMAIN;
use crate::messages::{MessageState, SuppressionReason};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Effect {
    /// The least that the message's state is from now on.
    pub raises_to: Option<MessageState>,
    /// The recipient is never written to again.
    pub suppresses: Option<SuppressionReason>,
    /// The recipient called it spam. Beside the state: no later event takes it back.
    pub complained: bool,
}

pub const fn effect(kind: &EventKind) -> Effect {
    let nothing = Effect { raises_to: None, suppresses: None, complained: false };
    match kind {
        EventKind::Send => Effect { raises_to: Some(MessageState::Accepted), ..nothing },
        EventKind::Delivery => Effect { raises_to: Some(MessageState::Delivered), ..nothing },
        EventKind::Bounce(bounce) => match bounce.class {
            BounceClass::Soft => Effect { raises_to: Some(MessageState::SoftBounced), ..nothing },
            BounceClass::Hard | BounceClass::ListSuppressed => Effect {
                raises_to: Some(MessageState::Bounced),
                suppresses: Some(SuppressionReason::HardBounce),
                complained: false,
            },
        },
        EventKind::Complaint(complaint) if complaint.is_not_spam => nothing,
        EventKind::Complaint(_) => Effect {
            raises_to: Some(MessageState::Accepted),
            suppresses: Some(SuppressionReason::Complaint),
            complained: true,
        },
        EventKind::Reject { .. } | EventKind::RenderingFailure { .. } => {
            Effect { raises_to: Some(MessageState::Refused), ..nothing }
        }
        EventKind::Delay { .. } => Effect { raises_to: Some(MessageState::Delayed), ..nothing },
        EventKind::Open | EventKind::Click | EventKind::Other(_) => nothing,
    }
}

/// Whether an address is one of SES's mailbox simulator: shown, and in no rate.
pub fn is_simulator(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(SIMULATOR_DOMAIN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{parse, samples};
    use serde_json::Value;
    use std::collections::HashSet;

    fn of(body: &Value) -> Effect {
        effect(&parse(&body.to_string()).unwrap().kind)
    }

    #[test]
    fn each_type_has_its_effect() {
        use MessageState::{Accepted, Bounced, Delayed, Delivered, Refused, SoftBounced};
        use SuppressionReason::{Complaint, HardBounce};
        let check = |body: Value, raises_to, suppresses, complained| {
            assert_eq!(of(&body), Effect { raises_to, suppresses, complained }, "{body}");
        };
        check(samples::send(), Some(Accepted), None, false);
        check(samples::delivery(), Some(Delivered), None, false);
        check(samples::bounce("Permanent", "General"), Some(Bounced), Some(HardBounce), false);
        check(samples::bounce("Permanent", "OnTenantSuppressionList"), Some(Bounced), Some(HardBounce), false);
        check(samples::bounce("Transient", "General"), Some(SoftBounced), None, false);
        check(samples::complaint("abuse"), Some(Accepted), Some(Complaint), true);
        check(samples::complaint("not-spam"), None, None, false);
        check(samples::reject(), Some(Refused), None, false);
        check(samples::rendering_failure(), Some(Refused), None, false);
        check(samples::delay(), Some(Delayed), None, false);
        for body in [samples::open(), samples::click(), samples::subscription()] {
            check(body, None, None, false);
        }
    }

    /// Every order of `items`.
    fn orders<T: Copy>(items: &[T]) -> Vec<Vec<T>> {
        if items.is_empty() {
            return vec![Vec::new()];
        }
        let with_first = |at: usize| {
            let mut rest = items.to_vec();
            let first = rest.remove(at);
            orders(&rest).into_iter().map(move |order| [vec![first], order].concat())
        };
        (0..items.len()).flat_map(with_first).collect()
    }

    /// State, suppressions and complaint after these facts, from "no answer yet".
    fn end(facts: &[Effect]) -> (MessageState, HashSet<SuppressionReason>, bool) {
        let state = facts.iter().filter_map(|fact| fact.raises_to).fold(MessageState::Unknown, MessageState::raise);
        let suppressed = facts.iter().filter_map(|fact| fact.suppresses).collect();
        (state, suppressed, facts.iter().any(|fact| fact.complained))
    }

    #[test]
    fn facts_end_the_same_in_every_order_and_however_often_they_come() {
        use SuppressionReason::{Complaint, HardBounce};
        let check = |bodies: [Value; 4], expected: (MessageState, &[SuppressionReason], bool)| {
            let facts = bodies.map(|body| of(&body));
            let orders = orders(&facts);
            assert_eq!(orders.len(), 24);
            let expected = (expected.0, expected.1.iter().copied().collect(), expected.2);
            for order in orders {
                let each_twice: Vec<Effect> = order.iter().flat_map(|fact| [*fact, *fact]).collect();
                assert_eq!(end(&each_twice), expected, "{order:?}");
                assert_eq!(end(&[order.clone(), order.clone()].concat()), expected, "{order:?}");
            }
        };
        let bounce = || samples::bounce("Permanent", "General");
        let [send, delivery, delay] = [samples::send(), samples::delivery(), samples::delay()];
        let complaint = samples::complaint("abuse");
        check([send.clone(), delivery.clone(), bounce(), delay.clone()], (MessageState::Bounced, &[HardBounce], false));
        check(
            [send.clone(), delivery.clone(), complaint, bounce()],
            (MessageState::Bounced, &[HardBounce, Complaint], true),
        );
        let out_of_office = samples::bounce("Transient", "General");
        check([send, delivery, out_of_office, delay], (MessageState::Delivered, &[], false));
    }

    #[test]
    fn only_the_simulator_itself_is_left_out_of_rates() {
        assert!(is_simulator("bounce+t1@simulator.amazonses.com"));
        assert!(is_simulator("success@Simulator.AmazonSES.com"));
        for address in [
            "bounce@simulator.amazonses.com.b.example",
            "bounce@b.simulator.amazonses.com",
            "bounce@evilsimulator.amazonses.com",
            "simulator.amazonses.com",
            "",
        ] {
            assert!(!is_simulator(address), "{address}");
        }
    }
}
