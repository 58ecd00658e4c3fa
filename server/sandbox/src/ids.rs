//! Ids as AWS shapes them. Whoever reads one must take it as opaque.

/// Of version 4.
pub(crate) fn uuid(chance: &dyn Fn(&mut [u8])) -> String {
    let mut bytes = [0; 16];
    chance(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// Of a message or of a feedback: `0102019fa36a2608-<uuid>-000000`.
pub(crate) fn ses(region: &str, millis: i64, chance: &dyn Fn(&mut [u8])) -> String {
    format!("{}{:012x}-{}-000000", region_code(region), millis & 0xffff_ffff_ffff, uuid(chance))
}

/// Message-ID as recipients see it, without brackets.
pub(crate) fn on_the_wire(region: &str, message_id: &str) -> String {
    let host = if region == "us-east-1" { "email" } else { region };
    format!("{message_id}@{host}.amazonses.com")
}

/// Seen on real mail; those of other regions are made up.
fn region_code(region: &str) -> String {
    match region {
        "us-east-1" => "0100".to_owned(),
        "us-west-2" => "0101".to_owned(),
        "eu-west-1" => "0102".to_owned(),
        "ap-northeast-1" => "0106".to_owned(),
        "us-east-2" => "010f".to_owned(),
        other => format!("02{:02x}", other.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte))),
    }
}

/// Of a mail that SES received: `o3vrnil0e2ic28trm7dfhrc2v0clambda4nbp0g1`.
pub(crate) fn received(chance: &dyn Fn(&mut [u8])) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuv0123456789";
    let mut bytes = [0; 40];
    chance(&mut bytes);
    bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32))).map(|letter| char::from(*letter)).collect()
}
