//! Dates that relate to an individual. A date stands for itself when nothing near it says that it dates a policy, a form or a rule.

mod age_told;
pub(super) mod ages;
pub(super) mod beside;
pub(super) mod compact;
pub(super) mod context;
mod days;
mod forms;
pub(super) mod fractions;
pub(super) mod spaced;
pub(super) mod spelled;
pub(super) mod stamps;

use self::context::{
    care_near, dates_document, is_about_person, is_told_by_form, nearest_cue, speaks_of_document, speaks_of_person,
    speaks_of_policy, tells_of_somebody,
};
use self::days::is_business;
use self::forms::{Date, Form, date_at};
use self::stamps::is_stamp;
use super::FieldContext;
use super::index::Interest;
use super::key::{WordKey, words};
use super::kinds::PhiKind;
use super::lexicon::cue;
use super::page::Page;
use super::words::{class, is};

/// How far, in tokens, a cue may stand from the date it governs.
const REACH_BACK: usize = 14;
const REACH_ON: usize = 6;
/// How near a cue leaves no doubt, in tokens.
const ADJACENT: usize = 3;

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
            None => is_personal(page, &date) && !goes_on_of_document(page, &date, previous),
        };
        previous = Some((date.last, is_personal));
        if is_personal {
            let score = if date.form == Form::Full { 0.9 } else { 0.75 };
            page.report(date.first, date.last, PhiKind::Date, score, "date.personal");
        } else if date.form == Form::Full {
            page.pass(date.first, date.last);
            page.dates_passed.push((date.first, date.last));
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
            || page.word_is(index, words!["to", "through", "thru", "and", "until", "or"])
    };
    (between <= 2 && (last + 1..date.first).all(joins) && !page.starts_sentence(date.first)).then_some(verdict)
}

/// "ends 12/31/2024, use 98016 from 1/1/2025": the sentence dated a document before, and speaks of nobody since.
fn goes_on_of_document(page: &Page, date: &Date, previous: Option<(usize, bool)>) -> bool {
    let Some((last, false)) = previous else {
        return false;
    };
    page.context == FieldContext::FreeText
        && date.first.saturating_sub(last) <= REACH_BACK
        && (last + 1..=date.first).all(|index| !page.starts_sentence(index) && !page.has(index, cue::PATIENT_DATE))
        && !speaks_of_person(page, date.first, date.last)
}

/// Whether a date relates to an individual: the nearest cue decides, and a full date without any cue does.
fn is_personal(page: &Page, date: &Date) -> bool {
    if page.context == FieldContext::PatientLinked {
        return true;
    }
    if is_of_any_year(page, date.last) {
        return false;
    }
    let is_told = match date.form {
        Form::Full => is_full_personal(page, date),
        Form::Partial => is_month_personal(page, date),
        Form::Told => is_told_personal(page, date),
    };
    is_told && !is_stamp(page, date.first, date.last)
}

/// A date with its day: somebody's unless it dates a document.
fn is_full_personal(page: &Page, date: &Date) -> bool {
    let cues = cue::PATIENT_DATE | cue::POLICY_DATE;
    if let Some(at) = nearest_cue(page, date.first, REACH_BACK) {
        if page.has(at, cue::POLICY_DATE) {
            return is_policy_of_person(page, date, at);
        }
        let is_beside = date.first - at <= ADJACENT;
        return is_beside && !is(page, at, class::OF_MANY_THINGS) || !dates_document(page, date.first, date.last);
    }
    match page.cue_after(date.last + 1, REACH_ON, cues) {
        Some(at) if page.has(at, cue::POLICY_DATE) => follows_sure_care(page, date.first),
        Some(_) => !dates_document(page, date.first, date.last),
        None => page.context == FieldContext::FreeText && !dates_document(page, date.first, date.last),
    }
}

/// "effective 03/01 she lost Medicaid", "he retired June 1": words of documents in a sentence about somebody.
fn is_policy_of_person(page: &Page, date: &Date, at: usize) -> bool {
    page.has(at, cue::PERSON)
        || page.cue_before(at, 3, cue::PERSON).is_some()
        || at + 1 == date.first && is_told_by_form(page, at, date.last)
        || is(page, at, class::OF_BOTH) && tells_of_somebody(page, date.first, date.last)
}

/// "excised 7/5/24 under the two-week rule": what happened to somebody stands right before.
fn follows_sure_care(page: &Page, first: usize) -> bool {
    first.checked_sub(1).is_some_and(|before| {
        is(page, before, class::CARE_VERB)
            && !is(
                page,
                before,
                class::OF_MANY_THINGS | class::OF_PEOPLE_TOO | class::DOCUMENT_WORD,
            )
    })
}

