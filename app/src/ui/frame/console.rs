//! For operators. `name` is who is signed in.

use crate::ui::icon::Icon;
use crate::ui::menu::AccountMenu;
use crate::ui::navigation::{Navigation, Place};
use crate::ui::platform_stop::PlatformNotice;
use crate::ui::shell::SandboxTime;
use frontend::theme::ThemeSwitch;
use leptos::prelude::*;

/// A part of the console, to be marked in the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ConsoleSection {
    Tenants,
    Incidents,
    Mail,
    Replies,
    Ses,
    Machine,
    Sandbox,
    Audit,
}

#[component]
pub fn Console(name: String, section: ConsoleSection, children: Children) -> impl IntoView {
    use ConsoleSection::{Audit, Incidents, Machine, Mail, Replies, Sandbox, Ses, Tenants};
    let place = |label, href: &str, icon, of| Place { label, href: href.to_owned(), icon, is_here: section == of };
    let mut places = vec![
        place("Tenants", "/console", Icon::Tenants, Tenants),
        place("Incidents", "/console/incidents", Icon::Health, Incidents),
        place("Mail", "/console/mail", Icon::Mail, Mail),
        place("Answers", "/console/replies", Icon::Inbox, Replies),
        place("Amazon SES", "/console/ses", Icon::Overview, Ses),
        place("Machine", "/console/machine", Icon::Settings, Machine),
        place("Audit", "/console/audit", Icon::Audit, Audit),
    ];
    if use_context::<SandboxTime>().is_some() {
        places.push(place("Sandbox", "/console/sandbox", Icon::Sandbox, Sandbox));
    }
    view! {
        <header class="top of-console">
            <a class="wordmark" href="/console">"Ownlane console"</a>
            <ThemeSwitch/>
            <AccountMenu name/>
        </header>
        <div class="framed">
            <Navigation label="Console" places/>
            <main id="main"><PlatformNotice/>{children()}</main>
        </div>
    }
}
