//! One text under inspection: its tokens, what was found so far, and the questions that detectors ask of it.

use std::cell::Cell;

use super::FieldContext;
use super::index::{Index, Interest};
use super::key::WordKey;
use super::kinds::PhiKind;
use super::lexicon::{KNOWN_STARTS_PHRASE, Lexicon};
use super::token::{Gap, Shape, Token, tokenize};

#[cfg(test)]
thread_local! {
    /// Tokens and bytes looked at, for the tests that the work is linear.
    pub(super) static WORK: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Counts steps of work.
#[cfg(test)]
pub(super) fn work(steps: usize) {
    WORK.with(|work| work.set(work.get() + steps as u64));
}

/// A finding in bytes of the normalised text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: PhiKind,
    pub(super) score: f32,
    pub(super) detector: &'static str,
}

/// Most tokens whose memory is kept from one text to the next, some three megabytes.
const TOKENS_KEPT_MAX: usize = 1 << 16;

/// Memory that a thread keeps from one text to the next: asking for it anew would cost a short text a good part of its time.
#[derive(Default)]
struct Spare {
    tokens: Vec<Token>,
    phrases: Vec<usize>,
    index: Index,
}

thread_local! {
    static SPARE: Cell<Option<Spare>> = const { Cell::new(None) };
}

/// Whether the first word of a text is in small letters.
pub(super) fn begins_small(tokens: &[Token]) -> bool {
    { tokens.iter() }
        .take(8)
        .find(|token| token.is_word())
        .is_some_and(|first| first.shape == Shape::Lower)
}

pub(super) struct Page<'p> {
    pub(super) text: &'p str,
    pub(super) tokens: Vec<Token>,
    /// Kept for the next text only.
    phrases: Vec<usize>,
    index: Index,
    pub(super) lexicon: &'p Lexicon,
    pub(super) context: FieldContext,
    pub(super) found: Vec<Span>,
    /// Full dates that the first reading took for dates of documents: first and last token.
    pub(super) dates_passed: Vec<(usize, usize)>,
}

impl<'p> Page<'p> {
    pub(super) fn new(text: &'p str, lexicon: &'p Lexicon, context: FieldContext) -> Self {
        let Spare {
            mut tokens,
            mut phrases,
            index,
        } = SPARE.take().unwrap_or_default();
        let holds = tokenize(text, lexicon, &mut tokens, &mut phrases);
        let mut page = Self {
            text,
            tokens,
            phrases,
            index,
            lexicon,
            context,
            found: Vec::new(),
            dates_passed: Vec::new(),
        };
        if holds.a_bracket {
            page.take_placeholders();
        }
        page.index.read(&mut page.tokens, holds, lexicon);
        page
    }

    /// The findings. The memory of the rest is left to the next text.
    pub(super) fn into_findings(self) -> Vec<Span> {
        if self.tokens.capacity() <= TOKENS_KEPT_MAX {
            let spare = Spare {
                tokens: self.tokens,
                phrases: self.phrases,
                index: self.index,
            };
            SPARE.with(|kept| kept.set(Some(spare)));
        }
        self.found
    }

    /// Whether a detector has to look at any token.
    #[inline]
    pub(super) fn concerns(&self, interest: Interest) -> bool {
        self.index.holds(interest)
    }

    /// Whether a token concerns any of some detectors.
    #[inline]
    pub(super) fn is_of(&self, interests: &[Interest], at: usize) -> bool {
        self.index.is_of(interests, at)
    }

    /// The first token from `from` on that concerns a detector and is not part of a finding yet.
    #[inline]
    pub(super) fn next(&self, interest: Interest, from: usize) -> Option<usize> {
        self.next_of(&[interest], from)
    }

    /// The same for any of some detectors.
    #[inline]
    pub(super) fn next_of(&self, interests: &[Interest], from: usize) -> Option<usize> {
        let mut at = self.index.next_of(interests, from)?;
        while self.tokens.get(at).is_some_and(|token| token.taken) {
            at = self.index.next_of(interests, at + 1)?;
        }
        Some(at)
    }

    /// `[DATE]` and its like, which redaction leaves behind, are nobody's data.
    fn take_placeholders(&mut self) {
        for open in memchr::memchr_iter(b'[', self.text.as_bytes()) {
            let rest = self.text.get(open..).unwrap_or("");
            let Some(kind) = PhiKind::ALL
                .into_iter()
                .find(|kind| rest.starts_with(kind.placeholder()))
            else {
                continue;
            };
            let end = open + kind.placeholder().len();
            let first = self.tokens.partition_point(|token| (token.start as usize) < open);
            for token in self
                .tokens
                .iter_mut()
                .skip(first)
                .take_while(|token| token.end as usize <= end)
            {
                token.taken = true;
                token.cues = 0;
            }
        }
    }

    pub(super) fn token(&self, index: usize) -> Option<&Token> {
        #[cfg(test)]
        work(1);
        self.tokens.get(index)
    }

