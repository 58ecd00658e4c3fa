//! Every address, tried by everybody: nobody, strangers, each role, the operator; and by an owner with another tenant's
//! ids. The addresses come from the product's own table, so that a new one cannot be forgotten.

use crate::harness::{Browser, TestSite};
use app::routes::{Need, routes};
use axum::http::{Method, StatusCode};
use rules::access::Role;

/// Somebody who tries.
struct Asker {
    name: &'static str,
    browser: Browser,
    /// In the tenant acme.
    role: Option<Role>,
    is_operator: bool,
    is_signed_in: bool,
}

/// What stands in the variable parts of an address.
struct Ids {
    slug: &'static str,
    tenant: String,
    /// A viewer of the tenant who is put back before each try.
    user: String,
    /// An open invitation that is put back before each try.
    invitation: String,
    /// A connected domain that is put back before each try.
    domain: String,
    /// A mailbox at it, of the same kind.
    mailbox: String,
    /// An import that waits, put back before each try, and a lead.
    import: String,
    lead: String,
    /// A sequence with one step, and this lead in it.
    sequence: String,
    /// A mail of it to that lead.
    message: String,
    /// A source of leads, with the import that brought it.
    source: String,
    /// A difference at SES that a person is asked about.
    drift: String,
    /// The source stands still for its health, as often as it is tried.
    incident: String,
    /// The account is under review.
    stop: String,
    /// A report of its isolation.
    evidence: String,
    drill: String,
}

impl Ids {
    async fn of(site: &TestSite, slug: &'static str, number: u8) -> Self {
        let id = |kind: u8| format!("00000000-0000-7000-8000-0000000{kind:02}{number:03}");
        let tenant = site.tenant_id(slug).await;
        let ids = Self {
            slug,
            tenant,
            user: id(1),
            invitation: id(2),
            domain: id(3),
            mailbox: id(4),
            import: id(5),
            lead: id(6),
            sequence: id(7),
            message: id(8),
            source: id(9),
            drift: id(10),
            incident: id(11),
            stop: id(12),
            evidence: id(13),
            drill: id(14),
        };
        let sql = format!(
            "insert into users (id, name, email, password_hash, created_at)
             values ('{}', 'Vic', 'vic{number}@example.com', 'none', '2024-10-01')",
            ids.user
        );
        site.database.run(&sql).await;
        ids.put_back(site).await;
        ids
    }

