//! Drift: somebody changes at Amazon what Ownlane made there. What nobody can have meant is put right; else a person is asked,
//! and nothing is done before the word.

use crate::harness::{Browser, TestSite};
use crate::teams::Sending;
use db::fixtures::TestDatabase;
use rules::limits;
use rules::time::Duration;
use serde_json::{Value, json};
use std::time::Duration as Wait;

const DOMAIN: &str = "acme.example";

struct Ground {
    site: TestSite,
    operator: Browser,
    owner: Browser,
    /// Its page about Amazon SES.
    page: String,
    /// The name of tenant and set.
    name: String,
    domain_page: String,
}

impl Ground {
    /// A team whose domain is verified.
    async fn new() -> Self {
        let site = TestSite::new().await;
        let mut operator = site.operator().await;
        let mut owner = site.tenant(&mut operator, "acme").await;
        let domain_page = format!("/t/acme/domains/{}", site.verified_domain(&mut owner, "acme", DOMAIN).await);
        let tenant = site.tenant_id("acme").await;
        let (page, name) = (format!("/console/tenants/{tenant}/ses"), format!("ownlane-{}", tenant.replace('-', "")));
        Self { site, operator, owner, page, name, domain_page }
    }

    fn found(&self, kind: &str, name: &str) -> Value {
        self.site.world.snapshot()["us-east-1"][kind][name].clone()
    }

    fn set(&self) -> Value {
        self.found("configuration_sets", &self.name)
    }

    fn tenant(&self) -> Value {
        self.found("tenants", &self.name)
    }

    /// Set and tenant, without the moments at which things were associated.
    fn shape(&self) -> (Value, Value) {
        let mut tenant = self.tenant();
        let arns: Vec<String> = tenant["resources"].as_object().unwrap().keys().cloned().collect();
        tenant["resources"] = json!(arns);
        (self.set(), tenant)
    }

    fn arn(&self, resource: &str) -> String {
        format!("arn:aws:ses:us-east-1:{}:{resource}", sandbox::ACCOUNT)
    }

    fn set_path(&self, what: &str) -> String {
        format!("/v2/email/configuration-sets/{}{what}", self.name)
    }

    async fn by_hand(&self, method: &str, path: &str, body: Value) {
        self.site.by_hand(method, path, &body).await;
    }

    /// The page about Amazon SES after a look.
    async fn look_again(&mut self) -> String {
        let done = self.operator.post(&format!("{}/look", self.page), &[]).await;
        assert_eq!(done.location, self.page);
        self.site.work_for(Duration::seconds(10)).await;
        self.operator.get(&self.page).await.text
    }

    /// The list of all tenants is read again.
    async fn an_hour_passes(&self) {
        self.site.clock.advance(Duration::minutes(limits::SES_LIST_MINS + 1));
        self.site.work().await;
    }

    /// The team asks for a look at its domain.
    async fn check_domain(&mut self) {
        self.site.work_for(Duration::minutes(2)).await;
        let asked = self.owner.post(&format!("{}/check", self.domain_page), &[]).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        self.site.work_for(Duration::seconds(10)).await;
    }

    /// Says the word that the page asks for.
    async fn allow(&mut self, page: &str, label: &str) -> String {
        let found = page.split_once(&format!(">{label}<"));
        assert!(found.is_some(), "no {label} in {page}");
        let (before, _) = found.unwrap();
        let (_, link) = before.rsplit_once("href=\"").unwrap();
        let link = link.split('"').next().unwrap().to_owned();
        let empty = self.operator.post(&link, &[("reason", " ")]).await;
        assert_eq!(empty.status, 422);
        let done = self.operator.post(&link, &[("reason", "Nobody meant it.")]).await;
        assert_eq!(done.location, self.page);
        self.site.work_for(Duration::seconds(10)).await;
        self.operator.get(&self.page).await.text
    }
}

fn part<'a>(page: &'a str, heading: &str) -> &'a str {
    let found = page.split_once(&format!(">{heading}</h2>"));
    assert!(found.is_some(), "no {heading} in {page}");
    let (_, rest) = found.unwrap();
    rest.split("<h2>").next().unwrap()
}

