//! The forms a date is written in.

use super::super::key::words;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words::{class, is};
use super::compact::{compact, joined_day_month_year};
use super::context::{nearest_cue, tells_of_care};
use super::days::{ends_phrase, holiday, is_holiday, month_alone, ordinal_day, spelled_day};
use super::fractions::{follows_day_word, follows_time_word, is_day, is_dotted_day, is_even_series, roman_month};
use super::spelled;

/// How much a date's own form says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Form {
    /// Day, month and year, or a named month with its day: a date whatever stands around it.
    Full,
    /// Month and year: a date only beside a cue.
    Partial,
    /// A day or a month alone, a holiday, month/day: what stands beside it told already that it is somebody's.
    Told,
}

/// A date's tokens and form.
pub(in super::super) struct Date {
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) form: Form,
}

/// The date that begins at a token, in whatever form.
pub(super) fn date_at(page: &Page, at: usize) -> Option<Date> {
    let token = page.token(at)?;
    match token.shape {
        Shape::Digits => numeric(page, at)
            .or_else(|| roman_month(page, at))
            .or_else(|| day_month(page, at)),
        Shape::Mixed => day_month(page, at)
            .or_else(|| joined_day_month_year(page, at))
            .or_else(|| ordinal_day(page, at)),
        Shape::Lower | Shape::Title | Shape::Upper if is_holiday(page, at) => holiday(page, at),
        Shape::Lower | Shape::Title | Shape::Upper if token.has(cue::MONTH) => {
            month_day(page, at).or_else(|| month_alone(page, at))
        }
        Shape::Lower | Shape::Title | Shape::Upper if token.has(cue::ORDINAL) => {
            ordinal_month(page, at).or_else(|| spelled_day(page, at))
        }
        Shape::Lower | Shape::Title | Shape::Upper | Shape::Mark => None,
    }
}

/// 03/14/2024, 2024-03-14, 14.03.2024, 3/14/24, 3/14, 03/2024, 20240314.
fn numeric(page: &Page, at: usize) -> Option<Date> {
    if is_inside_number(page, at) {
        return None;
    }
    let Some(separator) = separator(page, at + 1) else {
        return compact(page, at);
    };
    let (first, second) = (page.number(at)?, leading_number(page, at + 2)?);
    let has_third = page.mark_is(at + 3, separator) && page.gap(at + 3) <= Gap::Space && page.gap(at + 4) <= Gap::Line;
    if has_third && let Some(third) = leading_number(page, at + 4) {
        return three_parts(page, at, separator, [first, second, third]);
    }
    if is_dotted_day(page, at, separator) {
        return Some(Date {
            first: at,
            last: at + 3,
            form: Form::Told,
        });
    }
    let is_glued = page.gap(at + 1) == Gap::Glued && page.gap(at + 2) == Gap::Glued;
    let later_day = later_day(page, at).filter(|_| separator == b'/');
    let is_range = leads_range(page, at + 3, separator) || later_day.is_some();
    if !is_glued || continues(page, at + 3) && !is_range || page.has(at + 3, cue::UNIT) {
        return None;
    }
    let (short, long) = (page.word(at).len(), page.word(at + 2).len());
    let month_year = (1..=12).contains(&first) && long == 4 && is_year(second) && separator != b'.';
    let is_all_week = (first, second) == (24, 7);
    let day_first = first > 12
        && is_month_day(second, first)
        && !is_all_week
        && (page.cue_before(at, 2, cue::PATIENT_DATE).is_some()
            || follows_day_word(page, at)
            || at > 0 && tells_of_care(page, at - 1));
    let is_short = short <= 2 && long <= 2;
    let month_day = is_short
        && (separator == b'/' && day_first || separator != b'.' && is_month_day(first, second) && is_day(page, at));
    let month_short_year = separator == b'/'
        && is_short
        && long == 2
        && (1..=12).contains(&first)
        && second > 31
        && page.cue_before(at, 9, cue::PATIENT_DATE).is_some();
    (month_year || month_day || month_short_year).then_some(Date {
        first: at,
        last: later_day.filter(|_| month_day).unwrap_or(at + 2),
        form: if month_day { Form::Told } else { Form::Partial },
    })
}

