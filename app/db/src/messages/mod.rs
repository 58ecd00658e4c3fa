//! Mails to leads: the lanes that they leave by ([`lanes`]), the claim that leaves the intent ([`claim`]), and what became
//! of each ([`settle`]).

pub mod claim;
pub mod lanes;
pub mod settle;
