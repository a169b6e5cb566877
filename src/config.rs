//! The service's configuration: one typed value, read from flags and environment, checked as a whole
//! at start. Every problem is listed at once, and no secret is ever printed. Production is the default.

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use grpc_gateway::AllowedOrigins;

use crate::db::DatabaseConfig;
use crate::registries::Source;
use crate::tenants::network::Network;
use crate::tls::{ClientCertificates, ClientTrust, TlsFiles};

/// A value that Debug and Display never show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value; say why at the place of use.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

/// Versioned 256-bit keys; the first makes, all are accepted, so that keys rotate with overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRing(Vec<(u8, Secret<[u8; 32]>)>);

impl KeyRing {
    /// Reads `version:64 hex digits`, several separated by commas, the newest first.
    ///
    /// # Errors
    /// Says what is wrong without quoting the text.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let keys = text
            .split(',')
            .map(|entry| {
                let (version, key) = entry
                    .trim()
                    .split_once(':')
                    .ok_or("must be `version:64 hex digits`, comma-separated")?;
                let version = version
                    .parse()
                    .map_err(|_not_quoted| "has a version that is not a number from 0 to 255")?;
                let mut bytes = [0_u8; 32];
                hex::decode_to_slice(key, &mut bytes).map_err(|_not_quoted| "has a key that is not 64 hex digits")?;
                if bytes.iter().all(|b| *b == bytes[0]) {
                    return Err("has a key of one repeated byte");
                }
                Ok((version, Secret(bytes)))
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut versions: Vec<u8> = keys.iter().map(|(v, _)| *v).collect();
        versions.sort_unstable();
        versions.dedup();
        if versions.len() == keys.len() {
            Ok(Self(keys))
        } else {
            Err("names a version twice")
        }
    }

    /// Versions and keys, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &[u8; 32])> {
        self.0.iter().map(|(version, key)| (*version, key.expose()))
    }
}

/// Which rules hold. Production unless development is said in so many words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Profile {
    /// Nothing is relaxed.
    #[default]
    Production,
    /// Plain HTTP on loopback, unverified databases, no CORS list needed.
    Development,
}

/// What `stratum serve` takes, before it is checked.
#[derive(Clone, Debug, clap::Args)]
pub struct ServeArgs {
    /// Which rules hold.
    #[arg(long, env = "STRATUM_PROFILE", value_enum, default_value_t = Profile::Production)]
    pub profile: Profile,
    /// Database URL; the user in it is ignored, every role uses its own.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// CA bundle that verifies the database, PEM.
    #[arg(long, env = "STRATUM_DATABASE_CA")]
    pub database_ca: Option<PathBuf>,
    /// Address of the gRPC listener (mTLS).
    #[arg(long, env = "STRATUM_GRPC_ADDR", default_value = "127.0.0.1:7443")]
    pub grpc_addr: String,
    /// Address of the REST listener.
    #[arg(long, env = "STRATUM_REST_ADDR", default_value = "127.0.0.1:7080")]
    pub rest_addr: String,
    /// Address of the plaintext health listener.
    #[arg(long, env = "STRATUM_HEALTH_ADDR", default_value = "127.0.0.1:7081")]
    pub health_addr: String,
    /// Server certificate chain, PEM.
    #[arg(long, env = "STRATUM_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
    /// Its private key, PEM.
    #[arg(long, env = "STRATUM_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// CA of client certificates, PEM.
    #[arg(long, env = "STRATUM_CLIENT_CA")]
    pub client_ca: Option<PathBuf>,
    /// Revocation list of client certificates, PEM.
    #[arg(long, env = "STRATUM_CLIENT_CRL")]
    pub client_crl: Option<PathBuf>,
    /// Serve REST without TLS: on loopback, or behind a trusted proxy only.
    #[arg(long, env = "STRATUM_REST_PLAINTEXT")]
    pub rest_plaintext: bool,
    /// Proxies whose X-Forwarded-For counts, comma-separated ranges.
    #[arg(long, env = "STRATUM_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,
    /// Browser origins that may call REST, comma-separated; must be set outside development.
    #[arg(long, env = "CORS_ORIGINS")]
    pub cors_origins: Option<String>,
    /// Keys that seal page tokens: `version:64 hex digits`, comma-separated, newest first.
    #[arg(long, env = "STRATUM_PAGE_TOKEN_KEYS", hide_env_values = true)]
    pub page_token_keys: Option<String>,
    /// Peppers of API keys: `version:64 hex digits`, comma-separated, newest first.
    #[arg(long, env = "STRATUM_API_KEY_PEPPERS", hide_env_values = true)]
    pub api_key_peppers: Option<String>,
    /// A release of the registries in the place of the one built in; checked whole before anything is served.
    #[arg(long, env = "STRATUM_REGISTRY_DIR")]
    pub registry_dir: Option<PathBuf>,
    /// Largest request body, bytes.
    #[arg(long, env = "STRATUM_MAX_BODY_BYTES", default_value = "4194304")]
    pub max_body_bytes: String,
    /// Memory for what precedents are compared and estimated by, and for bringing it in, MiB; tenants that were not
    /// asked about for longest leave it first. Whoever is asked about stays, so more may be needed.
    #[arg(long, env = "STRATUM_CORPORA_MIB", default_value = "2048")]
    pub corpora_mib: String,
}

