//! Whose machines take a recipient's mail, told by the names of its mail exchangers alone. Never asks DNS.

/// Who receives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Provider {
    Google,
    Microsoft,
    Yahoo,
    Apple,
    /// GMX and WEB.DE, which share their machines.
    Gmx,
    Ionos,
    MailRu,
    Yandex,
    Zoho,
    Proton,
    Fastmail,
    /// A filter that stands before a company's own mailboxes, whoever keeps those.
    SecurityGateway,
    /// The company's own, or a provider that is not told apart.
    Other,
    /// No host, or a null MX (RFC 7505).
    NoMailExchanger,
}

/// Names at whose end a mail exchanger's stands, and whose it is then.
#[rustfmt::skip]
const DOMAINS: &[(Provider, &[&str])] = &[
    (Provider::Google, &["google.com", "googlemail.com"]),
    (Provider::Microsoft, &["outlook.com", "mx.microsoft", "office365.us", "partner.outlook.cn", "hotmail.com"]),
    (Provider::Yahoo, &["yahoodns.net"]),
    (Provider::Apple, &["icloud.com"]),
    (Provider::Gmx, &["gmx.net", "web.de"]),
    (Provider::Ionos, &[
        "ionos.de", "ionos.com", "ionos.co.uk", "ionos.es", "ionos.fr", "ionos.it", "kundenserver.de", "1and1.com",
        "1and1.co.uk", "1and1.es", "1and1.fr", "perfora.net", "schlund.de",
    ]),
    (Provider::MailRu, &["mail.ru"]),
    (Provider::Yandex, &["yandex.ru", "yandex.net", "yandex.com"]),
    (Provider::Zoho, &["zoho.com", "zoho.eu", "zoho.in", "zoho.jp", "zoho.com.au", "zoho.com.cn", "zohocloud.ca"]),
    (Provider::Proton, &["protonmail.ch", "proton.ch"]),
    (Provider::Fastmail, &["messagingengine.com"]),
    (Provider::SecurityGateway, &[
        "mimecast.com", "mimecast.co.za", "mimecast-offshore.com", "pphosted.com", "ppe-hosted.com", "gpphosted.com",
        "barracudanetworks.com", "messagelabs.com", "iphmx.com", "trendmicro.com", "trendmicro.eu", "hydra.sophos.com",
        "reflexion.net", "hornetsecurity.com", "antispameurope.com", "mailcontrol.com", "fireeyecloud.com", "arsmtp.com",
        "antispamcloud.com", "spamexperts.com", "mxthunder.com", "mxthunder.net", "retarus.com", "cloud-sec-av.com",
        "vadesecure.com", "mailinblack.com",
    ]),
];

impl Provider {
    pub const ALL: [Self; 14] = [
        Self::Google,
        Self::Microsoft,
        Self::Yahoo,
        Self::Apple,
        Self::Gmx,
        Self::Ionos,
        Self::MailRu,
        Self::Yandex,
        Self::Zoho,
        Self::Proton,
        Self::Fastmail,
        Self::SecurityGateway,
        Self::Other,
        Self::NoMailExchanger,
    ];

    /// Of a look-up's answers, each like `10 mx.example.com`, in any order.
    pub fn of_answers(answers: &[String]) -> Self {
        let mut exchangers: Vec<(u16, &str)> = answers
            .iter()
            .filter_map(|answer| answer.split_once(' '))
            .filter_map(|(preference, host)| Some((preference.parse().ok()?, host)))
            .collect();
        exchangers.sort_unstable();
        Self::of(&exchangers.into_iter().map(|(_, host)| host).collect::<Vec<_>>())
    }

    /// Hosts in order of preference, in any case, with or without their last dot. The first decides: the others stand in
    /// for it.
    pub fn of(mx_hosts: &[&str]) -> Self {
        let host = mx_hosts.first().map(|host| host.trim().trim_end_matches('.').to_ascii_lowercase());
        let Some(host) = host.filter(|host| !host.is_empty()) else { return Self::NoMailExchanger };
        let is_theirs = |names: &[&str]| names.iter().any(|name| ends_in(&host, name));
        DOMAINS.iter().find(|(_, names)| is_theirs(names)).map_or(Self::Other, |(provider, _)| *provider)
    }

    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Yahoo => "yahoo",
            Self::Apple => "apple",
            Self::Gmx => "gmx",
            Self::Ionos => "ionos",
            Self::MailRu => "mail_ru",
            Self::Yandex => "yandex",
            Self::Zoho => "zoho",
            Self::Proton => "proton",
            Self::Fastmail => "fastmail",
            Self::SecurityGateway => "security_gateway",
            Self::Other => "other",
            Self::NoMailExchanger => "no_mail_exchanger",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.as_str() == text)
    }

    /// As people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Google => "Gmail",
            Self::Microsoft => "Outlook",
            Self::Yahoo => "Yahoo",
            Self::Apple => "iCloud",
            Self::Gmx => "GMX and WEB.DE",
            Self::Ionos => "IONOS",
            Self::MailRu => "Mail.ru",
            Self::Yandex => "Yandex",
            Self::Zoho => "Zoho",
            Self::Proton => "Proton",
            Self::Fastmail => "Fastmail",
            Self::SecurityGateway => "Security gateway",
            Self::Other => "Other",
            Self::NoMailExchanger => "No mail exchanger",
        }
    }
}

/// By whole labels.
fn ends_in(host: &str, name: &str) -> bool {
    host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_told_by_its_mail_exchangers() {
        let check = |hosts: &[&str], expected| assert_eq!(Provider::of(hosts), expected, "{hosts:?}");
        check(&["ASPMX.L.GOOGLE.COM.", "alt1.aspmx.l.google.com."], Provider::Google);
        check(&["b-example.mail.protection.outlook.com."], Provider::Microsoft);
        check(&["b-example.p-v1.mx.microsoft"], Provider::Microsoft);
        check(&["mta5.am0.yahoodns.net"], Provider::Yahoo);
        check(&["mx01.mail.icloud.com."], Provider::Apple);
        check(&["mx-ha02.web.de"], Provider::Gmx);
        check(&["mx00.ionos.de"], Provider::Ionos);
        check(&["emx.mail.ru"], Provider::MailRu);
        check(&["mx.yandex.net."], Provider::Yandex);
        check(&["mailsec.protonmail.ch"], Provider::Proton);
        check(&["eu-smtp-inbound-1.mimecast.com"], Provider::SecurityGateway);
        check(&["mxa-00112233.gslb.pphosted.com."], Provider::SecurityGateway);
        check(&["mx.b.example", "aspmx.l.google.com"], Provider::Other);
        check(&[], Provider::NoMailExchanger);
        check(&["."], Provider::NoMailExchanger);
        let answers = ["10 mx.yandex.net", "5 aspmx.l.google.com"].map(str::to_owned);
        assert_eq!(Provider::of_answers(&answers), Provider::Google);
        assert_eq!(Provider::of_answers(&["0 ".to_owned()]), Provider::NoMailExchanger);
    }

    #[test]
    fn a_name_that_only_looks_like_theirs_is_not() {
        for host in ["evilgoogle.com", "google.com.b.example", "mail.ru.b.example", "hotmail.ru"] {
            assert_eq!(Provider::of(&[host]), Provider::Other, "{host}");
        }
    }

    #[test]
    fn a_provider_survives_the_database() {
        for provider in Provider::ALL {
            assert_eq!(Provider::parse(provider.as_str()), Some(provider));
        }
    }
}
