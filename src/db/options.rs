//! Where the database is and how each role gets in.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// The login roles, one a purpose. `migrations/roles.sql` makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DbRole {
    /// Owns the schema; runs migrations.
    Migrator,
    /// One tenant a transaction.
    App,
    /// Looks credentials up.
    Auth,
    /// Appends audit events.
    AuditWriter,
    /// Reads one tenant's audit events.
    AuditReader,
    /// Reads what similarity needs, across tenants.
    Index,
    /// Looks at every text of one tenant, hidden or not.
    Rescan,
}

impl DbRole {
    /// Every role.
    pub const ALL: &'static [Self] = &[
        Self::Migrator,
        Self::App,
        Self::Auth,
        Self::AuditWriter,
        Self::AuditReader,
        Self::Index,
        Self::Rescan,
    ];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Migrator => "stratum_migrator",
            Self::App => "stratum_app",
            Self::Auth => "stratum_auth",
            Self::AuditWriter => "stratum_audit_writer",
            Self::AuditReader => "stratum_audit_reader",
            Self::Index => "stratum_index",
            Self::Rescan => "stratum_rescan",
        }
    }

    /// The environment variable that holds the role's password.
    #[must_use]
    pub fn password_variable(self) -> String {
        format!("{}_PASSWORD", self.name().to_ascii_uppercase())
    }
}

/// Where the database is. Debug prints neither the URL nor a password.
#[derive(Clone)]
pub struct DatabaseConfig {
    base: PgConnectOptions,
    passwords: BTreeMap<DbRole, String>,
    /// Most connections of the app role.
    pub app_connections: u32,
}

impl std::fmt::Debug for DatabaseConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseConfig")
            .field("app_connections", &self.app_connections)
            .finish_non_exhaustive()
    }
}

/// Why a database address is refused. Holds nothing of the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseProblem {
    /// It is no `postgres://` URL.
    #[error("is not a postgres:// URL")]
    NotAUrl,
    /// The connection would not be verified.
    #[error("must use sslmode=verify-full or a unix socket outside development")]
    Unverified,
}

impl DatabaseConfig {
    /// Reads a database URL; the user in it is the administrator that migrations start as.
    ///
    /// # Errors
    /// When it is no URL, or would connect without verifying the server outside development.
    pub fn new(
        url: &str,
        ca_file: Option<&PathBuf>,
        is_development: bool,
        password: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, DatabaseProblem> {
        let mut base =
            PgConnectOptions::from_str(url).map_err(|_ignored_because_it_quotes_the_url| DatabaseProblem::NotAUrl)?;
        if let Some(ca) = ca_file {
            base = base.ssl_root_cert(ca);
        }
        let is_socket = base.get_socket().is_some() || base.get_host().starts_with('/');
        let is_verified = matches!(base.get_ssl_mode(), PgSslMode::VerifyFull);
        if !is_development && !is_socket && !is_verified {
            return Err(DatabaseProblem::Unverified);
        }
        let base = base
            .application_name("stratum")
            // `begin` starts with a ROLLBACK that mostly has nothing to do; the notice says nothing new.
            .options([("client_min_messages", "error"), ("statement_timeout", "30s")])
            .disable_statement_logging();
        let passwords = DbRole::ALL
            .iter()
            .filter_map(|role| Some((*role, password(&role.password_variable())?)))
            .collect();
        Ok(Self {
            base,
            passwords,
            app_connections: 16,
        })
    }

    /// How a role connects.
    #[must_use]
    pub fn options(&self, role: DbRole) -> PgConnectOptions {
        let options = self.base.clone().username(role.name());
        match self.passwords.get(&role) {
            Some(password) => options.password(password),
            None => options,
        }
    }

    /// How the administrator of the URL connects, to migrate.
    #[must_use]
    pub fn administrator(&self) -> PgConnectOptions {
        self.base.clone().options([("statement_timeout", "0")])
    }
}
