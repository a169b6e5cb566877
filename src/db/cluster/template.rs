//! A migrated database, made once and copied for each test.
//!
//! A test database bears the name of the session that made it and keeps that session open, so
//! whether its owner still lives is a question to the server, and leftovers of killed
//! runs are found without a register. Works on any server of version 15 or newer whose role may
//! create databases, `DATABASE_URL` of a CI service included.

use std::error::Error;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};

use super::ClusterError;
use super::home::short_hash;

/// Advisory lock of the one session that sweeps.
const SWEEP_LOCK: i64 = 0x5354_5241_5455_4d00;

/// How many templates of earlier contents are kept, for branches that take turns.
const KEPT_TEMPLATES: i64 = 4;

/// The name of a session's test database, and of no other's: process id and start time.
const SESSION_DATABASE: &str = "SELECT format('stratum_test_%s_%s', pid, \
     (extract(epoch FROM backend_start) * 1000000)::bigint) AS name \
     FROM pg_stat_activity WHERE pid = pg_backend_pid()";

/// Our test databases whose session has gone. (Sessions of other roles may not be visible.)
const LEFTOVERS: &str = "SELECT datname FROM pg_database \
     WHERE datname ~ '^stratum_test_[0-9]+_[0-9]+$' \
     AND pg_get_userbyid(datdba) = current_user AND datname NOT IN ( \
         SELECT format('stratum_test_%s_%s', pid, \
             (extract(epoch FROM backend_start) * 1000000)::bigint) \
         FROM pg_stat_activity WHERE backend_start IS NOT NULL)";

/// Templates of other contents than `$1`, but for the newest `$2`.
const OLD_TEMPLATES: &str = "SELECT datname FROM pg_database \
     WHERE datname ~ '^stratum_template_[0-9a-f]{16}$' AND datname <> $1 \
     AND pg_get_userbyid(datdba) = current_user \
     ORDER BY oid DESC OFFSET $2";

/// A database to copy, complete and closed to connections.
#[derive(Debug, Clone)]
pub struct TemplateDatabase {
    server: PgConnectOptions,
    name: String,
}

impl TemplateDatabase {
    /// Finds the template for `content` on the server at `superuser_url`, or makes it: `fill`
    /// gets the URL of an empty database and must have closed its connections when it returns.
    /// `content` is all that decides what `fill` makes, for instance the migrations' checksums
    /// in order; any number of processes may call this at once and one of them fills. Roles
    /// belong to the whole server, so `fill` must not mind that they exist.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Template`] when `fill` fails (nothing is left behind),
    /// [`ClusterError::Database`] when the server refuses.
    pub async fn prepare<Fill, Filled, Failure>(
        superuser_url: &str,
        content: &[u8],
        fill: Fill,
    ) -> Result<Self, ClusterError>
    where
        Fill: FnOnce(String) -> Filled,
        Filled: Future<Output = Result<(), Failure>>,
        Failure: Into<Box<dyn Error + Send + Sync>>,
    {
        let template = Self {
            server: PgConnectOptions::from_str(superuser_url)?,
            name: format!("stratum_template_{}", short_hash(content)),
        };
        let mut session = template.server.connect().await?;
        sweep(&mut session, &template.name).await?;
        if !exists(&mut session, &template.name).await? {
            template.make(&mut session, fill).await?;
        }
        session.close().await?;
        Ok(template)
    }

    /// Copies the template for one test.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Database`] when the server refuses, for instance because the template
    /// was swept away by many newer ones.
    pub async fn clone_database(&self) -> Result<TestDatabase, ClusterError> {
        let mut session = self.server.connect().await?;
        let name: String = sqlx::query(SESSION_DATABASE)
            .fetch_one(&mut session)
            .await?
            .try_get("name")?;
        // Copying files wants two checkpoints and logging every page wants none: without fsync
        // the first is twice as fast, with it the second.
        let fsync: String = sqlx::query("SHOW fsync").fetch_one(&mut session).await?.try_get(0)?;
        let strategy = if fsync == "off" { "file_copy" } else { "wal_log" };
        let template = &self.name;
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY {strategy}");
        run(&mut session, create).await?;
        Ok(TestDatabase {
            options: self.server.clone().database(&name),
            server: self.server.clone(),
            session: Some(session),
            name,
        })
    }

    /// The template's name on the server.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes the template under another name and renames it when it is complete; the lock ends
    /// with the session, so a killed maker hinders nobody.
    async fn make<Fill, Filled, Failure>(&self, session: &mut PgConnection, fill: Fill) -> Result<(), ClusterError>
    where
        Fill: FnOnce(String) -> Filled,
        Filled: Future<Output = Result<(), Failure>>,
        Failure: Into<Box<dyn Error + Send + Sync>>,
    {
        sqlx::query("SELECT pg_advisory_lock(hashtextextended($1, 0))")
            .bind(&self.name)
            .execute(&mut *session)
            .await?;
        if exists(session, &self.name).await? {
            return Ok(());
        }
        let unfinished = format!("{}_unfinished", self.name);
        drop_database(session, &unfinished).await?;
        run(session, format!("CREATE DATABASE {unfinished} TEMPLATE template0")).await?;
        let url = url(&self.server.clone().database(&unfinished));
        if let Err(failure) = fill(url).await {
            drop_database(session, &unfinished).await?;
            return Err(ClusterError::Template(failure.into()));
        }
        self.seal(session, &unfinished).await
    }

