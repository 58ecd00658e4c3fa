//! What is wrong with a form, above it: read out first, each line a link to its field.

use crate::form::Form;
use leptos::prelude::*;

/// Errors of the field named `""` belong to the form as a whole and stand here only.
#[component]
pub fn Summary<'a>(form: &'a Form) -> impl IntoView {
    let lines: Vec<_> = form
        .errors()
        .iter()
        .map(|(field, error)| {
            let error = error.clone();
            match *field {
                "" => view! { <li>{error}</li> }.into_any(),
                field => view! { <li><a href=format!("#{field}")>{error}</a></li> }.into_any(),
            }
        })
        .collect();
    (!lines.is_empty()).then(|| {
        view! {
            <div class="summary" role="alert" tabindex="-1" autofocus>
                <p>"Nothing was saved yet:"</p>
                <ul>{lines}</ul>
            </div>
        }
    })
}
