//! Stratum: denial precedents for healthcare billers. A multi-tenant gRPC and REST service that says
//! what a denial is, what worked before in its scenario and how likely a win is, from de-identified
//! records, with every access in an audit log.
//!
//! The map: [`rpc`] is what every call passes; [`db`] binds a tenant to a transaction; every other
//! module is a noun of the domain with its wire (`api`), its SQL (`store`) and its rules.

pub mod audit;
pub mod classification;
pub mod cli;
pub mod config;
pub mod db;
pub mod dev;
pub mod log;
pub mod openapi;
pub mod precedents;
pub mod privacy;
pub mod proto;
pub mod registries;
pub mod rpc;
pub mod server;
pub mod similarity;
pub mod tenants;
pub mod tls;

/// Every program of this crate allocates with jemalloc, told by `.cargo/config.toml` to return what is free within a tenth of a
/// second: glibc keeps about as much as it has in use while corpora come and go.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
