//! Which tokens each detector has to look at: most words of a text concern none, and passing over them eight times would cost more
//! than everything else. A bit says "perhaps": it is left out only where the detector is certain to find nothing.

use super::lexicon::{Lexicon, cue};
use super::near::{About, BEYOND, STREETS, interests};
use super::numbers::labels::{LABEL_REACH, may_label};
use super::page::begins_small;
use super::token::{Gap, Holds, Shape, Token};

/// What a detector looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interest {
    Address,
    Ip,
    Date,
    Number,
    Age,
    Media,
    Place,
    Name,
    // Hardly anything concerns these, and eight bits of nothing are passed over.
    ImageData,
    Encoded,
}

/// How many interests there are, rounded up to whole bytes of bits.
const INTERESTS: usize = 16;

/// Cues that places begin with, in words of any case.
pub(super) const PLACE_TRIGGERS: u64 = cue::ZIP_CUE | cue::STATE_ABBR | cue::STATE | cue::UNIT_LABEL | cue::ADDRESS_CUE;

/// Shortest encoded run that is looked into, in bytes: six characters make eight.
pub(super) const ENCODED_MIN: usize = 8;

/// One bit a token and interest, 64 tokens a block.
#[derive(Default)]
pub(super) struct Index {
    blocks: Vec<[u64; INTERESTS]>,
    /// All bits of all tokens.
    of_any: u16,
    /// The text begins in small letters.
    is_informal: bool,
}

impl Index {
    /// One look at every token with those beside it: marks the beginnings of sentences and what a label may stand before, and sets the bits.
    pub(super) fn read(&mut self, tokens: &mut Vec<Token>, text: Holds, lexicon: &Lexicon) {
        let length = tokens.len();
        tokens.extend_from_slice(&BEYOND);
        self.blocks.clear();
        self.blocks.resize(length.div_ceil(64), [0; INTERESTS]);
        let mut about = About {
            has_label: false,
            has_streets: text.a_route || text.cues & STREETS != 0,
            has_facilities: text.cues & (cue::FACILITY_HEAD | cue::FACILITY_PAIR) != 0,
            is_informal: begins_small(tokens),
        };
        self.is_informal = about.is_informal;
        let mut label = None;
        let mut bits = [[0_u8; 64]; 2];
        self.of_any = 0;
        for (number, block) in self.blocks.iter_mut().enumerate() {
            let first = 64 * number;
            let [low, high] = &mut bits;
            (*low, *high) = ([0; 64], [0; 64]);
            for ((low, high), at) in low.iter_mut().zip(high).zip(first..length) {
                let starts = is_sentence_start(tokens, at);
                label = label.filter(|label| !starts && at - label <= LABEL_REACH);
                let Some(token) = tokens.get_mut(at) else { break };
                token.starts_sentence = starts;
                about.has_label = label.is_some();
                if token.has_digit() && token.len() <= 5 {
                    label = None; // no label is read over a number, but that of a list of identifiers
                } else if may_label(token) {
                    label = Some(at);
                }
                let interests = interests(tokens, at, about, lexicon);
                self.of_any |= interests;
                [*low, *high] = interests.to_le_bytes();
            }
            *block = by_interest(&bits, length - first);
        }
        tokens.truncate(length);
    }

    /// The text begins in small letters.
    #[inline]
    pub(super) const fn is_informal(&self) -> bool {
        self.is_informal
    }

    /// Whether there is any token that a detector has to look at.
    #[inline]
    pub(super) fn holds(&self, interest: Interest) -> bool {
        self.of_any >> interest as u16 & 1 != 0
    }

    /// Whether a token concerns any of some detectors.
    #[inline]
    pub(super) fn is_of(&self, interests: &[Interest], at: usize) -> bool {
        self.blocks
            .get(at / 64)
            .is_some_and(|block| of_any(block, interests) >> (at % 64) & 1 != 0)
    }

