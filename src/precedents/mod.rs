//! Precedents: de-identified denial scenarios, kept in immutable versions. Nouns: precedent, version,
//! filter. Invariants: versions have no gaps and never change; restricted origins are private; free text
//! passed the privacy guard. Tables: `precedents`, `precedent_versions`.

pub mod api;
pub mod decisions;
pub mod mask;
pub mod record;
pub(crate) mod store;
