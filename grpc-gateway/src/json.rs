//! Canonical proto3 JSON, straight from and to the wire format.

mod read;
mod scalar;
mod text;
mod time;
mod write;

pub(crate) use read::Reader;
pub(crate) use scalar::put_text;
pub(crate) use write::{write_field, write_message};
