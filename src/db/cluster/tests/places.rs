//! Where a cluster may lie, and whose it may be.

use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::*;

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
    let error = Cluster::start(directory.path(), VOLATILE).await.unwrap_err();
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
