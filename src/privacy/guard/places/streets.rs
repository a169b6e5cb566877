//! Streets, apartments and post boxes.

use super::super::FieldContext;
use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::towns::known_phrase;
use super::zips::plus_four;

/// Longest name of a place or facility, in tokens.
pub(in super::super) const NAME_TOKENS_MAX: usize = 6;

/// Most parts of an address after the street: apartment, town, state or country, ZIP code.
const ADDRESS_PARTS_MAX: usize = 5;

/// "4417 Old Kettle Rd", "23 W 5th Ave Apt 2", "8 Main Street".
pub(super) fn street(page: &mut Page, at: usize) -> Option<usize> {
    let number = page.word(at);
    let is_house_number =
        number.len() <= 6 && number.bytes().take_while(u8::is_ascii_digit).count() >= number.len().saturating_sub(1);
    if !is_house_number || page.has(at + 1, cue::UNIT) || page.before(at).is_some_and(|before| before.mark == b'$') {
        return None;
    }
    if let Some(last) = numbered_road(page, at) {
        page.report(at, last, PhiKind::Geography, 0.9, "geo.street");
        return Some(address_tail(page, last));
    }
    let is_near = |token: &Token| token.has(cue::STREET_SUFFIX | cue::STREET_SHORT);
    if !page
        .tokens
        .iter()
        .take(at + 1 + NAME_TOKENS_MAX)
        .skip(at + 2)
        .any(is_near)
    {
        return None;
    }
    let is_address = page.cue_before(at, 6, cue::ADDRESS_CUE).is_some();
    let mut words = 0;
    for index in at + 1..at + 1 + NAME_TOKENS_MAX {
        let token = page.token(index)?;
        if token.gap > Gap::Line || token.taken {
            return None;
        }
        if token.mark != 0 {
            if matches!(token.mark, b'.' | b'-') && words > 0 {
                continue;
            }
            return None;
        }
        let is_suffix = token.has(cue::STREET_SUFFIX)
            || (token.has(cue::STREET_SHORT) && (token.shape != Shape::Upper || number_is_upper_text(page, at)));
        if words > 0
            && is_suffix
            && (token.is_capitalised() || is_address || all_lower(page, at + 1, index))
            && is_street_name(page, at + 1, index, is_address)
        {
            // "Quail Run Ct"
            let goes_on = page.has(index + 1, cue::STREET_SUFFIX | cue::STREET_SHORT)
                && page.gap(index + 1) == Gap::Space
                && page.token(index + 1).is_some_and(|next| next.shape == token.shape);
            let index = if goes_on { index + 1 } else { index };
            let last = if page.mark_is(index + 1, b'.') && page.gap(index + 1) == Gap::Glued {
                index + 1
            } else {
                index
            };
            page.report(at, last, PhiKind::Geography, 0.9, "geo.street");
            return Some(address_tail(page, last));
        }
        let fits = token.is_capitalised()
            || token.has_digit()
            || is_address
            || token.has(cue::PARTICLE)
            || token.shape == Shape::Lower && words < 3;
        if !fits || token.has(cue::UNIT | cue::PERSON_VERB | cue::CONNECTOR | cue::CODE_CUE) && !token.is_capitalised()
        {
            return None;
        }
        words += 1;
    }
    None
}

/// "lives at 87 Jakobi 69", "address: 46 Velky Pruhon": a number and words after a clear cue, up to a comma or the line's end.
pub(super) fn cued_address(page: &mut Page, at: usize) -> Option<usize> {
    let links = words![
        "at", "is", "to", ":", "the", "on", "has", "changed", "new", "current", "of", "record", "file",
    ];
    let first = (at + 1..at + 6).find(|index| !(page.word_is(*index, links) || page.has(*index, cue::ADDRESS_CUE)))?;
    let house = page.token(first)?;
    let is_house = house.has_digit() && house.len() <= 6 && house.gap <= Gap::Line && !house.taken;
    let street = page.token(first + 1)?;
    let is_street = street.mark == 0
        && street.gap <= Gap::Space
        && !street.has(cue::UNIT | cue::CONNECTOR)
        && (street.is_capitalised() || street.has_digit() || page.dictionary(first + 1) & dict::WORD == 0);
    if !is_house || !is_street {
        return None;
    }
    let ends = |index: usize| {
        page.token(index).is_none_or(|token| {
            token.gap > Gap::Space
                || token.taken
                || matches!(token.mark, b',' | b';' | b'.' | b')')
                || token.has(cue::CONNECTOR | cue::PERSON_VERB)
        })
    };
    let last = (first + 1..first + 7)
        .find(|index| ends(index + 1))
        .unwrap_or(first + 2);
    page.report(first, last, PhiKind::Geography, 0.8, "geo.street");
    Some(address_tail(page, last))
}

