//! The composition root: pools, keys, slices, request stack, listeners, drain.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use grpc_gateway::{Failure, Gateway, Options, Page, Refusal};
use http::{Response, StatusCode, header};
use prost_reflect::DescriptorPool;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::body::Body;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_health::server::HealthReporter;

use crate::audit::flood::{self, Floods};
use crate::audit::writer::AuditWriter;
use crate::classification::classify::Classifier;
use crate::classification::understanding::{Reader, ReaderError};
use crate::config::Config;
use crate::db::Db;
use crate::precedents::mask::Masks;
use crate::privacy::FreeTextGuard;
use crate::privacy::guard::Guard;
use crate::proto::v1::ErrorReason;
use crate::proto::v1::audit_service_server::AuditServiceServer;
use crate::proto::v1::classification_service_server::ClassificationServiceServer;
use crate::proto::v1::precedent_service_server::PrecedentServiceServer;
use crate::proto::v1::privacy_service_server::PrivacyServiceServer;
use crate::proto::v1::registry_service_server::RegistryServiceServer;
use crate::proto::v1::similarity_service_server::SimilarityServiceServer;
use crate::proto::v1::tenant_service_server::TenantServiceServer;
use crate::proto::{DESCRIPTORS, descriptor_pool};
use crate::registries::{Registries, RegistryProblem};
use crate::rpc::call::Calls;
use crate::rpc::error::{Error, reason_name};
use crate::rpc::identity::Authenticator;
use crate::rpc::page::PageTokens;
use crate::rpc::policy::{Policies, PolicyGap};
use crate::rpc::stack::{Stack, StackParts};
use crate::similarity::corpora::Corpora;
use crate::similarity::finder::Finder;
use crate::tls::{
    AcceptLimits, HttpLimits, HttpVersions, ServerTls, TlsError, incoming, incoming_plaintext, serve, with_grpc_body,
};
use crate::{audit, classification, precedents, privacy, registries, similarity, tenants};

/// How often readiness asks the database.
const PROBE_INTERVAL: Duration = Duration::from_secs(2);
/// How often certificate files are looked at.
const TLS_WATCH_INTERVAL: Duration = Duration::from_secs(5);
/// How often partitions of the coming months are made.
const PARTITION_INTERVAL: Duration = Duration::from_hours(6);

/// The services served beside the contract's.
const INFRASTRUCTURE: &[&str] = &[
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
];

