//! What the database refuses, in the caller's words. A test compares the names with the catalogue.

use std::time::Duration;

use crate::proto::v1::ErrorReason;
use crate::rpc::error::Error;

/// What breaking a named constraint means to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A resource with this key exists; names the field.
    Duplicate(&'static str),
    /// Restricted origin can't be shared.
    NotShareable,
    /// The origin would become less restrictive.
    OriginRelaxed,
}

/// The constraints a caller can break. Every other one guards against faults of ours.
pub const CONSTRAINTS: &[(&str, Meaning)] = &[
    (
        "precedents_external_ref_key",
        Meaning::Duplicate("precedent.external_ref"),
    ),
    ("precedents_restricted_is_private", Meaning::NotShareable),
    ("precedents_origin_relaxed", Meaning::OriginRelaxed),
    ("phi_allow_list_phrase_key", Meaning::Duplicate("entry.phrase")),
    ("erasure_requests_one_pending", Meaning::Duplicate("user_id")),
    ("consents_ref_key", Meaning::Duplicate("consent.consent_ref")),
];

/// What the log may know of a database error: never its message, which can quote a row.
#[derive(Debug, thiserror::Error)]
#[error("database error {code}{}", .constraint.as_deref().map(|c| format!(" at {c}")).unwrap_or_default())]
struct DatabaseCause {
    code: String,
    constraint: Option<String>,
}

impl From<sqlx::Error> for Error {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever sqlx adds is a fault of ours until it is judged"
    )]
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(refusal) => refused(&*refusal),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => unavailable().because(error.to_string()),
            // Decoding errors name a column and a type, not a value.
            other => Self::internal(other),
        }
    }
}

fn refused(refusal: &dyn sqlx::error::DatabaseError) -> Error {
    let code = refusal.code().unwrap_or_default().into_owned();
    let constraint = refusal.constraint().map(str::to_owned);
    let meaning = constraint
        .as_deref()
        .and_then(|name| CONSTRAINTS.iter().find(|(known, _)| *known == name))
        .map(|(_, meaning)| *meaning);
    let error = match (meaning, code.as_str()) {
        (Some(Meaning::Duplicate(field)), _) => {
            Error::new(ErrorReason::Duplicate, "a resource with this key exists").with("field", field)
        }
        (Some(Meaning::NotShareable), _) => {
            Error::new(ErrorReason::SudNotShareable, "a restricted origin can't be shared")
        }
        (Some(Meaning::OriginRelaxed), _) => Error::new(
            ErrorReason::OriginRelaxed,
            "data_origin can only become more restrictive",
        ),
        (None, "40001" | "40P01" | "55P03") => Error::new(
            ErrorReason::Conflict,
            "a concurrent change got in the way; repeat the call",
        )
        .retry_after(Duration::from_millis(50)),
        // Class 08 connection, 53 resources, 57 operator intervention (shutdown, timeout).
        (None, c) if ["08", "53", "57"].iter().any(|class| c.starts_with(class)) => unavailable(),
        (None, _) => Error::new(
            ErrorReason::Internal,
            "internal error; the request id finds it in the log",
        ),
    };
    error.because(DatabaseCause { code, constraint })
}

fn unavailable() -> Error {
    Error::new(ErrorReason::DatabaseUnavailable, "the database can't be reached").retry_after(Duration::from_secs(1))
}
