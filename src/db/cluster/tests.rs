//! The private cluster under everything that happens to it: crowds, kills, odd paths, accounts.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;

use rustix::process::{Pid, kill_process};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};
use tempfile::TempDir;

use super::*;

mod places;
mod templates;

const VOLATILE: ClusterOptions = ClusterOptions {
    durable: false,
    keep_warm: None,
};

/// Tells a test process that it is to play the owner of the cluster in this directory.
const OWNED_DIRECTORY: &str = "STRATUM_TEST_OWNED_DIRECTORY";

/// A temporary directory that the server's account may enter.
fn directory() -> TempDir {
    directory_with_mode(0o755)
}

fn directory_with_mode(mode: u32) -> TempDir {
    tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(mode))
        .tempdir()
        .unwrap()
}

async fn connect(url: &str) -> PgConnection {
    PgConnectOptions::from_str(url).unwrap().connect().await.unwrap()
}

async fn run(url: &str, statements: &str) {
    let mut session = connect(url).await;
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(&mut session)
        .await
        .unwrap();
}

async fn ask(url: &str, question: &str) -> String {
    let mut session = connect(url).await;
    sqlx::query(AssertSqlSafe(question.to_owned()))
        .fetch_one(&mut session)
        .await
        .unwrap()
        .get(0)
}

