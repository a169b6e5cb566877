//! Tenants, and the credentials that speak for them. Tables: `tenants`, `users`, `certificates`, `api_keys`.

pub mod api;
pub mod network;
pub mod provision;
pub(crate) mod store;
