//! What every call passes, in order: telemetry → identity → policy → validation → handler, and the
//! audit event without which no reply leaves. [`stack`] walks it.

pub mod api_key;
pub mod call;
pub mod codec;
pub mod error;
pub mod etag;
pub mod idempotency;
pub mod identity;
pub mod page;
pub mod permission;
pub mod policy;
pub mod rest_door;
pub mod stack;
pub mod telemetry;
pub mod validate;
pub mod wire;
