//! One tenant's precedents, or the public ones, searchable by feature names and explained.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use uuid::Uuid;

use super::contents::Contents;
use super::explain::{Explanation, Weighed, explain};
use super::features::FeatureSet;
use super::index::{Index, IndexBuilder, Record, Snapshot, search};
use super::query::{Query, SearchOptions};
use super::rank::{Hit, RankKey};
use super::residency::Resident;
use super::vocabulary::Vocabulary;
use super::weights::WeightTable;

/// Features shown with a hit, of those that one side alone holds.
const SHOWN_FEATURES: usize = 12;

/// One precedent as a corpus takes it.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// The precedent's id.
    pub id: Uuid,
    /// What decides between equal scores.
    pub rank: RankKey,
    /// Attribute columns, for filters; their meaning is the caller's.
    pub attributes: &'a [u32],
    /// What it is compared by.
    pub features: &'a FeatureSet,
}

/// One change of a corpus.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// Put a precedent in, replacing the one of the same id.
    Put(Document<'a>),
    /// Take a precedent out; nothing happens if it is not there.
    Remove(Uuid),
}

impl Change<'_> {
    const fn id(&self) -> Uuid {
        match self {
            Self::Put(document) => document.id,
            Self::Remove(id) => *id,
        }
    }
}

/// What is searched for, by name.
#[derive(Clone, Copy, Debug)]
pub struct ScenarioQuery<'a> {
    /// Features that make a precedent similar.
    pub features: &'a FeatureSet,
    /// Features whose holders are left out.
    pub unlike: &'a FeatureSet,
}

/// A hit and where its score comes from: `only_left` is the query's, `only_right` the precedent's, the heaviest of each.
#[derive(Clone, Debug, PartialEq)]
pub struct CorpusHit {
    /// The record found.
    pub hit: Hit,
    /// Why it scores as it does.
    pub explanation: Explanation,
}

/// Precedents under one frozen weight table. Reads and writes go on at the same time.
#[derive(Debug)]
pub struct Corpus {
    weights: Arc<WeightTable>,
    vocabulary: RwLock<Vocabulary>,
    index: Index,
}

impl Corpus {
    /// An empty corpus.
    #[must_use]
    pub fn new(weights: Arc<WeightTable>) -> Self {
        CorpusBuilder::new(weights).finish(0)
    }

    /// From its parts; the vocabulary has the weights of `weights` and the numbers of `index`.
    pub(super) fn of(weights: Arc<WeightTable>, vocabulary: Vocabulary, index: Index) -> Self {
        Self {
            weights,
            vocabulary: RwLock::new(vocabulary),
            index,
        }
    }

    /// The weights its scores are under.
    #[must_use]
    pub fn weights(&self) -> &Arc<WeightTable> {
        &self.weights
    }

