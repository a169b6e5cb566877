//! Days without a month ("the 14th"), months without a day ("in January") and holidays, as people tell of their care.

use super::super::key::{WordKey, words};
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is};
use super::context::{
    care_near, is_about_person, may_speak_of_person, speaks_of_person, speaks_of_policy, tells_of_care,
};
use super::forms::{Date, Form, day_of_month};

pub(super) fn is_business(page: &Page, first: usize, last: usize) -> bool {
    let mut at = first;
    let before = std::iter::from_fn(|| {
        if page.starts_sentence(at) {
            return None;
        }
        at = at.checked_sub(1)?;
        Some(at)
    });
    before
        .take(16)
        .chain((last + 1..last + 12).take_while(|index| !page.starts_sentence(*index)))
        .any(|index| is(page, index, class::BUSINESS))
}

/// Whether what follows begins something else: a mark, the end, a word of grammar. "The 5th metatarsal" is no day.
pub(super) fn ends_phrase(page: &Page, next: usize) -> bool {
    let Some(token) = page.token(next) else { return true };
    if page.starts_sentence(next) || token.shape == Shape::Mark && token.mark != b'-' && token.mark != b'%' {
        return true;
    }
    let is_dictated = page.word_is(next, words!["start", "end"]) && page.word_is(next + 1, words!["of"]);
    token.is_word()
        && !token.has(cue::UNIT)
        && (is_dictated
            || token.has(cue::CONNECTOR | cue::PERSON_PREP | cue::PERSON_VERB | cue::PLACE_PREP | cue::PERSON)
            || page.word_is(
                next,
                words![
                    "after", "before", "because", "while", "until", "since", "again", "go", "per", "during", "do",
                    "does", "any", "without", "not", "which", "where", "there", "should", "me", "just", "only",
                    "still", "ok", "instead",
                ],
            ))
}

/// "on the 3rd and 4th dose": the day is decided by what follows the last of a list.
pub(super) fn ends_list(page: &Page, last: usize) -> bool {
    let mut end = last;
    for _ in 0..3 {
        let mut next = end + 1;
        let joins = page.mark_is(next, b',')
            || page.mark_is(next, b'-')
            || page.word_is(next, words!["and", "or", "to", "through"]);
        if !joins {
            break;
        }
        next += 1;
        if page.word_is(next, words!["and", "the", "or"]) {
            next += 1;
        }
        let is_ordinal = page.has(next, cue::ORDINAL)
            || page.token(next).is_some_and(|token| token.shape == Shape::Mixed) && day_of_month(page, next).is_some();
        if !is_ordinal {
            break;
        }
        end = next;
    }
    ends_phrase(page, end + 1) && !page.word_is(end + 1, words!["of"])
}

/// "the 14th", "Sunday the 3rd", "since the 9th", "22nd of the month".
pub(super) fn ordinal_day(page: &Page, at: usize) -> Option<Date> {
    if page.token(at).is_none_or(|token| token.shape != Shape::Mixed) {
        return None;
    }
    day_of_month(page, at)?;
    if page.word_is(at + 1, words!["inst", "ult", "ultimo", "instant", "prox", "proximo"]) {
        return Some(Date {
            first: at,
            last: at + 1,
            form: Form::Full,
        });
    }
    lone_day(page, at, at)
}

/// "on the sixteenth", "the twenty-second", "the first of the month".
pub(super) fn spelled_day(page: &Page, at: usize) -> Option<Date> {
    let is_compound = at >= 2 && page.mark_is(at - 1, b'-') && page.word_is(at - 2, words!["twenty", "thirty"]);
    let is_short = page.word_is(at, words!["first", "second", "third", "fourth", "fifth"]);
    let first = if is_compound { at - 2 } else { at };
    if is_short && !is_compound && month_end(page, at).is_none() {
        return None;
    }
    lone_day(page, first, at)
}

/// The last token of "of the month", "of this month" after a day.
fn month_end(page: &Page, at: usize) -> Option<usize> {
    (page.word_is(at + 1, words!["of"])
        && page.word_is(at + 2, words!["the", "this", "last", "next"])
        && page.word_is(at + 3, words!["month"])
        && !page.mark_is(at + 4, b'-')
        && !page.word_is(at + 4, words!["following", "after", "in", "that"]))
    .then_some(at + 3)
}

