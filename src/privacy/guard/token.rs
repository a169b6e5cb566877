//! Splits normalised text into tokens, each with its cues: the only pass over the bytes.

use super::lexicon::{
    HASH_SEED, Lexicon, PHRASE_WORDS_MAX, WordHash, hash_eight, hash_finish, hash_phrase, hash_range, hash_word,
};

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
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Mark,
    Blank,
    Break,
    Digit,
    Upper,
    Lower,
}

#[expect(clippy::cast_possible_truncation, reason = "below 256 by the loop")]
const CLASSES: [Class; 256] = {
    let mut table = [Class::Mark; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = if b.is_ascii_digit() {
            Class::Digit
        } else if b.is_ascii_uppercase() {
            Class::Upper
        } else if b.is_ascii_lowercase() || b >= 0x80 {
            Class::Lower
        } else if b == b'\n' {
            Class::Break
        } else if b <= b' ' {
            Class::Blank
        } else {
            Class::Mark
        };
        byte += 1;
    }
    table
};

fn class_of(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

/// Puts the tokens of `text` into `tokens`, cues looked up, phrases joined.
pub(super) fn tokenize(text: &str, lexicon: &Lexicon, tokens: &mut Vec<Token>) {
    let bytes = text.as_bytes();
    tokens.clear();
    tokens.reserve(bytes.len() / 4 + 8);
    let mut phrase_starts = Vec::new();
    let mut at = 0;
    let mut gap = Gap::Paragraph;
    while let Some(&byte) = bytes.get(at) {
        match class_of(byte) {
            Class::Blank => gap = gap.max(Gap::Space),
            Class::Break => gap = if gap >= Gap::Line { Gap::Paragraph } else { Gap::Line },
            Class::Mark => {
                tokens.push(Token::mark(at, byte, gap));
                gap = Gap::Glued;
            }
            Class::Digit | Class::Upper | Class::Lower => {
                let mut token = Token::word(bytes, at, gap);
                at = token.end as usize;
                if token.shape != Shape::Digits {
                    let (cues, starts_phrase) = lexicon.cues_and_start(token.hash);
                    token.cues = cues;
                    if starts_phrase {
                        phrase_starts.push(tokens.len());
                    }
                    if token.is_capitalised() {
                        token.known = lexicon.known(token.hash);
                    }
                }
                tokens.push(token);
                // One blank is what mostly follows, and stepping over it here spares a decision.
                let is_blank = bytes.get(at) == Some(&b' ');
                at += usize::from(is_blank);
                gap = if is_blank { Gap::Space } else { Gap::Glued };
                continue;
            }
        }
        at += 1;
    }
    for start in phrase_starts {
        join_phrases(tokens, start, lexicon);
    }
}

/// Gives every word of a cue phrase that starts at `start` the cues of the phrase.
fn join_phrases(tokens: &mut [Token], start: usize, lexicon: &Lexicon) {
    let Some(first) = tokens.get(start) else {
        return;
    };
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
        let Some(next) = tokens.get(at) else { return };
        if !next.is_word() || next.gap == Gap::Paragraph {
            return;
        }
        key = hash_phrase(key, next.hash);
        let Some(cues) = lexicon.phrase_cues(key) else {
            return;
        };
        if cues != 0 {
            for token in tokens.iter_mut().take(at + 1).skip(start) {
                token.cues |= cues;
            }
        }
    }
}

impl Token {
    fn mark(at: usize, byte: u8, gap: Gap) -> Self {
        Self {
            start: offset(at),
            end: offset(at + 1),
            hash: 0,
            cues: 0,
            known: 0,
            shape: Shape::Mark,
            gap,
            mark: byte,
            first: 0,
            taken: false,
            possessive: false,
            mixes_case: false,
            starts_sentence: false,
        }
    }

    /// The word, number or mixture that starts at `start`, eight bytes at a time.
    #[inline]
    fn word(bytes: &[u8], start: usize, gap: Gap) -> Self {
        let read = read_word(bytes, start);
        if bytes.get(read.end) == Some(&b'\'') && read.digits == 0 {
            return Self::quoted(bytes, start, gap);
        }
        let leads_upper = bytes.get(start).is_some_and(u8::is_ascii_uppercase);
        let shape = if read.digits != 0 {
            if read.uppers | read.lowers == 0 {
                Shape::Digits
            } else {
                Shape::Mixed
            }
        } else if read.lowers == 0 {
            Shape::Upper
        } else if leads_upper {
            Shape::Title
        } else {
            Shape::Lower
        };
        Self {
            start: offset(start),
            end: offset(read.end),
            hash: read.hash,
            cues: 0,
            known: 0,
            shape,
            gap,
            mark: 0,
            first: bytes.get(start).map_or(0, u8::to_ascii_lowercase),
            taken: false,
            possessive: false,
            mixes_case: read.lowers != 0 && read.inner_uppers != 0,
            starts_sentence: false,
        }
    }

