//! The server process: finding, starting, signalling it, and seeing that it does not outlive
//! its users.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::process::Child;
use tokio::time::{Instant, sleep, timeout};

use super::binaries::Binaries;
use super::home::{Home, PORT};
use super::{ClusterError, ClusterOptions, POLL};

/// How long a running server may take to answer before it counts as deaf. Long, because a
/// machine that builds and tests at once is slow, and a wrong verdict kills others' sessions.
const ANSWER_DEADLINE: Duration = Duration::from_secs(30);

/// SQLSTATE of a server that is alive but starting up or shutting down.
const CANNOT_CONNECT_NOW: &str = "57P03";

/// What a server says about itself in its pid file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// On its way up, crash recovery included.
    Starting,
    /// Accepting connections.
    Ready,
    /// On its way down.
    Stopping,
}

/// A running server process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Postmaster {
    pid: Pid,
    phase: Phase,
}

impl Postmaster {
    /// The live server of `home`. A pid file that names no process, or one that has nothing to
    /// do with this data directory because the number was given out again, means none.
    pub(super) fn find(home: &Home) -> Result<Option<Self>, ClusterError> {
        Ok(read_lock_file(&pid_file(home))?.filter(|postmaster| postmaster.serves(&home.data())))
    }

    /// The process id.
    pub(super) fn pid(self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// What it said last about itself.
    pub(super) fn phase(self) -> Phase {
        self.phase
    }

    /// Sends a signal; a process that has just gone is not an error.
    pub(super) fn signal(self, signal: Signal) {
        kill_process(self.pid, signal).unwrap_or_default();
    }

    /// Whether this process is a server of the data directory, by its command line. A zombie
    /// has none.
    fn serves(self, data: &Path) -> bool {
        let wanted = format!(" -D {} ", data.display());
        command_line(self.pid).is_some_and(|line| line.contains(&wanted))
    }
}

/// Removes the lock files of a server that is gone, of the data directory and of the socket.
/// Where their process number means another process by now, or the dead server's zombie,
/// PostgreSQL would refuse to start. Children of a killed server are still noticed, by their
/// shared memory.
pub(super) fn remove_stale_lock_files(home: &Home) -> Result<(), ClusterError> {
    for path in [pid_file(home), socket_lock(home)] {
        let stale = read_lock_file(&path)?.is_some_and(|named| !named.serves(&home.data()));
        if stale {
            fs::remove_file(&path).map_err(ClusterError::io("remove", &path))?;
        }
    }
    Ok(())
}

/// Starts the server and waits until it is ready.
pub(super) async fn spawn(
    home: &Home,
    binaries: &Binaries,
    options: ClusterOptions,
    deadline: Instant,
) -> Result<Child, ClusterError> {
    let log = home.open_log()?;
    let log_start = home.log_bytes();
    let log_path = home.path();
    let errors = log.try_clone().map_err(ClusterError::io("open the log in", log_path))?;
    let program = binaries.program("postgres");
    let mut server = home
        .user()
        .command(&program)
        .arg("-D")
        .arg(home.data())
        .args(settings(home, options))
        .stdout(log)
        .stderr(errors)
        .spawn()
        .map_err(ClusterError::io("run", &program))?;
    let pid = server.id();
    if let Some(pid) = pid {
        stop_when_unused(home, binaries, options, pid)?;
    }
    loop {
        let exited = server.try_wait().map_err(ClusterError::io("wait for", &program))?;
        if exited.is_some() {
            return Err(why_not_started(home.log_since(log_start)));
        }
        let found = Postmaster::find(home)?;
        if found.is_some_and(|found| Some(found.pid()) == pid && found.phase == Phase::Ready) {
            return Ok(server);
        }
        if Instant::now() >= deadline {
            return Err(ClusterError::not_ready(home));
        }
        sleep(POLL).await;
    }
}

/// Whether the server at `url` answers, if only to say that it has no connection to spare.
pub(super) async fn answers(url: &str) -> bool {
    timeout(ANSWER_DEADLINE, async {
        loop {
            match greet(url).await {
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(CANNOT_CONNECT_NOW) => {
                    sleep(POLL).await;
                }
                Ok(()) | Err(sqlx::Error::Database(_)) => return true,
                Err(_) => return false,
            }
        }
    })
    .await
    .unwrap_or(false)
}

/// One connection, opened and closed.
async fn greet(url: &str) -> Result<(), sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?;
    options.connect().await?.close().await
}