/// The services of the contract that this build serves.
pub const SERVICES: &[&str] = &[
    AuditServiceServer::<audit::api::Api>::NAME,
    ClassificationServiceServer::<classification::api::Api>::NAME,
    PrecedentServiceServer::<precedents::api::Api>::NAME,
    PrivacyServiceServer::<privacy::api::Api>::NAME,
    RegistryServiceServer::<registries::api::Api>::NAME,
    SimilarityServiceServer::<similarity::api::Api>::NAME,
    TenantServiceServer::<tenants::api::Api>::NAME,
];

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The contract declares something the server can't keep, or leaves something open.
    #[error("the contract has gaps:\n  {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
    Policy(Vec<PolicyGap>),
    /// The descriptors are broken.
    #[error("the embedded descriptors can't be read: {0}")]
    Descriptors(#[from] prost_reflect::DescriptorError),
    /// A REST route is bad or collides with another.
    #[error("a REST route can't be served: {0}")]
    Route(#[from] grpc_gateway::RouteError),
    /// Certificates can't be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// An address can't be listened on.
    #[error("{address} can't be listened on: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database can't be reached, or refuses.
    #[error("{}", database_words(.0))]
    Database(#[from] Error),
    /// A registry is missing or corrupt.
    #[error("the registries can't be used:\n  {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  "))]
    Registries(Vec<RegistryProblem>),
    /// The text model or the extractor can't be used.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// Reflection can't be built.
    #[error("reflection can't be served: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

fn database_words(error: &Error) -> String {
    error
        .cause()
        .map_or_else(|| error.to_string(), |cause| format!("{error} ({cause})"))
}

/// Policies of the contract this build serves.
///
/// # Errors
/// [`StartError::Policy`] with every gap.
pub fn policies(pool: &DescriptorPool) -> Result<Policies, StartError> {
    let served: Vec<&str> = SERVICES.iter().chain(INFRASTRUCTURE).copied().collect();
    Policies::read(pool, &served).map_err(StartError::Policy)
}

/// A server whose listeners are bound.
#[derive(Debug)]
pub struct Server {
    /// Where gRPC is served.
    pub grpc_addr: SocketAddr,
    /// Where REST is served.
    pub rest_addr: SocketAddr,
    /// Where plaintext health is served.
    pub health_addr: SocketAddr,
    /// Finds out who is calling; tests watch its cache.
    pub authenticator: Arc<Authenticator>,
    /// Writes audit events.
    pub audit: AuditWriter,
    db: Db,
    floods: Arc<Floods>,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Server {
    /// Checks the contract, opens pools and listeners, and serves.
    ///
    /// # Errors
    /// Every reason in [`StartError`].
    pub async fn start(config: Config, guard: Arc<dyn FreeTextGuard>) -> Result<Self, StartError> {
        let pool = descriptor_pool()?;
        let policies = policies(&pool)?;
        let openapi = crate::openapi::document(&pool, &policies)?.to_string();
        let registries = Arc::new(Registries::load(&config.registries).map_err(StartError::Registries)?);
        let reader = Arc::new(Reader::new(&registries)?);
        let db = Db::open(&config.database);
        db.ping().await?;
        audit::store::ensure_partitions(db.audit_writer())
            .await
            .map_err(Error::from)?;

        let audit = AuditWriter::start(db.clone());
        let floods = Arc::new(Floods::default());
        let authenticator = Arc::new(Authenticator::new(db.clone(), &config.api_key_peppers));
        let pages = PageTokens::new(&config.page_token_keys)?;
        let calls = Calls::new(db.clone(), audit.clone(), guard, pages);
        let corpora = Arc::new(Corpora::new(db.clone(), registries.clone()));
        let finder = Finder::new(corpora.clone(), registries.clone());
        let classifier = Classifier::new(registries.clone(), reader, finder.clone());
        let (reporter, health) = tonic_health::server::health_reporter();

        let mut routes = Routes::builder();
        routes
            .add_service(AuditServiceServer::new(audit::api::Api::new(calls.clone())))
            .add_service(PrecedentServiceServer::new(precedents::api::Api::new(
                calls.clone(),
                Masks::new(&pool)?,
                &registries,
            )))
            .add_service(ClassificationServiceServer::new(classification::api::Api::new(
                calls.clone(),
                classifier,
            )))
            .add_service(PrivacyServiceServer::new(privacy::api::Api::new(
                calls.clone(),
                Guard::new(),
            )))
            .add_service(RegistryServiceServer::new(registries::api::Api::new(
                calls.clone(),
                registries,
            )))
            .add_service(SimilarityServiceServer::new(similarity::api::Api::new(
                calls.clone(),
                finder,
            )))
            .add_service(TenantServiceServer::new(tenants::api::Api::new(calls.clone())))
            .add_service(health.clone())
            .add_service(reflection()?.build_v1()?)
            .add_service(reflection()?.build_v1alpha()?);
        let parts = StackParts {
            policies,
            authenticator: authenticator.clone(),
            floods: floods.clone(),
            calls,
            trusted_proxies: config.trusted_proxies.clone(),
        };
        let stack = Stack::new(Arc::new(parts), routes.routes().prepare());
        let gateway = Gateway::new(pool.clone(), gateway_options(&config, openapi, &db))?;

        let (stop, stopped) = watch::channel(false);
        let mut doors = Doors {
            tasks: JoinSet::new(),
            stopped,
        };
        let grpc_tls = Arc::new(ServerTls::load(config.tls.grpc(), HttpVersions::Http2)?);
        let grpc_addr = doors
            .open(
                config.grpc_addr,
                Some(grpc_tls),
                HttpVersions::Http2,
                with_grpc_body(stack.clone()),
            )
            .await?;
        let rest_tls = if config.rest_plaintext {
            None
        } else {
            Some(Arc::new(ServerTls::load(
                config.tls.rest(),
                HttpVersions::Http1AndHttp2,
            )?))
        };
        let rest_addr = doors
            .open(
                config.rest_addr,
                rest_tls,
                HttpVersions::Http1AndHttp2,
                gateway.service(stack),
            )
            .await?;
        let health_addr = doors
            .open(
                config.health_addr,
                None,
                HttpVersions::Http2,
                with_grpc_body(Routes::new(health).prepare()),
            )
            .await?;
        let Doors { mut tasks, stopped: _ } = doors;
        tasks.spawn(probe(db.clone(), reporter));
        tasks.spawn(follow_identity_changes(db.clone(), authenticator.clone()));
        tasks.spawn(follow_precedent_changes(db.clone(), corpora));
        tasks.spawn(flush_floods(floods.clone(), audit.clone()));
        tasks.spawn(make_partitions(db.clone()));
        Ok(Self {
            grpc_addr,
            rest_addr,
            health_addr,
            authenticator,
            audit,
            db,
            floods,
            tasks,
            stop,
        })
    }

    /// Serves until `shutdown`, then lets calls under way finish.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        shutdown.await;
        self.stop().await;
    }

    /// Accepts no more, lets calls under way finish, and closes the pools.
    pub async fn stop(mut self) {
        tracing::info!(target: "stratum::server", "draining");
        self.stop.send_replace(true);
        let doors = async {
            for _ in 0..Doors::COUNT {
                self.tasks.join_next().await;
            }
        };
        doors.await;
        self.floods.flush(&self.audit).await;
        self.tasks.shutdown().await;
        self.db.close().await;
    }
}

/// The listeners, each in a task of its own.
struct Doors {
    tasks: JoinSet<()>,
    stopped: watch::Receiver<bool>,
}

impl Doors {
    const COUNT: usize = 3;

    /// Listens at `address`; the port may be 0 for a free one, so the address served is given back.
    async fn open<S, B>(
        &mut self,
        address: SocketAddr,
        tls: Option<Arc<ServerTls>>,
        versions: HttpVersions,
        service: S,
    ) -> Result<SocketAddr, StartError>
    where
        S: tower::Service<http::Request<hyper::body::Incoming>, Response = Response<B>, Error = Infallible>
            + Clone
            + Send
            + 'static,
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
        let mut stopped = self.stopped.clone();
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

fn reflection() -> Result<tonic_reflection::server::Builder<'static>, StartError> {
    Ok(tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET))
}

/// How REST behaves: sizes, origins, and what HTTP says of our reasons.
fn gateway_options(config: &Config, openapi: String, db: &Db) -> Options {
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

/// Tells health what the database says: liveness ("") stays, the services follow it.
async fn probe(db: Db, reporter: HealthReporter) {
    loop {
        let serving = if db.ping().await.is_ok() {
            tonic_health::ServingStatus::Serving
        } else {
            tonic_health::ServingStatus::NotServing
        };
        for service in SERVICES {
            reporter.set_service_status(service, serving).await;
        }
        tokio::time::sleep(PROBE_INTERVAL).await;
    }
}

/// Drops cached credentials when one changes, on every replica.
async fn follow_identity_changes(db: Db, authenticator: Arc<Authenticator>) {
    loop {
        if let Ok(mut listener) = db.listen("stratum_identity").await {
            // What changed while nobody listened is not announced again.
            authenticator.forget();
            while listener.recv().await.is_ok() {
                authenticator.forget();
            }
        }
        authenticator.forget();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Wakes the similarity index when precedents change, on every replica; the public corpus is loaded
/// before anybody asks.
async fn follow_precedent_changes(db: Db, corpora: Arc<Corpora>) {
    loop {
        if let Ok(mut listener) = db.listen("stratum_precedents").await {
            // What changed while nobody listened is not announced again.
            corpora.note_all_changed();
            if let Err(error) = corpora.public().await {
                tracing::error!(target: "stratum::similarity", cause = ?error.cause().map(ToString::to_string),
                    "the public corpus can't be loaded");
            }
            while let Ok(notification) = listener.recv().await {
                match notification.payload().parse() {
                    Ok(tenant) => corpora.note_change(tenant),
                    Err(_) => corpora.note_all_changed(),
                }
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn flush_floods(floods: Arc<Floods>, audit: AuditWriter) {
    loop {
        tokio::time::sleep(flood::INTERVAL).await;
        floods.flush(&audit).await;
    }
}

async fn make_partitions(db: Db) {
    loop {
        tokio::time::sleep(PARTITION_INTERVAL).await;
        if let Err(error) = audit::store::ensure_partitions(db.audit_writer()).await {
            let error = Error::from(error);
            tracing::error!(target: "stratum::audit", cause = ?error.cause().map(ToString::to_string),
                "partitions of the coming months can't be made");
        }
    }
}
