//! A field of several lines.

use crate::form::Form;
use crate::ui::labelled::{Description, Labelled};
use crate::ui::text::escaped;
use leptos::prelude::*;

#[component]
pub fn Area<'a>(
    form: &'a Form,
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: &'static str,
    #[prop(default = 4)] rows: u16,
) -> impl IntoView {
    // A browser drops the first line break behind the tag.
    let text = format!("\n{}", escaped(form.value(name)));
    let control = move |Description { ids, invalid }| {
        view! {
            <textarea id=name name=name rows=rows aria-invalid=invalid aria-describedby=ids inner_html=text></textarea>
        }
    };
    view! { <Labelled form name label hint control/> }
}
