//! The private cluster under everything that happens to it: crowds, kills, odd paths, accounts.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, kill_process};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};
use tempfile::TempDir;

use super::*;

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
    PgConnectOptions::from_str(url)
        .unwrap()
        .connect()
        .await
        .unwrap()
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
    let cluster = Cluster::start(Path::new(&directory), VOLATILE)
        .await
        .unwrap();
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
    let mut owner = owner_command(&this_binary, directory.path())
        .spawn()
        .unwrap();
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
    run(
        &before.superuser_url(),
        "CREATE TABLE note AS SELECT 'kept' AS text",
    )
    .await;
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
        sqlx::raw_sql("SELECT count(*) FROM generate_series(1, 3000000)")
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
    let mut stranger = home
        .user()
        .command(Path::new("/bin/sleep"))
        .arg("600")
        .spawn()
        .unwrap();
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

#[tokio::test]
async fn a_path_too_long_for_a_socket_gets_a_short_one() {
    let directory = directory();
    let long = directory.path().join("deep/".repeat(30));
    let cluster = Cluster::start(&long, VOLATILE).await.unwrap();
    let link = directory.path().join("link");
    symlink(&long, &link).unwrap();
    let same = Cluster::start(&link, VOLATILE).await.unwrap();
    assert_eq!(same.superuser_url(), cluster.superuser_url());
    assert_eq!(ask(&same.superuser_url(), "SELECT 'yes'").await, "yes");
    let socket_directory = cluster.home.socket_directory().to_path_buf();
    assert!(socket_directory.starts_with("/tmp"));
    same.stop().await.unwrap();
    cluster.stop().await.unwrap();
    fs::remove_dir_all(socket_directory).unwrap();
}

#[tokio::test]
async fn a_path_with_every_odd_character_works() {
    let directory = directory();
    let odd = directory.path().join("a b,c%20'd\"é&host=x#?");
    let cluster = Cluster::start(&odd, VOLATILE).await.unwrap();
    assert_eq!(ask(&cluster.superuser_url(), "SELECT 'yes'").await, "yes");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_directory_open_to_others_is_refused() {
    let directory = directory();
    let home = directory.path().join("volatile");
    fs::create_dir(&home).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).unwrap();
    let error = Cluster::start(directory.path(), VOLATILE)
        .await
        .unwrap_err();
    assert!(matches!(error, ClusterError::NotPrivate { .. }), "{error}");
}

#[tokio::test]
async fn root_moves_a_cluster_that_the_servers_account_could_not_enter() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: not root");
        return;
    }
    let closed = directory_with_mode(0o700);
    let cluster = Cluster::start(closed.path(), VOLATILE).await.unwrap();
    let home = cluster.home().to_path_buf();
    assert!(!home.starts_with(closed.path()));
    let again = Cluster::start(closed.path(), VOLATILE).await.unwrap();
    assert_eq!(again.home(), home);
    assert_eq!(ask(&again.superuser_url(), "SELECT 'yes'").await, "yes");
    again.stop().await.unwrap();
    cluster.stop().await.unwrap();
    fs::remove_dir_all(home).unwrap();
}

/// Where root runs the tests, every other one shows the way through another account; this one
/// shows an ordinary user's.
#[tokio::test]
async fn an_ordinary_user_runs_the_server_as_itself() {
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: not root, so every other test shows it");
        return;
    }
    let directory = directory();
    let binary = directory.path().join("test-binary");
    fs::copy(env::current_exe().unwrap(), &binary).unwrap();
    let data = directory.path().join("nobodys");
    fs::create_dir(&data).unwrap();
    std::os::unix::fs::chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();
    let mut owner = owner_command(&binary, &data)
        .uid(NOBODY)
        .gid(NOBODY)
        .current_dir("/")
        .spawn()
        .unwrap();
    let pid = announced_pid(&mut owner);
    let server = PathBuf::from(format!("/proc/{pid}"));
    let account = std::os::unix::fs::MetadataExt::uid(&fs::metadata(&server).unwrap());
    assert_eq!(account, NOBODY);
    owner.kill().unwrap();
    owner.wait().unwrap();
    // And root, coming later, keeps the account that the data belongs to.
    let cluster = Cluster::start(&data, VOLATILE).await.unwrap();
    assert_eq!(cluster.server_pid().unwrap(), pid);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_template_is_filled_once_and_its_copies_are_apart() {
    let directory = directory();
    let cluster = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    let superuser = cluster.superuser_url();
    let fills = AtomicU32::new(0);
    let prepare = || {
        TemplateDatabase::prepare(&superuser, b"schema 1", |url| async {
            fills.fetch_add(1, Ordering::Relaxed);
            let url = url;
            run(&url, "CREATE TABLE note (text text)").await;
            Ok::<_, sqlx::Error>(())
        })
    };
    let (template, same) = tokio::join!(prepare(), prepare());
    let (template, same) = (template.unwrap(), same.unwrap());
    assert_eq!(template.name(), same.name());
    assert_eq!(fills.load(Ordering::Relaxed), 1);

    let (one, two) = tokio::join!(template.clone_database(), same.clone_database());
    let (one, two) = (one.unwrap(), two.unwrap());
    run(&one.superuser_url(), "INSERT INTO note VALUES ('mine')").await;
    let count = "SELECT count(*)::text FROM note";
    assert_eq!(ask(&one.url("postgres"), count).await, "1");
    assert_eq!(ask(&two.superuser_url(), count).await, "0");

    one.close().await.unwrap();
    drop(two);
    assert_eq!(test_databases(&superuser).await, "0");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_template_that_could_not_be_filled_is_tried_again() {
    let directory = directory();
    let cluster = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    let superuser = cluster.superuser_url();
    let refused = TemplateDatabase::prepare(&superuser, b"schema", |_| async {
        Err("no such migration")
    })
    .await
    .unwrap_err();
    assert!(matches!(refused, ClusterError::Template(_)), "{refused}");
    let databases = "SELECT count(*)::text FROM pg_database WHERE datname LIKE 'stratum%'";
    assert_eq!(ask(&superuser, databases).await, "0");
    let template = TemplateDatabase::prepare(&superuser, b"schema", |_| async {
        Ok::<_, sqlx::Error>(())
    })
    .await
    .unwrap();
    template
        .clone_database()
        .await
        .unwrap()
        .close()
        .await
        .unwrap();
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn what_a_killed_test_left_is_swept_and_what_is_in_use_is_not() {
    let directory = directory();
    let cluster = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    let superuser = cluster.superuser_url();
    let prepare = || {
        TemplateDatabase::prepare(&superuser, b"schema", |_| async {
            Ok::<_, sqlx::Error>(())
        })
    };
    let template = prepare().await.unwrap();
    let killed = template.clone_database().await.unwrap();
    let living = template.clone_database().await.unwrap();
    // The end of the session is all that the server sees of a killed process.
    let session = killed.name().split('_').nth(2).unwrap();
    run(
        &superuser,
        &format!("SELECT pg_terminate_backend({session}, 10000)"),
    )
    .await;
    prepare().await.unwrap();
    assert_eq!(test_databases(&superuser).await, "1");
    ask(&living.superuser_url(), "SELECT 'yes'").await;
    drop(killed);
    living.close().await.unwrap();
    cluster.stop().await.unwrap();
}

async fn test_databases(superuser: &str) -> String {
    let count = "SELECT count(*)::text FROM pg_database WHERE datname LIKE 'stratum\\_test\\_%'";
    ask(superuser, count).await
}
