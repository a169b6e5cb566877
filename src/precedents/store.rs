//! SQL of precedents and their versions.

use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use super::record::Columns;
use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;

macro_rules! columns {
    () => {
        "tenant_id, id, version, status, outcome_recorded_at, reuse_count, success_on_reuse, last_applied_at,
            last_validated_at, review_reasons, content, created_at, updated_at, archived_at, revision"
    };
}

statements! {
    /// Stores a new precedent.
    INSERT as App = concat!("
        INSERT INTO precedents (tenant_id, id, version, status, data_origin, sharing_scope, external_ref,
            denial_types, payer_id, plan_id, line_of_business, service_category, diagnosis_group, event_year,
            action_taken, outcome, outcome_evidence, outcome_recorded_at, quality_score, review_reasons,
            phi_scan_version, content, created_at, updated_at)
        VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
            CASE WHEN $15 = 'PENDING' THEN NULL ELSE now() END, $17, $18, $19, $20, now(), now())
        RETURNING ", columns!());
    /// Writes a change; the version moves by one.
    UPDATE as App = concat!("
        UPDATE precedents SET version = version + 1, status = $3, data_origin = $4, sharing_scope = $5,
            external_ref = $6, denial_types = $7, payer_id = $8, plan_id = $9, line_of_business = $10,
            service_category = $11, diagnosis_group = $12, event_year = $13, action_taken = $14,
            outcome_recorded_at = CASE WHEN $15 = 'PENDING' THEN NULL
                WHEN outcome = $15 THEN outcome_recorded_at ELSE now() END,
            outcome = $15, outcome_evidence = $16, quality_score = $17, review_reasons = $18,
            phi_scan_version = $19, content = $20, updated_at = now(),
            archived_at = CASE WHEN $3 = 'ARCHIVED' THEN coalesce(archived_at, now()) END,
            revision = pg_current_xact_id()::text::bigint
        WHERE tenant_id = $1 AND id = $2
        RETURNING ", columns!());
    /// One precedent of the tenant, or a public one.
    GET as App = concat!("
        SELECT ", columns!(), " FROM precedents
        WHERE tenant_id IN ($1, '00000000-0000-7000-8000-000000000001') AND id = $2");
    /// One precedent of the tenant, locked for a change.
    GET_FOR_UPDATE as App = concat!("
        SELECT ", columns!(), " FROM precedents WHERE tenant_id = $1 AND id = $2 FOR UPDATE");
    /// Whether the tenant may still see a precedent.
    IS_VISIBLE as App = "SELECT EXISTS (SELECT FROM precedents WHERE tenant_id = $1 AND id = $2)";
    /// A page of the tenant's precedents, newest first.
    LIST as App = concat!("
        SELECT ", columns!(), " FROM precedents
        WHERE tenant_id = $1
            AND CASE WHEN cardinality($2::text[]) = 0 THEN status <> 'ARCHIVED' ELSE status = ANY ($2) END
            AND (cardinality($3::text[]) = 0 OR denial_types && $3)
            AND (cardinality($4::text[]) = 0 OR outcome = ANY ($4))
            AND ($5::text IS NULL OR payer_id = $5)
            AND ($6::text IS NULL OR service_category = $6)
            AND ($7::smallint IS NULL OR event_year >= $7)
            AND ($8::smallint IS NULL OR event_year <= $8)
            AND ($9::text IS NULL OR external_ref = $9)
            AND ($10::timestamptz IS NULL OR (created_at, id) < ($10, $11))
        ORDER BY created_at DESC, id DESC
        LIMIT $12");
    /// Adds a version; its predecessor's hash is taken from the table itself.
    INSERT_VERSION as App = "
        INSERT INTO precedent_versions (tenant_id, precedent_id, version, change_kind, snapshot, snapshot_sha256,
            previous_sha256, changed_fields, reason, identity_kind, credential_id, actor_user_id)
        SELECT $1, $2, $3, $4, $5, $6, coalesce(
            (SELECT snapshot_sha256 FROM precedent_versions
             WHERE tenant_id = $1 AND precedent_id = $2 AND version = $3 - 1), decode(repeat('00', 32), 'hex')),
            $7, $8, $9, $10, $11";
}

/// A precedent as stored.
#[derive(Debug, FromRow)]
pub struct Row {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) status: String,
    pub(super) outcome_recorded_at: Option<OffsetDateTime>,
    pub(super) reuse_count: i64,
    pub(super) success_on_reuse: i64,
    pub(super) last_applied_at: Option<OffsetDateTime>,
    pub(super) last_validated_at: Option<OffsetDateTime>,
    pub(super) review_reasons: Vec<String>,
    pub(super) content: Vec<u8>,
    pub(super) created_at: OffsetDateTime,
    pub(super) updated_at: OffsetDateTime,
    pub(super) archived_at: Option<OffsetDateTime>,
    pub(super) revision: i64,
}

/// What a list narrows by; empty lists and `None` don't.
#[derive(Debug, Default)]
pub(super) struct Filter {
    pub(super) statuses: Vec<String>,
    pub(super) denial_types: Vec<String>,
    pub(super) outcomes: Vec<String>,
    pub(super) payer_id: Option<String>,
    pub(super) service_category: Option<String>,
    pub(super) event_year_from: Option<i16>,
    pub(super) event_year_to: Option<i16>,
    pub(super) external_ref: Option<String>,
}

/// What a change leaves in the history.
#[derive(Debug)]
pub(super) struct Version<'a> {
    pub(super) change_kind: &'static str,
    pub(super) snapshot: &'a [u8],
    pub(super) snapshot_sha256: [u8; 32],
    pub(super) changed_fields: &'a [String],
    pub(super) reason: &'a str,
    pub(super) identity_kind: &'static str,
    pub(super) credential_id: Option<Uuid>,
    pub(super) actor_user_id: Option<Uuid>,
}

pub(super) async fn insert(
    tx: &mut TenantTx,
    id: Uuid,
    status: &str,
    review_reasons: &[String],
    columns: Columns,
) -> Result<Row> {
    write(tx, INSERT, id, status, review_reasons, columns).await
}

pub(super) async fn update(
    tx: &mut TenantTx,
    id: Uuid,
    status: &str,
    review_reasons: &[String],
    columns: Columns,
) -> Result<Row> {
    write(tx, UPDATE, id, status, review_reasons, columns).await
}

async fn write(
    tx: &mut TenantTx,
    statement: &'static str,
    id: Uuid,
    status: &str,
    review_reasons: &[String],
    columns: Columns,
) -> Result<Row> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(statement)
        .bind(tenant)
        .bind(id)
        .bind(status)
        .bind(columns.data_origin)
        .bind(columns.sharing_scope)
        .bind(columns.external_ref)
        .bind(columns.denial_types)
        .bind(columns.payer_id)
        .bind(columns.plan_id)
        .bind(columns.line_of_business)
        .bind(columns.service_category)
        .bind(columns.diagnosis_group)
        .bind(columns.event_year)
        .bind(columns.action_taken)
        .bind(columns.outcome)
        .bind(columns.outcome_evidence)
        .bind(columns.quality_score)
        .bind(review_reasons)
        .bind(i32::try_from(crate::privacy::SCAN_VERSION).unwrap_or(i32::MAX))
        .bind(columns.content)
        .fetch_one(tx.connection())
        .await?)
}

