//! The house that a writer calls their own: "our clinic, Hand in Hand Pediatrics", "our facility Hawthorn Center", "our site is MetroHealth".

use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words::{class, is};
use super::capitals_end;

/// What a writer's house is called before its name.
const NOUNS: [&str; 14] = [
    "clinic", "hospital", "facility", "site", "practice", "center", "centre", "pharmacy", "agency", "snf", "rehab",
    "lab", "campus", "hospice",
];

/// Gives the last token of what was found. Called at a capital.
pub(super) fn own_house(page: &mut Page, at: usize) -> Option<usize> {
    const NO_NAMES: u64 = cue::PROPER | cue::CODE_CUE | cue::TITLE | cue::PROVIDER_TITLE | cue::PERSON | cue::MONTH;
    let link = at.checked_sub(1)?;
    let is_linked = page.mark_is(link, b',') || page.mark_is(link, b'(') || page.word_is(link, &["is", "called"]);
    let noun = if is_linked { link.checked_sub(1)? } else { link };
    if !page.word_is(noun, &NOUNS) || page.gap(at) > Gap::Space {
        return None;
    }
    let owner = noun.checked_sub(1)?;
    let is_own = page.word_is(owner, &["our", "my"]);
    let last = capitals_end(page, at);
    let is_title = page
        .token(at)
        .is_some_and(|token| token.shape == Shape::Title && token.len() > 2);
    let is_other = page.has(at, NO_NAMES) || page.word_is(at, &["we", "this", "the", "please", "can", "is"]);
    let is_house = (at..=last).any(|index| is(page, index, class::CARE_HOUSE) || page.has(index, cue::FACILITY_HEAD));
    if !is_own || !is_title || is_other || !is_linked && !is_house {
        return None;
    }
    page.report(at, last, PhiKind::Geography, 0.6, "geo.facility_cue");
    Some(last)
}
