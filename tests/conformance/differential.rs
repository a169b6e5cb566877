//! INV-03: with and without what 42 CFR Part 2 restricts, everything that another tenant and the public can
//! see is the same, byte for byte, the digests of the weights included. So is what is found, weighed and
//! estimated within the tenant itself.

use serde_json::{Value, json};
use stratum::db::PLATFORM_TENANT;

use crate::harness::server::new_consent;
use crate::harness::{ALPHA, BETA, Client, Door, GAMMA, Stage};

const TRIGGERS: [&str; 6] = [
    "Prior authorization was not obtained for the MRI of the knee",
    "Residential level of care is not medically necessary",
    "Inpatient admission could have been observation",
    "The drug requires step therapy with a preferred agent first",
    "Claim was received after the timely filing limit",
    "Service is bundled into the primary procedure",
];

fn precedent(n: usize, trigger: &str, outcome: &str) -> Value {
    json!({
        "title": format!("Case {n}"),
        "eventYear": 2019 + n % 6,
        "scenario": {
            "denialTrigger": trigger,
            "denialTypes": ["DENIAL_TYPE_MEDICAL_NECESSITY"],
            "lines": [{ "adjustments": [{ "groupCode": "GROUP_CODE_CO", "carc": "50" }] }],
        },
        "actionTaken": "RECOVERY_ACTION_APPEAL",
        "outcome": format!("OUTCOME_{outcome}"),
        "outcomeEvidence": "OUTCOME_EVIDENCE_DECISION_LETTER",
    })
}

async fn add_many(client: &Client, rounds: usize) {
    let all: Vec<Value> = (0..rounds * TRIGGERS.len())
        .map(|n| precedent(n, TRIGGERS[n % TRIGGERS.len()], ["WON", "LOST", "PARTIAL"][n % 3]))
        .collect();
    assert_eq!(
        client.ok("BatchCreatePrecedents", json!({ "precedents": all })).await["created"],
        all.len()
    );
}

/// Restricted records, records held on suspicion, and records relabelled later: none may leave a trace.
async fn add_restricted(stage: &Stage, rounds: usize) {
    let owner = stage.client(Door::Rest, ALPHA, "owner");
    let custodian = stage.client(Door::Rest, ALPHA, "custodian");
    let consent = new_consent("CONSENT_PURPOSE_PAYMENT");
    let consent = owner.ok("RecordConsent", json!({ "consent": consent })).await["consent"]["id"].clone();
    for n in 0..rounds {
        let mut restricted = precedent(n, TRIGGERS[n % TRIGGERS.len()], "WON");
        restricted["dataOrigin"] = json!(format!("DATA_ORIGIN_{}", ["SUD", "PSYCHOTHERAPY"][n % 2]));
        restricted["consentId"] = consent.clone();
        restricted["scenario"]["payer"] = json!({ "payerId": "aetna" });
        custodian
            .ok("CreatePrecedent", json!({ "precedent": restricted }))
            .await;
        let mut suspected = precedent(n, "Detoxification with buprenorphine was denied", "WON");
        suspected["scenario"]["diagnosisCodes"] = json!(["F11.20"]);
        let held = owner.ok("CreatePrecedent", json!({ "precedent": suspected })).await["precedent"].clone();
        assert_eq!(held["status"], "PRECEDENT_STATUS_NEEDS_REVIEW");
        let relabelled = owner
            .ok(
                "CreatePrecedent",
                json!({ "precedent": precedent(n, TRIGGERS[1], "LOST") }),
            )
            .await;
        let change = json!({
            "precedent": { "id": relabelled["precedent"]["id"], "dataOrigin": "DATA_ORIGIN_SUD", "consentId": consent, "scenario": {} },
            "updateMask": "dataOrigin,consentId",
        });
        custodian.ok("UpdatePrecedent", change).await;
    }
}

type Answers = Vec<(String, Vec<u8>)>;

/// Everything that is listed and counted.
fn listed() -> Vec<(&'static str, Value)> {
    vec![
        ("GetPrecedentStats", json!({})),
        ("ListPrecedents", json!({ "pageSize": 200 })),
        (
            "SearchPrecedents",
            json!({ "query": "level of care", "includePublic": true, "pageSize": 200 }),
        ),
        (
            "SearchPrecedents",
            json!({ "query": "buprenorphine", "includePublic": true }),
        ),
    ]
}

/// Everything that is found, weighed and estimated.
fn found() -> Vec<(&'static str, Value)> {
    let mut calls = vec![("GetSimilarityModel", json!({}))];
    for trigger in TRIGGERS {
        let scenario = json!({ "denialTrigger": trigger, "denialTypes": ["DENIAL_TYPE_MEDICAL_NECESSITY"], "payer": { "payerId": "aetna" } });
        calls.push(("FindSimilarToScenario", json!({ "scenario": scenario, "topK": 50 })));
        calls.push((
            "FindSimilarToScenario",
            json!({ "scenario": scenario, "options": { "corpus": "SIMILARITY_CORPUS_PUBLIC" } }),
        ));
        calls.push((
            "FindSimilarToScenario",
            json!({ "scenario": scenario, "options": { "payerId": "aetna" } }),
        ));
        calls.push(("ClassifyDenial", json!({ "scenario": scenario, "asOf": "2026-03-01" })));
        calls.push(("EstimateWinProbability", json!({ "scenario": scenario })));
    }
    calls
}

