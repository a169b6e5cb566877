//! A failed call as an HTTP answer: `google.rpc.Status` in JSON under the right HTTP status.

use http::{HeaderValue, Response, StatusCode, header};
use prost::Message as _;
use tonic::body::Body;
use tonic::{Code, Status};

use crate::gateway::Core;
use crate::http_headers;
use crate::json::write_message;
use crate::options::Failure;
use crate::refusal::{Refusal, Refused};
use crate::rpc_status::{ErrorInfo, RetryInfo, RpcStatus};
use crate::wire::Malformed;

/// A call that failed before its answer began.
pub(crate) enum Failed {
    /// Refused by the gateway.
    Own(Refused),
    /// Refused by the gateway for its HTTP method; these are the allowed ones.
    NotAllowed(HeaderValue),
    /// Refused by the stack, which may have had the gateway's refusal from its request body.
    Stack(Box<Status>),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Self::Own(refused)
    }
}

impl From<Status> for Failed {
    fn from(status: Status) -> Self {
        Self::Stack(Box::new(status))
    }
}

/// The whole answer to a failed call.
pub(crate) fn answer(core: &Core, failed: Failed, has_if_match: bool) -> Response<Body> {
    match failed {
        Failed::Own(refused) => {
            let http_status = refused.refusal.http_status();
            status_answer(core, &refused.into_status(&core.options), http_status, has_if_match)
        }
        Failed::NotAllowed(allow) => {
            let message = "this path does not take this HTTP method";
            let refused = Refused::new(Refusal::MethodNotAllowed, message);
            let mut response = answer(core, refused.into(), has_if_match);
            response.headers_mut().insert(header::ALLOW, allow);
            response
        }
        Failed::Stack(status) => status_answer(core, &status, None, has_if_match),
    }
}

fn status_answer(core: &Core, status: &Status, known: Option<StatusCode>, has_if_match: bool) -> Response<Body> {
    let decoded = details(status);
    let mut response = json_response(status_json(core, status));
    *response.status_mut() = known.unwrap_or_else(|| http_status(core, status.code(), &decoded, has_if_match));
    let retry: Option<RetryInfo> = decoded.detail("google.rpc.RetryInfo");
    let headers = response.headers_mut();
    if let Some(delay) = retry.and_then(|retry| retry.retry_delay) {
        // Rounded up: a client that comes back early is refused again.
        let seconds = delay.seconds.max(0).saturating_add(i64::from(delay.nanos > 0));
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status.code() == Code::Unauthenticated {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    http_headers::copy(status.metadata().as_ref(), &core.options.returned_headers, headers);
    // For a layer outside, which may want to log it.
    response.extensions_mut().insert(status.code());
    response
}

/// An answer of JSON; its status is 200 until something else is said.
pub(crate) fn json_response(json: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::new(http_body_util::Full::new(bytes::Bytes::from(json))));
    // Room for the gateway's own headers without growing.
    response.headers_mut().reserve(12);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The status as JSON; details that are no messages of the pool's types are left out.
pub(crate) fn status_json(core: &Core, status: &Status) -> Vec<u8> {
    let mut json = Vec::new();
    let has_details = !status.details().is_empty();
    if has_details && write_message(&core.schema, core.status_message, status.details(), &mut json).is_ok() {
        return json;
    }
    let plain = RpcStatus {
        code: status.code() as i32,
        message: status.message().to_owned(),
        details: Vec::new(),
    };
    json.clear();
    match write_message(&core.schema, core.status_message, &plain.encode_to_vec(), &mut json) {
        Ok(()) => json,
        Err(Malformed) => b"{}".to_vec(),
    }
}

fn details(status: &Status) -> RpcStatus {
    RpcStatus::decode(status.details()).unwrap_or_default()
}

fn http_status(core: &Core, grpc_code: Code, details: &RpcStatus, has_if_match: bool) -> StatusCode {
    let info: Option<ErrorInfo> = details.detail("google.rpc.ErrorInfo");
    if info.as_ref().is_some_and(|info| is_too_large(core, grpc_code, info)) {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    let reason = info.as_ref().map(|info| info.reason.as_str());
    let failure = Failure {
        code: grpc_code,
        reason,
        has_if_match,
    };
    (core.options.failure_status)(&failure).unwrap_or_else(|| canonical_http_status(grpc_code))
}

/// Of the gateway's refusals that come back through the stack, only this has an HTTP status of
/// its own.
fn is_too_large(core: &Core, grpc_code: Code, info: &ErrorInfo) -> bool {
    grpc_code == Refusal::BodyTooLarge.code()
        && info.domain == core.options.error_domain
        && info.reason == (core.options.refusal_reason)(Refusal::BodyTooLarge)
}

/// The HTTP status that the published table gives a code.
#[must_use]
pub fn canonical_http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::Cancelled => StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The code that stands for a stack's HTTP answer without any gRPC status, by gRPC's own table.
pub(crate) fn code_without_status(status: StatusCode) -> Code {
    match status {
        StatusCode::BAD_REQUEST => Code::Internal,
        StatusCode::UNAUTHORIZED => Code::Unauthenticated,
        StatusCode::FORBIDDEN => Code::PermissionDenied,
        StatusCode::NOT_FOUND => Code::Unimplemented,
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => Code::Unavailable,
        _ => Code::Unknown,
    }
}
