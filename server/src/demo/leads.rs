//! The leads of a demo team: a file as a customer might send it, with people of the sandbox who do what their addresses say.

const FIRST_NAMES: [&str; 20] = [
    "Anna", "Bruno", "Clara", "David", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Katja", "Leo", "Marta",
    "Nils", "Olga", "Paul", "Rosa", "Sven", "Tanja", "Viktor",
];
const LAST_NAMES: [&str; 7] = ["Berg", "Costa", "Dubois", "Ivanova", "Keller", "Moreau", "Weber"];
const COMPANIES: [&str; 12] = [
    "Alpenrad",
    "Bergwerk",
    "Cargoline",
    "Delta Pumps",
    "Elbkontor",
    "Feinblech",
    "Gruen Energie",
    "Hansa Logistik",
    "Isarsoft",
    "Juraglas",
    "Kranbau Nord",
    "Lindwurm",
];
const CITIES: [&str; 6] = ["Hamburg", "Lyon", "Madrid", "Porto", "Vienna", "Zurich"];
/// What some do: their number, and a word of their address.
const DEEDS: [(usize, &str); 18] = [
    (3, "interested"),
    (9, "bounce"),
    (14, "question.de"),
    (19, "away"),
    (25, "notnow.fr"),
    (31, "softbounce"),
    (36, "interested.es"),
    (42, "bounce"),
    (47, "remove"),
    (53, "complain"),
    (58, "decline.de"),
    (64, "left"),
    (71, "interested.de"),
    (77, "wrongperson"),
    (82, "delay"),
    (88, "bounce"),
    (95, "autoreply"),
    (103, "question"),
];
pub(super) const COUNT: usize = FIRST_NAMES.len() * LAST_NAMES.len();

/// Who uses the way out of a mail.
pub(super) const OPTS_OUT: usize = 6;

pub(super) fn file(slug: &str) -> String {
    let row = |n| {
        let Lead { first, last, company, city } = lead(n);
        format!("{},{first},{last},{company},{city}\n", address(slug, n))
    };
    std::iter::once("E-mail,First name,Last name,Company,City\n".to_owned()).chain((0..COUNT).map(row)).collect()
}

pub(super) fn address(slug: &str, n: usize) -> String {
    let Lead { first, last, company, .. } = lead(n);
    let deed = DEEDS.iter().find(|(number, _)| *number == n).map(|(_, deed)| format!(".{deed}")).unwrap_or_default();
    let company = company.replace(' ', "-");
    format!("{first}.{last}{deed}@{company}-{slug}.example").to_lowercase()
}

struct Lead {
    first: &'static str,
    last: &'static str,
    company: &'static str,
    city: &'static str,
}

/// Every pair of names once.
fn lead(n: usize) -> Lead {
    let pick = |from: &[&'static str], at: usize| from.get(at % from.len()).copied().unwrap_or_default();
    Lead {
        first: pick(&FIRST_NAMES, n),
        last: pick(&LAST_NAMES, n / FIRST_NAMES.len()),
        company: pick(&COMPANIES, n * 5 + n / 7),
        city: pick(&CITIES, n),
    }
}
