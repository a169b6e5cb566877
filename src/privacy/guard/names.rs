//! Names of people: by what calls them a person, by dictionary, and by shape.

use super::index::Interest;
use super::lexicon::cue;
use super::name_labels::{labelled, titled};
use super::name_lower::lower_pair;
use super::name_shapes::shaped;
use super::page::Page;
use super::token::Shape;

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
        } else if token.shape == Shape::Lower {
            lower_pair(page, at)
        } else {
            None
        };
        if last.is_none() && token.is_capitalised() && !token.has(cue::TITLE | cue::PROVIDER_TITLE) {
            last = shaped(page, at);
        }
        from = last.unwrap_or(at) + 1;
    }
}
