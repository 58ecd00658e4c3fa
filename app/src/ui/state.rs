//! A state: a word, an icon and a colour, in that order of importance.

use crate::ui::icon::Icon;
use leptos::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
}

#[component]
pub fn State(tone: Tone, word: &'static str) -> impl IntoView {
    let (class, icon) = match tone {
        Tone::Good => ("state good", Icon::Good),
        Tone::Bad => ("state bad", Icon::Bad),
    };
    view! { <span class=class>{icon.draw()}{word}</span> }
}
