//! The audit log. Nouns: event, writer, flood. Invariants: a mutation's event is in its transaction;
//! a read's event is durable before the reply; when the log can't be written, nothing is done.
//! Table: `audit_events` (append-only, monthly partitions).

pub mod api;
pub mod event;
pub mod flood;
pub(crate) mod shown;
pub(crate) mod store;
pub mod writer;

pub use event::{AuditEvent, Facts, Resource};
pub use writer::AuditWriter;
