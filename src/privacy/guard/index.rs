//! Which tokens each detector has to look at: most words of a text concern none, and passing over them eight times would cost more
//! than everything else. A bit says "perhaps": it is left out only where the detector is certain to find nothing.

use super::lexicon::{KNOWN_STARTS_PHRASE, Lexicon, cue, dict};
use super::name_parts::NO_NAMES;
use super::numbers::is_joint;
use super::places::Lead;
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

/// How many interests there are, rounded up to whole bytes of bits.
const INTERESTS: usize = 16;

/// Cues that places begin with, in words of any case.
pub(super) const PLACE_TRIGGERS: u64 = cue::ZIP_CUE | cue::STATE_ABBR | cue::STATE | cue::UNIT_LABEL | cue::ADDRESS_CUE;

/// Cues that names follow.
const NAME_TRIGGERS: u64 = cue::TITLE | cue::PROVIDER_TITLE | cue::PERSON | cue::RELATIVE | cue::NAME_LABEL;

/// Shortest encoded run that is looked into, in bytes: six characters make eight.
pub(super) const ENCODED_MIN: usize = 8;

/// How far after a house number a word of streets may stand, in tokens, and after a day its month.
const STREET_REACH: u8 = 6;
const MONTH_REACH: u8 = 2;
/// How far digits that go on with a number may stand from it.
const NUMBER_REACH: u8 = 3;

/// One bit a token and interest, 64 tokens a block.
#[derive(Default)]
pub(super) struct Index {
    blocks: Vec<[u64; INTERESTS]>,
}

impl Index {
    /// Reads the tokens from the last to the first, so that each is judged with what follows it.
    pub(super) fn read(&mut self, tokens: &[Token], lexicon: &Lexicon) {
        self.blocks.clear();
        self.blocks.resize(tokens.len().div_ceil(64), [0; INTERESTS]);
        let mut ahead = Ahead::default();
        for (number, block) in self.blocks.iter_mut().enumerate().rev() {
            let first = 64 * number;
            let mut bits = [[0_u8; 64]; 2];
            for offset in (0..64.min(tokens.len() - first)).rev() {
                let at = first + offset;
                let Some(token) = tokens.get(at) else { continue };
                let before = at.checked_sub(1).and_then(|before| tokens.get(before));
                let [low, high] = interests(token, before, &ahead, lexicon).to_le_bytes();
                bits[0][offset] = low;
                bits[1][offset] = high;
                ahead.pass(token);
            }
            *block = by_interest(&bits);
        }
    }

    /// The first token from `from` on that a detector has to look at.
    #[inline]
    pub(super) fn next(&self, interest: Interest, from: usize) -> Option<usize> {
        let mut block = from / 64;
        let mut skip = u64::MAX << (from % 64);
        loop {
            let word = self.blocks.get(block)?[interest as usize] & skip;
            if word != 0 {
                return Some(block * 64 + word.trailing_zeros() as usize);
            }
            block += 1;
            skip = u64::MAX;
        }
    }
}

