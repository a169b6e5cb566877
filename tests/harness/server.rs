//! The service in this process, with real certificates on every listener and a database of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use http::HeaderMap;
use serde_json::{Value, json};
use stratum::classification::training::{Outcome, Trainer};
use stratum::config::{Config, Profile, TlsPaths};
use stratum::db::Db;
use stratum::db::cluster::Cluster;
use stratum::privacy::{FreeTextGuard, IdentifierGuard};
use stratum::server::Server;
use stratum::tls::ClientTrust;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use uuid::Uuid;

use super::cast::{self, Cast, Pair, Player};
use super::client::{Client, Door};
use super::db::{Database, Sql};
use super::{ALPHA, BETA, GAMMA, eventually};

/// A running service and everybody who may call it.
pub(crate) struct Stage {
    // Stopped before its database goes.
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) cast: &'static Cast,
    is_rest_plaintext: bool,
    channels: Channels,
}

type Channels = std::sync::Mutex<std::collections::HashMap<[u8; 32], Channel>>;

/// One door, with the tenant that calls through it here: a different one for each door, so that both can
/// be asked on one stage.
pub(crate) struct Scene<'s> {
    pub(crate) stage: &'s Stage,
    pub(crate) door: Door,
    pub(crate) tenant: &'static str,
}

impl Stage {
    pub(crate) async fn start() -> Self {
        Self::start_with(Database::clone().await, |_| {}).await
    }

    /// Starts with another guard.
    pub(crate) async fn guarded(by: Arc<dyn FreeTextGuard>) -> Self {
        Self::start_guarded(Database::clone().await, |_| {}, by).await
    }

    /// Starts with a changed configuration.
    pub(crate) async fn configured(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_with(Database::clone().await, change).await
    }

    /// Starts on a cluster of the test's own.
    pub(crate) async fn on(cluster: &Cluster) -> Self {
        Self::start_with(Database::on(cluster).await, |_| {}).await
    }

    async fn start_with(database: Database, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_guarded(database, change, guard()).await
    }

    async fn start_guarded(
        database: Database,
        change: impl FnOnce(&mut Config),
        guard: Arc<dyn FreeTextGuard>,
    ) -> Self {
        // The first of the process installs it; the others find it.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let cast = Cast::get();
        let mut config = config(cast, &database);
        change(&mut config);
        let is_rest_plaintext = config.rest_plaintext;
        let server = Server::start(config, guard).await.expect("a server");
        let stage = Self {
            server,
            database,
            cast,
            is_rest_plaintext,
            channels: Channels::default(),
        };
        // From here on every change of a credential raises the generation.
        stage.generation_above(0).await;
        stage
    }

    /// Stops the service and starts another one on the same database.
    pub(crate) async fn again(self) -> Self {
        let Self { server, database, .. } = self;
        server.stop().await;
        Self::start_with(database, |_| {}).await
    }

    /// Waits until the server has dropped its cached credentials more than `generation` times.
    async fn generation_above(&self, generation: u64) {
        let authenticator = &self.server.authenticator;
        eventually("a changed credential is announced", || {
            std::future::ready(authenticator.generation() > generation)
        })
        .await;
    }

    /// Changes credentials behind the service's back, and waits until it has heard of it.
    pub(crate) async fn change_identities(&self, sql: &str) {
        let before = self.server.authenticator.generation();
        self.superuser().await.run(sql).await;
        self.generation_above(before).await;
    }

    pub(crate) async fn superuser(&self) -> Sql {
        self.database.superuser().await
    }

    /// Trains the own text model of every tenant, as `stratum train` does.
    pub(crate) async fn train(&self) -> Vec<(Uuid, Outcome)> {
        let db = Db::open(&self.database.config());
        let trainer = Trainer::new(db.clone(), guard()).expect("a trainer");
        let outcomes = trainer.all().await.expect("outcomes");
        db.close().await;
        outcomes
    }

