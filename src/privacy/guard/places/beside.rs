//! Places beside other identifiers: a known town wherever it stands, and capitals that end in a word for a house of care.

use std::ops::Range;

use super::super::index::Interest;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::names::parts::{Part, part};
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words::{class, is};
use super::capitals_end;
use super::facilities::is_facility_name;
use super::towns::{known_phrase, names_institution, report_zip_after};

pub(in super::super) fn find(page: &mut Page, near: &Range<usize>) {
    let mut from = near.start;
    while let Some(at) = page.next(Interest::Place, from).filter(|at| *at < near.end) {
        let is_free = page
            .token(at)
            .is_some_and(|token| token.shape == Shape::Title && !token.taken && token.len() > 2);
        let last = if is_free {
            house(page, at).or_else(|| town(page, at))
        } else {
            None
        };
        from = last.unwrap_or(at) + 1;
    }
}

/// "Oak Savanna Transitional Care", "Lakeshore Transplant Institute".
fn house(page: &mut Page, at: usize) -> Option<usize> {
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
    page.report(at, head, PhiKind::Geography, 0.6, "geo.beside");
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
    let is_clear = is_known || page.cue_before(at, 1, cue::PLACE_PREP).is_some() && part(page, at) == Part::Unknown;
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
    page.report(at, last, PhiKind::Geography, 0.5, "geo.beside");
    Some(report_zip_after(page, last))
}
