//! The operator's pages.

pub mod home;
pub mod sign_up;
