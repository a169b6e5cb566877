//! Towns and houses in small letters, beside other identifiers.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::Gap;
use super::beside::DETECTOR;
use super::surroundings::{
    follows_way, is_joined, is_made_as_town, is_named_as, is_only_town, is_set_off, is_town_chiefly, leads_site,
    leads_state,
};
use super::towns::{known_phrase, report_zip_after};
use super::whereabouts::zip_after;

/// "pt c. gray, opelousas", "detroit 44825", "in erie from", "moundridge to newton".
pub(super) fn small_town(page: &mut Page, at: usize) -> Option<usize> {
    let token = *page.token(at)?;
    if is_joined(page, at) {
        return None;
    }
    let phrase = known_phrase(page, at, dict::CITY | dict::TOWN);
    let last = phrase.unwrap_or(at);
    let is_other = phrase.is_none() && token.has(!(cue::FACILITY_NAME | cue::EPONYM | cue::PARTICLE))
        || page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(last + 1) == Gap::Space
        || token.len() < 3;
    let is_known = phrase.is_some() || is_town_chiefly(page, at) || ends_way(page, at);
    if !is_known || is_other || !is_told(page, at, last) {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.5, DETECTOR);
    Some(report_zip_after(page, last))
}

/// "lives alone in hansontown", "the wenderly office": no list knows the word, and it is made as the names of towns are.
pub(super) fn unlisted_town(page: &mut Page, at: usize) -> Option<usize> {
    let token = page.token(at)?;
    let may_be = token.cues == 0 && token.len() > 5;
    let is_told = may_be
        && (follows_way(page, at) || is_set_off(page, at, at) || leads_state(page, at, at) || leads_site(page, at))
        && is_made_as_town(page, at);
    if !is_told || is_joined(page, at) {
        return addressed_town(page, at);
    }
    page.report(at, at, PhiKind::Geography, 0.5, DETECTOR);
    Some(report_zip_after(page, at))
}

/// "denise ochoa, bend, nv,": a town that is a word too, before a state.
fn addressed_town(page: &mut Page, at: usize) -> Option<usize> {
    let may_be = page.mark_is(at + 1, b',') && page.has(at + 2, cue::STATE | cue::STATE_ABBR);
    if !may_be || page.dictionary(at) & dict::CITY == 0 || !leads_state(page, at, at) {
        return None;
    }
    page.report(at, at, PhiKind::Geography, 0.5, DETECTOR);
    Some(at)
}

fn is_told(page: &Page, at: usize, last: usize) -> bool {
    // "the nitro": drugs for short
    let follows_article = at
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["the", "a", "an", "his", "her", "no"]));
    let is_clear = if last > at {
        !is_plain_phrase(page, at, last)
    } else {
        is_only_town(page, at) && !follows_article
    };
    // "cut-off", "at high point in the week"
    let is_idiom =
        last > at && (page.mark_is(at + 1, b'-') || page.word_is(at, words!["cut", "high", "central", "half"]));
    is_clear
        || !is_idiom
            && (follows_way(page, at)
                || is_set_off(page, at, last)
                || is_named_as(page, at, last)
                || leads_state(page, at, last)
                || leads_site(page, last)
                || zip_after(page, last).is_some()
                || leads_town(page, last))
}

/// Whether all words of a phrase are words otherwise too.
fn is_plain_phrase(page: &Page, at: usize, last: usize) -> bool {
    (at..=last)
        .all(|index| page.dictionary(index) & dict::WORD != 0 || page.token(index).is_some_and(|token| token.mark != 0))
}

/// "from chinle to phoenix": a town that is a word too, at the end of a way from another.
fn ends_way(page: &Page, at: usize) -> bool {
    at >= 3
        && page.word_is(at - 1, words!["to"])
        && page.word_is(at - 3, words!["from"])
        && page.dictionary(at) & dict::CITY != 0
        && (page.is_taken(at - 2, at - 2) || page.dictionary(at - 2) & (dict::CITY | dict::TOWN | dict::WORD) == 0)
}

/// "moundridge to newton": a way from one town to another.
fn leads_town(page: &Page, last: usize) -> bool {
    page.word_is(last + 1, words!["to"]) && page.dictionary(last + 2) & (dict::CITY | dict::TOWN) != 0
}
