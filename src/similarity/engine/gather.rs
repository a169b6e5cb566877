//! A corpus whose weights rest on the very precedents it holds. They are known at the end alone, so
//! precedents wait as numbers until then: each name is looked up once, and nothing is kept twice.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use foldhash::fast::RandomState;
use uuid::Uuid;

use super::corpus::{Corpus, Document};
use super::index::{IndexBuilder, Record};
use super::rank::RankKey;
use super::vocabulary::Vocabulary;
use super::weights::{BaseTable, DocumentCounts, WeightTable};

/// Takes precedents one by one, counts who holds what, and freezes the weights over that.
#[derive(Debug, Default)]
pub struct CorpusGatherer {
    numbers: HashMap<Arc<str>, u32, RandomState>,
    names: Vec<Arc<str>>,
    /// How many precedents hold each name.
    holders: Vec<u64>,
    rows: Vec<Row>,
    attributes: Vec<u32>,
    features: Vec<u32>,
}

#[derive(Debug)]
struct Row {
    id: Uuid,
    rank: RankKey,
    attributes: Range<usize>,
    features: Range<usize>,
}

impl CorpusGatherer {
    /// Takes one precedent, in any order; ids are distinct.
    pub fn push(&mut self, document: &Document<'_>) {
        let Document {
            id,
            rank,
            attributes,
            features,
        } = *document;
        let features_from = self.features.len();
        for name in features.names() {
            let number = self.number(name);
            self.features.push(number);
        }
        let attributes_from = self.attributes.len();
        self.attributes.extend_from_slice(attributes);
        self.rows.push(Row {
            id,
            rank,
            attributes: attributes_from..self.attributes.len(),
            features: features_from..self.features.len(),
        });
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name).copied() {
            if let Some(holders) = self.holders.get_mut(number as usize) {
                *holders += 1;
            }
            return number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let shared: Arc<str> = name.into();
        self.names.push(shared.clone());
        self.holders.push(1);
        self.numbers.insert(shared, number);
        number
    }

    /// The corpus of what was pushed, standing at `revision`. The epoch of its weights is how many
    /// precedents they were frozen over: a transaction's number would tell of other tenants' writes.
    #[must_use]
    pub fn finish(self, base: BaseTable, revision: u64) -> Corpus {
        let Self {
            numbers: _,
            names,
            holders,
            mut rows,
            attributes,
            features,
        } = self;
        // The same precedents make the same corpus, in whatever order they came.
        rows.sort_unstable_by_key(|row| row.id);
        let documents = rows.len() as u64;
        let held = names.iter().map(AsRef::as_ref).zip(holders);
        let weights = WeightTable::freeze(base, &DocumentCounts::restore(documents, held), documents);
        let mut vocabulary = Vocabulary::default();
        let weighed: Vec<u16> = names
            .iter()
            .map(|name| vocabulary.intern(name, || weights.weight(name)).1)
            .collect();
        let mut index = IndexBuilder::default();
        for row in rows {
            let features = features.get(row.features).unwrap_or_default();
            let each = features.iter().filter_map(|number| weighed.get(*number as usize));
            index.push(&Record {
                id: row.id,
                rank: row.rank,
                attributes: attributes.get(row.attributes).unwrap_or_default(),
                features,
                total_weight: each.fold(0, |total: u32, weight| total.saturating_add((*weight).into())),
            });
        }
        Corpus::of(Arc::new(weights), vocabulary, index.finish(revision))
    }
}
