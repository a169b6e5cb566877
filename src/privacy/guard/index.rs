//! Which tokens each detector has to look at: most words of a text concern none, and passing over them eight times would cost more
//! than everything else.

use super::lexicon::{Lexicon, cue};
use super::token::{Gap, Shape, Token};

/// What a detector looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interest {
    Address,
    Ip,
    Date,
    Number,
    Age,
    Media,
    ImageData,
    Place,
    Name,
    Encoded,
}

const INTERESTS: [Interest; 10] = [
    Interest::Address,
    Interest::Ip,
    Interest::Date,
    Interest::Number,
    Interest::Age,
    Interest::Media,
    Interest::ImageData,
    Interest::Place,
    Interest::Name,
    Interest::Encoded,
];

/// Cues that places begin with, in words of any case.
pub(super) const PLACE_TRIGGERS: u64 = cue::ZIP_CUE | cue::STATE_ABBR | cue::STATE | cue::UNIT_LABEL | cue::ADDRESS_CUE;

/// Cues that names follow.
const NAME_TRIGGERS: u64 = cue::TITLE | cue::PROVIDER_TITLE | cue::PERSON | cue::RELATIVE | cue::NAME_LABEL;

/// Shortest encoded run that is looked into, in bytes: six characters make eight.
pub(super) const ENCODED_MIN: usize = 8;

/// One bit a token and interest, 64 tokens a block.
pub(super) struct Index {
    blocks: Vec<[u64; INTERESTS.len()]>,
}

impl Index {
    pub(super) fn of(tokens: &[Token], lexicon: &Lexicon) -> Self {
        let mut blocks = vec![[0; INTERESTS.len()]; tokens.len().div_ceil(64)];
        let mut before = None;
        for (at, token) in tokens.iter().enumerate() {
            let bits = interests(token, before, tokens.get(at + 1), lexicon);
            before = Some(token);
            if bits == 0 {
                continue;
            }
            let Some(block) = blocks.get_mut(at / 64) else {
                break;
            };
            let mut left = bits;
            while left != 0 {
                if let Some(word) = block.get_mut(left.trailing_zeros() as usize) {
                    *word |= 1 << (at % 64);
                }
                left &= left - 1;
            }
        }
        Self { blocks }
    }

    /// The first token from `from` on that a detector has to look at.
    pub(super) fn next(&self, interest: Interest, from: usize) -> Option<usize> {
        let mut block = from / 64;
        let mut skip = u64::MAX << (from % 64);
        loop {
            let word = self.blocks.get(block)?.get(interest as usize)? & skip;
            if word != 0 {
                return Some(block * 64 + word.trailing_zeros() as usize);
            }
            block += 1;
            skip = u64::MAX;
        }
    }
}

/// One bit for each interest in a token.
fn interests(token: &Token, before: Option<&Token>, next: Option<&Token>, lexicon: &Lexicon) -> u16 {
    let bit = |interest: Interest, holds: bool| u16::from(holds) << interest as u16;
    let glued_mark = next
        .filter(|next| matches!(next.gap, Gap::Glued | Gap::Line))
        .map_or(0, |next| next.mark);
    if token.mark != 0 {
        let is_inner_stop = token.mark == b'.' && next.is_some_and(|next| next.gap == Gap::Glued);
        return bit(Interest::Address, is_inner_stop || matches!(token.mark, b'@' | b':'))
            | bit(Interest::Media, is_inner_stop)
            | bit(Interest::ImageData, token.mark == b'/');
    }
    let has_digit = token.has_digit();
    let is_capitalised = token.is_capitalised();
    let follows_place_word =
        before.is_some_and(|before| before.has(cue::PLACE_STRONG | cue::PLACE_PREP | cue::FACILITY_VERB));
    let may_be_given_name = token.shape == Shape::Lower && token.cues == 0 && lexicon.may_be_given_name(token.hash);
    let is_date_word = token.has(cue::MONTH | cue::ORDINAL);
    bit(Interest::Ip, matches!(glued_mark, b'.' | b':'))
        | bit(Interest::Date, has_digit || is_date_word)
        | bit(Interest::Number, has_digit)
        | bit(Interest::Age, has_digit || token.has(cue::AGE_WORD))
        | bit(Interest::Media, token.has(cue::BIOMETRIC | cue::PHOTO))
        | bit(
            Interest::ImageData,
            token.shape == Shape::Mixed || token.len() == 4 && glued_mark == b':',
        )
        | bit(
            Interest::Place,
            has_digit || is_capitalised || follows_place_word || token.has(PLACE_TRIGGERS),
        )
        | bit(
            Interest::Name,
            is_capitalised || may_be_given_name || token.has(NAME_TRIGGERS),
        )
        | bit(
            Interest::Encoded,
            token.mixes_case || token.shape == Shape::Mixed || has_digit && token.len() >= 18,
        )
}
