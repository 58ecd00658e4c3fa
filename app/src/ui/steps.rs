//! A few steps that lead somewhere: which are done, which is next.

use crate::ui::icon::Icon;
use leptos::prelude::*;

pub struct Step {
    pub name: &'static str,
    pub detail: String,
    pub is_done: bool,
}

#[component]
pub fn Steps(steps: Vec<Step>) -> impl IntoView {
    let next = steps.iter().position(|step| !step.is_done);
    let steps: Vec<_> = steps
        .into_iter()
        .enumerate()
        .map(|(at, step)| {
            let current = (Some(at) == next).then_some("step");
            let mark = if step.is_done {
                view! { {Icon::Good.draw()}<span class="unseen">"Done: "</span> }.into_any()
            } else {
                view! { <span class="step-number">{at + 1}</span> }.into_any()
            };
            view! {
                <li class=step.is_done.then_some("is-done") aria-current=current>
                    {mark}
                    <strong>{step.name}</strong>
                    <span class="soft">{step.detail}</span>
                </li>
            }
        })
        .collect();
    view! { <ol class="steps">{steps}</ol> }
}
