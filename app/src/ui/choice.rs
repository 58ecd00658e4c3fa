//! One of a few: radio buttons with what each means, tied to legend and error.

use crate::form::Form;
use leptos::prelude::*;

/// A value of the form, its label and what it means.
pub struct Choose {
    pub value: &'static str,
    pub label: &'static str,
    pub meaning: &'static str,
}

/// `chosen` is ticked when the form has no value of its own yet.
#[component]
pub fn Choice<'a>(
    form: &'a Form,
    name: &'static str,
    legend: &'static str,
    options: Vec<Choose>,
    chosen: &'static str,
) -> impl IntoView {
    let error = form.error(name).map(str::to_owned);
    let error_id = format!("{name}-error");
    let described = error.is_some().then(|| error_id.clone());
    let ticked = match form.value(name) {
        "" => chosen.to_owned(),
        typed => typed.to_owned(),
    };
    let options: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(at, option)| {
            // The summary's link leads to the first.
            let id = if at == 0 { name.to_owned() } else { format!("{name}-{}", option.value) };
            let hint = format!("{name}-{}-hint", option.value);
            view! {
                <div class="option">
                    <input
                        type="radio"
                        id=id.clone()
                        name=name
                        value=option.value
                        checked=ticked == option.value
                        aria-describedby=hint.clone()
                    />
                    <label for=id>{option.label}</label>
                    <p class="hint" id=hint>{option.meaning}</p>
                </div>
            }
        })
        .collect();
    view! {
        <fieldset class="choice" aria-describedby=described>
            <legend>{legend}</legend>
            {options}
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
        </fieldset>
    }
}
