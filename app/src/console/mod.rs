//! The operator's pages.

pub mod account;
pub mod account_stop;
pub mod at_ses;
pub mod audit;
pub mod caps;
pub mod closure;
pub mod drift;
pub mod drill;
pub mod evidence;
pub mod incident;
pub mod incidents;
pub mod invite;
pub mod machine;
pub mod mail;
pub mod new_tenant;
pub mod pause;
pub mod pools;
mod queue;
pub mod replies;
pub mod sandbox;
mod ses;
pub mod shared_ips;
pub mod sign_up;
pub mod tenant;
pub mod tenants;
pub mod tier;
pub mod visit;
