//! An immutable block of records: what a search reads.

use uuid::Uuid;

use super::bound::TOTAL_WEIGHT_END;
use super::filter::{Column, Filter, accepted_slots};
use super::index::Record;
use super::postings::{Holders, Postings};
use super::rank::RankKey;

/// Most records of a segment: a slot fits 16 bits.
pub(super) const CAPACITY: usize = 1 << 16;

/// Smaller segments have no postings: reading every record is faster than looking features up.
pub(super) const SCANNED: usize = 128;

/// Records by slot. Slots ascend by total weight, so that records which are too light or too heavy to be
/// similar lie together.
#[derive(Debug)]
pub struct Segment {
    rows: Rows,
    weights: Box<[u32]>,
    postings: Postings,
    ids: Box<[Uuid]>,
    by_id: Box<[u16]>,
    ranks: Box<[u64]>,
    columns: Box<[Column]>,
    qualities: Qualities,
}

impl Segment {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The features of a record.
    pub(super) fn row(&self, slot: usize) -> &[u32] {
        self.rows.row(slot)
    }

    /// The slots that hold a feature; none for any feature in a segment of less than [`SCANNED`] records.
    pub(super) fn holders(&self, feature: u32) -> Option<Holders<'_>> {
        self.postings.of(feature)
    }

    /// Total weights by slot, ascending.
    pub(super) fn weights(&self) -> &[u32] {
        &self.weights
    }

    pub(super) fn weight(&self, slot: usize) -> u32 {
        self.weights.get(slot).copied().unwrap_or(0)
    }

    pub(super) fn id(&self, slot: usize) -> Uuid {
        self.ids.get(slot).copied().unwrap_or_default()
    }

    pub(super) fn rank(&self, slot: usize) -> u64 {
        self.ranks.get(slot).copied().unwrap_or(0)
    }

    /// Reads a little of where a record's row lies, so that the rows of several records are on their way from
    /// memory before the first is looked at. The result means nothing.
    pub(super) fn touch(&self, slot: usize) -> u32 {
        let start = self.rows.starts.get(slot).map_or(0, |start| *start as usize);
        let line = |at: usize| self.rows.features.get(at).copied().unwrap_or(0);
        line(start) ^ line(start + 16) ^ line(start + 28)
    }

    pub(super) fn attribute(&self, slot: usize, column: usize) -> u32 {
        self.columns.get(column).map_or(0, |column| column.get(slot))
    }

    /// The slots that a filter accepts, if they are no more than `most`.
    pub(super) fn accepted(&self, filter: &Filter, most: usize) -> Option<Vec<u16>> {
        accepted_slots(filter, &self.columns, self.len(), most)
    }

    pub(super) fn qualities(&self) -> Qualities {
        self.qualities
    }

    /// The slot of a record.
    pub(super) fn find(&self, id: Uuid) -> Option<usize> {
        let found = self.by_id.binary_search_by_key(&id, |slot| self.id(usize::from(*slot)));
        found
            .ok()
            .and_then(|at| self.by_id.get(at))
            .map(|slot| usize::from(*slot))
    }

    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let columns: usize = self
            .columns
            .iter()
            .map(|column| size_of::<Column>() + column.bytes())
            .sum();
        let words = self.rows.features.len() + self.rows.starts.len() + self.weights.len();
        let per_record = size_of::<Uuid>() + size_of::<u16>() + size_of::<u64>();
        size_of::<Self>() + self.postings.bytes() + words * size_of::<u32>() + self.len() * per_record + columns
    }
}

/// Features by slot, one list after the other.
#[derive(Debug, Default)]
struct Rows {
    features: Box<[u32]>,
    starts: Box<[u32]>,
}

impl Rows {
    fn row(&self, slot: usize) -> &[u32] {
        let bounds = self.starts.get(slot).zip(self.starts.get(slot + 1));
        bounds
            .and_then(|(start, end)| self.features.get(*start as usize..*end as usize))
            .unwrap_or(&[])
    }
}

/// Which of the 256 outcome qualities occur.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Qualities([u64; 4]);

impl Qualities {
    pub(super) fn insert(&mut self, quality: u8) {
        if let Some(word) = self.0.get_mut(usize::from(quality >> 6)) {
            *word |= 1 << (quality & 63);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, more)| *word |= more);
    }

    pub(super) fn contains(self, quality: u8) -> bool {
        let word = self.0.get(usize::from(quality >> 6));
        word.is_some_and(|word| word >> (quality & 63) & 1 == 1)
    }

    /// The best first.
    pub(super) fn descending(self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).rev().filter(move |quality| self.contains(*quality))
    }
}