/// "3887 Highway 41", "12 County Road 9".
fn numbered_road(page: &Page, at: usize) -> Option<usize> {
    let road = if page.word_is(at + 1, words!["county", "state", "us", "farm"]) {
        at + 2
    } else {
        at + 1
    };
    let is_road = page.word_is(road, words!["highway", "hwy", "route", "rte", "road"])
        && page.token(road).is_some_and(Token::is_capitalised)
        && page.is_digits(road + 1)
        && page.gap(road + 1) == Gap::Space
        && page.word(road + 1).len() <= 4;
    is_road.then_some(road + 1)
}

/// ", Apt 4, Menomonee Falls, WI 53051": town, state and ZIP after a street. Gives the last token that was read.
pub(super) fn address_tail(page: &mut Page, street: usize) -> usize {
    let mut last = street;
    for _ in 0..ADDRESS_PARTS_MAX {
        let comma = last + 1;
        let next = if page.mark_is(comma, b',') { comma + 1 } else { comma };
        if page.gap(next) > Gap::Line || next == comma && page.gap(next) != Gap::Line && last == street {
            break;
        }
        let Some(end) = address_part(page, next) else {
            break;
        };
        last = end;
    }
    last
}

/// One part of an address: an apartment, a town, or a state and ZIP.
fn address_part(page: &mut Page, at: usize) -> Option<usize> {
    let token = *page.token(at)?;
    if token.taken {
        return None;
    }
    if token.has(cue::UNIT_LABEL) {
        return apartment(page, at);
    }
    let is_zip = |index: usize| {
        page.is_digits(index)
            && page.word(index).len() == 5
            && page.gap(index) <= Gap::Line
            && !page.is_taken(index, index)
    };
    if is_zip(at) {
        let last = plus_four(page, at).unwrap_or(at);
        page.report(at, last, PhiKind::Geography, 0.9, "geo.zip");
        return Some(last);
    }
    if token.has(cue::STATE | cue::STATE_ABBR) && token.is_capitalised() && is_zip(at + 1) {
        let last = plus_four(page, at + 1).unwrap_or(at + 1);
        page.report(at, last, PhiKind::Geography, 0.9, "geo.zip");
        return Some(last);
    }
    let is_small = token.shape == Shape::Lower && is_small_town(page, at);
    let last = (at..at + 4)
        .take_while(|index| {
            page.token(*index).is_some_and(|word| {
                (word.is_capitalised() || word.shape == Shape::Lower && is_small)
                    && !word.taken
                    && (*index == at || word.gap == Gap::Space)
                    && !word.has(
                        cue::PERSON
                            | cue::PROPER
                            | cue::CODE_CUE
                            | cue::MONTH
                            | cue::STATE_ABBR
                            | cue::ID_NOUN
                            | cue::PHONE
                            | cue::FAX,
                    )
            }) || *index > at && page.mark_is(*index, b'-') && page.gap(*index) == Gap::Glued
        })
        .last()?;
    // "Truth or Consequences"
    let last = known_phrase(page, at, dict::CITY | dict::TOWN).map_or(last, |end| end.max(last));
    let ends_part =
        page.mark_is(last + 1, b',') || is_zip(last + 1) || page.has(last + 1, cue::STATE | cue::STATE_ABBR);
    let is_known = page.dictionary(at) & (dict::CITY | dict::TOWN) != 0 || page.starts_dictionary_phrase(at);
    let closes = page
        .token(last + 1)
        .is_none_or(|next| next.gap >= Gap::Line || matches!(next.mark, b'.' | b')' | b';'));
    let is_name = closes && (at..=last).all(|index| page.dictionary(index) & dict::WORD == 0);
    if !(ends_part || is_known || is_name) {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.85, "geo.town");
    Some(last)
}

/// ", moab 38195", ", broken bow, ok 74728": after a street and a comma, up to three small words before a ZIP code or a state and one.
fn is_small_town(page: &Page, at: usize) -> bool {
    let is_word = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Lower && token.gap == Gap::Space)
    };
    let is_zip = |index: usize| page.is_digits(index) && page.word(index).len() == 5 && page.gap(index) == Gap::Space;
    let end = (at..at + 4).take_while(|index| is_word(*index)).count() + at;
    let state = if page.mark_is(end, b',') {
        end + 1
    } else {
        end - usize::from(end > at)
    };
    page.mark_is(at.wrapping_sub(1), b',') && (is_zip(end) || page.has(state, cue::STATE_ABBR) && is_zip(state + 1))
}

