//! Reads of precedents: one, a page, a search.

use std::sync::Arc;

use time::OffsetDateTime;
use uuid::Uuid;

use super::record;
use super::store::{self, Filter, Row};
use super::words;
use crate::audit::event::{Facts, Resource, micros};
use crate::db::TenantTx;
use crate::db::stored::stored_list;
use crate::proto::v1::{
    DenialType, GetPrecedentRequest, GetPrecedentResponse, ListPrecedentsRequest, ListPrecedentsResponse, Outcome,
    Precedent, PrecedentFilter, PrecedentStatus, SearchPrecedentsRequest, SearchPrecedentsResponse,
};
use crate::rpc::call::Answer;
use crate::rpc::error::{Error, Result};
use crate::rpc::page::{Cursor, PageScope, PageTokens, page_size};
use crate::rpc::wire::{from_micros, required_id};

pub(super) async fn get(tx: &mut TenantTx, request: GetPrecedentRequest) -> Result<Answer<GetPrecedentResponse>> {
    let GetPrecedentRequest { id } = request;
    let id = required_id("id", &id)?;
    let row = store::get(tx, id).await?.ok_or_else(|| Error::not_found(id))?;
    let facts = Facts::one(Resource::Precedent, id).restricted(row.is_restricted());
    let reply = GetPrecedentResponse {
        precedent: Some(record::precedent(row)?),
    };
    Ok(Answer::new(reply, facts))
}

pub(super) async fn list(
    pages: Arc<PageTokens>,
    tx: &mut TenantTx,
    request: ListPrecedentsRequest,
) -> Result<Answer<ListPrecedentsResponse>> {
    let ListPrecedentsRequest {
        filter,
        page_size: size,
        page_token,
    } = request;
    let filter = filter.unwrap_or_default();
    let scope = PageScope::new(tx.tenant_id(), "ListPrecedents", &filter);
    let limit = page_size(size);
    let after = after(&pages, &scope, &page_token)?;
    let rows = store::list(tx, &narrowed(filter), after, limit + 1).await?;
    let (precedents, next_page_token) = page(&pages, &scope, rows, limit)?;
    let facts = Facts::many(Resource::Precedent, precedents.len(), scope.filter_sha256())
        .restricted(precedents.iter().any(record::is_restricted));
    Ok(Answer::new(
        ListPrecedentsResponse {
            precedents,
            next_page_token,
        },
        facts,
    ))
}

pub(super) async fn search(
    pages: Arc<PageTokens>,
    tx: &mut TenantTx,
    request: SearchPrecedentsRequest,
) -> Result<Answer<SearchPrecedentsResponse>> {
    let SearchPrecedentsRequest {
        query,
        filter,
        include_public,
        page_size: size,
        page_token,
    } = request;
    let bound = SearchPrecedentsRequest {
        query: query.clone(),
        filter: filter.clone(),
        include_public,
        ..Default::default()
    };
    let scope = PageScope::new(tx.tenant_id(), "SearchPrecedents", &bound);
    let limit = page_size(size);
    let after = after(&pages, &scope, &page_token)?;
    let filter = Filter {
        words: words::of_text(&query),
        include_public,
        ..narrowed(filter.unwrap_or_default())
    };
    if filter.words.is_empty() && !query.trim().is_empty() {
        return Err(Error::field("query", "holds no word that is searched for"));
    }
    let rows = store::search(tx, &filter, after, limit + 1).await?;
    let (precedents, next_page_token) = page(&pages, &scope, rows, limit)?;
    let facts = Facts::many(Resource::Precedent, precedents.len(), scope.filter_sha256())
        .restricted(precedents.iter().any(record::is_restricted));
    Ok(Answer::new(
        SearchPrecedentsResponse {
            precedents,
            next_page_token,
        },
        facts,
    ))
}

fn after(pages: &PageTokens, scope: &PageScope, token: &str) -> Result<Option<(OffsetDateTime, Uuid)>> {
    pages
        .open(scope, token)?
        .map(|c| Ok((from_micros(c.key), c.uuid()?)))
        .transpose()
}

/// The rows of a page, read with one more than asked for, and the token of the next.
fn page(pages: &PageTokens, scope: &PageScope, mut rows: Vec<Row>, limit: i64) -> Result<(Vec<Precedent>, String)> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let token = match rows.last() {
        Some(last) if has_more => pages.seal(scope, &Cursor::behind(micros(last.created_at), last.id))?,
        Some(_) | None => String::new(),
    };
    let precedents = rows.into_iter().map(record::precedent).collect::<Result<Vec<_>>>()?;
    Ok((precedents, token))
}

/// The filter of a request as the store takes it.
pub(super) fn narrowed(filter: PrecedentFilter) -> Filter {
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
        words: Vec::new(),
        include_public: false,
    }
}
