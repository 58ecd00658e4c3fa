//! Any of a few: checkboxes under one legend, tied to its error.

use crate::form::Form;
use leptos::prelude::*;

/// `options` are values with their labels.
#[component]
pub fn Ticks<'a>(
    form: &'a Form,
    name: &'static str,
    legend: &'static str,
    options: Vec<(String, String)>,
    #[prop(optional)] hint: &'static str,
) -> impl IntoView {
    let error = form.error(name).map(str::to_owned);
    let error_id = format!("{name}-error");
    let described = error.is_some().then(|| error_id.clone());
    let boxes: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(at, (value, label))| {
            // The summary's link leads to the first.
            let id = if at == 0 { name.to_owned() } else { format!("{name}-{at}") };
            let checked = form.values_of(name).any(|chosen| chosen == value);
            view! {
                <span class="tick">
                    <input type="checkbox" id=id.clone() name=name value=value checked=checked/>
                    <label for=id>{label}</label>
                </span>
            }
        })
        .collect();
    view! {
        <fieldset class="ticks" aria-describedby=described>
            <legend>{legend}</legend>
            {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
            {boxes}
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
        </fieldset>
    }
}
