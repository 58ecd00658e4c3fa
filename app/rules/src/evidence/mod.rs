//! Evidence: what keeps one team apart from the others, as read at one moment, with tests that try the opposite. The report is
//! the same for the page, the signed JSON and the signed HTML; here is its shape, and how an attempt is judged.

mod document;
mod questions;

pub use document::document;
pub use questions::{Facts, LastIncident, answers, shared};

use serde::{Deserialize, Serialize};

/// The shape of [`Report`], as its `format` says.
pub const FORMAT: &str = "ownlane.evidence/1";

/// All of it. Times are RFC 3339, in UTC.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Report {
    pub format: String,
    pub id: String,
    pub made_at: String,
    /// Where the platform is reached.
    pub platform: String,
    pub team: Team,
    /// Its isolation tier, and what that means in plain words.
    pub tier: String,
    pub tier_means: String,
    pub sections: Vec<Section>,
    pub tests: Vec<Test>,
    pub answers: Vec<Answer>,
    /// What is not the team's own.
    pub shared: Vec<String>,
    /// The calls to AWS that this was read by.
    pub calls: Vec<Call>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Team {
    pub id: String,
    pub name: String,
    pub slug: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Section {
    pub title: String,
    pub facts: Vec<Fact>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Fact {
    pub what: String,
    pub found: String,
    /// What it was read by.
    pub source: String,
}

impl Fact {
    pub fn new(what: impl Into<String>, found: impl Into<String>, source: impl Into<String>) -> Self {
        Self { what: what.into(), found: found.into(), source: source.into() }
    }
}

/// An attempt at what must not be possible.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Test {
    pub area: Area,
    pub what: String,
    pub expected: String,
    /// What came back, as it came.
    pub found: String,
    pub outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    Ses,
    Database,
    Addresses,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was not possible.
    Held,
    /// It was.
    Failed,
    /// Nothing can be said, for the reason that was found.
    NotRun,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Answer {
    pub question: String,
    pub answer: String,
    /// From where in the report, or elsewhere in the product.
    pub source: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Call {
    pub at: String,
    pub operation: String,
    pub about: String,
    /// AWS's own; empty: no answer came.
    pub request_id: String,
    /// `done`, or status, name and text of the refusal.
    pub answer: String,
}

impl Area {
    pub const ALL: [Self; 3] = [Self::Ses, Self::Database, Self::Addresses];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Ses => "At Amazon SES",
            Self::Database => "In the database",
            Self::Addresses => "At the team's pages",
        }
    }
}

impl Outcome {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "Held",
            Self::Failed => "Failed",
            Self::NotRun => "Not run",
        }
    }
}

impl Report {
    /// How many tests ended so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.tests.iter().filter(|test| test.outcome == outcome).count()
    }
}

/// What SES said to a mail that it must not take.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Attempt {
    /// It was taken.
    Accepted,
    Refused {
        status: u16,
        /// Its name, such as `AccessDeniedException`.
        code: String,
        message: String,
        /// AWS's own.
        request_id: String,
    },
    /// No answer that tells, and why.
    Unanswered(String),
}

/// Whether the refusal is for what was tried. One for another reason proves nothing.
pub fn judge_attempt(attempt: &Attempt) -> Outcome {
    match attempt {
        Attempt::Accepted => Outcome::Failed,
        Attempt::Refused { status: 400..=499, code, message, .. } => {
            let text = message.to_lowercase();
            let is_about_tenants = text.contains("tenant") || text.contains("not authorized");
            let is_pause = text.contains("paused") || code == "SendingPausedException";
            let is_refusal =
                matches!(code.as_str(), "AccessDeniedException" | "BadRequestException" | "MessageRejected");
            if is_refusal && is_about_tenants && !is_pause { Outcome::Held } else { Outcome::NotRun }
        }
        Attempt::Refused { .. } | Attempt::Unanswered(_) => Outcome::NotRun,
    }
}

impl Attempt {
    /// As it stands in the report.
    pub fn words(&self) -> String {
        match self {
            Self::Accepted => "Amazon SES took the mail.".to_owned(),
            Self::Refused { status, code, message, request_id } => {
                format!("{status} {code}: {message} (request {request_id})")
            }
            Self::Unanswered(why) => format!("No answer that tells: {why}"),
        }
    }
}

/// What one statement on another team's rows came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reach {
    /// So many rows were reached.
    Rows(u64),
    /// Postgres refused it: the role may not do that at all.
    Refused,
    /// It was not answered, and why.
    Unanswered(String),
}

