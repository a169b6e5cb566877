//! SQL of tenants and credentials.

use sqlx::postgres::PgPool;
use sqlx::{FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;

statements! {
    /// A certificate with its tenant, by fingerprint.
    CERTIFICATE as Auth = "
        SELECT c.id, c.tenant_id, t.slug AS tenant_slug, t.status AS tenant_status, c.service_name AS display_name,
            c.roles, c.extra_permissions, c.may_assert_actor, c.not_before AS valid_from, c.not_after AS expires_at,
            c.revoked_at IS NOT NULL AS is_revoked, t.ip_allowlist, '{}'::text[] AS own_ip_allowlist, NULL::bytea AS secret_hmac,
            NULL::smallint AS pepper_version, NULL::uuid AS user_id
        FROM certificates c JOIN tenants t ON t.id = c.tenant_id
        WHERE c.fingerprint_sha256 = $1";
    /// An API key with its tenant, by prefix. A key of a user that is no longer active is revoked.
    API_KEY as Auth = "
        SELECT k.id, k.tenant_id, t.slug AS tenant_slug, t.status AS tenant_status, k.display_name,
            k.roles, k.extra_permissions, false AS may_assert_actor, k.created_at AS valid_from, k.expires_at,
            (k.revoked_at IS NOT NULL OR (k.user_id IS NOT NULL AND u.status IS DISTINCT FROM 'ACTIVE')) AS is_revoked,
            t.ip_allowlist, k.ip_allowlist AS own_ip_allowlist, k.secret_hmac, k.pepper_version, k.user_id
        FROM api_keys k JOIN tenants t ON t.id = k.tenant_id
            LEFT JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
        WHERE k.prefix = $1";
    /// A user that a service may act for.
    ACTIVE_USER as Auth = "SELECT roles, extra_permissions FROM users WHERE tenant_id = $1 AND id = $2 AND status = 'ACTIVE'";
    /// Every tenant, for the service's own work.
    EVERY_TENANT as Auth = "SELECT id FROM tenants ORDER BY id";
    /// The caller's own tenant.
    TENANT as App = "
        SELECT id, slug, name, is_demo, coalesce(sud_agreement_until > now(), false) AS sud_agreement_active,
            baa_permits_deidentification, retention_days, features, created_at
        FROM tenants WHERE id = $1";
    /// A tenant made by an operator; keeps one that exists.
    ADD_TENANT as Migrator = "
        INSERT INTO tenants (id, slug, name, kind, is_demo, baa_permits_deidentification)
        VALUES ($1, $2, $3, 'CUSTOMER', $4, $4)
        ON CONFLICT (slug) DO UPDATE SET name = excluded.name
        RETURNING id";
    /// A user made by an operator.
    ADD_USER as Migrator = "
        INSERT INTO users (tenant_id, id, email, display_name, roles) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant_id, email) DO UPDATE SET display_name = excluded.display_name
        RETURNING id";
    /// A certificate registered by an operator.
    ADD_CERTIFICATE as Migrator = "
        INSERT INTO certificates (tenant_id, id, fingerprint_sha256, service_name, roles, may_assert_actor, not_before, not_after)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (fingerprint_sha256) DO NOTHING";
    /// An API key registered by an operator.
    ADD_API_KEY as Migrator = "
        INSERT INTO api_keys (tenant_id, id, prefix, pepper_version, secret_hmac, display_name, roles, user_id, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// Puts the tenant's Part 2 agreement in force until a moment.
    SIGN_SUD_AGREEMENT as Migrator = "UPDATE tenants SET sud_agreement_until = $2 WHERE id = $1";
    /// What is granted to a certificate by name, in the place of what was.
    GRANT_TO_CERTIFICATE as Migrator = "
        UPDATE certificates SET extra_permissions = $3 WHERE tenant_id = $1 AND fingerprint_sha256 = $2";
    /// Whether a key of this prefix is still good.
    HAS_API_KEY as Migrator = "
        SELECT EXISTS (SELECT FROM api_keys WHERE prefix = $1 AND revoked_at IS NULL AND expires_at > now() + interval '1 day')";
}

/// A certificate or key, with what its tenant says about it.
#[derive(Debug, FromRow)]
pub(crate) struct CredentialRow {
    pub(crate) id: Uuid,
    pub(crate) tenant_id: Uuid,
    pub(crate) tenant_slug: String,
    pub(crate) tenant_status: String,
    pub(crate) display_name: String,
    pub(crate) roles: Vec<String>,
    /// What is granted by name, beside the roles.
    pub(crate) extra_permissions: Vec<String>,
    pub(crate) may_assert_actor: bool,
    pub(crate) valid_from: OffsetDateTime,
    pub(crate) expires_at: OffsetDateTime,
    pub(crate) is_revoked: bool,
    /// Where the tenant allows calls from; anywhere when empty.
    pub(crate) ip_allowlist: Vec<String>,
    /// Where the credential itself does.
    pub(crate) own_ip_allowlist: Vec<String>,
    pub(crate) secret_hmac: Option<Vec<u8>>,
    pub(crate) pepper_version: Option<i16>,
    pub(crate) user_id: Option<Uuid>,
}

/// What a user may do.
#[derive(Debug, FromRow)]
pub(crate) struct UserRow {
    pub(crate) roles: Vec<String>,
    pub(crate) extra_permissions: Vec<String>,
}

/// A tenant as its members see it.
#[derive(Debug, FromRow)]
pub(crate) struct TenantRow {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) is_demo: bool,
    pub(crate) sud_agreement_active: bool,
    pub(crate) baa_permits_deidentification: bool,
    pub(crate) retention_days: i32,
    pub(crate) features: Vec<String>,
    pub(crate) created_at: OffsetDateTime,
}

