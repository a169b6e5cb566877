//! The versions of a precedent, and what changed between two.

use std::sync::Arc;

use prost::Message as _;
use uuid::Uuid;

use super::mask::Masks;
use super::store::{self, VersionRow};
use crate::audit::event::{Facts, Resource};
use crate::db::TenantTx;
use crate::db::stored::StoredEnum as _;
use crate::proto::v1::{
    ChangeKind, DiffPrecedentVersionsRequest, DiffPrecedentVersionsResponse, GetPrecedentVersionRequest,
    GetPrecedentVersionResponse, ListPrecedentVersionsRequest, ListPrecedentVersionsResponse, Precedent,
    PrecedentVersion,
};
use crate::rpc::call::Answer;
use crate::rpc::error::{Error, Result};
use crate::rpc::page::{Cursor, PageScope, PageTokens, page_size};
use crate::rpc::wire::{required_id, timestamp};

pub(super) async fn list(
    pages: Arc<PageTokens>,
    tx: &mut TenantTx,
    request: ListPrecedentVersionsRequest,
) -> Result<Answer<ListPrecedentVersionsResponse>> {
    let ListPrecedentVersionsRequest {
        id,
        page_size: size,
        page_token,
    } = request;
    let precedent = required_id("id", &id)?;
    let bound = ListPrecedentVersionsRequest {
        id,
        ..Default::default()
    };
    let scope = PageScope::new(tx.tenant_id(), "ListPrecedentVersions", &bound);
    let before = pages.open(&scope, &page_token)?.map_or(i64::MAX, |cursor| cursor.key);
    let limit = page_size(size);
    let is_restricted = is_restricted(tx, precedent).await?;
    let mut rows = store::versions(tx, precedent, before, limit + 1).await?;
    if rows.is_empty() && before == i64::MAX {
        return Err(Error::not_found(precedent));
    }
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > size;
    rows.truncate(size);
    let next_page_token = match rows.last() {
        Some(last) if has_more => pages.seal(&scope, &Cursor::behind(last.version, precedent))?,
        Some(_) | None => String::new(),
    };
    let versions = rows
        .into_iter()
        .map(|row| {
            Ok(PrecedentVersion {
                snapshot: None,
                ..version(row)?
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let facts = Facts {
        row_count: rows_of(&versions),
        ..Facts::one(Resource::Precedent, precedent)
    }
    .restricted(is_restricted);
    Ok(Answer::new(
        ListPrecedentVersionsResponse {
            versions,
            next_page_token,
        },
        facts,
    ))
}

pub(super) async fn get(
    tx: &mut TenantTx,
    request: GetPrecedentVersionRequest,
) -> Result<Answer<GetPrecedentVersionResponse>> {
    let GetPrecedentVersionRequest { id, version: number } = request;
    let id = required_id("id", &id)?;
    let row = one(tx, id, number).await?;
    let facts = Facts::one(Resource::Precedent, id)
        .version(number)
        .restricted(is_restricted(tx, id).await?);
    Ok(Answer::new(
        GetPrecedentVersionResponse {
            version: Some(version(row)?),
        },
        facts,
    ))
}

pub(super) async fn diff(
    masks: Masks,
    tx: &mut TenantTx,
    request: DiffPrecedentVersionsRequest,
) -> Result<Answer<DiffPrecedentVersionsResponse>> {
    let DiffPrecedentVersionsRequest {
        id,
        from_version,
        to_version,
    } = request;
    let id = required_id("id", &id)?;
    let before = snapshot(&one(tx, id, from_version).await?)?;
    let after = snapshot(&one(tx, id, to_version).await?)?;
    let changes = masks.diff(&before, &after)?;
    let facts = Facts::one(Resource::Precedent, id)
        .version(to_version)
        .restricted(is_restricted(tx, id).await?);
    Ok(Answer::new(DiffPrecedentVersionsResponse { changes }, facts))
}

async fn one(tx: &mut TenantTx, id: Uuid, number: i64) -> Result<VersionRow> {
    store::version(tx, id, number)
        .await?
        .ok_or_else(|| Error::not_found(id))
}

/// Whether the precedent is of restricted origin as it stands now: so is every version it ever had.
async fn is_restricted(tx: &mut TenantTx, id: Uuid) -> Result<bool> {
    Ok(store::get(tx, id).await?.is_some_and(|row| row.is_restricted()))
}

fn rows_of(versions: &[PrecedentVersion]) -> i64 {
    i64::try_from(versions.len()).unwrap_or(i64::MAX)
}

fn snapshot(row: &VersionRow) -> Result<Precedent> {
    Precedent::decode(row.snapshot.as_slice()).map_err(Error::internal)
}

fn version(row: VersionRow) -> Result<PrecedentVersion> {
    let snapshot = snapshot(&row)?;
    let id_text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    Ok(PrecedentVersion {
        version: row.version,
        change_kind: ChangeKind::from_stored(&row.change_kind)
            .unwrap_or(ChangeKind::Unspecified)
            .into(),
        changed_fields: row.changed_fields,
        reason: row.reason,
        credential_id: id_text(row.credential_id),
        actor_user_id: id_text(row.actor_user_id),
        created_at: Some(timestamp(row.created_at)),
        snapshot_sha256: hex::encode(row.snapshot_sha256),
        previous_sha256: hex::encode(row.previous_sha256),
        snapshot: Some(snapshot),
    })
}
