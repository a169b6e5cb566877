//! The OpenAPI document of the contract.

use prost_reflect::DescriptorPool;

/// The document.
#[must_use]
pub fn document(_pool: &DescriptorPool) -> serde_json::Value {
    serde_json::json!({})
}
