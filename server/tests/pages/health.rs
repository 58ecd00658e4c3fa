//! Health: bad mail stops by itself, the smallest part that explains it first, and is told of. Over the wire, with people who
//! bounce and complain.

use crate::harness::TestSite;
use crate::teams::Sending;
use axum::http::StatusCode;
use rules::time::Duration;
use std::fmt::Write;

const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi")];

/// A file of so many leads whose addresses begin with this.
fn leads(kind: &str, slug: &str, count: usize) -> String {
    let mut file = "email,first_name\n".to_owned();
    (0..count).for_each(|n| writeln!(file, "{kind}{n}@{slug}.example,L{n}").unwrap());
    file
}

/// The team has been there for longer than a new one.
async fn grow_up(site: &TestSite) {
    site.database.run("update tenants set created_at = created_at - interval '60 days'").await;
}

/// How many mails of this team SES has taken.
fn sent(site: &TestSite, slug: &str) -> usize {
    let from = format!("@{slug}-sales.example");
    site.world.mail().iter().filter(|mail| mail.from.contains(&from)).count()
}

async fn incidents(site: &TestSite) -> String {
    let sql = "select coalesce(string_agg(i.part || ' of ' || t.slug || ' by ' || i.cause
        || case when i.closed_at is null then '' else ', closed' end, '; ' order by i.id), '')
        from incidents i join tenants t using (tenant_id)";
    site.database.text(sql).await
}

/// The page of the only incident of this team.
async fn page_of_incident(site: &TestSite, slug: &str) -> String {
    let sql = format!("select i.id::text from incidents i join tenants t using (tenant_id) where t.slug = '{slug}'");
    format!("/t/{slug}/incidents/{}", site.database.text(&sql).await)
}

/// A second source for the team's sequence.
async fn add_source(site: &TestSite, team: &mut Sending, slug: &str, file: &str, name: &str) {
    site.import(&mut team.owner, slug, file.as_bytes(), name).await;
    let source = site.database.text(&format!("select id::text from lead_sources where name = '{name}'")).await;
    team.owner.post(&format!("{}/sources", team.sequence), &[("source", &source)]).await;
    site.work().await;
}

