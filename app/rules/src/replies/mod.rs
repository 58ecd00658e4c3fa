//! Replies: what a mail that arrives at our reply domain is. Any bytes are a mail: what is malformed, too large or in no
//! known encoding yields the best that can be said, never an error. Of HTML, scripts and attachments nothing survives but
//! text, names and sizes.

mod absence;
mod arrival;
mod attachment;
mod automatic;
mod body;
mod bounce;
mod class;
mod complaint;
mod diagnosis;
mod entity;
mod headers;
mod history;
mod html;
mod intro;
mod kind;
mod notice;
mod reply;
#[cfg(test)]
mod samples;
mod signature;
mod thread;
mod tidy;
mod token;
mod visible;
mod wish;

pub use absence::Return;
pub use arrival::{Arrival, ArrivalError, parse_arrival};
pub use attachment::Attachment;
pub use automatic::Automatic;
pub use bounce::{BounceReport, BouncedRecipient};
pub use class::{ReplyClass, ReplyEffect, reply_effect};
pub use complaint::ComplaintReport;
pub use diagnosis::Persistence;
pub use kind::ReplyKind;
pub use reply::{Mailbox, Reply, parse};
pub use thread::{Candidate, candidates};
pub use token::ReplyKey;
pub use visible::{Visible, visible};
pub use wish::{Wish, wish};
