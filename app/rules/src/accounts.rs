//! People and their teams: what a name, a password and a team's address must be, and when to stop trying passwords.

use crate::limits;
use crate::time::Duration;
use std::fmt;
use std::net::IpAddr;

/// A team's name: one line, trimmed, not empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TenantName(String);

/// A team's part of the address, as in `/t/<slug>`: `a`–`z`, digits, single inner hyphens; begins with a letter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slug(String);

/// A person's name as shown to others: one line, trimmed, not empty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonName(String);

/// A password a person has just chosen. It never prints itself.
#[derive(Clone)]
pub struct NewPassword(String);

/// Why something was done, in the words of who did it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason(String);

/// How often signing in failed of late (the last [`limits::SIGN_IN_WINDOW_MINS`]), this try included.
#[derive(Clone, Copy, Debug)]
pub struct SignInFailures {
    /// With this address, from this network.
    pub pair: i64,
    /// With this address, from everywhere.
    pub address: i64,
    /// From this network, with whatever address.
    pub network: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TenantNameError {
    #[error("Enter the team's name.")]
    Empty,
    #[error("A team's name has at most {} characters.", limits::TENANT_NAME_CHARS_MAX)]
    Long,
    #[error("A team's name is one line of text.")]
    ControlCharacter,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReasonError {
    #[error("Say why, for those who read it later.")]
    Empty,
    #[error("Use at most {} characters.", limits::REASON_CHARS_MAX)]
    Long,
    #[error("Write it in one line.")]
    ControlCharacter,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SlugError {
    #[error("Use {} to {} characters.", limits::SLUG_CHARS_MIN, limits::SLUG_CHARS_MAX)]
    Length,
    #[error("Use small letters a to z, digits and single hyphens between them, like acme-sales.")]
    Character,
    #[error("Begin with a letter.")]
    Begin,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PersonNameError {
    #[error("Enter a name.")]
    Empty,
    #[error("A name has at most {} characters.", limits::PERSON_NAME_CHARS_MAX)]
    Long,
    #[error("A name is one line of text.")]
    ControlCharacter,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NewPasswordError {
    #[error("Use at least {} characters. A few words in a row do well.", limits::PASSWORD_CHARS_MIN)]
    Short,
    #[error("Use at most {} bytes.", limits::PASSWORD_BYTES_MAX)]
    Long,
    #[error("Use something that is not your address or one character repeated.")]
    Guessable,
}

impl TenantName {
    pub fn parse(text: &str) -> Result<Self, TenantNameError> {
        match one_line(text, limits::TENANT_NAME_CHARS_MAX) {
            Ok(name) => Ok(Self(name)),
            Err(NotALine::Empty) => Err(TenantNameError::Empty),
            Err(NotALine::Long) => Err(TenantNameError::Long),
            Err(NotALine::ControlCharacter) => Err(TenantNameError::ControlCharacter),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Reason {
    pub fn parse(text: &str) -> Result<Self, ReasonError> {
        match one_line(text, limits::REASON_CHARS_MAX) {
            Ok(reason) => Ok(Self(reason)),
            Err(NotALine::Empty) => Err(ReasonError::Empty),
            Err(NotALine::Long) => Err(ReasonError::Long),
            Err(NotALine::ControlCharacter) => Err(ReasonError::ControlCharacter),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Slug {
    pub fn parse(text: &str) -> Result<Self, SlugError> {
        let text = text.trim();
        if !(limits::SLUG_CHARS_MIN..=limits::SLUG_CHARS_MAX).contains(&text.chars().count()) {
            return Err(SlugError::Length);
        }
        let plain = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if !text.split('-').all(plain) {
            return Err(SlugError::Character);
        }
        if !text.starts_with(|first: char| first.is_ascii_lowercase()) {
            return Err(SlugError::Begin);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SignInFailures {
    /// Whether this try is one too many. The answer is the same for addresses that nobody signs in with.
    pub fn is_too_many(&self) -> bool {
        self.pair > limits::SIGN_IN_PAIR_FAILURES_MAX
            || self.address > limits::SIGN_IN_ADDRESS_FAILURES_MAX
            || self.network > limits::SIGN_IN_NETWORK_FAILURES_MAX
    }

    pub const fn window() -> Duration {
        Duration::minutes(limits::SIGN_IN_WINDOW_MINS)
    }
}

/// What counts as one place on the network: an IPv4 address, or the /64 that an IPv6 host may pick its addresses from
/// (RFC 6177).
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

enum NotALine {
    Empty,
    Long,
    ControlCharacter,
}

fn one_line(text: &str, chars_max: usize) -> Result<String, NotALine> {
    let text = text.trim();
    if text.is_empty() {
        Err(NotALine::Empty)
    } else if text.chars().count() > chars_max {
        Err(NotALine::Long)
    } else if text.chars().any(char::is_control) {
        Err(NotALine::ControlCharacter)
    } else {
        Ok(text.to_owned())
    }
}

impl PersonName {
    pub fn parse(text: &str) -> Result<Self, PersonNameError> {
        match one_line(text, limits::PERSON_NAME_CHARS_MAX) {
            Ok(name) => Ok(Self(name)),
            Err(NotALine::Empty) => Err(PersonNameError::Empty),
            Err(NotALine::Long) => Err(PersonNameError::Long),
            Err(NotALine::ControlCharacter) => Err(PersonNameError::ControlCharacter),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl NewPassword {
    /// `address` is what the person signs in with: as typed, valid or not.
    pub fn parse(text: &str, address: &str) -> Result<Self, NewPasswordError> {
        if text.chars().count() < limits::PASSWORD_CHARS_MIN {
            return Err(NewPasswordError::Short);
        }
        if text.len() > limits::PASSWORD_BYTES_MAX {
            return Err(NewPasswordError::Long);
        }
        let one_character = text.chars().all(|c| text.starts_with(c));
        if one_character || text.trim().eq_ignore_ascii_case(address.trim()) {
            return Err(NewPasswordError::Guessable);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_readable_and_fits_an_address() {
        let check = |text: &str| Slug::parse(text).map(|slug| slug.0);
        assert_eq!(check(" acme-sales "), Ok("acme-sales".to_owned()));
        assert_eq!(check("ab"), Err(SlugError::Length));
        assert_eq!(check(&"a".repeat(41)), Err(SlugError::Length));
        for text in ["Acme", "acme sales", "acme--sales", "-acme", "acme-", "äcme"] {
            assert_eq!(check(text), Err(SlugError::Character), "{text}");
        }
        assert_eq!(check("4sales"), Err(SlugError::Begin));
    }

    #[test]
    fn an_ipv6_host_is_one_place_whichever_address_it_picks() {
        let check = |text: &str| network(text.parse().unwrap());
        assert_eq!(check("2001:db8:1:2:aaaa::1"), check("2001:db8:1:2:bbbb::2"));
        assert_ne!(check("2001:db8:1:2::1"), check("2001:db8:1:3::1"));
        assert_eq!(check("::ffff:192.0.2.7"), "192.0.2.7");
    }

    #[test]
    fn one_place_cannot_lock_a_person_out_everywhere() {
        let tries = |pair, address, network| SignInFailures { pair, address, network }.is_too_many();
        assert!(!tries(10, 10, 10));
        assert!(tries(11, 11, 11));
        assert!(!tries(1, 11, 1), "the person at another place");
        assert!(tries(1, 51, 1));
        assert!(tries(1, 1, 101));
    }

    #[test]
    fn a_password_must_be_long_and_not_the_address() {
        let check = |text: &str| NewPassword::parse(text, "anna@example.com").map(|_| ());
        assert_eq!(check("four plain words here"), Ok(()));
        assert_eq!(check("elevenchars"), Err(NewPasswordError::Short));
        assert_eq!(check("aaaaaaaaaaaaaaaa"), Err(NewPasswordError::Guessable));
        assert_eq!(check("Anna@Example.com"), Err(NewPasswordError::Guessable));
        assert_eq!(check(&"ab".repeat(300)), Err(NewPasswordError::Long));
    }
}
