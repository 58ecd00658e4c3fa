//! Starting, listening and stopping.

use crate::config::{Config, DatabaseUrl};
use crate::system::{SystemChance, SystemClock};
use app::Site;
use app::accounts::passwords::Passwords;
use app::site::Parts;
use db::embedded_postgres::EmbeddedPostgres;
use db::scope::{OperatorLogin, WebLogin};
use leptos::config::LeptosOptions;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The addresses by which the database is reached.
pub struct Urls {
    pub owner: DatabaseUrl,
    pub web: DatabaseUrl,
    pub operator: DatabaseUrl,
}

impl Urls {
    /// Ours if it runs, else those of the configuration.
    pub fn of(config: &Config, own: Option<&EmbeddedPostgres>) -> Option<Self> {
        if let Some(own) = own {
            return Some(Self {
                owner: own.owner_url().into(),
                web: own.login_url("ownlane_web").into(),
                operator: own.login_url("ownlane_operator").into(),
            });
        }
        let foreign = config.database.as_ref()?;
        Some(Self { owner: foreign.owner.clone(), web: foreign.web.clone(), operator: foreign.operator.clone() })
    }
}

/// A server that listens and has not begun to answer.
pub struct Server {
    listener: TcpListener,
    router: axum::Router,
    pub address: SocketAddr,
    /// The first operator's way in, until there is one.
    pub operator_link: Option<String>,
}

impl Server {
    /// Signs in to the database and binds the address.
    pub async fn bind(config: &Config, urls: &Urls) -> Result<Self, BoxError> {
        let site = Site::new(Parts {
            web: WebLogin::connect(urls.web.reveal()).await?,
            operator: OperatorLogin::connect(urls.operator.reveal()).await?,
            clock: Arc::new(SystemClock),
            chance: Arc::new(SystemChance),
            passwords: Passwords::default(),
            leptos: leptos_options(),
        });
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
        let address = listener.local_addr()?;
        let public_url = if config.listen.port() == 0 {
            crate::config::PublicUrl::parse(&format!("http://{address}")).unwrap_or_else(|| config.public_url.clone())
        } else {
            config.public_url.clone()
        };
        let operator_link = app::console::sign_up::issue_link(&site, public_url.origin()).await?;
        Ok(Self { listener, router: crate::router(site, &public_url), address, operator_link })
    }

    /// Answers until the process is told to stop (SIGINT, SIGTERM), and then what has been asked already.
    pub async fn run(self) -> Result<(), BoxError> {
        Ok(axum::serve(self.listener, self.router).with_graceful_shutdown(stop_signal()).await?)
    }
}

/// What cargo-leptos tells its builds; set for running by the Makefile and here by default.
fn leptos_options() -> LeptosOptions {
    leptos::config::get_configuration(None)
        .map(|found| found.leptos_options)
        .unwrap_or_else(|_| LeptosOptions::builder().output_name("ownlane").site_root("target/site").build())
}

pub async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
