//! Every address of the product, with what is needed to use it. The router is built from this table, so that there is
//! no page without its line here.

use crate::{Site, accounts, console, domains, error, mailboxes, page};
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use rules::access::Permission;

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

/// One line of the table.
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub need: Need,
    handler: MethodRouter<Site>,
}

/// The table.
pub fn routes() -> Vec<Route> {
    use Need::{Nothing, Operator, SignIn, Tenant};
    use Permission::{ManageDomains, ManageMailboxes, ManagePeople, See};
    vec![
        get("/", Nothing, accounts::start::page),
        get("/operator/{secret}", Nothing, console::sign_up::page),
        post("/operator/{secret}", Nothing, console::sign_up::submit),
        get("/invitation/{link}", Nothing, accounts::invitation::page),
        post("/invitation/{link}", Nothing, accounts::invitation::submit),
        get("/sign-in", Nothing, accounts::sign_in::page),
        post("/sign-in", Nothing, accounts::sign_in::submit),
        post("/sign-out", SignIn, accounts::sign_in::sign_out),
        get("/teams", SignIn, accounts::teams::page),
        get("/account", SignIn, accounts::account::page),
        post("/account/sessions", SignIn, accounts::account::end_sessions),
        get("/account/password", SignIn, accounts::password::page),
        post("/account/password", SignIn, accounts::password::submit),
        get("/t/{slug}", Tenant(See), accounts::overview::page),
        get("/t/{slug}/domains", Tenant(See), domains::list::page),
        get("/t/{slug}/domains/new", Tenant(ManageDomains), domains::connect::page),
        post("/t/{slug}/domains/new", Tenant(ManageDomains), domains::connect::submit),
        get("/t/{slug}/domains/{domain}", Tenant(See), domains::domain::page),
        get("/t/{slug}/domains/{domain}/standing", Tenant(See), domains::domain::fragment),
        post("/t/{slug}/domains/{domain}/check", Tenant(ManageDomains), domains::acts::check),
        post("/t/{slug}/domains/{domain}/publication", Tenant(ManageDomains), domains::acts::publish),
        post("/t/{slug}/domains/{domain}/removal", Tenant(ManageDomains), domains::acts::remove),
        get("/t/{slug}/mailboxes", Tenant(See), mailboxes::list::page),
        get("/t/{slug}/mailboxes/new", Tenant(ManageMailboxes), mailboxes::create::page),
        post("/t/{slug}/mailboxes/new", Tenant(ManageMailboxes), mailboxes::create::submit),
        get("/t/{slug}/mailboxes/{mailbox}", Tenant(See), mailboxes::mailbox::page),
        get("/t/{slug}/mailboxes/{mailbox}/settings", Tenant(ManageMailboxes), mailboxes::change::page),
        post("/t/{slug}/mailboxes/{mailbox}/settings", Tenant(ManageMailboxes), mailboxes::change::submit),
        post("/t/{slug}/mailboxes/{mailbox}/removal", Tenant(ManageMailboxes), mailboxes::change::remove),
        get("/t/{slug}/people", Tenant(See), accounts::people::page),
        get("/t/{slug}/people/{user}", Tenant(See), accounts::person::page),
        post("/t/{slug}/people/{user}", Tenant(ManagePeople), accounts::person::submit),
        post("/t/{slug}/people/{user}/removal", Tenant(ManagePeople), accounts::person::remove),
        get("/t/{slug}/invitations/new", Tenant(ManagePeople), accounts::invite::page),
        post("/t/{slug}/invitations/new", Tenant(ManagePeople), accounts::invite::submit),
        post("/t/{slug}/invitations/{invitation}/withdrawal", Tenant(ManagePeople), accounts::invite::withdraw),
        get("/console", Operator, console::tenants::page),
        get("/console/tenants/new", Operator, console::new_tenant::page),
        post("/console/tenants/new", Operator, console::new_tenant::submit),
        get("/console/tenants/{tenant}", Operator, console::tenant::page),
        get("/console/tenants/{tenant}/pause", Operator, console::pause::page),
        post("/console/tenants/{tenant}/pause", Operator, console::pause::submit),
        get("/console/tenants/{tenant}/resume", Operator, console::pause::resume_page),
        post("/console/tenants/{tenant}/resume", Operator, console::pause::submit_resume),
        get("/console/tenants/{tenant}/invite", Operator, console::invite::page),
        post("/console/tenants/{tenant}/invite", Operator, console::invite::submit),
        get("/console/mail", Operator, console::mail::page),
        get("/console/audit", Operator, console::audit::page),
    ]
}

/// All addresses, and a page for those that do not exist.
pub fn router(site: Site) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let guarded = route.handler.layer(axum::Extension(route.need));
        router = router.route(route.path, guarded);
    }
    page::init();
    router
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::not_found)
        .layer(axum::middleware::from_fn_with_state(site.clone(), error::render_refusals))
        .with_state(site)
}

fn get<T: 'static>(path: &'static str, need: Need, handler: impl Handler<T, Site>) -> Route {
    Route { method: Method::GET, path, need, handler: on(MethodFilter::GET, handler) }
}

fn post<T: 'static>(path: &'static str, need: Need, handler: impl Handler<T, Site>) -> Route {
    Route { method: Method::POST, path, need, handler: on(MethodFilter::POST, handler) }
}
