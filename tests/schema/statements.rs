//! This is how SQL is checked here: every statement of the service is planned against the real schema, by
//! the role that runs it, with that role's grants.

use stratum::db::DbRole;
use stratum::db::statement::{Statement, all};

use crate::harness::db::{Database, Sql};

/// Plans a statement with nothing for its parameters. PREPARE looks at names and types; EXPLAIN EXECUTE
/// also asks whether the role may.
async fn plan(connection: &mut Sql, statement: &Statement) -> Result<(), sqlx::Error> {
    connection
        .attempt(&format!("PREPARE checked AS {}", statement.sql))
        .await?;
    let parameters: i32 = connection
        .value("SELECT coalesce(cardinality(parameter_types), 0) FROM pg_prepared_statements WHERE name = 'checked'")
        .await;
    let nulls = vec!["NULL"; usize::try_from(parameters).expect("a number")].join(", ");
    let arguments = if nulls.is_empty() {
        String::new()
    } else {
        format!("({nulls})")
    };
    let explained = connection.attempt(&format!("EXPLAIN EXECUTE checked{arguments}")).await;
    connection.run("DEALLOCATE checked").await;
    explained
}

#[tokio::test]
async fn every_statement_is_planned_by_its_role() {
    let database = Database::clone().await;
    let statements = all();
    for role in DbRole::ALL {
        let mut connection = database.as_role(*role).await;
        connection.run("SET plan_cache_mode = force_generic_plan").await;
        for statement in statements.iter().filter(|statement| statement.role == *role) {
            if let Err(error) = plan(&mut connection, statement).await {
                panic!("{} as {}: {error}\n{}", statement.name, role.name(), statement.sql);
            }
        }
    }
}

/// The check can fail: the same statement under a role without the grant is refused.
#[tokio::test]
async fn a_statement_of_another_role_is_refused() {
    let database = Database::clone().await;
    let mut connection = database.as_role(DbRole::Auth).await;
    let statement = all()
        .into_iter()
        .find(|s| s.role == DbRole::App && s.sql.contains("INTO precedents"))
        .expect("a statement");
    let refused = plan(&mut connection, &statement).await.expect_err("refused");
    assert_eq!(
        refused.as_database_error().and_then(|error| error.code()).as_deref(),
        Some("42501")
    );
}
