//! `BatchClassify`: a stream of answers, in which every item stands for itself.

use serde_json::{Value, json};
use stratum::proto::v1::classification_service_client::ClassificationServiceClient;
use stratum::proto::v1::{BatchClassifyItem, BatchClassifyRequest, Scenario};
use tonic::Code;

use crate::harness::{DOORS, Door, Outcome, Scene, Stage, contract, eventually};

fn item(trigger: &str) -> Value {
    json!({ "scenario": { "denialTrigger": trigger } })
}

async fn classified(scene: &Scene<'_>, items: Vec<Value>) -> Outcome {
    let request = json!({ "items": items, "asOf": "2026-03-01" });
    scene.owner().call("BatchClassify", request).await
}

/// The places of the refused items, each with its refusal.
fn refusals(replies: &[Value]) -> Vec<(i64, &Value)> {
    let refused = replies.iter().filter(|reply| reply["refusal"].is_object());
    refused
        .map(|reply| (reply["index"].as_i64().unwrap_or(0), &reply["refusal"]))
        .collect()
}

#[tokio::test]
async fn one_bad_item_among_a_hundred_is_refused_alone() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let mut items = vec![item("no authorization on file"); 100];
        items[37] = json!({ "scenario": { "denialTrigger": "no referral", "state": "Texas" } });
        let request = contract::from_json(contract::method("BatchClassify").input(), &json!({ "items": items }));
        let (id, outcome) = scene.owner().traced(&contract::method("BatchClassify"), &request).await;
        let replies = outcome.replies.clone();
        outcome.ok();
        assert_eq!(replies.len(), 101);
        for (place, reply) in replies.iter().take(100).enumerate() {
            assert_eq!(reply["index"].as_u64().unwrap_or(0), place as u64);
            assert_eq!(reply["result"].is_object(), place != 37, "{reply:#}");
        }
        let refused = refusals(&replies);
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].0, 37);
        assert_eq!(refused[0].1["reason"], "ERROR_REASON_VALIDATION");
        let violations = refused[0].1["violations"].to_string();
        assert!(
            violations.contains("item.scenario.state: must have at most 2 characters"),
            "{violations}"
        );
        assert!(!violations.contains("Texas"), "{violations}");
        let end = &replies[100]["end"];
        assert_eq!((&end["classified"], &end["refused"]), (&json!(99), &json!(1)));
        // The audit log has the beginning, and the end with count and digest.
        let events: Vec<String> = superuser
            .column(&format!(
                "SELECT concat_ws(' ', fields[1], outcome, row_count, encode(content_sha256, 'hex')) FROM audit_events
                WHERE request_id = '{id}' ORDER BY occurred_at, id"
            ))
            .await;
        let sha256 = end["sha256"].as_str().expect("a digest");
        assert_eq!(
            events,
            ["START SUCCESS 0".to_owned(), format!("FINISH SUCCESS 99 {sha256}")]
        );
    }
}

#[tokio::test]
async fn an_identifier_in_item_three_refuses_item_three() {
    let stage = Stage::start().await;
    for door in DOORS {
        let mut items = vec![item("duplicate claim"); 5];
        items[3] = item("duplicate claim of SSN 078-05-1120");
        let outcome = classified(&stage.scene(door), items).await;
        let refused = refusals(&outcome.replies);
        assert_eq!(refused.len(), 1);
        assert_eq!(
            (refused[0].0, &refused[0].1["reason"]),
            (3, &json!("ERROR_REASON_PHI_DETECTED"))
        );
        assert!(!String::from_utf8_lossy(&outcome.bytes).contains("078-05-1120"));
        assert_eq!(outcome.ok()["end"]["classified"], 4);
    }
}

#[tokio::test]
async fn an_item_is_answered_as_it_would_be_alone() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        scene.precedent().await;
        let items = vec![
            item("Prior authorization was not obtained"),
            json!({ "scenario": { "lines": [{ "adjustments": [{ "groupCode": "GROUP_CODE_PR", "carc": "1" }] }] } }),
            json!({ "scenario": { "denialTrigger": "filed too late", "lineOfBusiness": "LINE_OF_BUSINESS_MEDICARE_ADVANTAGE",
                "dates": { "noticeDate": "2026-02-02" } } }),
        ];
        let outcome = classified(&scene, items.clone()).await;
        for (place, item) in items.into_iter().enumerate() {
            let mut request = item;
            request["asOf"] = json!("2026-03-01");
            let alone = scene.owner().ok("ClassifyDenial", request).await;
            assert_eq!(outcome.replies[place]["result"], alone, "item {place}");
        }
        outcome.ok();
    }
}

#[tokio::test]
async fn the_batch_itself_keeps_the_rules_of_the_contract() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        classified(&scene, Vec::new()).await.violates(&["items"]);
        classified(&scene, vec![item("x"); 501]).await.violates(&["items"]);
        let bad_day = json!({ "items": [item("x")], "asOf": "tomorrow" });
        scene.owner().call("BatchClassify", bad_day).await.violates(&["as_of"]);
        // An item without a scenario is the item's fault.
        let outcome = classified(&scene, vec![json!({}), item("no referral")]).await;
        assert_eq!(refusals(&outcome.replies).len(), 1);
        assert_eq!(outcome.ok()["end"]["classified"], 1);
    }
}

#[tokio::test]
async fn a_deadline_ends_the_stream_with_its_reason() {
    let stage = Stage::start().await;
    let scene = stage.scene(Door::Rest);
    let request = json!({ "items": vec![item("no authorization on file"); 500] });
    let hurried = scene.owner().with("x-request-timeout", "0.001s");
    hurried
        .call("BatchClassify", request)
        .await
        .refused(Code::DeadlineExceeded, "DEADLINE");
}

/// The server stops when nobody listens, and the log says that the batch was not read to its end.
#[tokio::test]
async fn a_stream_that_is_dropped_is_no_longer_worked_on() {
    let stage = Stage::start().await;
    let id = crate::harness::server::uuid();
    // More than any window holds, so that the server waits for a reader who goes away.
    let words = "authorization ".repeat(280);
    let item = BatchClassifyItem {
        scenario: Some(Scenario {
            denial_trigger: words,
            ..Scenario::default()
        }),
        ..BatchClassifyItem::default()
    };
    let mut request = tonic::Request::new(BatchClassifyRequest {
        items: vec![item; 500],
        ..BatchClassifyRequest::default()
    });
    request
        .metadata_mut()
        .insert("x-request-id", id.parse().expect("a header"));
    let channel = stage.scene(Door::Grpc).owner().channel;
    let reply = ClassificationServiceClient::new(channel).batch_classify(request).await;
    let mut stream = reply.expect("a stream").into_inner();
    stream.message().await.expect("a message").expect("an answer");
    drop(stream);
    let superuser = tokio::sync::Mutex::new(stage.superuser().await);
    let sql = format!("SELECT count(*) FROM audit_events WHERE request_id = '{id}' AND fields[1] = 'FINISH'");
    let is_finished = async || superuser.lock().await.value::<i64>(&sql).await == 1;
    eventually("the batch is over", is_finished).await;
    let ended: String = superuser
        .lock()
        .await
        .value(&format!(
            "SELECT concat_ws(' ', outcome, reason) FROM audit_events WHERE request_id = '{id}' AND fields[1] = 'FINISH'"
        ))
        .await;
    assert_eq!(ended, "DENIED DEADLINE");
}
