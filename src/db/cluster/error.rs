//! What can go wrong with a private cluster, said so that the reader can mend it.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use super::home::Home;

/// Why a private cluster could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No PostgreSQL of a supported version is installed.
    #[error(
        "no PostgreSQL {wanted} binaries (initdb, postgres) found in {}; install them: \
         `apt-get install postgresql` on Debian and Ubuntu, `dnf install postgresql-server` on \
         Fedora, `brew install postgresql@17` on macOS; or name their directory in PG_BIN, or \
         an existing server in DATABASE_URL",
        .searched.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    BinariesNotFound {
        /// The versions that would do, in words.
        wanted: String,
        /// Every directory that was looked at.
        searched: Vec<PathBuf>,
    },

    /// Root started the cluster and there is no account to run the server.
    #[error(
        "PostgreSQL refuses to run as root and there is no account `postgres`: install Debian's \
         `postgresql` package, create the account, or start as an ordinary user"
    )]
    NoServerAccount,

    /// A directory for the socket exists and may belong to somebody else.
    #[error("{} is not a private directory of uid {uid}: remove it", .path.display())]
    NotPrivate {
        /// The directory.
        path: PathBuf,
        /// The account that should own it, with mode 0700.
        uid: u32,
    },

    /// Another process has been starting or stopping the cluster for too long.
    #[error("another process keeps {} locked", .path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },

    /// A program of PostgreSQL failed.
    #[error("{program} failed: {output}")]
    Program {
        /// Its name.
        program: &'static str,
        /// What it printed.
        output: String,
    },

    /// The server found traces of another one; it may be gone in a moment.
    #[error("the server won't start beside another one: {log}")]
    StartRefused {
        /// The end of the server's log.
        log: String,
    },

    /// The server ended while it was starting.
    #[error("the server did not start: {log}")]
    StartFailed {
        /// The end of the server's log.
        log: String,
    },

    /// The server did not come up in time.
    #[error("the server did not become ready in time: {log}")]
    NotReady {
        /// The end of the server's log.
        log: String,
    },

    /// The server runs on after it was asked to stop.
    #[error("the server of {} does not stop", .data.display())]
    NotStopped {
        /// Its data directory.
        data: PathBuf,
    },

    /// The server that this handle used has gone.
    #[error("the server is not running")]
    NotRunning,

    /// The caller's function that fills a template database failed.
    #[error("filling the template database failed")]
    Template(#[source] Box<dyn Error + Send + Sync>),

    /// The server answered with an error, or not at all.
    #[error(transparent)]
    Database(#[from] sqlx::Error),

    /// The file system refused.
    #[error("can't {action} {}: {source}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl ClusterError {
    /// Turns an I/O error into one that names the action and the path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }

    /// The error of a server that is not ready, with what it said last.
    pub(super) fn not_ready(home: &Home) -> Self {
        Self::NotReady { log: home.log_since(0) }
    }
}