#[tokio::test]
async fn the_shared_ips_are_named_on_the_set_and_read_back() {
    let mut ground = Ground::new().await;
    assert_eq!(ground.set()["options"]["DeliveryOptions"]["SharedPoolDeliveryMode"], "REGIONAL");
    let calls = ground.site.world.calls();
    let put = calls.iter().find(|call| call.operation == "PutConfigurationSetDeliveryOptions").unwrap();
    assert_eq!(put.body, json!({ "SharedPoolDeliveryMode": "REGIONAL", "TlsPolicy": "OPTIONAL" }));
    assert_eq!((put.status, put.unknown.is_empty()), (200, true));
    let page = ground.operator.get(&ground.page).await.text;
    assert!(page.contains("<code>REGIONAL</code>, the region's alone"), "{page}");

    let choose = format!("{}/shared-ips", ground.page);
    for wrong in [[("mode", "ACCOUNT"), ("reason", "Why not.")], [("mode", "GLOBAL"), ("reason", "")]] {
        assert_eq!(ground.operator.post(&choose, &wrong).await.status, 422, "{wrong:?}");
    }
    ground.operator.post(&choose, &[("mode", "GLOBAL"), ("reason", "More IPs.")]).await;
    let waits = ground.operator.get(&ground.page).await.text;
    assert!(waits.contains("; wanted: GLOBAL"), "{waits}");
    ground.site.work_for(Duration::seconds(10)).await;
    assert_eq!(ground.set()["options"]["DeliveryOptions"]["SharedPoolDeliveryMode"], "GLOBAL");
    let account = ground.operator.get("/console/ses").await.text;
    assert!(account.contains("Of several regions (GLOBAL), where a configuration set"), "{account}");
}

#[tokio::test]
async fn what_nobody_can_have_meant_is_put_right_by_itself() {
    let mut ground = Ground::new().await;
    let quiet = ground.look_again().await;
    assert!(quiet.contains("Nothing was ever found that is not as wanted."), "{quiet}");
    let name = ground.name.clone();
    let (set_arn, identity_arn) =
        (ground.arn(&format!("configuration-set/{name}")), ground.arn(&format!("identity/{DOMAIN}")));
    let gone = |arn: &str| json!({ "TenantName": name, "ResourceArn": arn });
    let account_wide = json!({ "TenantName": name, "SuppressionScope": "ACCOUNT", "SuppressedReasons": ["BOUNCE"] });
    let identity = format!("/v2/email/identities/{DOMAIN}");
    let changes = [
        ("PUT", ground.set_path("/delivery-options"), json!({ "SharedPoolDeliveryMode": "GLOBAL" })),
        ("PUT", ground.set_path("/reputation-options"), json!({ "ReputationMetricsEnabled": false })),
        ("DELETE", ground.set_path("/event-destinations/ownlane-events"), Value::Null),
        ("POST", "/v2/email/tenant/suppression".to_owned(), account_wide),
        ("POST", "/v2/email/tenants/resources/delete".to_owned(), gone(&set_arn)),
        ("POST", "/v2/email/tenants/resources/delete".to_owned(), gone(&identity_arn)),
        ("PUT", format!("{identity}/configuration-set"), json!({})),
        ("PUT", format!("{identity}/feedback"), json!({ "EmailForwardingEnabled": true })),
    ];
    let before = ground.shape();
    for (method, path, body) in changes {
        ground.by_hand(method, &path, body).await;
    }
    assert_ne!(before, ground.shape());
    ground.look_again().await;
    ground.check_domain().await;
    assert_eq!(before, ground.shape());
    let page = ground.operator.get(&ground.page).await.text;
    assert!(part(&page, "Asked of you").contains("Nothing."), "{page}");
    let done = part(&page, "Was different");
    for (what, times) in [
        ("Mail could leave from other shared IPs than wanted", 1),
        ("Reputation was not counted", 1),
        ("Events were not told as wanted", 1),
        ("The suppression list was not the team's own", 1),
        ("A resource was not associated", 2),
        ("An identity's own configuration set", 1),
        ("Bounces were forwarded by mail as well", 1),
    ] {
        assert_eq!(done.matches(what).count(), times, "{what}: {done}");
    }
    assert_eq!(done.matches("put right by itself").count(), 8, "{done}");
    for detail in ["TENANT: BOUNCE, COMPLAINT", "ACCOUNT: BOUNCE", ">GLOBAL<", ">REGIONAL<"] {
        assert!(done.contains(detail), "{detail}: {done}");
    }
}

