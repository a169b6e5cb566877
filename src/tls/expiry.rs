//! When the files of a listener's TLS cease to be valid.

use std::{
    fmt,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::pem::{PemError, PemFile};

/// The moment from which a file's content is refused by those who check it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// The file.
    pub file: PathBuf,
    /// The earliest end of validity in it, seconds since the Unix epoch.
    pub at: i64,
}

impl Expiry {
    pub(super) fn of_certificates(file: &PemFile) -> Result<Self, PemError> {
        let certificates = file.certificates()?;
        let ends = certificates.iter().filter_map(|der| {
            let (_, certificate) = X509Certificate::from_der(der).ok()?;
            Some(certificate.validity().not_after.timestamp())
        });
        Ok(Self::earliest(file, ends))
    }

    pub(super) fn of_revocation_lists(file: &PemFile) -> Result<Self, PemError> {
        let lists = file.revocation_lists()?;
        let ends = lists.iter().filter_map(|der| {
            let (_, list) = CertificateRevocationList::from_der(der).ok()?;
            Some(list.next_update()?.timestamp())
        });
        Ok(Self::earliest(file, ends))
    }

    fn earliest(file: &PemFile, ends: impl Iterator<Item = i64>) -> Self {
        Self {
            file: file.path().to_owned(),
            at: ends.min().unwrap_or(i64::MAX),
        }
    }

    /// Whether that moment has come.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(self.at).is_ok_and(|at| at <= now.as_secs())
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, at } = self;
        write!(
            formatter,
            "{}: no longer valid (since {at}, seconds of the Unix epoch)",
            file.display()
        )
    }
}
