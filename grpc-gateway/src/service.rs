//! The tower service: what happens to a REST request before and after its call.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header, request};
use tokio::time::Instant;
use tonic::body::Body;
use tower::Service;

use crate::call::Call;
use crate::failure::{self, Failed};
use crate::gateway::Core;
use crate::http_headers;
use crate::refusal::{Refusal, Refused};
use crate::route::Endpoint;

/// An extension of every request that came in over REST, so that the stack knows the door.
#[derive(Debug, Clone, Copy)]
pub struct RestOrigin {
    /// When the gateway gives the call up.
    pub deadline: Instant,
}

/// A [`Gateway`](crate::Gateway) before a stack.
#[derive(Clone)]
pub struct RestService<S> {
    core: Arc<Core>,
    stack: S,
}

impl<S> RestService<S> {
    pub(crate) fn new(core: Arc<Core>, stack: S) -> Self {
        Self { core, stack }
    }
}

impl<S> std::fmt::Debug for RestService<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RestService").finish_non_exhaustive()
    }
}

/// A stack of gRPC services and layers.
pub(crate) trait Stack: Service<Request<Body>, Response = Response<Body>> {}

impl<S: Service<Request<Body>, Response = Response<Body>>> Stack for S {}

impl<S, B> Service<Request<B>> for RestService<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Each call waits for its own clone of the stack.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (core, stack) = (self.core.clone(), self.stack.clone());
        Box::pin(async move { Ok(answer(core, stack, request).await) })
    }
}

async fn answer<S, B>(core: Arc<Core>, stack: S, request: Request<B>) -> Response<Body>
where
    S: Stack + Send,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
{
    let origin = request.headers().get(header::ORIGIN).cloned();
    let has_if_match = request.headers().contains_key(header::IF_MATCH);
    let mut response = match dispatch(&core, stack, request).await {
        Ok(response) => response,
        Err(failed) => failure::answer(&core, failed, has_if_match),
    };
    http_headers::secure(response.headers_mut());
    core.options
        .allowed_origins
        .mark(origin.as_ref(), response.headers_mut());
    response
}

async fn dispatch<S, B>(core: &Arc<Core>, stack: S, request: Request<B>) -> Result<Response<Body>, Failed>
where
    S: Stack + Send,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
{
    let (head, body) = request.into_parts();
    if let Some(page) = core.pages.get(head.uri.path()) {
        return match head.method {
            Method::GET | Method::HEAD => Ok((page.answer)().await),
            _ => Err(Failed::NotAllowed(HeaderValue::from_static("GET, HEAD"))),
        };
    }
    let Some(endpoint) = core.tree.find(head.uri.path()) else {
        let refused = Refused::new(Refusal::NoSuchRoute, "there is nothing at this path");
        return Err(refused.into());
    };
    if head.method == Method::OPTIONS {
        return Ok(options_answer(core, endpoint, &head));
    }
    let Some(route) = endpoint.route(&head.method) else {
        return Err(Failed::NotAllowed(allow_value(endpoint)));
    };
    let call = Call { core, route };
    call.run(stack, head, body).await
}

fn allow_value(endpoint: &Endpoint) -> HeaderValue {
    HeaderValue::from_str(&endpoint.allow()).unwrap_or(HeaderValue::from_static("OPTIONS"))
}

/// Answers OPTIONS, a preflight or not, without passing the stack: browsers send no credentials.
fn options_answer(core: &Core, endpoint: &Endpoint, head: &request::Parts) -> Response<Body> {
    let allow = allow_value(endpoint);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let options = &core.options;
    options.allowed_origins.answer_preflight(
        &head.headers,
        &allow,
        &options.forwarded_headers,
        response.headers_mut(),
    );
    response.headers_mut().insert(header::ALLOW, allow);
    response
}
