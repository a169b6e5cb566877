//! Counts under concurrency, and statistics beside a recount in this test's own words.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::random::Random;
use crate::harness::{Client, DOORS, Stage};

#[tokio::test]
async fn a_hundred_applications_at_once_are_a_hundred_more() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let (owner, precedent) = (scene.owner(), scene.precedent().await);
        let request = json!({ "id": precedent["id"] });
        let applied = join_all((0..100).map(|_| owner.ok("ApplyPrecedent", request.clone()))).await;
        // Each was told a count of its own: the mutated resource, not a later one.
        let mut counts: Vec<i64> = applied
            .iter()
            .map(|it| number(&it["precedent"]["reuseCount"]))
            .collect();
        counts.sort_unstable();
        assert_eq!(counts, (1..=100).collect::<Vec<_>>());
        let after = owner.ok("GetPrecedent", request).await;
        assert_eq!(after["precedent"]["reuseCount"], "100");
    }
}

/// 64-bit numbers are text in JSON, and 0 is left out.
fn number(value: &Value) -> i64 {
    value.as_str().map_or(0, |text| text.parse().expect("a number"))
}

const OUTCOMES: [&str; 7] = ["WON", "WON", "LOST", "PARTIAL", "PENDING", "SETTLED", "NOT_PURSUED"];
const TYPES: [&str; 3] = ["MEDICAL_NECESSITY", "CODING", "TIMELY_FILING"];
const PAYERS: [&str; 3] = ["aetna", "cigna", ""];
const CATEGORIES: [&str; 3] = ["imaging", "pharmacy", ""];
/// The normal quantile of a 95 % interval.
const Z: f64 = 1.959_963_984_540_054;

/// What the test knows of a precedent it made.
struct Known {
    outcome: &'static str,
    denial_type: &'static str,
    payer: &'static str,
    category: &'static str,
    year: i64,
    reuse: i64,
}

async fn make(owner: &Client, random: &mut Random) -> Known {
    let pick = |random: &mut Random, of: &[&'static str]| {
        of[usize::try_from(random.below(of.len() as u64)).expect("an index")]
    };
    let known = Known {
        outcome: pick(random, &OUTCOMES),
        denial_type: pick(random, &TYPES),
        payer: pick(random, &PAYERS),
        category: pick(random, &CATEGORIES),
        year: 2020 + i64::try_from(random.below(3)).expect("a year"),
        reuse: i64::try_from(random.below(3)).expect("a count"),
    };
    let mut precedent = json!({
        "scenario": {
            "denialTypes": [format!("DENIAL_TYPE_{}", known.denial_type)],
            "payer": { "payerId": known.payer },
            "serviceCategory": known.category,
        },
        "eventYear": known.year,
    });
    if known.outcome != "PENDING" {
        precedent["outcome"] = json!(format!("OUTCOME_{}", known.outcome));
        precedent["outcomeEvidence"] = json!("OUTCOME_EVIDENCE_SELF_REPORTED");
    }
    let made = owner.ok("CreatePrecedent", json!({ "precedent": precedent })).await;
    for _ in 0..known.reuse {
        owner
            .ok("ApplyPrecedent", json!({ "id": made["precedent"]["id"] }))
            .await;
    }
    known
}

fn share(of: &[&Known], outcomes: &[&str]) -> (i64, f64, f64, f64) {
    let decided = of
        .iter()
        .filter(|it| ["WON", "PARTIAL", "LOST"].contains(&it.outcome))
        .count() as f64;
    let won = of.iter().filter(|it| outcomes.contains(&it.outcome)).count() as f64;
    if decided == 0.0 {
        return (0, 0.0, 0.0, 1.0);
    }
    let p = won / decided;
    let middle = (p + Z * Z / (2.0 * decided)) / (1.0 + Z * Z / decided);
    let half = Z / (1.0 + Z * Z / decided) * (p * (1.0 - p) / decided + Z * Z / (4.0 * decided * decided)).sqrt();
    #[expect(clippy::cast_possible_truncation, reason = "a few dozen")]
    let n = decided as i64;
    (n, p, middle - half, middle + half)
}

