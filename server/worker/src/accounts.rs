//! Accounts: forgets sessions and sign-in attempts that are long over.

use crate::{Context, Progress, Result};
use db::accounts::{sessions, sign_in_attempts};
use db::scope::WorkerTx;
use rules::limits;
use rules::time::Duration;

pub async fn sweep(context: &Context) -> Result<Progress> {
    let until = context.now() - Duration::days(limits::SWEEP_AFTER_DAYS);
    let mut tx = WorkerTx::begin(&context.login).await?;
    let sessions = sessions::sweep(&mut tx, until).await?;
    let attempts = sign_in_attempts::sweep(&mut tx, until).await?;
    tx.commit().await?;
    let full = limits::SWEEP_ROWS_MAX.cast_unsigned();
    Ok(if sessions.max(attempts) < full { Progress::Idle } else { Progress::More })
}
