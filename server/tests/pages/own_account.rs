//! An AWS account of a team's own: entered by a role that was tried, moved into and out of while mail goes on, and a world of its
//! own: what goes wrong there is that team's alone.

use crate::harness::{Answer, Browser, PASSWORD, TestSite};
use crate::teams::Sending;
use axum::http::StatusCode;
use rules::limits;
use rules::time::Duration;
use sandbox::{EnforcementStatus, Fault, FaultKind, Place};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ACCOUNT: &str = "210987654321";
const ROLE: &str = "arn:aws:iam::210987654321:role/ownlane";
const DOMAIN: &str = "acme-sales.example";

struct Ground {
    site: TestSite,
    operator: Browser,
    sending: Sending,
    tenant: String,
    domain: String,
}

impl Ground {
    /// A team that sends, and an account that lets the platform in.
    async fn new(leads: usize) -> Self {
        let site = TestSite::new().await;
        let mut operator = site.operator().await;
        let leads: String = (1..=leads).map(|n| format!("lead{n}@people.example\n")).collect();
        let leads = format!("email\n{leads}");
        let sending = Sending::start(&site, &mut operator, "acme", &leads, &[("Hello", "About your fleet.")]).await;
        let tenant = site.tenant_id("acme").await;
        site.world.set_quota(ACCOUNT, 1_000_000.0, 1_000_000.0);
        site.world.add_role(ROLE, Some(&tenant)).unwrap();
        let domain = site.database.text("select id::text from domains").await;
        Self { site, operator, sending, tenant, domain: format!("/t/acme/domains/{domain}") }
    }

    fn page(&self, which: &str) -> String {
        format!("/console/tenants/{}/{which}", self.tenant)
    }

    async fn shown(&mut self) -> String {
        let page = self.page("account");
        self.operator.get(&page).await.text
    }

    async fn name(&mut self, role: &str) -> Answer {
        let page = self.page("account");
        self.operator.post(&page, &[("role", role), ("reason", "Their own.")]).await
    }

    async fn named(&mut self) {
        assert_eq!(self.name(ROLE).await.status, StatusCode::SEE_OTHER);
        self.site.work().await;
        let shown = self.shown().await;
        assert!(shown.contains("It works"), "{shown}");
    }

    async fn choose(&mut self, tier: &str) -> Answer {
        let page = self.page("tier");
        self.operator.post(&page, &[("tier", tier), ("pool", "good"), ("ips", "1"), ("reason", "They asked.")]).await
    }

    async fn begins(&mut self, tier: &str) {
        let done = self.choose(tier).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        self.site.work_for(Duration::seconds(10)).await;
    }

    /// The team publishes what the next account asks for.
    async fn publishes(&mut self) {
        self.sending.owner.post(&format!("{}/publication", self.domain), &[]).await;
        self.site.work_for(Duration::seconds(10)).await;
    }

    /// Begun, with the domain verified there, and switched.
    async fn switches(&mut self, tier: &str, account: &str) {
        self.begins(tier).await;
        self.publishes().await;
        self.site.work_for(Duration::seconds(limits::MOVE_AGAIN_SECS + 5)).await;
        assert_eq!(self.account().await, account);
    }

    async fn moves(&mut self) {
        self.named().await;
        self.switches("own_account", ACCOUNT).await;
    }

    /// Through which its mail leaves; empty: the platform's.
    async fn account(&self) -> String {
        self.site.database.text("select coalesce(account, '') from ses_tenants").await
    }

    async fn days_pass(&mut self, days: i64) {
        self.site.clock.advance(Duration::days(days));
        self.site.work_for(Duration::seconds(90)).await;
        self.operator.sign_in("olga@ownlane.example", PASSWORD).await;
        self.sending.owner.sign_in("owner@acme.example", PASSWORD).await;
    }

    fn region(&self, place: &str) -> Value {
        self.site.world.snapshot()[place].clone()
    }

