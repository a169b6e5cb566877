//! Candidates of one segment by counting shared weight, a stratum of slots at a time.
//!
//! Lists of few holders and much weight are counted; those of many holders and little weight are left out as
//! long as they cannot lift a record over the floor by themselves. What a record may share at most is then its
//! count plus the weight left out, and few records are left to verify.

use std::ops::Range;

use super::bound::Bound;
use super::postings::{Holders, STRATUM};
use super::segment::Segment;

/// Slots that share one threshold, that of the lightest.
const BLOCK: usize = 256;
/// Below one counted posting in this many slots the postings are walked again instead of all counters.
const SPARSE: usize = 8;

/// Counters of one stratum, all zero between uses.
pub(super) struct Counters(Box<[u16; STRATUM]>);

impl Counters {
    #[expect(clippy::large_stack_arrays, reason = "32 KiB, once a thread")]
    pub(super) fn new() -> Self {
        Self(Box::new([0; STRATUM]))
    }

    /// Adds a weight for every slot; slots a multiple of a stratum apart have one counter in common.
    #[inline]
    fn add(&mut self, slots: &[u16], weight: u16) {
        for slot in slots {
            if let Some(count) = self.0.get_mut(usize::from(*slot) % STRATUM) {
                *count = count.wrapping_add(weight);
            }
        }
    }

    /// The count of a slot, which is zero from here on.
    #[inline]
    fn take(&mut self, slot: u16) -> u16 {
        let count = self.0.get_mut(usize::from(slot) % STRATUM);
        count.map_or(0, std::mem::take)
    }
}

/// A record that may reach the floor, and the most it may share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    pub shared_at_most: u32,
    pub slot: u16,
}

/// The holders of one of the query's features.
struct List<'a> {
    weight: u32,
    /// The weight in counter units, rounded up.
    counted: u16,
    holders: Holders<'a>,
}

/// One segment under one query.
pub(super) struct Counting<'a> {
    weights: &'a [u32],
    /// Most holders for their weight first.
    lists: Vec<List<'a>>,
    /// Weight of the query's features that the segment has at all.
    present: u64,
    shift: u32,
}

impl<'a> Counting<'a> {
    /// `shift` scales weights down so that all of a query's fit a counter together: see [`shift_for`].
    pub(super) fn new(segment: &'a Segment, features: &[(u32, u16)], shift: u32) -> Self {
        let mut lists = Vec::with_capacity(features.len());
        for (feature, weight) in features {
            if let Some(holders) = segment.holders(*feature) {
                let weight = u32::from(*weight);
                lists.push(List {
                    weight,
                    counted: scaled(weight, shift),
                    holders,
                });
            }
        }
        lists.sort_by(|left, right| {
            let left_density = left.holders.len() as u64 * u64::from(right.weight);
            let right_density = right.holders.len() as u64 * u64::from(left.weight);
            right_density.cmp(&left_density)
        });
        let present = lists.iter().map(|list| u64::from(list.weight)).sum();
        Self {
            weights: segment.weights(),
            lists,
            present,
            shift,
        }
    }

    /// How many strata there are.
    pub(super) fn strata(&self) -> usize {
        self.weights.len().div_ceil(STRATUM)
    }

    /// Guesses at good records: holders of the rarest features, up to `budget` of them. The counts may be too
    /// high; only the order matters, and a wrong guess costs time, not answers.
    pub(super) fn guess(&self, counters: &mut Counters, budget: usize, mut take: impl FnMut(Candidate)) {
        let mut left = budget;
        let rare = self.lists.iter().rev().take_while(|list| {
            let fits = list.holders.len() <= left;
            left = left.saturating_sub(list.holders.len());
            fits
        });
        let rare: Vec<&List<'_>> = rare.collect();
        for list in &rare {
            counters.add(list.holders.all(), list.counted);
        }
        for slot in rare.iter().flat_map(|list| list.holders.all()) {
            let count = counters.take(*slot);
            if count > 0 {
                take(Candidate {
                    shared_at_most: u32::from(count),
                    slot: *slot,
                });
            }
        }
    }

    /// Adds every record of a stratum that may reach the floor to `found`. Of the weight that could be left out
    /// `left_out_percent` is: more means less counting and more candidates. Returns how many postings were
    /// counted.
    pub(super) fn candidates(
        &self,
        stratum: usize,
        bound: Bound,
        left_out_percent: u64,
        counters: &mut Counters,
        found: &mut Vec<Candidate>,
    ) -> usize {
        let Some((first, end)) = self.reachable(stratum, bound) else {
            return 0;
        };
        let lightest = self.weights.get(first).copied().unwrap_or(0);
        let (left_out, counted) = self.split(bound.least_shared(lightest), left_out_percent);
        let mut postings = 0;
        for list in counted {
            let slots = list.holders.within(stratum);
            counters.add(slots, list.counted);
            postings += slots.len();
        }
        let thresholds = self.thresholds(stratum, first..end, bound, left_out);
        let collect = |(count, slot): (u16, u16)| {
            let shared = (u64::from(count) << self.shift) + left_out;
            let shared_at_most = u32::try_from(shared).unwrap_or(u32::MAX);
            found.push(Candidate { shared_at_most, slot });
        };
        if postings * SPARSE < end - first {
            let slots = counted.iter().flat_map(|list| list.holders.within(stratum));
            collect_from_postings(slots, &thresholds, counters, collect);
        } else {
            collect_from_counters(stratum, &thresholds, counters, collect);
        }
        postings
    }

