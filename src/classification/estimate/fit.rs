//! The fit: how surprising each precedent's outcome is, given all the others.

use super::CellModel;
use super::conjugate_gradient::{conjugate_gradient, dot};
use super::history::{History, Row};

/// Newton steps; a handful suffices, the bound is for pathological data.
const MAX_NEWTON_STEPS: usize = 30;
const MAX_STEP_HALVINGS: i32 = 20;
/// The fit has converged when no precedent's surprise moves by more.
const SURPRISE_TOLERANCE: f64 = 1e-5;
/// Loose: the next Newton step mends what this one leaves.
const CG_TOLERANCE: f64 = 1e-2;
const CG_MAX_ITERATIONS: usize = 500;

/// The similarities among all precedents, as a linear operator.
pub(super) struct Kernel<'a> {
    history: &'a History,
    /// For each group, the part of its scale that lasts and the part that fades.
    scales: Vec<(f64, f64)>,
    /// For each moment, what is left of the fading part since the moment before
    /// it in its group; nothing for the first.
    decays: Vec<f64>,
}

impl<'a> Kernel<'a> {
    pub fn of(history: &'a History, model: &CellModel) -> Self {
        let mut scales = Vec::with_capacity(history.groups.len());
        let mut decays = Vec::with_capacity(history.moments.len());
        for group in history.groups.iter() {
            let cell = model.cells.get(group.cell());
            let scale = cell.map_or(0.0, |cell| cell.scale);
            scales.push((scale * model.lasting_share, scale * (1.0 - model.lasting_share)));
            let moments = history.moments.get(group.moments()).unwrap_or_default();
            let mut before = None;
            for moment in moments {
                let since = before.replace(moment.time).map(|before| moment.time.years_from(before));
                decays.push(cell.zip(since).map_or(0.0, |(cell, years)| cell.decay(years)));
            }
        }
        Self {
            history,
            scales,
            decays,
        }
    }

    /// For each row, the sum of `weights` over all rows times their similarity.
    pub fn apply(&self, weights: &[f64]) -> Vec<f64> {
        let spread = self.spread(&self.sum_by_moment(weights));
        let mut moments = self.history.moments_of_rows.iter();
        let sum = |row: &Row| {
            let own = moments.by_ref().take(row.memberships());
            own.map(|&moment| spread.get(moment as usize).copied().unwrap_or(0.0))
                .sum()
        };
        self.history.rows.iter().map(sum).collect()
    }

    /// Sums of row weights over the rows of each moment.
    pub fn sum_by_moment(&self, weights: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.history.moments.len()];
        let mut moments = self.history.moments_of_rows.iter();
        for (row, weight) in self.history.rows.iter().zip(weights) {
            for &moment in moments.by_ref().take(row.memberships()) {
                if let Some(sum) = sums.get_mut(moment as usize) {
                    *sum += weight;
                }
            }
        }
        sums
    }

    /// Lets what is known at each moment reach the other times of its group.
    /// What fades does so by a constant rate, so one pass forwards and one back
    /// reach all pairs.
    fn spread(&self, sums: &[f64]) -> Vec<f64> {
        let mut spread = vec![0.0; sums.len()];
        for (group, &(lasting, fading)) in self.history.groups.iter().zip(&self.scales) {
            let (Some(sums), Some(decays), Some(spread)) = (
                sums.get(group.moments()),
                self.decays.get(group.moments()),
                spread.get_mut(group.moments()),
            ) else {
                continue;
            };
            let lasts = lasting * sums.iter().sum::<f64>();
            let mut until_here = 0.0;
            for ((here, sum), decay) in spread.iter_mut().zip(sums).zip(decays) {
                until_here = until_here * decay + sum;
                *here = lasts + fading * until_here;
            }
            let mut from_here = 0.0;
            for ((here, sum), decay) in spread.iter_mut().zip(sums).zip(decays).rev() {
                *here += fading * from_here;
                from_here = (from_here + sum) * decay;
            }
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
    fn plus(&self, step: &Self, share: f64) -> Self {
        let sum = |from: &[f64], by: &[f64]| {
            let pairs = from.iter().zip(by);
            pairs.map(|(value, change)| value + share * change).collect()
        };
        Self {
            surprise: sum(&self.surprise, &step.surprise),
            effect: sum(&self.effect, &step.effect),
        }
    }

    /// Log posterior, up to a constant.
    fn fitness(&self, history: &History, base: f64) -> f64 {
        let likelihood = |(row, effect): (&Row, &f64)| {
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
        let step = newton_step(history, &kernel, base, &state);
        let largest = step.surprise.iter().map(|move_| move_.abs()).fold(0.0, f64::max);
        let Some((next, next_fitness)) = climb(history, base, &state, fitness, &step) else {
            break;
        };
        (state, fitness) = (next, next_fitness);
        if largest < SURPRISE_TOLERANCE {
            break;
        }
    }
    state.surprise
}

/// The step to the maximum of the quadratic approximation at a state: the
/// solution of (I + W·K)·step = wins − expected wins − surprise, where W are
/// the rows' variances, solved in its symmetric form.
fn newton_step(history: &History, kernel: &Kernel<'_>, base: f64, state: &State) -> State {
    let mut deviations = Vec::with_capacity(history.rows.len());
    let mut gap = Vec::with_capacity(history.rows.len());
    let fitted = state.effect.iter().zip(&state.surprise);
    for (row, (effect, surprise)) in history.rows.iter().zip(fitted) {
        let p = probability_of(base + effect);
        let n = count(row.tally.n());
        deviations.push((n * p * (1.0 - p)).sqrt());
        gap.push(row.tally.wins() - n * p - surprise);
    }
    let scaled = |vector: &[f64]| -> Vec<f64> {
        let pairs = vector.iter().zip(&deviations);
        pairs.map(|(value, deviation)| value * deviation).collect()
    };
    let symmetric = |vector: &[f64]| {
        let image = scaled(&kernel.apply(&scaled(vector)));
        vector.iter().zip(image).map(|(own, others)| own + others).collect()
    };
    let right_hand = scaled(&kernel.apply(&gap));
    let solved = conjugate_gradient(symmetric, &right_hand, CG_TOLERANCE, CG_MAX_ITERATIONS);
    let explained = scaled(&solved);
    let surprise: Vec<f64> = gap.iter().zip(explained).map(|(a, b)| a - b).collect();
    let effect = kernel.apply(&surprise);
    State { surprise, effect }
}

/// Takes the step, halved until the fitness doesn't fall; none when no part of
/// it improves the fit.
fn climb(history: &History, base: f64, state: &State, fitness: f64, step: &State) -> Option<(State, f64)> {
    (0..MAX_STEP_HALVINGS)
        .map(|halvings| {
            let next = state.plus(step, 0.5_f64.powi(halvings));
            let fitness = next.fitness(history, base);
            (next, fitness)
        })
        .find(|&(_, next_fitness)| next_fitness >= fitness)
}
