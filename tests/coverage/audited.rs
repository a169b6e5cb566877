//! INV-08: every call leaves exactly its audit event, done or refused.

use prost_reflect::MethodDescriptor;
use stratum::rpc::policy::{AuditMode, Tier};
use tonic::Code;

use super::examples::{Capable, absent, example, may};
use crate::harness::cast::{TENANT_ROLES, name_of};
use crate::harness::db::Sql;
use crate::harness::route::Route;
use crate::harness::server::uuid;
use crate::harness::{DOORS, Door, Scene, Stage, contract};

/// The events of a call, each as `action outcome reason method`.
async fn events(superuser: &mut Sql, request_id: &str) -> Vec<String> {
    let sql = format!(
        "SELECT concat_ws(' ', category, action, outcome, nullif(reason, ''), method) FROM audit_events
        WHERE request_id = '{request_id}' ORDER BY occurred_at, id"
    );
    superuser.column(&sql).await
}

/// The event a call of a method should leave.
fn expected(method: &MethodDescriptor, outcome: &str) -> String {
    let policy = contract::policy(method);
    let category = match policy.audit {
        AuditMode::None | AuditMode::Read => "ACCESS",
        AuditMode::Mutation if policy.tier == Tier::Admin => "ADMIN",
        AuditMode::Mutation => "MUTATION",
        AuditMode::Export => "EXPORT",
    };
    format!("{category} {} {outcome} {}", policy.action, policy.path)
}

#[tokio::test]
async fn every_call_that_is_done_leaves_its_event() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for method in contract::methods() {
            let message = example(&scene, &method).await;
            let client = Capable::of(&method, scene.tenant).client(&stage, door);
            let (id, outcome) = client.traced(&method, &message).await;
            outcome.ok();
            let found = events(&mut superuser, &id).await;
            match contract::policy(&method).audit {
                AuditMode::None => assert!(found.is_empty(), "{}: {found:?}", method.full_name()),
                AuditMode::Read | AuditMode::Mutation => {
                    assert_eq!(found, [expected(&method, "SUCCESS")])
                }
                // Before the first byte and after the last.
                AuditMode::Export => {
                    assert_eq!(found.len(), 2, "{}: {found:?}", method.full_name())
                }
            }
        }
    }
}

#[tokio::test]
async fn every_call_that_a_role_forbids_leaves_its_event() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        for method in contract::methods() {
            let Some(role) = TENANT_ROLES.iter().find(|role| !may(**role, &method)) else {
                continue;
            };
            let client = stage.client(door, stage.scene(door).tenant, &name_of(*role));
            let (id, outcome) = client.traced(&method, &absent(&method)).await;
            outcome.refused(Code::PermissionDenied, "ROLE");
            assert_eq!(events(&mut superuser, &id).await, [expected(&method, "DENIED ROLE")]);
        }
    }
}

/// What is no message of the method, as far as each door can tell.
async fn send_nonsense(scene: &Scene<'_>, method: &MethodDescriptor, request_id: &str) -> (Code, String) {
    let client = Capable::of(method, scene.tenant)
        .client(scene.stage, scene.door)
        .with("x-request-id", request_id);
    match scene.door {
        Door::Grpc => {
            let outcome = client.send_bytes(method, b"\xff\xff\xff"[..].into()).await;
            (outcome.code, outcome.reason)
        }
        Door::Rest => {
            let Route { verb, target, body } = Route::of(method, &absent(method));
            let joint = if target.contains('?') { '&' } else { '?' };
            let mut request = client.request(verb, &format!("{target}{joint}noSuchParameter=1"));
            if let Some(body) = body {
                request = request.json(&body);
            }
            let (status, _, error) = client.raw(request).await;
            assert_eq!(status.as_u16(), 400);
            (
                Code::InvalidArgument,
                error["details"][0]["reason"].as_str().unwrap_or_default().to_owned(),
            )
        }
    }
}

#[tokio::test]
async fn every_call_that_is_no_message_leaves_its_event() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        for method in contract::methods()
            .into_iter()
            .filter(|m| contract::policy(m).audit != AuditMode::None)
        {
            let id = uuid();
            let (code, reason) = send_nonsense(&stage.scene(door), &method, &id).await;
            assert_eq!(code, Code::InvalidArgument, "{}", method.full_name());
            assert_eq!(reason, "VALIDATION");
            assert_eq!(
                events(&mut superuser, &id).await,
                [expected(&method, "DENIED VALIDATION")],
                "{door:?}"
            );
        }
    }
}

/// The leaf of every stored event is what its own columns say.
#[tokio::test]
async fn leaves_are_hashes_of_salt_and_canonical_bytes() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for method in contract::methods() {
            let message = example(&scene, &method).await;
            Capable::of(&method, scene.tenant)
                .client(&stage, door)
                .send(&method, &message)
                .await
                .ok();
        }
    }
    let mut superuser = stage.superuser().await;
    let wrong: Vec<uuid::Uuid> = superuser
        .column("SELECT id FROM audit_events WHERE leaf_sha256 <> sha256('\\x00'::bytea || salt || canonical)")
        .await;
    assert!(wrong.is_empty(), "{wrong:?}");
    let all: i64 = superuser.value("SELECT count(*) FROM audit_events").await;
    let salts: i64 = superuser.value("SELECT count(DISTINCT salt) FROM audit_events").await;
    assert!(all > 0 && all == salts);
}
