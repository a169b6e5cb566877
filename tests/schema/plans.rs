//! Hot statements find their rows by an index: tried on a table that is large enough for the planner to
//! choose, with its statistics fresh and nothing switched off.

use stratum::db::DbRole;
use stratum::db::statement::{Statement, all};

use super::TABLES;
use crate::harness::cast::Cast;
use crate::harness::db::{Database, Sql};
use crate::harness::{ALPHA, BETA, GAMMA};

/// Thousands of precedents and events for each of three tenants; the first is the one that asks.
async fn fill(superuser: &mut Sql) {
    let cast = Cast::get();
    for (n, (slug, precedents)) in [(ALPHA, 12_000), (BETA, 3_000), (GAMMA, 3_000)].into_iter().enumerate() {
        let tenant = cast.tenant(slug).id;
        superuser.run(&format!(
            "INSERT INTO precedents (tenant_id, id, version, status, data_origin, sharing_scope, external_ref, denial_types,
                payer_id, outcome, quality_score, phi_scan_version, content, created_at, updated_at)
            SELECT '{tenant}', md5('{n}' || i)::uuid, 1, 'ACTIVE', 'GENERAL', 'PRIVATE', 'ref-' || i, '{{}}',
                'payer-' || i % 40, 'PENDING', 10, 1, '', now() - i * interval '1 minute', now()
            FROM generate_series(1, {precedents}) AS i;
            INSERT INTO precedent_versions (tenant_id, precedent_id, version, change_kind, snapshot, snapshot_sha256,
                previous_sha256, changed_fields, reason, identity_kind)
            SELECT tenant_id, id, 1, 'CREATED', '', '', '', '{{}}', '', 'SYSTEM' FROM precedents WHERE tenant_id = '{tenant}';
            INSERT INTO precedent_words (tenant_id, precedent_id, is_restricted, word)
            SELECT tenant_id, id, false, 'word' || (row_number() OVER () * w) % 500 FROM precedents, unnest(ARRAY[1, 7, 11]) AS w
            WHERE tenant_id = '{tenant}' ON CONFLICT DO NOTHING;
            INSERT INTO precedent_applications (tenant_id, id, precedent_id, precedent_version)
            SELECT tenant_id, id, id, 1 FROM precedents WHERE tenant_id = '{tenant}';
            INSERT INTO idempotency_keys (tenant_id, method, key, request_sha256, response, resource_type)
            SELECT tenant_id, 'create', id, sha256(''), '', 'precedent' FROM precedents WHERE tenant_id = '{tenant}';
            INSERT INTO audit_events (occurred_at, id, tenant_id, category, action, outcome, reason, method, identity_kind,
                roles, client_ip, request_id, trace_id, resource_type, resource_version, row_count, fields, canonical, salt, leaf_sha256)
            SELECT now() - i * interval '1 second', md5('event{n}' || i)::uuid, '{tenant}', 'ACCESS', 'precedent.get', 'SUCCESS',
                '', '', 'CERTIFICATE', '{{}}', '', '', '', '', 0, 0, '{{}}', '', decode(repeat('00', 16), 'hex'), sha256('')
            FROM generate_series(1, 3000) AS i;
            INSERT INTO users (tenant_id, id, email, display_name, roles)
            SELECT '{tenant}', md5('user{n}' || i)::uuid, i || '@example.com', 'x', '{{BILLER}}' FROM generate_series(1, 1000) AS i;
            INSERT INTO certificates (tenant_id, id, fingerprint_sha256, service_name, roles, not_before, not_after)
            SELECT '{tenant}', md5('cert{n}' || i)::uuid, sha256(('{n}' || i)::bytea), 'x', '{{SERVICE}}', now(), now()
            FROM generate_series(1, 1000) AS i;
            INSERT INTO api_keys (tenant_id, id, prefix, pepper_version, secret_hmac, display_name, roles, expires_at)
            SELECT '{tenant}', md5('key{n}' || i)::uuid, upper(substr(md5('key{n}' || i), 1, 8)), 1, sha256(''), 'x', '{{OWNER}}', now()
            FROM generate_series(1, 1000) AS i"
        )).await;
    }
    let tables: Vec<String> = superuser.column(TABLES).await;
    superuser.run(&format!("ANALYZE {}", tables.join(", "))).await;
}

fn statement(role: DbRole, table: &str, name: &str) -> Statement {
    let mut found = all()
        .into_iter()
        .filter(|s| s.role == role && s.name == name && s.sql.contains(table));
    let statement = found.next().unwrap_or_else(|| panic!("no statement {name} on {table}"));
    assert!(found.next().is_none(), "several statements {name} on {table}");
    statement
}

/// The plan of a statement with these arguments, as the tenant would get it.
async fn plan(connection: &mut Sql, statement: &Statement, arguments: &str) -> String {
    let tenant = Cast::get().tenant(ALPHA).id;
    connection.run("BEGIN").await;
    connection.run(&format!("SET LOCAL app.tenant_id = '{tenant}'")).await;
    connection.run(&format!("PREPARE hot AS {}", statement.sql)).await;
    let lines: Vec<String> = connection
        .column(&format!("EXPLAIN (COSTS OFF) EXECUTE hot({arguments})"))
        .await;
    connection.run("DEALLOCATE hot; ROLLBACK").await;
    lines.join("\n")
}

/// How the rows come.
#[derive(PartialEq)]
enum Order {
    /// In the order asked for, so that a page costs no more than its rows.
    AsTheIndex,
    /// Few enough to be sorted.
    Sorted,
}

/// A statement that users wait for, on a table, with arguments as SQL, and the index that must serve it.
struct Hot {
    role: DbRole,
    table: &'static str,
    name: &'static str,
    arguments: String,
    index: &'static str,
    order: Order,
}

