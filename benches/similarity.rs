//! The similarity engine measured: exact top-10 weighted Jaccard, one thread.
//!
//! `cargo bench --bench similarity [-- PART …]` with parts `200k`, `1m`, `growth`; all without one. Prints one
//! figure a line, `name<TAB>value<TAB>unit`, peers of the same data as `name@peer`; says on standard error what
//! it is doing. A query's time is thread CPU time, the least of several passes over all queries.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts and times far below the limits of their types"
)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures go to standard output, progress to standard error"
)]

#[path = "similarity/data.rs"]
mod data;
#[path = "similarity/named.rs"]
mod named;
#[path = "similarity/peers.rs"]
mod peers;
#[path = "similarity/plot.rs"]
mod plot;

use std::path::PathBuf;

use data::Data;
use rustix::time::{ClockId, clock_gettime};
use stratum::similarity::engine::{
    Condition, Filter, Hit, Index, IndexBuilder, Order, Query, RankKey, Record, Score, SearchOptions, search,
};

const QUERIES: usize = 1_000;
const PASSES: usize = 5;
/// Queries whose answers are compared with a scan of all records.
const CHECKED: usize = 100;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|part| !part.starts_with('-')).collect();
    let runs = |part: &str| asked.is_empty() || asked.iter().any(|asked| asked == part);
    if runs("200k") {
        two_hundred_thousand();
    }
    if runs("1m") {
        a_million();
    }
    if runs("growth") {
        growth();
    }
}

/// Prints a figure.
pub fn figure(name: &str, value: f64, unit: &str) {
    println!("{name}\t{value:.4}\t{unit}");
}

fn two_hundred_thousand() {
    let mut data = Data::new(200_000, QUERIES);
    eprintln!("# 200,000 records, {}", data.shape());
    let run = Run::of(&data);
    run.print("similarity_200k");
    run.print_filtered();
    writes(&data, &run.index);
    named::run(&data);
    let weighted = run.scores();
    let equal = vec![1; data.weights.len()];
    let weights = data.set_weights(equal);
    let run = Run::of(&data);
    run.print("similarity_200k_unweighted");
    let unweighted = run.scores();
    data.set_weights(weights);
    peers::run("200k", &data, &peers::Expected { weighted, unweighted }, &directory());
}

fn a_million() {
    let mut data = Data::new(1_000_000, QUERIES);
    eprintln!("# 1,000,000 records, {}", data.shape());
    let run = Run::of(&data);
    run.print("similarity_1m");
    figure("similarity_1m_bytes_per_record", run.bytes_per_record(), "B");
    figure("similarity_1m_build_s", run.build_s, "s");
    let weighted = run.scores();
    let equal = vec![1; data.weights.len()];
    let weights = data.set_weights(equal);
    let unweighted = Run::of(&data).scores();
    data.set_weights(weights);
    peers::run("1m", &data, &peers::Expected { weighted, unweighted }, &directory());
}

/// Records written one at a time into an index that is searched meanwhile.
fn writes(data: &Data, index: &Index) {
    const WRITES: usize = 2_000;
    let start = cpu_ns();
    for (at, features) in data.queries.iter().cycle().take(WRITES).enumerate() {
        let attributes = attributes(at);
        let total_weight = data.total_weight(features);
        let record = Record {
            id: data::id(at * 97),
            rank: rank(at),
            attributes: &attributes,
            features,
            total_weight,
        };
        index.apply(&[], &[record], 2 + at as u64);
    }
    figure(
        "similarity_200k_writes_per_s",
        WRITES as f64 * 1e9 / (cpu_ns() - start) as f64,
        "1/s",
    );
}

fn growth() {
    let sizes = [50_000, 100_000, 200_000, 500_000, 1_000_000, 2_000_000];
    let mut points = Vec::new();
    for records in sizes {
        let data = Data::new(records, QUERIES / 2);
        let run = Run::of(&data);
        let point = plot::Point {
            records,
            p50_ms: run.percentile_ms(50),
            p99_ms: run.percentile_ms(99),
        };
        figure(&format!("similarity_growth_{records}_p50_ms"), point.p50_ms, "ms");
        figure(&format!("similarity_growth_{records}_p99_ms"), point.p99_ms, "ms");
        points.push(point);
    }
    let path = directory().join("similarity_growth.svg");
    match std::fs::write(&path, plot::growth(&points)) {
        Ok(()) => eprintln!("# growth plotted to {}", path.display()),
        Err(error) => eprintln!("# growth not plotted: {error}"),
    }
}

/// Where files of a run go.
fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// One data set indexed and searched.
struct Run<'a> {
    data: &'a Data,
    build_s: f64,
    index: Index,
    queries: Vec<Query>,
    hits: Vec<Vec<Hit>>,
    /// CPU time by query, ascending.
    times_ns: Vec<u64>,
}

impl<'a> Run<'a> {
    fn of(data: &'a Data) -> Self {
        let totals: Vec<u32> = data.records.iter().map(|row| data.total_weight(row)).collect();
        let start = cpu_ns();
        let mut builder = IndexBuilder::default();
        for (at, (features, total_weight)) in data.records.iter().zip(totals).enumerate() {
            let attributes = attributes(at);
            builder.push(&Record {
                id: data::id(at),
                rank: rank(at),
                attributes: &attributes,
                features,
                total_weight,
            });
        }
        let index = builder.finish(1);
        let build_s = (cpu_ns() - start) as f64 / 1e9;
        let queries: Vec<Query> = data.queries.iter().map(|row| query(data, row)).collect();
        let (hits, times_ns) = timed(&index, &queries, &SearchOptions::default());
        Self {
            data,
            build_s,
            index,
            queries,
            hits,
            times_ns,
        }
    }

