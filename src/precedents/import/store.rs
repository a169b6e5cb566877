//! SQL of bulk loading: arrays in, one statement a table.

use uuid::Uuid;

use super::super::held::Held;
use super::super::record::Columns;
use super::super::store::{Row, columns};
use super::Entry;
use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;

statements! {
    /// One load at a time in a tenant: two would both miss what the other adds.
    LOCK as App = "SELECT pg_advisory_xact_lock(hashtextextended('precedents.import ' || $1::uuid::text, 0))";
    /// The precedents with these references, locked for a change; of two with the same one the restricted comes first.
    BY_REFERENCE as App = concat!("
        SELECT ", columns!(), " FROM precedents WHERE tenant_id = $1 AND external_ref = ANY ($2::text[])
        ORDER BY data_origin IN ('SUD', 'PSYCHOTHERAPY') DESC FOR UPDATE");
    /// Stores many new precedents. Lists of text travel joined by commas because unnest flattens arrays of arrays.
    INSERT as App = concat!("
        INSERT INTO precedents (tenant_id, id, version, status, data_origin, sharing_scope, external_ref,
            denial_types, payer_id, plan_id, line_of_business, service_category, diagnosis_group, event_year,
            action_taken, outcome, outcome_evidence, outcome_recorded_at, quality_score, reuse_count,
            success_on_reuse, last_applied_at, review_reasons, phi_scan_version, content, features,
            features_version, created_at, updated_at, archived_at)
        SELECT $1, p.id, 1, p.status, p.data_origin, p.sharing_scope, p.external_ref,
            string_to_array(p.denial_types, ','), p.payer_id, p.plan_id, p.line_of_business, p.service_category,
            p.diagnosis_group, p.event_year, p.action_taken, p.outcome, p.outcome_evidence,
            CASE WHEN p.outcome = 'PENDING' THEN NULL ELSE now() END, p.quality_score, p.reuse_count,
            p.success_on_reuse, CASE WHEN p.reuse_count > 0 THEN now() END, string_to_array(p.review_reasons, ','),
            $2, p.content, p.features, p.features_version, now(), now(), CASE WHEN p.status = 'ARCHIVED' THEN now() END
        FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
            $11::text[], $12::text[], $13::text[], $14::smallint[], $15::text[], $16::text[], $17::text[],
            $18::smallint[], $19::bigint[], $20::bigint[], $21::text[], $22::bytea[], $23::text[], $24::integer[])
            AS p(id, status, data_origin, sharing_scope, external_ref, denial_types, payer_id, plan_id,
            line_of_business, service_category, diagnosis_group, event_year, action_taken, outcome,
            outcome_evidence, quality_score, reuse_count, success_on_reuse, review_reasons, content,
            features, features_version)
        RETURNING ", columns!());
    /// Puts the words of many precedents in.
    INSERT_WORDS as App = "
        INSERT INTO precedent_words (tenant_id, precedent_id, word)
        SELECT $1, w.id, w.word FROM unnest($2::uuid[], $3::text[]) AS w(id, word)";
    /// Adds first versions, which have no predecessor.
    INSERT_VERSIONS as App = "
        INSERT INTO precedent_versions (tenant_id, precedent_id, version, change_kind, snapshot, snapshot_sha256,
            previous_sha256, changed_fields, reason, identity_kind)
        SELECT $1, v.id, 1, 'CREATED', v.snapshot, v.sha256, decode(repeat('00', 32), 'hex'), '{}', '', $2
        FROM unnest($3::uuid[], $4::bytea[], $5::bytea[]) AS v(id, snapshot, sha256)";
}

/// New precedents, a column an array.
#[derive(Default)]
pub(super) struct Rows {
    id: Vec<Uuid>,
    status: Vec<&'static str>,
    data_origin: Vec<&'static str>,
    sharing_scope: Vec<&'static str>,
    external_ref: Vec<Option<String>>,
    denial_types: Vec<String>,
    payer_id: Vec<Option<String>>,
    plan_id: Vec<Option<String>>,
    line_of_business: Vec<Option<&'static str>>,
    service_category: Vec<Option<String>>,
    diagnosis_group: Vec<Option<String>>,
    event_year: Vec<Option<i16>>,
    action_taken: Vec<Option<&'static str>>,
    outcome: Vec<&'static str>,
    outcome_evidence: Vec<Option<&'static str>>,
    quality_score: Vec<i16>,
    reuse_count: Vec<i64>,
    success_on_reuse: Vec<i64>,
    review_reasons: Vec<String>,
    content: Vec<Vec<u8>>,
    features: Vec<Option<String>>,
    features_version: Vec<Option<i32>>,
}

impl Rows {
    pub(super) fn push(&mut self, id: Uuid, entry: &Entry, held: &Held, columns: Columns) {
        self.id.push(id);
        self.status.push(held.status);
        self.data_origin.push(columns.data_origin);
        self.sharing_scope.push(columns.sharing_scope);
        self.external_ref.push(columns.external_ref);
        self.denial_types.push(columns.denial_types.join(","));
        self.payer_id.push(columns.payer_id);
        self.plan_id.push(columns.plan_id);
        self.line_of_business.push(columns.line_of_business);
        self.service_category.push(columns.service_category);
        self.diagnosis_group.push(columns.diagnosis_group);
        self.event_year.push(columns.event_year);
        self.action_taken.push(columns.action_taken);
        self.outcome.push(columns.outcome);
        self.outcome_evidence.push(columns.outcome_evidence);
        self.quality_score.push(columns.quality_score);
        self.reuse_count.push(entry.reuse_count);
        self.success_on_reuse.push(entry.success_on_reuse);
        self.review_reasons.push(held.reasons.join(","));
        self.content.push(columns.content);
        self.features.push(columns.features);
        self.features_version.push(columns.features_version);
    }
}

/// Words with the precedents they stand in.
#[derive(Default)]
pub(super) struct Words {
    id: Vec<Uuid>,
    word: Vec<String>,
}

impl Words {
    pub(super) fn push(&mut self, id: Uuid, words: Vec<String>) {
        self.id.extend(std::iter::repeat_n(id, words.len()));
        self.word.extend(words);
    }
}

/// First versions, a column an array.
#[derive(Default)]
pub(super) struct FirstVersions {
    id: Vec<Uuid>,
    snapshot: Vec<Vec<u8>>,
    sha256: Vec<Vec<u8>>,
}

impl FirstVersions {
    pub(super) fn push(&mut self, id: Uuid, sha256: Vec<u8>, snapshot: Vec<u8>) {
        self.id.push(id);
        self.snapshot.push(snapshot);
        self.sha256.push(sha256);
    }
}

/// Waits until no other load writes into the tenant.
pub(super) async fn lock(tx: &mut TenantTx) -> Result<()> {
    let tenant = tx.tenant_id();
    sqlx::query(LOCK).bind(tenant).execute(tx.connection()).await?;
    Ok(())
}

/// The precedents that are there already.
pub(super) async fn by_reference(tx: &mut TenantTx, references: &[&str]) -> Result<Vec<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(BY_REFERENCE)
        .bind(tenant)
        .bind(references)
        .fetch_all(tx.connection())
        .await?)
}

