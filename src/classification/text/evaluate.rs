//! How often the first type is right, the first three hold it, and how honest the scores are.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the model works in single precision; where a number is narrowed is part of its definition"
)]

use super::corpus::Corpus;
use super::label::DenialLabel;
use super::model::TextModel;
use super::numeric::{fnv1a, ln};
use super::solver::LABELS;
use serde::{Deserialize, Serialize};

/// Bins of the calibration error, of equal width.
const CALIBRATION_BINS: usize = 10;

/// Measured on texts that the measured model was not trained on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// Texts measured.
    pub texts: usize,
    /// Share whose first type is right.
    pub top1: f32,
    /// Share whose first three types hold the right one.
    pub top3: f32,
    /// Mean negative log of the right type's score.
    pub log_loss: f32,
    /// Mean distance of score and hit rate over ten bins of the first score.
    pub calibration_error: f32,
}

impl Metrics {
    /// Of no texts.
    pub(super) fn none() -> Self {
        metrics_of(std::iter::empty())
    }
}

/// First scores of about the same height beside how often they were right.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Texts in the bin.
    pub texts: usize,
    /// Mean first score.
    pub mean_score: f32,
    /// Share of right first types.
    pub hit_rate: f32,
}

/// Metrics with the calibration behind them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The figures.
    pub metrics: Metrics,
    /// First scores in ten bins of equal width, from 0 to 1.
    pub calibration: Vec<CalibrationBin>,
}

/// Measures a model on labelled texts.
#[must_use]
pub fn measure(model: &TextModel, texts: &Corpus) -> Metrics {
    measure_tuned(model, None, texts).metrics
}

/// Measures a model on labelled texts, with a tuning or without.
#[must_use]
pub fn measure_tuned(model: &TextModel, tuning: Option<&TextModel>, texts: &Corpus) -> Measured {
    let scored: Vec<(usize, [f32; LABELS])> = texts
        .texts
        .iter()
        .map(|text| {
            let mut scores = [0.0; LABELS];
            for scored in model.classify_tuned(&text.text, tuning).scores {
                scores[scored.label.index()] = scored.score;
            }
            (text.label.index(), scores)
        })
        .collect();
    measured(&scored)
}

/// Metrics and calibration over pairs of right type and scores of all types.
pub fn measured(scored: &[(usize, [f32; LABELS])]) -> Measured {
    let mut bins = [(0_usize, 0.0_f64, 0_usize); CALIBRATION_BINS];
    for (label, scores) in scored {
        let best = ranking(scores)[0];
        let bin = &mut bins[bin_of(scores[best])];
        *bin = (
            bin.0 + 1,
            bin.1 + f64::from(scores[best]),
            bin.2 + usize::from(best == *label),
        );
    }
    let bins = bins.iter().map(|(texts, mass, hits)| CalibrationBin {
        texts: *texts,
        mean_score: (mass / (*texts).max(1) as f64) as f32,
        hit_rate: (*hits as f64 / (*texts).max(1) as f64) as f32,
    });
    Measured {
        metrics: metrics_of(scored.iter().copied()),
        calibration: bins.collect(),
    }
}

fn bin_of(score: f32) -> usize {
    ((score * CALIBRATION_BINS as f32) as usize).min(CALIBRATION_BINS - 1)
}

/// Metrics over pairs of right type and scores of all types.
pub fn metrics_of(scored: impl Iterator<Item = (usize, [f32; LABELS])>) -> Metrics {
    let (mut texts, mut first, mut third, mut loss) = (0_usize, 0_usize, 0_usize, 0.0_f64);
    let mut bins = [(0_usize, 0.0_f64, 0_usize); CALIBRATION_BINS];
    for (label, scores) in scored {
        let order = ranking(&scores);
        let best = order[0];
        let hit = best == label;
        texts += 1;
        first += usize::from(hit);
        third += usize::from(order[..3].contains(&label));
        loss -= f64::from(ln(scores[label].max(1e-9)));
        let bin = &mut bins[bin_of(scores[best])];
        *bin = (bin.0 + 1, bin.1 + f64::from(scores[best]), bin.2 + usize::from(hit));
    }
    let count = texts.max(1) as f64;
    let distance: f64 = bins.iter().map(|(_, mass, hits)| (mass - *hits as f64).abs()).sum();
    Metrics {
        texts,
        top1: (first as f64 / count) as f32,
        top3: (third as f64 / count) as f32,
        log_loss: (loss / count) as f32,
        calibration_error: (distance / count) as f32,
    }
}

/// Types by falling score, ties in the types' own order.
pub fn ranking(scores: &[f32; LABELS]) -> [usize; LABELS] {
    let mut order: [usize; LABELS] = std::array::from_fn(|index| index);
    order.sort_by(|left, right| scores[*right].total_cmp(&scores[*left]).then(left.cmp(right)));
    order
}

/// The fold of a family: fixed, so that figures of two runs can be compared.
pub fn fold_of(family: u32, folds: u32) -> u32 {
    u32::try_from((fnv1a(77, &family.to_le_bytes()) >> 20) % u64::from(folds.max(1))).unwrap_or(0)
}

const _: () = assert!(DenialLabel::ALL.len() == LABELS && LABELS >= 3);
