//! Whose a name is: one team's at a time, shown in its DNS before anything is made of it, and free again once nobody shows it.

use crate::harness::{Answer, Browser, PASSWORD, TestSite};
use axum::http::StatusCode;
use rules::limits;
use rules::time::Duration;
use sandbox::{DnsTrouble, Fault, FaultKind, Record, RecordKind};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const NAME: &str = "acme-sales.example";
const TAKEN: &str = "is connected by another team";

/// Two teams that want the same.
struct Ground {
    site: TestSite,
    operator: Browser,
    acme: Browser,
    bolt: Browser,
}

async fn connect(team: &mut Browser, slug: &str, name: &str) -> Answer {
    team.post(&format!("/t/{slug}/domains/new"), &[("domain", name)]).await
}

impl Ground {
    async fn new() -> Self {
        let site = TestSite::new().await;
        let mut operator = site.operator().await;
        let acme = site.tenant(&mut operator, "acme").await;
        let bolt = site.tenant(&mut operator, "bolt").await;
        Self { site, operator, acme, bolt }
    }

    async fn work(&self) {
        self.site.work_for(Duration::seconds(10)).await;
    }

    /// The page of a domain that acme has connected and done nothing else for.
    async fn claimed(&mut self, name: &str) -> String {
        let answer = connect(&mut self.acme, "acme", name).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        self.work().await;
        answer.location
    }

    /// Days later somebody of acme asks for a look; what the page says then.
    async fn days_later(&mut self, days: i64, page: &str) -> String {
        self.site.clock.advance(Duration::days(days));
        self.acme.sign_in("owner@acme.example", PASSWORD).await;
        self.bolt.sign_in("owner@bolt.example", PASSWORD).await;
        self.operator.sign_in("olga@ownlane.example", PASSWORD).await;
        self.acme.post(&format!("{page}/check"), &[]).await;
        self.work().await;
        self.acme.get(page).await.text
    }

    /// All that stands in DNS goes, as when a name has a new owner; what stood there.
    fn withdraw_all(&self) -> Vec<Record> {
        let records = self.site.world.records();
        for record in &records {
            self.site.world.withdraw(&record.name, record.kind);
        }
        records
    }

    /// How often SES was asked to do something about an identity, even to say what it is.
    fn calls_about_identities(&self) -> usize {
        let is_about = |operation: &str| operation.contains("EmailIdentity") || operation == "ListResourceTenants";
        self.site.world.calls().iter().filter(|call| is_about(&call.operation)).count()
    }

    fn identity(&self, name: &str) -> Value {
        self.site.world.snapshot()["us-east-1"]["identities"][name].clone()
    }

    /// The tenants at SES that `name` is associated with.
    fn holders(&self, name: &str) -> Vec<String> {
        let arn = format!("arn:aws:ses:us-east-1:{}:identity/{name}", sandbox::ACCOUNT);
        let tenants = self.site.world.snapshot()["us-east-1"]["tenants"].clone();
        let has = |tenant: &Value| tenant["resources"].get(&arn).is_some();
        tenants.as_object().unwrap().iter().filter(|(_, it)| has(it)).map(|(name, _)| name.clone()).collect()
    }

    async fn at_ses(&self, slug: &str) -> String {
        format!("ownlane-{}", self.site.tenant_id(slug).await.replace('-', ""))
    }
}

