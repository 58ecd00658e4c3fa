//! The field of a form that takes a file.

use crate::form::Form;
use crate::ui::labelled::{Description, Labelled};
use leptos::prelude::*;

#[component]
pub fn Upload<'a>(form: &'a Form, name: &'static str, label: &'static str, hint: String) -> impl IntoView {
    let control = move |Description { ids, invalid }| {
        view! {
            <input
                id=name
                name=name
                type="file"
                accept=".csv,.txt,.tsv,text/csv,text/plain"
                aria-invalid=invalid
                aria-describedby=ids
            />
        }
    };
    view! { <Labelled form name label hint control/> }
}
