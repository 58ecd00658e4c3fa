//! Mails to leads: the lanes that they leave by ([`lanes`]), who is due ([`due`]), the intent that a claim leaves
//! ([`claim`]), and what became of each ([`settle`]).

pub mod claim;
pub mod due;
pub mod lanes;
mod read;
pub mod settle;

pub use read::{Event, Filter, Message, find, list, list_events, list_of_lead};
