//! The way back of what stood still for its health: looked into, cleaned, tried with little, over; each by data.

use crate::harness::{Browser, PASSWORD, TestSite};
use crate::teams::Sending;
use axum::http::StatusCode;
use rules::time::Duration;
use std::fmt::Write;

const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi")];

/// Leads that bounce, all at one domain, and then good ones.
fn leads(bad: usize, good: usize) -> String {
    let mut file = "email,first_name\n".to_owned();
    (0..bad).for_each(|n| writeln!(file, "bounce.l{n}@dead.example,L{n}").unwrap());
    (0..good).for_each(|n| writeln!(file, "l{n}@good.example,L{n}").unwrap());
    file
}

struct Ground {
    site: TestSite,
    acme: Sending,
    /// The page of its incident.
    at: String,
}

impl Ground {
    /// A team whose source stands still.
    async fn new(bad: usize, good: usize) -> Self {
        let site = TestSite::new().await;
        let mut operator = site.operator().await;
        let acme = Sending::start(&site, &mut operator, "acme", &leads(bad, good), &STEPS).await;
        acme.gaps(&site, 6).await;
        let id = site.database.text("select id::text from incidents").await;
        Self { site, acme, at: format!("/t/acme/incidents/{id}") }
    }

    /// Posts a step; its status, and the page after it.
    async fn step(&mut self, step: &str, form: &[(&str, &str)]) -> (StatusCode, String) {
        let answer = self.acme.owner.post(&format!("{}/{step}", self.at), form).await;
        let page = match answer.status {
            StatusCode::SEE_OTHER => self.acme.owner.get(&answer.location).await.text,
            _ => answer.text,
        };
        (answer.status, page)
    }

    /// As far as it sends a little.
    async fn reach_probation(&mut self) {
        for (step, form) in [
            ("diagnosis", [("diagnosis", "list"), ("note", "It was bought.")].as_slice()),
            ("cleaning", &[("what", "dead")]),
            ("probation", &[("reason", "The dead domain is out.")]),
        ] {
            let (status, page) = self.step(step, form).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{step}: {page}");
        }
    }

    async fn incident(&self) -> String {
        let sql = "select count(*) || ' incident, ' || max(relapses) || ' relapses, probation '
            || (max(probation_at) is not null) || ', closed ' || (max(closed_at) is not null) || ', paused '
            || (select count(*) from part_pauses where resumed_at is null) from incidents";
        self.site.database.text(sql).await
    }

    fn sent(&self) -> usize {
        self.site.world.mail().len()
    }

    async fn sign_in(&self, browser: &mut Browser) {
        browser.sign_in("owner@acme.example", PASSWORD).await;
    }
}

#[tokio::test]
async fn a_source_comes_back_by_steps_that_its_data_opens() {
    let mut ground = Ground::new(9, 90).await;
    let page = ground.acme.owner.get(&ground.at).await.text;
    for words in ["The way back", "Nothing on the way", "What was it?", "By provider:"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let (status, page) = ground.step("diagnosis", &[("note", "It was bought.")]).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("Choose what it was."), "{page}");
    assert!(page.contains("It was bought."), "what was typed is kept: {page}");
    for (step, form) in [("cleaning", [("what", "all")]), ("probation", [("reason", "Now")])] {
        assert_eq!(ground.step(step, &form).await.0, StatusCode::SEE_OTHER, "{step} before its time");
    }
    assert_eq!(ground.incident().await, "1 incident, 0 relapses, probation false, closed false, paused 1");
    let mut viewer = ground.site.invite(&mut ground.acme.owner, "acme", "vera@acme.example", "viewer").await;
    assert_eq!(viewer.post(&format!("{}/diagnosis", ground.at), &[]).await.status, StatusCode::FORBIDDEN);
    assert!(viewer.get(&ground.at).await.text.contains("The next step is for an owner or admin"));

    ground.reach_probation().await;
    assert_eq!(ground.incident().await, "1 incident, 0 relapses, probation true, closed false, paused 0");
    let removed = "select count(*)::text from enrolments where stopped_for = 'manual'";
    assert_eq!(ground.site.database.text(removed).await, "4", "who was left at the dead domain");
    let page = ground.acme.owner.get(&ground.at).await.text;
    for words in
        ["On probation", "0 of 40 mails sent", "0 of 3 days", "The list is bad: It was bought.", "4 leads taken out"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(ground.acme.owner.get("/t/acme/leads").await.text.contains("Taken badly"));
    assert!(ground.acme.owner.get("/t/acme/health").await.text.contains("On probation"));

    ground.acme.gaps(&ground.site, 25).await;
    assert_eq!(ground.sent(), 25, "five that bounced, and twenty of a day");
    ground.site.clock.advance(Duration::hours(25));
    ground.acme.gaps(&ground.site, 25).await;
    assert_eq!(ground.sent(), 45);
    assert_eq!(ground.incident().await, "1 incident, 0 relapses, probation true, closed false, paused 0", "two days");
    ground.site.clock.advance(Duration::hours(48));
    ground.acme.gaps(&ground.site, 30).await;
    assert_eq!(ground.sent(), 76, "31 in two hours: as before");
    assert_eq!(ground.incident().await, "1 incident, 0 relapses, probation true, closed true, paused 0");
    let mut owner = ground.acme.owner.twin();
    ground.sign_in(&mut owner).await;
    let page = owner.get(&ground.at).await.text;
    assert!(page.contains("It sent a little for some days, and was taken well."), "{page}");
}

#[tokio::test]
async fn what_is_taken_badly_again_while_it_is_tried_stands_still_again_as_the_same_incident() {
    let mut ground = Ground::new(5, 40).await;
    ground.reach_probation().await;
    let sql = "update leads set email = 'bounce.' || email where id in (
        select lead_id from enrolments where state = 'waiting' order by lead_id offset 3 limit 5)";
    ground.site.database.run(sql).await;
    let letters = ground.site.database.count("platform_mail").await;
    ground.acme.gaps(&ground.site, 15).await;
    assert_eq!(ground.incident().await, "1 incident, 1 relapses, probation false, closed false, paused 1");
    assert_eq!(ground.sent(), 5 + 3 + 5);
    assert_eq!(ground.site.database.count("platform_mail").await, letters + 1, "told again");
    let last = ground.site.database.text("select body from platform_mail order by id desc limit 1").await;
    assert!(last.contains(&ground.at), "{last}");
    let page = ground.acme.owner.get(&ground.at).await.text;
    assert!(page.contains("It stood still again while it was tried.") && page.contains("What was it?"), "{page}");
    assert!(page.contains("It was bought."), "what was found before is kept: {page}");
    ground.reach_probation().await;
    assert_eq!(ground.incident().await, "1 incident, 1 relapses, probation true, closed false, paused 0");
}

