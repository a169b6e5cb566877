//! TLS, accepting and serving, over real sockets.

mod caps;
mod handshake;
mod pem;
mod pki;
mod raw_http2;
mod reload;
mod serving;

use std::{convert::Infallible, fs, future::ready, io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty, Full};
use hyper::{
    body::Incoming as RequestBody,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    version::TLS13,
};
use stratum::{
    dev::pki::{Authority, Issued, Leaf},
    tls::{
        AcceptLimits, ClientCertificates, ClientTrust, Drained, HttpLimits, HttpVersions, PeerInfo, ServerTls,
        TlsError, TlsFiles, incoming, incoming_plaintext, serve,
    },
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Far longer than any test takes: what must happen because of something else never happens because of this.
const NEVER: Duration = Duration::from_hours(1);
/// What a test waits for to pass.
const SOON: Duration = Duration::from_millis(100);

/// An authority, and a server's files signed by it.
struct Stage {
    directory: TempDir,
    authority: Authority,
}

impl Stage {
    fn new() -> Self {
        let stage = Self {
            directory: TempDir::new().expect("a temporary directory"),
            authority: Authority::generate().expect("an authority"),
        };
        stage.install(&stage.issue(&Leaf::server()));
        stage.write("ca.crt", stage.authority.certificate_pem());
        stage.revoke(1, &[]);
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file written");
    }

    fn issue(&self, leaf: &Leaf) -> Issued {
        self.authority.issue(leaf).expect("a certificate")
    }

    fn client(&self) -> Issued {
        self.issue(&client_leaf())
    }

    fn install(&self, server: &Issued) {
        self.write("server.key", &server.private_key_pem);
        self.write("server.crt", &server.certificate_pem);
    }

    fn revoke(&self, number: u64, clients: &[&Issued]) {
        let serials: Vec<_> = clients.iter().map(|client| client.summary.serial.clone()).collect();
        let list = self.authority.revocation_list(number, &serials);
        self.write("clients.crl", &list.expect("a revocation list"));
    }

    fn trust(&self) -> ClientTrust {
        ClientTrust {
            ca: self.path("ca.crt"),
            revocation_list: Some(self.path("clients.crl")),
        }
    }

    fn load(&self, clients: ClientCertificates, versions: HttpVersions) -> Result<Arc<ServerTls>, TlsError> {
        let files = TlsFiles {
            certificate: self.path("server.crt"),
            private_key: self.path("server.key"),
            clients,
        };
        ServerTls::load(files, versions).map(Arc::new)
    }

    /// As the gRPC listener: a client certificate is required.
    fn required(&self) -> Arc<ServerTls> {
        self.load(ClientCertificates::Required(self.trust()), HttpVersions::Http1AndHttp2)
            .expect("usable files")
    }

    /// As the REST listener: a client certificate is optional.
    fn optional(&self) -> Arc<ServerTls> {
        self.load(ClientCertificates::Optional(self.trust()), HttpVersions::Http1AndHttp2)
            .expect("usable files")
    }

    /// A client that trusts this stage's authority and speaks HTTP/2 over TLS 1.3.
    fn client_config(&self, identity: Option<&Issued>) -> ClientConfig {
        self.client_config_of(identity, &TLS13)
    }

    fn client_config_of(&self, identity: Option<&Issued>, version: &'static SupportedProtocolVersion) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(self.authority.certificate_pem().as_bytes());
        roots.add(authority.expect("a certificate")).expect("an authority");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .expect("a version")
            .with_root_certificates(roots);
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some(identity) => builder
                .with_client_auth_cert(
                    vec![certificate_der(identity)],
                    PrivateKeyDer::from_pem_slice(identity.private_key_pem.as_bytes()).expect("a key"),
                )
                .expect("a key pair"),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        config
    }
}

fn client_leaf() -> Leaf {
    Leaf::client("alpha", "billing").expect("slugs")
}

fn certificate_der(issued: &Issued) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(issued.certificate_pem.as_bytes()).expect("a certificate")
}

/// A server under test, which answers every request with what it knows of its peer.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Drained>,
}