    /// A word with an apostrophe after its first letters. Apostrophes inside a word belong to it; a final 's is left out of the hash.
    #[cold]
    fn quoted(bytes: &[u8], start: usize, gap: Gap) -> Self {
        let mut counts = 0;
        let mut end = count_characters(bytes, start, &mut counts);
        let mut word_end = end;
        let mut possessive = false;
        while bytes.get(end) == Some(&b'\'') && digits(counts) == 0 && next_is_letter(bytes, end) {
            let quote = end;
            end = count_characters(bytes, quote + 1, &mut counts);
            possessive = end == quote + 2 && matches!(bytes.get(quote + 1), Some(b's' | b'S'));
            word_end = if possessive { quote } else { end };
        }
        // One look at the whole, however many apostrophes it has.
        let has_quote = memchr::memchr(b'\'', bytes.get(start..word_end).unwrap_or(&[])).is_some();
        let hash = if has_quote {
            let word = bytes
                .get(start..word_end)
                .and_then(|word| std::str::from_utf8(word).ok());
            hash_word(word.unwrap_or(""))
        } else {
            hash_range(bytes, start, word_end)
        };
        let leads_upper = bytes.get(start).is_some_and(u8::is_ascii_uppercase);
        let (uppers, lowers) = (uppers(counts), lowers(counts));
        let shape = match (digits(counts), uppers, lowers) {
            (1.., 0, 0) => Shape::Digits,
            (1.., _, _) => Shape::Mixed,
            (0, 1.., 0) => Shape::Upper,
            (0, _, 1) if leads_upper && possessive && uppers > 1 => Shape::Upper,
            (0, _, _) if leads_upper => Shape::Title,
            (0, _, _) => Shape::Lower,
        };
        Self {
            start: offset(start),
            end: offset(end),
            hash,
            cues: 0,
            known: 0,
            shape,
            gap,
            mark: 0,
            first: bytes.get(start).map_or(0, u8::to_ascii_lowercase),
            taken: false,
            possessive,
            mixes_case: lowers > 0 && uppers > u64::from(leads_upper),
            starts_sentence: false,
        }
    }
}

/// What the bytes of a word are, one bit for each kind of byte at one of eight places.
struct ReadWord {
    end: usize,
    hash: WordHash,
    digits: u64,
    uppers: u64,
    lowers: u64,
    /// Capitals but the first letter.
    inner_uppers: u64,
}

/// Reads letters and digits from `start` on.
#[inline]
fn read_word(bytes: &[u8], start: usize) -> ReadWord {
    let mut word = ReadWord {
        end: start,
        hash: HASH_SEED,
        digits: 0,
        uppers: 0,
        lowers: 0,
        inner_uppers: 0,
    };
    let mut inner = !0xff;
    loop {
        #[cfg(test)]
        super::page::work(1);
        let eight = eight_bytes(bytes, word.end);
        let kinds = Kinds::of(eight);
        let length = (!kinds.word & TOPS).trailing_zeros() / 8;
        let kept = u64::MAX.checked_shr(64 - 8 * length).unwrap_or(0);
        if length == 0 {
            break;
        }
        word.hash = hash_eight(word.hash, eight & kept, kept);
        let uppers = kinds.upper & kept;
        word.digits |= kinds.digit & kept;
        word.uppers |= uppers;
        word.inner_uppers |= uppers & inner;
        word.lowers |= kinds.word & !(kinds.digit | kinds.upper) & kept;
        word.end += length as usize;
        if length < 8 {
            break;
        }
        inner = u64::MAX;
    }
    word.hash = hash_finish(word.hash);
    word
}

/// The top bit of each of eight bytes, and the lowest.
const TOPS: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// Which of eight bytes are parts of words: the top bit of each byte tells.
struct Kinds {
    word: u64,
    digit: u64,
    upper: u64,
}

impl Kinds {
    /// Compares all eight at once: an addition carries into a byte's top bit where the byte is no less than a bound. Bytes beyond ASCII
    /// count as small letters.
    #[inline]
    const fn of(eight: u64) -> Self {
        const fn no_less(bytes: u64, bound: u8) -> u64 {
            bytes + ONES * (0x80 - bound as u64)
        }
        let beyond = eight & TOPS;
        let low = eight & !TOPS;
        let small = low | ONES * 0x20;
        let digit = no_less(low, b'0') & !no_less(low, b'9' + 1) & TOPS & !beyond;
        let letter = no_less(small, b'a') & !no_less(small, b'z' + 1) & TOPS;
        let upper = no_less(low, b'A') & !no_less(low, b'Z' + 1) & TOPS & !beyond;
        Self {
            word: digit | letter | beyond,
            digit,
            upper,
        }
    }
}

/// Eight bytes from `at` on, the first lowest; zeros beyond the end.
#[inline]
fn eight_bytes(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(eight) => u64::from_le_bytes(*eight),
        None => bytes
            .iter()
            .skip(at)
            .rev()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// How a byte counts: digits, capitals and small letters in three fields of 21 bits, wide enough for the longest input.
const COUNTS: [u64; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match CLASSES[byte] {
            Class::Digit => 1,
            Class::Upper => 1 << 21,
            Class::Lower => 1 << 42,
            Class::Mark | Class::Blank | Class::Break => 0,
        };
        byte += 1;
    }
    table
};

/// Adds up letters and digits from `start` and gives the first byte that is neither.
fn count_characters(bytes: &[u8], start: usize, counts: &mut u64) -> usize {
    let mut at = start;
    #[cfg(test)]
    super::page::work(1);
    while let Some(&byte) = bytes.get(at) {
        let count = COUNTS[usize::from(byte)];
        if count == 0 {
            break;
        }
        *counts += count;
        at += 1;
    }
    at
}

const FIELD: u64 = (1 << 21) - 1;

const fn digits(counts: u64) -> u64 {
    counts & FIELD
}

const fn uppers(counts: u64) -> u64 {
    counts >> 21 & FIELD
}

const fn lowers(counts: u64) -> u64 {
    counts >> 42
}

fn next_is_letter(bytes: &[u8], at: usize) -> bool {
    bytes
        .get(at + 1)
        .is_some_and(|next| matches!(class_of(*next), Class::Upper | Class::Lower))
}

/// Offsets fit 32 bits: the input is capped far below.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
