//! Similarity on the wire.

use std::collections::HashMap;
use std::sync::Arc;

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::corpora::{Corpora, Held};
use super::engine::{
    CorpusHit, Explanation, FeatureSet, Order, ScenarioQuery, SearchOptions, WeightTable, explain, search_corpora,
};
use super::scenario::{features_of_precedent, features_of_scenario};
use super::store;
use crate::audit::event::{Facts, Resource};
use crate::db::TenantTx;
use crate::precedents::record;
use crate::precedents::store::Row;
use crate::proto::v1::similarity_service_server::SimilarityService;
use crate::proto::v1::{
    ExplainSimilarityRequest, ExplainSimilarityResponse, FeatureContribution, FindSimilarRequest, FindSimilarResponse,
    FindSimilarToScenarioRequest, FindSimilarToScenarioResponse, GetSimilarityModelRequest,
    GetSimilarityModelResponse, NamespaceWeight, Precedent, Scenario, SimilarHit, SimilarityCorpus,
    SimilarityExplanation, SimilarityOptions, SimilarityOrder,
};
use crate::registries::Registries;
use crate::rpc::call::{Answer, Calls};
use crate::rpc::error::{Error, Result};
use crate::rpc::wire::required_id;

/// Hits of an answer when the request does not say.
const DEFAULT_HITS: usize = 10;
/// Read beyond the hits asked for: what was archived since the index saw it falls away.
const SPARE_HITS: usize = 8;
/// Features shown in each list of an explanation of a hit.
const SHOWN_FEATURES: usize = 24;

/// `SimilarityService`.
#[derive(Debug, Clone)]
pub struct Api {
    calls: Calls,
    finder: Finder,
}

impl Api {
    /// Serves what `finder` finds through `calls`.
    #[must_use]
    pub fn new(calls: Calls, finder: Finder) -> Self {
        Self { calls, finder }
    }
}

/// Finds similar precedents for this slice and for classification.
#[derive(Debug, Clone)]
pub struct Finder {
    corpora: Arc<Corpora>,
    registries: Arc<Registries>,
}

/// What was found, and by which weights.
#[derive(Debug)]
pub struct Found {
    /// The hits, best first.
    pub hits: Vec<SimilarHit>,
    /// Version and epoch of the weights.
    pub model_version: String,
}

#[tonic::async_trait]
impl SimilarityService for Api {
    async fn find_similar(
        &self,
        request: Request<FindSimilarRequest>,
    ) -> std::result::Result<Response<FindSimilarResponse>, Status> {
        let finder = self.finder.clone();
        self.calls
            .read(request, |tx, FindSimilarRequest { id, options }, _| {
                Box::pin(async move {
                    let id = required_id("id", &id)?;
                    let precedent = one(tx, id).await?;
                    let features = features_of_precedent(&precedent, &finder.registries);
                    let Found { hits, model_version } =
                        finder.find(tx, &features, options.unwrap_or_default(), vec![id]).await?;
                    let facts = Facts { row_count: count(&hits), ..Facts::one(Resource::Precedent, id) };
                    let facts = facts.restricted(record::is_restricted(&precedent));
                    Ok(Answer::new(FindSimilarResponse { hits, model_version }, facts))
                })
            })
            .await
    }

    async fn find_similar_to_scenario(
        &self,
        request: Request<FindSimilarToScenarioRequest>,
    ) -> std::result::Result<Response<FindSimilarToScenarioResponse>, Status> {
        let finder = self.finder.clone();
        self.calls
            .read(request, |tx, FindSimilarToScenarioRequest { scenario, options, top_k }, _| {
                Box::pin(async move {
                    let scenario = scenario.unwrap_or_default();
                    let mut options = options.unwrap_or_default();
                    if options.top_k == 0 {
                        options.top_k = top_k;
                    }
                    let Found { hits, model_version } = finder.find_scenario(tx, &scenario, options).await?;
                    let facts = Facts { row_count: count(&hits), resource: Resource::Precedent, ..Facts::call() };
                    Ok(Answer::new(FindSimilarToScenarioResponse { hits, model_version }, facts))
                })
            })
            .await
    }

