//! A team is closed: its lane stands at once, and can be kept for a while; then all that it has at Amazon SES goes, whatever
//! breaks on the way, and nothing of anybody else's.

use crate::harness::{Browser, TestSite};
use crate::teams::Sending;
use rules::limits::{self, CLOSURE_GRACE_DAYS};
use rules::time::Duration;
use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use std::time::Duration as Wait;

const DOMAIN: &str = "acme-sales.example";
const REASON: (&str, &str) = ("reason", "The contract has ended.");

struct Ground {
    site: TestSite,
    operator: Browser,
    owner: Browser,
    tenant: String,
    /// Its page in the console.
    page: String,
}

impl Ground {
    /// A team that has sent four mails, one of which bounced, and has four leads more.
    async fn new() -> Self {
        let site = TestSite::new().await;
        let mut operator = site.operator().await;
        let leads = "email,first_name\nbounce.bo@n.example,Bo\nann@n.example,Ann\nc@n.example,C\nd@n.example,D\n\
                     e@n.example,E\nf@n.example,F\ng@n.example,G\nh@n.example,H\n";
        let acme = Sending::start(&site, &mut operator, "acme", leads, &[("Hello", "Hi")]).await;
        acme.gaps(&site, 3).await;
        assert_eq!(site.world.mail().len(), 4);
        let tenant = site.tenant_id("acme").await;
        let page = format!("/console/tenants/{tenant}");
        Self { site, operator, owner: acme.owner, tenant, page }
    }

    fn found(&self, kind: &str) -> Vec<String> {
        let state = self.site.world.snapshot();
        state["us-east-1"][kind].as_object().map_or_else(Vec::new, |found| found.keys().cloned().collect())
    }

    async fn close(&mut self) {
        let done = self.operator.post(&format!("{}/close", self.page), &[REASON, ("name", "acme")]).await;
        assert_eq!(done.location, self.page, "{}", done.text);
    }

    /// The page after `days`, with everything done that is due then.
    async fn after(&mut self, days: i64) -> String {
        self.site.database.run(&format!("update business_clock set ahead_secs = ahead_secs + {days} * 86400")).await;
        self.site.work_for(Duration::minutes(2)).await;
        self.operator.get(&self.page).await.text
    }
}

#[tokio::test]
async fn a_team_that_is_closed_sends_nothing_more_and_is_gone_from_ses_when_its_grace_is_over() {
    let mut ground = Ground::new().await;
    let listed = json!({ "EmailAddress": "Kept@N.example", "Reason": "COMPLAINT",
        "TenantName": format!("ownlane-{}", ground.tenant.replace('-', "")) });
    ground.site.world.set_quota(sandbox::ACCOUNT, 1_000_000.0, 1_000_000.0);
    ground.site.by_hand("PUT", "/v2/email/suppression/addresses", &listed).await;
    for wrong in [[("reason", ""), ("name", "acme")], [REASON, ("name", "bolt")]] {
        let refused = ground.operator.post(&format!("{}/close", ground.page), &wrong).await;
        assert_eq!(refused.status, 422, "{wrong:?}");
    }
    ground.close().await;
    let page = ground.after(29).await;
    assert!(page.contains("To be closed") && page.contains("Keep it"), "{page}");
    assert_eq!(ground.site.world.mail().len(), 4, "its lane stands at once");
    assert_eq!(ground.found("identities"), [DOMAIN], "and what it has at SES stays for now");
    let overview = ground.owner.get("/t/acme").await.text;
    assert!(overview.contains("by the closing of the team") && overview.contains(REASON.1), "{overview}");
    assert!(overview.contains("The operator closes this team ") && overview.contains("it can be kept"), "{overview}");
    let refused = ground.owner.post("/t/acme/domains/new", &[("domain", "more.example")]).await;
    assert!(refused.text.contains("This team is being closed"), "{}", refused.text);

    let page = ground.after(2).await;
    assert!(page.contains("nothing of it is left at Amazon SES"), "{page}");
    assert!(page.contains("2 addresses of its suppression list"), "{page}");
    assert!(page.contains("Nothing any more: the team is closed.") && !page.contains("Not as wanted"), "{page}");
    let overview = ground.owner.get("/t/acme").await.text;
    assert!(overview.contains("This team was closed "), "{overview}");
    for kind in ["identities", "configuration_sets", "tenants"] {
        assert_eq!(ground.found(kind), [""; 0], "{kind}");
    }
    let kept = "select string_agg(address_key || ' ' || reason, ', ' order by address_key) from suppressions";
    let kept = ground.site.database.text(kept).await;
    assert_eq!(kept, "bounce.bo@n.example hard_bounce, kept@n.example complaint");
    assert_eq!(ground.site.database.count("domain_claims").await, 0, "its names are free");
    let late = ground.operator.post(&format!("{}/keep", ground.page), &[REASON]).await;
    assert!(late.status == 422 && late.text.contains("taken down already"), "{}", late.text);
    let calls = ground.site.world.call_count();
    ground.site.clock.advance(Duration::hours(25));
    ground.site.work().await;
    let of_all = ["ListTenants", "ListReputationEntities", "GetAccount", "ListDedicatedIpPools", "GetDedicatedIps"];
    let about = |call: &&sandbox::Call| !of_all.contains(&call.operation.as_str());
    assert_eq!(ground.site.world.calls()[calls..].iter().filter(about).count(), 0, "nothing is looked at any more");
}

