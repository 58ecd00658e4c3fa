//! The people who get mail: what comes of a mail and who opens and answers it, by the address alone; of those whose address
//! says nothing, `shares` decides. It knows no lists, makes no events and writes no answers.

pub(crate) mod shares;

use crate::bounces::BounceKind;
use crate::providers::Provider;

/// What comes of a mail at one recipient.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    Delivered,
    /// There is no such person.
    Bounced,
    /// The mailbox is full.
    SoftBounced,
    /// In one of the other ways that SES tells apart.
    BouncedAs(BounceKind),
    /// The provider wants no mail of this sender.
    Blocked(Provider),
    /// The provider takes it at the second attempt.
    Deferred(Provider),
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

/// Of somebody who answers: what is answered and how, each told by a word of the local part, in any order, like
/// `bob.question.de.outlook`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mood {
    pub(crate) intent: Intent,
    pub(crate) language: Language,
    /// `None`: any.
    pub(crate) program: Option<Program>,
    pub(crate) charset: Option<Charset>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Intent {
    Interested,
    NotNow,
    Decline,
    Question,
    WrongPerson,
    /// Nobody of this name works here any more, says a program.
    Left,
    /// To hear nothing more.
    Remove,
    /// Out of office, with the day of return.
    Away,
    /// Some other program's answer.
    Automatic,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Language {
    English,
    Russian,
    German,
    Spanish,
    French,
}

/// With which the answer is written: each quotes in its own way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Program {
    Gmail,
    Outlook,
    Apple,
    Thunderbird,
    /// As people in Russia have it.
    Webmail,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Charset {
    Utf8,
    Windows1251,
    Koi8R,
}

impl Intent {
    /// A program writes it.
    pub(crate) fn is_automatic(self) -> bool {
        match self {
            Self::Left | Self::Away | Self::Automatic => true,
            Self::Interested | Self::NotNow | Self::Decline | Self::Question | Self::WrongPerson | Self::Remove => {
                false
            }
        }
    }

    fn meant(word: &str) -> Option<Self> {
        Some(match word {
            "answer" | "interested" => Self::Interested,
            "notnow" => Self::NotNow,
            "decline" | "notinterested" => Self::Decline,
            "question" => Self::Question,
            "wrongperson" => Self::WrongPerson,
            "left" => Self::Left,
            "remove" | "unsubscribe" => Self::Remove,
            "away" => Self::Away,
            "autoreply" => Self::Automatic,
            _ => return None,
        })
    }
}

impl Fate {
    /// For SES, nobody is there: the address goes onto the list.
    pub(crate) fn is_hard_bounce(self) -> bool {
        match self {
            Self::Bounced | Self::BouncedAs(BounceKind::General) => true,
            Self::Delivered
            | Self::SoftBounced
            | Self::BouncedAs(_)
            | Self::Blocked(_)
            | Self::Deferred(_)
            | Self::Complained
            | Self::OutOfOffice
            | Self::Rejected
            | Self::Delayed
            | Self::Silent
            | Self::SimulatedBounce
            | Self::SimulatedComplaint
            | Self::SimulatedSuppression
            | Self::Suppressed(_) => false,
        }
    }
}

const SIMULATOR: &str = "simulator.amazonses.com";
const OPEN: &str = "open";

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
    words(&local).find_map(meaning).unwrap_or(Fate::Delivered)
}

/// Whether a word of the local part decides anything.
pub(crate) fn says_something(address: &str) -> bool {
    let local = local_part(address).to_ascii_lowercase();
    let says = |word: &str| meaning(word).is_some() || Intent::meant(word).is_some() || word == OPEN;
    is_simulated(address) || words(&local).any(says)
}

pub(crate) fn opens(address: &str) -> bool {
    !is_simulated(address) && words(&local_part(address).to_ascii_lowercase()).any(|word| word == OPEN)
}

/// `None`: nobody answers. What comes of the mail is `fate`'s to say first. `intent`: of somebody whose words tell none.
pub(crate) fn mood(address: &str, intent: Option<Intent>) -> Option<Mood> {
    if is_simulated(address) {
        return None;
    }
    let local = local_part(address).to_ascii_lowercase();
    let language = |word: &str| {
        Some(match word {
            "en" => Language::English,
            "ru" => Language::Russian,
            "de" => Language::German,
            "es" => Language::Spanish,
            "fr" => Language::French,
            _ => return None,
        })
    };
    let program = |word: &str| {
        Some(match word {
            "gmail" => Program::Gmail,
            "outlook" => Program::Outlook,
            "apple" => Program::Apple,
            "thunderbird" => Program::Thunderbird,
            "webmail" => Program::Webmail,
            _ => return None,
        })
    };
    let charset = |word: &str| {
        Some(match word {
            "utf8" => Charset::Utf8,
            "cp1251" => Charset::Windows1251,
            "koi8" => Charset::Koi8R,
            _ => return None,
        })
    };
    Some(Mood {
        intent: words(&local).find_map(Intent::meant).or(intent)?,
        language: words(&local).find_map(language).unwrap_or(Language::English),
        program: words(&local).find_map(program),
        charset: words(&local).find_map(charset),
    })
}

/// As it is signed: the first word of the local part that says nothing else.
pub(crate) fn name(address: &str) -> String {
    let local = local_part(address).to_ascii_lowercase();
    let says_nothing = |word: &&str| {
        let alone = format!("answer.{word}");
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_lowercase())
            && Intent::meant(word).is_none()
            && mood(&format!("{alone}@x"), None) == mood("answer@x", None)
            && !["en", OPEN].contains(word)
    };
    let mut letters = words(&local).find(says_nothing).unwrap_or("bob").chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn words(local: &str) -> impl Iterator<Item = &str> {
    local.split(['.', '+', '-', '_'])
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
        _ => Fate::BouncedAs(BounceKind::meant(word)?),
    })
}

fn local_part(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(local, _)| local)
}
