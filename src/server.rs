//! The composition root: pools, keys, slices, request stack, listeners, drain.

mod doors;
mod rest;
mod upkeep;

use std::net::SocketAddr;
use std::sync::Arc;

use grpc_gateway::Gateway;
use prost_reflect::DescriptorPool;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::server::NamedService;
use tonic::service::{Routes, RoutesBuilder};

use self::doors::Doors;
use crate::audit::flood::Floods;
use crate::audit::writer::AuditWriter;
use crate::classification::classify::Classifier;
use crate::classification::understanding::{Reader, ReaderError};
use crate::config::Config;
use crate::db::Db;
use crate::precedents::mask::Masks;
use crate::privacy::FreeTextGuard;
use crate::privacy::guard::Guard;
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
use crate::rpc::error::Error;
use crate::rpc::identity::Authenticator;
use crate::rpc::page::PageTokens;
use crate::rpc::policy::{Policies, PolicyGap};
use crate::rpc::rest_door::RestDoor;
use crate::rpc::stack::{Stack, StackParts};
use crate::similarity::corpora::Corpora;
use crate::similarity::finder::Finder;
use crate::tls::TlsError;
use crate::{audit, classification, precedents, privacy, registries, similarity, tenants};

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
        let corpora = Arc::new(Corpora::new(db.clone(), registries.clone(), config.corpora_bytes));
        let (reporter, health) = tonic_health::server::health_reporter();
        let mut routes = slices(&pool, &calls, registries, corpora.clone())?;
        routes
            .add_service(health.clone())
            .add_service(reflection()?.build_v1()?)
            .add_service(reflection()?.build_v1alpha()?);
        let parts = Arc::new(StackParts {
            policies,
            authenticator: authenticator.clone(),
            floods: floods.clone(),
            calls,
            trusted_proxies: config.trusted_proxies.clone(),
        });
        let stack = Stack::new(parts.clone(), routes.routes().prepare());
        let gateway = Gateway::new(pool, rest::gateway_options(&config, openapi, &db))?;

        let mut doors = Doors::new();
        let grpc_addr = doors.grpc(&config, stack.clone()).await?;
        let rest_addr = doors
            .rest(&config, RestDoor::new(parts, gateway.service(stack)))
            .await?;
        let health_addr = doors.health(&config, health).await?;
        let (mut tasks, stop) = doors.into_tasks();
        tasks.spawn(upkeep::probe(db.clone(), reporter));
        tasks.spawn(upkeep::follow_identity_changes(db.clone(), authenticator.clone()));
        tasks.spawn(upkeep::follow_precedent_changes(db.clone(), corpora));
        tasks.spawn(upkeep::flush_floods(floods.clone(), audit.clone()));
        tasks.spawn(upkeep::make_partitions(db.clone()));
        tasks.spawn(upkeep::expire_consents(db.clone()));
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

/// Every service of the contract, over what they share.
fn slices(
    pool: &DescriptorPool,
    calls: &Calls,
    registries: Arc<Registries>,
    corpora: Arc<Corpora>,
) -> Result<RoutesBuilder, StartError> {
    let reader = Arc::new(Reader::new(&registries)?);
    let finder = Finder::new(corpora, registries.clone());
    let classifier = Classifier::new(registries.clone(), reader, finder.clone());
    let calls = || calls.clone();
    let precedents = precedents::api::Api::new(calls(), Masks::new(pool)?, &registries);
    let mut routes = Routes::builder();
    routes
        .add_service(AuditServiceServer::new(audit::api::Api::new(calls())))
        .add_service(PrecedentServiceServer::new(precedents))
        .add_service(ClassificationServiceServer::new(classification::api::Api::new(
            calls(),
            classifier,
        )))
        .add_service(PrivacyServiceServer::new(privacy::api::Api::new(calls(), Guard::new())))
        .add_service(RegistryServiceServer::new(registries::api::Api::new(
            calls(),
            registries,
        )))
        .add_service(SimilarityServiceServer::new(similarity::api::Api::new(calls(), finder)))
        .add_service(TenantServiceServer::new(tenants::api::Api::new(calls())));
    Ok(routes)
}

fn reflection() -> Result<tonic_reflection::server::Builder<'static>, StartError> {
    Ok(tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET))
}
