//! Names in print and in measurements, which tell of no patient: authors, journals, scales with their values, procedures compared.

use super::super::key::{WordKey, words};
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{self, class};

/// How far after an author the journal's volume or "et al." may stand, in tokens.
const CITATION_REACH: usize = 48;

/// How many tokens a journal's short name may have after its first words: "N Engl J Med", "J Am Dent Assoc".
const JOURNAL_REACH: usize = 6;

/// Whether tokens `first..=last` are an author's name, or part of a journal's.
pub(super) fn is_cited(page: &Page, first: usize, last: usize) -> bool {
    is_author(page, first) || last > first && is_author(page, last) || is_journal(page, last)
}

/// "Solomon SD, McMurray JJV, et al.", "Marx RE, … 1985;111", "(Shaw RJ 2019)".
fn is_author(page: &Page, surname: usize) -> bool {
    let letters = surname + 1;
    let has_initials = page
        .token(letters)
        .is_some_and(|token| token.shape == Shape::Upper && token.len() <= 3 && token.gap == Gap::Space)
        && page.token(surname).is_some_and(|token| token.shape == Shape::Title);
    if !has_initials {
        return false;
    }
    let goes_on =
        page.mark_is(letters + 1, b',') || page.mark_is(letters + 1, b'.') || page.word_is(letters + 1, words!["et"]);
    let is_bracketed =
        surname > 0 && page.mark_is(surname - 1, b'(') && is_year(page, letters + 1) && page.mark_is(letters + 2, b')');
    is_bracketed
        || goes_on
            && (letters + 1..letters + CITATION_REACH)
                .take_while(|index| page.gap(*index) < Gap::Paragraph)
                .any(|index| {
                    is_volume(page, index) || page.word_is(index, words!["et"]) && page.word_is(index + 1, words!["al"])
                })
}

/// "N Engl J Med 2019;381": capitals only up to the volume.
fn is_journal(page: &Page, last: usize) -> bool {
    (last + 1..last + JOURNAL_REACH)
        .take_while(|index| {
            page.mark_is(*index, b'.')
                || is_year(page, *index)
                || page.token(*index).is_some_and(Token::is_capitalised) && page.gap(*index) == Gap::Space
        })
        .any(|index| is_volume(page, index))
}

fn is_year(page: &Page, at: usize) -> bool {
    page.number(at).is_some_and(|year| (1900..2100).contains(&year)) && page.word(at).len() == 4
}

/// "2019;381", "2021; 71(3)".
fn is_volume(page: &Page, at: usize) -> bool {
    page.mark_is(at + 1, b';') && page.is_digits(at + 2) && is_year(page, at)
}

/// "Mon/Wed/Fri".
pub(super) fn is_week_day(page: &Page, at: usize) -> bool {
    let is_day = |index: usize| words::is(page, index, class::WEEK_DAY);
    let links = |index: usize| {
        let mark = page.token(index).map(|link| link.mark);
        matches!(mark, Some(b'/' | b',' | b'-' | b'&')) || page.word_is(index, words!["and", "or", "to", "thru"])
    };
    is_day(at) && (links(at + 1) && is_day(at + 2) || at > 1 && links(at - 1) && is_day(at - 2))
}

/// "siRNA": letters of a short form.
pub(super) fn is_short_form(page: &Page, at: usize) -> bool {
    page.token(at).is_some_and(|token| token.mixes_case)
        && page.word(at).bytes().filter(u8::is_ascii_uppercase).count() > 1
        && page.token(at).is_some_and(|token| token.shape == Shape::Lower)
}

/// "swenson vs duhamel": one of several ways to do something.
pub(super) fn is_compared(page: &Page, first: usize, last: usize) -> bool {
    const AGAINST: &[WordKey] = words!["vs", "versus"];
    first > 0 && page.word_is(first - 1, AGAINST) || page.word_is(last + 1, AGAINST)
}

/// "haglund 28118 +", "lawton 5,": a value or a code, but no day: "haddad 5/3".
pub(super) fn is_valued(page: &Page, last: usize) -> bool {
    page.is_digits(last + 1)
        && page.gap(last + 1) == Gap::Space
        && !page
            .token(last + 2)
            .is_some_and(|next| matches!(next.mark, b'/' | b'-') || next.has(cue::AGE_UNIT | cue::UNIT))
}

/// "for Rutherford 2 claudication", "by North Star 23,": a class or a value after what persons are led by, and no count or age.
pub(super) fn is_graded(page: &Page, first: usize, last: usize) -> bool {
    let grade = last + 1;
    let is_number = page.is_digits(grade) && page.gap(grade) == Gap::Space;
    let names_state = first == last
        && page.word(grade).len() == 1
        && !page.word(grade + 1).ends_with('s')
        && page.token(grade + 1).is_some_and(|next| {
            next.shape == Shape::Lower
                && next.gap == Gap::Space
                && next.len() > 6
                && !next.has(cue::UNIT | cue::AGE_UNIT)
        })
        && !words::is(page, grade + 1, class::TIME_WORD);
    let ends = page.word(grade).len() <= 2
        && page
            .token(grade + 1)
            .is_none_or(|next| matches!(next.mark, b',' | b';' | b'.'));
    let is_measured_by =
        last > 1 && (page.word_is(last - 1, words!["by"]) || page.word_is(last.saturating_sub(2), words!["by"]));
    is_number && (names_state || ends && is_measured_by)
}

/// "her Tyrer-Cuzick is 24%": what is somebody's, and has a value.
pub(super) fn has_value(page: &Page, first: usize, last: usize) -> bool {
    let is_owned = first > 0 && page.word_is(first - 1, words!["her", "his", "their", "the", "my", "your"]);
    let value = last + 2;
    let is_value = page.word_is(last + 1, words!["is", "was"]) && page.is_digits(value);
    let is_share = matches!(page.token(value + 1).map(|next| next.mark), Some(b'%'))
        || page.mark_is(value + 1, b'.') && page.gap(value + 2) == Gap::Glued;
    is_value && (is_owned || is_share)
}

/// "April claims and June claims are open": a month's, but "June claims she never got it".
pub(super) fn is_month_of_claims(page: &Page, at: usize) -> bool {
    page.has(at, cue::MONTH)
        && page.word_is(at + 1, words!["claims", "statements", "visits", "labs"])
        && !page.word_is(at + 2, words!["he", "she", "they", "that", "her", "his", "to", "it"])
}
