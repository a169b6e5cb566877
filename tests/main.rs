//! The one integration test binary: everything that is asked of the service from outside, over real
//! sockets, real certificates and a real PostgreSQL. `harness` sets the stage; the other rooms ask.
//!
//! Where a test goes: what a method does, over both doors: `conformance/<service>.rs`; what every method
//! must keep, by loops over the descriptor: `coverage/`; properties of pure rules: `invariants/`; the
//! database's own promises: `schema/`; what happens when things break: `faults/`; how the source is
//! written: `tidy.rs`.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

mod conformance;
mod coverage;
mod faults;
mod harness;
mod invariants;
mod schema;
mod tidy;
mod tls;
