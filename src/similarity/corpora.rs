//! The corpora in memory: one a tenant and the public one, loaded when first asked for, kept up by the
//! change feed, leaving when memory runs short. Each carries the estimator over its decided precedents.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use prost::Message as _;
use uuid::Uuid;

use super::engine::weights::DocumentCounts;
use super::engine::{
    BaseTable, Change, Condition, Corpus, CorpusBuilder, Document, FeatureSet, Filter, RankKey, Residency, Resident,
    WeightTable,
};
use super::finder::model_version;
use super::scenario::{FACT_FIELDS, case_of, features_of_precedent, rank_of};
use super::store::{self, ChangeRow};
use crate::classification::estimate::{Case, CellModel, Estimator};
use crate::db::{Db, PLATFORM_TENANT};
use crate::proto::v1::{Precedent, SimilarityOptions};
use crate::registries::Registries;
use crate::rpc::error::{Error, Result};

/// Memory for corpora beside the public one.
pub const MEMORY_BUDGET_BYTES: usize = 2 << 30;

/// A corpus smaller than this keeps its weights, which rest on the shipped table then.
const OUTGROWN_FROM: usize = 1_000;

/// Attribute columns that filters read.
mod column {
    pub(super) const OUTCOME: usize = 0;
    pub(super) const TYPES: usize = 1;
    pub(super) const YEAR: usize = 2;
    pub(super) const PAYER: usize = 3;
    pub(super) const COUNT: usize = 4;
}

/// One corpus with what follows from it.
#[derive(Debug)]
pub struct Held {
    /// Searchable precedents.
    pub corpus: Corpus,
    /// Decided precedents, by id, as cases.
    cases: Mutex<HashMap<Uuid, Case>>,
    estimates: ArcSwap<Estimates>,
    /// Precedents that the weights were frozen over.
    frozen_over: usize,
    followed: tokio::sync::Mutex<i64>,
}

/// An estimator and the ids behind its cases.
pub struct Estimates {
    /// The estimator.
    pub estimator: Estimator,
    /// Ids of the cases, in the estimator's order.
    pub ids: Vec<Uuid>,
    /// The last year of its cases; 0 without any.
    pub as_of: i32,
}

impl std::fmt::Debug for Estimates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Estimates")
            .field("cases", &self.ids.len())
            .field("as_of", &self.as_of)
            .finish_non_exhaustive()
    }
}

impl Resident for Held {
    fn bytes(&self) -> usize {
        let cases = lock(&self.cases).len();
        self.corpus.bytes() + cases * 1_500
    }
}

impl Held {
    /// Whether the corpus has grown so far beyond what its weights were frozen over, as after an import,
    /// that they no longer tell what is rare: a new epoch begins then.
    fn is_outgrown(&self) -> bool {
        self.corpus.len() > OUTGROWN_FROM.max(2 * self.frozen_over)
    }

    /// The estimator over the decided precedents as they were last fitted.
    #[must_use]
    pub fn estimates(&self) -> Arc<Estimates> {
        self.estimates.load_full()
    }
}

/// Every corpus of the service.
#[derive(Debug)]
pub struct Corpora {
    db: Db,
    registries: Arc<Registries>,
    held: Residency<Uuid, Held>,
    loading: tokio::sync::Mutex<()>,
    changed: Mutex<HashSet<Uuid>>,
    /// Tenants whose corpus was ever loaded.
    known: Mutex<HashSet<Uuid>>,
    payers: Mutex<HashMap<String, u32>>,
}

impl Corpora {
    /// No corpus is loaded yet.
    #[must_use]
    pub fn new(db: Db, registries: Arc<Registries>) -> Self {
        Self {
            db,
            registries,
            held: Residency::new(MEMORY_BUDGET_BYTES),
            loading: tokio::sync::Mutex::new(()),
            changed: Mutex::default(),
            known: Mutex::default(),
            payers: Mutex::default(),
        }
    }

    /// Notes that a tenant's precedents changed.
    pub fn note_change(&self, tenant: Uuid) {
        lock(&self.changed).insert(tenant);
    }

    /// Notes that any might have changed: announcements were missed.
    pub fn note_all_changed(&self) {
        let mut changed = lock(&self.changed);
        changed.extend(lock(&self.known).iter());
    }

