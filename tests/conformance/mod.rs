//! What each method does, one file a service. Every case runs over both doors.

mod audit;
mod precedents;
mod rest;
mod tenants;
