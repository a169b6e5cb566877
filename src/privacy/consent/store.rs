//! SQL of consents.

use sqlx::FromRow;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::rpc::error::Result;
use crate::rpc::identity::Caller;

macro_rules! columns {
    () => {
        "id, version, consent_ref, basis, scope, recipients_class, purpose, granted_year, expires_on, state,
            withdrawn_at, expired_at, created_at"
    };
}

macro_rules! standing {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM consents
        WHERE tenant_id = $1 AND (consent_ref, purpose) =
            (SELECT named.consent_ref, named.purpose FROM consents named WHERE named.tenant_id = $1 AND named.id = $2)
        ORDER BY state = 'ACTIVE' DESC, created_at DESC, id DESC
        LIMIT 1"
        )
    };
}

statements! {
    /// Records a consent.
    INSERT as App = concat!("
        INSERT INTO consents (tenant_id, id, consent_ref, basis, scope, recipients_class, purpose, granted_year,
            expires_on, recorded_by_credential, recorded_by_user)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        RETURNING ", columns!());
    /// The consent that stands for one now: of all under its reference and purpose the one in force, else the last.
    STANDING as App = standing!();
    /// The same, held as it is until the transaction ends: what is stored on it can't miss its withdrawal.
    STANDING_FOR_SHARE as App = concat!(standing!(), " FOR SHARE");
    /// One consent, locked for a change.
    GET_FOR_UPDATE as App = concat!("SELECT ", columns!(), " FROM consents WHERE tenant_id = $1 AND id = $2 FOR UPDATE");
    /// Ends a consent.
    WITHDRAW as App = concat!("
        UPDATE consents SET state = 'WITHDRAWN', withdrawn_at = now(), updated_at = now(), version = version + 1
        WHERE tenant_id = $1 AND id = $2
        RETURNING ", columns!());
    /// Ends the consents whose day has come: all, or those of one reference.
    EXPIRE as App = "
        UPDATE consents SET state = 'EXPIRED', expired_at = now(), updated_at = now(), version = version + 1
        WHERE tenant_id = $1 AND state = 'ACTIVE' AND expires_on <= (now() AT TIME ZONE 'UTC')::date
            AND ($2::text IS NULL OR consent_ref = $2)
        RETURNING id, version";
    /// A page of consents, newest first.
    LIST as App = concat!("
        SELECT ", columns!(), " FROM consents
        WHERE tenant_id = $1 AND ($2::text IS NULL OR consent_ref = $2)
            AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4))
        ORDER BY created_at DESC, id DESC
        LIMIT $5");
    /// Whether the tenant's Part 2 agreement is in force.
    HAS_AGREEMENT as App = "SELECT coalesce(sud_agreement_until > now(), false) FROM tenants WHERE id = $1";
}

/// A consent as stored.
#[derive(Debug, FromRow)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) consent_ref: String,
    pub(super) basis: String,
    pub(super) scope: String,
    pub(super) recipients_class: String,
    pub(super) purpose: String,
    pub(super) granted_year: i16,
    pub(super) expires_on: Option<Date>,
    pub(super) state: String,
    pub(super) withdrawn_at: Option<OffsetDateTime>,
    pub(super) expired_at: Option<OffsetDateTime>,
    pub(super) created_at: OffsetDateTime,
}

/// A consent to record.
#[derive(Debug)]
pub(super) struct NewConsent {
    pub(super) consent_ref: String,
    pub(super) basis: &'static str,
    pub(super) scope: &'static str,
    pub(super) recipients_class: &'static str,
    pub(super) purpose: &'static str,
    pub(super) granted_year: i16,
    pub(super) expires_on: Option<Date>,
}

pub(super) async fn insert(tx: &mut TenantTx, id: Uuid, consent: NewConsent, caller: Option<&Caller>) -> Result<Row> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(INSERT)
        .bind(tenant)
        .bind(id)
        .bind(consent.consent_ref)
        .bind(consent.basis)
        .bind(consent.scope)
        .bind(consent.recipients_class)
        .bind(consent.purpose)
        .bind(consent.granted_year)
        .bind(consent.expires_on)
        .bind(caller.and_then(Caller::credential_id))
        .bind(caller.and_then(Caller::user_id))
        .fetch_one(tx.connection())
        .await?)
}

pub(super) async fn standing(tx: &mut TenantTx, id: Uuid) -> Result<Option<Row>> {
    one(tx, STANDING, id).await
}

pub(super) async fn standing_for_share(tx: &mut TenantTx, id: Uuid) -> Result<Option<Row>> {
    one(tx, STANDING_FOR_SHARE, id).await
}

pub(super) async fn get_for_update(tx: &mut TenantTx, id: Uuid) -> Result<Option<Row>> {
    one(tx, GET_FOR_UPDATE, id).await
}

async fn one(tx: &mut TenantTx, statement: &'static str, id: Uuid) -> Result<Option<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(statement)
        .bind(tenant)
        .bind(id)
        .fetch_optional(tx.connection())
        .await?)
}

pub(super) async fn withdraw(tx: &mut TenantTx, id: Uuid) -> Result<Row> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(WITHDRAW)
        .bind(tenant)
        .bind(id)
        .fetch_one(tx.connection())
        .await?)
}

/// Those that ended, each with its version.
pub(super) async fn expire(tx: &mut TenantTx, consent_ref: Option<&str>) -> Result<Vec<(Uuid, i64)>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(EXPIRE)
        .bind(tenant)
        .bind(consent_ref)
        .fetch_all(tx.connection())
        .await?)
}

pub(super) async fn list(
    tx: &mut TenantTx,
    consent_ref: Option<&str>,
    after: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> Result<Vec<Row>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(LIST)
        .bind(tenant)
        .bind(consent_ref)
        .bind(after.map(|(at, _)| at))
        .bind(after.map(|(_, id)| id))
        .bind(limit)
        .fetch_all(tx.connection())
        .await?)
}

pub(super) async fn has_agreement(tx: &mut TenantTx) -> Result<bool> {
    let tenant = tx.tenant_id();
    let answer: Option<bool> = sqlx::query_scalar(HAS_AGREEMENT)
        .bind(tenant)
        .fetch_optional(tx.connection())
        .await?;
    Ok(answer.unwrap_or(false))
}
