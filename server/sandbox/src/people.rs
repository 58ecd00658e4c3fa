//! The people who get mail: what comes of a mail, by the address alone. It knows no lists and makes no events.

/// What comes of a mail at one recipient.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    Delivered,
    /// There is no such person.
    Bounced,
    /// The mailbox is full.
    SoftBounced,
    /// Delivered, and reported as spam.
    Complained,
    /// Delivered, and an automatic reply comes back.
    OutOfOffice,
    Rejected,
    /// Delivered at the second attempt.
    Delayed,
    /// Nothing is heard after Send.
    Silent,
    SimulatedBounce,
    SimulatedComplaint,
    SimulatedSuppression,
    /// Never sent: the address is on the list of this scope.
    Suppressed(Scope),
}

/// Whose list of suppressed addresses counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Scope {
    Account,
    Tenant,
}

const SIMULATOR: &str = "simulator.amazonses.com";

/// Of the simulator by its documented addresses, of anybody else by the first word of the local part that means something.
pub(crate) fn fate(address: &str) -> Fate {
    let local = local_part(address).to_ascii_lowercase();
    if is_simulated(address) {
        return match local.split_once('+').map_or(local.as_str(), |(name, _)| name) {
            "bounce" => Fate::SimulatedBounce,
            "complaint" => Fate::SimulatedComplaint,
            "ooto" => Fate::OutOfOffice,
            "suppressionlist" => Fate::SimulatedSuppression,
            _ => Fate::Delivered,
        };
    }
    local.split(['.', '+', '-', '_']).find_map(meaning).unwrap_or(Fate::Delivered)
}

/// Mail to the simulator counts for the rate and for nothing else.
pub(crate) fn is_simulated(address: &str) -> bool {
    address.rsplit_once('@').is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(SIMULATOR))
}

fn meaning(word: &str) -> Option<Fate> {
    Some(match word {
        "bounce" => Fate::Bounced,
        "softbounce" => Fate::SoftBounced,
        "complain" | "complaint" => Fate::Complained,
        "ooto" => Fate::OutOfOffice,
        "reject" => Fate::Rejected,
        "delay" => Fate::Delayed,
        "silent" => Fate::Silent,
        _ => return None,
    })
}

fn local_part(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(local, _)| local)
}