impl Running {
    async fn tls(tls: Arc<ServerTls>, accept: AcceptLimits) -> Self {
        Self::start(Some(tls), accept, HttpLimits::default(), introduce).await
    }

    async fn plaintext(accept: AcceptLimits, limits: HttpLimits) -> Self {
        Self::start(None, accept, limits, introduce).await
    }

    async fn start<F, R>(tls: Option<Arc<ServerTls>>, accept: AcceptLimits, limits: HttpLimits, handler: F) -> Self
    where
        F: FnMut(Request<RequestBody>) -> R + Clone + Send + 'static,
        R: Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let incoming = match tls {
            Some(tls) => incoming(listener, tls, accept),
            None => incoming_plaintext(listener, accept),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async {
            // A test that ends without stopping the server drops the sender, which stops it too.
            drop(stopped.await);
        };
        let service = tower::service_fn(handler);
        let versions = HttpVersions::Http1AndHttp2;
        let server = tokio::spawn(serve(incoming, service, versions, limits, stopped));
        Self { address, stop, server }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    async fn handshake(&self, config: &ClientConfig) -> io::Result<TlsStream<TcpStream>> {
        let server = ServerName::try_from("stratum.local").expect("a name");
        TlsConnector::from(Arc::new(config.clone()))
            .connect(server, self.connect().await)
            .await
    }

    /// Connects, sends a request and returns the answer's body.
    async fn call(&self, config: &ClientConfig) -> Result<String, Refusal> {
        let stream = self.handshake(config).await?;
        Ok(Client::over_http2(stream).await?.call().await?)
    }

    /// How TLS refuses this client. In TLS 1.3 that shows at its first read, after a handshake which looked fine.
    async fn refusal(&self, config: &ClientConfig) -> rustls::Error {
        let outcome = match self.handshake(config).await {
            Ok(mut stream) => stream.read_u8().await,
            Err(error) => Err(error),
        };
        outcome
            .expect_err("the server refuses")
            .downcast::<rustls::Error>()
            .expect("a TLS error")
    }
}

/// Names the peer: its certificate's fingerprint, or `anonymous`.
fn introduce(request: Request<RequestBody>) -> impl Future<Output = Result<Response<Full<Bytes>>, Infallible>> + Send {
    let peer = request.extensions().get::<PeerInfo>();
    let name = match peer.and_then(|peer| peer.certificate.as_ref()) {
        Some(certificate) => name_of(&certificate.fingerprint_sha256),
        None => "anonymous".to_owned(),
    };
    ready(Ok(Response::new(Full::from(name))))
}

fn name_of(fingerprint: &[u8; 32]) -> String {
    format!("{fingerprint:02x?}")
}

#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error(transparent)]
    Tls(#[from] io::Error),
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

/// One HTTP connection.
enum Client {
    Http1(http1::SendRequest<Empty<Bytes>>),
    Http2(http2::SendRequest<Empty<Bytes>>),
}

impl Client {
    async fn over_http1<T>(stream: T) -> Result<Self, hyper::Error>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self::Http1(sender))
    }

    async fn over_http2<T>(stream: T) -> Result<Self, hyper::Error>
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self::Http2(sender))
    }

    async fn send(&mut self, request: Request<Empty<Bytes>>) -> Result<Response<RequestBody>, hyper::Error> {
        match self {
            Self::Http1(sender) => sender.send_request(request).await,
            Self::Http2(sender) => sender.send_request(request).await,
        }
    }

    async fn call(&mut self) -> Result<String, hyper::Error> {
        let request = Request::get("https://stratum.local/").body(Empty::new());
        let response = self.send(request.expect("a request")).await?;
        let body = response.into_body().collect().await?.to_bytes();
        Ok(String::from_utf8_lossy(&body).into_owned())
    }
}

/// Reads until the server closes. A reset closes as well.
async fn read_to_close(mut stream: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut received = Vec::new();
    let closed = stream.read_to_end(&mut received);
    let closed = tokio::time::timeout(Duration::from_mins(1), closed).await;
    assert!(closed.is_ok(), "the server keeps the connection open");
    received
}
