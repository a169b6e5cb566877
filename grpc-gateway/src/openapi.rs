//! One `OpenAPI` 3.1 document for all routes of a pool.

mod comments;
mod operation;
mod types;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use http::StatusCode;
use prost_reflect::{DescriptorPool, ServiceDescriptor};
use serde_json::{Map, Value, json};

use crate::options::{MethodHook, Options};
use crate::route::{Route, RouteError, routes};
use crate::schema::Schema;
use crate::template::{Segment, Template};
use comments::Comments;
use operation::OperationWriter;
use types::Types;

/// What an `OpenAPI` document says beside what the pool says.
#[derive(Clone)]
pub struct OpenApiOptions {
    /// The API's name.
    pub title: String,
    /// The API's version.
    pub version: String,
    /// What the API is for, in `CommonMark`.
    pub description: String,
    /// Where it is served; may be empty.
    pub server_urls: Vec<String>,
    /// Security schemes by name; a caller needs one of them.
    pub security_schemes: BTreeMap<String, Value>,
    /// HTTP status of a method's success, as in [`Options::success_status`].
    pub success_status: MethodHook<StatusCode>,
    /// What to add to a method's operations.
    pub operation: MethodHook<OperationExtras>,
}

/// What the house adds to an operation.
#[derive(Debug, Clone, Default)]
pub struct OperationExtras {
    /// Whether the method answers callers without credentials.
    pub is_public: bool,
    /// Members to add; their names begin with `x-`.
    pub extensions: BTreeMap<String, Value>,
}

impl Default for OpenApiOptions {
    fn default() -> Self {
        let schemes = [
            (
                "mutualTls",
                json!({"type": "mutualTLS", "description": "A registered client certificate."}),
            ),
            (
                "bearer",
                json!({"type": "http", "scheme": "bearer", "description": "A token or an API key."}),
            ),
        ];
        Self {
            title: "API".to_owned(),
            version: "1".to_owned(),
            description: String::new(),
            server_urls: Vec::new(),
            security_schemes: schemes.map(|(name, scheme)| (name.to_owned(), scheme)).into(),
            success_status: Arc::new(|_| StatusCode::OK),
            operation: Arc::new(|_| OperationExtras::default()),
        }
    }
}

impl fmt::Debug for OpenApiOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenApiOptions")
            .field("title", &self.title)
            .finish_non_exhaustive()
    }
}

/// Describes every route of the pool; equal pools and options give equal documents.
///
/// Comments become summaries and descriptions if the pool was compiled with source info.
///
/// # Errors
/// The first annotation that can't be served.
pub fn openapi(pool: &DescriptorPool, options: &OpenApiOptions) -> Result<Value, RouteError> {
    let schema = Schema::new(pool);
    let gateway_options = Options {
        success_status: options.success_status.clone(),
        ..Options::default()
    };
    let routes = routes(pool, &schema, &gateway_options)?;
    let comments = Comments::of(pool);
    let mut types = Types::new(pool, &comments);
    let paths = paths(&routes, options, &comments, &mut types);
    let status = pool.get_message_by_name("google.rpc.Status");
    let status = status.ok_or(RouteError::MissingType("google.rpc.Status"))?;
    let error = types.message(&status);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": options.title, "version": options.version, "description": options.description},
        "tags": tags(&routes, &comments),
        "paths": paths,
        "security": options.security_schemes.keys().map(|name| json!({name: []})).collect::<Vec<_>>(),
        "components": {
            "schemas": types.into_schemas(),
            "securitySchemes": options.security_schemes,
            "responses": {"Error": operation::error_response(&error)},
            "parameters": operation::shared_parameters(),
        },
    });
    if !options.server_urls.is_empty() {
        let servers: Vec<Value> = options.server_urls.iter().map(|url| json!({"url": url})).collect();
        document["servers"] = servers.into();
    }
    // Whatever features serde_json was built with, the members stand in one order.
    document.sort_all_objects();
    Ok(document)
}

fn paths(routes: &[Arc<Route>], options: &OpenApiOptions, comments: &Comments, types: &mut Types<'_>) -> Value {
    // A path has one spelling, whatever its variables are called in the second template.
    let mut spellings: HashMap<(&[Segment], Option<&str>), &Template> = HashMap::new();
    let mut operation_ids = BTreeSet::new();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for route in routes {
        let shape = (route.segments(), route.template.verb.as_deref());
        let spelling = *spellings.entry(shape).or_insert(&route.template);
        let mut writer = OperationWriter {
            route,
            spelling,
            options,
            comments,
            types,
        };
        let operation = writer.operation(&unique_operation_id(route, &mut operation_ids));
        let http_method = route.http_method.as_str().to_lowercase();
        paths
            .entry(spelling.openapi_path())
            .or_default()
            .insert(http_method, operation);
    }
    json!(paths)
}

/// Service and method, numbered from the second on.
fn unique_operation_id(route: &Route, taken: &mut BTreeSet<String>) -> String {
    let base = format!("{}_{}", route.method.parent_service().name(), route.method.name());
    let mut id = base.clone();
    let mut number = 2;
    while !taken.insert(id.clone()) {
        id = format!("{base}_{number}");
        number += 1;
    }
    id
}

fn tags(routes: &[Arc<Route>], comments: &Comments) -> Value {
    let mut services: Vec<&ServiceDescriptor> = Vec::new();
    for route in routes {
        let service = route.method.parent_service();
        if !services.contains(&service) {
            services.push(service);
        }
    }
    let tag = |service: &&ServiceDescriptor| {
        let description = comments.text(&service.parent_file(), service.path());
        json!({"name": service.name(), "description": description})
    };
    services.iter().map(tag).collect()
}
