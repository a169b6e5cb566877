//! Measures of probability forecasts against what happened.

use serde::Serialize;

/// A forecast beside the outcome it met: 1 for a win, 0 for a loss.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Forecast probability of a win, 0 to 1.
    pub probability: f64,
    /// What happened; a partial win counts one half.
    pub outcome: f64,
}

/// The four measures of a set of forecasts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Metrics {
    /// Area under the ROC curve: the chance that a win is ranked above a loss,
    /// ties counting one half. None when wins or losses are absent.
    pub auc: Option<f64>,
    /// Mean squared distance between forecast and outcome.
    pub brier: f64,
    /// Mean negative log-likelihood, in nats.
    pub log_loss: f64,
    /// Expected calibration error over ten equal-width bins.
    pub ece: f64,
}

/// One bin of a reliability table.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ReliabilityBin {
    /// Lower end of the bin's forecasts, included.
    pub from: f64,
    /// Upper end, excluded but for the last bin.
    pub to: f64,
    /// Forecasts in the bin.
    pub n: usize,
    /// Their mean; 0 for an empty bin.
    pub mean_forecast: f64,
    /// The mean outcome; 0 for an empty bin.
    pub win_rate: f64,
}

/// Bins of the calibration error.
pub const RELIABILITY_BINS: usize = 10;

/// Forecasts are kept this far from 0 and 1 in the log loss, so that one
/// certain miss doesn't make it infinite.
const LOG_LOSS_CLIP: f64 = 1e-6;