pub(crate) async fn certificate(pool: &PgPool, fingerprint: &[u8; 32]) -> Result<Option<CredentialRow>> {
    Ok(sqlx::query_as(CERTIFICATE)
        .bind(&fingerprint[..])
        .fetch_optional(pool)
        .await?)
}

pub(crate) async fn api_key(pool: &PgPool, prefix: &str) -> Result<Option<CredentialRow>> {
    Ok(sqlx::query_as(API_KEY).bind(prefix).fetch_optional(pool).await?)
}

pub(crate) async fn active_user(pool: &PgPool, tenant: Uuid, user: Uuid) -> Result<Option<UserRow>> {
    Ok(sqlx::query_as(ACTIVE_USER)
        .bind(tenant)
        .bind(user)
        .fetch_optional(pool)
        .await?)
}

/// Every tenant, the platform among them.
pub(crate) async fn every_id(pool: &PgPool) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar(EVERY_TENANT).fetch_all(pool).await?)
}

pub(crate) async fn tenant(tx: &mut TenantTx) -> Result<Option<TenantRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(TENANT)
        .bind(tenant)
        .fetch_optional(tx.connection())
        .await?)
}

pub(crate) async fn add_tenant(
    connection: &mut PgConnection,
    slug: &str,
    name: &str,
    is_demo: bool,
) -> std::result::Result<Uuid, sqlx::Error> {
    sqlx::query_scalar(ADD_TENANT)
        .bind(Uuid::now_v7())
        .bind(slug)
        .bind(name)
        .bind(is_demo)
        .fetch_one(connection)
        .await
}

pub(crate) async fn add_user(
    connection: &mut PgConnection,
    tenant: Uuid,
    email: &str,
    display_name: &str,
    roles: &[&str],
) -> std::result::Result<Uuid, sqlx::Error> {
    sqlx::query_scalar(ADD_USER)
        .bind(tenant)
        .bind(Uuid::now_v7())
        .bind(email)
        .bind(display_name)
        .bind(roles)
        .fetch_one(connection)
        .await
}

/// A certificate to register.
#[derive(Debug)]
pub(crate) struct CertificateToAdd<'a> {
    pub(crate) tenant: Uuid,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) service_name: &'a str,
    pub(crate) roles: &'a [&'a str],
    pub(crate) may_assert_actor: bool,
    pub(crate) not_before: OffsetDateTime,
    pub(crate) not_after: OffsetDateTime,
}

pub(crate) async fn add_certificate(
    connection: &mut PgConnection,
    certificate: &CertificateToAdd<'_>,
) -> std::result::Result<(), sqlx::Error> {
    sqlx::query(ADD_CERTIFICATE)
        .bind(certificate.tenant)
        .bind(Uuid::now_v7())
        .bind(&certificate.fingerprint[..])
        .bind(certificate.service_name)
        .bind(certificate.roles)
        .bind(certificate.may_assert_actor)
        .bind(certificate.not_before)
        .bind(certificate.not_after)
        .execute(connection)
        .await
        .map(|_| ())
}

/// An API key to register.
#[derive(Debug)]
pub(crate) struct ApiKeyToAdd<'a> {
    pub(crate) tenant: Uuid,
    pub(crate) prefix: &'a str,
    pub(crate) pepper_version: i16,
    pub(crate) secret_hmac: &'a [u8],
    pub(crate) display_name: &'a str,
    pub(crate) roles: &'a [&'a str],
    pub(crate) user: Option<Uuid>,
    pub(crate) expires_at: OffsetDateTime,
}

pub(crate) async fn add_api_key(
    connection: &mut PgConnection,
    key: &ApiKeyToAdd<'_>,
) -> std::result::Result<(), sqlx::Error> {
    sqlx::query(ADD_API_KEY)
        .bind(key.tenant)
        .bind(Uuid::now_v7())
        .bind(key.prefix)
        .bind(key.pepper_version)
        .bind(key.secret_hmac)
        .bind(key.display_name)
        .bind(key.roles)
        .bind(key.user)
        .bind(key.expires_at)
        .execute(connection)
        .await
        .map(|_| ())
}

pub(crate) async fn sign_sud_agreement(
    connection: &mut PgConnection,
    tenant: Uuid,
    until: OffsetDateTime,
) -> std::result::Result<(), sqlx::Error> {
    sqlx::query(SIGN_SUD_AGREEMENT)
        .bind(tenant)
        .bind(until)
        .execute(connection)
        .await
        .map(|_| ())
}

pub(crate) async fn grant_to_certificate(
    connection: &mut PgConnection,
    tenant: Uuid,
    fingerprint: &[u8; 32],
    permissions: &[&str],
) -> std::result::Result<(), sqlx::Error> {
    let query = sqlx::query(GRANT_TO_CERTIFICATE)
        .bind(tenant)
        .bind(&fingerprint[..])
        .bind(permissions);
    query.execute(connection).await.map(|_| ())
}

pub(crate) async fn has_api_key(connection: &mut PgConnection, prefix: &str) -> std::result::Result<bool, sqlx::Error> {
    sqlx::query_scalar(HAS_API_KEY).bind(prefix).fetch_one(connection).await
}
