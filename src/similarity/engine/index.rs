//! One corpus as numbers: immutable segments behind an atomically swapped snapshot.
//!
//! A write never changes what a reader sees: it builds a small segment, marks the records it replaces as dead
//! in new bitmaps, and swaps the snapshot. Small segments are merged into larger ones, at most up to one
//! segment's capacity, so that no write rewrites more than 65,536 records.

use std::collections::HashMap;

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use uuid::Uuid;

use super::kernel::{self, Search};
use super::query::{Query, SearchOptions};
use super::rank::{Best, Hit, Order, Place, RankKey, Score};
use super::segment::{CAPACITY, Qualities, Segment, SegmentBuilder};

/// Two segments are merged when the larger has fewer records than this many times the smaller.
const MERGE_FACTOR: usize = 4;

/// One record as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Who it is; a later record of the same id replaces it.
    pub id: Uuid,
    /// What decides between equal scores.
    pub rank: RankKey,
    /// Attribute columns, for filters.
    pub attributes: &'a [u32],
    /// Features, each once, in any order.
    pub features: &'a [u32],
    /// Sum of the weights of the features, as queries weigh them; below 2³⁰.
    pub total_weight: u32,
}

/// A segment and which of its records still stand.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub(super) segment: Arc<Segment>,
    /// Its position in its snapshot.
    pub(super) number: usize,
    dead: Option<Arc<[u64]>>,
    alive: usize,
}

impl Live {
    fn new(segment: Segment) -> Self {
        let alive = segment.len();
        Self {
            segment: Arc::new(segment),
            number: 0,
            dead: None,
            alive,
        }
    }

    pub(super) fn is_alive(&self, slot: usize) -> bool {
        let word = self.dead.as_ref().and_then(|dead| dead.get(slot >> 6));
        word.is_none_or(|word| word >> (slot & 63) & 1 == 0)
    }

    fn find(&self, id: Uuid) -> Option<usize> {
        self.segment.find(id).filter(|slot| self.is_alive(*slot))
    }

    /// Marks slots as dead; the old snapshot keeps its own bitmap.
    fn bury(&mut self, slots: &[usize]) {
        let words = self.segment.len().div_ceil(64);
        let mut dead = self.dead.as_ref().map_or_else(|| vec![0; words], |dead| dead.to_vec());
        for slot in slots {
            if let Some(word) = dead.get_mut(slot >> 6) {
                *word |= 1 << (slot & 63);
            }
        }
        let buried: usize = dead.iter().map(|word| word.count_ones() as usize).sum();
        self.alive = self.segment.len() - buried;
        self.dead = Some(dead.into());
    }

    fn bytes(&self) -> usize {
        self.segment.bytes() + self.dead.as_ref().map_or(0, |dead| dead.len() * size_of::<u64>())
    }
}

/// What a search sees from beginning to end, whatever is written meanwhile.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    segments: Vec<Live>,
    revision: u64,
}

impl Snapshot {
    fn new(mut segments: Vec<Live>, revision: u64) -> Self {
        for (number, live) in segments.iter_mut().enumerate() {
            live.number = number;
        }
        Self { segments, revision }
    }

    /// The features of a record found in this snapshot.
    pub(super) fn row_at(&self, place: Place) -> &[u32] {
        let live = self.segments.get(place.segment);
        live.map_or(&[], |live| live.segment.row(place.slot))
    }

    /// Every record that stands: its segment and its slot there.
    pub(super) fn living(&self) -> impl Iterator<Item = (&Live, usize)> {
        self.segments.iter().flat_map(|live| {
            let slots = (0..live.segment.len()).filter(|slot| live.is_alive(*slot));
            slots.map(move |slot| (live, slot))
        })
    }

    /// A record, if it stands.
    pub(super) fn record(&self, id: Uuid) -> Option<(&Live, usize)> {
        self.segments.iter().find_map(|live| Some((live, live.find(id)?)))
    }

    /// The revision of the last write in it.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.segments.iter().map(|live| live.alive).sum()
    }

    /// Whether there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many segments hold them: a measure of how merged the index is.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Memory held, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.segments.iter().map(|live| size_of::<Live>() + live.bytes()).sum()
    }

    /// The features of a record.
    #[must_use]
    pub fn features_of(&self, id: Uuid) -> Option<&[u32]> {
        self.record(id).map(|(live, slot)| live.segment.row(slot))
    }

    fn qualities(&self) -> Qualities {
        let mut all = Qualities::default();
        for live in &self.segments {
            all.merge(live.segment.qualities());
        }
        all
    }
}

/// The best hits over several corpora, each with the query in its own terms. `Hit::corpus` is the position in
/// `parts`. Scores are compared across corpora as they are: each is exact under its own corpus' weights.
#[must_use]
pub fn search(parts: &[(&Snapshot, &Query)], options: &SearchOptions) -> Vec<Hit> {
    match options.order {
        Order::Similarity => search_quality(parts, options, None, options.limit),
        Order::Outcome => search_by_outcome(parts, options),
    }
}

