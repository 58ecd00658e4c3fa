//! Where the mails of a team ended, by day, as bars. Tables beside it say the same in numbers.

use leptos::prelude::*;
use rules::drill::{Day, Team};

const HEIGHT: i64 = 120;
const BAR: i64 = 16;
const STEP: i64 = 24;

type Part = (&'static str, fn(&Day) -> i64);

/// From below; together they are what was sent.
const PARTS: [Part; 3] =
    [("delivered", |day| day.inbox), ("waiting", |day| day.spam), ("bounced", |day| day.sends - day.inbox - day.spam)];

/// `before`: days before the bad list; where it begins stands a line.
pub fn view(title: String, team: &Team, before: u16) -> impl IntoView + use<> {
    let most = team.days.iter().map(|day| day.sends.max(day.placed())).max().unwrap_or(0).max(1);
    let bars: Vec<_> = team.days.iter().zip(0_i64..).map(|(day, place)| bar(day, place * STEP, most)).collect();
    let width = i64::try_from(team.days.len()).unwrap_or(0) * STEP;
    let line = i64::from(before) * STEP - (STEP - BAR) / 2;
    let edge = |day: Option<&Day>| day.map(|day| day.date.clone()).unwrap_or_default();
    let (first, last) = (edge(team.days.first()), edge(team.days.last()));
    view! {
        <figure class="chart">
            <figcaption><strong>{title.clone()}</strong></figcaption>
            <svg viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=title>
                {bars}
                <line class="moment" x1=line x2=line y1="0" y2=HEIGHT></line>
            </svg>
            <figcaption><span>{first}</span><span>{last}</span></figcaption>
        </figure>
    }
}

fn bar(day: &Day, x: i64, most: i64) -> impl IntoView + use<> {
    let words = format!(
        "{}: {} sent, {} in the inbox, {} in spam, {} blocked, {} bounced",
        day.date, day.sends, day.inbox, day.spam, day.blocked, day.hard_bounces
    );
    let mut top = HEIGHT;
    let parts: Vec<_> = PARTS
        .into_iter()
        .map(|(class, count)| {
            let count = count(day).max(0);
            // What is there is seen, however little.
            let height = if count == 0 { 0 } else { (count * HEIGHT / most).max(2) };
            top = (top - height).max(0);
            view! { <rect class=class x=x y=top width=BAR height=height></rect> }
        })
        .collect();
    view! { <g><title>{words}</title>{parts}</g> }
}