    /// Tenants, sets and identities that are the team's in a place.
    fn has_in(&self, place: &str) -> usize {
        let (region, name) = (self.region(place), format!("ownlane-{}", self.tenant.replace('-', "")));
        ["tenants", "configuration_sets"].iter().filter(|kind| region[**kind].get(&name).is_some()).count()
            + usize::from(region["identities"].get(DOMAIN).is_some())
    }

    fn own(&self) -> usize {
        self.has_in(&format!("{ACCOUNT}/us-east-1"))
    }

    fn home(&self) -> usize {
        self.has_in("us-east-1")
    }
}

#[tokio::test]
async fn a_role_is_tried_before_anything_moves() {
    let mut ground = Ground::new(1).await;
    let refused = ground.choose("own_account").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Say first by which role the account is entered"), "{}", refused.text);
    let wrong = ground.name("arn:aws:iam::210987654321:user/anna").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("looks like arn:aws:iam::") && wrong.text.contains("user/anna"), "{}", wrong.text);
    let shown = ground.shown().await;
    assert!(shown.contains(&ground.tenant) && shown.contains("arn:aws:iam::123456789012:root"), "{shown}");

    // One that is not there, and so does not let us in.
    let other = "arn:aws:iam::210987654321:role/other";
    assert_eq!(ground.name(other).await.status, StatusCode::SEE_OTHER);
    let untried = ground.choose("own_account").await.text;
    assert!(untried.contains("The role is being tried."), "{untried}");
    ground.site.work().await;
    let shown = ground.shown().await;
    let why = "<code>AssumeRole: 403 AccessDenied: User: arn:aws:iam::123456789012:user/sandbox is not authorized to perform: \
        sts:AssumeRole on resource: arn:aws:iam::210987654321:role/other</code>";
    assert!(shown.contains("It cannot be used") && shown.contains(why), "{shown}");
    let refused = ground.choose("own_account").await;
    assert!(refused.text.contains("not authorized to perform: sts:AssumeRole"), "{}", refused.text);
    assert_eq!(ground.site.database.count("account_moves").await, 0);

    // A role that asks for another external id lets nobody in by ours.
    ground.site.world.add_role(other, Some("somebody-elses")).unwrap();
    ground.site.work_for(Duration::minutes(1)).await;
    assert!(ground.shown().await.contains("It cannot be used"));
    ground.site.world.add_role(other, Some(&ground.tenant)).unwrap();
    ground.site.work_for(Duration::minutes(3)).await;
    let shown = ground.shown().await;
    assert!(shown.contains("It works"), "{shown}");

    // An account is one team's.
    let Ground { site, operator, .. } = &mut ground;
    site.tenant(operator, "bolt").await;
    let page = format!("/console/tenants/{}/account", site.tenant_id("bolt").await);
    let taken = operator.post(&page, &[("role", ROLE), ("reason", "Theirs too.")]).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(taken.text.contains("That account is another team"), "{}", taken.text);
}

