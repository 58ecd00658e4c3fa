//! `ownlane inspect`, by way of the real program: each kind of decision, accepted and refused, without a database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use sandbox::{Options, Record, RecordKind, Sandbox};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ownlane");

#[test]
fn an_address_is_accepted_or_refused_as_an_import_would() {
    let told =
        lines(&["address", "Anna Berg <Anna@BÜCHER.example>", "info@b.example", "x@sub.mailinator.com", "a@@b"], "");
    assert_eq!(told.len(), 4);
    assert_eq!((&told[0]["accepted"], &told[0]["key"]), (&json!(true), &json!("anna@xn--bcher-kva.example")));
    assert_eq!(told[1]["refused"]["reason"], "role_account");
    assert_eq!(told[1]["role"], true);
    assert_eq!((&told[2]["disposable"], &told[2]["registrable"]), (&json!(true), &json!("mailinator.com")));
    assert_eq!(told[3]["refused"]["reason"], "not_an_address");
    assert_eq!(lines(&["address", "--roles", "info@b.example"], "")[0]["accepted"], true);
    let free = &lines(&["address", "anna@gmail.com"], "")[0];
    assert_eq!((&free["free_mail"], &free["accepted"]), (&json!(true), &json!(true)));
}

#[test]
fn a_file_is_accounted_for_row_by_row() {
    let file = "E-mail;Firma\na@b.example;Acme\nA@b.example;Acme\nnobody;Acme\nsales@b.example;Acme\n";
    let told = lines(&["csv", "-"], file);
    assert_eq!(told[0]["encoding_known_by"], "whole_file");
    assert_eq!((&told[0]["delimiter"], &told[0]["headings_row"]), (&json!("semicolon"), &json!(1)));
    assert_eq!(
        (&told[0]["columns"][0]["becomes"], &told[0]["columns"][1]["becomes"]),
        (&json!("@"), &json!("company"))
    );
    let rows: Vec<&Value> = told.iter().filter(|line| line["kind"] == "row").collect();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[0]["lead"], false);
    assert_eq!(rows[1]["fields"], json!({ "company": "Acme" }));
    let reasons: Vec<&Value> = rows[2..].iter().map(|row| &row["refused"]["reason"]).collect();
    assert_eq!(reasons, ["repeated", "not_an_address", "role_account"]);
    assert_eq!(rows[2]["refused"]["sentence"].as_str().unwrap().split(" of").next(), Some("Row 2"));
    let summary = told.last().unwrap();
    assert_eq!(
        (&summary["rows"], &summary["accepted"], &summary["reasons"]["repeated"]),
        (&json!(4), &json!(1), &json!(1))
    );
}

#[test]
fn a_file_that_is_not_taken_says_why() {
    let refused = |bytes: &str| lines(&["csv", "-"], bytes)[0]["refused"].as_str().unwrap().to_owned();
    assert!(refused("").contains("empty"));
    assert!(refused("%PDF-1.7").contains("PDF"));
    let unmapped = &lines(&["csv", "-"], "a;b\nx;y\n")[0];
    assert!(unmapped["to_choose"].as_str().unwrap().contains("email addresses"), "{unmapped}");
}

#[test]
fn a_file_of_another_encoding_is_a_guess() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.csv");
    // "Фамилия;Почта" and "Смирнов;a@b.example" in windows-1251.
    let words = b"\xd4\xe0\xec\xe8\xeb\xe8\xff;\xcf\xee\xf7\xf2\xe0\n\xd1\xec\xe8\xf0\xed\xee\xe2;a@b.example\n";
    std::fs::write(&path, words).unwrap();
    let told = lines(&["csv", path.to_str().unwrap()], "");
    assert_eq!((&told[0]["encoding"], &told[0]["encoding_known_by"]), (&json!("windows-1251"), &json!("guess")));
    assert_eq!(told[2]["fields"]["last_name"], "Смирнов");
}

#[test]
fn a_template_is_rendered_blocked_or_refused() {
    let given = concat!(
        r#"{"template":"Hi {{ lead.name }}","lead":{"name":"{{ lead.x }}"}}"#,
        "\n",
        r#"{"template":"Hi {{ lead.nmae }}","lead":{"name":"Anna"}}"#,
        "\n",
        r#"{"template":"{% include 'x' %}"} {"subject":"To {{ lead.name }}","body":"Hello","lead":{"name":"a\r\nBcc: b"}}"#,
        "\n",
        r#"{"template":"{{ now | date: '%Y' }}","now":"2026-11-28T10:00:00Z"} {"template":7} {"template":"x","lead":{"n":[7]}}"#,
    );
    let told = lines(&["template"], given);
    assert_eq!(told[0]["text"], "Hi {{ lead.x }}");
    assert_eq!(told[0]["fields"][0], json!({ "scope": "lead", "name": "name", "needed": true }));
    assert_eq!(told[1]["blocked"]["missing"], json!(["lead.nmae"]));
    assert_eq!(told[1]["unknown_fields"][0]["suggestion"], "name");
    assert_eq!(told[2]["compiles"], false);
    assert!(told[2]["refused"].as_str().unwrap().contains("another template"));
    assert_eq!(told[3]["subject"], "To a Bcc: b");
    assert!(told[3]["text"].as_str().unwrap().starts_with("Hello\n"), "{}", told[3]);
    assert_eq!(told[4]["text"], "2026");
    assert!(told[5]["refused"].as_str().unwrap().contains("a text"));
    assert!(told[6]["refused"].as_str().unwrap().starts_with("lead.n "));
}

