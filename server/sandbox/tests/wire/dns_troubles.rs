//! DNS that is ill, everywhere or in one zone, and packets that are none.

use crate::harness::{Running, start};
use crate::lookups::{exchange_udp, query, tcp, udp};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::RecordType;
use sandbox::{DnsTrouble, RecordKind};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

async fn with_acme() -> Running {
    let sandbox = start().await;
    sandbox.publish("acme.example", RecordKind::A, "192.0.2.1");
    sandbox
}

#[tokio::test]
async fn each_trouble_looks_as_it_does_on_the_wire() {
    let sandbox = with_acme().await;
    for (trouble, code) in [
        (DnsTrouble::ServFail, ResponseCode::ServFail),
        (DnsTrouble::Refused, ResponseCode::Refused),
        (DnsTrouble::Lame, ResponseCode::NoError),
    ] {
        sandbox.world.trouble(Some(trouble));
        for answer in
            [udp(&sandbox, "acme.example", RecordType::A).await, tcp(&sandbox, "acme.example", RecordType::A).await]
        {
            assert_eq!((answer.metadata.response_code, answer.answers.len()), (code, 0));
            assert!(!answer.metadata.authoritative && !answer.metadata.truncation);
            let upward: Vec<String> = answer.authorities.iter().map(|record| record.name.to_ascii()).collect();
            assert_eq!(upward, vec!["."; usize::from(trouble == DnsTrouble::Lame)]);
        }
    }
    sandbox.world.trouble(Some(DnsTrouble::Silence));
    assert!(exchange_udp(&sandbox, &query("acme.example", RecordType::A, None)).await.is_none());
    sandbox.world.trouble(None);
    assert_eq!(udp(&sandbox, "acme.example", RecordType::A).await.answers.len(), 1);
}

#[tokio::test]
async fn what_is_cut_off_over_udp_is_whole_over_tcp() {
    let sandbox = with_acme().await;
    sandbox.world.trouble(Some(DnsTrouble::Truncation));
    for payload in [None, Some(4096)] {
        let cut = exchange_udp(&sandbox, &query("acme.example", RecordType::A, payload)).await.unwrap();
        assert!(cut.metadata.truncation && cut.answers.is_empty(), "{cut}");
    }
    let whole = tcp(&sandbox, "acme.example", RecordType::A).await;
    assert!(!whole.metadata.truncation && whole.answers.len() == 1, "{whole}");
}

#[tokio::test]
async fn stale_answers_are_those_of_before() {
    let sandbox = with_acme().await;
    sandbox.control("trouble", json!({ "trouble": "Stale", "name": "acme.example" })).await;
    sandbox.world.withdraw("acme.example", RecordKind::A);
    sandbox.publish("new.acme.example", RecordKind::A, "192.0.2.2");
    let old = udp(&sandbox, "acme.example", RecordType::A).await;
    assert_eq!((old.answers.len(), old.answers[0].ttl), (1, 30));
    let new = udp(&sandbox, "new.acme.example", RecordType::A).await;
    assert_eq!(new.metadata.response_code, ResponseCode::NXDomain);
    sandbox.control("trouble", json!({ "trouble": null, "name": "acme.example" })).await;
    assert!(udp(&sandbox, "acme.example", RecordType::A).await.answers.is_empty());
    assert_eq!(udp(&sandbox, "new.acme.example", RecordType::A).await.answers.len(), 1);
}

