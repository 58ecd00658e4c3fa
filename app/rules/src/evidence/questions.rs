//! The questions that a buyer asks a provider of sending, answered from facts, and what is not a team's own, said as plainly.

use super::Answer;
use crate::isolation::{SharedPoolMode, Tier};
use crate::limits;

/// What the answers are made from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    pub tier: Tier,
    pub shared_pool_mode: SharedPoolMode,
    /// Of a managed pool: how many teams are in it, this one included.
    pub pool_teams: Option<i64>,
    /// Tables with rows of teams, all under forced row security.
    pub tables: usize,
    /// Domains, and how many of them are verified.
    pub domains: (usize, usize),
    /// When the domains' records were last looked at, for people; `None`: never.
    pub looked_at: Option<String>,
    pub last_incident: Option<LastIncident>,
    /// The host that links in mails name, which all teams' mails share.
    pub host: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LastIncident {
    /// What stood still: `Source “The fair”`.
    pub what: String,
    pub opened: String,
    pub reason: String,
    /// From the event to the pause, in milliseconds; `None`: a person paused.
    pub reaction_ms: Option<i64>,
    /// Other teams that sent meanwhile, and of how many the figures moved.
    pub radius: Option<(i64, i64)>,
    /// How it ended; `None`: it is open.
    pub end: Option<String>,
}

/// In the order in which they are asked.
pub fn answers(facts: &Facts) -> Vec<Answer> {
    let answer = |question: &str, answer: String, source: &str| Answer {
        question: question.to_owned(),
        answer,
        source: source.to_owned(),
    };
    vec![
        answer(
            "How exactly is isolation done: per tenant, per IP, or a pool with labels; how many share it?",
            how(facts),
            "Isolation tier, and the section on Amazon SES",
        ),
        answer(
            "Is it in the infrastructure or only in the interface?",
            format!(
                "In the infrastructure. At Amazon SES the team has a tenant, a configuration set and identities of its own, and \
                 SES itself refuses a mail that mixes them. In the database each of the {} tables with rows of teams is under \
                 row security that binds its owner too, and the role that pages and workers act in sees one team's rows.",
                facts.tables
            ),
            "The tests of this report",
        ),
        answer("What happens in an incident, and how fast am I told?", incident_rule(), "The limits on the team's Health page"),
        answer(
            "How are SPF, DKIM and DMARC verified after set-up?",
            domains(facts),
            "The section on domains; the page of each domain shows expected and found",
        ),
        answer(
            "Which reports do I get?",
            "Sent, delivered, bounced, complained, opted out and answered, with the classes of the answers: by mailbox, by \
             provider of the recipient, by source, sequence and step, by day. Every number opens the mails behind it, and they can \
             be exported."
                .to_owned(),
            "The team's Metrics page",
        ),
        answer(
            "Tell me a real incident and what you changed.",
            facts.last_incident.as_ref().map_or_else(
                || "There was none: nothing of this team was paused by Ownlane, its operator or Amazon.".to_owned(),
                told,
            ),
            "The team's incidents, on its Health page",
        ),
    ]
}

fn how(facts: &Facts) -> String {
    let shared = match (facts.tier, facts.pool_teams) {
        (Tier::ManagedPool, Some(1)) => " This team is the only one in the pool.".to_owned(),
        (Tier::ManagedPool, Some(teams)) => format!(" {teams} teams are in the pool."),
        _ => String::new(),
    };
    format!("{} {}{shared}", Tier::OWN, facts.tier.ips(facts.shared_pool_mode))
}

fn incident_rule() -> String {
    "Each bounce and each complaint is judged as it is taken in, and the smallest part that explains the numbers is paused in the \
     same transaction: a source first, then a mailbox, a sequence, a domain, the team last. At most the mails that are on their \
     way still leave. The team's owners and admins are written to at once, and the page of the incident shows the numbers, the mails \
     behind them, how long it took, and whether other teams' figures moved. Other teams are not paused, slowed or moved by it."
        .to_owned()
}

fn domains(facts: &Facts) -> String {
    let (all, verified) = facts.domains;
    let looked = facts.looked_at.as_ref().map(|at| format!(" Last looked at {at}.")).unwrap_or_default();
    format!(
        "Each record is asked for in DNS, and SES is asked what it sees: every {} hours, and more often while something is not \
         right. {verified} of {all} domains are verified now.{looked} A record that goes is shown with what was expected and found; \
         after a grace of 72 hours mail under the name stops.",
        limits::DOMAIN_VERIFIED_CHECK_HOURS
    )
}

