//! The house that a writer calls their own: "our clinic, Hand in Hand Pediatrics,", "our site is MetroHealth in Cleveland".

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::capitals_end;
use super::surroundings::ends_clause;

/// What a writer's house is called before its name.
const NOUNS: &[WordKey] = words![
    "clinic", "hospital", "facility", "site", "practice", "center", "centre", "pharmacy", "agency", "snf", "rehab",
    "lab", "campus", "hospice",
];

/// Gives the last token of what was found. Called at a capital.
pub(super) fn own_house(page: &mut Page, at: usize) -> Option<usize> {
    const NO_NAMES: u64 = cue::PROPER | cue::CODE_CUE | cue::TITLE | cue::PROVIDER_TITLE | cue::PERSON | cue::MONTH;
    let link = at.checked_sub(1)?;
    let is_told = page.word_is(link, words!["is", "called"]);
    let (noun, owner) = (link.checked_sub(1)?, link.checked_sub(2)?);
    let is_linked = is_told || page.mark_is(link, b',') || page.mark_is(link, b'(');
    if !is_linked
        || !page.word_is(noun, NOUNS)
        || !page.word_is(owner, words!["our", "my"])
        || page.gap(at) > Gap::Space
    {
        return None;
    }
    let last = capitals_end(page, at);
    let is_title = page
        .token(at)
        .is_some_and(|token| token.shape == Shape::Title && token.len() > 2);
    let is_other = page.has(at, NO_NAMES) || page.word_is(at, words!["we", "this", "the", "please", "can", "is"]);
    let ends = ends_clause(page, last) || page.mark_is(last + 1, b',') || page.word_is(last + 1, words!["in", "and"]);
    if !is_title || is_other || is_told && !ends {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.6, "geo.facility_cue");
    Some(last)
}
