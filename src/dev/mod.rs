//! `stratum dev`: everything a developer needs, under one directory: a private PostgreSQL, a PKI,
//! keys, demo tenants with every role, and `dev.json` that says where all of it is.

pub mod demo;
pub mod pki;
mod settings;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use self::pki::{Directory, Identity};
use self::settings::{Keys, keep_private};
use crate::config::{Config, Profile, TlsPaths};
use crate::db::cluster::{Cluster, ClusterOptions};
use crate::db::stored::StoredEnum as _;
use crate::db::{DatabaseConfig, migrate};
use crate::proto::v1::Role;
use crate::registries::{Registries, Source};
use crate::rpc::permission::Permission;
use crate::tenants::provision::{Holder, Provisioner, ServiceCertificate};
use crate::tls::ClientTrust;

/// The demo tenants: slug and name.
pub const DEMO_TENANTS: &[(&str, &str)] = &[("harbor", "Harbor Billing Group"), ("lakeside", "Lakeside Clinics")];

const TENANT_ROLES: &[Role] = &[
    Role::Owner,
    Role::TenantAdmin,
    Role::Biller,
    Role::Analyst,
    Role::Compliance,
    Role::ReadOnly,
];
const PLATFORM_ROLES: &[Role] = &[Role::PlatformAdmin, Role::PlatformOperator];

/// Why development can't start.
pub type DevError = Box<dyn std::error::Error + Send + Sync>;

/// Where a tenant's credentials are.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DevTenant {
    /// Its id.
    pub id: Uuid,
    /// Client certificate, PEM.
    pub cert: PathBuf,
    /// Its key, PEM.
    pub key: PathBuf,
    /// API keys by role.
    pub api_keys: BTreeMap<String, String>,
}

/// `dev.json`: where everything is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DevFile {
    /// gRPC, `host:port`.
    pub grpc: String,
    /// REST, a URL.
    pub rest: String,
    /// Plaintext health, `host:port`.
    pub health: String,
    /// The CA that signed the server's certificate, PEM.
    pub ca: PathBuf,
    /// The demo tenants by slug.
    pub tenants: BTreeMap<String, DevTenant>,
    /// The platform's own identities.
    pub platform: DevTenant,
}

/// A development environment that is set up but not yet serving.
#[derive(Debug)]
pub struct Environment {
    /// What the server is started with.
    pub config: Config,
    /// The demo tenants.
    pub tenants: BTreeMap<String, DevTenant>,
    /// The platform.
    pub platform: DevTenant,
    cluster: Option<Cluster>,
    ca: PathBuf,
    directory: PathBuf,
}

/// Where a developer wants it.
#[derive(Clone, Debug)]
pub struct Wishes {
    /// The directory of everything.
    pub directory: PathBuf,
    /// A database to use in the place of the private one.
    pub database_url: Option<String>,
    /// Port of gRPC; a free one when it is taken.
    pub grpc_port: u16,
    /// Port of REST.
    pub rest_port: u16,
    /// Port of health.
    pub health_port: u16,
}

