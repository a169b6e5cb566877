//! A tenant's own exceptions.

use aho_corasick::{AhoCorasick, MatchKind};

use super::kinds::PhiKind;
use super::page::Span;

/// A phrase that a tenant has declared to be nobody's data, for one kind or for all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowEntry {
    /// The phrase, compared without regard to case.
    pub phrase: String,
    /// The kind it is allowed as; `None` for every kind.
    pub kind: Option<PhiKind>,
}

/// A tenant's allow-list, built once and used for many texts.
#[derive(Debug, Clone, Default)]
pub struct AllowList {
    phrases: Option<AhoCorasick>,
    kinds: Vec<Option<PhiKind>>,
}

impl AllowList {
    /// Builds the list. Blank phrases are left out.
    ///
    /// # Errors
    /// The list is too large to be searched (hundreds of megabytes of phrases).
    pub fn new(entries: impl IntoIterator<Item = AllowEntry>) -> Result<Self, aho_corasick::BuildError> {
        let entries: Vec<AllowEntry> = entries
            .into_iter()
            .filter(|entry| !entry.phrase.trim().is_empty())
            .collect();
        if entries.is_empty() {
            return Ok(Self::default());
        }
        let phrases = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(entries.iter().map(|entry| entry.phrase.trim()))?;
        Ok(Self {
            phrases: Some(phrases),
            kinds: entries.into_iter().map(|entry| entry.kind).collect(),
        })
    }

    /// Drops the findings that lie within an allowed phrase which stands as a whole word or words.
    pub(super) fn apply(&self, text: &str, found: &mut Vec<Span>) {
        let Some(phrases) = self.phrases.as_ref().filter(|_| !found.is_empty()) else {
            return;
        };
        let mut allowed: Vec<_> = phrases
            .find_overlapping_iter(text)
            .filter(|phrase| is_whole(text, phrase.start(), phrase.end()))
            .collect();
        allowed.sort_unstable_by_key(aho_corasick::Match::start);
        let longest = phrases.max_pattern_len();
        found.retain(|span| {
            let covers = |phrase: &aho_corasick::Match| {
                let kind = self.kinds.get(phrase.pattern().as_usize()).copied().flatten();
                phrase.start() <= span.start && span.end <= phrase.end() && kind.is_none_or(|kind| kind == span.kind)
            };
            // Only the phrases that begin near enough to cover it: the work stays in proportion to the text.
            let first = allowed.partition_point(|phrase| phrase.start() + longest < span.end);
            let near = allowed
                .iter()
                .skip(first)
                .take_while(|phrase| phrase.start() <= span.start);
            !{ near }.any(covers)
        });
    }
}

/// Neither end cuts a word or a number in two.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let is_part = |index: Option<usize>| {
        index
            .and_then(|index| bytes.get(index))
            .is_some_and(u8::is_ascii_alphanumeric)
    };
    !is_part(start.checked_sub(1)) && !is_part(Some(end))
}
