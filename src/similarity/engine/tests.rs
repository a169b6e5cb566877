//! The engine against a brute-force model: ids, scores and order, on random corpora.
//!
//! `STRATUM_CASES` sets the number of random corpora (default 150); each is written to, searched many times and
//! compared with a list of records that is scanned and sorted.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering as Atomic};

use uuid::Uuid;

use super::*;

mod residency;
mod scenarios;

/// A small seeded generator (`SplitMix64`); its quality is enough to vary cases.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// A number below `bound`, small ones much more often.
    fn skewed(&mut self, bound: usize) -> usize {
        let most = self.below(bound) + 1;
        self.below(most)
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

fn cases() -> u64 {
    let asked = std::env::var("STRATUM_CASES").ok();
    asked.and_then(|cases| cases.parse().ok()).unwrap_or(150)
}

#[derive(Clone, Debug)]
struct ModelRecord {
    id: Uuid,
    rank: RankKey,
    attributes: Vec<u32>,
    features: Vec<u32>,
}

/// The world of one case: how many features there are, what they weigh, how records come about.
struct World {
    weights: Vec<u16>,
    mean_features: usize,
    templates: Vec<Vec<u32>>,
    ids: usize,
}

impl World {
    fn new(dice: &mut Dice) -> Self {
        let vocabulary = 1 + dice.skewed(300);
        let heavy = dice.chance(20);
        let weights = (0..vocabulary).map(|_| {
            let most = if heavy { 65_535 } else { 40 };
            1 + dice.below(most) as u16
        });
        let weights = weights.collect();
        let mut world = Self {
            weights,
            mean_features: 1 + dice.below(30),
            templates: Vec::new(),
            ids: 1 + dice.below(3_000),
        };
        let templates = 1 + dice.below(12);
        world.templates = (0..templates).map(|_| world.features(dice)).collect();
        world
    }

    fn features(&self, dice: &mut Dice) -> Vec<u32> {
        let count = dice.below(2 * self.mean_features + 1);
        let set: BTreeSet<u32> = (0..count)
            .map(|_| dice.skewed(self.weights.len()) as u32)
            .collect();
        set.into_iter().collect()
    }

    /// A template with some features changed, or none: exact copies make ties.
    fn scenario(&self, dice: &mut Dice) -> Vec<u32> {
        if dice.chance(25) {
            return self.features(dice);
        }
        let template = self.templates[dice.below(self.templates.len())].clone();
        if dice.chance(40) {
            return template;
        }
        let changed = template.into_iter().map(|feature| {
            if dice.chance(25) {
                dice.skewed(self.weights.len()) as u32
            } else {
                feature
            }
        });
        let set: BTreeSet<u32> = changed.collect();
        set.into_iter().collect()
    }

    fn record(&self, dice: &mut Dice) -> ModelRecord {
        ModelRecord {
            id: Uuid::from_u128(dice.below(self.ids) as u128),
            rank: RankKey {
                outcome_quality: dice.below(3) as u8,
                verification: dice.below(2) as u8,
                reuse: dice.skewed(4) as u32,
                day: dice.below(3) as u32,
            },
            attributes: vec![
                dice.below(4) as u32,
                dice.skewed(900) as u32,
                1 << dice.below(25),
            ],
            features: self.scenario(dice),
        }
    }

    fn weight_of(&self, features: &[u32]) -> u32 {
        features
            .iter()
            .map(|feature| u32::from(self.weights[*feature as usize]))
            .sum()
    }
}

type Model = BTreeMap<Uuid, ModelRecord>;

fn write(
    index: &Index,
    model: &mut Model,
    world: &World,
    removed: &[Uuid],
    put: &[ModelRecord],
    revision: u64,
) {
    let rows: Vec<Record<'_>> = put.iter().map(|record| row(world, record)).collect();
    index.apply(removed, &rows, revision);
    removed.iter().for_each(|id| {
        model.remove(id);
    });
    put.iter().for_each(|record| {
        model.insert(record.id, record.clone());
    });
}

fn row<'a>(world: &World, record: &'a ModelRecord) -> Record<'a> {
    Record {
        id: record.id,
        rank: record.rank,
        attributes: &record.attributes,
        features: &record.features,
        total_weight: world.weight_of(&record.features),
    }
}

/// A corpus built by streaming and then written to, and what it should hold.
fn corpus(dice: &mut Dice, world: &World) -> (Index, Model) {
    let mut model = Model::new();
    for _ in 0..dice.skewed(1_500) {
        let record = world.record(dice);
        model.insert(record.id, record);
    }
    let mut builder = IndexBuilder::default();
    model
        .values()
        .for_each(|record| builder.push(&row(world, record)));
    let index = builder.finish(1);
    for revision in 0..dice.below(12) {
        let put: Vec<ModelRecord> = (0..dice.skewed(60)).map(|_| world.record(dice)).collect();
        let removed: Vec<Uuid> = (0..dice.skewed(60))
            .map(|_| world.record(dice).id)
            .collect();
        write(
            &index,
            &mut model,
            world,
            &removed,
            &put,
            2 + revision as u64,
        );
    }
    (index, model)
}

struct Asked {
    features: Vec<u32>,
    unknown_weight: u32,
    unlike: Vec<u32>,
    options: SearchOptions,
}

