//! A state: a word, an icon and a colour, in that order of importance.

use crate::ui::icon::Icon;
use leptos::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Good,
    /// Nothing to do but wait.
    Waiting,
    /// Something to do.
    Warn,
    Bad,
}

#[component]
pub fn State(tone: Tone, word: &'static str) -> impl IntoView {
    let (class, icon) = match tone {
        Tone::Good => ("state good", Icon::Good),
        Tone::Waiting => ("state waiting", Icon::Waiting),
        Tone::Warn => ("state warn", Icon::Warn),
        Tone::Bad => ("state bad", Icon::Bad),
    };
    view! { <span class=class>{icon.draw()}{word}</span> }
}