#[tokio::test]
async fn a_set_that_is_gone_is_made_again() {
    let mut ground = Ground::new().await;
    let (name, before) = (ground.name.clone(), ground.set());
    let arn = ground.arn(&format!("configuration-set/{name}"));
    ground
        .by_hand("POST", "/v2/email/tenants/resources/delete", json!({ "TenantName": name, "ResourceArn": arn }))
        .await;
    ground.by_hand("DELETE", &ground.set_path(""), Value::Null).await;
    let page = ground.look_again().await;
    assert_eq!(ground.set()["options"], before["options"]);
    assert!(part(&page, "Was different").contains("The configuration set was gone"), "{page}");
}

#[tokio::test]
async fn a_weaker_policy_is_asked_about_and_set_back_at_a_word() {
    let mut ground = Ground::new().await;
    let arn = ground.tenant()["arn"].as_str().unwrap().replace(':', "%3A").replace('/', "%2F");
    let path = format!("/v2/email/reputation/entities/RESOURCE/{arn}/policy");
    let policy =
        |name: &str| json!({ "ReputationEntityPolicy": format!("arn:aws:ses:us-east-1:aws:reputation-policy/{name}") });
    ground.by_hand("PUT", &path, policy("standard")).await;
    let page = ground.look_again().await;
    let asked = part(&page, "Asked of you");
    assert!(asked.contains("The reputation policy is weaker than wanted"), "{asked}");
    assert!(asked.contains("reputation-policy/strict<") && asked.contains("reputation-policy/standard<"), "{asked}");
    assert!(ground.tenant().to_string().contains("reputation-policy/standard"), "nobody has said so yet");
    let tenant_page = ground.page.trim_end_matches("/ses").to_owned();
    assert!(ground.operator.get(&tenant_page).await.text.contains("It asks something of you"));
    assert!(ground.operator.get("/console/ses").await.text.contains("asks one thing of you"));

    let page = ground.allow(&page, "Set it back").await;
    assert!(ground.tenant().to_string().contains("reputation-policy/strict"));
    assert!(part(&page, "Asked of you").contains("Nothing."), "{page}");
    assert!(part(&page, "Was different").contains("put right by an operator: Nobody meant it."), "{page}");

    // Put right by hand, it asks no more.
    ground.by_hand("PUT", &path, policy("none")).await;
    ground.look_again().await;
    ground.by_hand("PUT", &path, policy("strict")).await;
    let page = ground.look_again().await;
    assert!(part(&page, "Was different").contains("gone when looked at again"), "{page}");
}

#[tokio::test]
async fn an_unknown_resource_and_sending_switched_off_wait_for_a_word() {
    let mut ground = Ground::new().await;
    ground.by_hand("POST", "/v2/email/identities", json!({ "EmailIdentity": "stranger.example" })).await;
    let arn = ground.arn("identity/stranger.example");
    let both = json!({ "TenantName": ground.name, "ResourceArn": arn });
    ground.by_hand("POST", "/v2/email/tenants/resources", both).await;
    ground.by_hand("PUT", &ground.set_path("/sending"), json!({ "SendingEnabled": false })).await;
    let page = ground.look_again().await;
    let asked = part(&page, "Asked of you");
    assert!(asked.contains("Something unknown is associated") && asked.contains("told not to send"), "{asked}");
    assert!(page.contains("Not as wanted"), "nothing can leave: {page}");
    assert!(ground.tenant().to_string().contains("stranger.example"));

    let page = ground.allow(&page, "Take it away").await;
    assert!(!ground.tenant().to_string().contains("stranger.example"));
    assert!(ground.found("identities", "stranger.example").is_object(), "the resource itself stays");
    assert_eq!(ground.set()["options"]["SendingOptions"]["SendingEnabled"], false);
    let page = ground.allow(&page, "Switch it on again").await;
    assert_eq!(ground.set()["options"]["SendingOptions"]["SendingEnabled"], true);
    assert!(page.contains("As wanted"), "{page}");
}

