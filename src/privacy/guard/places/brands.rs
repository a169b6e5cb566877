//! Institutions of care that go by a name of their own: "at Duke", "moved from chop", "Quest ran the panel", "facility TriStar Centennial".

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is, may_name_place, phrase_is};
use super::beside::DETECTOR;
use super::surroundings::{ends_clause, follows_site, is_set_off, leads_deed, opens_name};

/// Most words that follow the name's own: "TriStar Centennial", "Baylor Scott & White".
const WORDS_MAX: usize = 4;

/// What only an institution does, beside what [`leads_deed`] knows.
const ACTS: &[WordKey] = words![
    "ran",
    "drew",
    "did",
    "performed",
    "processed",
    "treated",
    "saw",
    "delivered",
    "supplied",
    "team",
    "had",
    "has",
    "refused",
    "took",
];

/// What is called after an institution, and is none.
const WORKS: &[WordKey] = words![
    "plan",
    "plans",
    "criteria",
    "score",
    "scale",
    "policy",
    "guideline",
    "guidelines",
    "study",
    "trial",
    "health",
    "protocol",
    "healthcare",
    "method",
];

/// Gives the last token of what was found. Called beside other identifiers.
pub(super) fn brand(page: &mut Page, at: usize) -> Option<usize> {
    let is_glued = page.gap(at) == Gap::Glued && at > 0;
    if is_glued || !page.token(at).is_some_and(may_name_place) {
        return None;
    }
    let has_two = phrase_is(page, at, class::CARE_BRAND);
    if !has_two && !is(page, at, class::CARE_BRAND) {
        return None;
    }
    let own_end = at + usize::from(has_two);
    let last = name_end(page, at, own_end);
    // "Encompass Tyler", "→ Duke.", "3/11/25 UAB."
    let stands_alone =
        page.token(at).is_some_and(Token::is_capitalised) && opens_name(page, at) && ends_clause(page, last);
    let leads_town = page.word_is(last + 1, words!["in"]) && !page.has(last + 2, cue::CONNECTOR);
    let is_of_network =
        page.word_is(last + 1, words!["is", "was"]) && page.word_is(last + 2, words!["out", "in", "not"]);
    let stands_between = page.mark_is(at.wrapping_sub(1), b'|') && page.mark_is(last + 1, b'|');
    let is_told = is_led(page, at)
        || follows_site(page, at)
        || is_set_off(page, at, last)
        || leads_deed(page, last)
        || page.word_is(last + 1, ACTS)
        || leads_town
        || is_of_network
        || stands_between
        || stands_alone
        || last > own_end;
    let is_work = (own_end + 1..=last + 1).any(|index| page.word_is(index, WORKS) || page.has(index, cue::EPONYM_HEAD));
    if !is_told || is_work {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.5, DETECTOR);
    Some(last)
}

/// "at Duke", "moved from chop": after a word of place. What people hear *from* and write *to* may be a plan of the same name.
fn is_led(page: &Page, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    page.word_is(before, words!["at"])
        || page.has(before, cue::FACILITY_VERB)
        || page.word_is(before, words!["from", "through", "via", "like", "to"]) && !page.has(at, cue::PROPER)
}

/// The capitals that go on with the name.
fn name_end(page: &Page, at: usize, own_end: usize) -> usize {
    if page.token(at).is_none_or(|token| token.shape == Shape::Lower) {
        return own_end;
    }
    let mut last = own_end;
    for _ in 0..WORDS_MAX {
        let word = if page.mark_is(last + 1, b'&') {
            last + 2
        } else {
            last + 1
        };
        let goes_on = page.token(word).is_some_and(|token| {
            token.shape == Shape::Title && !token.taken && token.gap == Gap::Space && !token.has(cue::PROPER)
        });
        if !goes_on
            || page.word_is(word, words!["health", "plan"]) && page.word_is(word + 1, words!["plan", "insurance"])
        {
            break;
        }
        last = word;
    }
    last
}
