//! What may be a place, or begin one.

use super::super::index::PLACE_TRIGGERS;
use super::super::lexicon::{KNOWN_STARTS_PHRASE, Lexicon, cue, dict, hash_phrase};
use super::super::places::{Lead, NAME_TOKENS_MAX};
use super::super::token::{Gap, Shape, Token};
use super::{Near, PLACE_LEADS, STREET_REACH, STREETS};

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
        let before = self.before();
        let follows_mark = token.starts_sentence || matches!(before.mark, b',' | b'(');
        let follows_the = before.first == b't' && before.len() == 3 && before.has(cue::CONNECTOR);
        // "pt c. gray, opelousas": nothing more of the sentence.
        let ends = next.gap >= Gap::Line || matches!(next.mark, b',' | b')' | b'.' | b';' | b'?');
        if ends && matches!(before.mark, b',' | b'(') {
            return lexicon.begins_town(token.hash);
        }
        // What follows is more of the name, a verb, or what a facility has.
        if !(follows_mark || follows_the) || next.shape != Shape::Lower || next.gap != Gap::Space {
            return false;
        }
        let leads = |lead: &Token| lead.has(PLACE_LEADS);
        let follows_the = follows_the && (before.starts_sentence || leads(self.back(2)));
        let is_plain = token.cues & !(cue::FACILITY_NAME | cue::PARTICLE) == 0 && token.len() > 2;
        let may_name_house = token.starts_sentence && token.has(cue::FACILITY_NAME);
        is_plain && (follows_the || follows_mark) && (may_name_house || lexicon.begins_town(token.hash))
    }

    /// Whether a word in small letters after a word that leads to places may be one, or begin one. Most are plain words and do not.
    pub(super) fn may_be_lower_place(&self, lexicon: &Lexicon) -> bool {
        const TOWNS: u64 = dict::CITY | dict::TOWN | dict::CHAIN;
        let (token, before) = (self.token(), self.before());
        let all = lexicon.known(token.hash);
        let known = u64::from(all);
        // "admitted to": what follows may be known to no list.
        let is_led = before.has(cue::PLACE_STRONG | cue::FACILITY_VERB)
            || before.len() == 2 && matches!(before.first, b't' | b'a');
        let is_saint = token.first == b's' && token.len() == 2;
        let is_childrens = token.first == b'c' && token.len() > 8;
        token.has(cue::FACILITY_NAME)
            || known & dict::WORD == 0 && (is_led || known & TOWNS != 0)
            || known & dict::CITY != 0 && before.has(cue::PLACE_STRONG)
            || self.after(1).mark == b',' && self.after(2).has(cue::STATE | cue::STATE_ABBR)
            || is_saint
            || is_childrens
            || all & KNOWN_STARTS_PHRASE != 0 && self.continues_phrase(lexicon)
            || self
                .tokens
                .iter()
                .skip(self.at + 1)
                .take(2)
                .any(|noun| noun.has(cue::PLACE_NOUN))
            || self.about.has_facilities && self.is_before_house()
    }

    /// Whether a kind of house stands within the length of its name.
    fn is_before_house(&self) -> bool {
        let mut reach = self.tokens.iter().skip(self.at + 1).take(NAME_TOKENS_MAX - 1);
        reach.any(|token| token.has(cue::FACILITY_HEAD | cue::FACILITY_PAIR))
    }

    /// Whether a word of streets stands within the length of a street's name.
    pub(super) fn is_before_street(&self) -> bool {
        let reach = self.tokens.iter().skip(self.at + 1).take(STREET_REACH);
        self.about.has_streets && { reach }.any(|token| token.has(STREETS) || token.is_route())
    }

    /// Whether a capitalised word may begin a place: after a word that leads to places, as a town, or with more of a name after it.
    #[inline]
    pub(super) fn may_be_place(&self, lexicon: &Lexicon) -> bool {
        let (token, next) = (self.token(), self.after(1));
        if token.len() == 1 {
            return token.first == b'i' && next.mark == b'-'; // "I-80"
        }
        let leads_number = next.has_digit() || next.mark == b'-' && self.after(2).has_digit();
        let is_short = token.shape == Shape::Upper && token.len() < 4;
        if is_short && leads_number {
            return token.first == b'h'; // "HWY 61"; "CO-50" and "CPT 64615" are codes
        }
        let lead = Lead::of(Some(self.before()));
        let is_city = !is_short && u64::from(token.known) & dict::CITY != 0;
        if lead.facility || !is_short && lead.town || is_city {
            return true;
        }
        let begins_phrase = token.known & KNOWN_STARTS_PHRASE != 0;
        (begins_phrase || self.continues_capitals() || self.is_noted_site())
            && (self.follows_small_word()
                || begins_phrase && (lead.town || self.continues_phrase(lexicon))
                || u64::from(token.known) & dict::CHAIN != 0
                || self.heads_name())
    }

    /// A word before it after which sites without a noun are named.
    fn follows_small_word(&self) -> bool {
        const LEADS: u64 = cue::PLACE_PREP | cue::CONNECTOR | cue::PERSON_PREP | cue::PLACE_STRONG;
        let before = self.before();
        before.has(LEADS)
            || matches!(before.mark, b',' | b'(')
            || matches!((before.first, before.len()), (b'o', 3) | (b't', 7))
    }

    /// Whether the second word of a town's name, or of another phrase of the dictionary, follows.
    pub(super) fn continues_phrase(&self, lexicon: &Lexicon) -> bool {
        let next = match self.after(1) {
            joint if matches!(joint.mark, b'.' | b'-') => self.after(2),
            next => next,
        };
        let key = hash_phrase(self.token().hash, next.hash);
        next.is_word() && lexicon.phrase_dictionary(key).is_some()
    }

    /// Whether the capitals from here on hold what names a place by itself: a kind of house, a state, a street, a saint. "Call Member
    /// Services" and "Blue Cross Blue Shield" hold none.
    fn heads_name(&self) -> bool {
        const STATES: u64 = cue::STATE | cue::STATE_ABBR;
        const HEADS: u64 = cue::FACILITY_HEAD | cue::FACILITY_PAIR | cue::PLACE_NOUN;
        let (token, next) = (self.token(), self.after(1));
        if self.is_hyphened() || token.shape == Shape::Upper && token.len() <= 5 && next.shape == Shape::Title {
            return true;
        }
        let follows_capital = token.gap == Gap::Space && self.before().is_capitalised();
        let has_no_state =
            follows_capital || token.has(cue::PROPER | cue::CODE_CUE | cue::MONTH) && !token.has(cue::FACILITY_NAME);
        let heads = if has_no_state { HEADS } else { HEADS | STATES };
        let mut last = token;
        for (on, next) in self
            .tokens
            .iter()
            .skip(self.at + 1)
            .take(2 * NAME_TOKENS_MAX)
            .enumerate()
        {
            let leads_state = next.mark == b',' && self.after(on + 2).has(heads & STATES);
            if leads_state || next.has(cue::STREET_SUFFIX) {
                return true; // over a line's end too
            }
            if next.gap > Gap::Space {
                break;
            }
            if next.has(heads) || next.is_capitalised() && names_house(next) {
                return true;
            }
            if !next.is_capitalised() && !joins(last, next) {
                break;
            }
            last = next;
        }
        let may_be_health = last.first == b'h' && matches!(last.len(), 6 | 10);
        may_be_health || last.start > token.start && may_be_founded(token)
    }

    /// "Stoke-on-Trent", not "Peer-to-peer".
    fn is_hyphened(&self) -> bool {
        let link = self.after(2);
        let may_link = link.is_word() && link.len() <= 5 && !(link.first == b't' && link.len() == 2);
        self.after(1).mark == b'-' && may_link && self.after(3).mark == b'-'
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

/// Whether a token may stand inside a name of several words, between capitals.
fn joins(before: &Token, token: &Token) -> bool {
    match token.shape {
        Shape::Mark => matches!(token.mark, b'-' | b'&' | b'\'') || token.mark == b'.' && before.len() == 2,
        Shape::Lower => token.has(cue::PARTICLE) || token.len() <= 3 && matches!(token.first, b'o' | b't' | b'f'),
        Shape::Title | Shape::Upper | Shape::Digits | Shape::Mixed => false,
    }
}

/// "Manor", "Oncology", "Children's": what ends the name of a house or a practice.
fn names_house(token: &Token) -> bool {
    token.possessive || u64::from(token.known) & (dict::HOUSE | dict::PRACTICE) != 0
}

/// Whether a word has the first letter and the length of what the names of saints and of founders begin with: "St.", "Holy", "Sacred".
fn may_be_founded(token: &Token) -> bool {
    matches!(
        (token.first, token.len()),
        (b's', 2 | 3 | 5 | 6) | (b'h' | b'g', 4) | (b'b', 3 | 7) | (b'i', 10) | (b'd', 6) | (b'o', 3) | (b'p', 8)
    )
}
