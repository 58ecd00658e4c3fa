//! Domains that a team sends from: connecting one, and seeing what is missing before it can be used.

pub mod acts;
pub mod connect;
pub mod domain;
pub mod list;
mod records;
mod words;

pub(crate) use words::{domain_sentence, domain_state, ended_sentence};