    async fn explain_similarity(
        &self,
        request: Request<ExplainSimilarityRequest>,
    ) -> std::result::Result<Response<ExplainSimilarityResponse>, Status> {
        let finder = self.finder.clone();
        self.calls
            .read(request, |tx, ExplainSimilarityRequest { left_id, right_id }, _| {
                Box::pin(async move {
                    let (left_id, right_id) = (required_id("left_id", &left_id)?, required_id("right_id", &right_id)?);
                    let (left, right) = (one(tx, left_id).await?, one(tx, right_id).await?);
                    let is_restricted = record::is_restricted(&left) || record::is_restricted(&right);
                    let left = features_of_precedent(&left, &finder.registries);
                    let right = features_of_precedent(&right, &finder.registries);
                    let own = finder.corpora.of(tx.tenant_id(), 0).await?;
                    let explanation = explain(&left, &right, own.corpus.weights());
                    let reply = ExplainSimilarityResponse {
                        score: explanation.score.value(),
                        explanation: Some(shown(&explanation, usize::MAX)),
                        model_version: model_version(own.corpus.weights()),
                    };
                    let facts = Facts { row_count: 2, ..Facts::one(Resource::Precedent, left_id) };
                    Ok(Answer::new(reply, facts.restricted(is_restricted)))
                })
            })
            .await
    }

    async fn get_similarity_model(
        &self,
        request: Request<GetSimilarityModelRequest>,
    ) -> std::result::Result<Response<GetSimilarityModelResponse>, Status> {
        let finder = self.finder.clone();
        self.calls
            .read(request, |tx, GetSimilarityModelRequest {}, _| {
                Box::pin(async move {
                    let own = finder.corpora.of(tx.tenant_id(), 0).await?;
                    let public = finder.corpora.public().await?;
                    let weights = own.corpus.weights();
                    let namespaces = weights
                        .namespaces()
                        .map(|(namespace, base)| NamespaceWeight {
                            namespace: namespace.prefix().to_owned(),
                            importance: i32::from(base.importance),
                        })
                        .collect();
                    let reply = GetSimilarityModelResponse {
                        model_version: model_version(weights),
                        digest: hex::encode(weights.digest()),
                        namespaces,
                        own_precedents: i64::try_from(own.corpus.len()).unwrap_or(i64::MAX),
                        public_precedents: i64::try_from(public.corpus.len()).unwrap_or(i64::MAX),
                    };
                    Ok(Answer::new(reply, Facts::call()))
                })
            })
            .await
    }
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

    async fn find(
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
        let limit = usize::try_from(options.top_k).ok().filter(|k| *k > 0).unwrap_or(DEFAULT_HITS);
        let Some(filter) = self.corpora.filter(&options) else {
            return Ok(Found { hits: Vec::new(), model_version });
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
        let found = search_corpora(&corpora, ScenarioQuery { features, unlike: &unlike }, &search);
        let hits = fetch(tx, found, limit).await?;
        Ok(Found { hits, model_version })
    }
}

/// The precedents of the hits as they stand now, in the order found.
async fn fetch(tx: &mut TenantTx, found: Vec<CorpusHit>, limit: usize) -> Result<Vec<SimilarHit>> {
    let ids: Vec<Uuid> = found.iter().map(|hit| hit.hit.id).collect();
    let mut rows: HashMap<Uuid, Row> = store::hits(tx, &ids).await?.into_iter().map(|row| (row.id(), row)).collect();
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

async fn one(tx: &mut TenantTx, id: Uuid) -> Result<Precedent> {
    let row = crate::precedents::store::get(tx, id).await?.ok_or_else(|| Error::not_found(id))?;
    record::precedent(row)
}

/// An explanation on the wire. What is shared is always whole, so that it sums to the score.
fn shown(explanation: &Explanation, most: usize) -> SimilarityExplanation {
    let contribution = |share: &super::engine::explain::FeatureShare| FeatureContribution {
        feature: share.name.to_string(),
        weight: i32::from(share.weight),
        contribution: share.share,
    };
    SimilarityExplanation {
        shared: explanation.shared.iter().map(contribution).collect(),
        only_left: explanation.only_left.iter().take(most).map(contribution).collect(),
        only_right: explanation.only_right.iter().take(most).map(contribution).collect(),
        why_not_higher: explanation.why_not_higher(5).into_iter().map(|(_, share)| contribution(share)).collect(),
    }
}

fn model_version(weights: &WeightTable) -> String {
    let digest = hex::encode(weights.digest());
    format!("similarity-{}.{}-{}", weights.version(), weights.epoch(), digest.get(..8).unwrap_or_default())
}

fn count(hits: &[SimilarHit]) -> i64 {
    i64::try_from(hits.len()).unwrap_or(i64::MAX)
}
