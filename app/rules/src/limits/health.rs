//! Bounds of health: how badly mail may be taken before what sends it stands still. Rates are in hundredths of a percent, as
//! one is what fits. A tenant may be stricter, never looser.

/// Gmail asks for complaints below 0.3 %; so do we over a day. Within an hour a few are chance: hence the floors.
pub const COMPLAINTS_HOUR_WARN: i64 = 50;
pub const COMPLAINTS_HOUR_PAUSE: i64 = 100;
pub const COMPLAINTS_HOUR_EVENTS_MIN: i64 = 5;
pub const COMPLAINTS_DAY_WARN: i64 = 15;
pub const COMPLAINTS_DAY_PAUSE: i64 = 30;
pub const COMPLAINTS_DAY_EVENTS_MIN: i64 = 10;

/// Amazon reviews an account at 5 % and stops it at 10 %: a part of one tenant stops before that.
pub const HARD_BOUNCES_HOUR_WARN: i64 = 500;
pub const HARD_BOUNCES_HOUR_PAUSE: i64 = 1000;
pub const HARD_BOUNCES_HOUR_EVENTS_MIN: i64 = 20;
pub const HARD_BOUNCES_DAY_WARN: i64 = 250;
pub const HARD_BOUNCES_DAY_PAUSE: i64 = 500;
pub const HARD_BOUNCES_DAY_EVENTS_MIN: i64 = 50;

/// Below these a rate says nothing.
pub const HOUR_SENDS_MIN: i64 = 200;
pub const DAY_SENDS_MIN: i64 = 1000;

/// Where a rate cannot speak yet, these many in 24 hours are enough: of a mailbox or a source, and of the whole tenant.
pub const PART_HARD_BOUNCES_MAX: i64 = 5;
pub const PART_COMPLAINTS_MAX: i64 = 2;
pub const TENANT_HARD_BOUNCES_MAX: i64 = 25;
pub const TENANT_COMPLAINTS_MAX: i64 = 7;

/// The ceilings hold for a tenant this young, whatever it sends: a list that was bought shows in its first weeks.
pub const NEW_TENANT_DAYS: i64 = 30;

/// A bounce or complaint counts in the hour in which its mail was sent, if that is not longer ago.
pub const LATE_HOURS_MAX: i64 = 7 * 24;

/// Who is told of an incident: owners and admins, no more than these.
pub const INCIDENT_LETTERS_MAX: i64 = 50;

/// Bounces and complaints that an incident's page lists; the others are counted.
pub const INCIDENT_EVENTS_MAX: i64 = 50;

/// Of a subject that names something: a line of a phone's list of mails, twice.
pub const SUBJECT_NAME_CHARS_MAX: usize = 120;

/// What stood still sends this much in 24 hours at first: as much as a new mailbox.
pub const PROBATION_A_DAY: i64 = 20;

/// It goes on as before after so many days and mails, with fewer hard bounces than this (hundredths of a percent) and no
/// complaint: what the ramp asks of a step.
pub const PROBATION_DAYS_MIN: i64 = 3;
pub const PROBATION_SENDS_MIN: i64 = 40;
pub const PROBATION_HARD_BOUNCES: i64 = 200;

/// A domain whose mails bounced hard this often, and of which none arrived, is not there: who else is at it is taken out.
pub const DEAD_DOMAIN_BOUNCES_MIN: i64 = 2;

/// What became of a mail is waited for no longer than this before what happened is looked into.
pub const DIAGNOSIS_WAIT_HOURS: i64 = 24;

/// Domains that one cleaning takes out.
pub const DEAD_DOMAINS_MAX: i64 = 10_000;

/// A neighbour's figures have moved when they are this many standard deviations worse: by chance 1 of some 30 000 is.
pub const RADIUS_DEVIATIONS: f64 = 4.0;

/// Fewer bounces or complaints than this move nothing.
pub const RADIUS_EVENTS_MIN: i64 = 5;

/// Figures before and during are those of this time at least.
pub const RADIUS_HOURS_MIN: i64 = 24;

/// An incident is measured when it opens, and after these hours, as bounces and complaints come late.
pub const RADIUS_AGAIN_HOURS: [i64; 2] = [1, 24];
