//! Towns and counties.

use super::kinds::PhiKind;
use super::lexicon::{PHRASE_WORDS_MAX, cue, dict, hash_phrase};
use super::page::Page;
use super::places::capitals_end;
use super::streets::is_office_address;
use super::token::{Gap, Shape, Token};

/// "Tulare County", "St. Tammany Parish".
pub(super) fn county(page: &mut Page, at: usize, end: usize) -> Option<usize> {
    let last = (at + 1..=end).find(|index| page.has(*index, cue::PLACE_NOUN))?;
    let is_named = (at..last).any(|index| {
        page.token(index)
            .is_some_and(|token| token.is_capitalised() && token.len() > 2)
            && !page.has(index, cue::FACILITY_GENERIC | cue::PROPER | cue::CONNECTOR)
    });
    let is_clear = is_named
        && !page.has(last + 1, cue::FACILITY_HEAD | cue::EPONYM_HEAD)
        && !(page.starts_sentence(at) && last == at + 1 && page.dictionary(at) & dict::WORD != 0);
    if !is_clear {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.9, "geo.county");
    Some(last)
}

/// "Fresno, CA", "Salt Lake City, Utah".
pub(super) fn town_and_state(page: &mut Page, at: usize, last: usize) -> Option<usize> {
    if page.token(at)?.has(cue::PROPER | cue::CODE_CUE | cue::MONTH) && !page.has(at, cue::FACILITY_NAME)
        || page
            .before(at)
            .is_some_and(|before| before.is_capitalised() && page.gap(at) == Gap::Space)
    {
        return None;
    }
    let comma = last + 1;
    let (state, has_comma) = if page.mark_is(comma, b',') {
        (comma + 1, true)
    } else {
        (last, false)
    };
    let town_last = if has_comma { last } else { last.checked_sub(1)? };
    if town_last < at || town_last > at + 3 || page.gap(state) > Gap::Line {
        return None;
    }
    let state_token = page.token(state)?;
    let is_state = state_token.has(cue::STATE) && state_token.is_capitalised()
        || state_token.has(cue::STATE_ABBR) && state_token.shape == Shape::Upper;
    let is_town = (at..=town_last).all(|index| {
        page.token(index).is_some_and(|token| {
            !token.has(cue::PROPER | cue::STATE | cue::CODE_CUE | cue::MONTH | cue::TITLE | cue::PROVIDER_TITLE)
        })
    });
    let all_known =
        at == town_last && page.dictionary(at) & dict::CITY != 0 || is_known_phrase(page, at) == Some(town_last);
    let looks_like_town = page
        .token(at)
        .is_some_and(|token| token.shape == Shape::Title && token.len() > 2)
        && page.dictionary(at) & dict::WORD == 0;
    let ambiguous = page.word_is(
        state,
        &["md", "pa", "do", "ma", "or", "in", "pt", "ok", "me", "hi", "oh"],
    ) || state_token.has(cue::PROPER);
    let is_plausible = if has_comma {
        all_known || looks_like_town && !ambiguous
    } else {
        all_known
    };
    if !is_state || !is_town || !is_plausible {
        return None;
    }
    if is_office_address(page, at) {
        return Some(town_last);
    }
    page.report(at, town_last, PhiKind::Geography, 0.9, "geo.town_state");
    Some(town_last)
}

/// The last token of a town of several words in the dictionary ("san jose") that begins here.
pub(super) fn is_known_phrase(page: &Page, at: usize) -> Option<usize> {
    let first = page.token(at)?;
    if !page.starts_dictionary_phrase(at) {
        return None;
    }
    let mut key = first.hash;
    let mut found = None;
    let mut index = at;
    for _ in 1..PHRASE_WORDS_MAX {
        index += 1;
        if page.mark_is(index, b'.') || page.mark_is(index, b'-') {
            index += 1;
        }
        let Some(next) = page.token(index).filter(|next| next.is_word() && next.gap <= Gap::Line) else {
            break;
        };
        key = hash_phrase(key, next.hash);
        let Some(known) = page.lexicon.phrase_dictionary(key) else {
            break;
        };
        if known & dict::CITY != 0 {
            found = Some(index);
        }
    }
    found
}

