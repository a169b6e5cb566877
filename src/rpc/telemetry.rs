//! What is known of a call while it runs, and the one log line it leaves.
//! The line holds ids, names of the contract, a status and a duration; never a body, a credential
//! or a value of a request.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue};
use tonic::Code;
use uuid::Uuid;

use super::identity::Caller;
use super::policy::MethodPolicy;

/// The header that carries the request id, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The door a call came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// gRPC over mTLS.
    Grpc,
    /// REST.
    Rest,
}

/// One call, from its first byte to its log line. Cloning shares it.
#[derive(Debug, Clone)]
pub struct CallContext(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    request_id: String,
    trace_id: Option<String>,
    door: Door,
    client_ip: Option<IpAddr>,
    started: Instant,
    policy: OnceLock<Arc<MethodPolicy>>,
    caller: OnceLock<Caller>,
    is_audited: AtomicBool,
    is_logged: AtomicBool,
}

impl CallContext {
    /// Starts a call. A client's request id is taken over only when it is a UUID, because it is logged.
    #[must_use]
    pub fn start(headers: &HeaderMap, door: Door, client_ip: Option<IpAddr>) -> Self {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        let request_id = text(REQUEST_ID.as_str())
            .and_then(|id| Uuid::try_parse(id).ok())
            .unwrap_or_else(Uuid::now_v7)
            .to_string();
        Self(Arc::new(Inner {
            request_id,
            trace_id: text("traceparent").and_then(trace_id),
            door,
            client_ip,
            started: Instant::now(),
            policy: OnceLock::new(),
            caller: OnceLock::new(),
            is_audited: AtomicBool::new(false),
            is_logged: AtomicBool::new(false),
        }))
    }

    /// The request id, a UUID.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// The W3C trace id, when the client sent one.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.trace_id.as_deref()
    }

    /// The door.
    #[must_use]
    pub fn door(&self) -> Door {
        self.0.door
    }

    /// Where the call comes from.
    #[must_use]
    pub fn client_ip(&self) -> Option<IpAddr> {
        self.0.client_ip
    }

    /// The method's policy, once it is known.
    #[must_use]
    pub fn policy(&self) -> Option<&Arc<MethodPolicy>> {
        self.0.policy.get()
    }

    /// The caller, once it is known.
    #[must_use]
    pub fn caller(&self) -> Option<&Caller> {
        self.0.caller.get()
    }

    /// Whether the audit log holds an event of this call.
    #[must_use]
    pub fn is_audited(&self) -> bool {
        self.0.is_audited.load(Ordering::Acquire)
    }

    /// Notes that the audit log holds an event of this call.
    pub(super) fn mark_audited(&self) {
        self.0.is_audited.store(true, Ordering::Release);
    }

    pub(super) fn set_policy(&self, policy: Arc<MethodPolicy>) {
        self.0.policy.get_or_init(|| policy);
    }

    pub(super) fn set_caller(&self, caller: Caller) {
        self.0.caller.get_or_init(|| caller);
    }

    /// Echoes the request id.
    pub(super) fn echo(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(self.request_id()) {
            headers.insert(REQUEST_ID, value);
        }
    }

    /// Whether the call has its line.
    pub(super) fn is_logged(&self) -> bool {
        self.0.is_logged.load(Ordering::Acquire)
    }

    /// The call's one line.
    pub(super) fn log(&self, code: Code) {
        self.0.is_logged.store(true, Ordering::Release);
        let duration_us = u64::try_from(self.0.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let tenant = self.caller().map(|c| c.tenant_slug().to_owned()).unwrap_or_default();
        let method = self.policy().map_or("", |p| p.path.as_str());
        tracing::info!(
            target: "stratum::call",
            request_id = self.request_id(),
            trace_id = self.trace_id().unwrap_or_default(),
            tenant,
            method,
            door = ?self.door(),
            status = ?code,
            duration_us,
            "call"
        );
    }
}

/// The trace id of a `traceparent` header: `00-<32 hex>-<16 hex>-<2 hex>`, not all zeros.
fn trace_id(header: &str) -> Option<String> {
    let mut parts = header.split('-');
    let (version, trace, parent, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex =
        |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let is_valid = is_hex(version, 2)
        && version != "ff"
        && is_hex(trace, 32)
        && is_hex(parent, 16)
        && is_hex(flags, 2)
        && trace.bytes().any(|b| b != b'0');
    is_valid.then(|| trace.to_owned())
}