/// Turns the bits of 64 tokens, a byte of interests each in two halves, into one word of tokens for each interest.
fn by_interest(bits: &[[u8; 64]; 2]) -> [u64; INTERESTS] {
    let mut words = [0_u64; INTERESTS];
    for (half, words) in bits.iter().zip(words.chunks_exact_mut(8)) {
        for (group, eight) in half.as_chunks::<8>().0.iter().enumerate() {
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

/// What follows a token.
struct Ahead {
    /// The next token, and the one after it.
    next: Seen,
    after: Seen,
    /// How many more tokens towards the beginning have a word of streets, a month, or a number within reach.
    street: u8,
    month: u8,
    number: u8,
}

/// What is kept of a token when it has been passed.
#[derive(Clone, Copy)]
struct Seen {
    cues: u64,
    shape: Shape,
    gap: Gap,
    mark: u8,
    is_long: bool,
}

impl Default for Ahead {
    fn default() -> Self {
        let end = Seen {
            cues: 0,
            shape: Shape::Mark,
            gap: Gap::Paragraph,
            mark: 0,
            is_long: false,
        };
        Self {
            next: end,
            after: end,
            street: 0,
            month: 0,
            number: 0,
        }
    }
}

impl Ahead {
    #[inline]
    fn pass(&mut self, token: &Token) {
        self.after = self.next;
        self.next = Seen {
            cues: token.cues,
            shape: token.shape,
            gap: token.gap,
            mark: token.mark,
            is_long: token.len() > 3,
        };
        // "Route" and "Rte" stand in no section.
        let is_street =
            token.has(cue::STREET_SUFFIX | cue::STREET_SHORT) || token.first == b'r' && token.is_capitalised();
        let count = |holds: bool, reach: u8, left: u8| if holds { reach } else { left.saturating_sub(1) };
        self.street = count(is_street, STREET_REACH, self.street);
        self.month = count(token.has(cue::MONTH), MONTH_REACH, self.month);
        self.number = count(token.has_digit(), NUMBER_REACH, self.number);
    }

    /// The next token, if it is a mark without a blank before it.
    fn glued_mark(&self) -> u8 {
        if self.next.gap == Gap::Glued { self.next.mark } else { 0 }
    }

    /// Whether a blank stands after the token, or a mark that joins it to nothing.
    fn ends_number(&self) -> bool {
        let is_apart = matches!(self.after.gap, Gap::Space | Gap::Paragraph);
        self.next.gap != Gap::Glued || self.next.mark != 0 && (is_apart || !is_joint(self.next.mark))
    }

    /// Whether more digits may belong to the token's number: over a blank or a mark, or on the next line.
    fn continues_number(&self) -> bool {
        let reach = if matches!(self.next.mark, b')' | b'-' | b'.' | b'/') {
            0
        } else {
            NUMBER_REACH - 1
        };
        self.number > reach || self.next.gap == Gap::Line
    }

    /// Whether a name of several words may go on after the token.
    fn continues_capitals(&self) -> bool {
        let next = &self.next;
        next.gap <= Gap::Space
            && match next.shape {
                Shape::Title | Shape::Upper => true,
                Shape::Lower => !next.is_long || next.cues & (cue::PARTICLE | cue::STREET_SUFFIX) != 0,
                Shape::Mark => matches!(next.mark, b'-' | b'&' | b'\'' | b'.' | b','),
                Shape::Digits | Shape::Mixed => false,
            }
            || next.mark == b','
            || next.cues & cue::STREET_SUFFIX != 0
    }
}

const fn bit(interest: Interest, holds: bool) -> u16 {
    (holds as u16) << interest as u16
}

/// One bit for each interest in a token.
#[inline]
fn interests(token: &Token, before: Option<&Token>, ahead: &Ahead, lexicon: &Lexicon) -> u16 {
    if token.shape == Shape::Mark {
        of_mark(token, before, ahead)
    } else if token.has_digit() {
        of_number(token, ahead)
    } else {
        of_word(token, before, ahead, lexicon)
    }
}

/// The stop inside a host or a file name, "@", "://", and the slash that some images begin with.
#[inline]
fn of_mark(token: &Token, before: Option<&Token>, ahead: &Ahead) -> u16 {
    let is_before_glued = ahead.next.gap == Gap::Glued;
    match token.mark {
        b'.' => {
            let is_inner = is_before_glued && token.gap == Gap::Glued && ahead.next.shape != Shape::Mark;
            let follows = before.map_or(Shape::Mark, |before| before.shape);
            let is_decimal = follows == Shape::Digits && ahead.next.shape == Shape::Digits;
            bit(Interest::Address, is_inner && follows != Shape::Mark && !is_decimal)
                | bit(Interest::Media, is_inner && !is_decimal)
        }
        b'@' => bit(Interest::Address, true),
        b':' => bit(Interest::Address, ahead.glued_mark() == b'/'),
        b'/' => bit(Interest::ImageData, is_before_glued && ahead.next.shape == Shape::Mixed),
        _ => 0,
    }
}

/// Digits, alone or among letters.
#[inline]
fn of_number(token: &Token, ahead: &Ahead) -> u16 {
    let length = token.len();
    let glued_mark = ahead.glued_mark();
    let may_be_age = matches!(token.first, b'0' | b'1' | b'9'); // 90 to 125
    let precedes_street = ahead.street > 0 || token.has(cue::ZIP_CUE);
    let of_any = bit(Interest::Number, may_identify(token, ahead))
        | bit(Interest::Name, token.has(NAME_TRIGGERS))
        | bit(Interest::Media, token.has(cue::BIOMETRIC | cue::PHOTO))
        | bit(Interest::Encoded, token.shape == Shape::Mixed || length >= 18);
    let follows_on = matches!(ahead.after.shape, Shape::Digits | Shape::Mixed);
    let is_separated = follows_on && ahead.next.gap <= Gap::Space && matches!(ahead.next.mark, b'-' | b'/' | b'.');
    if token.shape == Shape::Digits {
        let is_compact = length == 6 || length == 8;
        let is_decimal = ahead.next.mark == b'.' && ahead.after.shape == Shape::Digits && ahead.after.gap == Gap::Glued;
        return of_any
            | bit(
                Interest::Ip,
                follows_on && ahead.next.mark == b'.' || glued_mark == b':' && length <= 4,
            )
            | bit(Interest::Date, is_separated || is_compact || ahead.month > 0)
            | bit(Interest::Age, may_be_age && length <= 3)
            | bit(
                Interest::Place,
                precedes_street || is_decimal || ahead.next.mark == b'-' && length == 5,
            );
    }
    of_any
        | bit(Interest::Ip, glued_mark == b':' && length <= 4)
        | bit(
            Interest::Date,
            ahead.month > 0 || token.first.is_ascii_digit() && length >= 6,
        )
        | bit(Interest::Age, may_be_age)
        | bit(
            Interest::ImageData,
            matches!(token.first, b'i' | b'r' | b'u' | b's' | b't'),
        )
        | bit(
            Interest::Place,
            precedes_street || ahead.next.mark == b'-' && length == 5,
        )
}

/// Whether a number may be anybody's: it is long, labelled, a part of something longer, or goes on. Most are codes and amounts.
#[inline]
fn may_identify(token: &Token, ahead: &Ahead) -> bool {
    let length = token.len();
    let has_form = length >= 7 || token.shape == Shape::Mixed && length == 4;
    let is_alone = matches!(token.gap, Gap::Space | Gap::Paragraph) && ahead.ends_number();
    has_form || token.may_have_label || !is_alone || ahead.continues_number()
}

/// Whether a capitalised word may be a part of a name, by itself.
#[inline]
fn may_be_name(token: &Token, ahead: &Ahead) -> bool {
    const NAMES: u64 = dict::FIRST | dict::FIRST_ORDINARY | dict::SURNAME | dict::SURNAME_ORDINARY;
    let known = u64::from(token.known & !KNOWN_STARTS_PHRASE);
    let is_title = token.shape == Shape::Title;
    let is_unknown = known == 0 && (is_title || token.len() == 1);
    let is_listed = known & NAMES != 0 || token.len() == 1;
    !token.has(NO_NAMES) && (is_unknown || is_listed || is_title && ahead.next.mark == b'-')
}

/// Whether a capitalised word may begin a place: after a word that leads to places, as a town, or with more of a name after it.
#[inline]
fn may_be_place(token: &Token, before: Option<&Token>, ahead: &Ahead) -> bool {
    let lead = Lead::of(before);
    let may_be_town = u64::from(token.known) & dict::CITY != 0 || token.known & KNOWN_STARTS_PHRASE != 0;
    lead.facility || lead.town || may_be_town || ahead.continues_capitals()
}

/// A word without digits.
#[inline]
fn of_word(token: &Token, before: Option<&Token>, ahead: &Ahead, lexicon: &Lexicon) -> u16 {
    let is_capitalised = token.is_capitalised();
    let follows_place_word =
        before.is_some_and(|before| before.has(cue::PLACE_STRONG | cue::PLACE_PREP | cue::FACILITY_VERB));
    let may_be_given_name = !is_capitalised && token.cues == 0 && lexicon.may_be_given_name(token.hash);
    let is_date = token.has(cue::MONTH) || token.has(cue::ORDINAL) && ahead.month > 0;
    let precedes_colon = ahead.glued_mark() == b':' && token.len() <= 4;
    bit(Interest::Ip, precedes_colon)
        | bit(Interest::Date, is_date)
        | bit(Interest::Age, token.has(cue::AGE_WORD))
        | bit(Interest::Media, token.has(cue::BIOMETRIC | cue::PHOTO))
        | bit(Interest::ImageData, precedes_colon && token.first == b'd')
        | bit(
            Interest::Place,
            is_capitalised && may_be_place(token, before, ahead)
                || follows_place_word && !is_capitalised
                || token.has(PLACE_TRIGGERS),
        )
        | bit(
            Interest::Name,
            is_capitalised && may_be_name(token, ahead) || may_be_given_name || token.has(NAME_TRIGGERS),
        )
        | bit(Interest::Encoded, token.mixes_case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_turned_from_tokens_to_interests() {
        let mut bits = [[0_u8; 64]; 2];
        bits[0][3] = 0b1000_0001;
        bits[1][63] = 0b10;
        let words = by_interest(&bits);
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
