//! The `OpenAPI` document.

use std::collections::BTreeSet;
use std::sync::Arc;

use grpc_gateway::{OpenApiOptions, OperationExtras, openapi};
use http::StatusCode;
use serde_json::{Value, json};

use crate::library;

fn options() -> OpenApiOptions {
    OpenApiOptions {
        title: "Library".to_owned(),
        server_urls: vec!["https://library.example".to_owned()],
        success_status: Arc::new(|method| match method.name() {
            "StartRun" => StatusCode::ACCEPTED,
            _ => StatusCode::OK,
        }),
        operation: Arc::new(|method| OperationExtras {
            is_public: method.name() == "CountBooks",
            extensions: [("x-rate-tier".to_owned(), json!("READ"))].into(),
        }),
        ..OpenApiOptions::default()
    }
}

fn document() -> Value {
    openapi(&library::pool(), &options()).unwrap()
}

fn parameter<'d>(operation: &'d Value, name: &str) -> Option<&'d Value> {
    operation["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .find(|parameter| parameter["name"] == name)
}

#[test]
fn equal_pools_give_equal_bytes() {
    let again = openapi(&crate::pool::pool_of(&["library/v1/library.proto"]), &options()).unwrap();
    assert_eq!(document().to_string(), again.to_string());
}

/// Calls `visit` with every object in a value.
fn walk(value: &Value, visit: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(object);
            object.values().for_each(|inner| walk(inner, visit));
        }
        Value::Array(list) => list.iter().for_each(|inner| walk(inner, visit)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let document = document();
    let mut used = BTreeSet::new();
    walk(&document, &mut |object| {
        if let Some(Value::String(reference)) = object.get("$ref") {
            let target = document.pointer(reference.trim_start_matches('#'));
            assert!(target.is_some_and(Value::is_object), "{reference}");
            used.insert(reference.clone());
        }
    });
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(used.contains(&format!("#/components/schemas/{name}")), "{name}");
    }
}

#[test]
fn operation_ids_are_unique_and_paths_have_one_spelling() {
    let document = document();
    let mut ids = BTreeSet::new();
    let mut count = 0;
    for path in document["paths"].as_object().unwrap().values() {
        for operation in path.as_object().unwrap().values() {
            count += 1;
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()));
            assert_eq!(operation["tags"], json!(["LibraryService"]));
            assert_eq!(operation["x-rate-tier"], "READ");
        }
    }
    assert_eq!(count, 14);
    assert!(ids.contains("LibraryService_GetBook") && ids.contains("LibraryService_GetBook_2"));
    let book = &document["paths"]["/v1/books/{id}"];
    assert!(["get", "patch", "delete"].iter().all(|method| book[method].is_object()));
    // UpdateBook calls its variable book.id; here it goes by the path's spelling.
    assert_eq!(parameter(&book["patch"], "id").unwrap()["in"], "path");
    assert!(document["paths"]["/v1/shelves/{name}/books/{name_2}"]["get"].is_object());
}

#[test]
fn comments_are_summaries_and_descriptions() {
    let document = document();
    let operation = &document["paths"]["/v1/books/{id}"]["get"];
    assert_eq!(operation["summary"], "Gets one book.");
    assert_eq!(operation["description"], "A book that is not there is NOT_FOUND.");
    assert_eq!(
        document["tags"][0]["description"],
        "Keeps books.\n\nEverything about one book is here."
    );
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["library.v1.Book"]["properties"]["title"]["description"],
        "Its title."
    );
    assert_eq!(
        schemas["library.v1.Genre"]["description"],
        "A genre.\n- `GENRE_UNSPECIFIED`: Not said.\n- `GENRE_FICTION`: Made up.\n- `GENRE_SCIENCE`: True."
    );
}

#[test]
fn fields_say_how_they_behave() {
    let document = document();
    let book = &document["components"]["schemas"]["library.v1.Book"];
    assert_eq!(book["required"], json!(["title"]));
    assert_eq!(book["properties"]["id"]["readOnly"], true);
    assert_eq!(
        book["properties"]["copies"],
        json!({"type": "string", "format": "int64"})
    );
    assert_eq!(
        book["properties"]["chapters"]["additionalProperties"],
        json!({"$ref": "#/components/schemas/library.v1.Author"})
    );
    assert_eq!(book["allOf"], json!([{"not": {"required": ["shelf", "loan"]}}]));
    assert_eq!(book["properties"]["note"]["type"], json!(["string", "null"]));
}

#[test]
fn requests_say_where_their_fields_travel() {
    let document = document();
    let list = &document["paths"]["/v1/books"]["get"];
    assert_eq!(parameter(list, "filter.genres").unwrap()["schema"]["type"], "array");
    assert_eq!(parameter(list, "filter.author.name").unwrap()["in"], "query");
    assert_eq!(parameter(list, "filter.labels"), None);
    assert_eq!(parameter(list, "filter.author.teacher.name"), None);
    assert_eq!(list.get("requestBody"), None);

    let create = &document["paths"]["/v1/books"]["post"];
    assert_eq!(
        create["requestBody"]["content"]["application/json"]["schema"],
        json!({"$ref": "#/components/schemas/library.v1.CreateBookRequest"})
    );
    let on_shelf = &document["paths"]["/v1/shelves/{shelf}/books"]["post"];
    assert_eq!(
        on_shelf["requestBody"]["content"]["application/json"]["schema"],
        json!({"$ref": "#/components/schemas/library.v1.Book"})
    );
    assert!(parameter(on_shelf, "requestId").is_some() && parameter(on_shelf, "book.title").is_none());
    let archive = &document["paths"]["/v1/books/{id}:archive"]["post"];
    let properties = &archive["requestBody"]["content"]["application/json"]["schema"]["properties"];
    assert_eq!(properties.as_object().unwrap().keys().collect::<Vec<_>>(), ["reason"]);
}

#[test]
fn answers_say_their_media_type_and_their_errors() {
    let document = document();
    let export = &document["paths"]["/v1/books:export"]["get"];
    assert!(export["responses"]["200"]["content"]["application/x-ndjson"].is_object());
    assert!(document["paths"]["/v1/books:csv"]["get"]["responses"]["200"]["content"]["*/*"].is_object());
    assert!(document["paths"]["/v1/runs"]["post"]["responses"]["202"].is_object());
    assert_eq!(
        export["responses"]["default"],
        json!({"$ref": "#/components/responses/Error"})
    );
    assert!(document["paths"]["/v1/books/{id}"]["get"]["responses"]["200"]["headers"]["ETag"].is_object());
    let page = &document["paths"]["/v1/books/{bookId}/pages/{number}"]["get"];
    assert_eq!(page, &Value::Null);
    let page = &document["paths"]["/v1/books/{book_id}/pages/{number}"]["get"]["responses"]["200"];
    assert_eq!(
        page["content"]["application/json"]["schema"],
        json!({"$ref": "#/components/schemas/library.v1.Page.Text"})
    );
}

#[test]
fn credentials_are_asked_for_except_where_the_house_says_no() {
    let document = document();
    assert_eq!(document["security"], json!([{"bearer": []}, {"mutualTls": []}]));
    assert_eq!(document["paths"]["/v1/books/count"]["get"]["security"], json!([]));
    assert_eq!(document["paths"]["/v1/books"]["get"].get("security"), None);
}
