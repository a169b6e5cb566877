//! The corpora in memory: one a tenant and the public one, loaded when first asked for, kept up by the
//! change feed, leaving when memory runs short. Each carries the estimator over its decided precedents.

use std::collections::{HashMap, HashSet};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{StreamExt as _, TryStreamExt as _};
use prost::Message as _;
use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::engine::{
    BaseTable, Change, Condition, Corpus, CorpusGatherer, Document, FeatureSet, Filter, RankKey, Residency, Resident,
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

/// Rows that are taken up together while a corpus is loaded, and how many such chunks may wait.
const CHUNK_ROWS: usize = 500;
const CHUNKS_WAITING: usize = 4;

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
    /// None until the first are fitted.
    estimates: watch::Sender<Option<Arc<Estimates>>>,
    fitting: Mutex<()>,
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

    /// The estimator over the decided precedents as they were last fitted; waits for the first fit, which
    /// goes on when the caller's deadline passes.
    ///
    /// # Errors
    /// When the fit failed.
    pub async fn estimates(&self) -> Result<Arc<Estimates>> {
        let mut fitted = self.estimates.subscribe();
        let first = fitted.wait_for(Option::is_some).await;
        let first = first.map_err(|_gone| Error::internal("the estimator was not fitted"))?;
        first
            .clone()
            .ok_or_else(|| Error::internal("the estimator was not fitted"))
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
    payers: Arc<PayerNumbers>,
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
            payers: Arc::default(),
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
        let held = Arc::new(self.load(tenant).await?);
        self.note_weights(tenant, &held).await?;
        refit(held.clone());
        self.held.insert(&tenant, held.clone());
        lock(&self.known).insert(tenant);
        Ok(held)
    }

    /// Reads a tenant's corpus while what has come is taken up on another thread, so that no more than a few
    /// chunks of rows are ever in memory.
    async fn load(&self, tenant: Uuid) -> Result<Held> {
        let (chunks, arriving) = mpsc::channel(CHUNKS_WAITING);
        let (registries, payers) = (self.registries.clone(), self.payers.clone());
        let gathering = tokio::task::spawn_blocking(move || gather(arriving, &registries, &payers));
        let mut rows = pin!(store::changes(self.db.index(), tenant, 0).try_chunks(CHUNK_ROWS));
        while let Some(chunk) = rows.next().await {
            // The thread stops listening when it fails, and says why below.
            if chunks.send(chunk.map_err(|e| e.1)?).await.is_err() {
                break;
            }
        }
        drop(chunks);
        gathering.await.map_err(|e| Error::internal(e.to_string()))?
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
        let rows: Vec<ChangeRow> = match store::changes(self.db.index(), tenant, *since).try_collect().await {
            Ok(rows) => rows,
            Err(error) => {
                self.note_change(tenant);
                return Err(error.into());
            }
        };
        let horizon = rows.first().map_or(*since, |row| row.horizon);
        let entries = rows
            .into_iter()
            .filter_map(|row| Entry::of(row, &self.registries, &self.payers).transpose())
            .collect::<Result<Vec<_>>>()?;
        let changes: Vec<Change<'_>> = entries.iter().map(Entry::change).collect();
        held.corpus.apply(&changes, u64::try_from(horizon).unwrap_or(0));
        *since = horizon;
        let is_changed = {
            let mut cases = lock(&held.cases);
            // Every entry, whether or not one before changed anything.
            entries.into_iter().fold(false, |is_changed, entry| {
                note_case(&mut cases, entry.id, entry.case) | is_changed
            })
        };
        if is_changed {
            refit(held.clone());
        }
        self.held.measure(&tenant);
        Ok(())
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
            let number = self.payers.known(&options.payer_id)?;
            conditions.push(Condition::OneOf {
                column: column::PAYER,
                values: vec![number],
            });
        }
        Some(Filter(conditions))
    }
}

/// A number for each payer met: filters compare numbers. 0 is no payer.
#[derive(Debug, Default)]
struct PayerNumbers(Mutex<HashMap<String, u32>>);

impl PayerNumbers {
    fn known(&self, payer_id: &str) -> Option<u32> {
        lock(&self.0).get(payer_id).copied()
    }

