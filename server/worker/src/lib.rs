//! The worker: acts in the world for what the product has recorded. The timetable below lists every duty; several
//! processes share the work through Postgres alone. Nothing here holds a transaction open while it waits on the network.

mod accounts;
mod aws;
mod context;
mod dns;
mod domains;
mod due;
mod duty;
mod events;
mod evidence;
mod health;
mod isolation;
mod leads;
pub mod measure;
mod messages;
mod mime;
mod platform;
mod replies;
mod sequences;

pub use aws::{Accounts, CONTROL_PACE, Endpoint, Replies, Ses, SesError, SesSettings};
pub use context::Context;
pub use dns::{Dns, NameServers};
pub use domains::observe;
pub use duty::{Error, Progress, Result};
pub use evidence::{Door, Doors, Tries};
pub use messages::Sending;

use duty::{Begin, Duty};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Every duty, with how often it looks for work when nothing wakes it.
const TIMETABLE: [Duty; 27] = [
    Duty { name: "provision tenant", period: SOON, run: |context| Box::pin(isolation::provision(context)) },
    Duty { name: "begin to close", period: SOON, run: |context| Box::pin(isolation::closing::begin(context)) },
    Duty { name: "list tenants at SES", period: SOON, run: |context| Box::pin(isolation::sweep::list_all(context)) },
    Duty { name: "read pools", period: SOON, run: |context| Box::pin(isolation::pools::read(context)) },
    Duty { name: "try own accounts", period: SOON, run: |context| Box::pin(isolation::own::try_all(context)) },
    Duty { name: "move between accounts", period: SOON, run: |context| Box::pin(isolation::moving::go_on(context)) },
    Duty {
        name: "take down what was left",
        period: SOON,
        run: |context| Box::pin(isolation::leftovers::take_down(context)),
    },
    Duty { name: "verify domain", period: SOON, run: |context| Box::pin(domains::verify(context)) },
    Duty { name: "import leads", period: SOON, run: |context| Box::pin(leads::import(context)) },
    Duty { name: "prepare sequence", period: SOON, run: |context| Box::pin(sequences::prepare(context)) },
    Duty { name: "read accounts", period: SOON, run: |context| Box::pin(isolation::account::read(context)) },
    Duty { name: "send", period: AT_ONCE, run: |context| Box::pin(messages::send(context)) },
    Duty { name: "prepare platform mail", period: SOON, run: |context| Box::pin(platform::prepare(context)) },
    Duty { name: "send platform mail", period: SOON, run: |context| Box::pin(platform::send(context)) },
    // Twice: one receives while the other writes.
    Duty { name: "take in events", period: AT_ONCE, run: |context| Box::pin(events::take_in(context)) },
    Duty { name: "take in events", period: AT_ONCE, run: |context| Box::pin(events::take_in(context)) },
    Duty {
        name: "take in events of own accounts",
        period: SOON,
        run: |context| Box::pin(events::take_in_own(context)),
    },
    Duty { name: "apply events", period: SOON, run: |context| Box::pin(events::apply(context)) },
    Duty { name: "take in answers", period: SOON, run: |context| Box::pin(replies::take_in(context)) },
    Duty { name: "read answers", period: SOON, run: |context| Box::pin(replies::read(context)) },
    Duty { name: "settle unknown sends", period: SOON, run: |context| Box::pin(messages::settle(context)) },
    Duty { name: "measure incidents", period: SOON, run: |context| Box::pin(health::radius::measure(context)) },
    Duty { name: "make evidence", period: SOON, run: |context| Box::pin(evidence::make(context)) },
    Duty { name: "sweep events", period: SELDOM, run: |context| Box::pin(events::sweep(context)) },
    Duty { name: "sweep answers", period: SELDOM, run: |context| Box::pin(replies::sweep(context)) },
    Duty { name: "sweep calls", period: SELDOM, run: |context| Box::pin(isolation::sweep::forget_calls(context)) },
    Duty { name: "sweep", period: SELDOM, run: |context| Box::pin(accounts::sweep(context)) },
];

/// For what a person waits for. A look costs one query over an index of what is due.
const SOON: Duration = Duration::from_secs(1);

/// For what nobody waits for.
const SELDOM: Duration = Duration::from_secs(10 * 60);

/// For what waits by itself.
const AT_ONCE: Duration = Duration::from_millis(100);

/// Does the duties, each at its own pace, until `stop` says true. What a duty has begun, it ends.
pub async fn run(context: Context, stop: watch::Receiver<bool>) {
    let mut tasks = JoinSet::new();
    let mut duties = HashMap::new();
    for duty in TIMETABLE {
        let task = tasks.spawn(duty::repeat(duty, context.clone(), stop.clone(), Begin::AtOnce));
        duties.insert(task.id(), duty);
    }
    while let Some(ended) = tasks.join_next_with_id().await {
        // A turn that fell over is no end of the duty.
        if let Err(error) = ended
            && let Some(duty) = duties.remove(&error.id())
        {
            tracing::error!(duty = duty.name, "fell over: {error}");
            let task = tasks.spawn(duty::repeat(duty, context.clone(), stop.clone(), Begin::AfterFailure));
            duties.insert(task.id(), duty);
        }
    }
    context.sending.wait().await;
}

/// Does every duty in turn until none finds anything due: for tests and drills, which end with nothing left undone.
pub async fn drain(context: &Context) -> Result<()> {
    let mut idle = 0;
    for duty in TIMETABLE.iter().cycle() {
        let progress = match (duty.run)(context).await {
            Ok(progress) => progress,
            // Amazon out of reach is no end of the work: what needs it is due again later.
            Err(Error::Ses(error)) => {
                tracing::warn!("{}: {error}", duty.name);
                Progress::Idle
            }
            Err(error) => return Err(error),
        };
        context.sending.wait().await;
        idle = if progress == Progress::More { 0 } else { idle + 1 };
        if idle == TIMETABLE.len() {
            break;
        }
    }
    Ok(())
}