    /// The public corpus.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn public(&self) -> Result<Arc<Held>> {
        self.of(PLATFORM_TENANT, 0).await
    }

    /// A tenant's corpus, with every change up to `min_revision` at least.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(&self, tenant: Uuid, min_revision: i64) -> Result<Arc<Held>> {
        if let Some(held) = self.held.get(&tenant) {
            let is_changed = lock(&self.changed).remove(&tenant);
            if is_changed || *held.followed.lock().await <= min_revision && min_revision > 0 {
                self.refresh(tenant, &held).await?;
            }
            if !held.is_outgrown() {
                return Ok(held);
            }
        }
        let _one_at_a_time = self.loading.lock().await;
        if let Some(held) = self.held.get(&tenant).filter(|held| !held.is_outgrown()) {
            return Ok(held);
        }
        lock(&self.changed).remove(&tenant);
        let rows = store::changes(self.db.index(), tenant, 0).await?;
        let registries = self.registries.clone();
        let payers = self.numbers_of_payers(&rows)?;
        let held = tokio::task::spawn_blocking(move || build(rows, &registries, &payers))
            .await
            .map_err(|e| Error::internal(e.to_string()))??;
        self.note_weights(tenant, &held).await?;
        let held = Arc::new(held);
        self.held.insert(&tenant, held.clone());
        lock(&self.known).insert(tenant);
        Ok(held)
    }

    /// Notes the weights of a corpus before any answer names them.
    async fn note_weights(&self, tenant: Uuid, held: &Held) -> Result<()> {
        let weights = held.corpus.weights();
        let frozen_over = i64::try_from(held.frozen_over).unwrap_or(i64::MAX);
        let (version, sha256) = (model_version(weights), hex::encode(weights.digest()));
        store::note_weights(self.db.index(), tenant, &version, &sha256, frozen_over).await
    }

    /// Brings a corpus up to the database's present state.
    async fn refresh(&self, tenant: Uuid, held: &Arc<Held>) -> Result<()> {
        let mut since = held.followed.lock().await;
        let rows = match store::changes(self.db.index(), tenant, *since).await {
            Ok(rows) => rows,
            Err(error) => {
                self.note_change(tenant);
                return Err(error);
            }
        };
        let horizon = rows.first().map_or(*since, |row| row.horizon);
        let payers = self.numbers_of_payers(&rows)?;
        let entries = rows
            .into_iter()
            .filter_map(|row| Entry::of(row, &self.registries, &payers).transpose())
            .collect::<Result<Vec<_>>>()?;
        let changes: Vec<Change<'_>> = entries.iter().map(Entry::change).collect();
        held.corpus.apply(&changes, u64::try_from(horizon).unwrap_or(0));
        *since = horizon;
        if note_cases(&held.cases, entries) {
            refit(held.clone());
        }
        self.held.measure(&tenant);
        Ok(())
    }

    /// A number for each payer of the rows: filters compare numbers.
    fn numbers_of_payers(&self, rows: &[ChangeRow]) -> Result<HashMap<String, u32>> {
        let mut numbers = lock(&self.payers);
        for row in rows {
            if let Some(content) = &row.content {
                let precedent = Precedent::decode(content.as_slice()).map_err(Error::internal)?;
                let payer = precedent.scenario.and_then(|s| s.payer).unwrap_or_default().payer_id;
                let next = u32::try_from(numbers.len() + 1).unwrap_or(u32::MAX);
                numbers.entry(payer).or_insert(next);
            }
        }
        Ok(numbers.clone())
    }

    /// The filter of a request; `None` when nothing can pass it.
    pub fn filter(&self, options: &SimilarityOptions) -> Option<Filter> {
        let mut conditions = Vec::new();
        if !options.outcomes.is_empty() {
            let values = options.outcomes.iter().filter_map(|o| u32::try_from(*o).ok()).collect();
            conditions.push(Condition::OneOf {
                column: column::OUTCOME,
                values,
            });
        }
        if !options.denial_types.is_empty() {
            conditions.push(Condition::AnyBit {
                column: column::TYPES,
                bits: type_bits(&options.denial_types),
            });
        }
        if options.event_year_from != 0 || options.event_year_to != 0 {
            let low = u32::try_from(options.event_year_from).unwrap_or(0).max(1);
            let high = u32::try_from(options.event_year_to)
                .ok()
                .filter(|y| *y != 0)
                .unwrap_or(u32::MAX);
            conditions.push(Condition::Between {
                column: column::YEAR,
                low,
                high,
            });
        }
        if !options.payer_id.is_empty() {
            let number = *lock(&self.payers).get(&options.payer_id)?;
            conditions.push(Condition::OneOf {
                column: column::PAYER,
                values: vec![number],
            });
        }
        Some(Filter(conditions))
    }
}

/// A precedent as the corpus takes it.
struct Entry {
    id: Uuid,
    content: Option<(Precedent, RankKey, [u32; column::COUNT], FeatureSet)>,
}

