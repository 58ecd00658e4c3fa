//! Files of leads: uploaded, read, checked, taken in by the worker, and what was refused.

use crate::harness::{Browser, TestSite};
use crate::teams::proposed;
use axum::http::StatusCode;
use rules::time::Duration;

const CLEAN: &[u8] = include_bytes!("../../../app/rules/src/leads/fixtures/leads-clean.csv");
const CRM: &[u8] = include_bytes!("../../../app/rules/src/leads/fixtures/leads-crm-ru-cp1251.csv");
const MESSY: &[u8] = include_bytes!("../../../app/rules/src/leads/fixtures/leads-messy.csv");

struct Team {
    site: TestSite,
    owner: Browser,
}

async fn team() -> Team {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let owner = site.tenant(&mut operator, "acme").await;
    Team { site, owner }
}

impl Team {
    async fn upload(&mut self, file: &[u8]) -> String {
        let file = file.to_vec();
        let sent = self.owner.upload("/t/acme/imports/new", "leads.csv", std::iter::once(file)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        sent.location
    }

    async fn start(&mut self, page: &str, source: &str, changes: &[(&str, &str)]) {
        self.site.start_import(&mut self.owner, page, source, changes).await;
    }

    async fn import(&mut self, file: &[u8], source: &str, changes: &[(&str, &str)]) -> String {
        let page = self.upload(file).await;
        self.start(&page, source, changes).await;
        self.site.work().await;
        page
    }

    async fn number(&self, sql: &str) -> i64 {
        self.site.database.text(&format!("select ({sql})::text")).await.parse().unwrap()
    }
}

fn rows(count: usize) -> Vec<u8> {
    let rows = (0..count).map(|row| format!("lead{row}@example.com,Lead {row}\n"));
    std::iter::once("email,name\n".to_owned()).chain(rows).collect::<String>().into_bytes()
}

#[tokio::test]
async fn a_clean_file_comes_in_whole() {
    let mut acme = team().await;
    let page = acme.upload(CLEAN).await;
    let shown = acme.owner.get(&page).await.text;
    for part in ["UTF-8", "Row 1: email, first_name, last_name", "ulrich.jensen@alpineskihouse.example", "Taken"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    acme.start(&page, "Trade fair", &[]).await;
    assert!(acme.owner.get(&page).await.text.contains("Being imported"));
    acme.site.work().await;
    let done = acme.owner.get(&page).await.text;
    assert!(done.contains("500 rows: 500 accepted, 0 refused."), "{done}");
    let list = acme.owner.get("/t/acme/leads").await.text;
    assert!(list.contains("All leads: 500") && list.contains("Trade fair") && list.contains("Next page"), "{list}");
    assert_eq!(acme.number("select count(*) from lead_origins").await, 500);
    assert_eq!(acme.number("select count(*) from lead_file_pieces").await, 0, "the file is not kept");
    let export = acme.owner.get("/t/acme/leads/export").await.text;
    assert_eq!(export.lines().count(), 501);
    assert!(export.contains("O'Brien"), "{export}");
}

#[tokio::test]
async fn an_export_of_a_russian_crm_is_read_as_it_was_written() {
    let mut acme = team().await;
    let page = acme.upload(CRM).await;
    let shown = acme.owner.get(&page).await.text;
    for part in ["value=\"windows-1251\" selected", "value=\"semicolon\" selected", "ФИО", "Смирнов Дмитрий"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    acme.start(&page, "CRM", &[]).await;
    acme.site.work().await;
    let done = acme.owner.get(&page).await.text;
    assert!(done.contains("300 rows: 300 accepted, 0 refused."), "{done}");
    let sql =
        "select fields->>'full_name' || '|' || (fields->>'title') from leads where email like 'svetlana.smirnov1@%'";
    assert_eq!(acme.site.database.text(sql).await, "Смирнов Светлана|Снабжение; закупки");
}

#[tokio::test]
async fn each_bad_row_of_a_messy_file_is_refused_with_its_reason() {
    let mut acme = team().await;
    let page = acme.import(MESSY, "Old list", &[]).await;
    let sql = "select string_agg(row_number || ' ' || reason, E'\\n' order by row_number) from refused_rows";
    let refused = acme.site.database.text(sql).await;
    let wanted = [
        "4 repeated",
        "6 role_account",
        "7 never_read",
        "8 not_an_address",
        "9 not_an_address",
        "10 reserved_domain",
        "11 disposable",
        "12 quoted_local_part",
        "13 non_ascii_local_part",
        "14 not_an_address",
        "16 no_address",
        "17 several_addresses",
        "23 too_few_cells",
        "24 too_many_cells",
    ];
    assert_eq!(refused.lines().collect::<Vec<_>>(), wanted);
    for email in [
        "boris.egorov@contosofreight.example",
        "ivan.orlov@tailspintoys.example",
        "marta.novak@prosewaremedia.example",
        "nikolai.volkov@adatumfoods.example",
        "olga.petrova@lucernedairy.example",
        "bounce@simulator.amazonses.com",
        "o''brien@wingtipoptics.example",
        "quentin.hansen@fabrikamrobotics.example",
    ] {
        assert_eq!(acme.number(&format!("select count(*) from leads where email = '{email}'")).await, 1, "{email}");
    }
    let done = acme.owner.get(&page).await.text;
    assert!(done.contains("14 refused.") && done.contains("Throw-away mailbox"), "{done}");
    let download = acme.owner.get(&format!("{page}/refused")).await.text;
    assert!(download.contains("Row 3 of this file has the same address already."), "{download}");
    assert!(download.contains("\"'=HYPERLINK(\"\"http://evil.example\"\""), "{download}");
    let export = acme.owner.get("/t/acme/leads/export").await.text;
    assert!(export.contains("\"'=1+1\"") && export.contains("\"'+cmd|' /C calc'!A0\""), "{export}");
    assert!(acme.owner.get("/t/acme/leads?starts=ivan.orlov").await.text.contains("=1+1"), "kept as it was");
}

#[tokio::test]
async fn roles_are_taken_and_known_leads_updated_when_somebody_says_so() {
    let mut acme = team().await;
    acme.import(b"email,company\nAnna@example.com,Old\nbob@example.com,Bolt\n", "One", &[]).await;
    let again: &[u8] = b"email,company,title\nanna@Example.com,New,CTO\ninfo@example.com,Bolt,\n";
    acme.import(again, "Two", &[]).await;
    let anna = "select fields::text from leads where email_key = 'anna@example.com'";
    assert_eq!(acme.site.database.text(anna).await, r#"{"company": "Old"}"#);
    let page = acme.import(again, "Three", &[("options", "update"), ("options", "roles")]).await;
    assert_eq!(acme.site.database.text(anna).await, r#"{"title": "CTO", "company": "New"}"#);
    let done = acme.owner.get(&page).await.text;
    assert!(done.contains("2 rows: 2 accepted, 0 refused.") && done.contains("1, updated from this file"), "{done}");
    assert_eq!(acme.number("select count(*) from leads").await, 3);
    let lead = acme.site.database.text("select id::text from leads where email_key = 'anna@example.com'").await;
    let shown = acme.owner.get(&format!("/t/acme/leads/{lead}")).await.text;
    assert!(["One", "Two", "Three", "CTO"].iter().all(|part| shown.contains(part)), "{shown}");
}

#[tokio::test]
async fn what_is_no_file_of_leads_is_refused_where_it_was_chosen() {
    let mut acme = team().await;
    for (file, sentence) in [
        (b"PK\x03\x04rest".as_slice(), "Save it as CSV"),
        (b"", "The file is empty"),
        (b"email\n\0\n", "not a text file"),
    ] {
        let sent = acme.owner.upload("/t/acme/imports/new", "x.csv", std::iter::once(file.to_vec())).await;
        assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{file:?}");
        assert!(sent.text.contains(sentence), "{sentence}: {}", sent.text);
    }
    let none_chosen = acme.owner.upload_at_once("/t/acme/imports/new", b"").await;
    assert!(none_chosen.text.contains("Choose a file."), "{}", none_chosen.text);
    assert_eq!(acme.number("select count(*) from lead_imports where stage <> 'discarded'").await, 0);
    let empty = acme.import(b"email,name\n", "Headings", &[]).await;
    assert!(acme.owner.get(&empty).await.text.contains("holds 0 rows"));
}

#[tokio::test]
async fn nothing_begins_before_columns_source_and_basis_are_said() {
    let mut acme = team().await;
    let page = acme
        .upload(b"\xef\xbb\xbf\"E-Mail \";First Name;Company;Company;;\xd0\xa2\n a@example.com ;Anna;A;B;x;1")
        .await;
    let shown = acme.owner.get(&page).await.text;
    for part in ["E-Mail becomes", "value=\"company_2\" selected", "value=\"column_5\" selected"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let mut form = proposed(&shown);
    form.iter_mut().find(|(name, _)| name == "column-0").unwrap().1 = String::new();
    form.push(("source".to_owned(), "The fair".to_owned()));
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let refused = acme.owner.post(&page, &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["Choose the column that holds the email addresses", "Choose on what basis", "value=\"The fair\""] {
        assert!(refused.text.contains(part), "{part}: {}", refused.text);
    }
    acme.site.work().await;
    assert_eq!(acme.number("select count(*) from leads").await, 0);
    let other = acme.owner.get(&format!("{page}?delimiter=comma&header=none")).await.text;
    assert!(other.contains("value=\"comma\" selected"), "{other}");
    acme.start(&page, "The fair", &[]).await;
    acme.owner.post(&page, &form).await;
    acme.site.work().await;
    assert_eq!(acme.number("select count(*) from leads").await, 1, "pressed twice, begun once");
    assert_eq!(acme.number("select count(*) from lead_sources").await, 1);
    let second = acme.upload(b"email\nb@example.com").await;
    let form =
        [("encoding", "UTF-8"), ("delimiter", "comma"), ("header", "1"), ("column-0", "@"), ("basis", "consent")];
    let taken = acme.owner.post(&second, &[form.as_slice(), &[("source", "The fair")]].concat()).await;
    assert!(taken.text.contains("has a source of this name"), "{}", taken.text);
}

#[tokio::test]
async fn an_import_whose_process_ends_again_and_again_brings_each_row_once() {
    let mut acme = team().await;
    let page = acme.upload(&rows(2600)).await;
    acme.start(&page, "List", &[]).await;
    let mut ended = 0;
    while acme.number("select count(*) from lead_imports where stage = 'importing'").await > 0 {
        let context = acme.site.context();
        let work = tokio::spawn(async move { worker::drain(&context).await });
        tokio::time::sleep(std::time::Duration::from_millis(60 + 40 * ended)).await;
        work.abort();
        drop(work.await);
        // Whoever goes on waits for the lease of the dead.
        acme.site.clock.advance(Duration::seconds(rules::limits::LEASE_OF_ROWS_SECS + 1));
        ended += 1;
        assert!(ended < 100);
    }
    assert!(ended > 1, "it was never interrupted");
    let (leads, origins) = ("select count(*) from leads", "select count(distinct row_number) from lead_origins");
    assert_eq!((acme.number(leads).await, acme.number(origins).await), (2600, 2600));
    assert_eq!(acme.number("select added + known + refused from lead_imports").await, 2600);
}

#[tokio::test]
async fn what_is_in_stays_when_somebody_stops_an_import() {
    let mut acme = team().await;
    let page = acme.upload(&rows(3000)).await;
    acme.start(&page, "List", &[]).await;
    let context = acme.site.context();
    let work = tokio::spawn(async move { worker::drain(&context).await });
    while acme.number("select added from lead_imports").await == 0 {}
    acme.owner.post(&format!("{page}/cancellation"), &[]).await;
    work.await.unwrap().unwrap();
    let leads = acme.number("select count(*) from leads").await;
    assert!((1..3000).contains(&leads), "{leads}");
    assert_eq!(acme.number("select count(*) from lead_file_pieces").await, 0);
    let shown = acme.owner.get(&page).await.text.replace('\u{202f}', "");
    assert!(shown.contains(&format!("{leads} leads were in when it was stopped")), "{shown}");
}

#[tokio::test]
async fn a_file_that_nobody_imports_is_thrown_away() {
    let mut acme = team().await;
    acme.upload(CLEAN).await;
    acme.site.work().await;
    assert_eq!(acme.number("select count(*) from lead_file_pieces").await, 1);
    acme.site.clock.advance(Duration::days(rules::limits::IMPORT_ARRIVED_DAYS + 1));
    acme.site.work().await;
    assert_eq!(acme.number("select count(*) from lead_file_pieces").await, 0);
    assert_eq!(acme.number("select count(*) from lead_imports where stage = 'discarded'").await, 1);
}

#[tokio::test]
async fn a_team_has_a_few_files_waiting_and_no_more() {
    let mut acme = team().await;
    for _ in 0..rules::limits::IMPORTS_OPEN_MAX {
        acme.upload(b"email\na@example.com\n").await;
    }
    let one_more = std::iter::once(CLEAN.to_vec());
    let refused = acme.owner.upload("/t/acme/imports/new", "leads.csv", one_more).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("10 files wait already."), "{}", refused.text);
}

#[tokio::test]
async fn a_large_file_is_never_held_whole() {
    const CELL: usize = 10 * 1024 * 1024;
    let mut acme = team().await;
    acme.owner.get("/t/acme/imports/new").await;
    let before = peak_memory_kib();
    let line = b"someone@example.com,a name that is neither long nor short\n";
    let head = std::iter::once(b"email,name\nfirst@example.com,\"".to_vec());
    let cell = (0..CELL / 65536).map(|_| vec![b'x'; 65536]);
    let rows = (0..400).map(|_| line.repeat(1100));
    let pieces = head.chain(cell).chain(std::iter::once(b"\"\n".to_vec())).chain(rows);
    let sent = acme.owner.upload("/t/acme/imports/new", "large.csv", pieces).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    acme.owner.get(&sent.location).await;
    assert!(acme.number("select bytes from lead_imports").await > 36_000_000);
    let grown = peak_memory_kib() - before;
    assert!(grown < 16 * 1024, "{grown} KiB for a file of 36 MB");
}

/// The most memory that this process has had (`VmHWM`).
fn peak_memory_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
