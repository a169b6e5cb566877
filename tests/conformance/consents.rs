//! Consents of `PrivacyService`: recorded by reference, withdrawn for good, asked before every use.

use serde_json::{Value, json};
use stratum::db::Db;
use stratum::privacy::consent::expiry;
use tonic::Code;

use crate::harness::server::{new_consent, uuid};
use crate::harness::{DOORS, GAMMA, Scene, Stage, eventually};

const PAYMENT: &str = "CONSENT_PURPOSE_PAYMENT";
const ALL_TPO: &str = "CONSENT_PURPOSE_ALL_TPO";

#[tokio::test]
async fn what_is_recorded_is_listed() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let mut said = new_consent(PAYMENT);
        said["expiresOn"] = json!("2096-02-29");
        let recorded = scene.owner().ok("RecordConsent", json!({ "consent": said })).await["consent"].clone();
        for (name, value) in said.as_object().expect("an object") {
            assert_eq!(&recorded[name], value, "{name}");
        }
        assert_eq!(
            (&recorded["state"], &recorded["etag"]),
            (&json!("CONSENT_STATE_ACTIVE"), &json!("v1"))
        );
        let other = scene.consent(PAYMENT).await;
        let all = scene.owner().ok("ListConsents", json!({})).await;
        assert_eq!(all["consents"], json!([other, recorded]));
        let one = scene
            .owner()
            .ok("ListConsents", json!({ "consentRef": said["consentRef"] }))
            .await;
        assert_eq!(one["consents"], json!([recorded]));
        assert_eq!(
            scene.stranger().ok("ListConsents", json!({})).await["consents"],
            Value::Null
        );
        let first = scene.owner().ok("ListConsents", json!({ "pageSize": 1 })).await;
        let rest = scene
            .owner()
            .ok(
                "ListConsents",
                json!({ "pageSize": 1, "pageToken": first["nextPageToken"] }),
            )
            .await;
        assert_eq!(
            (&first["consents"], &rest["consents"]),
            (&json!([other]), &json!([recorded]))
        );
    }
}

#[tokio::test]
async fn a_reference_has_one_consent_for_a_purpose() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let mut consent = new_consent(PAYMENT);
        scene.owner().ok("RecordConsent", json!({ "consent": consent })).await;
        let repeated = scene.owner().call("RecordConsent", json!({ "consent": consent })).await;
        repeated.refused(Code::AlreadyExists, "DUPLICATE");
        assert_eq!(repeated.metadata("field"), "consent.consent_ref");
        // Another tenant knows nothing of it, and another purpose is another consent.
        scene
            .stranger()
            .ok("RecordConsent", json!({ "consent": consent }))
            .await;
        consent["purpose"] = json!("CONSENT_PURPOSE_TREATMENT");
        scene.owner().ok("RecordConsent", json!({ "consent": consent })).await;
    }
    // Both doors used the same stranger, each with a reference of its own.
    let all = stage
        .client(DOORS[0], GAMMA, "owner")
        .ok("ListConsents", json!({}))
        .await;
    assert_eq!(all["consents"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn no_form_name_or_day_is_taken() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let refused = async |name: &str, value: Value| {
            let mut consent = new_consent(PAYMENT);
            consent[name] = value;
            scene.owner().call("RecordConsent", json!({ "consent": consent })).await
        };
        refused("consentRef", json!("078-05-1120"))
            .await
            .refused(Code::InvalidArgument, "PHI_DETECTED");
        refused("consentRef", json!("Maria Gonzalez"))
            .await
            .refused(Code::InvalidArgument, "PHI_DETECTED");
        refused("consentRef", json!("the form"))
            .await
            .violates(&["consent.consent_ref"]);
        refused("grantedYear", json!(2099))
            .await
            .violates(&["consent.granted_year"]);
        refused("expiresOn", json!("2027-02-30"))
            .await
            .violates(&["consent.expires_on"]);
        refused("scope", json!("CONSENT_SCOPE_TPO"))
            .await
            .violates(&["consent.purpose"]);
        refused("basis", json!("CONSENT_BASIS_UNSPECIFIED"))
            .await
            .violates(&["consent.basis"]);
    }
}

