//! The gateway as a client and as the stack behind it see it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking, in its helpers too, and names the cases it is about"
)]

mod bodies;
mod errors;
mod headers;
mod json;
mod library;
mod openapi;
mod paths;
mod pool;
mod queries;
mod starting;
mod streams;
