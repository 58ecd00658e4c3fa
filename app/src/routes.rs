//! Every address of the product, with what is needed to use it. The router is built from this table, so that there is
//! no page without its line here.

use crate::{Site, accounts, console, error, ssr};
use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};

/// What somebody must be to use an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Need {
    /// Anybody.
    Nothing,
    /// Signed in, as whoever.
    SignIn,
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
    use Need::{Nothing, Operator, SignIn};
    vec![
        get("/", Nothing, accounts::start::page),
        get("/operator/{secret}", Nothing, console::sign_up::page),
        post("/operator/{secret}", Nothing, console::sign_up::submit),
        get("/sign-in", Nothing, accounts::sign_in::page),
        post("/sign-in", Nothing, accounts::sign_in::submit),
        post("/sign-out", SignIn, accounts::sign_in::sign_out),
        get("/console", Operator, console::tenants::page),
        get("/console/tenants/new", Operator, console::new_tenant::page),
        post("/console/tenants/new", Operator, console::new_tenant::submit),
    ]
}

/// All addresses, and a page for those that do not exist.
pub fn router(site: Site) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let guarded = route.handler.layer(axum::Extension(route.need));
        router = router.route(route.path, guarded);
    }
    ssr::init();
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
