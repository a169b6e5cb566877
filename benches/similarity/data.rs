//! Synthetic scenarios in the shape of real ones: seven kinds of feature, each Zipf-distributed; most records
//! and queries are mutations of templates, as denials of one kind are. Seeded: one size, one data set.

use stratum::similarity::engine::{BaseTable, DocumentCounts, FeatureSet, Namespace, WeightTable};
use uuid::Uuid;

/// A kind of feature: how many there are, how uneven they are, how many a record has.
struct Kind {
    space: Namespace,
    distinct: usize,
    exponent: f64,
    fewest: usize,
    most: usize,
}

const KINDS: [Kind; 7] = [
    kind(Namespace::Payer, 300, 1.0, 1, 1),
    kind(Namespace::Carc, 400, 1.0, 1, 4),
    kind(Namespace::Procedure, 8_000, 1.0, 1, 6),
    kind(Namespace::Diagnosis, 10_300, 0.9, 1, 5),
    kind(Namespace::Evidence, 60, 0.7, 2, 6),
    kind(Namespace::Word, 20_000, 1.0, 5, 16),
    kind(Namespace::WordPair, 41_200, 0.8, 3, 9),
];

const fn kind(space: Namespace, distinct: usize, exponent: f64, fewest: usize, most: usize) -> Kind {
    Kind {
        space,
        distinct,
        exponent,
        fewest,
        most,
    }
}

/// Records a template stands for, on average.
const RECORDS_PER_TEMPLATE: usize = 20;
const MUTATED_RECORDS: f64 = 0.7;
const MUTATED_QUERIES: f64 = 0.9;
/// A mutation keeps a feature of its template with this probability and draws another of its kind otherwise.
const KEPT: f64 = 0.75;

/// Feature sets one after the other.
#[derive(Default)]
pub struct Rows {
    pub features: Vec<u32>,
    pub starts: Vec<u64>,
}

impl Rows {
    fn push(&mut self, row: &[(usize, u32)]) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        let before = self.features.len();
        self.features.extend(row.iter().map(|(_, feature)| *feature));
        self.features[before..].sort_unstable();
        self.starts.push(self.features.len() as u64);
    }

    pub fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u32]> + Clone {
        self.starts
            .windows(2)
            .map(|bounds| &self.features[bounds[0] as usize..bounds[1] as usize])
    }
}

/// Records, queries and the weight of every feature.
pub struct Data {
    pub records: Rows,
    pub queries: Rows,
    /// Names by feature number.
    pub names: Vec<String>,
    pub weights: Vec<u16>,
    pub table: WeightTable,
}

impl Data {
    pub fn new(records: usize, queries: usize) -> Self {
        let mut source = Source::new();
        let templates: Vec<_> = (0..records / RECORDS_PER_TEMPLATE).map(|_| source.fresh()).collect();
        let (mut rows, mut asked) = (Rows::default(), Rows::default());
        for _ in 0..records {
            rows.push(&source.scenario(&templates, MUTATED_RECORDS));
        }
        for _ in 0..queries {
            asked.push(&source.scenario(&templates, MUTATED_QUERIES));
        }
        let names = source.names();
        let table = table(&rows, &names);
        let weights = names.iter().map(|name| table.weight(name)).collect();
        Self {
            records: rows,
            queries: asked,
            names,
            weights,
            table,
        }
    }

    /// A row as the product's callers know it.
    pub fn named(&self, row: &[u32]) -> FeatureSet {
        FeatureSet::from_names(row.iter().map(|feature| self.names[*feature as usize].as_str()))
    }

    pub fn total_weight(&self, row: &[u32]) -> u32 {
        row.iter()
            .map(|feature| u32::from(self.weights[*feature as usize]))
            .sum()
    }

    /// Takes every feature as important as any other, and gives back what it was.
    pub fn set_weights(&mut self, weights: Vec<u16>) -> Vec<u16> {
        std::mem::replace(&mut self.weights, weights)
    }

