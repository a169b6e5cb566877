//! The catalogue of errors: every reason has a code, which its comment names first.

use stratum::db::stored::StoredEnum as _;
use stratum::proto::v1::ErrorReason;
use stratum::rpc::error::{Error, code, reason_name};
use tonic::{Code, Status};

use super::contract::comment;
use crate::harness::contract::pool;

fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[test]
fn every_reason_is_documented_with_its_code() {
    let declared = pool().get_enum_by_name("stratum.v1.ErrorReason").expect("an enum");
    for value in declared.values().filter(|value| value.number() != 0) {
        let reason = ErrorReason::try_from(value.number()).expect("a reason");
        let said = comment(&value.parent_enum().parent_file(), value.path()).unwrap_or_default();
        let (first, rest) = said.split_once(". ").unwrap_or_default();
        assert_eq!(first, code_name(code(reason)), "{}: {said}", value.name());
        assert!(rest.len() > 10, "{}: says nothing but its code", value.name());
    }
}

/// What leaves the service is the reason, the message and the details, and never the cause.
#[test]
fn a_cause_stays_inside() {
    for reason in ErrorReason::ALL {
        let error = Error::new(*reason, "a message")
            .with("key", "value")
            .because("SSN 078-05-1120");
        let status = Status::from(error);
        assert_eq!((status.code(), status.message()), (code(*reason), "a message"));
        let everything = format!("{status:?} {}", String::from_utf8_lossy(status.details()));
        assert!(!everything.contains("078-05-1120"), "{everything}");
        assert!(everything.contains(reason_name(*reason)));
        assert_ne!(status.code(), Code::Ok);
    }
}
