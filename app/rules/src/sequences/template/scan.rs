//! A template's source, cut into texts, outputs and tags. Whitespace control, raw blocks and comments end here. Never
//! passes on a part that liquid could read otherwise.

use super::error::TemplateError;
use super::lex::{self, Token};

pub(super) struct Piece {
    /// From 1.
    pub line: usize,
    pub kind: Kind,
}

pub(super) enum Kind {
    /// To be put out as it is, whatever stands in it.
    Text(String),
    Output(Vec<Token>),
    Tag(String, Vec<Token>),
}

pub(super) fn pieces(source: &str) -> Result<Vec<Piece>, TemplateError> {
    let mut scanner = Scanner { rest: source, line: 1, trims: false, pieces: Vec::new() };
    while let Some(at) = opening(scanner.rest) {
        scanner.text(at);
        scanner.element()?;
    }
    scanner.text(scanner.rest.len());
    Ok(scanner.pieces)
}

fn opening(rest: &str) -> Option<usize> {
    rest.match_indices('{').map(|(at, _)| at).find(|at| rest[at + 1..].starts_with(['{', '%']))
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
    /// Whether what comes next loses its leading whitespace.
    trims: bool,
    pieces: Vec<Piece>,
}

impl<'a> Scanner<'a> {
    fn skip(&mut self, len: usize) -> &'a str {
        let (passed, rest) = self.rest.split_at(len);
        self.line += passed.matches('\n').count();
        self.rest = rest;
        passed
    }

    /// Takes `len` bytes as text.
    fn text(&mut self, len: usize) {
        let line = self.line;
        let mut text = self.skip(len);
        if std::mem::take(&mut self.trims) {
            text = text.trim_start();
        }
        self.pieces.push(Piece { line, kind: Kind::Text(text.to_owned()) });
    }

    /// The text before loses its trailing whitespace.
    fn trim_before(&mut self) {
        if let Some(Piece { kind: Kind::Text(text), .. }) = self.pieces.last_mut() {
            text.truncate(text.trim_end().len());
        }
    }

    /// An output or a tag. `rest` begins with it.
    fn element(&mut self) -> Result<(), TemplateError> {
        let line = self.line;
        let is_output = self.skip(2) == "{{";
        if self.rest.starts_with('-') {
            self.skip(1);
            self.trim_before();
        }
        let inner = lex::inner(self.rest, if is_output { "}}" } else { "%}" }, line)?;
        self.skip(inner.len);
        self.trims = inner.trims;
        if is_output {
            self.pieces.push(Piece { line, kind: Kind::Output(inner.tokens) });
            return Ok(());
        }
        let mut tokens = inner.tokens.into_iter();
        let name = match tokens.next() {
            Some(Token::Path(path)) => match path.as_slice() {
                [lex::Segment::Name(name)] => name.clone(),
                _ => return Err(TemplateError::TagName { line }),
            },
            _ => return Err(TemplateError::TagName { line }),
        };
        match name.as_str() {
            "raw" => self.verbatim("raw", "endraw", line),
            "comment" => self.verbatim("comment", "endcomment", line),
            _ => {
                self.pieces.push(Piece { line, kind: Kind::Tag(name, tokens.collect()) });
                Ok(())
            }
        }
    }

    /// The inside of a raw block is text; that of a comment is dropped, and comments stand within comments.
    fn verbatim(&mut self, start: &str, end: &str, line: usize) -> Result<(), TemplateError> {
        let is_raw = start == "raw";
        let rest = self.rest;
        let mut depth = 1_usize;
        for (at, _) in rest.match_indices("{%") {
            let Some(tag) = BareTag::read(&rest[at..]) else { continue };
            if tag.name == start && !is_raw {
                depth += 1;
            } else if tag.name == end {
                depth -= 1;
            }
            if depth > 0 {
                continue;
            }
            if is_raw {
                self.text(at);
                if tag.trims_before {
                    self.trim_before();
                }
            } else {
                self.skip(at);
            }
            self.skip(tag.len);
            self.trims = tag.trims_behind;
            return Ok(());
        }
        Err(TemplateError::NotClosed { line, tag: start.to_owned() })
    }
}

/// `{% name %}` without arguments.
struct BareTag<'a> {
    name: &'a str,
    len: usize,
    trims_before: bool,
    trims_behind: bool,
}

impl<'a> BareTag<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (inside, _) = text.strip_prefix("{%")?.split_once("%}")?;
        let len = inside.len() + 4;
        let (inside, trims_before) = inside.strip_prefix('-').map_or((inside, false), |inside| (inside, true));
        let (inside, trims_behind) = inside.strip_suffix('-').map_or((inside, false), |inside| (inside, true));
        Some(Self { name: inside.trim(), len, trims_before, trims_behind })
    }
}
