//! SQL of the users' own data.

use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;
use crate::rpc::identity::Caller;

macro_rules! columns {
    () => {
        "id, user_id, state, requested_at, due_at, ended_at"
    };
}

statements! {
    /// Everything held of a user.
    PROFILE as AuditReader = "
        SELECT id, email, display_name, roles, extra_permissions, status, created_at
        FROM users WHERE tenant_id = $1 AND id = $2";
    /// A user's API keys, without what proves them.
    API_KEYS as AuditReader = "
        SELECT id, prefix, display_name, roles, extra_permissions, expires_at, revoked_at, created_at
        FROM api_keys WHERE tenant_id = $1 AND user_id = $2 ORDER BY created_at, id";
    /// What a user's erasure has come to.
    ERASURES as AuditReader = concat!("
        SELECT ", columns!(), " FROM erasure_requests WHERE tenant_id = $1 AND user_id = $2 ORDER BY requested_at, id");
    /// Whether the tenant has such a user.
    HAS_USER as App = "SELECT EXISTS (SELECT FROM users WHERE tenant_id = $1 AND id = $2)";
    /// Asks for an erasure; it is due when the time of grace is over.
    REQUEST as App = concat!("
        INSERT INTO erasure_requests (tenant_id, id, user_id, requested_by_credential, requested_by_user)
        VALUES ($1, $2, $3, $4, $5) RETURNING ", columns!());
    /// One request, locked.
    GET_FOR_UPDATE as App = concat!("
        SELECT ", columns!(), " FROM erasure_requests WHERE tenant_id = $1 AND id = $2 FOR UPDATE");
    /// Ends a request.
    END as App = concat!("
        UPDATE erasure_requests SET state = $3, ended_at = now() WHERE tenant_id = $1 AND id = $2 RETURNING ", columns!());
    /// The requests that are due, locked.
    DUE as App = concat!("
        SELECT ", columns!(), " FROM erasure_requests
        WHERE tenant_id = $1 AND state = 'PENDING' AND due_at <= now() ORDER BY due_at, id FOR UPDATE");
    /// Whether a tenant would be left without anybody to administer it.
    IS_LAST_ADMINISTRATOR as App = "
        SELECT count(*) = 1 AND bool_or(id = $2) FROM users
        WHERE tenant_id = $1 AND status = 'ACTIVE' AND roles && ARRAY['OWNER', 'TENANT_ADMIN']";
    /// Puts a pseudonym in a user's place.
    PSEUDONYMISE as App = "
        UPDATE users SET email = 'erased-' || id || '@invalid', display_name = 'Erased user', status = 'DEACTIVATED'
        WHERE tenant_id = $1 AND id = $2";
    /// Ends a user's keys; their names may name the user.
    PSEUDONYMISE_KEYS as App = "
        UPDATE api_keys SET display_name = 'erased', revoked_at = coalesce(revoked_at, now())
        WHERE tenant_id = $1 AND user_id = $2";
}

/// A user as stored.
#[derive(Debug, FromRow)]
pub(super) struct ProfileRow {
    pub(super) id: Uuid,
    pub(super) email: String,
    pub(super) display_name: String,
    pub(super) roles: Vec<String>,
    pub(super) extra_permissions: Vec<String>,
    pub(super) status: String,
    pub(super) created_at: OffsetDateTime,
}

/// An API key as its owner may see it.
#[derive(Debug, FromRow)]
pub(super) struct ApiKeyRow {
    pub(super) id: Uuid,
    pub(super) prefix: String,
    pub(super) display_name: String,
    pub(super) roles: Vec<String>,
    pub(super) extra_permissions: Vec<String>,
    pub(super) expires_at: OffsetDateTime,
    pub(super) revoked_at: Option<OffsetDateTime>,
    pub(super) created_at: OffsetDateTime,
}

/// A request for erasure as stored.
#[derive(Debug, FromRow)]
pub(super) struct ErasureRow {
    pub(super) id: Uuid,
    pub(super) user_id: Uuid,
    pub(super) state: String,
    pub(super) requested_at: OffsetDateTime,
    pub(super) due_at: OffsetDateTime,
    pub(super) ended_at: Option<OffsetDateTime>,
}

pub(super) async fn profile(tx: &mut TenantTx, user: Uuid) -> Result<Option<ProfileRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(PROFILE)
        .bind(tenant)
        .bind(user)
        .fetch_optional(tx.connection())
        .await?)
}

pub(super) async fn api_keys(tx: &mut TenantTx, user: Uuid) -> Result<Vec<ApiKeyRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(API_KEYS)
        .bind(tenant)
        .bind(user)
        .fetch_all(tx.connection())
        .await?)
}

pub(super) async fn erasures(tx: &mut TenantTx, user: Uuid) -> Result<Vec<ErasureRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(ERASURES)
        .bind(tenant)
        .bind(user)
        .fetch_all(tx.connection())
        .await?)
}

pub(super) async fn has_user(tx: &mut TenantTx, user: Uuid) -> Result<bool> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_scalar(HAS_USER)
        .bind(tenant)
        .bind(user)
        .fetch_one(tx.connection())
        .await?)
}

pub(super) async fn request(tx: &mut TenantTx, user: Uuid, caller: Option<&Caller>) -> Result<ErasureRow> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(REQUEST)
        .bind(tenant)
        .bind(Uuid::now_v7())
        .bind(user)
        .bind(caller.and_then(Caller::credential_id))
        .bind(caller.and_then(Caller::user_id))
        .fetch_one(tx.connection())
        .await?)
}

pub(super) async fn get_for_update(tx: &mut TenantTx, id: Uuid) -> Result<Option<ErasureRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(GET_FOR_UPDATE)
        .bind(tenant)
        .bind(id)
        .fetch_optional(tx.connection())
        .await?)
}

pub(super) async fn end(tx: &mut TenantTx, id: Uuid, state: &str) -> Result<ErasureRow> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(END)
        .bind(tenant)
        .bind(id)
        .bind(state)
        .fetch_one(tx.connection())
        .await?)
}

pub(super) async fn due(tx: &mut TenantTx) -> Result<Vec<ErasureRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(DUE).bind(tenant).fetch_all(tx.connection()).await?)
}

pub(super) async fn is_last_administrator(tx: &mut TenantTx, user: Uuid) -> Result<bool> {
    let tenant = tx.tenant_id();
    let answer: Option<bool> = sqlx::query_scalar(IS_LAST_ADMINISTRATOR)
        .bind(tenant)
        .bind(user)
        .fetch_one(tx.connection())
        .await?;
    Ok(answer.unwrap_or(false))
}

/// Whether the user and the keys of the user are pseudonyms now.
pub(super) async fn pseudonymise(tx: &mut TenantTx, user: Uuid) -> Result<bool> {
    let tenant = tx.tenant_id();
    sqlx::query(PSEUDONYMISE_KEYS)
        .bind(tenant)
        .bind(user)
        .execute(tx.connection())
        .await?;
    let changed = sqlx::query(PSEUDONYMISE)
        .bind(tenant)
        .bind(user)
        .execute(tx.connection())
        .await?;
    Ok(changed.rows_affected() == 1)
}
