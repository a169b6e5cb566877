//! Dates that documents carry: "rev. 10/23", "(Rev. 12975, 11-21-24)", "Letter LTR-0091 (08/22)", "the April 13, 2023 list".

use super::super::key::{WordKey, words};
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is};
use super::context::speaks_of_person;

/// How far back a bracket is looked for that a stamp opens with, and how far a document's name may stand before the bracket.
const BRACKET_REACH: usize = 8;
const NAME_REACH: usize = 5;
/// How far before its day a case's parties stand, in tokens.
const COURT_REACH: usize = 12;

/// Whether a date is a document's own, whatever is said around it. Nobody's care may be spoken of.
pub(super) fn is_stamp(page: &Page, first: usize, last: usize) -> bool {
    (follows_stamp(page, first)
        || follows_number(page, first)
        || stands_in_brackets(page, first, last)
        || names_edition(page, first, last)
        || follows_verdict(page, first)
        || follows_edition(page, first)
        || follows_criterion(page, first, last)
        || is_month_of_review(page, first, last)
        || is_of_code(page, first))
        && !speaks_of_person(page, first, last)
        || is_of_court(page, first)
}

/// "rev. 10/23", "exp 01/31/2026", "ver. 5, adopted May 2023": the word right before, over a stop.
fn follows_stamp(page: &Page, first: usize) -> bool {
    // "Rev. 10880, 08-06-21"
    let is_numbered = first >= 3 && page.mark_is(first - 1, b',') && page.is_digits(first - 2);
    let Some(before) = first.checked_sub(if is_numbered { 3 } else { 1 }) else {
        return false;
    };
    let is_stopped = page.mark_is(before, b'.') || page.mark_is(before, b':');
    let word = if is_stopped { before.saturating_sub(1) } else { before };
    is(page, word, class::STAMP) && (is_stopped || is_beside_document(page, word))
}

/// "NICE TA878, 29 March 2023": set off behind a publisher's name and number.
fn follows_number(page: &Page, first: usize) -> bool {
    let Some([publisher, number, comma]) = first.checked_sub(3).and_then(|from| page.tokens.get(from..first)) else {
        return false;
    };
    let is_publisher =
        publisher.shape == Shape::Upper && publisher.len() > 2 || publisher.has(cue::PROPER | cue::CODE_CUE);
    comma.mark == b',' && number.shape == Shape::Mixed && number.first.is_ascii_alphabetic() && is_publisher
}

/// A number of a document or a word for one stands within a few tokens before.
fn is_beside_document(page: &Page, at: usize) -> bool {
    (1..=BRACKET_REACH)
        .filter_map(|back| at.checked_sub(back))
        .any(|index| {
            page.has(index, cue::POLICY_DATE | cue::CODE_CUE) || is(page, index, class::DOCUMENT_NAME | class::STAMP)
        })
}

/// "(Rev. 12975, 11-21-24)", "Letter LTR-0091B (08/22)": the bracket opens with a stamp's word, or follows a document's number.
fn stands_in_brackets(page: &Page, first: usize, last: usize) -> bool {
    let Some(open) = (1..=BRACKET_REACH)
        .filter_map(|back| first.checked_sub(back))
        .find(|index| page.mark_is(*index, b'(') || page.mark_is(*index, b'['))
    else {
        return false;
    };
    let opens_with_stamp = is(page, open + 1, class::STAMP);
    let is_alone = open + 1 == first
        && page
            .token(last + 1)
            .is_some_and(|close| matches!(close.mark, b')' | b']'));
    let is_numbered = open
        .checked_sub(1)
        .and_then(|index| page.token(index))
        .is_some_and(Token::has_digit);
    let is_document = (2..=NAME_REACH)
        .filter_map(|back| open.checked_sub(back))
        .any(|index| is(page, index, class::DOCUMENT_NAME) || page.has(index, cue::CODE_CUE));
    opens_with_stamp || is_alone && is_numbered && is_document
}

/// "USPSTF gave a B grade in May 2021", "Hayes rating C, dated March 2022": what those say who judge treatments.
fn follows_verdict(page: &Page, first: usize) -> bool {
    let near = || (1..=NAME_REACH).filter_map(|back| first.checked_sub(back));
    const VERDICTS: &[WordKey] = words!["grade", "rating", "brief", "vote", "voted", "report"];
    const JUDGES: &[WordKey] = words!["hayes", "gao", "oig", "medpac", "macpac", "kff", "ecri", "cbo", "nice"];
    let Some(verdict) = near().find(|index| page.word_is(*index, VERDICTS)) else {
        return false;
    };
    let is_report = page.word_is(verdict, words!["report"]);
    let judges = |index: usize| !is_report && is(page, index, class::INSTITUTION) || page.word_is(index, JUDGES);
    (1..=NAME_REACH)
        .filter_map(|back| verdict.checked_sub(back))
        .any(judges)
}

