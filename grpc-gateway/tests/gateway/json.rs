//! JSON in and out, against another implementation and at its edges.

mod books;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use prost::Message as _;
use prost_reflect::{DynamicMessage, SerializeOptions};
use serde_json::{Value, json};

use crate::library::{Answer, Library, message};

/// What prost-reflect makes of a message.
fn reference_json(message: &DynamicMessage, skips_defaults: bool) -> Value {
    let mut text = Vec::new();
    let options = SerializeOptions::new().skip_default_fields(skips_defaults);
    message
        .serialize_with_options(&mut serde_json::Serializer::new(&mut text), &options)
        .unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
        .block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn a_message_becomes_the_json_that_prost_reflect_writes(entropy in prop::collection::vec(any::<u8>(), 0..600)) {
        let book = books::book(&entropy);
        let library = Library::answering(Answer::Bytes(vec![book.encode_to_vec()]));
        let reply = block_on(library.get("/v1/books/7"));
        prop_assert_eq!(reply.json(), reference_json(&book, false));
    }

    #[test]
    fn json_becomes_the_message_that_prost_reflect_reads(entropy in prop::collection::vec(any::<u8>(), 0..600)) {
        let json = reference_json(&books::book(&entropy), false);
        let expected = message("library.v1.Book", &json);
        let library = Library::new();
        let reply = block_on(library.post("/v1/books", &json!({"book": json}).to_string()));
        prop_assert_eq!(reply.status.as_u16(), 200, "{}", reply.text());
        let got = library.request().get("book").cloned().unwrap_or(json!({}));
        prop_assert_eq!(got, reference_json(&expected, true));
    }

    #[test]
    fn bytes_that_are_no_message_are_an_error_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let library = Library::answering(Answer::Bytes(vec![bytes]));
        let reply = block_on(library.get("/v1/books/7"));
        prop_assert!(matches!(reply.status.as_u16(), 200 | 500));
        prop_assert!(reply.json().is_object());
    }

    #[test]
    fn text_that_is_no_request_is_an_error_and_never_a_panic(body in "[\\[\\]{}:,\"a-e0-9. \\\\ubook]{0,60}") {
        let reply = block_on(Library::new().post("/v1/books", &body));
        prop_assert!(matches!(reply.status.as_u16(), 200 | 400));
    }
}

/// The JSON of a book whose bytes are these.
async fn written(bytes: &[u8]) -> Value {
    Library::answering(Answer::Bytes(vec![bytes.to_vec()]))
        .get("/v1/books/7")
        .await
        .json()
}

#[tokio::test]
async fn pieces_of_a_message_merge_and_the_last_scalar_wins() {
    // title twice; author in two pieces; shelf (oneof) and then a loan; an unknown field.
    let author = |inner: &[u8]| [&[0x82, 1, u8::try_from(inner.len()).unwrap()], inner].concat();
    let bytes = [
        &b"\x12\x01a\x12\x01b"[..],
        &author(b"\x0a\x01N"),
        &author(b"\x10\x07"),
        b"\xaa\x01\x01s",
        b"\xb2\x01\x03\x0a\x01r",
        b"\xf8\x3f\x01",
    ]
    .concat();
    let json = written(&bytes).await;
    assert_eq!(json["title"], "b");
    assert_eq!(json["author"], json!({"name": "N", "born": 7}));
    assert_eq!(json["loan"]["reader"], "r");
    assert_eq!(json.get("shelf"), None);
}

#[tokio::test]
async fn lists_may_be_packed_or_not_or_both() {
    // genres (5): packed [1, 2], then a lone 1; scores (39): packed doubles and a lone one.
    let one = 1f64.to_le_bytes();
    let bytes = [
        &b"\x2a\x02\x01\x02\x28\x01"[..],
        b"\xba\x02\x08",
        &one,
        b"\xb9\x02",
        &one,
    ]
    .concat();
    let json = written(&bytes).await;
    assert_eq!(
        json["genres"],
        json!(["GENRE_FICTION", "GENRE_SCIENCE", "GENRE_FICTION"])
    );
    assert_eq!(json["scores"], json!([1.0, 1.0]));
}