#[tokio::test]
async fn a_team_can_be_kept_while_its_grace_lasts() {
    let mut ground = Ground::new().await;
    ground.operator.post(&format!("{}/pause", ground.page), &[("reason", "Looks odd.")]).await;
    ground.close().await;
    ground.after(29).await;
    let done = ground.operator.post(&format!("{}/keep", ground.page), &[("reason", "They stay.")]).await;
    assert_eq!(done.location, ground.page, "{}", done.text);
    let page = ground.after(3).await;
    assert!(page.contains("Close this team") && page.contains("Looks odd."), "{page}");
    assert_eq!(ground.site.world.mail().len(), 4, "what else holds it still does");
    assert_eq!(ground.found("identities"), [DOMAIN]);
    ground.operator.post(&format!("{}/resume", ground.page), &[("reason", "All is well.")]).await;
    ground.site.work().await;
    assert_eq!(ground.site.world.mail().len(), 5);
    // Asked for once more, the grace begins anew.
    ground.close().await;
    let page = ground.after(CLOSURE_GRACE_DAYS - 1).await;
    assert!(page.contains("To be closed"), "{page}");
}

#[tokio::test]
async fn a_late_bounce_of_a_team_that_is_gone_finds_it() {
    let mut ground = Ground::new().await;
    let sql = "select ses_id from messages where recipient = 'ann@n.example'";
    let ses_id = ground.site.database.text(sql).await;
    let sql = "select id::text from messages where recipient = 'ann@n.example'";
    let message = ground.site.database.text(sql).await;
    ground.close().await;
    assert!(ground.after(31).await.contains("nothing of it is left"));
    let name = format!("ownlane-{}", ground.tenant.replace('-', ""));
    let event = json!({
        "eventType": "Bounce",
        "bounce": { "bounceType": "Permanent", "bounceSubType": "General", "feedbackId": "late", "timestamp":
            "2024-11-05T00:00:00.000Z", "bouncedRecipients": [{ "emailAddress": "ann@n.example" }] },
        "mail": { "messageId": ses_id, "timestamp": "2024-10-04T00:00:00.000Z", "tags": {
            "ses:configuration-set": [name], "ownlane-message": [message], "ownlane-tenant": [ground.tenant] } },
    });
    ground.site.world.push_event("us-east-1", "ownlane-events", &event);
    ground.site.work_for(Duration::seconds(10)).await;
    let known = "select count(*)::text from suppressions where address_key = 'ann@n.example'";
    assert_eq!(ground.site.database.text(known).await, "1");
}

