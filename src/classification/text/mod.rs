//! Denial text → denial type, and what a denial text mentions.
//!
//! ```text
//! text ─ words ─ tokens ─┬─ features ─ model ─► Prediction   which types, how sure, because of which words
//!        (spans)         └─ (services and payers masked: a type must not be learnt from a drug's name)
//! text ─ extract ─────────────────────────────► Mentions     codes, payers, services, denial phrases with spans
//! phrases.tsv ─ corpus ─ train ─► TextModel ─ encode ─► model.bin (shipped) + ModelCard
//! a tenant's feedback ─── tune ─► TextModel, added to the shipped one for that tenant alone
//! ```
//!
//! The model is shipped as data (1.3 MB, loads in some 20 ms) and not trained at boot: training takes seconds in a release
//! build and minutes in a debug build, and a file has a digest that a card, a log line and an answer can name. Whoever
//! changes a phrase, the lexicon or the features trains anew (`stratum train --out`); a test compares the digest of the
//! sources with that of the card. Arithmetic is plain IEEE single and double precision with our own `exp` and `ln`,
//! so the same sources give the same bytes on every machine.
//!
//! Everything here is pure and deterministic: same text and same model bytes give the same answer, and the same
//! phrases give the same model bytes. All spans are half-open ranges of Unicode code points of the text as given.

mod code_shapes;
mod corpus;
mod evaluate;
mod evidence;
mod extract;
mod extract_codes;
mod features;
mod label;
mod lexicon;
mod model;
mod numeric;
mod solver;
mod train;
mod tuning;
mod words;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_extract;
#[cfg(test)]
mod tests_tuning;

pub use corpus::{Corpus, CorpusError, LabelledText};
pub use evaluate::{CalibrationBin, Measured, Metrics, measure, measure_tuned};
pub use evidence::EvidenceSpan;
pub use extract::{Extractor, ExtractorError, Mention, MentionKind};
pub use features::Vectorizer;
pub use label::{DenialLabel, UnknownLabel};
pub use lexicon::{Lexicon, LexiconError, ServiceCategory};
pub use model::{LabelScore, ModelCard, ModelError, Prediction, TextModel};
pub use train::{TrainError, TrainOptions, train};
pub use tuning::{BeforeAfter, FeedbackText, MOST_COST, MOST_FEEDBACK, TuneError, Tuned, Tuner, TuningReport};

/// A half-open range of Unicode code points of the text as given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Span {
    /// First code point.
    pub start: u32,
    /// One past the last code point.
    pub end: u32,
}

impl Span {
    /// The smallest span that holds both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The part of `text` under this span; shorter where the text ends earlier.
    #[must_use]
    pub fn slice(self, text: &str) -> &str {
        let byte_at = |index: u32| {
            text.char_indices()
                .nth(index as usize)
                .map_or(text.len(), |(byte, _)| byte)
        };
        text.get(byte_at(self.start)..byte_at(self.end)).unwrap_or_default()
    }
}