#[track_caller]
fn assert_rate(shown: &Value, of: &[&Known], what: &str) {
    let (n, rate, low, high) = share(of, &["WON", "PARTIAL"]);
    assert_eq!(number(&shown["n"]), n, "{what}");
    assert_eq!(shown["insufficientEvidence"] == true, n < 11, "{what}");
    if n > 0 {
        for (name, expected) in [("rate", rate), ("ciLow", low), ("ciHigh", high)] {
            let shown = shown[name].as_f64().unwrap_or(0.0);
            assert!((shown - expected).abs() < 1e-9, "{what} {name}: {shown} {expected}");
        }
    }
}

#[track_caller]
fn assert_rows(shown: &Value, all: &[Known], key: impl Fn(&Known) -> String, what: &str) {
    let mut groups: BTreeMap<String, Vec<&Known>> = BTreeMap::new();
    for known in all {
        groups.entry(key(known)).or_default().push(known);
    }
    let rows = shown.as_array().expect("rows");
    assert_eq!(rows.len(), groups.len(), "{what}");
    for row in rows {
        let key = row["key"].as_str().unwrap_or_default();
        let group = groups.get(key).unwrap_or_else(|| panic!("{what}: no {key:?}"));
        assert_eq!(number(&row["count"]), group.len() as i64, "{what} {key}");
        let reuse: i64 = group.iter().map(|it| it.reuse).sum();
        assert_eq!(number(&row["reuseCount"]), reuse, "{what} {key}");
        assert_rate(&row["rate"], group, &format!("{what} {key}"));
    }
}

#[tokio::test]
async fn statistics_equal_a_recount() {
    let stage = Stage::start().await;
    for (door, seed) in DOORS.into_iter().zip(1..) {
        let owner = stage.scene(door).owner();
        let mut random = Random::seeded(seed);
        let mut all = Vec::new();
        for _ in 0..60 {
            all.push(make(&owner, &mut random).await);
        }
        let stats = owner.ok("GetPrecedentStats", json!({})).await;
        assert_eq!(number(&stats["total"]), 60);
        let everyone: Vec<&Known> = all.iter().collect();
        assert_rate(&stats["rate"], &everyone, "all");
        for row in stats["outcomes"].as_array().expect("outcomes") {
            let name = row["outcome"]
                .as_str()
                .unwrap_or_default()
                .trim_start_matches("OUTCOME_");
            let count = all.iter().filter(|it| it.outcome == name).count();
            assert_eq!(number(&row["count"]), count as i64, "{name}");
        }
        assert_rows(&stats["byType"], &all, |it| it.denial_type.to_owned(), "type");
        assert_rows(&stats["byPayer"], &all, |it| it.payer.to_owned(), "payer");
        assert_rows(&stats["byYear"], &all, |it| it.year.to_string(), "year");
        let group = |it: &Known| format!("{}/{}/{}", it.payer, it.denial_type, it.category);
        let shown = stats["topGroups"].as_array().expect("groups");
        let reuse: Vec<i64> = shown.iter().map(|row| number(&row["reuseCount"])).collect();
        assert!(reuse.is_sorted_by(|a, b| a >= b) && reuse.len() <= 20, "{reuse:?}");
        for row in shown {
            let members: Vec<&Known> = all.iter().filter(|it| row["key"] == group(it)).collect();
            assert_eq!(number(&row["count"]), members.len() as i64, "{}", row["key"]);
            assert_rate(&row["rate"], &members, "group");
        }
        // A filter counts the same as a recount of what passes it.
        let filter = json!({ "filter": { "payerId": "aetna", "eventYearFrom": 2021 } });
        let stats = owner.ok("GetPrecedentStats", filter).await;
        let passing: Vec<&Known> = all.iter().filter(|it| it.payer == "aetna" && it.year >= 2021).collect();
        assert_eq!(number(&stats["total"]), passing.len() as i64);
        assert_rate(&stats["rate"], &passing, "filtered");
    }
}
