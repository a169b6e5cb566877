//! What a denial text mentions: codes, payers, drugs and services, denial phrases; each with where it stands.

use super::Span;
use super::extract_codes::CodePatterns;
use super::label::{DenialLabel, UnknownLabel};
use super::lexicon::{Lexicon, LexiconError, rows};
use super::words::{Word, stem, words};
use aho_corasick::{AhoCorasick, MatchKind};

/// What was mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MentionKind {
    /// Claim adjustment reason code; the qualifier is its group (CO, PR, OA, PI) where the text gives one.
    Carc,
    /// Remittance advice remark code.
    Rarc,
    /// CPT or HCPCS code.
    Procedure,
    /// ICD-10-CM code, with its dot.
    Diagnosis,
    /// Two-character modifier.
    Modifier,
    /// Revenue code, four digits.
    RevenueCode,
    /// Payer; the value is the payer id of the caller's alias table.
    Payer,
    /// Drug or service of the lexicon; the value is our name, the qualifier its category.
    Service,
    /// A phrase that speaks for a type; the value is the phrase, the qualifier the type's name.
    DenialPhrase,
}

/// One thing a text mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// What kind of thing.
    pub kind: MentionKind,
    /// Its canonical form.
    pub value: String,
    /// What [`MentionKind`] says of its kind, else nothing.
    pub qualifier: Option<&'static str>,
    /// Where it stands.
    pub span: Span,
}