/// Records being gathered for a segment, at most [`CAPACITY`].
#[derive(Debug, Default)]
pub(super) struct SegmentBuilder {
    features: Vec<u32>,
    starts: Vec<u32>,
    weights: Vec<u32>,
    ids: Vec<Uuid>,
    ranks: Vec<u64>,
    columns: Vec<Vec<u32>>,
}

impl SegmentBuilder {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn is_full(&self) -> bool {
        // Starts are 32-bit numbers: rows of more than 65,536 features each would outgrow them.
        self.len() >= CAPACITY || self.features.len() > (u32::MAX / 2) as usize
    }

    pub(super) fn push(&mut self, record: &Record<'_>) {
        let attributes = record.attributes.iter().copied();
        self.push_row(
            record.id,
            record.rank.packed(),
            record.total_weight,
            record.features,
            attributes,
        );
    }

    /// Takes a record over from a segment.
    pub(super) fn copy(&mut self, segment: &Segment, slot: usize) {
        let columns = 0..segment.columns.len();
        let attributes = columns.map(|column| segment.attribute(slot, column));
        self.push_row(
            segment.id(slot),
            segment.rank(slot),
            segment.weight(slot),
            segment.row(slot),
            attributes,
        );
    }

    fn push_row(&mut self, id: Uuid, rank: u64, weight: u32, row: &[u32], attributes: impl Iterator<Item = u32>) {
        for (column, value) in attributes.enumerate() {
            if column == self.columns.len() {
                self.columns.push(Vec::new());
            }
            if let Some(values) = self.columns.get_mut(column) {
                values.resize(self.ids.len(), 0);
                values.push(value);
            }
        }
        self.starts.push(narrow(self.features.len()));
        self.features.extend_from_slice(row);
        self.weights.push(weight.min(TOTAL_WEIGHT_END));
        self.ids.push(id);
        self.ranks.push(rank);
    }

    /// Sorts the records gathered into a segment and leaves the builder empty, its memory kept for the next.
    pub(super) fn seal(&mut self) -> Segment {
        self.starts.push(narrow(self.features.len()));
        let order = self.slots_by_weight();
        let (features, starts) = self.gather_rows(&order);
        let has_postings = self.len() >= SCANNED;
        let rows = Rows { features, starts };
        let postings = has_postings.then(|| Postings::new(self.len(), |slot| rows.row(slot)));
        let ids: Box<[Uuid]> = gather(&order, &self.ids);
        let ranks: Box<[u64]> = gather(&order, &self.ranks);
        let mut by_id: Vec<u16> = (0..=u16::MAX).take(ids.len()).collect();
        by_id.sort_unstable_by_key(|slot| ids.get(usize::from(*slot)));
        let count = self.ids.len();
        let columns = self.columns.iter_mut().map(|values| {
            values.resize(count, 0);
            Column::new(gather(&order, values).into())
        });
        let columns = columns.collect();
        let mut qualities = Qualities::default();
        ranks
            .iter()
            .for_each(|rank| qualities.insert(RankKey::unpacked(*rank).outcome_quality));
        let weights = gather(&order, &self.weights);
        self.clear();
        Segment {
            rows,
            weights,
            postings: postings.unwrap_or_default(),
            ids,
            by_id: by_id.into(),
            ranks,
            columns,
            qualities,
        }
    }

    /// Ascending weight; the id decides between equals, so that the layout does not depend on arrival.
    fn slots_by_weight(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..narrow(self.ids.len())).collect();
        order.sort_unstable_by_key(|at| (self.weights.get(*at as usize), self.ids.get(*at as usize)));
        order
    }

    fn gather_rows(&self, order: &[u32]) -> (Box<[u32]>, Box<[u32]>) {
        let mut features = Vec::with_capacity(self.features.len());
        let mut starts = Vec::with_capacity(order.len() + 1);
        for at in order.iter().map(|at| *at as usize) {
            starts.push(narrow(features.len()));
            let bounds = self.starts.get(at).zip(self.starts.get(at + 1));
            let row = bounds.and_then(|(start, end)| self.features.get(*start as usize..*end as usize));
            features.extend_from_slice(row.unwrap_or(&[]));
        }
        starts.push(narrow(features.len()));
        (features.into(), starts.into())
    }

    fn clear(&mut self) {
        self.features.clear();
        self.starts.clear();
        self.weights.clear();
        self.ids.clear();
        self.ranks.clear();
        self.columns.clear();
    }
}

fn gather<Value: Copy + Default>(order: &[u32], values: &[Value]) -> Box<[Value]> {
    let value = |at: &u32| values.get(*at as usize).copied().unwrap_or_default();
    order.iter().map(value).collect()
}

/// Counts inside a segment stay far below 2³²; see [`SegmentBuilder::is_full`].
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
