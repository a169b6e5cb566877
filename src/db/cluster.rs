//! The private PostgreSQL of development and tests: nobody sets up a server.
//!
//! [`Cluster::start`] makes a cluster from the PostgreSQL binaries of the machine, or finds the
//! one that already runs, and the last user to leave turns it off:
//!
//! ```text
//! <directory>/durable  or  <directory>/volatile      0700, of the account that runs the server
//!     data/          what initdb made
//!     server.log     the server's own words, without statements and without values
//!     users.lock     shared lock of every user; who gets it exclusively is alone and may stop it
//!     start.lock     exclusive lock while somebody starts or mends the server
//!     .s.PGSQL.5432  the socket (or in a short directory of /tmp where this path is too long)
//! ```
//!
//! **Who may connect.** There is no TCP listener, and the socket lies in a directory that only
//! the server's account may enter, so `pg_hba.conf` trusts whoever comes: every role of the
//! migrations logs in under one operating-system account here, and a password kept in a file
//! that this same account can read would add a secret to lose and no protection.
//!
//! **Locks are the kernel's** (`flock`), so they end with their process however it ends: a
//! killed owner needs no clean-up, the next start adopts its server, and where nobody comes a
//! shell loop beside the server stops it (see [`ClusterOptions::keep_warm`]).

mod binaries;
mod error;
mod home;
mod lock;
mod postmaster;
mod template;
#[cfg(test)]
mod tests;
mod user;

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use tokio::process::Child;
use tokio::time::Instant;

pub use self::error::ClusterError;
pub use self::template::{TemplateDatabase, TestDatabase};

use self::binaries::Binaries;
use self::home::Home;
use self::lock::{Hold, Lock};
use self::postmaster::{Phase, Postmaster};

/// The database superuser that initdb creates.
const SUPERUSER: &str = "postgres";

/// How long a start may take, crash recovery and waiting for another starter included.
const START_DEADLINE: Duration = Duration::from_secs(90);

/// How long a fast shutdown, with its checkpoint, may take.
const STOP_DEADLINE: Duration = Duration::from_mins(1);

/// How often a state that only the file system shows is looked at.
const POLL: Duration = Duration::from_millis(3);

/// How long the leftovers of a killed server get before the next attempt to start.
const RETRY: Duration = Duration::from_millis(100);

/// What a cluster promises. Durable and volatile clusters never share a data directory:
/// one that ever ran without fsync can't be trusted after a crash of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterOptions {
    /// Whether a committed transaction survives a crash of the machine. Only tests do without.
    pub durable: bool,
    /// How long the server keeps running after its last user, for the next one to find it warm.
    /// With `None` it stops when the last handle is dropped; should that user be killed instead,
    /// within ten seconds of its death. Needs `flock` of util-linux; without it a killed user's
    /// server, and every warm one, waits for the next start.
    pub keep_warm: Option<Duration>,
}

impl ClusterOptions {
    /// A developer's data: durable, and gone with its owner.
    pub const DEVELOPMENT: Self = Self {
        durable: true,
        keep_warm: None,
    };

    /// Throw-away databases for test processes that come and go by the second.
    pub const TESTS: Self = Self {
        durable: false,
        keep_warm: Some(Duration::from_mins(1)),
    };

    /// How often the shell loop asks whether anybody still uses the server.
    fn idle_check(self) -> Duration {
        self.keep_warm.unwrap_or(Duration::from_secs(10))
    }
}

/// One user's hold on a running private cluster. While any handle of any process is held, the
/// server keeps running; [`Cluster::stop`] or dropping the last one ends it.
#[derive(Debug)]
pub struct Cluster {
    home: Home,
    keep_warm: bool,
    users: Lock,
    /// The server, where this handle started it; else it was adopted.
    server: Option<Child>,
}

impl Cluster {
    /// Starts the cluster in `directory`, creating it at first, or adopts the server that
    /// already runs there. Safe to call from many processes at once.
    ///
    /// # Errors
    ///
    /// [`ClusterError`] says which step failed and, where a person can mend it, how.
    pub async fn start(directory: &Path, options: ClusterOptions) -> Result<Self, ClusterError> {
        let deadline = Instant::now() + START_DEADLINE;
        let home = Home::open(directory, options.durable)?;
        // In this order: whoever stops the server holds `users` alone, and needs no other lock.
        let users = home.lock("users.lock", Hold::Shared, deadline).await?;
        let _starting = home.lock("start.lock", Hold::Alone, deadline).await?;
        let server = bring_up(&home, options, deadline).await?;
        Ok(Self {
            home,
            keep_warm: options.keep_warm.is_some(),
            users,
            server,
        })
    }

