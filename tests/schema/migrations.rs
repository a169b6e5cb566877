//! Migrations: repeated they do nothing, changed they are refused.

use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;
use stratum::db::migrate::{MIGRATIONS, MigrateError, is_current, migrate};

use crate::harness::db::Database;

fn administrator(database: &Database) -> PgConnectOptions {
    PgConnectOptions::from_str(&database.superuser_url()).expect("a URL")
}

/// Everything the catalogue says, in a digest.
const SCHEMA: &str = "SELECT md5(string_agg(line, ';' ORDER BY line)) FROM (
    SELECT format('%s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod)) AS line
        FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0
    UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal) AS lines";

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let database = Database::clone().await;
    let mut superuser = database.superuser().await;
    let before: String = superuser.value(SCHEMA).await;
    assert!(is_current(&administrator(&database)).await.expect("an answer"));
    assert_eq!(migrate(&administrator(&database)).await.expect("migrated"), 0);
    let after: String = superuser.value(SCHEMA).await;
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_migration_that_was_changed_is_refused() {
    let database = Database::clone().await;
    database
        .superuser()
        .await
        .run("UPDATE _sqlx_migrations SET checksum = sha256(checksum) WHERE version = 2")
        .await;
    let refused = migrate(&administrator(&database)).await.expect_err("refused");
    assert!(
        matches!(
            refused,
            MigrateError::Migration(sqlx::migrate::MigrateError::VersionMismatch(2))
        ),
        "{refused}"
    );
}

#[tokio::test]
async fn a_database_of_a_newer_build_is_refused() {
    let database = Database::clone().await;
    database.superuser().await
        .run("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', true, '', 0)")
        .await;
    let refused = migrate(&administrator(&database)).await.expect_err("refused");
    assert!(
        matches!(
            refused,
            MigrateError::Migration(sqlx::migrate::MigrateError::VersionMissing(9999))
        ),
        "{refused}"
    );
    assert!(!is_current(&administrator(&database)).await.expect("an answer"));
}

#[test]
fn migrations_are_numbered_one_by_one() {
    let versions: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.version).collect();
    let expected: Vec<i64> = (1..).take(versions.len()).collect();
    assert_eq!(versions, expected);
}
