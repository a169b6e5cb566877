//! Days that are spelled out, as they are dictated: "april second", "march twenty first", "date of birth three seventeen forty two".

use super::super::key::{WordKey, words};
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::Gap;
use super::days::ends_phrase;
use super::forms::is_month_day;

const ONES: &[WordKey] = words!["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const TEENS: &[WordKey] = words![
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: &[WordKey] = words![
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// The last token of a spelled day that begins at `at`, right after its month. "March second opinion" is none.
pub(super) fn day_end(page: &Page, at: usize) -> Option<usize> {
    if let Some(last) = compound_end(page, at) {
        return Some(last);
    }
    let is_ordinal = page.has(at, cue::ORDINAL) && page.gap(at) <= Gap::Line;
    let is_early = page.word_is(at, words!["first", "second", "third"]);
    (is_ordinal && (!is_early || ends_phrase(page, at + 1) || spelled_number(page, at + 1).is_some())).then_some(at)
}

/// The last token of "twenty first", "twenty-first", "thirtieth" left to others.
pub(super) fn compound_end(page: &Page, at: usize) -> Option<usize> {
    let last = if page.mark_is(at + 1, b'-') { at + 2 } else { at + 1 };
    let is_compound = page.word_is(at, words!["twenty", "thirty"]) && page.has(last, cue::ORDINAL);
    (is_compound && page.gap(at) <= Gap::Line && page.gap(last) <= Gap::Line).then_some(last)
}

/// "three seventeen forty two" from `first` on, which follows a word of birth: month, day and year in words. Gives its last token.
pub(in super::super) fn spoken_end(page: &Page, first: usize) -> Option<usize> {
    const WORDS_MAX: usize = 12;
    let (month, next) = spelled_number(page, first)?;
    let (day, next) = spelled_number(page, next)?;
    let mut end = next;
    while end < first + WORDS_MAX
        && let Some((_, next)) = spelled_number(page, end)
    {
        end = next;
    }
    end.checked_sub(1).filter(|_| is_month_day(month, day))
}

/// The number below a hundred that words tell from `at` on, and the token after them.
fn spelled_number(page: &Page, at: usize) -> Option<(u32, usize)> {
    if page.starts_sentence(at) {
        return None;
    }
    let place = |index: usize, words: &[WordKey]| {
        words
            .iter()
            .position(|word| page.word_is(index, &[*word]))
            .and_then(|place| u32::try_from(place).ok())
    };
    if page.word_is(at, words!["hundred", "thousand", "oh", "zero"]) {
        return Some((0, at + 1));
    }
    if let Some(teen) = place(at, TEENS) {
        return Some((teen + 10, at + 1));
    }
    if let Some(one) = place(at, ONES) {
        return Some((one + 1, at + 1));
    }
    let tens = 10 * (place(at, TENS)? + 2);
    let next = if page.mark_is(at + 1, b'-') { at + 2 } else { at + 1 };
    match place(next, ONES) {
        Some(one) => Some((tens + one + 1, next + 1)),
        None => Some((tens, at + 1)),
    }
}
