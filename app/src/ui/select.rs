//! One of many: a list that folds.

use crate::form::Form;
use crate::ui::labelled::{Description, Labelled};
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
    let chosen = form.value(&name).to_owned();
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, shown)| view! { <option value=value.clone() selected=value == chosen>{shown}</option> })
        .collect();
    let id = name.clone();
    let control = move |Description { ids, invalid }| {
        view! {
            <select id=id.clone() name=id aria-invalid=invalid aria-describedby=ids>
                {options}
            </select>
        }
    };
    view! { <Labelled form name label hint control/> }
}
