//! Precedents: de-identified denial scenarios, kept in immutable versions. Nouns: precedent, version,
//! filter. Invariants: versions have no gaps and never change; restricted origins are private; free text
//! passed the privacy guard. Tables: `precedents`, `precedent_versions`.

pub mod api;
mod change;
pub mod decisions;
mod export;
mod held;
pub(crate) mod history;
pub mod import;
pub mod mask;
mod outcome;
pub mod rate;
mod reading;
pub mod record;
pub mod rescan;
pub(crate) mod stats;
pub(crate) mod store;
pub mod suspicion;
pub mod words;
