//! What the house decides about its REST door.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, StatusCode, header};
use prost_reflect::MethodDescriptor;

use crate::cors::AllowedOrigins;
use crate::page::Page;
use crate::refusal::Refusal;
use crate::route::RouteError;

/// Something asked of every method once, at start.
pub type MethodHook<T> = Arc<dyn Fn(&MethodDescriptor) -> T + Send + Sync>;

/// The HTTP status of a failed call; `None` for the canonical one of its code.
pub type FailureHook = Arc<dyn Fn(&Failure<'_>) -> Option<StatusCode> + Send + Sync>;

/// How a [`Gateway`](crate::Gateway) behaves; `Options::default()` is strict and closed.
#[derive(Clone)]
pub struct Options {
    /// Longest request body in bytes; a longer one is answered 413.
    pub body_bytes_max: usize,
    /// Longest single message that the stack may answer, in bytes.
    pub answer_bytes_max: usize,
    /// Time for a call that answers once, from the request's headers to the answer's last byte;
    /// `x-request-timeout` can only shorten it.
    pub deadline_max: Duration,
    /// Time for a streamed answer; `x-request-timeout` can only shorten it.
    pub stream_deadline_max: Duration,
    /// Browser origins that may read answers.
    pub allowed_origins: AllowedOrigins,
    /// Request headers that reach the stack as metadata; all others end at the gateway.
    pub forwarded_headers: Vec<HeaderName>,
    /// Metadata of the answer that leaves as headers.
    pub returned_headers: Vec<HeaderName>,
    /// HTTP status of a method's success.
    pub success_status: MethodHook<StatusCode>,
    /// `Location` of a method's success: text with string fields of the response in braces, such as
    /// `/v1/runs/{run.id}`.
    pub location: MethodHook<Option<String>>,
    /// HTTP status of a failed call where it is not the canonical one of its code.
    pub failure_status: FailureHook,
    /// `ErrorInfo.domain` of the gateway's own refusals.
    pub error_domain: String,
    /// `ErrorInfo.reason` of the gateway's own refusals.
    pub refusal_reason: Arc<dyn Fn(Refusal) -> &'static str + Send + Sync>,
    /// What is served beside the routes: health, the `OpenAPI` document, static files.
    pub pages: Vec<Page>,
}

/// A failed call, for [`Options::failure_status`].
#[derive(Debug, Clone, Copy)]
pub struct Failure<'f> {
    /// The gRPC code.
    pub code: tonic::Code,
    /// `ErrorInfo.reason`, when the call gave one.
    pub reason: Option<&'f str>,
    /// Whether the request came with `If-Match`.
    pub has_if_match: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            body_bytes_max: 4 << 20,
            answer_bytes_max: 16 << 20,
            deadline_max: Duration::from_secs(30),
            stream_deadline_max: Duration::from_mins(10),
            allowed_origins: AllowedOrigins::none(),
            forwarded_headers: forwarded_by_default(),
            returned_headers: vec![HeaderName::from_static("x-request-id")],
            success_status: Arc::new(|_| StatusCode::OK),
            location: Arc::new(|_| None),
            failure_status: Arc::new(|_| None),
            error_domain: "grpc-gateway".to_owned(),
            refusal_reason: Arc::new(Refusal::reason),
            pages: Vec::new(),
        }
    }
}

fn forwarded_by_default() -> Vec<HeaderName> {
    let mut names = vec![header::AUTHORIZATION, header::USER_AGENT, header::FORWARDED];
    names.extend(
        [
            "x-request-id",
            "traceparent",
            "tracestate",
            "x-actor-id",
            "x-forwarded-for",
            "idempotency-key",
        ]
        .map(HeaderName::from_static),
    );
    names
}

impl Options {
    /// # Errors
    /// A forwarded header that belongs to the connection, the encoding or gRPC itself.
    pub(crate) fn check(&self) -> Result<(), RouteError> {
        match self.forwarded_headers.iter().find(|name| !may_be_forwarded(name)) {
            Some(name) => Err(RouteError::ForwardedHeader(name.to_string())),
            None => Ok(()),
        }
    }
}

fn may_be_forwarded(name: &HeaderName) -> bool {
    const NEVER: [HeaderName; 10] = [
        header::HOST,
        header::CONNECTION,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::PROXY_AUTHENTICATE,
        header::PROXY_AUTHORIZATION,
        header::EXPECT,
        HeaderName::from_static("keep-alive"),
    ];
    let text = name.as_str();
    let is_about_encoding = ["grpc-", "content-", "accept"]
        .iter()
        .any(|prefix| text.starts_with(prefix));
    !NEVER.contains(name) && !is_about_encoding && !text.ends_with("-bin")
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("body_bytes_max", &self.body_bytes_max)
            .field("answer_bytes_max", &self.answer_bytes_max)
            .field("deadline_max", &self.deadline_max)
            .field("stream_deadline_max", &self.stream_deadline_max)
            .field("allowed_origins", &self.allowed_origins)
            .field("forwarded_headers", &self.forwarded_headers)
            .field("returned_headers", &self.returned_headers)
            .field("error_domain", &self.error_domain)
            .finish_non_exhaustive()
    }
}
