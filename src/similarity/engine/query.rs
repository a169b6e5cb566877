//! What is searched for, in the index's own terms.

use uuid::Uuid;

use super::bound::TOTAL_WEIGHT_END;
use super::filter::Filter;
use super::rank::Order;

/// A scenario as weighted features of one index.
#[derive(Clone, Debug)]
pub struct Query {
    features: Vec<(u32, u16)>,
    total_weight: u32,
    table: Table,
}

impl Query {
    /// From the features an index may hold, each once and with the weight the index's records count it with.
    ///
    /// No more than [`FeatureSet::MOST`](super::features::FeatureSet::MOST) of them: counters hold no larger sums.
    /// `unknown_weight` is the weight of the features that no record holds: they lower every score.
    /// `unlike` are features whose holders are left out altogether. Leaving out rather than penalising keeps a
    /// score what its explanation says; a feature both wanted and unlike is unlike.
    #[must_use]
    pub fn new(features: &[(u32, u16)], unknown_weight: u32, unlike: &[u32]) -> Self {
        let mut features = features.to_vec();
        features.sort_unstable();
        features.dedup_by_key(|(feature, _)| *feature);
        let mut table = Table::with_room_for(features.len() + unlike.len());
        let mut total_weight = unknown_weight;
        for (feature, weight) in &features {
            table.set(*feature, u32::from(*weight));
            total_weight = total_weight.saturating_add(u32::from(*weight));
        }
        for feature in unlike {
            table.set(*feature, Table::UNLIKE);
        }
        let total_weight = total_weight.min(TOTAL_WEIGHT_END);
        Self {
            features,
            total_weight,
            table,
        }
    }

    /// The features looked for, with their weights, sorted by feature.
    #[must_use]
    pub fn features(&self) -> &[(u32, u16)] {
        &self.features
    }

    /// Whether a feature is looked for.
    #[must_use]
    pub fn holds(&self, feature: u32) -> bool {
        let found = self.features.binary_search_by_key(&feature, |(feature, _)| *feature);
        found.is_ok()
    }

    /// Weight of all features asked for, unknown ones included.
    #[must_use]
    pub const fn total_weight(&self) -> u32 {
        self.total_weight
    }

    /// Weight that a record shares with the query; `None` if the record holds an unlike feature.
    #[must_use]
    pub fn shared_weight(&self, record: &[u32]) -> Option<u32> {
        let sum: u64 = record.iter().map(|feature| u64::from(self.table.get(*feature))).sum();
        u32::try_from(sum).ok().filter(|shared| *shared < Table::UNLIKE)
    }
}

/// Weight by feature for a few features: open addressing in a table that stays in the first-level cache. Most
/// look-ups are of features that the query lacks and end at the first slot.
#[derive(Clone, Debug)]
struct Table {
    slots: Box<[(u32, u32)]>,
    mask: usize,
}

impl Table {
    /// Above every sum of weights.
    const UNLIKE: u32 = 1 << 31;
    /// A key that no slot's feature has. Feature numbers stop one before it.
    const EMPTY: u32 = u32::MAX;

    fn with_room_for(features: usize) -> Self {
        let size = (features * 16).next_power_of_two().max(256);
        Self {
            slots: vec![(Self::EMPTY, 0); size].into(),
            mask: size - 1,
        }
    }

    fn start(&self, feature: u32) -> usize {
        // Neighbouring numbers are often neighbours in records too: spread them.
        (feature.wrapping_mul(0x9e37_79b1) >> 12) as usize & self.mask
    }

    fn set(&mut self, feature: u32, value: u32) {
        let mut at = self.start(feature);
        while let Some(slot) = self.slots.get_mut(at) {
            if slot.0 == feature || slot.0 == Self::EMPTY {
                *slot = (feature, value);
                return;
            }
            at = (at + 1) & self.mask;
        }
    }

    #[inline]
    fn get(&self, feature: u32) -> u32 {
        let mut at = self.start(feature);
        while let Some((key, value)) = self.slots.get(at) {
            if *key == feature || *key == Self::EMPTY {
                return *value;
            }
            at = (at + 1) & self.mask;
        }
        0
    }
}

/// How to search.
#[derive(Clone, Debug)]
pub struct SearchOptions {
    /// How many hits at most.
    pub limit: usize,
    /// Which hit comes first.
    pub order: Order,
    /// Hits score at least this. A hit always shares something with the query: a score of 0 is no hit.
    pub min_score: f64,
    /// Conditions on attributes; the best hits among the accepted records are found, not the accepted among
    /// the best.
    pub filter: Filter,
    /// Records never returned, such as the one asked about.
    pub exclude: Vec<Uuid>,
}

impl Default for SearchOptions {
    fn default() -> Self {
        Self {
            limit: 10,
            order: Order::default(),
            min_score: 0.0,
            filter: Filter::default(),
            exclude: Vec::new(),
        }
    }
}
