//! What an operator looks at first when something seems wrong with the machine: each check says how it stands and, where a
//! person can mend it, how. Pure: the console's page and `ownlane doctor` read the same facts and say the same words.

use crate::isolation::AccountWord;
use crate::limits;
use crate::time::{Duration, OffsetDateTime};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Fine,
    /// Nothing is broken; somebody should know.
    Look,
    /// A person must do something.
    Mend,
}

/// One thing that was looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
    pub subject: String,
    pub verdict: Verdict,
    /// How it stands, and how to mend it.
    pub words: String,
}

/// One duty of the workers, all processes together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DutyFacts {
    pub name: String,
    /// How often it looks for work.
    pub period: Duration,
    /// When a turn last ended well, and how long that one took.
    pub ran: Option<(OffsetDateTime, Duration)>,
    /// Since when turns fail, and what the last one failed with.
    pub failing: Option<(OffsetDateTime, String)>,
}

/// The account at SES of one region, as last read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountFacts {
    pub region: String,
    pub enforcement: String,
    pub may_send: bool,
    /// Recipients in 24 hours; negative: without end.
    pub quota_a_day: i64,
    pub sent_today: i64,
    pub read_at: OffsetDateTime,
    /// When its queue of events was last asked.
    pub events_polled_at: Option<OffsetDateTime>,
}

/// What the platform's own mail leaves from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SenderFacts {
    /// No address is set.
    Unset,
    /// Amazon SES does not take mail from it yet.
    Unready,
    Ready,
}

/// All that is looked at. Times are machine time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MachineFacts {
    pub duties: Vec<DutyFacts>,
    pub accounts: Vec<AccountFacts>,
    /// The oldest event that came and is not applied.
    pub events_waiting_since: Option<OffsetDateTime>,
    /// Tenants with differences at SES that a person is asked about.
    pub tenants_asking: i64,
    pub sender: SenderFacts,
}

/// All checks, in an order in which mending one may mend those behind it.
pub fn examine(facts: &MachineFacts, now: OffsetDateTime) -> Vec<Check> {
    let mut checks = vec![worker(&facts.duties, now)];
    let is_running = checks[0].verdict == Verdict::Fine;
    checks.push(duties(&facts.duties, is_running, now));
    if facts.accounts.is_empty() {
        let words =
            "It was never read. A worker reads it once a minute: does one run, and do its credentials reach SES?";
        checks.push(check("Account at Amazon SES", Verdict::Mend, words));
    }
    for it in &facts.accounts {
        checks.extend([account(it, now), quota(it), event_queue(it, now)]);
    }
    checks.extend([events(facts, now), differences(facts.tenants_asking), sender(facts.sender)]);
    checks
}

fn check(subject: impl Into<String>, verdict: Verdict, words: impl Into<String>) -> Check {
    Check { subject: subject.into(), verdict, words: words.into() }
}

/// Longer than a duty may go without the end of a turn.
pub fn is_late(it: &DutyFacts, now: OffsetDateTime) -> bool {
    it.ran.is_none_or(|(at, _)| now - at > it.period + Duration::minutes(limits::DUTY_LATE_MINS_MAX))
}

