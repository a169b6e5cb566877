//! What is like what: exact weighted Jaccard over features of precedents, explained. Nouns: feature,
//! corpus, hit. Invariants: a tenant sees its own precedents and the public ones; SUD-origin, archived
//! and the record itself never appear; contributions sum to the score. The corpora are a cache
//! of `precedents`; `similarity_weights` keeps which weights answers named.

pub mod api;
pub mod corpora;
pub mod engine;
mod entry;
pub mod estimates;
pub mod finder;
pub mod scenario;
pub(crate) mod store;
