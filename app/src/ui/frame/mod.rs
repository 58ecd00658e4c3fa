//! What surrounds the content of a page: next to nothing outside, the tenant's frame for a team, the console's for
//! operators, in another accent so that nobody mistakes whose data it is.

mod console;
mod plain;
mod tenant;

pub use console::{Console, ConsoleSection};
pub use plain::Plain;
pub use tenant::{Tenant, TenantFrame, TenantSection};
