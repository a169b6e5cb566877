//! SQL of the corpora: what changed since a transaction horizon, and hits fetched by id.

use futures_util::Stream;
use sqlx::postgres::{PgPool, PgRow};
use sqlx::{FromRow, Row as _};
use uuid::Uuid;

use super::engine::{FEATURES_VERSION, FeatureSet};
use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::db::stored::StoredEnum;
use crate::precedents::store::{Row, columns};
use crate::proto::v1::{DenialType, Outcome, OutcomeEvidence, RecoveryAction};
use crate::rpc::error::Result;

statements! {
    /// What changed since a horizon, in any order, and the next one: every transaction below it is over, so nothing
    /// below it can appear later. One row without a precedent when nothing changed. What is restricted, held
    /// or put away comes as its id alone: it leaves the corpus, and nothing of it is read. The record itself
    /// comes only where the features beside it are not of the version asked for.
    CHANGES as Index = "
        SELECT h.horizon, p.id, p.status = 'ACTIVE' AND p.data_origin NOT IN ('SUD', 'PSYCHOTHERAPY') AS is_found,
            p.version, p.outcome, p.outcome_evidence, p.event_year, p.action_taken, p.reuse_count, p.payer_id,
            array_to_string(p.denial_types, ',') AS denial_types,
            CASE WHEN p.features_version = $3 THEN p.features END AS features,
            CASE WHEN p.features_version IS DISTINCT FROM $3 AND p.status = 'ACTIVE'
                AND p.data_origin NOT IN ('SUD', 'PSYCHOTHERAPY') THEN p.content END AS content
        FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) h
            LEFT JOIN precedents p ON p.tenant_id = $1 AND p.revision >= $2";
    /// Puts features of this version beside the records they were made of, where these still stand.
    NOTE_FEATURES as Index = "
        UPDATE precedents p SET features = u.features, features_version = $2
        FROM unnest($3::uuid[], $4::bigint[], $5::text[]) AS u(id, version, features)
        WHERE p.tenant_id = $1 AND p.id = u.id AND p.version = u.version
            AND p.data_origin NOT IN ('SUD', 'PSYCHOTHERAPY')";
    /// Notes weights before an answer names them: a version can be looked up afterwards.
    NOTE_WEIGHTS as Index = "
        INSERT INTO similarity_weights (tenant_id, version, sha256, frozen_over) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    /// Hits by id, as they stand now: what was archived since is not among them. The precedent they are like
    /// comes too, however it stands. Each id is looked for where it was found, and nowhere else.
    HITS as App = concat!("
        SELECT ", columns!(), " FROM precedents
        WHERE tenant_id = $1 AND id = ANY ($2)
            AND (id = $4 OR status = 'ACTIVE' AND data_origin NOT IN ('SUD', 'PSYCHOTHERAPY'))
        UNION ALL
        SELECT ", columns!(), " FROM precedents
        WHERE tenant_id = '00000000-0000-7000-8000-000000000001' AND id = ANY ($3)
            AND status = 'ACTIVE' AND data_origin NOT IN ('SUD', 'PSYCHOTHERAPY')");
}

/// A changed precedent, or none.
#[derive(Debug)]
pub(crate) struct ChangeRow {
    pub(crate) horizon: i64,
    pub(crate) id: Option<Uuid>,
    /// None of what may not be found.
    pub(crate) found: Option<FoundRow>,
}

/// What a corpus takes of a precedent that may be found.
#[derive(Debug)]
pub(crate) struct FoundRow {
    pub(crate) version: i64,
    pub(crate) outcome: Outcome,
    pub(crate) outcome_evidence: OutcomeEvidence,
    pub(crate) event_year: i32,
    pub(crate) action_taken: RecoveryAction,
    pub(crate) reuse_count: i64,
    pub(crate) payer_id: Option<String>,
    pub(crate) denial_types: Vec<DenialType>,
    pub(crate) features: Option<String>,
    /// The record, where the features are of another version.
    pub(crate) content: Option<Vec<u8>>,
}

impl FromRow<'_, PgRow> for ChangeRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let is_found: Option<bool> = row.try_get("is_found")?;
        Ok(Self {
            horizon: row.try_get("horizon")?,
            id: row.try_get("id")?,
            found: is_found.unwrap_or(false).then(|| FoundRow::from_row(row)).transpose()?,
        })
    }
}

impl FromRow<'_, PgRow> for FoundRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let types: &str = row.try_get("denial_types")?;
        Ok(Self {
            version: row.try_get("version")?,
            outcome: of_text(row, "outcome")?,
            outcome_evidence: of_text(row, "outcome_evidence")?,
            event_year: row.try_get::<Option<i16>, _>("event_year")?.unwrap_or(0).into(),
            action_taken: of_text(row, "action_taken")?,
            reuse_count: row.try_get("reuse_count")?,
            payer_id: row.try_get("payer_id")?,
            denial_types: types.split(',').filter_map(DenialType::from_stored).collect(),
            features: row.try_get("features")?,
            content: row.try_get("content")?,
        })
    }
}

/// An enum's column; the first of its values for none.
fn of_text<E: StoredEnum + Default>(row: &PgRow, column: &str) -> sqlx::Result<E> {
    let text: Option<&str> = row.try_get(column)?;
    Ok(text.and_then(E::from_stored).unwrap_or_default())
}

/// Everything of a tenant that changed in transactions at or above `since`, as it comes.
pub(crate) fn changes(pool: &PgPool, tenant: Uuid, since: i64) -> impl Stream<Item = sqlx::Result<ChangeRow>> {
    sqlx::query_as(CHANGES)
        .bind(tenant)
        .bind(since)
        .bind(FEATURES_VERSION)
        .fetch(pool)
}

/// Puts features beside their records, given with id and version, so that nobody makes them again.
pub(crate) async fn note_features(pool: &PgPool, tenant: Uuid, made: &[(Uuid, i64, FeatureSet)]) -> Result<()> {
    let ids: Vec<Uuid> = made.iter().map(|(id, ..)| *id).collect();
    let versions: Vec<i64> = made.iter().map(|(_, version, _)| *version).collect();
    let features: Vec<&str> = made.iter().map(|(.., features)| features.stored()).collect();
    sqlx::query(NOTE_FEATURES)
        .bind(tenant)
        .bind(FEATURES_VERSION)
        .bind(ids)
        .bind(versions)
        .bind(features)
        .execute(pool)
        .await?;
    Ok(())
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

/// Hits as they stand now, from the tenant's precedents and the public ones, and `like` of either.
pub(crate) async fn hits(tx: &mut TenantTx, own: &[Uuid], public: &[Uuid], like: Option<Uuid>) -> Result<Vec<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(HITS)
        .bind(tenant)
        .bind(own)
        .bind(public)
        .bind(like)
        .fetch_all(tx.connection())
        .await?)
}
