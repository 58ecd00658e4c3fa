//! Fields of forms: as a page proposes them, and as they are sent.

use form_urlencoded::Serializer;

pub fn encode<N: AsRef<str>, V: AsRef<str>>(fields: &[(N, V)]) -> String {
    fields
        .iter()
        .fold(Serializer::new(String::new()), |mut body, (name, value)| {
            body.append_pair(name.as_ref(), value.as_ref());
            body
        })
        .finish()
}

/// What the page's form with this field would send as it stands: hidden fields and chosen options.
pub fn proposed(page: &str, field: &str) -> Vec<(String, String)> {
    let named = format!("name=\"{field}\"");
    let Some(form) = page.split("<form").find(|form| form.contains(&named)) else { return Vec::new() };
    let inputs = form.split("<input").skip(1).filter(|input| tag(input).contains("type=\"hidden\""));
    let hidden = inputs.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)));
    let selects = form.split("<select").skip(1).filter_map(|select| {
        let chosen = select.split("<option").skip(1).find(|option| tag(option).contains("selected"));
        let value = chosen.and_then(|option| attribute(option, "value")).unwrap_or_default();
        Some((attribute(select, "name")?, value))
    });
    hidden.chain(selects).collect()
}

fn tag(text: &str) -> &str {
    text.split('>').next().unwrap_or_default()
}

fn attribute(text: &str, name: &str) -> Option<String> {
    let rest = tag(text).split_once(&format!("{name}=\""))?.1;
    Some(rest.split('"').next()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{encode, proposed};

    #[test]
    fn a_form_is_sent_as_it_is_proposed() {
        let page = "<form><input type=\"hidden\" name=\"a\" value=\"no\"></form>\
            <form><input type=\"hidden\" name=\"sheet\" value=\"x&y\"><input name=\"typed\" value=\"z\">\
            <select name=\"column-0\"><option value=\"skip\">-</option><option value=\"email\" selected>E</option></select></form>";
        let fields = proposed(page, "column-0");
        assert_eq!(fields, [("sheet", "x&y"), ("column-0", "email")].map(|(n, v)| (n.to_owned(), v.to_owned())));
        assert_eq!(encode(&fields), "sheet=x%26y&column-0=email");
    }
}
