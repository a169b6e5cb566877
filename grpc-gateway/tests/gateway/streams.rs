//! Streamed and raw answers.

use http::Request;
use serde_json::{Value, json};
use tonic::Status;

use crate::library::{Answer, Library, framed};

fn failure() -> Value {
    json!({"code": 14, "message": "gone", "details": [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "DB", "domain": "library", "metadata": {}},
    ]})
}

fn lines(text: &str) -> Vec<Value> {
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_stream_is_a_json_text_a_line() {
    let books = (0..500).map(|n| json!({"id": n.to_string()})).collect();
    let library = Library::answering(Answer::Stream(books, None));
    let reply = library.get("/v1/books:export?count=500").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), Some("application/x-ndjson"));
    let lines = lines(reply.text());
    assert_eq!(lines.len(), 500);
    assert!(
        lines
            .iter()
            .enumerate()
            .all(|(n, line)| line["id"] == json!(n.to_string()) && line["tags"] == json!([]))
    );
    assert_eq!(library.request(), json!({"count": 500}));
}

#[tokio::test]
async fn an_error_midway_is_the_last_line() {
    let library = Library::answering(Answer::Stream(vec![json!({"id": "1"})], Some(failure())));
    let reply = library.get("/v1/books:export").await;
    assert_eq!(reply.status, 200);
    let lines = lines(reply.text());
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1], json!({"error": failure()}));
    assert!(!reply.is_cut);
}

#[tokio::test]
async fn a_failure_before_the_stream_is_an_ordinary_failure() {
    let library = Library::answering(Answer::Refusal(Status::permission_denied("no")));
    for target in ["/v1/books:export", "/v1/books:csv"] {
        let reply = library.get(target).await;
        assert_eq!((reply.status.as_u16(), reply.json()["code"].as_i64()), (403, Some(7)));
    }
    let library = Library::new();
    assert_eq!(library.get("/v1/books:csv?bogus=1").await.wrong_fields(), ["bogus"]);
}

#[tokio::test]
async fn raw_pieces_pass_under_their_own_content_type() {
    let pieces = vec![
        json!({"contentType": "text/csv", "data": "YSxi"}),
        json!({"data": "Cg=="}),
        json!({"data": "MSwyCg=="}),
    ];
    let library = Library::answering(Answer::Stream(pieces, None));
    let reply = library.get("/v1/books:csv").await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("content-type")),
        (200, Some("text/csv"))
    );
    assert_eq!((reply.text(), reply.is_cut), ("a,b\n1,2\n", false));
}

#[tokio::test]
async fn a_raw_stream_that_fails_midway_is_cut_and_never_looks_complete() {
    let pieces = vec![
        json!({"contentType": "text/csv", "data": "YSxi"}),
        json!({"data": "Cg=="}),
    ];
    let library = Library::answering(Answer::Stream(pieces, Some(failure())));
    let reply = library.get("/v1/books:csv").await;
    assert_eq!(reply.status, 200);
    assert_eq!((reply.text(), reply.is_cut), ("a,b\n", true));
}

#[tokio::test]
async fn a_raw_stream_that_fails_at_once_is_an_ordinary_failure() {
    let library = Library::answering(Answer::Stream(Vec::new(), Some(failure())));
    let reply = library.get("/v1/books:csv").await;
    assert_eq!((reply.status.as_u16(), reply.json()), (503, failure()));
    let empty = Library::answering(Answer::Stream(Vec::new(), None))
        .get("/v1/books:csv")
        .await;
    assert_eq!((empty.status.as_u16(), empty.text(), empty.is_cut), (200, "", false));
}

#[tokio::test]
async fn a_raw_answer_passes_whole() {
    let library = Library::answering(Answer::Message(json!({"contentType": "image/png", "data": "AAH/"})));
    let reply = library.get("/v1/files/a.png").await;
    assert_eq!(reply.header("content-type"), Some("image/png"));
    assert_eq!(reply.body.as_ref(), [0, 1, 255]);
}

#[tokio::test]
async fn a_response_body_is_one_field_of_the_answer() {
    let library = Library::answering(Answer::Message(json!({"number": 3, "text": {"lines": ["a"]}})));
    assert_eq!(library.get("/v1/books/7/pages/3").await.json(), json!({"lines": ["a"]}));
    assert_eq!(library.request(), json!({"bookId": "7", "number": 3}));
    let library = Library::answering(Answer::Message(json!({"number": 3})));
    assert_eq!(library.get("/v1/books/7/pages/3").await.json(), json!({"lines": []}));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_takes_too_long_ends_with_an_error() {
    let book = [&[0x0a, 1][..], b"7"].concat();
    for (target, is_cut) in [("/v1/books:export", false), ("/v1/books:csv", true)] {
        let library = Library::answering(Answer::HangAfter(book.clone()));
        let started = tokio::time::Instant::now();
        let request = Request::get(target).header("x-request-timeout", "120s");
        let reply = library.send(request, "").await;
        assert_eq!((reply.status.as_u16(), reply.is_cut), (200, is_cut));
        assert_eq!(started.elapsed().as_secs(), 120);
        if !is_cut {
            let lines = lines(reply.text());
            assert_eq!((&lines[0]["id"], &lines[1]["error"]["code"]), (&json!("7"), &json!(4)));
        }
    }
    let library = Library::answering(Answer::Hang);
    let started = tokio::time::Instant::now();
    assert_eq!(library.get("/v1/books:export").await.status, 504);
    assert_eq!(started.elapsed().as_secs(), 30);
}

#[tokio::test]
async fn an_answer_that_ends_without_a_status_is_not_complete() {
    let book = framed(&[0x0a, 1, b'7']);
    for (pieces, status) in [
        (vec![book.clone()], None),
        (vec![book.clone(), vec![0, 0, 0]], Some(Status::ok(""))),
        (vec![book.clone(), framed(&[0x0a, 9])], Some(Status::ok(""))),
        (vec![book.clone(), vec![1, 0, 0, 0, 0]], Some(Status::ok(""))),
        (vec![book.clone(), vec![0, 255, 255, 255, 255]], Some(Status::ok(""))),
    ] {
        let library = Library::answering(Answer::Frames(pieces, status));
        let reply = library.get("/v1/books:export").await;
        let lines = lines(reply.text());
        assert_eq!(
            (lines.len(), &lines[0]["id"], &lines[1]["error"]["code"]),
            (2, &json!("7"), &json!(13))
        );
        assert_eq!(library.get("/v1/books/7").await.status, 500);
    }
}

#[tokio::test]
async fn messages_may_arrive_in_any_pieces() {
    let all = [framed(&[0x0a, 1, b'1']), framed(&[0x0a, 1, b'2'])].concat();
    for size in 1..=all.len() {
        let pieces = all.chunks(size).map(<[u8]>::to_vec).collect();
        let library = Library::answering(Answer::Frames(pieces, Some(Status::ok(""))));
        let reply = library.get("/v1/books:export").await;
        let ids: Vec<Value> = lines(reply.text()).iter().map(|line| line["id"].clone()).collect();
        assert_eq!(ids, ["1", "2"], "{size}");
    }
}
