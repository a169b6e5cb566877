//! An event as the contract shows it.

use uuid::Uuid;

use super::store::EventRow;
use crate::db::stored::{StoredEnum, stored_numbers};
use crate::proto::v1::{AuditCategory, AuditEvent, AuditOutcome, IdentityKind, Role};
use crate::rpc::wire::timestamp;

/// The message of a stored event.
pub(crate) fn event(row: EventRow) -> AuditEvent {
    let EventRow {
        id,
        occurred_at,
        category,
        action,
        outcome,
        reason,
        method,
        identity_kind,
        credential_id,
        actor_user_id,
        roles,
        client_ip,
        request_id,
        resource_type,
        resource_id,
        resource_version,
        attempted_ref_sha256,
        row_count,
        fields,
        filter_sha256,
        content_sha256,
        leaf_sha256,
    } = row;
    let id_text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    let hash_text = |hash: Option<Vec<u8>>| hash.map(hex::encode).unwrap_or_default();
    AuditEvent {
        id: id.to_string(),
        occurred_at: Some(timestamp(occurred_at)),
        category: number::<AuditCategory>(&category),
        action,
        outcome: number::<AuditOutcome>(&outcome),
        reason,
        method,
        identity_kind: number::<IdentityKind>(&identity_kind),
        credential_id: id_text(credential_id),
        actor_user_id: id_text(actor_user_id),
        roles: stored_numbers::<Role>(&roles),
        client_ip,
        request_id,
        resource_type,
        resource_id: id_text(resource_id),
        resource_version,
        attempted_ref_sha256: hash_text(attempted_ref_sha256),
        row_count,
        fields,
        filter_sha256: hash_text(filter_sha256),
        content_sha256: hash_text(content_sha256),
        leaf_sha256: hex::encode(leaf_sha256),
    }
}

fn number<E: StoredEnum + Into<i32>>(text: &str) -> i32 {
    E::from_stored(text).map_or(0, Into::into)
}
