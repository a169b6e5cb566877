//! SQL of the tenants' allow-lists.

use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;
use crate::rpc::identity::Caller;

statements! {
    /// Adds a phrase.
    INSERT as App = "
        INSERT INTO phi_allow_list (tenant_id, id, phrase, kind, added_by_credential, added_by_user)
        VALUES ($1, $2, $3, $4, $5, $6)
        RETURNING id, phrase, kind, created_at";
    /// Takes a phrase out; the audit log keeps that it was there.
    DELETE as App = "DELETE FROM phi_allow_list WHERE tenant_id = $1 AND id = $2 RETURNING true";
    /// The tenant's phrases.
    LIST as App = "
        SELECT id, phrase, kind, created_at FROM phi_allow_list WHERE tenant_id = $1 ORDER BY phrase, kind, id";
}

/// An entry as stored.
#[derive(Debug, FromRow)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) phrase: String,
    /// Empty for every kind that may be allowed.
    pub(super) kind: String,
    pub(super) created_at: OffsetDateTime,
}

pub(super) async fn insert(
    tx: &mut TenantTx,
    id: Uuid,
    phrase: &str,
    kind: &str,
    caller: Option<&Caller>,
) -> Result<Row> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(INSERT)
        .bind(tenant)
        .bind(id)
        .bind(phrase)
        .bind(kind)
        .bind(caller.and_then(Caller::credential_id))
        .bind(caller.and_then(Caller::user_id))
        .fetch_one(tx.connection())
        .await?)
}

/// Whether there was such an entry.
pub(super) async fn delete(tx: &mut TenantTx, id: Uuid) -> Result<bool> {
    let tenant = tx.tenant_id();
    let deleted: Option<bool> = sqlx::query_scalar(DELETE)
        .bind(tenant)
        .bind(id)
        .fetch_optional(tx.connection())
        .await?;
    Ok(deleted.is_some())
}

pub(super) async fn list(tx: &mut TenantTx) -> Result<Vec<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(LIST).bind(tenant).fetch_all(tx.connection()).await?)
}
