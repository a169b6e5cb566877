//! Scores, the total order of hits, and the best k under it.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use uuid::Uuid;

/// A weighted Jaccard similarity as the exact fraction it is: weight shared over weight held together.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// Weight of the features both hold.
    pub shared: u32,
    /// Weight of the features either holds.
    pub union: u32,
}

impl Score {
    /// From the weight shared and the total weights of both sides. Two empty sets are equal: 1.
    #[must_use]
    pub const fn of(shared: u32, left: u32, right: u32) -> Self {
        let union = left.saturating_add(right).saturating_sub(shared);
        if union == 0 {
            Self { shared: 1, union: 1 }
        } else {
            Self { shared, union }
        }
    }

    /// A score just below `value`: every score whose [`value`](Self::value) is at least `value` is above it.
    #[must_use]
    pub(super) fn below(value: f64) -> Self {
        const PARTS: u32 = 1 << 20;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to the range; not a number becomes 0, which excludes nothing"
        )]
        let parts = (value.clamp(0.0, 1.0) * f64::from(PARTS)) as u32;
        Self {
            shared: parts.saturating_sub(1),
            union: PARTS,
        }
    }

    /// The score as a number from 0 to 1.
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from(self.shared) / f64::from(self.union)
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = u64::from(self.shared) * u64::from(other.union);
        let right = u64::from(other.shared) * u64::from(self.union);
        left.cmp(&right)
    }
}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Score {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Score {}

/// What decides between equal scores, the most important first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RankKey {
    /// How good the outcome is as a precedent, higher is better; the highest class stands for WON.
    pub outcome_quality: u8,
    /// How well the outcome is verified, 0 to 15, higher is better.
    pub verification: u8,
    /// How often the precedent was applied; counts above 2²⁸ − 1 are equal.
    pub reuse: u32,
    /// Day of the last event, counted from a fixed day; days above 2²⁴ − 1 are equal.
    pub day: u32,
}

impl RankKey {
    const VERIFICATION_MAX: u8 = 15;
    const REUSE_MAX: u32 = (1 << 28) - 1;
    const DAY_MAX: u32 = (1 << 24) - 1;

    /// One number that compares as the key does.
    #[must_use]
    pub fn packed(self) -> u64 {
        let verification = u64::from(self.verification.min(Self::VERIFICATION_MAX));
        let reuse = u64::from(self.reuse.min(Self::REUSE_MAX));
        let day = u64::from(self.day.min(Self::DAY_MAX));
        u64::from(self.outcome_quality) << 56 | verification << 52 | reuse << 24 | day
    }

    /// The key behind a packed number.
    #[must_use]
    pub fn unpacked(packed: u64) -> Self {
        let bits = |low: u32, mask: u32| u32::try_from((packed >> low) & u64::from(mask)).unwrap_or(mask);
        Self {
            outcome_quality: u8::try_from(packed >> 56).unwrap_or(u8::MAX),
            verification: u8::try_from((packed >> 52) & 15).unwrap_or(Self::VERIFICATION_MAX),
            reuse: bits(24, Self::REUSE_MAX),
            day: bits(0, Self::DAY_MAX),
        }
    }
}

/// Which hit comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Score, outcome quality, verification, reuse, day, id (smaller first).
    #[default]
    Similarity,
    /// Outcome quality first, then as [`Order::Similarity`]; meant with a minimum score.
    Outcome,
}

/// One record found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which of the searched corpora holds it.
    pub corpus: usize,
    /// The record.
    pub id: Uuid,
    /// How alike it is.
    pub score: Score,
    /// What decided between equal scores.
    pub rank: RankKey,
    /// Where the searched snapshot holds it.
    pub(super) place: Place,
}

/// Where a snapshot holds a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub segment: usize,
    pub slot: usize,
}

/// A hit while it is being ranked; the greater one comes first in [`Order::Similarity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ranked {
    pub score: Score,
    pub rank: u64,
    pub id: Reverse<Uuid>,
    pub corpus: Reverse<usize>,
    /// Decides nothing: ids differ before it is compared.
    pub place: Place,
}

impl From<Ranked> for Hit {
    fn from(ranked: Ranked) -> Self {
        let (Reverse(id), Reverse(corpus)) = (ranked.id, ranked.corpus);
        Self {
            corpus,
            id,
            score: ranked.score,
            rank: RankKey::unpacked(ranked.rank),
            place: ranked.place,
        }
    }
}

/// The best `limit` hits met so far.
pub(super) struct Best {
    limit: usize,
    heap: BinaryHeap<Reverse<Ranked>>,
    assumed: Option<Score>,
}

impl Best {
    pub(super) fn new(limit: usize) -> Self {
        let heap = BinaryHeap::with_capacity(limit.min(1024) + 1);
        Self {
            limit,
            heap,
            assumed: None,
        }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Says that `limit` records of at least this score exist and will be offered.
    pub(super) fn assume(&mut self, floor: Score) {
        self.assumed = self.assumed.max(Some(floor));
    }

    /// The score that a record must reach to matter still: that of the last of `limit` hits. A record that
    /// merely equals it may still come before it by rank.
    pub(super) fn floor(&self) -> Option<Score> {
        let last = self.heap.peek().filter(|_| self.heap.len() >= self.limit);
        last.map(|Reverse(last)| last.score).max(self.assumed)
    }

    pub(super) fn offer(&mut self, hit: Ranked) {
        if self.heap.len() < self.limit {
            self.heap.push(Reverse(hit));
        } else if let Some(mut last) = self.heap.peek_mut()
            && hit > last.0
        {
            *last = Reverse(hit);
        }
    }

    /// Best first.
    pub(super) fn into_sorted(self) -> Vec<Hit> {
        let sorted = self.heap.into_sorted_vec();
        sorted.into_iter().map(|Reverse(ranked)| ranked.into()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_keys_compare_as_keys_do_and_come_back() {
        let keys = [
            RankKey::default(),
            RankKey {
                day: 20_000,
                ..RankKey::default()
            },
            RankKey {
                reuse: 1,
                day: 3,
                ..RankKey::default()
            },
            RankKey {
                verification: 1,
                ..RankKey::default()
            },
            RankKey {
                outcome_quality: 1,
                ..RankKey::default()
            },
            RankKey {
                outcome_quality: 255,
                verification: 15,
                reuse: 9,
                day: 9,
            },
        ];
        assert!(keys.is_sorted());
        assert!(keys.map(RankKey::packed).is_sorted());
        assert_eq!(keys.map(|key| RankKey::unpacked(key.packed())), keys);
    }

    #[test]
    fn scores_compare_as_fractions() {
        assert_eq!(Score::of(1, 2, 1), Score::of(2, 4, 2));
        assert!(Score::of(3, 4, 4) > Score::of(1, 2, 1));
        assert_eq!(Score::of(0, 0, 0).value().to_bits(), 1.0_f64.to_bits());
    }
}
