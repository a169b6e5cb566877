//! The fit: how surprising each precedent's outcome is, given all the others.

use super::CellModel;
use super::conjugate_gradient::{conjugate_gradient, dot};
use super::history::History;

/// Newton steps; a handful suffices, the bound is for pathological data.
const MAX_NEWTON_STEPS: usize = 30;
const MAX_STEP_HALVINGS: u32 = 20;
/// The fit has converged when no precedent's surprise moves by more.
const SURPRISE_TOLERANCE: f64 = 1e-7;
const CG_TOLERANCE: f64 = 1e-6;
const CG_MAX_ITERATIONS: usize = 500;

/// The similarities among all precedents, as a linear operator.
pub(super) struct Kernel<'a> {
    history: &'a History,
    /// For each cell, scale times correlation by years apart.
    fading: Vec<Vec<f64>>,
}

impl<'a> Kernel<'a> {
    pub fn of(history: &'a History, model: &CellModel) -> Self {
        let years = history.moments.iter().map(|moment| moment.year);
        let span = match (years.clone().min(), years.max()) {
            (Some(first), Some(last)) => last - first,
            _ => 0,
        };
        let fading = model.cells.iter().map(|cell| {
            let by_years = (0..=span).map(|years| cell.correlation(model.lasting_share, years));
            by_years.map(|correlation| cell.scale * correlation).collect()
        });
        Self {
            history,
            fading: fading.collect(),
        }
    }

    /// For each row, the sum of `weights` over all rows times their similarity.
    pub fn apply(&self, weights: &[f64]) -> Vec<f64> {
        let spread = self.spread(&self.sum_by_moment(weights));
        let sum = |row: &super::history::Row| {
            let moments = row.moments.iter();
            moments.map(|&moment| spread.get(moment).copied().unwrap_or(0.0)).sum()
        };
        self.history.rows.iter().map(sum).collect()
    }

    /// Sums of row weights over the rows of each moment.
    pub fn sum_by_moment(&self, weights: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.history.moments.len()];
        for (row, weight) in self.history.rows.iter().zip(weights) {
            for &moment in &row.moments {
                if let Some(sum) = sums.get_mut(moment) {
                    *sum += weight;
                }
            }
        }
        sums
    }

    /// Lets what is known at each moment reach the other years of its group.
    fn spread(&self, sums: &[f64]) -> Vec<f64> {
        let mut spread = Vec::with_capacity(sums.len());
        for group in &self.history.groups {
            let (Some(moments), Some(sums), Some(fading)) = (
                self.history.moments.get(group.moments.clone()),
                sums.get(group.moments.clone()),
                self.fading.get(group.cell),
            ) else {
                continue;
            };
            spread.extend(moments.iter().map(|here| {
                let from = |(there, sum): (&super::history::Moment, &f64)| {
                    let years = here.year.abs_diff(there.year) as usize;
                    fading.get(years).copied().unwrap_or(0.0) * sum
                };
                moments.iter().zip(sums).map(from).sum::<f64>()
            }));
        }
        spread
    }
}

/// The logistic function.
pub(super) fn probability_of(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The inverse of the logistic function.
pub(super) fn log_odds_of(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

/// A state of the fit: each row's surprise and the log-odds that follow.
struct State {
    surprise: Vec<f64>,
    effect: Vec<f64>,
}

impl State {
    fn mix(&self, other: &Self, share: f64) -> Self {
        let mix = |left: &[f64], right: &[f64]| {
            let pairs = left.iter().zip(right);
            pairs.map(|(a, b)| a + share * (b - a)).collect()
        };
        Self {
            surprise: mix(&self.surprise, &other.surprise),
            effect: mix(&self.effect, &other.effect),
        }
    }

    /// Log posterior, up to a constant.
    fn fitness(&self, history: &History, base: f64) -> f64 {
        let likelihood = |(row, effect): (&super::history::Row, &f64)| {
            let log_odds = base + effect;
            let n = count(row.tally.n());
            row.tally.wins() * log_odds - n * softplus(log_odds)
        };
        let fit: f64 = history.rows.iter().zip(&self.effect).map(likelihood).sum();
        fit - dot(&self.surprise, &self.effect) / 2.0
    }
}

/// ln(1 + eˣ), without overflow.
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn count(n: u64) -> f64 {
    n as f64
}

/// Finds, for each row, wins minus expected wins where the expectation is the
/// model's own: the posterior mode, by Newton's method on its dual form
/// (Rasmussen & Williams, Gaussian Processes for Machine Learning, §3.4).
pub(super) fn fit(history: &History, model: &CellModel) -> Vec<f64> {
    let kernel = Kernel::of(history, model);
    let base = log_odds_of(model.base_win_rate);
    let mut state = State {
        surprise: vec![0.0; history.rows.len()],
        effect: vec![0.0; history.rows.len()],
    };
    let mut fitness = state.fitness(history, base);
    for _ in 0..MAX_NEWTON_STEPS {
        let target = newton_target(history, &kernel, base, &state);
        let Some((next, next_fitness)) = climb(history, base, &state, fitness, &target) else {
            break;
        };
        let moved = next.surprise.iter().zip(&state.surprise);
        let largest = moved.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        (state, fitness) = (next, next_fitness);
        if largest < SURPRISE_TOLERANCE {
            break;
        }
    }
    state.surprise
}

/// The maximum of the quadratic approximation at a state.
fn newton_target(history: &History, kernel: &Kernel<'_>, base: f64, state: &State) -> State {
    let mut root_weights = Vec::with_capacity(history.rows.len());
    let mut pulled = Vec::with_capacity(history.rows.len());
    for (row, effect) in history.rows.iter().zip(&state.effect) {
        let p = probability_of(base + effect);
        let n = count(row.tally.n());
        let weight = n * p * (1.0 - p);
        root_weights.push(weight.sqrt());
        pulled.push(weight * effect + row.tally.wins() - n * p);
    }
    let scaled = |vector: &[f64]| -> Vec<f64> {
        let pairs = vector.iter().zip(&root_weights);
        pairs.map(|(value, root)| value * root).collect()
    };
    let shrink = |v: &[f64]| {
        let image = scaled(&kernel.apply(&scaled(v)));
        v.iter().zip(image).map(|(own, other)| own + other).collect()
    };
    let right_hand = scaled(&kernel.apply(&pulled));
    let solved = conjugate_gradient(shrink, &right_hand, CG_TOLERANCE, CG_MAX_ITERATIONS);
    let explained = scaled(&solved);
    let surprise: Vec<f64> = pulled.iter().zip(explained).map(|(a, b)| a - b).collect();
    let effect = kernel.apply(&surprise);
    State { surprise, effect }
}

/// Goes towards the target as far as the fitness doesn't fall; none when no
/// step improves it.
fn climb(
    history: &History,
    base: f64,
    state: &State,
    fitness: f64,
    target: &State,
) -> Option<(State, f64)> {
    (0..MAX_STEP_HALVINGS)
        .map(|halvings| state.mix(target, 0.5_f64.powi(halvings.cast_signed())))
        .map(|next| {
            let fitness = next.fitness(history, base);
            (next, fitness)
        })
        .find(|&(_, next_fitness)| next_fitness >= fitness)
}