/// A team whose grace is over, again and again.
struct Closing {
    site: TestSite,
    /// What SES held before.
    before: Value,
}

impl Closing {
    const TABLES: [&str; 6] = ["pauses", "closures", "ses_tenants", "domain_claims", "domain_records", "domains"];

    async fn new() -> Self {
        let site = TestSite::new().await;
        let mut operator = site.operator().await;
        let mut owner = site.tenant(&mut operator, "acme").await;
        site.verified_domain(&mut owner, "acme", DOMAIN).await;
        let page = format!("/console/tenants/{}/close", site.tenant_id("acme").await);
        assert_eq!(operator.post(&page, &[REASON, ("name", "acme")]).await.status, 303);
        site.database.run("update closures set ends_at = '2024-01-01'").await;
        for table in Self::TABLES {
            site.database.run(&format!("create table before_{table} as table {table}")).await;
        }
        let before = site.world.snapshot();
        Self { site, before }
    }

    /// As it was before; how many calls were made by then.
    async fn anew(&self) -> usize {
        self.site.world.restore(self.before.clone()).unwrap();
        for table in Self::TABLES {
            self.site.database.run(&format!("delete from {table}")).await;
        }
        for table in Self::TABLES.into_iter().rev() {
            self.site.database.run(&format!("insert into {table} table before_{table}")).await;
        }
        self.site.world.call_count()
    }

    /// Whether it is gone within a minute.
    async fn goes(&self) -> bool {
        for _ in 0..12 {
            self.site.work_for(Duration::seconds(5)).await;
            if self.site.database.text("select count(done_at)::text from closures").await == "1" {
                return left(&self.site).is_empty();
            }
        }
        false
    }
}

/// What SES still has.
fn left(site: &TestSite) -> Vec<String> {
    let state = site.world.snapshot();
    let names = |kind: &str| state["us-east-1"][kind].as_object().map(|found| found.keys().cloned().collect());
    ["tenants", "identities", "configuration_sets"]
        .into_iter()
        .flat_map(|kind| names(kind).unwrap_or_else(Vec::new))
        .collect()
}

#[tokio::test]
async fn whichever_call_breaks_and_wherever_the_process_dies_it_is_gone_in_the_end() {
    let closing = Closing::new().await;
    let site = &closing.site;
    let before = closing.anew().await;
    let is_gone = closing.goes().await;
    let calls = site.world.call_count() - before;
    assert!(is_gone && calls > 14, "{calls} {:?}", left(site));
    let kinds = [(FaultKind::AcceptThenReset, 2), (FaultKind::InternalError, 5), (FaultKind::TooManyRequests, 5)];
    for (kind, apart) in kinds {
        for skip in (0..calls).step_by(apart) {
            closing.anew().await;
            let skip = u32::try_from(skip).unwrap();
            site.world.fail(Fault { operation: None, skip, times: 1, kind });
            assert!(closing.goes().await, "{kind:?} at call {skip}: {:?}", left(site));
        }
    }
    // Where the answer was not lost above.
    for skip in (1..calls).step_by(2) {
        let dies_at = closing.anew().await + skip + 1;
        let skip = u32::try_from(skip).unwrap();
        site.world.fail(Fault { operation: None, skip, times: 1, kind: FaultKind::AcceptThenHang });
        let context = site.context();
        let working = tokio::spawn(async move {
            loop {
                worker::drain(&context).await.unwrap();
                tokio::time::sleep(Wait::from_millis(1)).await;
            }
        });
        let mut waited = 0;
        while site.world.call_count() < dies_at && waited < 400 {
            site.clock.advance(Duration::seconds(1));
            tokio::time::sleep(Wait::from_millis(5)).await;
            waited += 1;
        }
        working.abort();
        drop(working.await);
        site.world.end_faults();
        site.clock.advance(Duration::minutes(limits::LEASE_MINS + 1));
        assert!(closing.goes().await, "died at call {skip}: {:?}", left(site));
    }
}
