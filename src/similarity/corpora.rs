//! The corpora in memory: one a tenant and the public one, loaded when first asked for, kept up by the
//! change feed, leaving when memory runs short. Each carries the estimator over its decided precedents.

use std::collections::{HashMap, HashSet};
use std::num::NonZero;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::sync::watch;
use uuid::Uuid;

use super::engine::{BaseTable, Change, Corpus, CorpusGatherer, Filter, Residency, Resident};
use super::entry::{Entry, PayerNumbers};
use super::finder::model_version;
use super::scenario::FACT_FIELDS;
use super::store::{self, ChangeRow};
use crate::classification::estimate::{Case, CellModel, Estimator};
use crate::db::{Db, PLATFORM_TENANT};
use crate::proto::v1::SimilarityOptions;
use crate::registries::Registries;
use crate::rpc::error::{Error, Result};

/// Memory for corpora beside the public one.
pub const MEMORY_BUDGET_BYTES: usize = 2 << 30;

/// A corpus smaller than this keeps its weights, which rest on the shipped table then.
const OUTGROWN_FROM: usize = 1_000;

/// Rows that are understood together while a corpus is loaded: gathering them takes about a millisecond.
const CHUNK_ROWS: usize = 250;
/// How long fits of one corpus rest, as a multiple of what the last one took: with very many precedents, each
/// recorded outcome would otherwise keep a core busy.
const REST_AFTER_FIT: u32 = 9;

/// One corpus with what follows from it.
#[derive(Debug)]
pub struct Held {
    /// Searchable precedents.
    pub corpus: Corpus,
    /// Decided precedents, by id, as cases.
    cases: Mutex<HashMap<Uuid, Case>>,
    /// None until the first are fitted.
    estimates: watch::Sender<Option<Arc<Estimates>>>,
    fitting: Mutex<Fitting>,
    /// Precedents that the weights were frozen over.
    frozen_over: usize,
    followed: tokio::sync::Mutex<i64>,
}

/// Whether the estimator is being fitted (or rests after that), and cases have changed since it began.
#[derive(Debug, Default)]
struct Fitting {
    is_running: bool,
    is_stale: bool,
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
    /// None but the caller's deadline, which also ends the wait for a fit that failed.
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

    /// Reads a tenant's corpus: rows come in chunks, each is understood on a thread of its own, as many at a
    /// time as the machine has cores, and gathered in its turn. No more than these chunks are ever in memory.
    async fn load(&self, tenant: Uuid) -> Result<Held> {
        let at_a_time = std::thread::available_parallelism().map_or(1, NonZero::get);
        let understood = store::changes(self.db.index(), tenant, 0)
            .try_chunks(CHUNK_ROWS)
            .map(|rows| self.understand(rows.map_err(|e| e.1)))
            .buffered(at_a_time);
        let mut chunks = pin!(understood);
        let mut gathering = Gathering::default();
        while let Some(chunk) = chunks.next().await {
            gathering.take(chunk?);
        }
        let held = tokio::task::spawn_blocking(|| gathering.finish()).await;
        held.map_err(|e| Error::internal(e.to_string()))
    }

    /// A chunk of rows as entries, and its horizon.
    fn understand(&self, rows: sqlx::Result<Vec<ChangeRow>>) -> impl Future<Output = Result<Chunk>> + use<> {
        let (registries, payers) = (self.registries.clone(), self.payers.clone());
        let understanding = rows.map(|rows| tokio::task::spawn_blocking(move || chunk(rows, &registries, &payers)));
        async move { understanding?.await.map_err(|e| Error::internal(e.to_string()))? }
    }

    /// Notes the weights of a corpus before any answer names them.
    async fn note_weights(&self, tenant: Uuid, held: &Held) -> Result<()> {
        let weights = held.corpus.weights();
        let frozen_over = i64::try_from(held.frozen_over).unwrap_or(i64::MAX);
        let (version, sha256) = (model_version(weights), hex::encode(weights.digest()));
        store::note_weights(self.db.index(), tenant, &version, &sha256, frozen_over).await
    }

    /// The filter of a request; `None` when nothing can pass it.
    pub fn filter(&self, options: &SimilarityOptions) -> Option<Filter> {
        self.payers.filter(options)
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
}

/// Entries that came together.
struct Chunk {
    horizon: i64,
    entries: Vec<Entry>,
}

fn chunk(rows: Vec<ChangeRow>, registries: &Registries, payers: &PayerNumbers) -> Result<Chunk> {
    let horizon = rows.first().map_or(0, |row| row.horizon);
    let entries = rows
        .into_iter()
        .filter_map(|row| Entry::of(row, registries, payers).transpose())
        .collect::<Result<_>>()?;
    Ok(Chunk { horizon, entries })
}

/// A corpus on its way, from entries in the order of their ids.
#[derive(Default)]
struct Gathering {
    corpus: CorpusGatherer,
    cases: HashMap<Uuid, Case>,
    horizon: i64,
}

impl Gathering {
    fn take(&mut self, Chunk { horizon, entries }: Chunk) {
        self.horizon = horizon;
        for entry in entries {
            if let Some(document) = entry.document() {
                self.corpus.push(&document);
            }
            note_case(&mut self.cases, entry.id, entry.case);
        }
    }

    fn finish(self) -> Held {
        let revision = u64::try_from(self.horizon).unwrap_or(0);
        let corpus = self.corpus.finish(BaseTable::shipped(), revision);
        Held {
            frozen_over: corpus.len(),
            corpus,
            cases: Mutex::new(self.cases),
            estimates: watch::Sender::new(None),
            fitting: Mutex::default(),
            followed: tokio::sync::Mutex::new(self.horizon),
        }
    }
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

/// Fits the estimator anew, off the calls' path: what changes meanwhile is fitted once, later.
fn refit(mut held: Arc<Held>) {
    {
        let mut fitting = lock(&held.fitting);
        if fitting.is_running {
            fitting.is_stale = true;
            return;
        }
        fitting.is_running = true;
    }
    tokio::spawn(async move {
        loop {
            let started = Instant::now();
            let fitted = {
                let held = held.clone();
                tokio::task::spawn_blocking(move || {
                    // Copied, so that nobody waits for the lock while it is fitted.
                    let cases = lock(&held.cases).clone();
                    fit(&cases)
                })
                .await
            };
            match fitted {
                Ok(estimates) => drop(held.estimates.send_replace(Some(Arc::new(estimates)))),
                Err(error) => tracing::error!(target: "stratum::similarity", is_panic = error.is_panic(),
                    "the estimator can't be fitted"),
            }
            // A corpus that leaves memory meanwhile is not kept there by this.
            let resting = Arc::downgrade(&held);
            drop(held);
            tokio::time::sleep(started.elapsed() * REST_AFTER_FIT).await;
            let Some(back) = resting.upgrade() else { return };
            held = back;
            let mut fitting = lock(&held.fitting);
            if !std::mem::take(&mut fitting.is_stale) {
                fitting.is_running = false;
                return;
            }
        }
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