#[tokio::test]
async fn one_zone_can_be_ill_by_itself() {
    let sandbox = with_acme().await;
    sandbox.publish("www.acme.example", RecordKind::Cname, "host.other.example");
    for name in ["other.example", "host.other.example", "another.example"] {
        sandbox.publish(name, RecordKind::A, "192.0.2.2");
    }
    let code = async |name: &str| udp(&sandbox, name, RecordType::A).await.metadata.response_code;
    sandbox.control("trouble", json!({ "trouble": "Refused", "name": "Other.example." })).await;
    for (name, expected) in [
        ("other.example", ResponseCode::Refused),
        ("HOST.other.example", ResponseCode::Refused),
        ("another.example", ResponseCode::NoError),
        ("acme.example", ResponseCode::NoError),
    ] {
        assert_eq!(code(name).await, expected, "{name}");
    }
    let led_away = udp(&sandbox, "www.acme.example", RecordType::A).await;
    assert_eq!((led_away.metadata.response_code, led_away.answers.len()), (ResponseCode::NoError, 1));

    sandbox.control("trouble", json!({ "trouble": "ServFail" })).await;
    assert_eq!(
        (code("acme.example").await, code("other.example").await),
        (ResponseCode::ServFail, ResponseCode::Refused)
    );
    sandbox.control("trouble", json!({ "trouble": null })).await;
    assert_eq!(code("other.example").await, ResponseCode::NoError);
    for wrong in [json!({ "trouble": "Lame", "name": "a..b" }), json!({ "trouble": "Lame", "zone": "a.example" })] {
        let reply = sandbox.request("POST", "/_sandbox/trouble", "", &wrong.to_string()).await.unwrap();
        assert_eq!(reply.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn ses_learns_nothing_from_a_zone_that_is_ill() {
    let sandbox = start().await;
    let status = async |name: &str| {
        let path = format!("/v2/email/identities/{name}");
        sandbox.get(&path).await.ok()["VerificationStatus"].as_str().unwrap().to_owned()
    };
    for name in ["ill.example", "well.example"] {
        let tokens = sandbox.identity(name).await;
        sandbox.publish_dkim(name, &tokens);
    }
    for trouble in [DnsTrouble::ServFail, DnsTrouble::Silence, DnsTrouble::Refused, DnsTrouble::Lame] {
        sandbox.world.trouble_at("ill.example", Some(trouble));
        assert_eq!(status("ill.example").await, "PENDING", "{trouble:?}");
    }
    assert_eq!(status("well.example").await, "SUCCESS");
    sandbox.world.trouble_at("ill.example", Some(DnsTrouble::Truncation));
    assert_eq!(status("ill.example").await, "SUCCESS"); // it asks by TCP
    sandbox.world.trouble_at("ill.example", Some(DnsTrouble::Stale));
    for record in sandbox.world.records() {
        sandbox.world.withdraw(&record.name, record.kind);
    }
    assert_eq!(
        (status("ill.example").await, status("well.example").await),
        ("SUCCESS".to_owned(), "TEMPORARY_FAILURE".to_owned())
    );
}

/// Packets that no program should send: cut, with names that point at themselves or at each other, and with more counted than
/// there is.
fn broken() -> Vec<Vec<u8>> {
    let whole = query("a.long.name.acme.example", RecordType::A, Some(1232));
    let mut broken: Vec<Vec<u8>> = (0..whole.len()).map(|length| whole[..length].to_vec()).collect();
    let header = |questions: u16| {
        let mut packet = vec![0xab, 0xcd, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        packet[4..6].copy_from_slice(&questions.to_be_bytes());
        packet
    };
    for name in [&[0xc0, 12][..], &[0xc0, 14, 0xc0, 12], &[1, b'a', 0xc0, 12], &[0xff, 0xff], &[0x80, 0], &[64; 70]] {
        broken.push([&header(1), name, &[0, 1, 0, 1]].concat());
    }
    let mut steps = [&header(2_700)[..], &[0, 0, 1, 0, 1]].concat(); // each name leads to the one before
    let mut before = 12_u16;
    while before < 0x3ff0 && steps.len() < 17 + 2_699 * 6 {
        let here = u16::try_from(steps.len()).unwrap();
        steps.extend((0xc000 | before).to_be_bytes());
        steps.extend([0, 1, 0, 1]);
        before = here;
    }
    broken.push(steps);
    let long: Vec<u8> = [&[63][..], &[b'a'; 63]].concat().repeat(3);
    let mut many = [&header(u16::MAX), &long[..], &[0, 0, 1, 0, 1]].concat();
    many.extend([0xc0, 12, 0, 1, 0, 1].repeat(10_000)); // each as long as the first
    broken.push(many);
    broken
}

#[tokio::test]
async fn a_broken_packet_is_ignored_or_called_so() {
    let sandbox = with_acme().await;
    let good = query("acme.example", RecordType::A, None);
    let good_id = Message::from_vec(&good).unwrap().metadata.id;
    let socket = UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
    for packet in broken() {
        socket.send_to(&packet, sandbox.dns).await.unwrap();
        socket.send_to(&good, sandbox.dns).await.unwrap();
        let mut answer = vec![0; 65_535];
        loop {
            let length = socket.recv(&mut answer).await.unwrap();
            let said = Message::from_vec(&answer[..length]).unwrap();
            if said.metadata.id == good_id && !said.answers.is_empty() {
                break;
            }
            assert_eq!(said.metadata.response_code, ResponseCode::FormErr, "{packet:?}");
            assert!(length <= 512, "a small answer to {} bytes", packet.len());
        }
    }
    let mut stream = TcpStream::connect(sandbox.dns).await.unwrap();
    for packet in broken().iter().chain([&good]) {
        stream.write_u16(u16::try_from(packet.len()).unwrap()).await.unwrap();
        stream.write_all(packet).await.unwrap();
    }
    loop {
        let mut answer = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut answer).await.unwrap();
        let said = Message::from_vec(&answer).unwrap();
        if said.metadata.id == good_id && said.answers.len() == 1 {
            break;
        }
        assert_eq!(said.metadata.response_code, ResponseCode::FormErr);
    }
    assert_eq!(
        sandbox.request("GET", "/_sandbox/records", "", "").await.unwrap().ok().as_array().map(Vec::len),
        Some(1)
    );
}
