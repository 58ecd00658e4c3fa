//! The list of who is not written to any more, as a team sees it and adds to it.

use crate::harness::{Browser, TestSite};
use crate::teams::Sending;
use axum::http::StatusCode;
use rules::time::Duration;

const LEADS: &str = "email,first_name\nanna@north.example,Anna\nBob@North.example,Bob\ncleo@south.example,Cleo\n\
    dan@west.example,Dan\neva@sub.north.example,Eva\n";

async fn sending(site: &TestSite) -> Sending {
    let mut operator = site.operator().await;
    Sending::start(site, &mut operator, "acme", LEADS, &[("Hello", "Hello"), ("", "Again")]).await
}

async fn add(owner: &mut Browser, lines: &str) {
    let added = owner.post("/t/acme/suppressions/new", &[("lines", lines)]).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.text);
}

#[tokio::test]
async fn what_is_added_by_hand_is_never_written_to_and_what_was_planned_is_stopped() {
    let site = TestSite::new().await;
    let mut acme = sending(&site).await;
    let page = acme.owner.get("/t/acme/suppressions").await.text;
    assert!(page.contains("Nobody is suppressed.") && page.contains("/t/acme/suppressions/new"), "{page}");
    add(&mut acme.owner, "DAN@west.example\r\n\r\n @North.Example \r\ndan@west.example\r\n").await;
    let stopped = "select string_agg(l.email || ' ' || e.stopped_for, ', ' order by l.email_key) from enrolments e
        join leads l on l.id = e.lead_id where e.state = 'stopped'";
    assert_eq!(
        site.database.text(stopped).await,
        "anna@north.example manual, Bob@north.example manual, dan@west.example manual"
    );
    acme.gaps(&site, 4).await;
    let mut sent: Vec<String> = site.world.mail().iter().map(|mail| mail.to.join(",")).collect();
    sent.sort();
    assert_eq!(sent, ["cleo@south.example", "eva@sub.north.example"], "a domain below is another one");
    let list = acme.owner.get("/t/acme/suppressions").await.text;
    for part in ["All suppressed: 2", "@north.example", "the whole domain", "dan@west.example", "Added by hand"] {
        assert!(list.contains(part), "{part}: {list}");
    }
    // Who comes later is not written to either.
    let more = b"email,first_name\nfay@north.example,Fay\ngus@east.example,Gus\n";
    site.import(&mut acme.owner, "acme", more, "Another list").await;
    let source = site.database.text("select id::text from lead_sources where name = 'Another list'").await;
    acme.owner.post(&format!("{}/sources", acme.sequence), &[("source", &source)]).await;
    acme.gaps(&site, 4).await;
    assert_eq!(site.world.mail().len(), 3);
    assert!(site.world.mail().iter().all(|mail| mail.to != ["fay@north.example"]));
}

#[tokio::test]
async fn each_refused_line_is_named_and_nothing_is_taken() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let typed = "anna@north.example\r\nnorth.example\r\n@localhost\r\n<b>@x.example\r\n</textarea>&amp;";
    let refused = owner.post("/t/acme/suppressions/new", &[("lines", typed)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "Line 2, north.example: Write an address like anna@example.com, or @example.com for a whole domain.",
        "Line 3, @localhost: A domain name has at least two parts, like example.com.",
        "Line 4, &lt;b&gt;@x.example: The part before the @ may hold",
        "aria-invalid=\"true\"",
        "anna@north.example\r\nnorth.example\r\n@localhost\r\n&lt;b>@x.example\r\n&lt;/textarea>&amp;amp;</textarea>",
    ] {
        assert!(refused.text.contains(part), "{part}: {}", refused.text);
    }
    assert_eq!(site.database.count("suppressions").await, 0);
    let many = "no address\n".repeat(50);
    let refused = owner.post("/t/acme/suppressions/new", &[("lines", many.as_str())]).await.text;
    assert!(refused.contains("Line 20, no address") && !refused.contains("Line 21,"), "{refused}");
    assert!(refused.contains("And 30 more lines."), "{refused}");
}