    /// The door with the tenant that calls through it on this stage.
    pub(crate) fn scene(&self, door: Door) -> Scene<'_> {
        let tenant = match door {
            Door::Grpc => ALPHA,
            Door::Rest => BETA,
        };
        Scene {
            stage: self,
            door,
            tenant,
        }
    }

    pub(crate) fn player(&self, tenant: &str, name: &str) -> &'static Player {
        self.cast.player(tenant, name)
    }

    /// A player of a tenant: over gRPC by certificate, over REST by API key.
    pub(crate) fn client(&self, door: Door, tenant: &str, name: &str) -> Client {
        let player = self.player(tenant, name);
        match door {
            Door::Grpc => self.by_certificate(Door::Grpc, Some(&player.certificate)),
            Door::Rest => self.by_api_key(&player.api_key),
        }
    }

    /// Somebody without any credential. Over gRPC there is nobody behind the handshake then.
    pub(crate) fn nobody(&self, door: Door) -> Client {
        self.by_certificate(door, None)
    }

    pub(crate) fn by_api_key(&self, key: &str) -> Client {
        self.nobody(Door::Rest).with("authorization", &format!("Bearer {key}"))
    }

    /// Somebody with a certificate, through either door.
    pub(crate) fn by_certificate(&self, door: Door, pair: Option<&Pair>) -> Client {
        let scheme = if self.is_rest_plaintext { "http" } else { "https" };
        Client {
            door,
            channel: self.channel(pair),
            http: self.http(if door == Door::Rest { pair } else { None }),
            base: format!("{scheme}://{}", self.server.rest_addr),
            headers: HeaderMap::new(),
        }
    }

    /// A gRPC connection, one for each certificate.
    fn channel(&self, pair: Option<&Pair>) -> Channel {
        let mut channels = self.channels.lock().expect("no test panics in here");
        let key = pair.map_or([0; 32], |pair| pair.fingerprint);
        let connect = || self.endpoint(pair).connect_lazy();
        channels.entry(key).or_insert_with(connect).clone()
    }

    fn endpoint(&self, pair: Option<&Pair>) -> Endpoint {
        let mut tls = ClientTlsConfig::new()
            .domain_name("localhost")
            .ca_certificate(Certificate::from_pem(&self.cast.ca));
        if let Some(pair) = pair {
            tls = tls.identity(Identity::from_pem(&pair.certificate, &pair.private_key));
        }
        let endpoint = Endpoint::from_shared(format!("https://{}", self.server.grpc_addr)).expect("an address");
        endpoint.tls_config(tls).expect("TLS")
    }

    fn http(&self, pair: Option<&Pair>) -> reqwest::Client {
        let ca = reqwest::Certificate::from_pem(self.cast.ca.as_bytes()).expect("a certificate");
        let mut builder = reqwest::Client::builder().tls_certs_only([ca]).no_proxy();
        if let Some(pair) = pair {
            let pem = format!("{}{}", pair.private_key, pair.certificate);
            builder = builder.identity(reqwest::Identity::from_pem(pem.as_bytes()).expect("an identity"));
        }
        builder.build().expect("an HTTP client")
    }
}

impl<'s> Scene<'s> {
    /// A player of the scene's tenant, through its door.
    pub(crate) fn client(&self, name: &str) -> Client {
        self.stage.client(self.door, self.tenant, name)
    }

    pub(crate) fn owner(&self) -> Client {
        self.client("owner")
    }

    /// The owner of a tenant that has nothing to do with the scene's.
    pub(crate) fn stranger(&self) -> Client {
        self.stage.client(self.door, GAMMA, "owner")
    }

    /// The owner of the scene's tenant who may see and write what is restricted.
    pub(crate) fn custodian(&self) -> Client {
        self.client(cast::CUSTODIAN)
    }

    /// Makes a user of the scene's tenant, and gives the id.
    pub(crate) async fn user(&self) -> String {
        let (tenant, user, name) = (self.stage.cast.tenant(self.tenant).id, uuid(), letters());
        let sql = format!(
            "INSERT INTO users (tenant_id, id, email, display_name, roles)
            VALUES ('{tenant}', '{user}', '{name}@example.com', 'User {name}', '{{BILLER}}')"
        );
        self.stage.superuser().await.run(&sql).await;
        user
    }