#[tokio::test]
async fn mail_goes_on_through_a_move_there_and_back_and_every_event_finds_it() {
    let mut ground = Ground::new(16).await;
    ground.sending.gaps(&ground.site, 2).await;
    ground.named().await;
    ground.begins("own_account").await;
    assert_eq!((ground.own(), ground.home()), (3, 3), "made beside what mail leaves by");
    assert_eq!(ground.account().await, "", "the domain is not verified there");
    let health = ground.sending.owner.get("/t/acme/health").await.text;
    assert!(health.contains("Isolation tier: Shared"), "what is so, not what is wished: {health}");
    let page = ground.sending.owner.get(&ground.domain).await.text;
    assert!(page.contains("DKIM of the next account") && page.contains("publish the keys of that one too"), "{page}");
    assert!(ground.shown().await.contains("waits for the keys of that account in its DNS"));
    ground.sending.gaps(&ground.site, 2).await;

    ground.publishes().await;
    ground.site.work_for(Duration::seconds(limits::MOVE_AGAIN_SECS + 5)).await;
    assert_eq!(ground.account().await, ACCOUNT);
    assert_eq!(ground.home(), 3, "late bounces come by it");
    let page = ground.sending.owner.get(&ground.domain).await.text;
    assert!(page.contains("Mail can leave under this name.") && !page.contains("next account"), "{page}");
    let health = ground.sending.owner.get("/t/acme/health").await.text;
    assert!(health.contains("Isolation tier: Own account") && health.contains("account of the team"), "{health}");
    ground.sending.gaps(&ground.site, 4).await;

    let page = ground.page("");
    let console = ground.operator.get(page.trim_end_matches('/')).await.text;
    assert!(
        console.contains("Own account") && console.contains("Its own account: 1\u{202f}000\u{202f}000"),
        "{console}"
    );
    let refused = ground.choose("managed_pool").await;
    assert!(refused.text.contains("Move it to shared IPs first"), "{}", refused.text);
    ground.switches("shared", "").await;
    ground.sending.gaps(&ground.site, 12).await;
    ground.site.work_for(Duration::seconds(30)).await;

    let mail = ground.site.world.mail();
    let accounts: Vec<_> = mail.iter().map(|mail| mail.account.as_str()).collect();
    let (first, last) = (accounts.first().copied(), accounts.last().copied());
    assert_eq!((first, last), (Some(sandbox::ACCOUNT), Some(sandbox::ACCOUNT)));
    let there = accounts.iter().filter(|account| **account == ACCOUNT).count();
    assert!(there >= 4, "{accounts:?}");
    let to: BTreeSet<_> = mail.iter().flat_map(|mail| &mail.to).collect();
    assert_eq!((mail.len(), to.len()), (16, 16), "each lead one");
    let states = "select string_agg(distinct state::text, ' ') from messages";
    assert_eq!(ground.site.database.text(states).await, "7", "all are delivered");
    assert_eq!(ground.site.database.count("drifts").await, 0, "what an operator wants is no difference");
    assert_eq!(ground.own(), 3);
    assert!(ground.shown().await.contains("Left behind"));
    ground.days_pass(limits::LEFTOVER_DAYS + 1).await;
    assert_eq!((ground.own(), ground.home()), (0, 3));
    assert!(!ground.shown().await.contains("Left behind"));
}

#[tokio::test]
async fn a_move_that_is_taken_back_leaves_nothing_behind() {
    let mut ground = Ground::new(1).await;
    ground.named().await;
    ground.begins("own_account").await;
    assert_eq!(ground.own(), 3);
    ground.begins("shared").await;
    ground.site.work_for(Duration::seconds(30)).await;
    assert_eq!((ground.own(), ground.home(), ground.account().await.as_str()), (0, 3, ""));
    let page = ground.sending.owner.get(&ground.domain).await.text;
    assert!(!page.contains("next account"), "{page}");
    ground.moves().await;
}

#[tokio::test]
async fn the_queue_of_an_own_account_tells_of_its_team_alone() {
    let mut ground = Ground::new(2).await;
    let Ground { site, operator, .. } = &mut ground;
    let bolt = Sending::start(site, operator, "bolt", "email\nlea@people.example\n", &[("Hello", "Hi.")]).await;
    bolt.gaps(site, 2).await;
    site.work_for(Duration::seconds(30)).await;
    ground.moves().await;
    let theirs = "select jsonb_build_array(tenant_id, id, ses_id)::text from messages
        where tenant_id = (select tenant_id from tenants where slug = 'bolt')";
    let [tenant, message, ses_id]: [String; 3] =
        serde_json::from_str(&ground.site.database.text(theirs).await).unwrap();
    let forged = json!({
        "eventType": "Complaint",
        "complaint": { "complainedRecipients": [{ "emailAddress": "lea@people.example" }],
            "timestamp": "2024-10-01T10:00:00.000Z", "feedbackId": "forged" },
        "mail": { "timestamp": "2024-10-01T09:00:00.000Z", "messageId": ses_id, "source": "anna@bolt-sales.example",
            "destination": ["lea@people.example"],
            "tags": { "ownlane-tenant": [tenant], "ownlane-message": [message] } },
    });
    let own = Place::new(ACCOUNT, "us-east-1");
    ground.site.world.push_event(own, "ownlane-events", &forged);
    ground.site.work().await;
    let judged = "select count(*)::text from messages where complained_at is not null";
    assert_eq!(ground.site.database.text(judged).await, "0");
    let why = "select string_agg(trouble, '') from event_inbox where account is not null and trouble is not null";
    let why = ground.site.database.text(why).await;
    assert_eq!(why, "It is about no mail of the team whose account it came from.");
    // The same from the platform's own queue is believed.
    ground.site.world.push_event("us-east-1", "ownlane-events", &forged);
    ground.site.work().await;
    assert_eq!(ground.site.database.text(judged).await, "1");
}

