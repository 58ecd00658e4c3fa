//! Caps and weights, set by the operator and held by the claim: over the wire, with the clock turned.

use crate::harness::{Browser, PASSWORD, TestSite};
use crate::teams::Sending;
use axum::http::StatusCode;
use rules::time::Duration;
use sandbox::{Fault, FaultKind};
use std::collections::HashMap;
use std::sync::Arc;

const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi")];

/// A team with so many more mailboxes, and more leads than they write to in a day.
async fn team(site: &TestSite, operator: &mut Browser, slug: &'static str, mailboxes: usize) -> Sending {
    let leads: String = (0..6 * mailboxes).map(|n| format!("l{n}@{slug}.example,L{n}\n")).collect();
    let team = Sending::start(site, operator, slug, &format!("email,first_name\n{leads}"), &STEPS).await;
    team.more_mailboxes(site, mailboxes - 1).await;
    team
}

/// What the form holds: caps of a day, an hour and a second, and a weight.
async fn set(site: &TestSite, operator: &mut Browser, slug: &str, caps: [&str; 4]) {
    let at = format!("/console/tenants/{}", site.tenant_id(slug).await);
    let [day, hour, second, weight] = caps;
    let form = [("day", day), ("hour", hour), ("second", second), ("weight", weight), ("reason", "As agreed")];
    let answer = operator.post(&format!("{at}/caps"), &form).await;
    assert_eq!((answer.status, answer.location), (StatusCode::SEE_OTHER, at), "{}", answer.text);
}

/// How many mails of this team SES has taken.
fn sent(site: &TestSite, slug: &str) -> usize {
    let from = format!("@{slug}-sales.example");
    site.world.mail().iter().filter(|mail| mail.from.contains(&from)).count()
}

/// Works, and lets a gap go by.
async fn gaps(site: &TestSite, count: usize) {
    for _ in 0..count {
        site.work().await;
        site.clock.advance(Duration::minutes(4));
    }
}

/// What the operator sees of the team, without tags.
async fn console(site: &TestSite, operator: &mut Browser, slug: &str) -> String {
    plain(&operator.get(&format!("/console/tenants/{}", site.tenant_id(slug).await)).await.text)
}

fn plain(page: &str) -> String {
    let texts = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    texts.collect::<Vec<_>>().concat().replace('\u{202f}', " ")
}

#[tokio::test]
async fn an_hours_cap_holds_says_its_number_and_frees_by_itself() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    team(&site, &mut operator, "bolt", 12).await;
    let mut acme = team(&site, &mut operator, "acme", 12).await;
    set(&site, &mut operator, "acme", ["", "5", "", "1"]).await;
    let bolt = sent(&site, "bolt");
    gaps(&site, 3).await;
    assert_eq!((sent(&site, "acme"), sent(&site, "bolt")), (5, bolt + 24), "the neighbour is not touched");
    let mailbox = acme.owner.get(&format!("/t/acme/mailboxes/{}", acme.mailbox)).await.text;
    assert!(
        mailbox.contains("The team's cap of 5 mails an hour is used. Next mail in 48 min, at 2024-10-04"),
        "{mailbox}"
    );
    let overview = acme.owner.get("/t/acme").await.text;
    for words in ["Cap used", "The operator allows this team 5 mails an hour. 5 of 5 used in the last hour."] {
        assert!(plain(&overview).contains(words), "{words}: {overview}");
    }
    assert!(console(&site, &mut operator, "acme").await.contains("Cap an hour5 of 5 used"));
    site.clock.advance(Duration::minutes(47));
    site.work().await;
    assert_eq!(sent(&site, "acme"), 5, "59 minutes");
    site.clock.advance(Duration::minutes(2));
    site.work().await;
    assert_eq!(sent(&site, "acme"), 10, "the lanes wake by themselves");
    assert!(!acme.owner.get("/t/acme").await.text.contains("Nothing holds this team"));
}

#[tokio::test]
async fn a_days_cap_is_over_any_24_hours_whatever_the_date() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    team(&site, &mut operator, "acme", 6).await;
    set(&site, &mut operator, "acme", ["3", "", "", "1"]).await;
    site.clock.advance(Duration::hours(20));
    gaps(&site, 2).await;
    assert_eq!(sent(&site, "acme"), 3);
    site.clock.advance(Duration::hours(23) + Duration::minutes(50));
    site.work().await;
    assert_eq!(sent(&site, "acme"), 3, "another date, and not a day later");
    site.clock.advance(Duration::minutes(3));
    site.work().await;
    assert_eq!(sent(&site, "acme"), 6);
}

#[tokio::test]
async fn a_seconds_cap_lets_so_many_leave_in_each_second() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    team(&site, &mut operator, "acme", 40).await;
    set(&site, &mut operator, "acme", ["", "", "2", "1"]).await;
    for _ in 0..25 {
        site.work().await;
        site.clock.advance(Duration::seconds(1));
    }
    assert_eq!(sent(&site, "acme"), 40, "nobody is forgotten");
    let most = "select max(n)::text from (select count(*) n from messages group by date_trunc('second', claimed_at)) c";
    assert_eq!(site.database.text(most).await, "2");
}

