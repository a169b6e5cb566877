//! The order in which a call is let in. Both doors lead here: gRPC after its TLS, REST after its
//! transcoding. Source caps stand before this, in the acceptor; rate limits will stand where the
//! comment says, after the tenant is known and before anything is paid for.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::{HeaderMap, Request, Response, request};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::Service;

use super::call::Calls;
use super::error::{Error, Result};
use super::identity::{Authenticator, Caller, authorize};
use super::permission::Permission;
use super::policy::{AuditMode, Policies};
use super::telemetry::{CallContext, Door};
use crate::audit::flood::Floods;
use crate::proto::v1::ErrorReason;
use crate::tenants::network::Network;
use crate::tls::PeerInfo;

/// The longest a call may take when its client sets no deadline, or a longer one.
pub const MAX_DEADLINE: Duration = Duration::from_secs(30);
/// As [`MAX_DEADLINE`], for streams.
pub const MAX_STREAM_DEADLINE: Duration = Duration::from_mins(60);

/// What the stack needs beside the services.
#[derive(Debug)]
pub struct StackParts {
    /// What each method demands.
    pub policies: Policies,
    /// Who is calling.
    pub authenticator: Arc<Authenticator>,
    /// Refused anonymous calls.
    pub floods: Arc<Floods>,
    /// The frame around handlers, for the events of refused calls.
    pub calls: Calls,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<Network>,
}

impl StackParts {
    /// Starts the record of a call that came through a door.
    pub(super) fn start_call(&self, head: &request::Parts, door: Door) -> CallContext {
        CallContext::start(&head.headers, door, self.client_ip(head, door))
    }

    /// The address that counts: the peer's, or on REST what a trusted proxy says it forwards for.
    fn client_ip(&self, head: &request::Parts, door: Door) -> Option<IpAddr> {
        let peer_ip = head.extensions.get::<PeerInfo>()?.remote_addr.ip().to_canonical();
        let is_trusted = |ip: IpAddr| self.trusted_proxies.iter().any(|n| n.contains(ip));
        if door == Door::Grpc || !is_trusted(peer_ip) {
            return Some(peer_ip);
        }
        // From the right: the first address that no trusted proxy added is the client's.
        let forwarded = head.headers.get_all("x-forwarded-for").iter();
        let forwarded = forwarded.filter_map(|v| v.to_str().ok());
        let hops: Vec<&str> = forwarded.flat_map(|v| v.split(',')).map(str::trim).collect();
        hops.iter()
            .rev()
            .map(|hop| hop.parse::<IpAddr>().ok())
            .find(|ip| ip.is_none_or(|ip| !is_trusted(ip)))
            .flatten()
            .or(Some(peer_ip))
    }
}

/// The request stack around the services `S`.
#[derive(Debug)]
pub struct Stack<S> {
    parts: Arc<StackParts>,
    services: S,
}

impl<S: Clone> Clone for Stack<S> {
    fn clone(&self) -> Self {
        Self {
            parts: self.parts.clone(),
            services: self.services.clone(),
        }
    }
}

impl<S> Stack<S> {
    /// Puts the stack before `services`.
    pub fn new(parts: Arc<StackParts>, services: S) -> Self {
        Self { parts, services }
    }
}

impl<S> Service<Request<Body>> for Stack<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Error: std::fmt::Debug + Send,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, std::result::Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<std::result::Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let parts = self.parts.clone();
        let services = self.services.clone();
        Box::pin(async move { Ok(walk(&parts, services, request).await) })
    }
}

/// One call, from door to log line.
async fn walk<S>(parts: &StackParts, services: S, request: Request<Body>) -> Response<Body>
where
    S: Service<Request<Body>, Response = Response<Body>> + Send,
    S::Error: std::fmt::Debug + Send,
    S::Future: Send,
{
    let (mut head, body) = request.into_parts();
    let peer = head.extensions.get::<PeerInfo>().cloned();
    // Over REST the call began at the door, before its transcoding.
    let call = head.extensions.get::<CallContext>().cloned();
    let call = call.unwrap_or_else(|| parts.start_call(&head, Door::Grpc));
    head.extensions.insert(call.clone());

    let mut response = match admit(parts, &call, peer.as_ref(), head.uri.path(), &head.headers).await {
        Ok(()) => serve(parts, &call, services, Request::from_parts(head, body)).await,
        Err(error) => refuse(parts, &call, error).await,
    };
    call.echo(response.headers_mut());
    call.log(response_code(response.headers()));
    response
}

