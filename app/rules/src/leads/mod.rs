//! Leads: how a file of them is read, which rows are taken, and how they are written out again. Never holds a whole
//! file: bytes come in chunks, and what is kept between them is bounded.

mod address_cell;
mod arrival;
mod cell;
mod columns;
mod encoding;
mod export;
mod fields;
#[cfg(test)]
mod files;
mod header;
mod headings;
mod intake;
mod judgement;
mod layout;
mod letters;
mod mailboxes;
mod person;
mod proposal;
mod refusal;
mod rows;
mod sample;
mod source;

pub use arrival::{Arrival, Arrived, FileRefusal};
pub use columns::{MappingError, Target, check_targets, propose};
pub use encoding::FileEncoding;
pub use export::{BOM, csv_line};
pub use fields::{FieldName, FieldNameError};
pub use intake::{Evidence, Intake, Taken, Unreadable};
pub use judgement::{Judge, Seen};
pub use layout::{Delimiter, Layout};
pub use mailboxes::{MailboxTrait, mailbox_traits};
pub use person::{Candidate, Options, judge, judge_row};
pub use proposal::Proposal;
pub use refusal::{RefusalKind, RowRefusal};
pub use rows::{Place, Row, RowReader, RowTooLong};
pub use sample::Sample;
pub use source::{Basis, SourceError, parse_source_name, parse_source_note};
