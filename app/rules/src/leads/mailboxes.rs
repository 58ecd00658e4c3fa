//! Which mailboxes are written to, told by their address alone. Never asks whether one exists.

use super::{person::Options, refusal::RowRefusal};
use crate::addresses::{EmailAddress, SIMULATOR_DOMAIN};
use std::{collections::HashSet, sync::LazyLock};

/// What an address tells of its mailbox.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MailboxTrait {
    /// One of Amazon SES's own. Written to, whatever its name.
    Simulator,
    /// Its ending is reserved: no mail ever reaches it.
    ReservedDomain,
    /// It is thrown away after a while.
    Disposable {
        /// The name that is listed.
        domain: String,
    },
    NeverRead,
    /// It is a role's, not a person's.
    Role,
}

pub(super) fn check_mailbox(address: &EmailAddress, options: Options) -> Result<(), RowRefusal> {
    let traits = mailbox_traits(address);
    if traits.contains(&MailboxTrait::Simulator) {
        return Ok(());
    }
    let refusal = traits.into_iter().find_map(|it| match it {
        MailboxTrait::ReservedDomain => Some(RowRefusal::ReservedDomain { domain: address.domain().to_string() }),
        MailboxTrait::Disposable { domain } => Some(RowRefusal::Disposable { domain }),
        MailboxTrait::NeverRead => Some(RowRefusal::NeverRead),
        MailboxTrait::Role if !options.take_roles => Some(RowRefusal::RoleAccount),
        MailboxTrait::Role | MailboxTrait::Simulator => None,
    });
    refusal.map_or(Ok(()), Err)
}

/// All that hold; what speaks most against writing to it comes first.
pub fn mailbox_traits(address: &EmailAddress) -> Vec<MailboxTrait> {
    let domain = address.domain();
    let domain = domain.as_str();
    let mut traits = Vec::new();
    if domain == SIMULATOR_DOMAIN {
        traits.push(MailboxTrait::Simulator);
    }
    let local = address.local_part().to_ascii_lowercase();
    let mailbox = local.split('+').next().unwrap_or(&local);
    let words: String = mailbox.chars().filter(|letter| !matches!(letter, '.' | '-' | '_')).collect();
    if parents(domain).any(|name| RESERVED.contains(&name)) {
        traits.push(MailboxTrait::ReservedDomain);
    }
    if let Some(name) = parents(domain).find(|name| DISPOSABLE.contains(name)) {
        traits.push(MailboxTrait::Disposable { domain: name.to_owned() });
    }
    if NEVER_READ.contains(&words.as_str()) || NEVER_READ_PREFIXES.iter().any(|word| words.starts_with(word)) {
        traits.push(MailboxTrait::NeverRead);
    }
    if ROLES.contains(&words.as_str()) {
        traits.push(MailboxTrait::Role);
    }
    traits
}

/// RFC 6761, 6762, 7686, 8375 and 9476, and what ICANN keeps for private use. `.example` is no mailbox either, but the
/// sandbox delivers to it.
const RESERVED: &[&str] = &["invalid", "localhost", "local", "onion", "test", "home.arpa", "alt", "internal"];

static DISPOSABLE: LazyLock<HashSet<&'static str>> = LazyLock::new(|| mailchecker::blacklist().into_iter().collect());

/// Without the dots, hyphens and underscores that people put between the words.
const NEVER_READ_PREFIXES: &[&str] = &["noreply", "donotreply", "mailerdaemon"];

#[rustfmt::skip]
const NEVER_READ: &[&str] = &[
    "bounce", "bounces", "devnull", "nobody", "noresponse", "noanswer", "neantworten", "nepasrepondre", "noresponder",
    "keineantwort", "autoreply", "null", "unsubscribe",
];

/// RFC 2142, and what companies print on their pages.
#[rustfmt::skip]
const ROLES: &[&str] = &[
    "info", "information", "sales", "marketing", "support", "admin", "administrator", "administration", "office", "contact",
    "contacts", "contactus", "hello", "hi", "team", "hr", "jobs", "job", "career", "careers", "recruiting", "recruitment",
    "abuse", "noc", "security", "postmaster", "hostmaster", "webmaster", "usenet", "news", "www", "uucp", "ftp", "root",
    "billing", "accounting", "accounts", "finance", "invoice", "invoices", "payments", "legal", "privacy", "compliance",
    "help", "helpdesk", "service", "services", "customerservice", "customercare", "care", "feedback", "enquiries", "enquiry",
    "inquiries", "inquiry", "press", "media", "pr", "newsletter", "subscribe", "orders", "order", "shop", "store", "booking",
    "reservations", "reception", "mail", "email", "everyone", "all", "staff", "dev", "it", "partners", "purchasing",
    "procurement", "spam", "sysadmin", "tech", "technical", "web", "list",
    "kontakt", "vertrieb", "verkauf", "buchhaltung", "bewerbung", "personal", "buero", "empfang", "bestellung",
    "contacto", "ventas", "administracion", "comercial", "ayuda", "atencionalcliente", "empleo", "facturacion",
    "contacto", "commercial", "accueil", "ventes", "recrutement", "comptabilite", "achats",
    "ofis", "zakaz", "zakazy", "prodazhi", "otdelprodazh", "buh", "buhgalter", "priemnaya", "kadry", "zakupki", "reklama",
];

/// A domain and all that it is part of: `a.b.example`, `b.example`, `example`.
fn parents(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |name| name.split_once('.').map(|(_, parent)| parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_of_no_person_is_refused() {
        let judged = |text: &str, take_roles| {
            let address = EmailAddress::parse(text).unwrap();
            check_mailbox(&address, Options { take_roles }).err().map(|refusal| refusal.code())
        };
        let check = |text: &str, expected: Option<&str>| assert_eq!(judged(text, false), expected, "{text}");
        check("anna.berg@b.example", None);
        check("information.systems@b.example", None);
        check("INFO@b.example", Some("role_account"));
        check("info+crm@b.example", Some("role_account"));
        check("customer-service@b.example", Some("role_account"));
        check("No-Reply@b.example", Some("never_read"));
        check("do_not_reply@b.example", Some("never_read"));
        check("noreply-crm@b.example", Some("never_read"));
        check("mailer-daemon@b.example", Some("never_read"));
        check("bounce@b.example", Some("never_read"));
        check("bounce@simulator.amazonses.com", None);
        check("anna@simulator.amazonses.com.b.invalid", Some("reserved_domain"));
        check("anna@nomx.invalid", Some("reserved_domain"));
        check("anna@printer.home.arpa", Some("reserved_domain"));
        check("anna@b.test", Some("reserved_domain"));
        check("anna@mailinator.com", Some("disposable"));
        check("anna@x.mailinator.com", Some("disposable"));
        check("anna@mailinator.com.b.example", None);
        assert_eq!(judged("info@b.example", true), None);
        assert_eq!(judged("noreply@b.example", true), Some("never_read"));
        let address = EmailAddress::parse("sales@x.mailinator.com").unwrap();
        let disposable = MailboxTrait::Disposable { domain: "mailinator.com".to_owned() };
        assert_eq!(mailbox_traits(&address), [disposable, MailboxTrait::Role]);
    }
}