#[tokio::test]
async fn a_tenant_that_vanished_is_found_within_the_hour_and_made_again_at_a_word() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let acme =
        Sending::start(&site, &mut operator, "acme", "email\na@n.example\nb@n.example\nc@n.example\n", &[("Hi", "Hi")])
            .await;
    site.work().await;
    let before = site.world.mail().len();
    assert!(before >= 1);
    let tenant = site.tenant_id("acme").await;
    let (page, name) = (format!("/console/tenants/{tenant}/ses"), format!("ownlane-{}", tenant.replace('-', "")));
    site.by_hand("POST", "/v2/email/tenants/delete", &json!({ "TenantName": name })).await;
    site.clock.advance(Duration::minutes(limits::SES_LIST_MINS));
    site.work().await;
    acme.gaps(&site, 3).await;
    let shown = operator.get(&page).await.text;
    assert!(part(&shown, "Asked of you").contains("The tenant at Amazon SES is gone"), "{shown}");
    assert!(site.world.snapshot()["us-east-1"]["tenants"][&name].is_null(), "nobody has said so yet");
    assert_eq!(site.world.mail().len(), before, "nothing leaves without a tenant");

    let mut ground = Ground { site, operator, owner: acme.owner.twin(), page, name, domain_page: String::new() };
    let shown = ground.allow(&shown, "Make it again").await;
    assert!(shown.contains("As wanted"), "{shown}");
    assert!(ground.tenant()["arn"].is_string());
    acme.gaps(&ground.site, 3).await;
    let mut got: Vec<String> = ground.site.world.mail().into_iter().flat_map(|mail| mail.to).collect();
    got.sort();
    assert_eq!(got, ["a@n.example", "b@n.example", "c@n.example"]);
}

#[tokio::test]
async fn an_identity_in_foreign_hands_is_for_a_person_alone() {
    let mut ground = Ground::new().await;
    ground.by_hand("POST", "/v2/email/tenants", json!({ "TenantName": "somebody" })).await;
    let arn = ground.arn(&format!("identity/{DOMAIN}"));
    let both = json!({ "TenantName": "somebody", "ResourceArn": arn });
    ground.by_hand("POST", "/v2/email/tenants/resources", both.clone()).await;
    ground.check_domain().await;
    let page = ground.operator.get(&ground.page).await.text;
    let asked = part(&page, "Asked of you");
    assert!(asked.contains("An identity is associated with another tenant") && asked.contains("somebody"), "{asked}");
    assert!(asked.contains("Ownlane does not touch it") && !asked.contains("/drifts/"), "{asked}");
    ground.by_hand("POST", "/v2/email/tenants/resources/delete", both).await;
    ground.check_domain().await;
    let page = ground.operator.get(&ground.page).await.text;
    assert!(part(&page, "Asked of you").contains("Nothing."), "{page}");
}

#[tokio::test]
async fn a_stray_tenant_is_shown_and_left_alone() {
    let mut ground = Ground::new().await;
    let stray = "ownlane-0123456789ab7def8123456789abcdef";
    for name in [stray, "somebody-else"] {
        ground.by_hand("POST", "/v2/email/tenants", json!({ "TenantName": name })).await;
    }
    ground.an_hour_passes().await;
    let page = ground.operator.get("/console/ses").await.text;
    assert!(page.contains(stray) && page.contains("is at Amazon and no team"), "{page}");
    assert!(!page.contains("somebody-else"), "{page}");
    ground.by_hand("POST", "/v2/email/tenants/delete", json!({ "TenantName": stray })).await;
    ground.an_hour_passes().await;
    assert!(!ground.operator.get("/console/ses").await.text.contains(stray));
}

