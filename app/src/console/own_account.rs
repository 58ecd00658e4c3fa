//! `/console/tenants/<tenant>/account`: an AWS account of a tenant's own: by which role it is entered and whether that works, a
//! move into it or out of it, and what was left behind.

use crate::console::tenant;
use crate::form::Form;
use crate::page::{render, render_fragment};
use crate::ssr::{Address, Operator};
use crate::ui::copy::Copy;
use crate::ui::frame::{Console, ConsoleSection};
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::time::Time;
use crate::ui::{button::LinkButton, button::Submit, field::Field, summary::Summary};
use crate::{Refusal, Result, Site};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use db::accounts::tenants::Tenant;
use db::isolation::account_leftovers::{self, Leftover};
use db::isolation::account_moves::{self, Move, NotReady};
use db::isolation::own_accounts::{self, Named, OwnAccount};
use db::isolation::ses_tenants;
use frontend::copy::Copying;
use frontend::region::Region;
use leptos::prelude::*;
use rules::accounts::Reason;
use rules::domains::Hold;
use rules::ids::{LeftoverId, TenantId};
use rules::isolation::RoleArn;
use rules::time::OffsetDateTime;

/// What the page shows.
struct Shown {
    tenant: Tenant,
    own: Option<OwnAccount>,
    /// Its mail leaves through it.
    is_away: bool,
    /// Of the platform, where something of the tenant is or was there.
    platforms: Option<String>,
    moving: Option<(Move, Vec<NotReady>)>,
    left: Vec<Leftover>,
}

pub async fn page(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
) -> Result<Response> {
    let shown = find(&operator, tenant).await?;
    let role = shown.own.as_ref().map_or_else(String::new, |own| own.role.to_string());
    Ok(show(&site, &operator, StatusCode::OK, shown, Form::of(vec![("role", role)])).await)
}

pub async fn submit(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
    mut form: Form,
) -> Result<Response> {
    let role = form.check("role", RoleArn::parse(form.value("role")));
    let reason = form.check("reason", Reason::parse(form.value("reason")));
    if let (Some(role), Some(reason)) = (role, reason) {
        let reason = format!("{role}: {}", reason.as_str());
        let mut tx = operator.act("name_role", &reason, Some(tenant)).await?;
        tenant::find(&mut tx, tenant).await?;
        match own_accounts::name(&mut tx, tenant, &role, site.now()).await? {
            Named::Done => {
                tx.commit().await?;
                return Ok(Redirect::to(&format!("/console/tenants/{tenant}/account")).into_response());
            }
            Named::AnothersAccount => form.refuse("role", "That account is another team's: one is for one team alone."),
            Named::InUse => {
                form.refuse(
                    "role",
                    "Something of the team is in the account that is known. Move it to shared IPs first.",
                );
            }
        }
    }
    let shown = find(&operator, tenant).await?;
    Ok(show(&site, &operator, StatusCode::UNPROCESSABLE_ENTITY, shown, form).await)
}

/// Plays the owner of the account. Outside the sandbox there is no such address.
pub async fn let_in(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
) -> Result<Response> {
    let hands = site.world.hands().ok_or(Refusal::NotFound)?;
    let mut tx = operator.act("let_in", "played the owner of the account, in the sandbox", Some(tenant)).await?;
    tenant::find(&mut tx, tenant).await?;
    let own = own_accounts::find_of(&mut tx, tenant).await?;
    own_accounts::try_again(&mut tx, tenant, site.now()).await?;
    tx.commit().await?;
    if let Some(own) = own {
        hands.let_in(&own.role, &tenant.to_string());
    }
    Ok(Redirect::to(&format!("/console/tenants/{tenant}/account")).into_response())
}

