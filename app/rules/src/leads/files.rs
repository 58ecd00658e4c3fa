//! Whole files, from their bytes as they are uploaded to the leads that they become. Tests only.

use super::*;
use std::ops::ControlFlow;

const CLEAN: &[u8] = include_bytes!("fixtures/leads-clean.csv");
const CRM: &[u8] = include_bytes!("fixtures/leads-crm-ru-cp1251.csv");
const MESSY: &[u8] = include_bytes!("fixtures/leads-messy.csv");

struct Import {
    layout: Layout,
    headings: Vec<String>,
    targets: Vec<Target>,
    candidates: Vec<Candidate>,
    /// The first cell's beginning, and why the row is refused.
    refused: Vec<(String, RowRefusal)>,
}

fn import(file: &[u8]) -> Import {
    let mut arrival = Arrival::new();
    let mut stored: Vec<u8> = file.chunks(1000).flat_map(|chunk| arrival.push(chunk).unwrap()).collect();
    let Arrived { rest, layout, .. } = arrival.finish().unwrap();
    stored.extend(&rest);
    let Proposal { headings, targets, .. } = Proposal::of(layout, Sample::of(&stored));
    assert_eq!(check_targets(&targets), Ok(()));
    let judge = Judge { layout, targets: targets.clone(), options: Options::default() };
    let mut import = Import { layout, headings, targets, candidates: Vec::new(), refused: Vec::new() };
    let mut seen = Seen::default();
    let mut take = |row: Row| {
        if let Some(judged) = judge.judge(&row, &mut seen) {
            import.keep(&row, judged);
        }
        ControlFlow::Continue(())
    };
    let mut reader = RowReader::new(layout.delimiter, layout.encoding, Place::default());
    for chunk in stored.chunks(777) {
        assert!(reader.push(chunk, &mut take).is_continue());
    }
    if let Some(row) = reader.finish() {
        assert!(take(row).is_continue());
    }
    import
}

impl Import {
    fn keep(&mut self, row: &Row, judged: Result<Candidate, RowRefusal>) {
        match judged {
            Ok(candidate) => self.candidates.push(candidate),
            Err(refusal) => {
                let first = row.cells.iter().flatten().next().map_or("", String::as_str);
                self.refused.push((first.chars().take(12).collect(), refusal));
            }
        }
    }

    fn value(&self, email: &str, field: &str) -> Option<&str> {
        let candidate = self.candidates.iter().find(|candidate| candidate.email.as_str() == email).unwrap();
        candidate.fields.get(&FieldName::parse(field).unwrap()).map(String::as_str)
    }

    fn layout(&self) -> (&'static str, Delimiter, Option<u32>) {
        (self.layout.encoding.label(), self.layout.delimiter, self.layout.header)
    }
}

#[test]
fn a_clean_file_is_taken_whole() {
    let import = import(CLEAN);
    assert_eq!(import.layout(), ("UTF-8", Delimiter::Comma, Some(0)));
    assert_eq!(import.headings, ["email", "first_name", "last_name", "company", "title", "time_zone", "city"]);
    assert_eq!(import.targets[0], Target::Email);
    assert_eq!((import.candidates.len(), import.refused.len()), (500, 0));
    assert_eq!(import.value("ulrich.jensen@alpineskihouse.example", "time_zone"), Some("Europe/Berlin"));
}

#[test]
fn an_export_of_a_russian_crm_is_read_in_its_encoding() {
    let import = import(CRM);
    assert_eq!(import.layout(), ("windows-1251", Delimiter::Semicolon, Some(0)));
    assert_eq!((import.candidates.len(), import.refused.len()), (300, 0));
    assert_eq!(import.targets[1], Target::Email);
    let first = import.candidates[0].email.as_str();
    assert_eq!(import.value(first, "full_name"), Some("Смирнов Дмитрий"));
    assert_eq!(import.value(first, "title"), Some("Директор по продажам"));
    assert_eq!(import.value(first, "data_kontakta"), Some("17.12.2026"));
    let title = FieldName::parse("title").unwrap();
    let has =
        |text: &str| import.candidates.iter().any(|candidate| candidate.fields.get(&title).is_some_and(|t| t == text));
    assert!(has("Снабжение; закупки"));
}

#[test]
fn a_messy_file_gives_what_is_good_in_it() {
    let import = import(MESSY);
    assert_eq!(import.layout(), ("UTF-8", Delimiter::Comma, Some(1)));
    assert_eq!(import.headings, ["E-mail Address", "First Name", "Surname", "Company", "Notes", "Website"]);
    assert_eq!(import.targets[0], Target::Email);
    let value = |email, field| import.value(email, field);
    assert_eq!(value("anna.berg@northwindtraders.example", "notes"), Some("met at the fair,\nwants a call"));
    assert_eq!(value("boris.egorov@contosofreight.example", "first_name"), Some("Boris"));
    assert_eq!(value("ivan.orlov@tailspintoys.example", "first_name"), Some("=1+1"));
    assert_eq!(value("ivan.orlov@tailspintoys.example", "notes"), Some("+cmd|' /C calc'!A0"));
    assert_eq!(value("marta.novak@prosewaremedia.example", "last_name"), Some("Novak"));
    assert_eq!(value("nikolai.volkov@adatumfoods.example", "notes"), Some("mailto"));
    assert_eq!(value("olga.petrova@lucernedairy.example", "notes").map(str::len), Some(5000));
    assert_eq!(value("bounce@simulator.amazonses.com", "company"), Some("Amazon"));
    assert_eq!(value("o'brien@wingtipoptics.example", "last_name"), Some("O'Brien"));
    assert_eq!(value("pedro.muller@lucernedairy.example", "last_name"), Some("Müller"));
}

#[test]
fn a_messy_file_is_refused_row_by_row() {
    use crate::addresses::AddressError;
    let not = |why| RowRefusal::NotAnAddress { why };
    let expected = [
        ("ANNA.BERG@no", RowRefusal::Repeated { row: 3 }),
        ("info@contoso", RowRefusal::RoleAccount),
        ("noreply@blue", RowRefusal::NeverRead),
        ("elena.ivanov", not(AddressError::At)),
        ("farid.haddad", not(AddressError::Domain)),
        ("grace.quinn@", RowRefusal::ReservedDomain { domain: "nomx.invalid".to_owned() }),
        ("hiro.tanaka@", RowRefusal::Disposable { domain: "mailinator.com".to_owned() }),
        ("\"very.unusua", RowRefusal::QuotedLocalPart),
        ("юлия@почта.e", RowRefusal::NonAsciiLocalPart),
        ("=HYPERLINK(\"", not(AddressError::LocalPart)),
        ("", RowRefusal::NoAddress),
        ("lena.weber@l", RowRefusal::SeveralAddresses),
        ("short row", RowRefusal::TooFewCells { found: 1, expected: 6 }),
        ("too.long@tre", RowRefusal::TooManyCells { found: 8, expected: 6 }),
    ];
    let refused = import(MESSY).refused;
    assert_eq!(refused, expected.map(|(first, refusal)| (first.to_owned(), refusal)));
}
