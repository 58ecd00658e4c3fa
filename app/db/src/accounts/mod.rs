//! People, how they sign in, the tenants they belong to, who is invited, and which operator acts in one.

pub mod invitations;
pub mod memberships;
pub mod people;
pub mod platform_mail;
pub mod sessions;
pub mod settings;
pub mod sign_in_attempts;
pub mod tenants;
pub mod visits;
