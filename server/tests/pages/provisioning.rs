//! Provisioning under fire: whatever call breaks, and wherever the process dies, running again ends in the same world, with
//! nothing made twice.

use crate::harness::{Browser, TestSite};
use crate::world::shape_of;
use rules::limits;
use rules::time::Duration;
use sandbox::{Fault, FaultKind};
use std::time::Duration as Wait;

const NAME: &str = "acme-sales.example";

/// A tenant that connects its first domain, again and again.
struct Ground {
    site: TestSite,
    owner: Browser,
}

impl Ground {
    async fn new() -> Self {
        let site = TestSite::new().await;
        let mut operator = site.operator().await;
        let owner = site.tenant(&mut operator, "acme").await;
        Self { site, owner }
    }

    /// As if nothing had ever been connected; then connects, and says the domain's page.
    async fn connect_anew(&mut self, fault: Option<Fault>) -> String {
        self.site.database.run("delete from domains; delete from domain_claims; delete from ses_tenants").await;
        self.site.world.forget();
        for record in self.site.world.records() {
            self.site.world.withdraw(&record.name, record.kind);
        }
        if let Some(fault) = fault {
            self.site.world.fail(fault);
        }
        let answer = self.owner.post("/t/acme/domains/new", &[("domain", NAME)]).await;
        assert!(answer.location.contains("/domains/"), "{}", answer.text);
        answer.location
    }

    /// Whether the domain is verified once its records are published: ownership first, the keys after it.
    async fn becomes_verified(&mut self, page: &str) -> bool {
        for _ in 0..3 {
            self.owner.post(&format!("{page}/publication"), &[]).await;
            self.site.work_for(Duration::seconds(10)).await;
        }
        self.owner.get(page).await.text.contains("Mail can leave under this name.")
    }

    /// The shape after a run without trouble, and how many calls it makes.
    async fn quiet_run(&mut self) -> (String, u32) {
        let before = self.site.world.call_count();
        let page = self.connect_anew(None).await;
        assert!(self.becomes_verified(&page).await);
        (shape_of(&self.site.world), u32::try_from(self.site.world.call_count() - before).unwrap())
    }
}

#[tokio::test]
async fn whichever_call_breaks_the_next_turn_goes_on() {
    let mut ground = Ground::new().await;
    let (shape, calls) = ground.quiet_run().await;
    assert!(shape.starts_with("1 tenant, 1 identity, 1 set; 1 and 1 associated; strict 1"), "{shape}");
    assert!(calls > 15, "{calls}");
    // What took effect unseen at every call; what did not, at every third.
    for (kind, apart) in [(FaultKind::AcceptThenReset, 1), (FaultKind::InternalError, 3), (FaultKind::Garbage, 3)] {
        for skip in (0..calls).step_by(apart) {
            let fault = Fault { operation: None, skip, times: 1, kind };
            let page = ground.connect_anew(Some(fault)).await;
            assert!(ground.becomes_verified(&page).await, "{kind:?} at call {skip}");
            assert_eq!(shape_of(&ground.site.world), shape, "{kind:?} at call {skip}");
        }
    }
}

#[tokio::test]
async fn wherever_the_process_dies_the_next_one_goes_on() {
    let mut ground = Ground::new().await;
    let (shape, calls) = ground.quiet_run().await;
    for skip in 0..calls {
        let made = ground.site.world.call_count();
        let dies_at = made + usize::try_from(skip).unwrap() + 1;
        let fault = Fault { operation: None, skip, times: 1, kind: FaultKind::AcceptThenHang };
        let page = ground.connect_anew(Some(fault)).await;
        let context = ground.site.context();
        let working = tokio::spawn(async move {
            loop {
                worker::drain(&context).await.unwrap();
                tokio::time::sleep(Wait::from_millis(1)).await;
            }
        });
        // Dies in the middle of the call that hangs.
        let mut waited = 0;
        while ground.site.world.call_count() < dies_at && waited < 400 {
            ground.owner.post(&format!("{page}/publication"), &[]).await;
            tokio::time::sleep(Wait::from_millis(5)).await;
            waited += 1;
        }
        working.abort();
        drop(working.await);
        ground.site.clock.advance(Duration::minutes(limits::LEASE_MINS + 1));
        assert!(ground.becomes_verified(&page).await, "died at call {skip}");
        assert_eq!(shape_of(&ground.site.world), shape, "died at call {skip}");
    }
}

#[tokio::test]
async fn a_throttled_account_is_asked_again_later() {
    let mut ground = Ground::new().await;
    let fault = Fault { operation: None, skip: 2, times: 5, kind: FaultKind::TooManyRequests };
    let page = ground.connect_anew(Some(fault)).await;
    ground.site.work_for(Duration::minutes(3)).await;
    assert!(ground.becomes_verified(&page).await);
}
