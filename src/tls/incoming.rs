//! From a listening socket to connections that are ready for HTTP.

use std::{
    collections::VecDeque,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::Stream;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use super::{
    connection::Connection,
    peer::{PeerCertificate, PeerCertificateError, PeerInfo},
    server_tls::ServerTls,
    slots::{Slot, Slots},
};

/// What a listener grants before it has read a request.
#[derive(Clone, Copy, Debug)]
pub struct AcceptLimits {
    /// How long a TLS handshake may take.
    pub handshake_deadline: Duration,
    /// How long the client may then be silent before its first words of HTTP.
    pub opening_deadline: Duration,
    /// Handshakes under way at once. Beyond it the oldest gives way to the newest: an honest handshake is over in a
    /// few round trips, so the oldest are those that stall.
    pub max_handshakes: usize,
    /// Open connections, handshakes included. Beyond it a new one is closed at once.
    pub max_connections: usize,
    /// Open connections of one IPv4 address or IPv6 /64, handshakes included. A proxy in front is one source.
    pub max_connections_per_source: usize,
}

impl Default for AcceptLimits {
    fn default() -> Self {
        Self {
            handshake_deadline: Duration::from_secs(10),
            opening_deadline: Duration::from_secs(10),
            max_handshakes: 512,
            max_connections: 10_000,
            max_connections_per_source: 512,
        }
    }
}

/// The connections of a listener, in the order in which they became ready. It has only `Ok` items: a handshake that
/// fails concerns nobody but its client. Dropping it closes the listener and ends the handshakes under way.
pub struct Incoming {
    ready: mpsc::UnboundedReceiver<Connection>,
    _acceptor: JoinSet<()>,
}

/// Accepts TLS connections. Every handshake runs in a task of its own, so that none holds up the others.
/// Must be called within a tokio runtime.
#[must_use]
pub fn incoming(listener: TcpListener, tls: Arc<ServerTls>, limits: AcceptLimits) -> Incoming {
    accept(listener, Some(tls), limits)
}

/// Accepts plain TCP connections, for loopback and the health listener: the same caps, and a [`PeerInfo`] without
/// certificate. Must be called within a tokio runtime.
#[must_use]
pub fn incoming_plaintext(listener: TcpListener, limits: AcceptLimits) -> Incoming {
    accept(listener, None, limits)
}

fn accept(listener: TcpListener, tls: Option<Arc<ServerTls>>, limits: AcceptLimits) -> Incoming {
    // Unbounded and yet bounded: every connection in it holds one of `max_connections` slots.
    let (ready_sender, ready) = mpsc::unbounded_channel();
    let acceptor = Acceptor {
        listener,
        tls,
        limits,
        slots: Slots::new(limits.max_connections, limits.max_connections_per_source),
        ready: ready_sender,
        handshakes: JoinSet::new(),
        oldest_first: VecDeque::new(),
    };
    let mut task = JoinSet::new();
    task.spawn(acceptor.run());
    Incoming { ready, _acceptor: task }
}

impl Stream for Incoming {
    type Item = io::Result<Connection>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Connection>>> {
        self.ready.poll_recv(context).map(|connection| connection.map(Ok))
    }
}

struct Acceptor {
    listener: TcpListener,
    tls: Option<Arc<ServerTls>>,
    limits: AcceptLimits,
    slots: Arc<Slots>,
    ready: mpsc::UnboundedSender<Connection>,
    handshakes: JoinSet<()>,
    oldest_first: VecDeque<AbortHandle>,
}

impl Acceptor {
    async fn run(mut self) {
        loop {
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, remote)) => self.admit(stream, remote),
                    Err(error) => rest_after(&error).await,
                },
                Some(ended) = self.handshakes.join_next() => {
                    if let Err(error) = ended && error.is_panic() {
                        tracing::error!(%error, "handshake task failed");
                    }
                }
            }
        }
    }

    fn admit(&mut self, stream: TcpStream, remote: SocketAddr) {
        let slot = match self.slots.take(remote.ip()) {
            Ok(slot) => slot,
            Err(reason) => {
                tracing::debug!(%remote, %reason, "connection refused");
                return;
            }
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%remote, %error, "connection lost");
            return;
        }
        let Some(tls) = &self.tls else {
            let connection = Connection::plaintext(stream, remote, slot, &self.limits);
            // The receiver is gone only when this task is about to be.
            drop(self.ready.send(connection));
            return;
        };
        let handshake = Handshake {
            stream,
            remote,
            slot,
            tls: Arc::clone(tls),
            limits: self.limits,
        };
        self.make_room();
        let task = self.handshakes.spawn(handshake.run(self.ready.clone()));
        self.oldest_first.push_back(task);
    }

    fn make_room(&mut self) {
        if self.oldest_first.len() < self.limits.max_handshakes {
            return;
        }
        self.oldest_first.retain(|handshake| !handshake.is_finished());
        if self.oldest_first.len() >= self.limits.max_handshakes
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            tracing::debug!("oldest handshake gave way to a new one");
            oldest.abort();
        }
    }
}

/// An error of one connection is over with it; any other (no file descriptors left, above all) needs time to pass.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the system has more ways to fail than matter here"
)]
async fn rest_after(error: &io::Error) {
    match error.kind() {
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::Interrupted => {}
        _ => {
            tracing::error!(%error, "can't accept connections");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

struct Handshake {
    stream: TcpStream,
    remote: SocketAddr,
    slot: Slot,
    tls: Arc<ServerTls>,
    limits: AcceptLimits,
}

#[derive(Debug, thiserror::Error)]
enum HandshakeError {
    #[error("deadline passed")]
    TooSlow,
    #[error(transparent)]
    Tls(#[from] io::Error),
    #[error(transparent)]
    Certificate(#[from] PeerCertificateError),
}

impl HandshakeError {
    /// Whether someone was turned away for who they are, which operators want to see; the rest is noise of the net.
    fn concerns_certificate(&self) -> bool {
        match self {
            Self::TooSlow => false,
            Self::Certificate(_) => true,
            Self::Tls(error) => matches!(
                error.get_ref().and_then(|cause| cause.downcast_ref()),
                Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented)
            ),
        }
    }
}

impl Handshake {
    async fn run(self, ready: mpsc::UnboundedSender<Connection>) {
        let remote = self.remote;
        match self.finish().await {
            // Sending fails only when nobody wants connections any more.
            Ok(connection) => drop(ready.send(connection)),
            Err(error) if error.concerns_certificate() => {
                tracing::info!(%remote, %error, "client certificate refused");
            }
            Err(error) => tracing::debug!(%remote, %error, "TLS handshake failed"),
        }
    }

    async fn finish(self) -> Result<Connection, HandshakeError> {
        let acceptor = TlsAcceptor::from(self.tls.config());
        let stream = timeout(self.limits.handshake_deadline, acceptor.accept(self.stream))
            .await
            .map_err(|_elapsed| HandshakeError::TooSlow)??;
        let leaf = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let certificate = leaf.map(|leaf| PeerCertificate::parse(leaf)).transpose()?.map(Arc::new);
        let peer = PeerInfo {
            remote_addr: self.remote,
            certificate,
        };
        Ok(Connection::tls(stream, peer, self.slot, &self.limits))
    }
}
