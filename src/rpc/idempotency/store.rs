//! SQL of idempotency records.

use sqlx::FromRow;
use uuid::Uuid;

use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;

statements! {
    /// Takes the key unless it is taken and still valid; waits for a transaction that is taking it.
    CLAIM as App = "
        INSERT INTO idempotency_keys (tenant_id, method, key, request_sha256, response, resource_type)
        VALUES ($1, $2, $3, $4, '', '')
        ON CONFLICT (tenant_id, method, key) DO UPDATE
            SET request_sha256 = excluded.request_sha256, response = '', resource_type = '', resource_id = NULL,
                created_at = now(), expires_at = excluded.expires_at
            WHERE idempotency_keys.expires_at <= now()
        RETURNING true";
    /// What was answered the first time.
    GET as App = "
        SELECT request_sha256, response, resource_type, resource_id
        FROM idempotency_keys WHERE tenant_id = $1 AND method = $2 AND key = $3";
    /// Keeps the answer.
    COMPLETE as App = "
        UPDATE idempotency_keys SET response = $4, resource_type = $5, resource_id = $6
        WHERE tenant_id = $1 AND method = $2 AND key = $3";
}

/// A kept answer.
#[derive(Debug, FromRow)]
pub(crate) struct Row {
    pub(crate) request_sha256: Vec<u8>,
    pub(crate) response: Vec<u8>,
    pub(crate) resource_type: String,
    pub(crate) resource_id: Option<Uuid>,
}

/// Whether the key is ours now.
pub(crate) async fn insert(tx: &mut TenantTx, method: &str, key: Uuid, request_sha256: &[u8; 32]) -> Result<bool> {
    let tenant = tx.tenant_id();
    let claimed: Option<bool> = sqlx::query_scalar(CLAIM)
        .bind(tenant)
        .bind(method)
        .bind(key)
        .bind(&request_sha256[..])
        .fetch_optional(tx.connection())
        .await?;
    Ok(claimed.is_some())
}

pub(crate) async fn get(tx: &mut TenantTx, method: &str, key: Uuid) -> Result<Option<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(GET)
        .bind(tenant)
        .bind(method)
        .bind(key)
        .fetch_optional(tx.connection())
        .await?)
}

pub(crate) async fn complete(
    tx: &mut TenantTx,
    method: &str,
    key: Uuid,
    response: &[u8],
    resource_type: &str,
    resource_id: Option<Uuid>,
) -> Result<()> {
    let tenant = tx.tenant_id();
    sqlx::query(COMPLETE)
        .bind(tenant)
        .bind(method)
        .bind(key)
        .bind(response)
        .bind(resource_type)
        .bind(resource_id)
        .execute(tx.connection())
        .await?;
    Ok(())
}
