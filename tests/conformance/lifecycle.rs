//! `PrecedentService`: what becomes of a precedent after it was written.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tonic::Code;

use crate::harness::server::{minimal_precedent, uuid};
use crate::harness::{Client, DOORS, Door, Scene, Stage};

async fn made(scene: &Scene<'_>) -> String {
    scene.precedent().await["id"].as_str().expect("an id").to_owned()
}

async fn titled(client: &Client, id: &str, title: &str) {
    let update = json!({ "precedent": { "id": id, "title": title, "scenario": {} }, "updateMask": "title" });
    client.ok("UpdatePrecedent", update).await;
}

#[tokio::test]
async fn what_was_put_away_can_be_taken_out_again() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let (owner, id) = (scene.owner(), made(&scene).await);
        let refused = owner.call("RestorePrecedent", json!({ "id": id })).await;
        refused.refused(Code::FailedPrecondition, "INVALID_TRANSITION");
        assert_eq!((refused.metadata("from"), refused.metadata("to")), ("ACTIVE", "ACTIVE"));
        owner.ok("ArchivePrecedent", json!({ "id": id })).await;
        owner
            .call("RestorePrecedent", json!({ "id": id, "etag": "v1" }))
            .await
            .refused(Code::Aborted, "VERSION_CONFLICT");
        let restored = owner.ok("RestorePrecedent", json!({ "id": id, "etag": "v2" })).await["precedent"].clone();
        assert_eq!(
            (&restored["status"], &restored["version"]),
            (&json!("PRECEDENT_STATUS_ACTIVE"), &json!("3"))
        );
        assert_eq!(restored["archivedAt"], Value::Null);
    }
}

#[tokio::test]
async fn an_application_and_its_outcome_are_counted() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let (owner, id) = (scene.owner(), made(&scene).await);
        let applied = owner.ok("ApplyPrecedent", json!({ "id": id })).await;
        assert_eq!(applied["precedent"]["reuseCount"], "1");
        assert!(applied["precedent"]["lastAppliedAt"].is_string());
        let outcome = json!({
            "id": id, "outcome": "OUTCOME_WON", "outcomeEvidence": "OUTCOME_EVIDENCE_SELF_REPORTED",
            "applicationId": applied["applicationId"],
        });
        let recorded = owner.ok("RecordOutcome", outcome).await;
        assert_eq!(recorded["precedent"]["successOnReuse"], "1");
        // Somebody else's application is none.
        let foreign = json!({ "id": id, "outcome": "OUTCOME_WON", "applicationId": uuid() });
        owner
            .call("RecordOutcome", foreign)
            .await
            .refused(Code::NotFound, "NOT_FOUND");
        owner.ok("ArchivePrecedent", json!({ "id": id })).await;
        owner
            .call("ApplyPrecedent", json!({ "id": id }))
            .await
            .refused(Code::FailedPrecondition, "INVALID_TRANSITION");
    }
}

#[tokio::test]
async fn an_outcome_is_corrected_only_with_a_reason() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let (owner, id) = (scene.owner(), made(&scene).await);
        let record = |outcome: &str, reason: &str| json!({ "id": id, "outcome": format!("OUTCOME_{outcome}"), "correctionReason": reason });
        let first = owner.ok("RecordOutcome", record("LOST", "")).await["precedent"].clone();
        assert_eq!(first["outcome"], "OUTCOME_LOST");
        assert!(first["outcomeRecordedAt"].is_string());
        let refused = owner.call("RecordOutcome", record("WON", "")).await;
        assert_ne!(
            refused.code,
            Code::Ok,
            "a terminal outcome became another without a reason"
        );
        let corrected = owner.ok("RecordOutcome", record("WON", "The letter was misread")).await;
        assert_eq!(corrected["precedent"]["outcome"], "OUTCOME_WON");
    }
}