    /// A connection URL for `role` in `database`; both are plain identifiers. No password.
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        self.home.url(role, database)
    }

    /// A connection URL for the superuser in the maintenance database `postgres`.
    #[must_use]
    pub fn superuser_url(&self) -> String {
        self.home.url(SUPERUSER, "postgres")
    }

    /// Where the cluster lives. Normally a folder of the given directory; elsewhere when root
    /// started it below a directory that the server's account may not enter.
    #[must_use]
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The process id of the running server.
    ///
    /// # Errors
    ///
    /// [`ClusterError::Io`] when the server's pid file can't be read,
    /// [`ClusterError::NotRunning`] when the server has gone.
    pub fn server_pid(&self) -> Result<u32, ClusterError> {
        let postmaster = Postmaster::find(&self.home)?.ok_or(ClusterError::NotRunning)?;
        Ok(postmaster.pid())
    }

    /// Gives up this handle and, when it was the last one, stops the server and waits for it.
    ///
    /// # Errors
    ///
    /// [`ClusterError::NotStopped`] when the server outlives the deadline.
    pub async fn stop(mut self) -> Result<(), ClusterError> {
        if !self.users.try_alone()? {
            return Ok(());
        }
        if let Some(postmaster) = Postmaster::find(&self.home)? {
            postmaster.signal(Signal::INT);
            wait_until_gone(&self.home, Instant::now() + STOP_DEADLINE).await?;
        }
        if let Some(mut server) = self.server.take() {
            server
                .wait()
                .await
                .map_err(ClusterError::io("wait for", &self.home.data()))?;
        }
        Ok(())
    }
}

impl Drop for Cluster {
    /// Asks the server to stop when this was its last user and it is not to stay warm. Does
    /// not wait: a start that comes meanwhile does.
    fn drop(&mut self) {
        if !self.keep_warm
            && self.users.try_alone().unwrap_or(false)
            && let Ok(Some(postmaster)) = Postmaster::find(&self.home)
        {
            postmaster.signal(Signal::INT);
        }
    }
}

/// Sees to it that a healthy server runs in `home`; the caller holds the start lock. Returns the
/// server process when it was started here.
async fn bring_up(home: &Home, options: ClusterOptions, deadline: Instant) -> Result<Option<Child>, ClusterError> {
    loop {
        match Postmaster::find(home)? {
            Some(postmaster) => match postmaster.phase() {
                Phase::Ready if postmaster::answers(&home.url(SUPERUSER, "postgres")).await => {
                    return Ok(None);
                }
                // Ours, alive and deaf (stopped by a debugger, out of descriptors): its users
                // have lost it already, and PostgreSQL recovers from a kill.
                Phase::Ready => postmaster.signal(Signal::KILL),
                Phase::Starting | Phase::Stopping => {}
            },
            None => match launch(home, options, deadline).await {
                Err(ClusterError::StartRefused { .. }) if Instant::now() < deadline => {
                    tokio::time::sleep(RETRY).await;
                }
                launched => return launched.map(Some),
            },
        }
        if Instant::now() >= deadline {
            return Err(ClusterError::not_ready(home));
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Starts the server, making the data directory first where there is none.
async fn launch(home: &Home, options: ClusterOptions, deadline: Instant) -> Result<Child, ClusterError> {
    let binaries = Binaries::find(home.data_version()?).await?;
    if home.data_version()?.is_none() {
        home.initialise(&binaries, options.durable).await?;
    }
    postmaster::remove_stale_lock_files(home)?;
    let launched = postmaster::spawn(home, &binaries, options, deadline).await;
    if options.durable || !matches!(launched, Err(ClusterError::StartFailed { .. })) {
        return launched;
    }
    // Without fsync a power cut may leave anything behind; nothing in there is missed.
    home.discard_data()?;
    home.initialise(&binaries, options.durable).await?;
    postmaster::spawn(home, &binaries, options, deadline).await
}

/// Waits until no server of `home` runs.
async fn wait_until_gone(home: &Home, deadline: Instant) -> Result<(), ClusterError> {
    while Postmaster::find(home)?.is_some() {
        if Instant::now() >= deadline {
            return Err(ClusterError::NotStopped { data: home.data() });
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}
