//! The contract as Rust types, and the descriptors it is read from at run time.

/// The generated packages, nested as in the contract so that their paths to each other hold.
pub mod stratum {
    /// `stratum.v1`: the services and their messages.
    #[expect(
        clippy::allow_attributes,
        clippy::allow_attributes_without_reason,
        reason = "generated"
    )]
    pub mod v1 {
        tonic::include_proto!("stratum.v1");
        include!(concat!(env!("OUT_DIR"), "/stratum_rules.rs"));
    }
}

/// The generated `google.*` packages that the contract's messages use.
pub mod google {
    /// `google.api`: streamed HTTP bodies.
    pub mod api {
        tonic::include_proto!("google.api");
    }
}

pub use stratum::v1;

/// The encoded descriptor set: every message, service and option of the contract.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/stratum_descriptors.bin"));

/// Decodes the embedded descriptors.
///
/// # Errors
/// When the embedded bytes are no descriptor set, which only a broken build can cause.
pub fn descriptor_pool() -> Result<prost_reflect::DescriptorPool, prost_reflect::DescriptorError> {
    prost_reflect::DescriptorPool::decode(DESCRIPTORS)
}
