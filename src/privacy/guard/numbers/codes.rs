//! Formats of the public code sets that bills are made of: never anyone's identifier.

use super::super::page::Page;
use super::Run;

/// Formats of public code sets: CPT, HCPCS, ICD-10, CARC with its group, RARC, LCD, NCD, trial registrations.
pub(super) fn is_public_code(page: &Page, run: &Run) -> bool {
    let text = run.text(page);
    let bytes = text.as_bytes();
    match bytes {
        [a, b, c, d, e] if run.letters <= 1 => {
            a.is_ascii_alphanumeric() && [b, c, d, e].iter().filter(|byte| byte.is_ascii_digit()).count() >= 3
        }
        [b'N' | b'n', b'C' | b'c', b'T' | b't', rest @ ..] => rest.len() == 8,
        // "207RC0000X", a specialty of providers; "rs1801133", a place in the genome; "H2001-006-000", a plan of Medicare's.
        [a, b, c, .., b'X'] if bytes.len() == 10 => [a, b, c].iter().all(|digit| digit.is_ascii_digit()),
        [b'r', b's', rest @ ..] if rest.len() >= 4 => rest.iter().all(u8::is_ascii_digit),
        [b'H' | b'R' | b'S' | b'E', contract @ .., b'-', _, _, _] if matches!(bytes.len(), 9 | 13) => {
            contract
                .get(..4)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
                && contract.get(4).is_none_or(|mark| *mark == b'-')
        }
        // "CMS-9909-IFC", "302-C2" of a pharmacy's claim, "005010X222A1" of X12.
        [b'C', b'M', b'S', b'-', ..] => true,
        [a, b, c, b'-', field, place] => {
            [a, b, c].iter().all(|digit| digit.is_ascii_digit())
                && field.is_ascii_uppercase()
                && place.is_ascii_alphanumeric()
        }
        [b'0', b'0', b'4' | b'5', b'0', b'1', b'0', b'X', rest @ ..] => (3..=5).contains(&rest.len()),
        _ => is_adjustment_code(text) || is_icd10(bytes) || is_remark_code(bytes) || is_lcd(bytes),
    }
}

pub(super) fn is_adjustment_code(text: &str) -> bool {
    let group = text.get(..2).unwrap_or("");
    ["CO", "PR", "OA", "PI", "CR"]
        .iter()
        .any(|code| group.eq_ignore_ascii_case(code))
        && text.len() <= 7
}

pub(super) fn is_icd10(bytes: &[u8]) -> bool {
    matches!(bytes, [letter, digit, _] if letter.is_ascii_alphabetic() && digit.is_ascii_digit())
        || matches!(bytes, [letter, digit, _, b'.', rest @ ..] if letter.is_ascii_alphabetic() && digit.is_ascii_digit() && (1..=4).contains(&rest.len()))
}

pub(super) fn is_remark_code(bytes: &[u8]) -> bool {
    matches!(bytes, [b'M' | b'N', rest @ ..] if (1..=3).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit))
        || matches!(bytes, [b'M', b'A', rest @ ..] if (2..=3).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit))
}

pub(super) fn is_lcd(bytes: &[u8]) -> bool {
    // A proposed one begins with a D.
    let bytes = bytes.strip_prefix(b"D").filter(|rest| rest.len() == 6).unwrap_or(bytes);
    matches!(bytes, [b'L' | b'A' | b'l' | b'a', rest @ ..] if rest.len() == 5 && rest.iter().all(u8::is_ascii_digit))
}

/// "99213-25", "97530-97140", "J1745-JW", "0450-0459", "2023-2024": codes with modifiers, codes or years from one to another.
pub(super) fn is_row_of_codes(text: &str) -> bool {
    let is_code = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        part.len() == 5 && digits >= 4 || part.len() == 4 && digits == 4 && part.starts_with('0')
    };
    let is_year = |part: &str| part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    let mut parts = text.split('-');
    let Some(first) = parts.next() else { return false };
    if is_year(first) {
        return parts.all(is_year);
    }
    let may_modify = |part: &str| part.len() == 2 || part.len() == 1 && begins_with_digit(part);
    let is_like_first =
        |part: &str| is_code(part) && part.len() == first.len() && begins_with_digit(part) == begins_with_digit(first);
    is_code(first) && parts.all(|part| is_like_first(part) || may_modify(part)) || is_span_of_hours(text)
}

fn begins_with_digit(text: &str) -> bool {
    text.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
}

/// "0712-1044", "2150-0630".
fn is_span_of_hours(text: &str) -> bool {
    let is_hour = |part: &str| {
        let number: Option<u32> = part.parse().ok().filter(|_| part.len() == 4);
        number.is_some_and(|hour| hour < 2400 && hour % 100 < 60)
    };
    text.split_once('-')
        .is_some_and(|(from, to)| is_hour(from) && is_hour(to))
}
