//! A duty: looks at what is, and moves it toward what is wanted. Running twice is harmless; a failure is logged and tried
//! again at the next turn.

use crate::Context;
use crate::aws::SesError;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error(transparent)]
    Ses(Box<SesError>),
    #[error("{0}")]
    Import(String),
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
        wait = match (duty.run)(&context).await {
            Ok(Progress::More) => None,
            Ok(Progress::Idle) => Some(duty.period),
            // The sandbox of this process stops as well, in the middle of a long poll.
            Err(_) if *stop.borrow() => return,
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                let wait = duty.period.max(AFTER_FAILURE);
                tracing::error!(duty = duty.name, error, "tried again in {wait:?}");
                Some(wait)
            }
        };
    }
}