/// A street's name: capitalised or numbered words, or in small letters words no clinical sentence would hold.
pub(super) fn is_street_name(page: &Page, first: usize, suffix: usize, is_address: bool) -> bool {
    let mut words = (first..suffix).filter(|index| page.token(*index).is_some_and(|token| token.mark == 0));
    if is_address {
        return true;
    }
    // "1187 Cottonwood Spur": every word with its capital after a long house number.
    let number = first.checked_sub(1).map_or("", |number| page.word(number));
    let is_year = number.len() == 4 && (number.starts_with("19") || number.starts_with("20"));
    let is_direction = |index: usize| {
        let leads_number = page.token(index + 1).is_some_and(Token::has_digit)
            || page.mark_is(index + 1, b'.') && page.token(index + 2).is_some_and(Token::has_digit);
        leads_number && page.word_is(index, words!["n", "s", "e", "w", "ne", "nw", "se", "sw"])
    };
    let is_titled = (3..=5).contains(&number.len())
        && !is_year
        && (first..=suffix).all(|index| {
            page.token(index)
                .is_some_and(|token| token.mark != 0 || token.shape == Shape::Title)
        });
    let clear_suffix = is_titled
        || page.has(suffix, cue::STREET_SUFFIX)
        || page.word_is(suffix, words!["st", "dr", "ct", "pl", "way"]);
    clear_suffix
        && words.all(|index| {
            page.token(index).is_some_and(|token| {
                token.is_capitalised()
                    || token.has_digit()
                    || number.len() > 2 && !is_year && token.has(cue::FACILITY_NAME | cue::STREET_SHORT)
                    || is_direction(index)
                    || page.dictionary(index) & (dict::SURNAME | dict::CITY | dict::FIRST) != 0
            })
        })
}

pub(super) fn all_lower(page: &Page, first: usize, last: usize) -> bool {
    (first..=last).all(|index| {
        page.token(index)
            .is_some_and(|token| matches!(token.shape, Shape::Lower | Shape::Mark) || token.has_digit())
    })
}

/// In text of capitals "ST" and "CT" may be streets; elsewhere "CT" is a scan.
pub(super) fn number_is_upper_text(page: &Page, at: usize) -> bool {
    page.token(at + 1)
        .is_some_and(|token| token.shape == Shape::Upper && token.len() > 2)
}

/// "on Wressle Road": a street without a number, after a word of place.
pub(super) fn named_street(page: &mut Page, at: usize) -> Option<usize> {
    let has_cue = page
        .cue_before(at, 2, cue::PLACE_PREP | cue::PLACE_STRONG | cue::ADDRESS_CUE)
        .is_some()
        || at
            .checked_sub(1)
            .is_some_and(|before| page.word_is(before, words!["on"]));
    if !has_cue {
        return None;
    }
    let last = (at + 1..at + 4)
        .take_while(|index| {
            page.token(*index)
                .is_some_and(|token| token.is_word() && token.gap <= Gap::Line)
        })
        .find(|index| page.has(*index, cue::STREET_SUFFIX))?;
    let is_name = (at..last).all(|index| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Title && !token.has(cue::PROPER | cue::CODE_CUE))
    });
    let is_suffix =
        page.token(last).is_some_and(Token::is_capitalised) || page.word_is(last, words!["street", "road", "avenue"]);
    if !is_name || !is_suffix || page.word_is(last, words!["heights", "ridge", "loop", "crossing", "circle", "square"])
    {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.8, "geo.street");
    Some(last)
}

/// "Apt 4B", "Suite 771".
pub(super) fn apartment(page: &mut Page, at: usize) -> Option<usize> {
    let mut value = at + 1;
    while page.mark_is(value, b'.') || page.mark_is(value, b'#') {
        value += 1;
    }
    let token = page.token(value)?;
    if page.word_is(at, words!["box", "pobox"]) {
        return None;
    }
    if !token.has_digit()
        || token.len() > 6
        || token.gap > Gap::Line
        || page.cue_before(at, 20, cue::ORG_CONTACT).is_some()
    {
        return None;
    }
    page.report(at, value, PhiKind::Geography, 0.85, "geo.unit");
    Some(value)
}

/// "PO Box 1407", unless a payer's office is written to. Called at "box".
pub(super) fn post_box(page: &mut Page, at: usize) -> Option<usize> {
    if !page.word_is(at, words!["box", "pobox"]) {
        return None;
    }
    let mut first = at;
    while first + 4 > at
        && first.checked_sub(1).is_some_and(|before| {
            page.word_is(before, words!["p", "o", "po"]) || page.mark_is(before, b'.') && page.gap(before) == Gap::Glued
        })
    {
        first -= 1;
    }
    let value = if page.mark_is(at + 1, b'#') { at + 2 } else { at + 1 };
    let is_box = page.is_digits(value) && (first < at || page.word_is(at, words!["pobox"]));
    if !is_box {
        return None;
    }
    if is_office_address(page, first) {
        let found_before = page.found.len();
        let last = address_tail(page, value);
        page.found.truncate(found_before);
        page.pass(first, last);
        return Some(last);
    }
    page.report(first, value, PhiKind::Geography, 0.9, "geo.post_box");
    Some(address_tail(page, value))
}

/// A payer's published address: the sentence names the office that is written to, before the address or, where it begins with the
/// address, after it.
pub(super) fn is_office_address(page: &Page, at: usize) -> bool {
    const REACH: usize = 20;
    let is_told_after = page.starts_sentence(at) && page.cue_after(at, REACH, cue::ORG_CONTACT).is_some();
    page.context != FieldContext::PatientLinked
        && (is_told_after || page.cue_before(at, REACH, cue::ORG_CONTACT).is_some())
        && page.cue_before(at, REACH, cue::PERSON).is_none()
}
