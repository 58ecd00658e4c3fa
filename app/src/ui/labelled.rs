//! What every field of a form stands in: its label, its hint and its error, tied to the control.

use crate::form::Form;
use leptos::prelude::*;

/// `control` is handed the ids that describe it and whether it is in error.
#[component]
pub fn Labelled<'a, V: IntoView + 'static>(
    form: &'a Form,
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(into)] hint: String,
    control: impl FnOnce(Description) -> V,
) -> impl IntoView {
    let error = form.error(&name).map(str::to_owned);
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let mut ids = Vec::new();
    if !hint.is_empty() {
        ids.push(hint_id.as_str());
    }
    if error.is_some() {
        ids.push(error_id.as_str());
    }
    let ids = (!ids.is_empty()).then(|| ids.join(" "));
    let control = control(Description { ids, invalid: error.is_some().then_some("true") });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> })}
            {control}
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
        </div>
    }
}

/// For the control's `aria-describedby` and `aria-invalid`.
pub struct Description {
    pub ids: Option<String>,
    pub invalid: Option<&'static str>,
}
