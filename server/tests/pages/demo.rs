//! The sandbox's button makes a team that has lived, by the product's own forms.

use crate::harness::TestSite;
use axum::http::StatusCode;
use db::fixtures::TestDatabase;
use server::demo::Maker;

#[tokio::test]
async fn the_button_makes_a_team_with_some_days_of_life() {
    let site = TestSite::in_real_time(TestDatabase::new().await).await;
    let mut operator = site.operator().await;
    let empty = operator.get("/console").await.text;
    assert!(empty.contains("href=\"/console/sandbox\""), "{empty}");
    for _ in 0..2 {
        let pressed = operator.post("/console/sandbox/demos", &[]).await;
        assert_eq!((pressed.status, pressed.location.as_str()), (StatusCode::SEE_OTHER, "/console/sandbox"));
    }
    assert_eq!(site.database.count("demos").await, 1, "pressed twice, it is made once");
    let asked = operator.get("/console/sandbox").await.text;
    assert!(asked.contains("Being made"), "{asked}");

    let worker = site.start_worker();
    let maker = Maker { site: site.site.clone(), router: site.router.clone(), world: site.world.clone() };
    maker.make_next(3).await.unwrap(); // a working day, whatever day it is
    drop(worker);
    let made = operator.get("/console/sandbox").await.text;
    assert!(made.contains("Ready") && made.contains("href=\"/t/demo-1\""), "{made}");
    let count = async |sql: &str| site.database.text(sql).await.parse::<i64>().unwrap();
    assert!(count("select count(*)::text from messages where state >= 4").await > 5);
    assert_eq!(count("select count(*)::text from leads").await, 140);
    assert_eq!(count("select count(*)::text from memberships where role = 'owner'").await, 1);
    let overview = operator.get("/t/demo-1").await.text;
    assert!(overview.contains(" sent\""), "{overview}");
    let lent = "select count(*)::text from sessions where agent = 'The sandbox' and revoked_at is null";
    assert_eq!(count(lent).await, 0, "the session it acted in is over");
}

#[tokio::test]
async fn a_demo_that_cannot_be_made_says_why_and_another_can_be_asked_for() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    operator.post("/console/sandbox/demos", &[]).await;
    // Its address is taken.
    let form = [("name", "Demo"), ("slug", "demo-1"), ("owner", "anna@demo.example")];
    assert_eq!(operator.post("/console/tenants/new", &form).await.status, StatusCode::SEE_OTHER);
    let maker = Maker { site: site.site.clone(), router: site.router.clone(), world: site.world.clone() };
    maker.make_next(1).await.unwrap();
    let page = operator.get("/console/sandbox").await.text;
    assert!(page.contains("Given up") && page.contains("The form at /console/tenants/new was refused"), "{page}");
    assert!(page.contains("Make a demo team"), "{page}");
    operator.post("/console/sandbox/demos", &[]).await;
    assert_eq!(site.database.text("select max(number)::text from demos").await, "2");
}