/// The checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which rules hold.
    pub profile: Profile,
    /// Where the database is.
    pub database: DatabaseConfig,
    /// gRPC listener.
    pub grpc_addr: SocketAddr,
    /// REST listener.
    pub rest_addr: SocketAddr,
    /// Plaintext health listener.
    pub health_addr: SocketAddr,
    /// Server certificate, client CA and revocation list.
    pub tls: TlsPaths,
    /// Whether REST goes without TLS.
    pub rest_plaintext: bool,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<Network>,
    /// Browser origins that may call REST.
    pub cors_origins: AllowedOrigins,
    /// Keys of page tokens.
    pub page_token_keys: KeyRing,
    /// Peppers of API keys.
    pub api_key_peppers: KeyRing,
    /// Where the registries come from.
    pub registries: Source,
    /// Largest request body, bytes.
    pub max_body_bytes: usize,
    /// Memory for corpora, bytes.
    pub corpora_bytes: usize,
}

/// The files both TLS listeners share.
#[derive(Clone, Debug)]
pub struct TlsPaths {
    /// Server certificate chain.
    pub certificate: PathBuf,
    /// Its private key.
    pub private_key: PathBuf,
    /// What client certificates are checked against.
    pub clients: ClientTrust,
}

impl TlsPaths {
    /// The gRPC listener: no certificate, no connection.
    #[must_use]
    pub fn grpc(&self) -> TlsFiles {
        self.files(ClientCertificates::Required(self.clients.clone()))
    }

    /// The REST listener: an API key can stand in the place of a certificate.
    #[must_use]
    pub fn rest(&self) -> TlsFiles {
        self.files(ClientCertificates::Optional(self.clients.clone()))
    }

    fn files(&self, clients: ClientCertificates) -> TlsFiles {
        TlsFiles {
            certificate: self.certificate.clone(),
            private_key: self.private_key.clone(),
            clients,
        }
    }
}

/// One thing wrong with the configuration. Never quotes a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The environment variable.
    pub variable: &'static str,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.problem)
    }
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, variable: &'static str, problem: impl Into<String>) {
        self.0.push(Problem {
            variable,
            problem: problem.into(),
        });
    }

    /// The value, or `None` with the problem noted.
    fn take<T, E: fmt::Display>(&mut self, variable: &'static str, value: Result<T, E>) -> Option<T> {
        value.map_err(|e| self.add(variable, e.to_string())).ok()
    }

    fn required<T>(&mut self, variable: &'static str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.add(variable, "is required");
        }
        value
    }

    fn number(&mut self, variable: &'static str, text: &str, range: RangeInclusive<usize>) -> Option<usize> {
        let number = text.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            let (from, to) = range.into_inner();
            self.add(variable, format!("must be a number from {from} to {to}"));
        }
        number
    }
}

