//! What the owner of a demo team does, and the two weeks that go by.

use super::{Maker, Wish, leads};
use crate::BoxError;
use crate::player::Player;
use crate::player::team::{MailboxName, Step};
use db::clock;
use db::scope::AccountsTx;
use rules::time::{Duration, OffsetDateTime};
use std::time::Duration as Wait;
use time::Weekday;

/// How long the worker gets for the mails of an hour, and for what comes of a day's.
const HOUR: Wait = Wait::from_millis(400);
const EVENING: Wait = Wait::from_millis(900);
/// In UTC. In between, an hour in two is looked at.
const WINDOW: std::ops::Range<u8> = 8..18;

pub(super) const STEPS: [Step; 3] = [
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
/// Minutes between two mails of a mailbox.
pub(super) const GAP: (&str, &str) = ("20", "50");
pub(super) const MAILBOXES: [MailboxName; 6] = [
    ("mara", "Mara Lind"),
    ("jan", "Jan Roth"),
    ("lea", "Lea Vogt"),
    ("tim", "Tim Brandt"),
    ("nora", "Nora Falk"),
    ("max", "Max Stein"),
];

/// Time goes by, an hour at a time; within working hours the worker gets its time.
pub(super) async fn pass(maker: &Maker, wish: &Wish, player: &mut Player, span: Duration) -> Result<(), BoxError> {
    let mut now = business_now(maker).await?;
    let end = now + span;
    while now < end {
        player.send("/sandbox/clock", &[("by", "hour")]).await?;
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
pub(super) async fn opt_out(player: &mut Player, world: &sandbox::World, slug: &str) -> Result<(), BoxError> {
    let address = leads::address(slug, leads::OPTS_OUT);
    let mails = world.mail();
    let Some(mail) = mails.iter().rev().find(|mail| mail.to.contains(&address)) else { return Ok(()) };
    let text = String::from_utf8_lossy(&mail.raw).replace("\r\n ", "");
    let link = text.split("/u/").nth(1).and_then(|rest| rest.split(['>', '\r', '\n', ' ', ',']).next());
    match link {
        Some(link) => player.send(&format!("/u/{link}"), &[]).await.map(drop),
        None => Ok(()),
    }
}
