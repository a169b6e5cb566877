//! SQL of the corpora: what changed since a transaction horizon, and hits fetched by id.

use futures_util::Stream;
use sqlx::FromRow;
use sqlx::postgres::PgPool;
use uuid::Uuid;

use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::precedents::store::Row;
use crate::rpc::error::Result;

statements! {
    /// What changed since a horizon, and the next one: every transaction below it is over, so nothing
    /// below it can appear later. One row without a precedent when nothing changed. What is restricted, held
    /// or put away comes as its id alone: it leaves the corpus, and nothing of it is read.
    CHANGES as Index = "
        SELECT h.horizon, p.id, p.reuse_count,
            CASE WHEN p.status = 'ACTIVE' AND p.data_origin NOT IN ('SUD', 'PSYCHOTHERAPY') THEN p.content END AS content
        FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) h
            LEFT JOIN precedents p ON p.tenant_id = $1 AND p.revision >= $2
        ORDER BY p.id";
    /// Notes weights before an answer names them: a version can be looked up afterwards.
    NOTE_WEIGHTS as Index = "
        INSERT INTO similarity_weights (tenant_id, version, sha256, frozen_over) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    /// Hits by id, as they stand now: what was archived since is not among them.
    HITS as App = "
        SELECT tenant_id, id, version, status, data_origin, outcome_recorded_at, reuse_count, success_on_reuse,
            last_applied_at, last_validated_at, review_reasons, content, created_at, updated_at, archived_at, revision
        FROM precedents
        WHERE tenant_id IN ($1, '00000000-0000-7000-8000-000000000001') AND id = ANY ($2) AND status = 'ACTIVE'
            AND data_origin NOT IN ('SUD', 'PSYCHOTHERAPY')";
}

/// A changed precedent, or none.
#[derive(Debug, FromRow)]
pub(crate) struct ChangeRow {
    pub(crate) horizon: i64,
    pub(crate) id: Option<Uuid>,
    pub(crate) reuse_count: Option<i64>,
    /// None of what may not be found.
    pub(crate) content: Option<Vec<u8>>,
}

/// Everything of a tenant that changed in transactions at or above `since`, as it comes.
pub(crate) fn changes(pool: &PgPool, tenant: Uuid, since: i64) -> impl Stream<Item = sqlx::Result<ChangeRow>> {
    sqlx::query_as(CHANGES).bind(tenant).bind(since).fetch(pool)
}

/// Notes the weights that a tenant's answers will name.
pub(crate) async fn note_weights(
    pool: &PgPool,
    tenant: Uuid,
    version: &str,
    sha256: &str,
    frozen_over: i64,
) -> Result<()> {
    sqlx::query(NOTE_WEIGHTS)
        .bind(tenant)
        .bind(version)
        .bind(sha256)
        .bind(frozen_over)
        .execute(pool)
        .await?;
    Ok(())
}

/// Hits as they stand now.
pub(crate) async fn hits(tx: &mut TenantTx, ids: &[Uuid]) -> Result<Vec<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(HITS)
        .bind(tenant)
        .bind(ids)
        .fetch_all(tx.connection())
        .await?)
}