    fn print(&self, name: &str) {
        figure(&format!("{name}_recall10"), self.recall(), "share");
        figure(&format!("{name}_p50_ms"), self.percentile_ms(50), "ms");
        figure(&format!("{name}_p99_ms"), self.percentile_ms(99), "ms");
        figure(&format!("{name}_qps"), self.queries_per_s(), "1/s");
    }

    /// The same queries among the records of one plan in a thousand, and with the best outcomes first.
    fn print_filtered(&self) {
        let one_plan = Condition::OneOf {
            column: 4,
            values: vec![7],
        };
        let filtered = SearchOptions {
            filter: Filter(vec![one_plan]),
            ..SearchOptions::default()
        };
        let by_outcome = SearchOptions {
            order: Order::Outcome,
            min_score: 0.2,
            ..SearchOptions::default()
        };
        for (name, options) in [("filtered", filtered), ("by_outcome", by_outcome)] {
            let (_, times_ns) = timed(&self.index, &self.queries, &options);
            figure(
                &format!("similarity_200k_{name}_p50_ms"),
                percentile_ms(&times_ns, 50),
                "ms",
            );
            figure(
                &format!("similarity_200k_{name}_p99_ms"),
                percentile_ms(&times_ns, 99),
                "ms",
            );
        }
    }

    fn percentile_ms(&self, percent: usize) -> f64 {
        percentile_ms(&self.times_ns, percent)
    }

    fn queries_per_s(&self) -> f64 {
        let total: u64 = self.times_ns.iter().sum();
        self.times_ns.len() as f64 * 1e9 / total as f64
    }

    fn bytes_per_record(&self) -> f64 {
        let snapshot = self.index.snapshot();
        snapshot.bytes() as f64 / snapshot.len() as f64
    }

    /// The scores found, ten a query, 0 where there were fewer.
    fn scores(&self) -> Vec<f64> {
        let ten = |hits: &Vec<Hit>| -> Vec<f64> {
            let scores = hits.iter().map(|hit| hit.score.value());
            scores.chain(std::iter::repeat(0.0)).take(10).collect()
        };
        self.hits.iter().flat_map(ten).collect()
    }

    /// Share of hits that a scan of all records gives too: the same ids in the same order.
    fn recall(&self) -> f64 {
        let (mut right, mut all) = (0, 0);
        for (row, hits) in self.data.queries.iter().zip(&self.hits).take(CHECKED) {
            let expected = scan(self.data, row);
            all += expected.len();
            right += expected
                .iter()
                .zip(hits)
                .filter(|((score, id), hit)| *id == hit.id && *score == hit.score)
                .count();
        }
        f64::from(right as u32) / f64::from(all as u32)
    }
}

/// The answers to all queries, and the CPU time of each, ascending.
fn timed(index: &Index, queries: &[Query], options: &SearchOptions) -> (Vec<Vec<Hit>>, Vec<u64>) {
    let snapshot = index.snapshot();
    let mut times_ns = vec![u64::MAX; queries.len()];
    let mut hits = Vec::new();
    for _ in 0..PASSES {
        hits.clear();
        for (query, least) in queries.iter().zip(&mut times_ns) {
            let start = cpu_ns();
            let found = search(&[(&snapshot, query)], options);
            *least = (cpu_ns() - start).min(*least);
            hits.push(found);
        }
    }
    times_ns.sort_unstable();
    (hits, times_ns)
}

fn percentile_ms(ascending_ns: &[u64], percent: usize) -> f64 {
    ascending_ns[(ascending_ns.len() - 1) * percent / 100] as f64 / 1e6
}

/// The ten best by the definition: every record scored, all sorted.
fn scan(data: &Data, query: &[u32]) -> Vec<(Score, uuid::Uuid)> {
    let total = data.total_weight(query);
    let mut wanted = vec![0_u32; data.weights.len()];
    query
        .iter()
        .for_each(|feature| wanted[*feature as usize] = data.weights[*feature as usize].into());
    let mut all = Vec::new();
    for (at, row) in data.records.iter().enumerate() {
        let shared: u32 = row.iter().map(|feature| wanted[*feature as usize]).sum();
        if shared > 0 {
            all.push((Score::of(shared, total, data.total_weight(row)), rank(at), data::id(at)));
        }
    }
    all.sort_unstable_by(|left, right| (right.0, right.1).cmp(&(left.0, left.1)).then(left.2.cmp(&right.2)));
    all.into_iter().take(10).map(|(score, _, id)| (score, id)).collect()
}

fn query(data: &Data, row: &[u32]) -> Query {
    let weighed = row.iter().map(|feature| (*feature, data.weights[*feature as usize]));
    Query::new(&weighed.collect::<Vec<_>>(), 0, &[])
}

fn rank(record: usize) -> RankKey {
    let drawn = data::mixed(record as u64);
    RankKey {
        outcome_quality: (drawn % 6) as u8,
        verification: (drawn >> 8 & 3) as u8,
        reuse: (drawn >> 16 & 63) as u32,
        day: 15_000 + (drawn >> 32 & 4_095) as u32,
    }
}

/// Payer, denial types, outcome, year, plan: the columns that filters use.
fn attributes(record: usize) -> [u32; 5] {
    let drawn = data::mixed(record as u64 ^ 0x5eed);
    let below = |bits: u32, bound: u64| ((drawn >> bits) % bound) as u32;
    [
        below(0, 300),
        1 << below(10, 25),
        below(20, 9),
        2_005 + below(30, 20),
        below(40, 1_000),
    ]
}

/// CPU time of this thread: other processes on the machine do not count.
fn cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
