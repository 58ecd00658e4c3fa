//! Which known name was probably meant. Never changes a template by itself.

/// The known name that is at most two letters away, or the same without its signs. The nearest, then the first.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = letters(name);
    let near = |other: &&str| {
        let most = plain.len().min(letters(other).len()) / 3;
        (distance(&plain, &letters(other)) <= most.min(2)).then_some(())
    };
    known.into_iter().filter(|other| near(other).is_some()).min_by_key(|other| distance(&plain, &letters(other)))
}

fn letters(name: &str) -> Vec<char> {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Letters put in, left out, exchanged with another one or with their neighbour (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let exchanged = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = exchanged.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_the_one_that_was_meant() {
        let known = ["city", "company", "email", "first_name", "last_name", "title"];
        let check = |name, expected| assert_eq!(nearest(name, known), expected, "{name}");
        check("firstname", Some("first_name"));
        check("First-Name", Some("first_name"));
        check("fisrt_name", Some("first_name"));
        check("compnay", Some("company"));
        check("emial", Some("email"));
        check("phone", None);
        check("x", None);
    }
}
