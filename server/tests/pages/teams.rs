//! What teams of tests have: domains, mailboxes, leads, each made as a person would make it.

use crate::harness::{Browser, TestSite};
use axum::http::StatusCode;
use rules::time::Duration;

impl TestSite {
    /// A domain of the tenant that mail can leave under; its id.
    pub async fn verified_domain(&self, owner: &mut Browser, slug: &str, name: &str) -> String {
        let connected = owner.post(&format!("/t/{slug}/domains/new"), &[("domain", name)]).await;
        assert_eq!(connected.status, StatusCode::SEE_OTHER, "{}", connected.text);
        // Ownership first; the keys after it.
        for _ in 0..2 {
            owner.post(&format!("{}/publication", connected.location), &[]).await;
            self.work_for(Duration::seconds(10)).await;
        }
        let standing = owner.get(&connected.location).await.text;
        assert!(standing.contains("Mail can leave under this name."), "{standing}");
        connected.location.rsplit('/').next().unwrap().to_owned()
    }

    /// A mailbox at a new verified domain; its id.
    pub async fn mailbox(&self, owner: &mut Browser, slug: &str, domain: &str) -> String {
        let id = self.verified_domain(owner, slug, domain).await;
        let form = [
            ("local", "anna"),
            ("domain", id.as_str()),
            ("name", "Anna Berg"),
            ("signature", "Anna Berg\r\nSales"),
            ("cap", "20"),
            ("day", "0"),
            ("from", "09:00"),
            ("until", "17:00"),
            ("zone", "Europe/Berlin"),
            ("gap-min", "4"),
            ("gap-max", "12"),
        ];
        let made = owner.post(&format!("/t/{slug}/mailboxes/new"), &form).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        made.location.rsplit('/').next().unwrap().to_owned()
    }

    /// Leads from a file, as its page proposes to read it.
    pub async fn import(&self, owner: &mut Browser, slug: &str, file: &[u8], source: &str) {
        self.import_with(owner, slug, file, source, &[]).await;
    }

    /// The same with `changes` to the form.
    pub async fn import_with(
        &self,
        owner: &mut Browser,
        slug: &str,
        file: &[u8],
        source: &str,
        changes: &[(&str, &str)],
    ) {
        let pieces = std::iter::once(file.to_vec());
        let sent = owner.upload(&format!("/t/{slug}/imports/new"), "leads.csv", pieces).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        self.start_import(owner, &sent.location, source, changes).await;
        self.work().await;
    }

    /// Begins the import as its page proposes it, with `changes` to the form.
    pub async fn start_import(&self, owner: &mut Browser, page: &str, source: &str, changes: &[(&str, &str)]) {
        let shown = owner.get(page).await.text;
        let mut form = proposed(&shown);
        form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let more = [("source", source), ("basis", "consent"), ("act", "start")];
        form.extend(changes.iter().chain(&more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let started = owner.post(page, &form).await;
        assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.text);
    }
}

/// What stands in the second form of the page, as a browser would send it.
pub fn proposed(page: &str) -> Vec<(String, String)> {
    let form = page.split("<form").find(|form| form.contains("name=\"column-0\"")).unwrap();
    let value_of = |tag: &str, name: &str| {
        let rest = tag.split(&format!("{name}=\"")).nth(1)?;
        Some(rest.split('"').next()?.to_owned())
    };
    let mut fields = Vec::new();
    for hidden in form.split("<input").filter(|input| input.contains("type=\"hidden\"")) {
        fields.push((value_of(hidden, "name").unwrap(), value_of(hidden, "value").unwrap()));
    }
    for select in form.split("<select").skip(1) {
        let chosen = select.split("<option").find(|option| option.split('>').next().unwrap().contains("selected"));
        let chosen = chosen.and_then(|option| value_of(option, "value")).unwrap_or_default();
        fields.push((value_of(select, "name").unwrap(), chosen));
    }
    fields
}

/// A team whose sequence runs: one mailbox that may send at any hour, a mail every four minutes.
pub struct Sending {
    pub owner: Browser,
    /// Its page.
    pub sequence: String,
    pub mailbox: String,
}

impl Sending {
    /// `leads` is a file; each step is its subject and its body, a sending day apart.
    pub async fn start(
        site: &TestSite,
        operator: &mut Browser,
        slug: &'static str,
        leads: &str,
        steps: &[(&str, &str)],
    ) -> Self {
        let mut owner = site.tenant(operator, slug).await;
        let mailbox = site.mailbox(&mut owner, slug, &format!("{slug}-sales.example")).await;
        site.database
            .run(&format!(
                "update mailboxes set window_days = 127, window_from = 0, window_until = 1440, time_zone = 'UTC',
                    daily_cap = 50, gap_min_mins = 4, gap_max_mins = 4 where id = '{mailbox}'"
            ))
            .await;
        site.import(&mut owner, slug, leads.as_bytes(), "The fair").await;
        owner.post(&format!("/t/{slug}/settings"), &[("postal", "Acme\r\nHafenstr. 1, Hamburg")]).await;
        let sequence = owner.post(&format!("/t/{slug}/sequences/new"), &[("name", "Hello")]).await.location;
        for (number, (subject, body)) in (1..).zip(steps) {
            let form = [("delay", "1"), ("subject", *subject), ("body", *body), ("act", "save")];
            let saved = owner.post(&format!("{sequence}/steps/{number}"), &form).await;
            assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        }
        owner.post(&format!("{sequence}/mailboxes"), &[("mailbox", &mailbox)]).await;
        let tenant = site.tenant_id(slug).await;
        let sql = format!("select id::text from lead_sources where tenant_id = '{tenant}'");
        let source = site.database.text(&sql).await;
        owner.post(&format!("{sequence}/sources"), &[("source", &source)]).await;
        site.work().await;
        let started = owner.post(&format!("{sequence}/start"), &[]).await;
        assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.text);
        // Its tests of isolation send too, and would be among what is counted.
        site.database.run("update tenant_evidence set due_at = null").await;
        Self { owner, sequence, mailbox }
    }

    /// As many more mailboxes like the first, which write for the same sequence.
    pub async fn more_mailboxes(&self, site: &TestSite, count: usize) {
        let sql = format!(
            "with made as (
                insert into mailboxes (tenant_id, id, domain_id, address, display_name, signature, daily_cap, gap_min_mins,
                    gap_max_mins, window_days, window_from, window_until, time_zone, created_at, created_by, changed_at)
                select tenant_id, gen_random_uuid(), domain_id, 'more' || n || '@' || split_part(address, '@', 2),
                    display_name, signature, daily_cap, gap_min_mins, gap_max_mins, window_days, window_from, window_until,
                    time_zone, created_at, created_by, changed_at
                from mailboxes, generate_series(1, {count}) n where id = '{}' returning tenant_id, id),
             writing as (
                insert into sequence_mailboxes (tenant_id, sequence_id, mailbox_id)
                select s.tenant_id, s.id, made.id from made join sequences s using (tenant_id))
             insert into lanes (tenant_id, mailbox_id, due_at) select tenant_id, id, '2024-01-01' from made",
            self.mailbox
        );
        site.database.run(&sql).await;
    }

    /// Lets the worker send, a gap at a time.
    pub async fn gaps(&self, site: &TestSite, count: usize) {
        for _ in 0..count {
            site.work().await;
            site.clock.advance(Duration::minutes(4));
        }
        site.work().await;
    }
}
