//! Page tokens: sealed, so that a client can neither read nor make one, and bound to the tenant,
//! the method and the filter, so that one can't be carried elsewhere.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use prost::Message;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::{Error, Result};
use crate::config::KeyRing;
use crate::proto::v1::ErrorReason;

/// Items a page when the request does not say.
pub const DEFAULT_PAGE_SIZE: i32 = 50;

/// What a page token continues: a list of one tenant, by one method, under one filter.
#[derive(Debug)]
pub struct PageScope {
    tenant: Uuid,
    method: &'static str,
    filter_sha256: [u8; 32],
}

impl PageScope {
    /// The scope of a list; `filter` is the request with page size and token cleared.
    pub fn new(tenant: Uuid, method: &'static str, filter: &impl Message) -> Self {
        Self {
            tenant,
            method,
            filter_sha256: Sha256::digest(filter.encode_to_vec()).into(),
        }
    }

    /// SHA-256 of the filter, for the audit log.
    #[must_use]
    pub fn filter_sha256(&self) -> [u8; 32] {
        self.filter_sha256
    }

    fn associated_data(&self, key_id: u8) -> Vec<u8> {
        let mut aad = b"stratum.page.v1\0".to_vec();
        aad.push(key_id);
        aad.extend_from_slice(self.tenant.as_bytes());
        aad.extend_from_slice(&self.filter_sha256);
        aad.extend_from_slice(self.method.as_bytes());
        aad
    }
}

/// The last row of a page: the next one starts behind it.
#[derive(Clone, PartialEq, Message)]
pub struct Cursor {
    /// Sort key of the last row, microseconds since the epoch where it is a time.
    #[prost(int64, tag = "1")]
    pub key: i64,
    /// Id of the last row.
    #[prost(bytes = "vec", tag = "2")]
    pub id: Vec<u8>,
}

impl Cursor {
    /// A cursor behind the row with this key and id.
    #[must_use]
    pub fn behind(key: i64, id: Uuid) -> Self {
        Self {
            key,
            id: id.as_bytes().to_vec(),
        }
    }

    /// The id of the last row.
    ///
    /// # Errors
    /// When the token holds no UUID, which a sealed token can't.
    pub fn uuid(&self) -> Result<Uuid> {
        Uuid::from_slice(&self.id).map_err(|e| bad_token().because(e))
    }
}

/// Seals and opens page tokens with the configured keys; the first seals, all open.
#[derive(Debug)]
pub struct PageTokens {
    keys: Vec<(u8, RandomizedNonceKey)>,
}

impl PageTokens {
    /// Takes the keys of a ring.
    ///
    /// # Errors
    /// When a key is not 32 bytes long, which the configuration has checked.
    pub fn new(ring: &KeyRing) -> Result<Self> {
        let keys = ring
            .iter()
            .map(|(id, key)| Ok((id, RandomizedNonceKey::new(&AES_256_GCM, key)?)))
            .collect::<std::result::Result<Vec<_>, aws_lc_rs::error::Unspecified>>()
            .map_err(|e| Error::internal(e.to_string()))?;
        Ok(Self { keys })
    }

    /// Seals a cursor.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn seal(&self, scope: &PageScope, cursor: &Cursor) -> Result<String> {
        let (id, key) = self.keys.first().ok_or_else(|| Error::internal("no page-token key"))?;
        let mut sealed = cursor.encode_to_vec();
        let nonce = key
            .seal_in_place_append_tag(Aad::from(scope.associated_data(*id)), &mut sealed)
            .map_err(|e| Error::internal(e.to_string()))?;
        let mut token = vec![*id];
        token.extend_from_slice(nonce.as_ref());
        token.extend_from_slice(&sealed);
        Ok(hex::encode(token))
    }

    /// Opens a token; `None` for the empty one, which asks for the first page.
    ///
    /// # Errors
    /// `BAD_PAGE_TOKEN` when it was not sealed by us for this scope.
    pub fn open(&self, scope: &PageScope, token: &str) -> Result<Option<Cursor>> {
        if token.is_empty() {
            return Ok(None);
        }
        let bytes = hex::decode(token).map_err(|e| bad_token().because(e))?;
        let (id, rest) = bytes.split_first().ok_or_else(bad_token)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_LEN).ok_or_else(bad_token)?;
        let (_, key) = self.keys.iter().find(|(k, _)| k == id).ok_or_else(bad_token)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|e| bad_token().because(e.to_string()))?;
        let mut sealed = sealed.to_vec();
        let plain = key
            .open_in_place(nonce, Aad::from(scope.associated_data(*id)), &mut sealed)
            .map_err(|e| bad_token().because(e.to_string()))?;
        Cursor::decode(&*plain).map(Some).map_err(|e| bad_token().because(e))
    }
}

/// The page size of a request: the default when it does not say.
#[must_use]
pub fn page_size(requested: i32) -> i64 {
    i64::from(if requested == 0 { DEFAULT_PAGE_SIZE } else { requested })
}

fn bad_token() -> Error {
    Error::new(
        ErrorReason::BadPageToken,
        "the page token does not belong to this tenant, method and filter",
    )
}
