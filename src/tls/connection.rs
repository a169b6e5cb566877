//! An accepted connection: bytes, and who is at the other end.

use std::{
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::{incoming::AcceptLimits, opening::Opening, peer::PeerInfo, slots::Slot};

/// A connection that is ready for HTTP. It counts against the listener's caps until it is dropped.
pub struct Connection {
    stream: Stream,
    peer: PeerInfo,
    opening: Option<Opening>,
    _slot: Slot,
}

enum Stream {
    Plaintext(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Connection {
    pub(super) fn plaintext(stream: TcpStream, remote_addr: SocketAddr, slot: Slot, limits: &AcceptLimits) -> Self {
        let peer = PeerInfo {
            remote_addr,
            certificate: None,
        };
        Self::ready(Stream::Plaintext(stream), peer, slot, limits)
    }

    pub(super) fn tls(stream: TlsStream<TcpStream>, peer: PeerInfo, slot: Slot, limits: &AcceptLimits) -> Self {
        Self::ready(Stream::Tls(Box::new(stream)), peer, slot, limits)
    }

    fn ready(stream: Stream, peer: PeerInfo, slot: Slot, limits: &AcceptLimits) -> Self {
        Self {
            stream,
            peer,
            opening: Some(Opening::within(limits.opening_deadline)),
            _slot: slot,
        }
    }

    /// Who is at the other end.
    #[must_use]
    pub fn peer(&self) -> &PeerInfo {
        &self.peer
    }

    /// The protocol agreed upon in the handshake, such as `h2`; none without TLS, or when the client named none.
    #[must_use]
    pub fn alpn_protocol(&self) -> Option<&[u8]> {
        match &self.stream {
            Stream::Plaintext(_) => None,
            Stream::Tls(stream) => stream.get_ref().1.alpn_protocol(),
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = PeerInfo;

    fn connect_info(&self) -> PeerInfo {
        self.peer.clone()
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let earlier = buffer.filled().len();
        let polled = match &mut self.stream {
            Stream::Plaintext(stream) => Pin::new(stream).poll_read(context, buffer),
            Stream::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        };
        if let Some(opening) = &mut self.opening {
            if polled.is_pending() {
                return opening
                    .poll_overdue(context)
                    .map(|()| Err(io::ErrorKind::TimedOut.into()));
            }
            if opening.is_told_by(buffer.filled().get(earlier..).unwrap_or_default()) {
                self.opening = None;
            }
        }
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plaintext(stream) => Pin::new(stream).poll_write(context, bytes),
            Stream::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.stream {
            Stream::Plaintext(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Stream::Tls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.stream {
            Stream::Plaintext(stream) => stream.is_write_vectored(),
            Stream::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plaintext(stream) => Pin::new(stream).poll_flush(context),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Stream::Plaintext(stream) => Pin::new(stream).poll_shutdown(context),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
