//! MC-008: consent comes before processing. What is said to be of substance use or psychotherapy origin is asked
//! about under permission, agreement and consent, or not at all. What only hints at it is answered and said to hint
//! at it, because a consent is recorded and never inferred from free text (MM-03); nothing of it is kept.

use serde_json::{Value, json};
use tonic::Code;

use crate::harness::db::Sql;
use crate::harness::server::{minimal_precedent, uuid};
use crate::harness::{Client, DOORS, Scene, Stage};

const PAYMENT: &str = "CONSENT_PURPOSE_PAYMENT";

/// The methods that read the words of a denial and keep nothing.
const METHODS: [&str; 3] = ["ClassifyDenial", "EstimateWinProbability", "FindSimilarToScenario"];

fn rests_on(origin: &str, consent: &Value) -> Value {
    json!({ "dataOrigin": format!("DATA_ORIGIN_{origin}"), "consentId": consent })
}

fn question(restricted_use: Value) -> Value {
    let scenario = json!({ "denialTrigger": "Residential level of care is not medically necessary" });
    json!({ "scenario": scenario, "restrictedUse": restricted_use })
}

async fn refused(client: &Client, restricted_use: Value, needs: &str) {
    for method in METHODS {
        let outcome = client.call(method, question(restricted_use.clone())).await;
        outcome.refused(Code::FailedPrecondition, "SUD_NOT_SHAREABLE");
        assert_eq!(outcome.metadata("needs"), needs, "{method}");
    }
}

#[tokio::test]
async fn what_is_said_to_be_restricted_is_read_under_consent_or_not_at_all() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let custodian = scene.custodian();
        let record = json!({ "consent": crate::harness::server::new_consent(PAYMENT) });
        let foreign = scene.stranger().ok("RecordConsent", record).await["consent"]["id"].clone();
        let treatment = scene.consent("CONSENT_PURPOSE_TREATMENT").await["id"].clone();
        for origin in ["SUD", "PSYCHOTHERAPY"] {
            let consent = scene.consent(PAYMENT).await["id"].clone();
            refused(&scene.owner(), rests_on(origin, &consent), "permission").await;
            for useless in [&json!(""), &json!(uuid()), &foreign, &treatment] {
                refused(&custodian, rests_on(origin, useless), "consent").await;
            }
            for method in METHODS {
                custodian.ok(method, question(rests_on(origin, &consent))).await;
            }
            let answer = custodian
                .ok("ClassifyDenial", question(rests_on(origin, &consent)))
                .await;
            assert_eq!(answer["sudSuspected"], true);
            scene.owner().ok("WithdrawConsent", json!({ "id": consent })).await;
            refused(&custodian, rests_on(origin, &consent), "consent").await;
        }
        let everything = scene.consent("CONSENT_PURPOSE_ALL_TPO").await["id"].clone();
        refused(&custodian, rests_on("PSYCHOTHERAPY", &everything), "consent").await;
        custodian
            .ok("ClassifyDenial", question(rests_on("SUD", &everything)))
            .await;
        let id = everything.as_str().unwrap_or_default();
        superuser
            .run(&format!(
                "UPDATE consents SET expires_on = (now() AT TIME ZONE 'UTC')::date WHERE id = '{id}'"
            ))
            .await;
        refused(&custodian, rests_on("SUD", &everything), "consent").await;
        let tenant = stage.cast.tenant(scene.tenant).id;
        superuser
            .run(&format!(
                "UPDATE tenants SET sud_agreement_until = now() WHERE id = '{tenant}'"
            ))
            .await;
        refused(&custodian, rests_on("SUD", &everything), "agreement").await;
    }
}

#[tokio::test]
async fn other_origins_ask_for_no_consent_and_take_none() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let consent = scene.consent(PAYMENT).await["id"].clone();
        for method in METHODS {
            for origin in ["GENERAL", "BEHAVIORAL", "UNSPECIFIED"] {
                let owner = scene.owner();
                owner.ok(method, question(rests_on(origin, &json!("")))).await;
                let refused = owner.call(method, question(rests_on(origin, &consent))).await;
                refused.violates(&["restricted_use.consent_id"]);
            }
        }
    }
}

async fn fields(superuser: &mut Sql, request_id: &str) -> Vec<String> {
    let sql = format!(
        "SELECT concat_ws(' ', outcome, array_to_string(fields, ' '), nullif(reason, '')) FROM audit_events
        WHERE request_id = '{request_id}' ORDER BY occurred_at, id"
    );
    superuser.column(&sql).await
}

