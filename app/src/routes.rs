//! Every address of the product, with what is needed to use it. The router is built from this table, so that there is
//! no page without its line here.

use crate::isolation::pause;
use crate::{
    Site, accounts, clock, console, domains, error, evidence, health, leads, mailboxes, messages, page, sequences,
    suppression,
};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use rules::access::Permission;
use rules::ids::{DomainId, MailboxId, SourceId};
use rules::limits;
use std::convert::Infallible;
use std::time::Duration;

/// What somebody must be to use an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Anybody.
    Nothing,
    /// Signed in, as whoever.
    SignIn,
    /// A member of the tenant that `{slug}` names, with a role that has this permission. For others the tenant does
    /// not exist; to a lower role the answer is 403.
    Tenant(Permission),
    /// Signed in as an operator; for others the address does not exist.
    Operator,
}

/// What an address takes in: how much, and how long that may take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Intake {
    /// Nothing, or a form.
    Form,
    /// A file of leads, which is kept piece by piece.
    File,
}

/// One line of the table.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub need: Need,
    intake: Intake,
    handler: MethodRouter<Site>,
}

/// The table.
pub fn routes() -> Vec<Route> {
    let of_tenants = [of_teams(), of_domains(), of_leads(), of_suppression(), of_sequences(), of_health()];
    let all = [of_doors()].into_iter().chain(of_tenants).chain([of_the_console()]);
    all.flatten().collect()
}

/// In and out, and a person's own matters.
fn of_doors() -> Vec<Route> {
    use Need::{Nothing, SignIn};
    vec![
        get("/", Nothing, accounts::start::page),
        get("/operator/{secret}", Nothing, console::sign_up::page),
        post("/operator/{secret}", Nothing, console::sign_up::submit),
        get("/invitation/{link}", Nothing, accounts::invitation::page),
        post("/invitation/{link}", Nothing, accounts::invitation::submit),
        get("/u/{link}", Nothing, suppression::opt_out::page),
        post("/u/{link}", Nothing, suppression::opt_out::submit),
        get("/evidence/keys/{key}", Nothing, evidence::download::key),
        get("/sign-in", Nothing, accounts::sign_in::page),
        post("/sign-in", Nothing, accounts::sign_in::submit),
        post("/sign-out", SignIn, accounts::sign_in::sign_out),
        post("/sandbox/clock", SignIn, clock::advance),
        get("/teams", SignIn, accounts::teams::page),
        get("/account", SignIn, accounts::account::page),
        post("/account/sessions", SignIn, accounts::account::end_sessions),
        get("/account/password", SignIn, accounts::password::page),
        post("/account/password", SignIn, accounts::password::submit),
    ]
}

/// A team's own pages: how it stands, its people, its settings.
fn of_teams() -> Vec<Route> {
    use Need::Tenant;
    use Permission::{ManageMailboxes, ManagePeople, See};
    vec![
        get("/t/{slug}", Tenant(See), accounts::overview::page),
        get("/t/{slug}/messages", Tenant(See), messages::list::page),
        get("/t/{slug}/messages/{message}", Tenant(See), messages::message::page),
        get("/t/{slug}/settings", Tenant(See), accounts::settings::page),
        post("/t/{slug}/settings", Tenant(ManageMailboxes), accounts::settings::submit),
        get("/t/{slug}/people", Tenant(See), accounts::people::page),
        get("/t/{slug}/people/{user}", Tenant(See), accounts::person::page),
        post("/t/{slug}/people/{user}", Tenant(ManagePeople), accounts::person::submit),
        post("/t/{slug}/people/{user}/removal", Tenant(ManagePeople), accounts::person::remove),
        get("/t/{slug}/invitations/new", Tenant(ManagePeople), accounts::invite::page),
        post("/t/{slug}/invitations/new", Tenant(ManagePeople), accounts::invite::submit),
        post("/t/{slug}/invitations/{invitation}/withdrawal", Tenant(ManagePeople), accounts::invite::withdraw),
    ]
}

