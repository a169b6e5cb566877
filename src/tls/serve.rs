//! HTTP over accepted connections, for the gRPC listener and the REST listener alike.
//!
//! tonic's own `Server` is not used: it answers a REST call that outlives its `grpc-timeout` with a gRPC body and
//! status 200, has no limit on HTTP/1 headers, and drops a connection of full age without telling the client first.
//! Deadlines of calls are therefore the request stack's to keep.

use std::{convert::Infallible, error::Error, io, pin::pin, time::Duration};

use futures_util::{Stream, StreamExt};
use http::{Request, Response};
use hyper::body::Incoming as RequestBody;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulConnection},
};
use tokio::{sync::watch, task::JoinSet, time::timeout};
use tower::{
    ServiceExt,
    util::{MapRequest, Oneshot},
};
use tower_service::Service;

use super::{connection::Connection, files::HttpVersions, peer::PeerInfo};

/// What one connection may use of the server (figures: the field's answers to HTTP/2 rapid reset, header floods and
/// slow clients).
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// Requests under way at once on one HTTP/2 connection.
    pub max_concurrent_streams: u32,
    /// All headers of a request together, bytes.
    pub max_header_list_bytes: u32,
    /// Streams a client may open and reset before they are accepted; one more ends the connection (CVE-2023-44487).
    pub max_pending_reset_streams: usize,
    /// How often an HTTP/2 client is pinged.
    pub keep_alive_interval: Duration,
    /// How long a ping may stay unanswered.
    pub keep_alive_timeout: Duration,
    /// How long an HTTP/1 client may take for the head of a request, and stay idle between two.
    pub header_read_timeout: Duration,
    /// How old a connection may grow before it is asked to end, so that a revoked certificate's connections do end.
    /// Each is granted up to a tenth less, so that clients do not all return at once.
    pub max_connection_age: Duration,
    /// How long an old connection may then take for the requests under way.
    pub max_connection_age_grace: Duration,
    /// How long the requests under way may take when the server stops.
    pub drain: Duration,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self {
            max_concurrent_streams: 200,
            max_header_list_bytes: 16 * 1024,
            max_pending_reset_streams: 20,
            keep_alive_interval: Duration::from_secs(30),
            keep_alive_timeout: Duration::from_secs(10),
            header_read_timeout: Duration::from_secs(10),
            max_connection_age: Duration::from_mins(30),
            max_connection_age_grace: Duration::from_mins(5),
            drain: Duration::from_secs(30),
        }
    }
}

/// How a server stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections that had requests under way when the time to drain was over, and were closed.
    pub connections_cut: usize,
}

/// Serves `service` on every connection of `incoming` until `shutdown` is ready or `incoming` ends; then accepts no
/// more, lets requests under way finish within [`HttpLimits::drain`], and closes what is left. Each request carries
/// the [`PeerInfo`] of its connection as an extension. Dropping the future closes every connection at once.
pub async fn serve<S, B>(
    incoming: impl Stream<Item = io::Result<Connection>>,
    service: S,
    versions: HttpVersions,
    limits: HttpLimits,
    shutdown: impl Future<Output = ()>,
) -> Drained
where
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let server = Server {
        service,
        versions,
        limits,
    };
    let drain = watch::Sender::new(());
    let mut open = JoinSet::new();
    server.accept(incoming, shutdown, &drain, &mut open).await;
    drain.send_replace(());
    let all_closed = async { while open.join_next().await.is_some() {} };
    if timeout(limits.drain, all_closed).await.is_err() {
        tracing::warn!(connections = open.len(), "requests cut short: drain time is over");
    }
    let connections_cut = open.len();
    open.shutdown().await;
    Drained { connections_cut }
}

/// What [`with_grpc_body`] returns.
pub type WithGrpcBody<S> = MapRequest<S, fn(Request<RequestBody>) -> Request<tonic::body::Body>>;

/// Lets a service that takes tonic's body (tonic's `Routes`, or a stack around them) take hyper's.
pub fn with_grpc_body<S>(service: S) -> WithGrpcBody<S>
where
    S: Service<Request<tonic::body::Body>>,
{
    service.map_request(|request: Request<RequestBody>| request.map(tonic::body::Body::new))
}

struct Server<S> {
    service: S,
    versions: HttpVersions,
    limits: HttpLimits,
}

