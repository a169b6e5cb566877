//! Request bodies: strict JSON and nothing else.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::{Request, header};
use http_body::Frame;
use http_body_util::StreamBody;
use serde_json::json;

use crate::library::{Answer, Library};

#[tokio::test]
async fn the_whole_message_or_one_field_is_the_body() {
    let library = Library::new();
    library
        .post(
            "/v1/books",
            r#"{"book": {"title": "T", "more_authors": [{"name": "N"}]}, "requestId": "r"}"#,
        )
        .await;
    let book = json!({"title": "T", "moreAuthors": [{"name": "N"}]});
    assert_eq!(library.request(), json!({"book": book, "requestId": "r"}));
    library
        .post(
            "/v1/shelves/3/books",
            r#"{"title": "T", "more_authors": [{"name": "N"}]}"#,
        )
        .await;
    assert_eq!(library.request(), json!({"book": book, "shelf": "3"}));
}

#[tokio::test]
async fn every_unknown_field_is_named_at_once() {
    let library = Library::new();
    let body =
        r#"{"bogus": 1, "book": {"titel": {"a": [1]}, "author": {"nme": "x"}, "moreAuthors": [{}, {"bron": 1}]}}"#;
    let reply = library.post("/v1/books", body).await;
    assert_eq!(
        reply.wrong_fields(),
        ["bogus", "book.titel", "book.author.nme", "book.more_authors[1].bron"]
    );
    assert_eq!(reply.reason(), "UNKNOWN_FIELD");
    let reply = library
        .post("/v1/books", r#"{"Jane Doe": 1, "book": {"123-45-6789": 2}}"#)
        .await;
    assert_eq!(reply.wrong_fields(), ["(not a field name)", "book.(not a field name)"]);
}

#[tokio::test]
async fn a_key_given_twice_is_refused_under_either_name() {
    let library = Library::new();
    for (body, field) in [
        (r#"{"requestId": "a", "requestId": "a"}"#, "request_id"),
        (r#"{"requestId": "a", "request_id": "b"}"#, "request_id"),
        (r#"{"book": {"title": "a", "title": null}}"#, "book.title"),
        (r#"{"book": {"labels": {"k": "a", "k": "b"}}}"#, "book.labels[1]"),
        (r#"{"book": {"extra": {"deep": {"k": 1, "k": 2}}}}"#, "book.extra"),
    ] {
        assert_eq!(library.post("/v1/books", body).await.wrong_fields(), [field], "{body}");
    }
}

#[tokio::test]
async fn a_bad_value_names_its_field_and_is_not_quoted() {
    let library = Library::new();
    for (value, field) in [
        (r#"{"title": 7}"#, "title"),
        (r#"{"year": "xyzzy"}"#, "year"),
        (r#"{"year": 2147483648}"#, "year"),
        (r#"{"year": 1.5}"#, "year"),
        (r#"{"year": true}"#, "year"),
        (r#"{"edition": -1}"#, "edition"),
        (r#"{"copies": 9223372036854775808}"#, "copies"),
        (r#"{"lent": "true"}"#, "lent"),
        (r#"{"genre": "xyzzy"}"#, "genre"),
        (r#"{"genre": 77}"#, "genre"),
        (r#"{"genre": "1"}"#, "genre"),
        (r#"{"weightKg": 1e39}"#, "weight_kg"),
        (r#"{"rating": "inf"}"#, "rating"),
        (r#"{"cover": "xyzzy!"}"#, "cover"),
        (r#"{"addedAt": "xyzzy"}"#, "added_at"),
        (r#"{"addedAt": {"seconds": 1}}"#, "added_at"),
        (r#"{"loanPeriod": "xyzzy"}"#, "loan_period"),
        (r#"{"shown": "snake_case"}"#, "shown"),
        (r#"{"tags": "xyzzy"}"#, "tags"),
        (r#"{"tags": ["a", 7]}"#, "tags[1]"),
        (r#"{"tags": [null]}"#, "tags[0]"),
        (r#"{"author": "xyzzy"}"#, "author"),
        (r#"{"author": []}"#, "author"),
        (r#"{"author": {"teacher": {"born": "xyzzy"}}}"#, "author.teacher.born"),
        (r#"{"labels": ["xyzzy"]}"#, "labels"),
        (r#"{"labels": {"k": 7}}"#, "labels[0]"),
        (r#"{"chapters": {"xyzzy": {}}}"#, "chapters[0]"),
        (r#"{"chapters": {"1": {"born": "xyzzy"}}}"#, "chapters[0].born"),
        (r#"{"extra": [1]}"#, "extra"),
        (r#"{"bigNote": "xyzzy"}"#, "big_note"),
        (r#"{"attachment": {"@type": "xyzzy", "a": 1}}"#, "attachment"),
        (r#"{"shelf": "a", "loan": {}}"#, "loan"),
    ] {
        let reply = library.post("/v1/books", &format!("{{\"book\": {value}}}")).await;
        assert_eq!(reply.wrong_fields(), [format!("book.{field}")], "{value}");
        assert!(!reply.text().contains("xyzzy"), "{value}");
    }
}

#[tokio::test]
async fn several_wrong_fields_are_one_answer() {
    let library = Library::new();
    let reply = library
        .post("/v1/books", r#"{"book": {"year": "x", "lent": 1}, "requestId": 3}"#)
        .await;
    assert_eq!(reply.wrong_fields(), ["book.year", "book.lent", "request_id"]);
}

#[tokio::test]
async fn text_that_is_no_json_says_where() {
    let library = Library::new();
    for body in [
        "{",
        "{\"book\": }",
        "{} {}",
        "{}x",
        "[]x",
        "{\"book\": \u{7}}",
        "nul",
        "{'a': 1}",
        "{\"requestId\": \"\\ud800\"}",
    ] {
        let reply = library.post("/v1/books", body).await;
        assert_eq!(
            (reply.status.as_u16(), reply.reason().as_str()),
            (400, "MALFORMED_BODY"),
            "{body}"
        );
        assert!(reply.json()["message"].as_str().unwrap().contains("line 1"), "{body}");
    }
    for body in ["[]", "7", "null", "\"x\""] {
        assert_eq!(
            library.post("/v1/books", body).await.wrong_fields(),
            ["(body)"],
            "{body}"
        );
    }
    let deep = format!(
        "{{\"book\": {{\"anything\": {}{}}}}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    assert_eq!(library.post("/v1/books", &deep).await.status, 400);
}

#[tokio::test]
async fn nothing_at_all_is_a_request_without_fields() {
    let library = Library::new();
    assert_eq!(library.post("/v1/books/7:archive", "").await.status, 200);
    assert_eq!(library.request(), json!({"id": "7"}));
}

#[tokio::test]
async fn a_body_where_none_belongs_is_refused() {
    let library = Library::new();
    let reply = library.send(Request::get("/v1/books/7"), "{}").await;
    assert_eq!(
        (reply.status.as_u16(), reply.reason().as_str()),
        (400, "MALFORMED_BODY")
    );
    assert_eq!(library.send(Request::delete("/v1/books/7"), "x").await.status, 400);
    assert_eq!(library.send(Request::delete("/v1/books/7"), "").await.status, 200);
}

#[tokio::test]
async fn only_json_is_taken() {
    let library = Library::new();
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/grpc"),
    ] {
        let mut request = Request::post("/v1/books");
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let reply = library.send(request, "{}").await;
        assert_eq!(
            (reply.status.as_u16(), reply.reason().as_str()),
            (415, "UNSUPPORTED_MEDIA_TYPE")
        );
    }
    assert!(!library.was_called());
}

#[tokio::test]
async fn a_body_can_be_too_large_as_declared_or_as_sent() {
    let library = Library::new().with_options(|options| options.body_bytes_max = 64);
    let json = "application/json";
    let declared = Request::post("/v1/books")
        .header(header::CONTENT_TYPE, json)
        .header(header::CONTENT_LENGTH, 65);
    let reply = library.send(declared, "{}").await;
    assert_eq!(
        (reply.status.as_u16(), reply.reason().as_str()),
        (413, "BODY_TOO_LARGE")
    );
    assert!(!library.was_called());

    let chunk = || Ok::<_, Infallible>(Frame::data(Bytes::from_static(&[b' '; 40])));
    let sent = Request::post("/v1/books").header(header::CONTENT_TYPE, json);
    let reply = library
        .send_body(sent, StreamBody::new(stream::iter([chunk(), chunk()])))
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.reason().as_str()),
        (413, "BODY_TOO_LARGE")
    );
    assert_eq!(library.call().request, None);
}

#[tokio::test]
async fn a_body_may_come_in_pieces() {
    let library = Library::new();
    let pieces = ["{\"requestId\"", ": \"", "r\"}"]
        .map(|text| Ok::<_, Infallible>(Frame::data(Bytes::from_static(text.as_bytes()))));
    let request = Request::post("/v1/books").header(header::CONTENT_TYPE, "application/json");
    let reply = library.send_body(request, StreamBody::new(stream::iter(pieces))).await;
    assert_eq!(reply.status, 200);
    assert_eq!(library.request(), json!({"requestId": "r"}));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_request() {
    let library = Library::new();
    let pieces = [Ok(Frame::data(Bytes::from_static(b"{}"))), Err("gone")];
    let request = Request::post("/v1/books").header(header::CONTENT_TYPE, "application/json");
    let reply = library.send_body(request, StreamBody::new(stream::iter(pieces))).await;
    assert_eq!(
        (reply.status.as_u16(), reply.reason().as_str()),
        (400, "MALFORMED_BODY")
    );
    assert_eq!(library.call().request, None);
}

#[tokio::test]
async fn a_stranger_with_a_bad_body_is_a_stranger() {
    let library = Library::answering(Answer::Refusal(tonic::Status::unauthenticated("who are you?")));
    for body in ["{}", "{", r#"{"bogus": 1}"#] {
        assert_eq!(library.post("/v1/books", body).await.status, 401, "{body}");
    }
    assert_eq!(library.get("/v1/books?bogus=1").await.status, 401);
}