/// "3/14-15": the last token of a later day of the same month, which no scale has.
fn later_day(page: &Page, at: usize) -> Option<usize> {
    let is_joined = page.mark_is(at + 3, b'-') && page.gap(at + 3) == Gap::Glued && page.gap(at + 4) == Gap::Glued;
    let is_day = |later: &u32| page.number(at + 2).is_some_and(|day| day < *later) && (11..=31).contains(later);
    let later = page.number(at + 4).filter(is_day);
    (is_joined && later.is_some() && !continues(page, at + 5)).then_some(at + 4)
}

/// Three numbers with the same mark between them.
fn three_parts(page: &Page, at: usize, separator: u8, [first, second, third]: [u32; 3]) -> Option<Date> {
    let lengths = (page.word(at).len(), page.word(at + 2).len(), page.word(at + 4).len());
    let is_date = match lengths {
        (4, 1..=2, _) => is_year(first) && is_month_day(second, third),
        (1..=2, 1..=2, 4) => {
            let is_told = || separator == b'/' && page.cue_before(at, 5, cue::PATIENT_DATE).is_some();
            // "DOB 13/45/1960" is somebody's, though no such day was.
            is_year(third) && (is_month_day(first, second) || is_month_day(second, first) || is_told())
        }
        (1..=2, 1..=2, 2) => {
            (separator != b'.' || page.cue_before(at, 3, cue::PATIENT_DATE).is_some() || follows_time_word(page, at))
                && (is_month_day(first, second) || is_month_day(second, first))
        }
        _ => false,
    };
    let is_series = lengths.2 == 2
        && is_even_series(first, second, third)
        && !page.word(at).starts_with('0')
        && (separator == b'-'
            || page.cue_before(at, 6, cue::UNIT).is_some()
            || page.cue_after(at + 5, 4, cue::UNIT).is_some())
        && nearest_cue(page, at, 6).is_none();
    let is_dose = is_series
        || lengths.2 == 2 && page.has(at + 5, cue::UNIT) && !page.word_is(at + 5, words!["day", "visits", "times"]);
    (is_date && !is_dose && (!continues(page, at + 5) || leads_range(page, at + 5, separator))).then_some(Date {
        first: at,
        last: at + 4,
        form: Form::Full,
    })
}

/// "from 3/14 to 3/16", "1/5, 2/2 and 3/1": joined to a date that was found, or to one that no scale has.
pub(super) fn is_in_range(page: &Page, at: usize) -> bool {
    let joins =
        |index: usize| page.mark_is(index, b',') || page.word_is(index, words!["and", "to", "through", "thru", "&"]);
    let follows_date = at >= 2 && joins(at - 1) && page.is_taken(at - 2, at - 2) && page.is_digits(at - 2);
    let is_no_scale = |day: usize| page.number(day).is_some_and(|day| (11..=31).contains(&day));
    let leads_date = at >= 1
        && page.word_is(at - 1, words!["from"])
        && page.word_is(at + 3, words!["to", "through", "thru", "until"])
        && page.mark_is(at + 5, b'/')
        && (is_no_scale(at + 2) || is_no_scale(at + 6));
    follows_date || leads_date || leads_later_day(page, at, is_no_scale)
}

/// "LOS 5/14 to 5/17": the later day of another that no scale has, and not the same measure twice ("3/15 to 5/15").
fn leads_later_day(page: &Page, at: usize, is_no_scale: impl Fn(usize) -> bool) -> bool {
    let day = |index: usize| {
        page.number(index)
            .zip(page.number(index + 2))
            .filter(|(month, day)| is_month_day(*month, *day))
    };
    let joins = page.word_is(at + 3, words!["to", "through", "thru", "until"])
        && page.mark_is(at + 5, b'/')
        && page.gap(at + 5) == Gap::Glued;
    let is_later = day(at)
        .zip(day(at + 4))
        .is_some_and(|(first, last)| first < last && first.1 != last.1);
    joins && is_later && is_no_scale(at + 2) && is_no_scale(at + 6)
}