/// What was left in an account that cannot be entered any more is not waited for.
pub async fn forget(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
    form: Form,
) -> Result<Response> {
    let mut tx = operator.act("forget_leftover", form.value("leftover"), Some(tenant)).await?;
    tenant::find(&mut tx, tenant).await?;
    if let Some(id) = LeftoverId::parse(form.value("leftover")) {
        account_leftovers::forget(&mut tx, tenant, id, site.now()).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/console/tenants/{tenant}/account")).into_response())
}

async fn find(operator: &Operator, id: TenantId) -> Result<Shown> {
    let mut tx = operator.read().await?;
    let tenant = tenant::find(&mut tx, id).await?;
    let own = own_accounts::find_of(&mut tx, id).await?;
    let at_ses = ses_tenants::find_of(&mut tx, id).await?;
    let left = account_leftovers::list_of(&mut tx, id).await?;
    let moving = match account_moves::find_of(&mut tx, id).await? {
        Some(found) => Some((found, account_moves::list_not_ready_of(&mut tx, id).await?)),
        None => None,
    };
    tx.commit().await?;
    let is_away = at_ses.as_ref().is_some_and(|it| it.account.is_some());
    let here = at_ses.filter(|it| it.account.is_none()).and_then(|it| it.arn);
    let left_here = left.iter().find(|it| it.account.is_none()).and_then(|it| it.arn.clone());
    let platforms = here.or(left_here).and_then(|arn| arn.split(':').nth(4).map(str::to_owned));
    Ok(Shown { tenant, own, is_away, platforms, moving, left })
}

async fn show(site: &Site, operator: &Operator, status: StatusCode, shown: Shown, form: Form) -> Response {
    let (now, name) = (site.now(), operator.person.name.clone());
    let can_let_in = site.world.hands().is_some() && shown.own.is_some();
    let title = format!("AWS account of {}", shown.tenant.name);
    render(site, status, title.clone(), move || {
        let Shown { tenant, own, is_away, platforms, moving, left } = shown;
        let at = format!("/console/tenants/{}", tenant.id);
        view! {
            <Console name section=ConsoleSection::Tenants>
                <p><a href=at.clone()>{tenant.name.clone()}</a></p>
                <h1>{title}</h1>
                <p>
                    "Its mail can leave through an AWS account that is the team's alone, by a role that lets this platform in. The \
                     keys are borrowed for an hour at a time and kept nowhere."
                </p>
                <Region address=format!("{at}/account/standing")>{standing(own, is_away, moving, now)}</Region>
                <div class="acts">
                    {can_let_in.then(|| view! {
                        <form method="post" action=format!("{at}/account/role")>
                            <button class="button quiet">"Make this role in the sandbox"</button>
                        </form>
                    })}
                    <LinkButton href=format!("{at}/tier") label="Choose its tier" quiet=true/>
                </div>
                <h2>"What the team does in its account"</h2>
                {steps(tenant.id, platforms)}
                <h2>"The role"</h2>
                <Summary form=&form/>
                <form class="column" method="post" novalidate>
                    <Field form=&form name="role" label="ARN of the role" hint="arn:aws:iam::210987654321:role/ownlane"/>
                    <Field form=&form name="reason" label="Reason" hint="It stays in the audit."/>
                    <Submit label="Name it and try it"/>
                </form>
                {behind(&at, left, now)}
                <Copying/>
            </Console>
        }
    })
    .await
}

/// The part of the page that changes by itself.
pub async fn fragment(
    State(site): State<Site>,
    operator: Operator,
    Address(tenant): Address<TenantId>,
) -> Result<Response> {
    let Shown { own, is_away, moving, .. } = find(&operator, tenant).await?;
    Ok(render_fragment(|| standing(own, is_away, moving, site.now())))
}

fn standing(
    own: Option<OwnAccount>,
    is_away: bool,
    moving: Option<(Move, Vec<NotReady>)>,
    now: OffsetDateTime,
) -> impl IntoView {
    view! {
        {state(own.as_ref(), is_away, now)}
        {moving.map(|moving| under_way(moving, now))}
    }
}

fn state(own: Option<&OwnAccount>, is_away: bool, now: OffsetDateTime) -> impl IntoView + use<> {
    let (tone, word) = match own {
        None => (Tone::Waiting, "No role is named"),
        Some(OwnAccount { trouble: Some(_), .. }) => (Tone::Bad, "It cannot be used"),
        Some(OwnAccount { works_at: Some(_), .. }) => (Tone::Good, "It works"),
        Some(_) => (Tone::Waiting, "It is being tried"),
    };
    let tried = own.and_then(|own| own.works_at).map(|at| view! { ", last tried well "<Time at now/> });
    let trouble = own.and_then(|own| own.trouble.clone()).map(|(trouble, since)| {
        view! { <p>"Since "<Time at=since now/>": "<code>{trouble}</code>" It is tried again by itself."</p> }
    });
    let leaves =
        if is_away { "Its mail leaves through it." } else { "Its mail leaves through the platform's account." };
    view! {
        <p><StateWord tone word/>{tried}". "{leaves}</p>
        {trouble}
    }
}

fn under_way((found, not_ready): (Move, Vec<NotReady>), now: OffsetDateTime) -> impl IntoView {
    let whither = found
        .account
        .as_ref()
        .map_or_else(|| "To the platform's account".to_owned(), |account| format!("To the account {account}"));
    let word = match (found.is_cancelled, &found.ready) {
        (true, _) => "It is taken back",
        (false, None) => "What the team is to have there is being made",
        (false, Some(_)) => "Domains are being verified there",
    };
    let not_ready: Vec<_> = not_ready
        .into_iter()
        .filter(|_| found.ready.is_some())
        .map(|it| {
            let why = match it.hold {
                None => {
                    "waits for the keys of that account in its DNS; the team sees them on the domain's page".to_owned()
                }
                Some(Hold::UnknownIdentity) => {
                    "exists there, and not through this platform. Delete that identity in the \
                    account, or give it the tag ownlane:tenant with the id below"
                        .to_owned()
                }
                Some(Hold::ForeignTenant) => "exists there, and sends for another tenant of that account".to_owned(),
            };
            view! { <li><code>{it.name}</code>" "{why}"."</li> }
        })
        .collect();
    let trouble = found.trouble.map(|(trouble, since)| {
        view! { <p>"Since "<Time at=since now/>": "<code>{trouble}</code>" It is tried again by itself."</p> }
    });
    view! {
        <h2>"The move"</h2>
        <p><StateWord tone=Tone::Waiting word/>". "{whither}", begun "<Time at=found.begun_at now/>"."</p>
        <ul class="lines">{not_ready}</ul>
        {trouble}
        <p class="soft">
            "Mail goes on as before until every verified domain is verified there too; then it changes in one step. To stay, choose \
             the present tier again."
        </p>
    }
}

fn steps(tenant: TenantId, platforms: Option<String>) -> impl IntoView {
    let account = platforms.unwrap_or_else(|| "THE_PLATFORMS_ACCOUNT".to_owned());
    let trust = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole",
  "Principal": {{"AWS": "arn:aws:iam::{account}:root"}},
  "Condition": {{"StringEquals": {{"sts:ExternalId": "{tenant}"}}}}}}]}}"#
    );
    let may = r#"{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "ses:*", "Resource": "*"},
  {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
   "Resource": "arn:aws:sqs:*:*:ownlane-events"}]}"#;
    view! {
        <ol>
            <li>"It leaves the SES sandbox, in the region that this platform sends from."</li>
            <li>
                "It makes an SNS topic and an SQS queue, called as the platform's are, and subscribes the queue to the topic."
            </li>
            <li>"It makes a role. Whom it trusts:"<pre>{trust}</pre></li>
            <li>"And what the role may do:"<pre>{may}</pre></li>
        </ol>
        <p>"The external id, so that nobody else can have this platform enter the account: "<Copy what="external id" text=tenant.to_string()/></p>
    }
}

fn behind(at: &str, left: Vec<Leftover>, now: OffsetDateTime) -> Option<impl IntoView + use<>> {
    let forget = format!("{at}/account/forget");
    (!left.is_empty()).then(|| {
        let rows: Vec<_> = left
            .into_iter()
            .map(|it| {
                let place = it
                    .account
                    .map_or_else(|| "the platform's account".to_owned(), |account| format!("account {account}"));
                let trouble = it.trouble.map(|(trouble, since)| {
                    view! {
                        <p>"It cannot be taken down since "<Time at=since now/>": "<code>{trouble}</code></p>
                        <form method="post" action=forget.clone()>
                            <input type="hidden" name="leftover" value=it.id.to_string()/>
                            <Submit label="Leave it there"/>
                        </form>
                    }
                });
                view! {
                    <li>
                        "In "{place}", left "<Time at=it.left_at now/>"; kept for late bounces and complaints until "
                        <Time at=it.ends_at now/>", then taken down."
                        {trouble}
                    </li>
                }
            })
            .collect();
        view! {
            <h2>"Left behind"</h2>
            <ul class="lines">{rows}</ul>
        }
    })
}
