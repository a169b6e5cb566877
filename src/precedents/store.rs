//! SQL of precedents and their versions.

use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use super::record::{Columns, is_restricted_origin};
use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::db::stored::StoredEnum as _;
use crate::proto::v1::DataOrigin;
use crate::rpc::error::Result;
use crate::rpc::identity::Caller;

macro_rules! columns {
    () => {
        "tenant_id, id, version, status, data_origin, outcome_recorded_at, reuse_count, success_on_reuse, last_applied_at,
            last_validated_at, review_reasons, content, created_at, updated_at, archived_at, revision"
    };
}

pub(crate) use columns;

/// What every filter asks of a row: the parameters that [`filtered`] binds.
macro_rules! passes {
    () => {
        "AND CASE WHEN cardinality($2::text[]) = 0 THEN status <> 'ARCHIVED' ELSE status = ANY ($2) END
            AND (cardinality($3::text[]) = 0 OR denial_types && $3)
            AND (cardinality($4::text[]) = 0 OR outcome = ANY ($4))
            AND ($5::text IS NULL OR payer_id = $5)
            AND ($6::text IS NULL OR service_category = $6)
            AND ($7::smallint IS NULL OR event_year >= $7)
            AND ($8::smallint IS NULL OR event_year <= $8)
            AND ($9::text IS NULL OR external_ref = $9)"
    };
}

pub(super) use passes;

