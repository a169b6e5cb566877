//! Multinomial logistic regression by `AdaGrad` over sparse rows: one thread, fixed order, the same result every time.

use super::label::DenialLabel;
use super::numeric::{SplitMix, softmax};

/// Number of types, hence of columns.
pub const LABELS: usize = DenialLabel::ALL.len();
/// Columns in memory: padded so that a row is a whole number of vector registers.
pub const PADDED: usize = 32;

/// One training text as row numbers and values.
#[derive(Debug, Clone)]
pub struct Example {
    /// Vocabulary row and value of each feature.
    pub features: Vec<(u32, f32)>,
    /// Index of the right type.
    pub label: usize,
    /// How much it counts.
    pub weight: f32,
    /// Logits that stand before any weight is learnt: zeros, or what another model says.
    pub offset: [f32; PADDED],
}

/// How long and how cautiously to train.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SolverOptions {
    /// Passes over the examples.
    pub epochs: u32,
    /// First step length.
    pub rate: f32,
    /// Share by which every weight shrinks after an epoch.
    pub decay: f32,
    /// Share of an example's features left out at each visit, so that no word carries a type alone.
    pub dropout: f32,
    /// Seed of the order of examples.
    pub seed: u64,
}

/// Weights of a linear model: one padded row per feature, and the biases.
#[derive(Debug, Clone)]
pub struct Weights {
    /// Row-major, [`PADDED`] columns.
    pub rows: Vec<[f32; PADDED]>,
    /// Bias of each type.
    pub bias: [f32; PADDED],
}

impl Weights {
    /// Logits of one example.
    pub fn logits(&self, features: &[(u32, f32)]) -> [f32; PADDED] {
        let mut sums = self.bias;
        for (row, value) in features {
            if let Some(weights) = self.rows.get(*row as usize) {
                for (sum, weight) in sums.iter_mut().zip(weights) {
                    *sum += value * weight;
                }
            }
        }
        sums
    }
}

/// Fits weights for `row_count` features.
pub fn fit(examples: &[Example], row_count: usize, options: &SolverOptions) -> Weights {
    let mut weights = Weights {
        rows: vec![[0.0; PADDED]; row_count],
        bias: [0.0; PADDED],
    };
    let mut squares = vec![[1e-3_f32; PADDED]; row_count];
    let mut bias_squares = [1e-3_f32; PADDED];
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = SplitMix(options.seed);
    let mut visible = Vec::new();
    for _ in 0..options.epochs {
        shuffle(&mut order, &mut random);
        for index in &order {
            let Some(example) = examples.get(*index) else {
                continue;
            };
            drop_some(&example.features, options.dropout, &mut random, &mut visible);
            let error = gradient(&weights, &visible, example);
            for (row, value) in &visible {
                let row = *row as usize;
                step(&mut weights.rows[row], &mut squares[row], &error, *value, options.rate);
            }
            step(&mut weights.bias, &mut bias_squares, &error, 0.1, options.rate);
        }
        let keep = 1.0 - options.decay;
        weights.rows.iter_mut().flatten().for_each(|weight| *weight *= keep);
    }
    weights
}

/// The features that are seen this time, scaled up for those left out.
fn drop_some(features: &[(u32, f32)], dropout: f32, random: &mut SplitMix, visible: &mut Vec<(u32, f32)>) {
    let keep = 1.0 - dropout;
    visible.clear();
    visible.extend(
        features
            .iter()
            .filter(|_| random.share() < keep)
            .map(|(row, value)| (*row, value / keep)),
    );
}

/// Predicted minus target probabilities, times the example's weight.
fn gradient(weights: &Weights, features: &[(u32, f32)], example: &Example) -> [f32; PADDED] {
    let mut error = weights.logits(features);
    error
        .iter_mut()
        .zip(&example.offset)
        .for_each(|(sum, offset)| *sum += offset);
    softmax(&mut error[..LABELS]);
    for (index, value) in error.iter_mut().enumerate() {
        let target = if index == example.label { 1.0 } else { 0.0 };
        *value = if index < LABELS {
            (*value - target) * example.weight
        } else {
            0.0
        };
    }
    error
}

fn step(weights: &mut [f32; PADDED], squares: &mut [f32; PADDED], error: &[f32; PADDED], value: f32, rate: f32) {
    for ((weight, square), error) in weights.iter_mut().zip(squares.iter_mut()).zip(error) {
        let slope = error * value;
        *square += slope * slope;
        *weight -= rate * slope / square.sqrt();
    }
}

fn shuffle(order: &mut [usize], random: &mut SplitMix) {
    for last in (1..order.len()).rev() {
        order.swap(last, random.below(last + 1));
    }
}
