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

/// Does one duty again and again until told to stop.
pub(crate) async fn repeat(duty: Duty, context: Context, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow_and_update() {
        let progress = match (duty.run)(&context).await {
            Ok(progress) => progress,
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(duty = duty.name, error, "tried again in {:?}", duty.period);
                Progress::Idle
            }
        };
        if progress == Progress::Idle {
            tokio::select! {
                () = tokio::time::sleep(duty.period) => {}
                // An error means that whoever could say stop is gone: the process ends.
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }
}