/// MC-009: one of two changes made on the same state goes through.
#[tokio::test]
async fn a_consent_ends_once_and_for_good() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let consent = scene.consent(PAYMENT).await;
        let withdraw = async |etag: &str| {
            scene
                .owner()
                .call("WithdrawConsent", json!({ "id": consent["id"], "etag": etag }))
                .await
        };
        withdraw("v7").await.refused(Code::Aborted, "VERSION_CONFLICT");
        let (first, second) = tokio::join!(withdraw("v1"), withdraw("v1"));
        let done = if first.code == Code::Ok { &first } else { &second };
        let late = if first.code == Code::Ok { &second } else { &first };
        assert_eq!(
            done.json["consent"]["state"], "CONSENT_STATE_WITHDRAWN",
            "{:#}",
            done.error
        );
        assert_eq!(done.json["consent"]["version"], "2");
        assert!(done.json["consent"]["withdrawnAt"].is_string());
        late.refused(Code::Aborted, "VERSION_CONFLICT");
        let again = withdraw("").await;
        again.refused(Code::FailedPrecondition, "INVALID_TRANSITION");
        assert_eq!(
            (again.metadata("from"), again.metadata("to")),
            ("WITHDRAWN", "WITHDRAWN")
        );
        scene
            .stranger()
            .call("WithdrawConsent", json!({ "id": consent["id"] }))
            .await
            .refused(Code::NotFound, "NOT_FOUND");
    }
}

/// MH-07: whatever is not plainly permitted is not.
#[tokio::test]
async fn a_check_says_no_and_why() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let check = async |consent: &Value, origin: &str| {
            let request = json!({ "id": consent, "dataOrigin": format!("DATA_ORIGIN_{origin}") });
            let reply = scene.client("read_only").ok("CheckConsent", request).await;
            assert_eq!(reply["isPermitted"] == true, reply["refusal"].is_null(), "{reply:#}");
            reply["refusal"]
                .as_str()
                .map(|refusal| refusal.replace("CONSENT_REFUSAL_", ""))
                .unwrap_or_default()
        };
        let payment = scene.consent(PAYMENT).await["id"].clone();
        let everything = scene.consent(ALL_TPO).await["id"].clone();
        let treatment = scene.consent("CONSENT_PURPOSE_TREATMENT").await["id"].clone();
        assert_eq!(check(&payment, "SUD").await, "");
        assert_eq!(check(&payment, "PSYCHOTHERAPY").await, "");
        assert_eq!(check(&everything, "SUD").await, "");
        assert_eq!(check(&everything, "PSYCHOTHERAPY").await, "NOT_COVERED");
        assert_eq!(check(&treatment, "SUD").await, "NOT_COVERED");
        assert_eq!(check(&payment, "GENERAL").await, "NOT_COVERED");
        assert_eq!(check(&json!(uuid()), "SUD").await, "UNKNOWN");
        let foreign = scene
            .stranger()
            .ok("RecordConsent", json!({ "consent": new_consent(PAYMENT) }))
            .await;
        assert_eq!(check(&foreign["consent"]["id"], "SUD").await, "UNKNOWN");
        scene.owner().ok("WithdrawConsent", json!({ "id": payment })).await;
        assert_eq!(check(&payment, "SUD").await, "WITHDRAWN");
        // Time passes for the other.
        let id = everything.as_str().unwrap_or_default();
        superuser
            .run(&format!(
                "UPDATE consents SET expires_on = current_date - 1 WHERE id = '{id}'"
            ))
            .await;
        assert_eq!(check(&everything, "SUD").await, "EXPIRED");
        let late = scene.owner().call("WithdrawConsent", json!({ "id": everything })).await;
        late.refused(Code::FailedPrecondition, "INVALID_TRANSITION");
        assert_eq!(late.metadata("from"), "EXPIRED");
        let tenant = stage.cast.tenant(scene.tenant).id;
        superuser
            .run(&format!(
                "UPDATE tenants SET sud_agreement_until = NULL WHERE id = '{tenant}'"
            ))
            .await;
        assert_eq!(check(&treatment, "SUD").await, "NO_AGREEMENT");
    }
}

/// Lets the day of a consent come.
async fn end(stage: &Stage, consent: &Value, days_ago: i32) {
    let id = consent["id"].as_str().unwrap_or_default();
    let sql =
        format!("UPDATE consents SET expires_on = (now() AT TIME ZONE 'UTC')::date - {days_ago} WHERE id = '{id}'");
    stage.superuser().await.run(&sql).await;
}

async fn listed(scene: &Scene<'_>, consent: &Value) -> Value {
    let request = json!({ "consentRef": consent["consentRef"] });
    scene.owner().ok("ListConsents", request).await["consents"][0].clone()
}

