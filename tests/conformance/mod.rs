//! What each method does, one file a service. Every case runs over both doors.

mod audit;
mod consents;
mod precedents;
mod rest;
mod restricted;
mod tenants;
