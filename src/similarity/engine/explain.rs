//! Where a score comes from, feature by feature.

use std::cmp::{Ordering, Reverse};

use super::features::FeatureSet;
use super::rank::Score;
use super::weights::WeightTable;

/// One feature's part in a comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureShare {
    /// Name of the feature, such as `carc:CO-197`.
    pub name: String,
    /// Its weight.
    pub weight: u16,
    /// Its weight over the weight of all features of either side. For a shared feature: what it adds to the
    /// score. For one that only one side holds: what the score would gain if the other held it too.
    pub share: f64,
}

/// A comparison of two feature sets; each list has the heaviest feature first.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The score as a fraction; the shares of `shared` sum to it.
    pub score: Score,
    /// Features both hold.
    pub shared: Vec<FeatureShare>,
    /// Features that only the left side holds.
    pub only_left: Vec<FeatureShare>,
    /// Features that only the right side holds.
    pub only_right: Vec<FeatureShare>,
}

/// Features with their weights, in any order.
pub(super) type Weighed<'a> = Vec<(&'a str, u16)>;

impl Explanation {
    /// Of two sets already compared: what both hold, and what only one side does, of which the `most` heaviest are
    /// kept.
    pub(super) fn of(shared: Weighed<'_>, only_left: Weighed<'_>, only_right: Weighed<'_>, most: usize) -> Self {
        let weights = |side: &[(&str, u16)]| -> u32 {
            let weights = side.iter().map(|(_, weight)| u32::from(*weight));
            weights.sum()
        };
        let both = weights(&shared);
        let score = Score::of(both, both + weights(&only_left), both + weights(&only_right));
        Self {
            score,
            shared: shares(shared, score.union, usize::MAX),
            only_left: shares(only_left, score.union, most),
            only_right: shares(only_right, score.union, most),
        }
    }

    /// Why the score is not higher: the `limit` heaviest features that one side lacks. The flag says whether the
    /// left side holds it.
    #[must_use]
    pub fn why_not_higher(&self, limit: usize) -> Vec<(bool, &FeatureShare)> {
        let left = self.only_left.iter().map(|share| (true, share));
        let right = self.only_right.iter().map(|share| (false, share));
        let mut missing: Vec<(bool, &FeatureShare)> = left.chain(right).collect();
        missing.sort_by(|(_, a), (_, b)| (Reverse(a.weight), &a.name).cmp(&(Reverse(b.weight), &b.name)));
        missing.truncate(limit);
        missing
    }
}

/// Compares two feature sets under a weight table. Swapping the sides swaps the lists and nothing else.
#[must_use]
pub fn explain(left: &FeatureSet, right: &FeatureSet, weights: &WeightTable) -> Explanation {
    let (mut shared, mut only_left, mut only_right) = (Vec::new(), Vec::new(), Vec::new());
    let (mut lefts, mut rights) = (left.names().peekable(), right.names().peekable());
    loop {
        let order = match (lefts.peek(), rights.peek()) {
            (Some(left), Some(right)) => left.cmp(right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => break,
        };
        let (side, name) = match order {
            Ordering::Less => (&mut only_left, lefts.next()),
            Ordering::Greater => (&mut only_right, rights.next()),
            Ordering::Equal => {
                rights.next();
                (&mut shared, lefts.next())
            }
        };
        side.extend(name.map(|name| (name, weights.weight(name))));
    }
    Explanation::of(shared, only_left, only_right, usize::MAX)
}

fn shares(mut weighed: Weighed<'_>, union: u32, most: usize) -> Vec<FeatureShare> {
    weighed.sort_unstable_by(|left, right| (right.1, left.0).cmp(&(left.1, right.0)));
    let share = |(name, weight): (&str, u16)| FeatureShare {
        name: name.to_owned(),
        weight,
        share: f64::from(weight) / f64::from(union),
    };
    weighed.into_iter().take(most).map(share).collect()
}
