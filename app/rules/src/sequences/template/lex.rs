//! The words inside `{{ … }}` and `{% … %}`. Never decides what they mean. Stricter than liquid, so that what passes
//! here has one reading only.

use super::error::TemplateError;

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Token {
    /// A name with what hangs on it: `lead.first_name`, `parts[0]`, `contains`.
    Path(Vec<Segment>),
    /// Without its quotes.
    Text(String),
    Number(String),
    Symbol(&'static str),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Segment {
    Name(String),
    Index(i64),
}

/// What stood between an opening and its end.
pub(super) struct Inner {
    pub tokens: Vec<Token>,
    /// Bytes up to behind the end.
    pub len: usize,
    /// Whether it ended with `-}}` or `-%}`.
    pub trims: bool,
}

/// Reads up to and with `end` (`}}` or `%}`). `rest` begins behind the opening.
pub(super) fn inner(rest: &str, end: &str, line: usize) -> Result<Inner, TemplateError> {
    let mut lexer = Lexer { rest, line, end };
    let mut tokens = Vec::new();
    loop {
        lexer.rest = lexer.rest.trim_start();
        if let Some(trims) = lexer.at_end() {
            let len = rest.len() - lexer.rest.len() + end.len() + usize::from(trims);
            return Ok(Inner { tokens, len, trims });
        }
        tokens.push(lexer.token()?);
    }
}

impl Token {
    /// Whether it is this single word.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Path(path) if matches!(path.as_slice(), [Segment::Name(name)] if name == word))
    }
}

/// Longer ones first.
const SYMBOLS: &[&str] = &["==", "!=", "<>", "<=", ">=", "..", "<", ">", "=", "|", ":", ",", "(", ")"];

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    end: &'a str,
}

impl<'a> Lexer<'a> {
    /// Whether the end is next, and whether it trims.
    fn at_end(&self) -> Option<bool> {
        if self.rest.starts_with(self.end) {
            return Some(false);
        }
        self.rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(self.end)).then_some(true)
    }

    fn token(&mut self) -> Result<Token, TemplateError> {
        let Some(first) = self.rest.chars().next() else {
            return Err(TemplateError::Unclosed { line: self.line, end: self.end.to_owned() });
        };
        if first == '"' || first == '\'' {
            return self.quoted(first).map(|text| Token::Text(text.to_owned()));
        }
        if first.is_ascii_alphabetic() || first == '_' {
            return self.path();
        }
        if first.is_ascii_digit() || self.is_signed_number() {
            return self.number();
        }
        for symbol in SYMBOLS {
            if let Some(rest) = self.rest.strip_prefix(symbol) {
                self.rest = rest;
                return Ok(Token::Symbol(symbol));
            }
        }
        if matches!(first, '“' | '”' | '„' | '‘' | '’' | '«' | '»') {
            return Err(TemplateError::CurlyQuotes { line: self.line });
        }
        Err(TemplateError::Character { line: self.line, character: first })
    }

    fn quoted(&mut self, quote: char) -> Result<&'a str, TemplateError> {
        let body = &self.rest[quote.len_utf8()..];
        let end = body.find(quote).ok_or(TemplateError::Quote { line: self.line })?;
        self.rest = &body[end + quote.len_utf8()..];
        Ok(&body[..end])
    }

    fn is_signed_number(&self) -> bool {
        self.rest.strip_prefix(['+', '-']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    }

    fn number(&mut self) -> Result<Token, TemplateError> {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let sign = usize::from(!self.rest.starts_with(|c: char| c.is_ascii_digit()));
        let mut len = sign + digits(&self.rest[sign..]);
        // `1..5` is a range, not the number `1.`.
        let fraction = self.rest[len..].strip_prefix('.').map_or(0, digits);
        if fraction > 0 {
            len += 1 + fraction;
        }
        let (number, rest) = self.rest.split_at(len);
        // Liquid panics on a whole number that it cannot hold.
        if fraction == 0 && number.parse::<i64>().is_err() {
            return Err(TemplateError::LargeNumber { line: self.line });
        }
        self.rest = rest;
        Ok(Token::Number(number.to_owned()))
    }

    fn path(&mut self) -> Result<Token, TemplateError> {
        let mut path = vec![Segment::Name(self.word().to_owned())];
        loop {
            let is_word = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            if let Some(rest) = self.rest.strip_prefix('.').filter(|rest| is_word(rest)) {
                self.rest = rest;
                path.push(Segment::Name(self.word().to_owned()));
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest.trim_start();
                path.push(self.index()?);
            } else {
                return Ok(Token::Path(path));
            }
        }
    }

    /// Letters, digits, `_` and `-`; a `-` that belongs to the end is left alone.
    fn word(&mut self) -> &'a str {
        let ends = |(at, c): (usize, char)| match c {
            '-' => self.rest[at + 1..].starts_with(self.end),
            c => !(c.is_ascii_alphanumeric() || c == '_'),
        };
        let len = self.rest.char_indices().find(|&found| ends(found)).map_or(self.rest.len(), |(at, _)| at);
        let (word, rest) = self.rest.split_at(len);
        self.rest = rest;
        word
    }

    /// `0]` or `"first_name"]`. A field whose name is only known later cannot be checked, so nothing else.
    fn index(&mut self) -> Result<Segment, TemplateError> {
        let refused = TemplateError::Index { line: self.line };
        let segment = match self.rest.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let name = self.quoted(quote)?;
                let is_start = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
                if !is_start || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
                    return Err(refused);
                }
                Segment::Name(name.to_owned())
            }
            Some(first) if !first.is_ascii_digit() && !self.is_signed_number() => return Err(refused),
            _ => match self.number()? {
                Token::Number(number) => Segment::Index(number.parse().map_err(|_| refused.clone())?),
                _ => return Err(refused),
            },
        };
        self.rest = self.rest.trim_start().strip_prefix(']').ok_or(refused)?;
        Ok(segment)
    }
}
