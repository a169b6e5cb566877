//! The gateway as a client and as the stack behind it see it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at a surprise")]
#![expect(clippy::wildcard_enum_match_arm, reason = "tests mind the variants they made")]

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
