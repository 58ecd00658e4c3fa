//! The leads of a drill: a good list for each team, and the old list that one of them uploads. What becomes of a mail is told by
//! its address, so that the same people do the same in every run.

/// Two of three have their mailboxes where half of what is thought of a sender are its IPs, one where a fifth is.
const PROVIDERS: [&str; 3] = ["outlook.com", "hotmail.com", "gmail.com"];
/// Of a good list one in so many is gone. That one calls it spam would be seen for days in where mails end, as chance has it.
const GOOD_BOUNCE: usize = 90;

/// What an old list with role accounts does, over and over: half are gone, many complain.
const OLD: [&str; 10] = [
    "info.bounce",
    "sales.complain",
    "office",
    "kontakt.bounce",
    "einkauf.complain",
    "hello.bounce",
    "team",
    "support.bounce",
    "presse.bounce",
    "jobs.complain",
];

pub fn good(team: &str, rows: usize) -> String {
    list(rows, |n| match n {
        _ if n % GOOD_BOUNCE == GOOD_BOUNCE / 2 => format!("{team}{n}.bounce"),
        _ => format!("{team}{n}"),
    })
}

pub fn old(rows: usize) -> String {
    list(rows, |n| {
        let what = OLD.get(n % OLD.len()).copied().unwrap_or_default();
        format!("old{n}.{what}")
    })
}

fn list(rows: usize, local: impl Fn(usize) -> String) -> String {
    let row = |n: usize| {
        let provider = PROVIDERS.get(n % PROVIDERS.len()).copied().unwrap_or_default();
        format!("{}@{provider},L{n}\n", local(n))
    };
    std::iter::once("E-mail,First name\n".to_owned()).chain((0..rows).map(row)).collect()
}
