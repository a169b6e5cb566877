//! The REST door: outside the gateway, so that what the gateway turns away by itself (no such path, not
//! JSON, too large as declared, out of time) has a request id and a log line like every other call.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use http::{Request, Response};
use tonic::Code;
use tonic::body::Body;
use tower::Service;

use super::stack::StackParts;
use super::telemetry::{CallContext, Door};

/// The door before the gateway `G`.
#[derive(Debug, Clone)]
pub struct RestDoor<G> {
    parts: Arc<StackParts>,
    gateway: G,
}

impl<G> RestDoor<G> {
    /// Puts the door before `gateway`, whose stack has the same `parts`.
    pub fn new(parts: Arc<StackParts>, gateway: G) -> Self {
        Self { parts, gateway }
    }
}

impl<G, B> Service<Request<B>> for RestDoor<G>
where
    G: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
    G::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.gateway.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        let call = self.parts.start_call(&head, Door::Rest);
        head.extensions.insert(call.clone());
        let answered = self.gateway.call(Request::from_parts(head, body));
        Box::pin(async move {
            let mut response = answered.await?;
            if !call.is_logged() {
                finish(&call, &mut response);
            }
            Ok(response)
        })
    }
}

/// Pages and preflights leave no line, refusals do.
fn finish(call: &CallContext, response: &mut Response<Body>) {
    call.echo(response.headers_mut());
    if let Some(code) = response.extensions().get::<Code>().copied() {
        call.log(code);
    }
}