/// Domains and mailboxes: what a team writes from.
fn of_domains() -> Vec<Route> {
    use Need::Tenant;
    use Permission::{ManageDomains, ManageMailboxes, See};
    vec![
        get("/t/{slug}/domains", Tenant(See), domains::list::page),
        get("/t/{slug}/domains/new", Tenant(ManageDomains), domains::connect::page),
        post("/t/{slug}/domains/new", Tenant(ManageDomains), domains::connect::submit),
        get("/t/{slug}/domains/{domain}", Tenant(See), domains::domain::page),
        get("/t/{slug}/domains/{domain}/standing", Tenant(See), domains::domain::fragment),
        post("/t/{slug}/domains/{domain}/check", Tenant(ManageDomains), domains::acts::check),
        post("/t/{slug}/domains/{domain}/publication", Tenant(ManageDomains), domains::acts::publish),
        post("/t/{slug}/domains/{domain}/removal", Tenant(ManageDomains), domains::acts::remove),
        get("/t/{slug}/domains/{domain}/pause", Tenant(ManageDomains), pause::page::<DomainId>),
        post("/t/{slug}/domains/{domain}/pause", Tenant(ManageDomains), pause::submit::<DomainId>),
        get("/t/{slug}/domains/{domain}/resume", Tenant(ManageDomains), pause::resume_page::<DomainId>),
        post("/t/{slug}/domains/{domain}/resume", Tenant(ManageDomains), pause::submit_resume::<DomainId>),
        get("/t/{slug}/mailboxes", Tenant(See), mailboxes::list::page),
        get("/t/{slug}/mailboxes/new", Tenant(ManageMailboxes), mailboxes::create::page),
        post("/t/{slug}/mailboxes/new", Tenant(ManageMailboxes), mailboxes::create::submit),
        get("/t/{slug}/mailboxes/{mailbox}", Tenant(See), mailboxes::mailbox::page),
        get("/t/{slug}/mailboxes/{mailbox}/settings", Tenant(ManageMailboxes), mailboxes::change::page),
        post("/t/{slug}/mailboxes/{mailbox}/settings", Tenant(ManageMailboxes), mailboxes::change::submit),
        post("/t/{slug}/mailboxes/{mailbox}/removal", Tenant(ManageMailboxes), mailboxes::change::remove),
        get("/t/{slug}/mailboxes/{mailbox}/pause", Tenant(ManageMailboxes), pause::page::<MailboxId>),
        post("/t/{slug}/mailboxes/{mailbox}/pause", Tenant(ManageMailboxes), pause::submit::<MailboxId>),
        get("/t/{slug}/mailboxes/{mailbox}/resume", Tenant(ManageMailboxes), pause::resume_page::<MailboxId>),
        post("/t/{slug}/mailboxes/{mailbox}/resume", Tenant(ManageMailboxes), pause::submit_resume::<MailboxId>),
    ]
}

/// Leads: who is written to.
fn of_leads() -> Vec<Route> {
    use Need::Tenant;
    use Permission::{ManageLeads, See};
    vec![
        get("/t/{slug}/leads", Tenant(See), leads::list::page),
        get("/t/{slug}/leads/export", Tenant(See), leads::download::leads),
        get("/t/{slug}/leads/{lead}", Tenant(See), leads::lead::page),
        get("/t/{slug}/imports/new", Tenant(ManageLeads), leads::upload::page),
        upload("/t/{slug}/imports/new", Tenant(ManageLeads), leads::upload::submit),
        get("/t/{slug}/imports/{import}", Tenant(See), leads::import::page),
        post("/t/{slug}/imports/{import}", Tenant(ManageLeads), leads::import::submit),
        get("/t/{slug}/imports/{import}/progress", Tenant(See), leads::import::fragment),
        get("/t/{slug}/imports/{import}/refused", Tenant(See), leads::download::refused),
        post("/t/{slug}/imports/{import}/cancellation", Tenant(ManageLeads), leads::import::cancel),
        get("/t/{slug}/sources/{source}/pause", Tenant(ManageLeads), pause::page::<SourceId>),
        post("/t/{slug}/sources/{source}/pause", Tenant(ManageLeads), pause::submit::<SourceId>),
        get("/t/{slug}/sources/{source}/resume", Tenant(ManageLeads), pause::resume_page::<SourceId>),
        post("/t/{slug}/sources/{source}/resume", Tenant(ManageLeads), pause::submit_resume::<SourceId>),
    ]
}

/// Suppression: who is not written to any more.
fn of_suppression() -> Vec<Route> {
    use Need::Tenant;
    use Permission::{ManageLeads, See};
    vec![
        get("/t/{slug}/suppressions", Tenant(See), suppression::list::page),
        get("/t/{slug}/suppressions/new", Tenant(ManageLeads), suppression::add::page),
        post("/t/{slug}/suppressions/new", Tenant(ManageLeads), suppression::add::submit),
        post("/t/{slug}/suppressions/removal", Tenant(ManageLeads), suppression::list::remove),
    ]
}

