//! INV-01: a foreign id and an absent id are one answer, byte for byte, and one kind of audit event.

use std::collections::BTreeMap;

use http::HeaderMap;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tonic::Code;

use super::examples::{Capable, fresh, resources, with_ids};
use crate::harness::server::uuid;
use crate::harness::{DOORS, GAMMA, PLATFORM, Stage, contract};

/// What the answer's headers say, but for the two that tell calls apart.
fn said(headers: &HeaderMap) -> BTreeMap<String, String> {
    let texts = headers
        .iter()
        .map(|(name, value)| (name.to_string(), format!("{value:?}")));
    texts
        .filter(|(name, _)| name != "x-request-id" && name != "date")
        .collect()
}

/// The event of a call, without what makes it that call's.
async fn event(stage: &Stage, request_id: &str) -> (Value, String) {
    let mut superuser = stage.superuser().await;
    let (of_this_call, attempted) = (
        "to_jsonb(e) - '{id,occurred_at,request_id,attempted_ref_sha256,filter_sha256,canonical,salt,leaf_sha256,xid}'::text[]",
        "coalesce(encode(attempted_ref_sha256, 'hex'), '')",
    );
    let where_ = format!("FROM audit_events e WHERE request_id = '{request_id}'");
    (
        superuser.value(&format!("SELECT {of_this_call} {where_}")).await,
        superuser.value(&format!("SELECT {attempted} {where_}")).await,
    )
}

#[tokio::test]
async fn a_foreign_id_and_an_absent_id_are_one_answer() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for method in contract::methods() {
            let stranger = Capable::of(&method, GAMMA);
            if resources(&method).is_empty() || stranger.tenant == PLATFORM {
                continue;
            }
            let foreign = fresh(&scene, &method).await;
            let absent: BTreeMap<_, _> = foreign.keys().map(|name| (name.clone(), uuid())).collect();
            let client = stranger.client(&stage, door);
            let (first_id, first) = client.traced(&method, &with_ids(&method, &foreign)).await;
            let (second_id, second) = client.traced(&method, &with_ids(&method, &absent)).await;
            let name = method.full_name();
            assert_eq!(
                (first.code, &first.error, &first.bytes, first.http),
                (second.code, &second.error, &second.bytes, second.http),
                "{name}"
            );
            assert_eq!(said(&first.headers), said(&second.headers), "{name}");
            let (first_event, first_attempt) = event(&stage, &first_id).await;
            let (second_event, second_attempt) = event(&stage, &second_id).await;
            assert_eq!(first_event, second_event, "{name}");
            if first.code == Code::NotFound {
                let hashes = |ids: &BTreeMap<String, String>| {
                    ids.values()
                        .map(|id| hex::encode(Sha256::digest(id)))
                        .collect::<Vec<_>>()
                };
                assert!(
                    hashes(&foreign).contains(&first_attempt) && hashes(&absent).contains(&second_attempt),
                    "{name}"
                );
            }
            // And nothing happened to what is another's.
            let untouched = Capable::of(&method, scene.tenant).client(&stage, door);
            assert_ne!(
                untouched.send(&method, &with_ids(&method, &foreign)).await.code,
                Code::NotFound,
                "{name}"
            );
        }
    }
}