    pub(super) fn before(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index.checked_sub(1)?)
    }

    /// The text begins in small letters: names in it may be written so too.
    pub(super) const fn is_informal(&self) -> bool {
        self.index.is_informal()
    }

    /// The text of one token.
    pub(super) fn word(&self, index: usize) -> &'p str {
        self.tokens
            .get(index)
            .and_then(|token| self.text.get(token.start as usize..token.end as usize))
            .unwrap_or("")
    }

    /// Whether a token is one of the words, in any case.
    #[inline]
    pub(super) fn word_is(&self, index: usize, words: &[WordKey]) -> bool {
        self.token(index)
            .is_some_and(|token| words.contains(&WordKey::of_token(token)))
    }

    pub(super) fn mark_is(&self, index: usize, mark: u8) -> bool {
        self.token(index).is_some_and(|token| token.mark == mark)
    }

    pub(super) fn has(&self, index: usize, cues: u64) -> bool {
        self.token(index).is_some_and(|token| token.has(cues))
    }

    pub(super) fn gap(&self, index: usize) -> Gap {
        self.token(index).map_or(Gap::Paragraph, |token| token.gap)
    }

    pub(super) fn is_digits(&self, index: usize) -> bool {
        self.token(index).is_some_and(|token| token.shape == Shape::Digits)
    }

    /// The number of a token of up to nine digits.
    pub(super) fn number(&self, index: usize) -> Option<u32> {
        let token = self
            .tokens
            .get(index)
            .filter(|token| token.shape == Shape::Digits && token.len() <= 9)?;
        let digits = self.text.as_bytes().get(token.start as usize..token.end as usize)?;
        Some(
            digits
                .iter()
                .fold(0, |number, digit| number * 10 + u32::from(digit - b'0')),
        )
    }

    /// What the large dictionaries know of a word.
    pub(super) fn dictionary(&self, index: usize) -> u64 {
        match self.token(index) {
            Some(token) if token.is_capitalised() => u64::from(token.known & !KNOWN_STARTS_PHRASE),
            Some(token) => self.lexicon.dictionary(token.hash),
            None => 0,
        }
    }

    /// Whether a dictionary phrase may begin with a word.
    pub(super) fn starts_dictionary_phrase(&self, index: usize) -> bool {
        match self.token(index) {
            Some(token) if token.is_capitalised() => token.known & KNOWN_STARTS_PHRASE != 0,
            Some(token) => self.lexicon.starts_dictionary_phrase(token.hash),
            None => false,
        }
    }

    /// Whether a sentence ends between this token and the one before it.
    #[inline]
    pub(super) fn starts_sentence(&self, index: usize) -> bool {
        self.tokens.get(index).is_none_or(|token| token.starts_sentence)
    }

    /// The nearest token before `index` with one of the cues, at most `reach` tokens away and in the same sentence.
    pub(super) fn cue_before(&self, index: usize, reach: usize, cues: u64) -> Option<usize> {
        let mut at = index;
        for _ in 0..reach {
            if self.starts_sentence(at) {
                return None;
            }
            at = at.checked_sub(1)?;
            if self.has(at, cues) {
                return Some(at);
            }
        }
        None
    }

    /// The nearest token from `index` on with one of the cues, at most `reach` tokens on and in the same sentence.
    pub(super) fn cue_after(&self, index: usize, reach: usize, cues: u64) -> Option<usize> {
        for at in index..index.saturating_add(reach) {
            if at > index && self.starts_sentence(at) {
                return None;
            }
            if self.has(at, cues) {
                return Some(at);
            }
        }
        None
    }

    /// Records tokens `first..=last` as a finding; what already belongs to another is left to it.
    pub(super) fn report(&mut self, first: usize, last: usize, kind: PhiKind, score: f32, detector: &'static str) {
        let free = self
            .tokens
            .iter()
            .take(last + 1)
            .skip(first)
            .take_while(|token| !token.taken)
            .count();
        let Some(last) = (first + free).checked_sub(1).filter(|_| free > 0) else {
            return;
        };
        let (Some(from), Some(to)) = (self.tokens.get(first), self.tokens.get(last)) else {
            return;
        };
        let (start, end) = (from.start as usize, to.end as usize);
        self.found.push(Span {
            start,
            end,
            kind,
            score,
            detector,
        });
        self.pass(first, last);
    }

    /// Takes tokens `first..=last` out of further reading without a finding: read, and nobody's data.
    pub(super) fn pass(&mut self, first: usize, last: usize) {
        for token in self.tokens.iter_mut().take(last + 1).skip(first) {
            token.taken = true;
        }
    }

    /// Gives tokens `first..=last`, which were passed, back to reading.
    pub(super) fn release(&mut self, first: usize, last: usize) {
        for token in self.tokens.iter_mut().take(last + 1).skip(first) {
            token.taken = false;
        }
    }

    /// Whether any token of `first..=last` is part of a finding already.
    pub(super) fn is_taken(&self, first: usize, last: usize) -> bool {
        self.tokens.iter().take(last + 1).skip(first).any(|token| token.taken)
    }
}
