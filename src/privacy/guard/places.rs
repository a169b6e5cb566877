//! Places below the state: streets, post boxes, ZIP codes, towns, counties, facilities, coordinates.

use super::FieldContext;
use super::index::{Interest, PLACE_TRIGGERS};
use super::kinds::PhiKind;
use super::lexicon::{PHRASE_WORDS_MAX, cue, dict, hash_phrase};
use super::page::Page;
use super::token::{Gap, Shape, Token};
use super::zip3;

/// Longest name of a place or facility, in tokens.
const NAME_TOKENS_MAX: usize = 6;

pub(super) fn find(page: &mut Page) {
    let mut from = 0;
    while let Some(at) = page.next(Interest::Place, from) {
        let Some(token) = page.token(at).copied() else {
            break;
        };
        let last = if token.has_digit() {
            numbered(page, at, &token)
        } else {
            worded(page, at, &token)
        };
        from = last.unwrap_or(at) + 1;
    }
}

fn numbered(page: &mut Page, at: usize, token: &Token) -> Option<usize> {
    if token.has(cue::ZIP_CUE) {
        return zip(page, at);
    }
    street(page, at)
        .or_else(|| coordinates(page, at))
        .or_else(|| zip_plus_four(page, at))
}

fn worded(page: &mut Page, at: usize, token: &Token) -> Option<usize> {
    if token.has(PLACE_TRIGGERS)
        && let Some(last) = triggered(page, at, token)
    {
        return Some(last);
    }
    if token.is_capitalised() {
        return capitalised(page, at);
    }
    let follows_cue = page
        .before(at)
        .is_some_and(|before| before.has(cue::PLACE_STRONG | cue::PLACE_PREP));
    if follows_cue {
        lower_town(page, at)
    } else {
        None
    }
}

fn triggered(page: &mut Page, at: usize, token: &Token) -> Option<usize> {
    if token.has(cue::ZIP_CUE)
        && let Some(last) = zip(page, at)
    {
        return Some(last);
    }
    if token.has(cue::STATE_ABBR | cue::STATE)
        && let Some(last) = state_zip(page, at, token)
    {
        return Some(last);
    }
    if token.has(cue::UNIT_LABEL)
        && let Some(last) = post_box(page, at).or_else(|| apartment(page, at))
    {
        return Some(last);
    }
    if token.has(cue::ADDRESS_CUE) {
        cued_address(page, at)
    } else {
        None
    }
}

/// A capitalised word: what its sequence of capitals may name.
fn capitalised(page: &mut Page, at: usize) -> Option<usize> {
    let end = capitals_end(page, at);
    let cues = page
        .tokens
        .iter()
        .take(end + 2)
        .skip(at)
        .fold(0, |cues, token| cues | token.cues);
    let mut found = None;
    if cues & (cue::FACILITY_HEAD | cue::FACILITY_PAIR) != 0 {
        found = facility(page, at, end);
    }
    found = found
        .or_else(|| cued_facility(page, at, end))
        .or_else(|| saintly_facility(page, at, end));
    if cues & cue::PLACE_NOUN != 0 {
        found = found.or_else(|| county(page, at, end));
    }
    if cues & (cue::STATE | cue::STATE_ABBR) != 0 || page.mark_is(end + 1, b',') {
        found = found.or_else(|| town_and_state(page, at, end));
    }
    found = found.or_else(|| town(page, at));
    let may_be_street = page
        .tokens
        .iter()
        .take(at + 4)
        .skip(at)
        .any(|token| token.has(cue::STREET_SUFFIX));
    if may_be_street {
        found.or_else(|| named_street(page, at))
    } else {
        found
    }
}

/// "4417 Old Kettle Rd", "23 W 5th Ave Apt 2", "8 Main Street".
fn street(page: &mut Page, at: usize) -> Option<usize> {
    let number = page.word(at);
    let is_house_number = number.len() <= 6
        && number.bytes().take_while(u8::is_ascii_digit).count() >= number.len().saturating_sub(1);
    if !is_house_number
        || page.has(at + 1, cue::UNIT)
        || page.before(at).is_some_and(|before| before.mark == b'$')
    {
        return None;
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
            || (token.has(cue::STREET_SHORT)
                && (token.shape != Shape::Upper || number_is_upper_text(page, at)));
        if words > 0
            && is_suffix
            && (token.is_capitalised() || is_address || all_lower(page, at + 1, index))
            && is_street_name(page, at + 1, index, is_address)
        {
            let last = if page.mark_is(index + 1, b'.') && page.gap(index + 1) == Gap::Glued {
                index + 1
            } else {
                index
            };
            page.report(at, last, PhiKind::Geography, 0.9, "geo.street");
            return Some(last);
        }
        let fits = token.is_capitalised()
            || token.has_digit()
            || is_address
            || token.has(cue::PARTICLE)
            || token.shape == Shape::Lower && words < 3;
        if !fits
            || token.has(cue::UNIT | cue::PERSON_VERB | cue::CONNECTOR | cue::CODE_CUE)
                && !token.is_capitalised()
        {
            return None;
        }
        words += 1;
    }
    None
}

