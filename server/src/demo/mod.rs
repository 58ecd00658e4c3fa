//! Demo teams: what the sandbox's button asks for is made by pressing the product's own buttons, as their owner would, while
//! the worker works. It knows pages and forms only, and must never write what a form could.

mod leads;
mod life;

use crate::BoxError;
use crate::player::{Meanwhile, Player, team};
use app::Site;
use app::accounts::sessions;
use axum::Router;
use db::demos::{self, Wish};
use db::scope::AccountsTx;
use rules::error::describe;
use rules::time::Duration;
use std::sync::Arc;
use std::time::Duration as Wait;
use tokio::sync::watch;

/// How often it is looked whether one is asked for.
const PERIOD: Wait = Wait::from_secs(1);
const LOOK_AGAIN: Wait = Wait::from_millis(300);
/// A demo that takes longer is given up.
const PATIENCE: Wait = Wait::from_secs(180);
/// How much life a demo has behind it.
pub const DAYS: i64 = 14;

/// Makes what is asked for, until `stop` says true. What an earlier process left half made is given up.
pub async fn run(site: Site, router: Router, world: sandbox::World, mut stop: watch::Receiver<bool>) {
    let maker = Maker { site, router, world };
    let making = async {
        maker.give_up_old().await;
        loop {
            if let Err(error) = maker.make_next(DAYS).await {
                tracing::error!("a demo team: {}", describe(&*error));
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    tokio::select! {
        () = making => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

pub struct Maker {
    pub site: Site,
    pub router: Router,
    pub world: sandbox::World,
}

impl Maker {
    async fn give_up_old(&self) {
        let sentence = "The process ended while this was made. Press the button for another one.";
        let given_up = async {
            let Some(wish) = self.find_open().await? else { return Ok(()) };
            self.finish(&wish, Some(sentence)).await
        };
        let given_up: Result<(), BoxError> = given_up.await;
        if let Err(error) = given_up {
            tracing::error!("a demo team of before: {}", describe(&*error));
        }
    }

    /// Makes one with so many `days` of life, if one is asked for.
    pub async fn make_next(&self, days: i64) -> Result<(), BoxError> {
        let Some(wish) = self.find_open().await? else { return Ok(()) };
        let cookie = sessions::lend(&self.site, wish.asked_by).await.map_err(|_| "no session")?;
        let made = tokio::time::timeout(PATIENCE, self.make(&wish, &cookie, days)).await;
        let made = made.unwrap_or_else(|_| Err(format!("It took longer than {} seconds.", PATIENCE.as_secs()).into()));
        let trouble = made.err().map(|error| describe(&*error));
        sessions::give_back(&self.site, &cookie).await.map_err(|_| "the session could not be ended")?;
        self.finish(&wish, trouble.as_deref()).await
    }

    async fn make(&self, wish: &Wish, cookie: &str, days: i64) -> Result<(), BoxError> {
        let look_again: Meanwhile = Arc::new(|| {
            Box::pin(async {
                tokio::time::sleep(LOOK_AGAIN).await;
                Ok(())
            })
        });
        let mut player = Player::new(&self.site, self.router.clone(), cookie, look_again);
        let slug = format!("demo-{}", wish.number);
        self.say(wish, "The team is made, and you join it.").await?;
        let email = player.own_address(&self.site, wish.asked_by).await?;
        player
            .send(
                "/console/tenants/new",
                &[("name", &format!("Demo {}", wish.number)), ("slug", &slug), ("owner", &email)],
            )
            .await?;
        let link = player.find_link("/console/mail", "/invitation/").await?;
        player.send(&link, &[]).await?;
        self.write_slug(wish, &slug).await?;
        let pages = format!("/t/{slug}");
        self.say(wish, "Its domain is connected, and leads come in.").await?;
        let domain = format!("{slug}-sales.example");
        let domain_page = player.send(&format!("{pages}/domains/new"), &[("domain", &domain)]).await?;
        let file = leads::file(&slug);
        let source = team::import(&mut player, &pages, ("fair.csv", "The fair in May"), &file).await?;
        player.send(&format!("{pages}/settings"), &[("postal", "Demo GmbH\r\nHafenstr. 1\r\n20457 Hamburg")]).await?;
        self.say(wish, "Its records are published, and Amazon SES looks at them.").await?;
        team::verify(&mut player, &domain_page).await?;
        self.say(wish, "Mailboxes and a sequence are written.").await?;
        let mailboxes = team::make_mailboxes(&mut player, &pages, &domain_page, &life::MAILBOXES, life::GAP).await?;
        team::start_sequence(&mut player, &pages, "After the fair", &life::STEPS, &mailboxes, &source).await?;
        life::pass(self, wish, &mut player, Duration::days(days)).await?;
        life::opt_out(&mut player, &self.world, &slug).await?;
        self.say(wish, &format!("{days} days have passed.")).await
    }

    async fn find_open(&self) -> Result<Option<Wish>, BoxError> {
        let mut tx = AccountsTx::begin(&self.site.web).await?;
        let wish = demos::find_open(&mut tx).await?;
        tx.commit().await?;
        Ok(wish)
    }

    async fn say(&self, wish: &Wish, stage: &str) -> Result<(), BoxError> {
        let mut tx = AccountsTx::begin(&self.site.web).await?;
        demos::write_stage(&mut tx, wish.id, stage).await?;
        Ok(tx.commit().await?)
    }

    async fn write_slug(&self, wish: &Wish, slug: &str) -> Result<(), BoxError> {
        let mut tx = AccountsTx::begin(&self.site.web).await?;
        demos::write_slug(&mut tx, wish.id, slug).await?;
        Ok(tx.commit().await?)
    }

    async fn finish(&self, wish: &Wish, trouble: Option<&str>) -> Result<(), BoxError> {
        let mut tx = AccountsTx::begin(&self.site.web).await?;
        demos::finish(&mut tx, wish.id, trouble, self.site.now()).await?;
        Ok(tx.commit().await?)
    }
}
