//! Sending, over the wire: the real SDK gives mails to SES as the sandbox plays it, and what it tells comes back.

use crate::harness::{PASSWORD, TestSite};
use crate::teams::Sending;
use axum::http::StatusCode;
use rules::time::Duration;
use sandbox::{EventPlan, Fault, FaultKind, Mail};
use std::collections::BTreeMap;

const STEPS: [(&str, &str); 2] =
    [("Hello {{ lead.first_name }}", "Hi {{ lead.first_name }},\nhow are you?"), ("", "And now?")];

fn header<'a>(mail: &'a str, name: &str) -> &'a str {
    let head = mail.split("\r\n\r\n").next().unwrap();
    let line = head.split("\r\n").find(|line| line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase())));
    line.map_or("", |line| line.split_once(':').unwrap().1.trim())
}

fn text(mail: &Mail) -> String {
    String::from_utf8(mail.raw.clone()).unwrap().replace("\r\n ", " ").replace("\r\n\t", " ")
}

/// How often each recipient got a mail.
fn recipients(site: &TestSite) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for mail in site.world.mail() {
        *counts.entry(mail.to.join(",")).or_default() += 1;
    }
    counts
}

async fn states(site: &TestSite) -> String {
    site.database
        .text("select string_agg(recipient || ':' || state, ' ' order by recipient, step, attempt) from messages")
        .await
}

async fn enrolments(site: &TestSite) -> String {
    let sql =
        "select string_agg(split_part(l.email, '@', 1) || ':' || e.state || coalesce('/' || e.stopped_for, ''), ' '
        order by l.email) from enrolments e join leads l on l.id = e.lead_id";
    site.database.text(sql).await
}

/// The way out in the header of a mail.
fn way_out(mail: &Mail) -> String {
    let text = text(mail);
    let link = header(&text, "List-Unsubscribe").trim_matches(['<', '>']).to_owned();
    link.strip_prefix(crate::harness::URL).unwrap().to_owned()
}

