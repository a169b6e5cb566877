//! Counties and parishes.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::Gap;

/// "Tulare County", "St. Tammany Parish".
pub(super) fn county(page: &mut Page, at: usize, end: usize) -> Option<usize> {
    let last = (at + 1..=end + 1).find(|index| page.has(*index, cue::PLACE_NOUN) && page.gap(*index) == Gap::Space)?;
    let is_named = (at..last).any(|index| {
        page.token(index)
            .is_some_and(|token| token.is_capitalised() && token.len() > 2)
            && !page.has(index, cue::FACILITY_GENERIC | cue::PROPER | cue::CONNECTOR)
    });
    let names_document = page.token(last).is_some_and(|noun| noun.possessive)
        && page.word_is(
            last + 1,
            words!["name", "plan", "employees", "website", "contract", "policy"],
        );
    let is_other = names_document
        || page.has(last + 1, cue::FACILITY_HEAD | cue::EPONYM_HEAD)
        || page.starts_sentence(at) && last == at + 1 && page.dictionary(at) & dict::WORD != 0;
    if is_other || !is_named {
        return None;
    }
    // "for James Miller of Bexar County": who is from there is no part of it.
    let of = (at..last).rev().find(|index| page.word_is(*index, words!["of"]));
    page.report(of.map_or(at, |of| of + 1), last, PhiKind::Geography, 0.9, "geo.county");
    Some(last)
}
