//! Where one can go: a column at the side, a bar at the bottom of a phone. Only places that exist.

use crate::ui::icon::Icon;
use leptos::prelude::*;

pub struct Place {
    pub label: &'static str,
    pub href: String,
    pub icon: Icon,
    pub is_here: bool,
}

#[component]
pub fn Navigation(label: &'static str, places: Vec<Place>) -> impl IntoView {
    let places: Vec<_> = places
        .into_iter()
        .map(|place| {
            let current = place.is_here.then_some("page");
            view! { <li><a href=place.href aria-current=current>{place.icon.draw()}{place.label}</a></li> }
        })
        .collect();
    view! { <nav class="navigation" aria-label=label><ul>{places}</ul></nav> }
}
