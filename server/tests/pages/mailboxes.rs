//! Mailboxes: made at a verified domain, with a pace of their own, seen by their team alone.

use crate::harness::{Answer, Browser, TestSite};
use axum::http::StatusCode;
use rules::time::Duration;

const FIELDS: [(&str, &str); 9] = [
    ("name", "Anna Berg"),
    ("signature", "Anna Berg\r\nSales, +49 30 1234"),
    ("cap", "20"),
    ("day", "0"),
    ("day", "2"),
    ("from", "09:00"),
    ("until", "17:00"),
    ("zone", "Europe/Berlin"),
    ("gap-min", "4"),
];

/// Sends the form with `changes` in place of what usually stands in it.
async fn create(owner: &mut Browser, domain: &str, changes: &[(&str, &str)]) -> Answer {
    let mut form = vec![("local", "anna"), ("domain", domain), ("gap-max", "12")];
    form.extend(FIELDS);
    form.retain(|(field, _)| !changes.iter().any(|(changed, _)| changed == field));
    form.extend(changes.iter().filter(|(_, value)| *value != "none"));
    owner.post("/t/acme/mailboxes/new", &form).await
}

#[tokio::test]
async fn a_mailbox_is_made_at_a_verified_domain() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let empty = owner.get("/t/acme/mailboxes/new").await.text;
    assert!(empty.contains("A mailbox needs a verified domain"), "{empty}");
    let domain = site.verified_domain(&mut owner, "acme", "mail.acme-sales.example").await;
    assert!(owner.get("/t/acme").await.text.contains("Create a mailbox: who you write as."));
    let form = owner.get("/t/acme/mailboxes/new").await.text;
    assert!(form.contains("@mail.acme-sales.example") && form.contains("value=\"20\""), "{form}");
    let made = create(&mut owner, &domain, &[]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let page = owner.get(&made.location).await.text;
    // 2024-10-04 is a Friday.
    for part in ["anna@mail.acme-sales.example", "Mon, Wed 09:00–17:00", "Outside its window", "Anna Berg\nSales"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(owner.get("/t/acme").await.text.contains("Import leads: who you write to."));
    let list = owner.get("/t/acme/mailboxes").await.text;
    assert!(list.contains("anna@mail.acme-sales.example"), "{list}");
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let domain = site.verified_domain(&mut owner, "acme", "acme-sales.example").await;
    for (changes, sentence) in [
        ([("local", "an na")].as_slice(), "The part before the @ may hold"),
        (&[("local", "")], "Enter an address."),
        (&[("name", "")], "Enter the name that recipients see"),
        (&[("cap", "51")], "a number from 1 to 50"),
        (&[("day", "none")], "Choose at least one day."),
        (&[("until", "09:00")], "The window ends after it begins"),
        (&[("day", "none"), ("until", "08:00")], "The window ends after it begins"),
        (&[("zone", "Europe/Atlantis")], "Choose a time zone"),
        (&[("gap-min", "3")], "a number from 4 to 240"),
        (&[("gap-min", "13")], "The longest gap is not shorter"),
        (&[("domain", "00000000-0000-7000-8000-000000000000")], "Choose one of your verified domains."),
    ] {
        let refused = create(&mut owner, &domain, changes).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{changes:?}");
        assert!(refused.text.contains(sentence), "{sentence}: {}", refused.text);
        assert!(refused.text.contains("Sales, +49 30 1234"), "what was typed: {}", refused.text);
    }
    create(&mut owner, &domain, &[]).await;
    let again = create(&mut owner, &domain, &[("local", "ANNA@acme-sales.example")]).await;
    assert!(again.text.contains("is a mailbox of your team already"), "{}", again.text);
    assert_eq!(site.database.count("mailboxes").await, 1);
}

#[tokio::test]
async fn a_mailbox_is_changed_and_removed_and_its_domain_after_it() {
    let site = TestSite::new().await;
    let mut operator = site.operator().await;
    let mut owner = site.tenant(&mut operator, "acme").await;
    let domain = site.verified_domain(&mut owner, "acme", "acme-sales.example").await;
    let page = create(&mut owner, &domain, &[]).await.location;
    let form = owner.get(&format!("{page}/settings")).await.text;
    assert!(form.contains("value=\"0\" checked") && form.contains("+49 30 1234"), "{form}");
    let mut fields = FIELDS.to_vec();
    fields.retain(|(field, _)| *field != "cap");
    fields.extend([("cap", "30"), ("gap-max", "20"), ("day", "4")]);
    let changed = owner.post(&format!("{page}/settings"), &fields).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.text);
    let shown = owner.get(&page).await.text;
    assert!(shown.contains("30. Its window has room for about 40") && shown.contains("Mon, Wed, Fri"), "{shown}");

    let domain_page = format!("/t/acme/domains/{domain}");
    let shown = owner.get(&domain_page).await.text;
    assert!(shown.contains("1 mailbox sends from acme-sales.example"), "{shown}");
    owner.post(&format!("{domain_page}/removal"), &[]).await;
    site.work_for(Duration::seconds(10)).await;
    assert_eq!(owner.get(&domain_page).await.status, StatusCode::OK, "it is needed");

    owner.post(&format!("{page}/removal"), &[]).await;
    assert_eq!(owner.get(&page).await.status, StatusCode::NOT_FOUND);
    owner.post(&format!("{domain_page}/removal"), &[]).await;
    site.work_for(Duration::seconds(10)).await;
    assert_eq!(owner.get(&domain_page).await.status, StatusCode::NOT_FOUND);
}
