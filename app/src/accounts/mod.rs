//! People: signing in and out, sessions, passwords, invitations; teams, and who belongs to them.

pub mod account;
pub mod invitation;
pub mod invite;
pub mod mail;
pub mod overview;
pub mod password;
pub mod passwords;
pub mod people;
pub mod person;
pub mod sessions;
pub mod settings;
pub mod sign_in;
pub mod start;
pub mod teams;
