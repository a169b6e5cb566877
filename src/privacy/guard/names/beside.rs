//! Names beside other identifiers: a given name or surname that is no other word, wherever it stands; two words that no list
//! knows; and initials.

use std::ops::Range;

use super::super::index::Interest;
use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{PLACES, cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{self, class};
use super::candidate::{Candidate, candidate};
use super::cited::{is_cited, is_week_day};
use super::lower::lone_surname;
use super::lower_full::lower_beside;
use super::parts::Part;
use super::phrases::is_listed;
use super::things::{in_row_of_things, is_edition, leads_chart_number};

const DETECTOR: &str = "name.beside";

pub(in super::super) fn find(page: &mut Page, near: &Range<usize>) {
    let is_informal = page.is_informal();
    for at in set_off_words(page, near) {
        if let Some(last) = lone_surname(page, at) {
            page.report(at, last, PhiKind::Name, 0.5, DETECTOR);
        }
    }
    let mut from = near.start;
    while let Some(at) = page.next(Interest::Name, from).filter(|at| *at < near.end) {
        let shape = page.token(at).filter(|token| !token.taken).map(|token| token.shape);
        let last = match shape {
            Some(Shape::Title | Shape::Upper) => capitalised(page, at),
            Some(Shape::Lower) if is_informal => lower_beside(page, at).or_else(|| lone_surname(page, at)),
            _ => None,
        };
        if let Some(last) = last {
            page.report(at, last, PhiKind::Name, 0.5, DETECTOR);
        }
        from = last.unwrap_or(at) + 1;
    }
}

fn capitalised(page: &Page, at: usize) -> Option<usize> {
    let is_open = page.before(at).is_some_and(|before| matches!(before.mark, b'(' | b'"'));
    if page.gap(at) == Gap::Glued && at > 0 && !is_open {
        return None;
    }
    if let Some(last) = initials(page, at) {
        return Some(last);
    }
    if !may_begin_name(page, at) || is_order(page, at) {
        return None;
    }
    if is_called_unknown(page, at) || is_recorded_word(page, at) {
        return Some(at);
    }
    let found = candidate(page, at, false);
    let is_given = found.parts().first().is_some_and(|(part, _)| *part == Part::First);
    let is_other = is_thing(page, at, found.last) || !is_given && in_row_of_things(page, at, found.last);
    (is_name(page, &found) && !is_other).then_some(found.last)
}

/// "Bill the patient", "Mark it as paid": a verb that is a name too, at the beginning of a sentence.
fn is_order(page: &Page, at: usize) -> bool {
    const OBJECTS: &[WordKey] = words![
        "the", "a", "an", "my", "our", "this", "that", "these", "it", "them", "him", "her", "for", "as", "under",
        "each",
    ];
    page.starts_sentence(at) && page.dictionary(at) & dict::WORD != 0 && page.word_is(at + 1, OBJECTS)
}

/// Whether a look at the word and those beside it leaves it open: most capitals are dismissed here.
fn may_begin_name(page: &Page, at: usize) -> bool {
    let Some(token) = page.token(at) else { return false };
    let goes_on = page.token(at + 1).is_some_and(|next| {
        next.is_capitalised() || matches!(next.mark, b'-' | b'.' | b',') || next.has(cue::PARTICLE)
    });
    goes_on
        || u64::from(token.known) & (dict::FIRST | dict::SURNAME) != 0
        || page.before(at).is_some_and(|before| before.has(cue::PERSON))
}

/// "patient Ottoline, 91", "Quintavious, 17, sickle cell": a word that no list knows right after a word for a person, or before an age.
fn is_called_unknown(page: &Page, at: usize) -> bool {
    let is_unknown = page.token(at).is_some_and(|token| {
        token.shape == Shape::Title && token.len() > 3 && token.cues == 0 && u64::from(token.known) & !PLACES == 0
    });
    let follows_person = page.gap(at) == Gap::Space
        && page
            .before(at)
            .is_some_and(|before| before.has(cue::PERSON) && before.shape == Shape::Lower);
    let is_set_off = page
        .token(at + 1)
        .is_none_or(|next| matches!(next.mark, b',' | b'.' | b';' | b')'));
    let leads_age = page.starts_sentence(at)
        && page.mark_is(at + 1, b',')
        && page.number(at + 2).is_some_and(|age| age <= 125)
        && page.mark_is(at + 3, b',');
    is_unknown && is_set_off && (follows_person || leads_age)
}

/// ", Lake, cert no.", "for Fields (MR# 98081370)", "Church chart D0093317": a surname that is a word too, before somebody's number.
fn is_recorded_word(page: &Page, at: usize) -> bool {
    const SURNAMES: u64 = dict::SURNAME | dict::SURNAME_ORDINARY;
    const RECORDS: u64 =
        cue::MRN_HEAD | cue::MRN_WORD | cue::PLAN_HEAD | cue::PLAN_WORD | cue::ACCOUNT_HEAD | cue::AGED | cue::PERSON;
    let is_capitalised = page
        .token(at)
        .is_some_and(|token| token.shape == Shape::Title && !token.has(cue::EPONYM));
    if !is_capitalised || !is_listed(page, at, SURNAMES) {
        return false;
    }
    let is_number = |index: usize| page.token(index).is_some_and(|token| token.taken && token.has_digit());
    let is_set_off = at > 0 && page.mark_is(at - 1, b',') && page.mark_is(at + 1, b',');
    let is_beside = is_number(at + 2) || page.has(at + 2, RECORDS) && (at + 3..at + 6).any(is_number);
    let is_led =
        page.starts_sentence(at) || at > 0 && (page.has(at - 1, cue::PERSON_PREP) || page.mark_is(at - 1, b','));
    let has_chart = is_led && page.has(at + 1, cue::MRN_HEAD | cue::MRN_WORD) && (at + 2..at + 4).any(is_number);
    let has_bracket = is_led && page.mark_is(at + 1, b'(') && is_beside;
    // "re chart 20-44871 (Brown)"
    let is_bracketed = at > 1 && page.mark_is(at - 1, b'(') && page.mark_is(at + 1, b')') && is_number(at - 2);
    is_set_off && is_beside || has_chart || has_bracket || is_bracketed
}

/// A part that is nothing but a name, or two words that together can only be one.
fn is_name(page: &Page, found: &Candidate) -> bool {
    let parts = found.parts();
    let is_title = |at: usize| page.token(at).is_some_and(|token| token.shape == Shape::Title);
    let is_long = |at: usize| page.word(at).len() > if is_title(at) { 3 } else { 4 };
    let is_strong = |(part, at): &(Part, usize)| part.is_strong() && is_long(*at) && !page.has(*at, cue::EPONYM);
    let is_part = |(part, at): &(Part, usize)| {
        *part == Part::Initial || part.can_be_last() && is_title(*at) && !page.has(*at, cue::EPONYM)
    };
    let ends_in_word = parts.last().is_some_and(|(part, _)| part.can_be_last());
    // "Client Wren": a word that is a name too, right after a word for a person.
    let is_called = |(part, at): &(Part, usize)| {
        part.can_be_last()
            && is_title(*at)
            && page.gap(*at) == Gap::Space
            && page
                .before(*at)
                .is_some_and(|before| before.has(cue::PERSON) && before.shape != Shape::Upper)
    };
    parts.iter().any(is_strong)
        || parts.first().is_some_and(is_called)
        || parts.len() >= 2 && ends_in_word && parts.iter().all(is_part)
}

/// "Crohn disease", "Bayley-4", "Wagner 3", "Parkinson's".
fn is_thing(page: &Page, first: usize, last: usize) -> bool {
    let next = last + 1;
    let is_apart = page.gap(next) == Gap::Space;
    // "Dmitri Volkov chart 55-20-881", "Fatima Al-Sayegh's hearing aids": two names are nobody's eponym.
    let is_owner = page.token(last).is_some_and(|token| token.possessive);
    let are_two = last > first && page.dictionary(first) & dict::FIRST != 0;
    let is_exempt = is_owner || are_two || leads_chart_number(page, next);
    let heads = is_apart && !is_exempt && page.has(next, cue::EPONYM_HEAD | cue::ORG_SUFFIX);
    let is_hyphenated = last >= first + 3 && page.mark_is(last - 1, b'-'); // "Hoku Kealoha-Smith 12 lead"
    let is_numbered = is_apart
        && !is_hyphenated
        && page
            .token(next)
            .is_some_and(|token| token.has_digit() && !token.taken && token.len() <= 2);
    // "Common Working File": words of a thing's name.
    let goes_on = is_apart
        && last > first
        && !page.has(first, cue::FACILITY_NAME)
        && !page.has(next, cue::FACILITY_HEAD | cue::FACILITY_PAIR) // a hospital's name is no thing's
        && page
            .token(next)
            .is_some_and(|word| word.shape == Shape::Title && u64::from(word.known) & dict::WORD != 0)
        && (first..=last).all(|index| page.dictionary(index) & dict::WORD != 0);
    heads
        || goes_on
        || is_cited(page, first, last)
        || is_week_day(page, first)
        || is_numbered
        || is_edition(page, last)
        || page.has(first, cue::STATE)
        || words::is(page, first, class::THING_NAME)
}

/// "denied; tobias, g-tube", "pt hallam;": words in small letters between two marks.
fn set_off_words(page: &Page, near: &Range<usize>) -> Vec<usize> {
    let ends = |mark: u8| matches!(mark, b',' | b';' | b':');
    let tokens = page.tokens.get(near.clone()).unwrap_or_default();
    let is_set_off = |[before, word, next]: &[Token; 3]| {
        ends(next.mark)
            && word.shape == Shape::Lower
            && word.gap == Gap::Space
            && !word.taken
            && (ends(before.mark)
                || before.mark == b'('
                || before.shape == Shape::Digits
                || before.has(cue::PERSON | cue::PROVIDER_TITLE))
    };
    let places = (near.start + 1..).zip(tokens.array_windows());
    places
        .filter(|(_, words)| is_set_off(words))
        .map(|(at, _)| at)
        .collect()
}

/// "S.K., MRN", "A.K. 34F".
fn initials(page: &Page, at: usize) -> Option<usize> {
    const DEGREES: &[&str] = &[
        "E.G", "I.E", "M.D", "D.O", "R.N", "N.P", "P.A", "P.T", "O.T", "U.S", "U.K", "I.V", "P.O", "I.D", "E.R", "E.D",
    ];
    let is_letter = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Upper && token.len() == 1)
    };
    let is_glued = |index: usize| page.gap(index) == Gap::Glued;
    let is_pair = is_letter(at) && page.mark_is(at + 1, b'.') && is_letter(at + 2) && page.mark_is(at + 3, b'.');
    if !is_pair || !(at + 1..=at + 3).all(is_glued) || is_letter(at + 4) && is_glued(at + 4) {
        return None;
    }
    let (from, to) = (page.token(at)?.start as usize, page.token(at + 2)?.end as usize);
    (!DEGREES.contains(&page.text.get(from..to)?)).then_some(at + 3)
}
