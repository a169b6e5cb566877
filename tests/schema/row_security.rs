//! Row security is forced on every table, and alone keeps tenants apart.

use stratum::db::DbRole;
use uuid::Uuid;

use super::{TABLES, as_tenant};
use crate::harness::cast::Cast;
use crate::harness::db::Database;
use crate::harness::{ALPHA, BETA, DOORS, Stage};

#[tokio::test]
async fn every_table_and_partition_forces_row_security() {
    let database = Database::clone().await;
    let mut superuser = database.superuser().await;
    let all: Vec<String> = superuser.column(TABLES).await;
    assert!(
        all.iter().any(|table| table.starts_with("audit_events_y")) && all.contains(&"precedents".to_owned()),
        "{all:?}"
    );
    let open: Vec<String> = superuser
        .column(&format!(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'public' AND c.relname IN ({TABLES}) AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        ))
        .await;
    assert!(open.is_empty(), "without forced row security: {open:?}");
}

/// Partitions of months to come are made by the running service, and are as closed.
#[tokio::test]
async fn so_does_a_partition_that_is_made_later() {
    let database = Database::clone().await;
    let mut writer = database.as_role(DbRole::AuditWriter).await;
    let made: i32 = writer.value("SELECT audit_ensure_partitions(30)").await;
    assert!(made > 0);
    let again: i32 = writer.value("SELECT audit_ensure_partitions(30)").await;
    assert_eq!(again, 0);
    let mut superuser = database.superuser().await;
    let open: i64 = superuser
        .value(
            "SELECT count(*) FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
            WHERE inhparent = 'audit_events'::regclass AND NOT (relrowsecurity AND relforcerowsecurity)",
        )
        .await;
    let owners: Vec<String> = superuser
        .column(
            "SELECT DISTINCT pg_get_userbyid(relowner)::text FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
            WHERE inhparent = 'audit_events'::regclass",
        )
        .await;
    assert_eq!((open, owners), (0, vec!["stratum_migrator".to_owned()]));
}

#[tokio::test]
async fn no_role_of_the_service_owns_anything_or_gets_round_a_policy() {
    let database = Database::clone().await;
    let mut superuser = database.superuser().await;
    let roles: Vec<String> = superuser
        .column("SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'stratum\\_%' ORDER BY 1")
        .await;
    let mut known: Vec<&str> = DbRole::ALL.iter().map(|role| role.name()).collect();
    known.sort_unstable();
    assert_eq!(roles, known, "roles.sql and DbRole name the same roles");
    let mighty: Vec<String> = superuser
        .column(
            "SELECT rolname::text FROM pg_roles WHERE rolname LIKE 'stratum\\_%'
            AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication OR rolinherit)",
        )
        .await;
    assert!(mighty.is_empty(), "{mighty:?}");
    let members: Vec<String> = superuser
        .column(
            "SELECT m.rolname || ' in ' || r.rolname FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member
            JOIN pg_roles r ON r.oid = a.roleid WHERE m.rolname LIKE 'stratum\\_%'",
        )
        .await;
    assert!(members.is_empty(), "{members:?}");
    let owned: Vec<String> = superuser
        .column(
            "SELECT relname || ' of ' || rolname FROM pg_class JOIN pg_roles r ON r.oid = relowner
            WHERE rolname LIKE 'stratum\\_%' AND rolname <> 'stratum_migrator'
            UNION ALL
            SELECT proname || ' of ' || rolname FROM pg_proc JOIN pg_roles r ON r.oid = proowner
            WHERE rolname LIKE 'stratum\\_%' AND rolname <> 'stratum_migrator'",
        )
        .await;
    assert!(owned.is_empty(), "{owned:?}");
}

