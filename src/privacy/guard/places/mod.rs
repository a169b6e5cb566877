//! Places below the state: which detector reads which word.

mod abroad;
pub(super) mod beside;
pub(super) mod blocks;
mod brands;
mod counties;
mod facilities;
mod houses;
mod letters;
mod lower_towns;
mod own;
mod persons;
mod practices;
mod sites;
mod small_houses;
mod small_towns;
mod streets;
mod surroundings;
mod town_states;
pub(super) mod towns;
mod visited;
mod whereabouts;
pub(super) mod zip3;
mod zips;

use self::abroad::{crossing, foreign_street, military_post, routed_box};
use self::counties::county;
use self::facilities::{cued_facility, facility, lower_chain, lower_facility, lower_house, saintly_facility};
use self::houses::house;
use self::lower_towns::{lower_apposition, lower_sited, lower_subject, lower_town};
use self::own::own_house;
use self::persons::person;
use self::practices::named_practice;
use self::sites::{interstate, site};
use self::small_houses::set_off_house;
pub(super) use self::streets::NAME_TOKENS_MAX;
use self::streets::{apartment, cued_address, named_street, post_box, street};
use self::town_states::town_and_state;
use self::towns::town;
use self::zips::{coordinates, lettered_postcode, state_zip, zip, zip_of_person, zip_plus_four};
use super::index::{Interest, PLACE_TRIGGERS};
use super::key::words;
use super::lexicon::{cue, dict};
use super::page::Page;
use super::token::{Gap, Shape, Token};
use super::words::{class, is};

/// What no house of care is called: payers and makers, codes, people, numbers.
const NO_HOUSE: u64 = cue::PROPER
    | cue::CODE_CUE
    | cue::MONTH
    | cue::TITLE
    | cue::PROVIDER_TITLE
    | cue::PERSON
    | cue::RELATIVE
    | cue::UNIT
    | cue::ID_NOUN;

pub(super) fn find(page: &mut Page) {
    let mut from = 0;
    while let Some(at) = page.next(Interest::Place, from) {
        let Some(token) = page.token(at).copied() else {
            break;
        };
        let last = if token.has_digit() {
            numbered(page, at, &token)
        } else {
            worded(page, at, &token)
        };
        from = last.unwrap_or(at) + 1;
    }
}

fn numbered(page: &mut Page, at: usize, token: &Token) -> Option<usize> {
    if token.has(cue::ZIP_CUE) {
        return zip(page, at);
    }
    street(page, at)
        .or_else(|| foreign_street(page, at))
        .or_else(|| coordinates(page, at))
        .or_else(|| zip_plus_four(page, at))
        .or_else(|| lettered_postcode(page, at))
        .or_else(|| zip_of_person(page, at))
}

fn worded(page: &mut Page, at: usize, token: &Token) -> Option<usize> {
    if token.has(PLACE_TRIGGERS)
        && let Some(last) = triggered(page, at, token)
    {
        return Some(last);
    }
    if token.is_capitalised() {
        return capitalised(page, at);
    }
    if token.has(cue::FACILITY_HEAD | cue::FACILITY_PAIR)
        && let Some(last) = set_off_house(page, at)
    {
        return Some(last);
    }
    let Some(before) = page.before(at).copied() else {
        return lower_house(page, at).or_else(|| lower_subject(page, at));
    };
    if before.has(cue::PLACE_STRONG | cue::PLACE_PREP | cue::FACILITY_VERB) {
        lower_facility(page, at)
            .or_else(|| lower_chain(page, at))
            .or_else(|| lower_house(page, at))
            .or_else(|| lower_town(page, at))
    } else if page.starts_sentence(at) {
        lower_house(page, at).or_else(|| lower_subject(page, at))
    } else if matches!(before.mark, b',' | b'(') {
        lower_apposition(page, at)
    } else {
        lower_sited(page, at)
    }
}

fn triggered(page: &mut Page, at: usize, token: &Token) -> Option<usize> {
    if token.has(cue::ZIP_CUE)
        && let Some(last) = zip(page, at)
    {
        return Some(last);
    }
    if token.has(cue::STATE_ABBR | cue::STATE)
        && let Some(last) = state_zip(page, at, token)
    {
        return Some(last);
    }
    if token.has(cue::UNIT_LABEL)
        && let Some(last) = post_box(page, at)
            .or_else(|| routed_box(page, at))
            .or_else(|| military_post(page, at))
            .or_else(|| apartment(page, at))
    {
        return Some(last);
    }
    if token.has(cue::ADDRESS_CUE) {
        crossing(page, at).or_else(|| cued_address(page, at))
    } else {
        None
    }
}

/// What the token before a capitalised word may lead to. Few words lead to places, and the detectors need not ask the others.
pub(super) struct Lead {
    pub(super) facility: bool,
    pub(super) town: bool,
}

