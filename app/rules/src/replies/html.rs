//! The text of an HTML mail. Tags, scripts, styles and comments are left out; a line ends where a reader would end one;
//! what is quoted gets `> ` in front, as in plain text. In one pass, whatever it is given.

use super::tidy;
use mail_parser::decoders::html::add_html_token;

/// Deeper quotes look like this one.
const QUOTES_MAX: usize = 50;

/// What has a content that is no text of the letter.
const UNSHOWN: &[&str] = &["script", "style", "head", "title", "template", "svg", "math", "object", "noscript"];

const BLOCKS: &[&str] = &[
    "address", "article", "aside", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "html", "li", "main", "nav", "ol", "p", "pre",
    "section", "table", "tbody", "tr", "ul", "summary",
];

/// Blocks that stand apart from what is around them.
const APART: &[&str] = &["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"];

pub(super) fn text(html: &str, bytes_max: usize) -> String {
    let mut page = Page { bytes_max, ..Page::default() };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        page.words(&rest[..at]);
        let found = &rest[at..];
        rest = match markup(found) {
            Some((Markup::Tag(tag), after)) => page.tag(&tag, after),
            Some((Markup::Nothing, after)) => after,
            None => {
                page.words("<");
                &found[1..]
            }
        };
        if page.text.len() > bytes_max {
            break;
        }
    }
    page.words(rest);
    page.end_line();
    tidy::beginning(page.text.trim_end(), bytes_max).to_owned()
}

enum Markup<'a> {
    Tag(Tag<'a>),
    Nothing,
}

struct Tag<'a> {
    name: String,
    is_end: bool,
    attributes: &'a str,
}

/// What begins with `<`, and what comes after it. `None`: it is a letter like others.
fn markup(text: &str) -> Option<(Markup<'_>, &str)> {
    let inner = text.strip_prefix('<')?;
    if let Some(comment) = inner.strip_prefix("!--") {
        // A comment without an end hides what follows, as in a browser.
        let after = comment.find("-->").map_or("", |end| &comment[end + 3..]);
        return Some((Markup::Nothing, after));
    }
    let (is_end, named) = inner.strip_prefix('/').map_or((false, inner), |named| (true, named));
    let first = named.bytes().next()?;
    if !first.is_ascii_alphabetic() && !matches!(inner.as_bytes().first(), Some(b'!' | b'?')) {
        return None;
    }
    let end = tag_end(named);
    let (whole, after) = (&named[..end], named.get(end + 1..).unwrap_or_default());
    if !first.is_ascii_alphabetic() {
        return Some((Markup::Nothing, after));
    }
    let name_end = whole.find(|letter: char| letter.is_ascii_whitespace() || letter == '/').unwrap_or(whole.len());
    let name = tidy::beginning(&whole[..name_end], 20).to_ascii_lowercase();
    Some((Markup::Tag(Tag { name, is_end, attributes: &whole[name_end..] }), after))
}

/// Where its `>` stands, outside of quotes; without one it goes on to the end.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    let mut is_value = false;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return at,
            (None, b'"' | b'\'') if is_value => quote = Some(byte),
            (None, _) => is_value = byte == b'=' || is_value && byte.is_ascii_whitespace(),
        }
    }
    text.len()
}

#[derive(Default)]
struct Page {
    text: String,
    line: String,
    bytes_max: usize,
    /// Whether each open `blockquote` quotes somebody.
    quotes: Vec<bool>,
    quotes_unseen: usize,
    preformatted: usize,
    has_gap: bool,
    is_tight: bool,
    /// Where the open link leads, and where its words begin.
    link: Option<(String, usize)>,
}

impl Page {
    fn words(&mut self, text: &str) {
        for (n, word) in text.split(['\n', '\r']).enumerate() {
            if self.preformatted > 0 && n > 0 {
                self.end_line();
            } else if n > 0 {
                self.blank();
            }
            for (n, word) in word.split([' ', '\t']).enumerate() {
                if n > 0 && self.preformatted > 0 {
                    self.line.push(' ');
                } else if n > 0 {
                    self.blank();
                }
                decode(word, &mut self.line);
            }
        }
    }

    fn blank(&mut self) {
        if !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
    }

    /// Takes in one tag, and gives what is to be read next.
    fn tag<'a>(&mut self, tag: &Tag<'_>, after: &'a str) -> &'a str {
        let name = tag.name.as_str();
        if UNSHOWN.contains(&name) && !tag.is_end && !tag.attributes.ends_with('/') {
            return after_end_of(name, after);
        }
        match name {
            "br" => self.end_line_of_text(),
            "hr" => {
                self.block();
                self.line.push_str("________________________________");
                self.block();
            }
            "td" | "th" => self.blank(),
            "blockquote" => self.blockquote(tag),
            "a" => self.link(tag),
            "pre" => {
                self.block();
                self.preformatted =
                    if tag.is_end { self.preformatted.saturating_sub(1) } else { self.preformatted + 1 };
            }
            name if BLOCKS.contains(&name) => {
                self.block();
                // Outlook's paragraphs are lines.
                self.is_tight = if tag.is_end { self.is_tight } else { tag.attributes.contains("MsoNormal") };
                self.has_gap |= APART.contains(&name) && tag.is_end && !self.is_tight;
                if name == "li" && !tag.is_end {
                    self.line.push_str("- ");
                }
            }
            _ => {}
        }
        after
    }