impl<S, B> Server<S>
where
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// Returns when the server is to stop; `incoming` is gone by then, and the listener with it.
    async fn accept(
        self,
        incoming: impl Stream<Item = io::Result<Connection>>,
        shutdown: impl Future<Output = ()>,
        drain: &watch::Sender<()>,
        open: &mut JoinSet<()>,
    ) {
        let mut incoming = pin!(incoming);
        let mut shutdown = pin!(shutdown);
        let mut accepted: u32 = 0;
        loop {
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                Some(closed) = open.join_next() => {
                    if let Err(error) = closed {
                        tracing::error!(%error, "connection task failed");
                    }
                }
                connection = incoming.next() => match connection {
                    Some(Ok(connection)) => {
                        accepted = accepted.wrapping_add(1);
                        let age = staggered(self.limits.max_connection_age, accepted);
                        open.spawn(self.converse(connection, age, drain.subscribe()));
                    }
                    Some(Err(error)) => tracing::debug!(%error, "connection lost"),
                    None => return,
                },
            }
        }
    }

    fn converse(
        &self,
        connection: Connection,
        age: Duration,
        drain: watch::Receiver<()>,
    ) -> impl Future<Output = ()> + Send + use<S, B> {
        let builder = self.builder_for(&connection);
        let service = WithPeer {
            peer: connection.peer().clone(),
            inner: self.service.clone(),
        };
        let grace = self.limits.max_connection_age_grace;
        async move {
            let remote = service.peer.remote_addr;
            let conversation = builder.serve_connection(TokioIo::new(connection), service);
            if let Err(error) = until_old(conversation, age, grace, drain).await {
                tracing::debug!(%remote, %error, "connection ended with an error");
            }
        }
    }

    fn builder_for(&self, connection: &Connection) -> auto::Builder<TokioExecutor> {
        let limits = self.limits;
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.header_read_timeout)
            .max_buf_size(limits.max_header_list_bytes as usize)
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.max_concurrent_streams)
            .max_header_list_size(limits.max_header_list_bytes)
            .max_pending_accept_reset_streams(limits.max_pending_reset_streams)
            .keep_alive_interval(limits.keep_alive_interval)
            .keep_alive_timeout(limits.keep_alive_timeout);
        match (self.versions, connection.alpn_protocol()) {
            (HttpVersions::Http2, _) | (HttpVersions::Http1AndHttp2, Some(b"h2")) => builder.http2_only(),
            (HttpVersions::Http1AndHttp2, Some(b"http/1.1")) => builder.http1_only(),
            (HttpVersions::Http1AndHttp2, _) => builder,
        }
    }
}

/// Lets a connection run until it ends, grows old or the server drains; in the last two cases it takes no new
/// requests and ends with those under way. When the server drains, the time for that is the caller's to keep.
async fn until_old<C>(
    conversation: C,
    age: Duration,
    grace: Duration,
    mut drain: watch::Receiver<()>,
) -> Result<(), C::Error>
where
    C: GracefulConnection,
{
    let mut conversation = pin!(conversation);
    let mut grown_old = false;
    tokio::select! {
        biased;
        ended = conversation.as_mut() => return ended,
        () = tokio::time::sleep(age) => grown_old = true,
        _ = drain.changed() => {}
    }
    conversation.as_mut().graceful_shutdown();
    if grown_old {
        return timeout(grace, conversation).await.unwrap_or(Ok(()));
    }
    conversation.await
}

/// Up to a tenth less than `age`, spread evenly over any run of consecutive connections (a golden-ratio sequence).
fn staggered(age: Duration, connection: u32) -> Duration {
    let of_1024 = connection.wrapping_mul(0x9e37_79b9) >> 22;
    age.saturating_sub(age / 10_240 * of_1024)
}

/// Puts who is calling on each request.
struct WithPeer<S> {
    peer: PeerInfo,
    inner: S,
}

impl<S> hyper::service::Service<Request<RequestBody>> for WithPeer<S>
where
    S: Service<Request<RequestBody>> + Clone,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Oneshot<S, Request<RequestBody>>;

    fn call(&self, mut request: Request<RequestBody>) -> Self::Future {
        request.extensions_mut().insert(self.peer.clone());
        self.inner.clone().oneshot(request)
    }
}
