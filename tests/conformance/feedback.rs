//! `SubmitFeedback`, and what a tenant's own text model makes of it.

use serde_json::{Value, json};
use stratum::classification::training::Outcome;
use stratum::db::DbRole;
use tonic::Code;

use crate::harness::server::uuid;
use crate::harness::{ALPHA, BETA, DOORS, Scene, Stage};

/// Words that mean nothing to the shared model.
const OWN_WORDS: &str = "Zebra edit 77 fired on this visit";

fn feedback(words: &str, denial_type: &str) -> Value {
    json!({ "scenario": { "denialTrigger": words }, "denialType": format!("DENIAL_TYPE_{denial_type}") })
}

fn question() -> Value {
    json!({ "scenario": { "denialTrigger": OWN_WORDS }, "asOf": "2026-03-01" })
}

async fn trained(stage: &Stage, tenant: &str) -> Outcome {
    let id = stage.cast.tenant(tenant).id;
    let mut outcomes = stage.train().await.into_iter().filter(|(tenant, _)| *tenant == id);
    outcomes.next().expect("an outcome").1
}

async fn versions(scene: &Scene<'_>) -> Vec<Value> {
    let models = scene.owner().ok("ListModels", json!({})).await["models"].clone();
    models.as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn feedback_changes_the_tenants_own_answers_and_nobody_elses() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let before = scene.owner().call("ClassifyDenial", question()).await;
        assert_ne!(before.json["types"][0]["denialType"], "DENIAL_TYPE_BUNDLING");
        let strangers = scene.stranger().call("ClassifyDenial", question()).await;
        let reply = scene
            .owner()
            .ok("SubmitFeedback", feedback(OWN_WORDS, "BUNDLING"))
            .await;
        assert_eq!(
            (&reply["isCorrection"], &reply["isForTraining"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(reply["predictedType"], before.json["types"][0]["denialType"]);
        // Nothing is learnt before the training.
        assert_eq!(
            scene.owner().call("ClassifyDenial", question()).await.bytes,
            before.bytes
        );

        let Outcome::Trained { version, texts: 1 } = trained(&stage, scene.tenant).await else {
            panic!("not trained");
        };
        let after = scene.owner().ok("ClassifyDenial", question()).await;
        assert_eq!(
            after["types"][0]["denialType"], "DENIAL_TYPE_BUNDLING",
            "{:#}",
            after["types"]
        );
        assert!(after["modelVersion"].to_string().contains(&version));
        assert_eq!(
            scene.stranger().call("ClassifyDenial", question()).await.bytes,
            strangers.bytes
        );

        let card = scene.owner().ok("GetModelCard", json!({ "version": version })).await["card"].clone();
        assert_eq!(
            (&card["model"]["isOwn"], &card["model"]["isCurrent"]),
            (&json!(true), &json!(true))
        );
        let strange = scene
            .stranger()
            .call("GetModelCard", json!({ "version": version }))
            .await;
        strange.refused(Code::NotFound, "NOT_FOUND");
        let own = |models: Vec<Value>| {
            models
                .iter()
                .filter(|m| m["version"].to_string().contains("-own-"))
                .count()
        };
        assert_eq!(own(versions(&scene).await), 1);
        assert_eq!(own(versions(&stage.scene(door)).await), 1);
        let strange = scene.stranger().ok("ListModels", json!({})).await;
        assert!(!strange.to_string().contains("-own-"), "{strange:#}");
        // The same feedback makes the same model, which is not kept twice.
        assert_eq!(trained(&stage, scene.tenant).await, Outcome::Unchanged { version });
    }
}

#[tokio::test]
async fn what_is_said_later_of_the_same_words_counts() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let mut first = feedback(OWN_WORDS, "BUNDLING");
        first["requestId"] = json!(uuid());
        let said = scene.owner().call("SubmitFeedback", first.clone()).await;
        let again = scene.owner().call("SubmitFeedback", first).await;
        assert_eq!(said.bytes, again.bytes);
        let spaced = OWN_WORDS.to_uppercase().replace(' ', "  ");
        scene
            .owner()
            .ok("SubmitFeedback", feedback(&spaced, "CODING_UNITS"))
            .await;
        let tenant = stage.cast.tenant(scene.tenant).id;
        let rows: i64 = stage
            .superuser()
            .await
            .value(&format!(
                "SELECT count(*) FROM classification_feedback WHERE tenant_id = '{tenant}'"
            ))
            .await;
        assert_eq!(rows, 2, "a repeat is kept once");
        assert!(matches!(
            trained(&stage, scene.tenant).await,
            Outcome::Trained { texts: 1, .. }
        ));
        let after = scene.owner().ok("ClassifyDenial", question()).await;
        assert_eq!(after["types"][0]["denialType"], "DENIAL_TYPE_CODING_UNITS");
    }
}