/// A month with its year.
fn is_month_personal(page: &Page, date: &Date) -> bool {
    let cues = cue::PATIENT_DATE | cue::POLICY_DATE;
    if let Some(at) = nearest_cue(page, date.first, REACH_BACK) {
        if !page.has(at, cue::POLICY_DATE) {
            // "not required since April 2023 policy change"
            let dates_policy = page.word_is(at, words!["since"]) && page.has(date.last + 1, cue::POLICY_DATE);
            return date.first - at <= 10 && !dates_policy;
        }
        return page.cue_before(at, 3, cue::PERSON).is_some();
    }
    match page.cue_after(date.last + 1, REACH_ON, cues) {
        Some(at) if page.has(at, cue::POLICY_DATE) => false,
        Some(at) if !page.word_is(at, words!["denial", "denied", "claim", "records", "report"]) => {
            !happened_to_thing(page, date.first) || speaks_of_person(page, date.first, date.last)
        }
        _ => is_told_of_person(page, date),
    }
}

/// "leads recalled in October 2007": what happens to things and documents, and when.
fn happened_to_thing(page: &Page, first: usize) -> bool {
    let follows_in =
        { first.checked_sub(1) }.is_some_and(|before| page.word_is(before, words!["in", "since", "by", "until"]));
    follows_in && { first.checked_sub(2) }
        .is_some_and(|verb| is(page, verb, class::DOCUMENT_WORD) && !is(page, verb, class::CARE_VERB))
}

/// A day or month that was told of somebody's care, unless the nearest cue says that a document is spoken of.
fn is_told_personal(page: &Page, date: &Date) -> bool {
    match nearest_cue(page, date.first, REACH_BACK) {
        Some(at) if page.has(at, cue::POLICY_DATE) => {
            is_policy_of_person(page, date, at) || care_near(page, date.first, date.last, 2)
        }
        Some(_) => true,
        None => page.context == FieldContext::FreeText,
    }
}

/// "July 1 of the year prior to the measurement period", "January 1 of each year": a day of a rule.
fn is_of_any_year(page: &Page, last: usize) -> bool {
    let after = if page.word_is(last + 2, words!["the"]) {
        last + 3
    } else {
        last + 2
    };
    page.word_is(last + 1, words!["of"])
        && page.word_is(
            after,
            words![
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

/// "kidney transplant June 2019", "documented in 10/2021": said of no document, with a person or their care just before it.
fn is_told_of_person(page: &Page, date: &Date) -> bool {
    let follows_on = date
        .first
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["on"]));
    let is_persons = speaks_of_person(page, date.first, date.last);
    follows_on
        || page.cue_before(date.first, 5, cue::PERSON).is_some()
        || follows_pronoun(page, date.first)
        || care_near(page, date.first, date.last, 6)
        || follows_finding(page, date)
        || is_day_in_small_letters(page, date)
        || is_persons && !speaks_of_document(page, date.first, date.last)
}

/// "surgery is feb 6", "sober since dec. 3rd": a month in small letters with its day, near a word of time or somebody.
fn is_day_in_small_letters(page: &Page, date: &Date) -> bool {
    let has_year = page.word(date.last).len() == 4 && page.is_digits(date.last);
    let is_timed = date
        .first
        .checked_sub(1)
        .is_some_and(|before| is(page, before, class::TIME_WORD));
    !has_year
        && page.has(date.first, cue::MONTH)
        && (is_timed || is_about_person(page, date.first, date.last))
        && !is_business(page, date.first, date.last)
        && !speaks_of_policy(page, date.first, date.last)
}

/// "LSIL June 2024": a month right after a word, and no document spoken of.
fn follows_finding(page: &Page, date: &Date) -> bool {
    let follows_word = date.first.checked_sub(1).is_some_and(|before| {
        page.token(before)
            .is_some_and(|token| token.is_word() && token.cues == 0 && token.len() > 2)
    });
    let begins_month = page.has(date.first, cue::MONTH);
    let follows_stamp = date
        .first
        .checked_sub(1)
        .is_some_and(|before| is(page, before, class::STAMP));
    follows_word
        && !follows_stamp
        && begins_month
        && page.context == FieldContext::FreeText
        && !page.starts_sentence(date.first)
        && !is_business(page, date.first, date.last)
        && !speaks_of_document(page, date.first, date.last)
}

/// "she moved here in April 2022", "my surgery in May": told of somebody.
fn follows_pronoun(page: &Page, first: usize) -> bool {
    const PRONOUNS: &[WordKey] = words!["he", "she", "his", "her", "i", "my", "we", "our", "him"];
    let is_placed = first
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["in", "since", "until", "around", "last", "of"]));
    is_placed
        && (1..=10)
            .take_while(|back| *back <= first && !page.starts_sentence(first + 1 - back))
            .any(|back| page.word_is(first - back, PRONOUNS))
}