/// Everything that is checked before a handler runs.
async fn admit(
    parts: &StackParts,
    call: &CallContext,
    peer: Option<&PeerInfo>,
    path: &str,
    headers: &HeaderMap,
) -> Result<()> {
    let policy = parts.policies.get(path).cloned();
    if let Some(policy) = &policy {
        call.set_policy(policy.clone());
    }
    let caller = parts
        .authenticator
        .authenticate(peer, call.client_ip(), headers)
        .await?;
    let permission = policy.as_ref().map_or(Permission::Myself, |p| p.permission);
    if let Some(caller) = &caller {
        call.set_caller(caller.clone());
    }
    authorize(caller.as_ref(), permission)?;
    // Rate limits by tenant and tier belong here: the caller is known, nothing has been read.
    let policy = policy.ok_or_else(|| Error::new(ErrorReason::NoSuchMethod, "there is no such method"))?;
    if caller.is_none() {
        call.set_caller(Caller::anonymous());
    }
    if policy.is_infrastructure && policy.audit != AuditMode::None {
        Box::pin(parts.calls.note(call)).await?;
    }
    Ok(())
}

/// Runs the handler within its deadline, and lets no reply out that the audit log knows nothing of.
async fn serve<S>(parts: &StackParts, call: &CallContext, mut services: S, request: Request<Body>) -> Response<Body>
where
    S: Service<Request<Body>, Response = Response<Body>> + Send,
    S::Error: std::fmt::Debug + Send,
    S::Future: Send,
{
    let is_streaming = call.policy().is_some_and(|p| p.is_server_streaming);
    let most = if is_streaming {
        MAX_STREAM_DEADLINE
    } else {
        MAX_DEADLINE
    };
    let asked = request
        .headers()
        .get("grpc-timeout")
        .and_then(|text| text.to_str().ok());
    let deadline = asked.and_then(grpc_timeout).map_or(most, |d| d.min(most));
    let answered = tokio::time::timeout(deadline, async {
        std::future::poll_fn(|cx| services.poll_ready(cx)).await?;
        services.call(request).await
    });
    let response = match answered.await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) => return refuse(parts, call, Error::internal(format!("{error:?}"))).await,
        Err(_elapsed) => {
            let error = Error::new(ErrorReason::Deadline, "the call's deadline passed");
            return refuse(parts, call, error).await;
        }
    };
    let demands_event = call.policy().is_none_or(|p| p.audit != AuditMode::None);
    if call.is_audited() || !demands_event {
        return response;
    }
    let code = response_code(response.headers());
    if code == Code::Ok {
        return refuse(parts, call, Error::internal("the handler left no audit event")).await;
    }
    if matches!(code, Code::Internal | Code::Unknown) {
        // tonic's words for bytes that are no such message.
        let error = Error::new(ErrorReason::Validation, "the message can't be decoded");
        return refuse(parts, call, error).await;
    }
    Box::pin(refused_while_reading(parts, call, code, response)).await
}

/// REST that does not transcode, or a message that is too large: refused as it stands, with its event.
async fn refused_while_reading(
    parts: &StackParts,
    call: &CallContext,
    code: Code,
    response: Response<Body>,
) -> Response<Body> {
    let reason = if code == Code::InvalidArgument {
        ErrorReason::Validation
    } else {
        ErrorReason::TooLarge
    };
    let refused = Error::new(reason, "refused before the handler");
    let noted = parts.calls.refuse(call, refused).await;
    if noted.reason() == reason {
        response
    } else {
        Status::from(noted).into_http()
    }
}

/// The answer to a call that is not let in, with the event it leaves. On the heap: a call that is let in
/// does not carry what a refusal needs.
fn refuse<'c>(parts: &'c StackParts, call: &'c CallContext, error: Error) -> BoxFuture<'c, Response<Body>> {
    Box::pin(refusing(parts, call, error))
}

async fn refusing(parts: &StackParts, call: &CallContext, error: Error) -> Response<Body> {
    let is_anonymous = call.caller().is_none_or(|c| c.credential_id().is_none());
    let error = if is_anonymous && !error.is_ours() {
        parts.floods.count(call.client_ip(), error.reason());
        error
    } else {
        parts.calls.refuse(call, error).await
    };
    Status::from(error).into_http()
}

/// The status of a response that carries it in its headers; a success carries it in trailers.
fn response_code(headers: &HeaderMap) -> Code {
    headers
        .get("grpc-status")
        .map_or(Code::Ok, |v| Code::from_bytes(v.as_bytes()))
}

/// The deadline a gRPC client sets: digits and a unit.
pub(super) fn grpc_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let amount: u64 = (digits.len() <= 8).then(|| digits.parse().ok()).flatten()?;
    match unit {
        "H" => Some(Duration::from_secs(amount * 3_600)),
        "M" => Some(Duration::from_secs(amount * 60)),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}