/// A shell loop that stops the server `pid` once nobody holds the users' lock: owners that are
/// killed, and test processes that share a warm server and don't know which of them is the last,
/// can't do it. It takes the lock alone while it stops the server, so a start waits for it.
fn stop_when_unused(home: &Home, binaries: &Binaries, options: ClusterOptions, pid: u32) -> Result<(), ClusterError> {
    const LOOP: &str = r#"
        command -v flock >/dev/null || exit 0
        while sleep "$1"; do
            [ "$(head -n 1 "$2/postmaster.pid" 2>/dev/null)" = "$3" ] || exit 0
            flock --exclusive --nonblock "$4" "$5" stop -s -m fast -D "$2" && exit 0
        done"#;
    let shell = Path::new("/bin/sh");
    home.user()
        .command(shell)
        .args(["-c", LOOP, "stop-when-unused"])
        .arg(options.idle_check().as_secs().max(1).to_string())
        .arg(home.data())
        .arg(pid.to_string())
        .arg(home.path().join("users.lock"))
        .arg(binaries.program("pg_ctl"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
        .map_err(ClusterError::io("run", shell))
}

/// The server's settings, as arguments: what is not here is PostgreSQL's default.
fn settings(home: &Home, options: ClusterOptions) -> Vec<String> {
    // The value is a list; a path with a comma or a blank is one element only in quotes.
    let socket_directory = home.socket_directory().display().to_string();
    let socket_directory = format!("\"{}\"", socket_directory.replace('"', "\"\""));
    let mut settings = vec![
        "listen_addresses=".to_owned(),
        format!("unix_socket_directories={socket_directory}"),
        "unix_socket_permissions=0700".to_owned(),
        format!("port={PORT}"),
        "max_connections=200".to_owned(),
        "timezone=UTC".to_owned(),
        "lc_messages=C".to_owned(),
        "jit=off".to_owned(),
        // The client hears of its errors; the log, which nobody guards, would keep the values
        // that they quote: in messages, in details and in statements.
        "log_min_messages=log".to_owned(),
        "log_error_verbosity=terse".to_owned(),
        "log_min_error_statement=panic".to_owned(),
    ];
    if !options.durable {
        let fast = [
            // Commits still reach the operating system one by one, so they survive a kill of
            // the server as they do in production; only a crash of the machine loses them.
            "fsync=off",
            "full_page_writes=off",
            "wal_level=minimal",
            "max_wal_senders=0",
            "checkpoint_timeout=1h",
            // A plan that changes in the middle of a test is no use to it, and a worker in a
            // template database holds up its clones.
            "autovacuum=off",
        ];
        settings.extend(fast.map(str::to_owned));
    }
    settings
        .into_iter()
        .flat_map(|setting| ["-c".to_owned(), setting])
        .collect()
}

/// Tells a server that gave way to another one's remains from one that can't start at all.
fn why_not_started(log: String) -> ClusterError {
    let beside_another = [
        "\" already exists",
        "pre-existing shared memory block",
        "could not bind Unix address",
    ];
    if beside_another.iter().any(|trace| log.contains(trace)) {
        ClusterError::StartRefused { log }
    } else {
        ClusterError::StartFailed { log }
    }
}

fn pid_file(home: &Home) -> PathBuf {
    home.data().join("postmaster.pid")
}

fn socket_lock(home: &Home) -> PathBuf {
    home.socket_directory().join(format!(".s.PGSQL.{PORT}.lock"))
}

/// What a lock file says, true or not.
fn read_lock_file(path: &Path) -> Result<Option<Postmaster>, ClusterError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(parse_lock_file(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ClusterError::io("read", path)(error)),
    }
}

/// Line 1 of a lock file is the process id, line 8 of `postmaster.pid` (absent at first) the
/// phase. `None` for a file that is just being written.
fn parse_lock_file(text: &str) -> Option<Postmaster> {
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok().and_then(Pid::from_raw)?;
    let phase = match lines.nth(6).map(str::trim) {
        Some("ready") => Phase::Ready,
        Some("stopping") => Phase::Stopping,
        Some(_) | None => Phase::Starting,
    };
    Some(Postmaster { pid, phase })
}

/// A process's arguments, each followed by a blank. `None` when there is no such process.
fn command_line(pid: Pid) -> Option<String> {
    let pid = pid.as_raw_nonzero();
    if Path::new("/proc/self/cmdline").exists() {
        let arguments = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        return Some(String::from_utf8_lossy(&arguments).replace('\0', " "));
    }
    let output = Command::new("ps")
        .args(["-ww", "-o", "args=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    Some(format!("{} ", String::from_utf8_lossy(&output.stdout).trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_file_of_each_phase_is_understood() {
        let file = |phase: &str| format!("4711\n/data\n1700000000\n5432\n/data\n\n 1 2\n{phase}\n");
        let phase = |text: &str| parse_lock_file(text).map(|found| (found.pid(), found.phase));
        assert_eq!(phase(&file("ready   ")), Some((4711, Phase::Ready)));
        assert_eq!(phase(&file("stopping")), Some((4711, Phase::Stopping)));
        assert_eq!(phase(&file("starting")), Some((4711, Phase::Starting)));
        assert_eq!(phase("4711\n/data\n"), Some((4711, Phase::Starting)));
        assert_eq!(phase(""), None);
        assert_eq!(phase("0\n"), None);
    }
}