    fn blockquote(&mut self, tag: &Tag<'_>) {
        self.block();
        if tag.is_end && self.quotes_unseen > 0 {
            self.quotes_unseen -= 1;
        } else if tag.is_end {
            self.quotes.pop();
        } else if self.quotes.len() < QUOTES_MAX {
            // Gmail indents a person's own words like this.
            let style = tag.attributes.replace(' ', "");
            self.quotes.push(!style.contains("border:none"));
        } else {
            self.quotes_unseen += 1;
        }
    }

    /// Where a link leads is said, unless its words say it.
    fn link(&mut self, tag: &Tag<'_>) {
        let is_said =
            |url: &str, from: usize| self.line.get(from..).unwrap_or(&self.line).contains(url.trim_end_matches('/'));
        let ended = self.link.take().filter(|(url, from)| !is_said(url, *from));
        if let Some((url, _)) = ended {
            self.line.push_str(&format!(" <{url}>"));
        }
        if !tag.is_end {
            let value = tag.attributes.split_once("href=").map(|(_, value)| value.trim_start());
            let url = value.and_then(|value| value.split(['"', '\'', ' ', '>']).find(|part| !part.is_empty()));
            let is_web = |url: &&str| url.starts_with("https://") || url.starts_with("http://");
            self.link = url.filter(is_web).map(|url| {
                let mut decoded = String::new();
                decode(tidy::beginning(url, 500), &mut decoded);
                (decoded, self.line.len())
            });
        }
    }

    fn block(&mut self) {
        if !self.line.trim().is_empty() {
            self.end_line();
        }
        self.line.clear();
    }

    fn end_line_of_text(&mut self) {
        self.has_gap = false;
        self.end_line();
    }

    fn end_line(&mut self) {
        if self.text.len() > self.bytes_max {
            self.line.clear();
            return;
        }
        let depth = self.quotes.iter().filter(|quotes| **quotes).count();
        let prefix = "> ".repeat(depth);
        if std::mem::take(&mut self.has_gap) && !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push_str(prefix.trim_end());
            self.text.push('\n');
        }
        self.text.push_str(&prefix);
        self.text.push_str(self.line.trim_end());
        self.text.push('\n');
        self.line.clear();
    }
}

/// What comes after `</name`; nothing where it never ends.
fn after_end_of<'a>(name: &str, text: &'a str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return rest.find('>').map_or("", |end| &rest[end + 1..]);
        }
    }
    ""
}

/// A word with its entities as letters. What is no entity stays as it is.
fn decode(word: &str, line: &mut String) {
    let mut rest = word;
    while let Some(at) = rest.find('&') {
        line.push_str(&rest[..at]);
        let found = &rest[at..];
        let token =
            found.char_indices().skip(1).take(32).find(|(_, letter)| !letter.is_ascii_alphanumeric() && *letter != '#');
        match token {
            Some((end, ';')) => {
                let before = line.len();
                add_html_token(line, &found.as_bytes()[..=end], false);
                let decoded = tidy::text(&line[before..], 64).replace(['\u{a0}', '\n'], " ");
                line.truncate(before);
                line.push_str(&decoded);
                rest = &found[end + 1..];
            }
            _ => {
                line.push('&');
                rest = &found[1..];
            }
        }
    }
    line.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &str) {
        assert_eq!(text(html, 1000), expected, "{html:?}");
    }

    #[test]
    fn lines_end_where_a_reader_ends_them() {
        check("<div>a</div><div>b <b>c</b><br>d</div>", "a\nb c\nd");
        check("<p>a\n b</p><p>c</p>", "a b\n\nc");
        check("<p class=MsoNormal>a</p><p class=MsoNormal>b</p>", "a\nb");
        check("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc");
        check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc");
        check("<pre>a  b\n c</pre>", "a  b\n c");
        check("a<hr>b", "a\n________________________________\nb");
        check("<div><div><div>a</div></div></div><div><br></div>b", "a\n\nb");
    }

    #[test]
    fn nothing_of_html_is_left() {
        check("a<script>alert('</b>')</script>b<STYLE>p{}</style >c", "abc");
        check("a<!-- <b>x</b> --><!doctype html><?xml x?><![if !mso]>b", "ab");
        check("a<img alt='>' onerror=\"x>y\">b", "ab");
        check("<head><title>x</title></head>a<script>never ends", "a");
        check("a<!-- never ends", "a");
        check("a<b", "a");
        check("1 < 2 <3 << &lt;b&gt; &amp;amp;", "1 < 2 <3 << <b> &amp;");
        check("&#72;&#x69;&nbsp;&copy;&unknown;& &", "Hi ©&unknown;& &");
        check("a&#0;&#x202e;b&#10;c", "ab c");
    }

    #[test]
    fn what_is_quoted_has_a_mark() {
        check("a<blockquote type=cite><p>b</p><blockquote>c</blockquote></blockquote>d", "a\n> b\n> >\n> > c\nd");
        check("<blockquote style=\"margin:0 0 0 40px; border: none; padding:0\">own</blockquote>", "own");
        check("</blockquote></blockquote>a", "a");
    }

    #[test]
    fn a_link_says_where_it_leads() {
        check("<a href=\"https://x.example/a?b&amp;c\">here</a>!", "here <https://x.example/a?b&c>!");
        check("<a href='https://x.example/'>https://x.example</a>", "https://x.example");
        check("<a href=\"javascript:alert(1)\">here</a>", "here");
    }

    #[test]
    fn hostile_pages_take_one_pass() {
        for piece in
            ["<", "<a ", "<!--", "&", "</", "<script>", "<blockquote>", "<p>", "<a href=\"", "\n", "&amp", "<pre>\n"]
        {
            let html = piece.repeat(100_000 / piece.len());
            assert!(text(&html, 1_000_000).len() <= 1_000_000, "{piece}");
        }
    }
}
