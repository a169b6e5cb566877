//! A second, bolder reading beside what was found. Where one identifier stands, the text tells of somebody, and what could be
//! another of theirs is taken for one: a date that nothing calls a policy's, a long number that is no code, a town, a surname.
//! A text in which the first reading found nothing is never read so.

use std::ops::Range;

use super::page::Page;
use super::{dates, names, numbers, places};

/// How far from an identifier, in tokens, others of the same person are expected: some three sentences.
const REACH: usize = 64;

pub(super) fn find(page: &mut Page) {
    for near in near_findings(page) {
        dates::beside::find(page, &near);
        numbers::beside::find(page, &near);
        places::beside::find(page, &near);
        names::beside::find(page, &near);
    }
}

/// The tokens around all findings, in order, each once.
fn near_findings(page: &Page) -> Vec<Range<usize>> {
    let token_at = |byte: usize| page.tokens.partition_point(|token| (token.end as usize) <= byte);
    let around = |start: usize, end: usize| {
        let last = token_at(end.saturating_sub(1));
        token_at(start).saturating_sub(REACH)..(last + 1 + REACH).min(page.tokens.len())
    };
    let mut ranges: Vec<_> = page.found.iter().map(|found| around(found.start, found.end)).collect();
    ranges.sort_unstable_by_key(|range| range.start);
    ranges.dedup_by(|later, earlier| {
        let meets = later.start <= earlier.end;
        if meets {
            earlier.end = earlier.end.max(later.end);
        }
        meets
    });
    ranges
}
