//! A model of the index that anyone can check: a map of records, scanned and sorted for every search; and random
//! worlds to compare it in.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::super::*;

/// A small seeded generator (`SplitMix64`); its quality is enough to vary cases.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// A number below `bound`, small ones much more often.
    pub fn skewed(&mut self, bound: usize) -> usize {
        let most = self.below(bound) + 1;
        self.below(most)
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

#[derive(Clone, Debug)]
pub struct ModelRecord {
    pub id: Uuid,
    pub rank: RankKey,
    pub attributes: Vec<u32>,
    pub features: Vec<u32>,
}

/// The world of one case: how many features there are, what they weigh, how records come about.
pub struct World {
    pub weights: Vec<u16>,
    pub mean_features: usize,
    pub templates: Vec<Vec<u32>>,
    pub ids: usize,
}

impl World {
    pub fn new(dice: &mut Dice) -> Self {
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

    pub fn features(&self, dice: &mut Dice) -> Vec<u32> {
        let count = dice.below(2 * self.mean_features + 1);
        let set: BTreeSet<u32> = (0..count).map(|_| dice.skewed(self.weights.len()) as u32).collect();
        set.into_iter().collect()
    }

    /// A template with some features changed, or none: exact copies make ties.
    pub fn scenario(&self, dice: &mut Dice) -> Vec<u32> {
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

    pub fn record(&self, dice: &mut Dice) -> ModelRecord {
        ModelRecord {
            id: Uuid::from_u128(dice.below(self.ids) as u128),
            rank: RankKey {
                outcome_quality: dice.below(3) as u8,
                verification: dice.below(2) as u8,
                reuse: dice.skewed(4) as u32,
                day: dice.below(3) as u32,
            },
            attributes: vec![dice.below(4) as u32, dice.skewed(900) as u32, 1 << dice.below(25)],
            features: self.scenario(dice),
        }
    }

    pub fn weight_of(&self, features: &[u32]) -> u32 {
        features
            .iter()
            .map(|feature| u32::from(self.weights[*feature as usize]))
            .sum()
    }
}

pub type Model = BTreeMap<Uuid, ModelRecord>;

pub fn write(index: &Index, model: &mut Model, world: &World, removed: &[Uuid], put: &[ModelRecord], revision: u64) {
    let rows: Vec<Record<'_>> = put.iter().map(|record| row(world, record)).collect();
    index.apply(removed, &rows, revision);
    for id in removed {
        model.remove(id);
    }
    for record in put {
        model.insert(record.id, record.clone());
    }
}

pub fn row<'a>(world: &World, record: &'a ModelRecord) -> Record<'a> {
    Record {
        id: record.id,
        rank: record.rank,
        attributes: &record.attributes,
        features: &record.features,
        total_weight: world.weight_of(&record.features),
    }
}

/// A corpus built by streaming and then written to, and what it should hold.
pub fn corpus(dice: &mut Dice, world: &World) -> (Index, Model) {
    let mut model = Model::new();
    for _ in 0..dice.skewed(1_500) {
        let record = world.record(dice);
        model.insert(record.id, record);
    }
    let mut builder = IndexBuilder::default();
    for record in model.values() {
        builder.push(&row(world, record));
    }
    let index = builder.finish(1);
    for revision in 0..dice.below(12) {
        let put: Vec<ModelRecord> = (0..dice.skewed(60)).map(|_| world.record(dice)).collect();
        let removed: Vec<Uuid> = (0..dice.skewed(60)).map(|_| world.record(dice).id).collect();
        write(&index, &mut model, world, &removed, &put, 2 + revision as u64);
    }
    (index, model)
}

pub struct Asked {
    pub features: Vec<u32>,
    pub unknown_weight: u32,
    pub unlike: Vec<u32>,
    pub options: SearchOptions,
}

pub fn asked(dice: &mut Dice, world: &World) -> Asked {
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
    if dice.chance(15) {
        let values = vec![dice.below(300) as u32];
        conditions.push(Condition::OneOf { column: 1, values });
    }
    if dice.chance(5) {
        // A column that no record has reads as 0.
        let low = dice.below(2) as u32;
        conditions.push(Condition::Between {
            column: 9,
            low,
            high: 3,
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
        unknown_weight: if dice.chance(20) { dice.below(500) as u32 } else { 0 },
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

pub fn query(world: &World, asked: &Asked) -> Query {
    let weighed = asked
        .features
        .iter()
        .map(|feature| (*feature, world.weights[*feature as usize]));
    Query::new(&weighed.collect::<Vec<_>>(), asked.unknown_weight, &asked.unlike)
}

/// Every record scored by the definition, sorted by the definition.
pub fn brute_force(world: &World, models: &[&Model], asked: &Asked) -> Vec<(usize, Uuid, f64)> {
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
                && !record.features.iter().any(|feature| unlike.contains(feature))
                && !asked.options.exclude.contains(&record.id)
                && asked
                    .options
                    .filter
                    .accepts(|column| record.attributes.get(column).copied().unwrap_or(0));
            if accepted {
                found.push((corpus, record, shared, union));
            }
        }
    }
    found.sort_by(
        |(left_corpus, left, left_shared, left_union), (right_corpus, right, right_shared, right_union)| {
            let by_outcome = match asked.options.order {
                Order::Similarity => std::cmp::Ordering::Equal,
                Order::Outcome => right.rank.outcome_quality.cmp(&left.rank.outcome_quality),
            };
            let by_score = (u128::from(right_shared * left_union)).cmp(&u128::from(left_shared * right_union));
            let by_rank =
                (Reverse(left.rank), left.id, left_corpus).cmp(&(Reverse(right.rank), right.id, right_corpus));
            by_outcome.then(by_score).then(by_rank)
        },
    );
    found.truncate(asked.options.limit);
    found
        .into_iter()
        .map(|(corpus, record, shared, union)| (corpus, record.id, shared as f64 / union as f64))
        .collect()
}

pub fn found(hits: Vec<Hit>) -> Vec<(usize, Uuid, f64)> {
    hits.into_iter()
        .map(|hit| (hit.corpus, hit.id, hit.score.value()))
        .collect()
}