#[tokio::test]
async fn every_version_is_kept_and_read() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let (owner, id) = (scene.owner(), made(&scene).await);
        titled(&owner, &id, "one").await;
        titled(&owner, &id, "two").await;
        let (mut met, mut token) = (Vec::new(), String::new());
        loop {
            let page = owner
                .ok(
                    "ListPrecedentVersions",
                    json!({ "id": id, "pageSize": 2, "pageToken": token }),
                )
                .await;
            met.extend(page["versions"].as_array().cloned().unwrap_or_default());
            token = page["nextPageToken"].as_str().unwrap_or_default().to_owned();
            if token.is_empty() {
                break;
            }
        }
        let mut numbers: Vec<&str> = met
            .iter()
            .map(|version| version["version"].as_str().expect("a number"))
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, ["1", "2", "3"]);
        let second = owner.ok("GetPrecedentVersion", json!({ "id": id, "version": 2 })).await["version"].clone();
        assert_eq!(
            (&second["changeKind"], &second["changedFields"]),
            (&json!("CHANGE_KIND_UPDATED"), &json!(["title"]))
        );
        assert_eq!(second["snapshot"]["title"], "one");
        let third = owner.ok("GetPrecedentVersion", json!({ "id": id, "version": 3 })).await["version"].clone();
        assert_eq!(third["previousSha256"], second["snapshotSha256"]);
        owner
            .call("GetPrecedentVersion", json!({ "id": id, "version": 4 }))
            .await
            .refused(Code::NotFound, "NOT_FOUND");
        let diff = owner
            .ok(
                "DiffPrecedentVersions",
                json!({ "id": id, "fromVersion": 2, "toVersion": 3 }),
            )
            .await;
        assert_eq!(diff["changes"].as_array().map(Vec::len), Some(1), "{diff:#}");
        assert_eq!(diff["changes"][0]["path"], "title");
        let same = owner
            .ok(
                "DiffPrecedentVersions",
                json!({ "id": id, "fromVersion": 2, "toVersion": 2 }),
            )
            .await;
        assert_eq!(same["changes"], Value::Null);
    }
}

#[tokio::test]
async fn a_batch_stores_what_is_good_and_says_what_is_not() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let bad = json!({ "title": "x".repeat(201), "scenario": {} });
        let request = json!({ "precedents": [minimal_precedent(), bad, minimal_precedent()], "requestId": uuid() });
        let reply = scene.owner().ok("BatchCreatePrecedents", request.clone()).await;
        assert_eq!(reply["created"], 2);
        let results = reply["results"].as_array().expect("results");
        assert_eq!(results.len(), 3);
        assert_eq!(
            (&results[1]["index"], &results[1]["reason"]),
            (&json!(1), &json!("VALIDATION"))
        );
        assert!(
            results[1]["violations"][0]
                .as_str()
                .is_some_and(|text| text.starts_with("precedent.title: ")),
            "{reply:#}"
        );
        assert_eq!(results[1]["precedent"], Value::Null);
        assert_eq!(scene.owner().ok("BatchCreatePrecedents", request).await, reply);
        let listed = scene.owner().ok("ListPrecedents", json!({})).await;
        assert_eq!(listed["precedents"].as_array().map(Vec::len), Some(2));
        scene
            .owner()
            .call("BatchCreatePrecedents", json!({}))
            .await
            .violates(&["precedents"]);
        let many = json!({ "precedents": vec![minimal_precedent(); 501] });
        scene
            .owner()
            .call("BatchCreatePrecedents", many)
            .await
            .violates(&["precedents"]);
    }
}

#[tokio::test]
async fn words_find_what_holds_them() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let owner = scene.owner();
        let mut wanted = minimal_precedent();
        wanted["scenario"]["denialTrigger"] = json!("Experimental infusion therapy");
        let wanted = owner.ok("CreatePrecedent", json!({ "precedent": wanted })).await["precedent"]["id"].clone();
        scene.precedent().await;
        let found = owner.ok("SearchPrecedents", json!({ "query": "infusion" })).await;
        let ids: Vec<&Value> = found["precedents"]
            .as_array()
            .expect("hits")
            .iter()
            .map(|precedent| &precedent["id"])
            .collect();
        assert_eq!(ids, [&wanted]);
        assert_eq!(
            owner.ok("SearchPrecedents", json!({ "query": "zeppelin" })).await["precedents"],
            Value::Null
        );
        assert_eq!(
            scene
                .stranger()
                .ok("SearchPrecedents", json!({ "query": "infusion" }))
                .await["precedents"],
            Value::Null
        );
    }
}

