//! What was attached, by name, type and size. Never its content.

use super::entity::Entity;
use super::tidy;
use crate::limits;
use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Attachment {
    /// Never a path, never hidden, never empty.
    pub name: String,
    /// Lower case, like `application/pdf`, as its sender says.
    pub media_type: String,
    pub bytes: usize,
}

impl Attachment {
    pub(super) fn of(entity: &Entity<'_>) -> Self {
        let named = |kind: Option<&mail_parser::ContentType<'_>>, field: &str| {
            kind.and_then(|kind| kind.attribute(field)).map(str::to_owned)
        };
        let name =
            named(entity.headers.disposition(), "filename").or_else(|| named(entity.headers.content_type(), "name"));
        Self {
            name: clean(&name.unwrap_or_default()),
            media_type: tidy::line(&entity.media, limits::FILE_NAME_CHARS_MAX),
            bytes: entity.size(),
        }
    }
}

fn clean(name: &str) -> String {
    let name = tidy::line(name, usize::MAX / 8);
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String =
        name.chars().filter(|letter| !matches!(letter, '<' | '>' | ':' | '"' | '|' | '?' | '*')).collect();
    let name = name.trim_matches(|letter: char| letter == '.' || letter.is_whitespace());
    // The end of a long name tells what it is.
    let skipped = name.chars().count().saturating_sub(limits::FILE_NAME_CHARS_MAX);
    let name: String = name.chars().skip(skipped).collect();
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_and_no_path() {
        let check = |name: &str, expected: &str| assert_eq!(clean(name), expected);
        check("Angebot 2026.pdf", "Angebot 2026.pdf");
        check("../../etc/passwd", "passwd");
        check("C:\\Users\\a\\x.doc", "x.doc");
        check(".htaccess", "htaccess");
        check("<script>.svg", "script.svg");
        check("exe.\u{202e}fdp", "exe.fdp");
        check("a\r\nb: c.txt", "a b c.txt");
        check("..", "unnamed");
        assert!(clean(&format!("{}.pdf", "x".repeat(5000))).ends_with("x.pdf"));
    }

    #[test]
    fn a_size_is_that_of_the_file() {
        let mail = b"Content-Type: application/pdf; name=\"=?utf-8?B?w6QucGRm?=\"\nContent-Transfer-Encoding: base64\n\nAAAA\nAAA=\n";
        let read = Attachment::of(&Entity::read(mail));
        assert_eq!((read.media_type.as_str(), read.bytes), ("application/pdf", 5));
    }
}