statements! {
    /// Stores a new precedent.
    INSERT as App = concat!("
        INSERT INTO precedents (tenant_id, id, version, status, data_origin, sharing_scope, external_ref,
            denial_types, payer_id, plan_id, line_of_business, service_category, diagnosis_group, event_year,
            action_taken, outcome, outcome_evidence, outcome_recorded_at, quality_score, review_reasons,
            content, consent_id, features, features_version, phi_scan_version, created_at, updated_at)
        VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
            CASE WHEN $15 = 'PENDING' THEN NULL ELSE now() END, $17, $18, $19, $20, $21, $22, $23, now(), now())
        RETURNING ", columns!());
    /// Writes a change; the version moves by one. What was not changed was not scanned, so the version of the
    /// scan stays.
    UPDATE as App = concat!("
        UPDATE precedents SET version = version + 1, status = $3, data_origin = $4, sharing_scope = $5,
            external_ref = $6, denial_types = $7, payer_id = $8, plan_id = $9, line_of_business = $10,
            service_category = $11, diagnosis_group = $12, event_year = $13, action_taken = $14,
            outcome_recorded_at = CASE WHEN $15 = 'PENDING' THEN NULL
                WHEN outcome = $15 THEN outcome_recorded_at ELSE now() END,
            outcome = $15, outcome_evidence = $16, quality_score = $17, review_reasons = $18,
            content = $19, consent_id = $20, features = $21, features_version = $22, updated_at = now(),
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
    /// Whether a precedent that the caller may still see is of restricted origin.
    IS_RESTRICTED as App = "SELECT data_origin IN ('SUD', 'PSYCHOTHERAPY') FROM precedents WHERE tenant_id = $1 AND id = $2";
    /// A page of the tenant's precedents, newest first.
    LIST as App = concat!("
        SELECT ", columns!(), " FROM precedents
        WHERE tenant_id = $1
            ", passes!(), "
            AND ($10::timestamptz IS NULL OR (created_at, id) < ($10, $11))
        ORDER BY created_at DESC, id DESC
        LIMIT $12");
    /// A page of precedents that hold every word, newest first. Each word is an index range of its own.
    SEARCH as App = concat!("
        SELECT ", columns!(), " FROM precedents
        WHERE (tenant_id = $1 OR ($13 AND tenant_id = '00000000-0000-7000-8000-000000000001'))
            ", passes!(), "
            AND ($10::timestamptz IS NULL OR (created_at, id) < ($10, $11))
            AND (cardinality($14::text[]) = 0 OR (tenant_id, id) IN (
                SELECT w.tenant_id, w.precedent_id FROM precedent_words w
                WHERE w.tenant_id IN ($1, '00000000-0000-7000-8000-000000000001') AND w.word = ANY ($14)
                GROUP BY w.tenant_id, w.precedent_id
                HAVING count(*) = cardinality($14)))
        ORDER BY created_at DESC, id DESC
        LIMIT $12");
    /// A page of an export, by id.
    EXPORT_PAGE as App = concat!("
        SELECT ", columns!(), " FROM precedents
        WHERE tenant_id = $1
            ", passes!(), "
            AND ($10::uuid IS NULL OR id > $10)
        ORDER BY id
        LIMIT $11");
    /// Says that a person has checked a precedent.
    MARK_VALIDATED as App = concat!("
        UPDATE precedents SET last_validated_at = now() WHERE tenant_id = $1 AND id = $2 RETURNING ", columns!());
    /// Counts one more use of an active precedent.
    COUNT_USE as App = concat!("
        UPDATE precedents SET reuse_count = reuse_count + 1, last_applied_at = now(),
            revision = pg_current_xact_id()::text::bigint
        WHERE tenant_id = $1 AND id = $2 AND status = 'ACTIVE' RETURNING ", columns!());
    /// Keeps who used a precedent.
    ADD_APPLICATION as App = "
        INSERT INTO precedent_applications (tenant_id, id, precedent_id, precedent_version, credential_id, actor_user_id)
        VALUES ($1, $2, $3, $4, $5, $6)";
    /// Says how an application ended, once.
    END_APPLICATION as App = "
        UPDATE precedent_applications SET outcome = $4, outcome_at = now()
        WHERE tenant_id = $1 AND id = $2 AND precedent_id = $3 AND outcome IS NULL RETURNING true";
    /// Counts a won application.
    COUNT_SUCCESS as App = concat!("
        UPDATE precedents SET success_on_reuse = success_on_reuse + $3, revision = pg_current_xact_id()::text::bigint
        WHERE tenant_id = $1 AND id = $2 RETURNING ", columns!());
    /// Takes the words of a precedent out.
    DELETE_WORDS as App = "DELETE FROM precedent_words WHERE tenant_id = $1 AND precedent_id = $2";
    /// Puts the words of a precedent in.
    INSERT_WORDS as App = "
        INSERT INTO precedent_words (tenant_id, precedent_id, is_restricted, word) SELECT $1, $2, $4, unnest($3::text[])";
}

/// A precedent as stored.
#[derive(Debug, FromRow)]
pub struct Row {
    pub(super) tenant_id: Uuid,
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) status: String,
    pub(super) data_origin: String,
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

impl Row {
    /// The precedent's id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The transaction that changed it last.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// Whether its origin is restricted: its reader has the permission, and the log says so.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        DataOrigin::from_stored(&self.data_origin).is_none_or(is_restricted_origin)
    }
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
    /// Words that must all be there.
    pub(super) words: Vec<String>,
    /// Whether public precedents count too.
    pub(super) include_public: bool,
}

pub(super) async fn insert(
    tx: &mut TenantTx,
    id: Uuid,
    status: &str,
    review_reasons: &[String],
    columns: Columns,
) -> Result<Row> {
    let scan_version = i32::try_from(crate::privacy::SCAN_VERSION).unwrap_or(i32::MAX);
    let query = written(tx, INSERT, id, status, review_reasons, columns).bind(scan_version);
    Ok(query.fetch_one(tx.connection()).await?)
}

pub(super) async fn update(
    tx: &mut TenantTx,
    id: Uuid,
    status: &str,
    review_reasons: &[String],
    columns: Columns,
) -> Result<Row> {
    let query = written(tx, UPDATE, id, status, review_reasons, columns);
    Ok(query.fetch_one(tx.connection()).await?)
}

/// The twenty-two parameters that storing and changing share.
fn written(
    tx: &TenantTx,
    statement: &'static str,
    id: Uuid,
    status: &str,
    review_reasons: &[String],
    columns: Columns,
) -> Query {
    sqlx::query_as(statement)
        .bind(tx.tenant_id())
        .bind(id)
        .bind(status.to_owned())
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
        .bind(review_reasons.to_vec())
        .bind(columns.content)
        .bind(columns.consent_id)
        .bind(columns.features)
        .bind(columns.features_version)
}

pub(crate) async fn get(tx: &mut TenantTx, id: Uuid) -> Result<Option<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(GET)
        .bind(tenant)
        .bind(id)
        .fetch_optional(tx.connection())
        .await?)
}

pub(super) async fn get_for_update(tx: &mut TenantTx, id: Uuid) -> Result<Option<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(GET_FOR_UPDATE)
        .bind(tenant)
        .bind(id)
        .fetch_optional(tx.connection())
        .await?)
}

/// Whether a precedent of the tenant's own is of restricted origin; `None` when the caller may not see it any more.
pub(crate) async fn is_restricted(tx: &mut TenantTx, id: Uuid) -> Result<Option<bool>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_scalar(IS_RESTRICTED)
        .bind(tenant)
        .bind(id)
        .fetch_optional(tx.connection())
        .await?)
}

