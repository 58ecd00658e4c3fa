//! DNS as a resolver meets it.

use crate::harness::start;
use crate::lookups::{exchange_udp, query, tcp, udp};
use hickory_proto::op::ResponseCode;
use hickory_proto::rr::{RData, RecordType};
use sandbox::RecordKind;
use serde_json::json;

#[tokio::test]
async fn every_kind_of_record_is_answered_over_udp_and_tcp() {
    let sandbox = start().await;
    for (kind, asked, value) in [
        (RecordKind::Txt, RecordType::TXT, "v=spf1 -all"),
        (RecordKind::Mx, RecordType::MX, "10 mail.acme.example."),
        (RecordKind::A, RecordType::A, "192.0.2.1"),
        (RecordKind::Aaaa, RecordType::AAAA, "2001:db8::1"),
        (RecordKind::Ns, RecordType::NS, "ns1.acme.example."),
    ] {
        sandbox.publish("Acme.example.", kind, value);
        for answer in [udp(&sandbox, "aCME.example", asked).await, tcp(&sandbox, "aCME.example", asked).await] {
            assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
            assert!(answer.metadata.authoritative);
            let [record] = answer.answers.as_slice() else { panic!("{answer}") };
            assert_eq!((record.record_type(), record.ttl), (asked, 60));
            assert_eq!(record.data.to_string().trim_matches('"'), value);
        }
    }
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_told_from_one_without_such_records() {
    let sandbox = start().await;
    sandbox.publish("a.b.acme.test", RecordKind::A, "192.0.2.1");
    for (name, expected) in [
        ("a.b.acme.test", ResponseCode::NoError),
        ("b.acme.test", ResponseCode::NoError), // something stands beneath it
        ("c.acme.test", ResponseCode::NXDomain),
        ("x.a.b.acme.test", ResponseCode::NXDomain),
        ("me.test", ResponseCode::NXDomain), // the end of a label is no parent
    ] {
        let answer = udp(&sandbox, name, RecordType::TXT).await;
        assert_eq!((answer.metadata.response_code, answer.answers.len()), (expected, 0), "{name}");
    }
    sandbox.world.withdraw("A.b.acme.test.", RecordKind::A);
    let answer = udp(&sandbox, "b.acme.test", RecordType::A).await;
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
}

#[tokio::test]
async fn people_have_mail_exchangers() {
    let sandbox = start().await;
    for (name, expected) in [
        ("gmail.com", "5 gmail-smtp-in.l.google.com."),
        ("outlook.com", "5 outlook-com.olc.protection.outlook.com."),
        ("Hotmail.com", "2 hotmail-com.olc.protection.outlook.com."),
        ("live.com", "2 live-com.olc.protection.outlook.com."),
        ("yahoo.com", "1 mta5.am0.yahoodns.net."),
        ("aol.com", "10 mx-aol.mail.gm0.yahoodns.net."),
        ("web.de", "100 mx-ha02.web.de."),
        ("mail.ru", "10 mxs.mail.ru."),
        ("bk.ru", "10 mxs.mail.ru."),
        ("inbox.ru", "10 mxs.mail.ru."),
        ("list.ru", "10 mxs.mail.ru."),
        ("yandex.ru", "10 mx.yandex.ru."),
        ("yandex.com", "10 mx.yandex.ru."),
        ("ya.ru", "10 mx.yandex.ru."),
    ] {
        let answer = udp(&sandbox, name, RecordType::MX).await;
        assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
        assert_eq!(answer.answers[0].data.to_string(), expected);
        for record in &answer.answers {
            let RData::MX(mx) = &record.data else { panic!("{answer}") };
            let host = udp(&sandbox, mx.exchange.to_ascii().trim_end_matches('.'), RecordType::A).await;
            let RData::A(address) = &host.answers[0].data else { panic!("{host}") };
            assert_eq!(address.octets()[..3], [192, 0, 2], "{host}");
        }
    }
    let mut kinds = Vec::new();
    for number in 0..30 {
        let name = format!("company{number}.example");
        let answer = udp(&sandbox, &name, RecordType::MX).await;
        let first = answer.answers[0].data.to_string();
        let dashed = format!("0 company{number}-example.mail.protection.outlook.com.");
        let own = format!("10 mx.{name}.");
        kinds.push(["1 aspmx.l.google.com.", &dashed, &own].iter().position(|known| *known == first).unwrap());
        let host = first.split_once(' ').unwrap().1.trim_end_matches('.');
        assert_eq!(udp(&sandbox, host, RecordType::A).await.answers.len(), 1, "{host}");
    }
    assert!((0..3).all(|kind| kinds.contains(&kind)), "{kinds:?}");
}

#[tokio::test]
async fn only_people_have_mail_exchangers_and_only_unless_something_is_published() {
    let sandbox = start().await;
    for name in ["www.acme.example", "example", "acme.test", "gmail.com.example.test", "mail.gmail.com"] {
        let answer = udp(&sandbox, name, RecordType::MX).await;
        assert_eq!((answer.metadata.response_code, answer.answers.len()), (ResponseCode::NXDomain, 0), "{name}");
    }
    let address = udp(&sandbox, "gmail.com", RecordType::A).await;
    assert_eq!((address.metadata.response_code, address.answers.len()), (ResponseCode::NoError, 0));
    for host in ["mx.gmail.com", "mx.mx.acme.example", "acme.mail.protection.outlook.com"] {
        let answer = udp(&sandbox, host, RecordType::A).await;
        assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain, "{host}");
    }
    sandbox.publish("x.acme.example", RecordKind::Txt, "beneath it");
    assert!(!udp(&sandbox, "acme.example", RecordType::MX).await.answers.is_empty());
    sandbox.publish("acme.example", RecordKind::Txt, "v=spf1 -all");
    assert!(udp(&sandbox, "acme.example", RecordType::MX).await.answers.is_empty());
    sandbox.publish("acme.example", RecordKind::Mx, "5 mail.acme.example");
    assert_eq!(udp(&sandbox, "acme.example", RecordType::MX).await.answers[0].data.to_string(), "5 mail.acme.example.");
}

