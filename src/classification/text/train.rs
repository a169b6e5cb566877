//! From labelled texts to a model: vocabulary, weights, calibration, card.

use super::Vectorizer;
use super::corpus::{CORPUS_VERSION, Corpus, LabelledText, near_families};
use super::evaluate::{Metrics, fold_of, metrics_of};
use super::features::{Feature, GROUP_WEIGHTS, GROUPS};
use super::lexicon::LexiconError;
use super::model::{ModelCard, TextModel};
use super::numeric::{ln, softmax};
use super::solver::{Example, LABELS, PADDED, SolverOptions, Weights, fit};
use std::collections::{BTreeMap, BTreeSet};

/// What a training run may be told.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    /// The day of training for the card, as the caller writes it (the trainer reads no clock).
    pub trained_on: String,
    /// Folds of the cross-validation that calibrates and measures; at least 2.
    pub folds: u32,
    /// The solver's settings.
    pub solver: SolverOptions,
}

impl TrainOptions {
    /// The settings of the shipped model, dated as given.
    #[must_use]
    pub fn dated(trained_on: &str) -> Self {
        let solver = SolverOptions {
            epochs: 20,
            rate: 0.25,
            decay: 0.02,
            dropout: 0.4,
            seed: 20_260_822,
        };
        Self {
            trained_on: trained_on.to_owned(),
            folds: 5,
            solver,
        }
    }
}

/// Why no model was made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainError {
    /// No texts, or texts of fewer than two types.
    #[error("training needs texts of at least two denial types")]
    TooFewTypes,
    /// Fewer than two folds.
    #[error("cross-validation needs at least two folds")]
    TooFewFolds,
    /// The lexicon can't be read.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
}

/// Trains the shared model from the corpus: from our own phrases and nothing else, so that no tenant's words are in what all use.
///
/// # Errors
/// [`TrainError`] where texts or options can't give a model.
pub fn train(corpus: &Corpus, options: &TrainOptions) -> Result<TextModel, TrainError> {
    if options.folds < 2 {
        return Err(TrainError::TooFewFolds);
    }
    let texts = &corpus.texts;
    if texts.iter().map(|text| text.label).collect::<BTreeSet<_>>().len() < 2 {
        return Err(TrainError::TooFewTypes);
    }
    let vectorizer = Vectorizer::shipped()?;
    let read: Vec<Vec<Feature>> = texts.iter().map(|text| vectorizer.read(&text.text).1).collect();
    let (temperature, cross_validated) = calibrate(texts, &read, options);
    let everything: Vec<usize> = (0..texts.len()).collect();
    let fitted = Fitted::on(texts, &read, &everything, &options.solver);
    let card = ModelCard {
        corpus_version: CORPUS_VERSION,
        corpus_sha256: corpus.digest.clone(),
        templates: corpus.templates,
        texts: corpus.texts.len(),
        feedback_texts: 0,
        features: fitted.vocabulary.keys.len(),
        temperature,
        folds: options.folds,
        cross_validated,
        trained_on: options.trained_on.clone(),
    };
    Ok(TextModel::build(card, &fitted.vocabulary, &fitted.weights))
}

/// Out-of-fold logits → the temperature that makes them honest, and what they measure then.
fn calibrate(texts: &[LabelledText], read: &[Vec<Feature>], options: &TrainOptions) -> (f32, Metrics) {
    let mut scored: Vec<(usize, [f32; PADDED])> = Vec::with_capacity(texts.len());
    let families = near_families(texts);
    for fold in 0..options.folds {
        let (held, kept): (Vec<usize>, Vec<usize>) = (0..texts.len())
            .partition(|index| texts[*index].is_measured && fold_of(families[*index], options.folds) == fold);
        let fitted = Fitted::on(texts, read, &kept, &options.solver);
        for index in held {
            let logits = fitted.weights.logits(&fitted.vocabulary.values(&read[index]));
            scored.push((texts[index].label.index(), logits));
        }
    }
    let temperature = best_temperature(&scored);
    (
        temperature,
        metrics_of(
            scored
                .iter()
                .map(|(label, logits)| (*label, probabilities(logits, temperature))),
        ),
    )
}