impl Config {
    /// Checks everything at once.
    ///
    /// # Errors
    /// Every problem.
    pub fn check(args: ServeArgs) -> Result<Self, Vec<Problem>> {
        let mut problems = Problems::default();
        let is_development = args.profile == Profile::Development;
        let database = problems.required("DATABASE_URL", args.database_url).and_then(|url| {
            let password = |name: &str| std::env::var(name).ok();
            problems.take(
                "DATABASE_URL",
                DatabaseConfig::new(&url, args.database_ca.as_ref(), is_development, password),
            )
        });
        let tls = tls_files(
            &mut problems,
            args.tls_cert,
            args.tls_key,
            args.client_ca,
            args.client_crl,
        );
        let address = |problems: &mut Problems, variable, text: &str| {
            let parsed = text
                .parse::<SocketAddr>()
                .map_err(|_not_quoted| "must be an address such as 0.0.0.0:7443");
            problems.take(variable, parsed)
        };
        let grpc_addr = address(&mut problems, "STRATUM_GRPC_ADDR", &args.grpc_addr);
        let rest_addr = address(&mut problems, "STRATUM_REST_ADDR", &args.rest_addr);
        let health_addr = address(&mut problems, "STRATUM_HEALTH_ADDR", &args.health_addr);
        let trusted_proxies = args
            .trusted_proxies
            .iter()
            .map(|n| n.parse::<Network>())
            .collect::<Result<Vec<_>, _>>();
        let trusted_proxies = problems.take("STRATUM_TRUSTED_PROXIES", trusted_proxies);
        if args.rest_plaintext
            && rest_addr.is_some_and(|a| !a.ip().is_loopback())
            && trusted_proxies.as_ref().is_none_or(Vec::is_empty)
        {
            problems.add(
                "STRATUM_REST_PLAINTEXT",
                "needs a loopback address, or STRATUM_TRUSTED_PROXIES",
            );
        }
        let cors_origins = cors(&mut problems, args.cors_origins, is_development);
        let page_token_keys = key_ring(&mut problems, "STRATUM_PAGE_TOKEN_KEYS", args.page_token_keys);
        let api_key_peppers = key_ring(&mut problems, "STRATUM_API_KEY_PEPPERS", args.api_key_peppers);
        let max_body_bytes = problems.number("STRATUM_MAX_BODY_BYTES", &args.max_body_bytes, 1_024..=64 << 20);
        let corpora_mib = problems.number("STRATUM_CORPORA_MIB", &args.corpora_mib, 16..=1 << 20);
        let config = (|| {
            Some(Self {
                profile: args.profile,
                database: database?,
                grpc_addr: grpc_addr?,
                rest_addr: rest_addr?,
                health_addr: health_addr?,
                tls: tls?,
                rest_plaintext: args.rest_plaintext,
                trusted_proxies: trusted_proxies?,
                cors_origins: cors_origins?,
                page_token_keys: page_token_keys?,
                api_key_peppers: api_key_peppers?,
                registries: args.registry_dir.map_or(Source::Embedded, Source::Dir),
                max_body_bytes: max_body_bytes?,
                corpora_bytes: corpora_mib? << 20,
            })
        })();
        match config {
            Some(config) if problems.0.is_empty() => Ok(config),
            Some(_) | None => Err(problems.0),
        }
    }
}

fn tls_files(
    problems: &mut Problems,
    certificate: Option<PathBuf>,
    private_key: Option<PathBuf>,
    client_ca: Option<PathBuf>,
    client_crl: Option<PathBuf>,
) -> Option<TlsPaths> {
    let certificate = problems.required("STRATUM_TLS_CERT", certificate);
    let private_key = problems.required("STRATUM_TLS_KEY", private_key);
    let client_ca = problems.required("STRATUM_CLIENT_CA", client_ca);
    for (variable, path) in [
        ("STRATUM_TLS_CERT", &certificate),
        ("STRATUM_TLS_KEY", &private_key),
        ("STRATUM_CLIENT_CA", &client_ca),
        ("STRATUM_CLIENT_CRL", &client_crl),
    ] {
        if path.as_ref().is_some_and(|p| !p.is_file()) {
            problems.add(variable, "is not a file");
        }
    }
    let clients = ClientTrust {
        ca: client_ca?,
        revocation_list: client_crl,
    };
    Some(TlsPaths {
        certificate: certificate?,
        private_key: private_key?,
        clients,
    })
}

fn cors(problems: &mut Problems, origins: Option<String>, is_development: bool) -> Option<AllowedOrigins> {
    match origins {
        None if is_development => Some(AllowedOrigins::none()),
        None => problems.required("CORS_ORIGINS", None),
        Some(text) => problems.take("CORS_ORIGINS", text.parse::<AllowedOrigins>()),
    }
}

fn key_ring(problems: &mut Problems, variable: &'static str, text: Option<String>) -> Option<KeyRing> {
    let text = problems.required(variable, text)?;
    problems.take(variable, KeyRing::parse(&text))
}
