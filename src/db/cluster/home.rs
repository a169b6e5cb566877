//! The directories and files of one cluster.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::ClusterError;
use super::binaries::Binaries;
use super::lock::{Hold, Lock};
use super::user::ServerUser;

/// The port names the socket file and nothing else: no TCP listener is opened.
pub(super) const PORT: u16 = 5432;

/// How the names of data directories begin that initdb has not finished.
const PARTIAL: &str = "data.partial.";

/// The longest directory that a socket may lie in. The whole path must fit `sun_path` (107
/// bytes and a zero on Linux, 103 on macOS), and the file's name takes 15 with its slash.
const SOCKET_DIRECTORY_BYTES: usize = 88;

/// A log longer than this is begun anew at the next start.
const LOG_BYTES: u64 = 8 << 20;

/// How much of the log an error message shows.
const LOG_TAIL_BYTES: u64 = 2_000;

/// The private directory of a cluster, and whose it is.
#[derive(Debug)]
pub(super) struct Home {
    path: PathBuf,
    socket_directory: PathBuf,
    user: ServerUser,
}

impl Home {
    /// Finds or makes the home of the cluster in `directory`.
    pub(super) fn open(directory: &Path, durable: bool) -> Result<Self, ClusterError> {
        fs::create_dir_all(directory).map_err(ClusterError::io("create", directory))?;
        let directory = fs::canonicalize(directory).map_err(ClusterError::io("resolve", directory))?;
        let mut path = directory.join(if durable { "durable" } else { "volatile" });
        let user = ServerUser::for_home(&path)?;
        let refuge = user
            .refuge_from(&directory)
            .map_err(ClusterError::io("look at", &directory))?;
        if let Some(refuge) = refuge {
            path = refuge.join(short_name(&path));
        }
        make_private(&path, &user)?;
        let mut socket_directory = path.clone();
        if path.as_os_str().len() > SOCKET_DIRECTORY_BYTES {
            socket_directory = Path::new("/tmp").join(short_name(&path));
            make_private(&socket_directory, &user)?;
        }
        Ok(Self {
            path,
            socket_directory,
            user,
        })
    }

    /// The home itself.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// PostgreSQL's data directory.
    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// The account that runs the server.
    pub(super) fn user(&self) -> &ServerUser {
        &self.user
    }

    /// Where the socket lies.
    pub(super) fn socket_directory(&self) -> &Path {
        &self.socket_directory
    }

    /// The URL of a role and database on the socket. Port and TLS are said, since sqlx would
    /// take them from the environment otherwise.
    pub(super) fn url(&self, role: &str, database: &str) -> String {
        let host = percent_encode(self.socket_directory.as_os_str().as_bytes());
        format!("postgres://{role}@localhost:{PORT}/{database}?host={host}&sslmode=disable")
    }

    /// Takes one of the locks of this home.
    pub(super) async fn lock(&self, name: &str, hold: Hold, deadline: Instant) -> Result<Lock, ClusterError> {
        let path = self.path.join(name);
        let lock = Lock::acquire(&path, hold, deadline).await?;
        self.user.own(&path)?;
        Ok(lock)
    }