#[tokio::test]
async fn a_role_that_is_taken_away_holds_that_team_alone_and_loses_nothing() {
    let mut ground = Ground::new(8).await;
    ground.moves().await;
    let Ground { site, operator, .. } = &mut ground;
    let leads: String = (1..=8).map(|n| format!("b{n}@people.example\n")).collect();
    let bolt = Sending::start(site, operator, "bolt", &format!("email\n{leads}"), &[("Hello", "Hi.")]).await;
    let of = |site: &TestSite, account: &str| site.world.mail().iter().filter(|mail| mail.account == account).count();
    ground.site.world.remove_role(ROLE);
    ground.site.clock.advance(Duration::hours(1)); // what was borrowed is worth nothing now
    let (before, others) = (of(&ground.site, ACCOUNT), of(&ground.site, sandbox::ACCOUNT));
    bolt.gaps(&ground.site, 4).await;
    assert_eq!(of(&ground.site, ACCOUNT), before);
    assert!(of(&ground.site, sandbox::ACCOUNT) >= others + 4, "the neighbour goes on");
    let waits = "select string_agg(distinct waits_for, ' ') from lanes where waits_for like 'held:%'";
    assert_eq!(ground.site.database.text(waits).await, "held:role");
    let unknown = "select count(*)::text from messages where state in (2, 3)";
    assert_eq!(ground.site.database.text(unknown).await, "0", "nothing was given to anybody");
    let mailbox = format!("/t/acme/mailboxes/{}", ground.sending.mailbox);
    let page = ground.sending.owner.get(&mailbox).await.text;
    assert!(page.contains("does not let Ownlane in by its role"), "{page}");
    ground.operator.sign_in("olga@ownlane.example", PASSWORD).await;
    assert!(ground.shown().await.contains("It cannot be used"));

    ground.site.world.add_role(ROLE, Some(&ground.tenant)).unwrap();
    ground.site.work_for(Duration::minutes(10)).await;
    ground.sending.gaps(&ground.site, 8).await;
    let mail = ground.site.world.mail();
    let to: BTreeSet<_> = mail.iter().filter(|mail| mail.from.contains("acme")).flat_map(|mail| &mail.to).collect();
    assert_eq!(to.len(), 8);
}

#[tokio::test]
async fn what_amazon_says_of_an_own_account_stops_its_team_alone() {
    let mut ground = Ground::new(4).await;
    ground.moves().await;
    let Ground { site, operator, .. } = &mut ground;
    site.tenant(operator, "bolt").await;
    site.world.set_enforcement_status(ACCOUNT, EnforcementStatus::Probation);
    site.clock.advance(Duration::seconds(limits::ACCOUNT_READ_SECS + 1));
    site.work_for(Duration::seconds(10)).await;
    let paused = "select string_agg(cause || ': ' || reason, '') from pauses where resumed_at is null";
    let paused = site.database.text(paused).await;
    assert_eq!(
        paused,
        "aws: Amazon SES reviews the team's own AWS account. Nothing leaves meanwhile; what is planned is kept."
    );
    assert_eq!(site.database.count("account_stops").await, 0);
    let health = ground.sending.owner.get("/t/acme/health").await.text;
    assert!(health.contains("reviews the team"), "{health}");
    ground.site.world.set_enforcement_status(ACCOUNT, EnforcementStatus::Healthy);
    ground.site.clock.advance(Duration::seconds(limits::ACCOUNT_READ_SECS + 1));
    ground.site.work_for(Duration::seconds(10)).await;
    let open = "select count(*)::text from pauses where resumed_at is null";
    assert_eq!(ground.site.database.text(open).await, "0");
    let shown = ground.operator.get("/console/ses").await.text;
    assert!(shown.contains("Account 210987654321 in us-east-1, a team"), "{shown}");
}