impl Metrics {
    /// Measures forecasts; none when there are no forecasts.
    #[must_use]
    pub fn of(scored: &[Scored]) -> Option<Self> {
        if scored.is_empty() {
            return None;
        }
        Some(Self {
            auc: auc(scored),
            brier: mean(scored, |case| (case.probability - case.outcome).powi(2)),
            log_loss: mean(scored, log_loss),
            ece: expected_calibration_error(scored),
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn mean(scored: &[Scored], measure: impl Fn(&Scored) -> f64) -> f64 {
    scored.iter().map(measure).sum::<f64>() / scored.len() as f64
}

fn log_loss(case: &Scored) -> f64 {
    let probability = case.probability.clamp(LOG_LOSS_CLIP, 1.0 - LOG_LOSS_CLIP);
    -(case.outcome * probability.ln() + (1.0 - case.outcome) * (1.0 - probability).ln())
}

/// Area under the ROC curve, ties counting one half.
#[must_use]
pub fn auc(scored: &[Scored]) -> Option<f64> {
    Ranking::of(scored.iter().map(|case| case.probability))
        .auc(|index| scored.get(index).map_or((0.0, 0.0), wins_and_losses))
}

/// A partial win is half a win and half a loss.
fn wins_and_losses(case: &Scored) -> (f64, f64) {
    (case.outcome, 1.0 - case.outcome)
}

/// Cases in ascending order of their forecast, equal forecasts together: sorted
/// once, measured under many weightings.
pub struct Ranking {
    ties: Vec<Vec<usize>>,
}

impl Ranking {
    /// Ranks forecasts.
    pub fn of(forecasts: impl Iterator<Item = f64>) -> Self {
        let mut order: Vec<(f64, usize)> = forecasts.zip(0..).collect();
        order.sort_by(|left, right| left.0.total_cmp(&right.0));
        let ties = order
            .chunk_by(|left, right| left.0.total_cmp(&right.0).is_eq())
            .map(|tie| tie.iter().map(|&(_, index)| index).collect())
            .collect();
        Self { ties }
    }

    /// Area under the ROC curve where each case weighs as given: (wins, losses).
    pub fn auc(&self, weight: impl Fn(usize) -> (f64, f64)) -> Option<f64> {
        let (mut concordant, mut wins, mut losses) = (0.0, 0.0, 0.0);
        for tie in &self.ties {
            let (tied_wins, tied_losses) = tie
                .iter()
                .map(|&index| weight(index))
                .fold((0.0, 0.0), |sum, case| (sum.0 + case.0, sum.1 + case.1));
            concordant += tied_wins * (losses + tied_losses / 2.0);
            wins += tied_wins;
            losses += tied_losses;
        }
        (wins > 0.0 && losses > 0.0).then(|| concordant / (wins * losses))
    }
}

/// The forecasts in ten equal-width bins with what happened in each.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub fn reliability(scored: &[Scored]) -> Vec<ReliabilityBin> {
    let bins = RELIABILITY_BINS as f64;
    (0..RELIABILITY_BINS)
        .map(|index| {
            let inside: Vec<&Scored> = scored.iter().filter(|case| bin_of(case.probability) == index).collect();
            let share = |measure: fn(&Scored) -> f64| {
                let sum: f64 = inside.iter().map(|case| measure(case)).sum();
                sum / (inside.len().max(1) as f64)
            };
            ReliabilityBin {
                from: index as f64 / bins,
                to: (index + 1) as f64 / bins,
                n: inside.len(),
                mean_forecast: share(|case| case.probability),
                win_rate: share(|case| case.outcome),
            }
        })
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a clamped probability times ten is a small count"
)]
fn bin_of(probability: f64) -> usize {
    let position = probability.clamp(0.0, 1.0) * RELIABILITY_BINS as f64;
    (position as usize).min(RELIABILITY_BINS - 1)
}

/// The mean gap between forecast and outcome over the bins, each weighing as
/// many cases as it holds.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub fn expected_calibration_error(scored: &[Scored]) -> f64 {
    let gap = |bin: &ReliabilityBin| bin.n as f64 * (bin.mean_forecast - bin.win_rate).abs();
    let gaps: f64 = reliability(scored).iter().map(gap).sum();
    gaps / (scored.len().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(pairs: &[(f64, f64)]) -> Vec<Scored> {
        pairs
            .iter()
            .map(|&(probability, outcome)| Scored { probability, outcome })
            .collect()
    }

    fn close(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-12, "{left} is not {right}");
    }

    #[test]
    fn auc_counts_pairs_and_half_of_ties() {
        // Pairs (win, loss): .8>.5, .8>.2, .5=.5, .5>.2: 3.5 of 4.
        let cases = scored(&[(0.8, 1.0), (0.5, 1.0), (0.5, 0.0), (0.2, 0.0)]);
        close(auc(&cases).unwrap_or(0.0), 3.5 / 4.0);
        let constant = scored(&[(0.4, 1.0), (0.4, 0.0), (0.4, 0.0)]);
        close(auc(&constant).unwrap_or(0.0), 0.5);
        let reversed = scored(&[(0.1, 1.0), (0.9, 0.0)]);
        close(auc(&reversed).unwrap_or(1.0), 0.0);
    }

    #[test]
    fn auc_of_one_kind_of_outcome_is_unknown() {
        assert_eq!(auc(&scored(&[(0.3, 1.0), (0.6, 1.0)])), None);
        assert_eq!(Metrics::of(&[]), None);
    }

    #[test]
    fn a_partial_win_is_half_a_win_and_half_a_loss() {
        // Wins: 1 at .9 and ½ at .4; losses: ½ at .4 and 1 at .1.
        // Concordant: 1·(½+1) + ½·(¼+1) = 2.125 of 1.5 · 1.5.
        let cases = scored(&[(0.9, 1.0), (0.4, 0.5), (0.1, 0.0)]);
        close(auc(&cases).unwrap_or(0.0), 2.125 / 2.25);
    }

    #[test]
    fn brier_and_log_loss_by_hand() {
        let measured = Metrics::of(&scored(&[(0.8, 1.0), (0.4, 0.0)]));
        let measured = measured.expect("two forecasts");
        close(measured.brier, f64::midpoint(0.04, 0.16));
        close(measured.log_loss, -(0.8_f64.ln() + 0.6_f64.ln()) / 2.0);
    }

    #[test]
    fn a_certain_miss_costs_a_finite_log_loss() {
        let measured = Metrics::of(&scored(&[(0.0, 1.0)])).expect("one forecast");
        assert!(measured.log_loss.is_finite() && measured.log_loss > 10.0);
    }

    #[test]
    fn calibration_error_weighs_bins_by_their_cases() {
        // Bin .2: forecasts .2,.25 (mean .225), outcomes 0,1 (.5): gap .275, n 2.
        // Bin .9: forecasts .95, 1.0 (mean .975), outcomes 1,1: gap .025, n 2.
        let cases = scored(&[(0.2, 0.0), (0.25, 1.0), (0.95, 1.0), (1.0, 1.0)]);
        close(expected_calibration_error(&cases), f64::midpoint(0.275, 0.025));
        let bins = reliability(&cases);
        assert_eq!(bins.iter().map(|bin| bin.n).sum::<usize>(), 4);
        assert_eq!(bins.get(9).map(|bin| bin.n), Some(2));
        assert_eq!(bins.get(2).map(|bin| bin.n), Some(2));
    }
}
