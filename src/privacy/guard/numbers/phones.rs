//! Telephone and fax numbers.

use super::super::FieldContext;
use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::Gap;
use super::checksum;
use super::digits::Groups;

/// How far a phone's cue may stand from it, in tokens.
const REACH: usize = 8;

/// How far words may stand from it that name an office of the payer's.
const OFFICE_REACH: usize = 12;

/// The same for seven digits in one.
const NEAR: usize = 3;

/// A telephone number that begins at `first`; gives its last token. `(559) 555-0142`, `559.555.0142`, `+1 559 555 0142`, `555-0142` beside a cue.
pub(super) fn phone(page: &mut Page, first: usize, groups: &Groups, is_code: bool) -> Option<usize> {
    if super::forms::follows_digits(page, first) {
        return None;
    }
    let opening = opening(page, first);
    // "fax the criteria to 907.555.0163": where to, whatever codes are spoken of.
    let is_code = is_code
        && !(page.cue_before(opening, REACH, cue::PHONE | cue::FAX).is_some() && { opening.checked_sub(1) }
            .is_some_and(|before| page.word_is(before, words!["to", "at", "is"])));
    let count = form(page, opening, groups, is_code)?;
    let last = groups.last_of(count);
    let has_fax_cue = page
        .cue_before(opening, REACH, cue::FAX | cue::PHONE)
        .is_some_and(|at| page.has(at, cue::FAX))
        || page.cue_after(last + 1, 3, cue::FAX).is_some() && !page.word_is(last + 1, words!["or", "and"]);
    let kind = if has_fax_cue { PhiKind::Fax } else { PhiKind::Phone };
    if is_public_line(page, opening, groups.digits_of(count)) {
        let is_office = page.cue_before(opening, OFFICE_REACH, cue::ORG_CONTACT).is_some();
        if is_office && is_toll_free(groups.digits_of(count)) {
            page.pass(opening, last); // whomever the text tells of
        }
        return Some(last);
    }
    page.report(
        opening,
        last,
        kind,
        0.9,
        if has_fax_cue { "fax.number" } else { "phone.number" },
    );
    Some(last)
}

/// The first token of the number: "(", "+" before the digits belong to it.
fn opening(page: &Page, first: usize) -> usize {
    let mut at = first;
    for _ in 0..2 {
        match at.checked_sub(1) {
            Some(before)
                if page.gap(at) == Gap::Glued && (page.mark_is(before, b'(') || page.mark_is(before, b'+')) =>
            {
                at = before;
            }
            _ => break,
        }
    }
    at
}

/// How many groups make a telephone number, if they do.
fn form(page: &Page, opening: usize, groups: &Groups, is_code: bool) -> Option<usize> {
    let is_international = page.mark_is(opening, b'+');
    let is_cued = page.cue_before(opening, REACH, cue::PHONE | cue::FAX).is_some()
        || is_labelled_after(page, groups)
        || is_somebodys_number(page, opening);
    let lengths = groups.lengths();
    if is_international && groups.digits().len() >= 8 {
        let count = (1..=lengths.len())
            .rev()
            .find(|count| (8..=15).contains(&groups.digits_of(*count).len()))?;
        return Some(count);
    }
    let has_blank_only = |count: usize| groups.separators(count).iter().all(|separator| *separator == b' ');
    let has_slash = groups.separators(3).contains(&b'/');
    let is_quantity = page.has(groups.last_of(3) + 1, cue::UNIT);
    let has_area = is_cued || page.mark_is(opening, b'(') || matches!(groups.digits(), [b'2'..=b'9', ..]);
    match lengths {
        [1, 3, 3, 4, ..] if groups.digits().first() == Some(&b'1') && !groups.continues_after(4) && !is_code => Some(4),
        [3, 3, 4, ..]
            if !groups.continues_after(3)
                && !is_code
                && (!has_slash || is_slashed(groups))
                && (is_cued || !has_blank_only(3) && has_area && !is_quantity || is_area_code(groups)) =>
        {
            Some(3)
        }
        // "(02) 9876 5432", "07700 900123", "020 7946 0018", "0412 345 678": a nought before the area.
        [2..=5, ..] if national_form(groups, is_code).is_some() => national_form(groups, is_code),
        [3, 7, ..] if groups.separators(2).first() == Some(&b')') => Some(2),
        [3, 4, ..]
            if is_cued && !is_code && groups.separators(2).first() == Some(&b'-') && !groups.continues_after(2) =>
        {
            Some(2)
        }
        [3, 4, ..]
            if is_cued && !is_code && groups.separators(2).first() == Some(&b'.') && !groups.continues_after(2) =>
        {
            Some(2)
        }
        [7] if !is_code && page.cue_before(opening, NEAR, cue::PHONE | cue::FAX).is_some() => Some(1),
        [10 | 11, ..] if is_bare_number(page, opening, groups, is_cued, is_code) => Some(1),
        _ if is_cued && !is_code => cued_form(groups),
        _ => None,
    }
}

/// The groups of British, Irish and Australian numbers, which begin with a nought.
fn national_form(groups: &Groups, is_code: bool) -> Option<usize> {
    let is_form = |count: usize| {
        let separators = groups.separators(count);
        !is_code
            && !groups.continues_after(count)
            && { separators.iter() }.all(|separator| matches!(separator, b' ' | b')' | b'-'))
            && separators
                .windows(2)
                .all(|pair| pair.first() == pair.last() || pair.first() == Some(&b')'))
    };
    if groups.digits().first() != Some(&b'0') {
        return None;
    }
    match (groups.lengths(), groups.digits()) {
        ([2, 4, 4, ..] | [3, 4, 4, ..] | [4, 3, 3 | 4, ..] | [3, 3, 4, ..], [b'0', b'1'..=b'9', ..]) if is_form(3) => {
            Some(3)
        }
        ([5, 6, ..] | [5, 5, ..], [b'0', b'1'..=b'9', ..]) if is_form(2) => Some(2),
        ([5, 3, 3, ..], [b'0', b'1'..=b'9', ..]) if is_form(3) => Some(3),
        _ => None,
    }
}