pub(super) fn separator(page: &Page, at: usize) -> Option<u8> {
    let mark = page.token(at)?.mark;
    (matches!(mark, b'/' | b'-' | b'.') && page.gap(at) <= Gap::Space && page.gap(at + 1) <= Gap::Line).then_some(mark)
}

/// Digits before this one belong to the same run ("1-02/03/04").
fn is_inside_number(page: &Page, at: usize) -> bool {
    page.gap(at) == Gap::Glued
        && page
            .before(at)
            .is_some_and(|before| matches!(before.mark, b'-' | b'/' | b'.'))
        && at.checked_sub(2).is_some_and(|index| {
            page.gap(at - 1) == Gap::Glued && page.token(index).is_some_and(super::super::token::Token::has_digit)
        })
        && !(at >= 3 && page.mark_is(at - 3, b'/') && leads_range(page, at - 1, b'/'))
}

/// More of the same run follows ("1/2/3/4").
pub(super) fn continues(page: &Page, at: usize) -> bool {
    page.gap(at) == Gap::Glued
        && page.gap(at + 1) == Gap::Glued
        && page
            .token(at)
            .is_some_and(|token| matches!(token.mark, b'-' | b'/' | b'.' | b'%'))
        && page.token(at + 1).is_some_and(super::super::token::Token::has_digit)
}

/// "01/02/2024-01/05/2024": the hyphen after a date with slashes leads to another.
pub(super) fn leads_range(page: &Page, hyphen: usize, separator: u8) -> bool {
    separator == b'/' && page.mark_is(hyphen, b'-') && page.mark_is(hyphen + 2, b'/')
}

/// The number a token is, or begins with before a time ("15T10").
fn leading_number(page: &Page, at: usize) -> Option<u32> {
    let token = page.token(at)?;
    match token.shape {
        Shape::Digits => page.number(at),
        Shape::Mixed => {
            let (day, rest) = page.word(at).split_at_checked(2)?;
            if rest.starts_with('T') { day.parse().ok() } else { None }
        }
        Shape::Lower | Shape::Title | Shape::Upper | Shape::Mark => None,
    }
}

pub(super) fn is_year(year: u32) -> bool {
    (1880..=2099).contains(&year)
}

pub(super) fn is_month_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// "14 March 2024", "14-Mar-2024", "3rd of July", "14 Mar".
fn day_month(page: &Page, at: usize) -> Option<Date> {
    let is_month_near = (at + 1..at + 3).any(|index| page.has(index, cue::MONTH));
    if !is_month_near || page.token(at)?.len() > 4 {
        return None;
    }
    day_of_month(page, at)?;
    let mut month = at + 1;
    if page.mark_is(month, b'-') || page.mark_is(month, b'/') || page.word_is(month, words!["of", "de"]) {
        month += 1;
    }
    let month_token = page.token(month)?;
    let is_month = month_token.has(cue::MONTH) && !is_holiday(page, month);
    if !is_month || page.gap(month) > Gap::Line || is_verb_may(page, month) {
        return None;
    }
    let last = year_after(page, month).unwrap_or(month);
    Some(Date {
        first: at,
        last,
        form: Form::Full,
    })
}

/// The day of a month: 1 to 31, with or without st, nd, rd, th.
pub(super) fn day_of_month(page: &Page, at: usize) -> Option<u32> {
    let word = page.word(at);
    let digits = word
        .len()
        .min(word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len()));
    let (number, suffix) = word.split_at_checked(digits)?;
    let is_ordinal = ["", "st", "nd", "rd", "th"]
        .iter()
        .any(|ending| suffix.eq_ignore_ascii_case(ending));
    let day: u32 = number.parse().ok()?;
    (is_ordinal && number.len() <= 2 && (1..=31).contains(&day)).then_some(day)
}

