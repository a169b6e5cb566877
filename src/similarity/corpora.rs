//! The corpora in memory: one a tenant and the public one, loaded when first asked for, kept up by the
//! change feed, leaving when memory runs short. Each carries the estimator over its decided precedents.

use std::collections::HashSet;
use std::num::NonZero;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures_util::{StreamExt as _, TryStreamExt as _};
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

use super::engine::{BaseTable, Change, Corpus, CorpusGatherer, FeatureSet, Filter, Residency, Resident};
use super::entry::{Entry, PayerNumbers};
use super::estimates::{Estimates, Fitted};
use super::finder::model_version;
use super::store::{self, ChangeRow};
use crate::db::{Db, PLATFORM_TENANT};
use crate::proto::v1::SimilarityOptions;
use crate::registries::Registries;
use crate::rpc::error::{Error, Result};

/// A corpus smaller than this keeps its weights, which rest on the shipped table then.
const OUTGROWN_FROM: usize = 1_000;

/// Rows that are understood together while a corpus is loaded: gathering them takes about a millisecond.
const CHUNK_ROWS: usize = 250;

/// Rows whose features are kept by one statement.
const KEPT_ROWS: usize = 1_000;

/// How long fits of one corpus rest, as a multiple of what the last one took: with very many precedents, each
/// recorded outcome would otherwise keep a core busy.
const REST_AFTER_FIT: u32 = 9;

/// One corpus with what follows from it.
#[derive(Debug)]
pub struct Held {
    /// Searchable precedents.
    pub corpus: Corpus,
    estimates: Fitted,
    /// Precedents that the weights were frozen over.
    frozen_over: usize,
    followed: tokio::sync::Mutex<i64>,
}

impl Resident for Held {
    fn bytes(&self) -> usize {
        self.corpus.bytes() + self.estimates.bytes()
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
        self.estimates.last().await
    }
}

/// What a load and the fits under way take at least, and the part of a large budget that is kept for them: nothing else accounts for it.
const LOADS_BYTES: usize = 32 << 20;
const LOADS_PART: usize = 8;

/// What of a budget is for corpora and estimators that are held; never less than half.
fn for_held(budget_bytes: usize) -> usize {
    let for_loads = LOADS_BYTES.max(budget_bytes / LOADS_PART);
    budget_bytes - for_loads.min(budget_bytes / 2)
}

/// Every corpus of the service.
#[derive(Debug)]
pub struct Corpora {
    db: Db,
    registries: Arc<Registries>,
    held: Arc<Residency<Uuid, Held>>,
    loading: tokio::sync::Mutex<()>,
    /// Fits take turns, one a core: each takes a core, and memory beyond what the corpus is accounted for.
    fits: Arc<Semaphore>,
    changed: Mutex<HashSet<Uuid>>,
    /// Tenants whose corpus was ever loaded.
    known: Mutex<HashSet<Uuid>>,
    payers: Arc<PayerNumbers>,
}

