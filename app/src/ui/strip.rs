//! The strip above every page where the world is played: nobody must take the sandbox for the real one. It shows the
//! sandbox's time, and moves it.

use leptos::prelude::*;
use rules::time::{OffsetDateTime, absolute};

/// `time`: business time as the page was made; `None` when nobody could say.
#[component]
pub fn Strip(time: Option<OffsetDateTime>) -> impl IntoView {
    let clock = time.map(|time| {
        view! {
            <form method="post" action="/sandbox/clock">
                <span>{absolute(time)}</span>
                <button class="button" name="by" value="hour">"+1 hour"</button>
                <button class="button" name="by" value="day">"+1 day"</button>
            </form>
        }
    });
    view! {
       <aside class="strip" aria-label="Sandbox">
           <span>"Sandbox: Amazon SES and DNS are played on this machine. No mail leaves it."</span>
           {clock}
       </aside>
    }
}