#[tokio::test]
async fn a_bad_source_stops_alone_and_its_team_is_told_once() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut acme = Sending::start(&site, &mut operator, "acme", &leads("bounce.l", "acme", 30), &STEPS).await;
    add_source(&site, &mut acme, "acme", &leads("good", "acme", 30), "Old friends").await;
    let mut bolt = Sending::start(&site, &mut operator, "bolt", &leads("l", "bolt", 30), &STEPS).await;
    let letters = site.database.count("platform_mail").await;
    acme.gaps(&site, 12).await;
    assert_eq!(incidents(&site).await, "source of acme by health");
    let bounced = site.database.text("select count(*)::text from messages where state = 9").await;
    assert_eq!(bounced, "5", "one mailbox has one mail in flight: none leaves after the fifth bounce");
    assert_eq!((sent(&site, "acme"), sent(&site, "bolt")), (13, 13), "the other source goes on, and the neighbour");
    let told = site
        .database
        .text("select string_agg(recipient || ': ' || subject, '') from platform_mail where subject like 'Paused%'")
        .await;
    assert_eq!(told, "owner@acme.example: Paused: the source The fair of acme");
    assert_eq!(site.database.count("platform_mail").await, letters + 1);

    let at = page_of_incident(&site, "acme").await;
    let body = site.database.text("select body from platform_mail where subject like 'Paused%'").await;
    assert!(
        body.contains(&format!("http://ownlane.test{at}\n")) && body.contains("5 hard bounces of 5 mails"),
        "{body}"
    );
    let page = acme.owner.get(&at).await.text;
    for words in [
        "Source “The fair”",
        "5 hard bounces of 5 mails sent in 24 hours",
        "bounce.l4@acme.example",
        "after it came out of the queue",
        "owner@acme.example, by mail",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let health = acme.owner.get("/t/acme/health").await.text;
    for words in ["Source “The fair”", "5 of 13", "5 hard bounces or 2 complaints", "warns at 2.5 %, pauses at 5 %"]
    {
        assert!(health.contains(words), "{words}: {health}");
    }
    assert!(acme.owner.get("/t/acme/leads").await.text.contains("Paused"), "where the source is listed");
    assert!(bolt.owner.get("/t/bolt/health").await.text.contains("Nothing paused"));
    assert_eq!(bolt.owner.get(&at.replace("acme", "bolt")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn fifty_lanes_stop_at_once_with_what_was_in_flight() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let acme = Sending::start(&site, &mut operator, "acme", &leads("bounce.l", "acme", 400), &STEPS).await;
    acme.more_mailboxes(&site, 49).await;
    let bolt = Sending::start(&site, &mut operator, "bolt", &leads("l", "bolt", 400), &STEPS).await;
    bolt.more_mailboxes(&site, 49).await;
    site.work().await;
    assert_eq!(incidents(&site).await, "source of acme by health");
    let in_flight = sent(&site, "acme");
    assert!(in_flight <= 50, "{in_flight}");
    let before = sent(&site, "bolt");
    acme.gaps(&site, 5).await;
    assert_eq!(sent(&site, "acme"), in_flight, "none after the event that crossed the line");
    assert_eq!(sent(&site, "bolt"), before + 250, "the neighbour's lanes go on, each at its own pace");
}

#[tokio::test]
async fn of_what_is_grown_and_large_a_rate_decides() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    // One in ten bounces.
    let mut file = leads("good", "acme", 270);
    leads("bounce.l", "acme", 30).lines().skip(1).enumerate().for_each(|(n, line)| {
        let at = file.match_indices('\n').nth(n * 10 + 5).unwrap().0;
        file.insert_str(at, &format!("\n{line}"));
    });
    let acme = Sending::start(&site, &mut operator, "acme", &file, &STEPS).await;
    acme.more_mailboxes(&site, 49).await;
    grow_up(&site).await;
    acme.gaps(&site, 3).await;
    assert_eq!(incidents(&site).await, "source of acme by health", "too few at the first ceilings");
    let judged = site
        .database
        .text("select measure || ' ' || span || ' ' || judged_by || ' ' || (bad * 10 >= sends) from incidents")
        .await;
    assert!(["hard_bounces hour rate true", "hard_bounces day ceiling true"].contains(&judged.as_str()), "{judged}");
}

#[tokio::test]
async fn a_late_complaint_counts_in_the_hour_of_its_mail() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let acme = Sending::start(&site, &mut operator, "acme", &leads("l", "acme", 40), &STEPS).await;
    acme.gaps(&site, 3).await;
    let complain = async |n: usize| {
        let sql = format!(
            "select tenant_id || ' ' || id || ' ' || ses_id || ' ' || recipient from messages order by id offset {n} limit 1"
        );
        let row = site.database.text(&sql).await;
        let [tenant, message, ses_id, recipient] = row.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let set = site.database.text("select set_name from ses_tenants").await;
        let event = serde_json::json!({
            "eventType": "Complaint",
            "complaint": { "feedbackId": format!("late-{n}"), "complaintFeedbackType": "abuse", "timestamp": "2024-10-06T00:00:00.000Z",
                "complainedRecipients": [{ "emailAddress": recipient }] },
            "mail": { "timestamp": "2024-10-04T00:00:00.000Z", "messageId": ses_id, "tags": {
                "ownlane-tenant": [tenant], "ownlane-message": [message], "ses:configuration-set": [set] } },
        });
        site.world.push_event("us-east-1", "ownlane-events", &event);
    };
    site.clock.advance(Duration::hours(50));
    complain(0).await;
    site.work().await;
    assert_eq!(incidents(&site).await, "");
    complain(1).await;
    site.work().await;
    assert_eq!(incidents(&site).await, "source of acme by health");
    let window =
        site.database.text("select (judged_until < opened_at - interval '20 hours')::text from incidents").await;
    assert_eq!(window, "true", "the day in which they were sent");
}