/// "March 3", "Mar. 3rd, 2024", "March 2024", "July third".
fn month_day(page: &Page, at: usize) -> Option<Date> {
    if is_verb_may(page, at) {
        return None;
    }
    let mut next = at + 1;
    if page.mark_is(next, b'.') || (page.mark_is(next, b'-') && page.gap(next) == Gap::Glued) {
        next += 1;
    }
    if page.word_is(next, words!["the", "of"]) {
        next += 1;
    }
    if page.gap(next) > Gap::Line {
        return None;
    }
    let is_short_year = page.mark_is(next, b'\'') && page.word(next + 1).len() == 2 && page.is_digits(next + 1);
    if is_short_year || page.number(next).is_some_and(is_year) && page.word(next).len() == 4 {
        return Some(Date {
            first: at,
            last: if is_short_year { next + 1 } else { next },
            form: Form::Partial,
        });
    }
    let spelled_end = spelled::day_end(page, next);
    if spelled_end.is_none()
        && (day_of_month(page, next).is_none() || page.has(next + 1, cue::UNIT) || page.mark_is(next + 1, b'%'))
    {
        return None;
    }
    if at
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["each", "every"]))
    {
        return None;
    }
    let is_lower = page.token(at)?.shape == Shape::Lower;
    let form = if is_lower && page.word(at).len() <= 5 {
        Form::Partial
    } else {
        Form::Full
    };
    Some(Date {
        first: at,
        last: year_after(page, spelled_end.unwrap_or(next)).unwrap_or(spelled_end.unwrap_or(next)),
        form,
    })
}

/// "may" and "march" as verbs, "dec" and "mar" as other words: small letters and no number beside them.
fn is_verb_may(page: &Page, month: usize) -> bool {
    page.token(month).is_some_and(|token| token.shape == Shape::Lower)
        && page.word_is(month, words!["may", "march", "mar", "dec", "jan", "sep"])
        && !page.token(month + 1).is_some_and(super::super::token::Token::has_digit)
        && !(page.mark_is(month + 1, b'.') && page.gap(month + 1) == Gap::Glued && page.is_digits(month + 2))
        && !(page.mark_is(month + 1, b'\'') && page.is_digits(month + 2))
        && !(page.word_is(month + 1, words!["the"])
            && page.token(month + 2).is_some_and(super::super::token::Token::has_digit))
        && !month.checked_sub(1).is_some_and(|index| {
            page.word_is(index, words!["of", "-"]) || page.is_digits(index) && ends_phrase(page, month + 1)
        })
        && !leads_spelled_day(page, month)
}

/// "march twenty first", "on may second".
fn leads_spelled_day(page: &Page, month: usize) -> bool {
    let is_timed = { month.checked_sub(1) }.is_some_and(|before| is(page, before, class::TIME_WORD));
    let is_compound = spelled::compound_end(page, month + 1).is_some();
    is_compound || is_timed && spelled::day_end(page, month + 1).is_some()
}

/// "the third of July, 2023".
fn ordinal_month(page: &Page, at: usize) -> Option<Date> {
    let month = if page.word_is(at + 1, words!["of"]) {
        at + 2
    } else {
        at + 1
    };
    if !page.has(month, cue::MONTH) || page.gap(month) > Gap::Line {
        return None;
    }
    let is_compound =
        |back: usize| { at.checked_sub(back) }.is_some_and(|tens| spelled::compound_end(page, tens) == Some(at));
    let begin = (1..=2).find(|back| is_compound(*back)).map_or(at, |back| at - back);
    let first = if begin
        .checked_sub(1)
        .is_some_and(|index| page.word_is(index, words!["the"]))
    {
        begin - 1
    } else {
        begin
    };
    Some(Date {
        first,
        last: year_after(page, month).unwrap_or(month),
        form: Form::Full,
    })
}

/// The token of a year that closes a date, past a comma, full stop or hyphen.
fn year_after(page: &Page, at: usize) -> Option<usize> {
    let year = match page.token(at + 1)?.mark {
        b',' | b'.' | b'-' | b'/' | b'\'' => at + 2,
        _ => at + 1,
    };
    let is_full = page.word(year).len() == 4 && page.number(year).is_some_and(is_year);
    let is_short = page.word(year).len() == 2 && page.is_digits(year) && page.gap(year) == Gap::Glued;
    ((is_full && page.gap(year) <= Gap::Line) || is_short).then_some(year)
}
