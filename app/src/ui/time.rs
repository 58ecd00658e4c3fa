//! A moment: from now in words, exactly with its zone when pointed at.

use leptos::prelude::*;
use rules::time::{OffsetDateTime, absolute, machine_readable, relative};

#[component]
pub fn Time(at: OffsetDateTime, now: OffsetDateTime) -> impl IntoView {
    view! { <time datetime=machine_readable(at) title=absolute(at)>{relative(at, now)}</time> }
}
