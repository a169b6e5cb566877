//! The words a precedent is found by, and those a search asks for: the same function makes both.

use std::collections::BTreeSet;

use crate::proto::v1::Precedent;
use crate::similarity::engine::text;

/// Most words of a search; more would only narrow what few records can pass.
const QUERY_WORDS_MAX: usize = 12;

/// The words of a precedent's prose and names.
#[must_use]
pub fn of_precedent(precedent: &Precedent) -> Vec<String> {
    let mut words = BTreeSet::new();
    let scenario = precedent.scenario.clone().unwrap_or_default();
    let payer = scenario.payer.unwrap_or_default().payer_id;
    let slugs = [
        scenario.service_category,
        scenario.diagnosis_group,
        payer,
        precedent.specialty.clone(),
    ];
    let prose = [&precedent.title, &scenario.denial_trigger, &precedent.notes];
    for text in prose.into_iter().chain(&precedent.tags) {
        add(&mut words, text);
    }
    for slug in slugs {
        add(&mut words, &slug.replace(['_', '-'], " "));
    }
    words.into_iter().collect()
}

/// The words a search asks for, each once.
#[must_use]
pub fn of_text(query: &str) -> Vec<String> {
    let mut words = BTreeSet::new();
    add(&mut words, query);
    words.into_iter().take(QUERY_WORDS_MAX).collect()
}

fn add(words: &mut BTreeSet<String>, text: &str) {
    words.extend(text::sentences(text).into_iter().flatten());
}
