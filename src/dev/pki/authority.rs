//! Certificates and revocation lists in memory.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PublicKeyData, RevocationReason,
    RevokedCertParams, SanType, SerialNumber,
};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate, parse_x509_pem};

use super::PkiError;

const AUTHORITY_VALIDITY: Duration = Duration::days(365);
const LEAF_VALIDITY: Duration = Duration::days(90);
const REVOCATION_LIST_VALIDITY: Duration = Duration::days(30);
/// Validity starts this long ago, for clients whose clock is behind.
const CLOCK_SKEW: Duration = Duration::hours(1);

const SERVER_NAMES: [&str; 2] = ["localhost", "stratum.local"];
const SERVER_ADDRESSES: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// What a leaf certificate is for.
#[derive(Clone, Debug)]
enum Purpose {
    Server,
    Client { spiffe_id: String },
}

/// A leaf certificate to be issued.
#[derive(Clone, Debug)]
pub struct Leaf {
    purpose: Purpose,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

impl Leaf {
    /// The server's certificate, for this machine's own names and addresses and `stratum.local`.
    #[must_use]
    pub fn server() -> Self {
        Self::valid_from_now(Purpose::Server)
    }

    /// A client's certificate, with the SPIFFE id `spiffe://stratum.dev/tenant/<tenant>/svc/<service>`.
    ///
    /// # Errors
    /// [`PkiError::Slug`].
    pub fn client(tenant: &str, service: &str) -> Result<Self, PkiError> {
        let spiffe_id = format!("spiffe://stratum.dev/tenant/{}/svc/{}", slug(tenant)?, slug(service)?);
        Ok(Self::valid_from_now(Purpose::Client { spiffe_id }))
    }

    /// The same certificate, out of date since yesterday.
    #[must_use]
    pub fn expired(self) -> Self {
        let now = OffsetDateTime::now_utc();
        Self {
            not_before: now - Duration::days(30),
            not_after: now - Duration::days(1),
            ..self
        }
    }

    fn valid_from_now(purpose: Purpose) -> Self {
        let now = OffsetDateTime::now_utc();
        Self {
            purpose,
            not_before: now - CLOCK_SKEW,
            not_after: now + LEAF_VALIDITY,
        }
    }

    fn params(&self, authority_ends: OffsetDateTime) -> Result<CertificateParams, PkiError> {
        // No leaf outlives its authority, so that both come up for renewal together.
        let mut params = params_valid(self.not_before, self.not_after.min(authority_ends));
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let common_name = match &self.purpose {
            Purpose::Server => {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
                for name in SERVER_NAMES {
                    params.subject_alt_names.push(SanType::DnsName(name.try_into()?));
                }
                params
                    .subject_alt_names
                    .extend(SERVER_ADDRESSES.map(SanType::IpAddress));
                "Stratum development server"
            }
            Purpose::Client { spiffe_id } => {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
                params
                    .subject_alt_names
                    .push(SanType::URI(spiffe_id.as_str().try_into()?));
                spiffe_id
            }
        };
        params.distinguished_name.push(DnType::CommonName, common_name);
        Ok(params)
    }
}

/// A certificate and its key, in memory.
pub struct Issued {
    /// The certificate, PEM.
    pub certificate_pem: String,
    /// Its private key, PKCS#8 in PEM.
    pub private_key_pem: String,
    /// What the certificate says of itself.
    pub summary: Summary,
}

/// What is needed to register or revoke a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// SHA-256 of the certificate's DER encoding.
    pub fingerprint_sha256: [u8; 32],
    /// The serial number, big-endian.
    pub serial: Vec<u8>,
    /// Start of validity, seconds since the Unix epoch.
    pub not_before: i64,
    /// End of validity, seconds since the Unix epoch.
    pub not_after: i64,
    pub(super) issuer: Vec<u8>,
    pub(super) public_key: Vec<u8>,
}

