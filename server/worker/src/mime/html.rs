//! The HTML twin of a plain text: its paragraphs, its lines, its links, and nothing else. Every character of the text is
//! escaped once, here.

/// `text` has its lines ended by LF.
pub(super) fn twin(text: &str) -> String {
    let mut html = "<!DOCTYPE html>\n<html>\n<body>\n".to_owned();
    for paragraph in text.trim_end_matches('\n').split("\n\n") {
        let lines: Vec<String> = paragraph.split('\n').map(line).collect();
        html.push_str("<p>");
        html.push_str(&lines.join("<br>\n"));
        html.push_str("</p>\n");
    }
    html.push_str("</body>\n</html>\n");
    html
}

fn line(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some((before, url, after)) = next_url(rest) {
        html.push_str(&escape(before));
        let url = escape(url);
        html.push_str(&format!("<a href=\"{url}\">{url}</a>"));
        rest = after;
    }
    html + &escape(rest)
}

/// What stands before the first link, the link, and what stands after it. A link ends at white space, quotes or brackets,
/// and not with the stop of its sentence.
fn next_url(text: &str) -> Option<(&str, &str, &str)> {
    for (at, _) in text.match_indices("http") {
        let (before, found) = text.split_at_checked(at)?;
        let scheme = ["https://", "http://"].into_iter().find(|scheme| found.starts_with(scheme));
        let Some(scheme) = scheme.filter(|_| !before.ends_with(char::is_alphanumeric)) else { continue };
        let ends = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"');
        let whole = found.split(ends).next().unwrap_or_default();
        let mut url = whole.trim_end_matches(STOPS);
        while url.ends_with(')') && url.matches(')').count() > url.matches('(').count() {
            url = url.strip_suffix(')').unwrap_or(url).trim_end_matches(STOPS);
        }
        if url.len() > scheme.len() {
            return Some((before, url, found.strip_prefix(url)?));
        }
    }
    None
}

const STOPS: [char; 7] = ['.', ',', ';', ':', '!', '?', '\''];

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> String {
        let html = twin(text);
        let inner = html.strip_prefix("<!DOCTYPE html>\n<html>\n<body>\n").unwrap();
        inner.strip_suffix("\n</body>\n</html>\n").unwrap().to_owned()
    }

    #[test]
    fn paragraphs_and_lines_are_kept() {
        assert_eq!(body("a\nb\n\nc\n"), "<p>a<br>\nb</p>\n<p>c</p>");
        assert_eq!(body("a\n\n\nb"), "<p>a</p>\n<p><br>\nb</p>");
        assert_eq!(body(""), "<p></p>");
    }

    #[test]
    fn every_character_is_escaped_once() {
        assert_eq!(
            body("Smith & Sons <EU> 'x' \"y\" &amp;"),
            "<p>Smith &amp; Sons &lt;EU&gt; &#39;x&#39; &quot;y&quot; &amp;amp;</p>"
        );
    }

    #[test]
    fn only_addresses_of_the_web_become_links() {
        let check = |text: &str, url: &str, rest: &str| {
            let expected = format!("<p><a href=\"{url}\">{url}</a>{rest}</p>");
            assert_eq!(body(text), expected);
        };
        check("https://x.example/a?b=1&c=2.", "https://x.example/a?b=1&amp;c=2", ".");
        check("https://x.example/a_(b)", "https://x.example/a_(b)", "");
        check("http://x.example).", "http://x.example", ").");
        check("https://x.example/'onclick='a", "https://x.example/&#39;onclick=&#39;a", "");
        check("https://x.example/\"><script>", "https://x.example/", "&quot;&gt;&lt;script&gt;");
        check("https://x.example http", "https://x.example", " http");
        for text in ["javascript:alert(1)", "https://", "https://.", "xhttps://x.example", "www.x.example", "http"] {
            assert_eq!(body(text), format!("<p>{text}</p>"));
        }
        assert_eq!(body("(http://a.example)http https://b.example").matches("<a ").count(), 2);
    }
}
