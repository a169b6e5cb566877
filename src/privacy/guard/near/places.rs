//! What may be a place, or begin one.

use super::super::index::PLACE_TRIGGERS;
use super::super::lexicon::{KNOWN_STARTS_PHRASE, Lexicon, cue, dict};
use super::super::places::Lead;
use super::super::token::{Gap, Shape, Token};
use super::{Near, PLACE_LEADS, STREET_REACH, STREETS, is_route};

impl Near<'_> {
    /// "88 Calle de los Robles", "61 Lindenhofweg 3": a street's first word, or a name between two numbers.
    #[inline]
    pub(super) fn may_be_foreign_street(&self) -> bool {
        let (token, next) = (self.token(), self.after(1));
        if next.is_capitalised() && self.after(2).shape == Shape::Mixed {
            return true;
        }
        if next.shape != Shape::Title || next.gap != Gap::Space || token.len() > 5 {
            return false;
        }
        let known = u64::from(next.known);
        let is_house = |token: &Token| token.shape == Shape::Digits && token.len() <= 4;
        known & dict::WAY != 0
            || known & dict::WORD == 0 && next.cues & !cue::PARTICLE == 0 && (2..=4).any(|on| is_house(self.after(on)))
    }

    /// "CO" of "CO-50", which is no state.
    pub(super) fn is_group_code(&self) -> bool {
        let leads_number = self.after(1).mark == b'-' && self.after(2).has_digit();
        leads_number && self.token().cues & PLACE_TRIGGERS == cue::STATE_ABBR
    }

    /// A word in small letters that may begin a town's name: at the head of a sentence, after a comma, or after "in the" and its like.
    #[inline]
    pub(super) fn may_be_lower_town(&self, lexicon: &Lexicon) -> bool {
        let (token, next) = (self.token(), self.after(1));
        let before = self.before().unwrap_or(&Token::END);
        let follows_mark = token.starts_sentence || matches!(before.mark, b',' | b'(');
        let follows_the = before.first == b't' && before.len() == 3 && before.has(cue::CONNECTOR);
        // What follows is more of the name, a verb, or what a facility has.
        if !(follows_mark || follows_the) || next.shape != Shape::Lower || next.gap != Gap::Space {
            return false;
        }
        let leads = |lead: &Token| lead.has(PLACE_LEADS);
        let follows_the =
            follows_the && (before.starts_sentence || self.at >= 2 && self.tokens.get(self.at - 2).is_some_and(leads));
        let is_plain = token.cues & !(cue::FACILITY_NAME | cue::PARTICLE) == 0 && token.len() > 2;
        let may_name_house = token.starts_sentence && token.has(cue::FACILITY_NAME);
        is_plain && (follows_the || follows_mark) && (may_name_house || lexicon.may_begin_town(token.hash))
    }

    /// Whether a word of streets stands within the length of a street's name.
    pub(super) fn is_before_street(&self) -> bool {
        let reach = self.tokens.iter().skip(self.at + 1).take(STREET_REACH);
        self.has_streets && { reach }.any(|token| token.has(STREETS) || is_route(token))
    }

    /// Whether a capitalised word may begin a place: after a word that leads to places, as a town, or with more of a name after it.
    #[inline]
    pub(super) fn may_be_place(&self) -> bool {
        let (token, lead) = (self.token(), Lead::of(self.before()));
        let is_short = token.shape == Shape::Upper && token.len() < 4;
        let may_be_town = !is_short && (lead.town || u64::from(token.known) & dict::CITY != 0)
            || token.known & KNOWN_STARTS_PHRASE != 0;
        lead.facility || may_be_town || self.continues_capitals() || self.is_noted_site()
    }

    /// "Nightingale ward", "Highway 61", "Tir-y-Berth".
    #[inline]
    pub(super) fn is_noted_site(&self) -> bool {
        let next = self.after(1);
        let is_road = self.token().has(cue::STREET_SUFFIX) && next.shape == Shape::Digits;
        let is_interstate =
            self.token().len() == 1 && next.mark == b'-' && self.after(2).len() == 2 && self.after(2).has_digit();
        next.has(cue::PLACE_TAIL) && next.gap == Gap::Space || is_road || is_interstate
    }

    /// Whether a name of several words may go on after the token.
    pub(super) fn continues_capitals(&self) -> bool {
        let next = self.after(1);
        let goes_on = match next.shape {
            Shape::Title | Shape::Upper => true,
            Shape::Lower => next.len() <= 3 || next.has(cue::PARTICLE),
            Shape::Mark => matches!(next.mark, b'-' | b'&' | b'\'' | b'.') && !self.after(2).has_digit(),
            Shape::Digits | Shape::Mixed => false,
        };
        goes_on && next.gap <= Gap::Space || next.mark == b',' || next.has(cue::STREET_SUFFIX)
    }
}
