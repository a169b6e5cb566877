//! The database's own promises, read from its catalogue and tried with raw SQL: what holds even if the
//! service is wrong.

mod append_only;
mod constraints;
mod grants;
mod migrations;
mod plans;
mod restricted;
mod row_security;
mod statements;

/// Every table of ours, partitions included.
const TABLES: &str = "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> '_sqlx_migrations' ORDER BY 1";

/// A transaction bound to a tenant, as the service begins it.
fn as_tenant(tenant: uuid::Uuid, sql: &str) -> String {
    format!("BEGIN; SET LOCAL app.tenant_id = '{tenant}'; {sql}; COMMIT")
}
