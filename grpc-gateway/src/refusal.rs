//! What the gateway itself refuses, as the gRPC status that says so.

use bytes::Bytes;
use http::StatusCode;
use prost::Message as _;
use tonic::{Code, Status};

use crate::options::Options;
use crate::rpc_status::{BadRequest, ErrorInfo, FieldViolation, RpcStatus, any};
use crate::violations::{Violation, ViolationKind, Violations};

/// Why the gateway refused a request or could not pass on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No route has this path.
    NoSuchRoute,
    /// Routes have this path, none with this HTTP method.
    MethodNotAllowed,
    /// The body is not JSON in UTF-8 without content encoding.
    UnsupportedMediaType,
    /// The body is longer than allowed.
    BodyTooLarge,
    /// The body did not arrive whole, or is no JSON text.
    MalformedBody,
    /// A query parameter is unknown or out of place.
    UnknownParameter,
    /// The body has an unknown field.
    UnknownField,
    /// A field, a header or the path has a value of the wrong kind.
    InvalidValue,
    /// Time ran out before the answer was complete.
    DeadlineExceeded,
    /// The stack gave no answer that can be passed on.
    MalformedAnswer,
}

impl Refusal {
    /// The default `ErrorInfo.reason`.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoSuchRoute => "NO_SUCH_ROUTE",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::BodyTooLarge => "BODY_TOO_LARGE",
            Self::MalformedBody => "MALFORMED_BODY",
            Self::UnknownParameter => "UNKNOWN_PARAMETER",
            Self::UnknownField => "UNKNOWN_FIELD",
            Self::InvalidValue => "INVALID_VALUE",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::MalformedAnswer => "MALFORMED_ANSWER",
        }
    }

    /// The gRPC code.
    #[must_use]
    pub fn code(self) -> Code {
        match self {
            Self::NoSuchRoute => Code::NotFound,
            Self::MethodNotAllowed => Code::Unimplemented,
            Self::BodyTooLarge => Code::ResourceExhausted,
            Self::UnsupportedMediaType
            | Self::MalformedBody
            | Self::UnknownParameter
            | Self::UnknownField
            | Self::InvalidValue => Code::InvalidArgument,
            Self::DeadlineExceeded => Code::DeadlineExceeded,
            Self::MalformedAnswer => Code::Internal,
        }
    }

    /// The HTTP status where it is not the code's own.
    pub(crate) fn http_status(self) -> Option<StatusCode> {
        match self {
            Self::MethodNotAllowed => Some(StatusCode::METHOD_NOT_ALLOWED),
            Self::UnsupportedMediaType => Some(StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::BodyTooLarge => Some(StatusCode::PAYLOAD_TOO_LARGE),
            Self::NoSuchRoute
            | Self::MalformedBody
            | Self::UnknownParameter
            | Self::UnknownField
            | Self::InvalidValue
            | Self::DeadlineExceeded
            | Self::MalformedAnswer => None,
        }
    }
}

/// A refusal with what there is to say about it.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) refusal: Refusal,
    message: String,
    violations: Vec<Violation>,
}

impl Refused {
    pub(crate) fn new(refusal: Refusal, message: impl Into<String>) -> Self {
        Self {
            refusal,
            message: message.into(),
            violations: Vec::new(),
        }
    }

    pub(crate) fn malformed_answer() -> Self {
        Self::new(Refusal::MalformedAnswer, "the answer can't be passed on")
    }

    pub(crate) fn deadline() -> Self {
        Self::new(Refusal::DeadlineExceeded, "the time for the call ran out")
    }

    pub(crate) fn fields(violations: Violations) -> Self {
        let violations = violations.into_vec();
        let has = |kind| violations.iter().any(|violation| violation.kind == kind);
        let refusal = if has(ViolationKind::UnknownParameter) {
            Refusal::UnknownParameter
        } else if has(ViolationKind::UnknownField) {
            Refusal::UnknownField
        } else {
            Refusal::InvalidValue
        };
        let names: Vec<&str> = violations.iter().map(|violation| violation.field.as_str()).collect();
        let message = format!("the request is wrong in: {}", names.join(", "));
        Self {
            refusal,
            message,
            violations,
        }
    }

    /// The status that any gRPC client would get.
    pub(crate) fn into_status(self, options: &Options) -> Status {
        let code = self.refusal.code();
        let info = ErrorInfo {
            reason: (options.refusal_reason)(self.refusal).to_owned(),
            domain: options.error_domain.clone(),
        };
        let mut details = vec![any("google.rpc.ErrorInfo", &info)];
        if !self.violations.is_empty() {
            let field_violations = self.violations.into_iter().map(|violation| FieldViolation {
                field: violation.field,
                description: violation.description.to_owned(),
            });
            let bad_request = BadRequest {
                field_violations: field_violations.collect(),
            };
            details.push(any("google.rpc.BadRequest", &bad_request));
        }
        let status = RpcStatus {
            code: code as i32,
            message: self.message.clone(),
            details,
        };
        Status::with_details(code, self.message, Bytes::from(status.encode_to_vec()))
    }
}
