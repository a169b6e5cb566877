//! The one error type of the service, and the only place that makes a [`Status`].
//! What a caller sees is decided by the reason alone; causes go to the log, never over the wire.

use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

use super::validate::Violation;
use crate::proto::v1::ErrorReason;

/// The `ErrorInfo.domain` of every error.
pub const DOMAIN: &str = "stratum.v1";

/// Why a call failed, for the caller (`reason`, `message`, metadata) and for the log (`cause`).
#[derive(Debug)]
pub struct Error {
    reason: ErrorReason,
    message: String,
    metadata: Vec<(&'static str, String)>,
    violations: Vec<Violation>,
    retry_after: Option<Duration>,
    attempted: Option<String>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What handlers and stores return.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error with a fixed text that holds nothing of the request.
    #[must_use]
    pub fn new(reason: ErrorReason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
            metadata: Vec::new(),
            violations: Vec::new(),
            retry_after: None,
            attempted: None,
            cause: None,
        }
    }

    /// The request breaks rules of the contract.
    #[must_use]
    pub fn violations(violations: Vec<Violation>) -> Self {
        let (reason, message) = if violations.iter().any(|v| v.is_phi) {
            (
                ErrorReason::PhiDetected,
                "free text holds identifiers; nothing was stored",
            )
        } else {
            (ErrorReason::Validation, "the request breaks the contract")
        };
        Self {
            violations,
            ..Self::new(reason, message)
        }
    }

    /// One field breaks a rule that only a handler can check.
    #[must_use]
    pub fn field(field: impl Into<String>, description: impl Into<String>) -> Self {
        Self::violations(vec![Violation {
            field: field.into(),
            description: description.into(),
            is_phi: false,
        }])
    }

    /// There is no such resource for this caller: absent and foreign ids answer alike.
    #[must_use]
    pub fn not_found(attempted: uuid::Uuid) -> Self {
        Self::no_such(attempted.to_string())
    }

    /// As [`Error::not_found`], for resources that are known by a name.
    #[must_use]
    pub fn no_such(attempted: impl Into<String>) -> Self {
        Self {
            attempted: Some(attempted.into()),
            ..Self::new(ErrorReason::NotFound, "no such resource")
        }
    }

    /// What a record of restricted origin still needs to be stored.
    #[must_use]
    pub fn restricted(needs: &'static str) -> Self {
        Self::new(
            ErrorReason::SudNotShareable,
            "records of substance use or psychotherapy origin are private, and need permission, agreement and consent",
        )
        .with("needs", needs)
    }

    /// A fault of ours.
    #[must_use]
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(
            ErrorReason::Internal,
            "internal error; the request id finds it in the log",
        )
        .because(cause)
    }

    /// Adds a metadata entry; values never quote a request.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.metadata.push((key, value.into()));
        self
    }

    /// Adds the cause, for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Says when to try again.
    #[must_use]
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> ErrorReason {
        self.reason
    }

    /// The id that was asked for and not found, for the audit log (hashed there).
    #[must_use]
    pub fn attempted(&self) -> Option<&str> {
        self.attempted.as_deref()
    }

    /// The cause, for the log.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.cause.as_deref()
    }

    /// The violations as texts, for results that are part of a reply.
    #[must_use]
    pub fn violation_texts(&self) -> Vec<String> {
        self.violations
            .iter()
            .map(|v| format!("{}: {}", v.field, v.description))
            .collect()
    }

    /// Whether the fault is ours rather than the caller's.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        matches!(code(self.reason), Code::Internal | Code::Unavailable)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", reason_name(self.reason), self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|c| c as _)
    }
}

/// The reason as it stands in `ErrorInfo.reason`.
#[must_use]
pub fn reason_name(reason: ErrorReason) -> &'static str {
    crate::db::stored::StoredEnum::stored(reason)
}

/// The canonical code of a reason.
#[must_use]
pub fn code(reason: ErrorReason) -> Code {
    use ErrorReason as R;
    match reason {
        R::Unspecified | R::Internal => Code::Internal,
        R::Validation | R::PhiDetected | R::BadPageToken | R::BadFieldMask => Code::InvalidArgument,
        R::NoIdentity
        | R::CredentialUnknown
        | R::CredentialExpired
        | R::ActorNotAssertable
        | R::CredentialMismatch
        | R::TenantInactive => Code::Unauthenticated,
        R::Role | R::IpNotAllowed => Code::PermissionDenied,
        R::NotFound => Code::NotFound,
        R::Duplicate | R::IdempotencyMismatch => Code::AlreadyExists,
        R::VersionConflict | R::Conflict => Code::Aborted,
        R::InvalidTransition | R::SudNotShareable | R::PublicReadOnly | R::OriginRelaxed | R::NoUser => {
            Code::FailedPrecondition
        }
        R::TooLarge => Code::ResourceExhausted,
        R::AuditUnavailable | R::DatabaseUnavailable | R::ShuttingDown => Code::Unavailable,
        R::NoSuchMethod => Code::Unimplemented,
        R::Deadline => Code::DeadlineExceeded,
    }
}

impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let Error {
            reason,
            message,
            metadata,
            violations,
            retry_after,
            attempted: _,
            cause: _,
        } = error;
        let mut details = ErrorDetails::new();
        details.set_error_info(
            reason_name(reason),
            DOMAIN,
            metadata
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect::<std::collections::HashMap<_, _>>(),
        );
        for violation in violations {
            details.add_bad_request_violation(violation.field, violation.description);
        }
        if let Some(delay) = retry_after {
            details.set_retry_info(Some(delay));
        }
        Self::with_error_details(code(reason), message, details)
    }
}