#[tokio::test]
async fn statistics_count_the_tenants_own() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for outcome in ["WON", "WON", "LOST"] {
            let id = made(&scene).await;
            scene
                .owner()
                .ok(
                    "RecordOutcome",
                    json!({ "id": id, "outcome": format!("OUTCOME_{outcome}") }),
                )
                .await;
        }
        made(&scene).await;
        let stats = scene.owner().ok("GetPrecedentStats", json!({})).await;
        assert_eq!(stats["total"], "4");
        let rate = &stats["rate"];
        assert_eq!(
            (&rate["won"], &rate["lost"], &rate["n"]),
            (&json!("2"), &json!("1"), &json!("3"))
        );
        // Three decisions say nothing.
        assert_eq!(rate["insufficientEvidence"], true);
        assert_eq!(
            scene.stranger().ok("GetPrecedentStats", json!({})).await["total"],
            Value::Null
        );
    }
}

/// The records of an export in NDJSON, and its last line.
fn lines(document: &Value) -> (Vec<String>, Value) {
    let mut lines: Vec<String> = document["data"]
        .as_str()
        .expect("a text")
        .lines()
        .map(str::to_owned)
        .collect();
    let end = lines.pop().expect("a last line");
    (lines, serde_json::from_str(&end).expect("JSON"))
}

#[tokio::test]
async fn an_export_tells_its_own_end() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for _ in 0..3 {
            made(&scene).await;
        }
        let document = scene
            .client("analyst")
            .ok("ExportPrecedents", json!({ "format": "EXPORT_FORMAT_NDJSON" }))
            .await;
        let (records, end) = lines(&document);
        assert_eq!(records.len(), 3);
        assert_eq!(end["end"]["count"].as_i64(), Some(3), "{end}");
        let whole: String = records.iter().map(|line| format!("{line}\n")).collect();
        assert_eq!(
            end["end"]["sha256"],
            hex::encode(Sha256::digest(whole)),
            "the digest is of the lines before it"
        );
        let (records, end) = lines(&scene.stranger().ok("ExportPrecedents", json!({})).await);
        assert_eq!((records.len(), end["end"]["count"].as_i64()), (0, Some(0)));
        scene
            .client("biller")
            .call("ExportPrecedents", json!({}))
            .await
            .refused(Code::PermissionDenied, "ROLE");
        let csv = scene
            .client("analyst")
            .ok("ExportPrecedents", json!({ "format": "EXPORT_FORMAT_CSV" }))
            .await;
        assert!(
            csv["contentType"]
                .as_str()
                .is_some_and(|kind| kind.starts_with("text/csv")),
            "{csv}"
        );
        assert_eq!(csv["data"].as_str().map(|text| text.lines().count()), Some(4));
    }
}

#[tokio::test]
async fn an_export_says_in_the_log_what_left() {
    let stage = Stage::start().await;
    let scene = stage.scene(Door::Grpc);
    made(&scene).await;
    let request_id = uuid();
    scene
        .owner()
        .with("x-request-id", &request_id)
        .ok("ExportPrecedents", json!({}))
        .await;
    let steps: Vec<String> = stage
        .superuser()
        .await
        .column(&format!(
            "SELECT concat_ws(' ', category, fields, row_count, content_sha256 IS NOT NULL) FROM audit_events
        WHERE request_id = '{request_id}' ORDER BY occurred_at"
        ))
        .await;
    assert_eq!(steps, ["EXPORT {START} 0 f", "EXPORT {FINISH} 1 t"]);
}

#[tokio::test]
async fn a_look_by_a_person_is_dated() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let id = made(&scene).await;
        let validated = scene.owner().ok("ValidatePrecedent", json!({ "id": id })).await;
        assert!(validated["precedent"]["lastValidatedAt"].is_string());
        scene
            .stranger()
            .call("ValidatePrecedent", json!({ "id": id }))
            .await
            .refused(Code::NotFound, "NOT_FOUND");
    }
}
