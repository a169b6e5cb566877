//! Pools and options that are refused at start, by name.

use std::path::Path;

use grpc_gateway::{Gateway, Options, Page, RouteError};
use http::HeaderName;
use prost_reflect::DescriptorPool;
use protox::Compiler;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver};

use crate::library;

/// A pool with one service of two methods, each with the given annotation.
fn pool_with(annotations: &[&str]) -> DescriptorPool {
    let mut proto = String::from(
        "syntax = \"proto3\"; package odd.v1; import \"google/api/annotations.proto\"; \
         import \"google/rpc/error_details.proto\"; import \"google/rpc/status.proto\"; \
         message Inner { string id = 1; string other = 2; } \
         message Thing { string id = 1; repeated string tags = 2; Inner inner = 3; oneof choice { string a = 4; string b = 5; } \
         map<string, string> labels = 6; } service OddService {",
    );
    for (number, annotation) in annotations.iter().enumerate() {
        let (kind, annotation) = match annotation.strip_prefix("stream ") {
            Some(annotation) => ("stream Thing", annotation),
            None => ("Thing", *annotation),
        };
        proto.extend([format!(
            "rpc Do{number}({kind}) returns (Thing) {{ option (google.api.http) = {{{annotation}}}; }}"
        )]);
    }
    proto += "}";
    pool_of_text(proto)
}

/// Resolves one name to a text.
struct Text(String);

impl FileResolver for Text {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == "odd.proto" {
            File::from_source(name, &self.0)
        } else {
            Err(protox::Error::file_not_found(name))
        }
    }
}

fn pool_of_text(proto: String) -> DescriptorPool {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Text(proto));
    resolver.add(IncludeFileResolver::new(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../proto"),
    ));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).open_file("odd.proto").unwrap();
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
}

fn error_of(annotations: &[&str]) -> String {
    Gateway::new(pool_with(annotations), Options::default())
        .expect_err("should be refused")
        .to_string()
}

#[test]
fn a_bad_annotation_is_refused_with_its_method_and_reason() {
    for (annotation, part) in [
        ("get: \"v1/x\"", "slash"),
        ("get: \"/v1/{id\"", "not closed"),
        ("get: \"/v1/{nothing}\"", "`nothing`, which is no field"),
        ("get: \"/v1/{inner.nothing}\"", "`inner.nothing`, which is no field"),
        ("get: \"/v1/{tags}\"", "no single value"),
        ("get: \"/v1/{inner}\"", "no single value"),
        ("get: \"/v1/{labels}\"", "no single value"),
        ("get: \"/v1/{a}\"", "oneof"),
        ("get: \"/v1/{id}/{id}\"", "twice"),
        ("get: \"/v1/**/x\"", "before its last"),
        ("get: \"/v1/x\" body: \"*\"", "body"),
        ("post: \"/v1/x\" body: \"nothing\"", "`nothing`"),
        ("post: \"/v1/{id}\" body: \"id\"", "which is the body"),
        ("get: \"/v1/x\" response_body: \"nothing\"", "`nothing`"),
        ("body: \"*\"", "no pattern"),
        ("custom: { kind: \"B AD\" path: \"/v1/x\" }", "no HTTP method"),
        ("custom: { kind: \"OPTIONS\" path: \"/v1/x\" }", "OPTIONS"),
        ("stream post: \"/v1/x\" body: \"*\"", "takes a stream"),
        (
            "get: \"/v1/x\" additional_bindings { get: \"/v1/y\" additional_bindings { get: \"/v1/z\" } }",
            "inside an additional binding",
        ),
    ] {
        let error = error_of(&[annotation]);
        assert!(
            error.contains("odd.v1.OddService.Do0") && error.contains(part),
            "{annotation}: {error}"
        );
    }
}

#[test]
fn routes_that_answer_the_same_requests_are_refused_with_both_names() {
    for (first, second) in [
        ("get: \"/v1/{id}\"", "get: \"/v1/{inner.id}\""),
        ("get: \"/v1/{id}\"", "get: \"/v1/{id=*}\""),
        ("get: \"/v1/{id=**}\"", "get: \"/v1/**\""),
        ("get: \"/v1/{id}:go\"", "get: \"/v1/{inner.id}:go\""),
        ("get: \"/v1/a/{id}\"", "get: \"/v1/{id=a/*}\""),
    ] {
        let error = error_of(&[first, second]);
        assert!(
            error.contains("Do0") && error.contains("Do1"),
            "{first} {second}: {error}"
        );
    }
    let pool = pool_with(&[
        "get: \"/v1/{id}\"",
        "post: \"/v1/{id}\"",
        "get: \"/v1/{id}:go\"",
        "get: \"/v1/{id=**}\"",
    ]);
    assert!(Gateway::new(pool, Options::default()).is_ok());
}

#[test]
fn a_pool_without_routes_or_error_types_is_refused() {
    let no_routes = Gateway::new(pool_with(&[]), Options::default());
    assert_eq!(no_routes.expect_err("no routes"), RouteError::NoRoutes);
    let empty = Gateway::new(DescriptorPool::new(), Options::default());
    assert_eq!(
        empty.expect_err("no types"),
        RouteError::MissingType("google.rpc.ErrorInfo")
    );
}

#[test]
fn headers_of_the_connection_cannot_be_forwarded() {
    for name in [
        "host",
        "te",
        "connection",
        "grpc-timeout",
        "content-type",
        "accept-encoding",
        "token-bin",
    ] {
        let options = Options {
            forwarded_headers: vec![name.parse::<HeaderName>().unwrap()],
            ..Options::default()
        };
        let error = Gateway::new(library::pool(), options).expect_err(name);
        assert_eq!(error, RouteError::ForwardedHeader(name.to_owned()));
    }
}

#[test]
fn a_page_cannot_hide_a_route() {
    let options = Options {
        pages: vec![Page::fixed("/v1/books/7", "text/plain", "")],
        ..Options::default()
    };
    let error = Gateway::new(library::pool(), options).expect_err("hides GetBook");
    assert_eq!(error, RouteError::Page("/v1/books/7".to_owned()));
}
