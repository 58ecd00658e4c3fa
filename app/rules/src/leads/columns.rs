//! What each column of a file becomes, as proposed to a person and as confirmed. Never reads the file itself.

use super::{
    cell,
    fields::FieldName,
    headings::{self, Meaning},
};
use std::collections::BTreeSet;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    Skip,
    Email,
    Field(FieldName),
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum MappingError {
    #[error("Choose the column that holds the email addresses.")]
    NoEmail,
    #[error("Choose one column of email addresses only.")]
    SeveralEmails,
    #[error("Two columns become {0}. Choose another name for one of them, or skip it.")]
    Repeated(FieldName),
}

impl Target {
    /// As it stands in forms and in the database: `@` is the address, nothing is left out.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Skip => "",
            Self::Email => "@",
            Self::Field(name) => name.as_str(),
        }
    }

    /// What is neither the address nor a field's name is left out.
    pub fn parse(text: &str) -> Self {
        match text {
            "@" => Self::Email,
            name => FieldName::parse(name).map_or(Self::Skip, Self::Field),
        }
    }
}

/// One target for each heading. `samples` are cells of rows below the headings.
pub fn propose(headings: &[String], samples: &[Vec<String>]) -> Vec<Target> {
    let email = email_column(headings, samples);
    let has_first_names = column_of(headings, "first_name").is_some();
    let has_last_names = column_of(headings, "last_name").is_some();
    let name = if has_first_names && !has_last_names { "last_name" } else { "full_name" };
    let mut taken = BTreeSet::new();
    let mut targets = Vec::new();
    for (column, heading) in headings.iter().enumerate() {
        if email == Some(column) {
            targets.push(Target::Email);
            continue;
        }
        let wanted = match headings::find(heading) {
            Some(Meaning::Field(field)) => FieldName::parse(field).ok(),
            Some(Meaning::Name) => FieldName::parse(name).ok(),
            Some(Meaning::Email) | None => FieldName::of_heading(heading),
        };
        let is_used = || !heading.is_empty() || filled(samples, column).next().is_some();
        let wanted = wanted.or_else(|| is_used().then(|| FieldName::of_column(column + 1)));
        targets.push(wanted.map_or(Target::Skip, |wanted| {
            let name = free_name(wanted, &taken);
            taken.insert(name.clone());
            Target::Field(name)
        }));
    }
    targets
}

/// Of a mapping that a person made.
pub fn check_targets(targets: &[Target]) -> Result<(), MappingError> {
    let mut taken = BTreeSet::new();
    for target in targets {
        if let Target::Field(name) = target
            && !taken.insert(name)
        {
            return Err(MappingError::Repeated(name.clone()));
        }
    }
    match targets.iter().filter(|target| **target == Target::Email).count() {
        0 => Err(MappingError::NoEmail),
        1 => Ok(()),
        _ => Err(MappingError::SeveralEmails),
    }
}

/// The best by its heading and by what stands below it; the first of equals.
fn email_column(headings: &[String], samples: &[Vec<String>]) -> Option<usize> {
    let mut best: Option<(usize, usize)> = None;
    for (column, heading) in headings.iter().enumerate() {
        let values = filled(samples, column).count();
        let addresses = filled(samples, column).filter(|text| cell::is_like_address(text)).count();
        let percent = (addresses * 100).checked_div(values);
        let by_heading = match headings::find(heading) {
            Some(Meaning::Email) => 100,
            // "Email status" holds no addresses.
            None if headings::mentions_email(heading) && percent != Some(0) => 60,
            Some(Meaning::Field(_) | Meaning::Name) | None => 0,
        };
        let percent = percent.unwrap_or(0);
        let score = by_heading + percent;
        let is_candidate = by_heading > 0 || percent > 50;
        if is_candidate && best.is_none_or(|(_, best)| score > best) {
            best = Some((column, score));
        }
    }
    best.map(|(column, _)| column)
}

fn column_of(headings: &[String], field: &'static str) -> Option<usize> {
    headings.iter().position(|heading| headings::find(heading) == Some(Meaning::Field(field)))
}

