//! Numbers beside other identifiers: a long one without a label is one too, unless it is a code, an amount or a document's.

use std::ops::Range;

use super::super::dates::compact::bare_date;
use super::super::index::Interest;
use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::bare::{follows_amount, is_payers_own};
use super::codes::{is_public_code, is_row_of_codes};
use super::groups::spaced_value;
use super::labels::{self, Reading};
use super::policies::is_document_number;
use super::records::is_record_form;
use super::{Run, checksum, run_around, spoken};

const DETECTOR: &str = "id.beside";

/// Fewest digits of an identifier without a label, in all; with letters among them, and places in all then.
const DIGITS_MIN: usize = 7;
const DIGITS_AMONG_LETTERS_MIN: usize = 5;
const PLACES_MIN: usize = 7;

pub(in super::super) fn find(page: &mut Page, near: &Range<usize>) {
    spoken::find(page, near);
    let mut from = near.start;
    while let Some(at) = page.next(Interest::Number, from).filter(|at| *at < near.end) {
        from = inspect(page, at, from) + 1;
    }
}

/// Reads the number at `at`, or the one in groups that it begins; gives the last token that was read.
fn inspect(page: &mut Page, at: usize, from: usize) -> usize {
    let token = page.token(at).copied().unwrap_or(Token::END);
    let next = page.token(at + 1).copied().unwrap_or(Token::END);
    let is_short = token.len() < 4 && next.gap != Gap::Glued && token.gap != Gap::Glued;
    let goes_on = next.gap == Gap::Space && (next.has_digit() || next.shape == Shape::Upper && next.len() == 1);
    if is_short && !goes_on {
        return at;
    }
    let follows_capitals = at > from
        && page.gap(at) == Gap::Space
        && page
            .token(at - 1)
            .is_some_and(|before| before.shape == Shape::Upper && !before.taken);
    let first = if follows_capitals { at - 1 } else { at };
    for first in [first, at].into_iter().filter(|_| goes_on || follows_capitals) {
        if let Some(last) = grouped(page, first) {
            return last;
        }
    }
    let run = run_around(page, at, from);
    if !page.is_taken(run.first, run.last) && (may_identify(page, &run) || is_named(page, &run)) {
        page.report(run.first, run.last, kind_before(page, run.first), 0.6, DETECTOR);
    }
    run.last
}

/// A number in groups that begins at `first`, with its capitals; gives its last token.
fn grouped(page: &mut Page, first: usize) -> Option<usize> {
    let (last, digits) = spaced_value(page, first)?;
    let is_long = digits >= DIGITS_MIN || digits >= DIGITS_AMONG_LETTERS_MIN && follows_label(page, first);
    if !is_long || follows_amount(page, first) || matches!(labels::before(page, first), Reading::Code) {
        return None;
    }
    page.report(first, last, kind_before(page, first), 0.6, DETECTOR);
    Some(last)
}

fn may_identify(page: &Page, run: &Run) -> bool {
    let is_long = run.digits >= DIGITS_MIN
        || run.letters > 0 && run.digits >= DIGITS_AMONG_LETTERS_MIN && run.digits + run.letters >= PLACES_MIN;
    let text = run.text(page);
    if !is_long && !may_be_record(text) {
        return false;
    }
    let is_measure =
        page.has(run.last + 1, cue::UNIT) || page.mark_is(run.last + 1, b'%') || follows_amount(page, run.first);
    let stops = text.bytes().filter(|byte| *byte == b'.').count();
    let is_decimal = text.contains('/') || stops == 1 || stops > 1 && run.digits < DIGITS_MIN;
    !is_measure
        && !is_decimal
        && !is_public_code(page, run)
        && !is_row_of_codes(text)
        && bare_date(page, run.first).is_none() // a document's, as the dates were read before
        && !is_document_number(page, run)
        && !is_payers_own(page, run)
        && !checksum::is_npi(&run.compact(page))
        && !matches!(labels::before(page, run.first), Reading::Code)
}

