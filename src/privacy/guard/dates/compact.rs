//! Dates in one word or with stops, which numbers and versions look like too.

use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::Gap;
use super::forms::{Date, Form, continues, is_month_day, is_year};

/// 19500314 or 03141950 right after a birth or service cue, 031450 after its abbreviation.
pub(super) fn compact(page: &Page, at: usize) -> Option<Date> {
    let number = page.number(at)?;
    match page.token(at)?.len() {
        8 => {}
        6 => {
            let is_short_date = is_month_day(number / 10_000, number / 100 % 100)
                && page.cue_before(at, 2, cue::PATIENT_DATE).is_some_and(|cue_at| {
                    page.word_is(
                        cue_at,
                        &[
                            "dos",
                            "dob",
                            "born",
                            "birth",
                            "service",
                            "admit",
                            "adm",
                            "discharge",
                            "dc",
                        ],
                    )
                });
            return is_short_date.then_some(Date {
                first: at,
                last: at,
                form: Form::Full,
            });
        }
        _ => return None,
    }
    let year_first = is_year(number / 10_000) && is_month_day(number / 100 % 100, number % 100);
    let year_last = is_year(number % 10_000) && is_month_day(number / 1_000_000, number / 10_000 % 100);
    let is_cued = page.cue_before(at, 3, cue::PATIENT_DATE).is_some();
    ((year_first || year_last) && is_cued).then_some(Date {
        first: at,
        last: at,
        form: Form::Full,
    })
}

/// 20240314, 03.14.24 without a word of time before it: what numbers and versions look like too.
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
