//! The reputation policy at SES follows what a team has shown.

use crate::harness::TestSite;
use crate::teams::Sending;
use rules::time::Duration;

const STEPS: [(&str, &str); 1] = [("Hello {{ lead.first_name }}", "Hi")];

/// What SES has, and what differences were met.
async fn policy(site: &TestSite) -> String {
    let tenants = &site.world.snapshot()["us-east-1"]["tenants"];
    let tenant = tenants.as_object().unwrap().values().next().unwrap();
    let arn = tenant["reputation"]["policy"].as_str().unwrap();
    let drifts = site.database.count("drifts").await;
    format!("{}, {drifts} differences", arn.rsplit('/').next().unwrap())
}

/// As many mails that arrived in the last days.
async fn sent_well(site: &TestSite, count: usize) {
    let now = rules::time::Clock::now(&*site.clock).unix_timestamp();
    let sql = format!(
        "insert into messages (tenant_id, id, mailbox_id, domain_id, sequence_id, lead_id, source_id, step, attempt, recipient,
            is_simulated, state, claimed_at, sent_on)
         select m.tenant_id, gen_random_uuid(), m.mailbox_id, m.domain_id, m.sequence_id, m.lead_id, m.source_id, 2 + n % 20, n, m.recipient,
            false, 7, to_timestamp({now}) - interval '2 days', (to_timestamp({now}) - interval '2 days')::date
         from (select * from messages order by id limit 1) m, generate_series(1, {count}) n"
    );
    site.database.run(&sql).await;
}

#[tokio::test]
async fn the_standard_policy_is_earned_by_sending_well_and_lost_with_an_incident() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let leads: String =
        (0..60).map(|n| format!("{}{n}@acme.example,L{n}\n", if n < 3 { "l" } else { "bounce.l" })).collect();
    let acme = Sending::start(&site, &mut operator, "acme", &format!("email,first_name\n{leads}"), &STEPS).await;
    acme.gaps(&site, 2).await;
    site.database.run("update sequences set paused_at = now()").await;
    sent_well(&site, 1200).await;
    site.clock.advance(Duration::hours(25));
    site.work().await;
    assert_eq!(policy(&site).await, "strict, 0 differences", "too new");
    site.database.run("update tenants set created_at = created_at - interval '60 days'").await;
    site.clock.advance(Duration::hours(25));
    site.work().await;
    assert_eq!(policy(&site).await, "standard, 0 differences", "our own change is no difference");
    let mut console = site.browser();
    console.sign_in("olga@ownlane.example", crate::harness::PASSWORD).await;
    let at = format!("/console/tenants/{}", site.tenant_id("acme").await);
    assert!(console.get(&at).await.text.contains("It has sent well for 30 days."));

    site.database.run("update sequences set paused_at = null; update lanes set due_at = '2024-01-01'").await;
    acme.gaps(&site, 12).await;
    assert_eq!(site.database.text("select part from incidents").await, "source");
    assert_eq!(policy(&site).await, "strict, 0 differences", "at once");
    assert!(console.get(&at).await.text.contains("It has had an incident in the last 30 days."));
}
