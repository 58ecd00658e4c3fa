//! How a tenant stands at SES, written down; what Amazon stops stands still here too, as a cause of its own, until Amazon lets
//! it go on.

use crate::Context;
use crate::aws::{HELD, Recommendation, Reputation};
use crate::duty::Result;
use crate::health::{self, Pausing};
use db::accounts::tenants;
use db::clock;
use db::health::incidents::{self, Closing};
use db::isolation::ses_standing::{self, Finding, Standing};
use db::scope::TenantTx;
use rules::health::Scope;
use rules::isolation::{AccountWord, PauseCause};

/// `is_paused`: a pause of ours stood when SES was asked. `word`: what Amazon says of the team's own account, where it has one.
pub(super) async fn write(
    context: &Context,
    tx: &mut TenantTx,
    reputation: Reputation,
    findings: Vec<Recommendation>,
    (is_paused, word): (bool, Option<AccountWord>),
) -> Result<()> {
    let machine_now = context.now();
    let now = clock::business_time(tx, machine_now).await?;
    let standing = Standing {
        // What somebody else said in our name is no pause of ours.
        is_held: is_paused && reputation.ours.as_deref() == Some(HELD),
        ours: reputation.ours,
        aws: reputation.aws,
        aws_cause: reputation.aws_cause,
        aggregate: reputation.aggregate,
    };
    let findings: Vec<Finding> = findings.into_iter().map(finding).collect();
    ses_standing::write(tx, &standing, &findings, now, machine_now).await?;
    let stopped = word.filter(|word| *word != AccountWord::Well).map(|word| word.of_own().to_owned());
    let held = (standing.aws.as_deref() == Some(HELD)).then(|| {
        let why = standing.aws_cause.as_deref().unwrap_or("It does not say why.");
        format!("Amazon SES has stopped this team. {why}")
    });
    if let Some(reason) = held.or(stopped) {
        let Some(team) = tenants::find_own(tx).await? else { return Ok(()) };
        let pausing =
            Pausing { scope: Scope::Tenant, name: &team.name, reason: &reason, cause: PauseCause::Aws, judged: None };
        return health::open(context, tx, pausing, now).await;
    }
    let reason = "Amazon SES takes its mail again.";
    let closing = Closing { scope: Scope::Tenant, cause: PauseCause::Aws, by: None, reason, now, machine_now };
    Ok(incidents::close(tx, closing).await?)
}

fn finding(it: Recommendation) -> Finding {
    let Recommendation { kind, impact, status, description, found_at } = it;
    Finding { kind, impact, status, description, found_at }
}
