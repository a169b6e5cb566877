//! Which words of a text drove the first type, and how much of the text the model knows.

use super::Span;
use super::features::GROUPS;
use super::lexicon::Token;
use super::model::Found;
use super::solver::LABELS;

/// Spans shown at most for one text.
const MAX_SPANS: usize = 6;
/// A token is shown when it drove at least this share of what the strongest drove.
const SPAN_SHARE: f32 = 0.25;

/// A place of the text that spoke for the first type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvidenceSpan {
    /// Where.
    pub span: Span,
    /// What it added to the first type's logit beyond the mean type's.
    pub contribution: f32,
}

/// Share of the tokens that have a known word or concept feature.
pub fn known_share(tokens: &[Token], found: &[Found<'_>]) -> f32 {
    let mut known = vec![false; tokens.len()];
    // Letter groups (the last feature group) alone do not make a word known.
    for (_, feature, _) in found
        .iter()
        .filter(|(_, feature, _)| usize::from(feature.group) + 1 < GROUPS)
    {
        for token in feature.first_token..=feature.last_token {
            if let Some(known) = known.get_mut(token as usize) {
                *known = true;
            }
        }
    }
    known.iter().filter(|known| **known).count() as f32 / tokens.len().max(1) as f32
}

/// Tokens by what their features added to `label` beyond the mean type, strongest kept, neighbours joined.
pub fn evidence(label: usize, tokens: &[Token], found: &[Found<'_>]) -> Vec<EvidenceSpan> {
    let mut driven = vec![0.0_f32; tokens.len()];
    for (value, feature, row) in found {
        let mean = row.weights[..LABELS]
            .iter()
            .map(|weight| f32::from(*weight))
            .sum::<f32>()
            / LABELS as f32;
        let added = value * (f32::from(row.weights[label]) - mean);
        let ends = [feature.first_token as usize, feature.last_token as usize];
        for end in ends {
            if let Some(driven) = driven.get_mut(end) {
                *driven += added / 2.0;
            }
        }
    }
    let floor = driven.iter().copied().fold(0.0, f32::max) * SPAN_SHARE;
    let mut spans = joined_spans(tokens, &driven, floor);
    spans.sort_by(|left, right| {
        right
            .contribution
            .total_cmp(&left.contribution)
            .then(left.span.cmp(&right.span))
    });
    spans.truncate(MAX_SPANS);
    spans.sort_by_key(|evidence| evidence.span);
    spans
}

fn joined_spans(tokens: &[Token], driven: &[f32], floor: f32) -> Vec<EvidenceSpan> {
    let mut spans: Vec<EvidenceSpan> = Vec::new();
    let mut last_shown = None;
    for (index, (token, contribution)) in tokens.iter().zip(driven).enumerate() {
        if *contribution <= 0.0 || *contribution < floor {
            continue;
        }
        match spans
            .last_mut()
            .filter(|_| last_shown.is_some_and(|shown| shown + 1 == index))
        {
            Some(open) => {
                open.span = open.span.join(token.span);
                open.contribution += contribution;
            }
            None => spans.push(EvidenceSpan {
                span: token.span,
                contribution: *contribution,
            }),
        }
        last_shown = Some(index);
    }
    spans
}