impl Lead {
    pub(super) fn of(before: Option<&Token>) -> Self {
        let Some(before) = before else {
            return Self {
                facility: false,
                town: false,
            };
        };
        let is_by = before.has(cue::PERSON_PREP) && before.len() == 2;
        let is_article = before.has(cue::CONNECTOR) && before.len() == 3 && before.first == b't';
        let may_label = matches!(before.first, b'c' | b't' | b'v' | b'h') && matches!(before.len(), 4 | 7 | 8);
        Self {
            facility: before.has(cue::FACILITY_VERB | cue::PLACE_PREP)
                || is_by
                || is_article
                || matches!(before.mark, b':' | b'@'),
            town: before.has(cue::PLACE_STRONG | cue::PLACE_PREP) || may_label || matches!(before.mark, b':' | b','),
        }
    }
}

/// A capitalised word: what its sequence of capitals may name.
fn capitalised(page: &mut Page, at: usize) -> Option<usize> {
    if page.token(at).is_some_and(|token| token.len() == 1) {
        return interstate(page, at);
    }
    if let Some(last) = person(page, at) {
        return Some(last);
    }
    let end = capitals_end(page, at);
    let cues = page
        .tokens
        .iter()
        .take(end + 2)
        .skip(at)
        .fold(0, |cues, token| cues | token.cues);
    let mut found = None;
    if cues & (cue::FACILITY_HEAD | cue::FACILITY_PAIR) != 0 {
        found = facility(page, at, end);
    }
    let lead = Lead::of(page.before(at));
    if lead.facility {
        found = found
            .or_else(|| cued_facility(page, at, end))
            .or_else(|| named_practice(page, at, end));
    }
    if end > at {
        found = found.or_else(|| saintly_facility(page, at, end));
    }
    found = found.or_else(|| house(page, at, end));
    if cues & cue::PLACE_NOUN != 0 {
        found = found.or_else(|| county(page, at, end));
    }
    if cues & (cue::STATE | cue::STATE_ABBR) != 0 || page.mark_is(end + 1, b',') {
        found = found.or_else(|| town_and_state(page, at, end));
    }
    if lead.town || page.dictionary(at) & dict::CITY != 0 || page.starts_dictionary_phrase(at) {
        found = found.or_else(|| town(page, at));
    }
    found = found.or_else(|| site(page, at)).or_else(|| own_house(page, at));
    let may_be_street = page
        .tokens
        .iter()
        .take(at + 4)
        .skip(at)
        .any(|token| token.has(cue::STREET_SUFFIX));
    if may_be_street {
        found.or_else(|| named_street(page, at))
    } else {
        found
    }
}

/// In a text of capitals the words of grammar end a name: "ROSA DIAZ WAS ADMITTED TO MERCY GENERAL".
fn ends_capitals(page: &Page, first: usize, token: &Token) -> bool {
    const GRAMMAR: u64 =
        cue::CONNECTOR | cue::PERSON_VERB | cue::PLACE_PREP | cue::PERSON | cue::PATIENT_DATE | cue::PERSON_PREP;
    token.shape == Shape::Upper
        && token.len() > 1
        && token.has(GRAMMAR)
        && !token.has(cue::PARTICLE)
        && page.token(first).is_some_and(|first| first.shape == Shape::Upper)
}

/// The last token of a sequence of capitalised words from `at`, over particles, hyphens and the stop of "St.".
pub(super) fn capitals_end(page: &Page, at: usize) -> usize {
    let mut last = at;
    let mut index = at + 1;
    while index < at + NAME_TOKENS_MAX * 2 {
        let Some(token) = page.token(index) else {
            break;
        };
        if token.gap > Gap::Space || token.taken || ends_capitals(page, at, token) {
            break;
        }
        // "Coeur d'Alene"
        let is_elided = token.mixes_case && page.word(index).as_bytes().get(1) == Some(&b'\'');
        if token.is_capitalised() || is_elided {
            last = index;
        } else if let Some(end) = second_trade(page, index, last) {
            return end;
        } else if !joins_capitals(page, index, token, last) {
            break;
        }
        index += 1;
    }
    last
}

/// "Nursing and Rehab", "Health and Rehabilitation Center": the end of a name with two trades.
fn second_trade(page: &Page, and: usize, trade: usize) -> Option<usize> {
    let is_trade = |index: usize| is(page, index, class::CARE_HOUSE);
    let is_title = |index: usize| page.token(index).is_some_and(|token| token.shape == Shape::Title);
    let is_pair = page.word_is(and, words!["and"]) && is_title(and + 1) && is_trade(and + 1) && is_trade(trade);
    let goes_on = page.gap(and + 2) == Gap::Space && is_title(and + 2) && is_trade(and + 2);
    is_pair.then_some(and + 1 + usize::from(goes_on))
}

/// Whether a token in small letters, or a mark, stands inside a name of several words.
fn joins_capitals(page: &Page, index: usize, token: &Token, last: usize) -> bool {
    match token.shape {
        Shape::Mark => {
            matches!(token.mark, b'-' | b'&' | b'\'')
                || token.mark == b'.' && page.word_is(index - 1, words!["st", "mt", "ft"])
        }
        Shape::Lower => {
            token.has(cue::PARTICLE)
                || page.word_is(index, words!["of", "the"])
                || page.word_is(index, words!["for"]) && page.has(last, cue::FACILITY_HEAD | cue::FACILITY_PAIR)
        }
        Shape::Title | Shape::Upper | Shape::Digits | Shape::Mixed => false,
    }
}
