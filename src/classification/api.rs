//! Classification on the wire.

use tonic::{Request, Response, Status};

use super::classify::Classifier;
use super::guardrails::Context;
use crate::audit::event::{Facts, Resource};
use crate::proto::v1::classification_service_server::ClassificationService;
use crate::proto::v1::{
    ClassifyDenialRequest, ClassifyDenialResponse, ComputeDeadlinesRequest, ComputeDeadlinesResponse,
    DetermineActionRequest, DetermineActionResponse, EstimateWinProbabilityRequest, EstimateWinProbabilityResponse,
};
use crate::rpc::call::{Answer, Calls};

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
            .read(request, |tx, ClassifyDenialRequest { scenario, as_of, top_k }, _| {
                Box::pin(async move {
                    let reply = classifier
                        .classify(tx, scenario.unwrap_or_default(), &as_of, top_k)
                        .await?;
                    let rows = i64::try_from(reply.precedents.len()).unwrap_or(i64::MAX);
                    let facts = Facts {
                        row_count: rows,
                        resource: Resource::Precedent,
                        ..Facts::call()
                    };
                    Ok(Answer::new(reply, facts))
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
            .read(request, |tx, EstimateWinProbabilityRequest { scenario }, _| {
                Box::pin(async move {
                    let judged = classifier.judge(&scenario.unwrap_or_default());
                    let understood = judged.understanding.scenario;
                    let action = judged.determination.action();
                    let (estimate, _) = classifier.estimate(tx.tenant_id(), &understood, action).await?;
                    let facts = Facts {
                        row_count: estimate.n,
                        resource: Resource::Precedent,
                        ..Facts::call()
                    };
                    let model_version = classifier.model_version();
                    Ok(Answer::new(
                        EstimateWinProbabilityResponse {
                            estimate: Some(estimate),
                            model_version,
                        },
                        facts,
                    ))
                })
            })
            .await
    }
}
