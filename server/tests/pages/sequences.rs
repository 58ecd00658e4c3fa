//! Sequences: written, previewed for each lead by the rules that send, blocked where a value is missing, started and paused.

use crate::harness::{Answer, Browser, TestSite};
use axum::http::StatusCode;

struct Team {
    site: TestSite,
    owner: Browser,
    page: String,
}

const LEADS: &[u8] = "email,first_name,company\nanna@example.com,Anna,Smith & Sons <EU>\nbob@example.com,,Bolt\n\
    cleo@example.com, \u{a0} ,Cleo Ltd\ndan@example.com,N/A,Dan's\n"
    .as_bytes();

/// A team with leads, and a draft that is empty.
async fn team() -> Team {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    site.import(&mut owner, "acme", LEADS, "The fair").await;
    assert!(owner.get("/t/acme").await.text.contains("Connect a domain"), "the first thing comes first");
    let made = owner.post("/t/acme/sequences/new", &[("name", "First contact")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    Team { site, owner, page: made.location }
}

impl Team {
    async fn step(&mut self, number: u16, subject: &str, body: &str) -> Answer {
        let form = [("delay", "3"), ("subject", subject), ("body", body), ("act", "save")];
        self.owner.post(&format!("{}/steps/{number}", self.page), &form).await
    }

    async fn add_leads(&mut self) {
        let source = self.site.database.text("select id::text from lead_sources limit 1").await;
        let added = self.owner.post(&format!("{}/sources", self.page), &[("source", &source)]).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
        self.site.work().await;
    }

    /// A mailbox that writes it, and the postal address.
    async fn make_ready(&mut self) {
        let mailbox = self.site.mailbox(&mut self.owner, "acme", "acme-sales.example").await;
        self.owner.post(&format!("{}/mailboxes", self.page), &[("mailbox", &mailbox)]).await;
        let saved = self.owner.post("/t/acme/settings", &[("postal", "Acme\r\nHafenstr. 1, Hamburg")]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    }

    async fn text(&mut self, below: &str) -> String {
        self.owner.get(&format!("{}{below}", self.page)).await.text
    }

    async fn lead(&self, email: &str) -> String {
        self.site.database.text(&format!("select id::text from leads where email = '{email}'")).await
    }
}

#[tokio::test]
async fn a_mail_is_shown_as_each_lead_reads_it() {
    let mut acme = team().await;
    acme.make_ready().await;
    acme.step(1, "To {{ lead.company }}", "Hi {{ lead.first_name }},\r\n\r\nbye\r\n{{ sender.name }}").await;
    acme.step(2, "", "Hi {{ lead.first_name | default: \"there\" }} again").await;
    acme.add_leads().await;
    let anna = acme.lead("anna@example.com").await;
    let shown = acme.text(&format!("?lead={anna}")).await;
    for part in [
        "To Smith &amp; Sons &lt;EU&gt;",
        "Hi Anna,\n\nbye\nAnna Berg\n\nAnna Berg\nSales\n\n-- \nAcme\nHafenstr. 1, Hamburg\n",
        "Re: To Smith &amp; Sons",
        "Sending day 4",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let bob = acme.lead("bob@example.com").await;
    let shown = acme.text(&format!("?lead={bob}")).await;
    assert!(shown.contains("There is no value for lead.first_name."), "{shown}");
    assert!(shown.contains("Hi there again"), "{shown}");
}

#[tokio::test]
async fn a_lead_without_a_value_is_blocked_by_name_before_the_start() {
    let mut acme = team().await;
    acme.step(1, "Hello", "Hi {{ lead.first_name }}").await;
    acme.add_leads().await;
    let blocked = acme.text("/leads?which=blocked").await;
    assert!(blocked.contains("bob@example.com") && blocked.contains("cleo@example.com"), "{blocked}");
    assert!(blocked.contains("Step 1: There is no value for lead.first_name."), "{blocked}");
    assert!(!blocked.contains("anna@example.com") && !blocked.contains("dan@example.com"), "{blocked}");
    let warned = acme.text("/leads?which=warned").await;
    assert!(warned.contains("lead.first_name is “N/A”, and is sent like that."), "{warned}");

    acme.step(1, "Hello", "Hi {{ lead.first_name | default: \"there\" }}").await;
    acme.site.work().await;
    assert!(acme.text("/standing").await.contains("4 leads"));
    assert!(!acme.text("/standing").await.contains("blocked"));
    acme.step(1, "Hello", "Hi {{ lead.first_name }}").await;
    acme.site.work().await;
    let update = b"email,first_name\nbob@example.com,Bob\n";
    acme.site.import_with(&mut acme.owner, "acme", update, "Update", &[("options", "update")]).await;
    acme.site.work().await;
    let blocked = acme.text("/leads?which=blocked").await;
    assert!(blocked.contains("cleo@example.com") && !blocked.contains("bob@example.com"), "{blocked}");
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_when_it_is_saved() {
    let mut acme = team().await;
    for (subject, body, sentence) in [
        ("", "Hello", "The first mail needs a subject."),
        ("Hello", "  ", "Write what the mail says."),
        ("Hello", "Hi {{ lead.firstname }}", "Did you mean lead.first_name?"),
        ("Hi {{ first_name }}", "Hello", "Write it as {{ lead.first_name }}."),
        ("Hello", "{% if lead.company %}x", "is never closed"),
        ("Hello", "{% render 'x' %}", "would need another template"),
    ] {
        let refused = acme.step(1, subject, body).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert!(refused.text.contains(sentence), "{sentence}: {}", refused.text);
        assert!(refused.text.contains(&body.trim().replace('\'', "&#x27;")) || refused.text.contains(body), "{body}");
    }
    assert_eq!(acme.site.database.count("sequence_steps").await, 0);
    let form = [("subject", "Hello"), ("body", "Hi {{ lead.first_name }}"), ("act", "preview")];
    let shown = acme.owner.post(&format!("{}/steps/1", acme.page), &form).await;
    assert!(shown.text.contains("Hi Anna"), "{}", shown.text);
    assert_eq!(acme.site.database.count("sequence_steps").await, 0, "shown, not saved");
    assert_eq!(acme.owner.get(&format!("{}/steps/3", acme.page)).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn it_starts_when_all_is_there_and_says_before_what_lacks() {
    let mut acme = team().await;
    let start = format!("{}/start", acme.page);
    let lacks = acme.owner.post(&start, &[]).await;
    assert_eq!(lacks.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["Nothing is written yet.", "Nobody writes it yet.", "needs a postal address", "Nobody is in it yet."] {
        assert!(lacks.text.contains(part), "{part}: {}", lacks.text);
    }
    acme.step(1, "Hello", "Hi {{ lead.first_name }}").await;
    acme.make_ready().await;
    acme.add_leads().await;
    let numbers = acme.owner.get(&start).await.text;
    for part in ["2 get up to 1 mails each", "2 get nothing", "1 mailbox, 20 a day at most", "after 1 sending day"] {
        assert!(numbers.contains(part), "{part}: {numbers}");
    }
    assert_eq!(acme.owner.post(&start, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(acme.text("").await.contains("Running"));
    let changed = acme.step(1, "Hello", "Other").await;
    assert!(changed.text.contains("The sequence is running. Pause it"), "{}", changed.text);
    acme.owner.post(&format!("{}/pause", acme.page), &[]).await;
    assert!(acme.text("").await.contains("Paused"));
    assert_eq!(acme.step(1, "Hello", "Other").await.status, StatusCode::SEE_OTHER);
    acme.site.work().await;
    assert_eq!(acme.owner.post(&start, &[]).await.status, StatusCode::SEE_OTHER);
    let since = "select count(*)::text from sequences where started_at is not null and paused_at is null";
    assert_eq!(acme.site.database.text(since).await, "1");
}

#[tokio::test]
async fn steps_move_up_and_leads_are_taken_out() {
    let mut acme = team().await;
    for (number, body) in [(1, "one"), (2, "two"), (3, "three")] {
        acme.step(number, "Hello", body).await;
    }
    acme.add_leads().await;
    acme.owner.post(&format!("{}/steps/1/removal", acme.page), &[]).await;
    let steps =
        "select string_agg(number || ' ' || delay_days || ' ' || body, ', ' order by number) from sequence_steps";
    assert_eq!(acme.site.database.text(steps).await, "1 0 two, 2 3 three");
    let anna = acme.lead("anna@example.com").await;
    acme.owner.post(&format!("{}/leads/{anna}/removal", acme.page), &[]).await;
    assert_eq!(acme.site.database.count("enrolments").await, 3);
    acme.add_leads().await;
    assert_eq!(acme.site.database.count("enrolments").await, 3, "asked twice, added once");
}
