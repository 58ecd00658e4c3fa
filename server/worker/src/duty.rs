//! A duty: looks at what is, and moves it toward what is wanted. Running twice is harmless; a failure is logged and tried
//! again at the next turn.

use crate::Context;
use crate::aws::SesError;
use db::console::machine::{self, Turned};
use db::scope::WorkerTx;
use rules::error::describe;
use rules::limits;
use rules::time::OffsetDateTime;
use std::pin::Pin;
use std::time::{Duration, Instant};
use tokio::sync::watch;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error(transparent)]
    Ses(Box<SesError>),
    #[error("{0}")]
    Import(String),
    #[error("a report of isolation: {0}")]
    Evidence(String),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whether to go on at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Nothing is due now.
    Idle,
    /// A batch was full: there may be more.
    More,
}

/// One turn of a duty.
pub type Turn<'a> = Pin<Box<dyn Future<Output = Result<Progress>> + Send + 'a>>;

#[derive(Clone, Copy)]
pub struct Duty {
    pub name: &'static str,
    pub period: Duration,
    pub run: for<'a> fn(&'a Context) -> Turn<'a>,
}

/// The least that is waited after a failure: what is out of reach is not asked without pause.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How a duty begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Begin {
    AtOnce,
    /// It fell over.
    AfterFailure,
}

/// Does one duty again and again until told to stop.
pub(crate) async fn repeat(duty: Duty, context: Context, mut stop: watch::Receiver<bool>, begin: Begin) {
    let mut wait = (begin == Begin::AfterFailure).then_some(duty.period.max(AFTER_FAILURE));
    let mut log = Log::default();
    if begin == Begin::AfterFailure {
        log.write(duty, &context, Err("it fell over: the log of the worker says where")).await;
    }
    loop {
        if let Some(wait) = wait {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                // An error means that whoever could say stop is gone: the process ends.
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
        if *stop.borrow_and_update() {
            return;
        }
        let begun = Instant::now();
        let turned = (duty.run)(&context).await;
        wait = match turned {
            Ok(progress) => {
                log.write(duty, &context, Ok(begun.elapsed())).await;
                (progress == Progress::Idle).then_some(duty.period)
            }
            // The sandbox of this process stops as well, in the middle of a long poll.
            Err(_) if *stop.borrow() => return,
            Err(error) => {
                let (wait, trouble) = (duty.period.max(AFTER_FAILURE), describe(&error));
                tracing::error!(duty = duty.name, trouble, "tried again in {wait:?}");
                log.write(duty, &context, Err(&trouble)).await;
                Some(wait)
            }
        };
    }
}

/// What this process has written of a duty: only now and then, as turns are many.
#[derive(Default)]
struct Log {
    written_at: Option<OffsetDateTime>,
    was_failing: bool,
}

impl Log {
    /// How long the turn took, or what it failed with. A database out of reach is logged once, by the duty itself.
    async fn write(&mut self, duty: Duty, context: &Context, turned: Result<Duration, &str>) {
        let now = context.now();
        let is_new = self.was_failing != turned.is_err();
        let is_old = self
            .written_at
            .is_none_or(|at| (now - at).abs() >= rules::time::Duration::seconds(limits::DUTY_WRITTEN_SECS));
        if !(is_new || is_old) {
            return;
        }
        let turned = match turned {
            Ok(took) => Turned::Well { took: took.try_into().unwrap_or(rules::time::Duration::MAX) },
            Err(trouble) => Turned::Badly { trouble },
        };
        let period = duty.period.try_into().unwrap_or(rules::time::Duration::MAX);
        let written = async {
            let mut tx = WorkerTx::begin(&context.login).await?;
            machine::write_run(&mut tx, duty.name, period, turned, now).await?;
            tx.commit().await
        };
        if written.await.is_ok() {
            self.written_at = Some(now);
            self.was_failing = matches!(turned, Turned::Badly { .. });
        }
    }
}
