//! A database for each test: a clone of one template that holds the schema and the [`Cast`].

use std::fmt::Write as _;
use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, PgConnection, Row as _};
use stratum::db::cluster::{Cluster, ClusterOptions, TemplateDatabase, TestDatabase};
use stratum::db::{DatabaseConfig, DbRole, migrate};

use super::cast::{Cast, target};

/// One test's database, on the private cluster or where `DATABASE_URL` says.
#[derive(Debug)]
pub(crate) struct Database {
    // Dropped before the cluster that it lives in.
    database: TestDatabase,
    cluster: Option<Cluster>,
}

impl Database {
    /// A fresh clone: schema, tenants and credentials, and nothing else.
    pub(crate) async fn clone() -> Self {
        let cluster = match std::env::var("DATABASE_URL") {
            Ok(_) => None,
            Err(_) => Some(cluster().await),
        };
        let url =
            std::env::var("DATABASE_URL").unwrap_or_else(|_| cluster.as_ref().expect("a cluster").superuser_url());
        Self {
            database: template(&url).await.clone_database().await.expect("a test database"),
            cluster,
        }
    }

    /// A fresh clone on a cluster of the test's own.
    pub(crate) async fn on(cluster: &Cluster) -> Self {
        let template = template(&cluster.superuser_url()).await;
        Self {
            database: template.clone_database().await.expect("a test database"),
            cluster: None,
        }
    }

    pub(crate) fn config(&self) -> DatabaseConfig {
        let mut config = DatabaseConfig::new(&self.database.superuser_url(), None, true, |name| {
            std::env::var(name).ok()
        })
        .expect("a database");
        config.app_connections = 4;
        config
    }

    pub(crate) fn superuser_url(&self) -> String {
        self.database.superuser_url()
    }

    /// What PostgreSQL itself has logged, where this test can read it.
    pub(crate) fn server_log(&self) -> Option<String> {
        std::fs::read_to_string(self.cluster.as_ref()?.home().join("server.log")).ok()
    }

    /// A connection that no policy binds.
    pub(crate) async fn superuser(&self) -> Sql {
        Sql::connect(PgConnectOptions::from_str(&self.database.superuser_url()).expect("a URL")).await
    }

    /// A connection as a role of the service.
    pub(crate) async fn as_role(&self, role: DbRole) -> Sql {
        Sql::connect(self.config().options(role)).await
    }
}

/// The cluster that all test processes share.
async fn cluster() -> Cluster {
    Cluster::start(&target().join("test-postgres"), ClusterOptions::TESTS)
        .await
        .expect("PostgreSQL")
}

async fn template(url: &str) -> TemplateDatabase {
    let cast = Cast::get();
    TemplateDatabase::prepare(url, content(cast).as_bytes(), |url| async move {
        let options = PgConnectOptions::from_str(&url)?;
        migrate::migrate(&options).await?;
        let mut owner = options.connect().await?;
        sqlx::raw_sql(AssertSqlSafe(cast.registration()))
            .execute(&mut owner)
            .await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    })
    .await
    .expect("a template")
}

/// All that decides what the template holds.
fn content(cast: &Cast) -> String {
    let mut content = migrate::ROLES.to_owned();
    for migration in migrate::MIGRATIONS.iter() {
        writeln!(content, "{} {}", migration.version, hex::encode(&migration.checksum)).expect("text");
    }
    content + &cast.registration()
}

/// A connection for questions a test asks behind the service's back.
#[derive(Debug)]
pub(crate) struct Sql(PgConnection);

impl Sql {
    pub(crate) async fn connect(options: PgConnectOptions) -> Self {
        Self(
            options
                .disable_statement_logging()
                .connect()
                .await
                .expect("a connection"),
        )
    }

    /// Runs statements that must succeed.
    pub(crate) async fn run(&mut self, sql: &str) {
        if let Err(error) = self.attempt(sql).await {
            panic!("{error}\n{sql}");
        }
    }

    /// Runs statements that may fail.
    pub(crate) async fn attempt(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.0)
            .await
            .map(|_| ())
    }

    /// The SQLSTATE with which the database refuses these statements, and the constraint it names.
    pub(crate) async fn refusal(&mut self, sql: &str) -> (String, String) {
        let error = self.attempt(sql).await.expect_err(sql);
        let refusal = error.as_database_error().unwrap_or_else(|| panic!("{error}\n{sql}"));
        (
            refusal.code().unwrap_or_default().into_owned(),
            refusal.constraint().unwrap_or_default().to_owned(),
        )
    }

    pub(crate) async fn rows(&mut self, sql: &str) -> Vec<PgRow> {
        sqlx::query(AssertSqlSafe(sql.to_owned()))
            .persistent(false)
            .fetch_all(&mut self.0)
            .await
            .unwrap_or_else(|error| panic!("{error}\n{sql}"))
    }

    /// The first column of each row.
    pub(crate) async fn column<T>(&mut self, sql: &str) -> Vec<T>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        self.rows(sql).await.iter().map(|row| row.get(0)).collect()
    }

    /// The only value of the only row.
    pub(crate) async fn value<T>(&mut self, sql: &str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let mut values = self.column(sql).await;
        assert_eq!(values.len(), 1, "{sql}");
        values.pop().expect("a value")
    }
}
