//! Houses of care in small letters, or in a text of capitals, beside other identifiers: read backwards from the word for the house, or told
//! by a founder or a chain and what follows it.

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is};
use super::beside::DETECTOR;
use super::facilities::names_facility;
use super::surroundings::{ends_clause, is_set_off, opens_name};
use super::towns::is_known_phrase;

/// Most words of a name before the word for the house.
const NAME_WORDS_MAX: usize = 4;

/// Words that end a name backwards.
const BOUNDS: u64 = cue::CONNECTOR
    | cue::PLACE_PREP
    | cue::PERSON_PREP
    | cue::PERSON_VERB
    | cue::HUMAN_VERB
    | cue::PERSON
    | cue::RELATIVE
    | cue::PROPER
    | cue::CODE_CUE
    | cue::UNIT
    | cue::MONTH;

/// "stonebrook care center", "newton medical ctr", "piedmont nursing and rehab", "lima dermatology", "the CASCADE MANOR days".
pub(super) fn house_of_head(page: &mut Page, head: usize) -> Option<usize> {
    let first = house_begin(page, head)?;
    page.report(first, head, PhiKind::Geography, 0.5, DETECTOR);
    Some(head)
}

/// ", parkland memorial hospital,", "(red wing medical center)": between marks a listed name or word tells the house without other identifiers.
pub(super) fn set_off_house(page: &mut Page, head: usize) -> Option<usize> {
    const LISTED: u64 = dict::CITY | dict::TOWN | dict::SURNAME | dict::CHAIN;
    let is_labelled = |first: usize| first > 0 && page.mark_is(first - 1, b':');
    let closes = ends_clause(page, head) || page.mark_is(head + 1, b',');
    let first =
        house_begin(page, head).filter(|first| is_set_off(page, *first, head) || closes && is_labelled(*first))?;
    let is_listed = |index: usize| names_facility(page, index) || page.dictionary(index) & LISTED != 0;
    if !(first..head).any(is_listed) {
        return None;
    }
    page.report(first, head, PhiKind::Geography, 0.6, "geo.facility");
    Some(head)
}

/// The first token of the name of the house that ends at `head`.
fn house_begin(page: &Page, head: usize) -> Option<usize> {
    let first_of_head = first_of_head(page, head)?;
    let shape = page.token(head)?.shape;
    let begin = (1..=NAME_WORDS_MAX)
        .map_while(|back| first_of_head.checked_sub(back))
        .take_while(|index| is_part(page, *index, shape))
        .last()?;
    let is_strong = page.has(head, cue::FACILITY_HEAD | cue::FACILITY_PAIR);
    let first = (begin..first_of_head).find(|index| {
        may_begin(page, *index, is_strong) || is_known_phrase(page, *index).is_some_and(|end| end < first_of_head)
    })?;
    // "the blue mesa care center": a plain word before it belongs to the name when it opens it.
    let first = if first == begin + 1 && opens_name(page, begin) {
        begin
    } else {
        first
    };
    let is_other = page.has(head + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(head + 1) <= Gap::Space
        || page.word_is(
            head + 1,
            words![
                "plan", "plans", "policy", "policies", "criteria", "codes", "consult", "referral", "visit",
            ],
        );
    if is_other || !(is_strong || opens_name(page, first) && is_named_for_care(page, first, first_of_head)) {
        return None;
    }
    Some(first)
}

/// "lima dermatology", not "aba therapy": before a word of a trade stands a town, or what houses are named with, and no verb.
fn is_named_for_care(page: &Page, first: usize, head: usize) -> bool {
    const VAGUE: &[WordKey] = words![
        "health", "therapy", "care", "medical", "center", "centre", "living", "surgery", "dialysis", "imaging",
        "nursing", "partners", "infusion",
    ];
    let known = page.dictionary(first);
    let is_place =
        known & (dict::CITY | dict::TOWN | dict::CHAIN) != 0 && known & dict::WORD == 0 || names_facility(page, first);
    let is_name = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.mark != 0 || token.has(cue::FACILITY_NAME | cue::FACILITY_GENERIC))
            || page.dictionary(index) & (dict::HOUSE | dict::PRACTICE | dict::SURNAME_ORDINARY) != 0
            || page.dictionary(index) & dict::WORD == 0
            || is(page, index, class::CARE_HOUSE)
            || page.word_is(index, words!["and"])
    };
    (is_place || !page.word_is(head, VAGUE)) && (first + 1..head).all(is_name)
}

/// Whether a token goes on, backwards, with the name of a house.
fn is_part(page: &Page, index: usize, shape: Shape) -> bool {
    let joins = page.word_is(index, words!["and"]) && is(page, index + 1, class::CARE_HOUSE);
    let fits = page.token(index).is_some_and(|token| {
        let is_word = token.shape == shape
            && token.len() > 1
            && !token.possessive
            && (!token.has(BOUNDS) || token.has(cue::FACILITY_NAME) || joins);
        let is_joint = token.mark == b'-' && token.gap == Gap::Glued && page.gap(index + 1) == Gap::Glued
            || token.mark == b'&' && token.gap == Gap::Space;
        !token.taken && (is_word || is_joint)
    });
    fits && page.gap(index + 1) <= Gap::Space && !page.starts_sentence(index + 1)
}