#[tokio::test]
async fn a_step_becomes_a_mail_and_its_end_comes_back() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads =
        "email,first_name\nanna@north.example,Anna\nbounce.bob@north.example,Bob\ncomplain.cleo@south.example,Cleo\n";
    let mut acme = Sending::start(&site, &mut operator, "acme", leads, &STEPS).await;
    acme.gaps(&site, 4).await;
    assert_eq!(
        recipients(&site).into_iter().collect::<Vec<_>>(),
        [("anna@north.example", 1), ("bounce.bob@north.example", 1), ("complain.cleo@south.example", 1)]
            .map(|(to, count)| (to.to_owned(), count))
    );
    let mail = text(site.world.mail().iter().find(|mail| mail.to == ["anna@north.example"]).unwrap());
    assert_eq!(header(&mail, "Subject"), "Hello Anna");
    assert!(header(&mail, "From").contains("Anna Berg"), "{mail}");
    assert!(mail.contains("Hafenstr. 1, Hamburg"), "{mail}");
    assert_eq!(header(&mail, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(states(&site).await, "anna@north.example:7 bounce.bob@north.example:9 complain.cleo@south.example:7");
    assert_eq!(enrolments(&site).await, "anna:active bounce.bob:stopped/hard_bounce complain.cleo:stopped/complaint");
    let overview = acme.owner.get("/t/acme").await.text;
    for number in ["3 sent", "2 delivered", "1 bounced", "1 complained", "0 opted out"] {
        assert!(overview.contains(&format!("aria-label=\"{number}\"")), "{number}: {overview}");
    }
    assert!(overview.contains("3 sent, 2 delivered, 1 bounced, 1 complained"), "the chart: {overview}");
    for wrong in ["what=x", "provider=%00", "from=2024-02-30&until=2024-03-01", "mailbox=x"] {
        let answer = acme.owner.get(&format!("/t/acme/messages?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    let list = acme.owner.get("/t/acme/messages?what=bounced").await.text;
    assert!(list.contains("bounce.bob@north.example") && !list.contains("anna@north"), "{list}");
}

#[tokio::test]
async fn a_follow_up_stands_in_the_thread_of_the_mail_before() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads = "email,first_name\nanna@north.example,Anna\nbounce.bob@north.example,Bob\n";
    let acme = Sending::start(&site, &mut operator, "acme", leads, &STEPS).await;
    acme.gaps(&site, 2).await;
    site.clock.advance(Duration::hours(23));
    site.work().await;
    assert_eq!(site.world.mail().len(), 2, "a sending day is not over");
    site.clock.advance(Duration::hours(1));
    acme.gaps(&site, 2).await;
    let mails = site.world.mail();
    assert_eq!(mails.len(), 3, "whoever bounced gets no more");
    let (first, second) = (&mails[0], text(&mails[2]));
    assert_eq!(mails[2].to, ["anna@north.example"]);
    assert_eq!(header(&second, "Subject"), "Re: Hello Anna");
    let id = format!("<{}@email.amazonses.com>", first.message_id);
    assert_eq!(header(&second, "In-Reply-To"), id);
    assert_eq!(header(&second, "References"), id);
    assert_eq!(enrolments(&site).await, "anna:finished bounce.bob:stopped/hard_bounce");
}

#[tokio::test]
async fn nothing_leaves_while_anything_stands_in_the_way() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads = "email,first_name\nanna@north.example,Anna\nbob@north.example,Bob\n";
    let mut acme = Sending::start(&site, &mut operator, "acme", leads, &STEPS).await;
    let mailbox = acme.mailbox.clone();
    let tenant = site.tenant_id("acme").await;
    let pause = |part: &str, id: &str| {
        format!(
            "insert into part_pauses (tenant_id, id, part, part_id, cause, reason, paused_at)
             values ('{tenant}', '{mailbox}', '{part}', {id}, 'owner', 'tried', '2024-01-01')"
        )
    };
    let lift = "delete from part_pauses".to_owned();
    let domain = format!("(select domain_id from mailboxes where id = '{mailbox}')");
    let ways = [
        (pause("mailbox", &format!("'{mailbox}'")), lift.clone(), "mailbox_paused"),
        (pause("domain", &domain), lift.clone(), "mailbox_paused"),
        (pause("source", "(select id from lead_sources)"), lift, "nothing_due"),
        (
            "update sequences set paused_at = '2024-01-01'".to_owned(),
            "update sequences set paused_at = null".to_owned(),
            "no_running_sequence",
        ),
        (
            "create table kept as select verified_at from domains; update domains set verified_at = null".to_owned(),
            "update domains set verified_at = (select verified_at from kept limit 1)".to_owned(),
            "domain_not_verified",
        ),
        (
            "update mailboxes set window_from = 1380, window_until = 1381".to_owned(),
            "update mailboxes set window_from = 0, window_until = 1440".to_owned(),
            "outside_window",
        ),
        (
            format!(
                "insert into pauses (tenant_id, id, cause, reason, paused_at)
                 values ('{tenant}', '{mailbox}', 'operator', 'tried', '2024-01-01')"
            ),
            "delete from pauses".to_owned(),
            "tenant_paused",
        ),
    ];
    for (stop, go_on, reason) in ways {
        site.database.run(&format!("{stop}; update lanes set due_at = '2024-01-01'")).await;
        site.work().await;
        assert_eq!(site.world.mail().len(), 0, "{reason}");
        assert_eq!(site.database.text("select waits_for from lanes").await, reason);
        site.database.run(&go_on).await;
    }
    let page = acme.owner.get(&format!("/t/acme/mailboxes/{}", acme.mailbox)).await.text;
    assert!(page.contains("sending is paused."), "{page}");
    site.database.run("update lanes set due_at = '2024-01-01'").await;
    site.work().await;
    assert_eq!(site.world.mail().len(), 1);
}

#[tokio::test]
async fn a_days_cap_counts_mails_and_nothing_else() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads =
        "email,first_name\na@n.example,A\nb@n.example,\nc@n.example,C\nd@n.example,D\ne@n.example,E\nf@n.example,F\n";
    let mut acme = Sending::start(&site, &mut operator, "acme", leads, &STEPS[..1]).await;
    site.database
        .run(
            "update mailboxes set daily_cap = 3;
             insert into suppressions (tenant_id, address_key, reason, since)
             select tenant_id, 'c@n.example', 'manual', '2024-01-01' from tenants where slug = 'acme'",
        )
        .await;
    site.world.fail(Fault { operation: Some("SendEmail".into()), skip: 1, times: 1, kind: FaultKind::TooManyRequests });
    acme.gaps(&site, 12).await;
    let sent = |site: &TestSite| recipients(site).into_keys().collect::<Vec<_>>().join(" ");
    assert_eq!(sent(&site), "a@n.example d@n.example e@n.example");
    let page = acme.owner.get(&format!("/t/acme/mailboxes/{}", acme.mailbox)).await.text;
    assert!(page.contains("3 of 3") && page.contains("cap is reached."), "{page}");
    site.clock.advance(Duration::hours(24));
    acme.gaps(&site, 2).await;
    assert_eq!(sent(&site), "a@n.example d@n.example e@n.example f@n.example");
    assert!(enrolments(&site).await.contains("c:stopped/manual"));
}

#[tokio::test]
async fn whatever_ses_answers_each_lead_gets_one_mail() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads: String = (0..20).map(|n| format!("l{n:02}@n.example,L{n}\n")).collect();
    let acme = Sending::start(&site, &mut operator, "acme", &format!("email,first_name\n{leads}"), &STEPS[..1]).await;
    let fault = |skip, times, kind| Fault { operation: Some("SendEmail".into()), skip, times, kind };
    site.world.fail(fault(2, 2, FaultKind::AcceptThenHang));
    site.world.fail(fault(2, 3, FaultKind::AcceptThenReset));
    site.world.fail(fault(1, 3, FaultKind::InternalError));
    site.world.fail(fault(1, 2, FaultKind::TooManyRequests));
    site.world.fail(fault(1, 1, FaultKind::Garbage));
    acme.gaps(&site, 45).await;
    let counts = recipients(&site);
    // What looked like an answer and was none stays unknown: nobody can say that it did not leave.
    let unknown = site.database.text("select count(*)::text from messages where state in (2, 3)").await;
    assert_eq!(unknown, "1", "{}", states(&site).await);
    assert_eq!(counts.len(), 19, "{counts:?}");
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
    assert_eq!(site.database.text("select count(*)::text from messages where state = 0").await, "5");
    assert_eq!(site.database.count("unsettled_messages").await, 0, "nothing is left open");
}

