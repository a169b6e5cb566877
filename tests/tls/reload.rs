//! New files take effect for new connections, bad ones do not.

use std::{sync::Arc, time::Duration};

use rustls::{AlertDescription, Error};
use stratum::{
    dev::pki::{Authority, Leaf},
    tls::{AcceptLimits, ClientCertificates, ClientTrust, Expiry, HttpVersions, Reload, TlsError},
};

use super::{Client, Running, Stage, certificate_der};

#[tokio::test]
async fn a_new_server_certificate_is_shown_to_new_connections() {
    let stage = Stage::new();
    let tls = stage.required();
    let server = Running::tls(Arc::clone(&tls), AcceptLimits::default()).await;
    let client = stage.client();
    let config = stage.client_config(Some(&client));
    assert_eq!(tls.reload().expect("usable files"), Reload::Unchanged);

    let renewed = stage.issue(&Leaf::server());
    stage.install(&renewed);
    let stream = server.handshake(&config).await.expect("a handshake");
    let shown = stream.get_ref().1.peer_certificates().expect("a chain");
    assert_ne!(shown, [certificate_der(&renewed)]);

    assert_eq!(tls.reload().expect("usable files"), Reload::Replaced);
    let stream = server.handshake(&config).await.expect("a handshake");
    let shown = stream.get_ref().1.peer_certificates().expect("a chain");
    assert_eq!(shown, [certificate_der(&renewed)]);
}

#[tokio::test]
async fn a_revocation_refuses_new_connections_and_leaves_open_ones() {
    let stage = Stage::new();
    let tls = stage.required();
    let server = Running::tls(Arc::clone(&tls), AcceptLimits::default()).await;
    let client = stage.client();
    let config = stage.client_config(Some(&client));
    let stream = server.handshake(&config).await.expect("a handshake");
    let mut open = Client::over_http2(stream).await.expect("HTTP/2");
    open.call().await.expect("served");

    stage.revoke(2, &[&client]);
    assert_eq!(tls.reload().expect("usable files"), Reload::Replaced);
    assert_eq!(
        server.refusal(&config).await,
        Error::AlertReceived(AlertDescription::CertificateRevoked)
    );
    // Identity, which is asked on every call, is what stops this one.
    open.call().await.expect("served");
}

#[tokio::test]
async fn bad_files_leave_the_earlier_ones_in_use() {
    let stage = Stage::new();
    let tls = stage.required();
    let server = Running::tls(Arc::clone(&tls), AcceptLimits::default()).await;
    let client = stage.client();
    let config = stage.client_config(Some(&client));

    stage.write("server.key", &stage.issue(&Leaf::server()).private_key_pem);
    assert!(matches!(tls.reload(), Err(TlsError::KeyPair { .. })));
    stage.write("server.key", "");
    assert!(matches!(tls.reload(), Err(TlsError::Pem(_))));
    server.call(&config).await.expect("served");
}

#[test]
fn a_revocation_list_of_another_authority_is_refused() {
    let stage = Stage::new();
    let other = Authority::generate().expect("another authority");
    let list = other.revocation_list(1, &[]).expect("a revocation list");
    stage.write("clients.crl", &list);
    let loaded = stage.load(ClientCertificates::Required(stage.trust()), HttpVersions::Http2);
    assert!(matches!(
        loaded.err(),
        Some(TlsError::AuthorityWithoutRevocationList { .. })
    ));
}

#[test]
fn without_a_revocation_list_none_is_asked_for() {
    let stage = Stage::new();
    let trust = ClientTrust {
        revocation_list: None,
        ..stage.trust()
    };
    let loaded = stage.load(ClientCertificates::Required(trust), HttpVersions::Http2);
    assert!(loaded.is_ok());
}

#[tokio::test(start_paused = true)]
async fn watching_notices_new_files_and_survives_bad_ones() {
    let interval = Duration::from_secs(5);
    let stage = Stage::new();
    let tls = stage.required();
    let watching = tokio::spawn(Arc::clone(&tls).watch_files(interval));
    let first = tls.config();

    stage.write("server.key", "");
    tokio::time::sleep(interval * 3).await;
    assert!(Arc::ptr_eq(&first, &tls.config()));

    stage.install(&stage.issue(&Leaf::server()));
    tokio::time::sleep(interval * 3).await;
    assert!(!Arc::ptr_eq(&first, &tls.config()));
    watching.abort();
}

#[test]
fn expiries_follow_the_files() {
    let stage = Stage::new();
    let tls = stage.required();
    assert!(!tls.expiries().iter().any(Expiry::is_over));
    stage.install(&stage.issue(&Leaf::server().expired()));
    assert_eq!(tls.reload().expect("usable files"), Reload::Replaced);
    let over: Vec<_> = tls.expiries().into_iter().filter(Expiry::is_over).collect();
    assert_eq!(over.len(), 1);
    assert!(over.iter().all(|expiry| expiry.file == stage.path("server.crt")));
}
