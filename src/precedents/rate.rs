//! Win rates with their intervals. The denominator is what was decided: won, in part, lost.

use crate::proto::v1::RateEstimate;

/// Fewer decisions than this say nothing (CMS cell-size policy: 1 to 10 are never shown as a rate).
pub const LEAST_DECISIONS: i64 = 11;
/// The 97.5 % quantile of the normal distribution, for a 95 % interval.
const Z: f64 = 1.959_963_984_540_054;

/// The rate of counts, with the 95 % Wilson intervals of "won in full or in part" and "won in full".
#[must_use]
pub fn estimate(won: i64, partial: i64, lost: i64) -> RateEstimate {
    let n = won + partial + lost;
    let (rate, ci_low, ci_high) = wilson(won + partial, n);
    let (won_rate, won_ci_low, won_ci_high) = wilson(won, n);
    RateEstimate {
        won,
        partial,
        lost,
        n,
        rate,
        ci_low,
        ci_high,
        insufficient_evidence: n < LEAST_DECISIONS,
        won_rate,
        won_ci_low,
        won_ci_high,
    }
}

/// Share and Wilson score interval (Wilson 1927) of `wins` among `n`; nothing is known without any.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn wilson(wins: i64, n: i64) -> (f64, f64, f64) {
    if n == 0 {
        return (0.0, 0.0, 1.0);
    }
    let (wins, n) = (wins as f64, n as f64);
    let share = wins / n;
    let z2 = Z * Z;
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    (share, (centre - half).max(0.0), (centre + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values from the closed form, computed by hand to four places.
    #[test]
    fn intervals_are_wilsons() {
        for (wins, lost, low, high) in [
            (10, 10, 0.2993, 0.7007),
            (0, 10, 0.0, 0.2775),
            (81, 182, 0.2554, 0.3662),
        ] {
            let rate = estimate(wins, 0, lost);
            assert!((rate.ci_low - low).abs() < 5e-4, "{rate:?}");
            assert!((rate.ci_high - high).abs() < 5e-4, "{rate:?}");
        }
    }

    #[test]
    fn parts_count_as_wins_only_in_the_wider_rate() {
        let rate = estimate(3, 3, 6);
        assert!((rate.rate - 0.5).abs() < 1e-12 && (rate.won_rate - 0.25).abs() < 1e-12);
        assert!(!rate.insufficient_evidence);
        assert!(estimate(5, 0, 5).insufficient_evidence);
        assert_eq!(estimate(0, 0, 0).ci_high.to_bits(), 1.0_f64.to_bits());
    }
}
