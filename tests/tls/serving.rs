//! HTTP over accepted connections: versions, limits, age, drain.

use std::{convert::Infallible, future::pending, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use stratum::tls::{
    AcceptLimits, Drained, HttpLimits, HttpVersions, PeerInfo, incoming_plaintext, serve, with_grpc_body,
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use super::{Client, NEVER, Running, SOON, Stage, read_to_close};

#[tokio::test]
async fn both_http_versions_are_served_with_and_without_tls() {
    let stage = Stage::new();
    let server = Running::tls(stage.optional(), AcceptLimits::default()).await;
    let mut config = stage.client_config(None);
    assert_eq!(server.call(&config).await.expect("served"), "anonymous");
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let stream = server.handshake(&config).await.expect("a handshake");
    let mut client = Client::over_http1(stream).await.expect("HTTP/1.1");
    assert_eq!(client.call().await.expect("served"), "anonymous");

    let server = Running::plaintext(AcceptLimits::default(), HttpLimits::default()).await;
    let mut client = Client::over_http1(server.connect().await).await.expect("HTTP/1.1");
    assert_eq!(client.call().await.expect("served"), "anonymous");
    let mut client = Client::over_http2(server.connect().await).await.expect("HTTP/2");
    assert_eq!(client.call().await.expect("served"), "anonymous");
}

/// A server whose requests announce themselves and then wait to be released.
struct Held {
    server: Running,
    entered: Arc<Notify>,
    released: Arc<Notify>,
}

impl Held {
    async fn start(limits: HttpLimits) -> Self {
        let entered = Arc::new(Notify::new());
        let released = Arc::new(Notify::new());
        let (announce, wait) = (Arc::clone(&entered), Arc::clone(&released));
        let handler = move |_request| {
            let (announce, wait) = (Arc::clone(&announce), Arc::clone(&wait));
            async move {
                announce.notify_one();
                wait.notified().await;
                Ok(Response::new(Full::from("done")))
            }
        };
        let server = Running::start(None, AcceptLimits::default(), limits, handler).await;
        Self {
            server,
            entered,
            released,
        }
    }
}

#[tokio::test]
async fn draining_lets_a_request_finish_and_accepts_no_more() {
    for over_http2 in [true, false] {
        let limits = HttpLimits {
            drain: NEVER,
            ..HttpLimits::default()
        };
        let held = Held::start(limits).await;
        let stream = held.server.connect().await;
        let mut client = if over_http2 {
            Client::over_http2(stream).await.expect("HTTP/2")
        } else {
            Client::over_http1(stream).await.expect("HTTP/1.1")
        };
        let call = tokio::spawn(async move { client.call().await });
        held.entered.notified().await;

        let address = held.server.address;
        held.server.stop.send(()).expect("a running server");
        while TcpStream::connect(address).await.is_ok() {}
        held.released.notify_one();
        assert_eq!(call.await.expect("no panic").expect("served"), "done");
        let drained = held.server.server.await.expect("no panic");
        assert_eq!(drained, Drained { connections_cut: 0 });
    }
}

#[tokio::test]
async fn draining_ends_without_a_request_that_does_not() {
    let limits = HttpLimits {
        drain: SOON,
        ..HttpLimits::default()
    };
    let held = Held::start(limits).await;
    let mut client = Client::over_http2(held.server.connect().await).await.expect("HTTP/2");
    let call = tokio::spawn(async move { client.call().await });
    held.entered.notified().await;
    held.server.stop.send(()).expect("a running server");
    let drained = held.server.server.await.expect("no panic");
    assert_eq!(drained, Drained { connections_cut: 1 });
    assert!(call.await.expect("no panic").is_err());
}

#[tokio::test]
async fn an_idle_connection_of_full_age_is_told_to_end() {
    let limits = HttpLimits {
        max_connection_age: SOON,
        max_connection_age_grace: NEVER,
        ..HttpLimits::default()
    };
    let server = Running::plaintext(AcceptLimits::default(), limits).await;
    let io = TokioIo::new(server.connect().await);
    let (_sender, connection) = http2::handshake::<_, _, Empty<Bytes>>(TokioExecutor::new(), io)
        .await
        .expect("HTTP/2");
    let ended = tokio::time::timeout(Duration::from_mins(1), connection).await;
    ended.expect("in time").expect("an orderly end");
}

#[tokio::test]
async fn a_request_that_outlives_the_grace_of_its_connection_is_cut() {
    let limits = HttpLimits {
        max_connection_age: SOON,
        max_connection_age_grace: SOON,
        ..HttpLimits::default()
    };
    let held = Held::start(limits).await;
    let mut client = Client::over_http2(held.server.connect().await).await.expect("HTTP/2");
    let call = tokio::time::timeout(Duration::from_mins(1), client.call()).await;
    assert!(call.expect("in time").is_err());
}

#[tokio::test]
async fn a_header_list_over_the_limit_is_refused() {
    let server = Running::plaintext(AcceptLimits::default(), HttpLimits::default()).await;
    let request = || {
        Request::get("http://stratum.local/")
            .header("x-long", "x".repeat(20 * 1024))
            .body(Empty::new())
            .expect("a request")
    };
    let mut client = Client::over_http1(server.connect().await).await.expect("HTTP/1.1");
    let response = client.send(request()).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    let mut client = Client::over_http2(server.connect().await).await.expect("HTTP/2");
    // Once the server's settings have arrived, the client itself refuses; before, the server does.
    if let Ok(response) = client.send(request()).await {
        assert_eq!(response.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    assert_eq!(client.call().await.expect("served"), "anonymous");
}

#[tokio::test]
async fn half_a_request_head_is_cut() {
    let limits = HttpLimits {
        header_read_timeout: SOON,
        ..HttpLimits::default()
    };
    let server = Running::plaintext(AcceptLimits::default(), limits).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: strat").await.expect("sent");
    read_to_close(stream).await;
}

#[tokio::test]
async fn a_service_with_tonics_body_is_served() {
    let service = tower::service_fn(|request: Request<tonic::body::Body>| async move {
        let known = request.extensions().get::<PeerInfo>().is_some();
        let length = request
            .into_body()
            .collect()
            .await
            .map_or(0, |body| body.to_bytes().len());
        let answer = tonic::body::Body::new(Full::from(format!("{known} {length}")));
        Ok::<_, Infallible>(Response::new(answer))
    });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(serve(
        incoming_plaintext(listener, AcceptLimits::default()),
        with_grpc_body(service),
        HttpVersions::Http2,
        HttpLimits::default(),
        pending(),
    ));
    let stream = TcpStream::connect(address).await.expect("a connection");
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .expect("HTTP/2");
    tokio::spawn(connection);
    let request = Request::post("http://stratum.local/").body(Full::<Bytes>::from("four"));
    let response = sender.send_request(request.expect("a request")).await;
    let body = response.expect("served").into_body().collect().await;
    assert_eq!(body.expect("a body").to_bytes(), "true 4");
    server.abort();
}
