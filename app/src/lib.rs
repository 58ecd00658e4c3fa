//! The product: pages and what their forms do. A page is a GET, an action a POST of the same address; both stand in one
//! table ([`routes`]) with what is needed to use them. Nothing here waits for anything but Postgres.
//!
//! | address | what |
//! |---|---|
//! | `/operator/<secret>` | the first operator signs up |
//! | `/invitation/<tenant>.<secret>` | somebody who is invited comes in |
//! | `/sign-in`, `/sign-out` | one door for everybody |
//! | `/account/…` | a person's own matters |
//! | `/t/<slug>/…` | a tenant's pages |
//! | `/console/…` | the operator's pages |
//! | `/u/<tenant>.<secret>` | the recipient of a mail opts out |
//! | `/sandbox/clock` | whoever tries things out moves time ahead |

pub mod accounts;
pub mod clock;
pub mod console;
pub mod domains;
mod error;
pub mod evidence;
mod form;
pub mod health;
pub mod isolation;
pub mod leads;
pub mod mailboxes;
pub mod messages;
mod metrics;
mod page;
mod replies;
pub mod routes;
pub mod sequences;
pub mod site;
mod ssr;
pub mod suppression;
mod ui;

pub use error::{Refusal, Result};
pub use site::Site;
pub use ssr::Client;
