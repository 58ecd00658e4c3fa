//! Questions to the sandbox's DNS, as a resolver puts them.

use crate::harness::Running;
use hickory_proto::op::{Edns, Message, Query};
use hickory_proto::rr::{Name, RecordType};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

pub async fn udp(sandbox: &Running, name: &str, kind: RecordType) -> Message {
    exchange_udp(sandbox, &query(name, kind, None)).await.unwrap()
}

pub async fn tcp(sandbox: &Running, name: &str, kind: RecordType) -> Message {
    let packet = query(name, kind, None);
    let mut stream = TcpStream::connect(sandbox.dns).await.unwrap();
    stream.write_u16(u16::try_from(packet.len()).unwrap()).await.unwrap();
    stream.write_all(&packet).await.unwrap();
    let mut answer = vec![0; usize::from(stream.read_u16().await.unwrap())];
    stream.read_exact(&mut answer).await.unwrap();
    Message::from_vec(&answer).unwrap()
}

pub fn query(name: &str, kind: RecordType, payload: Option<u16>) -> Vec<u8> {
    let mut message = Message::query();
    message.add_query(Query::query(Name::from_ascii(format!("{name}.")).unwrap(), kind));
    if let Some(payload) = payload {
        let mut edns = Edns::new();
        edns.set_max_payload(payload);
        message.set_edns(edns);
    }
    message.to_vec().unwrap()
}

pub async fn exchange_udp(sandbox: &Running, packet: &[u8]) -> Option<Message> {
    let socket = UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
    socket.send_to(packet, sandbox.dns).await.unwrap();
    let mut answer = vec![0; 65_535];
    let length = timeout(Duration::from_millis(300), socket.recv(&mut answer)).await.ok()?.unwrap();
    Some(Message::from_vec(&answer[..length]).unwrap())
}
