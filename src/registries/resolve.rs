//! From a name to the payers it may stand for.
//!
//! Names are compared as words: case, punctuation, legal forms and the many
//! spellings of Blue Cross Blue Shield do not matter. The longest alias wins, so
//! `BlueCross BlueShield of Illinois` is that licensee while `BCBS` alone stays
//! open between all of them.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::payers::Payer;

/// A payer that a name may stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct PayerMatch {
    /// Registry id of the payer.
    pub payer_id: String,
    /// The alias that matched, as the registry writes it.
    pub alias: String,
    /// Share of the name's words that the alias covers, divided by the number of payers that
    /// share the alias: 1 is an exact and unambiguous name. Between 0 and 1.
    pub score: f64,
    /// Bytes of the text that matched.
    pub span: Range<usize>,
}

/// One alias of one payer.
#[derive(Clone, Debug)]
struct Alias {
    payer_id: String,
    written: String,
    usage: Use,
}

/// What finding an alias means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It names the payer wherever it stands.
    Anywhere,
    /// It names the payer when nothing else is said.
    Alone,
    /// It names nobody, and covers the shorter alias inside it.
    Never,
}

/// All aliases by their normalised words.
#[derive(Clone, Debug, Default)]
pub(super) struct PayerNames {
    aliases: HashMap<String, Vec<Alias>>,
    /// Words of the longest alias that begins with a word.
    longest_by_first: HashMap<String, usize>,
}

/// A normalised word and where it stands in the text.
struct WordAt {
    word: String,
    span: Range<usize>,
}

/// An alias found in a text.
struct Found<'a> {
    words: Range<usize>,
    span: Range<usize>,
    aliases: Vec<&'a Alias>,
}

impl PayerNames {
    /// Indexes the names and aliases of all payers.
    pub(super) fn index(payers: &[Payer]) -> Self {
        let mut names = Self::default();
        for payer in payers {
            names.add(payer, &payer.name, Use::Anywhere);
            for alias in &payer.aliases {
                names.add(payer, alias, Use::Anywhere);
            }
            for alias in &payer.exact_aliases {
                names.add(payer, alias, Use::Alone);
            }
            for phrase in &payer.unlike {
                names.add(payer, phrase, Use::Never);
            }
        }
        names
    }

    fn add(&mut self, payer: &Payer, written: &str, usage: Use) {
        let words = words_of(written);
        let Some(first) = words.first() else {
            return;
        };
        let longest = self.longest_by_first.entry(first.word.clone()).or_default();
        *longest = words.len().max(*longest);
        let aliases = self.aliases.entry(joined(&words)).or_default();
        if aliases.iter().all(|alias| alias.payer_id != payer.id) {
            aliases.push(Alias {
                payer_id: payer.id.clone(),
                written: written.to_owned(),
                usage,
            });
        }
    }

    /// Payers that a name may stand for: by score, then by id.
    pub(super) fn resolve(&self, name: &str) -> Vec<PayerMatch> {
        let words = words_of(name);
        let mut best: BTreeMap<String, PayerMatch> = BTreeMap::new();
        for candidate in self
            .matches(&words)
            .into_iter()
            .flat_map(|found| found.into_matches(words.len()))
        {
            let better = best
                .get(&candidate.payer_id)
                .is_none_or(|known| candidate.score > known.score);
            if better {
                best.insert(candidate.payer_id.clone(), candidate);
            }
        }
        let mut matches: Vec<PayerMatch> = best.into_values().collect();
        matches.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.payer_id.cmp(&b.payer_id)));
        matches
    }

    /// Payers named in a text, in its order.
    pub(super) fn find(&self, text: &str) -> Vec<PayerMatch> {
        let words = words_of(text);
        let found = self.matches(&words);
        found
            .into_iter()
            .flat_map(|found| {
                let own_words = found.words.len();
                found.into_matches(own_words)
            })
            .collect()
    }

    /// The longest alias at every position, never overlapping.
    fn matches(&self, words: &[WordAt]) -> Vec<Found<'_>> {
        let mut found = Vec::new();
        let mut start = 0;
        while start < words.len() {
            match self.longest_at(words, start) {
                Some(mut hit) => {
                    start = hit.words.end;
                    hit.aliases.retain(|alias| alias.usage != Use::Never);
                    found.push(hit);
                }
                None => start += 1,
            }
        }
        found
    }

    fn longest_at(&self, words: &[WordAt], start: usize) -> Option<Found<'_>> {
        let known = self.longest_by_first.get(&words.get(start)?.word)?;
        let longest = (*known).min(words.len() - start);
        (1..=longest).rev().find_map(|length| {
            let range = start..start + length;
            let slice = words.get(range.clone())?;
            let whole = length == words.len();
            let aliases: Vec<&Alias> = self
                .aliases
                .get(&joined(slice))?
                .iter()
                .filter(|alias| whole || alias.usage != Use::Alone)
                .collect();
            let (first, last) = (slice.first()?, slice.last()?);
            (!aliases.is_empty()).then_some(Found {
                words: range,
                span: first.span.start..last.span.end,
                aliases,
            })
        })
    }
}

