//! The listeners.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::Routes;

use super::StartError;
use crate::config::Config;
use crate::tls::{
    AcceptLimits, HttpLimits, HttpVersions, ServerTls, incoming, incoming_plaintext, serve, with_grpc_body,
};

/// How often certificate files are looked at.
const TLS_WATCH_INTERVAL: Duration = Duration::from_secs(5);

/// What answers gRPC, as tonic's router takes it.
pub(super) trait GrpcService:
    tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static
{
}

impl<S> GrpcService for S where
    S: tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static
{
}

/// The listeners, each in a task of its own.
pub(super) struct Doors {
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Doors {
    /// How many there are.
    pub(super) const COUNT: usize = 3;

    pub(super) fn new() -> Self {
        Self {
            tasks: JoinSet::new(),
            stop: watch::Sender::new(false),
        }
    }

    /// The tasks that serve, and what ends them: a `true`.
    pub(super) fn into_tasks(self) -> (JoinSet<()>, watch::Sender<bool>) {
        (self.tasks, self.stop)
    }

    /// Opens the door of gRPC clients: mTLS.
    pub(super) async fn grpc<S: GrpcService>(&mut self, config: &Config, service: S) -> Result<SocketAddr, StartError>
    where
        S::Future: Send + 'static,
    {
        let tls = Arc::new(ServerTls::load(config.tls.grpc(), HttpVersions::Http2)?);
        let service = with_grpc_body(service);
        self.open(config.grpc_addr, Some(tls), HttpVersions::Http2, service)
            .await
    }

    /// Opens the door of browsers: TLS, unless it is ended before us.
    pub(super) async fn rest<S>(&mut self, config: &Config, service: S) -> Result<SocketAddr, StartError>
    where
        S: tower::Service<Request<Incoming>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send + 'static,
    {
        let versions = HttpVersions::Http1AndHttp2;
        let tls = if config.rest_plaintext {
            None
        } else {
            Some(Arc::new(ServerTls::load(config.tls.rest(), versions)?))
        };
        self.open(config.rest_addr, tls, versions, service).await
    }

    /// Opens the door of probes: plaintext, and nothing behind it but health.
    pub(super) async fn health<S>(&mut self, config: &Config, health: S) -> Result<SocketAddr, StartError>
    where
        S: GrpcService + NamedService + Sync,
        S::Future: Send + 'static,
    {
        let service = with_grpc_body(Routes::new(health).prepare());
        self.open(config.health_addr, None, HttpVersions::Http2, service).await
    }

    /// Listens at `address`; the port may be 0 for a free one, so the address served is given back.
    async fn open<S, B>(
        &mut self,
        address: SocketAddr,
        tls: Option<Arc<ServerTls>>,
        versions: HttpVersions,
        service: S,
    ) -> Result<SocketAddr, StartError>
    where
        S: tower::Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send + 'static,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let refused = |source| StartError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let bound = listener.local_addr().map_err(refused)?;
        let limits = AcceptLimits::default();
        let incoming = match &tls {
            Some(tls) => incoming(listener, tls.clone(), limits),
            None => incoming_plaintext(listener, limits),
        };
        let mut stopped = self.stop.subscribe();
        self.tasks.spawn(async move {
            let shutdown = async move {
                drop(stopped.wait_for(|stopped| *stopped).await);
            };
            let serving = serve(incoming, service, versions, HttpLimits::default(), shutdown);
            match tls {
                // Watching ends with serving.
                Some(tls) => tokio::select! {
                    _ = serving => {}
                    () = tls.watch_files(TLS_WATCH_INTERVAL) => {}
                },
                None => drop(serving.await),
            }
        });
        Ok(bound)
    }
}