    /// The first token from `from` on that any of some detectors has to look at.
    #[inline]
    pub(super) fn next_of(&self, interests: &[Interest], from: usize) -> Option<usize> {
        let mut block = from / 64;
        let mut skip = u64::MAX << (from % 64);
        loop {
            let word = of_any(self.blocks.get(block)?, interests) & skip;
            if word != 0 {
                return Some(block * 64 + word.trailing_zeros() as usize);
            }
            block += 1;
            skip = u64::MAX;
        }
    }
}

/// The tokens of a block that any of some detectors has to look at.
#[inline]
fn of_any(block: &[u64; INTERESTS], interests: &[Interest]) -> u64 {
    interests
        .iter()
        .fold(0, |bits, interest| bits | block[*interest as usize])
}

/// Turns the bits of up to 64 tokens, a byte of interests each in two halves, into one word of tokens for each interest.
fn by_interest(bits: &[[u8; 64]; 2], tokens: usize) -> [u64; INTERESTS] {
    let mut words = [0_u64; INTERESTS];
    for (half, words) in bits.iter().zip(words.chunks_exact_mut(8)) {
        for (group, eight) in { half.as_chunks::<8>().0.iter().enumerate() }.take(tokens.div_ceil(8)) {
            if *eight == [0; 8] {
                continue;
            }
            let turned = transpose(u64::from_le_bytes(*eight)).to_le_bytes();
            for (word, byte) in words.iter_mut().zip(turned) {
                *word |= u64::from(byte) << (8 * group);
            }
        }
    }
    words
}

/// The transpose of eight rows of eight bits, a byte each: swaps single bits, then pairs, then fours across the diagonal.
const fn transpose(rows: u64) -> u64 {
    let swap = (rows ^ (rows >> 7)) & 0x00aa_00aa_00aa_00aa;
    let rows = rows ^ swap ^ (swap << 7);
    let swap = (rows ^ (rows >> 14)) & 0x0000_cccc_0000_cccc;
    let rows = rows ^ swap ^ (swap << 14);
    let swap = (rows ^ (rows >> 28)) & 0x0000_0000_f0f0_f0f0;
    rows ^ swap ^ (swap << 28)
}

/// Whether a sentence ends between a token and the one before it.
#[inline]
fn is_sentence_start(tokens: &[Token], at: usize) -> bool {
    let Some([before, token]) = at.checked_sub(1).and_then(|first| tokens.get(first..=at)) else {
        return true;
    };
    if token.gap == Gap::Paragraph {
        return true;
    }
    match before.mark {
        b'!' | b'?' | b';' => true,
        b'.' => token.gap != Gap::Glued && !ends_abbreviation(tokens, at - 1),
        _ => false,
    }
}

/// Whether the full stop at `stop` belongs to an abbreviation such as "Dr." or "No.".
fn ends_abbreviation(tokens: &[Token], stop: usize) -> bool {
    const ABBREVIATES: u64 = cue::TITLE
        | cue::PROVIDER_TITLE
        | cue::ID_NOUN
        | cue::MONTH
        | cue::STREET_SHORT
        | cue::PERSON
        | cue::PHONE
        | cue::FAX
        | cue::MRN_HEAD
        | cue::MRN_WORD
        | cue::ACCOUNT_HEAD
        | cue::LICENSE_HEAD
        | cue::PATIENT_DATE;
    stop.checked_sub(1)
        .and_then(|word| tokens.get(word))
        .is_some_and(|word| {
            let is_abbreviation = word.has(ABBREVIATES) && word.len() <= 4;
            let is_initial = word.shape == Shape::Upper && word.len() == 1;
            is_abbreviation || is_initial
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_turned_from_tokens_to_interests() {
        let mut bits = [[0_u8; 64]; 2];
        bits[0][3] = 0b1000_0001;
        bits[1][63] = 0b10;
        let words = by_interest(&bits, 64);
        let expected = [(0, 1_u64 << 3), (7, 1 << 3), (9, 1 << 63)];
        for (interest, word) in words.iter().enumerate() {
            let wanted = expected
                .iter()
                .find(|(at, _)| *at == interest)
                .map_or(0, |(_, word)| *word);
            assert_eq!(*word, wanted, "interest {interest}");
        }
    }
}