fn hot(
    role: DbRole,
    table: &'static str,
    name: &'static str,
    arguments: String,
    index: &'static str,
    order: Order,
) -> Hot {
    Hot {
        role,
        table,
        name,
        arguments,
        index,
        order,
    }
}

fn statements(tenant: uuid::Uuid, id: uuid::Uuid, recent: i64) -> Vec<Hot> {
    let nothing = "'{}', '{}', '{}', NULL, NULL, NULL, NULL, NULL";
    let filters = "NULL, NULL, NULL, NULL, NULL, NULL, NULL";
    vec![
        hot(
            DbRole::App,
            "FROM precedents",
            "GET",
            format!("'{tenant}', '{id}'"),
            "precedents_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "FROM precedents",
            "GET_FOR_UPDATE",
            format!("'{tenant}', '{id}'"),
            "precedents_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "FROM precedents",
            "IS_RESTRICTED",
            format!("'{tenant}', '{id}'"),
            "precedents_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "FROM precedents",
            "LIST",
            format!("'{tenant}', {nothing}, NULL, NULL, 51"),
            "precedents_newest",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "FROM precedents",
            "LIST",
            format!("'{tenant}', {nothing}, now() - interval '1 hour', '{id}', 51"),
            "precedents_newest",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "FROM idempotency_keys",
            "GET",
            format!("'{tenant}', 'create', '{id}'"),
            "idempotency_keys_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "UPDATE idempotency_keys",
            "COMPLETE",
            format!("'{tenant}', 'create', '{id}', '', '', NULL"),
            "idempotency_keys_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::AuditReader,
            "FROM audit_events",
            "GET",
            format!("'{tenant}', '{id}'"),
            "tenant_id_id_idx",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::AuditReader,
            "FROM audit_events",
            "LIST",
            format!("'{tenant}', {filters}, NULL, NULL, 51"),
            "tenant_id_occurred_at_id_idx",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::AuditReader,
            "FROM audit_events",
            "LIST",
            format!("'{tenant}', {filters}, now(), '{id}', 51"),
            "tenant_id_occurred_at_id_idx",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::Auth,
            "FROM certificates",
            "CERTIFICATE",
            "sha256('x')".to_owned(),
            "certificates_fingerprint_key",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::Auth,
            "FROM api_keys",
            "API_KEY",
            "'AAAAAAAA'".to_owned(),
            "api_keys_prefix_key",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::Auth,
            "FROM users",
            "ACTIVE_USER",
            format!("'{tenant}', '{id}'"),
            "users_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "FROM precedents",
            "EXPORT_PAGE",
            format!("'{tenant}', {nothing}, NULL, 500"),
            "precedents_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "FROM precedents",
            "EXPORT_PAGE",
            format!("'{tenant}', {nothing}, '{id}', 500"),
            "precedents_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "FROM precedents",
            "SEARCH",
            format!("'{tenant}', {nothing}, NULL, NULL, 51, true, '{{word3,word21}}'"),
            "precedent_words_pkey",
            Order::Sorted,
        ),
        hot(
            DbRole::App,
            "FROM precedents",
            "BY_REFERENCE",
            format!("'{tenant}', '{{ref-1,ref-2}}'"),
            "precedents_external_ref_key",
            Order::Sorted,
        ),
        hot(
            DbRole::App,
            "FROM precedents",
            "HITS",
            format!("'{tenant}', ARRAY['{id}'::uuid], '{{}}', '{id}'"),
            "precedents_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "UPDATE precedents",
            "COUNT_USE",
            format!("'{tenant}', '{id}'"),
            "precedents_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "FROM precedent_versions",
            "VERSION",
            format!("'{tenant}', '{id}', 1"),
            "precedent_versions_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "FROM precedent_versions",
            "VERSIONS",
            format!("'{tenant}', '{id}', 9, 51"),
            "precedent_versions_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::App,
            "UPDATE precedent_applications",
            "END_APPLICATION",
            format!("'{tenant}', '{id}', '{id}', 'WON'"),
            "precedent_applications_pkey",
            Order::AsTheIndex,
        ),
        hot(
            DbRole::Index,
            "JOIN precedents",
            "CHANGES",
            format!("'{tenant}', {recent}, 1"),
            "precedents_changed",
            Order::AsTheIndex,
        ),
    ]
}

#[tokio::test]
async fn hot_statements_find_their_rows_by_index() {
    let database = Database::clone().await;
    let mut superuser = database.superuser().await;
    fill(&mut superuser).await;
    let tenant = Cast::get().tenant(ALPHA).id;
    let id: uuid::Uuid = superuser
        .value(&format!(
            "SELECT id FROM precedents WHERE tenant_id = '{tenant}' LIMIT 1"
        ))
        .await;
    let recent: i64 = superuser
        .value("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        .await;
    let all = statements(tenant, id, recent);
    for role in [DbRole::App, DbRole::AuditReader, DbRole::Auth, DbRole::Index] {
        let mut connection = database.as_role(role).await;
        for Hot {
            role: _,
            table,
            name,
            arguments,
            index,
            order,
        } in all.iter().filter(|hot| hot.role == role)
        {
            let plan = plan(&mut connection, &statement(role, table, name), arguments).await;
            assert!(plan.contains(index), "{name}: {index} is not in\n{plan}");
            // Tenants and the empty partitions are small enough to be read through.
            let table = table.rsplit(' ').next().unwrap_or_default();
            assert!(
                !plan.contains(&format!("Seq Scan on {table} ")) && !plan.ends_with(&format!("Seq Scan on {table}")),
                "{name}:\n{plan}"
            );
            assert!(
                *order == Order::Sorted || !plan.contains("Sort"),
                "{name} sorts what the index has sorted:\n{plan}"
            );
        }
    }
}
