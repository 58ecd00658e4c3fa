//! The console and the pages of incidents where a thousand tenants have ten million mails, beside a page that reads nothing.

use crate::harness::{Browser, TestSite};
use axum::http::StatusCode;
use std::time::Instant;

const TENANTS: usize = 1000;
const MAILS_EACH: usize = 10_000;
const INCIDENTS_EACH: usize = 20;
const ASKED: usize = 200;

pub async fn measure(site: &TestSite) {
    let mut operator = site.operator().await;
    fill(site).await;
    let tenant = site.database.text("select max(tenant_id::text) from incidents").await;
    let incident = format!("select max(id::text) from incidents where tenant_id = '{tenant}'");
    let incident = site.database.text(&incident).await;
    let mut nobody = site.browser();
    let plain = p99(&mut nobody, "/sign-in").await;
    println!("    pages at {TENANTS} tenants with {} mails, p99 of {ASKED}, in ms", TENANTS * MAILS_EACH);
    println!("    {:<28} {plain:>8.2}", "/sign-in, which reads nothing");
    let tenant = format!("/console/tenants/{tenant}");
    let pages = [
        ("the console", "/console".to_owned()),
        ("a search in it", "/console?search=team+77".to_owned()),
        ("all incidents", "/console/incidents".to_owned()),
        ("a tenant", tenant.clone()),
        ("an incident", format!("{tenant}/incidents/{incident}")),
        ("the machine", "/console/machine".to_owned()),
        ("the audit", "/console/audit".to_owned()),
    ];
    for (name, path) in pages {
        let took = p99(&mut operator, &path).await;
        println!("    {name:<28} {took:>8.2} {:>8.1} times   (wanted: 10 or less)", took / plain);
    }
}

/// In milliseconds.
async fn p99(browser: &mut Browser, path: &str) -> f64 {
    let mut took = Vec::new();
    for round in 0..ASKED + 10 {
        let begin = Instant::now();
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        // The first ones read from the disk what the others find in memory.
        if round >= 10 {
            took.push(begin.elapsed());
        }
    }
    took.sort();
    took[ASKED * 99 / 100].as_secs_f64() * 1000.0
}

/// Without what nothing of this reads: leads, sequences, domains.
async fn fill(site: &TestSite) {
    site.database
        .run(&format!(
            "set session_replication_role = replica;
             insert into tenants (tenant_id, name, slug, created_at)
                select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Team ' || n, 'team-' || n,
                    now() - interval '90 days'
                from generate_series(1, {TENANTS}) n;
             insert into tenant_caps (tenant_id, a_hour, weight, changed_at, changed_by, second, in_second)
                select tenant_id, 500, 1, now(), tenant_id, 0, 0 from tenants;
             insert into mailboxes (tenant_id, id, domain_id, address, display_name, signature, daily_cap, gap_min_mins,
                gap_max_mins, window_days, window_from, window_until, time_zone, created_at, created_by, changed_at)
                select t.tenant_id, gen_random_uuid(), t.tenant_id, 'm' || n || '@' || t.slug || '.example', 'M', '', 50, 4, 12,
                    127, 0, 1440, 'UTC', now(), t.tenant_id, now()
                from tenants t, generate_series(1, 20) n;
             insert into lanes (tenant_id, mailbox_id, due_at, waits_for) select tenant_id, id, now(), 'gap' from mailboxes;
             insert into incidents (tenant_id, id, part, part_id, part_name, cause, reason, measure, span, judged_by, sends, bad,
                judged_from, judged_until, event_received_at, event_message_id, paused_at, opened_at, told, letter_ids, closed_at, close_reason)
                select t.tenant_id, gen_random_uuid(), 'source', t.tenant_id, 'The fair', 'health', 'Bounces', 'hard_bounces',
                    'day', 'ceiling', 100, 5, at - interval '1 day', at, at, gen_random_uuid(), at, at, '{{}}', '{{}}',
                    case when n > 1 then now() end, case when n > 1 then 'Cleaned' end
                from tenants t, generate_series(1, {INCIDENTS_EACH}) n, lateral (select now() - n * interval '1 day' as at) l;
             insert into messages (tenant_id, id, mailbox_id, domain_id, sequence_id, lead_id, source_id, step, attempt, recipient,
                is_simulated, state, claimed_at, sent_on, ses_id, provider, delivered_at, bounced_at)
                select m.tenant_id, gen_random_uuid(), m.id, m.tenant_id, m.tenant_id, gen_random_uuid(), m.tenant_id, 1, 1,
                    'l' || n || '@n.example', false, case when n % 60 = 0 then 9 else 7 end, at, at::date,
                    'id-' || n, 'google', case when n % 60 <> 0 then at end, case when n % 60 = 0 then at end
                from mailboxes m, generate_series(1, {MAILS_EACH} / 20) n,
                    lateral (select now() - (n * 4) * interval '1 hour' as at) t"
        ))
        .await;
    site.database.run("vacuum analyze").await;
}
