//! A second, bolder reading beside what was found. Where one identifier stands, the text tells of somebody, and what could be
//! another of theirs is taken for one: a date that nothing calls a policy's, a long number that is no code, a town, a surname.
//! A text in which the first reading found nothing is never read so.

use std::ops::Range;

use super::allow::AllowList;
use super::page::{Page, Span};
use super::{dates, learned, names, numbers, places};

/// How far from an identifier, in tokens, others of the same person are expected: some three sentences.
const REACH: usize = 64;

pub(super) fn find(page: &mut Page, allow: &AllowList) {
    for near in near_findings(page, allow) {
        dates::beside::find(page, &near);
        numbers::beside::find(page, &near);
        places::beside::find(page, &near);
        names::beside::find(page, &near);
        learned::beside(page, &near);
    }
}

/// The tokens around all findings, in order, each once. What a tenant's list allows is nobody's identifier.
fn near_findings(page: &Page, allow: &AllowList) -> Vec<Range<usize>> {
    let mut told = page.found.clone();
    allow.apply(page.text, &mut told);
    told.sort_unstable_by_key(|found| found.start);
    let ends_before = |at: usize, byte: usize| page.tokens.get(at).is_some_and(|token| (token.end as usize) <= byte);
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for Span { start, end, .. } in told {
        while ends_before(at, start) {
            at += 1;
        }
        let first = at.saturating_sub(REACH);
        while ends_before(at, end) {
            at += 1;
        }
        let last = (at + REACH).min(page.tokens.len());
        match ranges.last_mut().filter(|before| first <= before.end) {
            Some(before) => before.end = last,
            None => ranges.push(first..last),
        }
    }
    ranges
}
