//! What a token and those beside it may concern: nearly all that no detector can use is told here, by a look at four tokens.

mod names;
mod places;

use super::index::{ENCODED_MIN, Interest, PLACE_TRIGGERS};
use super::lexicon::{Lexicon, cue, dict};
use super::numbers::is_joint;
use super::numbers::labels::names_identifier;
use super::token::{Gap, Shape, Token};

/// Cues that names follow.
const NAME_TRIGGERS: u64 = cue::TITLE | cue::PROVIDER_TITLE | cue::PERSON | cue::RELATIVE | cue::NAME_LABEL;

/// How far after a house number a word of streets may stand, in tokens.
const STREET_REACH: usize = 6;

/// Cues of which a detector looks at the word itself.
const TRIGGERS: u64 =
    PLACE_TRIGGERS | NAME_TRIGGERS | cue::MONTH | cue::ORDINAL | cue::AGE_WORD | cue::BIOMETRIC | cue::PHOTO;

/// Cues after which a word in small letters may be a place.
const PLACE_LEADS: u64 = cue::PLACE_STRONG | cue::PLACE_PREP | cue::FACILITY_VERB;

pub(super) const STREETS: u64 = cue::STREET_SUFFIX | cue::STREET_SHORT;

/// A given name or a surname, and no other word or place.
pub(super) const fn is_clear_name(known: u64) -> bool {
    known & (dict::FIRST | dict::SURNAME) != 0 && known & (dict::WORD | dict::CITY) == 0
}

/// How many tokens most looks reach, the token itself with them.
const WINDOW: usize = 6;

/// What a text is followed by while its tokens are looked at, so that there is always a window.
pub(super) const BEYOND: [Token; WINDOW] = [Token::END; WINDOW];

/// A token and those around it.
pub(super) struct Near<'t> {
    tokens: &'t [Token],
    at: usize,
    /// The token and those after it.
    window: &'t [Token; WINDOW],
    about: About,
}

/// What is known of the whole text, and of what stands before a token.
#[derive(Clone, Copy)]
pub(super) struct About {
    /// A word that may label a number stands before the token, near and in its sentence.
    pub(super) has_label: bool,
    /// A word of streets stands somewhere in the text, and a kind of facility.
    pub(super) has_streets: bool,
    pub(super) has_facilities: bool,
    /// The text begins in small letters, and names in it may be written so too.
    pub(super) is_informal: bool,
}

const fn bit(interest: Interest, holds: bool) -> u16 {
    (holds as u16) << interest as u16
}

/// One bit for each interest in the token at `at`; [`BEYOND`] ends the tokens.
#[inline]
pub(super) fn interests(tokens: &[Token], at: usize, about: About, lexicon: &Lexicon) -> u16 {
    let window = tokens.get(at..).and_then(<[Token]>::first_chunk).unwrap_or(&BEYOND);
    let near = Near {
        tokens,
        at,
        window,
        about,
    };
    near.interests(lexicon)
}