#[tokio::test]
async fn an_enum_number_without_a_name_is_a_number() {
    assert_eq!(written(b"\x18\x63").await["genre"], json!(99));
}

#[tokio::test]
async fn maps_are_written_in_the_order_of_their_keys() {
    let entry = |key: u8| [&[0x92, 1, 6, 0x0a, 1, key, 0x12, 1], &b"v"[..]].concat();
    let bytes = [entry(b'c'), entry(b'a'), entry(b'b')].concat();
    let reply = Library::answering(Answer::Bytes(vec![bytes])).get("/v1/books/7").await;
    assert!(
        reply.text().contains(r#""labels":{"a":"v","b":"v","c":"v"}"#),
        "{}",
        reply.text()
    );
}

#[tokio::test]
async fn what_json_cannot_say_is_an_error() {
    for bytes in [
        &b"\x12\x01\xff"[..],                                    // no UTF-8
        b"\x10\x01",                                             // title as a number
        b"\x72\x02\x10\x7f\x72\x07\x10\xff\xff\xff\xff\x07\x08", // nanos out of range, cut short
        b"\x0b\x0c",                                             // a group
    ] {
        let reply = Library::answering(Answer::Bytes(vec![bytes.to_vec()]))
            .get("/v1/books/7")
            .await;
        assert_eq!(
            (reply.status.as_u16(), reply.reason().as_str()),
            (500, "MALFORMED_ANSWER"),
            "{bytes:?}"
        );
    }
    let mut nested = Vec::new();
    for _ in 0..200 {
        let mut outer = vec![0x1a];
        prost::encoding::encode_varint(nested.len() as u64, &mut outer);
        outer.extend(nested);
        nested = outer;
    }
    let mut author = vec![0x82, 1];
    prost::encoding::encode_varint(nested.len() as u64, &mut author);
    author.extend(nested);
    let reply = Library::answering(Answer::Bytes(vec![author])).get("/v1/books/7").await;
    assert_eq!(reply.status, 500);
}

#[tokio::test]
async fn numbers_are_read_in_every_way_that_json_allows() {
    for (value, expected) in [
        (r#"{"year": 7.0}"#, json!({"year": 7})),
        (r#"{"year": 1e3}"#, json!({"year": 1000})),
        (r#"{"year": "-5"}"#, json!({"year": -5})),
        (r#"{"year": "1e3"}"#, json!({"year": 1000})),
        (r#"{"copies": 9007199254740993}"#, json!({"copies": "9007199254740993"})),
        (
            r#"{"copies": "-9223372036854775808"}"#,
            json!({"copies": "-9223372036854775808"}),
        ),
        (
            r#"{"views": "18446744073709551615"}"#,
            json!({"views": "18446744073709551615"}),
        ),
        (r#"{"rating": "1.5"}"#, json!({"rating": 1.5})),
        (
            r#"{"rating": "NaN", "weightKg": "-Infinity"}"#,
            json!({"rating": "NaN", "weightKg": "-Infinity"}),
        ),
        (r#"{"cover": "-_8"}"#, json!({"cover": "+/8="})),
        (r#"{"genre": 1}"#, json!({"genre": "GENRE_FICTION"})),
        (r#"{"bigNote": 5, "note": null}"#, json!({"bigNote": "5"})),
        (r#"{"anything": null}"#, json!({"anything": null})),
        (
            r#"{"mixed": [null, 1, "a", [true], {"k": {}}]}"#,
            json!({"mixed": [null, 1.0, "a", [true], {"k": {}}]}),
        ),
        (r#"{"subtitle": ""}"#, json!({"subtitle": ""})),
        (r#"{"shelf": ""}"#, json!({"shelf": ""})),
        (r#"{"shelf": null, "loan": {}}"#, json!({"loan": {}})),
        (r#"{"title": "\u00e9\ud83d\ude00\"\\"}"#, json!({"title": "é😀\"\\"})),
    ] {
        let library = Library::new();
        let reply = library.post("/v1/shelves/3/books", value).await;
        assert_eq!(reply.status, 200, "{value}: {}", reply.text());
        assert_eq!(library.request()["book"], expected, "{value}");
    }
}
