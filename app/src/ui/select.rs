//! One of many: a list that folds, tied to label, hint and error.

use crate::form::Form;
use leptos::prelude::*;

/// `options` are values with what is shown. What was chosen comes back.
#[component]
pub fn Select<'a>(
    form: &'a Form,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    options: Vec<(String, String)>,
    #[prop(optional)] hint: &'static str,
) -> impl IntoView {
    let error = form.error(&name).map(str::to_owned);
    let chosen = form.value(&name).to_owned();
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let mut described = Vec::new();
    if !hint.is_empty() {
        described.push(hint_id.clone());
    }
    if error.is_some() {
        described.push(error_id.clone());
    }
    let described = (!described.is_empty()).then(|| described.join(" "));
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, shown)| view! { <option value=value.clone() selected=value == chosen>{shown}</option> })
        .collect();
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <select
                id=name.clone()
                name=name
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            >
                {options}
            </select>
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
        </div>
    }
}