/// "lives at 87 Jakobi 69", "address: 46 Velky Pruhon": a number and words after a clear cue, up to a comma or the line's end.
fn cued_address(page: &mut Page, at: usize) -> Option<usize> {
    let links = [
        "at", "is", "to", ":", "the", "on", "has", "changed", "new", "current", "of", "record",
        "file",
    ];
    let first = (at + 1..at + 6)
        .find(|index| !(page.word_is(*index, &links) || page.has(*index, cue::ADDRESS_CUE)))?;
    let house = page.token(first)?;
    let is_house = house.has_digit() && house.len() <= 6 && house.gap <= Gap::Line && !house.taken;
    let street = page.token(first + 1)?;
    let is_street = street.mark == 0
        && street.gap <= Gap::Space
        && !street.has(cue::UNIT | cue::CONNECTOR)
        && (street.is_capitalised()
            || street.has_digit()
            || page.dictionary(first + 1) & dict::WORD == 0);
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
    Some(last)
}

/// A street's name: capitalised or numbered words, or in small letters words no clinical sentence would hold.
fn is_street_name(page: &Page, first: usize, suffix: usize, is_address: bool) -> bool {
    let mut words =
        (first..suffix).filter(|index| page.token(*index).is_some_and(|token| token.mark == 0));
    if is_address {
        return true;
    }
    let clear_suffix = page.has(suffix, cue::STREET_SUFFIX)
        || page.word_is(suffix, &["st", "dr", "ct", "pl", "way"]);
    clear_suffix
        && words.all(|index| {
            page.token(index).is_some_and(|token| {
                token.is_capitalised()
                    || token.has_digit()
                    || page.dictionary(index) & (dict::SURNAME | dict::CITY | dict::FIRST) != 0
            })
        })
}

fn all_lower(page: &Page, first: usize, last: usize) -> bool {
    (first..=last).all(|index| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Lower || token.has_digit())
    })
}

/// In text of capitals "ST" and "CT" may be streets; elsewhere "CT" is a scan.
fn number_is_upper_text(page: &Page, at: usize) -> bool {
    page.token(at + 1)
        .is_some_and(|token| token.shape == Shape::Upper && token.len() > 2)
}

/// "on Wressle Road": a street without a number, after a word of place.
fn named_street(page: &mut Page, at: usize) -> Option<usize> {
    let has_cue = page
        .cue_before(
            at,
            2,
            cue::PLACE_PREP | cue::PLACE_STRONG | cue::ADDRESS_CUE,
        )
        .is_some()
        || at
            .checked_sub(1)
            .is_some_and(|before| page.word_is(before, &["on"]));
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
        page.token(index).is_some_and(|token| {
            token.shape == Shape::Title && !token.has(cue::PROPER | cue::CODE_CUE)
        })
    });
    let is_suffix = page.token(last).is_some_and(Token::is_capitalised)
        || page.word_is(last, &["street", "road", "avenue"]);
    if !is_name
        || !is_suffix
        || page.word_is(
            last,
            &["heights", "ridge", "loop", "crossing", "circle", "square"],
        )
    {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.8, "geo.street");
    Some(last)
}