fn filled(samples: &[Vec<String>], column: usize) -> impl Iterator<Item = &str> {
    samples.iter().filter_map(move |row| row.get(column)).map(|text| cell::trim(text)).filter(|text| !text.is_empty())
}

/// A field named `email` beside the address would puzzle whoever writes a template.
fn free_name(wanted: FieldName, taken: &BTreeSet<FieldName>) -> FieldName {
    let is_free = |name: &FieldName| name.as_str() != "email" && !taken.contains(name);
    if is_free(&wanted) {
        return wanted;
    }
    // One of so many more names than are taken is free.
    let mut numbered = (2..=taken.len() + 2).map(|number| wanted.numbered(number));
    numbered.find(is_free).unwrap_or(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(headings: &[&str], samples: &[&[&str]]) -> Vec<String> {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let samples: Vec<Vec<String>> = samples.iter().map(|row| texts(row)).collect();
        let name = |target| match target {
            Target::Skip => "-".to_owned(),
            Target::Email => "@".to_owned(),
            Target::Field(name) => name.to_string(),
        };
        propose(&texts(headings), &samples).into_iter().map(name).collect()
    }

    #[test]
    fn headings_of_five_languages_are_understood() {
        let check = |headings: &[&str], expected: &[&str]| assert_eq!(shown(headings, &[]), expected);
        check(&["E-mail Address", "First Name", "Surname", "Job Title"], &["@", "first_name", "last_name", "title"]);
        check(&["ФИО", "Электронная почта", "Дата контакта"], &["full_name", "@", "data_kontakta"]);
        check(&["Vorname", "Name", "Firma", "E-Mail"], &["first_name", "last_name", "company", "@"]);
        check(&["Name", "Firma", "E-Mail"], &["full_name", "company", "@"]);
        check(&["Nombre", "Apellido", "Correo"], &["first_name", "last_name", "@"]);
        check(&["Prénom", "Nom", "Société", "Courriel"], &["first_name", "last_name", "company", "@"]);
    }

    #[test]
    fn the_address_column_is_the_best_of_all() {
        let rows: &[&[&str]] = &[&["a@b.example", "yes", "x"], &["c@d.example", "no", ""]];
        let check = |headings: &[&str], expected: &[&str]| assert_eq!(shown(headings, rows), expected, "{headings:?}");
        check(&["", "", ""], &["@", "column_2", "column_3"]);
        check(&["Kontakt", "Email status", "Notes"], &["@", "email_status", "notes"]);
        check(&["Email", "Email", "Email"], &["@", "email_2", "email_3"]);
        check(&["Work", "Email", ""], &["@", "email_2", "column_3"]);
        let broken: &[&[&str]] = &[&["x", "a@b.example"], &["y", "c@d.example"]];
        assert_eq!(shown(&["E-mail (personal)", "E-mail (work)"], broken), ["e_mail_personal", "@"]);
        assert_eq!(shown(&["a", "b"], &[&["x", "y"]]), ["a", "b"]);
    }

    #[test]
    fn no_two_columns_become_one_field() {
        let check = |headings: &[&str], rows: &[&[&str]], expected: &[&str]| {
            assert_eq!(shown(headings, rows), expected, "{headings:?}");
        };
        check(&["Company", "Firma", "Company 2"], &[], &["company", "company_2", "company_2_2"]);
        check(&["", "会社", "x"], &[], &["-", "column_2", "x"]);
        let long = "a".repeat(60);
        let name = "a".repeat(40);
        check(&[&long, &long], &[], &[&name, &format!("{}_2", &name[..38])]);
    }

    #[test]
    fn a_mapping_needs_one_address_and_no_field_twice() {
        let field = |name: &str| Target::Field(FieldName::parse(name).unwrap());
        let check = |targets: &[Target], expected| assert_eq!(check_targets(targets), expected);
        check(&[Target::Email, field("x"), Target::Skip, Target::Skip], Ok(()));
        check(&[field("x")], Err(MappingError::NoEmail));
        check(&[Target::Email, Target::Email], Err(MappingError::SeveralEmails));
        let repeated = FieldName::parse("x").unwrap();
        check(&[field("x"), Target::Email, field("x")], Err(MappingError::Repeated(repeated)));
    }
}
