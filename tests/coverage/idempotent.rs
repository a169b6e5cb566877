//! A repeat under the same `request_id` answers the same bytes; another request under it is refused.

use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use tonic::Code;

use super::examples::{Capable, absent, example, may};
use super::fields::{plant, strings_of};
use crate::harness::cast::{TENANT_ROLES, name_of};
use crate::harness::server::uuid;
use crate::harness::{DOORS, Scene, Stage, contract};

fn idempotent_methods() -> Vec<MethodDescriptor> {
    let mut methods = contract::methods();
    methods.retain(|method| contract::policy(method).idempotent);
    methods
}

async fn numbered(scene: &Scene<'_>, method: &MethodDescriptor) -> DynamicMessage {
    let mut message = example(scene, method).await;
    message.set_field_by_name("request_id", Value::String(uuid()));
    message
}

/// Another request under the same id: with one text changed, or about another resource.
fn changed(method: &MethodDescriptor, message: &DynamicMessage) -> DynamicMessage {
    let mut texts = strings_of(&method.input(), "TEXT_CLASS_FREE_TEXT");
    if texts.is_empty() {
        let mut other = absent(method);
        let id = message.get_field_by_name("request_id").expect("an id").into_owned();
        other.set_field_by_name("request_id", id);
        if other != *message {
            return other;
        }
        // Nothing but a coded text can differ.
        texts = strings_of(&method.input(), "TEXT_CLASS_CODE");
    }
    let path = texts
        .first()
        .unwrap_or_else(|| panic!("{}: no other request to make", method.full_name()));
    let mut message = message.clone();
    plant(&mut message, path, "changed");
    message
}

#[tokio::test]
async fn a_repeat_is_the_first_answer_again() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for method in idempotent_methods() {
            let message = numbered(&scene, &method).await;
            let client = Capable::of(&method, scene.tenant).client(&stage, door);
            let first = client.send(&method, &message).await;
            let (id, second) = client.traced(&method, &message).await;
            assert_eq!(first.bytes, second.bytes, "{}", method.full_name());
            assert_eq!(first.ok(), second.ok());
            // The repeat is a call of its own in the log, and says what it is.
            let fields: Vec<String> = stage
                .superuser()
                .await
                .value(&format!("SELECT fields FROM audit_events WHERE request_id = '{id}'"))
                .await;
            assert_eq!(fields, ["replay"], "{}", method.full_name());
        }
    }
}

#[tokio::test]
async fn another_request_under_the_same_id_is_refused() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for method in idempotent_methods() {
            let message = numbered(&scene, &method).await;
            let client = Capable::of(&method, scene.tenant).client(&stage, door);
            client.send(&method, &message).await.ok();
            // What takes nothing but a request_id can't be asked differently.
            if method.input().fields().len() == 1 {
                continue;
            }
            let refused = client.send(&method, &changed(&method, &message)).await;
            refused.refused(Code::AlreadyExists, "IDEMPOTENCY_MISMATCH");
        }
    }
}

#[tokio::test]
async fn who_may_not_call_gets_no_repeat_either() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for method in idempotent_methods() {
            let message = numbered(&scene, &method).await;
            let capable = Capable::of(&method, scene.tenant);
            capable.client(&stage, door).send(&method, &message).await.ok();
            let Some(role) = TENANT_ROLES.iter().find(|role| !may(**role, &method)) else {
                continue;
            };
            let forbidden = stage.client(door, scene.tenant, &name_of(*role));
            forbidden
                .send(&method, &message)
                .await
                .refused(Code::PermissionDenied, "ROLE");
        }
    }
}

/// What expired may be done anew.
#[tokio::test]
async fn an_expired_answer_is_forgotten() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let method = contract::method("CreatePrecedent");
        let message = numbered(&scene, &method).await;
        let first = scene.owner().send(&method, &message).await.ok();
        stage
            .superuser()
            .await
            .run("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'")
            .await;
        let second = scene.owner().send(&method, &message).await.ok();
        assert_ne!(first["precedent"]["id"], second["precedent"]["id"]);
        assert_eq!(scene.owner().send(&method, &message).await.ok(), second);
    }
}