fn told(incident: &LastIncident) -> String {
    let mut words = format!("{} was paused {}: {}", incident.what, incident.opened, incident.reason);
    if let Some(ms) = incident.reaction_ms {
        words.push_str(&format!(" From the event to the pause it took {ms} ms."));
    }
    if let Some((others, moved)) = incident.radius {
        let moved = if moved == 0 { "none".to_owned() } else { moved.to_string() };
        words.push_str(&format!(" {others} other teams sent meanwhile; the figures of {moved} went beyond chance."));
    }
    match &incident.end {
        Some(end) => words.push_str(&format!(" It ended: {end}")),
        None => words.push_str(" It is open."),
    }
    words
}

/// What is not the team's own.
pub fn shared(facts: &Facts) -> Vec<String> {
    let ips = match facts.tier {
        Tier::Shared => {
            Some("The IPs: other customers of Amazon send from them too, and their reputation is not the team's.")
        }
        Tier::ManagedPool => Some("The IPs: the teams in the same pool share them and their reputation."),
        Tier::OwnAccount => Some(
            "The IPs, unless the team's account has some of its own: other customers of Amazon send from shared ones too.",
        ),
        Tier::DedicatedPool => None,
    };
    let account = match facts.tier {
        Tier::Shared | Tier::ManagedPool | Tier::DedicatedPool => {
            "The account at Amazon SES: its daily quota and its rate, which are given away by weight, and Amazon's judgement of \
             the account as a whole. If Amazon stops the account, every team in it stands still."
        }
        Tier::OwnAccount => {
            "The platform's account at Amazon SES, for two things alone: answers of leads come in by it, and letters about the team \
             leave by it."
        }
    };
    let always = [
        account.to_owned(),
        "The machines and the database server: rows are kept apart, the processors are not.".to_owned(),
        format!(
            "The host name {} in the links of every team's mails, by which recipients opt out: what filters think of that name they \
             think of all.",
            facts.host
        ),
        "The people who operate the platform: they can act in a team, which is announced in it and kept, step by step."
            .to_owned(),
    ];
    ips.map(str::to_owned).into_iter().chain(always).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            tier: Tier::Shared,
            shared_pool_mode: SharedPoolMode::Global,
            pool_teams: None,
            tables: 30,
            domains: (2, 1),
            looked_at: None,
            last_incident: None,
            host: "ownlane.example".to_owned(),
        }
    }

    #[test]
    fn every_question_has_an_answer_from_the_facts() {
        let found = answers(&facts());
        assert_eq!(found.len(), 6);
        assert!(found[0].answer.contains("shared IPs of several regions"), "{}", found[0].answer);
        assert!(found[1].answer.contains("each of the 30 tables"), "{}", found[1].answer);
        assert!(found[3].answer.contains("1 of 2 domains are verified"), "{}", found[3].answer);
        assert!(found[5].answer.starts_with("There was none"), "{}", found[5].answer);
        let pool = answers(&Facts { tier: Tier::ManagedPool, pool_teams: Some(3), ..facts() });
        assert!(pool[0].answer.ends_with("3 teams are in the pool."), "{}", pool[0].answer);
    }

    #[test]
    fn an_incident_is_told_with_its_numbers() {
        let incident = LastIncident {
            what: "Source “The fair”".to_owned(),
            opened: "2026-11-30 06:00 UTC".to_owned(),
            reason: "6 hard bounces of 40 mails.".to_owned(),
            reaction_ms: Some(12),
            radius: Some((3, 0)),
            end: None,
        };
        let last = answers(&Facts { last_incident: Some(incident), ..facts() }).pop().unwrap().answer;
        for part in ["Source “The fair” was paused", "took 12 ms", "figures of none went beyond chance", "It is open."]
        {
            assert!(last.contains(part), "{part}: {last}");
        }
    }

    #[test]
    fn what_is_shared_depends_on_the_tier_alone_where_ips_are_concerned() {
        assert_eq!(shared(&facts()).len(), 5);
        assert_eq!(shared(&Facts { tier: Tier::DedicatedPool, ..facts() }).len(), 4);
        assert!(shared(&facts()).iter().any(|it| it.contains("ownlane.example")));
    }
}