#[tokio::test]
async fn the_log_says_that_something_restricted_was_read_or_refused() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let consent = scene.consent(PAYMENT).await["id"].clone();
        for method in METHODS {
            for (client, said) in [
                (scene.custodian(), "SUCCESS restricted_origin"),
                (scene.owner(), "DENIED  SUD_NOT_SHAREABLE"),
            ] {
                let id = uuid();
                client
                    .with("x-request-id", &id)
                    .call(method, question(rests_on("SUD", &consent)))
                    .await;
                assert_eq!(fields(&mut superuser, &id).await, [said], "{method}");
            }
        }
    }
}

#[tokio::test]
async fn an_item_of_a_batch_is_asked_for_its_own_consent() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let consent = scene.consent(PAYMENT).await["id"].clone();
        let items = [
            question(rests_on("SUD", &consent)),
            question(rests_on("SUD", &json!(""))),
            question(Value::Null),
        ];
        for (client, is_permitted, mark) in [
            (scene.custodian(), true, "FINISH restricted_origin"),
            (scene.owner(), false, "FINISH"),
        ] {
            let id = uuid();
            let outcome = client
                .with("x-request-id", &id)
                .call("BatchClassify", json!({ "items": items }))
                .await;
            let replies = &outcome.replies;
            let refusal = |place: usize| replies[place]["refusal"]["reason"].as_str();
            assert_eq!(refusal(0).is_none(), is_permitted);
            assert_eq!(refusal(1), Some("ERROR_REASON_SUD_NOT_SHAREABLE"));
            assert!(replies[2]["result"].is_object());
            let log = fields(&mut superuser, &id).await;
            assert_eq!(log, ["SUCCESS START".to_owned(), format!("SUCCESS {mark}")]);
        }
    }
}

/// Denials that hint at substance use records, each in its own way.
fn hints() -> Vec<Value> {
    vec![
        json!({ "denialTrigger": "Methadone maintenance is not covered" }),
        json!({ "denialTrigger": "Care at a Part 2 program was denied" }),
        json!({ "denialTrigger": "Level of care denied for F11.20" }),
        json!({ "denialTrigger": "Not medically necessary", "diagnosisCodes": ["F19.20"] }),
        json!({ "denialTrigger": "Not medically necessary", "procedureCodes": ["H0020"] }),
        json!({ "denialTrigger": "Not medically necessary", "lines": [{ "procedureCode": "H0015" }] }),
        json!({ "denialTrigger": "Not medically necessary", "diagnosisGroup": "substance_use" }),
    ]
}

/// How many rows each table but the log has.
async fn rows(superuser: &mut Sql) -> Vec<(String, i64)> {
    let tables: Vec<String> = superuser
        .column(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            AND relname NOT LIKE 'audit\\_events%' ORDER BY 1",
        )
        .await;
    let mut rows = Vec::new();
    for table in tables {
        let count = superuser.value(&format!("SELECT count(*) FROM {table}")).await;
        rows.push((table, count));
    }
    rows
}

async fn suspected(scene: &Scene<'_>, scenario: &Value) -> Value {
    let owner = scene.owner();
    let one = owner.ok("ClassifyDenial", json!({ "scenario": scenario })).await;
    let many = owner
        .call("BatchClassify", json!({ "items": [{ "scenario": scenario }] }))
        .await;
    assert_eq!(many.replies[0]["result"]["sudSuspected"], one["sudSuspected"]);
    for method in METHODS {
        owner.ok(method, json!({ "scenario": scenario })).await;
    }
    one["sudSuspected"].clone()
}

#[tokio::test]
async fn what_only_hints_at_it_is_answered_said_so_and_not_kept() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let plain = json!({ "denialTrigger": "No history of substance abuse; chest pain observation denied" });
        assert_eq!(suspected(&scene, &plain).await, Value::Null);
        let before = rows(&mut superuser).await;
        for hint in hints() {
            assert_eq!(suspected(&scene, &hint).await, true, "{hint}");
        }
        assert_eq!(before, rows(&mut superuser).await);
        for hint in hints() {
            // What would be kept of it is held, or not taken at all.
            let mut precedent = minimal_precedent();
            precedent["scenario"] = hint.clone();
            let held = scene
                .owner()
                .ok("CreatePrecedent", json!({ "precedent": precedent }))
                .await;
            assert_eq!(held["precedent"]["status"], "PRECEDENT_STATUS_NEEDS_REVIEW", "{hint}");
            assert_eq!(held["precedent"]["reviewReasons"], json!(["SUD_SUSPECTED"]));
            let feedback = json!({ "scenario": hint, "denialType": "DENIAL_TYPE_BENEFIT_LIMIT" });
            let feedback = scene.owner().call("SubmitFeedback", feedback).await;
            feedback.refused(Code::FailedPrecondition, "SUD_NOT_SHAREABLE");
        }
    }
}
