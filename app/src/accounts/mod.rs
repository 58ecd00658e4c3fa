//! People: signing in and out, sessions, passwords.

pub mod mail;
pub mod passwords;
pub mod sessions;
pub mod sign_in;
pub mod start;