#[tokio::test]
async fn a_cname_is_followed_within_this_world() {
    let sandbox = start().await;
    sandbox.publish("www.acme.example", RecordKind::Cname, "host.acme.example");
    sandbox.publish("host.acme.example", RecordKind::A, "192.0.2.1");
    let answer = udp(&sandbox, "www.acme.example", RecordType::A).await;
    assert_eq!(answer.answers.len(), 2);
    assert_eq!(udp(&sandbox, "www.acme.example", RecordType::CNAME).await.answers.len(), 1);
    let answer = udp(&sandbox, "www.acme.example", RecordType::MX).await;
    assert_eq!((answer.metadata.response_code, answer.answers.len()), (ResponseCode::NoError, 1));
}

#[tokio::test]
async fn a_chain_of_cnames_ends() {
    let sandbox = start().await;
    for hop in 0..20 {
        sandbox.publish(&format!("h{hop}.chain.example"), RecordKind::Cname, &format!("h{}.chain.example", hop + 1));
    }
    sandbox.publish("h20.chain.example", RecordKind::Txt, "the end");
    let near = udp(&sandbox, "h15.chain.example", RecordType::TXT).await;
    assert_eq!((near.metadata.response_code, near.answers.len()), (ResponseCode::NoError, 6));
    let far = tcp(&sandbox, "h0.chain.example", RecordType::TXT).await;
    assert!(far.answers.len() <= 10 && far.answers.iter().all(|record| record.record_type() == RecordType::CNAME));

    sandbox.publish("a.loop.example", RecordKind::Cname, "b.loop.example");
    sandbox.publish("b.loop.example", RecordKind::Cname, "a.loop.example");
    sandbox.publish("self.loop.example", RecordKind::Cname, "self.loop.example");
    for name in ["a.loop.example", "self.loop.example"] {
        let answer = tcp(&sandbox, name, RecordType::A).await;
        assert!((1..=10).contains(&answer.answers.len()), "{answer}");
    }

    sandbox.publish("www.dangling.example", RecordKind::Cname, "nobody.dangling.example");
    let dangling = udp(&sandbox, "www.dangling.example", RecordType::A).await;
    assert_eq!((dangling.metadata.response_code, dangling.answers.len()), (ResponseCode::NXDomain, 1));
}

