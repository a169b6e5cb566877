//! Address blocks: the short lines below a line that is a name, or that ends with a street or an apartment. Streets of any country, towns and telephone numbers stand there without
//! a cue, so the lines themselves are the cue.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Token};

/// Most lines of a block below the name.
const LINES_MAX: usize = 8;
/// Most lines of an address below its street: apartment, town, country.
const LINES_BELOW_STREET_MAX: usize = 3;
/// Most tokens of a line.
const LINE_TOKENS_MAX: usize = 24;

/// What no line of an address holds: codes, payers, months, clinical and personal words.
const OTHER_MATTER: u64 = cue::CODE_CUE
    | cue::PROPER
    | cue::MONTH
    | cue::PERSON
    | cue::PATIENT_DATE
    | cue::POLICY_DATE
    | cue::ID_NOUN
    | cue::UNIT
    | cue::EPONYM_HEAD
    | cue::NEGATION;

pub(in super::super) fn find(page: &mut Page) {
    let heads: Vec<(usize, usize)> = page
        .found
        .iter()
        .filter_map(|span| {
            let lines = match (span.kind, span.detector) {
                (PhiKind::Name, _) => LINES_MAX,
                (_, "geo.unit" | "geo.street") => LINES_BELOW_STREET_MAX,
                _ => return None,
            };
            let below = page.tokens.partition_point(|token| (token.start as usize) < span.end);
            Some((below, lines))
        })
        .collect();
    let units: Vec<usize> = page
        .found
        .iter()
        .filter(|span| span.detector == "geo.unit")
        .map(|span| page.tokens.partition_point(|token| (token.start as usize) < span.start))
        .collect();
    for unit in units {
        street_above(page, unit);
    }
    let mut read_to = 0;
    for (below, lines) in heads {
        let closes_line = page.tokens.get(below).is_some_and(|next| next.gap >= Gap::Line);
        if closes_line && below >= read_to {
            read_to = block(page, below, lines);
        }
    }
}

/// "14 Republica 8305" above "Suite 258": the line before an apartment's, if it begins with a house number.
fn street_above(page: &mut Page, unit: usize) {
    let Some(end) = unit.checked_sub(1).filter(|_| page.gap(unit) == Gap::Line) else {
        return;
    };
    let Some(start) = (0..LINE_TOKENS_MAX)
        .map_while(|back| end.checked_sub(back))
        .find(|index| page.gap(*index) >= Gap::Line)
    else {
        return;
    };
    let has_house = page.token(start).is_some_and(Token::has_digit);
    if has_house && line_kind(page, start, end) == Some(PhiKind::Geography) {
        report_free(page, start, end, PhiKind::Geography);
    }
}

/// Reads at most `lines` lines from token `first` on; gives the token after the block.
fn block(page: &mut Page, first: usize, lines: usize) -> usize {
    let mut start = first;
    for _ in 0..lines {
        let Some(end) = line_end(page, start) else {
            break;
        };
        let Some(kind) = line_kind(page, start, end) else {
            break;
        };
        report_free(page, start, end, kind);
        start = end + 1;
    }
    start
}

/// The last token of the line that begins at `start`, if it is short.
fn line_end(page: &Page, start: usize) -> Option<usize> {
    page.tokens.get(start)?;
    (start..start + LINE_TOKENS_MAX).find(|index| page.tokens.get(index + 1).is_none_or(|next| next.gap >= Gap::Line))
}

/// What a line holds: a telephone number, or a part of an address.
fn line_kind(page: &Page, start: usize, end: usize) -> Option<PhiKind> {
    let tokens = page.tokens.get(start..=end)?;
    if tokens.iter().all(|token| token.taken) {
        return Some(PhiKind::Geography);
    }
    let words = || (start..=end).filter(|index| page.token(*index).is_some_and(Token::is_word));
    let free_numbers = || tokens.iter().filter(|token| token.has_digit() && !token.taken);
    let digits: usize = free_numbers().map(Token::len).sum();
    let groups = tokens.iter().filter(|token| token.has_digit()).count();
    let is_labelled_number = words().all(|index| {
        page.word_is(
            index,
            words!["office", "fax", "home", "cell", "mobile", "work", "ext", "x"],
        )
    });
    if groups >= 2 && (6..=15).contains(&digits) && is_labelled_number {
        let is_fax = words().any(|index| page.has(index, cue::FAX));
        return Some(if is_fax { PhiKind::Fax } else { PhiKind::Phone });
    }
    let is_address = words().all(|index| is_address_word(page, index))
        && tokens.iter().all(|token| {
            token.mark == 0
                || token.taken
                || matches!(
                    token.mark,
                    b'.' | b',' | b'-' | b'\'' | b'/' | b'#' | b'(' | b')' | b'>' | b'?'
                )
        });
    let names_place = groups > 0 || words().any(|index| page.dictionary(index) & dict::WORD == 0);
    (is_address && names_place).then_some(PhiKind::Geography)
}

/// A word of an address: a capital, a place's word, or one that no list knows.
fn is_address_word(page: &Page, index: usize) -> bool {
    page.token(index).is_some_and(|token| {
        let is_place = token.has(
            cue::STREET_SUFFIX | cue::STREET_SHORT | cue::UNIT_LABEL | cue::STATE | cue::STATE_ABBR | cue::PARTICLE,
        );
        token.taken
            || is_place
            || !token.has(OTHER_MATTER) && (token.is_capitalised() || page.dictionary(index) & dict::WORD == 0)
    })
}

/// Reports what of a line is not part of a finding yet, without marks at its ends.
fn report_free(page: &mut Page, start: usize, end: usize, kind: PhiKind) {
    let mut first = start;
    while first <= end {
        let is_free = |page: &Page, index: usize| page.tokens.get(index).is_some_and(|token| !token.taken);
        if !is_free(page, first) || page.tokens.get(first).is_some_and(|token| token.mark != 0) {
            first += 1;
            continue;
        }
        let free_to = (first..=end)
            .take_while(|index| is_free(page, *index))
            .last()
            .unwrap_or(first);
        let last = (first..=free_to)
            .rev()
            .find(|index| page.tokens.get(*index).is_some_and(|token| token.mark == 0))
            .unwrap_or(first);
        let detector = if kind == PhiKind::Phone {
            "phone.number"
        } else if kind == PhiKind::Fax {
            "fax.number"
        } else {
            "geo.block"
        };
        page.report(first, last, kind, 0.6, detector);
        first = free_to + 1;
    }
}
