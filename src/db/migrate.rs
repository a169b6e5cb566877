//! Brings a database to the schema of this build: roles first, then the numbered migrations.

use sqlx::migrate::{Migrate as _, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

/// The numbered migrations.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// The roles, made before the migrations because roles belong to the cluster.
pub const ROLES: &str = include_str!("../../migrations/roles.sql");

/// Why a migration stopped. The message is the migration's own, which holds no data.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database refused.
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration failed, or one that was applied is not the one of this build.
    #[error(transparent)]
    Migration(#[from] sqlx::migrate::MigrateError),
}

/// Migrates as `administrator`, who must be able to create roles; everything is made by and belongs
/// to `stratum_migrator`. Repeating it does nothing; a changed migration is refused.
///
/// # Errors
/// When the database refuses or a checksum does not match.
pub async fn migrate(administrator: &PgConnectOptions) -> Result<usize, MigrateError> {
    let mut connection = administrator.connect().await?;
    sqlx::raw_sql(ROLES).execute(&mut connection).await?;
    become_owner(&mut connection).await?;
    let before = applied(&mut connection).await?;
    MIGRATIONS.run(&mut connection).await?;
    let after = applied(&mut connection).await?;
    connection.close().await?;
    Ok(after - before)
}

/// Takes the schema owner's role on: an administrator does so before it migrates or provisions.
///
/// # Errors
/// When the database refuses.
pub async fn become_owner(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(super::statement::BECOME_OWNER)
        .execute(connection)
        .await
        .map(|_| ())
}

/// Whether every migration of this build is applied.
///
/// # Errors
/// When the database refuses.
pub async fn is_current(options: &PgConnectOptions) -> Result<bool, MigrateError> {
    let mut connection = options.connect().await?;
    let is_current = applied(&mut connection).await? == MIGRATIONS.iter().count();
    connection.close().await?;
    Ok(is_current)
}

async fn applied(connection: &mut PgConnection) -> Result<usize, MigrateError> {
    connection.ensure_migrations_table("_sqlx_migrations").await?;
    Ok(connection.list_applied_migrations("_sqlx_migrations").await?.len())
}