#[tokio::test]
async fn every_call_is_written_down_with_amazons_own_id() {
    let mut ground = Ground::new().await;
    let made = ground.site.world.call_count();
    let kept = "select count(*) || ' ' || count(request_id) || ' ' || count(distinct request_id) from aws_calls";
    assert_eq!(ground.site.database.text(kept).await, format!("{made} {made} {made}"));
    let page = ground.operator.get(&ground.page).await.text;
    assert!(part(&page, "Calls").contains("CreateTenantResourceAssociation"), "{page}");
    let about =
        format!("select count(*)::text from aws_calls where about_tenant = '{}'", ground.site.tenant_id("acme").await);
    assert_ne!(ground.site.database.text(&about).await, "0");
    ground.site.clock.advance(Duration::days(limits::AWS_CALL_DAYS + 1));
    ground.site.work().await;
    let old = "select count(*)::text from aws_calls where at < (select max(at) from aws_calls) - interval '31 days'";
    assert_eq!(ground.site.database.text(old).await, "0");
}

#[tokio::test]
async fn another_tenants_difference_is_not_found_under_this_one() {
    let mut ground = Ground::new().await;
    ground.by_hand("PUT", &ground.set_path("/sending"), json!({ "SendingEnabled": false })).await;
    ground.look_again().await;
    let drift = ground.site.database.text("select id::text from drifts").await;
    ground.site.tenant(&mut ground.operator, "beta").await;
    let beta = ground.site.tenant_id("beta").await;
    let path = format!("/console/tenants/{beta}/ses/drifts/{drift}");
    assert_eq!(ground.operator.get(&path).await.status, 404);
    assert_eq!(ground.operator.post(&path, &[("reason", "Mine.")]).await.status, 404);
    assert_eq!(ground.site.database.text("select count(allowed_at)::text from drifts").await, "0");
}

/// How many control calls a second SES takes here.
const CALLS_A_SECOND: f64 = 250.0;

#[tokio::test]
async fn two_hundred_tenants_share_the_pace_and_who_is_waited_for_goes_first() {
    const TENANTS: i64 = 200;
    let mut site = TestSite::in_real_time(TestDatabase::new().await).await;
    site.world.set_control_rate(sandbox::ACCOUNT, CALLS_A_SECOND);
    site.pace(Wait::from_secs_f64(1.25 / CALLS_A_SECOND)).await;
    let sql = format!(
        "insert into tenants (tenant_id, slug, name, created_at)
         select gen_random_uuid(), 'team-' || n, 'Team ' || n, now() from generate_series(1, {TENANTS}) n;
         insert into ses_tenants (tenant_id, created_at, due_at, attempts)
         select tenant_id, now(), now(), 0 from tenants"
    );
    site.database.run(&sql).await;
    site.work().await;
    let ready = "select count(*) from ses_tenants where ready_at is not null and trouble is null";
    assert_eq!(site.database.text(&format!("select ({ready})::text")).await, TENANTS.to_string());
    let refused = site.world.calls().iter().filter(|call| call.status == 429).count();
    assert_eq!(refused, 0, "at its pace nothing is refused");

    // All are to be looked at again; somebody new comes into the middle of it.
    let ask = "insert into tenants (tenant_id, slug, name, created_at) values (gen_random_uuid(), 'new', 'New', now());
        insert into ses_tenants (tenant_id, created_at, due_at, attempts)
        select tenant_id, now(), now(), 0 from tenants where slug = 'new'";
    site.database
        .run("update ses_tenants set due_at = now() where tenant_id in (select tenant_id from tenants limit 60)")
        .await;
    let context = site.context();
    let work = tokio::spawn(async move { worker::drain(&context).await.unwrap() });
    tokio::time::sleep(Wait::from_millis(300)).await;
    site.database.run(ask).await;
    work.await.unwrap();
    let place = "select (select count(*) from ses_tenants where read_at < n.read_at and read_at > n.created_at)::text
        from ses_tenants n join tenants t using (tenant_id) where t.slug = 'new'";
    let before: i64 = site.database.text(place).await.parse().unwrap();
    assert!(before <= 20, "{before} of those that nobody waits for went first");
    let all = "select (select count(*) from ses_tenants where ready_at is not null and trouble is null and due_at > now())::text";
    assert_eq!(site.database.text(all).await, (TENANTS + 1).to_string(), "none is left out");
}
