//! TLS for the listeners: what a connection must pass before its first request is read.
//!
//! ```text
//! TcpListener ─► incoming: caps, TCP_NODELAY, handshake with a deadline ─► Connection { stream, PeerInfo }
//!                                                                            └► serve: HTTP/1.1 and HTTP/2, limits,
//!                                                                               age, drain; PeerInfo on every request
//! ```
//!
//! [`ServerTls`] holds what the handshake needs (certificate, client CA, revocation list) and swaps it when the files
//! change. Here a client certificate is checked for chain, validity and revocation only; whether its fingerprint is
//! registered, and for whom, is decided by the identity step of the request stack.

mod connection;
mod expiry;
mod files;
mod incoming;
mod opening;
mod peer;
pub mod pem;
mod serve;
mod server_tls;
mod slots;

pub use connection::Connection;
pub use expiry::Expiry;
pub use files::{ClientCertificates, ClientTrust, HttpVersions, TlsError, TlsFiles};
pub use incoming::{AcceptLimits, Incoming, incoming, incoming_plaintext};
pub use peer::{PeerCertificate, PeerCertificateError, PeerInfo};
pub use serve::{Drained, HttpLimits, WithGrpcBody, serve, with_grpc_body};
pub use server_tls::{Reload, ServerTls};
