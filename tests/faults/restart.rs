//! The database goes away and comes back: the service says so, and recovers without a restart of its own.

use std::time::Duration;

use http::StatusCode;
use reqwest::Method;
use serde_json::json;
use stratum::db::cluster::{Cluster, ClusterOptions};
use tonic::Code;

use crate::harness::{ALPHA, DOORS, Door, Stage, eventually};

const OWN: ClusterOptions = ClusterOptions {
    durable: false,
    keep_warm: None,
};

/// A directory that the server's account may enter.
fn directory() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt as _;
    tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(0o755))
        .tempdir()
        .expect("a directory")
}

#[tokio::test]
async fn calls_recover_from_a_restart_of_the_database() {
    if std::env::var("DATABASE_URL").is_ok() {
        // Somebody else's server is not ours to restart.
        return;
    }
    let directory = directory();
    let cluster = Cluster::start(directory.path(), OWN).await.expect("PostgreSQL");
    let stage = Stage::on(&cluster).await;
    let id = stage.scene(Door::Grpc).precedent().await["id"].clone();
    let get = json!({ "id": id });
    cluster.stop().await.expect("stopped");

    let readyz = async || {
        let nobody = stage.nobody(Door::Rest);
        nobody.raw(nobody.request(Method::GET, "/readyz")).await
    };
    let (status, _, body) = readyz().await;
    assert_eq!(
        (status, &body["db"]["ok"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!(false))
    );
    let nobody = stage.nobody(Door::Rest);
    assert_eq!(
        nobody.raw(nobody.request(Method::GET, "/healthz")).await.0,
        StatusCode::OK
    );
    // Which of the two is noticed first does not matter; that nothing else is said does.
    let down = stage
        .client(Door::Grpc, ALPHA, "owner")
        .call("GetPrecedent", get.clone())
        .await;
    assert_eq!(down.code, Code::Unavailable, "{:#}", down.error);
    assert!(
        ["DATABASE_UNAVAILABLE", "AUDIT_UNAVAILABLE"].contains(&down.reason.as_str()),
        "{}",
        down.reason
    );

    let cluster = Cluster::start(directory.path(), OWN).await.expect("PostgreSQL");
    for door in DOORS {
        let client = stage.client(door, ALPHA, "owner");
        let ready = async || client.call("GetPrecedent", get.clone()).await.code == Code::Ok;
        eventually("calls are answered again", ready).await;
        client
            .ok("CreatePrecedent", json!({ "precedent": { "scenario": {} } }))
            .await;
    }
    assert_eq!(readyz().await.0, StatusCode::OK);
    // The announcements are listened to again as well.
    let answered = tokio::time::timeout(
        Duration::from_secs(60),
        stage.change_identities("UPDATE certificates SET revoked_at = now()"),
    );
    answered.await.expect("an announcement");
    let refused = stage.client(Door::Grpc, ALPHA, "owner").call("GetPrecedent", get).await;
    refused.refused(Code::Unauthenticated, "CREDENTIAL_UNKNOWN");
    drop(stage);
    cluster.stop().await.expect("stopped");
}
