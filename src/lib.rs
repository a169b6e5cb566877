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
