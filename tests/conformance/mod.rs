//! What each method does, one file a service. Every case runs over both doors.

mod audit;
mod classification;
mod consents;
mod import;
mod lifecycle;
mod precedents;
mod privacy;
mod registries;
mod rest;
mod restricted;
mod similarity;
mod tenants;
