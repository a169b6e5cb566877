//! SQL of the audit log.

use sqlx::FromRow;
use sqlx::postgres::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

use super::event::{AuditEvent, leaf_hash};
use crate::db::TenantTx;
use crate::db::statement::statements;
use crate::db::stored::StoredEnum as _;
use crate::rpc::error::Result;

/// One statement for one event or a thousand: a column is an array, and lists of text travel joined
/// by commas because unnest flattens arrays of arrays.
macro_rules! append {
    () => {
        "INSERT INTO audit_events (occurred_at, id, tenant_id, category, action, outcome, reason, method,
            identity_kind, credential_id, actor_user_id, roles, client_ip, request_id, trace_id, resource_type,
            resource_id, resource_version, attempted_ref_sha256, row_count, fields, filter_sha256, content_sha256,
            canonical, salt, leaf_sha256)
        SELECT e.occurred_at, e.id, e.tenant_id, e.category, e.action, e.outcome, e.reason, e.method,
            e.identity_kind, e.credential_id, e.actor_user_id, string_to_array(e.roles, ','), e.client_ip,
            e.request_id, e.trace_id, e.resource_type, e.resource_id, e.resource_version, e.attempted_ref_sha256,
            e.row_count, string_to_array(e.fields, ','), e.filter_sha256, e.content_sha256, e.canonical, e.salt,
            e.leaf_sha256
        FROM unnest($1::timestamptz[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::uuid[], $11::uuid[], $12::text[], $13::text[], $14::text[], $15::text[],
            $16::text[], $17::uuid[], $18::bigint[], $19::bytea[], $20::bigint[], $21::text[], $22::bytea[],
            $23::bytea[], $24::bytea[], $25::bytea[], $26::bytea[])
            AS e(occurred_at, id, tenant_id, category, action, outcome, reason, method, identity_kind,
            credential_id, actor_user_id, roles, client_ip, request_id, trace_id, resource_type, resource_id,
            resource_version, attempted_ref_sha256, row_count, fields, filter_sha256, content_sha256, canonical,
            salt, leaf_sha256)"
    };
}

macro_rules! columns {
    () => {
        "id, occurred_at, category, action, outcome, reason, method, identity_kind, credential_id, actor_user_id,
            roles, client_ip, request_id, resource_type, resource_id, resource_version, attempted_ref_sha256,
            row_count, fields, filter_sha256, content_sha256, leaf_sha256"
    };
}

statements! {
    /// Appends in the caller's transaction.
    APPEND as App = append!();
    /// Appends on the writer's own connection.
    APPEND_MANY as AuditWriter = append!();
    /// Makes the partitions of the months to come.
    ENSURE_PARTITIONS as AuditWriter = "SELECT audit_ensure_partitions(3)";
    /// One event.
    GET as AuditReader = concat!(
        "SELECT ", columns!(), " FROM audit_events WHERE tenant_id = $1 AND id = $2"
    );
    /// A page of the events about a user: what the user did, and what was done about the user.
    ABOUT_USER as AuditReader = concat!(
        "SELECT ", columns!(), " FROM audit_events
        WHERE tenant_id = $1 AND (actor_user_id = $2 OR (resource_type = 'user' AND resource_id = $2))
            AND ($3::timestamptz IS NULL OR (occurred_at, id) < ($3, $4))
        ORDER BY occurred_at DESC, id DESC
        LIMIT $5"
    );
    /// A page of events, newest first.
    LIST as AuditReader = concat!(
        "SELECT ", columns!(), " FROM audit_events
        WHERE tenant_id = $1
            AND ($2::timestamptz IS NULL OR occurred_at >= $2)
            AND ($3::timestamptz IS NULL OR occurred_at < $3)
            AND ($4::text IS NULL OR action = $4)
            AND ($5::text IS NULL OR outcome = $5)
            AND ($6::uuid IS NULL OR actor_user_id = $6)
            AND ($7::uuid IS NULL OR credential_id = $7)
            AND ($8::uuid IS NULL OR resource_id = $8)
            AND ($9::timestamptz IS NULL OR (occurred_at, id) < ($9, $10))
        ORDER BY occurred_at DESC, id DESC
        LIMIT $11"
    );
}

