//! Every SQL statement of the service is a named constant beside the role that runs it, so that a
//! test can prepare each against the real schema. This is how SQL is checked here: no database is
//! needed to build, and no statement can be forgotten, because `tests/tidy.rs` allows no other form.

use super::DbRole;

/// A statement and who runs it.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// Its name.
    pub name: &'static str,
    /// The role that runs it.
    pub role: DbRole,
    /// The SQL.
    pub sql: &'static str,
}

/// Declares the statements of a store: constants to run, and `STATEMENTS` for the schema test.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident as $role:ident = $sql:expr;)+) => {
        $($(#[$doc])* pub(super) const $name: &str = $sql;)+
        /// The statements of this store.
        pub(crate) const STATEMENTS: &[$crate::db::statement::Statement] = &[
            $($crate::db::statement::Statement {
                name: stringify!($name),
                role: $crate::db::DbRole::$role,
                sql: $name,
            },)+
        ];
    };
}
pub(crate) use statements;

/// Takes the schema owner's role on, for migrations and provisioning.
pub const BECOME_OWNER: &str = "SET ROLE stratum_migrator";

/// Starts a provisioner's transaction.
pub const OWNER_BEGIN: &str = "BEGIN";
/// Ends it.
pub const OWNER_COMMIT: &str = "COMMIT";

/// Marks a point to go back to.
pub(super) const SAVEPOINT: &str = "SAVEPOINT item";
/// Keeps what was done since.
pub(super) const KEEP_SAVEPOINT: &str = "RELEASE SAVEPOINT item";
/// Takes back what was done since.
pub(super) const UNDO_SAVEPOINT: &str = "ROLLBACK TO SAVEPOINT item; RELEASE SAVEPOINT item";

statements! {
    /// Answers when the database is there.
    PING as App = "SELECT 1";
}

/// What a rescan runs of other stores, under its own grants.
fn shared_with_rescan() -> Vec<Statement> {
    [
        (crate::audit::store::STATEMENTS, "APPEND"),
        (crate::precedents::history::store::STATEMENTS, "INSERT_VERSION"),
        (crate::privacy::allow_list::store::STATEMENTS, "LIST"),
    ]
    .iter()
    .flat_map(|(store, name)| store.iter().filter(move |statement| statement.name == *name))
    .map(|statement| Statement {
        role: DbRole::Rescan,
        ..*statement
    })
    .collect()
}

/// Every statement of the service.
#[must_use]
pub fn all() -> Vec<Statement> {
    [
        STATEMENTS,
        &shared_with_rescan(),
        crate::audit::store::STATEMENTS,
        crate::classification::feedback::store::STATEMENTS,
        crate::classification::models::store::STATEMENTS,
        crate::precedents::import::store::STATEMENTS,
        crate::precedents::history::store::STATEMENTS,
        crate::precedents::stats::store::STATEMENTS,
        crate::precedents::rescan::store::STATEMENTS,
        crate::precedents::store::STATEMENTS,
        crate::privacy::allow_list::store::STATEMENTS,
        crate::privacy::consent::store::STATEMENTS,
        crate::privacy::personal::store::STATEMENTS,
        crate::rpc::idempotency::store::STATEMENTS,
        crate::similarity::store::STATEMENTS,
        crate::tenants::store::STATEMENTS,
    ]
    .concat()
}