impl Environment {
    /// Sets everything up; `say` is told each step.
    ///
    /// # Errors
    /// What went wrong, for a person to read.
    pub async fn prepare(wishes: &Wishes, say: impl Fn(&str)) -> Result<Self, DevError> {
        std::fs::create_dir_all(&wishes.directory)?;
        let directory = wishes.directory.canonicalize()?;
        say("starting PostgreSQL");
        let Storage { database, cluster } = Storage::open(&directory, wishes.database_url.as_deref()).await?;
        say("migrating the database");
        migrate::migrate(&database.administrator()).await?;
        say("issuing development certificates");
        let keys = Keys::open(&directory)?;
        let pki = Directory::open(&directory.join("pki"))?;
        let server = pki.server()?;
        let mut provisioner = Provisioner::connect(&database.administrator()).await?;
        let known = DevFile::read(&directory);
        let mut setup = Setup {
            provisioner: &mut provisioner,
            pki: &pki,
            keys: &keys,
            known: known.as_ref(),
        };
        let mut tenants = BTreeMap::new();
        for (slug, name) in DEMO_TENANTS {
            tenants.insert((*slug).to_owned(), setup.tenant(slug, name).await?);
        }
        let platform = setup.platform().await?;
        say("generating demonstration precedents");
        let registries = Registries::load(&Source::Embedded).map_err(|_| "the registries can't be used")?;
        demo::fill(
            &database,
            tenants.iter().map(|(slug, tenant)| (slug.as_str(), tenant.id)),
            demo::PRECEDENTS,
            &registries,
        )
        .await?;
        let config = Config {
            profile: Profile::Development,
            database,
            grpc_addr: local(wishes.grpc_port),
            rest_addr: local(wishes.rest_port),
            health_addr: local(wishes.health_port),
            tls: TlsPaths {
                certificate: server.certificate,
                private_key: server.private_key,
                clients: ClientTrust {
                    ca: pki.ca_certificate(),
                    revocation_list: Some(pki.revocation_list()?),
                },
            },
            rest_plaintext: true,
            trusted_proxies: Vec::new(),
            cors_origins: "http://localhost:3000,http://localhost:5173".parse()?,
            page_token_keys: keys.page_tokens()?,
            api_key_peppers: keys.peppers()?,
            registries: Source::Embedded,
            max_body_bytes: 4 << 20,
            corpora_bytes: 2 << 30,
        };
        let ca = pki.ca_certificate();
        Ok(Self {
            config,
            tenants,
            platform,
            cluster,
            ca,
            directory,
        })
    }

    /// Writes `dev.json` for a server that listens at these addresses.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn write(&self, grpc: SocketAddr, rest: SocketAddr, health: SocketAddr) -> Result<DevFile, DevError> {
        let file = DevFile {
            grpc: named(grpc),
            rest: format!("http://{}", named(rest)),
            health: named(health),
            ca: self.ca.clone(),
            tenants: self.tenants.clone(),
            platform: self.platform.clone(),
        };
        // It holds API keys of the demo tenants.
        keep_private(&DevFile::path(&self.directory), &serde_json::to_vec_pretty(&file)?)?;
        Ok(file)
    }

    /// Stops the private database.
    ///
    /// # Errors
    /// When it does not stop.
    pub async fn stop(self) -> Result<(), DevError> {
        if let Some(cluster) = self.cluster {
            cluster.stop().await?;
        }
        Ok(())
    }
}

/// A development database: a private one, or one that was named.
#[derive(Debug)]
pub struct Storage {
    /// How each role gets in.
    pub database: DatabaseConfig,
    cluster: Option<Cluster>,
}

impl Storage {
    /// Starts the private database of a data directory, or takes over the one that runs there; with a
    /// URL, nothing is started.
    ///
    /// # Errors
    /// When it can't be started, or the URL is none.
    pub async fn open(directory: &Path, url: Option<&str>) -> Result<Self, DevError> {
        let (cluster, url) = match url {
            Some(url) => (None, url.to_owned()),
            None => {
                std::fs::create_dir_all(directory)?;
                let home = directory.canonicalize()?.join("postgres");
                let cluster = Cluster::start(&home, ClusterOptions::DEVELOPMENT).await?;
                let url = cluster.superuser_url();
                (Some(cluster), url)
            }
        };
        let database = DatabaseConfig::new(&url, None, true, |name| std::env::var(name).ok())?;
        Ok(Self { database, cluster })
    }

    /// A database that somebody else runs.
    #[must_use]
    pub const fn of(database: DatabaseConfig) -> Self {
        Self {
            database,
            cluster: None,
        }
    }

    /// Stops the private database when nobody else uses it.
    ///
    /// # Errors
    /// When it does not stop.
    pub async fn stop(self) -> Result<(), DevError> {
        match self.cluster {
            Some(cluster) => Ok(cluster.stop().await?),
            None => Ok(()),
        }
    }
}

impl DevFile {
    /// Where it stands in a data directory.
    #[must_use]
    pub fn path(directory: &Path) -> PathBuf {
        directory.join("dev.json")
    }