#[tokio::test]
async fn no_mailbox_is_forgotten_where_there_is_not_room_for_all() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    team(&site, &mut operator, "acme", 40).await;
    set(&site, &mut operator, "acme", ["", "4", "", "1"]).await;
    for _ in 0..10 {
        site.work().await;
        site.clock.advance(Duration::minutes(62));
    }
    assert_eq!(sent(&site, "acme"), 40);
    assert_eq!(site.database.text("select count(distinct mailbox_id)::text from messages").await, "40");
}

#[tokio::test]
async fn processes_that_claim_at_once_never_pass_a_cap() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    team(&site, &mut operator, "acme", 100).await;
    set(&site, &mut operator, "acme", ["10", "", "", "1"]).await;
    for day in 1..4 {
        let mut processes = tokio::task::JoinSet::new();
        for _ in 0..5 {
            let context = worker::Context { sending: Arc::default(), ..site.context() };
            processes.spawn(async move { worker::drain(&context).await.unwrap() });
        }
        processes.join_all().await;
        assert_eq!(sent(&site, "acme"), 10 * day);
        operator.sign_in("olga@ownlane.example", PASSWORD).await; // a night is longer than a session
        let shown = console(&site, &mut operator, "acme").await;
        assert!(shown.contains("Cap in 24 hours10 of 10 used"), "{shown}");
        site.clock.advance(Duration::hours(24) + Duration::minutes(2));
    }
}

#[tokio::test]
async fn what_is_no_mail_does_not_eat_the_allowance() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut leads = String::from("email,first_name\nreject.rita@n.example,R\nblank@n.example,\nout@n.example,O\n");
    (0..30).for_each(|n| leads.push_str(&format!("l{n}@n.example,L{n}\n")));
    let mut acme = Sending::start(&site, &mut operator, "acme", &leads, &STEPS).await;
    acme.more_mailboxes(&site, 9).await;
    site.database
        .run(
            "insert into suppressions (tenant_id, address_key, reason, since)
             select tenant_id, 'out@n.example', 'manual', '2024-01-01' from tenants",
        )
        .await;
    set(&site, &mut operator, "acme", ["", "6", "", "1"]).await;
    site.world.fail(Fault { operation: Some("SendEmail".into()), skip: 1, times: 3, kind: FaultKind::TooManyRequests });
    gaps(&site, 5).await;
    let counted = "select count(*)::text from messages where state not in (0, 8)";
    assert_eq!(site.database.text(counted).await, "6", "three came back, one was refused after all");
    assert_eq!(sent(&site, "acme"), 7, "with the refused one");
    assert!(console(&site, &mut operator, "acme").await.contains("Cap an hour6 of 6 used"));
    assert!(acme.owner.get("/t/acme").await.text.contains("aria-label=\"6 sent\""));
}

#[tokio::test]
async fn a_mail_that_was_taken_after_all_counts_again() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    team(&site, &mut operator, "acme", 5).await;
    set(&site, &mut operator, "acme", ["4", "", "", "1"]).await;
    site.work().await;
    // As if SES had said that it did not take one, and its events say otherwise.
    let back = "update messages set state = 0 where id = (select id from messages order by id limit 1);
        update claimed_minutes set mails = mails - 1";
    site.database.run(back).await;
    assert!(console(&site, &mut operator, "acme").await.contains("3 of 4 used"));
    let event = "select json_build_object('eventType', 'Delivery', 'mail', json_build_object('messageId', ses_id, 'tags',
            json_build_object('ownlane-message', json_build_array(m.id), 'ownlane-tenant', json_build_array(m.tenant_id),
                'ses:configuration-set', json_build_array(t.set_name))))::text
        from messages m join ses_tenants t using (tenant_id) where state = 0";
    let event = serde_json::from_str(&site.database.text(event).await).unwrap();
    site.world.push_event("us-east-1", "ownlane-events", &event);
    site.database.run("update lanes set due_at = '2030-01-01'").await;
    site.work().await;
    assert!(console(&site, &mut operator, "acme").await.contains("4 of 4 used"));
}

#[tokio::test]
async fn what_left_before_a_cap_was_set_counts_and_a_raised_cap_wakes() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    team(&site, &mut operator, "acme", 20).await;
    set(&site, &mut operator, "acme", ["", "", "", "1"]).await;
    site.database
        .run("update lanes set due_at = '2030-01-01' where mailbox_id not in (select mailbox_id from lanes limit 6)")
        .await;
    site.work().await;
    assert_eq!(sent(&site, "acme"), 6, "without a cap");
    let lanes_wake = "update lanes set due_at = '2024-01-01', next_send_at = null";
    for (cap, expected, used) in [("4", 6, "6 of 4 used"), ("8", 8, "8 of 8 used"), ("3", 8, "8 of 3 used")] {
        set(&site, &mut operator, "acme", [cap, "", "", "1"]).await;
        site.database.run(lanes_wake).await;
        site.work().await;
        assert_eq!(sent(&site, "acme"), expected, "a cap of {cap}");
        assert!(console(&site, &mut operator, "acme").await.contains(used), "{used}");
    }
    set(&site, &mut operator, "acme", ["10", "", "", "1"]).await;
    site.work().await;
    assert_eq!(sent(&site, "acme"), 10, "nothing but the new cap has woken them");
    set(&site, &mut operator, "acme", ["", "", "", "1"]).await;
    site.work().await;
    assert!(sent(&site, "acme") > 20, "none any more");
}

