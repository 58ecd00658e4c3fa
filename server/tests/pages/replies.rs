//! Answers, over the wire: they arrive at SES as the sandbox plays it, lie in S3, and stand with whom they belong to.

use crate::harness::{Browser, TestSite};
use crate::teams::Sending;
use axum::http::StatusCode;
use rules::time::Duration;
use sandbox::{Fault, FaultKind, Mail};
use serde_json::json;

const LEADS: &str = "email,first_name\nanna@north.example,Anna\nbob@north.example,Bob\n";
const STEPS: [(&str, &str); 2] = [("Hello {{ lead.first_name }}", "Hi {{ lead.first_name }}"), ("", "And now?")];

/// A team that has written to Anna and Bob.
async fn sending(site: &TestSite, slug: &'static str) -> Sending {
    let mut operator = match site.database.count("operators").await {
        0 => site.operator().await,
        _ => again(site).await,
    };
    let acme = Sending::start(site, &mut operator, slug, LEADS, &STEPS).await;
    acme.gaps(site, 2).await;
    acme
}

async fn again(site: &TestSite) -> Browser {
    let mut operator = site.browser();
    operator.sign_in("olga@ownlane.example", crate::harness::PASSWORD).await;
    operator
}

/// The last mail to somebody.
fn mail_to(site: &TestSite, recipient: &str) -> Mail {
    site.world.mail().into_iter().rev().find(|mail| mail.to == [recipient]).unwrap()
}

/// Where answers to a mail go.
fn reply_to(mail: &Mail) -> String {
    let text = String::from_utf8(mail.raw.clone()).unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
    let line = text.lines().find_map(|line| line.strip_prefix("Reply-To: ")).unwrap().to_owned();
    assert!(line.starts_with("\"Anna Berg\" <r+"), "{line}");
    line.split('<').nth(1).unwrap().trim_end_matches('>').to_owned()
}

/// An answer in the thread of a mail, to its address.
fn answer(from: &str, mail: &Mail, head: &str, text: &str) -> (String, String) {
    let to = reply_to(mail);
    let id = format!("<{}@email.amazonses.com>", mail.message_id);
    let raw = format!(
        "From: {from}\r\nTo: {to}\r\nIn-Reply-To: {id}\r\nReferences: {id}\r\nSubject: Re: Hello\r\n{head}\r\n{text}\r\n\r\n\
         On Fri, 4 Oct 2024 at 00:05, Anna Berg <anna@acme-sales.example> wrote:\r\n\r\n> Hi\r\n> To unsubscribe: x\r\n"
    );
    (to, raw)
}

async fn arrive(site: &TestSite, recipient: &str, raw: &[u8]) -> String {
    let id = site.world.mail_in(&[recipient], raw).unwrap();
    site.work().await;
    id
}

async fn enrolments(site: &TestSite) -> String {
    let sql =
        "select string_agg(split_part(l.email, '@', 1) || ':' || e.state || coalesce('/' || e.stopped_for, ''), ' '
        order by l.email) from enrolments e join leads l on l.id = e.lead_id";
    site.database.text(sql).await
}

async fn lead_page(site: &TestSite, slug: &str, email: &str) -> String {
    let sql = format!(
        "select l.id::text from leads l join tenants t using (tenant_id) where t.slug = '{slug}' and l.email = '{email}'"
    );
    format!("/t/{slug}/leads/{}", site.database.text(&sql).await)
}