    /// The slots of a stratum whose records are neither too light nor too heavy to reach the floor.
    fn reachable(&self, stratum: usize, bound: Bound) -> Option<(usize, usize)> {
        let start = stratum * STRATUM;
        let end = (start + STRATUM).min(self.weights.len());
        let weights = self.weights.get(start..end)?;
        let may_reach = |weight: u32| bound.may_reach(self.present.min(weight.into()), weight);
        let (lightest, heaviest) = weights.first().zip(weights.last())?;
        if may_reach(*lightest) && may_reach(*heaviest) {
            return Some((start, end));
        }
        // Records lighter than the query may reach it from some weight on, heavier ones up to some weight.
        let middle = weights.partition_point(|weight| u64::from(*weight) < self.present);
        let (lighter, heavier) = weights.split_at(middle);
        let first = lighter.partition_point(|weight| !may_reach(*weight));
        let end = middle + heavier.partition_point(|weight| may_reach(*weight));
        (first < end).then_some((start + first, start + end))
    }

    /// Weight left out, and the lists that are counted.
    fn split(&self, least_shared: u64, left_out_percent: u64) -> (u64, &[List<'a>]) {
        let most = (least_shared * left_out_percent / 100).min(least_shared - 1);
        let mut left_out = 0;
        let fits = self.lists.iter().take_while(|list| {
            let fits = left_out + u64::from(list.weight) <= most;
            left_out += if fits { u64::from(list.weight) } else { 0 };
            fits
        });
        let count = fits.count();
        (left_out, self.lists.get(count..).unwrap_or(&[]))
    }

    /// The least count by block of slots that may reach the floor, never 0.
    fn thresholds(&self, stratum: usize, reachable: Range<usize>, bound: Bound, left_out: u64) -> Thresholds {
        let mut thresholds = [u16::MAX; STRATUM / BLOCK];
        let blocks = (stratum * STRATUM..).step_by(BLOCK);
        for (threshold, start) in thresholds.iter_mut().zip(blocks) {
            let lightest = start.max(reachable.start);
            if start + BLOCK <= reachable.start || lightest >= reachable.end {
                continue;
            }
            let weight = self.weights.get(lightest).copied().unwrap_or(0);
            let least = bound.least_shared(weight).saturating_sub(left_out);
            let units = (least + (1 << self.shift) - 1) >> self.shift;
            *threshold = u16::try_from(units.max(1)).unwrap_or(u16::MAX);
        }
        thresholds
    }
}

/// The least count that may reach the floor, by block of slots.
type Thresholds = [u16; STRATUM / BLOCK];

/// Looks at the counters of the slots that were counted, and zeroes them.
fn collect_from_postings<'a>(
    slots: impl Iterator<Item = &'a u16>,
    thresholds: &Thresholds,
    counters: &mut Counters,
    mut collect: impl FnMut((u16, u16)),
) {
    for slot in slots {
        let count = counters.take(*slot);
        let threshold = thresholds.get(usize::from(*slot) % STRATUM / BLOCK);
        if threshold.is_some_and(|threshold| count >= *threshold) {
            collect((count, *slot));
        }
    }
}

/// Looks at all counters, a block at a time, and zeroes them.
fn collect_from_counters(
    stratum: usize,
    thresholds: &Thresholds,
    counters: &mut Counters,
    mut collect: impl FnMut((u16, u16)),
) {
    let blocks = counters.0.chunks_exact_mut(BLOCK).zip(thresholds);
    for (start, (counts, threshold)) in (stratum * STRATUM..).step_by(BLOCK).zip(blocks) {
        // Without a branch in it the loop becomes vector instructions; most blocks end here.
        let excess = |any, count: &u16| any | count.saturating_sub(threshold - 1);
        if counts.iter().fold(0, excess) != 0 {
            let slots = (start..).map_while(|slot| u16::try_from(slot).ok());
            let reaching = counts
                .iter()
                .copied()
                .zip(slots)
                .filter(|(count, _)| count >= threshold);
            reaching.for_each(&mut collect);
        }
        counts.fill(0);
    }
}

/// A weight in counter units, rounded up: counts never fall short of the weight they stand for.
fn scaled(weight: u32, shift: u32) -> u16 {
    u16::try_from(weight.div_ceil(1 << shift)).unwrap_or(u16::MAX)
}

/// By how many bits weights are scaled down so that the sum of all of them fits a counter.
pub(super) fn shift_for(features: &[(u32, u16)]) -> u32 {
    let fits = |shift: &u32| {
        let units = features
            .iter()
            .map(|(_, weight)| u32::from(scaled(u32::from(*weight), *shift)));
        u16::try_from(units.sum::<u32>()).is_ok()
    };
    (0..16).find(fits).unwrap_or(16)
}