/// Stores new precedents.
pub(super) async fn insert(tx: &mut TenantTx, rows: Rows) -> Result<Vec<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(INSERT)
        .bind(tenant)
        .bind(i32::try_from(crate::privacy::SCAN_VERSION).unwrap_or(i32::MAX))
        .bind(rows.id)
        .bind(rows.status)
        .bind(rows.data_origin)
        .bind(rows.sharing_scope)
        .bind(rows.external_ref)
        .bind(rows.denial_types)
        .bind(rows.payer_id)
        .bind(rows.plan_id)
        .bind(rows.line_of_business)
        .bind(rows.service_category)
        .bind(rows.diagnosis_group)
        .bind(rows.event_year)
        .bind(rows.action_taken)
        .bind(rows.outcome)
        .bind(rows.outcome_evidence)
        .bind(rows.quality_score)
        .bind(rows.reuse_count)
        .bind(rows.success_on_reuse)
        .bind(rows.review_reasons)
        .bind(rows.content)
        .bind(rows.features)
        .bind(rows.features_version)
        .fetch_all(tx.connection())
        .await?)
}

/// Puts words in.
pub(super) async fn insert_words(tx: &mut TenantTx, words: Words) -> Result<()> {
    let tenant = tx.tenant_id();
    sqlx::query(INSERT_WORDS)
        .bind(tenant)
        .bind(words.id)
        .bind(words.word)
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// Adds first versions.
pub(super) async fn insert_versions(tx: &mut TenantTx, versions: FirstVersions, identity_kind: &str) -> Result<()> {
    let tenant = tx.tenant_id();
    sqlx::query(INSERT_VERSIONS)
        .bind(tenant)
        .bind(identity_kind)
        .bind(versions.id)
        .bind(versions.snapshot)
        .bind(versions.sha256)
        .execute(tx.connection())
        .await?;
    Ok(())
}
