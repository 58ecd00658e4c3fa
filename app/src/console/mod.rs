//! The operator's pages.

pub mod new_tenant;
pub mod sign_up;
pub mod tenants;