/// Up to here ordinals mostly count tries and doses; from the other on they mostly are days.
const EARLY: u32 = 3;
const LATE: u32 = 10;

fn lone_day(page: &Page, first: usize, last: usize) -> Option<Date> {
    let before = first.checked_sub(1)?;
    let has_article = page.word_is(before, words!["the"]);
    let lead = if has_article {
        before.checked_sub(1)
    } else {
        Some(before)
    };
    let follows =
        |words: &[WordKey]| lead.is_some_and(|lead| page.word_is(lead, words) && !page.starts_sentence(lead + 1));
    let follows_class = |class: u64| lead.is_some_and(|lead| is(page, lead, class) && !page.starts_sentence(lead + 1));
    let of_month = month_end(page, last);
    let is_weekday = follows_class(class::WEEK_DAY);
    let is_timed = follows(words!["on", "since", "until", "till", "til"]);
    let follows_care = lead.is_some_and(|lead| tells_of_care(page, lead));
    let is_led = has_article && (follows_class(class::TIME_WORD) || follows_care || page.starts_sentence(before));
    let is_early = day_of_month(page, last).is_some_and(|day| day <= EARLY);
    let closes_clause = page.starts_sentence(last + 1)
        || page
            .token(last + 1)
            .is_none_or(|next| next.mark != 0 && next.mark != b'-');
    let is_told = has_article
        && closes_clause
        && day_of_month(page, last).is_some_and(|day| day >= LATE)
        && (is_about_person(page, first, last) || may_speak_of_person(page, first, last))
        && !follows(words!["below", "above", "under", "over", "at", "near", "past"]);
    let is_day = of_month.is_some()
        || is_told
        || is_weekday
        || is_timed
            && (has_article || page.gap(first) == Gap::Space)
            && ends_list(page, last)
            && (has_article && !is_early || is_told_of_care(page, first, last))
        || is_timed && has_article && is_name(page, last + 1)
        || is_led && ends_list(page, last) && is_told_of_care(page, first, last);
    let is_rule =
        (is_business(page, first, last) || speaks_of_policy(page, first, last)) && !speaks_of_person(page, first, last);
    (is_day && !is_rule).then_some(Date {
        first: if is_weekday { lead.unwrap_or(before) } else { first },
        last: of_month.unwrap_or(last),
        form: Form::Told,
    })
}

/// Somebody is spoken of near, or their care just before.
fn is_told_of_care(page: &Page, first: usize, last: usize) -> bool {
    is_about_person(page, first, last)
        || page.cue_before(first, 8, cue::PATIENT_DATE).is_some()
        || care_near(page, first, last, 8)
        || may_speak_of_person(page, first, last)
}

/// "On the 23rd Vasquez had": a name goes on; "the 9th Circuit" does not.
fn is_name(page: &Page, at: usize) -> bool {
    page.token(at)
        .is_some_and(|token| token.shape == Shape::Title && token.cues & !cue::TITLE == 0)
        && page.dictionary(at) & dict::WORD == 0
}

