//! Real decisions: few distinct scenarios, many records each, ties everywhere.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use uuid::Uuid;

use super::super::*;
use super::model::Dice;

/// The shared file, by `STRATUM_TEST_DATA` or beside the project.
fn decisions() -> Option<String> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data"));
    let folder = std::env::var_os("STRATUM_TEST_DATA").map_or_else(beside, PathBuf::from);
    let path = folder.join("decisions/ca_dmhc_imr_2001_2014.csv");
    let bytes = std::fs::read(&path);
    if bytes.is_err() {
        eprintln!("skipped: {} is absent", path.display());
    }
    Some(String::from_utf8_lossy(&bytes.ok()?).into_owned())
}

/// Features (without age and sex: more ties), year and whether the decision was overturned.
fn parsed(line: &str) -> Option<(FeatureSet, u32, bool)> {
    let cells: Vec<&str> = line.trim_end().split(';').collect();
    let [_, year, group, detail, service, treatment, ending, dispute, ..] = cells[..] else {
        return None;
    };
    let features = FeatureSet::of(&FeatureSource {
        denial_types: &[dispute],
        diagnosis_groups: &[group, detail],
        service_categories: &[service, treatment],
        ..FeatureSource::default()
    });
    Some((features, year.parse().ok()?, ending.starts_with("Overturned")))
}

#[test]
fn real_decisions_are_found_exactly_among_their_ties() {
    let Some(text) = decisions() else { return };
    let rows: Vec<(FeatureSet, u32, bool)> = text.lines().skip(1).filter_map(parsed).collect();
    assert!(rows.len() > 15_000, "{} rows", rows.len());
    let distinct: BTreeSet<&str> = rows.iter().map(|(features, ..)| features.stored()).collect();
    assert!(distinct.len() < rows.len() / 2, "{} distinct scenarios", distinct.len());
    let mut counts = DocumentCounts::default();
    for (features, ..) in &rows {
        counts.add(features);
    }
    let weights = Arc::new(WeightTable::freeze(BaseTable::shipped(), &counts, 1));
    let mut builder = CorpusBuilder::new(Arc::clone(&weights));
    let rank = |(_, year, is_won): &(FeatureSet, u32, bool)| RankKey {
        outcome_quality: u8::from(*is_won),
        day: *year,
        ..RankKey::default()
    };
    for (id, row) in (0..).zip(&rows) {
        let (id, features) = (Uuid::from_u128(id), &row.0);
        builder.push(&Document {
            id,
            rank: rank(row),
            attributes: &[row.1],
            features,
        });
    }
    let corpus = builder.finish(1);
    let (mut dice, nothing) = (Dice::new(1), FeatureSet::default());
    for _ in 0..20 {
        let (asked, ..) = &rows[dice.below(rows.len())];
        let scenario = ScenarioQuery {
            features: asked,
            unlike: &nothing,
        };
        let hits = search_corpora(&[&corpus], scenario, &SearchOptions::default());
        let scored = (0..).zip(&rows).map(|(id, row)| {
            let score = explain(asked, &row.0, &weights).score;
            (score, rank(row), std::cmp::Reverse(Uuid::from_u128(id)))
        });
        let mut expected: Vec<_> = scored.collect();
        expected.sort_unstable_by(|left, right| right.cmp(left));
        let found = hits
            .iter()
            .map(|CorpusHit { hit, .. }| (hit.score, hit.rank, std::cmp::Reverse(hit.id)));
        assert_eq!(found.collect::<Vec<_>>(), expected[..10]);
    }
}
