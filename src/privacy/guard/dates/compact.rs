//! Dates in one word or with stops, which numbers and versions look like too.

use super::super::key::{WordKey, words};
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::Gap;
use super::super::words::{class, is};
use super::context::tells_of_care;
use super::forms::{Date, Form, continues, is_month_day, is_year};

/// 19500314 or 03141950 right after a birth or service cue, 031450 after its abbreviation or a verb of care, "the 20240314 visit".
pub(super) fn compact(page: &Page, at: usize) -> Option<Date> {
    let number = page.number(at)?;
    let is_date = match page.token(at)?.len() {
        6 => is_short_date(page, at, number),
        8 => {
            let year_first = is_year(number / 10_000) && is_month_day(number / 100 % 100, number % 100);
            let year_last = is_year(number % 10_000) && is_month_day(number / 1_000_000, number / 10_000 % 100);
            let is_cued = page.cue_before(at, 3, cue::PATIENT_DATE).is_some();
            (year_first || year_last) && is_cued
                || year_first && (leads_care(page, at) || follows_date_of_care(page, at))
        }
        _ => false,
    };
    is_date.then_some(Date {
        first: at,
        last: at,
        form: Form::Full,
    })
}

/// "the 20240314 encounter".
fn leads_care(page: &Page, at: usize) -> bool {
    let is_care = page.has(at + 1, cue::PATIENT_DATE) || tells_of_care(page, at + 1);
    is_care && page.gap(at + 1) == Gap::Space && page.cue_before(at, 3, cue::POLICY_DATE | cue::CODE_CUE).is_none()
}

/// "scan date: 20250314".
fn follows_date_of_care(page: &Page, at: usize) -> bool {
    let colon = usize::from(at > 0 && page.mark_is(at - 1, b':'));
    let date = at
        .checked_sub(1 + colon)
        .filter(|date| page.word_is(*date, words!["date"]));
    date.and_then(|date| date.checked_sub(1))
        .is_some_and(|care| tells_of_care(page, care))
}

/// "dos 031424", "transported 031424".
fn is_short_date(page: &Page, at: usize, number: u32) -> bool {
    const LEADS: &[WordKey] = words![
        "dos",
        "dob",
        "born",
        "birth",
        "service",
        "admit",
        "adm",
        "discharge",
        "dc",
    ];
    let is_led = page
        .cue_before(at, 2, cue::PATIENT_DATE)
        .is_some_and(|cue_at| page.word_is(cue_at, LEADS));
    let follows_care = { at.checked_sub(1) }.is_some_and(|before| is(page, before, class::CARE_VERB));
    let is_measured = page.has(at + 1, cue::UNIT);
    is_month_day(number / 10_000, number / 100 % 100)
        && (is_led || follows_care && is_recent(number % 100) && !is_measured)
}

/// Whether two digits are a year in which care was given that is still spoken of.
pub(super) const fn is_recent(year: u32) -> bool {
    matches!(year, 12..=32)
}

/// 20240314, 031424, 03.14.24 without a word of time before it: what numbers and versions look like too.
pub(in super::super) fn bare_date(page: &Page, at: usize) -> Option<Date> {
    let number = page.number(at)?;
    if page.word(at).len() == 8 {
        let is_date = is_year(number / 10_000) && is_month_day(number / 100 % 100, number % 100);
        return is_date.then_some(Date {
            first: at,
            last: at,
            form: Form::Full,
        });
    }
    if page.word(at).len() == 6 {
        let is_joined = page.gap(at + 1) == Gap::Glued && page.token(at + 1).is_some_and(|next| next.mark == b'-');
        let is_date = is_month_day(number / 10_000, number / 100 % 100) && is_recent(number % 100);
        let is_measured = page.has(at + 1, cue::UNIT) || at > 0 && page.mark_is(at - 1, b'$');
        return (is_date && !is_joined && !is_measured).then_some(Date {
            first: at,
            last: at,
            form: Form::Full,
        });
    }
    let second = page.number(at + 2)?;
    let is_dotted = page.mark_is(at + 1, b'.') && page.mark_is(at + 3, b'.');
    let is_glued = (at + 1..=at + 4).all(|index| page.gap(index) == Gap::Glued);
    let are_short = [at, at + 2, at + 4]
        .iter()
        .all(|part| page.is_digits(*part) && page.word(*part).len() <= 2);
    let is_date = is_dotted && is_glued && are_short && page.word(at + 4).len() == 2;
    let is_day = is_month_day(number, second) || is_month_day(second, number);
    (is_date && is_day && !continues(page, at + 5)).then_some(Date {
        first: at,
        last: at + 4,
        form: Form::Full,
    })
}

/// 14Mar2024.
pub(super) fn joined_day_month_year(page: &Page, at: usize) -> Option<Date> {
    let word = page.word(at);
    if !(6..=11).contains(&word.len()) {
        return None;
    }
    let letters_at = word
        .find(|c: char| c.is_ascii_alphabetic())
        .filter(|at| (1..=2).contains(at))?;
    let (day, rest) = word.split_at_checked(letters_at)?;
    let year_at = rest.find(|c: char| c.is_ascii_digit())?;
    let (month, year) = rest.split_at_checked(year_at)?;
    let is_month = page
        .lexicon
        .phrase_cues(super::super::lexicon::hash_word(month))
        .is_some_and(|cues| cues & cue::MONTH != 0);
    let is_date = is_month
        && matches!(year.len(), 2 | 4)
        && year.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=31).contains(&day.parse::<u32>().ok()?);
    is_date.then_some(Date {
        first: at,
        last: at,
        form: Form::Full,
    })
}
