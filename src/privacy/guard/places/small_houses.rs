//! Houses of care in small letters, or in a text of capitals, beside other identifiers: read backwards from the word for the house.

use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::Gap;
use super::beside::DETECTOR;

/// Most words of a name before the word for the house.
const NAME_WORDS_MAX: usize = 4;

/// "stonebrook care center", "newton medical ctr", "piedmont nursing and rehab", "the CASCADE MANOR days".
pub(super) fn house_of_head(page: &mut Page, head: usize) -> Option<usize> {
    let first_of_head = first_of_head(page, head)?;
    let shape = page.token(head)?.shape;
    let is_strong = page.has(head, cue::FACILITY_HEAD | cue::FACILITY_PAIR);
    let is_part = |index: usize| {
        page.token(index).is_some_and(|token| {
            let is_word = token.shape == shape
                && token.len() > 1
                && !token.possessive
                && (!token.has(BOUNDS) || token.has(cue::FACILITY_NAME) || is_and(page, index));
            let is_hyphen = token.mark == b'-' && token.gap == Gap::Glued && page.gap(index + 1) == Gap::Glued;
            !token.taken && (is_word || is_hyphen)
        }) && page.gap(index + 1) <= Gap::Space
            && !page.starts_sentence(index + 1)
    };
    let begin = (1..=NAME_WORDS_MAX)
        .map_while(|back| first_of_head.checked_sub(back))
        .take_while(|index| is_part(*index))
        .last()?;
    let first = (begin..first_of_head).find(|index| may_begin(page, *index, is_strong))?;
    let is_other = page.has(head + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(head + 1) <= Gap::Space
        || page.word_is(head + 1, &["plan", "plans", "policy", "policies", "criteria"]);
    if is_other {
        return None;
    }
    page.report(first, head, PhiKind::Geography, 0.5, DETECTOR);
    Some(head)
}

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

/// "nursing and rehab": joins two words for the house.
fn is_and(page: &Page, index: usize) -> bool {
    page.word_is(index, &["and"]) && page.dictionary(index + 1) & dict::HOUSE != 0
}

/// The first word of the word for the house that ends at `head`.
fn first_of_head(page: &Page, head: usize) -> Option<usize> {
    const SHORT: [&str; 3] = ["hosp", "ctr", "med"];
    let token = page.token(head)?;
    if token.has(cue::FACILITY_PAIR) {
        return head.checked_sub(1).filter(|first| page.has(*first, cue::FACILITY_PAIR));
    }
    let ends_house = token.has(cue::FACILITY_HEAD) || page.word_is(head, &SHORT);
    let known = if matches!(token.first, b'm' | b'r' | b'p' | b'i' | b's' | b'v' | b'l') {
        page.dictionary(head)
    } else {
        0
    };
    (ends_house || known & dict::HOUSE != 0).then_some(head)
}

/// A word that tells one house from another: no other word, a town, or one of those that houses are named with.
fn may_begin(page: &Page, index: usize, is_strong: bool) -> bool {
    let known = page.dictionary(index);
    let Some(token) = page.token(index).filter(|token| token.len() > 2) else {
        return false;
    };
    let is_generic = token.has(cue::FACILITY_GENERIC | cue::FACILITY_HEAD | cue::FACILITY_PAIR);
    let is_name = token.has(cue::FACILITY_NAME) && !is_generic;
    let is_listed = known & (dict::CITY | dict::TOWN | dict::SURNAME | dict::CHAIN) != 0;
    let is_word = known & dict::WORD != 0;
    // "to newton medical ctr", "CASCADE MANOR": a town that is a word too.
    let is_town = is_word
        && known & (dict::CITY | dict::TOWN) != 0
        && { index.checked_sub(1) }.is_some_and(|before| page.word_is(before, &["to", "from", "at", "the", "in"]) || page.mark_is(before, b','));
    !is_generic && (is_name || is_town || !is_word && (is_strong || is_listed))
}