    fn of(&self, payer_id: &str) -> u32 {
        if payer_id.is_empty() {
            return 0;
        }
        let mut numbers = lock(&self.0);
        if let Some(number) = numbers.get(payer_id) {
            return *number;
        }
        let next = u32::try_from(numbers.len() + 1).unwrap_or(u32::MAX);
        numbers.insert(payer_id.to_owned(), next);
        next
    }
}

/// A changed precedent as the corpus takes it.
struct Entry {
    id: Uuid,
    /// None when it is not one that may be found.
    found: Option<(RankKey, [u32; column::COUNT], FeatureSet)>,
    /// None when it is not decided.
    case: Option<Case>,
}

impl Entry {
    /// What a changed row means; none when it says no more than the horizon.
    fn of(row: ChangeRow, registries: &Registries, payers: &PayerNumbers) -> Result<Option<Self>> {
        let Some(id) = row.id else { return Ok(None) };
        let Some(content) = row.content else {
            return Ok(Some(Self {
                id,
                found: None,
                case: None,
            }));
        };
        let precedent = Precedent::decode(content.as_slice()).map_err(Error::internal)?;
        let rank = rank_of(&precedent, row.reuse_count.unwrap_or(0));
        let features = features_of_precedent(&precedent, registries);
        Ok(Some(Self {
            id,
            found: Some((rank, attributes(&precedent, payers), features)),
            case: case_of(&precedent),
        }))
    }

    fn change(&self) -> Change<'_> {
        match self.document() {
            Some(document) => Change::Put(document),
            None => Change::Remove(self.id),
        }
    }

    fn document(&self) -> Option<Document<'_>> {
        let (rank, attributes, features) = self.found.as_ref()?;
        Some(Document {
            id: self.id,
            rank: *rank,
            attributes,
            features,
        })
    }
}

fn attributes(precedent: &Precedent, payers: &PayerNumbers) -> [u32; column::COUNT] {
    let scenario = precedent.scenario.as_ref();
    let payer = scenario.and_then(|s| s.payer.as_ref());
    [
        u32::try_from(precedent.outcome).unwrap_or(0),
        scenario.map_or(0, |s| type_bits(&s.denial_types)),
        u32::try_from(precedent.event_year).unwrap_or(0),
        payer.map_or(0, |p| payers.of(&p.payer_id)),
    ]
}

fn type_bits(types: &[i32]) -> u32 {
    types
        .iter()
        .filter(|t| (0..32).contains(*t))
        .fold(0, |bits, t| bits | 1 << t)
}

/// A corpus from the rows of a tenant, in the order of their ids.
fn gather(
    mut arriving: mpsc::Receiver<Vec<ChangeRow>>,
    registries: &Registries,
    payers: &PayerNumbers,
) -> Result<Held> {
    let mut gatherer = CorpusGatherer::default();
    let mut cases = HashMap::new();
    let mut horizon = 0;
    while let Some(rows) = arriving.blocking_recv() {
        for row in rows {
            horizon = row.horizon;
            let Some(entry) = Entry::of(row, registries, payers)? else {
                continue;
            };
            if let Some(document) = entry.document() {
                gatherer.push(&document);
            }
            note_case(&mut cases, entry.id, entry.case);
        }
    }
    let corpus = gatherer.finish(BaseTable::shipped(), u64::try_from(horizon).unwrap_or(0));
    let frozen_over = corpus.len();
    Ok(Held {
        corpus,
        cases: Mutex::new(cases),
        estimates: watch::Sender::new(None),
        fitting: Mutex::default(),
        frozen_over,
        followed: tokio::sync::Mutex::new(horizon),
    })
}

/// Takes over whether a precedent is decided, and how; tells whether that changed anything.
fn note_case(cases: &mut HashMap<Uuid, Case>, id: Uuid, case: Option<Case>) -> bool {
    match case {
        Some(case) if cases.get(&id) == Some(&case) => false,
        Some(case) => {
            cases.insert(id, case);
            true
        }
        None => cases.remove(&id).is_some(),
    }
}

/// Fits the estimator anew, off the calls' path.
fn refit(held: Arc<Held>) {
    tokio::task::spawn_blocking(move || {
        // One at a time, so that the last to be fitted is over the latest cases.
        let _turn = lock(&held.fitting);
        let cases = lock(&held.cases).clone();
        held.estimates.send_replace(Some(Arc::new(fit(&cases))));
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
