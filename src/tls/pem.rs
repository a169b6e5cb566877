//! PEM files: the one place that knows `rustls-pemfile`.
//!
//! The project's card names that crate. It is archived (RUSTSEC-2025-0134: unmaintained, no vulnerability); its
//! successor is `rustls::pki_types::pem`, and moving there is an edit of [`PemFile::sections`] alone.

use std::{
    io,
    path::{Path, PathBuf},
};

use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls_pemfile::Item;

/// Why a PEM file gave nothing usable. Names the file and what was expected in it, never its content: a parser's own
/// message may quote a line of a private key.
#[derive(Debug, thiserror::Error)]
pub enum PemError {
    /// The file could not be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not well-formed PEM.
    #[error("{}: not well-formed PEM, expected {expected}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What the file should hold.
        expected: &'static str,
    },
    /// The file is PEM and lacks the section that was looked for.
    #[error("{}: holds no section of the kind expected: {expected}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// What the file should hold.
        expected: &'static str,
    },
    /// The file holds several private keys, so that which one is meant is a guess.
    #[error("{}: holds {found} private keys, expected one", path.display())]
    SeveralKeys {
        /// The file.
        path: PathBuf,
        /// How many keys it holds.
        found: usize,
    },
}

const CERTIFICATES: &str = "one or more certificates";
const PRIVATE_KEY: &str = "one private key (PKCS#8, PKCS#1 or SEC1, not encrypted)";
const REVOCATION_LISTS: &str = "one or more certificate revocation lists";

/// A PEM file in memory, read once and then looked through.
pub struct PemFile {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl PemFile {
    /// Reads `path` whole.
    ///
    /// # Errors
    /// [`PemError::Unreadable`].
    pub fn read(path: &Path) -> Result<Self, PemError> {
        let bytes = std::fs::read(path).map_err(|source| PemError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            path: path.to_owned(),
            bytes,
        })
    }

    /// The file's bytes, for a digest. They may hold a private key.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every certificate of the file, in its order: a chain starts with the leaf.
    ///
    /// # Errors
    /// [`PemError::Malformed`], or [`PemError::Missing`] when there is none.
    pub fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, PemError> {
        let found = self.sections(CERTIFICATES, |item| {
            if let Item::X509Certificate(certificate) = item {
                Some(certificate)
            } else {
                None
            }
        })?;
        self.at_least_one(found, CERTIFICATES)
    }

    /// The private key of the file.
    ///
    /// # Errors
    /// [`PemError::Malformed`], [`PemError::Missing`] when there is none, [`PemError::SeveralKeys`].
    #[expect(clippy::wildcard_enum_match_arm, reason = "three of the kinds of PEM items are keys")]
    pub fn private_key(&self) -> Result<PrivateKeyDer<'static>, PemError> {
        let mut found = self.sections(PRIVATE_KEY, |item| match item {
            Item::Pkcs8Key(key) => Some(PrivateKeyDer::from(key)),
            Item::Pkcs1Key(key) => Some(PrivateKeyDer::from(key)),
            Item::Sec1Key(key) => Some(PrivateKeyDer::from(key)),
            _ => None,
        })?;
        match (found.pop(), found.len()) {
            (Some(key), 0) => Ok(key),
            (Some(_), others) => Err(PemError::SeveralKeys {
                path: self.path.clone(),
                found: others + 1,
            }),
            (None, _) => Err(self.missing(PRIVATE_KEY)),
        }
    }

    /// Every certificate revocation list of the file.
    ///
    /// # Errors
    /// [`PemError::Malformed`], or [`PemError::Missing`] when there is none.
    pub fn revocation_lists(&self) -> Result<Vec<CertificateRevocationListDer<'static>>, PemError> {
        let found = self.sections(REVOCATION_LISTS, |item| {
            if let Item::Crl(list) = item { Some(list) } else { None }
        })?;
        self.at_least_one(found, REVOCATION_LISTS)
    }

    /// The sections that `wanted` picks; others may stand beside them, as in a file that holds chain and key.
    fn sections<T>(&self, expected: &'static str, wanted: impl Fn(Item) -> Option<T>) -> Result<Vec<T>, PemError> {
        rustls_pemfile::read_all(&mut self.bytes.as_slice())
            .filter_map(|section| section.map(&wanted).transpose())
            .collect::<Result<_, _>>()
            .map_err(|_quotes_the_file| PemError::Malformed {
                path: self.path.clone(),
                expected,
            })
    }

    fn at_least_one<T>(&self, found: Vec<T>, expected: &'static str) -> Result<Vec<T>, PemError> {
        if found.is_empty() {
            return Err(self.missing(expected));
        }
        Ok(found)
    }

    fn missing(&self, expected: &'static str) -> PemError {
        PemError::Missing {
            path: self.path.clone(),
            expected,
        }
    }
}
