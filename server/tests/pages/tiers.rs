//! Tiers: an operator moves a team to other IPs while its mail goes on; what cannot be is refused before anything changes.

use crate::harness::{Answer, Browser, PASSWORD, TestSite};
use crate::teams::Sending;
use axum::http::StatusCode;
use rules::limits;
use rules::time::Duration;
use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};

struct Ground {
    site: TestSite,
    operator: Browser,
    owner: Browser,
    tenant: String,
    /// Of its tenant, set and own pool.
    name: String,
}

impl Ground {
    /// A team whose domain is verified, and pools that were read.
    async fn new() -> Self {
        let site = TestSite::new().await;
        let mut operator = site.operator().await;
        let mut owner = site.tenant(&mut operator, "acme").await;
        site.verified_domain(&mut owner, "acme", "acme.example").await;
        let tenant = site.tenant_id("acme").await;
        let name = format!("ownlane-{}", tenant.replace('-', ""));
        Self { site, operator, owner, tenant, name }
    }

    async fn give_ips(&self, count: u8) {
        for n in 1..=count {
            self.site.world.give_dedicated_ip("us-east-1", [198, 51, 100, n].into());
        }
        self.an_hour_passes().await;
    }

    async fn an_hour_passes(&self) {
        self.site.clock.advance(Duration::minutes(limits::POOLS_READ_MINS + 1));
        self.site.work_for(Duration::seconds(10)).await;
    }

    /// Long enough for a pool that was left to go.
    async fn a_day_passes(&mut self) {
        self.site.clock.advance(Duration::hours(limits::POOL_KEPT_HOURS + 1));
        self.an_hour_passes().await;
        self.operator.sign_in("olga@ownlane.example", PASSWORD).await;
    }

    fn page(&self) -> String {
        format!("/console/tenants/{}/tier", self.tenant)
    }

    async fn choose(&mut self, tier: &str, pool: &str, ips: &str) -> Answer {
        let form = [("tier", tier), ("pool", pool), ("ips", ips), ("reason", "Their volume is steady.")];
        let page = self.page();
        self.operator.post(&page, &form).await
    }

    async fn moves(&mut self, tier: &str, pool: &str, ips: &str) {
        let done = self.choose(tier, pool, ips).await;
        assert_eq!(done.location, format!("/console/tenants/{}", self.tenant), "{}", done.text);
        self.site.work_for(Duration::seconds(10)).await;
    }

    async fn is_refused(&mut self, (tier, pool, ips): (&str, &str, &str), because: &str) {
        let before =
            self.site.database.text("select count(*)::text || coalesce(max(tier), '') from tenant_tiers").await;
        let refused = self.choose(tier, pool, ips).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(because), "{because}: {}", refused.text);
        assert!(refused.text.contains("Their volume is steady."), "what was typed is kept");
        assert_eq!(
            self.site.database.text("select count(*)::text || coalesce(max(tier), '') from tenant_tiers").await,
            before
        );
    }

    fn region(&self) -> Value {
        self.site.world.snapshot()["us-east-1"].clone()
    }

    /// What the set names.
    fn named(&self, set: &str) -> Value {
        self.region()["configuration_sets"][set]["options"]["DeliveryOptions"]["SendingPoolName"].clone()
    }

    fn pool_of(&self, ip: &str) -> Value {
        self.region()["dedicated"]["ips"][ip]["pool"].clone()
    }
}

