//! Similarity on the wire.

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::engine::explain;
use super::finder::{Finder, Found, model_version, shown};
use super::scenario::features_of_precedent;
use crate::audit::event::{Facts, Resource};
use crate::db::TenantTx;
use crate::precedents::record;
use crate::privacy::consent;
use crate::proto::v1::similarity_service_server::SimilarityService;
use crate::proto::v1::{
    ExplainSimilarityRequest, ExplainSimilarityResponse, FindSimilarRequest, FindSimilarResponse,
    FindSimilarToScenarioRequest, FindSimilarToScenarioResponse, GetSimilarityModelRequest, GetSimilarityModelResponse,
    NamespaceWeight, Precedent, SimilarHit,
};
use crate::rpc::call::{Answer, Calls};
use crate::rpc::error::{Error, Result};
use crate::rpc::wire::required_id;

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
                    let (found, is_restricted) = finder.find_precedent(tx, id, options.unwrap_or_default()).await?;
                    let Found {
                        hits, model_version, ..
                    } = found;
                    let facts = Facts {
                        row_count: count(&hits),
                        ..Facts::one(Resource::Precedent, id)
                    };
                    let facts = facts.restricted(is_restricted);
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
            .read(
                request,
                |tx,
                 FindSimilarToScenarioRequest {
                     scenario,
                     options,
                     top_k,
                     restricted_use,
                 },
                 _| {
                    Box::pin(async move {
                        let is_restricted = consent::permit_use(tx, restricted_use).await?;
                        let scenario = scenario.unwrap_or_default();
                        let mut options = options.unwrap_or_default();
                        if options.top_k == 0 {
                            options.top_k = top_k;
                        }
                        let Found {
                            hits, model_version, ..
                        } = finder.find_scenario(tx, &scenario, options).await?;
                        let facts = Facts {
                            row_count: count(&hits),
                            resource: Resource::Precedent,
                            ..Facts::call()
                        };
                        Ok(Answer::new(
                            FindSimilarToScenarioResponse { hits, model_version },
                            facts.restricted(is_restricted),
                        ))
                    })
                },
            )
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
                        explanation: Some(shown(explanation)),
                        model_version: model_version(own.corpus.weights()),
                    };
                    let facts = Facts {
                        row_count: 2,
                        ..Facts::one(Resource::Precedent, left_id)
                    };
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

async fn one(tx: &mut TenantTx, id: Uuid) -> Result<Precedent> {
    let row = crate::precedents::store::get(tx, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    record::precedent(row)
}

fn count(hits: &[SimilarHit]) -> i64 {
    i64::try_from(hits.len()).unwrap_or(i64::MAX)
}
