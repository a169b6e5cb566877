//! SQL of versions.

use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;

statements! {
    /// A page of versions, newest first; versions of public precedents are the platform's own.
    VERSIONS as App = "
        SELECT version, change_kind, snapshot, snapshot_sha256, previous_sha256, changed_fields, reason,
            credential_id, actor_user_id, created_at
        FROM precedent_versions WHERE tenant_id = $1 AND precedent_id = $2 AND version < $3
        ORDER BY version DESC LIMIT $4";
    /// One version.
    VERSION as App = "
        SELECT version, change_kind, snapshot, snapshot_sha256, previous_sha256, changed_fields, reason,
            credential_id, actor_user_id, created_at
        FROM precedent_versions WHERE tenant_id = $1 AND precedent_id = $2 AND version = $3";
    /// Adds a version; its predecessor's hash is taken from the table itself.
    INSERT_VERSION as App = "
        INSERT INTO precedent_versions (tenant_id, precedent_id, version, change_kind, snapshot, snapshot_sha256,
            previous_sha256, changed_fields, reason, identity_kind, credential_id, actor_user_id)
        SELECT $1, $2, $3::bigint, $4, $5, $6, coalesce(
            (SELECT snapshot_sha256 FROM precedent_versions
             WHERE tenant_id = $1 AND precedent_id = $2 AND version = $3 - 1), decode(repeat('00', 32), 'hex')),
            $7, $8, $9, $10, $11";
}

/// A version as stored.
#[derive(Debug, FromRow)]
pub(in crate::precedents) struct VersionRow {
    pub(in crate::precedents) version: i64,
    pub(in crate::precedents) change_kind: String,
    pub(in crate::precedents) snapshot: Vec<u8>,
    pub(in crate::precedents) snapshot_sha256: Vec<u8>,
    pub(in crate::precedents) previous_sha256: Vec<u8>,
    pub(in crate::precedents) changed_fields: Vec<String>,
    pub(in crate::precedents) reason: String,
    pub(in crate::precedents) credential_id: Option<Uuid>,
    pub(in crate::precedents) actor_user_id: Option<Uuid>,
    pub(in crate::precedents) created_at: OffsetDateTime,
}

/// What a change leaves in the history.
#[derive(Debug)]
pub(in crate::precedents) struct Version<'a> {
    pub(in crate::precedents) change_kind: &'static str,
    pub(in crate::precedents) snapshot: &'a [u8],
    pub(in crate::precedents) snapshot_sha256: [u8; 32],
    pub(in crate::precedents) changed_fields: &'a [String],
    pub(in crate::precedents) reason: &'a str,
    pub(in crate::precedents) identity_kind: &'static str,
    pub(in crate::precedents) credential_id: Option<Uuid>,
    pub(in crate::precedents) actor_user_id: Option<Uuid>,
}

pub(in crate::precedents) async fn versions(
    tx: &mut TenantTx,
    id: Uuid,
    before: i64,
    limit: i64,
) -> Result<Vec<VersionRow>> {
    let tenant = tx.tenant_id();
    let query = sqlx::query_as(VERSIONS).bind(tenant).bind(id).bind(before).bind(limit);
    Ok(query.fetch_all(tx.connection()).await?)
}

pub(in crate::precedents) async fn version(tx: &mut TenantTx, id: Uuid, number: i64) -> Result<Option<VersionRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(VERSION)
        .bind(tenant)
        .bind(id)
        .bind(number)
        .fetch_optional(tx.connection())
        .await?)
}

pub(in crate::precedents) async fn add_version(
    tx: &mut TenantTx,
    id: Uuid,
    number: i64,
    version: Version<'_>,
) -> Result<()> {
    let tenant = tx.tenant_id();
    sqlx::query(INSERT_VERSION)
        .bind(tenant)
        .bind(id)
        .bind(number)
        .bind(version.change_kind)
        .bind(version.snapshot)
        .bind(&version.snapshot_sha256[..])
        .bind(version.changed_fields)
        .bind(version.reason)
        .bind(version.identity_kind)
        .bind(version.credential_id)
        .bind(version.actor_user_id)
        .execute(tx.connection())
        .await?;
    Ok(())
}