#[tokio::test]
async fn a_long_txt_comes_in_strings_and_over_tcp() {
    let sandbox = start().await;
    let long = "k".repeat(700);
    sandbox.publish("long.example", RecordKind::Txt, &long);
    let cut = udp(&sandbox, "long.example", RecordType::TXT).await;
    assert!(cut.metadata.truncation && cut.answers.is_empty());
    let whole = tcp(&sandbox, "long.example", RecordType::TXT).await;
    let wide = exchange_udp(&sandbox, &query("long.example", RecordType::TXT, Some(1232))).await.unwrap();
    for answer in [whole, wide] {
        assert!(!answer.metadata.truncation);
        let RData::TXT(txt) = &answer.answers[0].data else { panic!("{answer}") };
        let lengths: Vec<usize> = txt.txt_data.iter().map(|string| string.len()).collect();
        assert_eq!(lengths, [255, 255, 190]);
    }
}

#[tokio::test]
async fn a_txt_is_cut_where_its_owner_cut_it() {
    let sandbox = start().await;
    let key = "p".repeat(300);
    let odd = json!([
        { "name": "k.acme.example", "kind": "TXT", "value": ["v=DKIM1; ", "", "p=", &key[..200], &key[200..]] },
        { "name": "k.acme.example", "kind": "TXT", "value": "whole" },
    ]);
    sandbox.control("records", odd).await;
    let lengths = async || {
        let answer = tcp(&sandbox, "k.acme.example", RecordType::TXT).await;
        let texts = answer.answers.iter().map(|record| match &record.data {
            RData::TXT(txt) => txt.txt_data.iter().map(|string| string.len()).collect(),
            _ => panic!("{answer}"),
        });
        let mut texts: Vec<Vec<usize>> = texts.collect();
        texts.sort();
        texts
    };
    assert_eq!(lengths().await, [vec![5], vec![9, 0, 2, 200, 100]]);
    let value = format!("v=DKIM1; p={key}");
    assert!(sandbox.world.records().iter().any(|record| record.value == value));
    sandbox.publish("k.acme.example", RecordKind::Txt, &value);
    assert_eq!(lengths().await, [vec![5], vec![255, 56]]);

    for wrong in [
        json!({ "name": "k.acme.example", "kind": "TXT", "value": ["x".repeat(256)] }),
        json!({ "name": "k.acme.example", "kind": "A", "value": ["192.0.2.1"] }),
        json!({ "name": "k.acme.example", "kind": "TXT", "value": [1] }),
    ] {
        let reply = sandbox.request("POST", "/_sandbox/records", "", &wrong.to_string()).await.unwrap();
        assert_eq!(reply.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_record_that_dns_cannot_carry_is_not_published() {
    let sandbox = start().await;
    sandbox.publish("acme..example", RecordKind::A, "192.0.2.1");
    sandbox.publish("acme.example", RecordKind::A, "192.0.2");
    sandbox.publish("acme.example", RecordKind::Mx, "mail.acme.example");
    assert!(sandbox.world.records().is_empty());
    sandbox.publish("acme.example", RecordKind::A, "192.0.2.1");
    sandbox.publish("ACME.example.", RecordKind::A, "192.0.2.1");
    assert_eq!(sandbox.world.records().len(), 1);
}