#[tokio::test]
async fn a_managed_pool_is_made_and_named_while_the_lane_stays_open() {
    let mut ground = Ground::new().await;
    let health = ground.owner.get("/t/acme/health").await.text;
    assert!(health.contains("Isolation tier: Shared") && health.contains("shared IPs of one region"), "{health}");
    assert_eq!(ground.named(&ground.name), Value::Null);
    ground.is_refused(("managed_pool", "Good ones", ""), "Use small letters").await;
    ground.is_refused(("best", "", ""), "Choose one of these.").await;
    let page = ground.page();
    let silent = ground.operator.post(&page, &[("tier", "managed_pool"), ("pool", "good-ones")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "without a reason");

    ground.moves("managed_pool", "good-ones", "").await;
    assert_eq!(ground.region()["dedicated"]["pools"]["good-ones"]["scaling_mode"], "MANAGED");
    assert_eq!(ground.named(&ground.name), "good-ones");
    let health = ground.owner.get("/t/acme/health").await.text;
    assert!(health.contains("Isolation tier: Managed pool") && health.contains("put into it by name"), "{health}");
    let console = ground.operator.get(&format!("/console/tenants/{}", ground.tenant)).await.text;
    assert!(console.contains("(good-ones)") && console.contains("<code>good-ones</code>"), "{console}");
    assert_eq!(ground.site.database.count("drifts").await, 0, "what an operator wants is no drift");
    let pools = ground.operator.get("/console/pools").await.text;
    assert!(pools.contains("Managed by Amazon") && pools.contains(">acme</a>"), "{pools}");

    // Somebody changes it by hand.
    let path = format!("/v2/email/configuration-sets/{}/delivery-options", ground.name);
    let by_hand = json!({ "SendingPoolName": "ses-shared-pool", "SharedPoolDeliveryMode": "REGIONAL" });
    ground.site.by_hand("PUT", &path, &by_hand).await;
    ground.operator.post(&format!("/console/tenants/{}/ses/look", ground.tenant), &[]).await;
    ground.site.work_for(Duration::seconds(10)).await;
    assert_eq!(ground.named(&ground.name), "good-ones");
    let kept = "select kind || ' ' || expected || ' ' || found || ' ' || is_repaired from drifts";
    assert_eq!(ground.site.database.text(kept).await, "sending_pool good-ones ses-shared-pool true");
}

#[tokio::test]
async fn ips_of_its_own_are_given_warm_first_and_kept_a_day_after_it_leaves() {
    let mut ground = Ground::new().await;
    ground.is_refused(("dedicated_pool", "", "1"), "1 wanted, and 0 to be had. Ask AWS Support").await;
    ground.is_refused(("dedicated_pool", "", "none"), "A whole number from 1 to 20.").await;
    ground.give_ips(2).await;
    assert_eq!(
        ground.named(&ground.name),
        "ses-shared-pool",
        "else its mail would leave from IPs that nobody was given"
    );
    ground.is_refused(("dedicated_pool", "", "3"), "3 wanted, and 2 to be had.").await;
    ground.site.by_hand("PUT", "/v2/email/dedicated-ips/198.51.100.2/warmup", &json!({ "WarmupPercentage": 60 })).await;
    ground.moves("dedicated_pool", "", "1").await;
    let (own, name) = (ground.name.clone(), ground.name.clone());
    assert_eq!(ground.named(&name), own.as_str());
    assert_eq!(ground.pool_of("198.51.100.2"), own.as_str(), "the warmer one");
    assert_eq!(ground.pool_of("198.51.100.1"), "ses-default-dedicated-pool");
    let pools = ground.operator.get("/console/pools").await.text;
    assert!(pools.contains("1 of the 50 pools") && pools.contains("Warming up") && pools.contains(" 60 %"), "{pools}");
    let health = ground.owner.get("/t/acme/health").await.text;
    assert!(health.contains("nobody else sends from them"), "{health}");

    // A neighbour gets the other, and no third.
    let (operator, site) = (&mut ground.operator, &ground.site);
    site.tenant(operator, "bolt").await;
    let bolt = format!("/console/tenants/{}/tier", site.tenant_id("bolt").await);
    let form = |ips| [("tier", "dedicated_pool"), ("ips", ips), ("reason", "Theirs.")];
    assert_eq!(operator.post(&bolt, &form("2")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(operator.post(&bolt, &form("1")).await.status, StatusCode::SEE_OTHER);
    ground.is_refused(("dedicated_pool", "", "2"), "2 wanted, and 1 to be had.").await;

    ground.moves("shared", "", "").await;
    assert_eq!(ground.named(&name), "ses-shared-pool");
    assert_eq!(ground.pool_of("198.51.100.2"), own.as_str(), "what Amazon had taken still leaves from it");
    ground.a_day_passes().await;
    assert_eq!(ground.pool_of("198.51.100.2"), "ses-default-dedicated-pool");
    assert_eq!(ground.region()["dedicated"]["pools"], json!({}));
    ground.moves("dedicated_pool", "", "1").await;
    assert_eq!(ground.named(&name), own.as_str(), "and back");
}

#[tokio::test]
async fn a_managed_pool_takes_nobody_who_could_hurt_it_and_no_fifty_first_is_made() {
    let mut ground = Ground::new().await;
    let open = format!(
        "insert into incidents (tenant_id, id, part, part_id, part_name, cause, reason, paused_at, opened_at, told, letter_ids)
         values ('{0}', '{0}', 'tenant', '{0}', 'acme', 'health', 'Bounces', '2024-10-01', '2024-10-01', '{{}}', '{{}}')",
        ground.tenant
    );
    ground.site.database.run(&open).await;
    ground.is_refused(("managed_pool", "good-ones", ""), "in a pool with others it could hurt them").await;
    ground.site.database.run("update incidents set closed_at = now(), close_reason = 'Over'").await;
    for n in 0..limits::POOLS_MAX {
        let pool = json!({ "PoolName": format!("theirs-{n}"), "ScalingMode": "STANDARD" });
        ground.site.by_hand("POST", "/v2/email/dedicated-ip-pools", &pool).await;
    }
    ground.an_hour_passes().await;
    ground
        .is_refused(("managed_pool", "good-ones", ""), "All 50 pools that Amazon allows in a region are taken.")
        .await;
    ground.is_refused(("managed_pool", "theirs-7", ""), "theirs-7 is there and is no managed pool").await;
    ground.give_ips(1).await;
    ground.is_refused(("dedicated_pool", "", "1"), "All 50 pools").await;
}

#[tokio::test]
async fn whichever_call_of_a_move_breaks_the_next_turn_goes_on() {
    let mut ground = Ground::new().await;
    ground.give_ips(2).await;
    let name = ground.name.clone();
    let calls = |ground: &Ground| ground.site.world.call_count();
    let mut longest = 0;
    for (kind, apart) in [(FaultKind::AcceptThenReset, 1), (FaultKind::InternalError, 5)] {
        for skip in (0..).step_by(apart) {
            let before = calls(&ground);
            ground.site.world.fail(Fault { operation: None, skip, times: 1, kind });
            ground.moves("dedicated_pool", "", "2").await;
            ground.site.work_for(Duration::seconds(30)).await;
            let trouble = ground.site.database.text("select coalesce(trouble, '') from ses_tenants").await;
            assert_eq!(ground.named(&name), name.as_str(), "{kind:?} at call {skip}: {trouble}");
            for ip in ["198.51.100.1", "198.51.100.2"] {
                assert_eq!(ground.pool_of(ip), name.as_str(), "{kind:?} at call {skip}");
            }
            let made = calls(&ground) - before;
            longest = longest.max(made);
            ground.site.world.end_faults();
            ground.moves("shared", "", "").await;
            ground.a_day_passes().await;
            assert_eq!(ground.region()["dedicated"]["pools"], json!({}), "{kind:?} at call {skip}");
            if usize::try_from(skip).unwrap() >= made {
                break;
            }
        }
    }
    assert!(longest > 15, "{longest}");
}

#[tokio::test]
async fn mail_goes_on_through_a_move_and_every_event_finds_it() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads: String = (1..=6).map(|n| format!("lead{n}@people.example\n")).collect();
    let leads = format!("email\n{leads}");
    let sending = Sending::start(&site, &mut operator, "acme", &leads, &[("Hello", "About your fleet.")]).await;
    sending.gaps(&site, 2).await;
    let page = format!("/console/tenants/{}/tier", site.tenant_id("acme").await);
    let form = [("tier", "managed_pool"), ("pool", "good-ones"), ("reason", "Steady.")];
    assert_eq!(operator.post(&page, &form).await.status, StatusCode::SEE_OTHER);
    let before = site.world.mail().len();
    sending.gaps(&site, 6).await;
    site.work_for(Duration::seconds(30)).await;
    let (mail, states) = (site.world.mail(), "select string_agg(distinct state::text, ' ') from messages");
    assert!((1..6).contains(&before) && mail.len() == 6, "{before} and {}", mail.len());
    assert_eq!(site.database.text(states).await, "7", "all are delivered");
    let sets: std::collections::BTreeSet<_> = mail.iter().map(|mail| mail.configuration_set.clone()).collect();
    assert_eq!(sets.len(), 1, "one set all along");
}
