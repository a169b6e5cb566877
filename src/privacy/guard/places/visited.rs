//! Where somebody was seen, beside other identifiers: what follows "at" is a house of care, whatever its name, and practices that are called
//! by a trade and a place.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is};
use super::NO_HOUSE;
use super::beside::DETECTOR;
use super::capitals_end;
use super::practices::is_unit;
use super::surroundings::is_set_off;
use super::towns::known_phrase;

/// What no house is called.
const OTHER_MATTER: u64 = NO_HOUSE | cue::BIOMETRIC;

/// What a word that tells a house may be.
const NAMES: u64 = dict::CITY | dict::TOWN | dict::SURNAME | dict::SURNAME_ORDINARY;

/// "a second opinion at OHSU", "sleep study at Johns Hopkins", "seen at Quest in Irvine".
pub(super) fn visited(page: &mut Page, at: usize) -> Option<usize> {
    let token = *page.token(at)?;
    if !follows_at(page, at) {
        return None;
    }
    let last = capitals_end(page, at).min(at + 5);
    let is_shouted = token.shape == Shape::Upper;
    let is_other = |index: usize| page.has(index, OTHER_MATTER);
    // A payer that has houses of its own.
    let is_payers_own = last == at && page.word_is(at, words!["kaiser"]);
    let is_supplier = || page.has(at, cue::PROPER) && page.has(at - 1, cue::FACILITY_VERB) && leads_town(page, last);
    let tells = |index: usize| {
        let known = page.dictionary(index);
        page.token(index)
            .is_some_and(|part| part.is_capitalised() && part.len() > 2)
            && (known & dict::WORD == 0 || last > at && known & NAMES != 0 && !is_shouted)
            && !page.has(index, cue::FACILITY_GENERIC)
    };
    let is_clear = (at..=last).all(|index| !is_other(index)) || is_supplier() || is_payers_own;
    let follows_care = page.has(at - 1, cue::FACILITY_VERB);
    // "battery at ERI": letters are limits and meetings as often.
    let is_letters = is_shouted && last == at && {
        let is_shouting = page.token(at - 1).is_some_and(|before| before.shape == Shape::Upper);
        !(follows_care || is_shouting && page.dictionary(at) & NAMES != 0)
    };
    let is_of_state = follows_care && last > at && token.has(cue::STATE);
    let is_bare_eponym = last == at && (token.has(cue::EPONYM) || token.possessive);
    let is_named = is_of_state || (at..=last).any(tells);
    if !is_clear || is_bare_eponym || is_letters || is_unit(page, at) || !is_named || names_other(page, last) {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.5, DETECTOR);
    Some(last)
}

/// "at touro", "at ucla", "at doctors hospital at renaissance": in small letters, what is no other word.
pub(super) fn small_visited(page: &mut Page, at: usize, token: &Token) -> Option<usize> {
    if !follows_at(page, at) || token.cues & !cue::FACILITY_NAME != 0 || token.len() < 3 || token.possessive {
        return None;
    }
    let known = page.lexicon.dictionary(token.hash);
    let may_be_named = page.has(at - 1, cue::FACILITY_VERB) && token.len() > 3;
    let is_name = may_be_named && known & dict::WORD == 0;
    if !is_name || is_unit(page, at) || names_other(page, at) {
        return None;
    }
    let goes_on = |index: usize| {
        page.token(index).is_some_and(|part| {
            part.shape == Shape::Lower && part.gap == Gap::Space && part.cues & !cue::FACILITY_NAME == 0 && !part.taken
        }) && (page.dictionary(index) & dict::WORD == 0 || page.has(index, cue::FACILITY_NAME))
    };
    let last = (at + 1..at + 4)
        .take_while(|index| goes_on(*index))
        .last()
        .unwrap_or(at);
    page.report(at, last, PhiKind::Geography, 0.5, DETECTOR);
    Some(last)
}

/// "at", but nothing that is looked or aimed at.
fn follows_at(page: &Page, at: usize) -> bool {
    at >= 2
        && page.gap(at) == Gap::Space
        && page.word_is(at - 1, words!["at"])
        && !page.starts_sentence(at - 1)
        && !page.word_is(
            at - 2,
            words![
                "look", "looking", "looked", "aimed", "directed", "anger", "laughed", "yelled",
            ],
        )
}

/// "in Irvine"
fn leads_town(page: &Page, last: usize) -> bool {
    page.word_is(last + 1, words!["in"]) && page.is_taken(last + 2, last + 2)
}

/// A number, a score or a firm's ending follows.
fn names_other(page: &Page, last: usize) -> bool {
    page.gap(last + 1) <= Gap::Space
        && (page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX)
            || page.token(last + 1).is_some_and(Token::has_digit)
            || page.word_is(
                last + 1,
                words!["plan", "plans", "policy", "level", "levels", "dose", "scale"],
            ))
}

/// ", Camp Lejeune,": a word of the land and a name, between marks.
pub(super) fn land_set_off(page: &mut Page, at: usize) -> Option<usize> {
    let is_land = page.word_is(
        at,
        words!["fort", "ft", "camp", "port", "lake", "mount", "naval", "joint"],
    );
    let name = if page.mark_is(at + 1, b'.') { at + 2 } else { at + 1 };
    let is_name = page
        .token(name)
        .is_some_and(|token| token.shape == Shape::Title && token.gap == Gap::Space && token.len() > 3);
    if !is_land || !is_name || page.has(name, OTHER_MATTER) || !is_set_off(page, at, name) {
        return None;
    }
    page.report(at, name, PhiKind::Geography, 0.5, DETECTOR);
    Some(name)
}

/// "Cardiology Associates of Mobile", "Urology of Indiana": a trade and where it is plied.
pub(super) fn practice_of(page: &mut Page, at: usize) -> Option<usize> {
    let is_trade = page.dictionary(at) & dict::PRACTICE != 0 && page.token(at)?.shape == Shape::Title;
    let is_group = |index: usize| {
        page.token(index).is_some_and(|group| group.shape == Shape::Title) && is(page, index, class::CARE_HOUSE)
    };
    let of = if is_group(at + 1) { at + 2 } else { at + 1 };
    if !is_trade || !page.word_is(of, words!["of"]) {
        return None;
    }
    let last = place_after(page, of)?;
    page.report(at, last, PhiKind::Geography, 0.5, DETECTOR);
    Some(last)
}

/// "of Mobile", "of Northern Indiana": the last token of the place.
pub(super) fn place_after(page: &Page, of: usize) -> Option<usize> {
    let place = of + 1;
    let is_title = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Title && token.gap == Gap::Space && !token.taken)
    };
    let known = page.dictionary(place);
    let phrase = known_phrase(page, place, dict::CITY | dict::TOWN);
    let is_place = known & (dict::CITY | dict::TOWN) != 0 || known == 0 || page.has(place, cue::STATE);
    let is_side = page.word_is(
        place,
        words![
            "north", "south", "east", "west", "northern", "southern", "eastern", "western", "central", "greater",
            "the",
        ],
    );
    if is_side && is_title(place + 1) {
        return Some(place + 1);
    }
    (is_title(place) && (phrase.is_some() || is_place)).then(|| phrase.unwrap_or(place))
}