    /// Closes the finished database to connections, which would hinder its copying, waits for
    /// the last ones to go, and gives it its name.
    async fn seal(&self, session: &mut PgConnection, unfinished: &str) -> Result<(), ClusterError> {
        let seal = format!("ALTER DATABASE {unfinished} WITH ALLOW_CONNECTIONS false");
        run(session, seal).await?;
        sqlx::query("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1")
            .bind(unfinished)
            .execute(&mut *session)
            .await?;
        let name = &self.name;
        run(session, format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await
    }
}

/// One test's own database. Dropped with it; should the process be killed first, by the next
/// [`TemplateDatabase::prepare`] of anybody.
#[derive(Debug)]
pub struct TestDatabase {
    server: PgConnectOptions,
    options: PgConnectOptions,
    /// The session that the database is named after.
    session: Option<PgConnection>,
    name: String,
}

impl TestDatabase {
    /// The database's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The URL of this database for `role`.
    #[must_use]
    pub fn url(&self, role: &str) -> String {
        url(&self.options.clone().username(role))
    }

    /// The URL of this database for the role that made it.
    #[must_use]
    pub fn superuser_url(&self) -> String {
        url(&self.options)
    }

    /// Drops the database now, sessions that use it included.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Database`] when the server refuses; the database is then a leftover.
    pub async fn close(mut self) -> Result<(), ClusterError> {
        if let Some(mut session) = self.session.take() {
            drop_database(&mut session, &self.name).await?;
            session.close().await?;
        }
        Ok(())
    }
}

impl Drop for TestDatabase {
    /// Drops the database from a thread with a runtime of its own: the caller's may be the
    /// single-threaded one that is blocked in here. A failure leaves it to the next sweep.
    fn drop(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropper = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .ok()?;
            let dropped = async {
                let mut session = server.connect().await?;
                drop_database(&mut session, &name).await?;
                Ok::<_, ClusterError>(session.close().await?)
            };
            let limit = Duration::from_secs(20);
            runtime
                .block_on(async { tokio::time::timeout(limit, dropped).await })
                .ok()?
                .ok()
        });
        drop(dropper.join());
        drop(session);
    }
}

/// Drops what killed test processes left, and templates that have long been superseded. One
/// session at a time; the others don't wait for it.
async fn sweep(session: &mut PgConnection, current_template: &str) -> Result<(), ClusterError> {
    if sweepable(session, current_template).await?.is_empty() {
        return Ok(());
    }
    let alone: bool = sqlx::query("SELECT pg_try_advisory_lock($1)")
        .bind(SWEEP_LOCK)
        .fetch_one(&mut *session)
        .await?
        .try_get(0)?;
    if alone {
        // Asked again: the previous holder of the lock has just dropped some of them.
        for name in sweepable(session, current_template).await? {
            drop_database(session, &name).await?;
        }
        sqlx::query("SELECT pg_advisory_unlock($1)")
            .bind(SWEEP_LOCK)
            .execute(&mut *session)
            .await?;
    }
    Ok(())
}

/// The databases that a sweep would drop.
async fn sweepable(session: &mut PgConnection, current_template: &str) -> Result<Vec<String>, ClusterError> {
    let mut names = names(&sqlx::query(LEFTOVERS).fetch_all(&mut *session).await?)?;
    let old_templates = sqlx::query(OLD_TEMPLATES)
        .bind(current_template)
        .bind(KEPT_TEMPLATES)
        .fetch_all(session)
        .await?;
    names.extend(self::names(&old_templates)?);
    Ok(names)
}

/// The first column of each row.
fn names(rows: &[PgRow]) -> Result<Vec<String>, ClusterError> {
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Whether the server has a database of this name.
async fn exists(session: &mut PgConnection, name: &str) -> Result<bool, ClusterError> {
    let found = sqlx::query("SELECT FROM pg_database WHERE datname = $1")
        .bind(name)
        .fetch_optional(session)
        .await?;
    Ok(found.is_some())
}

/// Drops a database and ends the sessions in it.
async fn drop_database(session: &mut PgConnection, name: &str) -> Result<(), ClusterError> {
    run(session, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await
}

/// Runs a statement that can't take its names as parameters; all of them are made here, of
/// lower-case letters, digits and underscores.
async fn run(session: &mut PgConnection, statement: String) -> Result<(), ClusterError> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(session).await?;
    Ok(())
}

/// Connection options as a URL.
fn url(options: &PgConnectOptions) -> String {
    options.to_url_lossy().into()
}
