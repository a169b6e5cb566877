//! The files of a listener's TLS, and what rustls makes of them.

use std::{path::PathBuf, sync::Arc};

use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, CertificateRevocationListDer},
    server::{NoServerSessionStorage, VerifierBuilderError, WebPkiClientVerifier, danger::ClientCertVerifier},
    version::{TLS12, TLS13},
};
use sha2::{Digest, Sha256};
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::{
    expiry::Expiry,
    pem::{PemError, PemFile},
};

/// The files a listener's TLS is made of.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The server's certificate chain, leaf first.
    pub certificate: PathBuf,
    /// The private key of the leaf.
    pub private_key: PathBuf,
    /// What is asked of clients.
    pub clients: ClientCertificates,
}

/// Whether a client must show a certificate. A certificate that is shown is always checked.
#[derive(Clone, Debug)]
pub enum ClientCertificates {
    /// No certificate, no connection: the gRPC listener.
    Required(ClientTrust),
    /// A certificate may be shown; other credentials can stand in its place: the REST listener.
    Optional(ClientTrust),
    /// None is asked for.
    NotRequested,
}

/// What a client certificate is checked against.
#[derive(Clone, Debug)]
pub struct ClientTrust {
    /// The certificate authorities that sign client certificates.
    pub ca: PathBuf,
    /// Their revocation lists. When given, every authority must have one: a chain whose status is unknown, or whose
    /// list has passed its `nextUpdate`, is refused.
    pub revocation_list: Option<PathBuf>,
}

/// The HTTP versions a listener speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HttpVersions {
    /// HTTP/2 alone, which is all gRPC needs.
    Http2,
    /// HTTP/2, and HTTP/1.1 for those who prefer it.
    Http1AndHttp2,
}

impl HttpVersions {
    fn alpn_protocols(self) -> Vec<Vec<u8>> {
        match self {
            Self::Http2 => vec![b"h2".to_vec()],
            Self::Http1AndHttp2 => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        }
    }
}

/// Why the TLS files can't be put to use.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is unreadable, or not what it should be.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// The key does not belong to the certificate, or its kind is not supported.
    #[error("{} and {}: certificate and private key can't be used together: {source}", certificate.display(), private_key.display())]
    KeyPair {
        /// The certificate chain's file.
        certificate: PathBuf,
        /// The private key's file.
        private_key: PathBuf,
        /// What rustls said.
        source: rustls::Error,
    },
    /// A certificate of the client CA file can't be an authority.
    #[error("{}: not usable as certificate authority: {source}", path.display())]
    ClientCa {
        /// The client CA file.
        path: PathBuf,
        /// What rustls said.
        source: rustls::Error,
    },
    /// The revocation lists do not parse, or are not signed in a supported way.
    #[error("{}: revocation list can't be used: {source}", path.display())]
    RevocationList {
        /// The revocation list's file.
        path: PathBuf,
        /// What rustls said.
        source: VerifierBuilderError,
    },
    /// An authority has no revocation list, so that every certificate it signed would be refused.
    #[error("{}: no revocation list of authority `{authority}`", path.display())]
    AuthorityWithoutRevocationList {
        /// The revocation list's file.
        path: PathBuf,
        /// The authority's subject.
        authority: String,
    },
    /// The TLS versions in use and the cryptography provider do not fit.
    #[error("TLS versions not supported by the cryptography provider: {0}")]
    Versions(rustls::Error),
}

/// All files of a listener at one moment.
pub(super) struct Contents {
    certificate: PemFile,
    private_key: PemFile,
    clients: ClientContents,
}

enum ClientContents {
    Required(TrustContents),
    Optional(TrustContents),
    NotRequested,
}

struct TrustContents {
    ca: PemFile,
    revocation_list: Option<PemFile>,
}

impl Contents {
    pub(super) fn read(files: &TlsFiles) -> Result<Self, PemError> {
        let clients = match &files.clients {
            ClientCertificates::Required(trust) => ClientContents::Required(TrustContents::read(trust)?),
            ClientCertificates::Optional(trust) => ClientContents::Optional(TrustContents::read(trust)?),
            ClientCertificates::NotRequested => ClientContents::NotRequested,
        };
        Ok(Self {
            certificate: PemFile::read(&files.certificate)?,
            private_key: PemFile::read(&files.private_key)?,
            clients,
        })
    }

