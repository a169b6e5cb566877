//! The canonical bytes of audit events are injective: two events that differ in anything that is said of
//! them differ in bytes, so that a proof over the bytes is a proof over the event.

use proptest::prelude::*;
use stratum::audit::event::{AuditEvent, Facts, Resource, leaf_hash};
use stratum::db::stored::StoredEnum as _;
use stratum::proto::v1::{AuditCategory, AuditOutcome, IdentityKind};
use time::OffsetDateTime;
use uuid::Uuid;

fn word() -> impl Strategy<Value = String> {
    // Short and of few letters, so that boundaries between fields are where events differ.
    "[ab,.]{0,3}"
}

fn id() -> impl Strategy<Value = Uuid> {
    (0_u128..3).prop_map(Uuid::from_u128)
}

fn hash() -> impl Strategy<Value = Option<[u8; 32]>> {
    prop::option::of((0_u8..3).prop_map(|byte| [byte; 32]))
}

fn facts() -> impl Strategy<Value = Facts> {
    let resource = prop::sample::select(vec![
        Resource::None,
        Resource::Precedent,
        Resource::AuditEvent,
        Resource::Tenant,
    ]);
    // Field names and roles are words of the contract: they hold no comma.
    let fields = prop::collection::vec("[ab]{1,2}", 0..3);
    (
        resource,
        prop::option::of(id()),
        0_i64..3,
        0_i64..3,
        fields,
        hash(),
        hash(),
    )
        .prop_map(
            |(resource, resource_id, resource_version, row_count, fields, filter_sha256, content_sha256)| Facts {
                resource,
                resource_id,
                resource_version,
                row_count,
                fields,
                filter_sha256,
                content_sha256,
            },
        )
}

fn event() -> impl Strategy<Value = AuditEvent> {
    let who = (
        prop::option::of(id()),
        prop::sample::select(IdentityKind::ALL.to_vec()),
        prop::option::of(id()),
        prop::option::of(id()),
        prop::collection::vec("[AB]{1,2}", 0..3),
        word(),
    );
    let what = (
        prop::sample::select(AuditCategory::ALL.to_vec()),
        word(),
        prop::sample::select(AuditOutcome::ALL.to_vec()),
        word(),
        word(),
        word(),
        word(),
        hash(),
    );
    (id(), 0_i64..3, who, what, facts(), any::<[u8; 16]>()).prop_map(|(id, second, who, what, facts, salt)| {
        let (tenant_id, identity_kind, credential_id, actor_user_id, roles, client_ip) = who;
        let (category, action, outcome, reason, method, request_id, trace_id, attempted_ref_sha256) = what;
        AuditEvent {
            id,
            occurred_at: OffsetDateTime::from_unix_timestamp(second).expect("a moment"),
            tenant_id,
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
            trace_id,
            attempted_ref_sha256,
            facts,
            salt,
        }
    })
}

/// Everything an event says, but for the salt, which is hashed beside the bytes.
fn said(event: &AuditEvent) -> String {
    format!(
        "{:?}",
        AuditEvent {
            salt: [0; 16],
            ..event.clone()
        }
    )
}

/// Every single change of a field, made to a copy.
fn changes(event: &AuditEvent) -> Vec<AuditEvent> {
    let mut changed = Vec::new();
    let mut change = |edit: &dyn Fn(&mut AuditEvent)| {
        let mut copy = event.clone();
        edit(&mut copy);
        changed.push(copy);
    };
    change(&|e| e.id = Uuid::max());
    change(&|e| e.occurred_at += time::Duration::microseconds(1));
    change(&|e| e.tenant_id = if e.tenant_id.is_some() { None } else { Some(Uuid::nil()) });
    change(&|e| {
        e.category = if e.category == AuditCategory::Auth {
            AuditCategory::Admin
        } else {
            AuditCategory::Auth
        }
    });
    change(&|e| {
        e.outcome = if e.outcome == AuditOutcome::Error {
            AuditOutcome::Denied
        } else {
            AuditOutcome::Error
        }
    });
    change(&|e| {
        e.identity_kind = if e.identity_kind == IdentityKind::System {
            IdentityKind::Public
        } else {
            IdentityKind::System
        }
    });
    change(&|e| e.action.push('x'));
    change(&|e| e.reason.push('x'));
    change(&|e| e.method.push('x'));
    change(&|e| e.client_ip.push('x'));
    change(&|e| e.request_id.push('x'));
    change(&|e| e.trace_id.push('x'));
    change(&|e| e.credential_id = Some(Uuid::max()));
    change(&|e| e.actor_user_id = Some(Uuid::max()));
    change(&|e| e.roles.push("X".to_owned()));
    change(&|e| e.attempted_ref_sha256 = Some([9; 32]));
    change(&|e| e.facts.resource_id = Some(Uuid::max()));
    change(&|e| e.facts.resource_version += 1);
    change(&|e| e.facts.row_count += 1);
    change(&|e| e.facts.fields.push("x".to_owned()));
    change(&|e| e.facts.filter_sha256 = Some([9; 32]));
    change(&|e| e.facts.content_sha256 = Some([9; 32]));
    changed
}