/// Sequences: what is written.
fn of_sequences() -> Vec<Route> {
    use Need::Tenant;
    use Permission::{ManageSequences, See};
    vec![
        get("/t/{slug}/sequences", Tenant(See), sequences::list::page),
        get("/t/{slug}/sequences/new", Tenant(ManageSequences), sequences::create::page),
        post("/t/{slug}/sequences/new", Tenant(ManageSequences), sequences::create::submit),
        get("/t/{slug}/sequences/{sequence}", Tenant(See), sequences::sequence::page),
        get("/t/{slug}/sequences/{sequence}/standing", Tenant(See), sequences::sequence::fragment),
        get("/t/{slug}/sequences/{sequence}/steps/{step}", Tenant(ManageSequences), sequences::step::page),
        post("/t/{slug}/sequences/{sequence}/steps/{step}", Tenant(ManageSequences), sequences::step::submit),
        post("/t/{slug}/sequences/{sequence}/steps/{step}/removal", Tenant(ManageSequences), sequences::step::remove),
        post("/t/{slug}/sequences/{sequence}/mailboxes", Tenant(ManageSequences), sequences::writers::submit),
        post("/t/{slug}/sequences/{sequence}/sources", Tenant(ManageSequences), sequences::leads::submit),
        get("/t/{slug}/sequences/{sequence}/leads", Tenant(See), sequences::leads::page),
        post("/t/{slug}/sequences/{sequence}/leads/{lead}/removal", Tenant(ManageSequences), sequences::leads::remove),
        get("/t/{slug}/sequences/{sequence}/start", Tenant(ManageSequences), sequences::start::page),
        post("/t/{slug}/sequences/{sequence}/start", Tenant(ManageSequences), sequences::start::submit),
        post("/t/{slug}/sequences/{sequence}/pause", Tenant(ManageSequences), sequences::start::pause),
    ]
}

/// Health: how mail is taken, and what stood still for it.
fn of_health() -> Vec<Route> {
    use Need::Tenant;
    use Permission::{ManageDomains, ManageMailboxes, See};
    vec![
        get("/t/{slug}/health", Tenant(See), health::overview::page),
        get("/t/{slug}/incidents/{incident}", Tenant(See), health::incident::page),
        get("/t/{slug}/evidence", Tenant(See), evidence::page::page),
        post("/t/{slug}/evidence", Tenant(ManageDomains), evidence::page::ask),
        get("/t/{slug}/evidence/{evidence}/report", Tenant(See), evidence::download::report),
        get("/t/{slug}/evidence/{evidence}/report-signature", Tenant(See), evidence::download::report_signature),
        get("/t/{slug}/evidence/{evidence}/document", Tenant(See), evidence::download::document),
        get("/t/{slug}/evidence/{evidence}/document-signature", Tenant(See), evidence::download::document_signature),
        post("/t/{slug}/incidents/{incident}/diagnosis", Tenant(ManageMailboxes), health::recovery::diagnose),
        post("/t/{slug}/incidents/{incident}/cleaning", Tenant(ManageMailboxes), health::recovery::clean),
        post("/t/{slug}/incidents/{incident}/probation", Tenant(ManageMailboxes), health::recovery::begin_probation),
    ]
}

