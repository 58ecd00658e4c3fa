//! `/t/<slug>`: is the lane healthy, and what is next?

use crate::page::render;
use crate::ssr::Member;
use crate::ui::frame::{Tenant, TenantSection};
use crate::ui::pauses::Pauses;
use crate::ui::state::{State as StateWord, Tone};
use crate::{Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use db::accounts::memberships;
use db::isolation::Pause;
use leptos::prelude::*;
use rules::time::OffsetDateTime;

pub async fn page(State(site): State<Site>, member: Member) -> Result<Response> {
    let (mut tx, frame) = member.enter().await?;
    let people = memberships::list(&mut tx).await?.len();
    tx.commit().await?;
    let now = site.now();
    let title = frame.tenant.name.clone();
    Ok(render(&site, StatusCode::OK, title.clone(), move || {
        let people_page = frame.address("/people");
        let count = if people == 1 { "1 person".to_owned() } else { format!("{people} people") };
        let pauses = frame.pauses.clone();
        view! {
            <Tenant frame section=TenantSection::Overview>
                <h1>{title}</h1>
                {lane(pauses, now)}
                <p>"The team: "<a href=people_page>{count}</a>"."</p>
            </Tenant>
        }
    })
    .await)
}

/// How the lane stands: each cause for itself, since when, and who can lift it.
fn lane(pauses: Vec<Pause>, now: OffsetDateTime) -> impl IntoView {
    if pauses.is_empty() {
        return view! { <p><StateWord tone=Tone::Good word="Lane open"/>" Nothing holds this team's mail back."</p> }
            .into_any();
    }
    view! {
        <section class="notice bad" aria-label="Paused">
            <Pauses pauses now/>
            <p>"Nothing leaves until every cause is lifted. What you do here meanwhile is kept."</p>
        </section>
    }
    .into_any()
}
