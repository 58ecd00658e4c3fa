//! What stands between the network and the product.

pub mod client;
pub mod csrf;
pub mod files;
pub mod headers;
