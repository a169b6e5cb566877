//! The training phrases: templates of our own writing, expanded without chance.
//!
//! A line is `type<TAB>topic<TAB>phrase`. `[a|b]` is a choice, `{service}` a slot. The texts of one template and of templates
//! that share most of their words are one family, and a family stays in one fold of cross-validation: nothing is
//! measured on a text whose near copy was trained on.

use super::label::{DenialLabel, UnknownLabel};
use super::lexicon::{Lexicon, LexiconError, ServiceCategory, rows};
use super::numeric::{SplitMix, fnv1a};
use super::words::{stem, words};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Version of the phrases and of the features made from them; raised with every change.
pub const CORPUS_VERSION: u32 = 1;
/// Values of the templates' slots beside the lexicon's services.
const SLOTS: &str = include_str!("data/slots.tsv");
/// What a bare code counts in training beside a phrase, which counts 1: it has few features to learn by.
const CODE_WEIGHT: f32 = 2.0;
/// Texts made at most from one template.
const MAX_VARIANTS: usize = 3;

/// A text whose type is known.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelledText {
    /// The text.
    pub text: String,
    /// Its type.
    pub label: DenialLabel,
    /// Number of its template; a bare code or a text of feedback is its own.
    pub family: u32,
    /// How much it counts in training; a phrase of the corpus counts 1.
    pub weight: f32,
    /// Whether cross-validation may hold it out: not so for bare codes, which nothing else could teach.
    pub is_measured: bool,
}

/// Why a corpus can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorpusError {
    /// A line that is not `type<TAB>family<TAB>phrase` of a known type.
    #[error("phrases, line {line}: {problem}")]
    Line {
        /// Line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// The lexicon, from which slots are filled, can't be read.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
}

/// A set of labelled texts with the digest of its source.
#[derive(Debug, Clone, PartialEq)]
pub struct Corpus {
    /// The texts, templates expanded, in file order.
    pub texts: Vec<LabelledText>,
    /// Lines (templates) of the source.
    pub templates: u32,
    /// SHA-256 of the source, hex.
    pub digest: String,
}

impl Corpus {
    /// The training phrases shipped with the program.
    ///
    /// # Errors
    /// The first line that can't be read.
    pub fn shipped() -> Result<Self, CorpusError> {
        Self::parse(include_str!("data/phrases.tsv"))?
            .with_codes(include_str!("data/code_types.tsv"))
            .map(Self::with_lexicon_digest)
    }

    /// The texts kept aside for measuring, never trained on.
    ///
    /// # Errors
    /// The first line that can't be read.
    pub fn held_out() -> Result<Self, CorpusError> {
        Self::parse(include_str!("data/heldout.tsv"))
    }

    /// Reads `type<TAB>family<TAB>phrase` lines and expands their templates.
    ///
    /// # Errors
    /// The first line that can't be read.
    pub fn parse(source: &str) -> Result<Self, CorpusError> {
        let slots = Slots::from_lexicon(Lexicon::shipped()?);
        let mut texts = Vec::new();
        let mut templates = 0;
        for (line, fields) in rows(source) {
            let [label, _topic, phrase] = fields[..] else {
                return Err(CorpusError::Line {
                    line,
                    problem: "expected three columns".to_owned(),
                });
            };
            let label: DenialLabel = label.parse().map_err(|error: UnknownLabel| CorpusError::Line {
                line,
                problem: error.to_string(),
            })?;
            let expanded = expand(phrase, &slots).into_iter();
            texts.extend(expanded.map(|text| LabelledText {
                text,
                label,
                family: templates,
                weight: 1.0,
                is_measured: true,
            }));
            templates += 1;
        }
        Ok(Self {
            texts,
            templates,
            digest: hex(&Sha256::digest(source.as_bytes())),
        })
    }
}

impl Corpus {
    /// Adds a text for each code of `type<TAB>CARC or RARC<TAB>numbers` lines.
    fn with_codes(mut self, source: &str) -> Result<Self, CorpusError> {
        for (line, fields) in rows(source) {
            let problem = |problem: String| CorpusError::Line { line, problem };
            let [label, list, numbers] = fields[..] else {
                return Err(problem("expected three columns".to_owned()));
            };
            let label: DenialLabel = label
                .parse()
                .map_err(|error: UnknownLabel| problem(error.to_string()))?;
            let prefix = if list == "CARC" { "CARC " } else { "" };
            for number in numbers.split(' ') {
                for text in [format!("{prefix}{number}"), format!("denied {prefix}{number}")] {
                    let (family, weight) = (u32::MAX, CODE_WEIGHT);
                    self.texts.push(LabelledText {
                        text,
                        label,
                        family,
                        weight,
                        is_measured: false,
                    });
                }
            }
        }
        self.add_to_digest(source);
        Ok(self)
    }

