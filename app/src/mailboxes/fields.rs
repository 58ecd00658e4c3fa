//! What can be set of a mailbox: its fields in a form, and reading them.

use crate::form::Form;
use crate::ui::area::Area;
use crate::ui::field::Field;
use crate::ui::select::Select;
use crate::ui::ticks::Ticks;
use db::mailboxes::Settings;
use leptos::prelude::*;
use rules::limits;
use rules::mailboxes::{DailyCap, Gap, SendWindow, WeekDays, ZoneName, parse_display_name, parse_signature};

/// What stands in the form of a mailbox that is not there yet.
pub fn defaults() -> Vec<(&'static str, String)> {
    let mut values = vec![
        ("cap", limits::MAILBOX_DAILY_CAP_START.to_string()),
        ("gap-min", limits::MAILBOX_GAP_MINS_MIN.to_string()),
        ("gap-max", limits::MAILBOX_GAP_MINS_DEFAULT.to_string()),
        ("from", "09:00".to_owned()),
        ("until", "17:00".to_owned()),
        ("zone", "UTC".to_owned()),
    ];
    values.extend(days(WeekDays::WORKING));
    values
}

pub fn of(settings: &Settings) -> Form {
    let window = &settings.window;
    let mut values = vec![
        ("name", settings.display_name.clone()),
        ("signature", settings.signature.clone()),
        ("cap", settings.daily_cap.mails().to_string()),
        ("gap-min", settings.gap.min_mins().to_string()),
        ("gap-max", settings.gap.max_mins().to_string()),
        ("from", SendWindow::time_of_day(window.from())),
        ("until", SendWindow::time_of_day(window.until() % (24 * 60))),
        ("zone", window.zone().to_string()),
    ];
    values.extend(days(window.days()));
    Form::of(values)
}

fn days(days: WeekDays) -> impl Iterator<Item = (&'static str, String)> {
    (0..7).filter(move |day| days.has(*day)).map(|day| ("day", day.to_string()))
}

/// What was typed, or `None` with each error at its field.
pub fn read(form: &mut Form) -> Option<Settings> {
    let display_name = form.check("name", parse_display_name(form.value("name")));
    let signature = form.check("signature", parse_signature(form.value("signature")));
    let daily_cap = form.check("cap", DailyCap::parse(form.value("cap")));
    let min = form.check("gap-min", Gap::parse_mins(form.value("gap-min")));
    let max = form.check("gap-max", Gap::parse_mins(form.value("gap-max")));
    let gap = min.zip(max).and_then(|(min, max)| form.check("gap-max", Gap::new(min, max)));
    let window = read_window(form);
    Some(Settings {
        display_name: display_name?,
        signature: signature?,
        daily_cap: daily_cap?,
        gap: gap?,
        window: window?,
    })
}

fn read_window(form: &mut Form) -> Option<SendWindow> {
    let chosen = form.values_of("day").filter_map(|day| day.parse::<u32>().ok()).filter(|day| *day < 7);
    let bits = chosen.fold(0_u8, |bits, day| bits | (1 << day));
    let days = form.check("day", WeekDays::from_bits(bits));
    let from = form.check("from", SendWindow::parse_time(form.value("from")));
    // A browser's field of a time knows no 24:00: midnight is the end of the day there.
    let until = form.check("until", SendWindow::parse_time(form.value("until")));
    let until = until.map(|until| if until == 0 { 24 * 60 } else { until });
    let zone = form.check("zone", ZoneName::parse(form.value("zone")));
    // Hours in the wrong order are said together with a missing day, not after it.
    let window = SendWindow::new(days.unwrap_or(WeekDays::WORKING), from?, until?, zone?);
    let window = form.check("until", window);
    days.and(window)
}

/// All fields but the address.
#[component]
pub fn MailboxFields<'a>(form: &'a Form) -> impl IntoView {
    let zones = ZoneName::places().into_iter().map(|name| (name.clone(), name)).collect();
    let days = WeekDays::NAMES.iter().enumerate().map(|(day, name)| (day.to_string(), (*name).to_owned())).collect();
    view! {
        <Field form name="name" label="Name" hint="Who writes, as recipients see it: Anna Berg."/>
        <Area form name="signature" label="Signature" hint="Stands under every mail. It may stay empty."/>
        <Field
            form
            name="cap"
            label="Mails a day"
            hint="A new mailbox starts at 20 a day. 50 is the most: for more, take more mailboxes."
        />
        <Ticks form name="day" legend="Sending days" options=days/>
        <div class="fields">
            <Field form name="from" label="From" kind="time"/>
            <Field form name="until" label="Until" hint="00:00 is midnight at the end of the day." kind="time"/>
        </div>
        <Select form name="zone" label="Time zone" options=zones/>
        <div class="fields">
            <Field form name="gap-min" label="Shortest gap, minutes"/>
            <Field form name="gap-max" label="Longest gap, minutes"/>
        </div>
        <p class="soft">"Between two mails passes a time that is drawn anew each time, between these two."</p>
    }
}
