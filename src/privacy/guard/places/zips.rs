//! ZIP codes and coordinates.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is};
use super::streets::is_office_address;
use super::zip3;

/// "ZIP 93726", "zip code on the chart is 93291", "ZIP3 036".
pub(super) fn zip(page: &mut Page, at: usize) -> Option<usize> {
    let value = (at + 1..at + 9)
        .take_while(|index| !page.starts_sentence(*index))
        .find(|index| page.is_digits(*index))?;
    let digits = page.word(value);
    let is_prefix = digits.len() == 3;
    if is_prefix {
        if !zip3::is_restricted(digits) {
            return None;
        }
        page.report(value, value, PhiKind::Geography, 0.9, "geo.zip3_restricted");
        return Some(value);
    }
    let is_indian = digits.len() == 6 && page.word_is(at, words!["pincode", "pin"]);
    if !is_indian && digits.len() != 5 && digits.len() != 9
        || page.cue_before(value, 3, cue::CODE_CUE).is_some_and(|code| code > at)
    {
        return None;
    }
    let last = plus_four(page, value).unwrap_or(value);
    page.report(value, last, PhiKind::Geography, 0.95, "geo.zip");
    Some(last)
}

/// Whether nothing is joined to a number: marks that end a clause are not.
fn is_closed(page: &Page, at: usize) -> bool {
    page.gap(at + 1) != Gap::Glued
        || page
            .token(at + 1)
            .is_some_and(|mark| matches!(mark.mark, b',' | b'.' | b';' | b'?' | b')'))
            && page.gap(at + 2) != Gap::Glued
}

/// "the lady in 98632", "pt from 04401": five digits where a town would stand.
pub(super) fn zip_of_person(page: &mut Page, at: usize) -> Option<usize> {
    let lead = at
        .checked_sub(1)
        .filter(|lead| page.word_is(*lead, words!["in", "from", "near"]))?;
    let person = lead.checked_sub(1)?;
    let is_zip = page.is_digits(at) && page.word(at).len() == 5 && page.gap(at) == Gap::Space && is_closed(page, at);
    let is_person =
        page.has(person, cue::PERSON) || is(page, person, class::PEOPLE) || page.has(lead, cue::PLACE_STRONG);
    if !(is_zip && is_person) {
        return None;
    }
    page.report(at, at, PhiKind::Geography, 0.7, "geo.zip");
    Some(at)
}

/// "CA 93726" after a place or anywhere with a capital abbreviation.
pub(super) fn state_zip(page: &mut Page, at: usize, token: &Token) -> Option<usize> {
    // "Tex. 79901", not "Louisiana. 90792 billed"
    let is_short = token.has(cue::STATE_ABBR);
    let value = if page.mark_is(at + 1, b',') || page.mark_is(at + 1, b'.') && is_short {
        at + 2
    } else {
        at + 1
    };
    let is_state =
        token.has(cue::STATE) && token.is_capitalised() || (token.has(cue::STATE_ABBR) && token.shape == Shape::Upper);
    let is_zip = page.is_digits(value)
        && page.word(value).len() == 5
        && page.gap(value) != Gap::Glued
        && page.gap(value) <= Gap::Line;
    // A modifier or a column of codes: "PA 99213" has no place before it.
    let follows_name = at.checked_sub(1).is_some_and(|before| {
        page.token(before)
            .is_some_and(|token| token.shape == Shape::Title && token.cues & !cue::FACILITY_NAME == 0)
            && (page.dictionary(before) & dict::CITY != 0 || page.dictionary(before) & dict::WORD == 0)
    });
    let has_place = follows_name
        || page
            .before(at)
            .is_some_and(|before| before.mark == b',' || before.taken);
    // "Lawton, OK 97557": a town that was found stands before the comma.
    let ends_address = at >= 2
        && page.mark_is(at - 1, b',')
        && page.is_taken(at - 2, at - 2)
        && page.token(at - 2).is_some_and(Token::is_word);
    if !is_state
        || !is_zip
        || page.is_taken(value, value)
        || !has_place && page.cue_before(at, 8, cue::CODE_CUE).is_some()
        || !(follows_name || ends_address)
            && page.word(at).len() == 2
            && !begins_in_state(page.word(at), page.word(value))
        || is_office_address(page, at)
    {
        return None;
    }
    if !has_place && page.word(at).len() == 2 && page.cue_before(at, 8, cue::ADDRESS_CUE | cue::PLACE_STRONG).is_none()
    {
        return None;
    }
    let last = plus_four(page, value).unwrap_or(value);
    page.report(value, last, PhiKind::Geography, 0.9, "geo.zip");
    Some(last)
}