/// For people: "5 minutes".
fn span(time: Duration) -> String {
    let (count, unit) = match time.whole_seconds() {
        seconds @ ..120 => (seconds, "second"),
        seconds @ ..7_200 => (seconds / 60, "minute"),
        seconds @ ..172_800 => (seconds / 3_600, "hour"),
        seconds => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn worker(duties: &[DutyFacts], now: OffsetDateTime) -> Check {
    let last = duties.iter().filter_map(|it| it.ran.map(|(at, _)| at)).max();
    let how = "start `ownlane work`, or `ownlane` for pages and work in one process, and read what it prints.";
    match last {
        None => check("Workers", Verdict::Mend, format!("None has done anything yet: {how}")),
        Some(at) if now - at > Duration::seconds(limits::WORKER_SILENT_SECS_MAX) => {
            let words = format!("None has done anything for {}: nothing is sent or read. Mend: {how}", span(now - at));
            check("Workers", Verdict::Mend, words)
        }
        Some(_) => check("Workers", Verdict::Fine, "At work."),
    }
}

fn duties(duties: &[DutyFacts], is_running: bool, now: OffsetDateTime) -> Check {
    let subject = "Duties";
    if !is_running {
        return check(subject, Verdict::Look, "Not looked at while no worker runs.");
    }
    let failing = duties.iter().filter_map(|it| it.failing.as_ref().map(|(since, why)| (*since, it, why)));
    if let Some((since, it, why)) = failing.min_by_key(|(since, ..)| *since) {
        let long = now - since > Duration::minutes(limits::DUTY_LATE_MINS_MAX);
        let verdict = if long { Verdict::Mend } else { Verdict::Look };
        let words = format!("“{}” fails since {}, with: {why}. It is tried again.", it.name, span(now - since));
        return check(subject, verdict, words);
    }
    match duties.iter().filter(|it| is_late(it, now)).min_by_key(|it| it.ran.map(|(at, _)| at)) {
        Some(it) => {
            let words = format!("“{}” has ended no turn for long: see when each last did, below.", it.name);
            check(subject, Verdict::Look, words)
        }
        None => check(subject, Verdict::Fine, format!("All {} take their turns.", duties.len())),
    }
}

fn account(it: &AccountFacts, now: OffsetDateTime) -> Check {
    let subject = format!("Account in {}", it.region);
    let age = now - it.read_at;
    if age > Duration::minutes(limits::ACCOUNT_READ_MINS_MAX) {
        let words = format!(
            "It was last read {} ago, where once a minute is wanted: see whether a worker runs and whether its credentials \
             may call GetAccount.",
            span(age)
        );
        return check(subject, Verdict::Mend, words);
    }
    match AccountWord::of(&it.enforcement, it.may_send) {
        AccountWord::Well => check(subject, Verdict::Fine, "Amazon SES takes mail."),
        AccountWord::Probation => {
            check(subject, Verdict::Mend, "Amazon reviews it: answer the case it opened in the AWS console.")
        }
        AccountWord::Shutdown => {
            let words = "Amazon takes no mail of it: answer the case it opened in the AWS console.";
            check(subject, Verdict::Mend, words)
        }
    }
}

fn quota(it: &AccountFacts) -> Check {
    let subject = format!("Quota in {}", it.region);
    if it.quota_a_day < 0 {
        return check(subject, Verdict::Fine, "Without end.");
    }
    let used = it.sent_today.saturating_mul(100) / it.quota_a_day.max(1);
    let words = format!("{} of {} mails of 24 hours are used.", it.sent_today, it.quota_a_day);
    match used {
        100.. => check(subject, Verdict::Mend, format!("{words} Teams wait: ask Amazon for a greater sending quota.")),
        limits::QUOTA_USED_PERCENT_MAX.. => {
            check(subject, Verdict::Look, format!("{words} It may not last: ask Amazon for a greater sending quota."))
        }
        _ => check(subject, Verdict::Fine, words),
    }
}

fn event_queue(it: &AccountFacts, now: OffsetDateTime) -> Check {
    let subject = format!("Queue of events in {}", it.region);
    let silent = it.events_polled_at.is_none_or(|at| now - at >= Duration::seconds(limits::EVENTS_POLLED_SECS_MAX));
    if silent {
        let words = "Nobody asks it, and nothing is sent while bounces would go unseen: see whether a worker runs and whether \
                     its credentials may receive from the queue.";
        return check(subject, Verdict::Mend, words);
    }
    check(subject, Verdict::Fine, "Listened to.")
}

fn events(facts: &MachineFacts, now: OffsetDateTime) -> Check {
    let subject = "Events that came";
    match facts.events_waiting_since {
        Some(since) if now - since > Duration::minutes(limits::EVENTS_WAITING_MINS_MAX) => {
            let words = format!(
                "The oldest waits for {}: see the reasons under Amazon SES, and whether Postgres keeps up.",
                span(now - since)
            );
            check(subject, Verdict::Mend, words)
        }
        Some(_) => check(subject, Verdict::Fine, "Being applied."),
        None => check(subject, Verdict::Fine, "All are applied."),
    }
}

fn differences(tenants: i64) -> Check {
    let subject = "Differences at Amazon SES";
    match tenants {
        0 => check(subject, Verdict::Fine, "Nothing is asked of you."),
        1 => check(subject, Verdict::Look, "One tenant asks for your word: see under Amazon SES."),
        _ => check(subject, Verdict::Look, format!("{tenants} tenants ask for your word: see under Amazon SES.")),
    }
}

fn sender(facts: SenderFacts) -> Check {
    let subject = "The platform's own mail";
    match facts {
        SenderFacts::Ready => check(subject, Verdict::Fine, "May leave."),
        SenderFacts::Unready => {
            let words = "It waits, notices of incidents with it, until Amazon SES takes mail from its address: publish the \
                         records under Mail.";
            check(subject, Verdict::Mend, words)
        }
        SenderFacts::Unset => {
            let words = "It waits, notices of incidents with it: set OWNLANE_MAIL_FROM to an address and start again.";
            check(subject, Verdict::Mend, words)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn duty(name: &str, ran_secs_ago: i64) -> DutyFacts {
        let ran = Some((NOW - Duration::seconds(ran_secs_ago), Duration::ZERO));
        DutyFacts { name: name.to_owned(), period: Duration::seconds(1), ran, failing: None }
    }

    fn well() -> MachineFacts {
        let account = AccountFacts {
            region: "us-east-1".to_owned(),
            enforcement: "HEALTHY".to_owned(),
            may_send: true,
            quota_a_day: 1_000,
            sent_today: 10,
            read_at: NOW,
            events_polled_at: Some(NOW),
        };
        MachineFacts {
            duties: vec![duty("send", 1), duty("sweep", 1)],
            accounts: vec![account],
            events_waiting_since: None,
            tenants_asking: 0,
            sender: SenderFacts::Ready,
        }
    }

    /// What is not fine.
    fn said(facts: &MachineFacts) -> Vec<(String, Verdict)> {
        let found = examine(facts, NOW).into_iter().filter(|it| it.verdict != Verdict::Fine);
        found.map(|it| (it.subject, it.verdict)).collect()
    }

    fn one(subject: &str, verdict: Verdict) -> Vec<(String, Verdict)> {
        vec![(subject.to_owned(), verdict)]
    }

    #[test]
    fn a_machine_that_is_well_asks_for_nothing() {
        assert_eq!(said(&well()), []);
        assert_eq!(examine(&well(), NOW).len(), 8);
        let endless = AccountFacts { quota_a_day: -1, ..well().accounts[0].clone() };
        assert_eq!(said(&MachineFacts { accounts: vec![endless], ..well() }), []);
    }

    #[test]
    fn without_a_worker_its_duties_are_not_blamed() {
        let silent = MachineFacts { duties: vec![duty("send", limits::WORKER_SILENT_SECS_MAX + 1)], ..well() };
        for facts in [silent, MachineFacts { duties: Vec::new(), ..well() }] {
            let expected = [("Workers", Verdict::Mend), ("Duties", Verdict::Look)];
            assert_eq!(said(&facts), expected.map(|(subject, verdict)| (subject.to_owned(), verdict)));
        }
    }

    #[test]
    fn a_duty_that_fails_is_a_persons_matter_after_a_while() {
        let failing = |minutes: i64| {
            let failing = Some((NOW - Duration::minutes(minutes), "no route".to_owned()));
            MachineFacts { duties: vec![duty("send", 0), DutyFacts { failing, ..duty("sweep", 90) }], ..well() }
        };
        assert_eq!(said(&failing(limits::DUTY_LATE_MINS_MAX)), one("Duties", Verdict::Look));
        assert_eq!(said(&failing(limits::DUTY_LATE_MINS_MAX + 1)), one("Duties", Verdict::Mend));
        let words = examine(&failing(3), NOW).remove(1).words;
        assert_eq!(words, "“sweep” fails since 3 minutes, with: no route. It is tried again.");
        let late = MachineFacts { duties: vec![duty("send", 0), duty("sweep", 602)], ..well() };
        assert_eq!(said(&late), one("Duties", Verdict::Look));
    }

    #[test]
    fn the_account_is_judged_as_amazon_judges_it() {
        let with = |change: &dyn Fn(&mut AccountFacts)| {
            let mut facts = well();
            change(&mut facts.accounts[0]);
            said(&facts)
        };
        assert_eq!(with(&|it| it.enforcement = "PROBATION".to_owned()), one("Account in us-east-1", Verdict::Mend));
        assert_eq!(with(&|it| it.may_send = false), one("Account in us-east-1", Verdict::Mend));
        assert_eq!(with(&|it| it.read_at -= Duration::minutes(6)), one("Account in us-east-1", Verdict::Mend));
        assert_eq!(with(&|it| it.sent_today = 799), []);
        assert_eq!(with(&|it| it.sent_today = 800), one("Quota in us-east-1", Verdict::Look));
        assert_eq!(with(&|it| it.sent_today = 1_000), one("Quota in us-east-1", Verdict::Mend));
        assert_eq!(with(&|it| it.events_polled_at = None), one("Queue of events in us-east-1", Verdict::Mend));
        let unread = MachineFacts { accounts: Vec::new(), ..well() };
        assert_eq!(said(&unread), one("Account at Amazon SES", Verdict::Mend));
    }

    #[test]
    fn what_waits_for_a_person_is_named() {
        let waiting = MachineFacts { events_waiting_since: Some(NOW - Duration::minutes(11)), ..well() };
        assert_eq!(said(&waiting), one("Events that came", Verdict::Mend));
        let asking = MachineFacts { tenants_asking: 2, ..well() };
        assert_eq!(said(&asking), one("Differences at Amazon SES", Verdict::Look));
        for sender in [SenderFacts::Unset, SenderFacts::Unready] {
            assert_eq!(said(&MachineFacts { sender, ..well() }), one("The platform's own mail", Verdict::Mend));
        }
    }
}
