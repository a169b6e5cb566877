//! Precedents on the wire.

use prost::Message as _;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::mask::Masks;
use super::record::{self, Author, Columns, check_etag, complete, may_become};
use super::store::{self, Filter, Row, Version};
use crate::audit::event::{Facts, Resource, micros};
use crate::db::stored::{StoredEnum as _, stored_list};
use crate::db::{PLATFORM_TENANT, TenantTx};
use crate::proto::v1::precedent_service_server::PrecedentService;
use crate::proto::v1::{
    ArchivePrecedentRequest, ArchivePrecedentResponse, CreatePrecedentRequest, CreatePrecedentResponse, DenialType,
    ErrorReason, GetPrecedentRequest, GetPrecedentResponse, ListPrecedentsRequest, ListPrecedentsResponse, Outcome,
    Precedent, PrecedentFilter, PrecedentStatus, UpdatePrecedentRequest, UpdatePrecedentResponse,
};
use crate::rpc::call::{Answer, Calls, Idempotent};
use crate::rpc::error::{Error, Result};
use crate::rpc::page::{Cursor, PageScope, page_size};
use crate::rpc::telemetry::CallContext;
use crate::rpc::wire::required_id;

/// `PrecedentService`.
#[derive(Debug, Clone)]
pub struct Api {
    calls: Calls,
    masks: Masks,
}

impl Api {
    /// Serves precedents through `calls`.
    #[must_use]
    pub fn new(calls: Calls, masks: Masks) -> Self {
        Self { calls, masks }
    }
}

macro_rules! idempotent {
    ($($request:ty),+ $(,)?) => { $(impl Idempotent for $request {
        fn request_id(&self) -> &str { &self.request_id }
    })+ };
}
idempotent!(CreatePrecedentRequest, UpdatePrecedentRequest, ArchivePrecedentRequest);

#[tonic::async_trait]
impl PrecedentService for Api {
    async fn create_precedent(
        &self,
        request: Request<CreatePrecedentRequest>,
    ) -> std::result::Result<Response<CreatePrecedentResponse>, Status> {
        self.calls
            .mutate(request, |tx, CreatePrecedentRequest { precedent, request_id: _ }, call| {
                Box::pin(async move {
                    let (precedent, revision) =
                        create(tx, precedent.unwrap_or_default(), Author::Tenant, &call).await?;
                    let facts = facts(&precedent)?;
                    Ok(Answer::new(CreatePrecedentResponse { precedent: Some(precedent), revision }, facts))
                })
            })
            .await
    }

    async fn get_precedent(
        &self,
        request: Request<GetPrecedentRequest>,
    ) -> std::result::Result<Response<GetPrecedentResponse>, Status> {
        self.calls
            .read(request, |tx, GetPrecedentRequest { id }, _call| {
                Box::pin(async move {
                    let id = required_id("id", &id)?;
                    let row = store::get(tx, id).await?.ok_or_else(|| Error::not_found(id))?;
                    let precedent = record::precedent(row)?;
                    Ok(Answer::new(
                        GetPrecedentResponse { precedent: Some(precedent) },
                        Facts::one(Resource::Precedent, id),
                    ))
                })
            })
            .await
    }

    async fn list_precedents(
        &self,
        request: Request<ListPrecedentsRequest>,
    ) -> std::result::Result<Response<ListPrecedentsResponse>, Status> {
        let pages = self.calls.pages();
        self.calls
            .read(request, move |tx, ListPrecedentsRequest { filter, page_size: size, page_token }, _call| {
                Box::pin(async move {
                    let filter = filter.unwrap_or_default();
                    let scope = PageScope::new(tx.tenant_id(), "ListPrecedents", &filter);
                    let after = pages.open(&scope, &page_token)?;
                    let after = after.map(|c| Ok::<_, Error>((from_micros(c.key), c.uuid()?))).transpose()?;
                    let limit = page_size(size);
                    let mut rows = store::list(tx, &narrowed(filter), after, limit + 1).await?;
                    let has_more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
                    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
                    let next_page_token = match rows.last() {
                        Some(last) if has_more => {
                            pages.seal(&scope, &Cursor::behind(micros(last.created_at), last.id))?
                        }
                        _ => String::new(),
                    };
                    let precedents =
                        rows.into_iter().map(record::precedent).collect::<Result<Vec<_>>>()?;
                    let facts = Facts::many(Resource::Precedent, precedents.len(), scope.filter_sha256());
                    Ok(Answer::new(ListPrecedentsResponse { precedents, next_page_token }, facts))
                })
            })
            .await
    }

    async fn update_precedent(
        &self,
        request: Request<UpdatePrecedentRequest>,
    ) -> std::result::Result<Response<UpdatePrecedentResponse>, Status> {
        let masks = self.masks.clone();
        self.calls
            .mutate(request, move |tx, UpdatePrecedentRequest { precedent, update_mask, request_id: _ }, call| {
                Box::pin(async move {
                    let change = precedent.unwrap_or_default();
                    let id = required_id("precedent.id", &change.id)?;
                    let current = own(tx, id, &change.etag).await?;
                    let status = status(&current)?;
                    if status == PrecedentStatus::Archived {
                        return Err(transition(status, PrecedentStatus::Active));
                    }
                    let reasons = current.review_reasons.clone();
                    let before = record::precedent(current)?;
                    let paths = update_mask.unwrap_or_default().paths;
                    let after = complete(masks.apply(&before, &change, &paths)?, author_of(&before))?;
                    let fields = masks.changed(&before, &after)?;
                    let row = store::update(tx, id, status.stored(), &reasons, Columns::of(&after)).await?;
                    let revision = row.revision;
                    let precedent = versioned(tx, row, "UPDATED", &fields, "", &call).await?;
                    let facts = facts(&precedent)?.fields(fields);
                    Ok(Answer::new(UpdatePrecedentResponse { precedent: Some(precedent), revision }, facts))
                })
            })
            .await
    }