#[tokio::test]
async fn an_answer_ends_what_was_planned_and_stands_with_its_lead() {
    let site = TestSite::new().await;
    let mut acme = sending(&site, "acme").await;
    let mut bolt = sending(&site, "bolt").await;
    let mail = site.world.mail().into_iter().find(|mail| mail.to == ["anna@north.example"]).unwrap();
    let (to, raw) = answer("Anna <ANNA@north.example>", &mail, "", "Yes, gladly. <script>alert(1)</script>");
    arrive(&site, &to.to_uppercase(), raw.as_bytes()).await;
    let of = |slug: &str| {
        format!(
            "select string_agg(split_part(l.email, '@', 1) || ':' || e.state, ' ' order by l.email) from enrolments e
             join leads l on l.id = e.lead_id join tenants t on t.tenant_id = e.tenant_id where t.slug = '{slug}'"
        )
    };
    assert_eq!(site.database.text(&of("acme")).await, "anna:stopped bob:active");
    assert_eq!(site.database.text(&of("bolt")).await, "anna:active bob:active", "another team's plans are its own");
    let at = lead_page(&site, "acme", "anna@north.example").await;
    let page = acme.owner.get(&at).await.text;
    for part in ["Yes, gladly. &lt;script&gt;alert(1)&lt;/script&gt;", "What it quotes", "Answered", "&gt; Hi"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let shown = page.split("What it quotes").next().unwrap();
    assert!(!shown.contains("&gt; Hi"), "what is quoted is folded: {shown}");
    assert!(acme.owner.get("/t/acme").await.text.contains("aria-label=\"1 answered\""));
    let list = acme.owner.get("/t/acme/messages?what=answered").await.text;
    assert!(list.contains("anna@north.example") && !list.contains("bob@north.example"), "{list}");
    let leads = acme.owner.get(&format!("{}/leads?which=stopped", acme.sequence)).await.text;
    assert!(leads.contains("Stopped: answered"), "{leads}");
    assert!(bolt.owner.get("/t/bolt").await.text.contains("aria-label=\"0 answered\""));
    assert_eq!(bolt.owner.get(&at).await.status, StatusCode::NOT_FOUND);
    let theirs = lead_page(&site, "bolt", "anna@north.example").await;
    assert!(!bolt.owner.get(&theirs).await.text.contains("gladly"));
    site.clock.advance(Duration::days(1));
    acme.gaps(&site, 3).await;
    let to_anna = site.world.mail().iter().filter(|mail| mail.to == ["anna@north.example"]).count();
    assert_eq!(to_anna, 3, "two first mails, and the other team's second");
}

#[tokio::test]
async fn what_a_program_answers_ends_nothing() {
    let site = TestSite::new().await;
    let mut acme = sending(&site, "acme").await;
    let mail = mail_to(&site, "anna@north.example");
    let (to, raw) = answer("anna@north.example", &mail, "Auto-Submitted: auto-replied\r\n", "I am away. Unsubscribe.");
    arrive(&site, &to, raw.as_bytes()).await;
    let (to, raw) = answer("anna@north.example", &mail, "X-Auto-Response-Suppress: All\r\n", "Ticket 7 was opened.");
    arrive(&site, &to, raw.as_bytes()).await;
    assert_eq!(enrolments(&site).await, "anna:active bob:active");
    assert_eq!(site.database.count("suppressions").await, 0);
    let page = acme.owner.get(&lead_page(&site, "acme", "anna@north.example").await).await.text;
    assert!(page.contains("No person wrote this: sequences go on.") && page.contains("Ticket 7"), "{page}");
    site.clock.advance(Duration::days(1));
    acme.gaps(&site, 2).await;
    assert_eq!(site.world.mail().len(), 4);
}

#[tokio::test]
async fn whoever_asks_to_be_removed_is_suppressed_at_once() {
    let site = TestSite::new().await;
    let mut acme = sending(&site, "acme").await;
    // A colleague writes, from an address that we do not know.
    let (to, raw) =
        answer("cleo@elsewhere.example", &mail_to(&site, "anna@north.example"), "", "Please remove us from your list.");
    arrive(&site, &to, raw.as_bytes()).await;
    assert_eq!(enrolments(&site).await, "anna:stopped/opt_out bob:active");
    assert_eq!(
        site.database.text("select address_key || ' ' || reason from suppressions").await,
        "anna@north.example opt_out"
    );
    assert!(acme.owner.get("/t/acme").await.text.contains("aria-label=\"1 opted out\""));
    let page = acme.owner.get(&lead_page(&site, "acme", "anna@north.example").await).await.text;
    assert!(page.contains("Wants no more mail") && page.contains("This lead gets no mail any more."), "{page}");
}

#[tokio::test]
async fn an_answer_to_another_address_is_found_by_its_thread() {
    let site = TestSite::new().await;
    let mut acme = sending(&site, "acme").await;
    let mail = mail_to(&site, "bob@north.example");
    let (_, raw) = answer("Bob <bob@north.example>", &mail, "", "Call me.");
    let raw = raw.replace(&reply_to(&mail), "hello@in.ownlane.example");
    // Whoever only knows the id of a mail is not its recipient.
    arrive(&site, "hello@in.ownlane.example", raw.replace("Bob <bob@", "<eve@").as_bytes()).await;
    assert_eq!(enrolments(&site).await, "anna:active bob:active");
    arrive(&site, "hello@in.ownlane.example", raw.as_bytes()).await;
    assert_eq!(enrolments(&site).await, "anna:active bob:stopped/replied");
    assert_eq!(site.database.text("select matched_by from replies").await, "thread");
    assert!(acme.owner.get(&lead_page(&site, "acme", "bob@north.example").await).await.text.contains("Call me."));
}

#[tokio::test]
async fn what_is_nobodys_is_kept_for_the_operator() {
    let site = TestSite::new().await;
    let mut acme = sending(&site, "acme").await;
    let (to, raw) = answer("anna@north.example", &mail_to(&site, "anna@north.example"), "", "Who are you?");
    let raw = raw.replace("@email.amazonses.com", "@b.example");
    let other = if to.as_bytes()[20] == b'a' { "b" } else { "a" };
    let forged = format!("{}{other}{}", &to[..20], &to[21..]);
    arrive(&site, &forged, raw.replace(&to, &forged).as_bytes()).await;
    site.world.push_event("us-east-1", "ownlane-replies", &json!("no notification"));
    site.work().await;
    assert_eq!(enrolments(&site).await, "anna:active bob:active");
    assert_eq!(site.database.count("replies").await, 0);
    let trouble = "select trouble from event_inbox where trouble is not null";
    assert_eq!(site.database.text(trouble).await, "This is no news of a mail that arrived.");
    let mut operator = again(&site).await;
    let page = operator.get("/console/replies").await.text;
    for part in ["Who are you?", "anna@north.example", "It came to no address of ours", "in.ownlane.example"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(acme.owner.get("/console/replies").await.status, StatusCode::NOT_FOUND);
    let audited = "select action from operator_audit order by id desc limit 1";
    assert_eq!(site.database.text(audited).await, "read_inbound_mail");
}

#[tokio::test]
async fn an_answer_that_is_told_again_and_fetched_late_is_one() {
    let site = TestSite::new().await;
    sending(&site, "acme").await;
    let (to, raw) = answer("anna@north.example", &mail_to(&site, "anna@north.example"), "", "Yes.");
    for kind in [FaultKind::InternalError, FaultKind::TooManyRequests, FaultKind::AcceptThenReset, FaultKind::Garbage] {
        site.world.fail(Fault { operation: Some("GetObject".to_owned()), skip: 0, times: 1, kind });
    }
    let id = arrive(&site, &to, raw.as_bytes()).await;
    assert_eq!(site.database.count("replies").await, 0);
    let again = json!({
        "notificationType": "Received",
        "mail": {"messageId": id},
        "receipt": {"recipients": [to], "action": {"bucketName": "ownlane-mail", "objectKey": format!("in/{id}")}},
    });
    site.world.push_event("us-east-1", "ownlane-replies", &again);
    site.work_for(Duration::minutes(1)).await;
    site.world.push_event("us-east-1", "ownlane-replies", &again);
    site.work_for(Duration::minutes(1)).await;
    assert_eq!(site.database.count("replies").await, 1);
    assert_eq!(site.world.queued("ownlane-replies"), 0);
    assert_eq!(enrolments(&site).await, "anna:stopped/replied bob:active");
    let lost = json!({
        "notificationType": "Received",
        "mail": {"messageId": "lost"},
        "receipt": {"action": {"bucketName": "ownlane-mail", "objectKey": "in/lost"}},
    });
    site.world.push_event("us-east-1", "ownlane-replies", &lost);
    site.work_for(Duration::minutes(1)).await;
    let page = again_as_operator(&site).await;
    assert!(page.contains("Not read") && page.contains("NoSuchKey") && page.contains("It is tried again"), "{page}");
    site.database.run("update inbound_mail set attempts = 99, due_at = received_at where id = 'lost'").await;
    site.work().await;
    assert!(again_as_operator(&site).await.contains("It is not tried any more"));
}

async fn again_as_operator(site: &TestSite) -> String {
    again(site).await.get("/console/replies").await.text
}

#[tokio::test]
async fn whatever_arrives_is_kept_and_nothing_of_it_runs() {
    let site = TestSite::new().await;
    let mut acme = sending(&site, "acme").await;
    let mail = mail_to(&site, "anna@north.example");
    let to = reply_to(&mail);
    let html = format!(
        "From: =?utf-8?b?PGI+?= <anna@north.example>\r\nTo: {to}\r\nSubject: =?utf-8?q?a=00b?=\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n\
         <p onclick=alert(1)>Fine<script>alert(2)</script><img src=//e.example/p.png></p>\r\n--x\r\n\
         Content-Type: application/x-sh; name=\"../run me.sh\"\r\nContent-Disposition: attachment\r\n\r\nrm -r x\r\n--x--\r\n"
    );
    let mails: [Vec<u8>; 6] = [
        html.into_bytes(),
        Vec::new(),
        b"\0\0\xff\xfe\0no mail at all".to_vec(),
        [b"From: anna@north.example\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n".as_slice(), b"\xe4\xc1"]
            .concat(),
        [b"Subject: ".as_slice(), &[b'x'; 300_000], b"\r\n\r\nhi"].concat(),
        [b"\r\n".as_slice(), b"word ".repeat(500_000).as_slice()].concat(),
    ];
    for raw in &mails {
        arrive(&site, &to, raw).await;
    }
    assert_eq!(site.database.count("replies").await, i64::try_from(mails.len()).unwrap());
    let page = acme.owner.get(&lead_page(&site, "acme", "anna@north.example").await).await.text;
    for part in ["Fine", "run me.sh (", "Да"] {
        assert!(page.contains(part), "{part}");
    }
    for part in ["onclick", "alert(2)", "e.example", "../run", "<b>"] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(page.len() < 200_000, "a book is cut: {}", page.len());
}

#[tokio::test]
async fn what_amazon_warns_of_is_marked_and_a_virus_is_not_shown() {
    let site = TestSite::new().await;
    let mut acme = sending(&site, "acme").await;
    let (to, raw) = answer("anna@north.example", &mail_to(&site, "anna@north.example"), "", "Look at this.");
    let id = site.world.mail_in(&[&to], raw.as_bytes()).unwrap();
    let warned = |other: &str, spam: &str, virus: &str| {
        json!({
            "notificationType": "Received",
            "mail": {"messageId": other},
            "receipt": {
                "recipients": [to], "spamVerdict": {"status": spam}, "virusVerdict": {"status": virus},
                "action": {"bucketName": "ownlane-mail", "objectKey": format!("in/{id}")},
            },
        })
    };
    site.database.run("delete from inbound_mail").await;
    site.world.push_event("us-east-1", "ownlane-replies", &warned("virus", "PASS", "FAIL"));
    site.work().await;
    let at = lead_page(&site, "acme", "anna@north.example").await;
    let shown = acme.owner.get(&at).await.text;
    assert_eq!(shown.matches("Look at this.").count(), 1, "{shown}");
    assert!(shown.contains("found a virus in it"), "{shown}");
    site.world.push_event("us-east-1", "ownlane-replies", &warned("spam", "FAIL", "PASS"));
    site.work().await;
    let shown = acme.owner.get(&at).await.text;
    assert!(shown.contains("takes it for spam") && shown.matches("Look at this.").count() == 2, "{shown}");
}
