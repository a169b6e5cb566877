//! The engine against a brute-force model: ids, scores and order, on random corpora.
//!
//! `STRATUM_CASES` sets the number of random corpora (default 150); each is written to, searched many times and
//! compared with a list of records that is scanned and sorted.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "random numbers below small bounds; a test that indexes wrongly should fail"
)]

use std::sync::atomic::{AtomicBool, Ordering as Atomic};

use uuid::Uuid;

use super::*;

mod decisions;
mod model;
mod residency;
mod scenarios;

use model::{Dice, Model, ModelRecord, World, asked, brute_force, corpus, found, query, row, write};

fn cases() -> u64 {
    let asked = std::env::var("STRATUM_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(150)
}

#[test]
fn searches_equal_brute_force() {
    for case in 0..cases() {
        let mut dice = Dice::new(case);
        let world = World::new(&mut dice);
        let (own, own_model) = corpus(&mut dice, &world);
        let (public, public_model) = corpus(&mut dice, &world);
        assert_eq!(own.snapshot().len(), own_model.len(), "case {case}");
        for _ in 0..6 {
            let asked = asked(&mut dice, &world);
            let query = query(&world, &asked);
            let (own, public) = (own.snapshot(), public.snapshot());
            let alone = search(&[(&own, &query)], &asked.options);
            assert_eq!(found(alone), brute_force(&world, &[&own_model], &asked), "case {case}");
            let both = search(&[(&own, &query), (&public, &query)], &asked.options);
            let expected = brute_force(&world, &[&own_model, &public_model], &asked);
            assert_eq!(found(both), expected, "case {case}, two corpora");
        }
    }
}

/// Random corpora stay small; these fill more than one segment, so that blocks, dense lists and strata of every
/// size are met. One for every thousand cases asked for.
#[test]
fn corpora_of_several_segments_equal_brute_force() {
    for seed in 0..cases().div_ceil(1_000) {
        let mut dice = Dice::new(seed);
        let mut world = World::new(&mut dice);
        let heaviest = if seed % 2 == 0 { 3_000 } else { 3 };
        world.weights = (0..4_000).map(|_| 1 + dice.below(heaviest) as u16).collect();
        world.mean_features = 12;
        world.ids = usize::MAX;
        world.templates = (0..400).map(|_| world.features(&mut dice)).collect();
        let mut model = Model::new();
        let mut builder = IndexBuilder::default();
        for _ in 0..70_000 {
            let record = world.record(&mut dice);
            builder.push(&row(&world, &record));
            model.insert(record.id, record);
        }
        let index = builder.finish(1);
        let gone: Vec<Uuid> = model.keys().copied().step_by(7).collect();
        let put: Vec<ModelRecord> = (0..3_000).map(|_| world.record(&mut dice)).collect();
        write(&index, &mut model, &world, &gone, &put, 2);
        let snapshot = index.snapshot();
        for _ in 0..15 {
            let asked = asked(&mut dice, &world);
            let hits = search(&[(&snapshot, &query(&world, &asked))], &asked.options);
            assert_eq!(found(hits), brute_force(&world, &[&model], &asked), "seed {seed}");
        }
    }
}

#[test]
fn many_small_writes_keep_segments_few() {
    let mut dice = Dice::new(3);
    let mut world = World::new(&mut dice);
    world.ids = usize::MAX;
    let (index, mut model) = (Index::default(), Model::new());
    for revision in 0..2_000 {
        let record = world.record(&mut dice);
        write(&index, &mut model, &world, &[], &[record], revision);
    }
    let snapshot = index.snapshot();
    assert_eq!((snapshot.len(), snapshot.revision()), (2_000, 1_999));
    assert!(snapshot.segments() <= 8, "{} segments", snapshot.segments());
    let everyone: Vec<Uuid> = model.keys().copied().collect();
    write(&index, &mut model, &world, &everyone, &[], 2_000);
    assert_eq!((index.snapshot().len(), index.snapshot().segments()), (0, 0));
}

/// A writer moves one marked record back and forth between two feature sets, in one step each; readers must see
/// exactly one of the two at any time.
#[test]
fn readers_never_see_half_an_update() {
    let marked = Uuid::from_u128(1);
    let shapes: [&[u32]; 2] = [&[1, 2], &[1, 3]];
    let record = |shape: usize| Record {
        id: marked,
        rank: RankKey {
            day: shape as u32,
            ..RankKey::default()
        },
        attributes: &[],
        features: shapes[shape],
        total_weight: 2,
    };
    let index = Index::default();
    index.apply(&[], &[record(0)], 0);
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let readers: Vec<_> = (0..3)
            .map(|_| {
                threads.spawn(|| {
                    let query = Query::new(&[(1, 1), (3, 1)], 0, &[]);
                    let mut seen = 0_u64;
                    let mut last_revision = 0;
                    while !done.load(Atomic::Acquire) || seen == 0 {
                        let snapshot = index.snapshot();
                        let hits = search(&[(&snapshot, &query)], &SearchOptions::default());
                        let shape = (snapshot.revision() % 2) as usize;
                        let expected = if shape == 1 { 1.0 } else { 1.0 / 3.0 };
                        assert_eq!(found(hits), [(0, marked, expected)]);
                        assert!(snapshot.revision() >= last_revision);
                        last_revision = snapshot.revision();
                        seen += 1;
                    }
                    seen
                })
            })
            .collect();
        for revision in 1..3_000_u64 {
            let filler = Uuid::from_u128(u128::from(10 + revision % 200));
            let noise = Record {
                id: filler,
                rank: RankKey::default(),
                attributes: &[],
                features: &[9],
                total_weight: 1,
            };
            index.apply(&[], &[record((revision % 2) as usize), noise], revision);
        }
        done.store(true, Atomic::Release);
        for reader in readers {
            assert!(reader.join().is_ok_and(|seen| seen > 0));
        }
    });
}

#[test]
fn bytes_grow_with_records_and_shrink_with_removal() {
    let mut dice = Dice::new(5);
    let mut world = World::new(&mut dice);
    world.ids = usize::MAX;
    let (index, mut model) = (Index::default(), Model::new());
    let put: Vec<ModelRecord> = (0..3_000).map(|_| world.record(&mut dice)).collect();
    write(&index, &mut model, &world, &[], &put, 1);
    let full = index.snapshot().bytes();
    let ids: usize = put.len() * 16;
    assert!(full > ids);
    let gone: Vec<Uuid> = model.keys().copied().skip(100).collect();
    write(&index, &mut model, &world, &gone, &[], 2);
    assert!(index.snapshot().bytes() < full / 4);
}