/// What became of reading, changing and deleting rows of another team in one table.
pub fn judge_reach(table: &str, [read, change, delete]: [&Reach; 3]) -> Test {
    let all = [("read", read), ("change", change), ("delete", delete)];
    let word = |reach: &Reach| match reach {
        Reach::Rows(0) => "no row".to_owned(),
        Reach::Rows(1) => "1 row".to_owned(),
        Reach::Rows(rows) => format!("{rows} rows"),
        Reach::Refused => "refused".to_owned(),
        Reach::Unanswered(why) => why.clone(),
    };
    let outcome = if all.iter().any(|(_, reach)| matches!(reach, Reach::Rows(1..))) {
        Outcome::Failed
    } else if all.iter().any(|(_, reach)| matches!(reach, Reach::Unanswered(_))) {
        Outcome::NotRun
    } else {
        Outcome::Held
    };
    Test {
        area: Area::Database,
        what: format!("Read, change and delete another team's rows in {table}"),
        expected: "no row".to_owned(),
        found: all.map(|(what, reach)| format!("{what}: {}", word(reach))).join("; "),
        outcome,
    }
}

/// What the catalog says of the tables with rows of teams: how many are under row security that binds their owner too, and
/// whether the role that they are read in may pass it by. It holds for teams that have no row to be tried for.
pub fn judge_catalog(tables: usize, forced: usize, is_powerful: bool) -> Test {
    let role = if is_powerful { "the role may pass it by" } else { "the role may not pass it by" };
    Test {
        area: Area::Database,
        what: "Row security on every table with rows of teams".to_owned(),
        expected: "on all of them, for their owner too, and for the role that they are read in".to_owned(),
        found: format!("on {forced} of {tables}; {role}"),
        outcome: if forced == tables && tables > 0 && !is_powerful { Outcome::Held } else { Outcome::Failed },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str, message: &str) -> Outcome {
        let (code, message) = (code.to_owned(), message.to_owned());
        judge_attempt(&Attempt::Refused { status, code, message, request_id: "r-1".to_owned() })
    }

    #[test]
    fn only_a_refusal_for_what_was_tried_proves_anything() {
        let associated = "Tenant not associated with resources [arn:aws:ses:us-east-1:1:identity/a.example].";
        assert_eq!(refused(403, "AccessDeniedException", associated), Outcome::Held);
        assert_eq!(
            refused(403, "AccessDeniedException", "User is not authorized to perform ses:SendEmail"),
            Outcome::Held
        );
        assert_eq!(
            refused(400, "BadRequestException", "It has the suppression scope TENANT, and no tenant is named."),
            Outcome::Held
        );
        for (status, code, message) in [
            (400, "SendingPausedException", "Sending paused for tenant t."),
            (400, "MessageRejected", "Email address is not verified."),
            (404, "NotFoundException", "Tenant t not found."),
            (429, "TooManyRequestsException", "Maximum sending rate exceeded for the tenant."),
            (500, "InternalServiceErrorException", "tenant"),
        ] {
            assert_eq!(refused(status, code, message), Outcome::NotRun, "{status} {code}");
        }
        assert_eq!(judge_attempt(&Attempt::Accepted), Outcome::Failed);
        assert_eq!(judge_attempt(&Attempt::Unanswered("reset".to_owned())), Outcome::NotRun);
    }

    #[test]
    fn one_table_without_row_security_is_one_too_many() {
        assert_eq!(judge_catalog(43, 43, false).outcome, Outcome::Held);
        for (tables, forced, is_powerful) in [(43, 42, false), (43, 43, true), (0, 0, false)] {
            assert_eq!(judge_catalog(tables, forced, is_powerful).outcome, Outcome::Failed);
        }
    }

    #[test]
    fn a_row_that_is_reached_fails_whatever_else_was_refused() {
        let (none, one, no) = (Reach::Rows(0), Reach::Rows(1), Reach::Refused);
        let unanswered = Reach::Unanswered("timed out".to_owned());
        assert_eq!(judge_reach("leads", [&none, &no, &no]).outcome, Outcome::Held);
        assert_eq!(judge_reach("leads", [&none, &one, &unanswered]).outcome, Outcome::Failed);
        let test = judge_reach("leads", [&unanswered, &no, &none]);
        assert_eq!(test.outcome, Outcome::NotRun);
        assert_eq!(test.found, "read: timed out; change: refused; delete: no row");
    }
}