#[tokio::test]
async fn what_is_left_in_an_account_that_lets_nobody_in_can_be_given_up() {
    let mut ground = Ground::new(1).await;
    ground.moves().await;
    ground.switches("shared", "").await;
    let shown = ground.shown().await;
    assert!(
        shown.contains("Left behind") && !shown.contains("Leave it there"),
        "it is kept, and nothing is wrong: {shown}"
    );
    ground.site.world.remove_role(ROLE);
    ground.days_pass(limits::LEFTOVER_DAYS + 1).await;
    let shown = ground.shown().await;
    assert!(shown.contains("It cannot be taken down") && shown.contains("Leave it there"), "{shown}");
    let left = ground.site.database.text("select id::text from account_leftovers where gone_at is null").await;
    let page = ground.page("account/forget");
    ground.operator.post(&page, &[("leftover", &left)]).await;
    assert!(!ground.shown().await.contains("Left behind"));
    assert_eq!((ground.own(), ground.home()), (3, 3), "what is there stays there");
    // Nobody waits for it: the team can be closed to the end.
    let page = ground.page("close");
    ground.operator.post(&page, &[("reason", "They leave."), ("name", "acme")]).await;
    ground.days_pass(limits::CLOSURE_GRACE_DAYS + 1).await;
    ground.site.work_for(Duration::minutes(3)).await;
    assert_eq!((ground.own(), ground.home()), (3, 0));
}

#[tokio::test]
async fn whichever_call_of_a_move_breaks_the_next_turn_goes_on() {
    let mut ground = Ground::new(1).await;
    ground.named().await;
    let mut longest = 0;
    for (kind, apart) in [(FaultKind::AcceptThenReset, 17), (FaultKind::InternalError, 23)] {
        for skip in (0..).step_by(apart) {
            let before = ground.site.world.call_count();
            ground.site.world.fail(Fault { operation: None, skip, times: 1, kind });
            ground.begins("own_account").await;
            ground.publishes().await;
            ground.publishes().await;
            ground.site.work_for(Duration::seconds(2 * limits::MOVE_AGAIN_SECS)).await;
            assert_eq!(ground.account().await, ACCOUNT, "{kind:?} at call {skip}");
            let made = ground.site.world.call_count() - before;
            longest = longest.max(made);
            ground.site.world.end_faults();
            ground.begins("shared").await;
            ground.publishes().await;
            ground.site.work_for(Duration::seconds(2 * limits::MOVE_AGAIN_SECS)).await;
            assert_eq!(ground.account().await, "", "{kind:?} at call {skip}");
            if usize::try_from(skip).unwrap() >= made {
                break;
            }
        }
    }
    assert!(longest > 20, "{longest}");
}

#[tokio::test]
async fn a_team_that_is_closed_leaves_nothing_in_either_account() {
    let mut ground = Ground::new(1).await;
    ground.moves().await;
    assert_eq!((ground.own(), ground.home()), (3, 3));
    let page = ground.page("close");
    let closed = ground.operator.post(&page, &[("reason", "They leave."), ("name", "acme")]).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.text);
    ground.days_pass(limits::CLOSURE_GRACE_DAYS + 1).await;
    ground.site.work_for(Duration::minutes(3)).await;
    assert_eq!((ground.own(), ground.home()), (0, 0));
    let done = "select count(*)::text from closures where done_at is not null";
    assert_eq!(ground.site.database.text(done).await, "1");
}