#[tokio::test]
async fn the_operator_sees_every_incident_and_what_it_paused_by_hand_is_one() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut acme = Sending::start(&site, &mut operator, "acme", &leads("bounce.l", "acme", 30), &STEPS).await;
    acme.gaps(&site, 8).await;
    let tenant = format!("/console/tenants/{}", site.tenant_id("acme").await);
    operator.post(&format!("{tenant}/pause"), &[("reason", "Asked by phone")]).await;
    operator.post(&format!("{tenant}/pause"), &[("reason", "Asked again")]).await;
    assert_eq!(incidents(&site).await, "source of acme by health; tenant of acme by operator");
    let list = operator.get("/console/incidents").await.text;
    for words in ["Source “The fair”", "The whole team", "Asked by phone", ">acme<"] {
        assert!(list.contains(words), "{words}: {list}");
    }
    let id = site.database.text("select id::text from incidents where part = 'source'").await;
    let page = operator.get(&format!("{tenant}/incidents/{id}")).await.text;
    assert!(page.contains("owner@acme.example") && page.contains("The way back is its team"), "{page}");
    assert_eq!(
        operator.post(&format!("{tenant}/incidents/{id}"), &[("reason", "No")]).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(acme.owner.get("/t/acme").await.text.contains("Asked by phone"));
    operator.post(&format!("{tenant}/resume"), &[("reason", "Clear now")]).await;
    assert_eq!(incidents(&site).await, "source of acme by health; tenant of acme by operator, closed");
    let open = operator.get("/console/incidents?only=open").await.text;
    assert!(open.contains("Source “The fair”") && !open.contains("Asked by phone"), "{open}");
}

