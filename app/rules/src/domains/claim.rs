//! Which names can be claimed. A claim is on the registrable name, so that it covers what stands above and below the name
//! that a team connects, and a name belongs to one team at a time.

use crate::addresses::DomainName;

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClaimError {
    #[error("{0} is a suffix under which others have names. Connect a name of your own below it, like example.{0}.")]
    PublicSuffix(DomainName),
    #[error("Addresses at {0} belong to many people. Connect a domain of your own.")]
    FreeMail(DomainName),
    #[error("{0} belongs to this platform. Connect a domain of your own.")]
    Platform(DomainName),
}

/// The registrable name of `name` (publicsuffix.org): what a claim is on. `platform` are the names of the platform
/// itself.
///
/// The private part of the list counts as well: under `uk.com` each customer has a name of their own, and one of them must
/// not claim it for all. A name that *is* a suffix is refused, so no claim can stand above another one.
pub fn root_of(name: &DomainName, platform: &[DomainName]) -> Result<DomainName, ClaimError> {
    let root = registrable(name);
    let root = root.ok_or_else(|| ClaimError::PublicSuffix(name.clone()))?;
    let text = root.as_str();
    if SHARED.contains(&text) {
        return Err(ClaimError::PublicSuffix(root));
    }
    if is_free_mail(&root) {
        return Err(ClaimError::FreeMail(root));
    }
    let is_ours = platform.iter().any(|platform| psl::domain_str(platform.as_str()) == Some(text));
    if is_ours { Err(ClaimError::Platform(root)) } else { Ok(root) }
}

/// Whether anybody can have an address at this name or below it.
pub fn is_free_mail(name: &DomainName) -> bool {
    psl::domain_str(name.as_str()).is_some_and(|root| FREE_MAIL.contains(&root))
}

/// The registrable name alone (publicsuffix.org); `None` for a suffix under which others have names.
pub fn registrable(name: &DomainName) -> Option<DomainName> {
    psl::domain_str(name.as_str()).and_then(|root| DomainName::parse(root).ok())
}

/// Suffixes in all but the list: their owners hand out names below them, and nobody can add records there.
const SHARED: &[&str] =
    &["onmicrosoft.com", "mail.onmicrosoft.com", "sharepoint.com", "amazonses.com", "amazonaws.com"];

/// Providers at which anybody can have an address.
const FREE_MAIL: &[&str] = &[
    "126.com",
    "163.com",
    "aim.com",
    "aol.com",
    "bk.ru",
    "bluewin.ch",
    "btinternet.com",
    "comcast.net",
    "daum.net",
    "duck.com",
    "email.cz",
    "fastmail.com",
    "fastmail.fm",
    "foxmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.es",
    "hotmail.fr",
    "hotmail.it",
    "hushmail.com",
    "icloud.com",
    "inbox.lv",
    "inbox.ru",
    "interia.pl",
    "laposte.net",
    "libero.it",
    "list.ru",
    "live.co.uk",
    "live.com",
    "live.de",
    "live.fr",
    "live.nl",
    "mac.com",
    "mail.com",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "naver.com",
    "o2.pl",
    "onet.pl",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "outlook.es",
    "outlook.fr",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.ch",
    "protonmail.com",
    "qq.com",
    "rambler.ru",
    "rediffmail.com",
    "seznam.cz",
    "sfr.fr",
    "sina.com",
    "t-online.de",
    "terra.com.br",
    "tuta.com",
    "tutanota.com",
    "ukr.net",
    "uol.com.br",
    "verizon.net",
    "virgilio.it",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "ya.ru",
    "yahoo.ca",
    "yahoo.co.in",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.com.br",
    "yahoo.de",
    "yahoo.es",
    "yahoo.fr",
    "yahoo.it",
    "yandex.com",
    "yandex.ru",
    "yeah.net",
    "ymail.com",
    "zoho.com",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn root(name: &str) -> Result<String, ClaimError> {
        let platform = DomainName::parse("mail.ownlane.example").unwrap();
        root_of(&DomainName::parse(name).unwrap(), &[platform]).map(|root| root.as_str().to_owned())
    }

    #[test]
    fn a_claim_is_on_the_registrable_name() {
        for (name, expected) in [
            ("acme.com", "acme.com"),
            ("mail.acme.com", "acme.com"),
            ("a.b.acme.co.uk", "acme.co.uk"),
            ("mail.firm.uk.com", "firm.uk.com"),
            ("Bücher.example", "xn--bcher-kva.example"),
            ("post.firma.公司.cn", "firma.xn--55qx5d.cn"),
        ] {
            assert_eq!(root(name).as_deref(), Ok(expected), "{name}");
        }
    }

    #[test]
    fn names_that_belong_to_many_cannot_be_claimed() {
        for name in ["co.uk", "uk.com", "公司.cn", "github.io", "contoso.onmicrosoft.com"] {
            assert!(matches!(root(name), Err(ClaimError::PublicSuffix(_))), "{name}: {:?}", root(name));
        }
        for name in ["gmail.com", "x.gmail.com", "GMX.de.", "ｇｍａｉｌ。com", "mail.ru"] {
            assert!(matches!(root(name), Err(ClaimError::FreeMail(_))), "{name}: {:?}", root(name));
            assert!(is_free_mail(&DomainName::parse(name).unwrap()));
        }
        for name in ["ownlane.example", "x.ownlane.example"] {
            assert!(matches!(root(name), Err(ClaimError::Platform(_))), "{name}: {:?}", root(name));
        }
        assert_eq!(root("notgmail.com").as_deref(), Ok("notgmail.com"));
    }

    #[test]
    fn the_lists_are_in_normal_form() {
        for name in FREE_MAIL.iter().chain(SHARED) {
            assert_eq!(DomainName::parse(name).unwrap().as_str(), *name);
        }
        assert!(FREE_MAIL.is_sorted());
    }
}
