//! SQL of feedback.

use sqlx::FromRow;
use uuid::Uuid;

use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;
use crate::rpc::identity::Caller;

statements! {
    /// Keeps a feedback.
    INSERT as App = "
        INSERT INTO classification_feedback
            (tenant_id, id, words, codes, denial_type, predicted_type, model_version, submitted_by_credential, submitted_by_user)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// What was said last of each text, the newest first.
    LATEST as App = "
        SELECT words, denial_type FROM (
            SELECT DISTINCT ON (lower(words)) words, denial_type, created_at, id FROM classification_feedback
            WHERE tenant_id = $1 AND words <> '' ORDER BY lower(words), created_at DESC, id DESC) latest
        ORDER BY created_at DESC, id DESC LIMIT $2";
}

/// A feedback to keep.
#[derive(Debug)]
pub(super) struct Feedback<'f> {
    pub(super) id: Uuid,
    pub(super) words: &'f str,
    pub(super) codes: &'f [String],
    pub(super) denial_type: &'f str,
    pub(super) predicted_type: &'f str,
    pub(super) model_version: &'f str,
}

/// A text and the type it truly is of.
#[derive(Debug, FromRow)]
pub(crate) struct Told {
    pub(crate) words: String,
    pub(crate) denial_type: String,
}

pub(super) async fn insert(tx: &mut TenantTx, feedback: &Feedback<'_>, caller: Option<&Caller>) -> Result<()> {
    let tenant = tx.tenant_id();
    sqlx::query(INSERT)
        .bind(tenant)
        .bind(feedback.id)
        .bind(feedback.words)
        .bind(feedback.codes)
        .bind(feedback.denial_type)
        .bind(feedback.predicted_type)
        .bind(feedback.model_version)
        .bind(caller.and_then(Caller::credential_id))
        .bind(caller.and_then(Caller::user_id))
        .execute(tx.connection())
        .await?;
    Ok(())
}

/// The tenant's feedback in words.
pub(crate) async fn latest(tx: &mut TenantTx, limit: i64) -> Result<Vec<Told>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(LATEST)
        .bind(tenant)
        .bind(limit)
        .fetch_all(tx.connection())
        .await?)
}