/// One exact search for each outcome quality, from the best down, until there are enough hits.
fn search_by_outcome(parts: &[(&Snapshot, &Query)], options: &SearchOptions) -> Vec<Hit> {
    let mut qualities = Qualities::default();
    for (snapshot, _) in parts {
        qualities.merge(snapshot.qualities());
    }
    let mut hits = Vec::new();
    for quality in qualities.descending() {
        let missing = options.limit.saturating_sub(hits.len());
        hits.extend(search_quality(parts, options, Some(quality), missing));
    }
    hits
}

fn search_quality(
    parts: &[(&Snapshot, &Query)],
    options: &SearchOptions,
    quality: Option<u8>,
    limit: usize,
) -> Vec<Hit> {
    if limit == 0 {
        return Vec::new();
    }
    let mut best = Best::new(limit);
    best.assume(Score::below(options.min_score));
    let searches = parts.iter().enumerate().map(|(corpus, (snapshot, query))| {
        let search = Search {
            query,
            options,
            quality,
            corpus,
        };
        (search, snapshot.segments.as_slice())
    });
    kernel::run(&searches.collect::<Vec<_>>(), &mut best);
    best.into_sorted()
}

/// A corpus that is read and written at the same time.
#[derive(Debug, Default)]
pub struct Index {
    current: RwLock<Arc<Snapshot>>,
    writer: Mutex<()>,
}

impl Index {
    /// What is there now.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Removes some records and puts others in, in one step for every reader. A record put twice is taken as it
    /// came last; putting an id that exists replaces it. Writers wait for each other, readers for nobody.
    pub fn apply(&self, removed: &[Uuid], put: &[Record<'_>], revision: u64) {
        let _one_writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut segments = self.snapshot().segments.clone();
        let last: HashMap<Uuid, usize> = put.iter().enumerate().map(|(at, record)| (record.id, at)).collect();
        let gone: Vec<Uuid> = removed.iter().chain(last.keys()).copied().collect();
        bury(&mut segments, &gone);
        let mut builder = IndexBuilder::default();
        for (at, record) in put.iter().enumerate() {
            if last.get(&record.id) == Some(&at) {
                builder.push(record);
            }
        }
        segments.extend(builder.into_segments());
        tidy(&mut segments);
        let next = Arc::new(Snapshot::new(segments, revision));
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

fn bury(segments: &mut [Live], gone: &[Uuid]) {
    for live in segments {
        let slots: Vec<usize> = gone.iter().filter_map(|id| live.find(*id)).collect();
        if !slots.is_empty() {
            live.bury(&slots);
        }
    }
}

/// Keeps segments few: the largest first, each [`MERGE_FACTOR`] times its successor where capacity allows, none
/// with more dead records than living ones.
fn tidy(segments: &mut Vec<Live>) {
    for live in segments.iter_mut() {
        if live.alive > 0 && live.alive * 2 < live.segment.len() {
            *live = merged(&[live]);
        }
    }
    segments.retain(|live| live.alive > 0);
    loop {
        segments.sort_by_key(|live| std::cmp::Reverse(live.alive));
        let pair = segments.windows(2).rposition(|pair| {
            matches!(pair, [large, small] if large.alive < MERGE_FACTOR * small.alive
                && large.alive + small.alive <= CAPACITY)
        });
        let Some(at) = pair else { return };
        let small = segments.remove(at + 1);
        if let Some(large) = segments.get_mut(at) {
            *large = merged(&[large, &small]);
        }
    }
}

fn merged(parts: &[&Live]) -> Live {
    let mut builder = SegmentBuilder::default();
    for live in parts {
        for slot in (0..live.segment.len()).filter(|slot| live.is_alive(*slot)) {
            builder.copy(&live.segment, slot);
        }
    }
    Live::new(builder.seal())
}

/// Builds an index from records pushed one by one; beside the index it holds one unsealed segment.
///
/// Ids are distinct, as a primary key's are: of two records with one id both would be found, until one is
/// written anew.
#[derive(Debug, Default)]
pub struct IndexBuilder {
    open: SegmentBuilder,
    sealed: Vec<Live>,
}

impl IndexBuilder {
    /// Takes one record.
    pub fn push(&mut self, record: &Record<'_>) {
        if self.open.is_full() {
            self.seal();
        }
        self.open.push(record);
    }

    fn seal(&mut self) {
        if self.open.len() > 0 {
            self.sealed.push(Live::new(self.open.seal()));
        }
    }

    fn into_segments(mut self) -> Vec<Live> {
        self.seal();
        self.sealed
    }

    /// The index of what was pushed, standing at `revision`.
    #[must_use]
    pub fn finish(self, revision: u64) -> Index {
        let segments = self.into_segments();
        let snapshot = Snapshot::new(segments, revision);
        Index {
            current: RwLock::new(Arc::new(snapshot)),
            writer: Mutex::new(()),
        }
    }
}
