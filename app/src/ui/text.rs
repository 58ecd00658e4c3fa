//! Texts in elements whose content Leptos writes down otherwise than that of the rest.

/// As `inner_html` of an element that holds nothing but text: `<title>`, in which Leptos' marks between texts would be read,
/// and `<textarea>`, whose text it does not escape.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