/// A town after a word of place, or one whose name is nothing else.
pub(super) fn town(page: &mut Page, at: usize) -> Option<usize> {
    let token = *page.token(at)?;
    if token.shape == Shape::Upper && token.len() < 4 && is_known_phrase(page, at).is_none() || token.has(cue::STATE) && is_known_phrase(page, at).is_none() {
        return None;
    }
    let phrase = is_known_phrase(page, at).filter(|last| {
        page.token(*last).is_some_and(Token::is_capitalised)
            && !(page.has(at, cue::STATE) && page.has(*last, cue::STATE))
    });
    let known = page.dictionary(at);
    let is_city = known & dict::CITY != 0;
    let last = phrase.unwrap_or(at);
    let names_other = page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX | cue::FACILITY_HEAD)
        && page.gap(last + 1) <= Gap::Space
        || page.has(at, cue::PROPER | cue::CODE_CUE | cue::MONTH | cue::TITLE)
        || names_institution(page, at);
    if names_other {
        return None;
    }
    let strong = page.cue_before(at, 1, cue::PLACE_STRONG).is_some() || follows_demographics(page, at);
    let follows_age = at >= 2
        && page.mark_is(at - 1, b',')
        && page.token(at - 2).is_some_and(|age| age.has_digit() && age.len() <= 4);
    let weak = follows_age || page.cue_before(at, 1, cue::PLACE_PREP).is_some();
    let is_word = known & dict::WORD != 0;
    let is_person = known & (dict::FIRST | dict::SURNAME | dict::FIRST_ORDINARY) != 0;
    let is_next_capital = page.token(last + 1).is_some_and(|next| {
        next.is_capitalised() && next.gap == Gap::Space && !next.has(cue::STATE | cue::STATE_ABBR | cue::PROPER)
    });
    let found = if strong {
        phrase.is_some() || is_city || !is_word && token.shape == Shape::Title
    } else if weak {
        phrase.is_some() || is_city && !is_word && !is_next_capital && !token.has(cue::EPONYM)
    } else if page.has(last + 1, cue::PLACE_TAIL) {
        phrase.is_some() || is_city && !is_word
    } else {
        (phrase.is_some() || is_city && !is_person)
            && !is_word
            && !token.has(cue::EPONYM)
            && !is_next_capital
            && token.len() > 4
    };
    if !found {
        return None;
    }
    let last = if strong && phrase.is_none() {
        capitals_end(page, at).min(at + 2)
    } else {
        last
    };
    page.report(
        at,
        last,
        PhiKind::Geography,
        if strong || weak { 0.85 } else { 0.6 },
        "geo.town",
    );
    Some(last)
}

/// "Health Plan of San Mateo", "University of Houston": part of an institution's name.
pub(super) fn names_institution(page: &Page, at: usize) -> bool {
    at >= 2
        && page.word_is(at - 1, &["of"])
        && page.has(at - 2, cue::ORG_SUFFIX | cue::FACILITY_HEAD | cue::PROPER)
        && page.token(at - 2).is_some_and(Token::is_capitalised)
}

/// "67F from Fresno", "a 54-year-old man from …".
pub(super) fn follows_demographics(page: &Page, at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| page.word_is(before, &["from"]))
        && page.cue_before(at - 1, 4, cue::AGE_UNIT | cue::PERSON).is_some()
}

/// "lives in fresno": small letters after a clear cue, known towns only.
pub(super) fn lower_town(page: &mut Page, at: usize) -> Option<usize> {
    let strong = page.cue_before(at, 1, cue::PLACE_STRONG).is_some() || follows_demographics(page, at);
    if !strong || page.has(at, cue::STATE | cue::PROPER) {
        return None;
    }
    let phrase = is_known_phrase(page, at);
    if phrase.is_none() && (page.dictionary(at) & dict::CITY == 0 || page.dictionary(at) & dict::WORD != 0) {
        return None;
    }
    let last = phrase.unwrap_or(at);
    page.report(at, last, PhiKind::Geography, 0.75, "geo.town");
    Some(last)
}
