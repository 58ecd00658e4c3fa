//! Mails by day as bars: delivered, on their way, and what went wrong, one upon the other. The table under it says the same
//! in numbers; whoever cannot see the picture loses nothing.

use crate::messages::list::query;
use crate::ui::frame::TenantFrame;
use db::messages::Filter;
use db::metrics::{DayRange, Fact, Numbers};
use leptos::prelude::*;
use std::collections::HashMap;

const HEIGHT: i64 = 120;
const BAR: i64 = 16;
const STEP: i64 = 24;

/// From below; together they are what was sent.
const PARTS: [(&str, &[Fact]); 3] = [
    ("delivered", &[Fact::Delivered]),
    ("waiting", &[Fact::OnTheWay]),
    ("bounced", &[Fact::SoftBounced, Fact::HardBounced]),
];

pub fn view(frame: &TenantFrame, days: &[String], by_day: &[(String, Numbers)]) -> impl IntoView + use<> {
    let known: HashMap<&str, Numbers> = by_day.iter().map(|(day, numbers)| (day.as_str(), *numbers)).collect();
    let most = by_day.iter().map(|(_, numbers)| numbers.sent).max().unwrap_or(0).max(1);
    let bars: Vec<_> = days
        .iter()
        .zip(0_i64..)
        .filter_map(|(day, place)| Some((day, place, *known.get(day.as_str())?)))
        .map(|(day, place, numbers)| bar(frame, day, place * STEP, numbers, most))
        .collect();
    let width = i64::try_from(days.len()).unwrap_or(0) * STEP;
    let edge = |day: Option<&String>| day.cloned().unwrap_or_default();
    let (first, last) = (edge(days.first()), edge(days.last()));
    view! {
        <figure class="chart">
            <svg viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="group" aria-label="Mails by day">
                {bars}
            </svg>
            <figcaption>
                <span>{first}</span>
                <span class="legend">
                    <span class="key delivered">"delivered"</span>
                    <span class="key waiting">"on their way"</span>
                    <span class="key bounced">"bounced"</span>
                </span>
                <span>{last}</span>
            </figcaption>
        </figure>
    }
}

fn bar(frame: &TenantFrame, day: &str, x: i64, numbers: Numbers, most: i64) -> impl IntoView + use<> {
    let days = Some(DayRange { from: day.to_owned(), until: day.to_owned() });
    let filter = Filter { fact: Some(Fact::Sent), days, ..Filter::default() };
    let href = frame.address(&format!("/messages{}", query(&filter)));
    let words = format!(
        "{day}: {} sent, {} delivered, {} bounced, {} complained",
        numbers.sent,
        numbers.delivered,
        numbers.hard_bounced + numbers.soft_bounced,
        numbers.complained
    );
    let mut top = HEIGHT;
    let parts: Vec<_> = PARTS
        .into_iter()
        .map(|(class, facts)| {
            let count: i64 = facts.iter().map(|fact| numbers.of(*fact)).sum();
            // What is there is seen, however little.
            let height = if count == 0 { 0 } else { (count * HEIGHT / most).max(2) };
            top = (top - height).max(0);
            view! { <rect class=class x=x y=top width=BAR height=height></rect> }
        })
        .collect();
    let label = words.clone();
    view! { <a href=href aria-label=label><title>{words}</title>{parts}</a> }
}
