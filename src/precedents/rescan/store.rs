//! SQL of rescans.

use uuid::Uuid;

use super::super::store::{Row, columns};
use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;

statements! {
    /// How many precedents older detectors have seen.
    COUNT_DUE as Rescan = "SELECT count(*) FROM precedents WHERE tenant_id = $1 AND phi_scan_version < $2";
    /// The next of them, locked.
    DUE as Rescan = concat!("
        SELECT ", columns!(), " FROM precedents
        WHERE tenant_id = $1 AND phi_scan_version < $2 AND id > $3 ORDER BY id LIMIT $4 FOR UPDATE");
    /// Holds a precedent for review, in a new version.
    HOLD as Rescan = concat!("
        UPDATE precedents SET version = version + 1, status = 'NEEDS_REVIEW', review_reasons = $3, updated_at = now(),
            revision = pg_current_xact_id()::text::bigint
        WHERE tenant_id = $1 AND id = $2
        RETURNING ", columns!());
    /// Says by which detectors precedents have been seen.
    MARK_SCANNED as Rescan = "UPDATE precedents SET phi_scan_version = $3 WHERE tenant_id = $1 AND id = ANY ($2)";
}

pub(super) async fn count_due(tx: &mut TenantTx, scan_version: i32) -> Result<i64> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_scalar(COUNT_DUE)
        .bind(tenant)
        .bind(scan_version)
        .fetch_one(tx.connection())
        .await?)
}

pub(super) async fn due(tx: &mut TenantTx, scan_version: i32, after: Uuid, limit: i64) -> Result<Vec<Row>> {
    let tenant = tx.tenant_id();
    let query = sqlx::query_as(DUE)
        .bind(tenant)
        .bind(scan_version)
        .bind(after)
        .bind(limit);
    Ok(query.fetch_all(tx.connection()).await?)
}

pub(super) async fn hold(tx: &mut TenantTx, id: Uuid, review_reasons: &[String]) -> Result<Row> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(HOLD)
        .bind(tenant)
        .bind(id)
        .bind(review_reasons)
        .fetch_one(tx.connection())
        .await?)
}

pub(super) async fn mark_scanned(tx: &mut TenantTx, ids: &[Uuid], scan_version: i32) -> Result<()> {
    let tenant = tx.tenant_id();
    sqlx::query(MARK_SCANNED)
        .bind(tenant)
        .bind(ids)
        .bind(scan_version)
        .execute(tx.connection())
        .await?;
    Ok(())
}
