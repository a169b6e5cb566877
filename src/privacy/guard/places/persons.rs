//! Persons whose names are words of places too: who is told of as a person is left to the detectors of names.

use super::super::key::words;
use super::super::lexicon::{GIVEN, SURNAMES, cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words::{class, is};
use super::towns::is_known_phrase;

/// The last token of a person's name that begins with a capital: "patient Linda Park", "Order by Ashley House, MD", "Patient Nguyen, Thanh".
pub(super) fn person(page: &Page, at: usize) -> Option<usize> {
    let token = page.token(at).filter(|token| token.shape == Shape::Title)?;
    let before = page.before(at).map_or(0, |before| before.mark);
    let may_be_given = u64::from(token.known) & GIVEN != 0;
    if before == b',' || before == b'(' {
        let last = named_after_mark(page, at);
        if last.is_some() {
            return last;
        }
    }
    let last = full_name(page, at).filter(|_| may_be_given)?;
    let is_of_relative = at >= 2 && page.word_is(at - 1, words!["of"]) && page.has(at - 2, cue::RELATIVE);
    let is_told = at >= 1 && is_role(page, at - 1)
        || before == b':' && at >= 2 && is_role(page, at - 2)
        || is_of_relative
        || follows_title(page, at)
        || is_subject(page, last)
        || has_degree(page, last)
        || is_whose(page, at, last);
    is_told.then_some(last)
}

/// A given name, and a surname that no more of a name follows but another joined by a hyphen.
fn full_name(page: &Page, at: usize) -> Option<usize> {
    let is_part = |index: usize, gap: Gap| {
        page.token(index)
            .is_some_and(|part| part.shape == Shape::Title && part.gap == gap && part.len() > 1)
    };
    // "Anne-Marie Dubois"
    let given_last = if page.mark_is(at + 1, b'-') && is_part(at + 2, Gap::Glued) {
        at + 2
    } else {
        at
    };
    let surname = given_last + 1;
    let known = page.dictionary(surname);
    let is_surname = is_part(surname, Gap::Space) && (known & SURNAMES != 0 || known == 0);
    let last = if page.mark_is(surname + 1, b'-') && is_part(surname + 2, Gap::Glued) {
        surname + 2
    } else {
        surname
    };
    let goes_on = page.token(last + 1).is_some_and(|next| {
        next.gap == Gap::Space && (next.shape == Shape::Title && !next.possessive || next.has(cue::PLACE_NOUN))
    });
    (is_surname && !goes_on && is_known_phrase(page, at).is_none()).then_some(last)
}

/// "patient", "mother", "pharmacist": the word before somebody's name.
fn is_role(page: &Page, index: usize) -> bool {
    page.has(index, cue::PERSON | cue::RELATIVE) && !page.token(index).is_some_and(|token| token.possessive)
        || is(page, index, class::PERSON_ROLE)
}

/// "Patient's mother, Karen Bell, called", "Patient Nguyen, Thanh", "patient (Scott)".
fn named_after_mark(page: &Page, at: usize) -> Option<usize> {
    let before = at.checked_sub(2)?;
    if is_role(page, before) {
        let full = full_name(page, at).filter(|_| page.dictionary(at) & GIVEN != 0);
        let is_bracketed = page.mark_is(at - 1, b'(') && page.mark_is(at + 1, b')');
        return full.or_else(|| (is_bracketed && page.dictionary(at) & (GIVEN | SURNAMES) != 0).then_some(at));
    }
    let is_surname = page
        .token(before)
        .is_some_and(|name| name.shape == Shape::Title && u64::from(name.known) & SURNAMES != 0);
    let is_set_off = page.token(at + 1).is_none_or(|next| next.mark != 0);
    (is_surname && is_set_off && page.mark_is(at - 1, b',') && is_role(page, before.checked_sub(1)?)).then_some(at)
}

/// "Dr. Chelsea Grove".
fn follows_title(page: &Page, at: usize) -> bool {
    let title = if page.mark_is(at.wrapping_sub(1), b'.') {
        at.checked_sub(2)
    } else {
        at.checked_sub(1)
    };
    title.is_some_and(|title| page.has(title, cue::TITLE | cue::PROVIDER_TITLE))
}

/// "Sydney Meadows was admitted", "Madison Grove, age 4", "Paris Lodge, mother": what no house is or has.
fn is_subject(page: &Page, last: usize) -> bool {
    if page.mark_is(last + 1, b',') {
        return page.word_is(last + 2, words!["age", "aged", "dob", "mrn"]) || page.has(last + 2, cue::RELATIVE);
    }
    page.word_is(last + 1, words!["was", "is"])
        && page.word_is(
            last + 2,
            words![
                "admitted",
                "seen",
                "diagnosed",
                "discharged",
                "hospitalized",
                "intubated",
                "born",
                "allergic",
                "pregnant",
            ],
        )
}

/// "Ashley House, MD", "Rose Holland RN".
fn has_degree(page: &Page, last: usize) -> bool {
    let degree = if page.mark_is(last + 1, b',') {
        last + 2
    } else {
        last + 1
    };
    page.gap(degree) == Gap::Space
        && page.token(degree).is_some_and(|token| token.shape == Shape::Upper)
        && is(page, degree, class::DEGREE)
        && !page.is_digits(degree + 1)
}

/// "the wheelchair of Leroy Washington", "for James Miller": a given name and a surname that hardly are a place's.
fn is_whose(page: &Page, at: usize, last: usize) -> bool {
    const PLACES: u64 = dict::HOUSE | dict::PRACTICE | dict::CHAIN | dict::SITE;
    let is_led = page.word_is(at.wrapping_sub(1), words!["for", "of", "with", "from", "re"])
        || page.mark_is(at.wrapping_sub(1), b',') && page.mark_is(last + 1, b',');
    is_led
        && page.dictionary(at) & (dict::FIRST | dict::CITY | dict::WORD | PLACES) == dict::FIRST
        && page.dictionary(last) & (dict::SURNAME | PLACES) == dict::SURNAME
        && !page.has(
            last + 1,
            cue::FACILITY_HEAD | cue::PLACE_TAIL | cue::EPONYM_HEAD | cue::STATE_ABBR,
        )
}