#[tokio::test]
async fn a_form_of_caps_is_read_strictly_and_keeps_what_was_typed() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    site.tenant(&mut operator, "acme").await;
    let tenant = site.tenant_id("acme").await;
    let at = format!("/console/tenants/{tenant}/caps");
    let good =
        HashMap::from([("day", "500"), ("hour", "50"), ("second", "5"), ("weight", "3"), ("reason", "New <team>")]);
    let number = "Enter a whole number from 1 to 1000000, or nothing for no cap. To stop the team, pause it.";
    for (field, wrong, error) in [
        ("day", "0", number),
        ("hour", "-5", number),
        ("second", "1.5", number),
        ("hour", "501", "More than the cap of 24 hours: this one would never hold."),
        ("second", "51", "More than the cap of an hour: this one would never hold."),
        ("weight", "11", "Enter a whole number from 1 to 10."),
        ("weight", "", "Enter a whole number from 1 to 10."),
        ("reason", " ", "Say why, for those who read it later."),
    ] {
        let mut form = good.clone();
        form.insert(field, wrong);
        let refused = operator.post(&at, &form.into_iter().collect::<Vec<_>>()).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {wrong}");
        let at_field = format!("id=\"{field}-error\" class=\"error\">{error}<");
        assert!(refused.text.contains(&at_field), "{at_field}: {}", refused.text);
        assert!(refused.text.contains(&format!("value=\"{wrong}\"")), "{field}: {}", refused.text);
    }
    assert_eq!(site.database.count("tenant_caps").await, 0);
    let done = operator.post(&at, &good.into_iter().collect::<Vec<_>>()).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let shown = operator.get(&at).await.text;
    for value in ["500", "50", "5", "3"] {
        assert!(shown.contains(&format!("value=\"{value}\"")), "{value}: {shown}");
    }
    let audit = plain(&operator.get(&format!("/console/audit?tenant={tenant}")).await.text);
    let line = "500 mails in 24 hours, 50 mails an hour, 5 mails a second, weight 3: New &lt;team&gt;";
    assert!(audit.contains(line), "{audit}");
}

#[tokio::test]
async fn what_is_short_goes_by_weight_and_nobody_waits_for_ever() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    for slug in ["acme", "bolt"] {
        team(&site, &mut operator, slug, 60).await;
    }
    set(&site, &mut operator, "bolt", ["", "", "", "3"]).await;
    // As read: four a second are given away. The sandbox itself takes more, as a turn may reach into the next second.
    site.database.run("update ses_account set rate_a_second = 5, read_at = '2030-01-01'").await;
    site.clock.advance(Duration::minutes(5)); // the gaps are over
    let [acme, bolt] = ["acme", "bolt"].map(|slug| sent(&site, slug));
    let (mut before, mut longest, mut waits) = (acme, 0, 0);
    for _ in 0..12 {
        for _ in 0..4 {
            site.work().await;
            site.clock.advance(Duration::milliseconds(250));
        }
        waits = if sent(&site, "acme") > before { 0 } else { waits + 1 };
        (before, longest) = (sent(&site, "acme"), longest.max(waits));
    }
    let (one, three) = (sent(&site, "acme") - acme, sent(&site, "bolt") - bolt);
    assert!((11..=18).contains(&one), "{one} and {three}");
    assert!(three.abs_diff(3 * one) <= 3, "{one} and {three}");
    assert_eq!(longest, 0, "acme gets its share in each second");
}

#[tokio::test]
async fn the_operator_sees_how_long_the_queue_is() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    team(&site, &mut operator, "acme", 7).await;
    let list = plain(&operator.get("/console").await.text);
    assert!(list.contains("acmeOpen") && list.contains("7, since "), "{list}");
    let shown = console(&site, &mut operator, "acme").await;
    for words in [
        "Mailboxes that wait for their turn7 of 7, the oldest since",
        "Follow-ups that are due0",
        "Leads that wait for a first mail42",
        "Capacity350 mails a day by its mailboxes' own caps.",
        "All tenants together: 1 000 000 in 24 hours, 1 000 000 a second",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    site.work().await;
    let shown = console(&site, &mut operator, "acme").await;
    for words in ["their turn0 of 7", "first mail35"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!plain(&operator.get("/console").await.text).contains(", since "));
}
