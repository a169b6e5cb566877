//! Template databases: filled once, copied apart, swept.

use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

#[tokio::test]
async fn a_template_is_filled_once_and_its_copies_are_apart() {
    let directory = directory();
    let cluster = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    let superuser = cluster.superuser_url();
    let fills = AtomicU32::new(0);
    let prepare = || {
        TemplateDatabase::prepare(&superuser, b"schema 1", |url| {
            fills.fetch_add(1, Ordering::Relaxed);
            async move {
                run(&url, "CREATE TABLE note (text text)").await;
                Ok::<_, sqlx::Error>(())
            }
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
    let refused = TemplateDatabase::prepare(&superuser, b"schema", |_| async { Err("no such migration") })
        .await
        .unwrap_err();
    assert!(matches!(refused, ClusterError::Template(_)), "{refused}");
    let databases = "SELECT count(*)::text FROM pg_database WHERE datname LIKE 'stratum%'";
    assert_eq!(ask(&superuser, databases).await, "0");
    let template = TemplateDatabase::prepare(&superuser, b"schema", |_| async { Ok::<_, sqlx::Error>(()) })
        .await
        .unwrap();
    template.clone_database().await.unwrap().close().await.unwrap();
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn what_a_killed_test_left_is_swept_and_what_is_in_use_is_not() {
    let directory = directory();
    let cluster = Cluster::start(directory.path(), VOLATILE).await.unwrap();
    let superuser = cluster.superuser_url();
    let prepare = || TemplateDatabase::prepare(&superuser, b"schema", |_| async { Ok::<_, sqlx::Error>(()) });
    let template = prepare().await.unwrap();
    let killed = template.clone_database().await.unwrap();
    let living = template.clone_database().await.unwrap();
    // The end of the session is all that the server sees of a killed process.
    let session = killed.name().split('_').nth(2).unwrap();
    run(&superuser, &format!("SELECT pg_terminate_backend({session}, 10000)")).await;
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
