//! The trained model: scores with the words that drove them.

mod file;

use super::evaluate::{Metrics, ranking};
use super::evidence::{EvidenceSpan, evidence, known_share};
use super::features::{Feature, GROUP_WEIGHTS, GROUPS, Vectorizer};
use super::label::DenialLabel;
use super::lexicon::LexiconError;
use super::numeric::softmax;
use super::solver::{LABELS, PADDED, Weights};
use super::train::Vocabulary;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// What a model was made of and how well it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Version of the training phrases and features.
    pub corpus_version: u32,
    /// SHA-256 over the phrases, codes, slots and lexicon, hex.
    pub corpus_sha256: String,
    /// Lines of the phrases' file.
    pub templates: u32,
    /// Texts made from them.
    pub texts: usize,
    /// Texts of a tenant's feedback among them: all of a tuning's, none of the shared model's.
    pub feedback_texts: usize,
    /// Features that have weights.
    pub features: usize,
    /// Temperature of the calibration.
    pub temperature: f32,
    /// Folds of the cross-validation, by family.
    pub folds: u32,
    /// Out-of-fold figures, calibrated.
    pub cross_validated: Metrics,
    /// The day of training as the caller gave it.
    pub trained_on: String,
}

/// A type with its calibrated score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelScore {
    /// The type.
    pub label: DenialLabel,
    /// Probability by the model; all 25 sum to 1.
    pub score: f32,
}

/// What a model says of one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// All types by falling score; ties in the types' order. Scores sum to at most 1 (rounding aside).
    pub scores: Vec<LabelScore>,
    /// The places that drove the first type, in text order; empty without evidence.
    pub spans: Vec<EvidenceSpan>,
    /// Share of the text's words that the model knows, 0 to 1; at 0 the answer is `OTHER` with the score of ignorance.
    pub known_words: f32,
}

/// Why a model's bytes can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Not a model file, or cut short.
    #[error("not a text model: {0}")]
    Malformed(&'static str),
    /// Written by another format version.
    #[error("text model format {0} can't be read by this build")]
    Format(u16),
    /// Digest and content differ.
    #[error("text model is corrupt: its digest does not match")]
    Digest,
    /// The lexicon it reads with is broken.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
}

/// One feature of the vocabulary with its packed weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    key: u32,
    group: u8,
    idf: f32,
    scale: f32,
    pub(super) weights: [i8; PADDED],
}

/// A feature of a text that the model knows: what its packed weights are multiplied by, the feature, its row.
pub(super) type Found<'a> = (f32, &'a Feature, &'a Row);

/// A linear model over the features of [`Vectorizer`].
#[derive(Debug, Clone)]
pub struct TextModel {
    card: ModelCard,
    bias: [f32; PADDED],
    rows: Vec<Row>,
    slots: Vec<u32>,
    digest: String,
}

impl TextModel {
    /// The model shipped with the program, decoded once.
    ///
    /// # Errors
    /// Why the shipped bytes can't be used; never in a released build, which tests decode.
    pub fn shipped() -> Result<&'static Self, ModelError> {
        static SHIPPED: OnceLock<Result<TextModel, ModelError>> = OnceLock::new();
        SHIPPED
            .get_or_init(|| TextModel::decode(include_bytes!("data/model.bin")))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Packs trained weights: eight bits each, scaled per row; rows without say are left out.
    #[must_use]
    pub(super) fn build(mut card: ModelCard, vocabulary: &Vocabulary, weights: &Weights) -> Self {
        let rows: Vec<Row> = (0..vocabulary.keys.len())
            .map(|index| {
                let (scale, packed) = pack(&weights.rows[index]);
                let (key, group, idf) = (vocabulary.keys[index], vocabulary.groups[index], vocabulary.idf[index]);
                Row {
                    key,
                    group,
                    idf,
                    scale,
                    weights: packed,
                }
            })
            .collect();
        card.features = rows.len();
        let mut model = Self {
            card,
            bias: weights.bias,
            slots: slots_of(&rows),
            rows,
            digest: String::new(),
        };
        model.digest = super::corpus::hex(&Sha256::digest(model.encode_body()));
        model
    }

    /// What it was made of and how well it does.
    #[must_use]
    pub fn card(&self) -> &ModelCard {
        &self.card
    }

    /// SHA-256 of the encoded model, hex: its version for those who must name it.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The types of a text, best first, with the places that drove the first one.
    ///
    /// The model reads with the shipped lexicon, which its own decoding has proved readable.
    #[must_use]
    pub fn classify(&self, text: &str) -> Prediction {
        self.classify_tuned(text, None)
    }