proptest! {
    #[test]
    fn events_that_differ_have_bytes_that_differ(a in event(), b in event()) {
        prop_assert_eq!(said(&a) == said(&b), a.canonical() == b.canonical());
    }

    #[test]
    fn no_field_is_left_out(event in event()) {
        for (n, changed) in changes(&event).iter().enumerate() {
            prop_assert_ne!(changed.canonical(), event.canonical(), "change {}", n);
        }
    }

    /// Text moved over the boundary of two neighbours is another event.
    #[test]
    fn a_boundary_is_part_of_the_bytes(event in event(), left in "[ab]{0,3}", right in "[ab]{0,3}") {
        let with = |action: String, reason: String| AuditEvent { action, reason, ..event.clone() }.canonical();
        let joined = format!("{left}{right}");
        prop_assert_eq!(with(joined.clone(), String::new()) == with(left, right.clone()), right.is_empty());
    }

    #[test]
    fn a_leaf_is_salted(event in event(), other: [u8; 16]) {
        let bytes = event.canonical();
        prop_assert_eq!(leaf_hash(&event.salt, &bytes) == leaf_hash(&other, &bytes), event.salt == other);
    }
}

/// The format is a promise to every proof that was ever handed out: these bytes never change.
#[test]
fn the_format_stays_as_it_is() {
    let event = AuditEvent {
        id: Uuid::from_u128(1),
        occurred_at: OffsetDateTime::UNIX_EPOCH,
        tenant_id: None,
        category: AuditCategory::Access,
        action: "precedent.get".to_owned(),
        outcome: AuditOutcome::Success,
        reason: String::new(),
        method: "/m".to_owned(),
        identity_kind: IdentityKind::ApiKey,
        credential_id: Some(Uuid::from_u128(2)),
        actor_user_id: None,
        roles: vec!["OWNER".to_owned(), "BILLER".to_owned()],
        client_ip: "127.0.0.1".to_owned(),
        request_id: "r".to_owned(),
        trace_id: String::new(),
        attempted_ref_sha256: None,
        facts: Facts::one(Resource::Precedent, Uuid::from_u128(3)).version(4),
        salt: [7; 16],
    };
    let mut expected = b"stratum.audit.event.v1\n".to_vec();
    let nothing: &[u8] = b"";
    for field in [
        Uuid::from_u128(1).as_bytes().as_slice(),
        &0_i64.to_be_bytes(),
        nothing,
        b"ACCESS",
        b"precedent.get",
        b"SUCCESS",
        nothing,
        b"/m",
        b"API_KEY",
        Uuid::from_u128(2).as_bytes(),
        nothing,
        b"OWNER,BILLER",
        b"127.0.0.1",
        b"r",
        nothing,
        nothing,
        b"precedent",
        Uuid::from_u128(3).as_bytes(),
        &4_i64.to_be_bytes(),
        &1_i64.to_be_bytes(),
        nothing,
        nothing,
        nothing,
    ] {
        expected.extend(u32::try_from(field.len()).expect("short").to_be_bytes());
        expected.extend(field);
    }
    assert_eq!(event.canonical(), expected);
}