    /// Records a consent of the scene's tenant for a purpose.
    pub(crate) async fn consent(&self, purpose: &str) -> Value {
        let reply = self
            .owner()
            .ok("RecordConsent", json!({ "consent": new_consent(purpose) }))
            .await;
        reply["consent"].clone()
    }

    /// Trains the own text model of the scene's tenant on something it says, and gives the version.
    pub(crate) async fn own_model(&self) -> String {
        let words = format!("Edit {} fired", letters());
        let feedback = json!({ "scenario": { "denialTrigger": words }, "denialType": "DENIAL_TYPE_BUNDLING" });
        self.owner().ok("SubmitFeedback", feedback).await;
        let tenant = self.stage.cast.tenant(self.tenant).id;
        let outcomes = self.stage.train().await;
        let own = outcomes.into_iter().find(|(id, _)| *id == tenant);
        match own.map(|(_, outcome)| outcome) {
            Some(Outcome::Trained { version, .. } | Outcome::Unchanged { version }) => version,
            other => panic!("no model: {other:?}"),
        }
    }

    /// Stores a precedent of the scene's tenant.
    pub(crate) async fn precedent(&self) -> Value {
        let reply = self
            .owner()
            .ok("CreatePrecedent", json!({ "precedent": minimal_precedent() }))
            .await;
        reply["precedent"].clone()
    }
}

/// The smallest precedent that the contract takes.
pub(crate) fn minimal_precedent() -> Value {
    json!({ "scenario": { "denialTrigger": "Prior authorization was not obtained" } })
}

/// A name of letters alone, which is nobody's number, and hardly ever twice the same.
pub(crate) fn letters() -> String {
    uuid()
        .bytes()
        .filter(|b| *b != b'-')
        .map(|b| char::from(if b.is_ascii_digit() { b - b'0' + b'p' } else { b }))
        .collect()
}

/// A consent for a purpose, under a reference of its own.
pub(crate) fn new_consent(purpose: &str) -> Value {
    let scope = if purpose == "CONSENT_PURPOSE_ALL_TPO" {
        "TPO"
    } else {
        "SPECIFIC"
    };
    let reference = letters();
    json!({
        "consentRef": format!("c-{reference}"),
        "basis": "CONSENT_BASIS_WRITTEN_CONSENT",
        "scope": format!("CONSENT_SCOPE_{scope}"),
        "recipientsClass": "RECIPIENTS_CLASS_PAYERS",
        "purpose": purpose,
        "grantedYear": 2025,
    })
}

fn guard() -> Arc<dyn FreeTextGuard> {
    // Built once a process: its lexicons take their time.
    static GUARD: std::sync::LazyLock<Arc<IdentifierGuard>> = std::sync::LazyLock::new(Arc::default);
    GUARD.clone()
}

/// The server's configuration: the strict defaults, on free ports of this machine.
pub(crate) fn config(cast: &Cast, database: &Database) -> Config {
    let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Config {
        profile: Profile::Development,
        database: database.config(),
        grpc_addr: anywhere,
        rest_addr: anywhere,
        health_addr: anywhere,
        tls: TlsPaths {
            certificate: cast.file("server.crt"),
            private_key: cast.file("server.key"),
            clients: ClientTrust {
                ca: cast.file("ca.crt"),
                revocation_list: Some(cast.file("clients.crl")),
            },
        },
        rest_plaintext: false,
        trusted_proxies: Vec::new(),
        cors_origins: "https://app.example.com".parse().expect("an origin"),
        page_token_keys: cast::page_token_keys(),
        api_key_peppers: cast::peppers(),
        registries: stratum::registries::Source::Embedded,
        max_body_bytes: 4 << 20,
        corpora_bytes: 2 << 30,
    }
}

/// A new id.
pub(crate) fn uuid() -> String {
    Uuid::new_v4().to_string()
}
