//! Every bound in one place, each with its reason.

mod caps;
mod console;
mod domains;
mod health;
mod isolation;
mod replies;

pub use caps::*;
pub use console::*;
pub use domains::*;
pub use health::*;
pub use isolation::*;
pub use replies::*;

/// A person's name: long enough for the longest real ones, short enough for one line of a table.
pub const PERSON_NAME_CHARS_MAX: usize = 100;

/// NIST SP 800-63B asks for 15 where the password stands alone and 8 beside a second factor; twelve, with rate limits.
pub const PASSWORD_CHARS_MIN: usize = 12;

/// Argon2 takes 4 GiB; nobody types more than this, and a form must not be a way to keep the hasher busy.
pub const PASSWORD_BYTES_MAX: usize = 512;

/// RFC 5321 4.5.3.1.1: a local part has at most 64 octets.
pub const LOCAL_PART_BYTES_MAX: usize = 64;

/// RFC 5321 4.5.3.1.3 (a path has 256 octets with its brackets).
pub const ADDRESS_BYTES_MAX: usize = 254;

/// RFC 1035 2.3.4: 255 octets on the wire are 253 characters of text.
pub const DOMAIN_BYTES_MAX: usize = 253;

/// How many passwords are hashed at once: each takes 19 MiB and a core for some 50 ms (OWASP's Argon2id settings).
pub const PASSWORD_HASHES_AT_ONCE_MAX: usize = 2;

/// How long the first operator's link is good for.
pub const OPERATOR_LINK_HOURS: i64 = 24;

/// A session that nobody used for this long is over.
pub const SESSION_IDLE_HOURS: i64 = 12;

/// A session is over this long after sign-in, used or not.
pub const SESSION_DAYS_MAX: i64 = 14;

/// "Last seen" is written at most this often, so that reading pages does not turn into writing rows.
pub const SESSION_TOUCH_SECS_MIN: i64 = 60;

/// A form of ours is a few fields; the longest template of Cyrillic or Greek letters takes three times its bytes in one.
pub const FORM_BYTES_MAX: usize = 128 * 1024;

/// A browser's name as it is kept beside a session.
pub const USER_AGENT_CHARS_MAX: usize = 200;

/// A team's name, as in the switcher and in mails.
pub const TENANT_NAME_CHARS_MAX: usize = 80;

/// A team's part of the address: one DNS label would hold 63, a person wants to read it.
pub const SLUG_CHARS_MIN: usize = 3;
pub const SLUG_CHARS_MAX: usize = 40;

/// Why something was done, as a person writes it down for those who come later.
pub const REASON_CHARS_MAX: usize = 500;

/// How long an invitation is good for: over a holiday, not for ever.
pub const INVITATION_DAYS: i64 = 14;

/// How often it is tried to send a mail of the platform of which nobody knows whether it left.
pub const PLATFORM_MAIL_TRIES: i64 = 5;

/// How soon it is looked again whether the platform's own mail can leave, until it can.
pub const PLATFORM_CHECK_SECS: i64 = 30;

/// Failed sign-ins are counted over this time. OWASP's authentication cheat sheet: lock by account *and* source.
pub const SIGN_IN_WINDOW_MINS: i64 = 15;

/// For one address from one network: a person who mistypes.
pub const SIGN_IN_PAIR_FAILURES_MAX: i64 = 10;

/// For one address from everywhere: guessing that is spread over networks. Larger, so that nobody locks a person out
/// from a single place.
pub const SIGN_IN_ADDRESS_FAILURES_MAX: i64 = 50;

/// From one network for whatever addresses: an office behind one address mistypes less than this.
pub const SIGN_IN_NETWORK_FAILURES_MAX: i64 = 100;

/// Rows of one sweep: short transactions, so that a large backlog holds nobody up.
pub const SWEEP_ROWS_MAX: i64 = 1000;

/// Ended sessions and old sign-in attempts are kept this long for whoever looks into an incident.
pub const SWEEP_AFTER_DAYS: i64 = 30;

/// Rows on one page of a list.
pub const PAGE_ROWS_MAX: i64 = 50;

/// A duty that leased a row and died lets it go after this long: longer than its calls take but at their very slowest, when
/// another may go on with it.
pub const LEASE_MINS: i64 = 2;

