//! The lowest score that still matters, as integer bounds.

use super::rank::Score;

/// Feature sets weigh less than this, all features together; it keeps products of bounds below 2⁶⁴.
pub(super) const TOTAL_WEIGHT_END: u32 = 1 << 30;

/// What a record must share with one query to reach a floor. Whole numbers throughout: bounds in floating point
/// lose answers.
///
/// With s shared, q and r the total weights, s / (q + r − s) ≥ n / d exactly when s · (n + d) ≥ n · (q + r).
#[derive(Clone, Copy)]
pub(super) struct Bound {
    floor_shared: u64,
    floor_sum: u64,
    query_weight: u64,
}

impl Bound {
    pub(super) fn new(floor: Option<Score>, query_weight: u32) -> Self {
        let (shared, union) = floor.map_or((0, 1), |floor| (floor.shared, floor.union));
        Self {
            floor_shared: shared.into(),
            floor_sum: u64::from(shared) + u64::from(union),
            query_weight: query_weight.into(),
        }
    }

    /// The least weight that a record of total weight `weight` must share to reach the floor; at least 1,
    /// because a record that shares nothing is no hit.
    pub(super) fn least_shared(self, weight: u32) -> u64 {
        let needed = self.floor_shared * (self.query_weight + u64::from(weight));
        needed.div_ceil(self.floor_sum).max(1)
    }

    /// Whether a record that shares at most `shared` may reach the floor.
    pub(super) fn may_reach(self, shared: u64, weight: u32) -> bool {
        shared * self.floor_sum >= self.floor_shared * (self.query_weight + u64::from(weight))
    }
}