    /// The file of an earlier start, when there is one that can be read.
    #[must_use]
    pub fn read(directory: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(Self::path(directory)).ok()?).ok()
    }
}

/// Sets tenants up, keeping what an earlier start made.
struct Setup<'a> {
    provisioner: &'a mut Provisioner,
    pki: &'a Directory,
    keys: &'a Keys,
    known: Option<&'a DevFile>,
}

impl Setup<'_> {
    async fn tenant(&mut self, slug: &str, name: &str) -> Result<DevTenant, DevError> {
        let id = self.provisioner.tenant(slug, name, true).await?;
        let certificate = self.certificate(id, slug, &[Role::Owner, Role::Service]).await?;
        // So that records under 42 CFR Part 2 can be tried: the certificate may, the keys may not.
        self.provisioner
            .sud_agreement(id, OffsetDateTime::now_utc() + time::Duration::days(365))
            .await?;
        let holder = Holder::Certificate(certificate.summary.fingerprint_sha256);
        self.provisioner.grant(id, &holder, Permission::BY_NAME_ONLY).await?;
        let known = self.known.and_then(|k| k.tenants.get(slug)).map(|t| t.api_keys.clone());
        let mut api_keys = BTreeMap::new();
        for role in TENANT_ROLES {
            let word = role.stored();
            let email = format!("{}@{slug}.example.com", word.to_ascii_lowercase());
            let user = self
                .provisioner
                .user(id, &email, &format!("Demo {word}"), &[*role])
                .await?;
            let key = self.api_key(id, *role, Some(user), known.as_ref()).await?;
            api_keys.insert(word.to_owned(), key);
        }
        Ok(DevTenant {
            id,
            cert: certificate.certificate,
            key: certificate.private_key,
            api_keys,
        })
    }

    async fn platform(&mut self) -> Result<DevTenant, DevError> {
        let id = Provisioner::platform();
        let certificate = self.certificate(id, "platform", PLATFORM_ROLES).await?;
        let known = self.known.map(|k| k.platform.api_keys.clone());
        let mut api_keys = BTreeMap::new();
        for role in PLATFORM_ROLES {
            let key = self.api_key(id, *role, None, known.as_ref()).await?;
            api_keys.insert(role.stored().to_owned(), key);
        }
        Ok(DevTenant {
            id,
            cert: certificate.certificate,
            key: certificate.private_key,
            api_keys,
        })
    }

    async fn certificate(&mut self, tenant: Uuid, slug: &str, roles: &[Role]) -> Result<Identity, DevError> {
        let identity = self.pki.client(slug, "developer")?;
        let certificate = ServiceCertificate {
            fingerprint_sha256: identity.summary.fingerprint_sha256,
            service_name: "developer",
            roles,
            may_assert_actor: true,
            not_before: OffsetDateTime::from_unix_timestamp(identity.summary.not_before)?,
            not_after: OffsetDateTime::from_unix_timestamp(identity.summary.not_after)?,
        };
        self.provisioner.certificate(tenant, &certificate).await?;
        Ok(identity)
    }

    async fn api_key(
        &mut self,
        tenant: Uuid,
        role: Role,
        user: Option<Uuid>,
        known: Option<&BTreeMap<String, String>>,
    ) -> Result<String, DevError> {
        if let Some(text) = known.and_then(|k| k.get(role.stored()))
            && self.provisioner.has_api_key(text).await?
        {
            return Ok(text.clone());
        }
        let name = format!("development {}", role.stored());
        let key = self
            .provisioner
            .api_key(tenant, &name, &[role], user, &self.keys.peppers()?)
            .await?;
        // Into dev.json, which only its owner reads.
        Ok(key.expose().clone())
    }
}

/// The wished port on loopback, or a free one when it is taken.
fn local(port: u16) -> SocketAddr {
    let wished = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    match TcpListener::bind(wished) {
        Ok(_) => wished,
        Err(_) => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    }
}

/// The server's certificate names `localhost`.
fn named(address: SocketAddr) -> String {
    format!("localhost:{}", address.port())
}
