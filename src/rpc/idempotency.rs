//! Repeats of a mutation: the same `request_id` with the same request gets the same bytes, with
//! another request a named error. The record is written in the mutation's own transaction.

use std::marker::PhantomData;

use prost::Message;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::call::Idempotent;
use super::error::{Error, Result};
use super::telemetry::CallContext;
use super::wire::optional_id;
use crate::audit::event::{Facts, Resource};
use crate::db::TenantTx;
use crate::proto::v1::ErrorReason;

/// A mutation that may be repeated.
#[derive(Debug)]
pub struct Key {
    method: String,
    key: Uuid,
    request_sha256: [u8; 32],
}

impl Key {
    /// The key of a request; `None` when the client gave no `request_id`.
    ///
    /// # Errors
    /// `VALIDATION` when the `request_id` is no UUID.
    pub fn of(call: &CallContext, request: &impl Idempotent) -> Result<Option<Self>> {
        let Some(key) = optional_id("request_id", request.request_id())? else {
            return Ok(None);
        };
        let method = call.policy().map(|p| p.path.clone()).unwrap_or_default();
        let request_sha256 = Sha256::digest(request.encode_to_vec()).into();
        Ok(Some(Self {
            method,
            key,
            request_sha256,
        }))
    }
}

/// What a claim of a key found.
#[derive(Debug)]
pub enum Claim<R> {
    /// Nobody answered this yet, and nobody else can while the transaction lives.
    Fresh,
    /// It was answered.
    Replay(Stored<R>),
}

/// An answer kept from the first time.
#[derive(Debug)]
pub struct Stored<R> {
    row: store::Row,
    is_restricted: bool,
    reply: PhantomData<R>,
}

impl<R: Message + Default> Stored<R> {
    /// The first reply, byte for byte, and what it was about.
    ///
    /// # Errors
    /// `INTERNAL` when the stored bytes are no such reply.
    pub fn decode(self) -> Result<(R, Facts)> {
        let reply = R::decode(self.row.response.as_slice()).map_err(Error::internal)?;
        let facts = match (self.row.resource_type.as_str(), self.row.resource_id) {
            ("precedent", Some(id)) => Facts::one(Resource::Precedent, id),
            _ => Facts::call(),
        };
        let facts = facts.fields(vec!["replay".to_owned()]);
        Ok((reply, facts.restricted(self.is_restricted)))
    }
}

/// Claims a key for this transaction; waits while another transaction holds it.
///
/// # Errors
/// `IDEMPOTENCY_MISMATCH` when the key was used with another request, `NOT_FOUND` when the resource of
/// the first answer is no longer visible to the caller.
pub async fn claim<R>(tx: &mut TenantTx, key: &Key) -> Result<Claim<R>> {
    if store::insert(tx, &key.method, key.key, &key.request_sha256).await? {
        return Ok(Claim::Fresh);
    }
    let row = store::get(tx, &key.method, key.key).await?.ok_or_else(|| {
        Error::new(
            ErrorReason::Conflict,
            "the first call with this request_id has not ended; repeat the call",
        )
    })?;
    if row.request_sha256 != key.request_sha256 {
        return Err(Error::new(
            ErrorReason::IdempotencyMismatch,
            "the request_id was used with another request",
        ));
    }
    // Asked as it is now: what was restricted then is so for ever, and what has become so since is told again
    // as what it is.
    let is_restricted = match (row.resource_id, row.resource_type.as_str()) {
        (Some(id), "precedent") => crate::precedents::store::is_restricted(tx, id)
            .await?
            .ok_or_else(|| Error::not_found(id))?,
        _ => false,
    };
    Ok(Claim::Replay(Stored {
        row,
        is_restricted,
        reply: PhantomData,
    }))
}

/// Keeps the answer with the work.
///
/// # Errors
/// Those of the database.
pub async fn keep(tx: &mut TenantTx, key: &Key, reply: &impl Message, facts: &Facts) -> Result<()> {
    let response = reply.encode_to_vec();
    store::complete(
        tx,
        &key.method,
        key.key,
        &response,
        facts.resource.name(),
        facts.resource_id,
    )
    .await
}

pub(crate) mod store;
