//! Mails to leads: the lanes that they leave by ([`lanes`]), who is due ([`due`]), the intent that a claim leaves
//! ([`claim`]), what became of each ([`settle`]), and how long the queue is ([`queue`]).

pub mod claim;
pub mod due;
pub mod lanes;
pub mod queue;
mod read;
pub mod settle;

pub use read::{Event, Filter, Message, find, list, list_bad, list_events, list_of_lead};
