//! The field of a form that takes a file: label, hint, control and error, tied together.

use crate::form::Form;
use leptos::prelude::*;

#[component]
pub fn Upload<'a>(form: &'a Form, name: &'static str, label: &'static str, hint: String) -> impl IntoView {
    let error = form.error(name).map(str::to_owned);
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described = if error.is_some() { format!("{hint_id} {error_id}") } else { hint_id.clone() };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <p class="hint" id=hint_id>{hint}</p>
            <input
                id=name
                name=name
                type="file"
                accept=".csv,.txt,.tsv,text/csv,text/plain"
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            />
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
        </div>
    }
}
