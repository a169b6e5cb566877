//! Places beside other identifiers: a known town wherever it stands, and capitals that end in a word for a house of care.

use std::ops::Range;

use super::super::kinds::PhiKind;
use super::super::lexicon::{KNOWN_STARTS_PHRASE, cue, dict};
use super::super::names::parts::{Part, part};
use super::super::page::{Page, Span};
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is};
use super::capitals_end;
use super::facilities::is_facility_name;
use super::towns::{known_phrase, names_institution, report_zip_after};

const DETECTOR: &str = "geo.beside";

/// How many of the last findings are looked through for one place: few lie between it and what follows.
const FOUND_REACH: usize = 64;

pub(in super::super) fn find(page: &mut Page, near: &Range<usize>) {
    let mut at = near.start;
    while at < near.end {
        if zip_of_place(page, at) {
            page.report(at, at, PhiKind::Geography, 0.6, DETECTOR);
        }
        let last = if may_begin_place(page, at) {
            house(page, at).or_else(|| town(page, at))
        } else {
            None
        };
        at = last.unwrap_or(at) + 1;
    }
}

/// A capital that another follows, that a list knows, or that a word of place leads to.
fn may_begin_place(page: &Page, at: usize) -> bool {
    let Some(token) = page.tokens.get(at) else { return false };
    let known = u64::from(token.known);
    token.shape == Shape::Title
        && !token.taken
        && token.len() > 2
        && (known & (dict::CITY | dict::TOWN | u64::from(KNOWN_STARTS_PHRASE)) != 0
            || page.tokens.get(at + 1).is_some_and(Token::is_capitalised)
            || page.before(at).is_some_and(|before| before.has(cue::PLACE_PREP)))
}

/// "Bronx 10458", "5501 Nolensville Pike, 37211": five digits right after a place that was found.
fn zip_of_place(page: &Page, at: usize) -> bool {
    if !page.is_digits(at) || page.word(at).len() != 5 || page.gap(at) > Gap::Line {
        return false;
    }
    let comma = at.checked_sub(1).filter(|before| page.mark_is(*before, b','));
    let Some(place) = comma.unwrap_or(at).checked_sub(1).and_then(|before| page.token(before)) else {
        return false;
    };
    let is_place = |found: &Span| found.kind == PhiKind::Geography && found.end == place.end as usize;
    place.taken && page.found.iter().rev().take(FOUND_REACH).any(is_place)
}

/// "Oak Savanna Transitional Care", "Lakeshore Transplant Institute".
fn house(page: &mut Page, at: usize) -> Option<usize> {
    if !page
        .token(at + 1)
        .is_some_and(|next| next.shape != Shape::Mark || matches!(next.mark, b'-' | b'&' | b'\'' | b'.'))
    {
        return None;
    }
    let end = capitals_end(page, at);
    let head = (at + 1..=end).rev().find(|index| is(page, *index, class::CARE_HOUSE))?;
    let is_named = (at..head).any(|index| is_facility_name(page, index, at) && !page.has(index, cue::PROPER))
        || !page.starts_sentence(at) && head >= at + 2 && !page.has(at, cue::FACILITY_GENERIC);
    let is_other = page.has(at, cue::PROPER | cue::TITLE | cue::PROVIDER_TITLE | cue::EPONYM)
        || page.word_is(
            head + 1,
            &["of", "plan", "plans", "policy", "guideline", "guidelines", "program"],
        );
    if !is_named || is_other {
        return None;
    }
    page.report(at, head, PhiKind::Geography, 0.6, DETECTOR);
    Some(head)
}

/// A town whose name is no other word and nobody's disease or firm.
fn town(page: &mut Page, at: usize) -> Option<usize> {
    let token = *page.token(at)?;
    let phrase = known_phrase(page, at, dict::CITY | dict::TOWN)
        .filter(|last| page.token(*last).is_some_and(|token| token.shape == Shape::Title));
    let known = page.dictionary(at);
    let is_known = phrase.is_some() || known & (dict::CITY | dict::TOWN) != 0 && known & dict::WORD == 0;
    // "Hosp in Aguadilla"
    let is_clear = is_known
        || page.cue_before(at, 1, cue::PLACE_PREP).is_some()
            && matches!(part(page, at), Part::Unknown | Part::Surname | Part::First);
    let last = phrase.unwrap_or(at);
    let is_numbered = page.gap(last + 1) == Gap::Space
        && page
            .token(last + 1)
            .is_some_and(|next| next.has_digit() && next.len() <= 2);
    let is_other = token.has(cue::PROPER | cue::EPONYM | cue::STATE | cue::MONTH | cue::CODE_CUE | cue::TITLE)
        || page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(last + 1) == Gap::Space
        || page.mark_is(last + 1, b'-') && page.gap(last + 1) == Gap::Glued
        || page.gap(at) == Gap::Glued
        || is_numbered
        || names_institution(page, at);
    if !is_clear || is_other {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.5, DETECTOR);
    Some(report_zip_after(page, last))
}
