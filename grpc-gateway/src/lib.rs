//! REST over a tower stack of gRPC services, in the same process.
//!
//! A [`Gateway`] is compiled from the `google.api.http` annotations of a descriptor pool. As the
//! outermost service of a REST listener it makes a gRPC call of each HTTP request, sends it through
//! the stack that gRPC clients meet, and makes JSON of the answer. It knows protobuf and HTTP and
//! nothing of what the services are about.

mod body;
mod call;
mod cors;
mod failure;
mod frames;
mod gateway;
mod http_headers;
mod json;
mod openapi;
mod options;
mod page;
mod refusal;
mod request;
mod route;
mod rpc_status;
mod rule;
mod schema;
mod service;
mod stream;
mod template;
mod violations;
mod wire;

pub use cors::{AllowedOrigins, OriginError};
pub use failure::canonical_http_status;
pub use gateway::Gateway;
pub use openapi::{OpenApiOptions, OperationExtras, openapi};
pub use options::{Failure, FailureHook, MethodHook, Options};
pub use page::Page;
pub use refusal::Refusal;
pub use route::RouteError;
pub use service::{RestOrigin, RestService};
