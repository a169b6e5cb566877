//! Tags of versions: a client that sends back the tag it read changes that version or none.

use super::error::{Error, Result};
use crate::proto::v1::ErrorReason;

/// The tag of a version.
#[must_use]
pub fn etag(version: i64) -> String {
    format!("v{version}")
}

/// Whether a change made under `given` may go ahead on the version stored.
///
/// # Errors
/// `VERSION_CONFLICT` when the resource has changed since.
pub fn check_etag(given: &str, version: i64) -> Result<()> {
    // HTTP writes a tag in quotes, and weak ones with W/ before them.
    let given = given.trim_start_matches("W/").trim_matches('"');
    if given.is_empty() || given == "*" || given == etag(version) {
        Ok(())
    } else {
        Err(Error::new(
            ErrorReason::VersionConflict,
            "the resource has changed since this etag was read",
        ))
    }
}
