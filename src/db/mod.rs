//! PostgreSQL: one pool a purpose, and the one place where a tenant is bound to a transaction.

pub mod cluster;
pub mod constraint;
pub mod migrate;
mod options;
pub mod statement;
pub mod stored;

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

pub use options::{DatabaseConfig, DatabaseProblem, DbRole};

use crate::rpc::error::{Error, Result};
use crate::rpc::identity::Caller;
use crate::rpc::permission::{Permission, Permissions};

/// The tenant that owns the public corpus and the platform's own identities. Made by migration 0001.
pub const PLATFORM_TENANT: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);

const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The database, as one pool for each role. The pools are private: tenant data is reached through
/// [`Db::begin`] alone.
#[derive(Debug, Clone)]
pub struct Db {
    app: PgPool,
    auth: PgPool,
    audit_writer: PgPool,
    audit_reader: PgPool,
    index: PgPool,
    rescan: PgPool,
}

impl Db {
    /// Opens the pools. Connections are made when they are first needed.
    #[must_use]
    pub fn open(config: &DatabaseConfig) -> Self {
        let pool = |role: DbRole, size: u32| pool(config.options(role), size);
        Self {
            app: pool(DbRole::App, config.app_connections),
            auth: pool(DbRole::Auth, 3),
            audit_writer: pool(DbRole::AuditWriter, 3),
            audit_reader: pool(DbRole::AuditReader, 3),
            index: pool(DbRole::Index, 3),
            rescan: pool(DbRole::Rescan, 1),
        }
    }

    /// A transaction that sees the caller's tenant and nothing else.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE` when no connection can be had.
    pub async fn begin(&self, caller: &Caller) -> Result<TenantTx> {
        TenantTx::begin(&self.app, caller, "BEGIN").await
    }

    /// As [`Db::begin`], for reads: the database refuses writes.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE` when no connection can be had.
    pub async fn begin_read(&self, caller: &Caller) -> Result<TenantTx> {
        TenantTx::begin(&self.app, caller, "BEGIN READ ONLY").await
    }

    /// A transaction that reads the audit log of the caller's tenant and nothing else.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE` when no connection can be had.
    pub async fn begin_audit_read(&self, caller: &Caller) -> Result<TenantTx> {
        TenantTx::begin(&self.audit_reader, caller, "BEGIN READ ONLY").await
    }

    /// A transaction that sees every precedent of the caller's tenant, those too that an ended consent hides, and
    /// may hold them for review: for rescans alone.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE` when no connection can be had.
    pub(crate) async fn begin_rescan(&self, caller: &Caller) -> Result<TenantTx> {
        TenantTx::begin(&self.rescan, caller, "BEGIN").await
    }

    /// Where credentials are looked up, before a tenant is known.
    pub(crate) fn auth(&self) -> &PgPool {
        &self.auth
    }

    /// Where audit events are appended outside a caller's transaction.
    pub(crate) fn audit_writer(&self) -> &PgPool {
        &self.audit_writer
    }

    /// Where the similarity index reads what it needs, across tenants.
    pub(crate) fn index(&self) -> &PgPool {
        &self.index
    }

    /// How long a trivial statement takes: the health check of the database.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE` when it does not answer within two seconds.
    pub async fn ping(&self) -> Result<Duration> {
        let started = std::time::Instant::now();
        let query = sqlx::query(statement::PING).execute(&self.app);
        match tokio::time::timeout(Duration::from_secs(2), query).await {
            Ok(answer) => answer.map(|_| started.elapsed()).map_err(Error::from),
            Err(elapsed) => Err(Error::from(sqlx::Error::PoolTimedOut).because(elapsed)),
        }
    }

    /// A listener for the announcements of a channel.
    ///
    /// # Errors
    /// `DATABASE_UNAVAILABLE` when no connection can be had.
    pub async fn listen(&self, channel: &str) -> Result<PgListener> {
        let mut listener = PgListener::connect_with(&self.auth).await?;
        listener.listen(channel).await?;
        Ok(listener)
    }

