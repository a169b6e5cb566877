//! Dates beside other identifiers: every form counts, unless a word right before it dates a document.

use std::ops::Range;

use super::super::index::Interest;
use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words::{class, is};
use super::compact::bare_date;
use super::context::is_operation;
use super::days::{ends_list, ends_phrase};
use super::forms::{Date, Form, date_at, day_of_month, is_month_day};
use super::fractions::may_be_day;
use super::is_of_any_year;
use super::spelled::compound_end;
use super::stamps::is_stamp;

/// How far before a date, in tokens, a word of documents dates it whatever else the text tells.
const REACH: usize = 3;

const DETECTOR: &str = "date.beside";

pub(in super::super) fn find(page: &mut Page, near: &Range<usize>) {
    read_passed(page, near);
    let mut from = near.start;
    let mut waiting: Option<(Date, usize)> = None;
    while let Some(at) = page.next(Interest::Date, from).filter(|at| *at < near.end) {
        from = at + 1;
        let read = date_at(page, at)
            .or_else(|| bare_date(page, at))
            .or_else(|| day(page, at))
            .or_else(|| hyphened_day(page, at))
            .or_else(|| lone_day(page, at))
            .or_else(|| lone_month(page, at));
        let Some(date) = read else {
            waiting = earlier_day(page, at);
            if let Some((earlier, _)) = waiting.take_if(|(_, later)| page.is_taken(*later, *later)) {
                report(page, &earlier);
            }
            continue;
        };
        from = date.last + 1;
        if !page.is_taken(date.first, date.last) && !is_of_document(page, &date) {
            report(page, &date);
            if let Some((earlier, _)) = waiting.take_if(|(_, later)| *later == date.first) {
                report(page, &earlier);
            }
        }
    }
}

fn report(page: &mut Page, date: &Date) {
    page.report(date.first, date.last, PhiKind::Date, 0.6, DETECTOR);
}

/// "1/9 and 2/1", "from the 17th to the 23rd of August": what is a day if the one that follows is; and where that begins.
fn earlier_day(page: &Page, at: usize) -> Option<(Date, usize)> {
    // "17th"
    let is_ordinal_at = |index: usize| {
        page.token(index).is_some_and(|token| token.shape == Shape::Mixed) && day_of_month(page, index).is_some()
    };
    let is_ordinal = is_ordinal_at(at);
    let last = if is_ordinal { at } else { at + 2 };
    let is_joined = page.word_is(last + 1, words!["and", "to", "through", "thru", "or", "&"]);
    let later = last + 2 + usize::from(page.word_is(last + 2, words!["the"]));
    if !is_joined || page.starts_sentence(later) || page.is_taken(at, last) {
        return None;
    }
    let day = |index: usize| page.number(index).zip(page.number(index + 2));
    let is_fraction =
        |index: usize| page.mark_is(index + 1, b'/') && day(index).is_some_and(|(month, day)| is_month_day(month, day));
    let is_apart = at == 0 || page.gap(at) != Gap::Glued || page.mark_is(at - 1, b'(');
    let are_days = if is_ordinal {
        is_ordinal_at(later)
    } else {
        is_apart && is_fraction(at) && is_fraction(later)
    };
    let date = Date {
        first: at,
        last,
        form: Form::Told,
    };
    are_days.then_some((date, later))
}

/// What the first reading took for dates of documents is read again.
fn read_passed(page: &mut Page, near: &Range<usize>) {
    let passed = std::mem::take(&mut page.dates_passed);
    let mut of_document = None;
    for (first, last) in passed {
        let ends_range = of_document.is_some_and(|begin| begin + 2 == first) && joins_range(page, first - 1);
        let date = Date {
            first,
            last,
            form: Form::Full,
        };
        if !near.contains(&first) {
            page.dates_passed.push((first, last));
        } else if ends_range || is_of_document(page, &date) {
            of_document = Some(last);
        } else {
            page.release(first, last);
            page.report(first, last, PhiKind::Date, 0.6, DETECTOR);
        }
    }
}

/// "from 01/01/2021 through 12/31/2025": one document's.
fn joins_range(page: &Page, joint: usize) -> bool {
    page.word_is(joint, words!["through", "thru", "to", "until", "and"]) || page.mark_is(joint, b'-')
}

/// "3/14", "2/3-2/8": month and day, on no scale and no measure.
fn day(page: &Page, at: usize) -> Option<Date> {
    may_be_day(page, at).then_some(Date {
        first: at,
        last: at + 2,
        form: Form::Told,
    })
}

/// "last covered day 2-28", "transfer date 6-11".
fn hyphened_day(page: &Page, at: usize) -> Option<Date> {
    let lead = at.checked_sub(1)?;
    // "day 6-9" is several days of a stay.
    let is_one_day = page.word_is(lead, words!["day"])
        && lead > 0
        && page.word_is(
            lead - 1,
            words!["covered", "same", "last", "first", "discharge", "service"],
        );
    let is_led = is_one_day || page.word_is(lead, words!["date", "dos", "on", "since", "seen", "visit", "until"]);
    let is_short = |index: usize| page.is_digits(index) && page.word(index).len() <= 2;
    let is_glued = page.gap(at + 1) == Gap::Glued && page.gap(at + 2) == Gap::Glued;
    let is_day = page
        .number(at)
        .zip(page.number(at + 2))
        .is_some_and(|(month, day)| is_month_day(month, day));
    let ends = page
        .token(at + 3)
        .is_none_or(|next| next.gap != Gap::Glued || matches!(next.mark, b',' | b'.' | b';' | b')'));
    let is_read =
        is_led && is_short(at) && page.mark_is(at + 1, b'-') && is_short(at + 2) && is_glued && is_day && ends;
    (is_read && !page.has(at + 3, cue::UNIT)).then_some(Date {
        first: at,
        last: at + 2,
        form: Form::Told,
    })
}