#[tokio::test]
async fn feedback_says_something_and_says_of_what_type() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let refused = owner.call("SubmitFeedback", feedback(" \t ", "BUNDLING")).await;
        refused.violates(&["scenario"]);
        let untyped = json!({ "scenario": { "denialTrigger": "x" } });
        owner.call("SubmitFeedback", untyped).await.violates(&["denial_type"]);
        let remarks = |n: u32| -> Vec<String> { (0..10).map(|remark| format!("N{}", n * 10 + remark)).collect() };
        let line = |n: u32| -> Value {
            let of = |at| json!({ "groupCode": "GROUP_CODE_CO", "carc": "16", "rarcs": remarks(n * 20 + at) });
            json!({ "adjustments": (0..20).map(of).collect::<Vec<_>>() })
        };
        let mut overlong = json!({ "scenario": {}, "denialType": "DENIAL_TYPE_CODING" });
        overlong["scenario"]["lines"] = (0..11).map(line).collect();
        owner
            .call("SubmitFeedback", overlong)
            .await
            .violates(&["scenario.lines"]);
        let nothing = json!({ "denialType": "DENIAL_TYPE_CODING" });
        owner.call("SubmitFeedback", nothing).await.violates(&["scenario"]);
    }
}

/// Codes are judged by rule: kept, but nothing for a model of words to learn.
#[tokio::test]
async fn codes_alone_are_kept_and_teach_nothing() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let codes = json!({ "lines": [{ "adjustments": [{ "groupCode": "GROUP_CODE_CO", "carc": "197", "rarcs": ["N706"] }] }] });
        let request = json!({ "scenario": codes, "denialType": "DENIAL_TYPE_PRIOR_AUTHORIZATION" });
        let reply = scene.owner().ok("SubmitFeedback", request).await;
        assert_eq!(reply["predictedType"], "DENIAL_TYPE_PRIOR_AUTHORIZATION");
        assert!(
            reply["isCorrection"].is_null() && reply["isForTraining"].is_null(),
            "{reply:#}"
        );
        assert_eq!(trained(&stage, scene.tenant).await, Outcome::NoFeedback);
    }
}

#[tokio::test]
async fn what_may_rest_on_substance_use_records_is_not_kept() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let by_words = feedback("methadone visit denied, no authorization", "PRIOR_AUTHORIZATION");
        let mut by_code = feedback("no authorization", "PRIOR_AUTHORIZATION");
        by_code["scenario"]["diagnosisCodes"] = json!(["F11.20"]);
        for request in [by_words, by_code] {
            // The permission to see such records is none to teach a model with them.
            for client in [scene.owner(), scene.custodian()] {
                let outcome = client.call("SubmitFeedback", request.clone()).await;
                outcome.refused(Code::FailedPrecondition, "SUD_NOT_SHAREABLE");
                assert_eq!(outcome.metadata("needs"), "consent");
            }
        }
    }
    let kept: i64 = stage
        .superuser()
        .await
        .value("SELECT count(*) FROM classification_feedback")
        .await;
    assert_eq!(kept, 0);
}

/// Detectors get better: what an older one let in teaches no model today.
#[tokio::test]
async fn what_todays_guard_would_refuse_is_left_out_of_training() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let tenant = stage.cast.tenant(scene.tenant).id;
        for words in ["edit of SSN 078-05-1120 fired", "methadone edit fired"] {
            superuser
                .run(&format!(
                    "INSERT INTO classification_feedback (tenant_id, id, words, codes, denial_type, predicted_type, model_version)
                    VALUES ('{tenant}', gen_random_uuid(), '{words}', '{{}}', 'BUNDLING', 'OTHER', 'text-1-0')"
                ))
                .await;
        }
        scene
            .owner()
            .ok("SubmitFeedback", feedback(OWN_WORDS, "BUNDLING"))
            .await;
        let Outcome::Trained { version, texts: 1 } = trained(&stage, scene.tenant).await else {
            panic!("not trained on the one clean text");
        };
        let card = scene.owner().ok("GetModelCard", json!({ "version": version })).await;
        let left_out = json!({ "name": "texts left out, because today's guard would refuse them", "value": "2" });
        let data = card["card"]["data"].as_array().cloned().unwrap_or_default();
        assert!(data.contains(&left_out), "{data:#?}");
    }
}

/// The policy alone keeps tenants apart, with every filter of ours removed.
#[tokio::test]
async fn feedback_and_models_of_another_tenant_are_not_there() {
    let stage = Stage::start().await;
    for door in DOORS {
        stage.scene(door).own_model().await;
    }
    let mut app = stage.database.as_role(DbRole::App).await;
    for tenant in [ALPHA, BETA].map(|slug| stage.cast.tenant(slug).id) {
        for table in ["classification_feedback", "text_models"] {
            app.run(&format!("BEGIN; SET LOCAL app.tenant_id = '{tenant}'")).await;
            let seen: Vec<uuid::Uuid> = app.column(&format!("SELECT tenant_id FROM {table}")).await;
            app.run("COMMIT").await;
            assert_eq!(seen, [tenant], "{table}");
        }
    }
}