/// The same for a duty that waits for nothing but Postgres: a turn is [`IMPORT_TURN_BATCHES`] short transactions.
pub const LEASE_OF_ROWS_SECS: i64 = 60;

/// Rows that a duty leases at once: what it can act on within its lease.
pub const LEASE_ROWS_MAX: i64 = 10;

/// Tenants that a duty looks at in one turn.
pub const DUE_TENANTS_MAX: i64 = 200;

/// The same where each tenant takes some ten calls to SES, of which there is one a second: those who come meanwhile are seen
/// after a minute or two.
pub const DUE_TENANTS_AT_SES_MAX: i64 = 8;

/// A failed turn is tried again after 1, 2, 4 … seconds, at most this many.
pub const RETRY_SECS_MAX: i64 = 15 * 60;

/// What SES or DNS said, as it is kept and shown.
pub const TROUBLE_CHARS_MAX: usize = 500;

/// Answers that are kept of what was found in place of a record.
pub const RECORD_ANSWERS_MAX: usize = 10;

/// What stands under a mail: a name, a company, a telephone number; not a brochure.
pub const SIGNATURE_CHARS_MAX: usize = 1000;

/// Mails of one mailbox a day: the ceiling of a ramp by default (PRODUCT, numbers). More mailboxes, not more from one.
pub const MAILBOX_DAILY_CAP_MAX: u16 = 50;

/// Where a mailbox starts: 20 a day, so that its name becomes known before its volume does.
pub const MAILBOX_DAILY_CAP_START: u16 = 20;

/// Minutes between two mails of a mailbox: no person writes faster, and providers see bursts.
pub const MAILBOX_GAP_MINS_MIN: u16 = 4;

/// The longest that a gap is drawn from by default.
pub const MAILBOX_GAP_MINS_DEFAULT: u16 = 12;

/// Longer than this, a window of a day holds two mails.
pub const MAILBOX_GAP_MINS_MAX: u16 = 240;

/// Mailboxes of one tenant.
pub const MAILBOXES_MAX: i64 = 200;

/// One record of a file of leads: a row with a few long notes is a tenth of this. What is longer has lost a quote.
pub const LEAD_ROW_BYTES_MAX: usize = 64 * 1024;

/// The widest exports of the large CRMs have some 150 columns.
pub const LEAD_COLUMNS_MAX: usize = 200;

/// One value of a lead: longer than any note that a person wrote, and several still fit a row.
pub const LEAD_VALUE_CHARS_MAX: usize = 10_000;

/// What is looked at of a file to guess how it is laid out: enough for some thousand rows, little enough to hold.
pub const LEAD_SAMPLE_BYTES_MAX: usize = 1024 * 1024;

/// Rows that the guess counts: a layout that holds for so many holds for the file.
pub const LEAD_SAMPLE_ROWS_MAX: usize = 200;

/// Rows among which the headings are looked for: a title, a date and a few filters stand above them, not a page.
pub const LEAD_TITLE_ROWS_MAX: usize = 20;

/// A cell with line breaks and more delimiters than this has swallowed rows: a note holds fewer that touch the next word.
pub const LEAD_CELL_DELIMITERS_MAX: usize = 3;

/// A field's name, as templates write it.
pub const FIELD_NAME_CHARS_MAX: usize = 40;

/// A source's name, as in lists.
pub const SOURCE_NAME_CHARS_MAX: usize = 100;

/// What else is remembered of a source.
pub const SOURCE_NOTE_CHARS_MAX: usize = 1000;

/// A file of leads: a million rows of usual width. It is kept in pieces and never held whole.
pub const LEAD_FILE_BYTES_MAX: u64 = 250 * 1024 * 1024;

/// The name of a file, as it is shown.
pub const FILE_NAME_CHARS_MAX: usize = 200;

/// A piece of a file: few enough rows for Postgres, little enough memory for many uploads at once.
pub const LEAD_FILE_PIECE_BYTES: usize = 256 * 1024;

/// Rows that are shown before an import begins.
pub const LEAD_SAMPLE_ROWS: usize = 8;

/// Imports of a tenant that are not done: nobody reviews more than this at a time, and their files take room.
pub const IMPORTS_OPEN_MAX: i64 = 10;