/// Beside a phone's cue, any grouped number of 7 to 15 digits will do.
fn cued_form(groups: &Groups) -> Option<usize> {
    if groups.starts_with(&[5, 5]) && groups.separators(2).first() == Some(&b'/') {
        return None; // "76830/31267", a pair of codes
    }
    let count = (2..=groups.lengths().len().min(6))
        .rev()
        .find(|count| (7..=15).contains(&groups.digits_of(*count).len()))?;
    let is_grouped = groups
        .lengths()
        .iter()
        .take(count)
        .all(|length| (1..=8).contains(length));
    is_grouped.then_some(count)
}

/// "mom's number is 555-0142".
fn is_somebodys_number(page: &Page, opening: usize) -> bool {
    page.cue_before(opening, 3, cue::ID_NOUN)
        .filter(|noun| page.word_is(*noun, words!["number"]))
        .and_then(|noun| page.before(noun))
        .is_some_and(|owner| owner.possessive && owner.has(cue::PERSON | cue::RELATIVE))
}

/// "555-0142 mobile", "555-0142 (cell)".
fn is_labelled_after(page: &Page, groups: &Groups) -> bool {
    let last = groups.last_of(groups.lengths().len().min(4));
    (1..=2).any(|step| page.has(last + step, cue::PHONE | cue::FAX) && page.gap(last + step) <= Gap::Space)
}

/// "530/555-0181".
fn is_slashed(groups: &Groups) -> bool {
    matches!(groups.separators(3), [b'/', b'-' | b'.']) && is_area_code(groups)
}

fn is_area_code(groups: &Groups) -> bool {
    matches!(groups.digits(), [b'2'..=b'9', _, _, b'2'..=b'9', ..])
}

/// Ten digits in one: a phone beside a cue, or when they can be one and are no NPI.
fn is_bare_number(page: &Page, opening: usize, groups: &Groups, is_cued: bool, is_code: bool) -> bool {
    let digits = groups.digits_of(1);
    let national = national(digits);
    let is_national = matches!(national, [b'2'..=b'9', _, _, b'2'..=b'9', ..])
        && (digits.len() == 10 || digits.first() == Some(&b'1'));
    if is_code || checksum::is_npi(digits) && !is_cued {
        return false;
    }
    is_cued
        || digits.len() == 11 && is_toll_free(digits)
        || (is_national && digits.len() == 10 && page.cue_before(opening, 12, cue::PERSON | cue::RELATIVE).is_some())
}

/// The ten digits of a number, without the 1 before them.
fn national(digits: &[u8]) -> &[u8] {
    match digits {
        [_, national @ ..] if digits.len() == 11 => national,
        _ => digits,
    }
}

/// 800, 888, 877 and their like.
fn is_toll_free(digits: &[u8]) -> bool {
    match national(digits) {
        [b'8', b'0', b'0', rest @ ..] => rest.len() == 7,
        [b'8', second @ b'3'..=b'8', third, rest @ ..] => second == third && rest.len() == 7,
        _ => false,
    }
}

/// A toll-free number, or one that a payer's office is named with, unless the sentence gives it to a person.
fn is_public_line(page: &Page, opening: usize, digits: &[u8]) -> bool {
    if page.context == FieldContext::PatientLinked {
        return false;
    }
    let owner = page.cue_before(opening, 6, cue::PERSON | cue::RELATIVE | cue::TITLE);
    let office = page.cue_before(opening, OFFICE_REACH, cue::ORG_CONTACT);
    match (is_toll_free(digits), office, owner) {
        (true, _, owner) => owner.is_none() || office.is_some(),
        (false, Some(_), _) => true,
        (false, None, _) => false,
    }
}

/// "ext 4021", "bleep 2217", "page her at 4-8821": the short number of somebody in a house.
pub(super) fn extension(page: &mut Page, run: &super::Run) -> Option<usize> {
    if !(3..=5).contains(&run.digits) {
        return None;
    }
    if run.letters > 0 {
        let is_marked = run.letters == 1 && run.text(page).starts_with(['x', 'X']);
        let is_called = is_marked && page.cue_before(run.first, 4, cue::PHONE).is_some();
        if is_called && page.cue_before(run.first, 12, cue::ORG_CONTACT).is_none() {
            page.report(run.first, run.last, PhiKind::Phone, 0.7, "phone.number");
            return Some(run.last);
        }
        return None;
    }
    let mut word = run.first.checked_sub(1)?;
    if page.mark_is(word, b'.') || page.mark_is(word, b'#') || page.mark_is(word, b':') {
        word = word.checked_sub(1)?;
    }
    // Most numbers of a text are codes, and a look at one letter tells them.
    let may_lead = |token: &super::super::token::Token| matches!(token.first, b'e' | b'b' | b'p');
    page.tokens.get(word).filter(|token| may_lead(token))?;
    let is_short = page.word_is(
        word,
        words![
            "ext",
            "extension",
            "extn",
            "bleep",
            "bleeper",
            "pager",
            "beeper",
            "page",
        ],
    ) && (run.digits > 4 || !page.word_is(word, words!["page"]));
    if !is_short || page.has(run.last + 1, cue::UNIT) || page.cue_before(run.first, 12, cue::ORG_CONTACT).is_some() {
        return None;
    }
    page.report(run.first, run.last, PhiKind::Phone, 0.7, "phone.number");
    Some(run.last)
}
