//! The operator's pages.

pub mod account;
pub mod audit;
pub mod invite;
pub mod mail;
pub mod new_tenant;
pub mod pause;
pub mod replies;
pub mod sandbox;
mod ses;
pub mod sign_up;
pub mod tenant;
pub mod tenants;
