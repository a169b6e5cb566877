//! The rights of the service's users over their own data: to have it, and to have it erased. Precedents are
//! about nobody, so there is nothing else to ask for.

pub mod purge;
pub(crate) mod store;

use std::sync::Arc;

use uuid::Uuid;

use self::store::{ApiKeyRow, ErasureRow, ProfileRow};
use crate::audit::event::{Facts, Resource, micros};
use crate::audit::shown;
use crate::db::TenantTx;
use crate::db::stored::{StoredEnum, stored_numbers};
use crate::proto::v1::{
    CancelErasureRequest, CancelErasureResponse, Erasure, ErasureState, ErrorReason, ExportMyDataRequest,
    ExportMyDataResponse, OwnApiKey, RequestErasureRequest, RequestErasureResponse, RequestMyErasureRequest,
    RequestMyErasureResponse, Role, UserProfile, UserStatus,
};
use crate::rpc::call::Answer;
use crate::rpc::error::{Error, Result};
use crate::rpc::identity::Caller;
use crate::rpc::page::{Cursor, PageScope, PageTokens, page_size};
use crate::rpc::telemetry::CallContext;
use crate::rpc::wire::{from_micros, required_id, timestamp};

/// Profile, credentials, erasures and a page of the events about the caller's user.
pub(super) async fn export(
    pages: Arc<PageTokens>,
    tx: &mut TenantTx,
    request: ExportMyDataRequest,
    call: CallContext,
) -> Result<Answer<ExportMyDataResponse>> {
    let ExportMyDataRequest {
        page_size: size,
        page_token,
    } = request;
    let user = user_of(&call)?;
    // A token is good for the user it was made for.
    let bound = ExportMyDataRequest {
        page_token: user.to_string(),
        ..Default::default()
    };
    let scope = PageScope::new(tx.tenant_id(), "ExportMyData", &bound);
    let after = match pages.open(&scope, &page_token)? {
        Some(cursor) => Some((from_micros(cursor.key), cursor.uuid()?)),
        None => None,
    };
    let limit = page_size(size);
    let profile = store::profile(tx, user).await?.ok_or_else(|| Error::not_found(user))?;
    let mut events = crate::audit::store::about_user(tx, user, after, limit + 1).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = events.len() > size;
    events.truncate(size);
    let next_page_token = match events.last() {
        Some(last) if has_more => pages.seal(&scope, &Cursor::behind(micros(last.occurred_at), last.id))?,
        Some(_) | None => String::new(),
    };
    let reply = ExportMyDataResponse {
        profile: Some(shown_profile(profile)),
        api_keys: store::api_keys(tx, user).await?.into_iter().map(shown_key).collect(),
        erasures: store::erasures(tx, user)
            .await?
            .into_iter()
            .map(shown_erasure)
            .collect(),
        events: events.into_iter().map(shown::event).collect(),
        next_page_token,
    };
    Ok(Answer::new(reply, Facts::one(Resource::User, user)))
}

pub(super) async fn request_own(
    tx: &mut TenantTx,
    request: RequestMyErasureRequest,
    call: CallContext,
) -> Result<Answer<RequestMyErasureResponse>> {
    let RequestMyErasureRequest { request_id: _ } = request;
    let user = user_of(&call)?;
    let row = store::request(tx, user, call.caller()).await?;
    Ok(Answer::new(
        RequestMyErasureResponse {
            erasure: Some(shown_erasure(row)),
        },
        Facts::one(Resource::User, user),
    ))
}

pub(super) async fn request(
    tx: &mut TenantTx,
    request: RequestErasureRequest,
    call: CallContext,
) -> Result<Answer<RequestErasureResponse>> {
    let RequestErasureRequest { user_id, request_id: _ } = request;
    let user = required_id("user_id", &user_id)?;
    if !store::has_user(tx, user).await? {
        return Err(Error::not_found(user));
    }
    let row = store::request(tx, user, call.caller()).await?;
    Ok(Answer::new(
        RequestErasureResponse {
            erasure: Some(shown_erasure(row)),
        },
        Facts::one(Resource::User, user),
    ))
}

pub(super) async fn cancel(tx: &mut TenantTx, request: CancelErasureRequest) -> Result<Answer<CancelErasureResponse>> {
    let CancelErasureRequest { id, request_id: _ } = request;
    let id = required_id("id", &id)?;
    let current = store::get_for_update(tx, id)
        .await?
        .ok_or_else(|| Error::not_found(id))?;
    if current.state != ErasureState::Pending.stored() {
        return Err(Error::new(ErrorReason::InvalidTransition, "the erasure is over")
            .with("from", current.state)
            .with("to", ErasureState::Cancelled.stored()));
    }
    let row = store::end(tx, id, ErasureState::Cancelled.stored()).await?;
    let facts = Facts::one(Resource::User, row.user_id);
    Ok(Answer::new(
        CancelErasureResponse {
            erasure: Some(shown_erasure(row)),
        },
        facts,
    ))
}

/// The user behind a call.
fn user_of(call: &CallContext) -> Result<Uuid> {
    call.caller()
        .and_then(Caller::user_id)
        .ok_or_else(|| Error::new(ErrorReason::NoUser, "the call is made for no user"))
}

fn shown_profile(row: ProfileRow) -> UserProfile {
    let ProfileRow {
        id,
        email,
        display_name,
        roles,
        extra_permissions,
        status,
        created_at,
    } = row;
    UserProfile {
        id: id.to_string(),
        email,
        display_name,
        roles: stored_numbers::<Role>(&roles),
        extra_permissions,
        status: UserStatus::from_stored(&status)
            .unwrap_or(UserStatus::Unspecified)
            .into(),
        created_at: Some(timestamp(created_at)),
    }
}

fn shown_key(row: ApiKeyRow) -> OwnApiKey {
    let ApiKeyRow {
        id,
        prefix,
        display_name,
        roles,
        extra_permissions,
        expires_at,
        revoked_at,
        created_at,
    } = row;
    OwnApiKey {
        id: id.to_string(),
        prefix,
        display_name,
        roles: stored_numbers::<Role>(&roles),
        extra_permissions,
        expires_at: Some(timestamp(expires_at)),
        revoked_at: revoked_at.map(timestamp),
        created_at: Some(timestamp(created_at)),
    }
}

fn shown_erasure(row: ErasureRow) -> Erasure {
    let ErasureRow {
        id,
        user_id,
        state,
        requested_at,
        due_at,
        ended_at,
    } = row;
    Erasure {
        id: id.to_string(),
        user_id: user_id.to_string(),
        state: ErasureState::from_stored(&state)
            .unwrap_or(ErasureState::Unspecified)
            .into(),
        requested_at: Some(timestamp(requested_at)),
        due_at: Some(timestamp(due_at)),
        ended_at: ended_at.map(timestamp),
    }
}
