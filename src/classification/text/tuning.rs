//! What a tenant's feedback adds to the shared model: a small linear model of its own on top of it.
//!
//! ```text
//! logits(text) = shared model's logits + tuning's logits        one temperature, the shared model's
//! ```
//!
//! The shared model is never trained on a tenant's words, so no tenant can move another's answers, and nothing of a text
//! can be read back from what all use. A tuning knows hashed words and concepts of the feedback alone; it starts where the
//! shared model stands and is held there by phrases of our own (anchors), so that it learns what the shared model does not
//! say already. Same base, anchors and feedback, in any order: same bytes.

use super::corpus::{Corpus, LabelledText, hex, near_families};
use super::evaluate::{Measured, Metrics, fold_of, measure_tuned, measured};
use super::features::{Feature, GROUP_WEIGHTS, GROUPS, Vectorizer};
use super::label::DenialLabel;
use super::lexicon::LexiconError;
use super::model::{ModelCard, TextModel};
use super::numeric::ln;
use super::solver::{Example, PADDED, SolverOptions, Weights, fit};
use super::train::{Vocabulary, probabilities};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Texts of one tenant that a tuning learns from at most.
pub const MOST_FEEDBACK: usize = 2_000;
/// What a text of feedback counts beside an anchor, which counts 1.
const FEEDBACK_WEIGHT: f32 = 5.0;
/// Every so many phrases of the corpus, one is an anchor.
const ANCHOR_STRIDE: usize = 8;
/// Folds of the cross-validation over the feedback, by near copies.
const FOLDS: u32 = 5;
/// Fewer texts than this are not cross-validated: the figures would say nothing.
const FEWEST_MEASURED: usize = 10;
/// Share of our held-out texts that a tuning may cost; beyond it the feedback contradicts plain words.
pub const MOST_COST: f32 = 0.02;
/// Letter groups (the last feature group) are left to the shared model: they are many and say little of one tenant.
const TUNED_GROUPS: u8 = 2;

/// As long and fast as it takes that one correction alone moves a text on which the shared model was sure: of 43 held-out
/// texts told to be of their second type, all were so afterwards, at a cost of 0.1 points to the others.
const SOLVER: SolverOptions = SolverOptions {
    epochs: 30,
    rate: 0.25,
    decay: 0.01,
    dropout: 0.2,
    seed: 20_261_122,
};

/// A text whose type a tenant's person confirmed or corrected, free of PHI.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedbackText {
    /// The text.
    pub text: String,
    /// The type the person says it is.
    pub label: DenialLabel,
}

/// One set of texts measured without and with a tuning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BeforeAfter {
    /// By the shared model alone.
    pub before: Measured,
    /// With the tuning.
    pub after: Measured,
}

/// How well a tuning does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TuningReport {
    /// On the feedback itself, each text by a tuning that saw neither it nor a near copy; none of a few texts.
    pub feedback: Option<BeforeAfter>,
    /// On our own texts kept aside.
    pub held_out: BeforeAfter,
    /// Texts of feedback of each type.
    pub types: BTreeMap<String, usize>,
}

/// A tuning, measured.
#[derive(Debug, Clone)]
pub struct Tuned {
    /// What is added to the shared model: see [`TextModel::classify_tuned`].
    pub model: TextModel,
    /// How well it does.
    pub report: TuningReport,
}

/// Why no tuning was made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TuneError {
    /// No texts.
    #[error("there is no feedback in words")]
    NoFeedback,
    /// More texts than a tuning takes.
    #[error("a tuning takes at most {MOST_FEEDBACK} texts")]
    TooMuchFeedback,
    /// It would make plain denials worse.
    #[error(
        "the feedback contradicts plain words: with it {after:.3} of our own texts get their type, without {before:.3}"
    )]
    Contradicts {
        /// Share of our held-out texts that the shared model gets right.
        before: f32,
        /// The same with the tuning.
        after: f32,
    },
    /// The lexicon can't be read.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
}

/// Trains tunings of one shared model.
#[derive(Debug)]
pub struct Tuner<'b> {
    base: &'b TextModel,
    vectorizer: Vectorizer,
    anchors: Vec<Read>,
    held_out: Corpus,
}

