//! A batch of denials, each classified as it would be alone.

use futures_util::future::BoxFuture;

use super::classify::Classifier;
use super::models::OwnTextModel;
use crate::audit::event::Resource;
use crate::db::TenantTx;
use crate::privacy::consent;
use crate::proto::v1::{BatchClassifyEnd, BatchClassifyItem, BatchClassifyRequest, BatchClassifyResponse, ItemRefusal};
use crate::rpc::call::{Batch, BatchCount};
use crate::rpc::error::{Error, Result};
use std::sync::Arc;

/// One batch under way.
pub(super) struct ClassifyBatch {
    classifier: Classifier,
    as_of: String,
    top_k: i32,
    /// Asked for once: a model that is trained meanwhile answers the next batch.
    own: Option<Option<Arc<OwnTextModel>>>,
    /// Whether a denial of restricted origin has been answered.
    is_restricted: bool,
}

impl ClassifyBatch {
    pub(super) fn open(classifier: Classifier, request: BatchClassifyRequest) -> (Self, Vec<BatchClassifyItem>) {
        let BatchClassifyRequest { items, as_of, top_k } = request;
        let batch = Self {
            classifier,
            as_of,
            top_k,
            own: None,
            is_restricted: false,
        };
        (batch, items)
    }

    async fn classify(
        &mut self,
        tx: &mut TenantTx,
        index: i32,
        item: BatchClassifyItem,
    ) -> Result<BatchClassifyResponse> {
        let BatchClassifyItem {
            scenario,
            restricted_use,
        } = item;
        let is_restricted = consent::permit_use(tx, restricted_use).await?;
        let own = match &self.own {
            Some(own) => own.clone(),
            None => self.own.insert(self.classifier.models().own(tx).await?).clone(),
        };
        let scenario = scenario.unwrap_or_default();
        let mut result = self
            .classifier
            .classify(tx, own.as_deref(), scenario, &self.as_of, self.top_k)
            .await?;
        result.sud_suspected |= is_restricted;
        self.is_restricted |= is_restricted;
        Ok(BatchClassifyResponse {
            index,
            result: Some(result),
            ..BatchClassifyResponse::default()
        })
    }
}

impl Batch for ClassifyBatch {
    type Item = BatchClassifyItem;
    type Reply = BatchClassifyResponse;

    fn item_name(&self) -> &'static str {
        "item"
    }

    fn resource(&self) -> Resource {
        Resource::Precedent
    }

    fn is_restricted(&self) -> bool {
        self.is_restricted
    }

    fn answer<'a>(
        &'a mut self,
        tx: &'a mut TenantTx,
        index: i32,
        item: BatchClassifyItem,
    ) -> BoxFuture<'a, Result<BatchClassifyResponse>> {
        Box::pin(self.classify(tx, index, item))
    }

    fn refuse(&self, index: i32, error: &Error) -> BatchClassifyResponse {
        BatchClassifyResponse {
            index,
            refusal: Some(ItemRefusal {
                reason: error.reason().into(),
                violations: error.violation_texts(),
            }),
            ..BatchClassifyResponse::default()
        }
    }

    fn end(&self, count: BatchCount, sha256: &[u8; 32]) -> BatchClassifyResponse {
        let BatchCount { answered, refused } = count;
        BatchClassifyResponse {
            end: Some(BatchClassifyEnd {
                classified: answered,
                refused,
                sha256: hex::encode(sha256),
            }),
            ..BatchClassifyResponse::default()
        }
    }
}
