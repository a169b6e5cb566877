//! Who is at the other end of a connection, read once when it is accepted.

use std::{net::SocketAddr, sync::Arc};

use sha2::{Digest, Sha256};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// The other end of a connection, put on every request as an extension. Cloning costs one reference count.
#[derive(Clone, Debug)]
pub struct PeerInfo {
    /// The address the connection comes from: the client, or the last proxy before us.
    pub remote_addr: SocketAddr,
    /// The client certificate, whose chain, validity and revocation were checked in the handshake.
    pub certificate: Option<Arc<PeerCertificate>>,
}

/// What identity needs of a client's leaf certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// SHA-256 of the certificate's DER encoding, under which it is registered.
    pub fingerprint_sha256: [u8; 32],
    /// The subject's distinguished name, for people to read.
    pub subject: String,
    /// The URIs among the subject's alternative names, such as a SPIFFE id.
    pub san_uris: Vec<String>,
    /// Start of validity, seconds since the Unix epoch.
    pub not_before: i64,
    /// End of validity, seconds since the Unix epoch. A connection can outlive it, so each call compares.
    pub not_after: i64,
    /// The certificate itself, DER.
    pub der: Arc<[u8]>,
}

/// The client certificate passed the handshake and yet does not parse.
#[derive(Debug, thiserror::Error)]
#[error("client certificate does not parse as X.509")]
pub struct PeerCertificateError;

impl PeerCertificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`PeerCertificateError`] when `der` is no X.509 certificate, or its alternative names are malformed.
    pub fn parse(der: &[u8]) -> Result<Self, PeerCertificateError> {
        let (_, parsed) = X509Certificate::from_der(der).map_err(|_| PeerCertificateError)?;
        let alternative_names = parsed.subject_alternative_name().map_err(|_| PeerCertificateError)?;
        let san_uris = alternative_names
            .iter()
            .flat_map(|extension| &extension.value.general_names)
            .filter_map(|name| {
                if let GeneralName::URI(uri) = name {
                    Some((*uri).to_owned())
                } else {
                    None
                }
            })
            .collect();
        Ok(Self {
            fingerprint_sha256: Sha256::digest(der).into(),
            subject: parsed.subject().to_string(),
            san_uris,
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
            der: der.into(),
        })
    }
}