fn asked(dice: &mut Dice, world: &World) -> Asked {
    let mut conditions = Vec::new();
    if dice.chance(20) {
        conditions.push(Condition::OneOf {
            column: 0,
            values: vec![dice.below(4) as u32, 1],
        });
    }
    if dice.chance(15) {
        let low = dice.below(300) as u32;
        conditions.push(Condition::Between {
            column: 1,
            low,
            high: low + dice.below(300) as u32,
        });
    }
    if dice.chance(10) {
        conditions.push(Condition::AnyBit {
            column: 2,
            bits: dice.next() as u32,
        });
    }
    let unlike = if dice.chance(15) {
        vec![dice.skewed(world.weights.len()) as u32]
    } else {
        vec![]
    };
    let exclude = (0..dice.skewed(4)).map(|_| world.record(dice).id).collect();
    Asked {
        features: world.scenario(dice),
        unknown_weight: if dice.chance(20) {
            dice.below(500) as u32
        } else {
            0
        },
        unlike,
        options: SearchOptions {
            limit: dice.skewed(40),
            order: if dice.chance(25) {
                Order::Outcome
            } else {
                Order::Similarity
            },
            min_score: if dice.chance(25) {
                dice.below(100) as f64 / 100.0
            } else {
                0.0
            },
            filter: Filter(conditions),
            exclude,
        },
    }
}

fn query(world: &World, asked: &Asked) -> Query {
    let weighed = asked
        .features
        .iter()
        .map(|feature| (*feature, world.weights[*feature as usize]));
    Query::new(
        &weighed.collect::<Vec<_>>(),
        asked.unknown_weight,
        &asked.unlike,
    )
}

/// Every record scored by the definition, sorted by the definition.
fn brute_force(world: &World, models: &[&Model], asked: &Asked) -> Vec<(usize, Uuid, f64)> {
    let wanted: BTreeSet<u32> = asked.features.iter().copied().collect();
    let unlike: BTreeSet<u32> = asked.unlike.iter().copied().collect();
    let query_weight = u64::from(world.weight_of(&asked.features) + asked.unknown_weight);
    let mut found = Vec::new();
    for (corpus, model) in models.iter().enumerate() {
        for record in model.values() {
            let shared: Vec<u32> = record
                .features
                .iter()
                .copied()
                .filter(|feature| wanted.contains(feature))
                .collect();
            let shared = u64::from(world.weight_of(&shared));
            let union = query_weight + u64::from(world.weight_of(&record.features)) - shared;
            let score = shared as f64 / union as f64;
            let accepted = shared > 0
                && score >= asked.options.min_score
                && !record
                    .features
                    .iter()
                    .any(|feature| unlike.contains(feature))
                && !asked.options.exclude.contains(&record.id)
                && asked
                    .options
                    .filter
                    .accepts(|column| record.attributes[column]);
            if accepted {
                found.push((corpus, record, shared, union));
            }
        }
    }
    found.sort_by(
        |(left_corpus, left, left_shared, left_union),
         (right_corpus, right, right_shared, right_union)| {
            let by_outcome = match asked.options.order {
                Order::Similarity => std::cmp::Ordering::Equal,
                Order::Outcome => right.rank.outcome_quality.cmp(&left.rank.outcome_quality),
            };
            let by_score =
                (u128::from(right_shared * left_union)).cmp(&u128::from(left_shared * right_union));
            let by_rank = (Reverse(left.rank), left.id, left_corpus).cmp(&(
                Reverse(right.rank),
                right.id,
                right_corpus,
            ));
            by_outcome.then(by_score).then(by_rank)
        },
    );
    found.truncate(asked.options.limit);
    found
        .into_iter()
        .map(|(corpus, record, shared, union)| (corpus, record.id, shared as f64 / union as f64))
        .collect()
}

fn found(hits: Vec<Hit>) -> Vec<(usize, Uuid, f64)> {
    hits.into_iter()
        .map(|hit| (hit.corpus, hit.id, hit.score.value()))
        .collect()
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
            assert_eq!(
                found(alone),
                brute_force(&world, &[&own_model], &asked),
                "case {case}"
            );
            let both = search(&[(&own, &query), (&public, &query)], &asked.options);
            let expected = brute_force(&world, &[&own_model, &public_model], &asked);
            assert_eq!(found(both), expected, "case {case}, two corpora");
        }
    }
}

/// Random corpora stay small; this one fills more than one segment, so that blocks, dense lists and strata of
/// every size are met.
#[test]
fn a_corpus_of_several_segments_equals_brute_force() {
    let mut dice = Dice::new(7);
    let vocabulary = 4_000;
    let mut world = World::new(&mut dice);
    world.weights = (0..vocabulary)
        .map(|_| 1 + dice.below(3_000) as u16)
        .collect();
    world.mean_features = 12;
    world.ids = usize::MAX;
    world.templates = (0..400).map(|_| world.features(&mut dice)).collect();
    let mut model = Model::new();
    let mut builder = IndexBuilder::default();
    for _ in 0..80_000 {
        let record = world.record(&mut dice);
        builder.push(&row(&world, &record));
        model.insert(record.id, record);
    }
    let index = builder.finish(1);
    let gone: Vec<Uuid> = model.keys().copied().step_by(7).collect();
    let put: Vec<ModelRecord> = (0..3_000).map(|_| world.record(&mut dice)).collect();
    write(&index, &mut model, &world, &gone, &put, 2);
    for _ in 0..40 {
        let asked = asked(&mut dice, &world);
        let snapshot = index.snapshot();
        let hits = search(&[(&snapshot, &query(&world, &asked))], &asked.options);
        assert_eq!(found(hits), brute_force(&world, &[&model], &asked));
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
    assert_eq!(
        (index.snapshot().len(), index.snapshot().segments()),
        (0, 0)
    );
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
