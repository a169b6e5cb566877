//! SQL of models: a tenant's own text models, and the similarity weights that its answers named.

use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;

statements! {
    /// Keeps a text model.
    INSERT as App = "
        INSERT INTO text_models (tenant_id, id, version, base_sha256, content, card) VALUES ($1, $2, $3, $4, $5, $6)";
    /// The text model in force beside this shared one.
    CURRENT as App = "
        SELECT id, version FROM text_models WHERE tenant_id = $1 AND base_sha256 = $2
        ORDER BY created_at DESC, id DESC LIMIT 1";
    /// Its bytes.
    CONTENT as App = "SELECT content FROM text_models WHERE tenant_id = $1 AND id = $2";
    /// A text model by its version; the same version is the same bytes.
    BY_VERSION as App = "
        SELECT version, card, created_at FROM text_models
        WHERE tenant_id = $1 AND version = $2 ORDER BY created_at, id LIMIT 1";
    /// The newest text models.
    LIST as App = "
        SELECT version, card, created_at FROM text_models
        WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
    /// Similarity weights by their version.
    WEIGHTS as App = "
        SELECT version, sha256, frozen_over, created_at FROM similarity_weights WHERE tenant_id = $1 AND version = $2";
    /// The newest similarity weights.
    LIST_WEIGHTS as App = "
        SELECT version, sha256, frozen_over, created_at FROM similarity_weights
        WHERE tenant_id = $1 ORDER BY created_at DESC, version DESC LIMIT $2";
}

/// A text model to keep.
#[derive(Debug)]
pub(crate) struct NewTextModel<'m> {
    pub(crate) id: Uuid,
    pub(crate) version: &'m str,
    /// Digest of the shared model it adds to, hexadecimal.
    pub(crate) base_sha256: &'m str,
    pub(crate) content: &'m [u8],
    /// JSON.
    pub(crate) card: &'m str,
}

/// A text model without its bytes.
#[derive(Debug, FromRow)]
pub(crate) struct TextModelRow {
    pub(crate) version: String,
    pub(crate) card: String,
    pub(crate) created_at: OffsetDateTime,
}

/// Similarity weights that were named.
#[derive(Debug, FromRow)]
pub(crate) struct WeightsRow {
    pub(crate) version: String,
    pub(crate) sha256: String,
    pub(crate) frozen_over: i64,
    pub(crate) created_at: OffsetDateTime,
}

pub(crate) async fn insert(tx: &mut TenantTx, model: &NewTextModel<'_>) -> Result<()> {
    let tenant = tx.tenant_id();
    sqlx::query(INSERT)
        .bind(tenant)
        .bind(model.id)
        .bind(model.version)
        .bind(model.base_sha256)
        .bind(model.content)
        .bind(model.card)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Id and version of the text model in force beside this shared one.
pub(crate) async fn current(tx: &mut TenantTx, base_sha256: &str) -> Result<Option<(Uuid, String)>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(CURRENT)
        .bind(tenant)
        .bind(base_sha256)
        .fetch_optional(tx.connection())
        .await?)
}

pub(crate) async fn content(tx: &mut TenantTx, id: Uuid) -> Result<Vec<u8>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_scalar(CONTENT)
        .bind(tenant)
        .bind(id)
        .fetch_one(tx.connection())
        .await?)
}

pub(crate) async fn by_version(tx: &mut TenantTx, version: &str) -> Result<Option<TextModelRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(BY_VERSION)
        .bind(tenant)
        .bind(version)
        .fetch_optional(tx.connection())
        .await?)
}

pub(crate) async fn list(tx: &mut TenantTx, limit: i64) -> Result<Vec<TextModelRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(LIST)
        .bind(tenant)
        .bind(limit)
        .fetch_all(tx.connection())
        .await?)
}

pub(crate) async fn weights(tx: &mut TenantTx, version: &str) -> Result<Option<WeightsRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(WEIGHTS)
        .bind(tenant)
        .bind(version)
        .fetch_optional(tx.connection())
        .await?)
}

pub(crate) async fn list_weights(tx: &mut TenantTx, limit: i64) -> Result<Vec<WeightsRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(LIST_WEIGHTS)
        .bind(tenant)
        .bind(limit)
        .fetch_all(tx.connection())
        .await?)
}
