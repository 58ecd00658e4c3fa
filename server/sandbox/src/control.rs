//! The control API under `/_sandbox/`: plays the world by hand. Unsigned, so it must never be within reach of a web page
//! or of a name that someone points at loopback.

mod accounts;
mod begin;
mod crowd;
mod dns;
mod events;

use crate::faults::{Fault, Odds};
use crate::mail::{Mail, Wanted};
use crate::place::Place;
use crate::ses::account::EnforcementStatus;
use crate::ses::findings::Finding;
use crate::ses::reputation::SendingStatus;
use crate::ses::send::PausedTenantError;
use crate::state::ACCOUNT;
use crate::world::World;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use tokio::task::JoinError;

const MAIL_IN_BYTES_MAX: usize = 64 * 1_048_576; // a mail that is too large is SES's to refuse

/// What `GET /_sandbox/` says.
pub(crate) const HELP: &str = "\
The sandbox: Amazon SES v2, SQS, S3, STS and DNS on localhost. Its control API, unsigned, in JSON:

GET    /_sandbox/records            all DNS records
POST   /_sandbox/records            {\"name\", \"kind\": \"TXT|CNAME|MX|A|AAAA|NS\", \"value\", \"ttl\"?}, or a list of them;
                                    a TXT's value may be a list: its strings as they are cut
DELETE /_sandbox/records            {\"name\", \"kind\"}: all of that kind at that name
POST   /_sandbox/trouble            {\"trouble\": KIND | null, \"name\"?}: of every DNS answer, or of that name and what is
                                    beneath it. Kinds: ServFail, Silence, Refused, Lame (a referral to the root),
                                    Truncation (UDP says no more than \"ask by TCP\"), Stale (as records stand now)
POST   /_sandbox/faults             {\"operation\"?, \"skip\"?, \"times\"?, \"kind\"}: kind is TooManyRequests, InternalError,
                                    ServiceUnavailable, NotFound, Hang, AcceptThenHang, AcceptThenReset, FailInPart (of a
                                    batch), SlowDrip or Garbage
POST   /_sandbox/odds               [{\"operation\", \"percent\", \"kind\"}, …]: that share of its calls fails, at random, until
                                    other odds are set
POST   /_sandbox/verification       {\"hold\": true | false}: while true nothing becomes SUCCESS by itself
POST   /_sandbox/identities/{name}  {\"dkim_status\"?, \"mail_from_status\"?}: stays until \"\" or until put again
GET    /_sandbox/roles              the roles that may be assumed
POST   /_sandbox/roles              {\"arn\", \"external_id\"?}: of any account; its SES and its queues are apart from all others
DELETE /_sandbox/roles              {\"arn\"}: it can be assumed no more; who has assumed it keeps that until it expires
POST   /_sandbox/quota              {\"account\"?, \"max_24_hours\"?, \"max_rate\"?, \"control_rate\"?}: recipients in 24 hours and a
                                    second, other calls a second (Amazon has 1); -1 for no limit
POST   /_sandbox/account            {\"account\"?, \"enforcement_status\"?: \"HEALTHY|PROBATION|SHUTDOWN\", \"production_access\"?}
POST   /_sandbox/tenants/{name}     {\"status\": \"ENABLED|DISABLED|REINSTATED\", \"cause\"?}: what AWS decides; ENABLED leaves
                                    it to the tenant's policy again
POST   /_sandbox/findings           {\"tenant\", \"type\": \"BOUNCE|COMPLAINT|IP_LISTING|FEEDBACK_3P|…\", \"impact\"?: \"LOW|HIGH\",
                                    \"status\"?: \"OPEN|FIXED\", \"description\"?}
POST   /_sandbox/dedicated-ips      {\"account\"?, \"region\"?, \"ip\"}: AWS gives the account one
POST   /_sandbox/paused-tenants     {\"error\"}: what a paused tenant's mail meets: SendingPaused, MessageRejected or
                                    AccessDenied
POST   /_sandbox/people             {\"seed\"?, \"shares\": {WORD: 0..1, …}}: what people do whose addresses say nothing; words
                                    are those of local parts: bounce, softbounce, complain, delay, ooto, answer, …; open
POST   /_sandbox/providers          {\"reputation\": true | false}: mailbox providers remember who sends to them
GET    /_sandbox/providers          what they remember, by pool of IPs, From domain and mailbox: counts, score, standing
GET    /_sandbox/mail               the newest 10 000 mails, the oldest first; ?to=ADDRESS: those to it; ?limit=N; the first
                                    from ?since=EPOCH SECONDS on, or after the mail ?after=MESSAGE ID
GET    /_sandbox/mail/{message id}  one mail, as it would leave
POST   /_sandbox/events             {\"copies\"?, \"shuffle\"?, \"hold\"?, \"late_percent\"?, \"late_secs\"?, \"lost_percent\"?}: how
                                    events come from now on; held ones come when hold is false again; a Send is never lost
POST   /_sandbox/events/raw         {\"account\"?, \"region\"?, \"queue\"?, \"message\"}: any text or object into a queue,
                                    as from SNS
GET    /_sandbox/mail-in            the rule for mail that is received: domain, bucket, topic; null: there is none
POST   /_sandbox/mail-in            {\"recipients\": [ADDRESS, …], \"raw\"}: a mail from outside, into bucket and queue.
                                    Answers {\"message_id\"}
POST   /_sandbox/subscriptions      {\"topic\": ARN, \"raw\"}: while true, its queue gets messages without an envelope
POST   /_sandbox/rules              {\"account\"?, \"region\"?, \"queue\"}: the queue gets what EventBridge hears: of tenants their
                                    sending status and findings, and of mails what their sets send there
DELETE /_sandbox/rules              {\"account\"?, \"region\"?, \"queue\"}
POST   /_sandbox/clock              {\"ahead_secs\"}: the world's time moves ahead by so much
POST   /_sandbox/reset              {\"seed\"?}: a new world, empty; with a seed the same dice in every run
POST   /_sandbox/forget             SES loses its memory, queues, buckets and mails; DNS records stay
GET    /_sandbox/calls              the last 10 000 calls to SES; status 0: left unanswered
GET    /_sandbox/state              all that SES holds
";

pub(crate) fn router(world: World) -> Router {
    Router::new()
        .route("/_sandbox/", get(HELP))
        .route("/_sandbox/records", get(dns::records).post(dns::publish).delete(dns::withdraw))
        .route("/_sandbox/trouble", post(dns::trouble))
        .route("/_sandbox/faults", post(fault))
        .route("/_sandbox/odds", post(odds))
        .route("/_sandbox/verification", post(verification))
        .route("/_sandbox/identities/{name}", post(identity))
        .route("/_sandbox/quota", post(quota))
        .route("/_sandbox/account", post(account))
        .route("/_sandbox/tenants/{name}", post(tenant))
        .route("/_sandbox/findings", post(finding))
        .route("/_sandbox/dedicated-ips", post(dedicated_ip))
        .route("/_sandbox/paused-tenants", post(paused_tenants))
        .route("/_sandbox/people", post(crowd::people))
        .route("/_sandbox/providers", get(crowd::providers).post(crowd::reputation))
        .route("/_sandbox/mail", get(mail))
        .route("/_sandbox/mail/{id}", get(one_mail))
        .route("/_sandbox/events", post(events::events))
        .route("/_sandbox/events/raw", post(events::raw_event))
        .route("/_sandbox/mail-in", get(receipt_rule).post(mail_in).layer(DefaultBodyLimit::max(MAIL_IN_BYTES_MAX)))
        .route("/_sandbox/subscriptions", post(events::subscription))
        .route("/_sandbox/rules", post(events::rule).delete(events::no_rule))
        .route("/_sandbox/roles", get(accounts::roles).post(accounts::add).delete(accounts::remove))
        .route("/_sandbox/clock", post(begin::clock))
        .route("/_sandbox/reset", post(begin::reset))
        .route("/_sandbox/forget", post(forget))
        .route("/_sandbox/calls", get(calls))
        .route("/_sandbox/state", get(state))
        .route("/_sandbox/{*rest}", any(unknown))
        .layer(middleware::from_fn(guard))
        .with_state(world)
}

struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "message": self.1 }))).into_response()
    }
}

type Done = Result<StatusCode, Refusal>;

/// A page in a browser names its origin, and a name that someone points at loopback is in Host.
async fn guard(request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::ORIGIN) {
        return Refusal(StatusCode::FORBIDDEN, "Not for web pages.".to_owned()).into_response();
    }
    if !is_local(request.headers()) {
        return Refusal(StatusCode::FORBIDDEN, "Call it by localhost, 127.0.0.1 or [::1].".to_owned()).into_response();
    }
    next.run(request).await
}

fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn fault(State(world): State<World>, body: Bytes) -> Done {
    world.fail(parse::<Fault>(&body)?);
    Ok(StatusCode::NO_CONTENT)
}

async fn odds(State(world): State<World>, body: Bytes) -> Done {
    world.set_odds(parse::<Vec<Odds>>(&body)?);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Verification {
    hold: bool,
}

async fn verification(State(world): State<World>, body: Bytes) -> Done {
    world.hold_verification(parse::<Verification>(&body)?.hold);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statuses {
    dkim_status: Option<String>,
    mail_from_status: Option<String>,
}

async fn identity(State(world): State<World>, Path(name): Path<String>, body: Bytes) -> Done {
    let statuses: Statuses = parse(&body)?;
    if !world.has_identity(&name) {
        return Err(Refusal(StatusCode::NOT_FOUND, format!("No region has the identity {name}.")));
    }
    if let Some(status) = statuses.dkim_status {
        world.set_dkim_status(&name, &status);
    }
    if let Some(status) = statuses.mail_from_status {
        world.set_mail_from_status(&name, &status);
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Quota {
    #[serde(default = "home")]
    account: String,
    max_24_hours: Option<f64>,
    max_rate: Option<f64>,
    control_rate: Option<f64>,
}

async fn quota(State(world): State<World>, body: Bytes) -> Done {
    let Quota { account, max_24_hours, max_rate, control_rate } = parse(&body)?;
    world.change_quota(&account, max_24_hours, max_rate, control_rate);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Standing {
    #[serde(default = "home")]
    account: String,
    enforcement_status: Option<EnforcementStatus>,
    production_access: Option<bool>,
}

async fn account(State(world): State<World>, body: Bytes) -> Done {
    let Standing { account, enforcement_status, production_access } = parse(&body)?;
    if let Some(status) = enforcement_status {
        world.set_enforcement_status(&account, status);
    }
    if let Some(granted) = production_access {
        world.set_production_access(&account, granted);
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct Decision {
    status: SendingStatus,
    cause: Option<String>,
}

async fn tenant(State(world): State<World>, Path(name): Path<String>, body: Bytes) -> Done {
    let Decision { status, cause } = parse(&body)?;
    if world.decide_on_tenant(&name, status, cause.as_deref()) {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Refusal(StatusCode::NOT_FOUND, format!("No region has the tenant {name}.")))
}

#[derive(Deserialize)]
struct Report {
    tenant: String,
    #[serde(flatten)]
    finding: Finding,
}

async fn finding(State(world): State<World>, body: Bytes) -> Done {
    let Report { tenant, finding } = parse(&body)?;
    if world.report_finding(&tenant, &finding) {
        return Ok(StatusCode::NO_CONTENT);
    }
    let message = format!("No region has the tenant {tenant}, or it has no such open finding.");
    Err(Refusal(StatusCode::NOT_FOUND, message))
}

#[derive(Deserialize)]
struct GivenIp {
    #[serde(default = "home")]
    account: String,
    #[serde(default = "us_east_1")]
    region: String,
    ip: Ipv4Addr,
}

async fn dedicated_ip(State(world): State<World>, body: Bytes) -> Done {
    let GivenIp { account, region, ip } = parse(&body)?;
    world.give_dedicated_ip(Place::new(&account, &region), ip);
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
struct PausedTenants {
    error: PausedTenantError,
}

async fn paused_tenants(State(world): State<World>, body: Bytes) -> Done {
    world.set_paused_tenant_error(parse::<PausedTenants>(&body)?.error);
    Ok(StatusCode::NO_CONTENT)
}

async fn mail(State(world): State<World>, Query(wanted): Query<Wanted>) -> Result<Response, Refusal> {
    let page = aside(move || world.outbox().page(&wanted).map(|page| json(&page))).await?;
    let page = page.ok_or_else(|| Refusal(StatusCode::NOT_FOUND, "No mail has the id in ?after.".to_owned()))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], page).into_response())
}

fn json(page: &[Arc<Mail>]) -> Vec<u8> {
    let page: Vec<&Mail> = page.iter().map(AsRef::as_ref).collect();
    serde_json::to_vec(&page).unwrap_or_default() // text has a form in JSON
}

async fn one_mail(State(world): State<World>, Path(id): Path<String>) -> Result<Response, Refusal> {
    let mail = aside(move || world.outbox().get(&id)).await?;
    let mail = mail.ok_or_else(|| Refusal(StatusCode::NOT_FOUND, "No mail has this id.".to_owned()))?;
    Ok(([(header::CONTENT_TYPE, "message/rfc822")], Arc::unwrap_or_clone(mail).raw).into_response())
}

/// What reads much from disk holds no other call up.
async fn aside<T: Send + 'static>(read: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    let failed = |error: JoinError| Refusal(StatusCode::INTERNAL_SERVER_ERROR, error.to_string());
    tokio::task::spawn_blocking(read).await.map_err(failed)
}

async fn receipt_rule(State(world): State<World>) -> Json<Value> {
    Json(json!(world.receipt_rule()))
}

#[derive(Deserialize)]
struct MailFromOutside {
    recipients: Vec<String>,
    raw: String,
}

async fn mail_in(State(world): State<World>, body: Bytes) -> Result<Json<Value>, Refusal> {
    let MailFromOutside { recipients, raw } = parse(&body)?;
    let recipients: Vec<&str> = recipients.iter().map(String::as_str).collect();
    let taken = world.mail_in(&recipients, raw.as_bytes());
    let message_id = taken.map_err(|error| Refusal(StatusCode::BAD_REQUEST, error.to_string()))?;
    Ok(Json(json!({ "message_id": message_id })))
}

fn home() -> String {
    ACCOUNT.to_owned()
}

fn us_east_1() -> String {
    "us-east-1".to_owned()
}

async fn forget(State(world): State<World>) -> StatusCode {
    world.forget();
    StatusCode::NO_CONTENT
}

async fn calls(State(world): State<World>) -> Json<Value> {
    Json(json!(world.calls()))
}

async fn state(State(world): State<World>) -> Json<Value> {
    Json(world.snapshot())
}

async fn unknown() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "There is no such thing here: GET /_sandbox/ lists what there is.".to_owned())
}

/// Whatever its content type says: `curl -d` should do.
fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal(StatusCode::BAD_REQUEST, error.to_string()))
}
