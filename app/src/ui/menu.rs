//! Menus of the top bar: a person's own matters, and the teams that they belong to. They fold without a script.

use db::accounts::memberships::TenantOf;
use leptos::prelude::*;

#[component]
pub fn AccountMenu(name: String) -> impl IntoView {
    view! {
        <details class="menu" name="menu">
            <summary>{name}</summary>
            <div class="sheet">
                <a href="/teams">"Your teams"</a>
                <a href="/account">"Your account"</a>
                <form method="post" action="/sign-out"><button type="submit">"Sign out"</button></form>
            </div>
        </details>
    }
}

#[component]
pub fn TeamMenu(tenant: TenantOf, tenants: Vec<TenantOf>) -> impl IntoView {
    let links: Vec<_> = tenants
        .into_iter()
        .map(|team| {
            let current = (team.id == tenant.id).then_some("true");
            view! { <a href=format!("/t/{}", team.slug) aria-current=current>{team.name}</a> }
        })
        .collect();
    view! {
        <details class="menu team" name="menu">
            <summary><span class="unseen">"Team: "</span>{tenant.name}</summary>
            <div class="sheet">{links}</div>
        </details>
    }
}