impl Entry {
    /// What a changed row means: in, or out when it is not one that may be found.
    fn of(row: ChangeRow, registries: &Registries, payers: &HashMap<String, u32>) -> Result<Option<Self>> {
        let Some(id) = row.id else { return Ok(None) };
        let Some(content) = row.content else {
            return Ok(Some(Self { id, content: None }));
        };
        let precedent = Precedent::decode(content.as_slice()).map_err(Error::internal)?;
        let rank = rank_of(&precedent, row.reuse_count.unwrap_or(0));
        let features = features_of_precedent(&precedent, registries);
        let attributes = attributes(&precedent, payers);
        Ok(Some(Self {
            id,
            content: Some((precedent, rank, attributes, features)),
        }))
    }

    fn change(&self) -> Change<'_> {
        match self.document() {
            Some(document) => Change::Put(document),
            None => Change::Remove(self.id),
        }
    }

    fn document(&self) -> Option<Document<'_>> {
        let (_, rank, attributes, features) = self.content.as_ref()?;
        Some(Document {
            id: self.id,
            rank: *rank,
            attributes,
            features,
        })
    }
}

fn attributes(precedent: &Precedent, payers: &HashMap<String, u32>) -> [u32; column::COUNT] {
    let scenario = precedent.scenario.clone().unwrap_or_default();
    let payer = scenario.payer.unwrap_or_default().payer_id;
    [
        u32::try_from(precedent.outcome).unwrap_or(0),
        type_bits(&scenario.denial_types),
        u32::try_from(precedent.event_year).unwrap_or(0),
        payers.get(&payer).copied().unwrap_or(0),
    ]
}

fn type_bits(types: &[i32]) -> u32 {
    types
        .iter()
        .filter(|t| (0..32).contains(*t))
        .fold(0, |bits, t| bits | 1 << t)
}

/// A corpus from all rows of a tenant.
fn build(rows: Vec<ChangeRow>, registries: &Registries, payers: &HashMap<String, u32>) -> Result<Held> {
    let horizon = rows.first().map_or(0, |row| row.horizon);
    let entries = rows
        .into_iter()
        .filter_map(|row| Entry::of(row, registries, payers).transpose())
        .collect::<Result<Vec<_>>>()?;
    let mut counts = DocumentCounts::default();
    for document in entries.iter().filter_map(Entry::document) {
        counts.add(document.features);
    }
    // Named by what was counted and nothing else: a transaction's number would tell of other tenants' writes.
    let counted = entries.iter().filter_map(Entry::document).count();
    let weights = Arc::new(WeightTable::freeze(
        BaseTable::shipped(),
        &counts,
        u64::try_from(counted).unwrap_or(0),
    ));
    let mut builder = CorpusBuilder::new(weights);
    for document in entries.iter().filter_map(Entry::document) {
        builder.push(&document);
    }
    let corpus = builder.finish(u64::try_from(horizon).unwrap_or(0));
    let frozen_over = corpus.len();
    let cases = Mutex::default();
    note_cases(&cases, entries);
    let estimates = ArcSwap::from_pointee(fit(&lock(&cases)));
    Ok(Held {
        corpus,
        cases,
        estimates,
        frozen_over,
        followed: tokio::sync::Mutex::new(horizon),
    })
}

/// Takes the decided precedents among the entries over; tells whether any case changed.
fn note_cases(cases: &Mutex<HashMap<Uuid, Case>>, entries: Vec<Entry>) -> bool {
    let mut cases = lock(cases);
    let mut is_changed = false;
    for Entry { id, content } in entries {
        let case = content.and_then(|(precedent, ..)| case_of(&precedent));
        is_changed |= match case {
            Some(case) => cases.insert(id, case.clone()).as_ref() != Some(&case),
            None => cases.remove(&id).is_some(),
        };
    }
    is_changed
}

/// Fits the estimator anew, off the calls' path.
fn refit(held: Arc<Held>) {
    tokio::task::spawn_blocking(move || {
        let cases = lock(&held.cases).clone();
        held.estimates.store(Arc::new(fit(&cases)));
    });
}

/// An estimator over cases in the order of their ids, so that the same cases give the same one.
fn fit(cases: &HashMap<Uuid, Case>) -> Estimates {
    let mut ids: Vec<Uuid> = cases.keys().copied().collect();
    ids.sort_unstable();
    let ordered: Vec<Case> = ids.iter().filter_map(|id| cases.get(id).cloned()).collect();
    let as_of = ordered.iter().map(|case| case.year).max().unwrap_or(0);
    Estimates {
        estimator: Estimator::fit(&ordered, CellModel::of_fields(FACT_FIELDS), as_of),
        ids,
        as_of,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