    /// The major version that made the data directory; `None` where there is none.
    pub(super) fn data_version(&self) -> Result<Option<u32>, ClusterError> {
        let path = self.data().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(version) => Ok(version.trim().parse().ok()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ClusterError::io("read", &path)(error)),
        }
    }

    /// Makes the data directory. initdb works beside it and the result is moved in place, so
    /// that a killed initdb leaves nothing that looks complete.
    pub(super) async fn initialise(&self, binaries: &Binaries, durable: bool) -> Result<(), ClusterError> {
        self.discard_partial_data()?;
        // A name of our own: the initdb of a killed starter may still write into another one.
        let partial = self.path.join(format!("{PARTIAL}{}", std::process::id()));
        let mut initdb = self.user.command(&binaries.program("initdb"));
        initdb.kill_on_drop(true).arg("--pgdata").arg(&partial);
        initdb.args(["--username", super::SUPERUSER, "--auth=trust"]);
        initdb.args(["--encoding=UTF8", "--no-instructions"]);
        // Both order by code point and know every letter; the built-in one needs no system locale.
        initdb.args(if binaries.major() >= 17 {
            &["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"][..]
        } else {
            &["--locale=C.UTF-8"][..]
        });
        if !durable {
            initdb.arg("--no-sync");
        }
        let output = initdb
            .output()
            .await
            .map_err(ClusterError::io("run initdb for", &partial))?;
        if !output.status.success() {
            return Err(ClusterError::Program {
                program: "initdb",
                output: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            });
        }
        if !durable {
            self.spread(&partial.join("base")).await;
        }
        fs::rename(&partial, self.data()).map_err(ClusterError::io("move", &partial))
    }

    /// Asks ext4 to put each new sub-directory of `directory` into a block group of its own.
    /// Test databases come and go by the hundred files, and an ext4 without journal (a small
    /// virtual machine's) steps over every inode that was freed in the same group in the last
    /// minutes: after thirty drops a clone took three times as long. A wish only: other file
    /// systems know no such flag.
    async fn spread(&self, directory: &Path) {
        let wish = self
            .user
            .command(Path::new("chattr"))
            .arg("+T")
            .arg(directory)
            .output()
            .await;
        drop(wish);
    }

    /// Removes the data directory.
    pub(super) fn discard_data(&self) -> Result<(), ClusterError> {
        let data = self.data();
        fs::remove_dir_all(&data).map_err(ClusterError::io("remove", &data))
    }

    /// Removes what killed initdbs left. One that still writes may keep its folder until the
    /// next time.
    fn discard_partial_data(&self) -> Result<(), ClusterError> {
        let entries = fs::read_dir(&self.path).map_err(ClusterError::io("list", &self.path))?;
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(PARTIAL) {
                drop(fs::remove_dir_all(entry.path()));
            }
        }
        Ok(())
    }

    /// Opens the server's log for appending.
    pub(super) fn open_log(&self) -> Result<File, ClusterError> {
        let path = self.log_path();
        let log = File::options()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(ClusterError::io("open", &path))?;
        self.user.own(&path)?;
        if self.log_bytes() > LOG_BYTES {
            log.set_len(0).map_err(ClusterError::io("truncate", &path))?;
        }
        Ok(log)
    }

    /// The length of the server's log.
    pub(super) fn log_bytes(&self) -> u64 {
        fs::metadata(self.log_path()).map_or(0, |metadata| metadata.len())
    }

    /// What the server's log says after `offset`, or the end of it.
    pub(super) fn log_since(&self, offset: u64) -> String {
        let start = offset.max(self.log_bytes().saturating_sub(LOG_TAIL_BYTES));
        let mut text = Vec::new();
        let read = File::open(self.log_path()).and_then(|mut log| {
            log.seek(SeekFrom::Start(start))?;
            log.read_to_end(&mut text)
        });
        match read {
            Ok(_) => String::from_utf8_lossy(&text).trim().to_owned(),
            Err(error) => format!("(no log: {error})"),
        }
    }

    fn log_path(&self) -> PathBuf {
        self.path.join("server.log")
    }
}

/// Makes `path` a directory that only `user` may enter, or makes sure that it is one: in /tmp
/// somebody else may have been there first.
fn make_private(path: &Path, user: &ServerUser) -> Result<(), ClusterError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(ClusterError::io("create", path)(error)),
    }
    let metadata = fs::symlink_metadata(path).map_err(ClusterError::io("look at", path))?;
    // Root's own is one that this or another starter made and has not handed over yet.
    let caller = rustix::process::geteuid().as_raw();
    let ours = metadata.uid() == user.uid() || metadata.uid() == caller;
    if !metadata.is_dir() || !ours || metadata.mode() & 0o077 != 0 {
        return Err(ClusterError::NotPrivate {
            path: path.to_path_buf(),
            uid: user.uid(),
        });
    }
    user.own(path)
}

/// A short directory name that stands for a long path.
fn short_name(path: &Path) -> String {
    format!("stratum-{}", short_hash(path.as_os_str().as_bytes()))
}

/// Sixteen hexadecimal digits that stand for `content`.
pub(super) fn short_hash(content: &[u8]) -> String {
    let mut head = [0; 8];
    head.copy_from_slice(&Sha256::digest(content)[..8]);
    format!("{:016x}", u64::from_be_bytes(head))
}

/// Escapes what a URL's query can't hold; slashes stay readable.
fn percent_encode(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            escaped => format!("%{escaped:02X}"),
        })
        .collect()
}