impl Corpora {
    /// No corpus is loaded yet; corpora and what loads them take at most `budget_bytes` later, but for a corpus that is larger
    /// by itself.
    #[must_use]
    pub fn new(db: Db, registries: Arc<Registries>, budget_bytes: usize) -> Self {
        Self {
            db,
            registries,
            held: Arc::new(Residency::new(for_held(budget_bytes))),
            loading: tokio::sync::Mutex::new(()),
            fits: Arc::new(Semaphore::new(cores())),
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
        self.held.insert(&tenant, held.clone());
        refit(self.held.clone(), self.fits.clone(), tenant, &held);
        lock(&self.known).insert(tenant);
        Ok(held)
    }

    /// Reads a tenant's corpus: rows come in chunks, each is understood on a thread of its own, as many at a
    /// time as the machine has cores, and gathered on another. No more than these chunks are ever in memory.
    async fn load(&self, tenant: Uuid) -> Result<Held> {
        let at_a_time = cores();
        let understood = store::changes(self.db.index(), tenant, 0)
            .try_chunks(CHUNK_ROWS)
            .map(|rows| self.understand(rows.map_err(|e| e.1)))
            .buffered(at_a_time);
        let mut chunks = pin!(understood);
        let (sender, mut understood) = mpsc::channel(at_a_time);
        let gathering = tokio::task::spawn_blocking(move || {
            let mut gathering = Gathering::default();
            while let Some(chunk) = understood.blocking_recv() {
                gathering.take(chunk);
            }
            gathering.finish()
        });
        while let Some(chunk) = chunks.next().await {
            sender.send(chunk?).await.map_err(Error::internal)?;
        }
        drop(sender);
        let (held, understood) = gathering.await.map_err(|e| Error::internal(e.to_string()))?;
        self.keep(tenant, understood);
        Ok(held)
    }

    /// Puts features made anew beside their records, off the calls' path. Where this fails, the next load makes
    /// them once more.
    fn keep(&self, tenant: Uuid, understood: Vec<(Uuid, i64, FeatureSet)>) {
        if understood.is_empty() {
            return;
        }
        let pool = self.db.index().clone();
        tokio::spawn(async move {
            for batch in understood.chunks(KEPT_ROWS) {
                if let Err(error) = store::note_features(&pool, tenant, batch).await {
                    tracing::warn!(target: "stratum::similarity", %error, "features can't be kept beside their records");
                    return;
                }
            }
            tracing::info!(target: "stratum::similarity", rows = understood.len(), "features were made anew and kept");
        });
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
        let changed = self.changed_since(tenant, *since).await;
        let Chunk { horizon, entries } = changed.inspect_err(|_| self.note_change(tenant))?;
        let changes: Vec<Change<'_>> = entries.iter().map(Entry::change).collect();
        let is_changed = !changes.iter().all(|change| held.corpus.has_as_it_is(change));
        held.corpus.apply(&changes, u64::try_from(horizon).unwrap_or(0));
        *since = horizon;
        if is_changed {
            refit(self.held.clone(), self.fits.clone(), tenant, held);
        }
        self.held.measure(&tenant);
        Ok(())
    }

    async fn changed_since(&self, tenant: Uuid, since: i64) -> Result<Chunk> {
        let rows = store::changes(self.db.index(), tenant, since).try_collect().await?;
        chunk(rows, &self.registries, &self.payers)
    }
}

/// Entries that came together.
struct Chunk {
    horizon: i64,
    entries: Vec<Entry>,
}

fn chunk(rows: Vec<ChangeRow>, registries: &Registries, payers: &PayerNumbers) -> Result<Chunk> {
    // A row comes even where nothing changed.
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
    /// Features that were not kept yet, with the ids and versions of their records.
    understood: Vec<(Uuid, i64, FeatureSet)>,
    horizon: i64,
}

impl Gathering {
    fn take(&mut self, Chunk { horizon, entries }: Chunk) {
        self.horizon = horizon;
        for mut entry in entries {
            if let Some(document) = entry.document() {
                self.corpus.push(&document);
            }
            let understood = entry.take_understood();
            self.understood
                .extend(understood.map(|(version, features)| (entry.id, version, features)));
        }
    }

    fn finish(self) -> (Held, Vec<(Uuid, i64, FeatureSet)>) {
        let revision = u64::try_from(self.horizon).unwrap_or(0);
        let corpus = self.corpus.finish(BaseTable::shipped(), revision);
        let held = Held {
            frozen_over: corpus.len(),
            corpus,
            estimates: Fitted::default(),
            followed: tokio::sync::Mutex::new(self.horizon),
        };
        (held, self.understood)
    }
}

/// Fits the estimator of a corpus anew, off the calls' path and when its turn comes: what changes meanwhile is
/// fitted once, later. A corpus that leaves memory before its turn or while it rests is not kept there by this.
fn refit(residency: Arc<Residency<Uuid, Held>>, turns: Arc<Semaphore>, tenant: Uuid, held: &Arc<Held>) {
    if !held.estimates.begins() {
        return;
    }
    let weak = Arc::downgrade(held);
    tokio::spawn(async move {
        loop {
            // Nobody closes it.
            let Ok(turn) = turns.acquire().await else { return };
            let Some(held) = weak.upgrade() else { return };
            let started = Instant::now();
            let contents = held.corpus.contents();
            match tokio::task::spawn_blocking(move || Estimates::fit(&contents)).await {
                Ok(estimates) => held.estimates.put(estimates),
                Err(error) => tracing::error!(target: "stratum::similarity", is_panic = error.is_panic(),
                    "the estimator can't be fitted"),
            }
            drop(turn);
            residency.measure(&tenant);
            drop(held);
            tokio::time::sleep(started.elapsed() * REST_AFTER_FIT).await;
            let Some(held) = weak.upgrade() else { return };
            if !held.estimates.goes_on() {
                return;
            }
        }
    });
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZero::get)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_have_room_in_every_budget_and_what_is_held_has_half() {
        let mib = |mib: usize| mib << 20;
        assert_eq!(for_held(mib(16)), mib(8));
        assert_eq!(for_held(mib(64)), mib(32));
        assert_eq!(for_held(mib(96)), mib(64));
        assert_eq!(for_held(mib(2_048)), mib(1_792));
    }
}