#[tokio::test]
async fn another_team_gets_no_spelling_of_a_name_its_parents_or_its_children() {
    let mut ground = Ground::new().await;
    for (name, spellings) in [
        (
            "mail.acme-sales.example",
            [
                "mail.acme-sales.example",
                "acme-sales.example",
                "shop.acme-sales.example",
                "a.b.mail.acme-sales.example",
                " MAIL.Acme-Sales.EXAMPLE. ",
                "mail。acme-sales。example",
            ],
        ),
        (
            "post.bücher-sales.example",
            [
                "post.bücher-sales.example",
                "xn--bcher-sales-thb.example",
                "post.XN--BCHER-SALES-THB.example.",
                "BÜCHER-SALES.example",
                "bu\u{308}cher-sales.example",
                "ｂücher-sales.example",
            ],
        ),
    ] {
        ground.claimed(name).await;
        for spelling in spellings {
            let answer = connect(&mut ground.bolt, "bolt", spelling).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{spelling}");
            assert!(answer.text.contains(TAKEN), "{spelling}: {}", answer.text);
        }
    }
    assert_eq!(ground.site.database.text("select count(distinct holder)::text from domain_claims").await, "1");
    for ours in ["acme-sales.example", "shop.acme-sales.example", "x.xn--bcher-sales-thb.example"] {
        ground.claimed(ours).await;
    }
    let again = connect(&mut ground.acme, "acme", "POST.Bücher-sales.example.").await;
    assert!(again.text.contains("is connected already"), "{}", again.text);
    assert_eq!(ground.site.database.count("domain_claims").await, 2);
}

#[tokio::test]
async fn of_two_teams_that_connect_a_name_at_once_one_gets_it() {
    const ROUNDS: usize = 30;
    let mut ground = Ground::new().await;
    let mut winners = BTreeSet::new();
    for round in 0..ROUNDS {
        let root = format!("race{round}.example");
        let (ours, theirs) = match round % 3 {
            0 => (root.clone(), root),
            1 => (format!("mail.{root}"), root.to_uppercase()),
            _ => (format!("a.{root}"), format!("b.{root}")),
        };
        let (one, other) =
            tokio::join!(connect(&mut ground.acme, "acme", &ours), connect(&mut ground.bolt, "bolt", &theirs));
        let (won, lost) = if one.status == StatusCode::SEE_OTHER { ("acme", other) } else { ("bolt", one) };
        assert_eq!(lost.status, StatusCode::UNPROCESSABLE_ENTITY, "{ours} {theirs}: {}", lost.text);
        assert!(lost.text.contains(TAKEN), "{}", lost.text);
        winners.insert(won);
    }
    let rounds = i64::try_from(ROUNDS).unwrap();
    assert_eq!(ground.site.database.count("domain_claims").await, rounds);
    assert_eq!(ground.site.database.count("domains").await, rounds);
    let astray = "select count(*)::text from domains d join domain_claims c using (root) where c.holder <> d.tenant_id";
    assert_eq!(ground.site.database.text(astray).await, "0");
    assert!(!winners.is_empty());
}

#[tokio::test]
async fn before_the_ownership_record_is_seen_ses_hears_nothing_of_the_name() {
    let mut ground = Ground::new().await;
    let page = ground.claimed(NAME).await;
    let record = |value: &str| Record {
        name: format!("_ownlane-verify.{NAME}"),
        kind: RecordKind::Txt,
        value: value.to_owned(),
        ttl: 60,
    };
    ground.site.world.publish(record("ownlane-verify=of-somebody-else"));
    ground.work().await;
    assert!(ground.acme.get(&page).await.text.contains("Wrong value"));
    for trouble in [DnsTrouble::ServFail, DnsTrouble::Refused, DnsTrouble::Lame] {
        ground.site.world.trouble(Some(trouble));
        ground.work().await;
    }
    let challenge = ground.site.database.text("select challenge from domains").await;
    ground.site.world.publish(record(&format!("ownlane-verify={challenge}")));
    ground.work().await;
    assert_eq!(ground.calls_about_identities(), 0, "it could not be seen yet");
    assert!(ground.acme.get(&page).await.text.contains("DNS does not answer"));

    ground.site.world.trouble(None);
    ground.site.work_for(Duration::seconds(5)).await;
    let standing = ground.acme.get(&page).await.text;
    assert_eq!(standing.matches("._domainkey</code>").count(), 3, "{standing}");
    let tenant = ground.at_ses("acme").await;
    assert_eq!(ground.holders(NAME), [tenant]);
}