/// The tenants' data of a stage with a precedent of each of two tenants, and both ids.
async fn two_tenants() -> (Stage, Uuid, Uuid) {
    let stage = Stage::start().await;
    for door in DOORS {
        stage.scene(door).precedent().await;
    }
    let cast = Cast::get();
    let (alpha, beta) = (cast.tenant(ALPHA).id, cast.tenant(BETA).id);
    (stage, alpha, beta)
}

/// With every filter of ours removed, the policy alone shows a tenant its own rows and the public ones.
#[tokio::test]
async fn without_any_filter_a_tenant_sees_its_own_rows_only() {
    let (stage, alpha, beta) = two_tenants().await;
    let mut app = stage.database.as_role(DbRole::App).await;
    for (table, tenant_column) in [
        ("precedents", "tenant_id"),
        ("precedent_versions", "tenant_id"),
        ("tenants", "id"),
    ] {
        for tenant in [alpha, beta] {
            app.run("BEGIN").await;
            app.run(&format!("SET LOCAL app.tenant_id = '{tenant}'")).await;
            let seen: Vec<Uuid> = app.column(&format!("SELECT {tenant_column} FROM {table}")).await;
            app.run("COMMIT").await;
            assert_eq!(seen, [tenant], "{table}");
        }
        let unbound: Vec<Uuid> = app.column(&format!("SELECT {tenant_column} FROM {table}")).await;
        assert!(unbound.is_empty(), "{table} without a tenant: {unbound:?}");
    }
    let mut reader = stage.database.as_role(DbRole::AuditReader).await;
    reader.run("BEGIN").await;
    reader.run(&format!("SET LOCAL app.tenant_id = '{beta}'")).await;
    let seen: Vec<Option<Uuid>> = reader.column("SELECT DISTINCT tenant_id FROM audit_events").await;
    reader.run("COMMIT").await;
    assert_eq!(seen, [Some(beta)]);
    let unbound: i64 = reader.value("SELECT count(*) FROM audit_events").await;
    assert_eq!(unbound, 0);
}

#[tokio::test]
async fn a_tenant_can_neither_write_nor_take_anothers_rows() {
    let (stage, alpha, beta) = two_tenants().await;
    let mut app = stage.database.as_role(DbRole::App).await;
    for sql in [
        format!("UPDATE precedents SET tenant_id = '{beta}' WHERE tenant_id = '{alpha}'"),
        format!("INSERT INTO idempotency_keys (tenant_id, method, key, request_sha256, response, resource_type)
            VALUES ('{beta}', 'm', gen_random_uuid(), sha256(''), '', '')"),
        format!("INSERT INTO precedent_versions (tenant_id, precedent_id, version, change_kind, snapshot, snapshot_sha256, previous_sha256,
            changed_fields, reason, identity_kind) VALUES ('{beta}', gen_random_uuid(), 1, 'CREATED', '', '', '', '{{}}', '', 'SYSTEM')"),
    ] {
        let (state, _) = app.refusal(&as_tenant(alpha, &sql)).await;
        app.run("ROLLBACK").await;
        assert_eq!(state, "42501", "{sql}");
    }
    // What can't be seen can't be changed either: no row matches.
    app.run("BEGIN").await;
    app.run(&format!("SET LOCAL app.tenant_id = '{alpha}'")).await;
    let changed: Vec<i32> = app
        .column(&format!(
            "UPDATE precedents SET quality_score = 1 WHERE tenant_id = '{beta}' RETURNING 1"
        ))
        .await;
    app.run("ROLLBACK").await;
    assert!(changed.is_empty());
}

#[tokio::test]
async fn the_public_corpus_is_nobodys_to_write() {
    let (stage, alpha, _) = two_tenants().await;
    let platform = stratum::db::PLATFORM_TENANT;
    let mut app = stage.database.as_role(DbRole::App).await;
    let (state, _) = app
        .refusal(&as_tenant(
            alpha,
            &format!("UPDATE precedents SET tenant_id = '{platform}'"),
        ))
        .await;
    assert_eq!(state, "42501");
}