/// "Apt 4B", "Suite 771".
fn apartment(page: &mut Page, at: usize) -> Option<usize> {
    let mut value = at + 1;
    while page.mark_is(value, b'.') || page.mark_is(value, b'#') {
        value += 1;
    }
    let token = page.token(value)?;
    if page.word_is(at, &["box", "pobox"]) {
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
fn post_box(page: &mut Page, at: usize) -> Option<usize> {
    if !page.word_is(at, &["box", "pobox"]) {
        return None;
    }
    let mut first = at;
    while first + 4 > at
        && first.checked_sub(1).is_some_and(|before| {
            page.word_is(before, &["p", "o", "po"])
                || page.mark_is(before, b'.') && page.gap(before) == Gap::Glued
        })
    {
        first -= 1;
    }
    let value = if page.mark_is(at + 1, b'#') {
        at + 2
    } else {
        at + 1
    };
    let is_box = page.is_digits(value) && (first < at || page.word_is(at, &["pobox"]));
    if !is_box {
        return None;
    }
    if is_office_address(page, first) {
        page.pass(first, value);
        return Some(value);
    }
    page.report(first, value, PhiKind::Geography, 0.9, "geo.post_box");
    Some(value)
}

/// A payer's published address: the sentence names the office that is written to.
fn is_office_address(page: &Page, at: usize) -> bool {
    page.context != FieldContext::PatientLinked
        && page.cue_before(at, 20, cue::ORG_CONTACT).is_some()
        && page.cue_before(at, 20, cue::PERSON).is_none()
}

/// "ZIP 93726", "zip code on the chart is 93291", "ZIP3 036".
fn zip(page: &mut Page, at: usize) -> Option<usize> {
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
    if digits.len() != 5 && digits.len() != 9
        || page
            .cue_before(value, 3, cue::CODE_CUE)
            .is_some_and(|code| code > at)
    {
        return None;
    }
    let last = plus_four(page, value).unwrap_or(value);
    page.report(value, last, PhiKind::Geography, 0.95, "geo.zip");
    Some(last)
}

/// "CA 93726" after a place or anywhere with a capital abbreviation.
fn state_zip(page: &mut Page, at: usize, token: &Token) -> Option<usize> {
    let value = if page.mark_is(at + 1, b',') || page.mark_is(at + 1, b'.') {
        at + 2
    } else {
        at + 1
    };
    let is_state = token.has(cue::STATE) && token.is_capitalised()
        || (token.has(cue::STATE_ABBR) && token.shape == Shape::Upper);
    let is_zip = page.is_digits(value)
        && page.word(value).len() == 5
        && page.gap(value) != Gap::Glued
        && page.gap(value) <= Gap::Line;
    // A modifier or a column of codes: "PA 99213" has no place before it.
    let follows_name = at.checked_sub(1).is_some_and(|before| {
        page.token(before).is_some_and(|token| {
            token.shape == Shape::Title && token.cues & !cue::FACILITY_NAME == 0
        }) && (page.dictionary(before) & dict::CITY != 0
            || page.dictionary(before) & dict::WORD == 0)
    });
    let has_place = follows_name
        || page
            .before(at)
            .is_some_and(|before| before.mark == b',' || before.taken);
    if !is_state
        || !is_zip
        || page.is_taken(value, value)
        || !has_place && page.cue_before(at, 8, cue::CODE_CUE).is_some()
        || is_office_address(page, at)
    {
        return None;
    }
    if !has_place
        && page.word(at).len() == 2
        && page
            .cue_before(at, 8, cue::ADDRESS_CUE | cue::PLACE_STRONG)
            .is_none()
    {
        return None;
    }
    let last = plus_four(page, value).unwrap_or(value);
    page.report(value, last, PhiKind::Geography, 0.9, "geo.zip");
    Some(last)
}

fn plus_four(page: &Page, zip: usize) -> Option<usize> {
    (page.mark_is(zip + 1, b'-')
        && page.is_digits(zip + 2)
        && page.word(zip + 2).len() == 4
        && page.gap(zip + 2) == Gap::Glued)
        .then_some(zip + 2)
}

/// "93726-1234" by itself.
fn zip_plus_four(page: &mut Page, at: usize) -> Option<usize> {
    let last = plus_four(page, at)?;
    let is_zip = page.word(at).len() == 5
        && page.gap(at) != Gap::Glued
        && page.gap(at + 1) == Gap::Glued
        && page.gap(last + 1) != Gap::Glued;
    if !is_zip
        || page
            .cue_before(at, 6, cue::CODE_CUE | cue::ORG_CONTACT)
            .is_some()
    {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.8, "geo.zip");
    Some(last)
}

/// "36.7378, -119.7871".
fn coordinates(page: &mut Page, at: usize) -> Option<usize> {
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
        && (page.mark_is(next, b',')
            || page.mark_is(next, b'-')
            || page.word_is(next, &["n", "s", "/"]))
    {
        next += 1;
    }
    if next == at + 3 || !decimal(next) || page.number(next)? > 180 {
        return None;
    }
    page.report(at, next + 2, PhiKind::Geography, 0.85, "geo.coordinates");
    Some(next + 2)
}

/// The last token of a sequence of capitalised words from `at`, over particles, hyphens and the stop of "St.".
fn capitals_end(page: &Page, at: usize) -> usize {
    let mut last = at;
    let mut index = at + 1;
    while index < at + NAME_TOKENS_MAX * 2 {
        let Some(token) = page.token(index) else {
            break;
        };
        if token.gap > Gap::Space || token.taken {
            break;
        }
        let follows_stop = token.mark == b'.' && page.word_is(index - 1, &["st", "mt", "ft"]);
        let is_joint = follows_stop
            || matches!(token.mark, b'-' | b'&' | b'\'')
            || token.has(cue::PARTICLE) && token.shape == Shape::Lower
            || page.word_is(index, &["of", "the"])
            || page.word_is(index, &["for"])
                && page.has(last, cue::FACILITY_HEAD | cue::FACILITY_PAIR);
        if token.is_capitalised() {
            last = index;
        } else if !is_joint {
            break;
        }
        index += 1;
    }
    last
}

/// "Mercy General Hospital", "Cedars-Sinai Medical Center", "St. Mary's Clinic".
fn facility(page: &mut Page, at: usize, end: usize) -> Option<usize> {
    let last = (at + 1..=end).rev().find(|index| {
        page.has(*index, cue::FACILITY_HEAD)
            || page.has(*index, cue::FACILITY_PAIR) && page.has(index - 1, cue::FACILITY_PAIR)
    })?;
    let first_of_head = if page.has(last, cue::FACILITY_PAIR) {
        last.saturating_sub(1)
    } else {
        last
    };
    let is_named = (at..first_of_head).any(|index| is_facility_name(page, index, at));
    let names_standard = page.has(last + 1, cue::EPONYM_HEAD)
        && !page
            .token(last + 1)
            .is_some_and(|next| next.gap > Gap::Space);
    if !is_named || names_standard {
        return None;
    }
    let is_one_generic = first_of_head == at + 1
        && page.word_is(
            at,
            &[
                "general",
                "community",
                "memorial",
                "regional",
                "county",
                "central",
                "university",
                "select",
                "hospital",
            ],
        );
    if is_one_generic {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.85, "geo.facility");
    Some(last)
}

/// A word that tells one facility from another: a name, a town, a saint, or one of the words facilities are named with.
fn is_facility_name(page: &Page, index: usize, first: usize) -> bool {
    let Some(token) = page.token(index) else {
        return false;
    };
    if !token.is_capitalised() || token.len() < 2 {
        return false;
    }
    if token.has(cue::FACILITY_NAME) && !token.has(cue::FACILITY_GENERIC) {
        return true;
    }
    if token.has(
        cue::FACILITY_GENERIC
            | cue::FACILITY_HEAD
            | cue::FACILITY_PAIR
            | cue::PERSON
            | cue::TITLE
            | cue::CONNECTOR,
    ) {
        return false;
    }
    let known = page.dictionary(index);
    if token.shape == Shape::Upper {
        // "UCSF Medical Center": capitals among words that are none.
        let is_acronym = token.len() > 2
            && page.has(index + 1, cue::FACILITY_PAIR)
            && page
                .token(index + 1)
                .is_some_and(|next| next.shape == Shape::Title);
        if is_acronym || known == 0 {
            return (is_acronym || token.len() > 5) && !token.has(cue::PROPER);
        }
    }
    let is_sentence_word = index == first && page.starts_sentence(index) && known & dict::WORD != 0;
    !is_sentence_word
        && (known & dict::WORD == 0 || known & (dict::FIRST | dict::SURNAME | dict::CITY) != 0)
}

/// "seen at Mercy General", "transferred to Providence St. Vincent".
fn cued_facility(page: &mut Page, at: usize, last: usize) -> Option<usize> {
    let cue_at = at.checked_sub(1)?;
    let before_article = if page.word_is(cue_at, &["the"]) {
        cue_at.checked_sub(1)?
    } else {
        cue_at
    };
    if !page.has(before_article, cue::FACILITY_VERB) || page.starts_sentence(at) {
        return None;
    }
    let is_named = (at..=last).any(|index| {
        is_facility_name(page, index, at) && !page.has(index, cue::PROPER | cue::STATE)
    });
    let is_title = !page.has(at, cue::PROVIDER_TITLE | cue::TITLE | cue::MONTH)
        && (at..=last).take(2).any(|index| {
            page.token(index)
                .is_some_and(|token| token.shape == Shape::Title)
        });
    if !is_named
        || !is_title
        || page.has(last + 1, cue::EPONYM_HEAD) && page.gap(last + 1) <= Gap::Space
    {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.8, "geo.facility_cue");
    Some(last)
}

/// "Jackson Memorial", "Houston Methodist": a name before a word that ends hardly anything but a hospital's name.
fn saintly_facility(page: &mut Page, at: usize, last: usize) -> Option<usize> {
    let ends = [
        "memorial",
        "methodist",
        "presbyterian",
        "baptist",
        "adventist",
        "deaconess",
        "samaritan",
    ];
    let is_name = page
        .token(at)
        .is_some_and(|token| token.shape == Shape::Title && !token.has(cue::PROPER | cue::STATE))
        && page.dictionary(at) & dict::WORD == 0;
    if last != at + 1
        || !page.word_is(last, &ends)
        || !is_name
        || page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX)
    {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.7, "geo.facility");
    Some(last)
}

/// "Tulare County", "St. Tammany Parish".
fn county(page: &mut Page, at: usize, end: usize) -> Option<usize> {
    let last = (at + 1..=end).find(|index| page.has(*index, cue::PLACE_NOUN))?;
    let is_named = (at..last).any(|index| {
        page.token(index)
            .is_some_and(|token| token.is_capitalised() && token.len() > 2)
            && !page.has(index, cue::FACILITY_GENERIC | cue::PROPER | cue::CONNECTOR)
    });
    let is_clear = is_named
        && !page.has(last + 1, cue::FACILITY_HEAD | cue::EPONYM_HEAD)
        && !(page.starts_sentence(at) && last == at + 1 && page.dictionary(at) & dict::WORD != 0);
    if !is_clear {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.9, "geo.county");
    Some(last)
}

/// "Fresno, CA", "Salt Lake City, Utah".
fn town_and_state(page: &mut Page, at: usize, last: usize) -> Option<usize> {
    if page
        .token(at)?
        .has(cue::PROPER | cue::CODE_CUE | cue::MONTH)
        && !page.has(at, cue::FACILITY_NAME)
        || page
            .before(at)
            .is_some_and(|before| before.is_capitalised() && page.gap(at) == Gap::Space)
    {
        return None;
    }
    let comma = last + 1;
    let (state, has_comma) = if page.mark_is(comma, b',') {
        (comma + 1, true)
    } else {
        (last, false)
    };
    let town_last = if has_comma {
        last
    } else {
        last.checked_sub(1)?
    };
    if town_last < at || town_last > at + 3 || page.gap(state) > Gap::Line {
        return None;
    }
    let state_token = page.token(state)?;
    let is_state = state_token.has(cue::STATE) && state_token.is_capitalised()
        || state_token.has(cue::STATE_ABBR) && state_token.shape == Shape::Upper;
    let is_town = (at..=town_last).all(|index| {
        page.token(index).is_some_and(|token| {
            !token.has(
                cue::PROPER
                    | cue::STATE
                    | cue::CODE_CUE
                    | cue::MONTH
                    | cue::TITLE
                    | cue::PROVIDER_TITLE,
            )
        })
    });
    let all_known = at == town_last && page.dictionary(at) & dict::CITY != 0
        || is_known_phrase(page, at) == Some(town_last);
    let looks_like_town = page
        .token(at)
        .is_some_and(|token| token.shape == Shape::Title && token.len() > 2)
        && page.dictionary(at) & dict::WORD == 0;
    let ambiguous = page.word_is(
        state,
        &[
            "md", "pa", "do", "ma", "or", "in", "pt", "ok", "me", "hi", "oh",
        ],
    ) || state_token.has(cue::PROPER);
    let is_plausible = if has_comma {
        all_known || looks_like_town && !ambiguous
    } else {
        all_known
    };
    if !is_state || !is_town || !is_plausible {
        return None;
    }
    if is_office_address(page, at) {
        return Some(town_last);
    }
    page.report(at, town_last, PhiKind::Geography, 0.9, "geo.town_state");
    Some(town_last)
}

/// The last token of a town of several words in the dictionary ("san jose") that begins here.
fn is_known_phrase(page: &Page, at: usize) -> Option<usize> {
    let first = page.token(at)?;
    if !page.starts_dictionary_phrase(at) {
        return None;
    }
    let mut key = first.hash;
    let mut found = None;
    let mut index = at;
    for _ in 1..PHRASE_WORDS_MAX {
        index += 1;
        if page.mark_is(index, b'.') || page.mark_is(index, b'-') {
            index += 1;
        }
        let Some(next) = page
            .token(index)
            .filter(|next| next.is_word() && next.gap <= Gap::Line)
        else {
            break;
        };
        key = hash_phrase(key, next.hash);
        let Some(known) = page.lexicon.phrase_dictionary(key) else {
            break;
        };
        if known & dict::CITY != 0 {
            found = Some(index);
        }
    }
    found
}

/// A town after a word of place, or one whose name is nothing else.
fn town(page: &mut Page, at: usize) -> Option<usize> {
    let token = *page.token(at)?;
    if token.shape == Shape::Upper && token.len() < 4
        || token.has(cue::STATE) && is_known_phrase(page, at).is_none()
    {
        return None;
    }
    let phrase = is_known_phrase(page, at).filter(|last| {
        page.token(*last).is_some_and(Token::is_capitalised)
            && !(page.has(at, cue::STATE) && page.has(*last, cue::STATE))
    });
    let known = page.dictionary(at);
    let is_city = known & dict::CITY != 0;
    let last = phrase.unwrap_or(at);
    let names_other = page.has(
        last + 1,
        cue::EPONYM_HEAD | cue::ORG_SUFFIX | cue::FACILITY_HEAD,
    ) && page.gap(last + 1) <= Gap::Space
        || page.has(at, cue::PROPER | cue::CODE_CUE | cue::MONTH | cue::TITLE)
        || names_institution(page, at);
    if names_other {
        return None;
    }
    let strong =
        page.cue_before(at, 1, cue::PLACE_STRONG).is_some() || follows_demographics(page, at);
    let follows_age = at >= 2
        && page.mark_is(at - 1, b',')
        && page
            .token(at - 2)
            .is_some_and(|age| age.has_digit() && age.len() <= 4);
    let weak = follows_age || page.cue_before(at, 1, cue::PLACE_PREP).is_some();
    let is_word = known & dict::WORD != 0;
    let is_person = known & (dict::FIRST | dict::SURNAME | dict::FIRST_ORDINARY) != 0;
    let is_next_capital = page.token(last + 1).is_some_and(|next| {
        next.is_capitalised()
            && next.gap == Gap::Space
            && !next.has(cue::STATE | cue::STATE_ABBR | cue::PROPER)
    });
    let found = if strong {
        phrase.is_some() || is_city || !is_word && token.shape == Shape::Title
    } else if weak {
        phrase.is_some() || is_city && !is_word && !is_next_capital && !token.has(cue::EPONYM)
    } else if page.has(last + 1, cue::PLACE_TAIL) {
        phrase.is_some() || is_city && !is_word
    } else {
        (phrase.is_some() || is_city && !is_person)
            && !is_word
            && !token.has(cue::EPONYM)
            && !is_next_capital
            && token.len() > 4
    };
    if !found {
        return None;
    }
    let last = if strong && phrase.is_none() {
        capitals_end(page, at).min(at + 2)
    } else {
        last
    };
    page.report(
        at,
        last,
        PhiKind::Geography,
        if strong || weak { 0.85 } else { 0.6 },
        "geo.town",
    );
    Some(last)
}

/// "Health Plan of San Mateo", "University of Houston": part of an institution's name.
fn names_institution(page: &Page, at: usize) -> bool {
    at >= 2
        && page.word_is(at - 1, &["of"])
        && page.has(at - 2, cue::ORG_SUFFIX | cue::FACILITY_HEAD | cue::PROPER)
        && page.token(at - 2).is_some_and(Token::is_capitalised)
}

/// "67F from Fresno", "a 54-year-old man from …".
fn follows_demographics(page: &Page, at: usize) -> bool {
    at.checked_sub(1)
        .is_some_and(|before| page.word_is(before, &["from"]))
        && page
            .cue_before(at - 1, 4, cue::AGE_UNIT | cue::PERSON)
            .is_some()
}

/// "lives in fresno": small letters after a clear cue, known towns only.
fn lower_town(page: &mut Page, at: usize) -> Option<usize> {
    let strong =
        page.cue_before(at, 1, cue::PLACE_STRONG).is_some() || follows_demographics(page, at);
    if !strong || page.has(at, cue::STATE | cue::PROPER) {
        return None;
    }
    let phrase = is_known_phrase(page, at);
    if phrase.is_none()
        && (page.dictionary(at) & dict::CITY == 0 || page.dictionary(at) & dict::WORD != 0)
    {
        return None;
    }
    let last = phrase.unwrap_or(at);
    page.report(at, last, PhiKind::Geography, 0.75, "geo.town");
    Some(last)
}
