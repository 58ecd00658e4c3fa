//! The doors of a team's pages, tried from outside: in this process, through all of its middleware, signed in as somebody who is
//! in no team.

use app::accounts::sessions;
use app::routes::{Need, routes};
use app::{Client, Refusal, Site};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use rules::error::describe;
use std::net::{IpAddr, Ipv4Addr};
use tower::ServiceExt;
use worker::{Door, Doors, Tries};

pub struct PageDoors {
    pub site: Site,
    pub router: Router,
}

impl Doors for PageDoors {
    fn try_all<'a>(&'a self, slug: &'a str, ids: &'a [(&'static str, String)]) -> Tries<'a> {
        Box::pin(async move {
            let cookie = sessions::begin_probe(&self.site).await.map_err(told)?;
            let mut doors = Vec::new();
            let mut trouble = None;
            for address in addresses(slug, ids) {
                match self.open(&address, &cookie).await {
                    Ok(status) => doors.push(Door { address, status }),
                    Err(error) => trouble = Some(error),
                }
            }
            sessions::give_back(&self.site, &cookie).await.map_err(told)?;
            trouble.map_or(Ok(doors), Err)
        })
    }
}

fn told(refusal: Refusal) -> String {
    format!("{refusal:?}")
}

/// Those that a page is read at, where the team has one of what they name.
fn addresses(slug: &str, ids: &[(&'static str, String)]) -> Vec<String> {
    let reads =
        routes().into_iter().filter(|route| route.method == Method::GET && matches!(route.need, Need::Tenant(_)));
    reads
        .filter_map(|route| {
            let parts =
                route.path.split('/').map(|part| match part.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                    None => Some(part),
                    Some("slug") => Some(slug),
                    // The first step of a sequence is always there.
                    Some("step") => Some("1"),
                    Some(name) => ids.iter().find(|(known, _)| *known == name).map(|(_, id)| id.as_str()),
                });
            Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
        })
        .collect()
}

impl PageDoors {
    async fn open(&self, address: &str, cookie: &str) -> Result<u16, String> {
        let request =
            Request::get(address).header(header::COOKIE, cookie).extension(Client(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        let request = request.body(Body::empty()).map_err(|error| describe(&error))?;
        let answer = self.router.clone().oneshot(request).await.map_err(|error| describe(&error))?;
        Ok(answer.status().as_u16())
    }
}
