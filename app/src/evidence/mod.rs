//! Evidence: what keeps a team apart from the others, shown, downloaded, and verified with a key that anybody can have.

pub mod download;
pub mod page;
pub mod report;
