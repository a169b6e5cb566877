//! What REST has of its own: HTTP statuses, headers, origins, bodies, and the pages beside the methods.

use http::{HeaderMap, StatusCode};
use reqwest::Method;
use serde_json::{Value, json};
use tonic::Code;

use crate::harness::server::{minimal_precedent, uuid};
use crate::harness::{ALPHA, Client, Door, Stage, logs};

fn owner(stage: &Stage) -> Client {
    stage.client(Door::Rest, ALPHA, "owner")
}

fn reason(error: &Value) -> &str {
    error["details"][0]["reason"].as_str().unwrap_or_default()
}

fn fields(error: &Value) -> Vec<&str> {
    let violations = error["details"][1]["fieldViolations"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    violations
        .iter()
        .map(|violation| violation["field"].as_str().unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn what_is_unknown_is_refused_by_name() {
    let stage = Stage::start().await;
    let owner = owner(&stage);
    let (status, _, error) = owner
        .raw(owner.request(Method::GET, "/api/v1/precedents?pageSise=3&filter.payerld=x"))
        .await;
    assert_eq!((status, reason(&error)), (StatusCode::BAD_REQUEST, "VALIDATION"));
    assert_eq!(fields(&error), ["pageSise", "filter.payerld"]);
    let body = json!({ "precedent": { "scenario": { "denialTriger": "x" }, "titel": "y" }, "requestID": uuid() });
    let (status, _, error) = owner
        .raw(owner.request(Method::POST, "/api/v1/precedents").json(&body))
        .await;
    assert_eq!((status, reason(&error)), (StatusCode::BAD_REQUEST, "VALIDATION"));
    let mut named = fields(&error);
    named.sort_unstable();
    assert_eq!(
        named,
        ["precedent.scenario.denialTriger", "precedent.titel", "requestID"]
    );
    // With a body, nothing travels in the URL.
    let in_url = owner
        .request(Method::POST, "/api/v1/precedents?requestId=x")
        .json(&json!({ "precedent": minimal_precedent() }));
    let (status, _, error) = owner.raw(in_url).await;
    assert_eq!((status, fields(&error)), (StatusCode::BAD_REQUEST, vec!["requestId"]));
}

#[tokio::test]
async fn a_value_of_the_wrong_kind_is_refused_without_quoting_it() {
    let stage = Stage::start().await;
    let owner = owner(&stage);
    for (target, field) in [
        ("/api/v1/precedents?pageSize=many", "page_size"),
        ("/api/v1/precedents?filter.statuses=SECRET", "filter.statuses"),
        ("/api/v1/audit/log?startTime=yesterday", "start_time"),
    ] {
        let (status, _, error) = owner.raw(owner.request(Method::GET, target)).await;
        assert_eq!(
            (status, reason(&error), fields(&error)),
            (StatusCode::BAD_REQUEST, "VALIDATION", vec![field])
        );
        assert!(
            !["many", "SECRET", "yesterday"]
                .iter()
                .any(|value| error.to_string().contains(value)),
            "{error}"
        );
    }
}

#[tokio::test]
async fn bodies_are_json_and_have_a_limit() {
    let stage = Stage::configured(|config| config.max_body_bytes = 4_096).await;
    let owner = owner(&stage);
    let post = || owner.request(Method::POST, "/api/v1/precedents");
    let large = json!({ "precedent": { "notes": "x".repeat(4_096), "scenario": {} } });
    let (status, _, error) = owner.raw(post().json(&large)).await;
    assert_eq!((status, reason(&error)), (StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE"));
    // Without a length the limit holds as it is read.
    let unsized_body =
        reqwest::Body::wrap_stream(futures_util::stream::iter([Ok::<_, std::io::Error>(large.to_string())]));
    let (status, _, _) = owner
        .raw(post().header("content-type", "application/json").body(unsized_body))
        .await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
    ] {
        let (status, _, error) = owner.raw(post().header("content-type", content_type).body("{}")).await;
        assert_eq!(
            (status, reason(&error)),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "VALIDATION")
        );
    }
    let (status, _, error) = owner
        .raw(
            post()
                .header("content-type", "application/json")
                .body("{\"precedent\": "),
        )
        .await;
    assert_eq!((status, reason(&error)), (StatusCode::BAD_REQUEST, "VALIDATION"));
}

#[tokio::test]
async fn paths_and_verbs_that_do_not_exist() {
    let stage = Stage::start().await;
    let owner = owner(&stage);
    for target in [
        "/",
        "/api/v1/nothing",
        "/api/v2/precedents",
        "/api/v1/precedents/a/b/c",
        "/stratum.v1.TenantService/GetMe",
    ] {
        let (status, _, error) = owner.raw(owner.request(Method::GET, target)).await;
        assert_eq!(
            (status, reason(&error)),
            (StatusCode::NOT_FOUND, "NO_SUCH_METHOD"),
            "{target}"
        );
    }
    let (status, headers, error) = owner.raw(owner.request(Method::DELETE, "/api/v1/precedents")).await;
    assert_eq!(
        (status, reason(&error)),
        (StatusCode::METHOD_NOT_ALLOWED, "NO_SUCH_METHOD")
    );
    let allow = headers
        .get("allow")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    assert!(
        allow.contains("GET") && allow.contains("POST") && !allow.contains("DELETE"),
        "{allow}"
    );
}

fn assert_secure(headers: &HeaderMap) {
    for (name, expected) in [
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(
            headers.get(name).and_then(|value| value.to_str().ok()),
            Some(expected),
            "{name}"
        );
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let stage = Stage::start().await;
    let (owner, nobody) = (owner(&stage), stage.nobody(Door::Rest));
    for (client, target) in [
        (&owner, "/api/v1/tenants/me"),
        (&nobody, "/api/v1/tenants/me"),
        (&owner, "/api/v1/precedents?x=y"),
        (&owner, "/nowhere"),
        (&nobody, "/healthz"),
        (&nobody, "/api/v1/openapi.json"),
    ] {
        assert_secure(&client.raw(client.request(Method::GET, target)).await.1);
    }
}

#[tokio::test]
async fn an_origin_on_the_list_may_read_and_no_other() {
    let stage = Stage::start().await;
    let owner = owner(&stage);
    let allowed = |headers: &HeaderMap| {
        headers
            .get("access-control-allow-origin")
            .map(|v| v.to_str().unwrap_or_default().to_owned())
    };
    let get = async |origin: &str| {
        owner
            .raw(
                owner
                    .request(Method::GET, "/api/v1/tenants/me")
                    .header("origin", origin),
            )
            .await
            .1
    };
    let preflight = async |origin: &str| {
        let nobody = stage.nobody(Door::Rest);
        let asked = nobody.request(Method::OPTIONS, "/api/v1/precedents");
        let asked = asked
            .header("origin", origin)
            .header("access-control-request-method", "POST");
        let (status, headers, _) = nobody.raw(asked).await;
        assert_eq!(status, StatusCode::NO_CONTENT);
        headers
    };
    let ours = "https://app.example.com";
    assert_eq!(allowed(&get(ours).await).as_deref(), Some(ours));
    let answer = preflight(ours).await;
    assert_eq!(allowed(&answer).as_deref(), Some(ours));
    let headers = answer
        .get("access-control-allow-headers")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    for needed in ["authorization", "if-match", "x-api-key"] {
        assert!(headers.split(", ").any(|header| header == needed), "{needed}");
    }
    for origin in [
        "https://evil.example.com",
        "http://app.example.com",
        "https://app.example.com.evil.com",
        "null",
    ] {
        assert_eq!(allowed(&get(origin).await), None, "{origin}");
        let answer = preflight(origin).await;
        assert_eq!(
            (allowed(&answer), answer.get("access-control-allow-headers")),
            (None, None),
            "{origin}"
        );
    }
}

#[tokio::test]
async fn a_request_id_is_echoed_when_it_is_one_and_made_when_it_is_not() {
    let stage = Stage::start().await;
    for door in crate::harness::DOORS {
        let client = stage.client(door, ALPHA, "owner");
        let id = uuid();
        assert_eq!(
            client
                .with("x-request-id", &id)
                .call("GetMe", json!({}))
                .await
                .header("x-request-id"),
            id
        );
        let failed = client
            .with("x-request-id", &id)
            .call("GetPrecedent", json!({ "id": uuid() }))
            .await;
        assert_eq!(failed.header("x-request-id"), id);
        for other in ["Jane Doe, SSN 078-05-1120", "", "1"] {
            let made = client.with("x-request-id", other).call("GetMe", json!({})).await;
            assert!(uuid::Uuid::try_parse(made.header("x-request-id")).is_ok(), "{other}");
        }
    }
}

#[tokio::test]
async fn a_trace_is_taken_up() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in crate::harness::DOORS {
        for (header, trace) in [
            (
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "4bf92f3577b34da6a3ce929d0e0e4736",
            ),
            ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", ""),
            ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", ""),
            ("nonsense", ""),
        ] {
            let id = uuid();
            let client = stage
                .client(door, ALPHA, "owner")
                .with("x-request-id", &id)
                .with("traceparent", header);
            client.ok("GetMe", json!({})).await;
            let kept: String = superuser
                .value(&format!("SELECT trace_id FROM audit_events WHERE request_id = '{id}'"))
                .await;
            assert_eq!(kept, trace, "{header}");
        }
    }
}

#[tokio::test]
async fn the_pages_beside_the_methods() {
    let stage = Stage::start().await;
    let nobody = stage.nobody(Door::Rest);
    let get = async |target| nobody.raw(nobody.request(Method::GET, target)).await;
    let (status, _, health) = get("/healthz").await;
    assert_eq!((status, &health["status"]), (StatusCode::OK, &json!("ok")));
    let (status, _, ready) = get("/readyz").await;
    assert_eq!((status, &ready["db"]["ok"]), (StatusCode::OK, &json!(true)));
    assert!(ready["db"]["latencyMs"].is_number());
    assert_eq!(ready["version"], env!("CARGO_PKG_VERSION"));
    let (status, headers, document) = get("/api/v1/openapi.json").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        headers.get("content-type").and_then(|v| v.to_str().ok()),
        Some("application/json")
    );
    assert_eq!(document, described());
    let (status, _, _) = nobody.raw(nobody.request(Method::POST, "/healthz")).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

/// No such path, no such verb, too large as declared: the gateway's own refusals, which never meet the stack.
#[tokio::test]
async fn what_the_gateway_turns_away_has_its_id_and_its_line() {
    logs::capture();
    let stage = Stage::configured(|config| config.max_body_bytes = 64).await;
    let nobody = stage.nobody(Door::Rest);
    let precedents = "/api/v1/precedents";
    let large = "x".repeat(65);
    for (verb, target, body, code) in [
        (Method::GET, "/api/v1/nothing", None, "NotFound"),
        (Method::DELETE, precedents, None, "Unimplemented"),
        (
            Method::POST,
            precedents,
            Some(("text/plain", "hello")),
            "InvalidArgument",
        ),
        (
            Method::POST,
            precedents,
            Some(("application/json", large.as_str())),
            "ResourceExhausted",
        ),
    ] {
        let id = uuid();
        let mut asked = nobody.request(verb.clone(), target).header("x-request-id", &id);
        if let Some((media_type, text)) = body {
            asked = asked.header("content-type", media_type).body(text.to_owned());
        }
        let (status, headers, _) = nobody.raw(asked).await;
        assert!(status.is_client_error(), "{verb} {target}: {status}");
        assert_eq!(
            headers.get("x-request-id").and_then(|v| v.to_str().ok()),
            Some(id.as_str())
        );
        let log = logs::written();
        let lines: Vec<&str> = log.lines().filter(|line| line.contains(&id)).collect();
        assert_eq!(lines.len(), 1, "{verb} {target}: {lines:?}");
        assert!(
            lines[0].contains(code) && lines[0].contains("stratum::call") && !lines[0].contains("nothing"),
            "{lines:?}"
        );
    }
    // Probes and preflights leave none.
    for (verb, target) in [(Method::GET, "/healthz"), (Method::OPTIONS, precedents)] {
        let id = uuid();
        let (status, ..) = nobody
            .raw(nobody.request(verb, target).header("x-request-id", &id))
            .await;
        assert!(
            status.is_success() && !logs::written().contains(&id),
            "{target}: {status}"
        );
    }
}

/// What is checked in for readers and client generators is what the service serves.
#[test]
fn the_document_checked_in_is_the_one_served() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/grpc-gateway/openapi.json");
    let checked_in: Value = serde_json::from_str(&std::fs::read_to_string(path).expect(path)).expect("JSON");
    assert_eq!(
        checked_in,
        described(),
        "the contract changed: cargo run -- openapi > grpc-gateway/openapi.json"
    );
}

fn described() -> Value {
    let pool = crate::harness::contract::pool();
    let policies = stratum::server::policies(pool).expect("policies");
    stratum::openapi::document(pool, &policies).expect("a document")
}

#[tokio::test]
async fn the_document_describes_every_route() {
    let document = described();
    assert!(
        document["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1"))
    );
    // Paths that differ in the names of their variables alone are one path to OpenAPI.
    let variable = regex::Regex::new(r"\{[^}]*\}").expect("a pattern");
    let unnamed = |path: &str| variable.replace_all(path, "{}").into_owned();
    let paths = document["paths"].as_object().expect("paths");
    for method in crate::harness::contract::methods() {
        let (verb, template, _) = crate::harness::route::rule(&method);
        let verb = verb.as_str().to_ascii_lowercase();
        let mut same = paths.iter().filter(|(path, _)| unnamed(path) == unnamed(&template));
        let operation = same.next().map(|(_, operations)| &operations[&verb]);
        assert!(same.next().is_none(), "{template} stands there twice");
        let policy = crate::harness::contract::policy(&method);
        assert_eq!(
            operation.map(|it| &it["x-permission"]),
            Some(&json!(policy.permission.name())),
            "{verb} {template}"
        );
    }
}

#[tokio::test]
async fn plain_http_is_served_where_it_is_configured() {
    let stage = Stage::configured(|config| config.rest_plaintext = true).await;
    let me = owner(&stage).ok("GetMe", json!({})).await;
    assert_eq!(me["tenant"]["slug"], ALPHA);
}

#[tokio::test]
async fn a_forwarded_address_counts_from_a_trusted_proxy_only() {
    for (proxies, expected) in [
        (vec!["127.0.0.0/8"], "203.0.113.9"),
        (vec![], "127.0.0.1"),
        (vec!["10.0.0.0/8"], "127.0.0.1"),
    ] {
        let stage = Stage::configured(|config| {
            config.rest_plaintext = true;
            config.trusted_proxies = proxies
                .iter()
                .map(|network| network.parse().expect("a network"))
                .collect();
        })
        .await;
        let id = uuid();
        let client = owner(&stage)
            .with("x-request-id", &id)
            .with("x-forwarded-for", "198.51.100.1, 203.0.113.9, 127.0.0.9");
        client.ok("GetMe", json!({})).await;
        let mut superuser = stage.superuser().await;
        let address: String = superuser
            .value(&format!("SELECT client_ip FROM audit_events WHERE request_id = '{id}'"))
            .await;
        assert_eq!(address, expected, "{proxies:?}");
        // gRPC stands behind no proxy.
        let grpc = stage
            .client(Door::Grpc, ALPHA, "owner")
            .with("x-forwarded-for", "203.0.113.9")
            .with("x-request-id", &uuid());
        grpc.ok("GetMe", json!({})).await;
        let forged: i64 = superuser
            .value(
                "SELECT count(*) FROM audit_events WHERE client_ip = '203.0.113.9' AND identity_kind = 'CERTIFICATE'",
            )
            .await;
        assert_eq!(forged, 0);
    }
}

#[tokio::test]
async fn an_error_says_the_same_over_both_doors() {
    let stage = Stage::start().await;
    for (method, request, status) in [
        ("GetPrecedent", json!({ "id": uuid() }), StatusCode::NOT_FOUND),
        ("CreatePrecedent", json!({ "precedent": {} }), StatusCode::BAD_REQUEST),
        (
            "UpdatePrecedent",
            json!({ "precedent": { "id": uuid(), "scenario": {} }, "updateMask": "nothing" }),
            StatusCode::NOT_FOUND,
        ),
        ("ListPrecedents", json!({ "pageToken": "ff" }), StatusCode::BAD_REQUEST),
    ] {
        let grpc = stage
            .client(Door::Grpc, ALPHA, "owner")
            .call(method, request.clone())
            .await;
        let rest = owner(&stage).call(method, request).await;
        assert_ne!(grpc.code, Code::Ok);
        assert_eq!((grpc.code, &grpc.error), (rest.code, &rest.error), "{method}");
        assert_eq!(rest.http, Some(status), "{method}");
    }
    let refused = stage.nobody(Door::Rest).call("GetMe", json!({})).await;
    refused.refused(Code::Unauthenticated, "NO_IDENTITY");
    assert_eq!(
        (refused.http, refused.header("www-authenticate")),
        (Some(StatusCode::UNAUTHORIZED), "Bearer")
    );
}