#[test]
fn a_mail_that_came_in_is_read() {
    let mail = "From: Bob <bob@b.example>\nSubject: Re: Offer\nIn-Reply-To: <0100-x@email.amazonses.com>\n\n\
                Please remove me.\n\nOn 28 Nov 2026 Anna <a@acme.example> wrote:\n> Hi\n";
    let reply = &lines(&["reply", "-"], mail)[0];
    assert_eq!((&reply["kind"], &reply["wish"]), (&json!("person"), &json!("remove")));
    assert_eq!((&reply["visible"], &reply["from"]["address"]), (&json!("Please remove me."), &json!("bob@b.example")));
    assert_eq!(reply["candidates"][0], json!({ "of": "ses", "id": "0100-x" }));
    let away = &lines(&["reply", "-"], "Subject: Out of office\nAuto-Submitted: auto-replied\n\nBack soon")[0];
    assert_eq!((&away["kind"], &away["report"]["absence"]), (&json!("automatic"), &json!(true)));
}

#[test]
fn a_bounce_suppresses_only_when_it_is_hard() {
    let report = |fields: &str| {
        format!(
            "From: MAILER-DAEMON@b.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\n\n\
             --x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; b.example\n\n{fields}\n\n--x--\n"
        )
    };
    let hard = "Final-Recipient: rfc822;bob@b.example\nAction: failed\nStatus: 5.1.1";
    let told = &lines(&["bounce", "-"], &report(hard))[0];
    assert_eq!(told["kind"], "bounce");
    let one = &told["report"]["recipients"][0];
    assert_eq!(
        (&one["bounce"], &one["suppresses"], &one["status"]),
        (&json!("hard"), &json!("hard_bounce"), &json!("5.1.1"))
    );
    let full = "Final-Recipient: rfc822;bob@b.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 full";
    let one = &lines(&["bounce", "-"], &report(full))[0]["report"]["recipients"][0];
    assert_eq!((&one["bounce"], &one["suppresses"]), (&json!("soft"), &Value::Null));
    assert_eq!(lines(&["bounce", "-"], "Subject: Hi\n\nHi")[0]["kind"], "person");
}

