//! Dates with blanks between their numbers: "dos 02 06 25", "same day 1 16 25". What counts and measures looks the same, so a word of time
//! leads them.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words::{class, is};
use super::compact::is_recent;
use super::forms::{is_month_day, is_year};

/// Reports the date that begins at token `at`, after a word of time or care, and gives its last token.
pub(in super::super) fn find(page: &mut Page, at: usize) -> Option<usize> {
    let last = at + 2;
    let is_group = |index: usize| {
        { page.tokens.get(index) }.is_some_and(|token| token.shape == Shape::Digits && token.gap == Gap::Space)
    };
    if !(is_group(at + 1) && is_group(last) && page.is_digits(at) && page.word(at).len() <= 2) {
        return None;
    }
    let [month, day, year] = [at, at + 1, last].map(|index| page.number(index).unwrap_or(0));
    let is_full_year = page.word(last).len() == 4 && is_year(year);
    let is_form = page.word(at + 1).len() <= 2 && is_month_day(month, day);
    let mut lead = at.checked_sub(1)?;
    if page.mark_is(lead, b':') {
        lead = lead.checked_sub(1)?;
    }
    let is_birth = page.word_is(lead, words!["dob", "born", "birth", "birthdate"]);
    let is_any_year = is_full_year || page.word(last).len() == 2 && (is_birth || is_recent(year));
    let goes_on = page.token(last + 1).is_some_and(|next| {
        next.has_digit() && next.gap <= Gap::Space || next.has(cue::UNIT) || matches!(next.mark, b'%' | b'/' | b'-')
    });
    // "day 1 8 15" are days of a cycle.
    let is_one_day =
        page.word_is(lead, words!["day"]) && lead > 0 && page.word_is(lead - 1, words!["same", "covered", "last"]);
    let is_led = page.has(lead, cue::PATIENT_DATE)
        || is_one_day
        || page.word_is(lead, words!["date", "on"])
        || is(page, lead, class::WEEK_DAY)
        || is(page, lead, class::CARE_VERB);
    if !(is_form && is_any_year && is_led) || goes_on || page.starts_sentence(at) || page.is_taken(at, last) {
        return None;
    }
    page.report(at, last, PhiKind::Date, 0.8, "date.personal");
    Some(last)
}
