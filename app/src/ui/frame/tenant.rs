//! For a team: whose data it is, where one can go, and how the lane stands, on every page.

use crate::ui::icon::Icon;
use crate::ui::menu::{AccountMenu, TeamMenu};
use crate::ui::navigation::{Navigation, Place};
use crate::ui::platform_stop::PlatformNotice;
use crate::ui::state::{State, Tone};
use db::accounts::memberships::TenantOf;
use db::accounts::people::Person;
use db::accounts::visits::Visit;
use db::isolation::Pause;
use frontend::theme::ThemeSwitch;
use leptos::prelude::*;
use rules::access::Role;
use rules::time::{OffsetDateTime, absolute};

/// What the frame shows, read in the transaction of the page.
#[derive(Clone)]
pub struct TenantFrame {
    pub person: Person,
    pub tenant: TenantOf,
    /// All tenants of the person, this one too.
    pub tenants: Vec<TenantOf>,
    pub role: Role,
    /// Business time: what windows, gaps and due mails go by.
    pub business_now: OffsetDateTime,
    /// Why the lane stands still; empty: it does not.
    pub pauses: Vec<Pause>,
    /// An operator acts here.
    pub visit: Option<Visit>,
}

/// A part of the tenant's pages, to be marked in the navigation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TenantSection {
    Overview,
    Domains,
    Mailboxes,
    Leads,
    Sequences,
    Suppression,
    Health,
    People,
    Settings,
}

impl TenantFrame {
    /// The address of a page of this tenant; `page` begins with a slash or is empty.
    pub fn address(&self, page: &str) -> String {
        format!("/t/{}{page}", self.tenant.slug)
    }
}

#[component]
pub fn Tenant(frame: TenantFrame, section: TenantSection, children: Children) -> impl IntoView {
    use TenantSection::{Domains, Health, Leads, Mailboxes, Overview, People, Sequences, Settings, Suppression};
    let place = |label, page, icon, of| Place { label, href: frame.address(page), icon, is_here: section == of };
    let places = vec![
        place("Overview", "", Icon::Overview, Overview),
        place("Domains", "/domains", Icon::Domains, Domains),
        place("Mailboxes", "/mailboxes", Icon::Mail, Mailboxes),
        place("Leads", "/leads", Icon::Leads, Leads),
        place("Sequences", "/sequences", Icon::Sequences, Sequences),
        place("Suppression", "/suppressions", Icon::Suppression, Suppression),
        place("Health", "/health", Icon::Health, Health),
        place("People", "/people", Icon::People, People),
        place("Settings", "/settings", Icon::Settings, Settings),
    ];
    let home = frame.address("");
    let visit = frame.visit.clone().map(|visit| visiting(&frame, visit));
    let state = match frame.pauses.first() {
        None => view! { <State tone=Tone::Good word="Lane open"/> }.into_any(),
        Some(_) => view! { <State tone=Tone::Bad word="Lane paused"/> }.into_any(),
    };
    view! {
        <header class="top">
            <a class="wordmark" href=home.clone()>"Ownlane"</a>
            <TeamMenu tenant=frame.tenant.clone() tenants=frame.tenants.clone()/>
            <a class="lane" href=home>{state}</a>
            <ThemeSwitch/>
            <AccountMenu name=frame.person.name/>
        </header>
        <div class="framed">
            <Navigation label="Team" places/>
            <main id="main"><PlatformNotice/>{visit}{children()}</main>
        </div>
    }
}

/// Above every page that an operator opens in a team of others.
fn visiting(frame: &TenantFrame, visit: Visit) -> impl IntoView + use<> {
    let end = format!("/console/tenants/{}/visit/end", frame.tenant.id);
    view! {
        <section class="notice bad" aria-label="You act as an operator">
            <p>
                <State tone=Tone::Warn word="You act in another team"/>
                {format!(" as an admin of {}, until {}: “{}”. Each step is kept, and the team can read that you were here.", frame.tenant.name, absolute(visit.ends_at), visit.reason)}
            </p>
            <form method="post" action=end>
                <button class="button">"End the visit"</button>
            </form>
        </section>
    }
}
