//! `ClassificationService`: what a denial is and what to do about it.

use serde_json::{Value, json};
use tonic::Code;

use crate::harness::{DOORS, Stage};

/// One line with these adjustments, each as `CO-197`, and these remarks on the first.
fn line(adjustments: &[&str], remarks: &[&str]) -> Value {
    let mut adjustments: Vec<Value> = adjustments
        .iter()
        .map(|adjustment| {
            let (group, carc) = adjustment.split_once('-').expect("a group and a code");
            json!({ "groupCode": format!("GROUP_CODE_{group}"), "carc": carc })
        })
        .collect();
    adjustments[0]["rarcs"] = json!(remarks);
    json!({ "scenario": { "lines": [{ "adjustments": adjustments }] } })
}

#[tokio::test]
async fn hard_rules_come_before_any_score() {
    let stage = Stage::start().await;
    for (request, is_appealable) in [
        (line(&["CO-197"], &[]), true),
        // What is no denial is dropped first; what stays is judged.
        (line(&["PR-1", "CO-197"], &[]), true),
        (line(&["PR-1"], &[]), false),
        (line(&["CO-45"], &[]), false),
        (line(&["CO-16"], &["MA130"]), false),
    ] {
        for door in DOORS {
            let reply = stage.scene(door).owner().ok("DetermineAction", request.clone()).await;
            let appealable = reply["determination"]["appealable"].as_bool().unwrap_or_default();
            assert_eq!(appealable, is_appealable, "{request}\n{reply:#}");
            assert!(reply["determination"]["action"].is_string());
        }
    }
}

#[tokio::test]
async fn a_denial_in_words_gets_its_type_with_the_words_that_say_so() {
    let stage = Stage::start().await;
    let trigger = "Denied: prior authorization was not obtained before the MRI";
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let request = json!({ "scenario": { "denialTrigger": trigger }, "asOf": "2026-03-01" });
        let outcome = owner.call("ClassifyDenial", request.clone()).await;
        let again = owner.call("ClassifyDenial", request).await;
        assert_eq!(
            outcome.bytes, again.bytes,
            "the same input and model give the same bytes"
        );
        let reply = outcome.ok();
        let best = &reply["types"][0];
        assert_eq!(
            best["denialType"], "DENIAL_TYPE_PRIOR_AUTHORIZATION",
            "{:#}",
            reply["types"]
        );
        let length = i64::try_from(trigger.chars().count()).expect("a number");
        for span in best["spans"].as_array().cloned().unwrap_or_default() {
            let (start, end) = (
                span["start"].as_i64().unwrap_or_default(),
                span["end"].as_i64().unwrap_or_default(),
            );
            assert!(0 <= start && start < end && end <= length, "{span}");
        }
        assert!(reply["modelVersion"].is_string());
    }
}

#[tokio::test]
async fn without_evidence_that_is_the_answer() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let reply = owner
            .ok(
                "EstimateWinProbability",
                json!({ "scenario": { "denialTrigger": "x" } }),
            )
            .await;
        assert_eq!(reply["estimate"]["insufficientEvidence"], true, "{reply:#}");
    }
}

#[tokio::test]
async fn dates_that_are_none_are_refused_by_field() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let request = json!({ "scenario": { "dates": { "noticeDate": "2026-02-30" } }, "asOf": "2026-03-01" });
        let outcome = owner.call("ComputeDeadlines", request).await;
        outcome.refused(Code::InvalidArgument, "VALIDATION");
        assert_eq!(outcome.violations, ["scenario.dates.notice_date"]);
    }
}
