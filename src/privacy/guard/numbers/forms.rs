//! What a number's own form and check digits say.

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Token};
use super::Run;
use super::checksum;
use super::digits::Groups;
use super::labels::Reading;

/// What a number's own form says: SSN, phone, card, MBI, VIN, DEA, IBAN, national numbers.
pub(super) fn by_form(page: &mut Page, run: &Run, reading: &Reading) -> Option<usize> {
    let is_code = matches!(reading, Reading::Code);
    if run.letters > 0
        && let Some(last) = lettered(page, run)
    {
        return Some(last);
    }
    let is_fraction = page.mark_is(run.first + 1, b'/') && page.gap(run.first + 1) == Gap::Glued;
    if run.digits < 7 && (is_fraction || !more_digits_follow(page, run)) {
        return None;
    }
    for join_lines in [false, true] {
        let groups = Groups::read(page, run.first, join_lines);
        if groups.lengths().is_empty() || (join_lines && !groups.crosses_line) {
            break;
        }
        let found = social_security(page, run, &groups, is_code)
            .or_else(|| card(page, run, &groups))
            .or_else(|| national(page, run, &groups, is_code))
            .or_else(|| super::phones::phone(page, run.first, &groups, is_code));
        if found.is_some() || !groups.may_cross_line() {
            return found;
        }
    }
    None
}

/// Whether the number goes on after the run: over a blank, a bracket, or a mark at the end of a line.
pub(super) fn more_digits_follow(page: &Page, run: &Run) -> bool {
    let next = run.last + 1;
    let is_mark = page
        .tokens
        .get(next)
        .is_some_and(|token| matches!(token.mark, b')' | b'-' | b'.' | b'/'));
    (next..=next + 2).take(if is_mark { 3 } else { 1 }).any(|index| {
        page.tokens
            .get(index)
            .is_some_and(|token| token.has_digit() && token.gap != Gap::Paragraph)
    })
}

/// Identifiers with letters and a form or check of their own.
pub(super) fn lettered(page: &mut Page, run: &Run) -> Option<usize> {
    // The forms below begin at four places, or have nine and more.
    let places = run.letters + run.digits;
    if places != 4 && places < 9 {
        return None;
    }
    let text = run.compact(page);
    let is_spaced_iban = text.len() == 4 && text.first().is_some_and(u8::is_ascii_alphabetic);
    let (kind, detector) = match text.len() {
        11 if checksum::is_mbi(&text) => (PhiKind::HealthPlanId, "mbi.form"),
        17 if checksum::is_vin(&text) => (PhiKind::Vehicle, "vin.check_digit"),
        9 if checksum::is_dea(&text) && run.first == run.last => (PhiKind::License, "dea.check_digit"),
        15..=34 if checksum::is_iban(&text) => (PhiKind::Account, "iban.check_digits"),
        _ if is_spaced_iban => return spaced_iban(page, run, text),
        _ => return None,
    };
    page.report(run.first, run.last, kind, 0.98, detector);
    Some(run.last)
}

/// An IBAN in groups of four.
pub(super) fn spaced_iban(page: &mut Page, run: &Run, mut text: Vec<u8>) -> Option<usize> {
    let mut last = run.last;
    while text.len() < 34
        && page.gap(last + 1) != Gap::Paragraph
        && page
            .token(last + 1)
            .is_some_and(|next| next.mark == 0 && next.len() <= 4)
    {
        last += 1;
        text.extend(page.word(last).bytes());
        if checksum::is_iban(&text) {
            page.report(run.first, last, PhiKind::Account, 0.98, "iban.check_digits");
            return Some(last);
        }
    }
    None
}

/// Codes of law, of which numbers in groups are sections.
pub(in super::super) const CODES_OF_LAW: &[WordKey] = words![
    "wac", "rcw", "ccr", "nycrr", "orc", "oac", "comar", "njac", "usc", "cfr",
];

/// 402-19-8877 and its spellings. Only numbers that can have been issued count without a label, and none that stands right after the
/// name of a code: "WAC 284-43-2050" is a section of one.
pub(super) fn social_security(page: &mut Page, run: &Run, groups: &Groups, is_code: bool) -> Option<usize> {
    let is_shape = groups.starts_with(&[3, 2, 4]) && !groups.continues_after(3) && !follows_digits(page, run.first);
    let same_separator = groups.separators(3).first() == groups.separators(3).last();
    let is_section = is_code
        && run
            .first
            .checked_sub(1)
            .is_some_and(|before| page.word_is(before, CODES_OF_LAW));
    if !is_shape || is_section || !same_separator || !checksum::is_issued_ssn(groups.digits_of(3)) {
        return None;
    }
    let last = groups.last_of(3);
    page.report(run.first, last, PhiKind::Ssn, 0.95, "ssn.form");
    Some(last)
}

