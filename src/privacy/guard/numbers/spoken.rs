//! Numbers that are dictated digit by digit after their label: "member number nine oh two four four seven".

use std::ops::Range;

use super::super::dates::spelled::spoken_end;
use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::Token;
use super::labels::{self, ALL_HEADS, ALL_WORDS, Reading};

/// Fewest digits of a dictated number, and most words of one.
const DIGITS_MIN: usize = 4;
const WORDS_MAX: usize = 24;

const DIGITS: &[WordKey] = words![
    "oh", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "nought",
];

/// What a number or a day in words follows.
const LABELS: u64 = ALL_HEADS | ALL_WORDS | cue::ID_NOUN | cue::PHONE | cue::FAX;

pub(super) fn find(page: &mut Page, near: &Range<usize>) {
    let leads = |around: &[Token]| {
        let [label, first, second, third] = around else {
            return false;
        };
        label.cues & (LABELS | cue::AGED) != 0 && may_be_digit(second) && (may_be_digit(first) || may_be_digit(third))
    };
    let words = page.tokens.get(near.clone()).unwrap_or(&[]).windows(4).enumerate();
    let labels: Vec<usize> = words
        .filter(|(_, around)| leads(around))
        .map(|(at, _)| near.start + at)
        .collect();
    for label in labels {
        inspect(page, label, page.has(label, cue::AGED));
    }
}

/// Hardly any word is: digits in words are no cues, but for "oh", which is a state.
fn may_be_digit(token: &Token) -> bool {
    matches!(token.first, b'o' | b'z' | b'n' | b't' | b'f' | b's' | b'e')
        && matches!(token.len(), 2..=9)
        && token.is_word()
        && (token.cues == 0 || token.has(cue::STATE_ABBR))
}

fn inspect(page: &mut Page, label: usize, is_of_birth: bool) {
    let mut first = label + 1;
    while first < label + 4
        && (page.mark_is(first, b':') || page.word_is(first, words!["is", "was", "number", "no", "id"]))
    {
        first += 1;
    }
    let read = if is_of_birth {
        spoken_end(page, first).map(|last| (last, PhiKind::Date))
    } else {
        last_digit(page, first).zip(kind_of(page, label, first))
    };
    if let Some((last, kind)) = read
        && !page.is_taken(first, last)
    {
        page.report(first, last, kind, 0.7, "id.spoken");
    }
}

fn kind_of(page: &Page, label: usize, first: usize) -> Option<PhiKind> {
    match labels::before(page, first) {
        Reading::Identifier(label) => Some(label.kind),
        Reading::Code => None,
        Reading::Unlabelled if page.has(label, cue::PHONE) => Some(PhiKind::Phone),
        Reading::Unlabelled if page.has(label, cue::FAX) => Some(PhiKind::Fax),
        Reading::Unlabelled => Some(PhiKind::OtherUniqueId),
    }
}

/// The last of the digits that are told from `first` on; single letters, "dash" and "double" may stand among them.
fn last_digit(page: &Page, first: usize) -> Option<usize> {
    let is_digit = |index: usize| page.word_is(index, DIGITS);
    if !(first..first + 3).any(is_digit) {
        return None;
    }
    let is_between = |index: usize| {
        page.word_is(index, words!["dash", "hyphen", "double", "triple"])
            || page.mark_is(index, b'-')
            || page.mark_is(index, b',')
            || page
                .token(index)
                .is_some_and(|token| token.is_word() && token.len() == 1)
    };
    let words = (first..first + WORDS_MAX)
        .take_while(|index| !page.starts_sentence(*index) && (is_digit(*index) || is_between(*index)));
    let digits: Vec<usize> = words.filter(|index| is_digit(*index)).collect();
    digits.last().copied().filter(|_| digits.len() >= DIGITS_MIN)
}
