//! DNS as a resolver meets it.

use crate::harness::{Running, start};
use hickory_proto::op::{Edns, Message, Query, ResponseCode};
use hickory_proto::rr::{Name, RData, RecordType};
use sandbox::{DnsTrouble, RecordKind};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

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
    sandbox.publish("a.b.acme.example", RecordKind::A, "192.0.2.1");
    for (name, expected) in [
        ("a.b.acme.example", ResponseCode::NoError),
        ("b.acme.example", ResponseCode::NoError), // something stands beneath it
        ("c.acme.example", ResponseCode::NXDomain),
        ("x.a.b.acme.example", ResponseCode::NXDomain),
        ("me.example", ResponseCode::NXDomain), // the end of a label is no parent
    ] {
        let answer = udp(&sandbox, name, RecordType::TXT).await;
        assert_eq!((answer.metadata.response_code, answer.answers.len()), (expected, 0), "{name}");
    }
    sandbox.world.withdraw("A.b.acme.example.", RecordKind::A);
    let answer = udp(&sandbox, "b.acme.example", RecordType::A).await;
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
}

#[tokio::test]
async fn people_have_mail_exchangers() {
    let sandbox = start().await;
    for (name, expected) in [
        ("gmail.com", "10 gmail-smtp-in.l.google.com."),
        ("Hotmail.com", "10 hotmail-com.olc.protection.outlook.com."),
        ("web.de", "10 mx-ha02.web.de."),
        ("yandex.ru", "10 mx.yandex.ru."),
    ] {
        let answer = udp(&sandbox, name, RecordType::MX).await;
        let [record] = answer.answers.as_slice() else { panic!("{answer}") };
        assert_eq!(
            (answer.metadata.response_code, record.data.to_string().as_str()),
            (ResponseCode::NoError, expected)
        );
    }
    let mut hosts = Vec::new();
    for number in 0..30 {
        let name = format!("company{number}.example");
        let answer = udp(&sandbox, &name, RecordType::MX).await;
        let host = answer.answers[0].data.to_string().replace("10 ", "");
        let dashed = format!("company{number}-example.mail.protection.outlook.com.");
        let own = format!("mx.{name}.");
        let kind = ["aspmx.l.google.com.", &dashed, &own].iter().position(|known| *known == host);
        hosts.push(kind.unwrap());
    }
    assert!((0..3).all(|kind| hosts.contains(&kind)), "{hosts:?}");
}

#[tokio::test]
async fn only_people_have_mail_exchangers_and_only_unless_something_is_published() {
    let sandbox = start().await;
    for name in ["www.acme.example", "example", "acme.test", "gmail.com.example.test", "mail.gmail.com"] {
        let answer = udp(&sandbox, name, RecordType::MX).await;
        assert_eq!((answer.metadata.response_code, answer.answers.len()), (ResponseCode::NXDomain, 0), "{name}");
    }
    assert_eq!(udp(&sandbox, "gmail.com", RecordType::A).await.metadata.response_code, ResponseCode::NXDomain);
    sandbox.publish("x.acme.example", RecordKind::Txt, "beneath it");
    assert_eq!(udp(&sandbox, "acme.example", RecordType::MX).await.answers.len(), 1);
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
    sandbox.publish("a.loop.example", RecordKind::Cname, "b.loop.example");
    sandbox.publish("b.loop.example", RecordKind::Cname, "a.loop.example");
    assert!(!udp(&sandbox, "a.loop.example", RecordType::A).await.answers.is_empty());
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
async fn trouble_is_servfail_or_silence() {
    let sandbox = start().await;
    sandbox.publish("acme.example", RecordKind::A, "192.0.2.1");
    sandbox.world.trouble(Some(DnsTrouble::ServFail));
    let answer = udp(&sandbox, "acme.example", RecordType::A).await;
    assert_eq!((answer.metadata.response_code, answer.answers.len()), (ResponseCode::ServFail, 0));
    sandbox.world.trouble(Some(DnsTrouble::Silence));
    assert!(exchange_udp(&sandbox, &query("acme.example", RecordType::A, None)).await.is_none());
    sandbox.world.trouble(None);
    assert_eq!(udp(&sandbox, "acme.example", RecordType::A).await.answers.len(), 1);
}

#[tokio::test]
async fn a_broken_packet_is_ignored() {
    let sandbox = start().await;
    assert!(exchange_udp(&sandbox, b"broken").await.is_none());
    assert_eq!(udp(&sandbox, "acme.example", RecordType::A).await.metadata.response_code, ResponseCode::NXDomain);
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

async fn udp(sandbox: &Running, name: &str, kind: RecordType) -> Message {
    exchange_udp(sandbox, &query(name, kind, None)).await.unwrap()
}

async fn tcp(sandbox: &Running, name: &str, kind: RecordType) -> Message {
    let packet = query(name, kind, None);
    let mut stream = TcpStream::connect(sandbox.dns).await.unwrap();
    stream.write_u16(u16::try_from(packet.len()).unwrap()).await.unwrap();
    stream.write_all(&packet).await.unwrap();
    let mut answer = vec![0; usize::from(stream.read_u16().await.unwrap())];
    stream.read_exact(&mut answer).await.unwrap();
    Message::from_vec(&answer).unwrap()
}

fn query(name: &str, kind: RecordType, payload: Option<u16>) -> Vec<u8> {
    let mut message = Message::query();
    message.add_query(Query::query(Name::from_ascii(format!("{name}.")).unwrap(), kind));
    if let Some(payload) = payload {
        let mut edns = Edns::new();
        edns.set_max_payload(payload);
        message.set_edns(edns);
    }
    message.to_vec().unwrap()
}

async fn exchange_udp(sandbox: &Running, packet: &[u8]) -> Option<Message> {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
    socket.send_to(packet, sandbox.dns).await.unwrap();
    let mut answer = vec![0; 65_535];
    let length = timeout(Duration::from_millis(300), socket.recv(&mut answer)).await.ok()?.unwrap();
    Some(Message::from_vec(&answer[..length]).unwrap())
}