/// A text as the tuning sees it.
#[derive(Debug)]
struct Read {
    features: Vec<(Feature, f32)>,
    offset: [f32; PADDED],
    label: DenialLabel,
    weight: f32,
}

impl<'b> Tuner<'b> {
    /// A tuner of `base`, with phrases of `corpus` for anchors; measures on `held_out`.
    ///
    /// # Errors
    /// The first line of the shipped lexicon that can't be read.
    pub fn new(base: &'b TextModel, corpus: &Corpus, held_out: Corpus) -> Result<Self, LexiconError> {
        let vectorizer = Vectorizer::shipped()?;
        let anchors = corpus.texts.iter().step_by(ANCHOR_STRIDE);
        Ok(Self {
            base,
            vectorizer,
            anchors: anchors.map(|text| read(base, vectorizer, text)).collect(),
            held_out,
        })
    }

    /// The tuning that this feedback makes. Of equal texts the last in the order of types counts.
    ///
    /// # Errors
    /// [`TuneError`] where the feedback gives none, or one that contradicts plain words.
    pub fn tune(&self, feedback: &[FeedbackText]) -> Result<Tuned, TuneError> {
        let texts = told(feedback)?;
        let told: Vec<Read> = texts
            .iter()
            .map(|text| read(self.base, self.vectorizer, text))
            .collect();
        let everything: Vec<&Read> = told.iter().collect();
        let (vocabulary, weights) = self.fit(&everything);
        let cross_validated = self.cross_validate(&texts, &told);
        let card = ModelCard {
            corpus_version: self.base.card().corpus_version,
            corpus_sha256: digest(self.base, &texts),
            templates: 0,
            texts: texts.len(),
            feedback_texts: texts.len(),
            features: vocabulary.keys.len(),
            temperature: self.base.card().temperature,
            folds: FOLDS,
            cross_validated: cross_validated
                .as_ref()
                .map_or_else(Metrics::none, |both| both.after.metrics),
            // No day: the same feedback gives the same bytes on any.
            trained_on: String::new(),
        };
        let model = TextModel::build(card, &vocabulary, &weights);
        let held_out = BeforeAfter {
            before: measure_tuned(self.base, None, &self.held_out),
            after: measure_tuned(self.base, Some(&model), &self.held_out),
        };
        let (before, after) = (held_out.before.metrics.top1, held_out.after.metrics.top1);
        if after < before - MOST_COST {
            return Err(TuneError::Contradicts { before, after });
        }
        let mut types = BTreeMap::new();
        for text in &texts {
            *types.entry(text.label.as_str().to_owned()).or_insert(0) += 1;
        }
        let report = TuningReport {
            feedback: cross_validated,
            held_out,
            types,
        };
        Ok(Tuned { model, report })
    }

    fn fit(&self, told: &[&Read]) -> (Vocabulary, Weights) {
        let vocabulary = vocabulary(told);
        let known = |read: &Read| -> Vec<(u32, f32)> {
            let rows = read.features.iter().filter_map(|(feature, value)| {
                let row = vocabulary.keys.binary_search(&feature.key).ok()?;
                Some((u32::try_from(row).ok()?, *value))
            });
            rows.collect()
        };
        let examples = told.iter().copied().chain(&self.anchors).map(|read| Example {
            features: known(read),
            label: read.label.index(),
            weight: read.weight,
            offset: read.offset,
        });
        // An anchor that shares no word with the feedback can't be moved by it.
        let examples: Vec<Example> = examples.filter(|example| !example.features.is_empty()).collect();
        let mut weights = fit(&examples, vocabulary.keys.len(), &SOLVER);
        // What a text without any told word gets is the shared model's to say.
        weights.bias = [0.0; PADDED];
        (vocabulary, weights)
    }

