//! A field of several lines: label, hint, control and error, tied together.

use crate::form::Form;
use leptos::prelude::*;

#[component]
pub fn Area<'a>(
    form: &'a Form,
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(default = 4)] rows: u16,
) -> impl IntoView {
    let error = form.error(name).map(str::to_owned);
    // A browser drops the first line break behind the tag.
    let text = format!("\n{}", form.value(name));
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let mut described = Vec::new();
    if !hint.is_empty() {
        described.push(hint_id.clone());
    }
    if error.is_some() {
        described.push(error_id.clone());
    }
    let described = (!described.is_empty()).then(|| described.join(" "));
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <textarea
                id=name
                name=name
                rows=rows
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            >
                {text}
            </textarea>
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
        </div>
    }
}
