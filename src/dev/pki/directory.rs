//! A PKI kept in a directory, made once and reused.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rcgen::{KeyPair, PublicKeyData};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{CertificateRevocationList, FromDer, parse_x509_pem};

use super::{
    PkiError,
    authority::{Authority, Leaf, Summary, slug},
};

/// Whatever has less than this left is made anew.
const RENEWAL_MARGIN: Duration = Duration::days(7);

/// The development PKI of a directory, which has one user at a time:
///
/// ```text
/// ca.crt ca.key  server.crt server.key  clients.crl  clients/<tenant>.<service>.{crt,key}
/// ```
pub struct Directory {
    path: PathBuf,
    authority: Authority,
}

/// A certificate and its key, in files.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM, readable by its owner alone.
    pub private_key: PathBuf,
    /// What the certificate says of itself.
    pub summary: Summary,
}

impl Directory {
    /// Opens the PKI in `path`, and makes the directory and its authority where they are missing or about to end.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn open(path: &Path) -> Result<Self, PkiError> {
        for directory in [path.to_owned(), path.join("clients")] {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&directory)
                .map_err(at(&directory))?;
        }
        let certificate = path.join("ca.crt");
        let private_key = path.join("ca.key");
        let authority = if let Some((pem, _, key)) = kept_pair(&certificate, &private_key)? {
            Authority::from_pem(pem, key)?
        } else {
            let authority = Authority::generate()?;
            write(&private_key, &authority.private_key_pem(), Access::Owner)?;
            write(&certificate, authority.certificate_pem(), Access::Everyone)?;
            authority
        };
        Ok(Self {
            path: path.to_owned(),
            authority,
        })
    }

    /// The authority, to issue what is not to be kept.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The authority's certificate, which servers and clients of this PKI trust.
    #[must_use]
    pub fn ca_certificate(&self) -> PathBuf {
        self.path.join("ca.crt")
    }

    /// The server's certificate.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn server(&self) -> Result<Identity, PkiError> {
        self.identity("server", &Leaf::server())
    }

    /// The certificate of a tenant's service: a new one when the earlier one was revoked.
    ///
    /// # Errors
    /// [`PkiError`]; [`PkiError::Slug`] for names that can't stand in a SPIFFE id.
    pub fn client(&self, tenant: &str, service: &str) -> Result<Identity, PkiError> {
        let name = format!("clients/{}.{}", slug(tenant)?, slug(service)?);
        self.identity(&name, &Leaf::client(tenant, service)?)
    }

    /// The revocation list's file; made when it is missing or about to end.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn revocation_list(&self) -> Result<PathBuf, PkiError> {
        let path = self.path.join("clients.crl");
        let kept = self.kept_revocations()?;
        if !kept.lasts {
            self.write_revocations(&kept)?;
        }
        Ok(path)
    }

    /// Adds a certificate to the revocation list.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn revoke(&self, certificate: &Summary) -> Result<(), PkiError> {
        let mut kept = self.kept_revocations()?;
        if !kept.serials.contains(&certificate.serial) {
            kept.serials.push(certificate.serial.clone());
            self.write_revocations(&kept)?;
        }
        Ok(())
    }

    fn identity(&self, name: &str, leaf: &Leaf) -> Result<Identity, PkiError> {
        let certificate = self.path.join(format!("{name}.crt"));
        let private_key = self.path.join(format!("{name}.key"));
        let revoked = self.kept_revocations()?.serials;
        let kept = kept_pair(&certificate, &private_key)?
            .map(|(_, summary, _)| summary)
            .filter(|summary| summary.issuer == self.authority.summary().issuer)
            .filter(|summary| !revoked.contains(&summary.serial));
        let summary = if let Some(summary) = kept {
            summary
        } else {
            let issued = self.authority.issue(leaf)?;
            write(&private_key, &issued.private_key_pem, Access::Owner)?;
            write(&certificate, &issued.certificate_pem, Access::Everyone)?;
            issued.summary
        };
        Ok(Identity {
            certificate,
            private_key,
            summary,
        })
    }

    /// What the revocation list of this authority says; nothing when there is none, or it is another authority's.
    fn kept_revocations(&self) -> Result<Revocations, PkiError> {
        let kept = read(&self.path.join("clients.crl"))?
            .and_then(|pem| Revocations::from_pem(&pem, &self.authority.summary().issuer));
        Ok(kept.unwrap_or_default())
    }

    fn write_revocations(&self, revocations: &Revocations) -> Result<(), PkiError> {
        let list = self
            .authority
            .revocation_list(revocations.number + 1, &revocations.serials)?;
        write(&self.path.join("clients.crl"), &list, Access::Everyone)
    }
}

/// What a revocation list holds.
#[derive(Default)]
struct Revocations {
    number: u64,
    serials: Vec<Vec<u8>>,
    lasts: bool,
}

impl Revocations {
    fn from_pem(pem: &str, issuer: &[u8]) -> Option<Self> {
        let (_, pem) = parse_x509_pem(pem.as_bytes()).ok()?;
        let (_, list) = CertificateRevocationList::from_der(&pem.contents).ok()?;
        if list.issuer().as_raw() != issuer {
            return None;
        }
        let serials = list
            .iter_revoked_certificates()
            .map(|revoked| revoked.raw_serial().to_vec())
            .collect();
        Some(Self {
            number: u64::try_from(list.crl_number()?).ok()?,
            serials,
            lasts: lasts(list.next_update()?.timestamp()),
        })
    }
}

/// The certificate in `certificate` and the key in `private_key`, when they belong together and still last.
fn kept_pair(certificate: &Path, private_key: &Path) -> Result<Option<(String, Summary, KeyPair)>, PkiError> {
    let (Some(certificate), Some(private_key)) = (read(certificate)?, read(private_key)?) else {
        return Ok(None);
    };
    let (Ok(summary), Ok(key)) = (Summary::of_pem(&certificate), KeyPair::from_pem(&private_key)) else {
        return Ok(None);
    };
    let fits = summary.public_key == key.subject_public_key_info() && lasts(summary.not_after);
    Ok(fits.then_some((certificate, summary, key)))
}

fn lasts(not_after: i64) -> bool {
    not_after >= (OffsetDateTime::now_utc() + RENEWAL_MARGIN).unix_timestamp()
}

fn read(path: &Path) -> Result<Option<String>, PkiError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path)(error)),
    }
}

/// Who may read a file.
#[derive(Clone, Copy)]
enum Access {
    Owner,
    Everyone,
}

/// Writes a file whole or not at all: who watches it never sees half.
fn write(path: &Path, text: &str, access: Access) -> Result<(), PkiError> {
    let mode = match access {
        Access::Owner => 0o600,
        Access::Everyone => 0o644,
    };
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    // The mode is given to new files only.
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(at(&unfinished)(error));
        }
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&unfinished)
        .map_err(at(&unfinished))?;
    file.write_all(text.as_bytes()).map_err(at(&unfinished))?;
    fs::rename(&unfinished, path).map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> PkiError {
    let path = path.to_owned();
    move |source| PkiError::File { path, source }
}