    fn cross_validate(&self, texts: &[LabelledText], told: &[Read]) -> Option<BeforeAfter> {
        if texts.len() < FEWEST_MEASURED {
            return None;
        }
        let temperature = self.base.card().temperature;
        let families = near_families(texts);
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for fold in 0..FOLDS {
            let (held, kept): (Vec<_>, Vec<_>) = told
                .iter()
                .zip(&families)
                .partition(|(_, family)| fold_of(**family, FOLDS) == fold);
            let kept: Vec<&Read> = kept.into_iter().map(|(read, _)| read).collect();
            let (vocabulary, weights) = self.fit(&kept);
            for (read, _) in held {
                let rows = read.features.iter().filter_map(|(feature, value)| {
                    let row = vocabulary.keys.binary_search(&feature.key).ok()?;
                    Some((u32::try_from(row).ok()?, *value))
                });
                let mut logits = weights.logits(&rows.collect::<Vec<_>>());
                logits
                    .iter_mut()
                    .zip(&read.offset)
                    .for_each(|(sum, offset)| *sum += offset);
                before.push((read.label.index(), probabilities(&read.offset, temperature)));
                after.push((read.label.index(), probabilities(&logits, temperature)));
            }
        }
        Some(BeforeAfter {
            before: measured(&before),
            after: measured(&after),
        })
    }
}

/// The features that a tuning looks at, each with its value: its rarity to the shared model, by the length of all of the
/// text's features of its group.
pub(super) fn values<'a>(base: &TextModel, features: &'a [Feature]) -> impl Iterator<Item = (&'a Feature, f32)> {
    let rarities: Vec<f32> = features.iter().map(|feature| rarity(base, feature)).collect();
    let mut squares = [0.0_f32; GROUPS];
    for (feature, rarity) in features.iter().zip(&rarities) {
        squares[usize::from(feature.group) % GROUPS] += rarity * rarity;
    }
    let pairs = features.iter().zip(rarities);
    pairs
        .filter(|(feature, _)| feature.group < TUNED_GROUPS)
        .map(move |(feature, rarity)| {
            let group = usize::from(feature.group) % GROUPS;
            (feature, rarity * GROUP_WEIGHTS[group] / squares[group].sqrt())
        })
}

/// What the shared model does not know is as rare as what it saw once.
fn rarity(base: &TextModel, feature: &Feature) -> f32 {
    let texts = u32::try_from(base.card().texts).unwrap_or(u32::MAX);
    base.idf(feature.key)
        .unwrap_or_else(|| 1.0 + ln((texts + 1) as f32 / 2.0))
}

fn read(base: &TextModel, vectorizer: Vectorizer, text: &LabelledText) -> Read {
    let (_, features) = vectorizer.read(&text.text);
    Read {
        features: values(base, &features)
            .map(|(feature, value)| (*feature, value))
            .collect(),
        offset: base.logits(&features),
        label: text.label,
        weight: text.weight,
    }
}

/// Distinct texts in a fixed order, each a family of its own.
fn told(feedback: &[FeedbackText]) -> Result<Vec<LabelledText>, TuneError> {
    let distinct: BTreeSet<&FeedbackText> = feedback.iter().collect();
    let labels: BTreeMap<&str, DenialLabel> = distinct.iter().map(|told| (told.text.as_str(), told.label)).collect();
    if labels.is_empty() {
        return Err(TuneError::NoFeedback);
    }
    if labels.len() > MOST_FEEDBACK {
        return Err(TuneError::TooMuchFeedback);
    }
    let texts = labels.into_iter().zip(0..).map(|((text, label), family)| LabelledText {
        text: text.to_owned(),
        label,
        family,
        weight: FEEDBACK_WEIGHT,
        is_measured: true,
    });
    Ok(texts.collect())
}

fn vocabulary(told: &[&Read]) -> Vocabulary {
    let features = told.iter().flat_map(|read| &read.features);
    let groups: BTreeMap<u32, u8> = features.map(|(feature, _)| (feature.key, feature.group)).collect();
    Vocabulary {
        keys: groups.keys().copied().collect(),
        // Rarities are the shared model's: see `values`.
        idf: vec![0.0; groups.len()],
        groups: groups.into_values().collect(),
    }
}

/// SHA-256 over the shared model and the texts with their types, each with its length before it.
fn digest(base: &TextModel, texts: &[LabelledText]) -> String {
    let mut hash = Sha256::new();
    hash.update(base.digest().as_bytes());
    for text in texts {
        for part in [text.label.as_str(), &text.text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    hex(&hash.finalize())
}
