//! DNS on loopback, UDP and TCP (RFC 1035, RFC 6891): authoritative for everything, since no other world is asked.
//! Broken packets are ignored.

use crate::records::{Found, Record, RecordKind, TXT_STRING_BYTES_MAX, parse_mx};
use crate::world::{Said, World};
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, MX, NS, TXT};
use hickory_proto::rr::{Name, RData, Record as Answer, RecordType};
use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;

const UDP_BYTES: u16 = 512; // without EDNS
const EDNS_BYTES: u16 = 1232; // what we say we take
const ROOT_SERVER: &str = "a.root-servers.net";
const ROOT_TTL_SECS: u32 = 518_400;
const BIND_ATTEMPTS: u32 = 16; // a port free for UDP may be taken for TCP
const PAUSE_MILLIS: u64 = 50; // after an error of a socket: no busy loop

pub(crate) async fn bind(address: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let mut attempt = 1;
    loop {
        let udp = UdpSocket::bind(address).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(error) if address.port() != 0 || attempt == BIND_ATTEMPTS => return Err(error),
            Err(_) => attempt += 1,
        }
    }
}

/// Dropping the future drops every connection.
pub(crate) async fn serve(udp: UdpSocket, tcp: TcpListener, world: World) {
    tokio::join!(serve_udp(udp, &world), serve_tcp(tcp, &world));
}

async fn serve_udp(socket: UdpSocket, world: &World) {
    let mut packet = vec![0; usize::from(u16::MAX)];
    loop {
        let sent = match socket.recv_from(&mut packet).await {
            Ok((length, from)) => match answer(world, packet.get(..length).unwrap_or_default(), true) {
                Some(answer) => socket.send_to(&answer, from).await.map(drop),
                None => Ok(()),
            },
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "DNS over UDP");
            tokio::time::sleep(Duration::from_millis(PAUSE_MILLIS)).await;
        }
    }
}

async fn serve_tcp(listener: TcpListener, world: &World) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(connection(stream, world.clone())); }
                Err(error) => {
                    tracing::warn!(%error, "no DNS connection accepted");
                    tokio::time::sleep(Duration::from_millis(PAUSE_MILLIS)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Until the other side ends it.
async fn connection(mut stream: TcpStream, world: World) {
    while let Ok(length) = stream.read_u16().await {
        let mut packet = vec![0; usize::from(length)];
        if stream.read_exact(&mut packet).await.is_err() {
            return;
        }
        let Some(answer) = answer(&world, &packet, false) else { continue };
        let Ok(length) = u16::try_from(answer.len()) else { return };
        let framed = [length.to_be_bytes().as_slice(), &answer].concat();
        if stream.write_all(&framed).await.is_err() {
            return;
        }
    }
}

/// `None`: nothing is said.
fn answer(world: &World, packet: &[u8], udp: bool) -> Option<Vec<u8>> {
    let asked = Message::from_vec(packet).ok()?;
    if asked.metadata.message_type != MessageType::Query {
        return None;
    }
    let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
    answer.metadata.recursion_desired = asked.metadata.recursion_desired;
    answer.metadata.recursion_available = true; // stub resolvers insist
    answer.metadata.authoritative = true;
    if asked.edns.is_some() {
        let mut edns = Edns::new();
        edns.set_max_payload(EDNS_BYTES);
        answer.set_edns(edns);
    }
    answer.metadata.response_code = match asked.queries.as_slice() {
        [query] => {
            answer.add_query(query.clone());
            match asked.metadata.op_code {
                OpCode::Query => look_up(world, query, udp, &mut answer)?,
                _ => ResponseCode::NotImp,
            }
        }
        _ => ResponseCode::FormErr,
    };
    let bytes = answer.to_vec().ok();
    let limit = if udp { asked.edns.map_or(UDP_BYTES, |edns| edns.max_payload().max(UDP_BYTES)) } else { u16::MAX };
    match bytes {
        Some(bytes) if bytes.len() <= usize::from(limit) => Some(bytes),
        Some(_) if udp => answer.truncate().to_vec().ok(),
        Some(_) | None => None, // no message holds so much
    }
}

fn look_up(world: &World, query: &Query, udp: bool, answer: &mut Message) -> Option<ResponseCode> {
    let name = query.name().to_ascii().trim_end_matches('.').to_ascii_lowercase();
    let Found { records, exists, cuts } = match world.look_up(&name, kind(query.query_type()), udp) {
        Said::Found(found) => found,
        Said::Nothing => return None,
        Said::ServFail => return Some(not_ours(answer, ResponseCode::ServFail)),
        Said::Refused => return Some(not_ours(answer, ResponseCode::Refused)),
        Said::Referral => {
            let root = RData::NS(NS(parse(ROOT_SERVER)?));
            answer.add_authority(Answer::from_rdata(Name::root(), ROOT_TTL_SECS, root));
            answer.metadata.recursion_available = false;
            return Some(not_ours(answer, ResponseCode::NoError));
        }
        Said::Truncated => {
            answer.metadata.truncation = true;
            return Some(ResponseCode::NoError);
        }
    };
    for record in records {
        // The name as it was asked: resolvers may vary its case and look for the echo.
        let owner = if record.name == name { Some(query.name().clone()) } else { parse(&record.name) };
        if let (Some(owner), Some(data)) = (owner, data(&record, &cuts)) {
            answer.add_answer(Answer::from_rdata(owner, record.ttl, data));
        }
    }
    Some(if exists { ResponseCode::NoError } else { ResponseCode::NXDomain })
}

fn not_ours(answer: &mut Message, code: ResponseCode) -> ResponseCode {
    answer.metadata.authoritative = false;
    code
}

fn kind(asked: RecordType) -> Option<RecordKind> {
    match asked {
        RecordType::TXT => Some(RecordKind::Txt),
        RecordType::CNAME => Some(RecordKind::Cname),
        RecordType::MX => Some(RecordKind::Mx),
        RecordType::A => Some(RecordKind::A),
        RecordType::AAAA => Some(RecordKind::Aaaa),
        RecordType::NS => Some(RecordKind::Ns),
        _ => None,
    }
}

fn data(record: &Record, cuts: &BTreeMap<String, Vec<usize>>) -> Option<RData> {
    Some(match record.kind {
        RecordKind::Txt => RData::TXT(TXT::from_bytes(strings(&record.value, cuts.get(&record.value)))),
        RecordKind::Cname => RData::CNAME(CNAME(parse(&record.value)?)),
        RecordKind::Ns => RData::NS(NS(parse(&record.value)?)),
        RecordKind::Mx => {
            let (preference, host) = parse_mx(&record.value)?;
            RData::MX(MX::new(preference, parse(&host)?))
        }
        RecordKind::A => RData::A(A(record.value.parse().ok()?)),
        RecordKind::Aaaa => RData::AAAA(AAAA(record.value.parse().ok()?)),
    })
}

/// At least one.
fn strings<'a>(text: &'a str, lengths: Option<&Vec<usize>>) -> Vec<&'a [u8]> {
    let mut rest = text.as_bytes();
    let mut strings = Vec::new();
    for length in lengths.into_iter().flatten() {
        let (string, after) = rest.split_at_checked(*length).unwrap_or((rest, b""));
        strings.push(string);
        rest = after;
    }
    strings.extend(rest.chunks(TXT_STRING_BYTES_MAX));
    if strings.is_empty() { vec![b""] } else { strings }
}

fn parse(name: &str) -> Option<Name> {
    Name::from_ascii(format!("{name}.")).ok()
}