impl Summary {
    pub(super) fn of_pem(certificate: &str) -> Result<Self, PkiError> {
        let (_, pem) = parse_x509_pem(certificate.as_bytes()).map_err(|_| PkiError::Unreadable)?;
        let (_, parsed) = X509Certificate::from_der(&pem.contents).map_err(|_| PkiError::Unreadable)?;
        Ok(Self {
            fingerprint_sha256: Sha256::digest(&pem.contents).into(),
            serial: parsed.raw_serial().to_vec(),
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
            issuer: parsed.issuer().as_raw().to_vec(),
            public_key: parsed.public_key().raw.to_vec(),
        })
    }
}

/// A certificate authority that signs whatever it is asked to, odd certificates for tests included.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate_pem: String,
    summary: Summary,
}

impl Authority {
    /// A new authority, in memory.
    ///
    /// # Errors
    /// [`PkiError::Generate`].
    pub fn generate() -> Result<Self, PkiError> {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let now = OffsetDateTime::now_utc();
        let mut params = params_valid(now - CLOCK_SKEW, now + AUTHORITY_VALIDITY);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, authority_name(&key));
        let certificate = params.self_signed(&key)?;
        Self::from_pem(certificate.pem(), key)
    }

    /// An authority made earlier.
    ///
    /// # Errors
    /// [`PkiError::Unreadable`] when `certificate_pem` is no certificate, or not that of `key`.
    pub(super) fn from_pem(certificate_pem: String, key: KeyPair) -> Result<Self, PkiError> {
        let summary = Summary::of_pem(&certificate_pem)?;
        if summary.public_key != key.subject_public_key_info() {
            return Err(PkiError::Unreadable);
        }
        Ok(Self {
            issuer: Issuer::from_ca_cert_pem(&certificate_pem, key)?,
            certificate_pem,
            summary,
        })
    }

    pub(super) fn private_key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }

    /// What the authority's certificate says of itself.
    #[must_use]
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The authority's own certificate, PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// Issues `leaf` with a key of its own.
    ///
    /// # Errors
    /// [`PkiError::Generate`].
    pub fn issue(&self, leaf: &Leaf) -> Result<Issued, PkiError> {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let ends = OffsetDateTime::from_unix_timestamp(self.summary.not_after).map_err(|_| PkiError::Unreadable)?;
        let certificate_pem = leaf.params(ends)?.signed_by(&key, &self.issuer)?.pem();
        Ok(Issued {
            summary: Summary::of_pem(&certificate_pem)?,
            certificate_pem,
            private_key_pem: key.serialize_pem(),
        })
    }

    /// A revocation list, PEM, of the certificates with these serial numbers. `number` must grow from list to list.
    ///
    /// # Errors
    /// [`PkiError::Generate`].
    pub fn revocation_list(&self, number: u64, serials: &[Vec<u8>]) -> Result<String, PkiError> {
        let now = OffsetDateTime::now_utc();
        let revoked = |serial: &Vec<u8>| RevokedCertParams {
            serial_number: SerialNumber::from_slice(serial),
            revocation_time: now,
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: now - CLOCK_SKEW,
            next_update: now + REVOCATION_LIST_VALIDITY,
            crl_number: number.into(),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        Ok(list.signed_by(&self.issuer)?.pem()?)
    }
}

fn params_valid(not_before: OffsetDateTime, not_after: OffsetDateTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = not_before;
    params.not_after = not_after;
    params.distinguished_name = DistinguishedName::new();
    params
}

/// A name of its own for each key, so that what an earlier authority signed is told apart by its issuer.
fn authority_name(key: &KeyPair) -> String {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(key.subject_public_key_info()).into();
    format!("Stratum development CA {a:02x}{b:02x}{c:02x}{d:02x}")
}

/// Checks a name that becomes part of a SPIFFE id and of a file name.
pub(super) fn slug(text: &str) -> Result<&str, PkiError> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let well_formed =
        (1..=63).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('-') && !text.ends_with('-');
    if well_formed {
        Ok(text)
    } else {
        Err(PkiError::Slug(text.to_owned()))
    }
}