type Query = sqlx::query::QueryAs<'static, sqlx::Postgres, Row, sqlx::postgres::PgArguments>;

/// A statement over the tenant's rows with the nine parameters every filter has.
macro_rules! filtered {
    ($statement:expr, $tenant:expr, $filter:expr) => {
        sqlx::query_as($statement)
            .bind($tenant)
            .bind($filter.statuses.clone())
            .bind($filter.denial_types.clone())
            .bind($filter.outcomes.clone())
            .bind($filter.payer_id.clone())
            .bind($filter.service_category.clone())
            .bind($filter.event_year_from)
            .bind($filter.event_year_to)
            .bind($filter.external_ref.clone())
    };
}

pub(super) use filtered;

type After = Option<(OffsetDateTime, Uuid)>;

pub(super) async fn list(tx: &mut TenantTx, filter: &Filter, after: After, limit: i64) -> Result<Vec<Row>> {
    let query: Query = filtered!(LIST, tx.tenant_id(), filter);
    let query = query
        .bind(after.map(|(at, _)| at))
        .bind(after.map(|(_, id)| id))
        .bind(limit);
    Ok(query.fetch_all(tx.connection()).await?)
}

pub(super) async fn search(tx: &mut TenantTx, filter: &Filter, after: After, limit: i64) -> Result<Vec<Row>> {
    let query: Query = filtered!(SEARCH, tx.tenant_id(), filter);
    let query = query
        .bind(after.map(|(at, _)| at))
        .bind(after.map(|(_, id)| id))
        .bind(limit);
    let query = query.bind(filter.include_public).bind(filter.words.clone());
    Ok(query.fetch_all(tx.connection()).await?)
}

pub(super) async fn export_page(
    tx: &mut TenantTx,
    filter: &Filter,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Row>> {
    let query: Query = filtered!(EXPORT_PAGE, tx.tenant_id(), filter);
    Ok(query.bind(after).bind(limit).fetch_all(tx.connection()).await?)
}

pub(super) async fn mark_validated(tx: &mut TenantTx, id: Uuid) -> Result<Row> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(MARK_VALIDATED)
        .bind(tenant)
        .bind(id)
        .fetch_one(tx.connection())
        .await?)
}

/// One more use; `None` when the precedent is not an active one of the tenant.
pub(super) async fn count_use(tx: &mut TenantTx, id: Uuid) -> Result<Option<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(COUNT_USE)
        .bind(tenant)
        .bind(id)
        .fetch_optional(tx.connection())
        .await?)
}

pub(super) async fn add_application(
    tx: &mut TenantTx,
    id: Uuid,
    precedent: Uuid,
    version: i64,
    caller: Option<&Caller>,
) -> Result<()> {
    let tenant = tx.tenant_id();
    sqlx::query(ADD_APPLICATION)
        .bind(tenant)
        .bind(id)
        .bind(precedent)
        .bind(version)
        .bind(caller.and_then(Caller::credential_id))
        .bind(caller.and_then(Caller::user_id))
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// The precedent after one of its applications ended; `None` when there is no such application under way.
pub(super) async fn end_application(
    tx: &mut TenantTx,
    precedent: Uuid,
    application: Uuid,
    outcome: &str,
    is_won: bool,
) -> Result<Option<Row>> {
    let tenant = tx.tenant_id();
    let ended: Option<bool> = sqlx::query_scalar(END_APPLICATION)
        .bind(tenant)
        .bind(application)
        .bind(precedent)
        .bind(outcome)
        .fetch_optional(tx.connection())
        .await?;
    if ended.is_none() {
        return Ok(None);
    }
    let query = sqlx::query_as(COUNT_SUCCESS)
        .bind(tenant)
        .bind(precedent)
        .bind(i64::from(is_won));
    Ok(Some(query.fetch_one(tx.connection()).await?))
}

/// Replaces the words a precedent is found by; those of a restricted one are as restricted.
pub(crate) async fn put_words(tx: &mut TenantTx, id: Uuid, is_restricted: bool, words: &[String]) -> Result<()> {
    let tenant = tx.tenant_id();
    sqlx::query(DELETE_WORDS)
        .bind(tenant)
        .bind(id)
        .execute(tx.connection())
        .await?;
    sqlx::query(INSERT_WORDS)
        .bind(tenant)
        .bind(id)
        .bind(words)
        .bind(is_restricted)
        .execute(tx.connection())
        .await?;
    Ok(())
}
