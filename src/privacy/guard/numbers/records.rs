//! Numbers as charts carry them, too short to stand for themselves: "73-42-98", "HE4444", "M471433". No public code set has these forms,
//! but steps of doses and laws do; so they count where a number stands alone, or beside an identifier.

use super::super::dates::fractions::is_even_series;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::Run;

/// Bills, statutes, notices and groups of adjustments: two capitals that a number of four digits follows in public.
const PUBLIC_LETTERS: [&str; 24] = [
    "SE", "MM", "CR", "CO", "PR", "OA", "PI", "MA", "AB", "SB", "HB", "HR", "HF", "SF", "LB", "LD", "PL", "RS", "AR",
    "IL", "FR", "QE", "EO", "CL",
];

/// Capitals that a number of six digits follows in public: devices and drugs as the FDA numbers them, records of claims as X12 does.
const PUBLIC_LETTER: [u8; 5] = [b'K', b'P', b'H', b'N', b'R'];

/// Whether a number has a form in which charts are numbered, and codes aren't.
pub(super) fn is_record_form(text: &str) -> bool {
    let bytes = text.as_bytes();
    let are_digits = |from: usize| bytes.len() > from && bytes.iter().skip(from).all(u8::is_ascii_digit);
    match bytes {
        [_, _, b'-', _, _, b'-', _, _, ..] => is_in_pairs(text),
        [a, b, _, _, _, _] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => {
            are_digits(2) && !PUBLIC_LETTERS.iter().any(|letters| text.starts_with(letters))
        }
        [a, _, _, _, _, _, _] if a.is_ascii_uppercase() => are_digits(1) && !PUBLIC_LETTER.contains(a),
        _ => false,
    }
}

/// "73-42-98", "00-71-93-5": pairs of digits, in no even steps.
fn is_in_pairs(text: &str) -> bool {
    let pair = |part: &str| -> Option<u32> { part.parse().ok().filter(|_| part.len() == 2) };
    let mut parts = text.split('-');
    let [first, second, third] = [parts.next(), parts.next(), parts.next()].map(|part| part.and_then(pair));
    let (Some(first), Some(second), Some(third)) = (first, second, third) else {
        return false;
    };
    let is_steady = first == second || second == third;
    let rest_is_digits =
        parts.all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
    rest_is_digits && !is_steady && !is_even_series(first, second, third) && !is_even_series(third, second, first)
}

/// Whether a number stands alone: as a sentence or a line of its own, or before a dash or a remark in small letters that the text begins
/// with. Nothing of codes or documents may follow.
pub(super) fn stands_alone(page: &Page, run: &Run) -> bool {
    const REACH: usize = 4;
    let begins = page.starts_sentence(run.first) || page.gap(run.first) == Gap::Line;
    let next = run.last + 1;
    let ends = page.token(next).is_none_or(|mark| {
        let is_apart = !matches!(page.gap(next + 1), Gap::Glued);
        let is_dash = mark.mark == b'-' && mark.gap == Gap::Space && is_apart;
        let is_remark = run.first == 0 && mark.shape == Shape::Lower && mark.gap == Gap::Space;
        is_dash && run.first == 0
            || run.first == 0 && run.letters > 0 && matches!(mark.mark, b',' | b':') && is_apart
            || is_remark && run.letters == 0
            || mark.gap >= Gap::Line
            || matches!(mark.mark, b'.' | b';' | b'?') && page.starts_sentence(next + 1)
            || mark.mark == b'.' && page.token(next + 1).is_none()
    });
    let is_of_codes = (next..next + REACH).any(|index| {
        page.has(index, cue::POLICY_DATE) || page.has(index, cue::CODE_CUE) && !page.has(index, cue::PATIENT_DATE)
    });
    begins && ends && !is_of_codes && !page.has(next, cue::UNIT)
}