    async fn archive_precedent(
        &self,
        request: Request<ArchivePrecedentRequest>,
    ) -> std::result::Result<Response<ArchivePrecedentResponse>, Status> {
        self.calls
            .mutate(request, |tx, ArchivePrecedentRequest { id, etag, request_id: _, reason }, call| {
                Box::pin(async move {
                    let id = required_id("id", &id)?;
                    let current = own(tx, id, &etag).await?;
                    let from = status(&current)?;
                    if !may_become(from, PrecedentStatus::Archived) {
                        return Err(transition(from, PrecedentStatus::Archived));
                    }
                    let before = record::precedent(current)?;
                    let to = PrecedentStatus::Archived;
                    let row = store::update(tx, id, to.stored(), &[], Columns::of(&before)).await?;
                    let revision = row.revision;
                    let precedent = versioned(tx, row, "ARCHIVED", &[], &reason, &call).await?;
                    let facts = facts(&precedent)?;
                    Ok(Answer::new(ArchivePrecedentResponse { precedent: Some(precedent), revision }, facts))
                })
            })
            .await
    }
}

/// Stores a precedent with its first version.
pub(crate) async fn create(
    tx: &mut TenantTx,
    precedent: Precedent,
    author: Author,
    call: &CallContext,
) -> Result<(Precedent, i64)> {
    let precedent = complete(precedent, author)?;
    let status = PrecedentStatus::Active.stored();
    let row = store::insert(tx, record::new_id(), status, &[], Columns::of(&precedent)).await?;
    let revision = row.revision;
    let precedent = versioned(tx, row, "CREATED", &[], "", call).await?;
    Ok((precedent, revision))
}

/// The tenant's own precedent, locked; public ones are read-only, others do not exist.
async fn own(tx: &mut TenantTx, id: Uuid, etag: &str) -> Result<Row> {
    match store::get_for_update(tx, id).await? {
        Some(row) => {
            check_etag(etag, row.version)?;
            Ok(row)
        }
        None if tx.tenant_id() != PLATFORM_TENANT && store::get(tx, id).await?.is_some() => {
            Err(Error::new(ErrorReason::PublicReadOnly, "the public corpus is read-only"))
        }
        None => Err(Error::not_found(id)),
    }
}

/// The message of a row just written, kept as a version.
async fn versioned(
    tx: &mut TenantTx,
    row: Row,
    change_kind: &'static str,
    changed_fields: &[String],
    reason: &str,
    call: &CallContext,
) -> Result<Precedent> {
    let (id, number) = (row.id, row.version);
    let precedent = record::precedent(row)?;
    let snapshot = precedent.encode_to_vec();
    let caller = call.caller();
    let version = Version {
        change_kind,
        snapshot: &snapshot,
        snapshot_sha256: Sha256::digest(&snapshot).into(),
        changed_fields,
        reason,
        identity_kind: caller.map_or("SYSTEM", |c| c.kind().stored()),
        credential_id: caller.and_then(crate::rpc::identity::Caller::credential_id),
        actor_user_id: caller.and_then(crate::rpc::identity::Caller::user_id),
    };
    store::add_version(tx, id, number, version).await?;
    Ok(precedent)
}

fn facts(precedent: &Precedent) -> Result<Facts> {
    let id = required_id("precedent.id", &precedent.id)?;
    Ok(Facts::one(Resource::Precedent, id).version(precedent.version))
}

/// A record that the service wrote keeps the origin that only the service may set.
fn author_of(precedent: &Precedent) -> Author {
    use crate::proto::v1::DataOrigin;
    match precedent.data_origin() {
        DataOrigin::PublicDecision | DataOrigin::Synthetic => Author::Service,
        DataOrigin::Unspecified
        | DataOrigin::General
        | DataOrigin::Sud
        | DataOrigin::Behavioral
        | DataOrigin::Psychotherapy
        | DataOrigin::Reproductive
        | DataOrigin::Hiv
        | DataOrigin::Genetic => Author::Tenant,
    }
}

fn status(row: &Row) -> Result<PrecedentStatus> {
    PrecedentStatus::from_stored(&row.status).ok_or_else(|| Error::internal("unknown precedent status stored"))
}

fn transition(from: PrecedentStatus, to: PrecedentStatus) -> Error {
    Error::new(ErrorReason::InvalidTransition, "the precedent's status does not allow this")
        .with("from", from.stored())
        .with("to", to.stored())
}

fn narrowed(filter: PrecedentFilter) -> Filter {
    let PrecedentFilter {
        statuses,
        denial_types,
        outcomes,
        payer_id,
        service_category,
        event_year_from,
        event_year_to,
        external_ref,
    } = filter;
    let some = |text: String| (!text.is_empty()).then_some(text);
    let year = |year: i32| i16::try_from(year).ok().filter(|y| *y != 0);
    Filter {
        statuses: stored_list::<PrecedentStatus>(&statuses),
        denial_types: stored_list::<DenialType>(&denial_types),
        outcomes: stored_list::<Outcome>(&outcomes),
        payer_id: some(payer_id),
        service_category: some(service_category),
        event_year_from: year(event_year_from),
        event_year_to: year(event_year_to),
        external_ref: some(external_ref),
    }
}

fn from_micros(micros: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}
