//! Mail exchangers of the people in this world: their providers, as these name them, and companies under `.example`.
//! Published records are `records`'. The addresses of the hosts are of a block that leads nowhere (RFC 5737).

use crate::records::{Record, RecordKind};

const TTL_SECS: u32 = 300;

/// With their preference.
type Hosts = &'static [(u16, &'static str)];

/// Whose mailboxes, and the hosts that take the mail.
#[rustfmt::skip]
const PROVIDERS: &[(&[&str], Hosts)] = &[
    (&["gmail.com", "googlemail.com"], &[
        (5, "gmail-smtp-in.l.google.com"), (10, "alt1.gmail-smtp-in.l.google.com"),
        (20, "alt2.gmail-smtp-in.l.google.com"), (30, "alt3.gmail-smtp-in.l.google.com"),
        (40, "alt4.gmail-smtp-in.l.google.com"),
    ]),
    (&["outlook.com"], &[(5, "outlook-com.olc.protection.outlook.com")]),
    (&["hotmail.com"], &[(2, "hotmail-com.olc.protection.outlook.com")]),
    (&["live.com"], &[(2, "live-com.olc.protection.outlook.com")]),
    (&["msn.com"], &[(2, "msn-com.olc.protection.outlook.com")]),
    (&["yahoo.com", "ymail.com", "rocketmail.com"], &[
        (1, "mta5.am0.yahoodns.net"), (1, "mta6.am0.yahoodns.net"), (1, "mta7.am0.yahoodns.net"),
    ]),
    (&["aol.com"], &[(10, "mx-aol.mail.gm0.yahoodns.net")]),
    (&["icloud.com", "me.com", "mac.com"], &[(10, "mx01.mail.icloud.com"), (10, "mx02.mail.icloud.com")]),
    (&["gmx.de", "gmx.net"], &[(10, "mx00.emig.gmx.net"), (10, "mx01.emig.gmx.net")]),
    (&["web.de"], &[(100, "mx-ha02.web.de"), (100, "mx-ha03.web.de")]),
    (&["mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru"], &[(10, "mxs.mail.ru")]),
    (&["yandex.ru", "yandex.com", "ya.ru"], &[(10, "mx.yandex.ru")]),
];

/// Of a company that has its mailboxes at Google.
const WORKSPACE: Hosts = &[
    (1, "aspmx.l.google.com"),
    (5, "alt1.aspmx.l.google.com"),
    (5, "alt2.aspmx.l.google.com"),
    (10, "alt3.aspmx.l.google.com"),
    (10, "alt4.aspmx.l.google.com"),
];

/// What a name has for which nobody has published anything; `None`: there is no such name. `name` is normal.
pub(crate) fn of(name: &str, kind: Option<RecordKind>) -> Option<Vec<Record>> {
    let record = |kind, value| Record { name: name.to_owned(), kind, value, ttl: TTL_SECS };
    if let Some(hosts) = hosts(name) {
        let mx = |(preference, host)| record(RecordKind::Mx, format!("{preference} {host}"));
        return Some(if kind == Some(RecordKind::Mx) { hosts.into_iter().map(mx).collect() } else { Vec::new() });
    }
    if !is_host(name) {
        return None;
    }
    let address = format!("192.0.2.{}", hash(name) % 254 + 1);
    Some(if kind == Some(RecordKind::A) { vec![record(RecordKind::A, address)] } else { Vec::new() })
}

fn hosts(name: &str) -> Option<Vec<(u16, String)>> {
    let owned =
        |hosts: &[(u16, &str)]| hosts.iter().map(|(preference, host)| (*preference, (*host).to_owned())).collect();
    if let Some((_, hosts)) = PROVIDERS.iter().find(|(names, _)| names.contains(&name)) {
        return Some(owned(hosts));
    }
    let label = name.strip_suffix(".example")?;
    if label.is_empty() || label.contains('.') {
        return None;
    }
    Some(match hash(name) % 3 {
        0 => owned(WORKSPACE),
        1 => vec![(0, format!("{}.mail.protection.outlook.com", dashed(name)))],
        _ => vec![(10, format!("mx.{name}"))],
    })
}

fn is_host(name: &str) -> bool {
    let is_own = |domain: &str| hosts(domain).is_some_and(|hosts| hosts.iter().any(|(_, host)| host == name));
    let of_microsoft = |label: &str| hosts(&label.replace('-', ".")).is_some_and(|hosts| hosts[0].1 == name);
    PROVIDERS.iter().any(|(_, hosts)| hosts.iter().any(|(_, host)| *host == name))
        || WORKSPACE.iter().any(|(_, host)| *host == name)
        || name.strip_prefix("mx.").is_some_and(is_own)
        || name.strip_suffix(".mail.protection.outlook.com").is_some_and(of_microsoft)
}

fn dashed(name: &str) -> String {
    name.replace('.', "-")
}

/// FNV-1a: the same company keeps its provider in every run.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
