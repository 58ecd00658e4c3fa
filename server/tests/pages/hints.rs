//! Hints about how a tenant stands at SES come at least once, in any order, or never: one says when to look, not what is so.

use crate::harness::TestSite;
use crate::teams::Sending;
use rules::time::Duration;
use sandbox::SendingStatus;
use serde_json::{Value, json};

const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi")];

async fn sending(site: &TestSite) -> Sending {
    let mut operator = site.operator().await;
    let leads: String = (0..30).map(|n| format!("l{n}@acme.example,L{n}\n")).collect();
    Sending::start(site, &mut operator, "acme", &format!("email,first_name\n{leads}"), &STEPS).await
}

/// What EventBridge writes about the tenant of this name, the `n`th time.
fn hint(n: usize, name: &str, what: &str) -> Value {
    json!({
        "version": "0", "id": format!("h-{n}"), "source": "aws.ses", "region": "us-east-1",
        "detail-type": format!("Sending Status {what}"),
        "resources": [format!("arn:aws:ses:us-east-1:123456789012:tenant/{name}/tn-0a")],
        "detail": { "version": "1.0.0", "data": { "origin": "AWS_MANAGED", "record": { "status": what.to_uppercase() } } },
    })
}

fn looks(site: &TestSite) -> usize {
    site.world.calls().iter().filter(|call| call.operation == "GetReputationEntity").count()
}

#[tokio::test]
async fn a_hint_has_its_tenant_looked_at_now_and_no_other() {
    let site = TestSite::new().await;
    sending(&site).await;
    let before = looks(&site);
    site.work_for(Duration::seconds(10)).await;
    assert_eq!(looks(&site), before, "it is not due");
    site.database.run("delete from event_inbox").await;
    let name = site.database.text("select name from ses_tenants").await;
    site.world.push_event("us-east-1", "ownlane-events", &hint(0, &name, "Disabled"));
    site.work_for(Duration::seconds(10)).await;
    assert_eq!(looks(&site), before + 1);
    for (n, stranger) in ["ownlane-acme", "another-0a", &name.replace("ownlane", "other")].into_iter().enumerate() {
        site.world.push_event("us-east-1", "ownlane-events", &hint(1 + n, stranger, "Disabled"));
    }
    site.work_for(Duration::seconds(10)).await;
    assert_eq!(looks(&site), before + 1);
    let kept = "select count(*) || ' ' || count(applied_at) || ' ' || count(trouble) from event_inbox";
    assert_eq!(site.database.text(kept).await, "4 4 3");
}

#[tokio::test]
async fn forged_doubled_and_belated_hints_say_nothing_that_amazon_does_not() {
    let site = TestSite::new().await;
    let acme = sending(&site).await;
    let name = site.database.text("select name from ses_tenants").await;
    let mut count = 0;
    let mut tell = |what: &str, times: usize| {
        for n in count..count + times {
            site.world.push_event("us-east-1", "ownlane-events", &hint(n, &name, what));
        }
        count += times;
    };
    let incidents = async || {
        let sql = "select coalesce(string_agg(part || ' by ' || cause || case when closed_at is null then '' else ', closed' end,
            '; ' order by id), '') from incidents";
        site.database.text(sql).await
    };
    let sent = || site.world.mail().iter().filter(|mail| mail.from.contains("@acme-sales.example")).count();
    let (before, looked) = (sent(), looks(&site));
    tell("Disabled", 20);
    acme.gaps(&site, 1).await;
    assert_eq!((incidents().await.as_str(), sent() > before), ("", true), "Amazon has stopped nobody");
    assert!(looks(&site) <= looked + 2, "twenty hints at once are one reason to look: {looked} {}", looks(&site));

    assert!(site.world.decide_on_tenant(&name, SendingStatus::Disabled, Some("Spam traps were hit.")));
    tell("Disabled", 3);
    site.work().await;
    tell("Disabled", 3);
    acme.gaps(&site, 1).await;
    assert_eq!(incidents().await, "tenant by aws");
    let told = "select count(*)::text from platform_mail where subject like 'Paused%'";
    assert_eq!(site.database.text(told).await, "1");

    let before = sent();
    tell("Enabled", 2);
    acme.gaps(&site, 2).await;
    assert_eq!((incidents().await.as_str(), sent()), ("tenant by aws", before), "Amazon has lifted nothing");

    assert!(site.world.decide_on_tenant(&name, SendingStatus::Reinstated, None));
    tell("Disabled", 1);
    acme.gaps(&site, 1).await;
    assert_eq!((incidents().await.as_str(), sent() > before), ("tenant by aws, closed", true), "what is so now counts");
}