/// What the log says about a consent, as its readers get it, oldest first.
async fn history(scene: &Scene<'_>, consent: &Value) -> Vec<String> {
    let request = json!({ "resourceId": consent["id"] });
    let events = scene.client("compliance").ok("ListAuditEvents", request).await["events"].clone();
    let events = events.as_array().expect("events").iter().rev();
    events
        .map(|event| {
            let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            format!(
                "{} {} v{} {}",
                text("identityKind"),
                text("action"),
                text("resourceVersion"),
                event["fields"]
            )
        })
        .collect()
}

#[tokio::test]
async fn an_end_is_put_on_record_once() {
    let stage = Stage::start().await;
    let (one, other) = (Db::open(&stage.database.config()), Db::open(&stage.database.config()));
    for door in DOORS {
        let scene = stage.scene(door);
        let consents = [scene.consent(PAYMENT).await, scene.consent(ALL_TPO).await];
        end(&stage, &consents[0], 0).await;
        end(&stage, &consents[1], 400).await;
        // These are not over: one has time left, one no end, one was withdrawn before it.
        let (lasting, endless, withdrawn) = (
            scene.consent(PAYMENT).await,
            scene.consent(PAYMENT).await,
            scene.consent(PAYMENT).await,
        );
        end(&stage, &lasting, -1).await;
        end(&stage, &withdrawn, -1).await;
        scene
            .owner()
            .ok("WithdrawConsent", json!({ "id": withdrawn["id"] }))
            .await;
        for consent in &consents {
            let before = listed(&scene, consent).await;
            assert_eq!(before["state"], "CONSENT_STATE_EXPIRED", "it is over, on record or not");
            assert_eq!((&before["version"], &before["expiredAt"]), (&json!("1"), &Value::Null));
        }

        // Two replicas at once.
        let (first, second) = tokio::join!(expiry::run(&one), expiry::run(&other));
        assert_eq!(first.expect("a pass") + second.expect("a pass"), 2);
        for consent in &consents {
            let after = listed(&scene, consent).await;
            assert_eq!(after["state"], "CONSENT_STATE_EXPIRED");
            assert_eq!((&after["version"], &after["etag"]), (&json!("2"), &json!("v2")));
            assert!(
                after["expiredAt"].is_string() && after["withdrawnAt"].is_null(),
                "{after:#}"
            );
            let log = history(&scene, consent).await;
            assert_eq!(log.len(), 2, "{log:?}");
            assert!(log[0].contains("consent.record v1"), "{log:?}");
            assert_eq!(log[1], r#"IDENTITY_KIND_SYSTEM consent.expire v2 ["state"]"#);
        }
        for (consent, state) in [(&lasting, "ACTIVE"), (&endless, "ACTIVE"), (&withdrawn, "WITHDRAWN")] {
            let after = listed(&scene, consent).await;
            assert_eq!(after["state"], format!("CONSENT_STATE_{state}"));
            assert_eq!(after["expiredAt"], Value::Null);
        }
        assert_eq!(expiry::run(&one).await.expect("a pass"), 0);
    }
    one.close().await;
    other.close().await;
}

#[tokio::test]
async fn the_service_puts_ends_on_record_by_itself() {
    let stage = Stage::start().await;
    let consent = stage.scene(DOORS[0]).consent(PAYMENT).await;
    end(&stage, &consent, 0).await;
    let stage = stage.again().await;
    let scene = stage.scene(DOORS[0]);
    eventually("the end is on record", async || {
        listed(&scene, &consent).await["version"] == "2"
    })
    .await;
    assert_eq!(history(&scene, &consent).await.len(), 2);
}

/// Who records a consent anew finds its end on record before the new one, in the same transaction.
#[tokio::test]
async fn what_is_recorded_anew_follows_an_end_on_record() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let said = new_consent(PAYMENT);
        let request = json!({ "consent": said });
        let first = scene.owner().ok("RecordConsent", request.clone()).await["consent"].clone();
        end(&stage, &first, 0).await;
        let second = scene.owner().ok("RecordConsent", request).await["consent"].clone();
        let all = scene
            .owner()
            .ok("ListConsents", json!({ "consentRef": said["consentRef"] }))
            .await;
        assert_eq!(all["consents"][0], second);
        assert_eq!(
            (&all["consents"][1]["state"], &all["consents"][1]["version"]),
            (&json!("CONSENT_STATE_EXPIRED"), &json!("2"))
        );
        let log = history(&scene, &first).await;
        assert_eq!(log[1], r#"IDENTITY_KIND_SYSTEM consent.expire v2 ["state"]"#);
    }
}
