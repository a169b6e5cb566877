//! Classification on the wire.

use tonic::{Request, Response, Status};

use super::batch::ClassifyBatch;
use super::classify::Classifier;
use super::feedback;
use super::guardrails::Context;
use crate::audit::event::{Facts, Resource};
use crate::privacy::consent;
use crate::proto::v1::classification_service_server::ClassificationService;
use crate::proto::v1::{
    BatchClassifyRequest, BatchClassifyResponse, ClassifyDenialRequest, ClassifyDenialResponse,
    ComputeDeadlinesRequest, ComputeDeadlinesResponse, DetermineActionRequest, DetermineActionResponse,
    EstimateWinProbabilityRequest, EstimateWinProbabilityResponse, GetModelCardRequest, GetModelCardResponse,
    ListModelsRequest, ListModelsResponse, SubmitFeedbackRequest, SubmitFeedbackResponse,
};
use crate::rpc::call::{Answer, ByteStream, Calls, Idempotent};

impl Idempotent for SubmitFeedbackRequest {
    fn request_id(&self) -> &str {
        &self.request_id
    }
}

/// `ClassificationService`.
#[derive(Debug, Clone)]
pub struct Api {
    calls: Calls,
    classifier: Classifier,
}

impl Api {
    /// Serves `classifier` through `calls`.
    #[must_use]
    pub fn new(calls: Calls, classifier: Classifier) -> Self {
        Self { calls, classifier }
    }
}

#[tonic::async_trait]
impl ClassificationService for Api {
    async fn classify_denial(
        &self,
        request: Request<ClassifyDenialRequest>,
    ) -> Result<Response<ClassifyDenialResponse>, Status> {
        let classifier = self.classifier.clone();
        self.calls
            .read(request, |tx, request, _| {
                Box::pin(async move {
                    let ClassifyDenialRequest {
                        scenario,
                        as_of,
                        top_k,
                        restricted_use,
                    } = request;
                    let is_restricted = consent::permit_use(tx, restricted_use).await?;
                    let own = classifier.models().own(tx).await?;
                    let mut reply = classifier
                        .classify(tx, own.as_deref(), scenario.unwrap_or_default(), &as_of, top_k)
                        .await?;
                    reply.sud_suspected |= is_restricted;
                    let rows = i64::try_from(reply.precedents.len()).unwrap_or(i64::MAX);
                    let facts = Facts {
                        row_count: rows,
                        resource: Resource::Precedent,
                        ..Facts::call()
                    };
                    Ok(Answer::new(reply, facts.restricted(is_restricted)))
                })
            })
            .await
    }

    async fn determine_action(
        &self,
        request: Request<DetermineActionRequest>,
    ) -> Result<Response<DetermineActionResponse>, Status> {
        let classifier = self.classifier.clone();
        self.calls
            .answer(request, move |request, _| {
                let adjudication = request.adjudication_state();
                let DetermineActionRequest {
                    scenario,
                    adjudication_state: _,
                } = request;
                let scenario = scenario.unwrap_or_default();
                let context = Context {
                    adjudication,
                    service_timing: scenario.service_timing(),
                };
                let determination = Some(classifier.determine(&scenario, context));
                Ok(Answer::new(DetermineActionResponse { determination }, Facts::call()))
            })
            .await
    }

    async fn compute_deadlines(
        &self,
        request: Request<ComputeDeadlinesRequest>,
    ) -> Result<Response<ComputeDeadlinesResponse>, Status> {
        let classifier = self.classifier.clone();
        self.calls
            .answer(
                request,
                move |ComputeDeadlinesRequest {
                          scenario,
                          as_of,
                          amount_minor,
                      },
                      _| {
                    let deadlines = classifier.deadlines(&scenario.unwrap_or_default(), &as_of, amount_minor)?;
                    Ok(Answer::new(ComputeDeadlinesResponse { deadlines }, Facts::call()))
                },
            )
            .await
    }

    async fn estimate_win_probability(
        &self,
        request: Request<EstimateWinProbabilityRequest>,
    ) -> Result<Response<EstimateWinProbabilityResponse>, Status> {
        let classifier = self.classifier.clone();
        self.calls
            .read(
                request,
                |tx,
                 EstimateWinProbabilityRequest {
                     scenario,
                     restricted_use,
                 },
                 _| {
                    Box::pin(async move {
                        let is_restricted = consent::permit_use(tx, restricted_use).await?;
                        let own = classifier.models().own(tx).await?;
                        let judged = classifier.judge(&scenario.unwrap_or_default(), own.as_deref());
                        let understood = judged.understanding.scenario;
                        let action = judged.determination.action();
                        let (estimate, _) = classifier.estimate(tx.tenant_id(), &understood, action).await?;
                        let facts = Facts {
                            row_count: estimate.n,
                            resource: Resource::Precedent,
                            ..Facts::call()
                        };
                        let model_version = classifier.estimating_version(own.as_deref());
                        Ok(Answer::new(
                            EstimateWinProbabilityResponse {
                                estimate: Some(estimate),
                                model_version,
                            },
                            facts.restricted(is_restricted),
                        ))
                    })
                },
            )
            .await
    }

    type BatchClassifyStream = ByteStream<BatchClassifyResponse>;

    async fn batch_classify(
        &self,
        request: Request<BatchClassifyRequest>,
    ) -> Result<Response<Self::BatchClassifyStream>, Status> {
        let classifier = self.classifier.clone();
        self.calls
            .batch(request, move |request| ClassifyBatch::open(classifier, request))
            .await
    }

    async fn submit_feedback(
        &self,
        request: Request<SubmitFeedbackRequest>,
    ) -> Result<Response<SubmitFeedbackResponse>, Status> {
        let classifier = self.classifier.clone();
        self.calls
            .mutate(request, move |tx, request, call| {
                Box::pin(feedback::submit(classifier, tx, request, call))
            })
            .await
    }

    async fn list_models(&self, request: Request<ListModelsRequest>) -> Result<Response<ListModelsResponse>, Status> {
        let classifier = self.classifier.clone();
        self.calls
            .read(request, move |tx, ListModelsRequest {}, _| {
                Box::pin(async move {
                    let reply = classifier.models().list(tx, classifier.finder()).await?;
                    let facts = Facts {
                        row_count: i64::try_from(reply.models.len()).unwrap_or(i64::MAX),
                        resource: Resource::Model,
                        ..Facts::call()
                    };
                    Ok(Answer::new(reply, facts))
                })
            })
            .await
    }

    async fn get_model_card(
        &self,
        request: Request<GetModelCardRequest>,
    ) -> Result<Response<GetModelCardResponse>, Status> {
        let classifier = self.classifier.clone();
        self.calls
            .read(request, move |tx, GetModelCardRequest { version }, _| {
                Box::pin(async move {
                    let reply = classifier.models().card(tx, classifier.finder(), &version).await?;
                    let facts = Facts {
                        row_count: 1,
                        resource: Resource::Model,
                        ..Facts::call()
                    };
                    Ok(Answer::new(reply, facts))
                })
            })
            .await
    }
}