/// The columns of a batch of events.
#[derive(Default)]
struct Columns<'a> {
    occurred_at: Vec<OffsetDateTime>,
    id: Vec<Uuid>,
    tenant_id: Vec<Option<Uuid>>,
    category: Vec<&'a str>,
    action: Vec<&'a str>,
    outcome: Vec<&'a str>,
    reason: Vec<&'a str>,
    method: Vec<&'a str>,
    identity_kind: Vec<&'a str>,
    credential_id: Vec<Option<Uuid>>,
    actor_user_id: Vec<Option<Uuid>>,
    roles: Vec<String>,
    client_ip: Vec<&'a str>,
    request_id: Vec<&'a str>,
    trace_id: Vec<&'a str>,
    resource_type: Vec<&'a str>,
    resource_id: Vec<Option<Uuid>>,
    resource_version: Vec<i64>,
    attempted_ref_sha256: Vec<Option<&'a [u8]>>,
    row_count: Vec<i64>,
    fields: Vec<String>,
    filter_sha256: Vec<Option<&'a [u8]>>,
    content_sha256: Vec<Option<&'a [u8]>>,
    canonical: Vec<Vec<u8>>,
    salt: Vec<&'a [u8]>,
    leaf_sha256: Vec<Vec<u8>>,
}

fn bytes(hash: Option<&[u8; 32]>) -> Option<&[u8]> {
    hash.map(|h| &h[..])
}

impl<'a> Columns<'a> {
    fn push(&mut self, event: &'a AuditEvent) {
        let canonical = event.canonical();
        self.leaf_sha256.push(leaf_hash(&event.salt, &canonical).to_vec());
        self.canonical.push(canonical);
        self.salt.push(&event.salt);
        self.occurred_at.push(event.occurred_at);
        self.id.push(event.id);
        self.tenant_id.push(event.tenant_id);
        self.category.push(event.category.stored());
        self.action.push(&event.action);
        self.outcome.push(event.outcome.stored());
        self.reason.push(&event.reason);
        self.method.push(&event.method);
        self.identity_kind.push(event.identity_kind.stored());
        self.credential_id.push(event.credential_id);
        self.actor_user_id.push(event.actor_user_id);
        self.roles.push(event.roles.join(","));
        self.client_ip.push(&event.client_ip);
        self.request_id.push(&event.request_id);
        self.trace_id.push(&event.trace_id);
        self.resource_type.push(event.facts.resource.name());
        self.resource_id.push(event.facts.resource_id);
        self.resource_version.push(event.facts.resource_version);
        self.attempted_ref_sha256
            .push(bytes(event.attempted_ref_sha256.as_ref()));
        self.row_count.push(event.facts.row_count);
        self.fields.push(event.facts.fields.join(","));
        self.filter_sha256.push(bytes(event.facts.filter_sha256.as_ref()));
        self.content_sha256.push(bytes(event.facts.content_sha256.as_ref()));
    }

    async fn append<'e>(
        self,
        statement: &'static str,
        executor: impl sqlx::PgExecutor<'e>,
    ) -> std::result::Result<(), sqlx::Error> {
        sqlx::query(statement)
            .bind(self.occurred_at)
            .bind(self.id)
            .bind(self.tenant_id)
            .bind(self.category)
            .bind(self.action)
            .bind(self.outcome)
            .bind(self.reason)
            .bind(self.method)
            .bind(self.identity_kind)
            .bind(self.credential_id)
            .bind(self.actor_user_id)
            .bind(self.roles)
            .bind(self.client_ip)
            .bind(self.request_id)
            .bind(self.trace_id)
            .bind(self.resource_type)
            .bind(self.resource_id)
            .bind(self.resource_version)
            .bind(self.attempted_ref_sha256)
            .bind(self.row_count)
            .bind(self.fields)
            .bind(self.filter_sha256)
            .bind(self.content_sha256)
            .bind(self.canonical)
            .bind(self.salt)
            .bind(self.leaf_sha256)
            .execute(executor)
            .await
            .map(|_| ())
    }
}

