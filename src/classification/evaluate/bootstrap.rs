//! Paired bootstrap: is one set of forecasts better than another on the same
//! cases, or was it luck?

use serde::Serialize;

use super::metrics::{Ranking, Scored};

/// A central range of resampled values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Range {
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th percentile.
    pub high: f64,
}

/// Ours minus theirs, with the range over resampled test sets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Difference {
    /// Difference of the areas under the ROC curve: positive is better.
    pub auc: Option<f64>,
    /// Its 95 % range.
    pub auc_range: Option<Range>,
    /// Difference of the Brier scores: negative is better.
    pub brier: f64,
    /// Its 95 % range.
    pub brier_range: Option<Range>,
}

/// Compares two forecasts of the same cases, in the same order.
pub fn compare(ours: &[Scored], theirs: &[Scored], samples: usize, seed: u64) -> Difference {
    let pair = Pair {
        ours: Side::of(ours),
        theirs: Side::of(theirs),
    };
    let all = vec![1.0; ours.len()];
    let mut random = SplitMix64(seed);
    let (mut aucs, mut briers) = (Vec::new(), Vec::new());
    for _ in 0..samples {
        let counts = resample(ours.len(), &mut random);
        aucs.extend(pair.auc(&counts));
        briers.extend(pair.brier(&counts));
    }
    Difference {
        auc: pair.auc(&all),
        auc_range: central_range(aucs),
        brier: pair.brier(&all).unwrap_or(0.0),
        brier_range: central_range(briers),
    }
}

struct Pair<'a> {
    ours: Side<'a>,
    theirs: Side<'a>,
}

impl Pair<'_> {
    fn auc(&self, counts: &[f64]) -> Option<f64> {
        Some(self.ours.auc(counts)? - self.theirs.auc(counts)?)
    }

    fn brier(&self, counts: &[f64]) -> Option<f64> {
        Some(self.ours.brier(counts)? - self.theirs.brier(counts)?)
    }
}

struct Side<'a> {
    scored: &'a [Scored],
    ranking: Ranking,
}

impl<'a> Side<'a> {
    fn of(scored: &'a [Scored]) -> Self {
        Self {
            scored,
            ranking: Ranking::of(scored.iter().map(|case| case.probability)),
        }
    }

    fn auc(&self, counts: &[f64]) -> Option<f64> {
        self.ranking.auc(|index| {
            let case = self.scored.get(index).zip(counts.get(index));
            case.map_or((0.0, 0.0), |(case, count)| {
                (count * case.outcome, count * (1.0 - case.outcome))
            })
        })
    }

    fn brier(&self, counts: &[f64]) -> Option<f64> {
        let squared = |(case, count): (&Scored, &f64)| count * (case.probability - case.outcome).powi(2);
        let n: f64 = counts.iter().sum();
        let sum: f64 = self.scored.iter().zip(counts).map(squared).sum();
        (n > 0.0).then(|| sum / n)
    }
}

/// How often each of `n` cases is drawn in `n` draws with replacement.
fn resample(n: usize, random: &mut SplitMix64) -> Vec<f64> {
    let mut counts = vec![0.0; n];
    for _ in 0..n {
        if let Some(count) = counts.get_mut(random.below(n)) {
            *count += 1.0;
        }
    }
    counts
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "positions in a list of resamples"
)]
fn central_range(mut values: Vec<f64>) -> Option<Range> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)? as f64;
    let at = |share: f64| values.get((last * share).round() as usize).copied();
    Some(Range {
        low: at(0.025)?,
        high: at(0.975)?,
    })
}

/// The `SplitMix64` generator (Steele, Lea & Flood 2014): seeded, so that a
/// report can be reproduced to the last digit.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`, as good as uniform for the sizes of a test set.
    #[expect(clippy::cast_possible_truncation, reason = "below n, which is a usize")]
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(probabilities: &[f64]) -> Vec<Scored> {
        let outcomes = [1.0, 0.0].into_iter().cycle();
        let pairs = probabilities.iter().zip(outcomes);
        pairs
            .map(|(&probability, outcome)| Scored { probability, outcome })
            .collect()
    }

    #[test]
    fn a_forecast_doesnt_differ_from_itself() {
        let cases = scored(&[0.7, 0.4, 0.6, 0.5, 0.2, 0.3]);
        let difference = compare(&cases, &cases, 50, 1);
        assert_eq!(difference.auc, Some(0.0));
        assert_eq!(difference.brier_range, Some(Range { low: 0.0, high: 0.0 }));
    }

    #[test]
    fn a_clearly_better_forecast_is_better_in_nearly_every_resample() {
        let good = scored(&[0.9, 0.1].repeat(100));
        let poor = scored(&[0.5, 0.4, 0.4, 0.5].repeat(50));
        let difference = compare(&good, &poor, 200, 7);
        // The poor forecast ties half of all pairs: AUC ½.
        assert_eq!(difference.auc, Some(0.5));
        assert!(difference.auc_range.is_some_and(|range| range.low > 0.3));
        assert!(difference.brier_range.is_some_and(|range| range.high < -0.1));
    }

    #[test]
    fn equal_seeds_give_equal_ranges() {
        let ours = scored(&[0.7, 0.4, 0.6, 0.5, 0.2, 0.3]);
        let theirs = scored(&[0.6, 0.5, 0.5, 0.6, 0.4, 0.4]);
        assert_eq!(compare(&ours, &theirs, 40, 3), compare(&ours, &theirs, 40, 3));
        assert_ne!(compare(&ours, &theirs, 40, 3), compare(&ours, &theirs, 40, 4));
    }

    #[test]
    fn resamples_draw_as_many_cases_as_there_are() {
        let counts = resample(1000, &mut SplitMix64(5));
        assert!((counts.iter().sum::<f64>() - 1000.0).abs() < 1e-9);
        let drawn = counts.iter().filter(|&&count| count > 0.0).count();
        assert!((560..=700).contains(&drawn), "about 63 % are drawn, {drawn}");
    }
}
