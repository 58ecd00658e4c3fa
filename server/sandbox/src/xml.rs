//! XML as S3 and STS write it: elements with text. It has no attributes but the name space, and reads nothing.

use std::fmt::Write;

pub(crate) const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// `<name>text</name>`.
pub(crate) fn element(xml: &mut String, name: &str, text: &str) {
    let _ = write!(xml, "<{name}>"); // a String takes everything
    escape(xml, text);
    let _ = write!(xml, "</{name}>");
}

fn escape(xml: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            // A reader may take a bare line end for another one.
            letter if letter.is_control() => {
                let _ = write!(xml, "&#{};", u32::from(letter));
            }
            letter => xml.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::element;

    #[test]
    fn text_stays_text() {
        let mut xml = String::new();
        element(&mut xml, "Key", "a<b>&\"c\"\r\nд");
        assert_eq!(xml, "<Key>a&lt;b&gt;&amp;&quot;c&quot;&#13;&#10;д</Key>");
    }
}
