//! What is like what: exact weighted Jaccard over features of precedents, explained. Nouns: feature,
//! corpus, hit. Invariants: a tenant sees its own precedents and the public ones; SUD-origin, archived
//! and the record itself never appear; contributions sum to the score. No table of its own: the corpora
//! are a cache of `precedents`.

pub mod api;
pub mod corpora;
pub mod engine;
pub mod finder;
pub mod scenario;
pub(crate) mod store;