/// "arrived in January", "since May", "mid-October", "last February": a month in which something happened to somebody.
pub(super) fn month_alone(page: &Page, at: usize) -> Option<Date> {
    let mut before = at.checked_sub(1)?;
    if page.mark_is(before, b'-') {
        before = before.checked_sub(1)?;
    }
    let is_lower = page.token(at)?.shape == Shape::Lower;
    let is_name = page.word_is(at, words!["april", "may", "june", "august", "jan"]);
    let is_verb = is_lower && page.word_is(at, words!["may", "march", "mar", "dec", "sep", "jan"]);
    let is_sure = page.word_is(before, words!["in", "since", "last", "early", "late", "mid", "until"]);
    let is_part = page.word_is(before, words!["of"])
        && before > 0
        && page.word_is(
            before - 1,
            words![
                "week",
                "end",
                "beginning",
                "start",
                "middle",
                "month",
                "day",
                "weekend",
                "half",
            ],
        );
    let follows_reported = page.word_is(before, words!["and", "or", "to", "through"])
        && before > 0
        && page.is_taken(before - 1, before - 1);
    let is_led = is_sure || follows_reported || is_part || !is_name && !is_verb && is(page, before, class::MONTH_LEAD);
    let is_followed = page.word_is(at + 1, words!["last", "this"]) && page.word_is(at + 2, words!["year"]);
    let opens = page.starts_sentence(at) || page.gap(at) > Gap::Line;
    if !is_followed && (opens || !is_led) {
        return None;
    }
    let follows_month =
        page.word_is(before, words!["through", "to", "and"]) && before > 0 && page.has(before - 1, cue::MONTH);
    if is_lower && is_verb && !ends_phrase(page, at + 1) {
        return None;
    }
    let names_season = follows_month
        || page.word_is(at + 1, words!["through", "to", "and", "or", "until"]) && page.has(at + 2, cue::MONTH);
    let speaks_of_person = speaks_of_person(page, at, at);
    let is_last_care = || {
        is_sure && !page.has(before, cue::POLICY_DATE) && { page.cue_before(at, 8, cue::PATIENT_DATE) }
            .is_some_and(|cue_at| page.word_is(cue_at, words!["last"]) || !is(page, cue_at, class::OF_MANY_THINGS))
    };
    let is_somebodys = speaks_of_person
        || care_near(page, at, at, 6) && !is_document_like(page, at)
        || page.has(at, cue::MONTH) && names_somebody_first(page, before) && may_speak_of_person(page, before, at)
        || is_last_care();
    let is_rule = || !speaks_of_person && (names_season || is_business(page, at, at)) || speaks_of_policy(page, at, at);
    (is_somebodys && !is_rule()).then_some(Date {
        first: at,
        last: at,
        form: Form::Told,
    })
}

/// "Claims received in March": of many.
fn is_document_like(page: &Page, at: usize) -> bool {
    is_business(page, at, at) || page.cue_before(at, 8, cue::PROPER | cue::CODE_CUE).is_some()
}

/// "Haddad's last dose was in November": a name and words of care.
fn names_somebody_first(page: &Page, before: usize) -> bool {
    page.cue_before(before + 1, 10, cue::PATIENT_DATE).is_some()
}

/// "since Thanksgiving", "fell on Christmas Eve", "two days before Easter". The trees and diseases of holidays are none.
pub(super) fn holiday(page: &Page, at: usize) -> Option<Date> {
    if at > 0 && is_holiday(page, at - 1) && page.gap(at) <= Gap::Space {
        return None;
    }
    let mut last = at;
    while is_holiday(page, last + 1) && page.gap(last + 1) <= Gap::Space && last < at + 3 {
        last += 1;
    }
    while is(page, last + 1, class::HOLIDAY_TAIL) && page.gap(last + 1) <= Gap::Space && last < at + 5 {
        last += 1;
    }
    let has_tail = is(page, last, class::HOLIDAY_TAIL);
    let ends = ends_phrase(page, last + 1) || has_tail;
    let is_led = at.checked_sub(1).is_some_and(|before| {
        is(page, before, class::TIME_WORD) || tells_of_care(page, before) || page.has(before, cue::PATIENT_DATE)
    }) || at >= 2 && page.word_is(at - 1, words!["the"]) && is(page, at - 2, class::TIME_WORD);
    let has_year = page.number(last + 1).is_some_and(|year| (1880..=2099).contains(&year));
    let is_somebodys = speaks_of_person(page, at, last)
        || care_near(page, at, last, 10)
        || is_led && is_told_of_care(page, at, last)
        || at
            .checked_sub(1)
            .is_some_and(|before| page.word_is(before, words!["since", "before", "after", "on", "until"]));
    let is_rule = is_business(page, at, last) || speaks_of_policy(page, at, last);
    let is_festive_day = has_tail && is(page, last, class::WEEK_DAY) && is_about_person(page, at, last);
    let is_day = (ends || has_year) && (is_led || has_tail) && (is_somebodys || is_festive_day) && !is_rule;
    is_day.then_some(Date {
        first: at,
        last: if has_year { last + 1 } else { last },
        form: Form::Told,
    })
}

/// A word of a holiday's name, which the lexicon keeps with the months.
pub(super) fn is_holiday(page: &Page, at: usize) -> bool {
    page.has(at, cue::MONTH) && page.token(at).is_some_and(Token::is_word) && !is(page, at, class::MONTH_NAME)
}
