//! The similarity engine: exact, explained, in memory.
//!
//! A denial scenario becomes a set of named features ([`features`]); a frozen table gives each an integer
//! weight ([`weights`]); two scenarios are as alike as the weight they share over the weight they hold
//! together (weighted Jaccard). [`corpus`] keeps one tenant's precedents (or the public ones) searchable
//! by names, on top of [`index`], which knows numbers only; [`explain`] says where a score comes from;
//! [`residency`] keeps many corpora within a memory budget.
//!
//! Nothing here touches a database, a clock or a network: the same calls give the same bytes.

mod bound;
pub mod contents;
pub mod corpus;
mod counting;
pub mod explain;
pub mod features;
pub mod filter;
pub mod gather;
pub mod index;
mod kernel;
mod postings;
pub mod query;
pub mod rank;
pub mod residency;
pub mod segment;
pub mod text;
pub mod vocabulary;
pub mod weights;

#[cfg(test)]
mod tests;

pub use contents::{Contained, Contents};
pub use corpus::{Change, Corpus, CorpusBuilder, CorpusHit, Document, ScenarioQuery, search_corpora};
pub use explain::{Explanation, FeatureShare, explain};
pub use features::{FEATURES_VERSION, FeatureSet, FeatureSource, Namespace};
pub use filter::{Condition, Filter};
pub use gather::CorpusGatherer;
pub use index::{Index, IndexBuilder, Record, Snapshot, search};
pub use query::{Query, SearchOptions};
pub use rank::{Hit, Order, RankKey, Score};
pub use residency::{Residency, Resident};
pub use vocabulary::Vocabulary;
pub use weights::{BaseTable, DocumentCounts, WeightTable};
