//! `AuditService`: what the log holds, and how it is read.

use serde_json::{Value, json};
use tonic::Code;

use crate::harness::server::uuid;
use crate::harness::{ALPHA, DOORS, Door, Scene, Stage};

/// Leaves a few events in the log: a precedent made, read by another, refused to a third; gives its id.
async fn story(scene: &Scene<'_>) -> String {
    let id = scene.precedent().await["id"].as_str().expect("an id").to_owned();
    scene.client("analyst").ok("GetPrecedent", json!({ "id": id })).await;
    scene
        .client("analyst")
        .call("ArchivePrecedent", json!({ "id": id }))
        .await
        .refused(Code::PermissionDenied, "ROLE");
    id
}

async fn list(scene: &Scene<'_>, request: Value) -> Vec<Value> {
    let page = scene.client("compliance").ok("ListAuditEvents", request).await;
    page["events"].as_array().cloned().unwrap_or_default()
}

fn actions(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["action"].as_str().unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn an_event_says_who_did_what_to_which() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let request_id = uuid();
        let owner = scene.owner().with("x-request-id", &request_id);
        let made = owner
            .ok("CreatePrecedent", json!({ "precedent": { "scenario": {} } }))
            .await;
        let events = list(&scene, json!({ "action": "precedent.create" })).await;
        let event = events.first().expect("an event");
        let player = stage.player(scene.tenant, "owner");
        let (kind, credential) = match door {
            Door::Grpc => ("IDENTITY_KIND_CERTIFICATE", player.certificate_id),
            Door::Rest => ("IDENTITY_KIND_API_KEY", player.api_key_id),
        };
        for (name, expected) in [
            ("category", json!("AUDIT_CATEGORY_MUTATION")),
            ("action", json!("precedent.create")),
            ("outcome", json!("AUDIT_OUTCOME_SUCCESS")),
            ("method", json!("/stratum.v1.PrecedentService/CreatePrecedent")),
            ("identityKind", json!(kind)),
            ("credentialId", json!(credential.to_string())),
            ("roles", json!(["ROLE_OWNER"])),
            ("clientIp", json!("127.0.0.1")),
            ("requestId", json!(request_id)),
            ("resourceType", json!("precedent")),
            ("resourceId", made["precedent"]["id"].clone()),
            ("resourceVersion", json!("1")),
            ("rowCount", json!("1")),
            ("reason", Value::Null),
        ] {
            assert_eq!(event[name], expected, "{name}");
        }
        assert_eq!(event["leafSha256"].as_str().map(str::len), Some(64));
        let read = scene
            .client("compliance")
            .ok("GetAuditEvent", json!({ "id": event["id"] }))
            .await;
        assert_eq!(&read["event"], event);
    }
}

#[tokio::test]
async fn a_change_says_which_fields_and_a_list_which_filter() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let id = scene.precedent().await["id"].clone();
        let change = json!({ "precedent": { "id": id, "title": "x", "notes": "y", "scenario": {} }, "updateMask": "title,notes" });
        scene.owner().ok("UpdatePrecedent", change).await;
        let event = list(&scene, json!({ "action": "precedent.update" })).await.remove(0);
        assert_eq!(event["fields"], json!(["title", "notes"]));
        assert_eq!(event["resourceVersion"], "2");
        for filter in [json!({}), json!({ "eventYearFrom": 2000 }), json!({})] {
            scene.owner().ok("ListPrecedents", json!({ "filter": filter })).await;
        }
        let lists = list(&scene, json!({ "action": "precedent.list" })).await;
        let hashes: Vec<&str> = lists
            .iter()
            .map(|event| event["filterSha256"].as_str().expect("a hash"))
            .collect();
        assert_eq!((hashes[0] == hashes[2], hashes[0] == hashes[1]), (true, false));
        assert_eq!(lists[0]["rowCount"], "1");
    }
}

#[tokio::test]
async fn a_refusal_is_in_the_log_with_its_reason() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        story(&scene).await;
        let denied = list(&scene, json!({ "outcome": "AUDIT_OUTCOME_DENIED" })).await;
        assert_eq!(actions(&denied), ["precedent.archive"]);
        assert_eq!(denied[0]["reason"], "ROLE");
        assert_eq!(denied[0]["resourceId"], Value::Null);
        assert_eq!(denied[0]["roles"], json!(["ROLE_ANALYST"]));
    }
}

