//! Which route answers, and what of the path reaches which field.

use http::{Request, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::json;

use crate::library::{Answer, Library};

#[tokio::test]
async fn a_variable_is_a_field() {
    let library = Library::answering(Answer::Message(json!({"id": "7"})));
    let reply = library.get("/v1/books/7").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["id"], "7");
    assert_eq!(library.call().path, "/library.v1.LibraryService/GetBook");
    assert_eq!(library.request(), json!({"id": "7"}));
}

#[tokio::test]
async fn an_additional_binding_leads_to_the_same_method() {
    let library = Library::new();
    library.get("/v1/shelves/3/books/7").await;
    assert_eq!(library.call().path, "/library.v1.LibraryService/GetBook");
    assert_eq!(library.request(), json!({"name": "shelves/3/books/7"}));
}

#[tokio::test]
async fn a_nested_field_can_be_bound() {
    let library = Library::new();
    let request = Request::patch("/v1/books/7").header(header::CONTENT_TYPE, "application/json");
    library
        .send(
            request,
            r#"{"book": {"title": "T"}, "updateMask": "title,moreAuthors"}"#,
        )
        .await;
    assert_eq!(
        library.request(),
        json!({"book": {"id": "7", "title": "T"}, "updateMask": "title,moreAuthors"})
    );
}

#[tokio::test]
async fn the_static_segment_wins_over_the_variable() {
    let library = Library::new();
    library.get("/v1/books/count").await;
    assert_eq!(library.call().path, "/library.v1.LibraryService/CountBooks");
    library.get("/v1/books/counts").await;
    assert_eq!(library.call().path, "/library.v1.LibraryService/GetBook");
}

#[tokio::test]
async fn a_verb_is_a_verb_only_where_a_route_has_it() {
    let library = Library::new();
    library.post("/v1/books/7:archive", "{}").await;
    assert_eq!(library.call().path, "/library.v1.LibraryService/ArchiveBook");
    assert_eq!(library.request(), json!({"id": "7"}));
    for (target, id) in [
        ("a:b", "a:b"),
        ("a:b:c", "a:b:c"),
        ("a%3Aarchive", "a:archive"),
        ("a:", "a:"),
    ] {
        assert_eq!(library.get(&format!("/v1/books/{target}")).await.status, 200);
        assert_eq!(library.request(), json!({"id": id}), "{target}");
    }
    library.post("/v1/books/a:b:archive", "{}").await;
    assert_eq!(library.request(), json!({"id": "a:b"}));
}

#[tokio::test]
async fn the_rest_of_a_path_keeps_its_slashes_apart() {
    let library = Library::new();
    library.get("/v1/files/a/b%20c/d%2Fe").await;
    assert_eq!(library.request(), json!({"path": "a/b c/d%2Fe"}));
    library.get("/v1/books/a%2Fb").await;
    assert_eq!(library.request(), json!({"id": "a/b"}));
}

#[tokio::test]
async fn escapes_in_static_segments_are_the_same_segments() {
    let library = Library::new();
    assert_eq!(library.get("/v1/%62ooks/count").await.status, 200);
    assert_eq!(library.call().path, "/library.v1.LibraryService/CountBooks");
}

#[tokio::test]
async fn what_no_route_has_is_404_and_never_reaches_the_stack() {
    let library = Library::new();
    for target in [
        "/",
        "/v1",
        "/v1/books/",
        "/v1/books//",
        "/v1/books/7/",
        "/v1/book",
        "/v1/files",
        "/v1/hidden",
    ] {
        let reply = library.get(target).await;
        assert_eq!(reply.status, 404, "{target}");
        assert_eq!(reply.json()["code"], 5);
        assert_eq!(reply.reason(), "NO_SUCH_ROUTE");
    }
    assert!(!library.was_called());
}

#[tokio::test]
async fn another_http_method_is_405_with_those_that_are_allowed() {
    let library = Library::new();
    let reply = library.send(Request::put("/v1/books/7"), "").await;
    assert_eq!(reply.status, 405);
    assert_eq!(reply.header("allow"), Some("GET, PATCH, DELETE, OPTIONS"));
    assert_eq!(reply.reason(), "METHOD_NOT_ALLOWED");
    let reply = library.send(Request::get("/v1/books/7:archive"), "").await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("allow")),
        (405, Some("POST, OPTIONS"))
    );
    assert!(!library.was_called());
}

#[tokio::test]
async fn a_path_that_is_no_text_names_its_variable() {
    let library = Library::new();
    for target in ["/v1/books/%ff", "/v1/books/%zz", "/v1/books/%"] {
        assert_eq!(library.get(target).await.wrong_fields(), ["id"], "{target}");
    }
    assert_eq!(library.get("/v1/books/7/pages/x").await.wrong_fields(), ["number"]);
}

#[tokio::test]
async fn a_path_and_a_body_must_agree() {
    let library = Library::new();
    let patch = || Request::patch("/v1/books/7").header(header::CONTENT_TYPE, "application/json");
    let reply = library.send(patch(), r#"{"book": {"id": "8"}}"#).await;
    assert_eq!(reply.wrong_fields(), ["book.id"]);
    for agreeing in [
        r#"{"book": {"id": "7"}}"#,
        r#"{"book": {"id": ""}}"#,
        r#"{"book": null}"#,
        "",
    ] {
        assert_eq!(library.send(patch(), agreeing).await.status, 200, "{agreeing}");
        assert_eq!(library.request(), json!({"book": {"id": "7"}}));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn any_text_comes_through_a_path_segment_and_a_query(id in "\\PC{1,12}", token in "\\PC{0,12}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let library = Library::new();
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        runtime.block_on(library.get(&format!("/v1/books/{}", encode(&id))));
        prop_assert_eq!(library.request(), json!({"id": id}));
        runtime.block_on(library.get(&format!("/v1/books?pageToken={}", encode(&token))));
        let expected = if token.is_empty() { json!({}) } else { json!({"pageToken": token}) };
        prop_assert_eq!(library.request(), expected);
    }

    #[test]
    fn no_path_or_query_breaks_the_gateway(path in "/[a-z0-9/:%{}*.+~-]{0,30}", query in "[a-zA-Z0-9=&%+.:,_-]{0,40}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let Ok(uri) = format!("/v1/books{path}?{query}").parse::<http::Uri>() else { return Ok(()) };
        let reply = runtime.block_on(Library::new().get(&uri.to_string()));
        prop_assert!(matches!(reply.status.as_u16(), 200 | 400 | 404 | 405), "{}", reply.status);
    }
}
