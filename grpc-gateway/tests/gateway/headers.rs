//! Headers, extensions and metadata, in and out.

use std::sync::Arc;

use grpc_gateway::Page;
use http::{HeaderName, Request, StatusCode, header};
use serde_json::json;
use tonic::Status;

use crate::library::{Answer, Library, Peer};

#[tokio::test]
async fn only_listed_headers_reach_the_stack() {
    let library = Library::new();
    let request = Request::get("/v1/books/7")
        .header("authorization", "Bearer t")
        .header("x-request-id", "r")
        .header("traceparent", "00-1")
        .header("x-actor-id", "a")
        .header("x-tenant", "spoofed")
        .header("cookie", "c")
        .header("host", "h")
        .header("connection", "keep-alive")
        .header("accept-encoding", "gzip")
        .header("grpc-timeout", "1m")
        .header("grpc-accept-encoding", "gzip")
        .header("some-bin", "AAA")
        .extension(Peer("certificate"));
    library.send(request, "").await;
    let call = library.call();
    let mut names: Vec<&str> = call.headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "authorization",
            "content-type",
            "te",
            "traceparent",
            "x-actor-id",
            "x-request-id"
        ]
    );
    assert_eq!(call.headers["content-type"], "application/grpc");
    assert_eq!(call.peer, Some(Peer("certificate")));
    assert!(call.origin.is_some());
}

#[tokio::test]
async fn a_header_given_twice_stays_so() {
    let library = Library::new();
    let request = Request::get("/v1/books/7")
        .header("x-forwarded-for", "1")
        .header("x-forwarded-for", "2");
    library.send(request, "").await;
    let call = library.call();
    assert_eq!(
        call.headers.get_all("x-forwarded-for").iter().collect::<Vec<_>>(),
        ["1", "2"]
    );
}

#[tokio::test]
async fn the_request_id_comes_back_and_other_metadata_does_not() {
    let library = Library::new()
        .with_metadata("x-request-id", "r-1")
        .with_metadata("x-internal", "secret");
    let reply = library.get("/v1/books/7").await;
    assert_eq!(reply.header("x-request-id"), Some("r-1"));
    assert_eq!(reply.header("x-internal"), None);
    assert_eq!(reply.header("grpc-status"), None);

    let mut status = Status::not_found("no");
    status.metadata_mut().insert("x-request-id", "r-2".parse().unwrap());
    let reply = Library::answering(Answer::Refusal(status)).get("/v1/books/7").await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("x-request-id")),
        (404, Some("r-2"))
    );
}

#[tokio::test]
async fn every_answer_is_locked_down() {
    let library = Library::new().with_options(|options| {
        options.pages = vec![Page::fixed("/openapi.json", "application/json", "{}")];
    });
    for (method, target) in [
        ("GET", "/v1/books/7"),
        ("GET", "/v1/books?bogus=1"),
        ("GET", "/nowhere"),
        ("PUT", "/v1/books/7"),
        ("OPTIONS", "/v1/books/7"),
        ("GET", "/v1/books:export"),
        ("GET", "/openapi.json"),
    ] {
        let reply = library.send(Request::builder().method(method).uri(target), "").await;
        for (name, value) in [
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("strict-transport-security", "max-age=63072000; includeSubDomains"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("vary", "origin"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{method} {target}");
        }
    }
}

#[tokio::test]
async fn pages_answer_beside_the_routes() {
    let library = Library::new().with_options(|options| {
        options.pages = vec![Page::fixed("/openapi.json", "application/json", "{\"openapi\":1}")];
    });
    let reply = library.get("/openapi.json").await;
    assert_eq!((reply.status.as_u16(), reply.text()), (200, "{\"openapi\":1}"));
    let reply = library.post("/openapi.json", "{}").await;
    assert_eq!((reply.status.as_u16(), reply.header("allow")), (405, Some("GET, HEAD")));
    assert!(!library.was_called());
}

#[tokio::test]
async fn only_listed_origins_may_read_answers() {
    let library =
        Library::new().with_options(|options| options.allowed_origins = "https://app.example".parse().unwrap());
    for (origin, allowed) in [
        ("https://app.example", Some("https://app.example")),
        ("https://evil.example", None),
        ("null", None),
    ] {
        for request in [Request::get("/v1/books/7"), Request::get("/nowhere")] {
            let reply = library.send(request.header(header::ORIGIN, origin), "").await;
            assert_eq!(reply.header("access-control-allow-origin"), allowed, "{origin}");
            assert_eq!(
                reply.header("access-control-expose-headers").is_some(),
                allowed.is_some()
            );
            assert_eq!(reply.header("access-control-allow-credentials"), None);
            assert_eq!(reply.header("vary"), Some("origin"));
        }
    }
}

#[tokio::test]
async fn a_preflight_is_answered_for_listed_origins_without_asking_the_stack() {
    let library = Library::answering(Answer::Refusal(Status::unauthenticated("who?"))).with_options(|options| {
        options.allowed_origins = "https://app.example".parse().unwrap();
        options.forwarded_headers.push(HeaderName::from_static("x-api-key"));
    });
    let preflight = |origin: &str| {
        Request::options("/v1/books/7")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "PATCH")
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "content-type")
    };
    let reply = library.send(preflight("https://app.example"), "").await;
    assert_eq!(reply.status, 204);
    assert_eq!(reply.header("access-control-allow-origin"), Some("https://app.example"));
    assert_eq!(
        reply.header("access-control-allow-methods"),
        Some("GET, PATCH, DELETE, OPTIONS")
    );
    assert_eq!(
        reply.header("access-control-allow-headers"),
        Some(
            "authorization, content-type, idempotency-key, if-match, traceparent, tracestate, x-actor-id, \
             x-api-key, x-request-id, x-request-timeout"
        )
    );
    let reply = library.send(preflight("https://evil.example"), "").await;
    assert!(
        reply
            .headers
            .keys()
            .all(|name| !name.as_str().starts_with("access-control-"))
    );
    assert!(!library.was_called());
}

