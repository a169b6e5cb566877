//! Addresses that no street's suffix ends: military post, rural routes, crossings, and streets of other countries.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::capitals_end;
use super::streets::address_tail;

/// "PSC 41, Box 2207, APO AE 09464", "USS Halloran, FPO AP 96601". Called at "APO" and its like.
pub(super) fn military_post(page: &mut Page, at: usize) -> Option<usize> {
    let zip = at + 2;
    let is_post = page.word_is(at, words!["apo", "fpo", "dpo"])
        && page.word_is(at + 1, words!["aa", "ae", "ap"])
        && page.is_digits(zip)
        && page.word(zip).len() == 5;
    if !is_post {
        return None;
    }
    let first = (1..=8)
        .take_while(|back| *back <= at && !page.is_taken(at - back, at - back))
        .map(|back| at - back)
        .find(|index| page.word_is(*index, words!["psc", "unit", "cmr", "uss", "usns", "uscgc", "usnv"]))
        .unwrap_or(at);
    page.report(first, zip, PhiKind::Geography, 0.9, "geo.post_box");
    Some(zip)
}

/// "PSC 41, Box 2207", "Unit 8411 Box 3596", "RR 2 Box 88": a box on a route. Called at "box".
pub(super) fn routed_box(page: &mut Page, at: usize) -> Option<usize> {
    let number = at.checked_sub(1)?;
    let number = if page.mark_is(number, b',') {
        number.checked_sub(1)?
    } else {
        number
    };
    let first = number.checked_sub(1)?;
    let is_route = page.word_is(first, words!["psc", "unit", "cmr", "rr", "hc", "route", "rt", "rte"]);
    if !(is_route && page.is_digits(number) && page.token(at + 1).is_some_and(Token::has_digit))
        || page.is_taken(first, at + 1)
    {
        return None;
    }
    let first = if first > 0 && page.word_is(first - 1, words!["rural", "star"]) {
        first - 1
    } else {
        first
    };
    page.report(first, at + 1, PhiKind::Geography, 0.9, "geo.post_box");
    Some(address_tail(page, at + 1))
}

/// "the corner of 5th and Alvarado", "at the intersection of Olive Avenue and Palm". Called at "corner".
pub(super) fn crossing(page: &mut Page, at: usize) -> Option<usize> {
    if !page.word_is(at, words!["corner", "intersection"]) || !page.word_is(at + 1, words!["of"]) {
        return None;
    }
    let first = at + 2;
    let joint = (first + 1..first + 8)
        .take_while(|index| !page.starts_sentence(*index) || page.mark_is(index - 1, b'.'))
        .find(|index| page.word_is(*index, words!["and"]) || page.mark_is(*index, b'&'))?;
    let second = joint + 1;
    let is_named = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.is_capitalised() || token.has_digit())
    };
    let suffix = (second + 1..second + 4)
        .take_while(|index| page.token(*index).is_some_and(Token::is_word) && page.gap(*index) == Gap::Space)
        .find(|index| page.has(*index, cue::STREET_SUFFIX));
    if !(is_named(first) && is_named(second) || suffix.is_some()) || page.has(first, cue::CONNECTOR) {
        return None;
    }
    let last = suffix.unwrap_or_else(|| capitals_end(page, second));
    page.report(first, last, PhiKind::Geography, 0.8, "geo.street");
    Some(address_tail(page, last))
}

/// "245 W 107th": a house number, a compass point and an ordinal.
fn is_numbered_street(page: &Page, at: usize) -> bool {
    let street = page.word(at + 2);
    page.word_is(at + 1, words!["n", "e", "s", "w", "north", "east", "south", "west"])
        && page.token(at + 1).is_some_and(Token::is_capitalised)
        && page.gap(at + 2) == Gap::Space
        && street.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && ["st", "nd", "rd", "th"].iter().any(|end| street.ends_with(end))
}

/// "88 Calle de los Robles", "14 Rue Lepic", "61 Lindenhofweg 3": a number and a street as other countries write it.
pub(super) fn foreign_street(page: &mut Page, at: usize) -> Option<usize> {
    if !page.is_digits(at) || page.word(at).len() > 5 || page.gap(at + 1) != Gap::Space {
        return None;
    }
    if is_numbered_street(page, at) {
        page.report(at, at + 2, PhiKind::Geography, 0.85, "geo.street");
        return Some(address_tail(page, at + 2));
    }
    let leads_way = page.dictionary(at + 1) & dict::WAY != 0;
    let is_part = |index: usize| {
        page.token(index).is_some_and(|token| {
            let is_name = token.shape == Shape::Title
                && !token.has(cue::PROPER | cue::EPONYM | cue::MONTH | cue::UNIT | cue::CODE_CUE | cue::PERSON)
                && (leads_way || page.dictionary(index) & dict::WORD == 0);
            token.gap <= Gap::Space
                && !token.taken
                && (is_name
                    || token.has(cue::PARTICLE)
                    || leads_way && page.word_is(index, words!["los", "las", "des", "du", "of"])
                    || token.mark == b'\''
                    || token.mark == b'-')
        })
    };
    let name_last = (at + 1..at + 7).take_while(|index| is_part(*index)).last()?;
    let house = name_last + 1;
    let has_house = page.is_digits(house) && page.word(house).len() <= 4 && page.gap(house) == Gap::Space;
    let last = if has_house { house } else { name_last };
    let ends = page.token(last + 1).is_none_or(|next| {
        next.gap >= Gap::Line
            || matches!(next.mark, b',' | b'.') && !page.token(last + 2).is_some_and(Token::has_digit)
            || next.has(cue::UNIT_LABEL)
    });
    let is_street = leads_way && name_last > at + 1 || has_house && ends;
    if !is_street || page.cue_before(at, 8, cue::CODE_CUE).is_some() {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.75, "geo.street");
    Some(address_tail(page, last))
}