#[tokio::test]
async fn events_in_any_order_and_number_come_to_the_same_end() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads =
        "email,first_name\nanna@n.example,A\nbounce.bob@n.example,B\ncomplain.cleo@n.example,C\nooto.dan@n.example,D\n";
    let mut acme = Sending::start(&site, &mut operator, "acme", leads, &STEPS).await;
    site.world.event_plan(EventPlan { copies: 3, shuffle: true, hold: true, ..EventPlan::default() });
    acme.gaps(&site, 5).await;
    assert!(states(&site).await.ends_with("ooto.dan@n.example:4"), "{}", states(&site).await);
    site.world.event_plan(EventPlan { copies: 3, shuffle: true, ..EventPlan::default() });
    site.work().await;
    assert_eq!(
        states(&site).await,
        "anna@n.example:7 bounce.bob@n.example:9 complain.cleo@n.example:7 ooto.dan@n.example:7"
    );
    let told =
        "select string_agg(n || '', ' ' order by n) from (select count(*) n from message_events group by message_id) c";
    assert_eq!(site.database.text(told).await, "2 2 3 3", "each fact once");
    assert_eq!(site.database.count("suppressions").await, 2);
    let overview = acme.owner.get("/t/acme").await.text;
    assert!(overview.contains("aria-label=\"1 complained\""), "{overview}");
}

#[tokio::test]
async fn what_ses_may_invent_fails_nothing() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let acme = Sending::start(&site, &mut operator, "acme", "email,first_name\nanna@n.example,A\n", &STEPS).await;
    let tenant = site.tenant_id("acme").await;
    acme.gaps(&site, 1).await;
    let message = site.database.text("select id::text from messages").await;
    let event = |kind: &str, set: &str| {
        serde_json::json!({ "eventType": kind, "mail": { "messageId": "x", "tags": {
            "ownlane-message": [message], "ownlane-tenant": [tenant], "ses:configuration-set": [set] } } })
    };
    let ours = format!("ownlane-{}", tenant.replace('-', ""));
    for body in [event("Teleported", &ours), event("Bounce", "another-set"), serde_json::json!("no event at all")] {
        site.world.push_event("us-east-1", "ownlane-events", &body);
    }
    site.work().await;
    assert_eq!(states(&site).await, "anna@n.example:7");
    let left = "select count(*)::text from event_inbox where applied_at is null";
    assert_eq!(site.database.text(left).await, "0");
    assert_eq!(site.database.text("select count(*)::text from event_inbox where trouble is not null").await, "2");
}

