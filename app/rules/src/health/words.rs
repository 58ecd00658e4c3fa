//! What people read of it.

use super::{By, Grounds, Limit, Measure, Scope};
use crate::isolation::AccountWord;
use crate::limits;

/// Hundredths of a percent: `2.5 %`.
pub fn percent(hundredths: i64) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match (rest / 10, rest % 10) {
        (0, 0) => format!("{whole} %"),
        (tenth, 0) => format!("{whole}.{tenth} %"),
        (tenth, last) => format!("{whole}.{tenth}{last} %"),
    }
}

/// Why something stands still: the numbers, and the limit.
pub fn reason(grounds: Grounds) -> String {
    let Grounds { measure, span, by, sends, bad } = grounds;
    let what = words(measure, bad);
    let window = span.words();
    match by {
        By::Rate => {
            let rate = percent(bad * 10_000 / sends.max(1));
            let limit = super::LIMITS.iter().find(|limit| limit.measure == measure && limit.span == span);
            let limit = limit.map(|limit| format!(" The limit is {}.", percent(limit.pause))).unwrap_or_default();
            format!("{bad} {what} of {sends} mails sent in {window}: {rate}.{limit}")
        }
        By::Ceiling => {
            format!("{bad} {what} of {sends} mails sent in {window}: too many for a new team, or where little is sent.")
        }
    }
}

/// `warns at 2.5 %, pauses at 5 %, from 1000 mails and 50 hard bounces on`.
pub fn limit_words(limit: &Limit) -> String {
    let (warn, pause) = (percent(limit.warn), percent(limit.pause));
    let what = words(limit.measure, limit.events_min);
    format!("warns at {warn}, pauses at {pause}, from {} mails and {} {what} on", limit.sends_min, limit.events_min)
}

const fn words(measure: Measure, count: i64) -> &'static str {
    match (measure, count) {
        (Measure::HardBounces, 1) => "hard bounce",
        (Measure::HardBounces, _) => "hard bounces",
        (Measure::Complaints, 1) => "complaint",
        (Measure::Complaints, _) => "complaints",
    }
}

/// What a team is told of an incident.
pub struct Letter {
    pub subject: String,
    /// Plain text.
    pub body: String,
}

impl Letter {
    /// To the operators, when everybody stands still.
    pub fn of_account(word: AccountWord, region: &str, page: &str) -> Self {
        Self {
            subject: format!("Everybody is paused: the account in {region}"),
            body: format!("{}\n\nWhat Amazon says, and what you can do:\n\n{page}\n", word.sentence()),
        }
    }

    /// A test of the team's isolation failed.
    pub fn of_evidence(team: &str, reason: &str, page: &str) -> Self {
        let team: String = team.chars().filter(|c| !c.is_control()).take(limits::SUBJECT_NAME_CHARS_MAX).collect();
        Self {
            subject: format!("A test of isolation failed: {team}"),
            body: format!(
                "A test that tries to get past what keeps {team} apart from other teams did not fail as it must.\n\n{reason}\n\n\
                 Your mail goes on. The operator sees it too, and the test is run again every day.\n\nWhat was found:\n\n{page}\n"
            ),
        }
    }

    /// `name`: what the scope is called. `page`: the incident's.
    pub fn write(team: &str, scope: Scope, name: &str, reason: &str, page: &str) -> Self {
        let (what, stands) = match scope {
            Scope::Tenant => (format!("all mail of {team}"), "Nothing of your team leaves until it is resumed."),
            Scope::Part(_) => (
                format!("the {} {name} of {team}", scope.word()),
                "Nothing of it leaves until somebody of your team has looked at it and resumes it. The rest of your \
                 team's mail goes on.",
            ),
        };
        let what: String = what.chars().filter(|c| !c.is_control()).take(limits::SUBJECT_NAME_CHARS_MAX).collect();
        Self {
            subject: format!("Paused: {what}"),
            body: format!(
                "Ownlane has paused {what}.\n\n{reason}\n\n{stands}\n\nWhat happened, and what to do:\n\n{page}\n"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::{LIMITS, Span};

    #[test]
    fn percents_are_short() {
        let shown = [0, 5, 15, 30, 250, 500, 1000, 1040].map(percent);
        assert_eq!(shown, ["0 %", "0.05 %", "0.15 %", "0.3 %", "2.5 %", "5 %", "10 %", "10.4 %"]);
    }

    #[test]
    fn a_reason_has_its_numbers() {
        let rate = Grounds { measure: Measure::HardBounces, span: Span::Hour, by: By::Rate, sends: 250, bad: 26 };
        assert_eq!(reason(rate), "26 hard bounces of 250 mails sent in an hour: 10.4 %. The limit is 10 %.");
        let few = Grounds { measure: Measure::Complaints, span: Span::Day, by: By::Ceiling, sends: 12, bad: 2 };
        assert_eq!(
            reason(few),
            "2 complaints of 12 mails sent in 24 hours: too many for a new team, or where little is sent."
        );
        assert_eq!(limit_words(&LIMITS[3]), "warns at 2.5 %, pauses at 5 %, from 1000 mails and 50 hard bounces on");
    }

    #[test]
    fn a_letter_keeps_to_one_line_of_subject() {
        let letter = Letter::write("Acme", Scope::Tenant, "Acme\r\nBcc: x@b.example", "Why.", "https://o.example/x");
        assert_eq!(letter.subject, "Paused: all mail of Acme");
        let name = "a\r\nBcc: x@b.example";
        let part = Scope::parse("source", uuid::Uuid::nil()).unwrap();
        assert!(!Letter::write("Acme", part, name, "Why.", "x").subject.contains(['\r', '\n']));
    }
}