    /// The revision of the last write that searches see.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.index.snapshot().revision()
    }

    /// How many precedents there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.snapshot().len()
    }

    /// Whether there is no precedent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Applies changes in order, all at once for every reader.
    pub fn apply(&self, changes: &[Change<'_>], revision: u64) {
        let ids = changes.iter().map(Change::id);
        let last: HashMap<Uuid, usize> = ids.zip(0..).collect();
        let is_last = |(at, change): &(usize, &Change<'_>)| last.get(&change.id()) == Some(at);
        let mut rows = Vec::new();
        let mut removed = Vec::new();
        {
            let mut vocabulary = self.vocabulary.write().unwrap_or_else(PoisonError::into_inner);
            for (_, change) in changes.iter().enumerate().filter(is_last) {
                match change {
                    Change::Put(document) => {
                        let row = intern(&mut vocabulary, &self.weights, document.features);
                        rows.push((document, row));
                    }
                    Change::Remove(id) => removed.push(*id),
                }
            }
        }
        let put: Vec<Record<'_>> = rows.iter().map(|(document, row)| row.record(document)).collect();
        self.index.apply(&removed, &put, revision);
    }

    /// The features of a precedent.
    #[must_use]
    pub fn features_of(&self, id: Uuid) -> Option<FeatureSet> {
        let snapshot = self.index.snapshot();
        let vocabulary = self.vocabulary();
        Some(named(&vocabulary, snapshot.features_of(id)?))
    }

    /// Everything it holds, as it stands now.
    #[must_use]
    pub fn contents(&self) -> Contents {
        let snapshot = self.index.snapshot();
        Contents::of(snapshot, self.vocabulary().names())
    }

    /// Whether a change would leave a precedent's attributes and features as they are.
    #[must_use]
    pub fn has_as_it_is(&self, change: &Change<'_>) -> bool {
        let snapshot = self.index.snapshot();
        let here = snapshot.record(change.id());
        match (change, here) {
            (Change::Remove(_), here) => here.is_none(),
            (Change::Put(_), None) => false,
            (Change::Put(document), Some((live, slot))) => {
                let mut attributes = document.attributes.iter().enumerate();
                attributes.all(|(column, value)| live.segment.attribute(slot, column) == *value)
                    && named(&self.vocabulary(), live.segment.row(slot)) == *document.features
            }
        }
    }

    /// Compares two precedents of this corpus.
    #[must_use]
    pub fn explain_pair(&self, left: Uuid, right: Uuid) -> Option<Explanation> {
        Some(explain(
            &self.features_of(left)?,
            &self.features_of(right)?,
            &self.weights,
        ))
    }

    /// Compares a scenario with a precedent of this corpus.
    #[must_use]
    pub fn explain_scenario(&self, scenario: &FeatureSet, id: Uuid) -> Option<Explanation> {
        Some(explain(scenario, &self.features_of(id)?, &self.weights))
    }

    /// The query in this corpus' numbers.
    fn prepare(&self, scenario: ScenarioQuery<'_>) -> Prepared {
        let vocabulary = self.vocabulary();
        let (mut known, mut unknown) = (Vec::with_capacity(scenario.features.len()), Vec::new());
        for name in scenario.features.names() {
            match vocabulary.find(name) {
                Some(feature) => known.push(feature),
                None => unknown.push((Arc::from(name), self.weights.weight(name))),
            }
        }
        let unknown_weight = unknown.iter().map(|(_, weight)| u32::from(*weight)).sum();
        let unlike = scenario.unlike.names();
        let unlike = unlike.filter_map(|name| vocabulary.find(name));
        let unlike: Vec<u32> = unlike.map(|(id, _)| id).collect();
        Prepared {
            query: Query::new(&known, unknown_weight, &unlike),
            unknown,
        }
    }

    fn explain_hit(&self, snapshot: &Snapshot, prepared: &Prepared, hit: Hit) -> CorpusHit {
        let vocabulary = self.vocabulary();
        let row = snapshot.row_at(hit.place);
        let (mut shared, mut only_right) = (Weighed::with_capacity(row.len()), Weighed::new());
        for id in row {
            let side = if prepared.query.holds(*id) {
                &mut shared
            } else {
                &mut only_right
            };
            side.extend(vocabulary.entry(*id));
        }
        let lacking = prepared.query.features().iter().filter(|(id, _)| !row.contains(id));
        let unknown = prepared.unknown.iter().map(|(name, weight)| (name.as_ref(), *weight));
        let only_left = unknown.chain(lacking.filter_map(|(id, _)| vocabulary.entry(*id)));
        let explanation = Explanation::of(shared, only_left.collect(), only_right, SHOWN_FEATURES);
        CorpusHit { hit, explanation }
    }

    fn vocabulary(&self) -> RwLockReadGuard<'_, Vocabulary> {
        self.vocabulary.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A scenario in a corpus' numbers, and the features that the corpus never met.
struct Prepared {
    query: Query,
    unknown: Vec<(Arc<str>, u16)>,
}

impl Resident for Corpus {
    fn bytes(&self) -> usize {
        let vocabulary = self.vocabulary();
        vocabulary.bytes() + self.weights.bytes() + self.index.snapshot().bytes()
    }
}

/// The best hits over several corpora, explained. The snapshots are taken before names are looked up: a
/// vocabulary only grows, so it knows every feature of a snapshot older than itself.
#[must_use]
pub fn search_corpora(corpora: &[&Corpus], scenario: ScenarioQuery<'_>, options: &SearchOptions) -> Vec<CorpusHit> {
    let snapshots: Vec<Arc<Snapshot>> = corpora.iter().map(|corpus| corpus.index.snapshot()).collect();
    let prepared: Vec<Prepared> = corpora.iter().map(|corpus| corpus.prepare(scenario)).collect();
    let queries = prepared.iter().map(|prepared| &prepared.query);
    let parts: Vec<(&Snapshot, &Query)> = snapshots.iter().map(Arc::as_ref).zip(queries).collect();
    let explained = search(&parts, options).into_iter().filter_map(|hit| {
        let (corpus, snapshot) = corpora.get(hit.corpus).zip(snapshots.get(hit.corpus))?;
        Some(corpus.explain_hit(snapshot, prepared.get(hit.corpus)?, hit))
    });
    explained.collect()
}

/// Builds a corpus from precedents pushed one by one.
#[derive(Debug)]
pub struct CorpusBuilder {
    weights: Arc<WeightTable>,
    vocabulary: Vocabulary,
    index: IndexBuilder,
}

impl CorpusBuilder {
    /// A builder under a frozen weight table.
    #[must_use]
    pub fn new(weights: Arc<WeightTable>) -> Self {
        Self {
            weights,
            vocabulary: Vocabulary::default(),
            index: IndexBuilder::default(),
        }
    }

    /// Takes one precedent; ids are distinct.
    pub fn push(&mut self, document: &Document<'_>) {
        let row = intern(&mut self.vocabulary, &self.weights, document.features);
        self.index.push(&row.record(document));
    }

    /// The corpus of what was pushed, standing at `revision`.
    #[must_use]
    pub fn finish(self, revision: u64) -> Corpus {
        Corpus::of(self.weights, self.vocabulary, self.index.finish(revision))
    }
}

/// A feature set as numbers.
struct Row {
    features: Vec<u32>,
    total_weight: u32,
}

impl Row {
    fn record<'a>(&'a self, document: &Document<'a>) -> Record<'a> {
        Record {
            id: document.id,
            rank: document.rank,
            attributes: document.attributes,
            features: &self.features,
            total_weight: self.total_weight,
        }
    }
}

fn intern(vocabulary: &mut Vocabulary, weights: &WeightTable, features: &FeatureSet) -> Row {
    let mut row = Row {
        features: Vec::with_capacity(features.len()),
        total_weight: 0,
    };
    for name in features.names() {
        let (id, weight) = vocabulary.intern(name, || weights.weight(name));
        row.features.push(id);
        row.total_weight = row.total_weight.saturating_add(weight.into());
    }
    row
}

fn named(vocabulary: &Vocabulary, features: &[u32]) -> FeatureSet {
    FeatureSet::from_names(features.iter().filter_map(|id| vocabulary.name(*id)))
}