/// Appends an event in the caller's transaction.
pub(crate) async fn append(tx: &mut TenantTx, event: &AuditEvent) -> std::result::Result<(), sqlx::Error> {
    let mut columns = Columns::default();
    columns.push(event);
    columns.append(APPEND, tx.connection()).await
}

/// Appends events of any tenant or none, in one transaction of their own.
pub(crate) async fn append_many<'a>(
    executor: impl sqlx::PgExecutor<'_>,
    events: impl Iterator<Item = &'a AuditEvent>,
) -> std::result::Result<(), sqlx::Error> {
    let mut columns = Columns::default();
    events.for_each(|event| columns.push(event));
    columns.append(APPEND_MANY, executor).await
}

/// Makes the partitions of this and the coming months.
pub(crate) async fn ensure_partitions(pool: &PgPool) -> std::result::Result<(), sqlx::Error> {
    sqlx::query(ENSURE_PARTITIONS).execute(pool).await.map(|_| ())
}

/// An event as stored.
#[derive(Debug, FromRow)]
pub(crate) struct EventRow {
    pub(crate) id: Uuid,
    pub(crate) occurred_at: OffsetDateTime,
    pub(crate) category: String,
    pub(crate) action: String,
    pub(crate) outcome: String,
    pub(crate) reason: String,
    pub(crate) method: String,
    pub(crate) identity_kind: String,
    pub(crate) credential_id: Option<Uuid>,
    pub(crate) actor_user_id: Option<Uuid>,
    pub(crate) roles: Vec<String>,
    pub(crate) client_ip: String,
    pub(crate) request_id: String,
    pub(crate) resource_type: String,
    pub(crate) resource_id: Option<Uuid>,
    pub(crate) resource_version: i64,
    pub(crate) attempted_ref_sha256: Option<Vec<u8>>,
    pub(crate) row_count: i64,
    pub(crate) fields: Vec<String>,
    pub(crate) filter_sha256: Option<Vec<u8>>,
    pub(crate) content_sha256: Option<Vec<u8>>,
    pub(crate) leaf_sha256: Vec<u8>,
}

/// What a list narrows by.
#[derive(Debug, Default)]
pub(crate) struct EventFilter {
    pub(crate) start: Option<OffsetDateTime>,
    pub(crate) end: Option<OffsetDateTime>,
    pub(crate) action: Option<String>,
    pub(crate) outcome: Option<&'static str>,
    pub(crate) actor_user_id: Option<Uuid>,
    pub(crate) credential_id: Option<Uuid>,
    pub(crate) resource_id: Option<Uuid>,
}

/// One event of the tenant.
pub(crate) async fn get(tx: &mut TenantTx, id: Uuid) -> Result<Option<EventRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(GET)
        .bind(tenant)
        .bind(id)
        .fetch_optional(tx.connection())
        .await?)
}

/// A page of the events about a user of the tenant behind `after`.
pub(crate) async fn about_user(
    tx: &mut TenantTx,
    user: Uuid,
    after: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> Result<Vec<EventRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(ABOUT_USER)
        .bind(tenant)
        .bind(user)
        .bind(after.map(|(at, _)| at))
        .bind(after.map(|(_, id)| id))
        .bind(limit)
        .fetch_all(tx.connection())
        .await?)
}

/// A page of the tenant's events behind `after`.
pub(crate) async fn list(
    tx: &mut TenantTx,
    filter: &EventFilter,
    after: Option<(OffsetDateTime, Uuid)>,
    limit: i64,
) -> Result<Vec<EventRow>> {
    let tenant = tx.tenant_id();
    Ok(sqlx::query_as(LIST)
        .bind(tenant)
        .bind(filter.start)
        .bind(filter.end)
        .bind(filter.action.as_deref())
        .bind(filter.outcome)
        .bind(filter.actor_user_id)
        .bind(filter.credential_id)
        .bind(filter.resource_id)
        .bind(after.map(|(at, _)| at))
        .bind(after.map(|(_, id)| id))
        .bind(limit)
        .fetch_all(tx.connection())
        .await?)
}
