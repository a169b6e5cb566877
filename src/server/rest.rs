//! How REST behaves, and the pages beside its methods.

use std::sync::Arc;

use grpc_gateway::{Failure, Options, Page, Refusal};
use http::{Response, StatusCode, header};
use tonic::body::Body;

use crate::config::Config;
use crate::db::Db;
use crate::proto::v1::ErrorReason;
use crate::rpc::error::reason_name;

/// How REST behaves: sizes, origins, and what HTTP says of our reasons.
pub(super) fn gateway_options(config: &Config, openapi: String, db: &Db) -> Options {
    let defaults = Options::default();
    let mut forwarded_headers = defaults.forwarded_headers.clone();
    forwarded_headers.push(header::HeaderName::from_static("x-api-key"));
    Options {
        forwarded_headers,
        body_bytes_max: config.max_body_bytes,
        allowed_origins: config.cors_origins.clone(),
        refusal_reason: Arc::new(refusal_reason),
        failure_status: Arc::new(failure_status),
        error_domain: crate::rpc::error::DOMAIN.to_owned(),
        pages: vec![
            Page::fixed("/api/v1/openapi.json", "application/json", openapi),
            Page::new("/healthz", || std::future::ready(json(StatusCode::OK, &alive()))),
            {
                let db = db.clone();
                Page::new("/readyz", move || readiness(db.clone()))
            },
        ],
        ..defaults
    }
}

/// The gateway's own refusals in the words of our catalogue.
fn refusal_reason(refusal: Refusal) -> &'static str {
    let reason = match refusal {
        Refusal::NoSuchRoute | Refusal::MethodNotAllowed => ErrorReason::NoSuchMethod,
        Refusal::UnsupportedMediaType
        | Refusal::MalformedBody
        | Refusal::UnknownParameter
        | Refusal::UnknownField
        | Refusal::InvalidValue => ErrorReason::Validation,
        Refusal::BodyTooLarge => ErrorReason::TooLarge,
        Refusal::DeadlineExceeded => ErrorReason::Deadline,
        Refusal::MalformedAnswer => ErrorReason::Internal,
    };
    reason_name(reason)
}

/// Preconditions that HTTP has a better word for.
fn failure_status(failure: &Failure<'_>) -> Option<StatusCode> {
    match failure.reason {
        Some("INSUFFICIENT_CREDITS") => Some(StatusCode::PAYMENT_REQUIRED),
        Some("VERSION_CONFLICT") if failure.has_if_match => Some(StatusCode::PRECONDITION_FAILED),
        Some(_) | None => (failure.code == tonic::Code::FailedPrecondition).then_some(StatusCode::CONFLICT),
    }
}

fn alive() -> serde_json::Value {
    serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })
}

/// Readiness as a probe reads it: 503 and `db.ok: false` while the database does not answer.
async fn readiness(db: Db) -> Response<Body> {
    let ping = db.ping().await;
    let (status, word) = if ping.is_ok() {
        (StatusCode::OK, "ok")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
    };
    let latency_ms = ping.as_ref().ok().map(|d| d.as_secs_f64() * 1_000.0);
    let body = serde_json::json!({
        "status": word,
        "timestamp": crate::audit::event::now_micros().format(&time::format_description::well_known::Rfc3339).unwrap_or_default(),
        "version": env!("CARGO_PKG_VERSION"),
        "db": { "ok": ping.is_ok(), "latencyMs": latency_ms },
    });
    json(status, &body)
}

fn json(status: StatusCode, body: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(Body::new(http_body_util::Full::new(bytes::Bytes::from(
        body.to_string(),
    ))));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json"),
    );
    response
}
