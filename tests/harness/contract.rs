//! The contract as the tests read it: from the descriptors that the server serves, never from a list.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor};
use serde_json::Value;
use stratum::rpc::policy::{MethodPolicy, PACKAGE, Policies};

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| stratum::proto::descriptor_pool().expect("descriptors"));
static POLICIES: LazyLock<Policies> =
    LazyLock::new(|| stratum::server::policies(&POOL).expect("policies without gaps"));

pub(crate) fn pool() -> &'static DescriptorPool {
    &POOL
}

/// Every method of the contract.
pub(crate) fn methods() -> Vec<MethodDescriptor> {
    let services = POOL.services().filter(|service| service.package_name() == PACKAGE);
    services
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .collect()
}

/// The method of this name, whose service is known by it.
pub(crate) fn method(name: &str) -> MethodDescriptor {
    let mut found = methods().into_iter().filter(|method| method.name() == name);
    let method = found
        .next()
        .unwrap_or_else(|| panic!("the contract has no method {name}"));
    assert!(found.next().is_none(), "several services have a method {name}");
    method
}

pub(crate) fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

pub(crate) fn policy(method: &MethodDescriptor) -> &'static MethodPolicy {
    POLICIES.get(&path(method)).expect("a policy")
}

pub(crate) fn message(name: &str) -> MessageDescriptor {
    POOL.get_message_by_name(name)
        .unwrap_or_else(|| panic!("the contract has no message {name}"))
}

/// A message of this JSON. What a test writes must be right: it is the server that is asked.
pub(crate) fn from_json(descriptor: MessageDescriptor, json: &Value) -> DynamicMessage {
    let name = descriptor.full_name().to_owned();
    DynamicMessage::deserialize(descriptor, json).unwrap_or_else(|error| panic!("{name}: {error}\n{json:#}"))
}

pub(crate) fn to_json(message: &DynamicMessage) -> Value {
    serde_json::to_value(message).expect("a message as JSON")
}

/// The message that a method option or field option holds.
pub(crate) fn extension(options: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    let found = options
        .extensions()
        .find(|(extension, _)| extension.full_name() == name);
    found.and_then(|(_, value)| value.as_message().cloned())
}
