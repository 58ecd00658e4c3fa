//! A domain, from a name in a form to a name that mail leaves under, and what can go wrong between.

use crate::harness::{Browser, PASSWORD, TestSite};
use axum::http::StatusCode;
use rules::time::Duration;
use sandbox::{DnsTrouble, Fault, FaultKind, Record, RecordKind};
use serde_json::{Value, json};

/// A tenant with one connected domain, after the worker's first turns.
struct Connected {
    site: TestSite,
    operator: Browser,
    owner: Browser,
    page: String,
}

async fn connected(name: &str) -> Connected {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let page = connect(&mut owner, "acme", name).await;
    site.work_for(Duration::seconds(10)).await;
    Connected { site, operator, owner, page }
}

async fn connect(owner: &mut Browser, slug: &str, name: &str) -> String {
    let answer = owner.post(&format!("/t/{slug}/domains/new"), &[("domain", name)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location
}

impl Connected {
    /// What the page's changing part says.
    async fn standing(&mut self) -> String {
        let answer = self.owner.get(&format!("{}/standing", self.page)).await;
        assert_eq!(answer.status, StatusCode::OK);
        answer.text
    }

    /// Publishes what is wanted now, first of all the ownership record; the keys appear.
    async fn prove(&mut self) {
        self.press_publish().await;
        self.work().await;
    }

    /// All records, step by step.
    async fn publish(&mut self) {
        self.prove().await;
        self.press_publish().await;
    }

    async fn press_publish(&mut self) {
        let answer = self.owner.post(&format!("{}/publication", self.page), &[]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    }

    async fn work(&self) {
        self.site.work_for(Duration::seconds(10)).await;
    }

    /// As [`Self::work`], long enough for what is looked at seldom.
    async fn work_a_day_later(&mut self) {
        self.site.clock.advance(Duration::hours(25));
        self.work().await;
        self.owner.sign_in("owner@acme.example", PASSWORD).await;
    }

    fn records(&self, part: &str) -> Vec<Record> {
        let all = self.site.world.records();
        all.into_iter().filter(|record| record.name.contains(part)).collect()
    }
}

/// The one row of the table whose name or value has `part` in it.
fn row<'a>(standing: &'a str, part: &str) -> &'a str {
    let rows: Vec<&str> = standing.split("<tr>").filter(|row| row.contains(part)).collect();
    assert_eq!(rows.len(), 1, "{part} in {standing}");
    rows[0]
}

#[tokio::test]
async fn a_domain_becomes_verified() {
    let mut acme = connected("mail.acme-sales.example").await;
    let standing = acme.standing().await;
    assert!(standing.contains("Ownership not shown") && standing.contains("Once ownership is shown"), "{standing}");
    assert!(!standing.contains("_domainkey"), "{standing}");
    for value in ["feedback-smtp.us-east-1.amazonses.com", "v=spf1 include:amazonses.com ~all", "v=DMARC1; p=none;"] {
        assert!(standing.contains(value), "{value}: {standing}");
    }
    assert_eq!(acme.site.world.snapshot()["us-east-1"]["identities"]["mail.acme-sales.example"], Value::Null);
    acme.press_publish().await;
    acme.site.work_for(Duration::seconds(5)).await;
    let standing = acme.standing().await;
    assert!(standing.contains("Records missing"), "the look that sees it goes on at once: {standing}");
    assert_eq!(standing.matches("._domainkey.mail</code>").count(), 3, "short names: {standing}");
    assert_eq!(standing.matches("._domainkey.mail.acme-sales.example</code>").count(), 3, "whole names: {standing}");
    acme.press_publish().await;
    acme.work().await;
    let standing = acme.standing().await;
    assert!(standing.contains("Mail can leave under this name."), "{standing}");
    assert_eq!(standing.matches("</svg>Right</span>").count(), 7, "{standing}");
    let overview = acme.owner.get("/t/acme").await.text;
    assert!(overview.contains("1 domain"), "{overview}");

    let state = acme.site.world.snapshot().to_string();
    assert!(state.contains("reputation-policy/strict") && state.contains("\"TENANT\""), "{state}");
    let name = format!("ownlane-{}", acme.site.tenant_id("acme").await.replace('-', ""));
    for kind in ["configuration-set", "identity"] {
        let resource = if kind == "identity" { "mail.acme-sales.example" } else { &name };
        let arn = format!("arn:aws:ses:us-east-1:{}:{kind}/{resource}", sandbox::ACCOUNT);
        let tenants = acme.site.world.snapshot()["us-east-1"]["tenants"].clone();
        assert!(tenants[&name].to_string().contains(&format!("\"{arn}\"")), "{arn}: {tenants}");
    }
    let tenant = acme.site.tenant_id("acme").await;
    let console = acme.operator.get(&format!("/console/tenants/{tenant}")).await.text;
    assert!(console.contains("As wanted") && console.contains(&name) && console.contains("Verified"), "{console}");
}

#[tokio::test]
async fn nothing_is_asked_of_ses_in_a_request() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let page = connect(&mut owner, "acme", "acme-sales.example").await;
    let shown = owner.get(&page).await.text;
    assert!(shown.contains("Ownership not shown") && shown.contains("ownlane-verify="), "{shown}");
    assert!(shown.contains("in 13 days"), "until when it stands without: {shown}");
    assert_eq!(site.world.call_count(), 0);
}