pub(super) async fn get(tx: &mut TenantTx, id: Uuid) -> Result<Option<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(GET).bind(tenant).bind(id).fetch_optional(tx.connection()).await?)
}

pub(super) async fn get_for_update(tx: &mut TenantTx, id: Uuid) -> Result<Option<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(GET_FOR_UPDATE).bind(tenant).bind(id).fetch_optional(tx.connection()).await?)
}

/// Whether the tenant may still see a precedent of its own.
pub(crate) async fn is_visible(tx: &mut TenantTx, id: Uuid) -> Result<bool> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_scalar(IS_VISIBLE).bind(tenant).bind(id).fetch_one(tx.connection()).await?)
}

pub(super) async fn list(
    tx: &mut TenantTx,
    filter: &Filter,
    after: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> Result<Vec<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(LIST)
        .bind(tenant)
        .bind(&filter.statuses)
        .bind(&filter.denial_types)
        .bind(&filter.outcomes)
        .bind(filter.payer_id.as_deref())
        .bind(filter.service_category.as_deref())
        .bind(filter.event_year_from)
        .bind(filter.event_year_to)
        .bind(filter.external_ref.as_deref())
        .bind(after.map(|(at, _)| at))
        .bind(after.map(|(_, id)| id))
        .bind(limit)
        .fetch_all(tx.connection())
        .await?)
}

pub(super) async fn add_version(tx: &mut TenantTx, id: Uuid, number: i64, version: Version<'_>) -> Result<()> {
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