/// The operator's.
fn of_the_console() -> Vec<Route> {
    use Need::Operator;
    vec![
        get("/console", Operator, console::tenants::page),
        get("/console/tenants/new", Operator, console::new_tenant::page),
        post("/console/tenants/new", Operator, console::new_tenant::submit),
        get("/console/tenants/{tenant}", Operator, console::tenant::page),
        get("/console/tenants/{tenant}/pause", Operator, console::pause::page),
        post("/console/tenants/{tenant}/pause", Operator, console::pause::submit),
        get("/console/tenants/{tenant}/resume", Operator, console::pause::resume_page),
        post("/console/tenants/{tenant}/resume", Operator, console::pause::submit_resume),
        get("/console/tenants/{tenant}/close", Operator, console::closure::page),
        post("/console/tenants/{tenant}/close", Operator, console::closure::submit),
        get("/console/tenants/{tenant}/keep", Operator, console::closure::keep_page),
        post("/console/tenants/{tenant}/keep", Operator, console::closure::submit_keep),
        get("/console/tenants/{tenant}/visit", Operator, console::visit::page),
        post("/console/tenants/{tenant}/visit", Operator, console::visit::submit),
        post("/console/tenants/{tenant}/visit/end", Operator, console::visit::end),
        get("/console/tenants/{tenant}/caps", Operator, console::caps::page),
        post("/console/tenants/{tenant}/caps", Operator, console::caps::submit),
        get("/console/tenants/{tenant}/evidence", Operator, console::evidence::page),
        post("/console/tenants/{tenant}/evidence", Operator, console::evidence::ask),
        get("/console/tenants/{tenant}/tier", Operator, console::tier::page),
        post("/console/tenants/{tenant}/tier", Operator, console::tier::submit),
        get("/console/tenants/{tenant}/account", Operator, console::own_account::page),
        post("/console/tenants/{tenant}/account", Operator, console::own_account::submit),
        get("/console/tenants/{tenant}/account/standing", Operator, console::own_account::fragment),
        post("/console/tenants/{tenant}/account/role", Operator, console::own_account::let_in),
        post("/console/tenants/{tenant}/account/forget", Operator, console::own_account::forget),
        get("/console/tenants/{tenant}/invite", Operator, console::invite::page),
        post("/console/tenants/{tenant}/invite", Operator, console::invite::submit),
        get("/console/tenants/{tenant}/ses", Operator, console::at_ses::page),
        post("/console/tenants/{tenant}/ses/look", Operator, console::at_ses::look),
        get("/console/tenants/{tenant}/ses/shared-ips", Operator, console::shared_ips::page),
        post("/console/tenants/{tenant}/ses/shared-ips", Operator, console::shared_ips::submit),
        get("/console/tenants/{tenant}/ses/drifts/{drift}", Operator, console::drift::page),
        post("/console/tenants/{tenant}/ses/drifts/{drift}", Operator, console::drift::submit),
        get("/console/tenants/{tenant}/incidents/{incident}", Operator, console::incident::page),
        post("/console/tenants/{tenant}/incidents/{incident}", Operator, console::incident::resume),
        get("/console/incidents", Operator, console::incidents::page),
        get("/console/machine", Operator, console::machine::page),
        get("/console/mail", Operator, console::mail::page),
        get("/console/replies", Operator, console::replies::page),
        get("/console/ses", Operator, console::account::page),
        get("/console/pools", Operator, console::pools::page),
        get("/console/ses/stops/{stop}", Operator, console::account_stop::page),
        post("/console/ses/stops/{stop}", Operator, console::account_stop::submit),
        get("/console/sandbox", Operator, console::sandbox::page),
        get("/console/sandbox/demos", Operator, console::sandbox::fragment),
        post("/console/sandbox/demos", Operator, console::sandbox::make),
        get("/console/sandbox/drills", Operator, console::drill::fragment),
        post("/console/sandbox/drills", Operator, console::drill::ask),
        get("/console/sandbox/drills/{drill}", Operator, console::drill::page),
        get("/console/sandbox/drills/{drill}/report.json", Operator, console::drill::download),
        get("/console/audit", Operator, console::audit::page),
    ]
}

/// All addresses, and a page for those that do not exist.
pub fn router(site: Site) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let guarded = route
            .handler
            .layer::<_, Infallible>(axum::Extension(route.need))
            .layer::<_, Infallible>(DefaultBodyLimit::max(route.intake.bytes_max()))
            .layer(axum::middleware::from_fn_with_state(route.intake, bound_time));
        router = router.route(route.path, guarded);
    }
    page::init();
    router
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::not_found)
        .layer(axum::middleware::from_fn_with_state(site.clone(), error::render_refusals))
        .with_state(site)
}

impl Intake {
    const fn bytes_max(self) -> usize {
        match self {
            Self::Form => limits::FORM_BYTES_MAX,
            // The handler counts the file's own bytes, and says so in words.
            Self::File => usize::MAX,
        }
    }

    const fn time_max(self) -> Duration {
        match self {
            Self::Form => Duration::from_secs(limits::REQUEST_SECS_MAX),
            Self::File => Duration::from_secs(limits::UPLOAD_SECS_MAX),
        }
    }
}

/// Ends a request that takes too long.
async fn bound_time(State(intake): State<Intake>, request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(intake.time_max(), next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

fn get<T: 'static>(path: &'static str, need: Need, handler: impl Handler<T, Site>) -> Route {
    Route { method: Method::GET, path, need, intake: Intake::Form, handler: on(MethodFilter::GET, handler) }
}

fn post<T: 'static>(path: &'static str, need: Need, handler: impl Handler<T, Site>) -> Route {
    Route { method: Method::POST, path, need, intake: Intake::Form, handler: on(MethodFilter::POST, handler) }
}

fn upload<T: 'static>(path: &'static str, need: Need, handler: impl Handler<T, Site>) -> Route {
    Route { intake: Intake::File, ..post(path, need, handler) }
}
