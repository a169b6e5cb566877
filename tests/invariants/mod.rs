//! Properties of pure rules, and of the contract itself.

mod audit_bytes;
mod contract;
mod enums;
mod errors;
mod pages;
mod permissions;
mod policy_gaps;
