//! Mails to leads: the rows behind every number, one mail with all that was told of it, and a lead's mails.

pub mod list;
pub mod message;
mod words;

pub(crate) use list::table;
pub(crate) use words::{fact_label, lane_sentence, state};
