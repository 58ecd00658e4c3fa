//! What the headings of other programs' exports mean. Data, and the look-up in it; never a judgement about a file.

use super::letters;
use std::{collections::HashMap, sync::LazyLock};

/// A field that every lead may have, with the headings under which exports keep it.
pub(super) struct StandardField {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    headings: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    Email,
    /// The name of a [`StandardField`].
    Field(&'static str),
    /// A bare "Name": of a whole person, or the last name where another column has the first.
    Name,
}

/// Case, blanks, hyphens, underscores and accents do not matter.
pub(super) fn find(heading: &str) -> Option<Meaning> {
    MEANINGS.get(&fold(heading)).copied()
}

/// Whether it speaks of addresses, among other things.
pub(super) fn mentions_email(heading: &str) -> bool {
    let folded = fold(heading);
    ["email", "pochta", "correo", "courriel", "mailadres"].iter().any(|word| folded.contains(word))
}

fn fold(heading: &str) -> String {
    let mut folded = String::new();
    for letter in heading.chars().flat_map(char::to_lowercase) {
        match letters::ascii(letter) {
            Some(ascii) => folded.push_str(ascii),
            None if letter.is_alphanumeric() => folded.push(letter),
            None => {}
        }
    }
    folded
}

static MEANINGS: LazyLock<HashMap<String, Meaning>> = LazyLock::new(|| {
    let emails = EMAIL.iter().map(|heading| (fold(heading), Meaning::Email));
    let names = NAME.iter().map(|heading| (fold(heading), Meaning::Name));
    let fields = STANDARD.iter().flat_map(|field| {
        let headings = [field.name, field.label].into_iter().chain(field.headings.iter().copied());
        headings.map(|heading| (fold(heading), Meaning::Field(field.name)))
    });
    emails.chain(names).chain(fields).collect()
});

#[rustfmt::skip]
const EMAIL: &[&str] = &[
    "email", "mail", "email address", "mail address", "email 1", "primary email", "work email", "business email",
    "contact email", "person email", "company email", "email 1 value", "email addresses",
    "электронная почта", "почта", "эл. почта", "эл почта", "емейл", "имейл", "мейл", "рабочий email", "рабочая почта",
    "адрес электронной почты", "электронный адрес", "почтовый ящик", "адрес почты", "email контакта",
    "e-mail-adresse", "mailadresse", "email geschäftlich",
    "correo", "correo electrónico", "dirección de correo", "dirección de correo electrónico",
    "courriel", "adresse mail", "adresse e-mail", "adresse électronique", "adresse courriel",
    "indirizzo email", "posta elettronica", "endereço de email", "adres email", "mailadres",
];

#[rustfmt::skip]
const NAME: &[&str] = &["name", "nom"];

#[rustfmt::skip]
pub(super) const STANDARD: &[StandardField] = &[
    StandardField { name: "first_name", label: "First name", headings: &[
        "first", "given name", "forename", "fname", "person first name", "contact first name",
        "имя", "имя контакта", "vorname", "rufname", "nombre", "primer nombre", "nombre de pila", "prénom", "nome", "imię",
    ] },
    StandardField { name: "last_name", label: "Last name", headings: &[
        "last", "surname", "family name", "lname", "person last name", "contact last name",
        "фамилия", "фамилия контакта", "nachname", "familienname", "zuname", "apellido", "apellidos", "primer apellido",
        "nom de famille", "cognome", "sobrenome", "nazwisko",
    ] },
    StandardField { name: "full_name", label: "Full name", headings: &[
        "contact", "contact name", "person", "person name", "lead name", "display name", "contact person",
        "фио", "ф.и.о.", "полное имя", "контакт", "контактное лицо", "имя и фамилия", "фамилия и имя", "фамилия имя отчество",
        "полное имя контакта", "vollständiger name", "ansprechpartner", "vor- und nachname", "kontaktperson",
        "nombre completo", "nombre y apellidos", "contacto", "persona de contacto", "nom complet", "prénom et nom",
        "nom et prénom",
    ] },
    StandardField { name: "company", label: "Company", headings: &[
        "company name", "organization", "organisation", "organization name", "organisation name", "account", "account name",
        "employer", "business", "business name",
        "компания", "название компании", "организация", "название организации", "фирма", "предприятие", "компания контакта",
        "наименование организации", "юридическое лицо",
        "firma", "firmenname", "unternehmen", "organisation / firma", "empresa", "compañía", "nombre de la empresa",
        "organización", "société", "entreprise", "nom de la société", "nom de l'entreprise", "raison sociale", "azienda",
    ] },
    StandardField { name: "title", label: "Title", headings: &[
        "job title", "position", "role", "job", "function", "occupation", "person title",
        "должность", "позиция", "должность контакта", "роль", "stelle", "funktion", "berufsbezeichnung", "jobtitel",
        "stellenbezeichnung", "puesto", "cargo", "puesto de trabajo", "poste", "fonction", "intitulé du poste",
        "intitulé de poste", "titre du poste", "stanowisko",
    ] },
    StandardField { name: "phone", label: "Phone", headings: &[
        "phone number", "telephone", "telephone number", "tel", "mobile", "mobile phone", "mobile number", "cell",
        "cell phone", "work phone", "business phone", "direct phone", "corporate phone",
        "телефон", "номер телефона", "тел", "мобильный", "мобильный телефон", "рабочий телефон", "сотовый",
        "контактный телефон", "telefon", "telefonnummer", "mobil", "handy", "rufnummer", "mobiltelefon",
        "teléfono", "móvil", "número de teléfono", "celular", "téléphone", "numéro de téléphone", "portable", "telefono",
    ] },
    StandardField { name: "website", label: "Website", headings: &[
        "web", "web site", "url", "website url", "homepage", "company website", "site", "domain", "company domain",
        "сайт", "веб-сайт", "вебсайт", "адрес сайта", "сайт компании", "webseite", "internetseite", "webadresse",
        "sitio web", "página web", "site web", "site internet",
    ] },
    StandardField { name: "city", label: "City", headings: &[
        "town", "locality", "mailing city", "person city", "company city",
        "город", "населённый пункт", "stadt", "ort", "wohnort", "ciudad", "localidad", "población", "ville", "commune",
    ] },
    StandardField { name: "country", label: "Country", headings: &[
        "country name", "country/region", "mailing country", "person country", "company country",
        "страна", "land", "país", "pays",
    ] },
    StandardField { name: "time_zone", label: "Time zone", headings: &[
        "timezone", "tz", "часовой пояс", "временная зона", "таймзона", "zeitzone", "zona horaria", "huso horario",
        "fuseau horaire",
    ] },
    StandardField { name: "linkedin", label: "LinkedIn", headings: &[
        "linkedin url", "linkedin profile", "linkedin profile url", "person linkedin url", "linkedin link",
        "профиль linkedin", "ссылка на linkedin", "linkedin-profil", "perfil de linkedin", "profil linkedin",
    ] },
    StandardField { name: "notes", label: "Notes", headings: &[
        "note", "comment", "comments", "remarks", "remark", "description",
        "заметки", "заметка", "комментарий", "комментарии", "примечание", "примечания", "описание",
        "notiz", "notizen", "bemerkung", "bemerkungen", "kommentar", "anmerkung", "anmerkungen",
        "notas", "nota", "comentario", "comentarios", "observaciones", "remarque", "remarques", "commentaire",
        "commentaires",
    ] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_known_however_it_is_written() {
        let check = |heading: &str, expected| assert_eq!(find(heading), expected, "{heading:?}");
        for heading in ["E-Mail ", "e_mail", "E-mail Address", "Электронная почта", "ПОЧТА", "Correo", "Courriel"]
        {
            check(heading, Some(Meaning::Email));
        }
        check("Prenom", Some(Meaning::Field("first_name")));
        check("PRÉNOM", Some(Meaning::Field("first_name")));
        check("SURNAME", Some(Meaning::Field("last_name")));
        check("Ф. И. О.", Some(Meaning::Field("full_name")));
        check("Société", Some(Meaning::Field("company")));
        check("Населенный пункт", Some(Meaning::Field("city")));
        check("Name", Some(Meaning::Name));
        check("", None);
        check("会社", None);
        check("Дата контакта", None);
    }

    #[test]
    fn no_heading_means_two_things() {
        let all = EMAIL.iter().map(|heading| (fold(heading), "email")).chain(NAME.iter().map(|h| (fold(h), "name")));
        let fields = STANDARD.iter().flat_map(|field| field.headings.iter().map(|h| (fold(h), field.name)));
        let mut seen: HashMap<String, &str> = HashMap::new();
        for (heading, meaning) in all.chain(fields) {
            assert!(!heading.is_empty());
            let before = seen.insert(heading.clone(), meaning).unwrap_or(meaning);
            assert_eq!(before, meaning, "{heading}");
        }
    }
}
