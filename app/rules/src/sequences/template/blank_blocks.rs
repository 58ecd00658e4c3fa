//! Blocks that put out nothing put out no blank lines either, as Liquid's authors have it: a block of assignments only is no
//! gap in a mail. Never looks at what is rendered.

use super::scan::{Kind, Piece};

/// A block that is open.
struct Block {
    is_blank: bool,
    /// The texts of only blanks within it, by their places.
    gaps: Vec<usize>,
}

pub(super) fn closed_up(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let mut open: Vec<Block> = Vec::new();
    let mut gaps: Vec<usize> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        match &piece.kind {
            Kind::Text(text) if text.trim().is_empty() => {
                if let Some(block) = open.last_mut() {
                    block.gaps.push(at);
                }
            }
            Kind::Text(_) | Kind::Output(_) => fill(&mut open),
            Kind::Tag(tag, _) => match tag.as_str() {
                "if" | "unless" | "case" | "for" | "capture" => {
                    open.push(Block { is_blank: true, gaps: Vec::new() });
                }
                // What is captured is put out elsewhere.
                "endcapture" => drop(open.pop()),
                "endif" | "endunless" | "endcase" | "endfor" => match open.pop() {
                    Some(block) if block.is_blank => gaps.extend(block.gaps),
                    Some(_) => fill(&mut open),
                    None => {}
                },
                "break" | "continue" => fill(&mut open),
                _ => {}
            },
        }
    }
    for at in gaps {
        if let Some(Piece { kind: Kind::Text(text), .. }) = pieces.get_mut(at) {
            text.clear();
        }
    }
    pieces
}

fn fill(open: &mut [Block]) {
    if let Some(block) = open.last_mut() {
        block.is_blank = false;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{MergeData, Template};
    use crate::time::OffsetDateTime;

    #[test]
    fn a_block_of_assignments_leaves_no_gap() {
        let check = |source: &str, expected: &str| {
            let data = MergeData::new([("x".to_owned(), "1".to_owned())], []);
            let text = Template::parse(source).unwrap().render(&data, OffsetDateTime::UNIX_EPOCH).unwrap();
            assert_eq!(text, expected, "{source:?}");
        };
        check("a{% if lead.x %}\n{% assign y = 1 %}\n{% else %}\n{% assign y = 2 %}\n{% endif %}b{{ y }}", "ab1");
        check("a{% if true %}\n{% unless false %}\n{% endunless %}\n{% endif %}b", "ab");
        check("a{% if true %}\n{% capture y %}\n{% endcapture %}\n{% endif %}b", "ab");
        check("a{% case 1 %}\n{% when 1 %}\n{% endcase %}{% for i in (1..3) %} {% endfor %}b", "ab");
        check("a{% if true %}\n{% if true %}c{% endif %}\n{% endif %}b", "a\nc\nb");
        check("a{% if false %}c{% else %}\n{% endif %}b", "a\nb");
        check("a{% capture y %}\n {% endcapture %}\nb", "a\nb");
    }
}
