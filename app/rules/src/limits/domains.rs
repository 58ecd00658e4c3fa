//! The bounds of domains: how many, how often they are looked at, and how long a claim stands.

/// Connected domains of one tenant: more than any sales team runs, few enough for one page and one sweep.
pub const DOMAINS_MAX: i64 = 100;

/// A verified domain is looked at again after this long. SES itself looks about daily.
pub const DOMAIN_VERIFIED_CHECK_HOURS: i64 = 24;

/// A domain in trouble that only others can mend.
pub const DOMAIN_TROUBLE_CHECK_MINS: i64 = 15;

/// While a person waits for records to be seen. Eight small questions to a resolver each time.
pub const DOMAIN_EAGER_CHECK_SECS: i64 = 5;

/// A claim that nobody ever proves ends after this: over a holiday of whoever keeps the DNS, not for ever, as the name may be
/// another team's.
pub const CLAIM_UNPROVED_DAYS: i64 = 14;

/// A claim that was proved and is no more ends after this: mail has not left under the name since, and a team in use needs
/// time to see why.
pub const CLAIM_LOST_DAYS: i64 = 30;

/// Name servers that do not answer say nothing: while they do not, a claim stands for at least so long.
pub const CLAIM_UNANSWERED_DAYS: i64 = 3;

/// For so long the list tells of domains that ended by themselves.
pub const DOMAIN_ENDED_SHOWN_DAYS: i64 = 30;

/// "Check now" counts once in this time; more often a resolver would only repeat itself.
pub const DOMAIN_CHECK_COOL_DOWN_SECS: i64 = 5;

/// SES is asked about an identity at least this often while its domain is not verified.
pub const IDENTITY_READ_MINS: i64 = 15;
