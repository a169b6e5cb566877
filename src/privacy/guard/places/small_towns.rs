//! Towns and houses in small letters, beside other identifiers.

use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::beside::DETECTOR;
use super::surroundings::{ends_clause, follows_way, is_joined, is_made_as_town, is_set_off, leads_site, leads_state};
use super::towns::{known_phrase, report_zip_after};
use super::whereabouts::zip_after;

/// Shortest town that is told by itself: shorter ones are abbreviations as often.
const TOLD_ALONE_MIN: usize = 5;

/// "pt c. gray, opelousas", "detroit 44825", "in erie from", "moundridge to newton".
pub(super) fn small_town(page: &mut Page, at: usize) -> Option<usize> {
    let token = *page.token(at)?;
    if !page.lexicon.begins_town(token.hash) {
        return unlisted_town(page, at);
    }
    if is_joined(page, at) {
        return None;
    }
    let phrase = known_phrase(page, at, dict::CITY | dict::TOWN);
    let last = phrase.unwrap_or(at);
    let known = page.dictionary(at);
    let is_known = phrase.is_some() || known & (dict::CITY | dict::TOWN) != 0 && known & dict::WORD == 0;
    let is_other = phrase.is_none() && token.has(!(cue::FACILITY_NAME | cue::EPONYM | cue::PARTICLE))
        || page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(last + 1) == Gap::Space
        || token.len() < 3;
    if !is_known || is_other || !is_told(page, at, last, &token, known) {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.5, DETECTOR);
    Some(report_zip_after(page, last))
}

/// "lives alone in hansontown", "the wenderly office": no list knows the word, and it is made as the names of towns are.
fn unlisted_town(page: &mut Page, at: usize) -> Option<usize> {
    let stands_as_town = |page: &Page| follows_way(page, at) || is_set_off(page, at, at) || leads_state(page, at, at) || leads_site(page, at);
    if is_joined(page, at) || !is_made_as_town(page, at) || !stands_as_town(page) {
        return None;
    }
    page.report(at, at, PhiKind::Geography, 0.5, DETECTOR);
    Some(report_zip_after(page, at))
}

fn is_told(page: &Page, at: usize, last: usize, token: &Token, known: u64) -> bool {
    const NAMES: u64 = dict::FIRST
        | dict::SURNAME
        | dict::FIRST_ORDINARY
        | dict::SURNAME_ORDINARY
        | dict::FIRST_RARE
        | dict::CHAIN
        | dict::HOUSE;
    let is_only_town =
        known & (dict::CITY | NAMES) == dict::CITY && token.len() >= TOLD_ALONE_MIN && token.cues == 0 && last == at;
    let is_word = |index: usize| page.dictionary(index) & dict::WORD != 0 || page.token(index).is_some_and(|token| token.mark != 0);
    let is_plain_phrase = last > at && (at..=last).all(is_word);
    if is_plain_phrase && page.mark_is(at + 1, b'-') {
        return false; // "cut-off"
    }
    // "the nitro": drugs for short
    let follows_article = { at.checked_sub(1) }.is_some_and(|before| page.word_is(before, &["the", "a", "an", "his", "her", "no"]));
    is_only_town && !follows_article
        || last > at && !is_plain_phrase
        || follows_way(page, at) && !(is_plain_phrase && !ends_clause(page, last))
        || is_set_off(page, at, last)
        || leads_state(page, at, last)
        || leads_site(page, last)
        || zip_after(page, last).is_some()
        || leads_town(page, last)
}

/// "moundridge to newton": a way from one town to another.
fn leads_town(page: &Page, last: usize) -> bool {
    page.word_is(last + 1, &["to"]) && page.dictionary(last + 2) & (dict::CITY | dict::TOWN) != 0
}

/// "good sam", "st marys", "holy cross": the founder of a house in small letters.
pub(super) fn small_founder(page: &mut Page, at: usize) -> Option<usize> {
    const FOUNDERS: [(&str, &str); 18] = [
        ("good", "sam"),
        ("good", "samaritan"),
        ("good", "shepherd"),
        ("holy", "cross"),
        ("holy", "name"),
        ("holy", "family"),
        ("holy", "redeemer"),
        ("holy", "rosary"),
        ("holy", "spirit"),
        ("sacred", "heart"),
        ("bon", "secours"),
        ("mount", "sinai"),
        ("mt", "sinai"),
        ("mount", "carmel"),
        ("mt", "carmel"),
        ("precious", "blood"),
        ("blessed", "sacrament"),
        ("divine", "savior"),
    ];
    let first = page.token(at)?.first;
    if !matches!(first, b'g' | b'h' | b's' | b'b' | b'm' | b'p' | b'd') {
        return None;
    }
    let name = if page.mark_is(at + 1, b'.') { at + 2 } else { at + 1 };
    let is_founder = page.gap(name) == Gap::Space
        && FOUNDERS
            .iter()
            .any(|(first, second)| page.word_is(at, &[first]) && page.word_is(name, &[second]));
    let is_saint = page.word_is(at, &["st", "saint"])
        && page.gap(name) == Gap::Space
        && page.token(name).is_some_and(|token| {
            token.shape == Shape::Lower && token.len() > 3 && token.cues & !(cue::FACILITY_NAME | cue::STATE) == 0
        })
        && page.dictionary(name) & (dict::FIRST | dict::FIRST_ORDINARY | dict::SURNAME) != 0;
    let is_other = page.has(name + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) || page.word_is(name + 1, &["wort", "law", "act"]);
    if !(is_founder || is_saint) || is_other || page.is_taken(at, name) {
        return None;
    }
    page.report(at, name, PhiKind::Geography, 0.5, DETECTOR);
    Some(name)
}
