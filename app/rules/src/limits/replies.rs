//! The bounds of mails that come in. Their senders are strangers: each bound is met some day.

/// What is read of a mail that came in: SES puts none of more than 40 MB into S3 (SES quotas, "receiving").
pub const REPLY_BYTES_MAX: usize = 40 * 1024 * 1024;

/// A header of this size has passed a hundred relays and filters; what comes after is no header of a letter.
pub const REPLY_HEADER_BYTES_MAX: usize = 256 * 1024;

/// Multiparts within multiparts: a forwarded, signed newsletter with pictures has four. We walk them by recursion.
pub const REPLY_DEPTH_MAX: usize = 10;

/// Parts of one mail: more than anybody attaches by hand.
pub const REPLY_PARTS_MAX: usize = 200;

/// The text of a mail: a book of some six hundred pages. It is looked through line by line.
pub const REPLY_TEXT_BYTES_MAX: usize = 1024 * 1024;

/// Addresses that a mail names as its recipients: one of them is ours.
pub const REPLY_RECIPIENTS_MAX: usize = 100;

/// Message ids that are kept of a thread, the newest: a thread of ours has a tenth of that.
pub const REPLY_REFERENCES_MAX: usize = 100;

/// A subject as it is kept. RFC 5322 2.1.1: one line has 998 octets; nobody reads more.
pub const REPLY_SUBJECT_CHARS_MAX: usize = 500;

/// Attachments that are listed.
pub const REPLY_ATTACHMENTS_MAX: usize = 50;

/// Recipients that one bounce or complaint names: a message of ours has one, a list of others may be expanded.
pub const REPLY_BOUNCED_MAX: usize = 100;

/// Lines of one report that are looked at.
pub const REPLY_REPORT_LINES_MAX: usize = 5000;

/// A line longer than this is no "On … wrote:", no signature and no header of a quoted mail.
pub const QUOTE_INTRO_BYTES_MAX: usize = 600;

/// A line that stands above a quoted mail is wrapped into at most so many.
pub const QUOTE_INTRO_LINES_MAX: usize = 4;

/// Lines below `-- ` that are still a signature. Usenet asked for four; what is longer is text.
pub const SIGNATURE_LINES_MAX: usize = 15;

/// Whoever wants no more mail says so in a few sentences. In longer texts the words may be about anything.
pub const WISH_CHARS_MAX: usize = 600;

/// Mails that came in that one turn reads: each may be of [`REPLY_BYTES_MAX`].
pub const REPLIES_AT_ONCE: i64 = 4;

/// For how long a mail is taken to be read: fetching the largest and reading it takes a fraction.
pub const REPLY_LEASE_SECS: i64 = 120;

/// How often it is tried to fetch a mail from S3, with a quarter of an hour between in the end: for a day.
pub const REPLY_TRIES: i64 = 100;

/// Tenants in whose threads an answer without our address is looked for: somebody is the lead of a few.
pub const REPLY_TENANTS_MAX: i64 = 20;

/// Answers of one lead that its page shows.
pub const LEAD_REPLIES_MAX: i64 = 50;

/// What a page shows of an answer at most; the rest is a book.
pub const REPLY_SHOWN_CHARS_MAX: usize = 20_000;
