//! Small conversions between the contract's types and Rust's.

use prost_types::Timestamp;
use time::OffsetDateTime;
use uuid::Uuid;

use super::error::{Error, Result};

/// A moment as the contract writes it.
#[must_use]
pub fn timestamp(at: OffsetDateTime) -> Timestamp {
    Timestamp {
        seconds: at.unix_timestamp(),
        nanos: i32::try_from(at.nanosecond()).unwrap_or_default(),
    }
}

/// A moment from microseconds since the epoch, as cursors keep it.
#[must_use]
pub fn from_micros(micros: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// The moment of a request's timestamp.
///
/// # Errors
/// `VALIDATION` naming `field` when it is outside the years 1 to 9999.
pub fn moment(field: &str, at: Timestamp) -> Result<OffsetDateTime> {
    let nanos = i128::from(at.seconds) * 1_000_000_000 + i128::from(at.nanos);
    let in_range = (0..1_000_000_000).contains(&at.nanos) && (-62_135_596_800..=253_402_300_799).contains(&at.seconds);
    OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .filter(|_| in_range)
        .ok_or_else(|| Error::field(field, "must be a timestamp of the years 1 to 9999"))
}

/// The id in a field that the contract requires.
///
/// # Errors
/// `VALIDATION` naming `field` when it is no UUID.
pub fn required_id(field: &str, text: &str) -> Result<Uuid> {
    Uuid::try_parse(text).map_err(|_not_quoted| Error::field(field, "must be a UUID"))
}

/// The id in a field that may be empty.
///
/// # Errors
/// `VALIDATION` naming `field` when it is neither empty nor a UUID.
pub fn optional_id(field: &str, text: &str) -> Result<Option<Uuid>> {
    if text.is_empty() {
        Ok(None)
    } else {
        required_id(field, text).map(Some)
    }
}