#[tokio::test]
async fn an_identity_that_appears_while_ours_is_made_is_left_to_whose_it_is() {
    let mut ground = Ground::new().await;
    let bolts = ground.site.tenant_id("bolt").await;
    ground.site.by_hand("POST", "/v2/email/tenants", &json!({ "TenantName": "another-team" })).await;
    for (name, tag, holder, sentence) in [
        ("sends.example", None, Some("another-team"), "used for another team"),
        ("bolts.example", Some(bolts.as_str()), None, "used for another team"),
        ("idle.example", None, None, "not through this platform"),
    ] {
        let tags: Vec<Value> = tag.iter().map(|tag| json!({ "Key": "ownlane:tenant", "Value": tag })).collect();
        let identity = json!({ "EmailIdentity": name, "Tags": tags });
        ground.site.by_hand("POST", "/v2/email/identities", &identity).await;
        if let Some(holder) = holder {
            let arn = format!("arn:aws:ses:us-east-1:{}:identity/{name}", sandbox::ACCOUNT);
            let both = json!({ "TenantName": holder, "ResourceArn": arn });
            ground.site.by_hand("POST", "/v2/email/tenants/resources", &both).await;
        }
        let before = ground.identity(name);
        let page = ground.claimed(name).await;
        // Where it is asked first, nothing has been heard of it.
        let operation = Some("GetEmailIdentity".to_owned());
        ground.site.world.fail(Fault { operation, skip: 0, times: 1, kind: FaultKind::NotFound });
        ground.acme.post(&format!("{page}/publication"), &[]).await;
        ground.work().await;
        let made = ground.site.world.calls().iter().filter(|call| call.operation == "CreateEmailIdentity").count();
        assert!(made > 0, "{name}: it was tried");
        let standing = ground.acme.get(&page).await.text;
        assert!(standing.contains("Held") && standing.contains(sentence), "{name}: {standing}");
        assert_eq!(ground.identity(name), before, "{name}");
        assert_eq!(ground.holders(name).iter().map(String::as_str).collect::<Vec<_>>(), holder.as_slice(), "{name}");
    }
    let refused = ground.site.world.calls();
    let refused = refused.iter().filter(|call| call.operation == "CreateEmailIdentity" && call.status == 400).count();
    assert_eq!(refused, 3, "SES said that it exists already");
}

#[tokio::test]
async fn a_claim_that_nobody_proves_ends_after_two_weeks_and_the_name_is_free() {
    let mut ground = Ground::new().await;
    let page = ground.claimed(NAME).await;
    assert!(ground.acme.get(&page).await.text.contains("the claim ends <time"));
    for day in 0..limits::CLAIM_UNPROVED_DAYS {
        ground.acme.post(&format!("{page}/check"), &[]).await;
        ground.work().await;
        let refused = connect(&mut ground.bolt, "bolt", NAME).await;
        assert!(refused.text.contains(TAKEN), "day {day}: {}", refused.text);
        // Business time alone goes on.
        ground.acme.post("/sandbox/clock", &[("by", "day")]).await;
    }
    assert_eq!(ground.calls_about_identities(), 0);
    ground.acme.post(&format!("{page}/check"), &[]).await;
    ground.work().await;
    assert_eq!(ground.acme.get(&page).await.status, StatusCode::NOT_FOUND);
    let list = ground.acme.get("/t/acme/domains").await.text;
    assert!(list.contains("Ended") && list.contains("was not seen within 14 days"), "{list}");
    let tenant = ground.site.tenant_id("acme").await;
    let console = ground.operator.get(&format!("/console/tenants/{tenant}")).await.text;
    assert!(console.contains(&format!("{NAME} ended")) && console.contains("not seen within 14 days"), "{console}");
    assert_eq!(ground.site.database.count("domain_claims").await, 0);

    ground.site.verified_domain(&mut ground.bolt, "bolt", NAME).await;
    let late = connect(&mut ground.acme, "acme", NAME).await;
    assert!(late.text.contains(TAKEN), "{}", late.text);
}

