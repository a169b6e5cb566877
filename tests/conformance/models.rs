//! `ListModels` and `GetModelCard`: every version that an answer names can be looked up.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tonic::Code;

use crate::harness::{DOORS, Door, Scene, Stage};

/// The versions that a reply names, wherever it does.
fn named(reply: &Value) -> BTreeSet<String> {
    match reply {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, value)| match (name.as_str(), value.as_str()) {
                ("modelVersion", Some(text)) => text.split(' ').map(str::to_owned).collect(),
                _ => named(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(named).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => BTreeSet::new(),
    }
}

async fn card(scene: &Scene<'_>, version: &str) -> Value {
    let reply = scene.owner().ok("GetModelCard", json!({ "version": version })).await;
    reply["card"].clone()
}

async fn answers(scene: &Scene<'_>) -> Vec<Value> {
    let scenario = json!({ "denialTrigger": "Prior authorization was not obtained" });
    let id = scene.precedent().await["id"].clone();
    let asked = json!({ "scenario": scenario });
    let owner = scene.owner();
    let feedback = json!({ "scenario": scenario, "denialType": "DENIAL_TYPE_PRIOR_AUTHORIZATION" });
    let batch = owner.call("BatchClassify", json!({ "items": [asked] })).await;
    vec![
        owner.ok("ClassifyDenial", asked.clone()).await,
        owner.ok("EstimateWinProbability", asked.clone()).await,
        owner.ok("FindSimilarToScenario", asked).await,
        owner.ok("FindSimilar", json!({ "id": id })).await,
        owner
            .ok("ExplainSimilarity", json!({ "leftId": id, "rightId": id }))
            .await,
        owner.ok("GetSimilarityModel", json!({})).await,
        owner.ok("SubmitFeedback", feedback).await,
        Value::Array(batch.replies),
    ]
}

#[tokio::test]
async fn every_version_that_an_answer_names_has_its_card() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let mut versions = BTreeSet::new();
        for answer in answers(&scene).await {
            let found = named(&answer);
            assert!(!found.is_empty(), "names no model: {answer:#}");
            versions.extend(found);
        }
        let mut kinds = BTreeSet::new();
        for version in versions {
            let card = card(&scene, &version).await;
            assert_eq!(card["model"]["version"], version.as_str());
            assert!(card["intendedUse"].is_string() && card["limits"].as_array().is_some_and(|l| l.len() >= 3));
            assert!(card["data"].is_array() && card["training"].is_array(), "{version}");
            assert_eq!(card["model"]["sha256"].as_str().map(str::len), Some(64), "{version}");
            kinds.insert(card["model"]["kind"].to_string());
        }
        assert_eq!(kinds.len(), 4, "{kinds:?}");
        let listed = scene.owner().ok("ListModels", json!({})).await;
        let current = listed["models"]
            .as_array()
            .expect("models")
            .iter()
            .filter(|m| m["isCurrent"] == true);
        assert_eq!(current.count(), 4, "{listed:#}");
    }
}

/// Weights are frozen anew after a restart; what answered before can still be looked up.
#[tokio::test]
async fn a_version_outlives_the_process_that_named_it() {
    let stage = Stage::start().await;
    let mut named = Vec::new();
    for door in DOORS {
        let scene = stage.scene(door);
        let reply = scene.owner().ok("GetSimilarityModel", json!({})).await;
        named.push(reply["modelVersion"].as_str().expect("a version").to_owned());
        scene.precedent().await;
    }
    let stage = stage.again().await;
    for (door, before) in DOORS.into_iter().zip(named) {
        let scene = stage.scene(door);
        let now = scene.owner().ok("GetSimilarityModel", json!({})).await;
        assert_ne!(now["modelVersion"], before.as_str());
        assert_eq!(
            card(&scene, &before).await["model"]
                .get("isCurrent")
                .unwrap_or(&json!(false)),
            false
        );
        let current = card(&scene, now["modelVersion"].as_str().expect("a version")).await;
        assert_eq!(current["model"]["isCurrent"], true);
    }
}

#[tokio::test]
async fn a_version_of_nothing_is_not_found() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        for version in [
            "text-1-00000000",
            "similarity-1.0-00000000",
            "0",
            "text-1-00000000-own-00000000",
        ] {
            let outcome = owner.call("GetModelCard", json!({ "version": version })).await;
            outcome.refused(Code::NotFound, "NOT_FOUND");
        }
    }
}

#[tokio::test]
async fn a_text_models_card_measures_and_calibrates() {
    let stage = Stage::start().await;
    let scene = stage.scene(Door::Grpc);
    let models = scene.owner().ok("ListModels", json!({})).await;
    let text = models["models"]
        .as_array()
        .expect("models")
        .iter()
        .find(|m| m["kind"] == "MODEL_KIND_TEXT");
    let version = text.and_then(|m| m["version"].as_str()).expect("a text model");
    let measurements = card(&scene, version).await["measurements"].clone();
    let held_out = measurements
        .as_array()
        .and_then(|all| all.last())
        .expect("a measurement")
        .clone();
    assert!(held_out["top1"].as_f64() >= Some(0.85), "{held_out:#}");
    assert!(held_out["calibrationError"].as_f64() <= Some(0.1));
    let bins = held_out["calibration"].as_array().expect("bins").clone();
    let counted: i64 = bins
        .iter()
        .filter_map(|bin| bin["n"].as_str()?.parse::<i64>().ok())
        .sum();
    assert_eq!(Some(counted), held_out["n"].as_str().and_then(|n| n.parse().ok()));
}