#[tokio::test]
async fn a_list_narrows_by_each_of_its_filters() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let id = story(&scene).await;
        let analyst = stage.player(scene.tenant, "analyst");
        let credential = match door {
            Door::Grpc => analyst.certificate_id,
            Door::Rest => analyst.api_key_id,
        };
        for (filter, expected) in [
            (json!({ "action": "precedent.get" }), vec!["precedent.get"]),
            (json!({ "resourceId": id }), vec!["precedent.get", "precedent.create"]),
            (
                json!({ "credentialId": credential.to_string() }),
                vec!["precedent.archive", "precedent.get"],
            ),
            (
                json!({ "outcome": "AUDIT_OUTCOME_DENIED", "action": "precedent.get" }),
                vec![],
            ),
            (json!({ "outcome": "AUDIT_OUTCOME_ERROR" }), vec![]),
            (json!({ "actorUserId": uuid() }), vec![]),
            (json!({ "endTime": "2020-01-01T00:00:00Z" }), vec![]),
            (
                json!({ "startTime": "2020-01-01T00:00:00Z", "action": "precedent.create" }),
                vec!["precedent.create"],
            ),
            (json!({ "startTime": "2100-01-01T00:00:00Z" }), vec![]),
        ] {
            assert_eq!(actions(&list(&scene, filter.clone()).await), expected, "{filter}");
        }
    }
}

#[tokio::test]
async fn the_user_a_service_named_can_be_asked_for() {
    let stage = Stage::start().await;
    let user = stage.player(ALPHA, "biller").user_id.to_string();
    let service = stage.by_certificate(Door::Grpc, Some(&stage.player(ALPHA, "acting").certificate));
    service
        .with("x-actor-id", &user)
        .ok("CreatePrecedent", json!({ "precedent": { "scenario": {} } }))
        .await;
    let scene = stage.scene(Door::Grpc);
    let events = list(&scene, json!({ "actorUserId": user })).await;
    assert_eq!(actions(&events), ["precedent.create"]);
    assert_eq!(events[0]["roles"], json!(["ROLE_BILLER"]));
}

#[tokio::test]
async fn bounds_are_half_open_to_the_microsecond() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        scene.precedent().await;
        let event = list(&scene, json!({ "action": "precedent.create" })).await.remove(0);
        let moment = &event["occurredAt"];
        let within = json!({ "action": "precedent.create", "startTime": moment });
        assert_eq!(list(&scene, within).await.len(), 1);
        let before = json!({ "action": "precedent.create", "endTime": moment });
        assert_eq!(list(&scene, before).await.len(), 0);
    }
}

#[tokio::test]
async fn a_walk_through_pages_meets_each_once_though_it_is_logged_itself() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for _ in 0..5 {
            scene.precedent().await;
        }
        let (mut met, mut token) = (Vec::new(), String::new());
        loop {
            let page = scene
                .client("compliance")
                .ok("ListAuditEvents", json!({ "pageSize": 2, "pageToken": token }))
                .await;
            met.extend(page["events"].as_array().cloned().unwrap_or_default());
            token = page["nextPageToken"].as_str().unwrap_or_default().to_owned();
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(actions(&met), ["precedent.create"; 5]);
    }
}

#[tokio::test]
async fn a_tenant_reads_its_own_log_only() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let id = story(&scene).await;
        let event = list(&scene, json!({ "resourceId": id })).await.remove(0);
        let stranger = scene.stranger();
        let seen = stranger.ok("ListAuditEvents", json!({ "resourceId": id })).await;
        assert_eq!(seen["events"], Value::Null);
        stranger
            .call("GetAuditEvent", json!({ "id": event["id"] }))
            .await
            .refused(Code::NotFound, "NOT_FOUND");
        scene
            .client("biller")
            .call("ListAuditEvents", json!({}))
            .await
            .refused(Code::PermissionDenied, "ROLE");
    }
}

#[tokio::test]
async fn what_is_no_filter_is_refused_by_name() {
    let stage = Stage::start().await;
    for door in DOORS {
        let compliance = stage.scene(door).client("compliance");
        let bad = json!({ "action": "DROP TABLE", "resourceId": "x", "credentialId": "x", "actorUserId": "x", "pageSize": -1 });
        let mut refused = compliance.call("ListAuditEvents", bad).await;
        refused.violations.sort();
        refused.violates(&["action", "actor_user_id", "credential_id", "page_size", "resource_id"]);
    }
    let far = stage.scene(Door::Grpc).client("compliance");
    let beyond = prost_types::Timestamp {
        seconds: i64::MAX,
        nanos: 0,
    };
    let method = crate::harness::contract::method("ListAuditEvents");
    let request = stratum::proto::v1::ListAuditEventsRequest {
        start_time: Some(beyond),
        ..Default::default()
    };
    far.send_bytes(&method, prost::Message::encode_to_vec(&request).into())
        .await
        .violates(&["start_time"]);
}
