//! Dates that relate to an individual. A date stands for itself when nothing near it says that it dates a policy, a form or a rule.

use super::FieldContext;
use super::date_forms::{Date, Form, date_at};
use super::index::Interest;
use super::kinds::PhiKind;
use super::lexicon::cue;
use super::page::Page;

/// How far, in tokens, a cue may stand from the date it governs.
const REACH_BACK: usize = 14;
const REACH_ON: usize = 6;

pub(super) fn find(page: &mut Page) {
    let mut from = 0;
    let mut previous: Option<(usize, bool)> = None;
    while let Some(at) = page.next(Interest::Date, from) {
        from = at + 1;
        let Some(date) = date_at(page, at) else {
            continue;
        };
        from = date.last + 1;
        if page.is_taken(date.first, date.last) {
            continue;
        }
        let is_personal = match inherited(page, &date, previous) {
            Some(verdict) => verdict,
            None => is_personal(page, &date),
        };
        previous = Some((date.last, is_personal));
        if is_personal {
            let score = if date.form == Form::Full { 0.9 } else { 0.75 };
            page.report(date.first, date.last, PhiKind::Date, score, "date.personal");
        } else if date.form == Form::Full {
            page.pass(date.first, date.last);
        }
    }
}

/// A date joined to the one before it ("01/02/2024 - 01/05/2024", "from … through …") shares its verdict.
fn inherited(page: &Page, date: &Date, previous: Option<(usize, bool)>) -> Option<bool> {
    let (last, verdict) = previous?;
    let between = date.first.checked_sub(last + 1)?;
    let joins = |index: usize| {
        page.mark_is(index, b'-')
            || page.mark_is(index, b',')
            || page.mark_is(index, b'/')
            || page.word_is(index, &["to", "through", "thru", "and", "until", "or"])
    };
    (between <= 2 && (last + 1..date.first).all(joins) && !page.starts_sentence(date.first)).then_some(verdict)
}

/// Whether a date relates to an individual: the nearest cue decides, and a full date without any cue does.
fn is_personal(page: &Page, date: &Date) -> bool {
    if page.context == FieldContext::PatientLinked {
        return true;
    }
    if is_of_any_year(page, date.last) {
        return false;
    }
    let cues = cue::PATIENT_DATE | cue::POLICY_DATE;
    let default = date.form == Form::Full && page.context == FieldContext::FreeText;
    if let Some(at) = page.cue_before(date.first, REACH_BACK, cues) {
        if !page.has(at, cue::POLICY_DATE) {
            return date.form == Form::Full || date.first - at <= 10;
        }
        return page.cue_before(at, 3, cue::PERSON).is_some();
    }
    match page.cue_after(date.last + 1, REACH_ON, cues) {
        Some(at) if page.has(at, cue::POLICY_DATE) => false,
        Some(at)
            if date.form == Form::Partial && page.word_is(at, &["denial", "denied", "claim", "records", "report"]) =>
        {
            is_told_of_person(page, date.first)
        }
        Some(_) => true,
        None => default || date.form == Form::Partial && is_told_of_person(page, date.first),
    }
}

/// "July 1 of the year prior to the measurement period", "January 1 of each year": a day of a rule.
fn is_of_any_year(page: &Page, last: usize) -> bool {
    let after = if page.word_is(last + 2, &["the"]) {
        last + 3
    } else {
        last + 2
    };
    page.word_is(last + 1, &["of"])
        && page.word_is(
            after,
            &[
                "year",
                "each",
                "every",
                "measurement",
                "prior",
                "previous",
                "following",
                "current",
                "any",
                "performance",
            ],
        )
}

/// "documented the wound on 10/12": a day, said of no document, or with a person just before it.
fn is_told_of_person(page: &Page, first: usize) -> bool {
    let follows_on = first.checked_sub(1).is_some_and(|before| page.word_is(before, &["on"]));
    follows_on || page.cue_before(first, 5, cue::PERSON).is_some() || follows_pronoun(page, first)
}

/// "she moved here in April 2022", "my surgery in May": told of somebody.
fn follows_pronoun(page: &Page, first: usize) -> bool {
    const PRONOUNS: [&str; 9] = ["he", "she", "his", "her", "i", "my", "we", "our", "him"];
    let is_placed = first
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, &["in", "since", "until", "around", "last", "of"]));
    is_placed
        && (1..=10)
            .take_while(|back| *back <= first && !page.starts_sentence(first + 1 - back))
            .any(|back| page.word_is(first - back, &PRONOUNS))
}
