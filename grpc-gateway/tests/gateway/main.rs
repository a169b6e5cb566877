//! The gateway as a client and as the stack behind it see it.

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