impl Found<'_> {
    /// One match a payer, scored against a name of so many words.
    fn into_matches(self, name_words: usize) -> Vec<PayerMatch> {
        // Word counts are far below 2^52, where f64 stops being exact.
        #[expect(clippy::cast_precision_loss, reason = "counts of words are small")]
        let score = self.words.len() as f64 / (name_words.max(1) * self.aliases.len()) as f64;
        let to_match = |alias: &&Alias| PayerMatch {
            payer_id: alias.payer_id.clone(),
            alias: alias.written.clone(),
            score,
            span: self.span.clone(),
        };
        self.aliases.iter().map(to_match).collect()
    }
}

fn joined(words: &[WordAt]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.word.as_str()).collect();
    words.join(" ")
}

/// Words that carry nothing about who a payer is.
const EMPTY_WORDS: [&str; 16] = [
    "the",
    "of",
    "and",
    "a",
    "inc",
    "llc",
    "co",
    "corp",
    "corporation",
    "company",
    "ltd",
    "plc",
    "group",
    "for",
    "in",
    "s",
];

/// The words of a name: lower case, without punctuation, empty words and fused spellings.
fn words_of(text: &str) -> Vec<WordAt> {
    let mut words = Vec::new();
    for span in raw_words(text) {
        let word: String = text
            .get(span.clone())
            .unwrap_or_default()
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        if EMPTY_WORDS.contains(&word.as_str()) {
            continue;
        }
        for part in unfused(&word) {
            words.push(WordAt {
                word: part.to_owned(),
                span: span.clone(),
            });
        }
    }
    words
}

/// Spans of runs of letters, digits and apostrophes; the stops of `L.A.` stay inside.
fn raw_words(text: &str) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let inside = c.is_alphanumeric() || matches!(c, '\'' | '’') && open;
        match spans.last_mut() {
            Some(last) if inside && open => last.end = end,
            Some(last) if c == '.' && open && is_initial(text, last) => last.end = end,
            _ if inside => {
                spans.push(at..end);
                open = true;
            }
            _ => open = false,
        }
    }
    spans
}

/// Whether a span is a single letter, or single letters with stops, such as `L.A`.
fn is_initial(text: &str, span: &Range<usize>) -> bool {
    let word = text.get(span.clone()).unwrap_or_default();
    word.split('.').all(|part| part.chars().count() == 1)
}

/// Takes fused spellings of the Blue names and a few others apart.
fn unfused(word: &str) -> Vec<&str> {
    match word {
        "bluecross" => vec!["blue", "cross"],
        "blueshield" => vec!["blue", "shield"],
        "bcbs" | "bluecrossblueshield" => vec!["blue", "cross", "blue", "shield"],
        "unitedhealthcare" => vec!["united", "healthcare"],
        "unitedhealth" => vec!["united", "health"],
        "emblemhealth" => vec!["emblem", "health"],
        "healthpartners" => vec!["health", "partners"],
        other => vec![other],
    }
}
