//! Failed calls.

use std::sync::Arc;
use std::time::Duration;

use grpc_gateway::Refusal;
use http::{Request, StatusCode};
use serde_json::json;
use tonic::Status;

use crate::library::{Answer, Library};

#[tokio::test]
async fn the_body_is_the_status_with_its_details() {
    let failure = json!({
        "code": 8,
        "message": "too many calls",
        "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT", "domain": "library",
             "metadata": {"limitPerMinute": "60", "a": "b"}},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.500s"},
            {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [
                {"subject": "s", "description": "d", "apiService": "", "quotaMetric": "", "quotaId": "",
                 "quotaDimensions": {}, "quotaValue": "60"}]},
        ],
    });
    let library = Library::answering(Answer::Failure(failure.clone()));
    let reply = library.get("/v1/books/7").await;
    assert_eq!(reply.status, 429);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("retry-after"), Some("2"));
    assert_eq!(reply.json(), failure);
}

#[tokio::test]
async fn a_detail_of_an_unknown_type_keeps_its_name_and_bytes() {
    use prost::Message as _;
    // google.rpc.Status with one Any of a type that no pool knows.
    let any = prost_types::Any {
        type_url: "type.googleapis.com/no.Such".to_owned(),
        value: vec![1, 2],
    };
    let mut details = vec![8, 5];
    prost::encoding::message::encode(3, &any, &mut details);
    assert!(any.encoded_len() > 0);
    let library = Library::answering(Answer::Refusal(Status::with_details(
        tonic::Code::NotFound,
        "",
        details.into(),
    )));
    let reply = library.get("/v1/books/7").await;
    assert_eq!(reply.status, 404);
    assert_eq!(
        reply.json()["details"],
        json!([{"@type": "type.googleapis.com/no.Such", "value": "AQI="}])
    );
}

#[tokio::test]
async fn each_code_has_its_http_status() {
    for (code, http_status) in [
        (1, 499),
        (2, 500),
        (3, 400),
        (4, 504),
        (5, 404),
        (6, 409),
        (7, 403),
        (8, 429),
        (9, 400),
        (10, 409),
        (11, 400),
        (12, 501),
        (13, 500),
        (14, 503),
        (15, 500),
        (16, 401),
    ] {
        let library = Library::answering(Answer::Failure(json!({"code": code, "message": "m"})));
        let reply = library.get("/v1/books/7").await;
        assert_eq!(reply.status, http_status, "{code}");
        assert_eq!(reply.json(), json!({"code": code, "message": "m", "details": []}));
        assert_eq!(reply.header("www-authenticate").is_some(), code == 16);
    }
}

#[tokio::test]
async fn the_house_can_choose_another_http_status_by_reason() {
    let with_reason = |code, reason: &str| {
        let details =
            json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "library"}]);
        let failure = json!({"code": code, "message": "m", "details": details});
        Library::answering(Answer::Failure(failure)).with_options(|options| {
            options.failure_status = Arc::new(|failure| match (failure.reason, failure.code) {
                (Some("INSUFFICIENT_CREDITS"), _) => Some(StatusCode::PAYMENT_REQUIRED),
                (Some("VERSION_CONFLICT"), _) if failure.has_if_match => Some(StatusCode::PRECONDITION_FAILED),
                (_, tonic::Code::FailedPrecondition) => Some(StatusCode::CONFLICT),
                _ => None,
            });
        })
    };
    assert_eq!(
        with_reason(9, "INSUFFICIENT_CREDITS").get("/v1/books/7").await.status,
        402
    );
    assert_eq!(with_reason(9, "OTHER").get("/v1/books/7").await.status, 409);
    let conflict = with_reason(10, "VERSION_CONFLICT");
    assert_eq!(conflict.send(Request::delete("/v1/books/7"), "").await.status, 409);
    let request = Request::delete("/v1/books/7").header("if-match", "\"v1\"");
    assert_eq!(conflict.send(request, "").await.status, 412);
}

#[tokio::test]
async fn a_layer_that_refuses_before_any_codec_is_understood() {
    let reply = Library::answering(Answer::Refusal(Status::permission_denied("no")))
        .get("/v1/books/7")
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.json()["message"].as_str()),
        (403, Some("no"))
    );
    let reply = Library::answering(Answer::Http(StatusCode::SERVICE_UNAVAILABLE))
        .get("/v1/books/7")
        .await;
    assert_eq!((reply.status.as_u16(), reply.json()["code"].as_i64()), (503, Some(14)));
    let reply = Library::answering(Answer::Http(StatusCode::OK))
        .get("/v1/books/7")
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.reason().as_str()),
        (500, "MALFORMED_ANSWER")
    );
}

#[tokio::test]
async fn the_gateways_own_refusals_carry_the_houses_reasons() {
    let library = Library::new().with_options(|options| {
        options.error_domain = "library.example".to_owned();
        options.refusal_reason = Arc::new(|refusal| match refusal {
            Refusal::UnknownParameter => "UNKNOWN_FILTER",
            _ => "VALIDATION",
        });
    });
    let reply = library.get("/v1/books?famly=x").await;
    assert_eq!(
        (reply.status.as_u16(), reply.reason().as_str()),
        (400, "UNKNOWN_FILTER")
    );
    assert!(reply.text().contains("\"domain\":\"library.example\""));
    // One reason for several refusals does not blur their HTTP statuses.
    assert_eq!(library.send(Request::post("/v1/books"), "{}").await.status, 415);
    assert_eq!(library.get("/v1/books/7/pages/x").await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_too_long_is_504() {
    let library = Library::answering(Answer::Hang);
    let started = tokio::time::Instant::now();
    let reply = library.get("/v1/books/7").await;
    assert_eq!(
        (reply.status.as_u16(), reply.reason().as_str()),
        (504, "DEADLINE_EXCEEDED")
    );
    assert_eq!(started.elapsed().as_secs(), 30);

    for (asked, waited_ms) in [("1.5s", 1_500), ("3600s", 30_000)] {
        let started = tokio::time::Instant::now();
        let request = Request::get("/v1/books/7").header("x-request-timeout", asked);
        assert_eq!(library.send(request, "").await.status, 504);
        assert!(
            started.elapsed().abs_diff(Duration::from_millis(waited_ms)) < Duration::from_millis(5),
            "{asked}"
        );
        let deadline = library.call().origin.unwrap().deadline;
        assert!(
            deadline
                .duration_since(started)
                .abs_diff(Duration::from_millis(waited_ms))
                < Duration::from_millis(5)
        );
    }
    let request = Request::get("/v1/books/7").header("x-request-timeout", "soon");
    assert_eq!(library.send(request, "").await.wrong_fields(), ["x-request-timeout"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_its_body_too_slowly_is_504() {
    let library = Library::new();
    let request = Request::post("/v1/books")
        .header("content-type", "application/json")
        .header("grpc-timeout", "1m");
    let never = futures_util::stream::pending::<Result<http_body::Frame<bytes::Bytes>, std::convert::Infallible>>();
    let started = tokio::time::Instant::now();
    let reply = library.send_body(request, http_body_util::StreamBody::new(never)).await;
    assert_eq!(reply.status, 504);
    // grpc-timeout means nothing here.
    assert_eq!(started.elapsed().as_secs(), 30);
}
