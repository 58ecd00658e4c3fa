//! The worker: duties over due rows. It acts in the world for what the product has recorded: SES, DNS, received mail.
//! No duty stands here yet.
