//! A field of one line.

use crate::form::Form;
use crate::ui::labelled::{Description, Labelled};
use leptos::prelude::*;

/// `kind` is the input's type. What was typed comes back, except into a password field.
#[component]
pub fn Field<'a>(
    form: &'a Form,
    name: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(optional)] autocomplete: &'static str,
) -> impl IntoView {
    let value = (kind != "password").then(|| form.value(name).to_owned());
    let control = move |Description { ids, invalid }| {
        view! {
            <input
                id=name
                name=name
                type=kind
                value=value
                autocomplete=(!autocomplete.is_empty()).then_some(autocomplete)
                aria-invalid=invalid
                aria-describedby=ids
            />
        }
    };
    view! { <Labelled form name label hint control/> }
}
