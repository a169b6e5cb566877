//! Numbers without a label that are somebody's all the same: long ones beside a person or a payer, and forms that no code has.

use super::super::FieldContext;
use super::super::dates::compact::bare_date;
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::Gap;
use super::codes::{is_public_code, is_row_of_codes};
use super::labels::Reading;
use super::plans::kind_beside_payer;
use super::policies::is_document_number;
use super::records::{is_record_form, stands_alone};
use super::{Run, checksum};

/// "Humana HUM-0432-020": what a payer numbers with its own name.
pub(super) fn is_payers_own(page: &Page, run: &Run) -> bool {
    let text = run.text(page);
    let letters = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(0);
    let payer = run.first.checked_sub(1).map_or("", |before| page.word(before));
    let (Some(prefix), Some(begin)) = (text.get(..letters), payer.get(..letters)) else {
        return false;
    };
    letters > 1 && prefix.eq_ignore_ascii_case(begin)
}

/// A long number without a label, where the sentence speaks of a person.
pub(super) fn unlabelled_long(page: &mut Page, run: &Run, reading: &Reading) -> Option<usize> {
    if run.digits < 7 || matches!(reading, Reading::Code) && page.context != FieldContext::PatientLinked {
        return None;
    }
    let is_long = (run.letters == 0 && run.first == run.last && run.digits >= 9)
        || ((1..=4).contains(&run.letters) && run.digits >= 7);
    let has_dash_groups =
        run.letters == 0 && run.first != run.last && run.digits >= 9 && !run.text(page).contains(['.', '/']);
    if !(is_long || has_dash_groups) || checksum::is_npi(&run.compact(page)) || is_public_code(page, run) {
        return None;
    }
    if is_document_number(page, run) || is_zip(page, run) {
        return None;
    }
    let follows_payer = page.gap(run.first) == Gap::Space
        && page
            .before(run.first)
            .is_some_and(|before| before.has(cue::PROPER) && !before.has(cue::STATE_ABBR))
        && !is_payers_own(page, run);
    if follows_payer && run.digits >= 7 && run.digits + run.letters >= 9 {
        page.report(run.first, run.last, PhiKind::HealthPlanId, 0.6, "id.long_number");
        return Some(run.last);
    }
    let speaks_of_person = page.cue_before(run.first, 12, cue::PERSON | cue::RELATIVE).is_some()
        || page.context == FieldContext::PatientLinked;
    if !speaks_of_person {
        return None;
    }
    let kind = kind_beside_payer(page, run.first).unwrap_or(PhiKind::OtherUniqueId);
    page.report(run.first, run.last, kind, 0.5, "id.long_number");
    Some(run.last)
}

/// "zip 60173-4126": the places read it.
fn is_zip(page: &Page, run: &Run) -> bool {
    let is_form = run.first + 2 == run.last && page.word(run.first).len() == 5 && page.word(run.last).len() == 4;
    is_form && page.cue_before(run.first, 2, cue::ZIP_CUE).is_some()
}

/// "pls pull AB-55-0917": letters and digits as no public code has them, and nothing near that speaks of codes or documents.
pub(super) fn bare(page: &mut Page, run: &Run, reading: &Reading) -> Option<usize> {
    if run.digits < RECORD_DIGITS_MIN
        || !matches!(reading, Reading::Unlabelled)
        || page.context == FieldContext::Reference
    {
        return None;
    }
    let is_record = is_record_form(run.text(page)) && stands_alone(page, run);
    if !is_record && !looks_assigned(run.text(page), run) {
        return None;
    }
    let speaks_of_codes = |index: usize| {
        page.has(index, cue::CODE_CUE | cue::POLICY_DATE) && !page.has(index, cue::PATIENT_DATE | cue::PERSON)
    };
    let is_named = (1..=CODE_REACH)
        .take_while(|back| *back <= run.first && !page.starts_sentence(run.first + 1 - back))
        .any(|back| speaks_of_codes(run.first - back));
    let is_measure = page.has(run.last + 1, cue::UNIT) || page.mark_is(run.last + 1, b'%');
    let is_other = is_named
        || is_measure
        || follows_amount(page, run.first)
        || page.gap(run.first) == Gap::Glued && run.first > 0
        || page.gap(run.last + 1) == Gap::Glued
            && page
                .token(run.last + 1)
                .is_some_and(|next| matches!(next.mark, 0 | b'@' | b'_' | b'/' | b'='))
        || is_public_code(page, run)
        || is_row_of_codes(run.text(page))
        || is_document_number(page, run)
        || is_payers_own(page, run)
        || checksum::is_npi(&run.compact(page))
        || bare_date(page, run.first).is_some();
    if is_other {
        return None;
    }
    let kind = if is_record {
        PhiKind::Mrn
    } else {
        kind_beside_payer(page, run.first).unwrap_or(PhiKind::OtherUniqueId)
    };
    page.report(run.first, run.last, kind, 0.5, "id.bare");
    Some(run.last)
}

/// Fewest digits of a number of a chart.
const RECORD_DIGITS_MIN: usize = 4;

/// Fewest digits of a number that is joined by hyphens.
const JOINED_DIGITS_MIN: usize = 6;

/// How near, in tokens, a word of codes or documents says what an unlabelled number is.
const CODE_REACH: usize = 4;

/// Capitals and seven digits, or hyphens between six: what a registry or a payer gives to one person.
fn looks_assigned(text: &str, run: &Run) -> bool {
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == b'-');
    let hyphens = text.bytes().filter(|byte| *byte == b'-').count();
    let is_one = hyphens == 0 && run.digits >= 7 && run.letters <= 4;
    let is_joined = run.digits >= JOINED_DIGITS_MIN
        && if run.letters == 0 {
            hyphens >= 2 && !has_known_groups(text)
        } else {
            hyphens >= 2 || hyphens == 1 && run.letters <= 4
        };
    is_plain && (is_one || is_joined)
}

/// Groups of digits as drugs, telephones and social security numbers have them, which were judged before, and steps of a dose.
fn has_known_groups(text: &str) -> bool {
    let mut lengths = text.split('-').map(str::len);
    let groups = [lengths.next(), lengths.next(), lengths.next(), lengths.next()].map(Option::unwrap_or_default);
    matches!(
        groups,
        [5, 4, 1 | 2, 0] | [5, 3, 2, 0] | [4, 4, 2, 0] | [3, 3, 4, 0] | [3, 2, 4, 0]
    ) || groups.iter().all(|length| *length <= 2)
}

/// "$1250000", "1:1000000".
pub(super) fn follows_amount(page: &Page, first: usize) -> bool {
    first
        .checked_sub(1)
        .is_some_and(|before| page.mark_is(before, b'$') || page.mark_is(before, b':') && page.gap(first) == Gap::Glued)
}