async fn answers(client: &Client, calls: Vec<(&'static str, Value)>) -> Answers {
    let mut answers = Vec::new();
    for (method, request) in calls {
        let outcome = client.call(method, request).await;
        assert_eq!(outcome.code, tonic::Code::Ok, "{method} {:#}", outcome.error);
        // A page token is sealed anew each time.
        assert!(outcome.json["nextPageToken"].is_null(), "{method}");
        answers.push((format!("{method} {}", answers.len()), outcome.bytes.to_vec()));
    }
    answers
}

/// What a stranger with records of its own is shown, and one that has the public corpus alone.
async fn shown_to_others(stage: &Stage) -> Answers {
    let mut all = Vec::new();
    for tenant in [BETA, GAMMA] {
        let client = stage.client(Door::Rest, tenant, "owner");
        all.extend(answers(&client, listed()).await);
        all.extend(answers(&client, found()).await);
    }
    all
}

fn assert_same(when: &str, before: &Answers, after: &Answers) {
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(after) {
        assert!(
            before == after,
            "{when}: {}\n{}\n{}",
            before.0,
            text(&before.1),
            text(&after.1)
        );
    }
}

#[tokio::test]
async fn what_others_see_does_not_change_by_a_byte() {
    let stage = Stage::start().await;
    add_many(&stage.client(Door::Rest, BETA, "owner"), 4).await;
    add_many(&stage.client(Door::Rest, ALPHA, "owner"), 4).await;
    // Half of what alpha has becomes the public corpus.
    let alpha = stage.cast.tenant(ALPHA).id;
    publish(&stage, &alpha.to_string()).await;
    let stage = stage.again().await;
    let found_within = async |stage: &Stage| answers(&stage.client(Door::Rest, ALPHA, "owner"), found()).await;
    let (others, within) = (shown_to_others(&stage).await, found_within(&stage).await);
    add_restricted(&stage, 8).await;
    restrict_copies(&stage).await;
    assert_same("followed", &others, &shown_to_others(&stage).await);
    // A service that loads every corpus anew sees no more than the one that followed the changes.
    let stage = stage.again().await;
    assert_same("loaded", &others, &shown_to_others(&stage).await);
    assert_same("within", &within, &found_within(&stage).await);
    // And not because there was nothing to see: alpha's own answers do tell of it to who may see.
    let custodian = stage.client(Door::Rest, ALPHA, "custodian");
    let listed = custodian.ok("ListPrecedents", json!({ "pageSize": 200 })).await;
    let restricted = listed["precedents"]
        .as_array()
        .map(|all| all.iter().filter(|p| p["consentId"].is_string()).count());
    assert_eq!(restricted, Some(16));
}

/// What a tenant does is nothing to any other: no list, count, weight, estimate or model tells of it.
#[tokio::test]
async fn what_a_tenant_does_no_other_sees() {
    let stage = Stage::start().await;
    add_many(&stage.client(Door::Rest, BETA, "owner"), 4).await;
    let before = shown_to_others(&stage).await;
    let alpha = stage.client(Door::Rest, ALPHA, "owner");
    add_many(&alpha, 6).await;
    let listed = alpha.ok("ListPrecedents", json!({})).await;
    for precedent in listed["precedents"].as_array().expect("precedents") {
        alpha.ok("ApplyPrecedent", json!({ "id": precedent["id"] })).await;
    }
    assert_same("followed", &before, &shown_to_others(&stage).await);
    let stage = stage.again().await;
    assert_same("loaded", &before, &shown_to_others(&stage).await);
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Puts restricted copies beside the public precedents.
async fn restrict_copies(stage: &Stage) {
    let sql = format!(
        "INSERT INTO consents (tenant_id, id, consent_ref, basis, scope, recipients_class, purpose, granted_year)
            VALUES ('{PLATFORM_TENANT}', gen_random_uuid(), 'p', 'WRITTEN_CONSENT', 'TPO', 'PAYERS', 'ALL_TPO', 2025);
        CREATE TEMPORARY TABLE copies AS SELECT * FROM precedents WHERE tenant_id = '{PLATFORM_TENANT}';
        UPDATE copies SET id = gen_random_uuid(), external_ref = NULL, data_origin = 'SUD',
            features = NULL, features_version = NULL,
            consent_id = (SELECT id FROM consents WHERE consent_ref = 'p'), revision = pg_current_xact_id()::text::bigint;
        INSERT INTO precedents SELECT * FROM copies;
        INSERT INTO precedent_words (tenant_id, precedent_id, word, is_restricted) SELECT tenant_id, id, 'care', true FROM copies"
    );
    stage.superuser().await.run(&sql).await;
}

/// Gives half of a tenant's precedents to the platform.
async fn publish(stage: &Stage, tenant: &str) {
    let sql = format!(
        "ALTER TABLE precedent_versions DISABLE TRIGGER precedent_versions_append_only;
        DELETE FROM precedent_versions WHERE tenant_id = '{tenant}' AND precedent_id IN
            (SELECT id FROM precedents WHERE tenant_id = '{tenant}' ORDER BY id LIMIT 12);
        ALTER TABLE precedent_versions ENABLE TRIGGER precedent_versions_append_only;
        DELETE FROM precedent_words WHERE tenant_id = '{tenant}' AND precedent_id IN
            (SELECT id FROM precedents WHERE tenant_id = '{tenant}' ORDER BY id LIMIT 12);
        UPDATE precedents SET tenant_id = '{PLATFORM_TENANT}', data_origin = 'PUBLIC_DECISION' WHERE tenant_id = '{tenant}' AND id IN
            (SELECT id FROM precedents WHERE tenant_id = '{tenant}' ORDER BY id LIMIT 12)"
    );
    stage.superuser().await.run(&sql).await;
}