#[tokio::test]
async fn a_list_that_is_given_up_ends_its_incident() {
    let mut ground = Ground::new(6, 40).await;
    ground.step("diagnosis", &[("diagnosis", "list"), ("note", "It was bought.")]).await;
    let (_, page) = ground.step("cleaning", &[("what", "all")]).await;
    assert!(page.contains("41 leads taken out") && page.contains("there is nothing to try"), "{page}");
    let (status, page) = ground.step("probation", &[("reason", "We never use it again.")]).await;
    assert!(status == StatusCode::SEE_OTHER && page.contains("We never use it again."), "{page}");
    assert_eq!(ground.incident().await, "1 incident, 0 relapses, probation false, closed true, paused 0");
    ground.acme.gaps(&ground.site, 3).await;
    assert_eq!(ground.sent(), 5);
}

#[tokio::test]
async fn mails_on_the_way_are_waited_for_before_anybody_judges_what_it_was() {
    let mut ground = Ground::new(6, 10).await;
    let sql = "update messages set state = 4 where id = (select id from messages order by id limit 1)";
    ground.site.database.run(sql).await;
    let (status, page) = ground.step("diagnosis", &[("diagnosis", "list"), ("note", "It was bought.")]).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && page.contains("Some mails are still on the way"), "{page}");
    ground.site.clock.advance(Duration::hours(25));
    ground.sign_in(&mut ground.acme.owner.twin()).await;
    let mut owner = ground.site.browser();
    ground.sign_in(&mut owner).await;
    assert!(owner.get(&ground.at).await.text.contains("Nothing on the way"), "not for ever");
}

#[tokio::test]
async fn whatever_is_on_probation_sends_a_days_few_even_when_many_lanes_claim_at_once() {
    for (part, column) in
        [("source", "source_id"), ("sequence", "sequence_id"), ("domain", "domain_id"), ("mailbox", "m.id")]
    {
        let site = TestSite::new().await;
        let mut operator = site.operator().await;
        let acme = Sending::start(&site, &mut operator, "acme", &leads(0, 90), &STEPS).await;
        acme.more_mailboxes(&site, 29).await;
        let from = match part {
            "source" => "lead_sources s, lateral (select s.tenant_id, s.id as source_id) x",
            "sequence" => "sequences s, lateral (select s.tenant_id, s.id as sequence_id) x",
            _ => "mailboxes m",
        };
        let tenant = if part == "domain" || part == "mailbox" { "m.tenant_id" } else { "s.tenant_id" };
        let sql = format!(
            "insert into incidents (tenant_id, id, part, part_id, part_name, cause, reason, paused_at, opened_at, told,
                letter_ids, diagnosis, diagnosis_note, diagnosed_at, cleaned_at, probation_at)
             select {tenant}, gen_random_uuid(), '{part}', {column}, 'It', 'health', 'Bounces', '2024-10-04', '2024-10-04',
                '{{}}', '{{}}', 'list', 'Bought', '2024-10-04', '2024-10-04', '2024-10-04' from {from} limit 1"
        );
        site.database.run(&sql).await;
        acme.gaps(&site, 2).await;
        let count = site.world.mail().len();
        // One mailbox of thirty sends three in that time.
        let wanted = if part == "mailbox" { 90 } else { 20 };
        assert_eq!(count, wanted, "{part}");
        let waits = site.database.text("select string_agg(distinct waits_for, ' ') from lanes").await;
        let expected = if part == "domain" { "probation" } else { "" };
        assert!(waits.contains(expected), "{part}: {waits}");
        if part == "mailbox" {
            let sql = "select max(n)::text from (select count(*) n from messages group by mailbox_id) c";
            assert_eq!(site.database.text(sql).await, "3", "below its few");
        }
    }
}
