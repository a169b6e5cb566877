//! File locks that end with their process, however it ends.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use tokio::time::Instant;

use super::{ClusterError, POLL};

/// How a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    /// Beside other holders of the same kind.
    Shared,
    /// With nobody beside.
    Alone,
}

/// A held lock on a file; dropped, it is free.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock on `path`, waiting until `deadline` while others hold it. It asks again
    /// and again instead of blocking, so that a cancelled caller leaves no thread behind.
    pub(super) async fn acquire(path: &Path, hold: Hold, deadline: Instant) -> Result<Self, ClusterError> {
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(ClusterError::io("open", path))?;
        let lock = Self {
            file,
            path: path.to_path_buf(),
        };
        while !lock.try_hold(hold)? {
            if Instant::now() >= deadline {
                return Err(ClusterError::Locked { path: lock.path });
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(lock)
    }

    /// Gives up a shared hold and takes the lock alone if nobody else holds it. On `false`
    /// nothing is held any more.
    pub(super) fn try_alone(&self) -> Result<bool, ClusterError> {
        self.file.unlock().map_err(ClusterError::io("unlock", &self.path))?;
        self.try_hold(Hold::Alone)
    }

    fn try_hold(&self, hold: Hold) -> Result<bool, ClusterError> {
        let attempt = match hold {
            Hold::Shared => self.file.try_lock_shared(),
            Hold::Alone => self.file.try_lock(),
        };
        match attempt {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(source)) => Err(ClusterError::io("lock", &self.path)(source)),
        }
    }
}
