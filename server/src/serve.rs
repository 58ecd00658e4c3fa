//! The web server: starting, listening and stopping.

use crate::BoxError;
use crate::config::{Config, PublicUrl};
use crate::database::Database;
use crate::doors::PageDoors;
use crate::system::Machine;
use app::Site;
use app::accounts::passwords::Passwords;
use app::site::Parts;
use axum::Router;
use db::scope::{OperatorLogin, WebLogin};
use leptos::config::LeptosOptions;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// After the word to stop, requests that are being answered get this long.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// A server that listens and has not begun to answer.
pub struct Server {
    listener: TcpListener,
    pub site: Site,
    pub router: Router,
    /// How browsers reach it: what links in mails begin with.
    pub public_url: PublicUrl,
    /// The first operator's way in, until there is one.
    pub operator_link: Option<String>,
}

impl Server {
    /// Signs in to the database and binds the address.
    pub async fn bind(config: &Config, database: &Database<'_>, world: app::site::World) -> Result<Self, BoxError> {
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
        let address = listener.local_addr()?;
        let public_url = match config.listen.port() {
            0 => PublicUrl::parse(&format!("http://{address}")).ok_or("the address is no public URL")?,
            _ => config.public_url.clone(),
        };
        let (site, router) = pages(config, database, public_url.clone(), world, Machine::real()).await?;
        let operator_link = app::console::sign_up::issue_link(&site).await?;
        Ok(Self { listener, site, router, public_url, operator_link })
    }

    /// The same pages, tried from outside.
    pub fn doors(&self) -> Arc<dyn worker::Doors> {
        Arc::new(PageDoors { site: self.site.clone(), router: self.router.clone() })
    }

    /// Answers until `stop` says true, and then what has been asked already.
    pub async fn run(self, mut stop: watch::Receiver<bool>) -> Result<(), BoxError> {
        let mut told = stop.clone();
        let service = self.router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(self.listener, service)
            .with_graceful_shutdown(async move { drop(told.wait_for(|stop| *stop).await) });
        let too_long = async {
            drop(stop.wait_for(|stop| *stop).await);
            tokio::time::sleep(STOP_TIMEOUT).await;
        };
        tokio::select! {
            served = serving.into_future() => Ok(served?),
            () = too_long => Ok(()),
        }
    }
}

/// All that a server shows, without the server.
pub async fn pages(
    config: &Config,
    database: &Database<'_>,
    public_url: PublicUrl,
    world: app::site::World,
    Machine { clock, chance }: Machine,
) -> Result<(Site, Router), BoxError> {
    let site = Site::new(Parts {
        web: WebLogin::connect(database.web()?.reveal()).await?,
        operator: OperatorLogin::connect(database.operator()?.reveal()).await?,
        clock,
        chance,
        passwords: Passwords::default(),
        public_url: public_url.origin().to_owned(),
        mail_from: config.mail_from.clone(),
        reply_domain: config.world.reply_domain(),
        leptos: leptos_options(),
        world,
    });
    let router = crate::router(site.clone(), &public_url, &config.trusted_proxies);
    Ok((site, router))
}

/// What cargo-leptos tells its builds; set for running by the Makefile and here by default.
fn leptos_options() -> LeptosOptions {
    leptos::config::get_configuration(None)
        .map(|found| found.leptos_options)
        .unwrap_or_else(|_| LeptosOptions::builder().output_name("ownlane").site_root("target/site").build())
}