/// Whether ZIP codes of the state begin so: "CT 73700" is a scan. The first digit stands for a group of states (Publication 65 of the Postal Service).
fn begins_in_state(state: &str, zip: &str) -> bool {
    const STATES: [&str; 10] = [
        "CT MA ME NH NJ RI VT PR VI",
        "DE NY PA",
        "DC MD NC SC VA WV",
        "AL FL GA MS TN",
        "IN KY MI OH",
        "IA MN MT ND SD WI",
        "IL KS MO NE",
        "AR LA OK TX",
        "AZ CO ID NM NV UT WY",
        "AK CA HI OR WA GU AS MP",
    ];
    let first = zip
        .bytes()
        .next()
        .map_or(0, |digit| usize::from(digit.saturating_sub(b'0')));
    let states = STATES.get(first).copied().unwrap_or_default();
    states.split(' ').any(|of| of == state) || state == "DC" && first == 5 || state == "NY" && first == 0
}

pub(super) fn plus_four(page: &Page, zip: usize) -> Option<usize> {
    (page.mark_is(zip + 1, b'-')
        && page.is_digits(zip + 2)
        && page.word(zip + 2).len() == 4
        && page.gap(zip + 2) == Gap::Glued)
        .then_some(zip + 2)
}

/// "93726-1234" by itself.
pub(super) fn zip_plus_four(page: &mut Page, at: usize) -> Option<usize> {
    let last = plus_four(page, at)?;
    let is_zip = page.word(at).len() == 5
        && page.gap(at) != Gap::Glued
        && page.gap(at + 1) == Gap::Glued
        && page.gap(last + 1) != Gap::Glued;
    if !is_zip || page.cue_before(at, 6, cue::CODE_CUE | cue::ORG_CONTACT).is_some() {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.8, "geo.zip");
    Some(last)
}

/// "36.7378, -119.7871".
pub(super) fn coordinates(page: &mut Page, at: usize) -> Option<usize> {
    if !page.mark_is(at + 1, b'.') {
        return None;
    }
    let decimal = |index: usize| {
        page.is_digits(index)
            && page.mark_is(index + 1, b'.')
            && page.gap(index + 2) == Gap::Glued
            && page.is_digits(index + 2)
            && page.word(index + 2).len() >= 3
    };
    if !decimal(at) || page.number(at)? > 90 {
        return None;
    }
    let mut next = at + 3;
    while next < at + 7
        && (page.mark_is(next, b',') || page.mark_is(next, b'-') || page.word_is(next, words!["n", "s", "/"]))
    {
        next += 1;
    }
    if next == at + 3 || !decimal(next) || page.number(next)? > 180 {
        return None;
    }
    page.report(at, next + 2, PhiKind::Geography, 0.85, "geo.coordinates");
    Some(next + 2)
}

/// "DG7 3XQ", "SW1A 2AA", "K1A 0B1": British and Canadian codes, of letters and digits in an order of their own.
pub(super) fn lettered_postcode(page: &mut Page, at: usize) -> Option<usize> {
    let is_letter = u8::is_ascii_uppercase;
    let (outer, inner) = (page.word(at).as_bytes(), page.word(at + 1).as_bytes());
    let is_british = matches!(inner, [digit, a, b] if digit.is_ascii_digit() && is_letter(a) && is_letter(b))
        && matches!(outer, [a, d] if is_letter(a) && d.is_ascii_digit())
            | matches!(outer, [a, b, c] if is_letter(a) && (is_letter(b) && c.is_ascii_digit() || b.is_ascii_digit()))
            | matches!(outer, [a, b, d, _] if is_letter(a) && is_letter(b) && d.is_ascii_digit());
    let is_canadian = matches!((outer, inner), ([a, d, b], [e, c, f])
        if is_letter(a) && d.is_ascii_digit() && is_letter(b) && e.is_ascii_digit() && is_letter(c) && f.is_ascii_digit());
    let is_joined = page.gap(at) == Gap::Glued
        || page.gap(at + 1) != Gap::Space
        || page.gap(at + 2) == Gap::Glued
            && page
                .token(at + 2)
                .is_some_and(|next| next.mark == 0 || next.mark == b'-');
    if !(is_british || is_canadian) || is_joined || page.cue_before(at, 4, cue::CODE_CUE).is_some() {
        return None;
    }
    page.report(at, at + 1, PhiKind::Geography, 0.9, "geo.zip");
    Some(at + 1)
}