    async fn put_back(&self, site: &TestSite) {
        let Self { tenant, user, invitation, domain, mailbox, import, lead, sequence, message, source, drift, .. } =
            self;
        let sql = format!(
            "insert into memberships (tenant_id, user_id, role, name, email, created_at)
             values ('{tenant}', '{user}', 'viewer', 'Vic', 'vic@example.com', '2024-10-01')
             on conflict (tenant_id, user_id) do update set role = 'viewer';
             insert into invitations (tenant_id, id, email, role, token_hash, created_at, expires_at)
             values ('{tenant}', '{invitation}', 'wim@example.com', 'viewer', '\\x00', '2024-10-01', '2044-10-01')
             on conflict (tenant_id, id) do update set withdrawn_at = null;
             insert into domains (tenant_id, id, name, root, challenge, created_at, created_by, asked_at, may_send,
                is_associated, attempts)
             values ('{tenant}', '{domain}', 'd.example', 'd.example', 'c', '2024-10-01', '{user}', '2024-10-01', false,
                false, 0)
             on conflict (tenant_id, id) do update set removal_asked_at = null;
             insert into mailboxes (tenant_id, id, domain_id, address, display_name, signature, daily_cap, gap_min_mins,
                gap_max_mins, window_days, window_from, window_until, time_zone, created_at, created_by, changed_at)
             values ('{tenant}', '{mailbox}', '{domain}', 'vic@d.example', 'Vic', '', 20, 4, 12, 31, 540, 1020, 'UTC',
                '2024-10-01', '{user}', '2024-10-01')
             on conflict (tenant_id, id) do update set removed_at = null;
             insert into lead_imports (tenant_id, id, stage, file_name, bytes, created_at, created_by, encoding, delimiter,
                header, take_roles, update_known, next_byte, next_row, added, known, refused, attempts)
             values ('{tenant}', '{import}', 'arrived', 'leads.csv', 20, '2024-10-01', '{user}', 'UTF-8', 'comma', 0, false,
                false, 0, 0, 0, 0, 0, 0)
             on conflict (tenant_id, id) do update set stage = 'arrived';
             insert into lead_file_pieces (tenant_id, import_id, number, content)
             values ('{tenant}', '{import}', 0, 'email\nvic@example.com\n') on conflict do nothing;
             insert into leads (tenant_id, id, email, fields, added_at, changed_at)
             values ('{tenant}', '{lead}', 'lea@example.com', '{{}}', '2024-10-01', '2024-10-01')
             on conflict (tenant_id, id) do nothing;
             insert into sequences (tenant_id, id, name, created_at, created_by, version, attempts)
             values ('{tenant}', '{sequence}', 'Hello', '2024-10-01', '{user}', 1, 0) on conflict (tenant_id, id) do nothing;
             insert into sequence_steps (tenant_id, sequence_id, number, delay_days, subject, body, changed_at)
             values ('{tenant}', '{sequence}', 1, 0, 'Hello', 'Hello', '2024-10-01') on conflict do nothing;
             insert into lead_sources (tenant_id, id, name, basis, note, created_at, created_by)
             values ('{tenant}', '{source}', 'Fair', 'consent', '', '2024-10-01', '{user}') on conflict do nothing;
             insert into lead_imports (tenant_id, id, stage, file_name, bytes, created_at, created_by, take_roles,
                update_known, source_id, next_byte, next_row, added, known, refused, attempts)
             values ('{tenant}', '{source}', 'done', 'leads.csv', 20, '2024-10-01', '{user}', false, false, '{source}',
                20, 2, 1, 0, 0, 0) on conflict do nothing;
             insert into messages (tenant_id, id, mailbox_id, domain_id, sequence_id, lead_id, source_id, step, attempt, recipient,
                is_simulated, state, claimed_at, sent_on)
             values ('{tenant}', '{message}', '{mailbox}', '{domain}', '{sequence}', '{lead}', '{source}', 1, 1, 'lea@example.com',
                false, 4, '2024-10-01', '2024-10-01') on conflict do nothing;
             insert into message_texts (tenant_id, message_id, subject, body)
             values ('{tenant}', '{message}', 'Hello', 'Hello') on conflict do nothing;
             insert into ses_tenants (tenant_id, created_at, attempts) values ('{tenant}', '2024-10-01', 0)
             on conflict do nothing;
             insert into drifts (tenant_id, id, kind, resource, expected, found, found_at, seen_at, is_repaired)
             values ('{tenant}', '{drift}', 'sending_off', 'a-set', 'on', 'off', '2024-10-01', '2024-10-01', false)
             on conflict do nothing"
        );
        site.database.run(&sql).await;
        self.put_back_incident(site).await;
    }

    async fn put_back_incident(&self, site: &TestSite) {
        let Self { tenant, user, source, incident, stop, evidence, drill, .. } = self;
        let sql = format!(
            "insert into incidents (tenant_id, id, part, part_id, part_name, cause, reason, paused_at, opened_at, told,
                letter_ids)
             values ('{tenant}', '{incident}', 'source', '{source}', 'Fair', 'health', 'Bounces', '2024-10-01',
                '2024-10-01', '{{}}', '{{}}')
             on conflict (tenant_id, id) do update set closed_at = null, close_reason = null;
             insert into evidence_reports (tenant_id, id, made_at, held, failed, not_run, key_id, report, report_signature,
                document, document_signature)
             values ('{tenant}', '{evidence}', '2024-10-01', 0, 0, 0, '00', '{{}}', '', '<p>', '') on conflict do nothing;
             insert into account_stops (id, region, enforcement, may_send, opened_at, told, letter_ids)
             values ('{stop}', 'r-{stop}', 'PROBATION', true, '2024-10-01', '{{}}', '{{}}') on conflict do nothing;
             insert into drills (id, asked_by, asked_at, stage, finished_at, holds, report)
             values ('{drill}', '{user}', '2024-10-01', '', '2024-10-01', true, '{{
                \"format\": \"ownlane.drill/1\", \"runs\": [], \"moved\": [], \"findings\": [], \"plan\": {{\"seed\": 1,
                \"days_before\": 1, \"days_after\": 1, \"mailboxes\": 1, \"a_day\": 1, \"bad_rows\": 1, \"step_secs\": 1}}}}')
             on conflict do nothing"
        );
        site.database.run(&sql).await;
    }