    /// Mean size and number of distinct features, in words.
    pub fn shape(&self) -> String {
        let mut met = vec![false; self.weights.len()];
        self.records
            .features
            .iter()
            .for_each(|feature| met[*feature as usize] = true);
        let distinct = met.into_iter().filter(|met| *met).count();
        let mean = self.records.features.len() as f64 / self.records.len() as f64;
        format!("mean {mean:.1} features, {distinct} distinct")
    }
}

/// The id of a benchmark's record, spread like a random UUID's.
pub fn id(record: usize) -> Uuid {
    let high = mixed(record as u64 + 1);
    Uuid::from_u64_pair(high, mixed(high))
}

/// `SplitMix64`'s finalizer: spreads neighbouring numbers.
pub fn mixed(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Draws scenarios.
struct Source {
    state: u64,
    /// Cumulative probabilities by kind.
    cumulative: Vec<Vec<f64>>,
    /// Numbers in the order in which features were first met, as an interner gives them.
    numbers: Vec<Vec<u32>>,
    met: Vec<(usize, usize)>,
}

impl Source {
    fn new() -> Self {
        let cumulative = KINDS.iter().map(|kind| {
            let mut sum = 0.0;
            let weights = (1..=kind.distinct).map(|rank| {
                sum += (rank as f64).powf(-kind.exponent);
                sum
            });
            let sums: Vec<f64> = weights.collect();
            sums.iter().map(|partial| partial / sum).collect()
        });
        Self {
            state: 42,
            cumulative: cumulative.collect(),
            numbers: KINDS.iter().map(|kind| vec![u32::MAX; kind.distinct]).collect(),
            met: Vec::new(),
        }
    }

    /// Uniform in [0, 1).
    fn uniform(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mixed(self.state) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn draw(&mut self, kind: usize) -> u32 {
        let point = self.uniform();
        let rank = self.cumulative[kind].partition_point(|sum| *sum <= point);
        let rank = rank.min(KINDS[kind].distinct - 1);
        let number = &mut self.numbers[kind][rank];
        if *number == u32::MAX {
            *number = self.met.len() as u32;
            self.met.push((kind, rank));
        }
        *number
    }

    /// A scenario of its own.
    fn fresh(&mut self) -> Vec<(usize, u32)> {
        let mut row = Vec::new();
        for (kind, Kind { fewest, most, .. }) in KINDS.iter().enumerate() {
            let spread = most - fewest + 1;
            let count = fewest + (self.uniform() * spread as f64) as usize;
            row.extend((0..count).map(|_| (kind, self.draw(kind))));
        }
        unique(row)
    }

    /// A mutation of some template, or a scenario of its own.
    fn scenario(&mut self, templates: &[Vec<(usize, u32)>], mutated: f64) -> Vec<(usize, u32)> {
        if templates.is_empty() || self.uniform() >= mutated {
            return self.fresh();
        }
        let template = &templates[(self.uniform() * templates.len() as f64) as usize];
        let row = template.iter().map(|(kind, feature)| {
            let kept = self.uniform() < KEPT;
            (*kind, if kept { *feature } else { self.draw(*kind) })
        });
        unique(row.collect())
    }

    fn names(&self) -> Vec<String> {
        let name = |(kind, rank): &(usize, usize)| format!("{}:{rank}", KINDS[*kind].space.prefix());
        self.met.iter().map(name).collect()
    }
}

/// The product's own weights, from the records' own document counts.
fn table(records: &Rows, names: &[String]) -> WeightTable {
    let mut holding = vec![0_u64; names.len()];
    records
        .features
        .iter()
        .for_each(|feature| holding[*feature as usize] += 1);
    let counted = names.iter().map(String::as_str).zip(holding);
    let counts = DocumentCounts::restore(records.len() as u64, counted);
    WeightTable::freeze(BaseTable::shipped(), &counts, 1)
}

fn unique(mut row: Vec<(usize, u32)>) -> Vec<(usize, u32)> {
    row.sort_unstable();
    row.dedup();
    row
}
