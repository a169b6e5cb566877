//! Who gets through the handshake.

use rustls::{AlertDescription, Error, HandshakeKind, ProtocolVersion, version::TLS12};
use stratum::{
    dev::pki::{Authority, Leaf},
    tls::{AcceptLimits, ClientCertificates, HttpVersions, PeerCertificate},
};
use tokio::io::AsyncWriteExt;

use super::{Client, Running, Stage, certificate_der, client_leaf, name_of, read_to_close};

async fn requiring(stage: &Stage) -> Running {
    Running::tls(stage.required(), AcceptLimits::default()).await
}

#[tokio::test]
async fn a_client_of_our_authority_is_served_and_known_to_the_handler() {
    let stage = Stage::new();
    let server = requiring(&stage).await;
    let client = stage.client();
    let answer = server.call(&stage.client_config(Some(&client))).await;
    assert_eq!(answer.expect("served"), name_of(&client.summary.fingerprint_sha256));
}

#[tokio::test]
async fn tls_1_2_will_do() {
    let stage = Stage::new();
    let server = requiring(&stage).await;
    let client = stage.client();
    let config = stage.client_config_of(Some(&client), &TLS12);
    let stream = server.handshake(&config).await.expect("a handshake");
    let version = stream.get_ref().1.protocol_version();
    assert_eq!(version, Some(ProtocolVersion::TLSv1_2));
    let mut connection = Client::over_http2(stream).await.expect("HTTP/2");
    assert_eq!(
        connection.call().await.expect("served"),
        name_of(&client.summary.fingerprint_sha256)
    );
}

#[tokio::test]
async fn every_unfit_certificate_is_refused_with_its_reason() {
    let stage = Stage::new();
    let revoked = stage.client();
    stage.revoke(2, &[&revoked]);
    let stranger = Authority::generate().expect("another authority");
    let cases = [
        (None, AlertDescription::CertificateRequired),
        (Some(revoked), AlertDescription::CertificateRevoked),
        (
            Some(stage.issue(&client_leaf().expired())),
            AlertDescription::CertificateExpired,
        ),
        (
            Some(stranger.issue(&client_leaf()).expect("a certificate")),
            AlertDescription::UnknownCA,
        ),
        (
            Some(stage.issue(&Leaf::server())),
            AlertDescription::UnsupportedCertificate,
        ),
    ];
    let server = requiring(&stage).await;
    for (identity, reason) in cases {
        let refusal = server.refusal(&stage.client_config(identity.as_ref())).await;
        assert_eq!(refusal, Error::AlertReceived(reason));
    }
}

#[tokio::test]
async fn where_a_certificate_is_optional_a_bad_one_is_still_refused() {
    let stage = Stage::new();
    let revoked = stage.client();
    stage.revoke(2, &[&revoked]);
    let server = Running::tls(stage.optional(), AcceptLimits::default()).await;
    let answer = server.call(&stage.client_config(None)).await;
    assert_eq!(answer.expect("served"), "anonymous");
    let refusal = server.refusal(&stage.client_config(Some(&revoked))).await;
    assert_eq!(refusal, Error::AlertReceived(AlertDescription::CertificateRevoked));
}

/// The second handshake of a client that remembers the first.
async fn second_handshake(server: &Running, config: &rustls::ClientConfig) -> HandshakeKind {
    server.call(config).await.expect("served");
    let stream = server.handshake(config).await.expect("a handshake");
    stream.get_ref().1.handshake_kind().expect("a kind")
}

#[tokio::test]
async fn sessions_are_resumed_only_where_no_certificate_is_asked_for() {
    let stage = Stage::new();
    let client = stage.client();
    let server = requiring(&stage).await;
    let config = stage.client_config(Some(&client));
    assert_eq!(second_handshake(&server, &config).await, HandshakeKind::Full);

    let tls = stage.load(ClientCertificates::NotRequested, HttpVersions::Http2);
    let server = Running::tls(tls.expect("usable files"), AcceptLimits::default()).await;
    let config = stage.client_config(None);
    assert_eq!(second_handshake(&server, &config).await, HandshakeKind::Resumed);
}

#[tokio::test]
async fn a_listener_for_http2_alone_refuses_http1() {
    let stage = Stage::new();
    let tls = stage.load(ClientCertificates::NotRequested, HttpVersions::Http2);
    let server = Running::tls(tls.expect("usable files"), AcceptLimits::default()).await;
    let mut config = stage.client_config(None);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    assert_eq!(
        server.refusal(&config).await,
        Error::AlertReceived(AlertDescription::NoApplicationProtocol)
    );
}

#[tokio::test]
async fn plain_http_to_the_tls_port_is_closed() {
    let stage = Stage::new();
    let server = requiring(&stage).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: stratum.local\r\n\r\n")
        .await
        .expect("sent");
    let received = read_to_close(stream).await;
    assert!(!received.starts_with(b"HTTP"));
}

#[test]
fn a_peer_certificate_says_what_was_issued() {
    let stage = Stage::new();
    let issued = stage.client();
    let der = certificate_der(&issued);
    let peer = PeerCertificate::parse(&der).expect("a certificate");
    assert_eq!(peer.fingerprint_sha256, issued.summary.fingerprint_sha256);
    assert_eq!(peer.san_uris, ["spiffe://stratum.dev/tenant/alpha/svc/billing"]);
    assert_eq!(peer.subject, "CN=spiffe://stratum.dev/tenant/alpha/svc/billing");
    assert_eq!(peer.not_before, issued.summary.not_before);
    assert_eq!(peer.not_after, issued.summary.not_after);
    assert_eq!(*peer.der, *der);
    assert!(PeerCertificate::parse(der.get(1..).expect("bytes")).is_err());
}