    /// As [`TextModel::classify`], with what a tenant's feedback adds (a model made by [`super::tune`] on this one).
    #[must_use]
    pub fn classify_tuned(&self, text: &str, tuning: Option<&Self>) -> Prediction {
        let Ok(vectorizer) = Vectorizer::shipped() else {
            return ignorance();
        };
        let (tokens, features) = vectorizer.read(text);
        let mut found = self.find(&features);
        if let Some(tuning) = tuning {
            found.extend(tuning.find_beside(self, &features));
        }
        if found.is_empty() {
            return ignorance();
        }
        let logits = logits_of(&self.bias, &found);
        let mut scores = [0.0; LABELS];
        scores
            .iter_mut()
            .zip(logits)
            .for_each(|(score, logit)| *score = logit / self.card.temperature);
        softmax(&mut scores);
        let order = ranking(&scores);
        Prediction {
            scores: order
                .map(|index| LabelScore {
                    label: DenialLabel::ALL[index],
                    score: scores[index],
                })
                .to_vec(),
            spans: evidence(order[0], &tokens, &found),
            known_words: known_share(&tokens, &found),
        }
    }

    /// Logits of a text's features, uncalibrated.
    pub(super) fn logits(&self, features: &[Feature]) -> [f32; PADDED] {
        logits_of(&self.bias, &self.find(features))
    }

    /// The rarity of a feature as this model knows it.
    pub(super) fn idf(&self, key: u32) -> Option<f32> {
        self.row(key).map(|row| row.idf)
    }

    /// The rows of the known features with the value each is multiplied by.
    fn find<'a>(&'a self, features: &'a [Feature]) -> Vec<Found<'a>> {
        let mut squares = [0.0_f32; GROUPS];
        let mut found = Vec::with_capacity(features.len());
        for feature in features {
            if let Some(row) = self.row(feature.key) {
                squares[usize::from(row.group) % GROUPS] += row.idf * row.idf;
                found.push((row.idf * row.scale, feature, row));
            }
        }
        let lengths: [f32; GROUPS] = std::array::from_fn(|group| GROUP_WEIGHTS[group] / squares[group].sqrt());
        for (value, _, row) in &mut found {
            *value *= lengths[usize::from(row.group) % GROUPS];
        }
        found
    }

    /// As [`TextModel::find`] of a tuning of `base`. A tuning knows few features, so they weigh by their share of all the
    /// features of the text: a text that has one common word with what was told is hardly moved.
    fn find_beside<'a>(&'a self, base: &Self, features: &'a [Feature]) -> Vec<Found<'a>> {
        let values = super::tuning::values(base, features);
        let known =
            values.filter_map(|(feature, value)| self.row(feature.key).map(|row| (value * row.scale, feature, row)));
        known.collect()
    }

    fn row(&self, key: u32) -> Option<&Row> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut slot = key as usize & mask;
        loop {
            let row = self.rows.get(*self.slots.get(slot)? as usize)?;
            if row.key == key {
                return Some(row);
            }
            slot = (slot + 1) & mask;
        }
    }
}

fn logits_of(bias: &[f32; PADDED], found: &[Found<'_>]) -> [f32; PADDED] {
    let mut logits = *bias;
    for (value, _, row) in found {
        for (sum, weight) in logits.iter_mut().zip(&row.weights) {
            *sum += value * f32::from(*weight);
        }
    }
    logits
}

/// A row as scale and eight-bit weights.
#[expect(clippy::cast_possible_truncation, reason = "scaled to at most 127 a line above")]
fn pack(weights: &[f32; PADDED]) -> (f32, [i8; PADDED]) {
    let largest = weights[..LABELS]
        .iter()
        .fold(0.0_f32, |largest, weight| largest.max(weight.abs()));
    if largest == 0.0 {
        return (0.0, [0; PADDED]);
    }
    let scale = largest / 127.0;
    (scale, weights.map(|weight| (weight / scale).round() as i8))
}

/// Open-addressed table of row numbers, at most half full; an empty slot holds a number past the rows.
fn slots_of(rows: &[Row]) -> Vec<u32> {
    let size = (rows.len().max(1) * 2).next_power_of_two();
    let mut slots = vec![u32::MAX; size];
    for (number, row) in rows.iter().enumerate() {
        let mut slot = row.key as usize & (size - 1);
        while slots[slot] != u32::MAX {
            slot = (slot + 1) & (size - 1);
        }
        slots[slot] = u32::try_from(number).unwrap_or(u32::MAX);
    }
    slots
}

/// The answer to a text without a single known feature.
fn ignorance() -> Prediction {
    let score = 1.0 / LABELS as f32;
    let others = DenialLabel::ALL
        .into_iter()
        .filter(|label| *label != DenialLabel::Other);
    let labels = std::iter::once(DenialLabel::Other).chain(others);
    Prediction {
        scores: labels.map(|label| LabelScore { label, score }).collect(),
        spans: Vec::new(),
        known_words: 0.0,
    }
}
