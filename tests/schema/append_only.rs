//! What is append-only is so by grant and by trigger, for every role, on every partition.

use stratum::db::DbRole;

use crate::harness::db::Database;
use crate::harness::{DOORS, Stage};

/// The tables that must be so; every other one with the trigger is held to it as well.
const APPEND_ONLY: &[&str] = &["audit_events", "precedent_versions"];

/// Tables with the append-only trigger, and their partitions.
const GUARDED: &str = "
    SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_class c ON c.oid = t.tgrelid
    WHERE p.proname = 'refuse_change'
    UNION
    SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid JOIN pg_class parent ON parent.oid = inhparent
    WHERE parent.relname = ANY ('{audit_events,precedent_versions}')
    ORDER BY 1";

/// Even the superuser, whom neither grants nor policies bind.
#[tokio::test]
async fn nobody_changes_what_was_appended() {
    let stage = Stage::start().await;
    for door in DOORS {
        stage.scene(door).precedent().await;
    }
    let mut superuser = stage.superuser().await;
    let guarded: Vec<String> = superuser.column(GUARDED).await;
    for table in APPEND_ONLY {
        assert!(guarded.contains(&(*table).to_owned()), "{table}");
    }
    assert!(
        guarded.iter().filter(|name| name.starts_with("audit_events_y")).count() >= 8,
        "{guarded:?}"
    );
    for table in &guarded {
        let rows: i64 = superuser.value(&format!("SELECT count(*) FROM {table}")).await;
        let first: String = superuser
            .value(&format!(
                "SELECT attname::text FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum = 1"
            ))
            .await;
        // Triggers of rows speak where there are rows; the statement's own speaks always.
        if rows > 0 {
            for sql in [
                format!("UPDATE {table} SET {first} = {first}"),
                format!("DELETE FROM {table}"),
            ] {
                assert_eq!(superuser.refusal(&sql).await.0, "23001", "{sql}");
            }
        }
        let sql = format!("TRUNCATE {table} CASCADE");
        assert_eq!(superuser.refusal(&sql).await.0, "23001", "{sql}");
    }
    let filled: Vec<String> = superuser
        .column("SELECT DISTINCT tableoid::regclass::text FROM audit_events UNION SELECT 'precedent_versions' FROM precedent_versions")
        .await;
    assert_eq!(filled.len(), 2, "both kinds were tried with rows: {filled:?}");
}

#[tokio::test]
async fn no_role_of_the_service_is_granted_a_change() {
    let database = Database::clone().await;
    let mut superuser = database.superuser().await;
    let guarded: Vec<String> = superuser.column(GUARDED).await;
    for role in DbRole::ALL.iter().filter(|role| **role != DbRole::Migrator) {
        for table in &guarded {
            for verb in ["UPDATE", "DELETE", "TRUNCATE", "TRIGGER", "REFERENCES"] {
                let granted: bool = superuser
                    .value(&format!(
                        "SELECT has_table_privilege('{}', '{table}', '{verb}')",
                        role.name()
                    ))
                    .await;
                assert!(!granted, "{} may {verb} {table}", role.name());
            }
        }
    }
}

/// A partition is reached through its table alone: it has policies and grants of its own, which are none.
#[tokio::test]
async fn no_role_reaches_a_partition_by_its_own_name() {
    let stage = Stage::start().await;
    stage.scene(crate::harness::Door::Grpc).precedent().await;
    let mut superuser = stage.superuser().await;
    let partitions: Vec<String> = superuser
        .column("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_events'::regclass")
        .await;
    for role in DbRole::ALL.iter().filter(|role| **role != DbRole::Migrator) {
        let mut connection = stage.database.as_role(*role).await;
        for partition in &partitions {
            let (state, _) = connection.refusal(&format!("SELECT FROM {partition}")).await;
            assert_eq!(state, "42501", "{} reads {partition}", role.name());
        }
    }
}