/// "HE4444", "73-42-98", "8820-31", "20044-07", "19-0331", "2209-D": forms that no public code has. Modifiers of procedures are twenty-two
/// and more.
fn may_be_record(text: &str) -> bool {
    if is_record_form(text) {
        return true;
    }
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_year = |part: &str| part.starts_with("19") || part.starts_with("20");
    let Some((head, tail)) = text.split_once('-').filter(|(head, _)| is_number(head)) else {
        return false;
    };
    let is_letter = tail.len() == 1 && tail.bytes().all(|byte| byte.is_ascii_uppercase());
    match (head.len(), tail.len()) {
        (2, 4) => is_number(tail) && !is_year(tail),
        (4, 2) => is_number(tail) && !is_year(head) && !head.starts_with('0'),
        (5, 2) => is_number(tail) && !(22..=99).contains(&tail.parse().unwrap_or(99)),
        (4 | 5, 1) => is_letter && !is_year(head),
        _ => false,
    }
}

/// "chart HR 20 31 77".
fn follows_label(page: &Page, first: usize) -> bool {
    const LABELS: u64 = cue::MRN_WORD | cue::MRN_HEAD | cue::PLAN_WORD | cue::ACCOUNT_WORD | cue::ACCOUNT_HEAD;
    page.cue_before(first, 2, LABELS).is_some()
}

/// "grp 88120", "chart D3391", "771902 is our mrn": short as a code is, yet called an identifier by the word beside it.
fn is_named(page: &Page, run: &Run) -> bool {
    const NAMES: &[WordKey] = words![
        "grp",
        "group",
        "chart",
        "record",
        "rec",
        "mrn",
        "acct",
        "account",
        "policy",
        "subscriber",
    ];
    let is_number = |index: usize| page.mark_is(index, b'#') || page.word_is(index, words!["no", "number", "id"]);
    let mut label = run.first.checked_sub(1);
    if label.is_some_and(is_number) {
        label = label.and_then(|noun| noun.checked_sub(1));
    }
    let is_label = label.is_some_and(|label| page.word_is(label, NAMES) && !page.starts_sentence(run.first));
    let is_told = page.word_is(run.last + 1, words!["is", "was"])
        && (run.last + 2..run.last + 5).any(|index| page.has(index, cue::MRN_HEAD | cue::ACCOUNT_HEAD));
    let is_year = run.letters == 0 && run.digits == 4 && run.text(page).starts_with("20");
    (is_label && run.digits >= 4 || is_told && run.digits >= 5)
        && !is_year
        && !is_document_number(page, run)
        && !page.has(run.last + 1, cue::UNIT)
}

/// The kind that the nearest label gives; without one, what the words before it speak of.
fn kind_before(page: &Page, first: usize) -> PhiKind {
    const REACH: usize = 8;
    const PLANS: u64 = cue::PLAN_WORD | cue::PLAN_HEAD | cue::PROPER;
    const RECORDS: u64 = cue::MRN_WORD | cue::MRN_HEAD;
    const OTHERS: u64 = cue::ACCOUNT_WORD | cue::OTHER_WORD | cue::PHONE | cue::FAX;
    if let Reading::Identifier(label) = labels::before(page, first) {
        return label.kind;
    }
    let Some(nearest) = page.cue_before(first, REACH, PLANS | RECORDS | OTHERS) else {
        return PhiKind::OtherUniqueId;
    };
    if page.has(nearest, cue::FAX) {
        PhiKind::Fax
    } else if page.has(nearest, cue::PHONE) {
        PhiKind::Phone
    } else if page.has(nearest, PLANS) || page.word_is(nearest, words!["card"]) {
        PhiKind::HealthPlanId
    } else if page.has(nearest, RECORDS) {
        PhiKind::Mrn
    } else {
        PhiKind::OtherUniqueId
    }
}
