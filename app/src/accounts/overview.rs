//! `/t/<slug>`: is the lane healthy, and what is next?

use crate::domains::domain_state;
use crate::isolation::{allowed, cap_is_used, used};
use crate::page::render;
use crate::ssr::Member;
use crate::ui::button::LinkButton;
use crate::ui::frame::{Tenant, TenantFrame, TenantSection};
use crate::ui::pauses::Pauses;
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::time::Time;
use crate::{Result, Site, metrics};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::memberships;
use db::domains::{self, Domain};
use db::isolation::closures::{self, Closure};
use db::isolation::{Pause, caps};
use db::leads::sources;
use db::{mailboxes, sequences};
use leptos::prelude::*;
use rules::access::Permission;
use rules::domains::DomainState;
use rules::isolation::{Allowance, CapSpan};
use rules::time::{OffsetDateTime, absolute, relative};

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let people = memberships::list(&mut tx).await?.len();
    let domains = domains::list(&mut tx).await?;
    let has = Has {
        mailboxes: !mailboxes::list(&mut tx).await?.is_empty(),
        leads: !sources::list(&mut tx).await?.is_empty(),
        sequences: sequences::has_any(&mut tx).await?,
    };
    let numbers = metrics::read(&mut tx, &frame).await?;
    let allowance = caps::find(&mut tx, frame.business_now).await?;
    let closing = closures::find(&mut tx).await?;
    tx.commit().await?;
    let title = frame.tenant.name.clone();
    Ok(render(&site, StatusCode::OK, title.clone(), move || {
        let people_page = frame.address("/people");
        let count = if people == 1 { "1 person".to_owned() } else { format!("{people} people") };
        let (pauses, business_now) = (frame.pauses.clone(), frame.business_now);
        let health = frame.address("/health");
        let next_step = next_step(&frame, &domains, has);
        let numbers = has.sequences.then(|| metrics::view(&frame, numbers));
        view! {
            <Tenant frame section=TenantSection::Overview>
                <h1>{title}</h1>
                {lane(pauses, allowance.as_ref(), health, business_now)}
                {closing.map(|closing| end(&closing, business_now))}
                {allowance.map(|allowance| caps_of_team(&allowance, business_now))}
                {next_step}
                {numbers}
                <p>"The team: "<a href=people_page>{count}</a>"."</p>
            </Tenant>
        }
    })
    .await)
}

/// When the team ends, and what stays.
fn end(closing: &Closure, now: OffsetDateTime) -> impl IntoView + use<> {
    let at = closing.ends_at;
    match (closing.begun_at, closing.done_at) {
        (None, _) => view! {
            <p>
                "The operator closes this team "<Time at now/>", on "{absolute(at)}". Until then it can be kept: ask them. Then its domains are taken down, and their names are free for others."
            </p>
        }
        .into_any(),
        (Some(_), None) => view! { <p>"This team is being taken down."</p> }.into_any(),
        (Some(_), Some(at)) => view! { <p>"This team was closed "<Time at now/>". Its history stays."</p> }.into_any(),
    }
}

/// What the operator allows, in words.
fn caps_of_team(allowance: &Allowance, now: OffsetDateTime) -> impl IntoView + use<> {
    let spans = [(CapSpan::Day, "the last 24 hours"), (CapSpan::Hour, "the last hour")];
    let used: Vec<_> = spans
        .into_iter()
        .filter_map(|(span, words)| Some(format!(" {} in {words}.", used(allowance, span, now)?)))
        .collect();
    view! { <p>{format!("The operator allows this team {}.", allowed(allowance.caps()))}{used}</p> }
}

/// How the lane stands: each cause for itself, since when, and who can lift it; then a cap that holds it.
fn lane(
    pauses: Vec<Pause>,
    allowance: Option<&Allowance>,
    health: String,
    now: OffsetDateTime,
) -> impl IntoView + use<> {
    // A second's cap is free again before anybody has read it.
    let full = allowance.and_then(|it| it.full(now)).filter(|full| full.span != CapSpan::Second);
    if let (true, Some(full)) = (pauses.is_empty(), full) {
        let next = format!(" The next mail can leave {}, at ", relative(full.until, now));
        return view! {
            <p><StateWord tone=Tone::Waiting word="Cap used"/>" "{cap_is_used(full.span, full.cap)}{next}{absolute(full.until)}"."</p>
        }
        .into_any();
    }
    if pauses.is_empty() {
        return view! { <p><StateWord tone=Tone::Good word="Lane open"/>" Nothing holds this team's mail back."</p> }
            .into_any();
    }
    view! {
        <section class="notice bad" aria-label="Paused">
            <Pauses pauses now health=Some(health)/>
            <p>"Nothing leaves until every cause is lifted. What you do here meanwhile is kept."</p>
        </section>
    }
    .into_any()
}

/// What a team has besides domains.
#[derive(Clone, Copy)]
struct Has {
    mailboxes: bool,
    leads: bool,
    sequences: bool,
}

impl Has {
    /// Why, where and whose it is: the first thing that is not there yet.
    fn lacks(self) -> Option<(&'static str, &'static str, &'static str, Permission)> {
        use Permission::{ManageLeads, ManageMailboxes, ManageSequences};
        if !self.mailboxes {
            Some(("Create a mailbox: who you write as.", "/mailboxes/new", "Create a mailbox", ManageMailboxes))
        } else if !self.leads {
            Some(("Import leads: who you write to.", "/imports/new", "Import a file", ManageLeads))
        } else if !self.sequences {
            Some(("Write a sequence: what you write.", "/sequences/new", "Write a sequence", ManageSequences))
        } else {
            None
        }
    }
}

/// The one thing that stands between this team and its first mail.
fn next_step(frame: &TenantFrame, domains: &[Domain], has: Has) -> impl IntoView + use<> {
    let standings: Vec<_> = domains.iter().map(|domain| (domain, domain.facts().state())).collect();
    if standings.iter().any(|(_, state)| *state == DomainState::Verified) {
        let count = standings.iter().filter(|(_, state)| *state == DomainState::Verified).count();
        let words = if count == 1 { "1 domain".to_owned() } else { format!("{count} domains") };
        let lacks = has.lacks().map(|(why, page, label, permission)| {
            let act = frame.role.may(permission).then(|| view! { <LinkButton href=frame.address(page) label/> });
            view! { <h2>"Next"</h2><p>{why}</p>{act} }
        });
        return view! {
            <p>"Mail can leave under "<a href=frame.address("/domains")>{words}</a>"."</p>
            {lacks}
        }
        .into_any();
    }
    let Some((domain, state)) = standings.first() else {
        let connect = frame.role.may(Permission::ManageDomains).then(|| {
            view! { <LinkButton href=frame.address("/domains/new") label="Connect a domain"/> }
        });
        return view! {
            <h2>"Next"</h2>
            <p>"Connect a domain: mail leaves under a name of your own."</p>
            {connect}
        }
        .into_any();
    };
    let (tone, word) = domain_state(*state);
    let href = frame.address(&format!("/domains/{}", domain.id));
    let name = domain.name.to_string();
    view! {
        <h2>"Next"</h2>
        <p><a href=href>{name}</a>" "<StateWord tone word/></p>
    }
    .into_any()
}
