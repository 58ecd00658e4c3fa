//! What stands above every page of a team and of the console while nothing of anybody leaves.

use crate::ui::state::{State, Tone};
use db::isolation::account_stops::Notice;
use leptos::prelude::*;
use rules::isolation::AccountWord;
use rules::time::absolute;

/// Given to pages as a context: pages for strangers do not show it.
#[derive(Clone)]
pub struct PlatformStop(pub Notice);

#[component]
pub fn PlatformNotice() -> impl IntoView {
    use_context::<PlatformStop>().map(|PlatformStop(notice)| {
        let sentence = AccountWord::of(&notice.enforcement, notice.may_send).sentence();
        view! {
            <section class="notice bad" aria-label="Everybody is paused">
                <p><State tone=Tone::Bad word="Everybody is paused"/>" "{sentence}" Since "{absolute(notice.since)}"."</p>
            </section>
        }
    })
}
