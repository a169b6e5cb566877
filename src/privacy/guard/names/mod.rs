//! Names of people: by what calls them a person, by dictionary, and by shape.

mod acts;
pub(super) mod beside;
mod candidate;
mod cited;
mod context;
mod counted;
mod described;
mod evidence;
mod labels;
mod lower;
mod lower_full;
pub(super) mod met;
pub(super) mod parts;
mod phrases;
mod shapes;
mod signed;
mod single;
mod things;
mod titles;
mod told;
mod weighed;

use self::counted::counted;
use self::labels::{labelled, titled};
use self::lower::{lower_alone, lower_pair};
use self::lower_full::lower_full;
use self::phrases::phrased;
use self::shapes::shaped;
use self::signed::signed;
use super::index::Interest;
use super::kinds::PhiKind;
use super::lexicon::{WordHash, cue, dict};
use super::page::Page;
use super::token::{Gap, Shape};

pub(super) fn find(page: &mut Page) {
    let mut from = 0;
    while let Some(at) = page.next(Interest::Name, from) {
        let Some(token) = page.token(at).copied() else {
            break;
        };
        let mut last = if token.has(cue::TITLE | cue::PROVIDER_TITLE) {
            titled(page, at, &token)
        } else if token.has(cue::PERSON | cue::RELATIVE | cue::NAME_LABEL) {
            labelled(page, at, &token)
        } else if let Some(last) = told_by_phrase(page, at) {
            Some(last)
        } else if token.shape == Shape::Lower {
            lower_pair(page, at).or_else(|| lower_alone(page, at))
        } else {
            None
        };
        if last.is_none() && token.is_capitalised() && !token.has(cue::TITLE | cue::PROVIDER_TITLE) {
            last = shaped(page, at);
        }
        from = last.unwrap_or(at) + 1;
    }
}

/// What a turn of phrase, or a full name in small letters, tells.
fn told_by_phrase(page: &mut Page, at: usize) -> Option<usize> {
    let names = counted(page, at);
    for name in &names {
        page.report(*name, *name, PhiKind::Name, 0.6, "name.label");
    }
    if let Some(last) = names.last() {
        return Some(*last);
    }
    let is_lower = page.token(at).is_some_and(|token| token.shape == Shape::Lower);
    let full = if is_lower {
        lower_full(page, at)
    } else {
        signed(page, at).map(|last| (at, last))
    };
    let (first, last) = full.or_else(|| phrased(page, at).map(|last| (at, last)))?;
    page.report(first, last, PhiKind::Name, 0.6, "name.label");
    Some(last)
}

/// How far the words of one found name may reach, in tokens.
const NAME_REACH: usize = 8;

/// "Rosalind Achterberg … Achterberg": what was part of a name of several words is a name at its other places too.
pub(super) fn find_again(page: &mut Page) {
    let borne = words_borne(page);
    if borne.is_empty() {
        return;
    }
    let mut from = 0;
    while let Some(at) = page.next(Interest::Name, from) {
        from = at + 1;
        let is_borne = page
            .token(at)
            .is_some_and(|token| token.shape == Shape::Title && borne.binary_search(&token.hash).is_ok());
        let is_joined = page.mark_is(at + 1, b'-') && page.gap(at + 1) == Gap::Glued || page.gap(at) == Gap::Glued;
        let heads_thing = page.has(at + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(at + 1) == Gap::Space;
        if is_borne && !is_joined && !heads_thing {
            page.report(at, at, PhiKind::Name, 0.6, "name.shape");
        }
    }
}

/// The words of names of several words that are nothing but names, in order.
fn words_borne(page: &Page) -> Vec<WordHash> {
    let mut borne = Vec::new();
    for found in page
        .found
        .iter()
        .filter(|found| found.kind == PhiKind::Name && found.score >= 0.7)
    {
        let first = page
            .tokens
            .partition_point(|token| (token.start as usize) < found.start);
        let words = (first..first + NAME_REACH)
            .take_while(|index| page.token(*index).is_some_and(|token| token.end as usize <= found.end))
            .filter(|index| {
                page.token(*index)
                    .is_some_and(|token| token.shape == Shape::Title && token.len() > 3)
            })
            .filter(|index| page.dictionary(*index) & (dict::WORD | dict::CITY) == 0)
            .filter(|index| {
                !page.has(
                    *index,
                    cue::EPONYM | cue::PROPER | cue::STATE | cue::TITLE | cue::PROVIDER_TITLE | cue::MONTH,
                )
            });
        borne.extend(words.filter_map(|index| page.token(index)).map(|token| token.hash));
    }
    borne.sort_unstable();
    borne.dedup();
    borne
}
