//! What the owner of a demo team does, and the two weeks that go by.

use super::person::Person;
use super::{Maker, Wish, fields, leads};
use crate::BoxError;
use db::clock;
use db::scope::AccountsTx;
use rules::time::{Duration, OffsetDateTime};
use std::time::Duration as Wait;
use time::Weekday;

/// How long the worker gets for the mails of an hour, and for what comes of a day's.
const HOUR: Wait = Wait::from_millis(400);
const PUBLISH_AGAIN: Wait = Wait::from_secs(1);
const EVENING: Wait = Wait::from_millis(900);
/// In UTC. In between, an hour in two is looked at.
const WINDOW: std::ops::Range<u8> = 8..18;

const STEPS: [(&str, &str, &str); 3] = [
    (
        "1",
        "A question about {{ lead.company }}",
        "Hi {{ lead.first_name }},\n\nhow does {{ lead.company }} keep its reputation with mail providers when several teams \
         write? We give each team a lane of its own.\n\nWorth ten minutes next week?",
    ),
    (
        "2",
        "",
        "Hi {{ lead.first_name }},\n\none number to go with my mail: a team whose bounces stay under two in a hundred is read \
         twice as often. We show each team its own.\n\nShall I send an example from {{ lead.city }}?",
    ),
    ("3", "", "Hi {{ lead.first_name }},\n\nthis is my last mail. If the matter comes up again, an answer reaches me."),
];
const MAILBOXES: [(&str, &str); 6] = [
    ("mara", "Mara Lind"),
    ("jan", "Jan Roth"),
    ("lea", "Lea Vogt"),
    ("tim", "Tim Brandt"),
    ("nora", "Nora Falk"),
    ("max", "Max Stein"),
];

/// The source's id.
pub(super) async fn import(person: &mut Person, team: &str, slug: &str) -> Result<String, BoxError> {
    let page = person.upload(&format!("{team}/imports/new"), "fair.csv", &leads::file(slug)).await?;
    let mut form = fields::proposed(&person.read(&page).await?, "column-0");
    let more = [("source", "The fair in May"), ("basis", "consent"), ("act", "start")];
    form.extend(more.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    person.send(&page, &form).await?;
    person.read_until(&page, "Imported", Some("Stopped")).await?;
    let link = person.find_link(&page, "/leads?source=").await?;
    Ok(link.rsplit('=').next().unwrap_or_default().to_owned())
}

/// Publishes the records, as more of them become known, until mail can leave.
pub(super) async fn verify(person: &mut Person, domain_page: &str) -> Result<(), BoxError> {
    let publication = format!("{domain_page}/publication");
    while !person.read(domain_page).await?.contains("Mail can leave under this name.") {
        person.send(&publication, &[]).await?;
        tokio::time::sleep(PUBLISH_AGAIN).await;
    }
    Ok(())
}

/// Mailboxes and a sequence, which starts.
pub(super) async fn write(person: &mut Person, team: &str, domain_page: &str, source: &str) -> Result<(), BoxError> {
    let domain = domain_page.rsplit('/').next().unwrap_or_default();
    let mut mailboxes = Vec::new();
    for (local, name) in MAILBOXES {
        let days = ["0", "1", "2", "3", "4"].map(|day| ("day", day));
        let mut form = vec![
            ("local", local),
            ("domain", domain),
            ("name", name),
            ("signature", name),
            ("cap", "20"),
            ("from", "08:00"),
            ("until", "18:00"),
            ("zone", "UTC"),
            ("gap-min", "20"),
            ("gap-max", "50"),
        ];
        form.extend(days);
        let page = person.send(&format!("{team}/mailboxes/new"), &form).await?;
        mailboxes.push(page.rsplit('/').next().unwrap_or_default().to_owned());
    }
    let sequence = person.send(&format!("{team}/sequences/new"), &[("name", "After the fair")]).await?;
    for (number, (delay, subject, body)) in (1..).zip(STEPS) {
        let form = [("delay", delay), ("subject", subject), ("body", body), ("act", "save")];
        person.send(&format!("{sequence}/steps/{number}"), &form).await?;
    }
    let chosen: Vec<(&str, &str)> = mailboxes.iter().map(|mailbox| ("mailbox", mailbox.as_str())).collect();
    person.send(&format!("{sequence}/mailboxes"), &chosen).await?;
    person.send(&format!("{sequence}/sources"), &[("source", source)]).await?;
    person.read_until(&format!("{sequence}/start"), &format!("action=\"{sequence}/start\""), None).await?;
    person.send(&format!("{sequence}/start"), &[]).await?;
    Ok(())
}

/// Time goes by, an hour at a time; within working hours the worker gets its time.
pub(super) async fn pass(maker: &Maker, wish: &Wish, person: &mut Person, span: Duration) -> Result<(), BoxError> {
    let mut now = business_now(maker).await?;
    let end = now + span;
    while now < end {
        person.send("/sandbox/clock", &[("by", "hour")]).await?;
        now += Duration::hours(1);
        let is_working_day = !matches!(now.weekday(), Weekday::Saturday | Weekday::Sunday);
        if is_working_day && WINDOW.contains(&now.hour()) && now.hour() % 2 == 0 {
            tokio::time::sleep(HOUR).await;
        }
        if is_working_day && now.hour() == WINDOW.end {
            let left = (end - now).whole_days();
            let days = if left == 1 { "1 more day".to_owned() } else { format!("{left} more days") };
            maker.say(wish, &format!("Time goes by: {days}.")).await?;
            tokio::time::sleep(EVENING).await;
        }
    }
    Ok(())
}

async fn business_now(maker: &Maker) -> Result<OffsetDateTime, BoxError> {
    let mut tx = AccountsTx::begin(&maker.site.web).await?;
    let now = clock::business_time_of_page(&mut tx, maker.site.now()).await?;
    tx.commit().await?;
    Ok(now)
}

/// Somebody uses the way out of the last mail they got, if they got one.
pub(super) async fn opt_out(person: &mut Person, world: &sandbox::World, slug: &str) -> Result<(), BoxError> {
    let address = leads::address(slug, leads::OPTS_OUT);
    let mails = world.mail();
    let Some(mail) = mails.iter().rev().find(|mail| mail.to.contains(&address)) else { return Ok(()) };
    let text = String::from_utf8_lossy(&mail.raw).replace("\r\n ", "");
    let link = text.split("/u/").nth(1).and_then(|rest| rest.split(['>', '\r', '\n', ' ', ',']).next());
    match link {
        Some(link) => person.send(&format!("/u/{link}"), &[]).await.map(drop),
        None => Ok(()),
    }
}