/// The temperature with the lowest log loss, to 0.05.
fn best_temperature(scored: &[(usize, [f32; PADDED])]) -> f32 {
    let loss = |temperature: f32| -> f32 {
        let of = |(label, logits): &(usize, [f32; PADDED])| -ln(probabilities(logits, temperature)[*label].max(1e-9));
        scored.iter().map(of).sum()
    };
    let candidates = (4..=60).map(|step| step as f32 * 0.05);
    candidates
        .map(|temperature| (temperature, loss(temperature)))
        .fold(
            (1.0, f32::MAX),
            |best, tried| {
                if tried.1 < best.1 { tried } else { best }
            },
        )
        .0
}

pub(super) fn probabilities(logits: &[f32; PADDED], temperature: f32) -> [f32; LABELS] {
    let mut scores = [0.0; LABELS];
    scores
        .iter_mut()
        .zip(logits)
        .for_each(|(score, logit)| *score = logit / temperature);
    softmax(&mut scores);
    scores
}

/// Vocabulary and weights fitted on some of the texts.
struct Fitted {
    vocabulary: Vocabulary,
    weights: Weights,
}

impl Fitted {
    fn on(texts: &[LabelledText], read: &[Vec<Feature>], chosen: &[usize], solver: &SolverOptions) -> Self {
        let vocabulary = Vocabulary::of(chosen.iter().map(|index| (&texts[*index], &read[*index])));
        let mut per_label = [0.0_f32; LABELS];
        for index in chosen {
            per_label[texts[*index].label.index()] += 1.0;
        }
        let mean = chosen.len() as f32 / per_label.iter().filter(|count| **count > 0.0).count().max(1) as f32;
        let examples: Vec<Example> = chosen
            .iter()
            .map(|index| {
                let label = texts[*index].label.index();
                // Rare types count more, by the root of their rarity.
                let balance = (mean / per_label[label]).sqrt();
                let features = vocabulary.values(&read[*index]);
                Example {
                    features,
                    label,
                    weight: texts[*index].weight * balance,
                    offset: [0.0; PADDED],
                }
            })
            .collect();
        let weights = fit(&examples, vocabulary.keys.len(), solver);
        Self { vocabulary, weights }
    }
}

/// Texts in which a feature of each group (words, concepts, letter groups) must occur to get a row.
const FEWEST_TEXTS: [u32; GROUPS] = [1, 2, 2];

/// The features worth a row.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Feature keys, ascending.
    pub keys: Vec<u32>,
    /// Inverse document frequency of each.
    pub idf: Vec<f32>,
    /// Group of each.
    pub groups: Vec<u8>,
}

impl Vocabulary {
    fn of<'a>(texts: impl Iterator<Item = (&'a LabelledText, &'a Vec<Feature>)>) -> Self {
        let mut counts: BTreeMap<u32, (u32, u8)> = BTreeMap::new();
        let mut total = 0_u32;
        for (_, features) in texts {
            total += 1;
            for feature in features {
                counts.entry(feature.key).or_insert((0, feature.group)).0 += 1;
            }
        }
        let mut vocabulary = Self::default();
        for (key, (count, group)) in counts {
            if count >= FEWEST_TEXTS[usize::from(group) % GROUPS] {
                vocabulary.keys.push(key);
                vocabulary.idf.push(1.0 + ln((total + 1) as f32 / (count + 1) as f32));
                vocabulary.groups.push(group);
            }
        }
        vocabulary
    }

    /// Rows and values of the known features, each group at its own length.
    fn values(&self, features: &[Feature]) -> Vec<(u32, f32)> {
        let mut squares = [0.0_f32; GROUPS];
        let mut found: Vec<(u32, f32)> = Vec::with_capacity(features.len());
        for feature in features {
            if let Ok(row) = self.keys.binary_search(&feature.key) {
                squares[usize::from(self.groups[row])] += self.idf[row] * self.idf[row];
                found.push((u32::try_from(row).unwrap_or(u32::MAX), self.idf[row]));
            }
        }
        for (row, value) in &mut found {
            let group = usize::from(self.groups[*row as usize]);
            *value *= GROUP_WEIGHTS[group] / squares[group].sqrt();
        }
        found
    }
}