/// "xxx-xx-3098", "***-**-3098": a social security number that shows its last four.
pub(super) fn masked(page: &mut Page, run: &Run) -> Option<usize> {
    let at = run.last;
    let is_hidden = |index: usize| page.word_is(index, words!["x", "xx", "xxx"]) || page.mark_is(index, b'*');
    let hyphen = at.checked_sub(1).filter(|hyphen| page.mark_is(*hyphen, b'-'))?;
    let shows_four = page.is_digits(at) && page.word(at).len() == 4 && page.gap(at) == Gap::Glued;
    let mut first = hyphen;
    while first > 0 && hyphen - first < 8 && (is_hidden(first - 1) || first < hyphen && page.mark_is(first - 1, b'-')) {
        first -= 1;
    }
    let hidden: usize = (first..hyphen)
        .filter(|index| is_hidden(*index))
        .map(|index| page.word(index).len())
        .sum();
    if !shows_four || hidden != 5 {
        return None;
    }
    page.report(first, at, PhiKind::Ssn, 0.9, "ssn.form");
    Some(at)
}

/// "veteran Castellanos, last four 4471", "typed the last 4 6618", "last 4 of her social 6499".
pub(super) fn last_four(page: &mut Page, run: &Run) -> Option<usize> {
    const REACH: usize = 6;
    const SOCIAL: &[WordKey] = words!["social", "security", "ssn", "ss", "soc"];
    const BETWEEN: &[WordKey] = words!["of", "the", "her", "his", "my", "their", "is", "number", "digits"];
    let are_four = run.letters == 0 && run.digits == 4 && run.first == run.last;
    if !are_four {
        return None;
    }
    let back = |steps: usize| run.first.checked_sub(steps);
    let passes =
        |index: usize| page.word_is(index, SOCIAL) || page.word_is(index, BETWEEN) || page.mark_is(index, b':');
    let between = (1..=REACH).take_while(|steps| back(*steps).is_some_and(passes)).count();
    let is_word = |steps: usize, words: &[WordKey]| back(steps).is_some_and(|index| page.word_is(index, words));
    let is_told = is_word(between + 1, words!["four", "4"]) && is_word(between + 2, words!["last"]);
    let is_social = (1..=between).any(|steps| is_word(steps, SOCIAL));
    let is_year = page.word(run.first).starts_with("19") || page.word(run.first).starts_with("20");
    if !is_told || is_year && !is_social {
        return None;
    }
    page.report(run.first, run.last, PhiKind::Ssn, 0.7, "ssn.form");
    Some(run.last)
}

/// Digits joined to this number from the left: it is part of a longer one.
pub(super) fn follows_digits(page: &Page, first: usize) -> bool {
    page.gap(first) == Gap::Glued
        && page
            .before(first)
            .is_some_and(|before| matches!(before.mark, b'-' | b'.' | b'/'))
        && first >= 2
        && page.token(first - 2).is_some_and(Token::has_digit)
}

pub(super) fn card(page: &mut Page, run: &Run, groups: &Groups) -> Option<usize> {
    (1..=groups.lengths().len().min(5)).rev().find_map(|count| {
        let digits = groups.digits_of(count);
        let is_grouped = count == 1
            || groups
                .lengths()
                .iter()
                .take(count - 1)
                .all(|length| (3..=6).contains(length));
        if !is_grouped || !checksum::is_card(digits) {
            return None;
        }
        let is_cued = page.cue_before(run.first, 8, cue::ACCOUNT_WORD).is_some();
        if digits.len() < 14 && !is_cued {
            return None;
        }
        let last = groups.last_of(count);
        page.report(run.first, last, PhiKind::Account, 0.95, "card.check_digit");
        Some(last)
    })
}

/// National and device numbers with check digits: CNP, CPF, Aadhaar, IMEI.
fn national(page: &mut Page, run: &Run, groups: &Groups, is_code: bool) -> Option<usize> {
    let count = groups.lengths().len().min(4);
    for count in (1..=count).rev() {
        let digits = groups.digits_of(count);
        let is_one = count == 1;
        let found = match digits.len() {
            13 if is_one && checksum::is_cnp(digits) => Some(("cnp.check_digit", PhiKind::OtherUniqueId)),
            11 if groups.starts_with(&[3, 3, 3, 2]) && checksum::is_cpf(digits) => {
                Some(("cpf.check_digits", PhiKind::OtherUniqueId))
            }
            12 if !is_code && (is_one || groups.starts_with(&[4, 4, 4])) && checksum::is_aadhaar(digits) => {
                Some(("aadhaar.check_digit", PhiKind::OtherUniqueId))
            }
            15 if is_one
                && checksum::is_luhn(digits)
                && page
                    .cue_before(run.first, 6, cue::DEVICE_HEAD | cue::DEVICE_WORD)
                    .is_some() =>
            {
                Some(("imei.check_digit", PhiKind::Device))
            }
            _ => None,
        };
        if let Some((detector, kind)) = found {
            let last = groups.last_of(count);
            page.report(run.first, last, kind, 0.9, detector);
            return Some(last);
        }
    }
    None
}