#[tokio::test]
async fn several_bad_sources_stop_the_team_and_the_operator_alone_lets_it_go_on() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut acme = Sending::start(&site, &mut operator, "acme", &leads("bounce.a", "acme", 10), &STEPS).await;
    acme.more_mailboxes(&site, 2).await;
    for letter in ["b", "c", "d", "e"] {
        let file = leads(&format!("bounce.{letter}"), "acme", 10);
        add_source(&site, &mut acme, "acme", &file, &format!("List {letter}")).await;
    }
    acme.gaps(&site, 12).await;
    let all = incidents(&site).await;
    assert!(all.contains("tenant of acme by health") && all.matches("source").count() == 5, "{all}");
    let count = sent(&site, "acme");
    let id = site.database.text("select id::text from incidents where part = 'tenant'").await;
    let diagnosed = acme.owner.post(&format!("/t/acme/incidents/{id}/diagnosis"), &[("diagnosis", "list")]).await;
    assert_eq!(diagnosed.status, StatusCode::NOT_FOUND);
    let page = acme.owner.get(&format!("/t/acme/incidents/{id}")).await.text;
    assert!(page.contains("Only the operator can resume a whole team."), "{page}");
    add_source(&site, &mut acme, "acme", &leads("fine", "acme", 10), "Friends").await;
    acme.gaps(&site, 3).await;
    assert_eq!(sent(&site, "acme"), count, "nothing of it leaves");
    let at = format!("/console/tenants/{}/incidents/{id}", site.tenant_id("acme").await);
    assert_eq!(operator.post(&at, &[("reason", "")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(operator.post(&at, &[("reason", "They have dropped the lists.")]).await.status, StatusCode::SEE_OTHER);
    acme.gaps(&site, 1).await;
    assert!(sent(&site, "acme") > count, "what is not paused for itself goes on");
}

#[tokio::test]
async fn mail_to_amazons_simulator_counts_in_nothing() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut file = "email,first_name\n".to_owned();
    (0..8).for_each(|n| writeln!(file, "bounce+{n}@simulator.amazonses.com,S").unwrap());
    let acme = Sending::start(&site, &mut operator, "acme", &file, &STEPS).await;
    acme.gaps(&site, 10).await;
    assert_eq!((sent(&site, "acme"), incidents(&site).await.as_str()), (8, ""));
}

/// How the only tenant stands at SES: what we said, and what follows.
fn at_ses(site: &TestSite) -> String {
    let tenants = &site.world.snapshot()["us-east-1"]["tenants"];
    let tenant = tenants.as_object().unwrap().values().next().unwrap();
    let reputation = &tenant["reputation"];
    let status = |record: &serde_json::Value| record["Status"].as_str().unwrap_or("nothing").to_owned();
    format!("ours {}, Amazon's {}", status(&reputation["customer_managed"]), status(&reputation["aws_ses_managed"]))
}

#[tokio::test]
async fn a_pause_of_the_team_stands_at_ses_too_and_is_lifted_there_first() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let acme = Sending::start(&site, &mut operator, "acme", &leads("l", "acme", 30), &STEPS).await;
    let at = format!("/console/tenants/{}", site.tenant_id("acme").await);
    assert_eq!(at_ses(&site), "ours nothing, Amazon's ENABLED");
    operator.post(&format!("{at}/pause"), &[("reason", "Asked by phone")]).await;
    site.work().await;
    assert_eq!(at_ses(&site), "ours DISABLED, Amazon's ENABLED");
    let before = sent(&site, "acme");
    acme.gaps(&site, 3).await;
    assert_eq!(sent(&site, "acme"), before);
    assert!(operator.get(&at).await.text.contains("stands at Amazon SES too"));
    // Nothing leaves while SES still refuses it, as its refusal is no fault of a mail.
    site.world.fail(sandbox::Fault {
        operation: Some("UpdateReputationEntityCustomerManagedStatus".to_owned()),
        skip: 0,
        times: 1,
        kind: sandbox::FaultKind::TooManyRequests,
    });
    operator.post(&format!("{at}/resume"), &[("reason", "Clear")]).await;
    site.work().await;
    assert_eq!((sent(&site, "acme"), at_ses(&site).as_str()), (before, "ours DISABLED, Amazon's ENABLED"));
    site.work_for(Duration::seconds(10)).await;
    assert_eq!(at_ses(&site), "ours ENABLED, Amazon's ENABLED");
    assert_eq!(sent(&site, "acme"), before + 1);
    assert_eq!(site.database.text("select count(*)::text from drifts").await, "0", "our own doing is no drift");
}

#[tokio::test]
async fn what_somebody_says_to_ses_in_our_name_is_found() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let acme = Sending::start(&site, &mut operator, "acme", &leads("l", "acme", 30), &STEPS).await;
    let at = format!("/console/tenants/{}", site.tenant_id("acme").await);
    let arn = site.database.text("select arn from ses_tenants").await.replace(':', "%3A").replace('/', "%2F");
    let path = format!("/v2/email/reputation/entities/RESOURCE/{arn}/customer-managed-status");
    let say = async |status: &str| {
        site.by_hand("PUT", &path, &serde_json::json!({ "SendingStatus": status })).await;
    };
    say("DISABLED").await;
    site.clock.advance(Duration::minutes(61));
    site.work().await;
    let drifts = "select string_agg(kind || case when ended_at is null then ' open' when is_repaired then ' repaired' else ' gone' end, ', ' order by id) from drifts";
    assert_eq!(site.database.text(drifts).await, "tenant_disabled open", "the hourly list finds it, a person is asked");
    assert_eq!(at_ses(&site), "ours DISABLED, Amazon's ENABLED");
    let before = sent(&site, "acme");
    acme.gaps(&site, 2).await;
    assert_eq!(sent(&site, "acme"), before);
    site.say_the_word(&mut operator).await;
    acme.gaps(&site, 1).await;
    assert_eq!((at_ses(&site).as_str(), sent(&site, "acme") > before), ("ours ENABLED, Amazon's ENABLED", true));
    operator.post(&format!("{at}/pause"), &[("reason", "Asked by phone")]).await;
    site.work().await;
    say("ENABLED").await;
    site.clock.advance(Duration::minutes(61));
    site.work().await;
    assert_eq!(at_ses(&site), "ours DISABLED, Amazon's ENABLED", "put back by itself");
    assert_eq!(site.database.text(drifts).await, "tenant_disabled repaired, hold_lifted repaired");
}

