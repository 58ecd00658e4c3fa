//! What stands between the network and the product.

pub mod client;
pub mod csrf;
pub mod files;
pub mod headers;

use std::time::Duration;

/// No request waits for anything but Postgres; one that takes longer is answered with 503.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