impl Near<'_> {
    #[inline]
    fn token(&self) -> &Token {
        &self.window[0]
    }

    /// The token before it; before the first one, the end of a text.
    #[inline]
    fn before(&self) -> &Token {
        self.back(1)
    }

    /// The token so many before it.
    #[inline]
    fn back(&self, tokens: usize) -> &Token {
        let index = self.at.checked_sub(tokens);
        index.and_then(|index| self.tokens.get(index)).unwrap_or(&Token::END)
    }

    /// The token so many on; beyond the last one, the end of the text.
    #[inline]
    fn after(&self, tokens: usize) -> &Token {
        let beyond = || self.tokens.get(self.at + tokens);
        self.window.get(tokens).or_else(beyond).unwrap_or(&Token::END)
    }

    #[inline]
    fn interests(&self, lexicon: &Lexicon) -> u16 {
        // Asked one after another: where a table of jumps leads can't be foretold.
        let token = self.token();
        if token.mark != 0 {
            self.of_mark()
        } else if token.shape == Shape::Lower {
            self.of_lower(lexicon)
        } else if !token.has_digit() {
            self.of_word() | self.of_capitalised(lexicon)
        } else if token.shape == Shape::Digits {
            self.of_number() | self.of_digits()
        } else {
            self.of_number() | self.of_mixed()
        }
    }

    /// The stop inside a host or a file name, "@", "://", and the slash that some images begin with.
    #[inline]
    fn of_mark(&self) -> u16 {
        let (token, next) = (self.token(), self.after(1));
        if next.gap != Gap::Glued {
            return bit(Interest::Address, token.mark == b'@');
        }
        match token.mark {
            b'.' => {
                let before = self.before().shape;
                let is_decimal = before == Shape::Digits && next.shape == Shape::Digits;
                let is_inner = token.gap == Gap::Glued && next.shape != Shape::Mark && !is_decimal;
                // "M54.5": a code.
                let ends_code = next.shape == Shape::Digits
                    && self.after(2).gap != Gap::Glued
                    && self.before().shape == Shape::Mixed
                    && self.before().gap != Gap::Glued;
                let may_be_image = is_inner && next.is_word() && matches!(next.len(), 3 | 4);
                bit(Interest::Address, is_inner && before != Shape::Mark && !ends_code)
                    | bit(Interest::Media, may_be_image)
            }
            b'@' => bit(Interest::Address, true),
            b':' => bit(Interest::Address, next.mark == b'/'),
            b'/' => bit(Interest::ImageData, next.shape == Shape::Mixed),
            _ => 0,
        }
    }

    /// Digits, alone or among letters.
    #[inline]
    fn of_number(&self) -> u16 {
        let (token, next) = (self.token(), self.after(1));
        // 90 to 125
        let may_be_age = match (token.shape, token.len()) {
            (Shape::Mixed, _) => matches!(token.first, b'0' | b'1' | b'9'),
            (_, 2) => token.first == b'9',
            (_, 3) => matches!(token.first, b'0' | b'1'),
            _ => false,
        };
        let is_before_street = self.is_before_street();
        let may_be_postcode =
            token.shape == Shape::Mixed && next.shape == Shape::Mixed && next.len() == 3 && token.len() <= 4;
        let follows_place = token.len() == 5 && self.before().has(cue::PLACE_PREP | cue::PLACE_STRONG);
        let may_be_zip =
            follows_place || next.mark == b'-' && token.len() == 5 || token.has(cue::ZIP_CUE) || may_be_postcode;
        bit(Interest::Number, self.may_identify())
            | bit(Interest::Age, may_be_age)
            | bit(Interest::Place, is_before_street || may_be_zip)
            | bit(
                Interest::Encoded,
                (token.shape == Shape::Mixed || token.len() >= 18) && self.may_be_encoded(),
            )
    }

    #[inline]
    fn of_digits(&self) -> u16 {
        let (token, next, after) = (self.token(), self.after(1), self.after(2));
        let is_before_stop = next.mark == b'.' && after.has_digit();
        let may_begin = matches!(token.len(), 1 | 2 | 4) || token.first == b'0';
        let is_part = after.shape == Shape::Digits && matches!(after.len(), 1 | 2 | 4);
        let is_separated = may_begin && is_part && next.gap <= Gap::Space && self.may_separate_date();
        let is_compact = matches!(token.len(), 6 | 8);
        let is_decimal = is_before_stop && after.shape == Shape::Digits && after.gap == Gap::Glued && after.len() >= 3;
        bit(
            Interest::Ip,
            is_before_stop && self.after(3).mark == b'.' || self.is_before_colon(),
        ) | bit(
            Interest::Date,
            is_separated || is_compact || self.is_before_month() || self.is_before_roman_month(),
        ) | bit(Interest::Place, is_decimal || self.may_be_foreign_street())
    }

    /// Whether the mark after the number may stand in a date: stops only where there are two, hyphens also before a year
    /// or a day.
    fn may_separate_date(&self) -> bool {
        let third = self.after(3).mark;
        match self.after(1).mark {
            b'/' => true,
            b'-' => third == b'-' || matches!(self.after(2).len(), 1 | 2 | 4),
            b'.' => third == b'.',
            _ => false,
        }
    }

    #[inline]
    fn of_mixed(&self) -> u16 {
        let token = self.token();
        let may_be_image = matches!(token.first, b'i' | b'r' | b'u' | b's' | b't');
        let may_be_date = token.first.is_ascii_digit() && (token.len() >= 6 || matches!(token.len(), 3 | 4));
        bit(Interest::Ip, self.is_before_colon())
            | bit(Interest::Date, may_be_date || self.is_before_month())
            | bit(Interest::ImageData, may_be_image)
            | bit(Interest::Media, token.has(cue::BIOMETRIC | cue::PHOTO))
            | bit(Interest::Name, token.has(NAME_TRIGGERS))
    }

    /// A word without digits, in any case.
    #[inline]
    fn of_word(&self) -> u16 {
        let token = self.token();
        let is_before_colon = self.is_before_colon();
        let of_form = bit(Interest::Ip, is_before_colon)
            | bit(Interest::ImageData, is_before_colon && token.first == b'd')
            | bit(Interest::Encoded, token.mixes_case && self.may_be_encoded());
        if !token.has(TRIGGERS) {
            return of_form;
        }
        let is_date = token.has(cue::MONTH | cue::ORDINAL);
        of_form
            | bit(Interest::Date, is_date)
            | bit(Interest::Age, token.has(cue::AGE_WORD))
            | bit(Interest::Media, token.has(cue::BIOMETRIC | cue::PHOTO))
            | bit(Interest::Place, token.has(PLACE_TRIGGERS) && !self.is_group_code())
            | bit(Interest::Name, token.has(NAME_TRIGGERS))
    }

    #[inline]
    fn of_lower(&self, lexicon: &Lexicon) -> u16 {
        let (token, before, next, after) = (self.token(), self.before(), self.after(1), self.after(2));
        let is_of = before.len() == 2 && before.first == b'o' && !before.has(cue::PLACE_STRONG | cue::FACILITY_VERB);
        let names_house = self.about.has_facilities || token.has(cue::FACILITY_NAME) || next.has(cue::PLACE_NOUN);
        let follows_place_word = before.has(PLACE_LEADS) && (!is_of || names_house);
        let ends_house =
            token.has(cue::FACILITY_HEAD | cue::FACILITY_PAIR) && (next.mark != 0 || next.gap >= Gap::Line);
        let may_be_place =
            ends_house || follows_place_word && self.may_be_lower_place(lexicon) || self.may_be_lower_town(lexicon);
        let is_plain = token.cues == 0 || token.cues == cue::EPONYM && next.shape == Shape::Lower && next.cues == 0;
        let may_be_given_name = is_plain && lexicon.is_given_name(token.hash);
        let may_be_surname = self.about.is_informal && token.cues & !cue::FACILITY_NAME == 0 && token.len() > 3 && {
            let known = lexicon.dictionary(token.hash);
            is_clear_name(known)
                || next.has(cue::HUMAN_VERB) && known & (dict::FIRST_ORDINARY | dict::SURNAME_ORDINARY) != 0
        };
        // "novak, petra"
        let may_be_syllable = self.about.is_informal && next.mark == b'-' && token.len() <= 5;
        let leads_given_name = next.mark == b',' && after.shape == Shape::Lower && lexicon.is_given_name(after.hash);
        let may_be_told = self.about.is_informal && self.is_in_phrase(lexicon);
        self.of_word()
            | bit(Interest::Place, may_be_place)
            | bit(
                Interest::Name,
                may_be_given_name || leads_given_name || may_be_surname || may_be_syllable || may_be_told,
            )
    }

    #[inline]
    fn of_capitalised(&self, lexicon: &Lexicon) -> u16 {
        bit(Interest::Place, self.may_be_place(lexicon)) | bit(Interest::Name, self.may_be_name())
    }

    /// Whether the token is long enough to be decoded, or joined to others.
    fn may_be_encoded(&self) -> bool {
        let (token, next) = (self.token(), self.after(1));
        let joins = next.gap == Gap::Glued && matches!(next.mark, 0 | b'+' | b'/' | b'-' | b'_');
        token.len() >= ENCODED_MIN || token.gap == Gap::Glued || joins
    }

    fn is_before_colon(&self) -> bool {
        let next = self.after(1);
        next.mark == b':' && next.gap == Gap::Glued && self.after(2).gap == Gap::Glued && self.token().len() <= 4
    }

    /// "7/vii/24".
    fn is_before_roman_month(&self) -> bool {
        let (next, month) = (self.after(1), self.after(2));
        matches!(next.mark, b'/' | b'.' | b'-')
            && matches!(month.first, b'i' | b'v' | b'x')
            && month.gap == Gap::Glued
            && self.after(3).mark == next.mark
    }

    fn is_before_month(&self) -> bool {
        self.after(1).has(cue::MONTH) || self.after(2).has(cue::MONTH)
    }

    /// Whether a number may be anybody's: it is long, labelled, a part of something longer, or goes on. Most are codes and amounts.
    #[inline]
    fn may_identify(&self) -> bool {
        let (token, next) = (self.token(), self.after(1));
        let may_begin_groups = token.shape == Shape::Mixed && token.len() == 4 && next.mark == 0 && next.len() <= 4;
        let before = self.before();
        let follows_phone =
            matches!(token.len(), 1 | 3..=5) && matches!(before.first, b'e' | b'b' | b'p') && before.has(cue::PHONE);
        let leads_last_four = matches!(before.first, b'f' | b'4' | b's' | b'd') || before.mark == b':';
        let ends_last_four = token.len() == 4 && leads_last_four;
        let has_form = ends_last_four
            || token.len() >= 7
            || token.len() == 6 && token.shape == Shape::Mixed && token.first.is_ascii_alphabetic()
            || may_begin_groups
            || follows_phone
            || token.first == b'x' && token.shape == Shape::Mixed;
        let is_labelled = self.about.has_label && !self.follows_code_cue() && !next.has(cue::UNIT);
        if is_labelled || has_form || next.gap == Gap::Line || next.has_digit() {
            return true;
        }
        let is_apart = |gap: Gap| matches!(gap, Gap::Space | Gap::Paragraph);
        if !(is_apart(token.gap) || self.is_adjustment()) || next.gap == Gap::Glued && next.mark == 0 {
            return true;
        }
        let joins =
            next.gap == Gap::Glued && is_joint(next.mark) && !is_apart(self.after(2).gap) && !self.is_told_age();
        let is_group = match next.mark {
            b')' | b'-' | b'/' => true,
            b'.' => !is_apart(self.after(2).gap),
            _ => false,
        };
        joins || is_group && (self.after(2).has_digit() || self.after(3).has_digit())
    }

    /// "63-year-old", which nothing goes on after.
    fn is_told_age(&self) -> bool {
        let (token, unit, old, end) = (self.token(), self.after(2), self.after(4), self.after(5));
        let is_age = token.shape == Shape::Digits && token.len() <= 2 && unit.has(cue::AGE_UNIT) && unit.is_word();
        let is_joined = |mark: &Token| mark.mark == b'-' && mark.gap == Gap::Glued;
        let is_old = old.shape == Shape::Lower && old.len() == 3 && old.first == b'o';
        let goes_on = end.gap == Gap::Line || end.gap == Gap::Glued && (end.mark == 0 || is_joint(end.mark));
        is_age && is_joined(self.after(1)) && is_joined(self.after(3)) && is_old && !goes_on
    }

    /// "CPT 64615": the word before the number says that it is a code, whatever labels stand before that word.
    fn follows_code_cue(&self) -> bool {
        let says_code = |before: &Token| before.has(cue::CODE_CUE) && before.is_word() && !names_identifier(before);
        says_code(self.before())
    }

    /// "CO-50", as short as any code of a remittance: two capitals, a hyphen and up to three digits, which is no one's number without a label.
    fn is_adjustment(&self) -> bool {
        let (token, next) = (self.token(), self.after(1));
        let (group, hyphen) = (self.back(2), self.back(1));
        // Four places may begin an account of the bank's, in groups of four.
        let may_be_grouped = token.len() == 2 && next.mark == 0;
        let is_joined = token.gap == Gap::Glued && hyphen.gap == Gap::Glued && hyphen.mark == b'-';
        let is_group =
            group.shape == Shape::Upper && group.len() == 2 && matches!(group.gap, Gap::Space | Gap::Paragraph);
        is_joined && is_group && token.shape == Shape::Digits && token.len() <= 3 && !may_be_grouped
    }
}
