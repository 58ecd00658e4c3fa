//! What Amazon says of the account that all tenants share.

/// Its word, as far as we know it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccountWord {
    /// Nothing stands in the way.
    Well,
    /// Under review: it still takes mail, and each that is taken badly counts.
    Probation,
    /// It takes no mail.
    Shutdown,
}

impl AccountWord {
    /// From SES's own words (GetAccount: EnforcementStatus and SendingEnabled). A word that we do not know stops nobody while
    /// SES takes mail.
    pub fn of(enforcement: &str, may_send: bool) -> Self {
        match (enforcement, may_send) {
            ("SHUTDOWN", _) | (_, false) => Self::Shutdown,
            ("PROBATION", true) => Self::Probation,
            (_, true) => Self::Well,
        }
    }

    /// For people: what it means.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Well => "Amazon SES takes the platform's mail.",
            Self::Probation => {
                "Amazon SES reviews the platform's account. Nothing leaves meanwhile; what is planned is kept."
            }
            Self::Shutdown => "Amazon SES has stopped the platform's account. Nothing leaves; what is planned is kept.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AccountWord::{self, Probation, Shutdown, Well};

    #[test]
    fn what_amazon_says_next_stops_nobody_while_it_takes_mail() {
        let words = [("HEALTHY", true), ("", true), ("WATCHED", true), ("PROBATION", true), ("SHUTDOWN", true)];
        assert_eq!(words.map(|(word, may)| AccountWord::of(word, may)), [Well, Well, Well, Probation, Shutdown]);
        assert_eq!(AccountWord::of("HEALTHY", false), Shutdown, "somebody switched it off");
    }
}