    /// Closes every pool, waiting for what is under way.
    pub async fn close(&self) {
        let Self {
            app,
            auth,
            audit_writer,
            audit_reader,
            index,
            rescan,
        } = self;
        for pool in [app, auth, audit_writer, audit_reader, index, rescan] {
            pool.close().await;
        }
    }
}

fn pool(options: PgConnectOptions, size: u32) -> PgPool {
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // `begin` finds out by itself whether a connection is alive, without a round trip more.
        .test_before_acquire(false)
        .max_lifetime(Duration::from_mins(30))
        .connect_lazy_with(options)
}

/// A transaction bound to one tenant. It can only be made by [`Db`]; dropping it rolls back.
#[derive(Debug)]
pub struct TenantTx {
    tx: Transaction<'static, Postgres>,
    tenant_id: Uuid,
    permissions: Permissions,
}

impl TenantTx {
    /// sqlx up to 0.9.0 hands a connection back with its transaction open when `begin` is cancelled
    /// (transact-rs/sqlx#4385), so every transaction starts by rolling back what might be open.
    #[expect(clippy::disallowed_methods, reason = "the one place that may begin")]
    async fn begin(pool: &PgPool, caller: &Caller, begin: &str) -> Result<Self> {
        let (tenant_id, permissions) = (caller.tenant_id(), caller.permissions());
        // Rows of restricted origin are there for these transactions alone: the policies ask for this.
        let sud_read = if permissions.allow(Permission::SudRead) {
            "; SET LOCAL app.sud_read = 'on'"
        } else {
            ""
        };
        let mut attempts = 0;
        loop {
            let sql = format!("ROLLBACK; {begin}; SET LOCAL app.tenant_id = '{tenant_id}'{sud_read}");
            // On the heap, because the pool's future has four kilobytes, which every handler would carry otherwise.
            match Box::pin(pool.begin_with(AssertSqlSafe(sql))).await {
                Ok(tx) => {
                    return Ok(Self {
                        tx,
                        tenant_id,
                        permissions,
                    });
                }
                // A connection that died while idle says so here; the pool then makes a new one.
                Err(sqlx::Error::Io(_) | sqlx::Error::Database(_)) if attempts < 3 => attempts += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The tenant whose rows this transaction sees.
    #[must_use]
    pub fn tenant_id(&self) -> Uuid {
        self.tenant_id
    }

    /// What the caller may do: for rules about rows, which no method's policy can tell.
    #[must_use]
    pub fn allows(&self, permission: Permission) -> bool {
        self.permissions.allow(permission)
    }

    /// The connection, for stores.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Marks a point that [`TenantTx::undo_savepoint`] goes back to.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn savepoint(&mut self) -> Result<()> {
        self.run(statement::SAVEPOINT).await
    }

    /// Keeps what was done since the savepoint.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn keep_savepoint(&mut self) -> Result<()> {
        self.run(statement::KEEP_SAVEPOINT).await
    }

    /// Takes back what was done since the savepoint.
    ///
    /// # Errors
    /// When the connection is lost.
    pub async fn undo_savepoint(&mut self) -> Result<()> {
        self.run(statement::UNDO_SAVEPOINT).await
    }

    async fn run(&mut self, statement: &'static str) -> Result<()> {
        sqlx::raw_sql(statement).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Makes the changes durable.
    ///
    /// # Errors
    /// When the database refuses the commit; nothing was changed then.
    pub async fn commit(self) -> Result<()> {
        Ok(self.tx.commit().await?)
    }

    /// Takes the changes back and waits for it.
    ///
    /// # Errors
    /// When the connection is lost, which takes them back too.
    pub async fn rollback(self) -> Result<()> {
        Ok(self.tx.rollback().await?)
    }
}