/// A file that nobody imports is thrown away after this.
pub const IMPORT_ARRIVED_DAYS: i64 = 7;

/// A file that stopped arriving is thrown away after this.
pub const IMPORT_ARRIVING_HOURS: i64 = 24;

/// Rows that are taken in by one transaction.
pub const IMPORT_BATCH_ROWS: usize = 500;

/// Batches of one turn, so that the imports of others are not kept waiting.
pub const IMPORT_TURN_BATCHES: usize = 20;

/// The beginning of an address that leads are looked for by.
pub const SEARCH_CHARS_MAX: usize = 100;

/// Addresses and domains that are suppressed by hand at once: what fits into a form, and into one short transaction.
pub const SUPPRESSED_LINES_MAX: usize = 1000;

/// Refused lines that are named one by one: more than anybody mends before looking again.
pub const REFUSED_LINES_SHOWN_MAX: usize = 20;

/// A request that sends a form or asks for a page waits for nothing but Postgres.
pub const REQUEST_SECS_MAX: u64 = 30;

/// A file may come over a slow line: 250 MB in this time are 2.2 Mbit/s.
pub const UPLOAD_SECS_MAX: u64 = 15 * 60;

/// Rows of a download that are read at once.
pub const DOWNLOAD_ROWS_MAX: i64 = 1000;

/// How much of a cell is shown in a preview.
pub const CELL_SHOWN_CHARS: usize = 60;

/// Text of one batch: where rows are long, fewer make one.
pub const IMPORT_BATCH_BYTES: usize = 1024 * 1024;

/// Bytes outside ASCII from which an encoding is guessed. The detector reads some 13 MB/s and is sure long before this.
pub const LEAD_DETECT_BYTES_MAX: usize = 64 * 1024;

/// A template: some ten pages of text. What is longer is a newsletter's markup, not a mail of one person to another.
pub const TEMPLATE_BYTES_MAX: usize = 32 * 1024;

/// What a template may become: twice its own length, so that fields have room. Gmail cuts a mail off at 102 KiB.
pub const RENDERED_BYTES_MAX: usize = 64 * 1024;

/// One text that a template keeps in a variable: a lead's longest field, several times.
pub const VARIABLE_BYTES_MAX: usize = 16 * 1024;

/// Bytes that one rendering may handle in filters and loops: well under a second at worst. A mail of a page takes a few
/// thousand.
pub const RENDER_WORK_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What each output, assignment and turn of a loop counts for at least, so that turns without text end too.
pub const RENDER_WORK_BYTES_MIN: usize = 64;

/// Turns of a loop over a range: liquid builds the whole list before the first turn.
pub const RANGE_TURNS_MAX: u64 = 100;

/// Blocks within blocks. Liquid reads and renders by recursion, and nobody follows more than a few.
pub const TEMPLATE_DEPTH_MAX: usize = 10;

/// Parts of one condition, and `elsif`s of one `if`: liquid goes one call deeper for each.
pub const CONDITION_PARTS_MAX: usize = 50;

/// Numbers that a filter calculates with: their product still fits into 64 bits, and liquid does not look.
pub const TEMPLATE_NUMBER_MAX: i64 = 1 << 31;

/// What is shown of a value that stopped a mail: enough to find it.
pub const BLOCKED_VALUE_CHARS_MAX: usize = 40;

/// A postal address: five lines and a name in every country.
pub const POSTAL_ADDRESS_CHARS_MAX: usize = 500;

/// A sequence's name, as in lists.
pub const SEQUENCE_NAME_CHARS_MAX: usize = 100;

/// Steps of a sequence: nobody reads an eleventh mail.
pub const STEPS_MAX: i64 = 10;

/// Sending days between two mails: a quarter.
pub const STEP_DELAY_DAYS_MAX: u16 = 90;

/// Sequences of a tenant.
pub const SEQUENCES_MAX: i64 = 500;

/// Sources of a sequence.
pub const SEQUENCE_SOURCES_MAX: i64 = 100;

/// Leads that one transaction puts into a sequence.
pub const ENROL_BATCH_ROWS: i64 = 2000;