#[tokio::test]
async fn names_that_cannot_be_claimed_are_refused_where_they_were_typed() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    for (typed, sentence) in [
        ("", "Enter a domain name."),
        ("https://acme.example/", "This is not a domain name."),
        ("ada@acme.example", "This is not a domain name."),
        ("acme", "at least two parts"),
        ("co.uk", "is a suffix under which others have names"),
        ("gmail.com", "belong to many people"),
        ("mail.ownlane.test", "belongs to this platform"),
    ] {
        let answer = owner.post("/t/acme/domains/new", &[("domain", typed)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(answer.text.contains(sentence), "{typed}: {}", answer.text);
        assert!(answer.text.contains(&format!("value=\"{typed}\"")), "{typed} stays: {}", answer.text);
    }
    assert_eq!(site.database.count("domains").await, 0);
    assert_eq!(site.database.count("domain_claims").await, 0);
}

#[tokio::test]
async fn a_name_belongs_to_one_team_at_a_time() {
    let mut acme = connected("acme-sales.example").await;
    let mut bolt = acme.site.tenant(&mut acme.operator, "bolt").await;
    for name in ["acme-sales.example", "mail.acme-sales.example", "ACME-sales.example."] {
        let answer = bolt.post("/t/bolt/domains/new", &[("domain", name)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.text.contains("acme-sales.example is connected by another team"), "{name}: {}", answer.text);
    }
    let again = acme.owner.post("/t/acme/domains/new", &[("domain", "acme-sales.example")]).await;
    assert!(again.text.contains("is connected already"), "{}", again.text);
    connect(&mut acme.owner, "acme", "mail.acme-sales.example").await;
    acme.publish().await;
    acme.work().await;

    // SES is in trouble while the first of both names goes; the claim stays as long as the second does.
    let fault = Fault { operation: None, skip: 1, times: 3, kind: FaultKind::InternalError };
    acme.site.world.fail(fault);
    let removed = acme.owner.post(&format!("{}/removal", acme.page), &[]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER);
    acme.site.work().await;
    let list = acme.owner.get("/t/acme/domains").await.text;
    assert!(list.contains("Being removed"), "{list}");
    acme.site.work_for(Duration::minutes(1)).await;
    let list = acme.owner.get("/t/acme/domains").await.text;
    assert!(!list.contains("Being removed") && list.contains("mail.acme-sales.example"), "{list}");
    let answer = bolt.post("/t/bolt/domains/new", &[("domain", "acme-sales.example")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);

    let second = list.split("href=\"").find_map(|part| part.split_once("\">mail.acme-sales")).unwrap().0.to_owned();
    acme.owner.post(&format!("{second}/removal"), &[]).await;
    acme.site.work_for(Duration::minutes(1)).await;
    let page = connect(&mut bolt, "bolt", "acme-sales.example").await;
    acme.site.work_for(Duration::minutes(1)).await;
    let standing = bolt.get(&format!("{page}/standing")).await.text;
    assert!(standing.contains("Ownership not shown"), "the new owner proves it anew: {standing}");
    assert!(row(&standing, "_ownlane-verify").contains("Wrong value"), "{standing}");
    bolt.post(&format!("{page}/publication"), &[]).await;
    acme.site.work_for(Duration::seconds(10)).await;
    let standing = bolt.get(&format!("{page}/standing")).await.text;
    assert_eq!(standing.matches("._domainkey</code>").count(), 3, "{standing}");
    for record in acme.records("_domainkey") {
        assert!(!standing.contains(&record.value), "no key of the old owner is used again");
    }
}

#[tokio::test]
async fn one_wrong_record_paints_one_row() {
    let mut acme = connected("acme-sales.example").await;
    acme.publish().await;
    acme.work().await;
    let [first, second, third]: [Record; 3] = acme.records("_domainkey").try_into().unwrap();
    let mut other = connected("other-sales.example").await;
    // Three keys of which the second is not there; then wrong; then entered with the zone twice.
    other.prove().await;
    let wanted = other.standing().await;
    let names: Vec<String> = wanted
        .split("<code>")
        .filter_map(|part| part.split_once("._domainkey</code>"))
        .map(|(token, _)| token.to_owned())
        .collect();
    let publish = |name: &str, value: &str| {
        let record = Record { name: name.to_owned(), kind: RecordKind::Cname, value: value.to_owned(), ttl: 60 };
        other.site.world.publish(record);
    };
    let whole = |token: &str| format!("{token}._domainkey.other-sales.example");
    let target = |token: &str| format!("{token}.dkim.amazonses.com");
    publish(&whole(&names[0]), &target(&names[0]));
    publish(&whole(&names[2]), &target(&names[2]));
    other.work().await;
    let standing = other.standing().await;
    assert!(row(&standing, &whole(&names[0])).contains("waiting for SES"), "{standing}");
    assert!(row(&standing, &whole(&names[1])).contains("Not found"), "{standing}");
    assert!(row(&standing, &whole(&names[2])).contains("waiting for SES"), "{standing}");

    let publish = |name: &str, value: &str| {
        let record = Record { name: name.to_owned(), kind: RecordKind::Cname, value: value.to_owned(), ttl: 60 };
        other.site.world.publish(record);
    };
    publish(&whole(&names[1]), &target(&names[0]));
    other.work().await;
    let standing = other.standing().await;
    let wrong = standing.split("<tr>").find(|row| row.contains("Wrong value")).unwrap();
    assert!(wrong.contains(&target(&names[0])) && wrong.contains(&target(&names[1])), "found and expected: {wrong}");

    other.site.world.withdraw(&whole(&names[1]), RecordKind::Cname);
    let record = Record {
        name: format!("{}.other-sales.example", whole(&names[1])),
        kind: RecordKind::Cname,
        value: target(&names[1]),
        ttl: 60,
    };
    other.site.world.publish(record);
    other.work().await;
    let standing = other.standing().await;
    assert!(row(&standing, &whole(&names[1])).contains("Name entered twice"), "{standing}");
    assert!(first != second && second != third);
}

#[tokio::test]
async fn a_resolver_in_trouble_is_never_a_wrong_record() {
    let mut acme = connected("acme-sales.example").await;
    acme.site.world.trouble(Some(DnsTrouble::ServFail));
    acme.work().await;
    let standing = acme.standing().await;
    assert!(standing.contains("DNS does not answer") && standing.contains("Cannot tell"), "{standing}");
    assert!(!standing.contains("Wrong value") && !standing.contains("Not found"), "{standing}");

    acme.site.world.trouble(None);
    acme.publish().await;
    acme.work().await;
    for trouble in [DnsTrouble::ServFail, DnsTrouble::Refused, DnsTrouble::Lame, DnsTrouble::Silence] {
        acme.site.world.trouble_at("acme-sales.example", Some(trouble));
        acme.work_a_day_later().await;
        let standing = acme.standing().await;
        assert!(standing.contains("Mail can leave under this name."), "what was right stays right: {standing}");
        assert!(standing.contains("Cannot tell"), "{trouble:?}: {standing}");
    }
}

#[tokio::test]
async fn answers_that_do_not_fit_into_one_packet_are_fetched_whole() {
    let mut acme = connected("acme-sales.example").await;
    acme.site.world.trouble(Some(DnsTrouble::Truncation));
    acme.publish().await;
    acme.work().await;
    let standing = acme.standing().await;
    assert!(standing.contains("Mail can leave under this name."), "{standing}");
}

#[tokio::test]
async fn waiting_for_ses_is_not_failing() {
    let mut acme = connected("acme-sales.example").await;
    acme.site.world.hold_verification(true);
    acme.publish().await;
    acme.work().await;
    for status in ["PENDING", "NOT_STARTED", "TEMPORARY_FAILURE", "SOMETHING_NEW"] {
        acme.site.world.set_dkim_status("acme-sales.example", status);
        acme.work().await;
        let standing = acme.standing().await;
        assert!(standing.contains("Waiting for Amazon SES"), "{status}: {standing}");
        let failed = ["state bad", "gave up", "Wrong"].iter().any(|word| standing.contains(word));
        assert!(!failed, "{status}: {standing}");
    }
    acme.site.world.set_dkim_status("acme-sales.example", "FAILED");
    acme.work().await;
    let restarts = acme.site.world.calls().iter().filter(|call| call.operation.contains("DkimSigning")).count();
    assert!(restarts > 0, "SES is asked to look again");
    acme.site.world.set_dkim_status("acme-sales.example", "");
    acme.site.world.hold_verification(false);
    acme.work().await;
    let standing = acme.standing().await;
    assert!(standing.contains("Mail can leave under this name."), "{standing}");
}

#[tokio::test]
async fn a_record_that_goes_is_lost_and_said_so() {
    let mut acme = connected("acme-sales.example").await;
    acme.publish().await;
    acme.work().await;
    let gone = acme.records("_domainkey").remove(0);
    acme.site.world.withdraw(&gone.name, gone.kind);
    acme.work_a_day_later().await;
    let standing = acme.standing().await;
    assert!(standing.contains("Records lost") && standing.contains("1 required record is gone"), "{standing}");
    assert!(row(&standing, &gone.name).contains("Publish it again"), "{standing}");
    acme.publish().await;
    acme.work().await;
    assert!(acme.standing().await.contains("Mail can leave under this name."));
}

#[tokio::test]
async fn an_identity_that_was_removed_by_hand_is_made_again() {
    let mut acme = connected("acme-sales.example").await;
    acme.publish().await;
    acme.work().await;
    let old = acme.records("_domainkey");
    remove_by_hand(&acme).await;
    let page = acme.owner.get(&acme.page).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    acme.owner.post(&format!("{}/check", acme.page), &[]).await;
    acme.site.work_for(Duration::minutes(1)).await;
    let standing = acme.standing().await;
    assert!(standing.contains("Records missing"), "{standing}");
    for record in &old {
        assert!(!standing.contains(&record.value), "new keys are shown: {standing}");
    }
    acme.publish().await;
    acme.work().await;
    assert!(acme.standing().await.contains("Mail can leave under this name."));

    remove_by_hand(&acme).await;
    acme.owner.post(&format!("{}/removal", acme.page), &[]).await;
    acme.site.work_for(Duration::minutes(1)).await;
    assert_eq!(acme.owner.get(&acme.page).await.status, StatusCode::NOT_FOUND, "removal works without it");
    assert_eq!(acme.site.database.count("domain_claims").await, 0);
}

/// Its identity goes.
async fn remove_by_hand(acme: &Connected) {
    let tenant = format!("ownlane-{}", acme.site.tenant_id("acme").await.replace('-', ""));
    let arn = format!("arn:aws:ses:us-east-1:{}:identity/acme-sales.example", sandbox::ACCOUNT);
    let both = json!({ "TenantName": tenant, "ResourceArn": arn });
    acme.site.by_hand("POST", "/v2/email/tenants/resources/delete", &both).await;
    acme.site.by_hand("DELETE", "/v2/email/identities/acme-sales.example", &Value::Null).await;
}

#[tokio::test]
async fn an_identity_of_somebody_else_is_never_taken_over() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let owner = site.tenant(&mut operator, "acme").await;
    let arn = |name: &str| format!("arn:aws:ses:us-east-1:{}:identity/{name}", sandbox::ACCOUNT);
    site.by_hand("POST", "/v2/email/tenants", &json!({ "TenantName": "another-team" })).await;
    for name in ["sends.example", "idle.example"] {
        site.by_hand("POST", "/v2/email/identities", &json!({ "EmailIdentity": name })).await;
    }
    let both = json!({ "TenantName": "another-team", "ResourceArn": arn("sends.example") });
    site.by_hand("POST", "/v2/email/tenants/resources", &both).await;
    let before = site.world.call_count();
    let mut acme = Connected { site, operator, owner, page: String::new() };
    for (name, sentence) in [("sends.example", "used for another team"), ("idle.example", "not through this platform")]
    {
        acme.page = connect(&mut acme.owner, "acme", name).await;
        acme.prove().await;
        let standing = acme.standing().await;
        assert!(standing.contains("Held") && standing.contains(sentence), "{name}: {standing}");
        acme.owner.post(&format!("{}/removal", acme.page), &[]).await;
        acme.site.work_for(Duration::minutes(1)).await;
        assert_eq!(acme.owner.get(&acme.page).await.status, StatusCode::NOT_FOUND, "{name}");
    }
    let calls = acme.site.world.calls();
    let touched = calls[before..]
        .iter()
        .filter(|call| call.operation.contains("EmailIdentity") && !call.operation.starts_with("Get"));
    assert_eq!(touched.count(), 0, "nothing of it was changed");
}