/// "4th ed., Feb 2017", "NCCN v3.2025, dated March 2025".
fn follows_edition(page: &Page, first: usize) -> bool {
    let mut at = first;
    while at > 0
        && first - at < 3
        && (page.mark_is(at - 1, b',') || page.mark_is(at - 1, b'.') || page.word_is(at - 1, words!["dated"]))
    {
        at -= 1;
    }
    let token = |back: usize| at.checked_sub(back).and_then(|index| page.token(index));
    let is_counted = token(2).is_some_and(|number| number.shape == Shape::Mixed);
    let is_edition = at > 0 && page.word_is(at - 1, words!["ed", "edition"]) && is_counted;
    let is_version = at < first
        && token(2).is_some_and(|stop| stop.mark == b'.')
        && token(3).is_some_and(|version| version.shape == Shape::Mixed && version.first == b'v' && version.len() <= 3);
    is_edition || is_version
}

/// "Reference: 5468-C 06-2025.": how managers of pharmacy benefits number and date their criteria.
fn follows_criterion(page: &Page, first: usize, last: usize) -> bool {
    last == first + 2
        && page.mark_is(first + 1, b'-')
        && first.checked_sub(1).is_some_and(|letter| ends_criterion(page, letter))
}

/// Whether the letter of "5468-C" stands at `letter`.
pub(in super::super) fn ends_criterion(page: &Page, letter: usize) -> bool {
    let Some([number, hyphen, letter]) = letter.checked_sub(2).and_then(|from| page.tokens.get(from..=letter)) else {
        return false;
    };
    letter.shape == Shape::Upper
        && letter.len() == 1
        && letter.gap == Gap::Glued
        && hyphen.mark == b'-'
        && hyphen.gap == Gap::Glued
        && number.shape == Shape::Digits
        && number.len() == 4
}

/// "corporate medical policy, last cap review 6/2025": policies are reviewed in a month.
fn is_month_of_review(page: &Page, first: usize, last: usize) -> bool {
    let is_month = page.word(last).len() == 4 && last <= first + 2;
    is_month
        && first.checked_sub(1).is_some_and(|review| {
            page.word_is(review, words!["review", "reviewed", "update", "revision"]) && is_beside_document(page, review)
        })
}

/// "E66.813 since 10/1/2024", "RARC N657 since 3/1/2016": codes begin and end with a quarter, remarks with a month.
fn is_of_code(page: &Page, first: usize) -> bool {
    let is_quarter = matches!(
        (page.number(first), page.number(first + 2)),
        (Some(1 | 4 | 7 | 10), Some(1))
    ) && page.mark_is(first + 1, b'/');
    let follows_since = { first.checked_sub(1) }
        .is_some_and(|since| page.word_is(since, words!["since", "from", "until", "before", "after", "by"]));
    let is_code = |index: usize| {
        page.token(index).is_some_and(Token::has_digit)
            && (page.word(index).len() == 5
                || index > 0 && page.mark_is(index - 1, b'.') && page.gap(index) == Gap::Glued)
    };
    let is_named = { first.checked_sub(3) }.is_some_and(|name| page.has(name, cue::CODE_CUE))
        && { first.checked_sub(2) }
            .and_then(|code| page.token(code))
            .is_some_and(|code| code.has_digit() && code.len() <= 5)
        && page.mark_is(first + 1, b'/')
        && page.number(first + 2) == Some(1);
    follows_since && (is_named || is_quarter && first.checked_sub(2).is_some_and(is_code))
}

/// "Jimmo v. Sebelius (January 24, 2013)", "Fuller v. Harmon, decision of May 2, 2014".
fn is_of_court(page: &Page, first: usize) -> bool {
    const SAID: &[WordKey] = words![
        "settlement",
        "ruling",
        "decision",
        "judgment",
        "judgement",
        "decree",
        "decided",
        "argued",
    ];
    let is_capitalised = |index: usize| page.token(index).is_some_and(Token::is_capitalised);
    let is_versus = |at: usize| page.word_is(at, words!["v"]) && at > 0 && is_capitalised(at - 1);
    let follows_page = first >= 2 && page.mark_is(first - 1, b',') && page.is_digits(first - 2);
    let is_said = follows_page
        || { first.checked_sub(1) }.is_some_and(|before| page.mark_is(before, b'('))
        || (1..=2)
            .filter_map(|back| first.checked_sub(back))
            .any(|index| page.word_is(index, SAID));
    is_said && { (1..=COURT_REACH).filter_map(|back| first.checked_sub(back)) }.any(is_versus)
}

/// "the April 13, 2023 list", "the 10/1 update": what follows is a document.
fn names_edition(page: &Page, first: usize, last: usize) -> bool {
    let has_article = first
        .checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["the", "a", "our", "its"]));
    has_article && is(page, last + 1, class::DOCUMENT_NAME) && !page.word_is(last + 1, words!["letter", "form"])
}
