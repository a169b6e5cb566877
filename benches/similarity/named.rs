//! The whole engine: feature names in, explained hits out.

use std::sync::Arc;

use stratum::similarity::engine::{CorpusBuilder, Document, FeatureSet, ScenarioQuery, SearchOptions, search_corpora};

use super::data::{self, Data};
use super::{PASSES, attributes, cpu_ns, figure, percentile_ms, rank};

/// Builds a corpus as a restart does, and searches it as a call does.
pub fn run(data: &Data) {
    let asked: Vec<FeatureSet> = data.queries.iter().map(|row| data.named(row)).collect();
    let mut builder = CorpusBuilder::new(Arc::new(data.table.clone()));
    let mut build_ns = 0;
    for (at, row) in data.records.iter().enumerate() {
        // Each set is made just before it is pushed, as by a stream of rows; making it is not counted.
        let features = &data.named(row);
        let attributes = &attributes(at);
        let start = cpu_ns();
        builder.push(&Document {
            id: data::id(at),
            rank: rank(at),
            attributes,
            features,
        });
        build_ns += cpu_ns() - start;
    }
    let start = cpu_ns();
    let corpus = builder.finish(1);
    build_ns += cpu_ns() - start;
    figure("similarity_200k_by_name_build_s", build_ns as f64 / 1e9, "s");
    let nothing = FeatureSet::default();
    let mut times_ns = vec![u64::MAX; asked.len()];
    for _ in 0..PASSES {
        for (features, least) in asked.iter().zip(&mut times_ns) {
            let start = cpu_ns();
            let scenario = ScenarioQuery {
                features,
                unlike: &nothing,
            };
            let hits = search_corpora(&[&corpus], scenario, &SearchOptions::default());
            *least = (cpu_ns() - start).min(*least);
            std::hint::black_box(hits);
        }
    }
    times_ns.sort_unstable();
    figure("similarity_200k_explained_p50_ms", percentile_ms(&times_ns, 50), "ms");
    figure("similarity_200k_explained_p99_ms", percentile_ms(&times_ns, 99), "ms");
}
