//! Query parameters.

use serde_json::json;

use crate::library::Library;

#[tokio::test]
async fn parameters_are_fields_nested_repeated_and_of_every_text_kind() {
    let library = Library::new();
    let reply = library
        .get(
            "/v1/books?filter.title=a+b%2Bc&filter.genres=GENRE_FICTION&filter.genres=2&filter.addedAfter=2026-01-31T10:00:00.5Z\
             &filter.author.name=N&filter.author.born=1900&filter.lent=true&filter.cover=_-8&filter.new_only=true\
             &filter.loanPeriod=1.5s&filter.minRating=-0.5e1&page_size=20&tags=x&tags=y&tags=&minCopies=9007199254740993\
             &readMask=id,moreAuthors&genre=GENRE_UNSPECIFIED",
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(
        library.request(),
        json!({
            "filter": {
                "title": "a b+c", "genres": ["GENRE_FICTION", "GENRE_SCIENCE"],
                "addedAfter": "2026-01-31T10:00:00.500Z", "author": {"name": "N", "born": 1900}, "lent": true,
                "cover": "/+8=", "newOnly": true, "loanPeriod": "1.500s", "minRating": -5.0,
            },
            "pageSize": 20, "tags": ["x", "y", ""], "minCopies": "9007199254740993",
            "readMask": "id,moreAuthors", "genre": "GENRE_UNSPECIFIED",
        })
    );
}

#[tokio::test]
async fn every_unknown_parameter_is_named_at_once() {
    let library = Library::new();
    let reply = library
        .get("/v1/books?famly=Anthem&pageSize=1&filter.bogus=1&filter.title.x=1&tags.y=2")
        .await;
    assert_eq!(
        reply.wrong_fields(),
        ["famly", "filter.bogus", "filter.title.x", "tags.y"]
    );
    assert_eq!(reply.reason(), "UNKNOWN_PARAMETER");
    assert_eq!(reply.json()["code"], 3);
    assert!(!reply.text().contains("Anthem"));
}

#[tokio::test]
async fn a_bad_value_names_its_parameter_and_is_not_quoted() {
    let library = Library::new();
    for (query, field) in [
        ("filter.addedAfter=yesterday7", "filter.added_after"),
        ("pageSize=yesterday7", "page_size"),
        ("pageSize=4294967296", "page_size"),
        ("pageSize=1.5", "page_size"),
        ("pageSize=+1", "page_size"),
        ("pageSize=", "page_size"),
        ("filter.lent=yesterday7", "filter.lent"),
        ("filter.lent=1", "filter.lent"),
        ("filter.genres=yesterday7", "filter.genres"),
        ("filter.genres=77", "filter.genres"),
        ("filter.minRating=inf", "filter.min_rating"),
        ("filter.minRating=1e999", "filter.min_rating"),
        ("filter.cover=yesterday7!", "filter.cover"),
        ("readMask=snake_case", "read_mask"),
        ("filter.loanPeriod=5", "filter.loan_period"),
        ("pageToken=%ff", "page_token"),
        ("pageToken=%4", "page_token"),
    ] {
        let reply = library.get(&format!("/v1/books?{query}")).await;
        assert_eq!(reply.wrong_fields(), [field], "{query}");
        assert_eq!(reply.reason(), "INVALID_VALUE", "{query}");
        assert!(!reply.text().contains("yesterday7"), "{query}");
    }
}

#[tokio::test]
async fn one_value_cannot_be_given_twice() {
    let library = Library::new();
    for (query, field) in [
        ("pageSize=1&pageSize=1", "page_size"),
        ("pageSize=1&page_size=2", "page_size"),
        ("filter.olderThan=1&filter.youngerThan=2", "filter.younger_than"),
    ] {
        assert_eq!(
            library.get(&format!("/v1/books?{query}")).await.wrong_fields(),
            [field],
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_parameter_that_is_bound_elsewhere_is_refused() {
    let library = Library::new();
    assert_eq!(library.get("/v1/books/7?id=8").await.wrong_fields(), ["id"]);
    let reply = library.post("/v1/books?requestId=1&bogus=2", "{}").await;
    assert_eq!(reply.wrong_fields(), ["requestId", "bogus"]);
    let reply = library.post("/v1/shelves/3/books?book.title=T&shelf=4", "{}").await;
    assert_eq!(reply.wrong_fields(), ["book.title", "shelf"]);
    let reply = library
        .post("/v1/shelves/3/books?requestId=1", r#"{"title": "T"}"#)
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        library.request(),
        json!({"book": {"title": "T"}, "shelf": "3", "requestId": "1"})
    );
}

#[tokio::test]
async fn messages_and_maps_have_no_text() {
    let library = Library::new();
    for name in ["filter", "filter.author", "filter.labels"] {
        assert_eq!(library.get(&format!("/v1/books?{name}=1")).await.wrong_fields(), [name]);
    }
}

#[tokio::test]
async fn names_that_are_no_names_are_not_echoed() {
    let library = Library::new();
    for query in ["123-45-6789=1", "Jane+Doe=1", "%4Aane%20Doe=1"] {
        let reply = library.get(&format!("/v1/books?{query}")).await;
        assert_eq!(reply.wrong_fields(), ["(not a field name)"], "{query}");
    }
    assert_eq!(library.get("/v1/books?%ff=1").await.wrong_fields(), ["(query)"]);
}