#[tokio::test]
async fn looking_at_the_way_out_changes_nothing_and_using_it_ends_all() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads = "email,first_name\nanna@n.example,A\nbob@n.example,B\n";
    let mut acme = Sending::start(&site, &mut operator, "acme", leads, &STEPS).await;
    acme.gaps(&site, 2).await;
    let mails = site.world.mail();
    let mail = mails.iter().find(|mail| mail.to == ["anna@n.example"]).unwrap();
    let link = way_out(mail);
    let mut scanner = site.browser();
    for _ in 0..5 {
        let page = scanner.get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("acme has written to anna@n.example"), "{}", page.text);
        assert!(!scanner.has_session());
    }
    assert_eq!(site.database.count("suppressions").await, 0);
    // A mail program: no cookie, no origin, a body of its own.
    for _ in 0..2 {
        assert_eq!(scanner.post_from("https://mail.example", &format!("{link}?x=1")).await, StatusCode::OK);
    }
    assert!(scanner.get(&link).await.text.contains("does not write to anna@n.example any more"));
    assert_eq!(
        site.database.text("select string_agg(address_key || ' ' || reason, ',') from suppressions").await,
        "anna@n.example opt_out"
    );
    assert_eq!(scanner.get(&link.replace('.', ".A")).await.status, StatusCode::NOT_FOUND);
    site.clock.advance(Duration::days(1));
    acme.gaps(&site, 2).await;
    assert_eq!(recipients(&site)["anna@n.example"], 1);
    assert_eq!(recipients(&site)["bob@n.example"], 2);
    acme.owner.sign_in("owner@acme.example", PASSWORD).await;
    let overview = acme.owner.get("/t/acme").await.text;
    assert!(overview.contains("aria-label=\"1 opted out\""), "{overview}");
    assert!(enrolments(&site).await.contains("anna:stopped/opt_out"));
}

#[tokio::test]
async fn a_field_that_was_emptied_after_the_start_blocks_its_lead_alone() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads = "email,first_name\nanna@n.example,A\nbob@n.example,B\n";
    let mut acme = Sending::start(&site, &mut operator, "acme", leads, &STEPS).await;
    site.database.run("update leads set fields = '{}' where email = 'anna@n.example'").await;
    acme.gaps(&site, 2).await;
    assert_eq!(recipients(&site).into_keys().collect::<Vec<_>>(), ["bob@n.example"]);
    let blocked = acme.owner.get(&format!("{}/leads?which=blocked", acme.sequence)).await.text;
    assert!(blocked.contains("anna@n.example") && blocked.contains("lead.first_name"), "{blocked}");
}

#[tokio::test]
async fn a_neighbour_sees_nothing_and_is_held_up_by_nothing() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let bad: String = (0..6).map(|n| format!("bounce.l{n}@n.example,L\n")).collect();
    let acme = Sending::start(&site, &mut operator, "acme", &format!("email,first_name\n{bad}"), &STEPS).await;
    let mut bolt =
        Sending::start(&site, &mut operator, "bolt", "email,first_name\nbounce.l0@n.example,L\n", &STEPS).await;
    // Whoever bounced at one team is a stranger to the other, here and at SES.
    site.database.run("update sequences set paused_at = '2024-01-01' where tenant_id in (select tenant_id from tenants where slug = 'bolt')").await;
    acme.gaps(&site, 7).await;
    let overview = bolt.owner.get("/t/bolt").await.text;
    assert!(overview.contains("No mail has left yet."), "{overview}");
    site.database.run("update sequences set paused_at = null; update lanes set due_at = '2024-01-01'").await;
    site.work().await;
    let of_bolt = |mail: &&Mail| mail.from.contains("bolt-sales.example");
    let mails = site.world.mail();
    let mail = mails.iter().find(of_bolt).unwrap();
    assert!(!mail.suppressed);
    let ids = "select string_agg(id::text, ',') from messages m join tenants t using (tenant_id) where slug = 'acme'";
    let theirs = site.database.text(ids).await;
    for id in theirs.split(',') {
        assert_eq!(bolt.owner.get(&format!("/t/bolt/messages/{id}")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_mail_that_ses_refuses_after_all_ends_its_leads_sequence() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads = "email,first_name\nreject.rita@n.example,R\n";
    let acme = Sending::start(&site, &mut operator, "acme", leads, &STEPS).await;
    acme.gaps(&site, 1).await;
    assert_eq!(states(&site).await, "reject.rita@n.example:8");
    assert_eq!(enrolments(&site).await, "reject.rita:stopped/refused");
    assert_eq!(site.database.count("suppressions").await, 0, "the recipient did nothing");
}