/// "came in on the fifth from Mechanicsburg", "detox the 9th, Dr. MacKinnon": by its number alone, before grammar or a mark.
fn lone_day(page: &Page, at: usize) -> Option<Date> {
    const TIMED: &[WordKey] = words!["on", "since", "until", "till", "til", "by"];
    const COUNTED: &[WordKey] = words!["below", "above", "under", "over", "at", "near", "past", "between", "in"];
    let is_spelled = page.has(at, cue::ORDINAL);
    if !is_spelled && (page.is_digits(at) || day_of_month(page, at).is_none()) {
        return None;
    }
    let tens = (1..=2)
        .filter_map(|back| at.checked_sub(back))
        .find(|tens| compound_end(page, *tens) == Some(at));
    let article = tens
        .unwrap_or(at)
        .checked_sub(1)
        .filter(|the| page.word_is(*the, words!["the"]) && !page.starts_sentence(*the))?;
    let lead = article.checked_sub(1)?;
    let is_timed = page.word_is(lead, TIMED);
    let is_closed = page
        .token(at + 1)
        .is_none_or(|next| next.mark != 0 && next.gap == Gap::Glued && next.mark != b'-');
    let is_doing = page.word(at + 1).len() > 5 && page.word(at + 1).ends_with("ing");
    let is_day = is_timed && (ends_phrase(page, at + 1) || is_doing)
        || is_closed && ends_list(page, at) && !is_spelled && !page.word_is(lead, COUNTED);
    (is_day && !page.word_is(at + 1, words!["of"])).then_some(Date {
        first: tens.unwrap_or(at),
        last: at,
        form: Form::Told,
    })
}

/// "treated at Fort Wayne Dermatology in August.", "sitting there since december": a month before grammar or a mark.
fn lone_month(page: &Page, at: usize) -> Option<Date> {
    const TIMED: &[WordKey] = words!["in", "since", "last", "until", "till", "early", "late"];
    let lead = at
        .checked_sub(1)
        .filter(|_| page.has(at, cue::MONTH) && !page.starts_sentence(at))?;
    let is_word_too = page.word_is(at, words!["may", "march", "mar", "dec", "sep", "jan"])
        && page.token(at).is_some_and(|month| month.shape == Shape::Lower);
    let is_between =
        page.word_is(lead, words!["between"]) && page.word_is(at + 1, words!["and"]) && page.has(at + 2, cue::MONTH);
    let is_timed = page.word_is(lead, TIMED) && ends_phrase(page, at + 1);
    let is_year = page.number(at + 1).is_some();
    (is(page, at, class::MONTH_NAME) && !is_word_too && !is_year && (is_timed || is_between)).then_some(Date {
        first: at,
        last: at,
        form: Form::Told,
    })
}

/// Whether something near names a document by itself: "effective" and "as of" are said of people too.
fn speaks_of_policy_alone(page: &Page, date: &Date) -> bool {
    const NEAR: usize = 10;
    let before = (1..NEAR).take_while(|back| *back <= date.first && !page.starts_sentence(date.first + 1 - back));
    let after = (date.last + 1..date.last + NEAR).take_while(|index| !page.starts_sentence(*index));
    before.map(|back| date.first - back).chain(after).any(|index| {
        page.has(index, cue::POLICY_DATE | cue::CODE_CUE) && !is(page, index, class::OF_BOTH)
            || is(page, index, class::DOCUMENT_SUBJECT)
    })
}

/// "terminated SNF coverage at Whispering Pines effective 11/08/24": what was cut off on a day was somebody's, where the sentence tells of them.
fn ends_care(page: &Page, effective: usize) -> bool {
    const CUT_OFF: &[WordKey] = words![
        "terminated",
        "cut",
        "ended",
        "stopped",
        "reduced",
        "discharged",
        "dropped",
        "downgraded",
        "discontinued",
    ];
    let mut before = (1..=12)
        .take_while(|back| *back <= effective && !page.starts_sentence(effective + 1 - back))
        .map(|back| effective - back);
    let has_identifier = before.clone().any(|index| page.is_taken(index, index));
    page.word_is(effective, words!["effective", "eff"])
        && has_identifier
        && before.any(|index| page.word_is(index, CUT_OFF))
}

/// "LCD L33797 effective 10/01/2019", "the March 2024 bulletin".
fn is_of_document(page: &Page, date: &Date) -> bool {
    let dates_document = |index: usize| {
        let is_policys = page.has(index, cue::POLICY_DATE)
            && !page.has(index, cue::PATIENT_DATE)
            && !page.word_is(index, words!["form", "forms"])
            && !is_operation(page, index)
            && (!is(page, index, class::OF_BOTH) || speaks_of_policy_alone(page, date));
        let is_documents =
            is(page, index, class::DOCUMENT_WORD) && !is(page, index, class::OF_PEOPLE_TOO | class::OF_MANY_THINGS);
        (is_policys || is_documents) && !ends_care(page, index)
    };
    // "policy section 4.1 dated …": what is dated stands further off.
    let is_dated = { date.first.checked_sub(1) }.is_some_and(|dated| page.word_is(dated, words!["dated"]));
    let reach = if is_dated { 2 * REACH } else { REACH };
    let follows = (1..=reach)
        .take_while(|back| *back <= date.first && !page.starts_sentence(date.first + 1 - back))
        .map(|back| date.first - back)
        .take_while(|index| !page.mark_is(*index, b','))
        .any(dates_document);
    let leads = date.form == Form::Partial && page.gap(date.last + 1) == Gap::Space && dates_document(date.last + 1);
    follows || leads || is_of_any_year(page, date.last) || is_stamp(page, date.first, date.last)
}