/// The first word of the word for the house that ends at `head`.
fn first_of_head(page: &Page, head: usize) -> Option<usize> {
    let token = page.token(head)?;
    if token.has(cue::FACILITY_PAIR) {
        return { head.checked_sub(1) }.filter(|first| page.has(*first, cue::FACILITY_PAIR));
    }
    // "nursing" of "nursing and rehab" is no end.
    let goes_on = page.gap(head + 1) == Gap::Space
        && (is(page, head + 1, class::CARE_HOUSE)
            || page.word_is(head + 1, words!["and"]) && is(page, head + 2, class::CARE_HOUSE));
    (!goes_on && (token.has(cue::FACILITY_HEAD) || is(page, head, class::CARE_HOUSE))).then_some(head)
}

/// A word that tells one house from another: no other word, a town, or one of those that houses are named with.
fn may_begin(page: &Page, index: usize, is_strong: bool) -> bool {
    let Some(token) = page.token(index).filter(|token| token.len() > 2 && !token.has_digit()) else {
        return false;
    };
    if token.has(cue::FACILITY_GENERIC | cue::FACILITY_HEAD | cue::FACILITY_PAIR)
        || is(page, index, class::CARE_HOUSE | class::PEOPLE)
    {
        return false;
    }
    let known = page.dictionary(index);
    let is_word = known & dict::WORD != 0;
    let is_listed = known & (dict::CITY | dict::TOWN | dict::SURNAME | dict::CHAIN) != 0;
    // "to newton medical ctr", "CASCADE MANOR": a town that is a word too.
    let is_town = is_word && known & (dict::CITY | dict::TOWN) != 0 && opens_name(page, index);
    let is_lead = is(page, index, class::PRACTICE_LEAD) && opens_name(page, index);
    names_facility(page, index) || is_town || is_lead || !is_word && (is_strong || is_listed)
}

/// "mercy general", "trinity health spartanburg", "BAPTIST EAST": a chain and what tells its house.
pub(super) fn small_chain(page: &mut Page, at: usize) -> Option<usize> {
    let shape = page.token(at)?.shape;
    let is_next = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == shape && token.gap == Gap::Space && token.len() > 2 && !token.taken)
    };
    let leads_place = |index: usize| {
        page.token(index)
            .is_some_and(|next| next.has(cue::FACILITY_NAME) || page.lexicon.begins_town(next.hash))
    };
    let may_lead = leads_place(at + 1) || page.word_is(at + 1, words!["health", "medical", "hospital"]);
    if !may_lead || !is_next(at + 1) || page.dictionary(at) & dict::CHAIN == 0 || !opens_name(page, at) {
        return None;
    }
    let place = if page.word_is(at + 1, words!["health", "medical", "hospital"]) && is_next(at + 2) {
        at + 2
    } else {
        at + 1
    };
    let is_place = page.dictionary(place) & (dict::CITY | dict::TOWN) != 0 || page.has(place, cue::FACILITY_NAME);
    let is_other = page.has(place, cue::PROPER | cue::ORG_SUFFIX | cue::PERSON | cue::CONNECTOR)
        || page.word_is(place + 1, words!["plan", "plans", "advantage", "insurance", "policy"]);
    if !is_place || is_other {
        return None;
    }
    page.report(at, place, PhiKind::Geography, 0.5, DETECTOR);
    Some(place)
}

/// By letters and length, which nearly all other words lack.
pub(super) fn may_be_founder(token: &Token) -> bool {
    token.has(cue::FACILITY_NAME)
        || matches!(
            (token.first, token.len()),
            (b'b', 3 | 7) | (b'm', 2) | (b'p', 8) | (b'd', 6)
        )
}

/// "good sam", "st marys", "holy cross": the founder of a house.
pub(super) fn small_founder(page: &mut Page, at: usize) -> Option<usize> {
    const FOUNDERS: [(&[WordKey], &[WordKey]); 9] = [
        (words!["good"], words!["sam", "samaritan", "shepherd"]),
        (
            words!["holy"],
            words!["cross", "name", "family", "redeemer", "rosary", "spirit"],
        ),
        (words!["sacred"], words!["heart"]),
        (words!["bon"], words!["secours"]),
        (words!["mount"], words!["sinai", "carmel"]),
        (words!["mt"], words!["sinai", "carmel"]),
        (words!["precious"], words!["blood"]),
        (words!["blessed"], words!["sacrament"]),
        (words!["divine"], words!["savior", "mercy"]),
    ];
    let token = *page.token(at)?;
    if !may_be_founder(&token) {
        return None;
    }
    let name = if page.mark_is(at + 1, b'.') { at + 2 } else { at + 1 };
    let founder = FOUNDERS.iter().find(|(first, _)| page.word_is(at, first));
    let is_founder = founder.is_some_and(|(_, seconds)| page.word_is(name, seconds));
    let is_saint = page.word_is(at, words!["st", "saint"])
        && page.token(name).is_some_and(|saint| {
            saint.shape == token.shape && saint.len() > 3 && saint.cues & !(cue::FACILITY_NAME | cue::STATE) == 0
        })
        && page.dictionary(name) & (dict::FIRST | dict::FIRST_ORDINARY | dict::SURNAME) != 0;
    let is_other =
        page.has(name + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) || page.word_is(name + 1, words!["wort", "law", "act"]);
    if !(is_founder || is_saint) || is_other || page.gap(name) != Gap::Space || page.is_taken(at, name) {
        return None;
    }
    page.report(at, name, PhiKind::Geography, 0.5, DETECTOR);
    Some(name)
}
