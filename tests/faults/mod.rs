//! What happens when things break: callers that go away, a log that can't be written, a database that
//! restarts, credentials that end, and what the service's own log must never hold.

mod audit_unavailable;
mod canaries;
mod credentials;
mod dropped_calls;
mod restart;
