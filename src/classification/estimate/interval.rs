//! Credible intervals of a rate.

/// The central interval of a Beta distribution with the given mean that is
/// worth `strength` observations; `coverage` is the probability inside.
///
/// The interval always contains the mean: for a very skewed distribution, whose
/// mean lies outside its central part, it is widened to it.
#[must_use]
pub fn beta_interval(mean: f64, strength: f64, coverage: f64) -> (f64, f64) {
    let (a, b) = (mean * strength, (1.0 - mean) * strength);
    let tail = (1.0 - coverage) / 2.0;
    let low = beta_quantile(a, b, tail);
    let high = beta_quantile(a, b, 1.0 - tail);
    (low.min(mean), high.max(mean))
}

/// By bisection: slow and sure, some fifty evaluations.
fn beta_quantile(a: f64, b: f64, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if beta_distribution(a, b, middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The distribution function of Beta(a, b) at `x`: the regularised incomplete
/// beta function, by its continued fraction (DLMF 8.17.22).
fn beta_distribution(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges quickly on the near side of the mean.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_distribution(b, a, 1.0 - x);
    }
    let log_front = a * x.ln() + b * (1.0 - x).ln() + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    log_front.exp() / a * beta_fraction(a, b, x)
}

/// The continued fraction, evaluated forwards by Lentz's method.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut value, mut numerator, mut denominator) = (1.0, 1.0, 0.0);
    for step in 1..200 {
        let term = beta_coefficient(a, b, x, step);
        denominator = 1.0 / away_from_zero(1.0 + term * denominator);
        numerator = away_from_zero(1.0 + term / numerator);
        let change = numerator * denominator;
        value *= change;
        if (change - 1.0_f64).abs() < 1e-14 {
            break;
        }
    }
    1.0 / value
}

/// The fraction's coefficient d of order `step` ≥ 1.
fn beta_coefficient(a: f64, b: f64, x: f64, step: u32) -> f64 {
    let m = f64::from(step / 2);
    if step.is_multiple_of(2) {
        m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
    } else {
        -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
    }
}

/// ln Γ(x) for x > 0: the recurrence up to 12, then Stirling's series
/// (DLMF 5.11.1), good to about 1e-13.
fn ln_gamma(x: f64) -> f64 {
    let mut shift = 0.0;
    let mut z = x;
    while z < 12.0 {
        shift += z.ln();
        z += 1.0;
    }
    let inverse = 1.0 / z;
    let square = inverse * inverse;
    let series = inverse * (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square / 1680.0)));
    (z - 0.5) * z.ln() - z + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - shift
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(left: f64, right: f64) {
        assert!((left - right).abs() < 1e-9, "{left} is not {right}");
    }

    #[test]
    fn log_gamma_of_whole_and_half_numbers() {
        close(ln_gamma(1.0), 0.0);
        close(ln_gamma(5.0), 24.0_f64.ln());
        close(ln_gamma(0.5), std::f64::consts::PI.sqrt().ln());
    }

    #[test]
    fn the_distribution_agrees_with_closed_forms() {
        for x in [0.01, 0.2, 0.5, 0.77, 0.99] {
            close(beta_distribution(1.0, 1.0, x), x);
            close(beta_distribution(3.0, 1.0, x), x.powi(3));
            close(beta_distribution(1.0, 4.0, x), 1.0 - (1.0 - x).powi(4));
            // Beta(2, 3): 6x² − 8x³ + 3x⁴.
            let polynomial = 6.0 * x * x - 8.0 * x.powi(3) + 3.0 * x.powi(4);
            close(beta_distribution(2.0, 3.0, x), polynomial);
        }
    }

    #[test]
    fn the_interval_of_a_uniform_rate_is_its_middle_part() {
        let (low, high) = beta_interval(0.5, 2.0, 0.9);
        close(low, 0.05);
        close(high, 0.95);
    }

    #[test]
    fn more_evidence_makes_the_interval_narrower_and_it_holds_the_mean() {
        let mut width = 1.0;
        for strength in [2.0, 5.0, 20.0, 200.0, 20_000.0] {
            let (low, high) = beta_interval(0.3, strength, 0.9);
            assert!(low <= 0.3 && 0.3 <= high);
            assert!(high - low < width);
            width = high - low;
        }
    }

    #[test]
    fn extreme_means_stay_inside_their_interval() {
        for mean in [1e-9, 1e-3, 0.999, 1.0 - 1e-9] {
            let (low, high) = beta_interval(mean, 2.0, 0.9);
            assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
            assert!(low <= mean && mean <= high);
        }
    }
}
