//! A throw-away world to play in: a database and a sandbox of its own, a clock that is turned and dice that are known.

use crate::BoxError;
use crate::config::Config;
use crate::database::Database;
use crate::player::{Meanwhile, Player};
use crate::serve;
use crate::system::Machine;
use crate::world::World;
use app::Site;
use axum::Router;
use db::drills::play::Owner;
use db::scope::WorkerLogin;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use rules::ids::TenantId;
use rules::time::{Chance, Clock, Duration, OffsetDateTime};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as AsyncMutex, watch};
use worker::Context;

/// How far time goes while somebody waits for the worker.
const WAIT: Duration = Duration::seconds(5);

/// Stands still until it is turned; a millisecond passes with each look, so that what comes later is later.
pub struct TurnedClock(Mutex<OffsetDateTime>);

impl Clock for TurnedClock {
    fn now(&self) -> OffsetDateTime {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += Duration::milliseconds(1);
        *now
    }
}

impl TurnedClock {
    /// It never goes back.
    pub fn turn(&self, to: OffsetDateTime) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = to.max(*now);
    }
}

struct SeededChance(Mutex<StdRng>);

impl SeededChance {
    fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(StdRng::seed_from_u64(seed))))
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

pub struct Ground {
    pub clock: Arc<TurnedClock>,
    pub site: Site,
    pub router: Router,
    pub world: sandbox::World,
    pub owner: AsyncMutex<Owner>,
    context: Context,
    /// How long mails waited, in seconds, by tenant and the day on which they were claimed.
    waits: Mutex<HashMap<(TenantId, String), Vec<i64>>>,
    /// The sandbox goes on until it is gone.
    _stop: watch::Sender<bool>,
}

impl Ground {
    /// `config` names a database that nobody works with.
    pub async fn prepare(config: &Config, seed: u64, begin: OffsetDateTime) -> Result<Arc<Self>, BoxError> {
        let clock = Arc::new(TurnedClock(Mutex::new(begin)));
        // The sandbox has dice of its own: what one of them throws must not change what the other does.
        let machine = Machine { clock: clock.clone(), chance: SeededChance::new(seed) };
        let played = Machine { clock: clock.clone(), chance: SeededChance::new(!seed) };
        let database = Database::start(config)?;
        database.migrate().await?;
        let (stop, stopped) = watch::channel(false);
        let world = World::play_by(&played, 0.0, config, None, stopped).await?;
        let sandbox = world.played().ok_or("the sandbox is another process's")?;
        sandbox.provider_reputation(true);
        sandbox.set_quota(sandbox::ACCOUNT, 1_000_000.0, 1_000_000.0);
        let url = config.public_url.clone();
        let (site, router) = serve::pages(config, &database, url, world.for_pages(), machine.clone()).await?;
        let (ses, dns) = world.reach(config).await?;
        let context = Context {
            login: WorkerLogin::connect(database.worker()?.reveal()).await?,
            ses: Arc::new(ses),
            dns: Arc::new(dns),
            clock: machine.clock,
            chance: machine.chance,
            public_url: config.public_url.origin().into(),
            mail_from: None, // letters to people of the platform are no part of it
            doors: None,
            accounts: Arc::default(),
            sending: Arc::default(),
            event_wait: std::time::Duration::ZERO,
        };
        let owner = Owner::connect(database.owner()?.reveal()).await?.ok_or("somebody works in this database")?;
        let owner = AsyncMutex::new(owner);
        Ok(Arc::new(Self { clock, site, router, world: sandbox, owner, context, waits: Mutex::default(), _stop: stop }))
    }

    pub fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// The worker does all that is due, and how long mails waited for it is noted.
    pub async fn work(&self) -> Result<(), BoxError> {
        let mut owner = self.owner.lock().await;
        let now = self.now();
        let due: HashMap<_, _> = owner.list_due(now).await?.into_iter().collect();
        worker::drain(&self.context).await?;
        if due.is_empty() {
            return Ok(());
        }
        let claimed = owner.list_claimed(now).await?;
        drop(owner);
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        for (tenant, mailbox, at) in claimed {
            if let Some(due) = due.get(&mailbox) {
                let secs = (at - *due).whole_seconds();
                waits.entry((tenant, at.date().to_string())).or_default().push(secs);
            }
        }
        Ok(())
    }

    /// Sorted, in seconds.
    pub fn waits(&self, tenant: TenantId, date: &str) -> Vec<i64> {
        let waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        let mut waits = waits.get(&(tenant, date.to_owned())).cloned().unwrap_or_default();
        waits.sort_unstable();
        waits
    }

    /// Mails by day, as the team's own page counts them.
    pub async fn numbers(
        &self,
        tenant: TenantId,
        days: &db::metrics::DayRange,
    ) -> Result<HashMap<String, db::metrics::Numbers>, BoxError> {
        let mut tx = db::scope::TenantTx::begin_work(&self.context.login, tenant).await?;
        let numbers = db::metrics::by_day(&mut tx, days).await?;
        tx.commit().await?;
        Ok(numbers.into_iter().collect())
    }

    /// Somebody who is not signed in, and for whom time goes on when they wait.
    pub fn player(self: &Arc<Self>) -> Player {
        let ground = self.clone();
        let meanwhile: Meanwhile = Arc::new(move || {
            let ground = ground.clone();
            Box::pin(async move {
                ground.clock.turn(ground.now() + WAIT);
                ground.work().await
            })
        });
        Player::new(&self.site, self.router.clone(), "", meanwhile)
    }
}
