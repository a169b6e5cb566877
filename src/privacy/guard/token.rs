//! Splits normalised text into tokens, each with its cues: the only pass over the bytes.

use super::hash::hash_mark;
use super::lexicon::{Lexicon, PHRASE_WORDS_MAX, WordHash, hash_phrase};
use super::word::{Class, Word, class_of};

/// What a token is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A word without a leading capital.
    Lower,
    /// A word with a leading capital and a small letter after it.
    Title,
    /// A word of capitals only.
    Upper,
    /// Digits only.
    Digits,
    /// Letters and digits.
    Mixed,
    /// One byte that is neither letter nor digit nor space.
    Mark,
}

/// What stands between a token and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// Nothing.
    Glued,
    /// Blanks on one line.
    Space,
    /// One line break.
    Line,
    /// An empty line, or the start of the text.
    Paragraph,
}

/// One token; `start..end` are bytes of the normalised text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) hash: WordHash,
    pub(super) cues: u64,
    pub(super) shape: Shape,
    pub(super) gap: Gap,
    /// What the dictionaries know of a capitalised word; others are looked up when asked for.
    pub(super) known: u16,
    /// The byte of a mark, 0 otherwise.
    pub(super) mark: u8,
    /// The first byte of a word, letters lower-cased; of a mark nothing to go by.
    pub(super) first: u8,
    /// Already part of a finding, or of a placeholder.
    pub(super) taken: bool,
    /// The word ends in 's, which the hash leaves out.
    pub(super) possessive: bool,
    /// Capitals and small letters otherwise than a leading capital.
    pub(super) mixes_case: bool,
    /// A sentence ends before the token; the index finds out.
    pub(super) starts_sentence: bool,
}

impl Token {
    /// What stands beyond the last token.
    pub(super) const END: Self = Self {
        start: 0,
        end: 0,
        hash: 0,
        cues: 0,
        shape: Shape::Mark,
        gap: Gap::Paragraph,
        known: 0,
        mark: 0,
        first: 0,
        taken: false,
        possessive: false,
        mixes_case: false,
        starts_sentence: false,
    };

    pub(super) const fn len(&self) -> usize {
        (self.end - self.start) as usize
    }
    pub(super) const fn has(&self, bits: u64) -> bool {
        self.cues & bits != 0
    }
    pub(super) const fn is_capitalised(&self) -> bool {
        matches!(self.shape, Shape::Title | Shape::Upper)
    }
    pub(super) const fn is_word(&self) -> bool {
        matches!(self.shape, Shape::Lower | Shape::Title | Shape::Upper)
    }
    pub(super) const fn has_digit(&self) -> bool {
        matches!(self.shape, Shape::Digits | Shape::Mixed)
    }
    /// "Route", "Rte": roads with a number, which stand in no section.
    pub(super) const fn is_route(&self) -> bool {
        self.first == b'r' && matches!(self.len(), 3 | 5) && self.is_capitalised()
    }
}

/// What a text holds somewhere.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Holds {
    /// All cues of its words and phrases.
    pub(super) cues: u64,
    /// "Route" or its like: a road with a number, which stands in no section of cues.
    pub(super) a_route: bool,
    /// "[", which a placeholder begins with.
    pub(super) a_bracket: bool,
}

/// Puts the tokens of `text` into `tokens`, cues looked up, phrases joined; `phrases` is room to note where phrases may begin.
pub(super) fn tokenize(text: &str, lexicon: &Lexicon, tokens: &mut Vec<Token>, phrases: &mut Vec<usize>) -> Holds {
    let bytes = text.as_bytes();
    tokens.clear();
    tokens.reserve(bytes.len() / 4 + 8);
    phrases.clear();
    let mut holds = Holds::default();
    let mut at = 0;
    let mut gap = Gap::Paragraph;
    while let Some(&byte) = bytes.get(at) {
        let class = class_of(byte);
        if class.is_word() {
            let word = Word::read(bytes, at);
            let (cues, starts_phrase) = if word.shape == Shape::Digits {
                (0, false)
            } else {
                lexicon.cues_and_start(word.hash)
            };
            if starts_phrase {
                phrases.push(tokens.len());
            }
            holds.cues |= cues;
            let is_capitalised = matches!(word.shape, Shape::Title | Shape::Upper);
            let known = if is_capitalised { lexicon.known(word.hash) } else { 0 };
            let token = Token {
                start: offset(at),
                end: offset(word.end),
                hash: word.hash,
                cues,
                shape: word.shape,
                gap,
                known,
                first: byte.to_ascii_lowercase(),
                possessive: word.is_possessive,
                mixes_case: word.mixes_case,
                ..Token::END
            };
            holds.a_route |= token.is_route();
            tokens.push(token);
            at = word.end;
        } else if class == Class::Mark {
            holds.a_bracket |= byte == b'[';
            tokens.push(Token {
                start: offset(at),
                end: offset(at + 1),
                hash: hash_mark(byte),
                mark: byte,
                gap,
                ..Token::END
            });
            at += 1;
        } else {
            gap = match (class, gap) {
                (Class::Break, Gap::Line | Gap::Paragraph) => Gap::Paragraph,
                (Class::Break, Gap::Glued | Gap::Space) => Gap::Line,
                _ => gap.max(Gap::Space),
            };
            at += 1;
            continue;
        }
        // One blank is what mostly follows, and stepping over it here spares a decision.
        let is_blank = bytes.get(at) == Some(&b' ');
        at += usize::from(is_blank);
        gap = if is_blank { Gap::Space } else { Gap::Glued };
    }
    for start in phrases {
        holds.cues |= join_phrases(tokens, *start, lexicon);
    }
    holds
}

/// Gives every word of a cue phrase that starts at `start` the cues of the phrase, and tells them.
fn join_phrases(tokens: &mut [Token], start: usize, lexicon: &Lexicon) -> u64 {
    let Some(first) = tokens.get(start) else {
        return 0;
    };
    let mut all_cues = 0;
    let mut key = first.hash;
    let mut at = start;
    for _ in 1..PHRASE_WORDS_MAX {
        at += 1;
        if tokens
            .get(at)
            .is_some_and(|token| token.mark == b'-' && token.gap == Gap::Glued)
        {
            at += 1;
        }
        let Some(next) = tokens.get(at) else { break };
        if !next.is_word() || next.gap == Gap::Paragraph {
            break;
        }
        key = hash_phrase(key, next.hash);
        let Some(cues) = lexicon.phrase_cues(key) else {
            break;
        };
        all_cues |= cues;
        if cues != 0 {
            for token in tokens.iter_mut().take(at + 1).skip(start) {
                token.cues |= cues;
            }
        }
    }
    all_cues
}

/// Offsets fit 32 bits: the input is capped far below.
#[expect(
    clippy::cast_possible_truncation,
    reason = "no input is longer, see `INPUT_BYTES_MAX`"
)]
const fn offset(at: usize) -> u32 {
    at as u32
}
const _: () = assert!(super::INPUT_BYTES_MAX < u32::MAX as usize / 64);