/// Why no extractor could be made.
#[derive(Debug, thiserror::Error)]
pub enum ExtractorError {
    /// The lexicon can't be read.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// A cue line without known type.
    #[error("cues.tsv, line {line}: {source}")]
    Cue {
        /// Line, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: UnknownLabel,
    },
    /// The names and phrases are too many to search together.
    #[error(transparent)]
    Automaton(#[from] aho_corasick::BuildError),
    /// A code pattern is broken.
    #[error(transparent)]
    Pattern(#[from] regex::Error),
}

/// Finds mentions in linear time; made once, shared by all calls.
#[derive(Debug)]
pub struct Extractor {
    codes: CodePatterns,
    payers: Names,
    services: Names,
    phrases: Names,
}

impl Extractor {
    /// An extractor that knows payers by `(alias, payer id)`; where an alias is given twice, the first id holds.
    ///
    /// # Errors
    /// [`ExtractorError`] where shipped data or the aliases can't be made searchable.
    pub fn new<Alias, PayerId>(
        payer_aliases: impl IntoIterator<Item = (Alias, PayerId)>,
    ) -> Result<Self, ExtractorError>
    where
        Alias: AsRef<str>,
        PayerId: Into<String>,
    {
        let payers = payer_aliases
            .into_iter()
            .map(|(alias, id)| (stems_of(alias.as_ref()), id.into(), None))
            .collect();
        Ok(Self {
            codes: CodePatterns::compile()?,
            payers: Names::new(MentionKind::Payer, payers)?,
            services: Names::new(MentionKind::Service, service_names()?)?,
            phrases: Names::new(MentionKind::DenialPhrase, cue_names(include_str!("data/cues.tsv"))?)?,
        })
    }

    /// Everything `text` mentions, by place, then kind.
    #[must_use]
    pub fn extract(&self, text: &str) -> Vec<Mention> {
        let mut mentions: Vec<Mention> = Vec::new();
        let points = CodePoints::of(text);
        for found in self.codes.find(text) {
            let span = Span {
                start: points.at(found.start),
                end: points.at(found.end),
            };
            mentions.push(Mention { span, ..found.mention });
        }
        let line = Line::of(text);
        for names in [&self.payers, &self.services, &self.phrases] {
            names.find(&line, &mut mentions);
        }
        mentions.sort_by_key(|mention| (mention.span, mention.kind));
        mentions
    }
}

type Name = (String, String, Option<&'static str>);

fn service_names() -> Result<Vec<Name>, LexiconError> {
    let services = Lexicon::shipped()?.services().iter();
    Ok(services
        .flat_map(|service| {
            let category = service.category.as_str();
            service
                .aliases
                .iter()
                .map(move |alias| (stems_of(alias), service.name.clone(), Some(category)))
        })
        .collect())
}

fn cue_names(cues: &'static str) -> Result<Vec<Name>, ExtractorError> {
    let mut names = Vec::new();
    for (line, fields) in rows(cues) {
        let label: DenialLabel = fields
            .first()
            .copied()
            .unwrap_or_default()
            .parse()
            .map_err(|source| ExtractorError::Cue { line, source })?;
        let phrases = fields.get(1).copied().unwrap_or_default().split('|');
        names.extend(phrases.map(|phrase| (stems_of(phrase), phrase.to_owned(), Some(label.as_str()))));
    }
    Ok(names)
}

fn stems_of(phrase: &str) -> String {
    Line::of(phrase).stems
}

/// A text as stems with single spaces, and where each stands.
struct Line {
    stems: String,
    starts: Vec<usize>,
    words: Vec<Word>,
}

impl Line {
    fn of(text: &str) -> Self {
        let words = words(text);
        let mut stems = String::with_capacity(text.len());
        let mut starts = Vec::with_capacity(words.len());
        for word in &words {
            if !stems.is_empty() {
                stems.push(' ');
            }
            starts.push(stems.len());
            stems.push_str(&stem(&word.text));
        }
        Self { stems, starts, words }
    }

    /// The span of whole words from byte `start` to `end` of the stems, if both are word bounds.
    fn span(&self, start: usize, end: usize) -> Option<Span> {
        let first = self.starts.binary_search(&start).ok()?;
        let ends_word = end == self.stems.len() || self.stems.as_bytes().get(end) == Some(&b' ');
        let last = self.starts.partition_point(|begin| *begin < end).checked_sub(1)?;
        let span = self.words.get(first)?.span.join(self.words.get(last)?.span);
        ends_word.then_some(span)
    }
}

/// Names of one kind, searched together.
#[derive(Debug)]
struct Names {
    kind: MentionKind,
    automaton: AhoCorasick,
    values: Vec<(String, Option<&'static str>)>,
}

impl Names {
    fn new(kind: MentionKind, mut names: Vec<Name>) -> Result<Self, aho_corasick::BuildError> {
        names.retain(|(stems, _, _)| !stems.is_empty());
        // Among equal patterns the first wins, which keeps the order of the given table.
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(names.iter().map(|(stems, _, _)| stems.as_str()))?;
        Ok(Self {
            kind,
            automaton,
            values: names
                .into_iter()
                .map(|(_, value, qualifier)| (value, qualifier))
                .collect(),
        })
    }

    /// Adds the longest names at whole words, left to right, none inside another.
    fn find(&self, line: &Line, mentions: &mut Vec<Mention>) {
        let mut hits: Vec<(Span, usize)> = self
            .automaton
            .find_overlapping_iter(&line.stems)
            .filter_map(|found| Some((line.span(found.start(), found.end())?, found.pattern().as_usize())))
            .collect();
        hits.sort_by_key(|(span, name)| (span.start, std::cmp::Reverse(span.end), *name));
        let mut covered = 0;
        for (span, name) in hits {
            let Some((value, qualifier)) = self.values.get(name).filter(|_| span.start >= covered) else {
                continue;
            };
            covered = span.end;
            mentions.push(Mention {
                kind: self.kind,
                value: value.clone(),
                qualifier: *qualifier,
                span,
            });
        }
    }
}

/// Byte offsets as code-point offsets.
struct CodePoints {
    /// Byte offset of every code point; empty when the text is ASCII and both are the same.
    starts: Vec<usize>,
}

impl CodePoints {
    fn of(text: &str) -> Self {
        let starts = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(start, _)| start).collect()
        };
        Self { starts }
    }

    fn at(&self, byte: usize) -> u32 {
        let index = if self.starts.is_empty() {
            byte
        } else {
            self.starts.partition_point(|start| *start < byte)
        };
        u32::try_from(index).unwrap_or(u32::MAX)
    }
}
