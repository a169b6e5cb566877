//! The test protos, compiled when a test starts.

use std::path::Path;

use prost_reflect::DescriptorPool;

/// Files that every pool has beside its own.
const ALWAYS: [&str; 2] = ["google/rpc/status.proto", "google/rpc/error_details.proto"];

/// The pool of files under `tests/proto` and the repository's `proto`, with their comments.
pub(crate) fn pool_of(files: &[&str]) -> DescriptorPool {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compiler = protox::Compiler::new([package.join("tests/proto"), package.join("../proto")]).unwrap();
    compiler.include_imports(true).include_source_info(true);
    compiler.open_files(ALWAYS.iter().chain(files)).unwrap();
    // Decoded from bytes rather than from parsed files, so that options keep their extensions.
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
}