#[test]
fn an_event_has_its_effect_and_a_strange_one_none() {
    let event = |name: &str| {
        json!({
            "eventType": name,
            "mail": { "messageId": "m1", "destination": ["bob@b.example"] },
            "bounce": { "bounceType": "Permanent", "bounceSubType": "General" },
        })
    };
    let told = &lines(&["event", "-"], &event("Bounce").to_string())[0];
    assert_eq!(told["effect"], json!({ "raises_to": "bounced", "suppresses": "hard_bounce", "complained": false }));
    assert_eq!((&told["ses_id"], &told["details"]["class"]), (&json!("m1"), &json!("hard")));
    let envelope = json!({ "Type": "Notification", "MessageId": "d1", "Message": event("Delivery").to_string() });
    let told = &lines(&["event", "-"], &envelope.to_string())[0];
    assert_eq!((&told["delivery"], &told["effect"]["raises_to"]), (&json!("d1"), &json!("delivered")));
    let told = &lines(&["event", "-"], &event("Something new").to_string())[0];
    assert_eq!((&told["known"], &told["effect"]["raises_to"]), (&json!(false), &Value::Null));
    let nameless = &lines(&["event", "-"], r#"{"notificationType":"Received","mail":{}}"#)[0];
    assert_eq!(nameless["kind"], "Received");
    assert!(nameless["refused"].as_str().unwrap().contains("which message"), "{nameless}");
    assert!(lines(&["event", "-"], "{}")[0]["refused"].as_str().unwrap().contains("no event"));
}

#[test]
fn records_are_read_as_receivers_read_them() {
    let told = &lines(&["record", "v=spf1 a mx include:amazonses.com -all", "v=DMARC1; p=reject; t=y"], "")[0];
    assert_eq!((&told["spf"]["lookups"], &told["spf"]["includes_ses"]), (&json!(3), &json!(true)));
    assert_eq!((&told["dmarc"]["policy"], &told["dmarc"]["in_force"]), (&json!("reject"), &json!("quarantine")));
    let told = &lines(&["record", "v=spf1 include:b -all", "v=dmarc1; p=none"], "")[0];
    assert!(told["spf"]["refused"].as_str().unwrap().contains("include:b"));
    assert_eq!(told["dmarc"]["valid"], false);
    let told = &lines(&["record", "something else"], "")[0];
    assert_eq!((&told["spf"], &told["dmarc"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_name_that_nobody_can_claim_is_refused() {
    let told = |name| lines(&["dns", name], "").remove(0);
    assert!(told("co.uk")["refused"].as_str().unwrap().contains("suffix"));
    assert_eq!(told("gmail.com")["free_mail"], true);
    assert_eq!(told("a b")["accepted"], Value::Null);
    assert!(told("a b")["refused"].as_str().unwrap().contains("not a domain name"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domains_records_are_judged_as_the_worker_judges_them() {
    let sandbox = Sandbox::bind(options()).await.unwrap();
    let (dns, world) = (sandbox.dns, sandbox.world());
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let task = tokio::spawn(sandbox.run(stopped));
    let publish = |name: &str, kind, value: &str| {
        world.publish(Record { name: name.to_owned(), kind, value: value.to_owned(), ttl: 60 });
    };
    publish("acme.example", RecordKind::Txt, "v=spf1 include:one.example -all");
    publish("one.example", RecordKind::Txt, "v=spf1 a:x.example mx:x.example include:none.example -all");
    publish("acme.example", RecordKind::Mx, "10 aspmx.l.google.com");
    publish("_dmarc.acme.example", RecordKind::Txt, "v=DMARC1; p=maybe");
    publish("bounce.mail.acme.example", RecordKind::Mx, "10 feedback-smtp.eu-west-1.amazonses.com");
    let at = |domain: &str| {
        let output =
            command(&["dns", domain, "--region", "eu-west-1"]).env("OWNLANE_SANDBOX_DNS", dns.to_string()).output();
        told(&output.unwrap())
    };

    let lines = at("mail.acme.example");
    assert_eq!(lines[0]["claim"], "acme.example");
    let observed = |purpose: &str, kind: &str| {
        let line = lines.iter().find(|line| line["purpose"] == purpose && line["type"] == kind).unwrap();
        line["observed"].clone()
    };
    assert_eq!((observed("return_path", "MX"), observed("return_path", "TXT")), (json!("found"), json!("not_found")));
    assert_eq!(observed("dmarc", "TXT"), "not_found");
    let policy = lines.iter().find(|line| line["kind"] == "dmarc" && line["name"] == "_dmarc.acme.example").unwrap();
    assert!(policy["judged"]["refused"].as_str().unwrap().contains("p=maybe"), "{policy}");

    let lines = at("acme.example");
    let of = |kind: &str| lines.iter().find(|line| line["kind"] == kind).unwrap();
    assert_eq!((&of("spf")["judged"]["lookups"], &of("spf")["judged"]["lookups_in_all"]), (&json!(1), &json!(4)));
    assert_eq!(of("spf")["judged"]["included_without_record"], json!(["none.example"]));
    assert_eq!(of("mx")["judged"], json!({ "takes_mail": true, "provider": "google" }));
    stop.send_replace(true);
    task.await.unwrap();
}

#[test]
fn what_cannot_be_read_is_no_decision() {
    let check = |arguments: &[&str], input: &str, sentence: &str| {
        let output = run(arguments, input);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(sentence) && said.lines().count() == 1, "{arguments:?}: {said}");
    };
    check(&["csv", "/no/such/file"], "", "/no/such/file cannot be read");
    check(&["reply", "/no/such/file"], "", "/no/such/file cannot be read");
    check(&["event", "-"], "hello", "no JSON");
    check(&["template"], "{\"template\":", "no JSON");
}

#[test]
fn every_part_of_it_has_help() {
    for part in ["address", "csv", "template", "reply", "bounce", "event", "dns", "record"] {
        let output = run(&[part, "--help"], "");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && said.contains("exits with 2"), "{part}: {said}");
    }
}

fn lines(arguments: &[&str], input: &str) -> Vec<Value> {
    told(&run(arguments, input))
}

fn told(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn options() -> Options {
    let loopback = ([127, 0, 0, 1], 0).into();
    Options {
        listen: loopback,
        dns: loopback,
        auto_verify: false,
        known_domain: None,
        mail_in: None,
        strict: false,
        state: None,
        event_delay: 0.0,
        now: Arc::new(|| 1_770_000_000.0),
        chance: Arc::new(|bytes| bytes.fill(7)),
    }
}

/// With nothing in the environment that would lead to a database.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("inspect").args(arguments).env_clear();
    command
}

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child =
        command(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that needs no input may be gone before it is written.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}
