//! Mails to leads: the lanes that they leave by ([`lanes`]), the claim that leaves the intent ([`claim`]), and what became
//! of each ([`settle`]).

pub mod claim;
pub mod lanes;
mod read;
pub mod settle;

pub use read::{Event, Filter, Message, find, list, list_events, list_of_lead};