#[tokio::test]
async fn what_amazon_stops_is_a_cause_of_its_own_that_only_amazon_lifts() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut acme = Sending::start(&site, &mut operator, "acme", &leads("l", "acme", 30), &STEPS).await;
    let bolt = Sending::start(&site, &mut operator, "bolt", &leads("l", "bolt", 30), &STEPS).await;
    let at = format!("/console/tenants/{}", site.tenant_id("acme").await);
    let name = site
        .database
        .text("select s.name from ses_tenants s join tenants t using (tenant_id) where t.slug = 'acme'")
        .await;
    site.world.add_rule("us-east-1", "ownlane-events");
    assert!(site.world.decide_on_tenant(&name, sandbox::SendingStatus::Disabled, Some("Spam traps were hit.")));
    site.work().await;
    assert_eq!(incidents(&site).await, "tenant of acme by aws", "the hint was enough");
    let told =
        site.database.text("select string_agg(recipient, '') from platform_mail where subject like 'Paused%'").await;
    assert_eq!(told, "owner@acme.example");
    let (before, neighbour) = (sent(&site, "acme"), sent(&site, "bolt"));
    bolt.gaps(&site, 3).await;
    assert_eq!((sent(&site, "acme"), sent(&site, "bolt")), (before, neighbour + 3));
    let health = acme.owner.get("/t/acme/health").await.text;
    assert!(health.contains("Stopped by Amazon") && health.contains("Spam traps were hit."), "{health}");
    operator.post(&format!("{at}/pause"), &[("reason", "Look first")]).await;
    operator.post(&format!("{at}/resume"), &[("reason", "Seen")]).await;
    acme.gaps(&site, 2).await;
    assert_eq!(sent(&site, "acme"), before, "another cause was lifted");
    // The way back without a hint: the hourly list.
    site.world.remove_rule("us-east-1", "ownlane-events");
    assert!(site.world.decide_on_tenant(&name, sandbox::SendingStatus::Reinstated, None));
    site.clock.advance(Duration::minutes(61));
    acme.gaps(&site, 1).await;
    assert_eq!(incidents(&site).await, "tenant of acme by aws, closed; tenant of acme by operator, closed");
    assert!(sent(&site, "acme") > before);
    assert!(acme.owner.get("/t/acme/health").await.text.contains("Takes its mail"));
}

#[tokio::test]
async fn what_amazon_finds_stands_beside_our_own_numbers() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut acme = Sending::start(&site, &mut operator, "acme", &leads("l", "acme", 5), &STEPS).await;
    site.world.add_rule("us-east-1", "ownlane-events");
    let name = site.database.text("select name from ses_tenants").await;
    let finding = sandbox::Finding {
        kind: sandbox::FindingType::Complaint,
        impact: sandbox::Impact::Low,
        status: sandbox::FindingStatus::Open,
        description: Some("Complaints are above what is usual.".to_owned()),
    };
    assert!(site.world.report_finding(&name, &finding));
    acme.gaps(&site, 1).await;
    let health = acme.owner.get("/t/acme/health").await.text;
    for words in
        ["COMPLAINT, open, low impact", "Complaints are above what is usual.", "neither lifts what the other holds"]
    {
        assert!(health.contains(words), "{words}: {health}");
    }
    assert_eq!(incidents(&site).await, "tenant of acme by aws", "the strict policy bears no finding");
}
