//! What is like what: exact weighted Jaccard over features of precedents, explained.

pub mod engine;
