//! What a tenant has at Amazon SES, as last read back, and how its domains stand: parts of its pages in the console.

use crate::Result;
use crate::console::shared_ips::label;
use crate::domains::{domain_state, ended_sentence};
use crate::ui::state::{State as StateWord, Tone};
use crate::ui::time::Time;
use db::domains::{self, Domain, Ended};
use db::isolation::closures::Closure;
use db::isolation::ses_tenants::SesTenant;
use db::scope::OperatorTx;
use leptos::prelude::*;
use rules::ids::TenantId;
use rules::isolation::SharedPoolMode;
use rules::limits;
use rules::time::{Duration, OffsetDateTime};

/// `closing`: what there was is being taken down, or is gone.
pub fn facts_of(found: Option<SesTenant>, closing: Option<&Closure>, now: OffsetDateTime) -> impl IntoView + use<> {
    let closing = closing.filter(|closure| closure.begun_at.is_some());
    match (found, closing) {
        (_, Some(closure)) if closure.done_at.is_some() => {
            view! { <p class="soft">"Nothing any more: the team is closed."</p> }.into_any()
        }
        (Some(found), Some(_)) => {
            let step = found.step.map(|step| format!(" Now: {step}."));
            let trouble = found.trouble.map(|trouble| view! { <p class="soft">{trouble}</p> });
            view! { <p><StateWord tone=Tone::Waiting word="Being taken down"/>{step}</p>{trouble} }.into_any()
        }
        (None, _) => view! { <p class="soft">"Nothing yet: it is made with the first domain."</p> }.into_any(),
        (Some(found), None) => facts(found, now).into_any(),
    }
}

fn facts(found: SesTenant, now: OffsetDateTime) -> impl IntoView {
    let state = match (found.ready_at, found.read_at) {
        (Some(_), _) => view! { <StateWord tone=Tone::Good word="As wanted"/> }.into_any(),
        (None, None) => {
            let step = found.step.map(|step| format!(": {step}"));
            view! { <StateWord tone=Tone::Waiting word="Being made"/>{step} }.into_any()
        }
        (None, Some(_)) => view! { <StateWord tone=Tone::Bad word="Not as wanted"/> }.into_any(),
    };
    let trouble = found.trouble.zip(found.trouble_at);
    let trouble = trouble.map(|(trouble, since)| {
        view! { <dt>"Trouble"</dt><dd>{trouble}" (since "<Time at=since now/>")"</dd> }
    });
    let text = |label: &'static str, value: Option<String>| {
        value.map(|value| view! { <dt>{label}</dt><dd><code>{value}</code></dd> })
    };
    let wanted = found.wanted_policy.as_str();
    let policy = found.policy.map(|policy| {
        let policy = policy.rsplit('/').next().unwrap_or_default().to_owned();
        let coming = (policy != wanted).then(|| format!("; wanted: {wanted}"));
        let why = found.policy_reason.map(|why| format!(" {why}"));
        view! { <dt>"Reputation policy"</dt><dd><code>{policy}</code>{coming}"."{why}</dd> }
    });
    let shared = found.shared_pool_mode.map(|mode| {
        let words = SharedPoolMode::parse(&mode).map(|mode| format!(", {}", label(mode).to_lowercase()));
        let wanted = found.wanted_shared_pool_mode;
        let coming = (mode != wanted.as_str()).then(|| format!("; wanted: {}", wanted.as_str()));
        view! { <dt>"Shared IPs"</dt><dd><code>{mode}</code>{words}{coming}</dd> }
    });
    let pool = found.sending_pool.map(|pool| match pool.as_str() {
        "" => view! { <dt>"Pool of IPs"</dt><dd>"none named: shared IPs"</dd> }.into_any(),
        _ => view! { <dt>"Pool of IPs"</dt><dd><code>{pool}</code></dd> }.into_any(),
    });
    view! {
        <dl class="facts">
            <dt>"State"</dt>
            <dd>{state}{found.read_at.map(|at| view! { " read back "<Time at now/> })}</dd>
            {text("Tenant", found.name)}
            {text("Configuration set", found.set_name)}
            {text("ARN", found.arn)}
            {policy}
            {text("Suppression list", found.suppression_scope)}
            {text("Sending status", found.sending_status)}
            {text("Amazon's own status", found.aws_status)}
            {found.aws_cause.map(|cause| view! { <dt>"Amazon's reason"</dt><dd>{cause}</dd> })}
            {found.is_held.then(|| view! { <dt>"Our pause"</dt><dd>"stands at Amazon SES too, as read back"</dd> })}
            {shared}
            {pool}
            {trouble}
        </dl>
    }
}

pub(super) async fn list_ended(tx: &mut OperatorTx, tenant: TenantId, now: OffsetDateTime) -> Result<Vec<Ended>> {
    let since = now - Duration::days(limits::DOMAIN_ENDED_SHOWN_DAYS);
    Ok(domains::list_ended_of(tx, tenant, since).await?)
}

/// With the domains whose claim ended by itself.
pub fn identities(domains: Vec<Domain>, ended: Vec<Ended>, now: OffsetDateTime) -> impl IntoView {
    let lines: Vec<_> = domains
        .into_iter()
        .map(|domain| {
            let (tone, word) = domain_state(domain.facts().state());
            let trouble = domain.trouble.map(|(trouble, since)| {
                view! { <p class="soft">{trouble}" (since "<Time at=since now/>")"</p> }
            });
            view! { <li>{domain.name.to_string()}" "<StateWord tone word/>{trouble}</li> }
        })
        .collect();
    let ended: Vec<_> = ended
        .into_iter()
        .map(|domain| {
            let sentence = ended_sentence(domain.why);
            view! { <li>{domain.name.to_string()}" ended "<Time at=domain.at now/>". "{sentence}</li> }
        })
        .collect();
    view! { <ul class="lines">{lines}{ended}</ul> }
}