#[tokio::test]
async fn only_what_was_added_by_hand_can_be_removed() {
    let site = TestSite::new().await;
    let mut acme = sending(&site).await;
    add(&mut acme.owner, "anna@north.example\nbob+x/y@north.example\n@west.example").await;
    for reason in ["opt_out", "complaint", "hard_bounce"] {
        let sql = format!(
            "insert into suppressions (tenant_id, address_key, reason, since)
             select tenant_id, 'anna@north.example', '{reason}', '2024-01-01' from tenants"
        );
        site.database.run(&sql).await;
    }
    let page = acme.owner.get("/t/acme/suppressions").await.text;
    for part in ["Opted out", "Complained", "Bounced", "your team cannot lift them"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(page.matches("aria-label=\"Remove ").count(), 3, "{page}");
    for address in ["anna@north.example", "anna@north.example", "bob+x/y@north.example", "@west.example", "nobody"] {
        let removed = acme.owner.post("/t/acme/suppressions/removal", &[("address", address)]).await;
        assert_eq!(removed.location, "/t/acme/suppressions");
    }
    let left = "select string_agg(address_key || ' ' || reason, ', ' order by reason) from suppressions";
    assert_eq!(
        site.database.text(left).await,
        "anna@north.example complaint, anna@north.example hard_bounce, anna@north.example opt_out"
    );
    acme.gaps(&site, 6).await;
    let sent: Vec<String> = site.world.mail().iter().map(|mail| mail.to.join(",")).collect();
    assert!(sent.iter().all(|to| to != "dan@west.example"), "what was stopped stays stopped: {sent:?}");
}

#[tokio::test]
async fn an_address_that_keeps_bouncing_is_written_to_no_more() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads = "email,first_name\nanna@north.example,Anna\nsoftbounce.sam@north.example,Sam\n";
    let steps = [("Hello {{ lead.first_name }}", "How are you?"); 6];
    let mut acme = Sending::start(&site, &mut operator, "acme", leads, &steps).await;
    for _ in 0..10 {
        acme.gaps(&site, 2).await;
        site.clock.advance(Duration::hours(24));
    }
    let count = |to: &str| site.world.mail().iter().filter(|mail| mail.to == [to]).count();
    assert_eq!((count("anna@north.example"), count("softbounce.sam@north.example")), (6, 5));
    let reasons = "select string_agg(address_key || ' ' || reason, ', ') from suppressions";
    assert_eq!(site.database.text(reasons).await, "softbounce.sam@north.example soft_bounces");
    acme.owner.sign_in("owner@acme.example", crate::harness::PASSWORD).await;
    let leads = acme.owner.get(&format!("{}/leads", acme.sequence)).await.text;
    assert!(leads.contains("Stopped: kept bouncing"), "{leads}");
    let address = [("address", "softbounce.sam@north.example")];
    assert!(acme.owner.get("/t/acme/suppressions").await.text.contains("Kept bouncing"));
    acme.owner.post("/t/acme/suppressions/removal", &address).await;
    assert_eq!(site.database.text("select count(*)::text from suppressions").await, "0");
}

#[tokio::test]
async fn a_long_list_has_pages_and_can_be_searched() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let mut neighbour = site.tenant(&mut operator, "bolt").await;
    let lines: String = (0..60).map(|n| format!("lead{n:02}@north.example\n")).collect();
    add(&mut owner, &lines).await;
    add(&mut owner, "@north.example").await;
    let first = owner.get("/t/acme/suppressions").await.text;
    assert!(first.contains("All suppressed: 61") && first.contains("lead48@") && !first.contains("lead49@"), "{first}");
    let next = first.split("href=\"").find(|link| link.contains("after=")).unwrap().split('"').next().unwrap();
    let second = owner.get(&next.replace("&amp;", "&")).await.text;
    assert!(second.contains("lead49@") && second.contains("lead59@") && !second.contains("Next page"), "{second}");
    let found = owner.get("/t/acme/suppressions?starts=LEAD1").await.text;
    assert!(found.contains("lead10@") && found.contains("lead19@") && !found.contains("lead20@"), "{found}");
    let by_domain = owner.get("/t/acme/suppressions?starts=new@north.example").await.text;
    assert!(by_domain.contains("the whole domain"), "a whole domain holds for the address: {by_domain}");
    let none = owner.get("/t/acme/suppressions?starts=x&after=y").await.text;
    assert!(none.contains("Nobody like that is suppressed."), "{none}");
    assert!(neighbour.get("/t/bolt/suppressions").await.text.contains("Nobody is suppressed."));
}

#[tokio::test]
async fn an_import_tells_how_many_of_its_leads_are_suppressed() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    add(&mut owner, "anna@north.example\n@north.example\ndan@west.example\nelsewhere@x.example").await;
    site.import(&mut owner, "acme", LEADS.as_bytes(), "The fair").await;
    let import = format!("/t/acme/imports/{}", site.database.text("select id::text from lead_imports").await);
    let page = owner.get(&import).await.text;
    assert!(page.contains("5 rows: 5 accepted, 0 refused.") && page.contains("3: they are in as leads"), "{page}");
    owner.post("/t/acme/suppressions/removal", &[("address", "@north.example")]).await;
    let page = owner.get(&import).await.text;
    assert!(page.contains("2: they are in as leads, and are never written to"), "as the list is now: {page}");
}