fn kill(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// This test binary, running the ignored test `owner_process`.
fn owner_command(program: &Path, directory: &Path) -> Command {
    let (_crate, module) = module_path!().split_once("::").unwrap();
    let mut command = Command::new(program);
    command
        .args(["--ignored", "--exact", "--nocapture"])
        .arg(format!("{module}::owner_process"))
        .env(OWNED_DIRECTORY, directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

/// The pid of the server that an owner process says it has.
fn announced_pid(owner: &mut Child) -> u32 {
    let output = BufReader::new(owner.stdout.take().unwrap());
    output
        .lines()
        .map(Result::unwrap)
        .find_map(|line| line.split_once("server ")?.1.parse().ok())
        .expect("the owner process announces its server")
}

/// Not a test: the other process of the tests below. Starts a cluster, says so, stays.
#[tokio::test]
#[ignore = "a helper process of other tests"]
async fn owner_process() {
    let Some(directory) = env::var_os(OWNED_DIRECTORY) else {
        return;
    };
    let cluster = Cluster::start(Path::new(&directory), VOLATILE).await.unwrap();
    assert_eq!(ask(&cluster.superuser_url(), "SELECT 'yes'").await, "yes");
    println!("\nserver {}", cluster.server_pid().unwrap());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_fresh_directory_becomes_a_server_for_every_role() {
    let directory = directory();
    let cluster = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    let superuser = cluster.superuser_url();
    run(&superuser, "CREATE ROLE clerk LOGIN").await;
    let clerk = cluster.url("clerk", "postgres");
    assert_eq!(ask(&clerk, "SELECT current_user::text").await, "clerk");
    assert_eq!(ask(&superuser, "SHOW listen_addresses").await, "");
    assert_eq!(ask(&superuser, "SHOW server_encoding").await, "UTF8");
    assert_eq!(ask(&superuser, "SELECT upper('é')").await, "É");
    let mode = fs::metadata(cluster.home()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let pid_file = cluster.home().join("data/postmaster.pid");
    assert!(pid_file.exists());
    cluster.stop().await.unwrap();
    assert!(!pid_file.exists());
}

#[tokio::test]
async fn only_a_durable_cluster_syncs_and_the_two_never_share_data() {
    let directory = directory();
    let volatile = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    let durable = ClusterOptions {
        durable: true,
        ..VOLATILE
    };
    let durable = Cluster::start(directory.path(), durable).await.unwrap();
    assert_ne!(volatile.home(), durable.home());
    assert_eq!(ask(&volatile.superuser_url(), "SHOW fsync").await, "off");
    for setting in ["fsync", "full_page_writes", "synchronous_commit"] {
        let shown = ask(&durable.superuser_url(), &format!("SHOW {setting}")).await;
        assert_eq!(shown, "on", "{setting}");
    }
    volatile.stop().await.unwrap();
    durable.stop().await.unwrap();
}

#[tokio::test]
async fn many_starts_at_once_make_one_server_that_the_last_user_stops() {
    let directory = directory();
    let start = || Cluster::start(directory.path(), VOLATILE);
    let (first, second, third) = tokio::join!(start(), start(), start());
    let (first, second, third) = (first.unwrap(), second.unwrap(), third.unwrap());
    let pid = first.server_pid().unwrap();
    assert_eq!(second.server_pid().unwrap(), pid);
    let pid_file = first.home().join("data/postmaster.pid");
    first.stop().await.unwrap();
    drop(second);
    assert_eq!(third.server_pid().unwrap(), pid);
    assert_eq!(ask(&third.superuser_url(), "SELECT 'yes'").await, "yes");
    third.stop().await.unwrap();
    assert!(!pid_file.exists());
}

#[tokio::test]
async fn the_server_of_a_killed_owner_is_adopted() {
    let directory = directory();
    let this_binary = env::current_exe().unwrap();
    let mut owner = owner_command(&this_binary, directory.path()).spawn().unwrap();
    let pid = announced_pid(&mut owner);
    owner.kill().unwrap();
    owner.wait().unwrap();
    let cluster = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    assert_eq!(cluster.server_pid().unwrap(), pid);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_server_is_replaced_and_its_commits_are_there() {
    let directory = directory();
    let before = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    run(&before.superuser_url(), "CREATE TABLE note AS SELECT 'kept' AS text").await;
    let killed = before.server_pid().unwrap();
    kill(killed, Signal::KILL);
    let after = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    assert_ne!(after.server_pid().unwrap(), killed);
    let text = ask(&after.superuser_url(), "SELECT text FROM note").await;
    assert_eq!(text, "kept");
    drop(before);
    after.stop().await.unwrap();
}

#[tokio::test]
async fn children_of_a_killed_server_are_waited_for() {
    let directory = directory();
    let before = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    let url = before.superuser_url();
    let mut session = connect(&url).await;
    // A busy backend notices the death of its server late, when it has done.
    let busy = tokio::spawn(async move {
        sqlx::raw_sql("SELECT count(*) FROM generate_series(1, 10000000)")
            .execute(&mut session)
            .await
            .is_ok()
    });
    while ask(
        &url,
        "SELECT count(*)::text FROM pg_stat_activity WHERE query LIKE '%generate_series%' \
         AND state = 'active' AND pid <> pg_backend_pid()",
    )
    .await
        != "1"
    {
        assert!(!busy.is_finished(), "the machine is too fast for this test");
    }
    kill(before.server_pid().unwrap(), Signal::KILL);
    let after = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    assert_eq!(ask(&url, "SELECT 'yes'").await, "yes");
    busy.await.unwrap();
    let log = fs::read_to_string(after.home().join("server.log")).unwrap();
    assert!(log.contains("pre-existing shared memory block"), "{log}");
    after.stop().await.unwrap();
}

#[tokio::test]
async fn a_pid_file_that_names_another_process_is_stale() {
    let directory = directory();
    let cluster = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    let home = Home::open(directory.path(), false).unwrap();
    let pid_file = home.data().join("postmaster.pid");
    let text = fs::read_to_string(&pid_file).unwrap();
    let server = cluster.server_pid().unwrap();
    cluster.stop().await.unwrap();
    // Of the server's account: PostgreSQL itself sees through one of another account.
    let mut stranger = home.user().command(Path::new("/bin/sleep")).arg("600").spawn().unwrap();
    let reused = stranger.id().unwrap().to_string();
    fs::write(&pid_file, text.replacen(&server.to_string(), &reused, 1)).unwrap();
    let cluster = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    assert_ne!(cluster.server_pid().unwrap().to_string(), reused);
    assert!(stranger.try_wait().unwrap().is_none(), "it was not harmed");
    stranger.kill().await.unwrap();
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_stays_warm_and_then_stops_when_nobody_uses_it() {
    if Command::new("flock").arg("--version").output().is_err() {
        eprintln!("skipped: no flock program here");
        return;
    }
    let directory = directory();
    let warm = ClusterOptions {
        durable: false,
        keep_warm: Some(Duration::from_secs(1)),
    };
    let cluster = Cluster::start(directory.path(), warm).await.unwrap();
    let pid_file = cluster.home().join("data/postmaster.pid");
    let pid = cluster.server_pid().unwrap();
    drop(cluster);
    let cluster = Cluster::start(directory.path(), warm).await.unwrap();
    assert_eq!(cluster.server_pid().unwrap(), pid);
    drop(cluster);
    while pid_file.exists() {
        tokio::time::sleep(POLL).await;
    }
}

#[tokio::test]
async fn the_log_keeps_no_values() {
    let directory = directory();
    let cluster = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    run(
        &cluster.superuser_url(),
        "CREATE TABLE note (text text UNIQUE, CHECK (length(text) > 9))",
    )
    .await;
    let mut session = connect(&cluster.superuser_url()).await;
    for refused in [
        "SELECT 'canary'::uuid",
        "INSERT INTO note VALUES ('canary')",
        "INSERT INTO note VALUES ('canary in a mine'), ('canary in a mine')",
        "DO $$ BEGIN RAISE WARNING 'canary'; RAISE 'canary'; END $$",
    ] {
        let answer = sqlx::raw_sql(refused).execute(&mut session).await;
        assert!(answer.is_err(), "{refused}");
    }
    let log = cluster.home.log_since(0);
    assert!(log.contains("ready to accept connections"), "{log}");
    assert!(!log.contains("canary"), "{log}");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_initdb_leaves_nothing_in_the_way() {
    let directory = directory();
    let home = Home::open(directory.path(), false).unwrap();
    fs::create_dir(home.path().join("data.partial.1")).unwrap();
    fs::write(home.path().join("data.partial.1/PG_VERSION"), "15\n").unwrap();
    let cluster = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    assert!(!home.path().join("data.partial.1").exists());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn broken_data_is_made_anew_when_volatile_and_reported_when_durable() {
    let directory = directory();
    for durable in [false, true] {
        let options = ClusterOptions {
            durable,
            keep_warm: None,
        };
        let cluster = Cluster::start(directory.path(), options).await.unwrap();
        let control = cluster.home().join("data/global/pg_control");
        cluster.stop().await.unwrap();
        fs::write(&control, "broken by a power cut").unwrap();
        let again = Cluster::start(directory.path(), options).await;
        if durable {
            let error = again.unwrap_err();
            assert!(matches!(error, ClusterError::StartFailed { .. }), "{error}");
            assert!(error.to_string().contains("pg_control"), "{error}");
        } else {
            again.unwrap().stop().await.unwrap();
        }
    }
}
