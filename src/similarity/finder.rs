//! Finding: what in the tenant's precedents and the public corpus is like a denial, explained.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::corpora::{Corpora, Held};
use super::engine::{
    CorpusHit, Explanation, FeatureSet, Order, ScenarioQuery, SearchOptions, WeightTable, search_corpora,
};
use super::scenario::features_of_scenario;
use super::store;
use crate::db::TenantTx;
use crate::precedents::record;
use crate::precedents::store::Row;
use crate::proto::v1::{
    FeatureContribution, Scenario, SimilarHit, SimilarityCorpus, SimilarityExplanation, SimilarityOptions,
    SimilarityOrder,
};
use crate::registries::Registries;
use crate::rpc::error::{Error, Result};

/// Hits of an answer when the request does not say.
const DEFAULT_HITS: usize = 10;
/// Read beyond the hits asked for: what was archived since the index saw it falls away.
const SPARE_HITS: usize = 8;
/// Features shown in each list of an explanation of a hit.
const SHOWN_FEATURES: usize = 24;

/// Finds similar precedents for this slice and for classification.
#[derive(Debug, Clone)]
pub struct Finder {
    pub(super) corpora: Arc<Corpora>,
    pub(super) registries: Arc<Registries>,
}

/// What was found, and by which weights.
#[derive(Debug)]
pub struct Found {
    /// The hits, best first.
    pub hits: Vec<SimilarHit>,
    /// Version and epoch of the weights.
    pub model_version: String,
}

impl Finder {
    /// Finds in `corpora`; features of payers need the registries.
    #[must_use]
    pub fn new(corpora: Arc<Corpora>, registries: Arc<Registries>) -> Self {
        Self { corpora, registries }
    }

    /// The corpora searched.
    #[must_use]
    pub fn corpora(&self) -> &Corpora {
        &self.corpora
    }

    /// What is like a denial that is not stored.
    ///
    /// # Errors
    /// Those of the database, and of options that can't be kept.
    pub async fn find_scenario(
        &self,
        tx: &mut TenantTx,
        scenario: &Scenario,
        options: SimilarityOptions,
    ) -> Result<Found> {
        let features = features_of_scenario(scenario, &self.registries);
        self.find(tx, &features, options, Vec::new()).await
    }

    pub(super) async fn find(
        &self,
        tx: &mut TenantTx,
        features: &FeatureSet,
        options: SimilarityOptions,
        exclude: Vec<Uuid>,
    ) -> Result<Found> {
        if !(0.0..=1.0).contains(&options.min_score) {
            return Err(Error::field("options.min_score", "must be from 0 to 1"));
        }
        let own = self.corpora.of(tx.tenant_id(), options.min_revision).await?;
        let public = self.corpora.public().await?;
        let model_version = model_version(own.corpus.weights());
        let limit = usize::try_from(options.top_k)
            .ok()
            .filter(|k| *k > 0)
            .unwrap_or(DEFAULT_HITS);
        let Some(filter) = self.corpora.filter(&options) else {
            return Ok(Found {
                hits: Vec::new(),
                model_version,
            });
        };
        let searched: Vec<&Arc<Held>> = match options.corpus() {
            SimilarityCorpus::Unspecified | SimilarityCorpus::Both if Arc::ptr_eq(&own, &public) => vec![&public],
            SimilarityCorpus::Unspecified | SimilarityCorpus::Both => vec![&own, &public],
            SimilarityCorpus::Own => vec![&own],
            SimilarityCorpus::Public => vec![&public],
        };
        let unlike = FeatureSet::from_names(options.unlike.iter().map(String::as_str));
        let search = SearchOptions {
            limit: limit + SPARE_HITS,
            order: match options.order() {
                SimilarityOrder::Unspecified | SimilarityOrder::Similarity => Order::Similarity,
                SimilarityOrder::Outcome => Order::Outcome,
            },
            min_score: options.min_score,
            filter,
            exclude,
        };
        let corpora: Vec<_> = searched.iter().map(|held| &held.corpus).collect();
        let found = search_corpora(
            &corpora,
            ScenarioQuery {
                features,
                unlike: &unlike,
            },
            &search,
        );
        let hits = fetch(tx, found, limit).await?;
        Ok(Found { hits, model_version })
    }
}

/// The precedents of the hits as they stand now, in the order found.
async fn fetch(tx: &mut TenantTx, found: Vec<CorpusHit>, limit: usize) -> Result<Vec<SimilarHit>> {
    let ids: Vec<Uuid> = found.iter().map(|hit| hit.hit.id).collect();
    let mut rows: HashMap<Uuid, Row> = store::hits(tx, &ids)
        .await?
        .into_iter()
        .map(|row| (row.id(), row))
        .collect();
    found
        .into_iter()
        .filter_map(|hit| Some((rows.remove(&hit.hit.id)?, hit)))
        .take(limit)
        .map(|(row, hit)| {
            let precedent = record::precedent(row)?;
            Ok(SimilarHit {
                score: hit.hit.score.value(),
                explanation: Some(shown(&hit.explanation, SHOWN_FEATURES)),
                outcome: precedent.outcome,
                is_public: precedent.is_public,
                precedent: Some(precedent),
            })
        })
        .collect()
}

/// An explanation on the wire. What is shared is always whole, so that it sums to the score.
pub(super) fn shown(explanation: &Explanation, most: usize) -> SimilarityExplanation {
    let contribution = |share: &super::engine::explain::FeatureShare| FeatureContribution {
        feature: share.name.to_string(),
        weight: i32::from(share.weight),
        contribution: share.share,
    };
    SimilarityExplanation {
        shared: explanation.shared.iter().map(contribution).collect(),
        only_left: explanation.only_left.iter().take(most).map(contribution).collect(),
        only_right: explanation.only_right.iter().take(most).map(contribution).collect(),
        why_not_higher: explanation
            .why_not_higher(5)
            .into_iter()
            .map(|(_, share)| contribution(share))
            .collect(),
    }
}

/// Name of the weights in answers.
#[must_use]
pub fn model_version(weights: &WeightTable) -> String {
    let digest = hex::encode(weights.digest());
    format!(
        "similarity-{}.{}-{}",
        weights.version(),
        weights.epoch(),
        digest.get(..8).unwrap_or_default()
    )
}
