//! Bounds of what tenants have at SES, and of how they go.

/// What a tenant has at SES is compared with what is wanted this often, when nothing says to do it sooner: some nine calls,
/// of which the account has one a second.
pub const SES_TENANT_CHECK_HOURS: i64 = 24;

/// The list of all tenants at SES is read this often: a call for a thousand of them.
pub const SES_LIST_MINS: i64 = 60;

/// Calls to AWS are kept for this long: longer than anybody waits to ask what happened.
pub const AWS_CALL_DAYS: i64 = 30;

/// A team that is closed can be kept for so long; then what it has at SES is taken down. As long as late bounces and
/// complaints still come.
pub const CLOSURE_GRACE_DAYS: i64 = 30;

/// While a team's mails and domains go, it is looked whether they are gone this often.
pub const CLOSING_AGAIN_SECS: i64 = 30;

/// A list of what SES associates with a tenant that is being taken down is read this often before it is given up for this
/// turn: each time it is emptied as it was read.
pub const EMPTYING_TURNS_MAX: usize = 5;

/// The standard reputation policy is for who has sent well for so long, and so much (rates in hundredths of a percent: what
/// the ramp asks of a step).
pub const POLICY_DAYS: i64 = 30;
pub const POLICY_SENDS_MIN: i64 = 1000;
pub const POLICY_HARD_BOUNCES: i64 = 200;
pub const POLICY_COMPLAINTS: i64 = 10;

/// Pools of dedicated IPs in a region: Amazon's fixed limit.
pub const POOLS_MAX: usize = 50;

/// The longest name of a pool that SES takes.
pub const POOL_NAME_CHARS_MAX: usize = 64;

/// IPs of one tenant: some fifty thousand mails a day from each, when warm, are more than any sales team writes.
pub const TENANT_IPS_MAX: u16 = 20;

/// Pools and dedicated IPs are read this often: they change when AWS gives an IP, and as IPs warm up.
pub const POOLS_READ_MINS: i64 = 60;

/// A pool that a tenant has left is kept for so long: mail that Amazon had taken before is tried for up to 14 hours.
pub const POOL_KEPT_HOURS: i64 = 24;

/// The longest ARN of a role: partition and account, a path of 512, a name of 64.
pub const ROLE_ARN_CHARS_MAX: usize = 640;

/// A team's own account is tried this often, so that a role that was taken away is known before a mail needs it.
pub const OWN_ACCOUNT_TRIED_MINS: i64 = 60;

/// While a team moves from one account to another, it is looked this often whether its domains are ready there.
pub const MOVE_AGAIN_SECS: i64 = 60;

/// What a team has left in an account is kept for so long: as long as late bounces and complaints still come.
pub const LEFTOVER_DAYS: i64 = 30;

/// A report of a team's isolation is made this often: every night.
pub const EVIDENCE_HOURS: i64 = 24;

/// By hand it is made again after this: some fifteen calls of the account's one a second.
pub const EVIDENCE_AGAIN_MINS: i64 = 5;

/// Reports are kept for so long: a buyer asks about the last quarter.
pub const EVIDENCE_KEPT_DAYS: i64 = 120;

/// Reports that a page lists.
pub const EVIDENCE_SHOWN_MAX: i64 = 30;

/// A statement on another team's rows is given up after this: it reads an index, and finds nothing.
pub const EVIDENCE_STATEMENT_SECS: i64 = 5;

/// Identities that a report reads at SES, one by one.
pub const EVIDENCE_IDENTITIES_MAX: usize = 20;

/// Calls to AWS that a report lists.
pub const EVIDENCE_CALLS_MAX: i64 = 200;

/// The first one is made so long after a team is ready at SES: its domain is in the works then, which somebody waits for.
pub const EVIDENCE_FIRST_MINS: i64 = 10;
