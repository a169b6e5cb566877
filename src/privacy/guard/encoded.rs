//! Text hidden in base64 or hexadecimal: decoded once and read like any other text.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::index::{ENCODED_MIN, Interest};
use super::kinds::PhiKind;
use super::page::{Page, Span};
use super::token::{Gap, Shape};

/// How many words, and bytes, before an encoded run are read with what it decodes to.
const CONTEXT_TOKENS: usize = 5;
const CONTEXT_BYTES: u32 = 60;

/// How much decoded text is read in one input. Runs beyond it are reported unread.
const DECODED_BYTES_MAX: usize = 1 << 20;

/// Decodes every run that looks encoded and lets `read` look at it; a finding inside covers the whole run.
pub(super) fn find(page: &mut Page, read: &dyn Fn(&str) -> Vec<Span>) {
    let mut from = 0;
    let mut budget = DECODED_BYTES_MAX;
    while let Some(at) = page.next(Interest::Encoded, from) {
        let (first, last, length) = run(page, at, from);
        from = last + 1;
        if length >= ENCODED_MIN && !page.is_taken(first, last) && looks_encoded(page, first, last) {
            inspect(page, first, last, &mut budget, read);
        }
    }
}

/// The run of base64 characters around a token, from `from` on: its first and last token, and its bytes without padding.
fn run(page: &Page, at: usize, from: usize) -> (usize, usize, usize) {
    let is_part = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.mark == 0 || matches!(token.mark, b'+' | b'/' | b'-' | b'_'))
    };
    let (mut first, mut last) = (at, at);
    while first > from && page.gap(first) == Gap::Glued && is_part(first - 1) {
        first -= 1;
    }
    while page.gap(last + 1) == Gap::Glued && is_part(last + 1) {
        last += 1;
    }
    let length = match (page.token(first), page.token(last)) {
        (Some(start), Some(end)) => (end.end - start.start) as usize,
        _ => 0,
    };
    (first, last, length)
}

/// Prose isn't decoded: an encoded run mixes small letters, capitals and digits in one token, or is hexadecimal throughout.
fn looks_encoded(page: &Page, first: usize, last: usize) -> bool {
    let is_one_word = first == last
        && page.token(first).is_some_and(|token| {
            token.shape == Shape::Lower
                || token.shape == Shape::Upper
                || token.shape == Shape::Digits && token.len() < 18
        });
    let is_title = first == last
        && page.token(first).is_some_and(|token| token.shape == Shape::Title)
        && !page.word(first).bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    let has_mixture = (first..=last).any(|index| {
        let word = page.word(index);
        page.token(index).is_some_and(|token| token.shape == Shape::Mixed)
            || word.len() > 3
                && word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
                && word.bytes().any(|byte| byte.is_ascii_lowercase())
    });
    !is_one_word && !is_title && has_mixture
        || first == last
            && page
                .token(first)
                .is_some_and(|token| token.shape == Shape::Digits && token.len() >= 18)
}

fn inspect(page: &mut Page, first: usize, last: usize, budget: &mut usize, read: &dyn Fn(&str) -> Vec<Span>) {
    let (Some(from), Some(to)) = (page.token(first), page.token(last)) else {
        return;
    };
    let encoded = page.text.get(from.start as usize..to.end as usize).unwrap_or("");
    let decoded_texts = decodings(encoded);
    if decoded_texts.is_empty() {
        return;
    }
    let context = context(page, first);
    let mut strongest: Option<Span> = None;
    for decoded in decoded_texts {
        let text = format!("{context}{decoded}");
        let Some(left) = budget.checked_sub(text.len()) else {
            let whole = Span {
                start: 0,
                end: 0,
                kind: PhiKind::OtherUniqueId,
                score: 0.5,
                detector: "encoded.unread",
            };
            strongest = strongest.or(Some(whole));
            break;
        };
        *budget = left;
        let inside = read(&text).into_iter().filter(|span| span.end > context.len());
        strongest = strongest
            .into_iter()
            .chain(inside)
            .max_by(|a, b| a.score.total_cmp(&b.score));
    }
    let Some(inner) = strongest else { return };
    let is_padding = |index: &usize| page.mark_is(*index, b'=') && page.gap(*index) == Gap::Glued;
    let padded = (last + 1..=last + 2).take_while(is_padding).last().unwrap_or(last);
    page.report(first, padded, inner.kind, inner.score, inner.detector);
}

/// The words just before an encoded run: its label, if it has one.
fn context<'p>(page: &Page<'p>, first: usize) -> &'p str {
    let mut start = first;
    while start > 0
        && first - start < CONTEXT_TOKENS
        && !page.starts_sentence(start)
        && !page.is_taken(start - 1, start - 1)
    {
        start -= 1;
    }
    match (page.token(start), page.token(first)) {
        (Some(from), Some(to)) if from.start + CONTEXT_BYTES >= to.start => {
            page.text.get(from.start as usize..to.start as usize).unwrap_or("")
        }
        _ => "",
    }
}

/// What the run may stand for, as readable text.
fn decodings(encoded: &str) -> Vec<String> {
    let candidates = [
        STANDARD_NO_PAD.decode(encoded).ok(),
        URL_SAFE_NO_PAD.decode(encoded).ok(),
        decode_hex(encoded),
    ];
    let mut texts: Vec<String> = candidates.into_iter().flatten().filter_map(readable).collect();
    texts.dedup();
    texts
}

fn decode_hex(encoded: &str) -> Option<Vec<u8>> {
    if !encoded.len().is_multiple_of(2) {
        return None;
    }
    encoded
        .as_bytes()
        .chunks_exact(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// Decoded bytes that a person could read.
fn readable(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let readable = text.chars().all(|c| !c.is_control() || c.is_whitespace());
    (readable && text.len() >= 6).then_some(text)
}
