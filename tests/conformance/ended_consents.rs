//! Records whose consent has ended: gone for everybody, looked at by the rescan all the same, and there again
//! once consent is recorded anew — for those who may see them, and for nobody else at any time.

use serde_json::{Value, json};
use tonic::Code;

use super::rescans::{outdate, overlooked_by, run};
use super::restricted::{collected, of_origin, ways};
use crate::harness::db::Sql;
use crate::harness::server::{minimal_precedent, new_consent};
use crate::harness::{Client, DOORS, Scene, Stage};

const PAYMENT: &str = "CONSENT_PURPOSE_PAYMENT";

/// How a consent can end.
#[derive(Debug, Clone, Copy)]
enum End {
    Withdrawn,
    Expired,
}

impl End {
    const ALL: [Self; 2] = [Self::Withdrawn, Self::Expired];

    async fn of(self, scene: &Scene<'_>, superuser: &mut Sql, consent: &Value) {
        match self {
            Self::Withdrawn => {
                scene
                    .owner()
                    .ok("WithdrawConsent", json!({ "id": consent["id"] }))
                    .await;
            }
            // Time passes; nobody has put it on record yet.
            Self::Expired => {
                let id = consent["id"].as_str().unwrap_or_default();
                let sql =
                    format!("UPDATE consents SET expires_on = (now() AT TIME ZONE 'UTC')::date WHERE id = '{id}'");
                superuser.run(&sql).await;
            }
        }
    }
}

/// What a consent says, to be recorded again.
fn words_of(consent: &Value) -> Value {
    let mut words = consent.clone();
    for output in ["id", "version", "etag", "state", "createdAt"] {
        words.as_object_mut().expect("an object").remove(output);
    }
    words
}

async fn record(client: &Client, consent: &Value) -> Value {
    client.ok("RecordConsent", json!({ "consent": consent })).await["consent"].clone()
}

async fn create(scene: &Scene<'_>, origin: &str, consent: &Value) -> Value {
    let request = json!({ "precedent": of_origin(origin, &consent["id"]) });
    scene.custodian().ok("CreatePrecedent", request).await["precedent"]["id"].clone()
}

async fn is_there(scene: &Scene<'_>, id: &Value) -> bool {
    let got = scene.custodian().call("GetPrecedent", json!({ "id": id })).await;
    assert!(matches!(got.code, Code::Ok | Code::NotFound), "{:#}", got.error);
    got.code == Code::Ok
}

/// Everything that a caller is told of a precedent and of the collections it would stand in.
async fn told(client: &Client, id: &Value) -> Vec<String> {
    let mut told = Vec::new();
    for (method, request) in ways(id) {
        told.push(client.call(method, request).await.error.to_string());
    }
    for method in ["ListPrecedents", "GetPrecedentStats", "ExportPrecedents"] {
        told.push(client.ok(method, json!({})).await.to_string());
    }
    let search = json!({ "query": "residential level" });
    told.push(client.ok("SearchPrecedents", search).await.to_string());
    told
}

#[tokio::test]
async fn consent_recorded_anew_brings_back_what_rested_on_the_old() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        for (n, end) in End::ALL.into_iter().enumerate() {
            let scene = stage.scene(door);
            let custodian = scene.custodian();
            let first = scene.consent(PAYMENT).await;
            let id = create(&scene, ["SUD", "PSYCHOTHERAPY"][n], &first).await;
            end.of(&scene, &mut superuser, &first).await;
            assert!(!is_there(&scene, &id).await, "{end:?}");
            let check = json!({ "id": first["id"], "dataOrigin": "DATA_ORIGIN_SUD" });
            assert!(scene.owner().ok("CheckConsent", check.clone()).await["isPermitted"].is_null());

            let second = record(&scene.owner(), &words_of(&first)).await;
            assert_ne!(first["id"], second["id"]);
            for (method, request) in ways(&id) {
                custodian.ok(method, request).await;
            }
            // What is exported never holds any of it.
            assert_eq!(collected(&custodian).await, [1, 1, 1, 0]);
            assert_eq!(scene.owner().ok("CheckConsent", check).await["isPermitted"], true);
            // It can be changed as before, and others can be stored on either name of the consent.
            let change = json!({ "precedent": { "id": id, "title": "Residential level again", "scenario": {} }, "updateMask": "title" });
            let changed = custodian.ok("UpdatePrecedent", change).await["precedent"].clone();
            assert_eq!(
                (&changed["consentId"], &changed["version"]),
                (&first["id"], &json!("2"))
            );
            create(&scene, "SUD", &first).await;
            create(&scene, "SUD", &second).await;

            // The old one stays ended, and so does the new one when it ends.
            let all = json!({ "consentRef": first["consentRef"] });
            let all = scene.owner().ok("ListConsents", all).await["consents"].clone();
            let states = [&all[0]["state"], &all[1]["state"]];
            let ended = match end {
                End::Withdrawn => "CONSENT_STATE_WITHDRAWN",
                End::Expired => "CONSENT_STATE_EXPIRED",
            };
            assert_eq!(states, [&json!("CONSENT_STATE_ACTIVE"), &json!(ended)]);
            let again = scene
                .owner()
                .call("WithdrawConsent", json!({ "id": first["id"] }))
                .await;
            again.refused(Code::FailedPrecondition, "INVALID_TRANSITION");
            end.of(&scene, &mut superuser, &second).await;
            assert_eq!(collected(&custodian).await, [0, 0, 0, 0]);
        }
    }
}