#[tokio::test]
async fn a_version_leaves_as_etag_and_returns_as_if_match() {
    let library = Library::answering(Answer::Message(json!({"etag": "v7"})));
    assert_eq!(library.get("/v1/books/7").await.header("etag"), Some("\"v7\""));
    let nested = Library::answering(Answer::Message(json!({"book": {"etag": "v8"}})));
    let patch = |if_match: &str| {
        Request::patch("/v1/books/7")
            .header("content-type", "application/json")
            .header("if-match", if_match)
    };
    let reply = nested.send(patch("\"v7\""), r#"{"book": {"title": "T"}}"#).await;
    assert_eq!(reply.header("etag"), Some("\"v8\""));
    assert_eq!(
        nested.request(),
        json!({"book": {"id": "7", "title": "T", "etag": "v7"}})
    );

    let same = nested.send(patch("\"v7\""), r#"{"book": {"etag": "v7"}}"#).await;
    assert_eq!(same.status, 200);
    let other = nested.send(patch("\"v7\""), r#"{"book": {"etag": "v6"}}"#).await;
    assert_eq!(other.wrong_fields(), ["If-Match"]);
    nested.send(patch("*"), r#"{"book": {}}"#).await;
    assert_eq!(nested.request(), json!({"book": {"id": "7"}}));
    for wrong in ["v7", "W/\"v7\"", "\"a\", \"b\""] {
        assert_eq!(
            nested.send(patch(wrong), "{}").await.wrong_fields(),
            ["If-Match"],
            "{wrong}"
        );
    }

    let deleted = Library::answering(Answer::Message(json!({})));
    let request = Request::delete("/v1/books/7").header("if-match", "\"v7\"");
    assert_eq!(deleted.send(request, "").await.status, 200);
    assert_eq!(deleted.request(), json!({"id": "7", "etag": "v7"}));
}

#[tokio::test]
async fn if_match_is_refused_where_no_version_is_taken() {
    let library = Library::new();
    let request = Request::get("/v1/books/7").header("if-match", "\"v7\"");
    assert_eq!(library.send(request, "").await.wrong_fields(), ["If-Match"]);
}

#[tokio::test]
async fn a_long_work_is_accepted_with_its_address() {
    let library = Library::answering(Answer::Message(json!({"run": {"id": "r-1/ü"}}))).with_options(|options| {
        let is_run = |method: &prost_reflect::MethodDescriptor| method.name() == "StartRun";
        options.success_status = Arc::new(move |method| {
            if is_run(method) {
                StatusCode::ACCEPTED
            } else {
                StatusCode::OK
            }
        });
        options.location = Arc::new(move |method| is_run(method).then(|| "/v1/runs/{run.id}".to_owned()));
    });
    let reply = library.post("/v1/runs", "{}").await;
    assert_eq!(reply.status, 202);
    assert_eq!(reply.header("location"), Some("/v1/runs/r-1%2F%C3%BC"));
}