    fn trust(&self) -> Option<&TrustContents> {
        match &self.clients {
            ClientContents::Required(trust) | ClientContents::Optional(trust) => Some(trust),
            ClientContents::NotRequested => None,
        }
    }

    /// Tells one content of the files from another.
    pub(super) fn digest(&self) -> [u8; 32] {
        let trust = self.trust();
        let files = [&self.certificate, &self.private_key]
            .into_iter()
            .chain(trust.map(|trust| &trust.ca))
            .chain(trust.and_then(|trust| trust.revocation_list.as_ref()));
        let mut digest = Sha256::new();
        for file in files {
            digest.update(Sha256::digest(file.bytes()));
        }
        digest.finalize().into()
    }

    /// When each file's content ends: the first of its certificates to expire, or of its lists to be due again.
    pub(super) fn expiries(&self) -> Result<Vec<Expiry>, PemError> {
        let mut expiries = vec![Expiry::of_certificates(&self.certificate)?];
        if let Some(trust) = self.trust() {
            expiries.push(Expiry::of_certificates(&trust.ca)?);
            if let Some(file) = &trust.revocation_list {
                expiries.push(Expiry::of_revocation_lists(file)?);
            }
        }
        Ok(expiries)
    }

    /// What handshakes need, checked to fit together.
    pub(super) fn server_config(&self, versions: HttpVersions) -> Result<Arc<ServerConfig>, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = match &self.clients {
            ClientContents::Required(trust) => Some(trust.verifier(&provider, true)?),
            ClientContents::Optional(trust) => Some(trust.verifier(&provider, false)?),
            ClientContents::NotRequested => None,
        };
        let asks_clients = verifier.is_some();
        let builder = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(TlsError::Versions)?;
        let builder = match verifier {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder
            .with_single_cert(self.certificate.certificates()?, self.private_key.private_key()?)
            .map_err(|source| TlsError::KeyPair {
                certificate: self.certificate.path().to_owned(),
                private_key: self.private_key.path().to_owned(),
                source,
            })?;
        config.alpn_protocols = versions.alpn_protocols();
        if asks_clients {
            // A resumed session takes the client's certificate from the first handshake, unchecked: one that has
            // expired since would still pass.
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        }
        Ok(Arc::new(config))
    }
}

impl TrustContents {
    fn read(trust: &ClientTrust) -> Result<Self, PemError> {
        Ok(Self {
            ca: PemFile::read(&trust.ca)?,
            revocation_list: trust.revocation_list.as_deref().map(PemFile::read).transpose()?,
        })
    }

    fn verifier(
        &self,
        provider: &Arc<CryptoProvider>,
        required: bool,
    ) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
        let authorities = self.ca.certificates()?;
        let mut lists = Vec::new();
        if let Some(file) = &self.revocation_list {
            lists = file.revocation_lists()?;
            every_authority_has_a_list(file, &authorities, &lists)?;
        }
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            roots.add(authority).map_err(|source| TlsError::ClientCa {
                path: self.ca.path().to_owned(),
                source,
            })?;
        }
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .with_crls(lists)
            .enforce_revocation_expiration();
        let builder = if required {
            builder
        } else {
            builder.allow_unauthenticated()
        };
        builder.build().map_err(|source| TlsError::RevocationList {
            path: self.revocation_list.as_ref().unwrap_or(&self.ca).path().to_owned(),
            source,
        })
    }
}

/// A list of the wrong authority would refuse every client; better to refuse the list.
fn every_authority_has_a_list(
    file: &PemFile,
    authorities: &[CertificateDer<'_>],
    lists: &[CertificateRevocationListDer<'_>],
) -> Result<(), TlsError> {
    let issuers: Vec<_> = lists
        .iter()
        .filter_map(|list| CertificateRevocationList::from_der(list).ok())
        .map(|(_, list)| list.tbs_cert_list.issuer.as_raw().to_vec())
        .collect();
    for authority in authorities {
        // One that does not parse is reported where the trust store is filled.
        let Ok((_, authority)) = X509Certificate::from_der(authority) else {
            continue;
        };
        if !issuers.iter().any(|issuer| issuer == authority.subject().as_raw()) {
            return Err(TlsError::AuthorityWithoutRevocationList {
                path: file.path().to_owned(),
                authority: authority.subject().to_string(),
            });
        }
    }
    Ok(())
}
