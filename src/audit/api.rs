//! The audit log on the wire: list and read, by tenant.

use tonic::{Request, Response, Status};

use super::event::{Facts, Resource, micros};
use super::shown::event;
use super::store::{self, EventFilter};
use crate::db::stored::stored;
use crate::proto::v1::audit_service_server::AuditService;
use crate::proto::v1::{
    AuditOutcome, GetAuditEventRequest, GetAuditEventResponse, ListAuditEventsRequest, ListAuditEventsResponse,
};
use crate::rpc::call::{Answer, Calls};
use crate::rpc::error::{Error, Result};
use crate::rpc::page::{Cursor, PageScope, page_size};
use crate::rpc::wire::{from_micros, moment, optional_id, required_id};

/// `AuditService`.
#[derive(Debug, Clone)]
pub struct Api {
    calls: Calls,
}

impl Api {
    /// Serves the log that `calls` reads.
    #[must_use]
    pub fn new(calls: Calls) -> Self {
        Self { calls }
    }
}

#[tonic::async_trait]
impl AuditService for Api {
    async fn list_audit_events(
        &self,
        request: Request<ListAuditEventsRequest>,
    ) -> std::result::Result<Response<ListAuditEventsResponse>, Status> {
        let pages = self.calls.pages();
        self.calls
            .read_audit(request, move |tx, request, _call| {
                Box::pin(async move {
                    let scope = PageScope::new(tx.tenant_id(), "ListAuditEvents", &without_page(&request));
                    let after = pages.open(&scope, &request.page_token)?;
                    let after = after
                        .map(|c| Ok::<_, Error>((from_micros(c.key), c.uuid()?)))
                        .transpose()?;
                    let limit = page_size(request.page_size);
                    let filter = filter(request)?;
                    let mut rows = store::list(tx, &filter, after, limit + 1).await?;
                    let has_more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
                    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
                    let next_page_token = match rows.last() {
                        Some(last) if has_more => {
                            pages.seal(&scope, &Cursor::behind(micros(last.occurred_at), last.id))?
                        }
                        _ => String::new(),
                    };
                    let facts = Facts::many(Resource::AuditEvent, rows.len(), scope.filter_sha256());
                    let events = rows.into_iter().map(event).collect();
                    Ok(Answer::new(
                        ListAuditEventsResponse {
                            events,
                            next_page_token,
                        },
                        facts,
                    ))
                })
            })
            .await
    }

    async fn get_audit_event(
        &self,
        request: Request<GetAuditEventRequest>,
    ) -> std::result::Result<Response<GetAuditEventResponse>, Status> {
        self.calls
            .read_audit(request, |tx, GetAuditEventRequest { id }, _call| {
                Box::pin(async move {
                    let id = required_id("id", &id)?;
                    let row = store::get(tx, id).await?.ok_or_else(|| Error::not_found(id))?;
                    let facts = Facts::one(Resource::AuditEvent, id);
                    Ok(Answer::new(
                        GetAuditEventResponse {
                            event: Some(event(row)),
                        },
                        facts,
                    ))
                })
            })
            .await
    }
}

fn filter(request: ListAuditEventsRequest) -> Result<EventFilter> {
    let ListAuditEventsRequest {
        start_time,
        end_time,
        action,
        outcome,
        actor_user_id,
        credential_id,
        resource_id,
        page_size: _,
        page_token: _,
    } = request;
    Ok(EventFilter {
        start: start_time.map(|t| moment("start_time", t)).transpose()?,
        end: end_time.map(|t| moment("end_time", t)).transpose()?,
        action: (!action.is_empty()).then_some(action),
        outcome: stored::<AuditOutcome>(outcome),
        actor_user_id: optional_id("actor_user_id", &actor_user_id)?,
        credential_id: optional_id("credential_id", &credential_id)?,
        resource_id: optional_id("resource_id", &resource_id)?,
    })
}

fn without_page(request: &ListAuditEventsRequest) -> ListAuditEventsRequest {
    ListAuditEventsRequest {
        page_size: 0,
        page_token: String::new(),
        ..request.clone()
    }
}