    /// The address with these ids in its variable parts.
    fn fill(&self, path: &str) -> String {
        let secret = "A".repeat(43);
        let link = format!("{}.{secret}", self.tenant);
        let parts = path.split('/').map(|part| match part {
            "{slug}" => self.slug,
            "{tenant}" => &self.tenant,
            "{user}" => &self.user,
            "{invitation}" => &self.invitation,
            "{domain}" => &self.domain,
            "{mailbox}" => &self.mailbox,
            "{import}" => &self.import,
            "{lead}" => &self.lead,
            "{sequence}" => &self.sequence,
            "{message}" => &self.message,
            "{source}" => &self.source,
            "{drift}" => &self.drift,
            "{incident}" => &self.incident,
            "{stop}" => &self.stop,
            "{evidence}" => &self.evidence,
            "{drill}" => &self.drill,
            "{key}" => "00",
            "{step}" => "1",
            "{secret}" => &secret,
            "{link}" => &link,
            part => {
                assert!(!part.starts_with('{'), "say here what {part} stands for");
                part
            }
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

async fn askers(site: &TestSite) -> Vec<Asker> {
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let stranger = site.tenant(&mut operator, "bolt").await;
    let member = |name, browser, role| Asker { name, browser, role, is_operator: false, is_signed_in: true };
    let mut all = vec![
        Asker { name: "nobody", browser: site.browser(), role: None, is_operator: false, is_signed_in: false },
        member("stranger", stranger, None),
        Asker { name: "operator", browser: operator, role: None, is_operator: true, is_signed_in: true },
    ];
    for (name, role) in [("viewer", Role::Viewer), ("member", Role::Member), ("admin", Role::Admin)] {
        let browser = site.invite(&mut owner, "acme", &format!("{name}@acme.example"), name).await;
        all.push(member(name, browser, Some(role)));
    }
    all.push(member("owner", owner, Some(Role::Owner)));
    all
}

async fn ask(browser: &Browser, method: &Method, path: &str) -> (StatusCode, String) {
    // A copy: signing out ends the session of the one who asks.
    let mut browser = browser.twin();
    let answer = if *method == Method::GET { browser.get(path).await } else { browser.post(path, &[]).await };
    (answer.status, answer.location)
}

#[tokio::test]
async fn every_address_asks_who_comes() {
    let site = TestSite::new().await;
    let askers = askers(&site).await;
    let ours = Ids::of(&site, "acme", 1).await;
    let (ok, sent_away) =
        ([StatusCode::OK, StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY], StatusCode::SEE_OTHER);
    for route in routes().iter().filter(|route| route.path != "/sign-out") {
        let path = ours.fill(route.path);
        for asker in &askers {
            ours.put_back(&site).await;
            let (status, location) = ask(&asker.browser, &route.method, &path).await;
            let shown = format!("{} {path} by {}: {status} {location}", route.method, asker.name);
            let at_the_door = status == sent_away && location.starts_with("/sign-in");
            match route.need {
                Need::Nothing => assert!(!status.is_server_error(), "{shown}"),
                _ if !asker.is_signed_in => assert!(at_the_door, "{shown}"),
                Need::SignIn => assert!(!at_the_door && !status.is_server_error(), "{shown}"),
                Need::Operator if asker.is_operator => assert!(ok.contains(&status) && !at_the_door, "{shown}"),
                Need::Operator => assert_eq!(status, StatusCode::NOT_FOUND, "{shown}"),
                Need::Tenant(permission) => match asker.role {
                    None => assert_eq!(status, StatusCode::NOT_FOUND, "{shown}"),
                    Some(role) if role.may(permission) => assert!(ok.contains(&status) && !at_the_door, "{shown}"),
                    Some(_) => assert_eq!(status, StatusCode::FORBIDDEN, "{shown}"),
                },
            }
        }
    }
}

#[tokio::test]
async fn another_tenants_ids_lead_nowhere() {
    let site = TestSite::new().await;
    let askers = askers(&site).await;
    let owner = askers.iter().find(|asker| asker.role == Some(Role::Owner)).unwrap();
    let theirs = Ids::of(&site, "bolt", 2).await;
    let before = site.snapshot().await;
    let mut tried = 0;
    for route in routes().iter().filter(|route| matches!(route.need, Need::Tenant(_))) {
        for path in [theirs.fill(route.path), theirs.fill(&route.path.replace("{slug}", "acme"))] {
            if path.starts_with("/t/acme") && route.path.matches('{').count() < 2 {
                continue;
            }
            let (status, _) = ask(&owner.browser, &route.method, &path).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{} {path}", route.method);
            tried += 1;
        }
    }
    assert!(tried >= 10, "{tried}");
    assert_eq!(before, site.snapshot().await, "nothing moved");
}

#[tokio::test]
async fn a_post_from_elsewhere_is_refused_at_every_address() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let owner = site.tenant(&mut operator, "acme").await;
    let ours = Ids::of(&site, "acme", 1).await;
    // The way out is for mail programs too, wherever they stand; `messages.rs` tries it.
    for route in routes().iter().filter(|route| route.method == Method::POST && route.path != "/u/{link}") {
        let path = ours.fill(route.path);
        let status = owner.twin().post_from("https://evil.example", &path).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
    }
}