/// Another purpose is another promise, another reference another patient's, another tenant nobody's business;
/// and what lay beside a consent when it was withdrawn does not stand in for it.
#[tokio::test]
async fn nothing_else_brings_it_back() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let first = scene.consent(PAYMENT).await;
        let words = words_of(&first);
        let for_purpose = |purpose: &str, scope: &str| {
            let mut other = words.clone();
            other["purpose"] = json!(format!("CONSENT_PURPOSE_{purpose}"));
            other["scope"] = json!(format!("CONSENT_SCOPE_{scope}"));
            other
        };
        record(&scene.owner(), &for_purpose("ALL_TPO", "TPO")).await;
        let id = create(&scene, "SUD", &first).await;
        End::Withdrawn.of(&scene, &mut superuser, &first).await;
        assert!(!is_there(&scene, &id).await);
        record(&scene.owner(), &for_purpose("TREATMENT", "SPECIFIC")).await;
        record(&scene.owner(), &new_consent(PAYMENT)).await;
        record(&scene.stranger(), &words).await;
        assert!(!is_there(&scene, &id).await);
        // The right one does not while the tenant's agreement is not in force.
        let tenant = stage.cast.tenant(scene.tenant).id;
        let agree = |until: &str| format!("UPDATE tenants SET sud_agreement_until = {until} WHERE id = '{tenant}'");
        superuser.run(&agree("now()")).await;
        record(&scene.owner(), &words).await;
        assert!(!is_there(&scene, &id).await);
        superuser.run(&agree("now() + interval '1 day'")).await;
        assert!(is_there(&scene, &id).await);
    }
}

/// MC-009: of two who record the same consent anew at once, one does.
#[tokio::test]
async fn one_consent_is_in_force_for_a_reference_and_a_purpose() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        for end in End::ALL {
            let scene = stage.scene(door);
            let first = scene.consent(PAYMENT).await;
            end.of(&scene, &mut superuser, &first).await;
            let anew = async || {
                let request = json!({ "consent": words_of(&first) });
                scene.owner().call("RecordConsent", request).await
            };
            let (one, other) = tokio::join!(anew(), anew());
            let late = if one.code == Code::Ok { &other } else { &one };
            assert!(one.code == Code::Ok || other.code == Code::Ok, "{:#}", one.error);
            late.refused(Code::AlreadyExists, "DUPLICATE");
        }
    }
}

/// Newer detectors look at what nobody may see, and hold it; nobody sees anything of that.
#[tokio::test]
async fn a_rescan_reaches_what_an_ended_consent_hides_and_shows_it_to_nobody() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        for end in End::ALL {
            let scene = stage.scene(door);
            let consent = scene.consent(PAYMENT).await;
            let found = overlooked_by(&scene.owner(), &scene.custodian(), of_origin("SUD", &consent["id"])).await;
            let id = found["id"].clone();
            create(&scene, "SUD", &consent).await;
            end.of(&scene, &mut superuser, &consent).await;
            let before = [told(&scene.owner(), &id).await, told(&scene.custodian(), &id).await];
            outdate(&stage).await;
            assert!(run(&stage).await.0.held > 0);
            let unseen: i64 = superuser
                .value("SELECT count(*) FROM precedents WHERE phi_scan_version = 0")
                .await;
            assert_eq!(unseen, 0);
            let after = [told(&scene.owner(), &id).await, told(&scene.custodian(), &id).await];
            assert_eq!(before, after, "{end:?}");
            let marked: i64 = superuser
                .value(&format!(
                    "SELECT count(*) FROM audit_events WHERE action = 'precedent.rescan' AND resource_id = '{}'
                        AND 'restricted_origin' = ANY (fields)",
                    id.as_str().unwrap_or_default()
                ))
                .await;
            assert_eq!(marked, 1);

            // It comes back held, for who may see it alone.
            record(&scene.owner(), &words_of(&consent)).await;
            assert_eq!(told(&scene.owner(), &id).await, before[0]);
            let held = scene.custodian().ok("GetPrecedent", json!({ "id": id })).await["precedent"].clone();
            assert_eq!(
                (&held["status"], &held["reviewReasons"], &held["version"]),
                (
                    &json!("PRECEDENT_STATUS_NEEDS_REVIEW"),
                    &json!(["PHI_RULES"]),
                    &json!("2")
                )
            );
            scene.custodian().ok("ValidatePrecedent", json!({ "id": id })).await;
            let all = words_of(&consent)["consentRef"].clone();
            let all = scene.owner().ok("ListConsents", json!({ "consentRef": all })).await;
            let standing = all["consents"][0].clone();
            End::Withdrawn.of(&scene, &mut superuser, &standing).await;
        }
    }
}

/// An unrestricted record beside it is held and seen as ever.
#[tokio::test]
async fn a_rescan_holds_what_is_hidden_and_what_is_not_alike() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    let scene = stage.scene(DOORS[1]);
    let consent = scene.consent(PAYMENT).await;
    let (owner, custodian) = (scene.owner(), scene.custodian());
    overlooked_by(&owner, &custodian, of_origin("PSYCHOTHERAPY", &consent["id"])).await;
    let open = overlooked_by(&owner, &owner, minimal_precedent()).await;
    End::Withdrawn.of(&scene, &mut superuser, &consent).await;
    outdate(&stage).await;
    assert_eq!(run(&stage).await.0.held, 2);
    let held = owner.ok("GetPrecedent", json!({ "id": open["id"] })).await;
    assert_eq!(held["precedent"]["status"], "PRECEDENT_STATUS_NEEDS_REVIEW");
    assert_eq!(run(&stage).await.0.scanned, 0);
}