/// Leads that one transaction looks through for fields without a value.
pub const CHECK_BATCH_ROWS: i64 = 500;

/// Batches of one turn of a sequence, so that others are not kept waiting.
pub const SEQUENCE_TURN_BATCHES: usize = 20;

/// Leads that a preview offers to choose from.
pub const PREVIEW_LEADS_MAX: i64 = 25;

/// Sending days before a follow-up, as proposed: time to answer, and not forgotten.
pub const STEP_DELAY_DAYS_START: u16 = 3;

/// A lane with nothing to do, or that waits for somebody, is looked at again after this at the latest. Whatever mends it
/// wakes it sooner.
pub const LANE_IDLE_MINS: i64 = 15;

/// Lanes of one tenant that one transaction claims for: few enough to be short, many enough to be cheap.
pub const LANES_AT_ONCE: i64 = 32;

/// Calls to SendEmail that one process has open: at 100 ms each, some thousand mails a second.
pub const SENDS_AT_ONCE: usize = 128;

/// How long one call to SendEmail may take. SES answers in well under a second; what takes longer is unknown.
pub const SEND_SECS_MAX: u64 = 25;

/// What a mail of a claim may take until it is called, and what the call may take. After that its process is taken for
/// dead.
pub const SEND_LEASE_SECS: i64 = 120;

/// An address that bounces this often for passing reasons, within [`SOFT_BOUNCE_DAYS`], is not written to any more.
pub const SOFT_BOUNCES_MAX: i64 = 5;

pub const SOFT_BOUNCE_DAYS: i64 = 14;

/// After what SES refused for want of a set-up was found mended, it is tried again this long after the refusal.
pub const HELD_AGAIN_SECS_MIN: u32 = 15;

/// How long events are waited for before a mail of which nothing is known is settled without them.
pub const UNKNOWN_QUIET_MINS: i64 = 15;

/// After this nobody waits for events any more.
pub const UNKNOWN_HOURS_MAX: i64 = 24;

/// The event stream counts as alive if its queue was asked within this.
pub const EVENTS_POLLED_SECS_MAX: i64 = 120;

/// The share of the account's rate that is used, in percent: at the full rate SES refuses some (SES.md 4.6).
pub const ACCOUNT_RATE_PERCENT: i64 = 90;

/// What the account sends in a second is given away in steps of this as the second goes, two ahead: whoever comes late in it
/// finds something left.
pub const RATE_STEP_MILLIS: i64 = 50;

/// Rate, quota and standing of the account are read this often.
pub const ACCOUNT_READ_SECS: i64 = 60;

/// The same once SES has refused mail as somebody's who is stopped.
pub const ACCOUNT_READ_SOON_SECS: i64 = 5;

/// Notifications that one transaction takes from the inbox.
pub const EVENTS_AT_ONCE: i64 = 2000;

/// Receives of events that are open at once when there are many: each brings ten.
pub const EVENT_RECEIVES_AT_ONCE: usize = 8;

/// What a domain's mail exchangers said is asked again after this.
pub const PROVIDER_DAYS: i64 = 7;

/// A look at a domain's mail exchangers holds nobody up: a mail is settled without it.
pub const PROVIDER_LOOK_SECS_MAX: u64 = 2;

/// A rate is shown as a percentage from this many mails on (PRODUCT, numbers: the floor of the one-hour pauses).
pub const RATE_SENDS_MIN: i64 = 200;

/// Days that the overview looks back on.
pub const OVERVIEW_DAYS: usize = 30;

/// Mails to one lead that its page shows: more than any sequence has steps.
pub const LEAD_MESSAGES_MAX: i64 = 100;

/// Recipients of one SES event: a message has at most 50 (SES quotas), ours have one.
pub const EVENT_RECIPIENTS_MAX: usize = 50;

/// RFC 5322 2.1.1: a line of a mail has at most 998 octets without its end.
pub const MAIL_LINE_BYTES_MAX: usize = 998;

/// An address in a header cannot be folded: with its name and brackets it stays well under a line.
pub const HEADER_URL_BYTES_MAX: usize = 900;

/// RFC 2046 5.1.1 allows 70 for a boundary; ours has two more in front.
pub const BOUNDARY_CHARS_MAX: usize = 60;