#[tokio::test]
async fn name_servers_that_do_not_answer_end_no_claim() {
    let mut ground = Ground::new().await;
    let page = ground.claimed(NAME).await;
    ground.site.world.trouble(Some(DnsTrouble::ServFail));
    for _ in 0..5 {
        let standing = ground.days_later(10, &page).await;
        assert!(standing.contains("DNS does not answer"), "{standing}");
    }
    ground.site.world.trouble(None);
    let standing = ground.days_later(0, &page).await;
    assert!(standing.contains("Ownership not shown"), "there is time left once they answer: {standing}");
    ground.days_later(limits::CLAIM_UNANSWERED_DAYS, &page).await;
    assert_eq!(ground.acme.get(&page).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_claim_that_was_proved_ends_a_month_after_all_of_it_is_gone() {
    let mut ground = Ground::new().await;
    let mailbox = ground.site.mailbox(&mut ground.acme, "acme", NAME).await;
    let page = ground.site.database.text("select '/t/acme/domains/' || id from domains").await;
    let challenge = ground.site.database.text("select challenge from domains").await;
    ground.site.world.withdraw(&format!("_ownlane-verify.{NAME}"), RecordKind::Txt);
    for _ in 0..2 {
        let standing = ground.days_later(limits::CLAIM_LOST_DAYS, &page).await;
        assert!(standing.contains("so that the name stays yours"), "its keys still speak for it: {standing}");
        assert!(!standing.contains("the claim ends"), "{standing}");
    }
    // The name has a new owner.
    let old = ground.withdraw_all();
    ground.site.world.set_dkim_status(NAME, "FAILED");
    let standing = ground.days_later(0, &page).await;
    assert!(standing.contains("does not see the domain") && standing.contains("in 29 days"), "{standing}");
    let standing = ground.days_later(limits::CLAIM_LOST_DAYS - 1, &page).await;
    assert!(standing.contains("the claim ends"), "{standing}");
    assert!(connect(&mut ground.bolt, "bolt", NAME).await.text.contains(TAKEN));
    ground.days_later(1, &page).await;
    assert_eq!(ground.acme.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ground.identity(NAME), Value::Null);
    let shown = ground.acme.get(&format!("/t/acme/mailboxes/{mailbox}")).await.text;
    assert!(shown.contains("Domain ended") && !shown.contains(&page), "{shown}");

    ground.site.verified_domain(&mut ground.bolt, "bolt", NAME).await;
    let new = ground.site.world.records();
    for record in old.iter().filter(|record| record.name.contains("_domainkey")) {
        assert!(new.iter().all(|new| new.name != record.name), "no key of the old owner is used again");
    }
    assert!(new.iter().all(|record| !record.value.contains(&challenge)));
    let bolt = ground.at_ses("bolt").await;
    assert_eq!(ground.holders(NAME), [bolt], "nothing of the old owner's leaves under it");
    assert!(connect(&mut ground.acme, "acme", NAME).await.text.contains(TAKEN));
}

#[tokio::test]
async fn a_team_that_connects_its_name_again_has_its_mailboxes_back() {
    let mut ground = Ground::new().await;
    let mailbox = ground.site.mailbox(&mut ground.acme, "acme", NAME).await;
    let page = ground.site.database.text("select '/t/acme/domains/' || id from domains").await;
    ground.acme.post(&format!("{page}/pause"), &[("reason", "Too many bounces")]).await;
    ground.withdraw_all();
    ground.site.world.set_dkim_status(NAME, "FAILED");
    ground.days_later(0, &page).await;
    ground.days_later(limits::CLAIM_LOST_DAYS, &page).await;
    assert_eq!(ground.acme.get(&page).await.status, StatusCode::NOT_FOUND);
    let id = ground.site.verified_domain(&mut ground.acme, "acme", NAME).await;
    let shown = ground.acme.get(&format!("/t/acme/mailboxes/{mailbox}")).await.text;
    assert!(shown.contains(&format!("/domains/{id}")) && !shown.contains("Domain ended"), "{shown}");
    assert!(shown.contains("Too many bounces"), "what held it back still does: {shown}");
    assert!(!ground.acme.get("/t/acme/domains").await.text.contains(">Ended<"));
}