    /// The model depends on what the lexicon makes of words, so the digest covers it too.
    fn with_lexicon_digest(mut self) -> Self {
        Lexicon::SOURCES
            .iter()
            .chain(&[SLOTS])
            .for_each(|source| self.add_to_digest(source));
        self
    }

    fn add_to_digest(&mut self, source: &str) {
        let added = hex(&Sha256::digest(source.as_bytes()));
        self.digest = hex(&Sha256::digest(format!("{} {added}", self.digest)));
    }
}

/// What decides which templates are near copies: type and stems.
struct Family {
    label: DenialLabel,
    stems: BTreeSet<u64>,
}

impl Family {
    fn of(label: DenialLabel, phrase: &str) -> Self {
        let stems = words(phrase)
            .iter()
            .map(|word| fnv1a(6, stem(&word.text).as_bytes()))
            .collect();
        Self { label, stems }
    }

    /// Whether at least three of five words are shared (Jaccard).
    fn is_near(&self, other: &Self) -> bool {
        let (fewer, more) = (
            self.stems.len().min(other.stems.len()),
            self.stems.len().max(other.stems.len()),
        );
        if self.label != other.label || fewer * 5 < more * 3 {
            return false;
        }
        let shared = self.stems.intersection(&other.stems).count();
        shared * 5 >= (fewer + more - shared) * 3
    }
}

/// For each text the first text that it must share a fold with: of its template, or of a template that says nearly
/// the same in nearly the same words, transitively.
pub fn near_families(texts: &[LabelledText]) -> Vec<u32> {
    let mut first_of: BTreeMap<u32, usize> = BTreeMap::new();
    let mut families: Vec<Family> = Vec::new();
    for text in texts {
        first_of.entry(text.family).or_insert_with(|| {
            families.push(Family::of(text.label, &text.text));
            families.len() - 1
        });
    }
    let joined = join_families(&families);
    texts
        .iter()
        .map(|text| first_of.get(&text.family).map_or(u32::MAX, |family| joined[*family]))
        .collect()
}

fn join_families(families: &[Family]) -> Vec<u32> {
    let mut first: Vec<usize> = (0..families.len()).collect();
    for later in 0..families.len() {
        for earlier in 0..later {
            if first[later] != first[earlier] && families[later].is_near(&families[earlier]) {
                let (keep, drop) = (first[earlier].min(first[later]), first[earlier].max(first[later]));
                first[..=later]
                    .iter_mut()
                    .filter(|family| **family == drop)
                    .for_each(|family| *family = keep);
            }
        }
    }
    first
        .into_iter()
        .map(|family| u32::try_from(family).unwrap_or(u32::MAX))
        .collect()
}

/// Up to [`MAX_VARIANTS`] distinct texts of a template.
fn expand(template: &str, slots: &Slots) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for variant in 0..MAX_VARIANTS as u64 {
        let mut choices = SplitMix(fnv1a(variant, template.as_bytes()));
        let text = fill(template, slots, &mut choices);
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// One text of a template: slots filled and choices made as `choices` says. Choices don't nest.
fn fill(template: &str, slots: &Slots, choices: &mut SplitMix) -> String {
    let mut text = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(open) = rest.find(['[', '{']) {
        let close = if rest[open..].starts_with('[') { ']' } else { '}' };
        let Some(length) = rest[open..].find(close) else {
            break;
        };
        text.push_str(&rest[..open]);
        let inside = &rest[open + 1..open + length];
        if close == ']' {
            let options: Vec<&str> = inside.split('|').collect();
            text.push_str(&fill(options[choices.below(options.len())], slots, choices));
        } else {
            text.push_str(slots.value(inside, choices));
        }
        rest = &rest[open + length + 1..];
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Values for the slots of templates.
struct Slots {
    values: BTreeMap<&'static str, Vec<&'static str>>,
}

impl Slots {
    fn from_lexicon(lexicon: &'static Lexicon) -> Self {
        let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for service in lexicon.services() {
            let slot = if service.category == ServiceCategory::Drug {
                "drug"
            } else {
                "service"
            };
            values.entry(slot).or_default().push(&service.name);
        }
        for (_, fields) in rows(SLOTS) {
            if let [slot, listed] = fields[..] {
                values.entry(slot).or_default().extend(listed.split('|'));
            }
        }
        Self { values }
    }

    fn value(&self, slot: &str, choices: &mut SplitMix) -> &str {
        let values = self.values.get(slot).map_or(&[][..], Vec::as_slice);
        values.get(choices.below(values.len())).copied().unwrap_or_default()
    }
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String never fails.
            write!(text, "{byte:02x}").unwrap_or_default();
            text
        })
}
