//! The OpenAPI document of the contract, with what the policy adds to each operation.

use std::collections::BTreeMap;
use std::sync::Arc;

use grpc_gateway::{OpenApiOptions, OperationExtras, RouteError, openapi};
use prost_reflect::DescriptorPool;
use serde_json::{Value, json};

use crate::rpc::policy::Policies;

/// The document.
///
/// # Errors
/// When a route of the contract can't be served.
pub fn document(pool: &DescriptorPool, policies: &Policies) -> Result<Value, RouteError> {
    let extras: BTreeMap<String, OperationExtras> = policies
        .all()
        .map(|policy| {
            let extensions = [
                ("x-permission".to_owned(), json!(policy.permission.name())),
                ("x-audit-action".to_owned(), json!(policy.action)),
                ("x-idempotent".to_owned(), json!(policy.idempotent)),
            ];
            let is_public = policy.permission == crate::rpc::permission::Permission::Public;
            (
                policy.path.clone(),
                OperationExtras {
                    is_public,
                    extensions: extensions.into(),
                },
            )
        })
        .collect();
    let options = OpenApiOptions {
        title: "Stratum".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: "Denial precedents for healthcare billers: what a denial is, whether it may be appealed, what \
                      worked before, how likely a win is, and what evidence it took."
            .to_owned(),
        operation: Arc::new(move |method| {
            let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
            extras.get(&path).cloned().unwrap_or_default()
        }),
        ..OpenApiOptions::default()
    };
    openapi(pool, &options)
}
