//! Who runs the server: oneself, or as root an ordinary account, since PostgreSQL refuses root.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::ClusterError;

/// The account that Debian's package creates for the server.
const SERVER_ACCOUNT: &str = "postgres";

/// The account that the server and its files belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ServerUser {
    /// The caller's own, with its uid.
    Caller(u32),
    /// Another one: the caller is root.
    Account(Account),
}

/// One line of the password file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    uid: u32,
    gid: u32,
    home: PathBuf,
}

impl ServerUser {
    /// The account for a cluster in `home`: root keeps the owner of an existing cluster (made
    /// before `sudo` was), and takes `postgres` for a new one.
    pub(super) fn for_home(home: &Path) -> Result<Self, ClusterError> {
        let caller = rustix::process::geteuid();
        if !caller.is_root() {
            return Ok(Self::Caller(caller.as_raw()));
        }
        let accounts = Path::new("/etc/passwd");
        let accounts = fs::read_to_string(accounts).map_err(ClusterError::io("read", accounts))?;
        let owner = fs::metadata(home).map(|metadata| metadata.uid()).ok();
        account(&accounts, |_, uid| uid != 0 && Some(uid) == owner)
            .or_else(|| account(&accounts, |name, _| name == SERVER_ACCOUNT))
            .map(Self::Account)
            .ok_or(ClusterError::NoServerAccount)
    }

    /// The numeric user id.
    pub(super) fn uid(&self) -> u32 {
        match self {
            Self::Caller(uid) => *uid,
            Self::Account(account) => account.uid,
        }
    }

    /// A command that runs as this account, with nothing of the caller's environment but PATH:
    /// PGDATA, PGPORT and their like would reach the server otherwise. It also leaves the
    /// caller's process group, so that Ctrl-C in a terminal reaches the caller alone.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").env("TZ", "UTC");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.current_dir("/").process_group(0);
        command.stdin(Stdio::null());
        if let Self::Account(account) = self {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    /// Hands `path` to this account.
    pub(super) fn own(&self, path: &Path) -> Result<(), ClusterError> {
        match self {
            Self::Caller(_) => Ok(()),
            Self::Account(account) => {
                chown(path, Some(account.uid), Some(account.gid)).map_err(ClusterError::io("change the owner of", path))
            }
        }
    }

    /// Where a cluster goes when this account can't enter `directory`: the account's own home
    /// directory. `None` when it can.
    pub(super) fn refuge_from(&self, directory: &Path) -> io::Result<Option<&Path>> {
        let Self::Account(account) = self else {
            return Ok(None);
        };
        for ancestor in directory.ancestors() {
            if !account.may_enter(ancestor)? {
                return Ok(Some(&account.home));
            }
        }
        Ok(None)
    }
}

impl Account {
    /// Whether the permission bits let this account pass through `directory`.
    fn may_enter(&self, directory: &Path) -> io::Result<bool> {
        let metadata = fs::metadata(directory)?;
        let execute_bit = if metadata.uid() == self.uid {
            0o100
        } else if metadata.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        Ok(metadata.mode() & execute_bit != 0)
    }
}

/// The first account of a password file that `wanted` accepts by name and uid.
fn account(accounts: &str, wanted: impl Fn(&str, u32) -> bool) -> Option<Account> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        let home = PathBuf::from(fields.nth(1)?);
        wanted(name, uid).then_some(Account { uid, gid, home })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/bash\n\
        broken line\n\
        postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn an_account_is_found_by_name_and_by_uid() {
        let expected = Account {
            uid: 101,
            gid: 104,
            home: PathBuf::from("/var/lib/postgresql"),
        };
        let by_name = account(ACCOUNTS, |name, _| name == "postgres");
        assert_eq!(by_name.as_ref(), Some(&expected));
        assert_eq!(account(ACCOUNTS, |_, uid| uid == 101), Some(expected));
        assert_eq!(account(ACCOUNTS, |name, _| name == "broken line"), None);
    }
}
