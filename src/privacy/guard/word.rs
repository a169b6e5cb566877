//! Where a word ends, what it is made of, and its hash: letters and digits are read eight bytes at a time.

use super::hash::{HASH_SEED, WordHash, eight_bytes, hash_eight, hash_finish, hash_range, hash_word};
use super::token::Shape;

/// What a byte is to a word.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Mark,
    Blank,
    Break,
    Digit,
    Upper,
    Lower,
}

impl Class {
    /// A letter or a digit.
    pub(super) const fn is_word(self) -> bool {
        matches!(self, Self::Digit | Self::Upper | Self::Lower)
    }
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

pub(super) fn class_of(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

/// A word, number or mixture.
pub(super) struct Word {
    pub(super) end: usize,
    pub(super) hash: WordHash,
    pub(super) shape: Shape,
    /// It ends in 's, which the hash leaves out.
    pub(super) is_possessive: bool,
    /// Capitals and small letters otherwise than a leading capital.
    pub(super) mixes_case: bool,
}

impl Word {
    /// The word that starts at `start`.
    #[inline]
    pub(super) fn read(bytes: &[u8], start: usize) -> Self {
        let read = Letters::read(bytes, start);
        if bytes.get(read.end) == Some(&b'\'') && read.digits == 0 {
            return Self::quoted(bytes, start);
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
            end: read.end,
            hash: read.hash,
            shape,
            is_possessive: false,
            mixes_case: read.lowers != 0 && read.inner_uppers != 0,
        }
    }

    /// A word with an apostrophe after its first letters. Apostrophes inside a word belong to it; a final 's is left out of the hash.
    #[cold]
    fn quoted(bytes: &[u8], start: usize) -> Self {
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
            end,
            hash,
            shape,
            is_possessive: possessive,
            mixes_case: lowers > 0 && uppers > u64::from(leads_upper),
        }
    }
}

/// What the bytes of a word are, one bit for each kind of byte at one of eight places.
struct Letters {
    end: usize,
    hash: WordHash,
    digits: u64,
    uppers: u64,
    lowers: u64,
    /// Capitals but the first letter.
    inner_uppers: u64,
}

impl Letters {
    /// Letters and digits from `start` on.
    #[inline]
    fn read(bytes: &[u8], start: usize) -> Self {
        let none = Self {
            end: start,
            hash: HASH_SEED,
            digits: 0,
            uppers: 0,
            lowers: 0,
            inner_uppers: 0,
        };
        let mut word = none.eight(bytes, !0xff);
        if word.end == start + 8 {
            word = word.rest(bytes);
        }
        word.hash = hash_finish(word.hash);
        word
    }

    /// What follows eight letters, which few words have.
    #[inline(never)]
    fn rest(self, bytes: &[u8]) -> Self {
        let mut word = self;
        loop {
            let from = word.end;
            word = word.eight(bytes, u64::MAX);
            if word.end < from + 8 {
                return word;
            }
        }
    }

    /// Up to eight more letters and digits; `inner` covers those where a capital does not lead the word.
    #[inline]
    fn eight(self, bytes: &[u8], inner: u64) -> Self {
        #[cfg(test)]
        super::page::work(1);
        let eight = eight_bytes(bytes, self.end);
        let kinds = Kinds::of(eight);
        let length = (!kinds.word & TOPS).trailing_zeros() / 8;
        let kept = u64::MAX.checked_shr(64 - 8 * length).unwrap_or(0);
        if length == 0 {
            return self;
        }
        let uppers = kinds.upper & kept;
        Self {
            end: self.end + length as usize,
            hash: hash_eight(self.hash, eight & kept, kept),
            digits: self.digits | kinds.digit & kept,
            uppers: self.uppers | uppers,
            lowers: self.lowers | kinds.word & !(kinds.digit | kinds.upper) & kept,
            inner_uppers: self.inner_uppers | uppers & inner,
        }
    }
}

/// The top bit of each of eight bytes, and the lowest.
pub(super) const TOPS: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;

/// Sets the top bit of each of eight bytes of ASCII that is no less than a bound: an addition carries into it. Bytes beyond ASCII make the
/// bits of their neighbours worthless.
pub(super) const fn no_less(bytes: u64, bound: u8) -> u64 {
    bytes.wrapping_add(ONES * (0x80 - bound as u64))
}

/// Which of eight bytes are parts of words: the top bit of each byte tells.
struct Kinds {
    word: u64,
    digit: u64,
    upper: u64,
}

impl Kinds {
    /// Compares all eight at once. Bytes beyond ASCII count as small letters.
    #[inline]
    const fn of(eight: u64) -> Self {
        let beyond = eight & TOPS;
        let low = eight & !TOPS;
        let small = low | (ONES * 0x20);
        let digit = no_less(low, b'0') & !no_less(low, b'9' + 1) & TOPS & !beyond;
        let letter = no_less(small, b'a') & !no_less(small, b'z' + 1) & TOPS;
        // The bit that makes a letter small, where the others are compared.
        let upper = letter & !(eight << 2) & !beyond;
        Self {
            word: digit | letter | beyond,
            digit,
            upper,
        }
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
