//! The servers, each a process of its own.

use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::{BoxFuture, Ready, ready};
use http::{Request, Response};
use serde_json::{Value, json};
use stratum::config::TlsPaths;
use stratum::dev::pki::Directory;
use stratum::dev::{DevFile, Environment, Storage, Wishes, demo};
use stratum::privacy::IdentifierGuard;
use stratum::registries::{Registries, Source};
use stratum::server::Server;
use stratum::tls::{AcceptLimits, ClientTrust, HttpLimits, HttpVersions, ServerTls, incoming, serve, with_grpc_body};
use tokio::net::TcpListener;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::server::{NamedService, UnaryService};
use tonic::service::Routes;
use tonic_prost::ProstCodec;

use super::{Failure, large, tenants};

/// Where the echo answers.
pub const ECHO: &str = "/bench.Echo/Call";

/// The directory of everything the benchmark makes.
pub struct Place {
    directory: PathBuf,
}

impl Place {
    pub fn new(directory: PathBuf) -> Self {
        Self { directory }
    }

    pub fn pki(&self) -> Result<Directory, Failure> {
        Ok(Directory::open(&self.directory.join("pki"))?)
    }

    pub fn postgres(&self) -> PathBuf {
        self.directory.join("postgres")
    }

    /// Where the house left its certificates and keys.
    pub fn dev_file(&self) -> Result<DevFile, Failure> {
        Ok(DevFile::read(&self.directory).ok_or("the house left no dev.json")?)
    }
}

/// A server under measurement.
pub struct Child {
    process: std::process::Child,
    addresses: Value,
}

impl Child {
    /// Starts this program again in another part, and waits until it says where it listens.
    pub fn start(arguments: &[&str]) -> Result<Self, Failure> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("no pipe")?).read_line(&mut line)?;
        Ok(Self {
            process,
            addresses: serde_json::from_str(&line)?,
        })
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn address(&self, door: &str) -> Result<&str, Failure> {
        Ok(self.addresses.get(door).and_then(Value::as_str).ok_or("no such door")?)
    }

    /// Ends the child as a crash would.
    pub fn kill(mut self) -> Result<(), Failure> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Closes the child's input, upon which it ends.
    pub fn stop(mut self) -> Result<(), Failure> {
        drop(self.process.stdin.take());
        self.process.wait()?;
        Ok(())
    }
}

/// Runs a server as `stratum` does until standard input closes.
fn run<F: Future<Output = Result<(), Failure>>>(serving: F) -> Result<(), Failure> {
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serving)
}

async fn input_closed() {
    let wait = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    drop(wait.await);
}

/// The house as `stratum dev` starts it, but for TLS on REST, and with its log in a file; its corpora take no more
/// memory than `corpora_mib`, if given.
pub fn house(place: &Place, database_url: &str, corpora_mib: Option<&str>) -> Result<(), Failure> {
    fs::create_dir_all(&place.directory)?;
    let log = File::create(place.directory.join("house.log"))?;
    let _log = stratum::log::start(log);
    run(async {
        let wishes = Wishes {
            directory: place.directory.clone(),
            database_url: Some(database_url.to_owned()),
            grpc_port: 0,
            rest_port: 0,
            health_port: 0,
        };
        let environment = Environment::prepare(&wishes, |_step| {}).await?;
        let mut config = environment.config.clone();
        config.rest_plaintext = false;
        if let Some(mib) = corpora_mib {
            config.corpora_bytes = mib.parse::<usize>()? << 20;
        }
        let server = Server::start(config, Arc::new(IdentifierGuard::default())).await?;
        environment.write(server.grpc_addr, server.rest_addr, server.health_addr)?;
        let local = |port: u16| format!("localhost:{port}");
        println!(
            "{}",
            json!({"grpc": local(server.grpc_addr.port()), "rest": local(server.rest_addr.port())})
        );
        server.run(input_closed()).await;
        environment.stop().await
    })
}

/// Fills the two tenants of [`large`] and those of [`tenants`] up, unless an earlier run did.
pub fn fill(place: &Place, database_url: &str) -> Result<(), Failure> {
    run(async {
        let dev = place.dev_file()?;
        let storage = Storage::open(&place.directory, Some(database_url)).await?;
        let registries = Registries::load(&Source::Embedded).map_err(|_| "the registries can't be used")?;
        for (slug, count) in [(large::EXPORTER, large::EXPORTED), (large::SEARCHER, large::SEARCHED)] {
            let tenant = dev.tenants.get(slug).ok_or("no such tenant")?;
            demo::fill(&storage.database, [(slug, tenant.id)].into_iter(), count, &registries).await?;
        }
        tenants::fill(place, &storage.database, &registries).await?;
        println!("{}", json!({}));
        input_closed().await;
        Ok(())
    })
}

/// A bare tonic service behind the house's listener: it decodes a message (`BytesValue`, which a
/// request of one string looks like), answers with another of `reply_bytes`, and does nothing else.
pub fn echo(place: &Place, reply_bytes: usize) -> Result<(), Failure> {
    run(async {
        let pki = place.pki()?;
        let identity = pki.server()?;
        let clients = ClientTrust {
            ca: pki.ca_certificate(),
            revocation_list: Some(pki.revocation_list()?),
        };
        let paths = TlsPaths {
            certificate: identity.certificate,
            private_key: identity.private_key,
            clients,
        };
        let tls = Arc::new(ServerTls::load(paths.grpc(), HttpVersions::Http2)?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!(
            "{}",
            json!({"grpc": format!("localhost:{}", listener.local_addr()?.port())})
        );
        let mut routes = Routes::builder();
        routes.add_service(Echo {
            reply: vec![0x55; payload_bytes(reply_bytes)],
        });
        let service = with_grpc_body(routes.routes().prepare());
        let connections = incoming(listener, tls, AcceptLimits::default());
        serve(
            connections,
            service,
            HttpVersions::Http2,
            HttpLimits::default(),
            input_closed(),
        )
        .await;
        Ok(())
    })
}

/// How many bytes a `BytesValue` holds when it has so many encoded: one for the tag, one or two for the length.
fn payload_bytes(encoded: usize) -> usize {
    encoded.saturating_sub(if encoded > 129 { 3 } else { 2 })
}

#[derive(Clone)]
struct Echo {
    reply: Vec<u8>,
}

impl NamedService for Echo {
    const NAME: &'static str = "bench.Echo";
}

impl UnaryService<Vec<u8>> for Echo {
    type Response = Vec<u8>;
    type Future = Ready<Result<tonic::Response<Vec<u8>>, Status>>;

    fn call(&mut self, _request: tonic::Request<Vec<u8>>) -> Self::Future {
        ready(Ok(tonic::Response::new(self.reply.clone())))
    }
}

impl Service<Request<Body>> for Echo {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let echo = self.clone();
        Box::pin(async move {
            Ok(tonic::server::Grpc::new(ProstCodec::default())
                .unary(echo, request)
                .await)
        })
    }
}
