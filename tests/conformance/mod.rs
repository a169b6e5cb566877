//! What each method does, one file a service. Every case runs over both doors.

mod allow_list;
mod audit;
mod batch_classify;
mod classification;
mod consent_gate;
mod consents;
mod counting;
mod differential;
mod ended_consents;
mod feedback;
mod import;
mod lifecycle;
mod models;
mod personal;
mod precedents;
mod privacy;
mod registries;
mod rescans;
mod rest;
mod restricted;
mod similarity;
mod tenants;
