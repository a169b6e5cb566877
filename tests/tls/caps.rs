//! Slow clients and greedy ones.

use std::net::SocketAddr;

use stratum::tls::{AcceptLimits, HttpLimits};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpSocket, TcpStream},
};

use super::{Client, NEVER, Running, SOON, Stage, introduce, read_to_close};

#[tokio::test]
async fn a_silent_client_holds_nobody_up() {
    let stage = Stage::new();
    let limits = AcceptLimits {
        handshake_deadline: NEVER,
        ..AcceptLimits::default()
    };
    let server = Running::tls(stage.required(), limits).await;
    let _silent = server.connect().await;
    let client = stage.client();
    let answer = server.call(&stage.client_config(Some(&client))).await;
    answer.expect("served");
}

#[tokio::test]
async fn a_silent_client_is_cut_at_the_handshake_deadline() {
    let stage = Stage::new();
    let limits = AcceptLimits {
        handshake_deadline: SOON,
        ..AcceptLimits::default()
    };
    let server = Running::tls(stage.required(), limits).await;
    assert_eq!(read_to_close(server.connect().await).await, b"");
}

#[tokio::test]
async fn the_oldest_handshake_gives_way_to_the_newest() {
    let stage = Stage::new();
    let limits = AcceptLimits {
        handshake_deadline: NEVER,
        max_handshakes: 1,
        ..AcceptLimits::default()
    };
    let server = Running::tls(stage.required(), limits).await;
    let silent = server.connect().await;
    let client = stage.client();
    let answer = server.call(&stage.client_config(Some(&client))).await;
    answer.expect("served");
    assert_eq!(read_to_close(silent).await, b"");
}

#[tokio::test]
async fn silence_after_the_handshake_is_cut_at_the_opening_deadline() {
    let stage = Stage::new();
    let limits = AcceptLimits {
        opening_deadline: SOON,
        ..AcceptLimits::default()
    };
    // HTTP's own timeout for a request's head shall not be what cuts.
    let http = HttpLimits {
        header_read_timeout: NEVER,
        ..HttpLimits::default()
    };
    let server = Running::start(Some(stage.optional()), limits, http, introduce).await;
    for alpn in ["h2", "http/1.1"] {
        let mut config = stage.client_config(None);
        config.alpn_protocols = vec![alpn.into()];
        let stream = server.handshake(&config).await.expect("a handshake");
        read_to_close(stream).await;
    }
}

#[tokio::test]
async fn half_an_opening_is_cut_at_the_opening_deadline() {
    let limits = AcceptLimits {
        opening_deadline: SOON,
        ..AcceptLimits::default()
    };
    let server = Running::plaintext(limits, HttpLimits::default()).await;
    let mut stream = server.connect().await;
    stream.write_all(b"PRI * HTTP/2.0").await.expect("sent");
    read_to_close(stream).await;
}

/// Whether the server answers on `stream`; the connection is kept open for as long as the client is.
async fn served(stream: TcpStream) -> Option<Client> {
    let mut client = Client::over_http1(stream).await.ok()?;
    client.call().await.ok()?;
    Some(client)
}

#[tokio::test]
async fn beyond_the_cap_connections_are_closed_until_one_ends() {
    let limits = AcceptLimits {
        max_connections: 1,
        ..AcceptLimits::default()
    };
    let server = Running::plaintext(limits, HttpLimits::default()).await;
    let first = served(server.connect().await).await;
    assert!(first.is_some());
    assert!(served(server.connect().await).await.is_none());
    drop(first);
    // The server learns of the end in its own time; every attempt until then is answered by a close.
    let mut attempts = 0;
    while served(server.connect().await).await.is_none() {
        attempts += 1;
        assert!(attempts < 10_000, "the slot never came back");
    }
}

#[tokio::test]
async fn one_source_has_its_own_cap() {
    let limits = AcceptLimits {
        max_connections_per_source: 1,
        ..AcceptLimits::default()
    };
    let server = Running::plaintext(limits, HttpLimits::default()).await;
    let first = served(server.connect().await).await;
    assert!(first.is_some());
    assert!(served(server.connect().await).await.is_none());

    let elsewhere = TcpSocket::new_v4().expect("a socket");
    let source: SocketAddr = "127.0.0.2:0".parse().expect("an address");
    elsewhere.bind(source).expect("a loopback address");
    let stream = elsewhere.connect(server.address).await;
    assert!(served(stream.expect("a connection")).await.is_some());
}
