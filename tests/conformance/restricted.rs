//! Precedents of substance use and psychotherapy origin (42 CFR Part 2): written under permission,
//! agreement and consent; not there for anybody else; gone with the consent.

use serde_json::{Value, json};
use tonic::Code;

use crate::harness::db::Sql;
use crate::harness::server::{minimal_precedent, uuid};
use crate::harness::{Client, DOORS, Scene, Stage};

const PAYMENT: &str = "CONSENT_PURPOSE_PAYMENT";

/// A record of an origin on a consent.
pub(super) fn of_origin(origin: &str, consent: &Value) -> Value {
    let mut precedent = minimal_precedent();
    precedent["title"] = json!("Residential level of care");
    precedent["dataOrigin"] = json!(format!("DATA_ORIGIN_{origin}"));
    precedent["consentId"] = consent.clone();
    precedent
}

/// A restricted precedent of the scene's tenant, and the consent it rests on.
async fn restricted(scene: &Scene<'_>) -> (Value, Value) {
    let consent = scene.consent(PAYMENT).await["id"].clone();
    let reply = scene
        .custodian()
        .ok("CreatePrecedent", json!({ "precedent": of_origin("SUD", &consent) }))
        .await;
    (reply["precedent"].clone(), consent)
}

/// The events of a tenant's calls that touched restricted records, by action.
async fn marked(stage: &Stage, tenant: &str, action: &str) -> i64 {
    let tenant = stage.cast.tenant(tenant).id;
    let sql = format!(
        "SELECT count(*) FROM audit_events WHERE tenant_id = '{tenant}' AND action = '{action}'
            AND 'restricted_origin' = ANY (fields) AND outcome = 'SUCCESS'"
    );
    stage.superuser().await.value(&sql).await
}

#[tokio::test]
async fn it_takes_permission_agreement_consent_and_privacy() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let consent = scene.consent(PAYMENT).await["id"].clone();
        let all_tpo = scene.consent("CONSENT_PURPOSE_ALL_TPO").await["id"].clone();
        let refused = async |client: Client, precedent: Value, needs: &str| {
            let outcome = client.call("CreatePrecedent", json!({ "precedent": precedent })).await;
            outcome.refused(Code::FailedPrecondition, "SUD_NOT_SHAREABLE");
            assert_eq!(outcome.metadata("needs"), needs);
        };
        let mut shared = of_origin("SUD", &consent);
        shared["sharingScope"] = json!("SHARING_SCOPE_AGGREGATE_ONLY");
        refused(scene.custodian(), shared, "private_scope").await;
        refused(scene.owner(), of_origin("SUD", &consent), "permission").await;
        refused(scene.custodian(), of_origin("SUD", &json!("")), "consent").await;
        refused(scene.custodian(), of_origin("SUD", &json!(uuid())), "consent").await;
        refused(scene.custodian(), of_origin("PSYCHOTHERAPY", &all_tpo), "consent").await;
        for origin in ["SUD", "PSYCHOTHERAPY"] {
            let stored = scene
                .custodian()
                .ok("CreatePrecedent", json!({ "precedent": of_origin(origin, &consent) }))
                .await;
            assert_eq!(stored["precedent"]["consentId"], consent);
        }
        // A consent is of no use to other records, and a batch is no way round.
        let general = scene
            .custodian()
            .call(
                "CreatePrecedent",
                json!({ "precedent": of_origin("GENERAL", &consent) }),
            )
            .await;
        general.violates(&["precedent.consent_id"]);
        let batch = json!({ "precedents": [of_origin("SUD", &consent), minimal_precedent()] });
        let batch = scene.custodian().ok("BatchCreatePrecedents", batch).await;
        assert_eq!(
            (&batch["created"], &batch["results"][0]["reason"]),
            (&json!(1), &json!("SUD_NOT_SHAREABLE"))
        );
        let tenant = stage.cast.tenant(scene.tenant).id;
        stage
            .superuser()
            .await
            .run(&format!(
                "UPDATE tenants SET sud_agreement_until = now() WHERE id = '{tenant}'"
            ))
            .await;
        refused(scene.custodian(), of_origin("SUD", &consent), "agreement").await;
    }
}

/// Every way to a precedent, as calls that answer something when it is there.
pub(super) fn ways(id: &Value) -> Vec<(&'static str, Value)> {
    vec![
        ("GetPrecedent", json!({ "id": id })),
        ("ListPrecedentVersions", json!({ "id": id })),
        ("GetPrecedentVersion", json!({ "id": id, "version": 1 })),
        (
            "DiffPrecedentVersions",
            json!({ "id": id, "fromVersion": 1, "toVersion": 1 }),
        ),
        ("FindSimilar", json!({ "id": id })),
        ("ExplainSimilarity", json!({ "leftId": id, "rightId": id })),
    ]
}

/// What the collections hold: listed, searched, counted and exported.
pub(super) async fn collected(client: &Client) -> [usize; 4] {
    let length = |list: &Value| list.as_array().map_or(0, Vec::len);
    let listed = client.ok("ListPrecedents", json!({})).await;
    let searched = client
        .ok("SearchPrecedents", json!({ "query": "residential level" }))
        .await;
    let counted = client.ok("GetPrecedentStats", json!({})).await["total"]
        .as_str()
        .and_then(|n| n.parse().ok());
    let exported = export(client).await;
    [
        length(&listed["precedents"]),
        length(&searched["precedents"]),
        counted.unwrap_or(0),
        exported.lines().count() - 1,
    ]
}

async fn export(client: &Client) -> String {
    let document = client.ok("ExportPrecedents", json!({})).await;
    document["data"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn who_may_not_see_it_finds_nothing_there() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        scene.precedent().await;
        let (precedent, _) = restricted(&scene).await;
        let id = &precedent["id"];
        assert_eq!(collected(&scene.owner()).await, [1, 0, 1, 1]);
        for (method, request) in ways(id) {
            let refused = scene.owner().call(method, request).await;
            let absent = scene
                .owner()
                .call(
                    method,
                    ways(&json!(uuid()))
                        .into_iter()
                        .find(|way| way.0 == method)
                        .expect("it")
                        .1,
                )
                .await;
            refused.refused(Code::NotFound, "NOT_FOUND");
            assert_eq!(refused.error, absent.error, "{method}");
        }
        for (method, request) in [
            ("ArchivePrecedent", json!({ "id": id })),
            ("ValidatePrecedent", json!({ "id": id })),
            ("ApplyPrecedent", json!({ "id": id })),
            ("RecordOutcome", json!({ "id": id, "outcome": "OUTCOME_WON" })),
            (
                "UpdatePrecedent",
                json!({ "precedent": { "id": id, "title": "x", "scenario": {} }, "updateMask": "title" }),
            ),
        ] {
            scene
                .owner()
                .call(method, request)
                .await
                .refused(Code::NotFound, "NOT_FOUND");
        }
        assert!(!export(&scene.owner()).await.contains("restrictedLeftOut"));
    }
}

#[tokio::test]
async fn who_may_see_it_does_and_the_log_says_so() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        scene.precedent().await;
        let (precedent, _) = restricted(&scene).await;
        let custodian = scene.custodian();
        // The registry has no notice to send along, so it stays here, and the end says so.
        assert_eq!(collected(&custodian).await, [2, 1, 2, 1]);
        assert!(export(&custodian).await.contains(r#""restrictedLeftOut":1"#));
        for (method, request) in ways(&precedent["id"]) {
            custodian.ok(method, request).await;
        }
        for action in [
            "precedent.create",
            "precedent.get",
            "precedent.list",
            "precedent.search",
            "precedent.stats",
        ] {
            assert_eq!(marked(&stage, scene.tenant, action).await, 1, "{action}");
        }
        // Neither it nor anything like it is found by others of the tenant, nor by who may see it.
        let like = json!({ "scenario": { "denialTrigger": "Prior authorization was not obtained" } });
        let hits = custodian.ok("FindSimilarToScenario", like).await;
        let found: Vec<&Value> = hits["hits"]
            .as_array()
            .map(|hits| hits.iter().map(|hit| &hit["precedent"]["id"]).collect())
            .unwrap_or_default();
        assert!(!found.is_empty() && !found.contains(&&precedent["id"]), "{hits:#}");
    }
}

/// Nor by a reference that is taken: each side of the wall has its own.
#[tokio::test]
async fn a_reference_that_is_taken_tells_nothing_of_it() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let (custodian, owner) = (scene.custodian(), scene.owner());
        let consent = scene.consent(PAYMENT).await["id"].clone();
        let referred = |mut precedent: Value| {
            precedent["externalRef"] = json!("case-17");
            json!({ "precedent": precedent })
        };
        let (hidden, open) = (referred(of_origin("SUD", &consent)), referred(minimal_precedent()));
        custodian.ok("CreatePrecedent", hidden.clone()).await;
        let open_id = owner.ok("CreatePrecedent", open.clone()).await["precedent"]["id"].clone();
        for (client, taken) in [(&custodian, &hidden), (&custodian, &open), (&owner, &open)] {
            let refused = client.call("CreatePrecedent", taken.clone()).await;
            refused.refused(Code::AlreadyExists, "DUPLICATE");
        }
        // Who sees both is told, when both would be on one side.
        let relabel = json!({ "id": open_id, "dataOrigin": "DATA_ORIGIN_SUD", "consentId": consent, "scenario": {} });
        let relabel = json!({ "precedent": relabel, "updateMask": "dataOrigin,consentId" });
        custodian
            .call("UpdatePrecedent", relabel)
            .await
            .refused(Code::AlreadyExists, "DUPLICATE");
    }
}

/// The repeat of a call tells of a restricted record again, and the log says so again: of what was restricted
/// then, and of what has become so since.
#[tokio::test]
async fn a_repeat_is_marked_as_the_first_call_was() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let (custodian, owner) = (scene.custodian(), scene.owner());
        let consent = scene.consent(PAYMENT).await["id"].clone();
        let create = json!({ "precedent": of_origin("SUD", &consent), "requestId": uuid() });
        let id = custodian.ok("CreatePrecedent", create.clone()).await["precedent"]["id"].clone();
        let general = json!({ "precedent": minimal_precedent(), "requestId": uuid() });
        let open = owner.ok("CreatePrecedent", general.clone()).await["precedent"]["id"].clone();
        let calls = [
            ("CreatePrecedent", create),
            ("ApplyPrecedent", json!({ "id": id, "requestId": uuid() })),
            (
                "RecordOutcome",
                json!({ "id": id, "outcome": "OUTCOME_WON", "requestId": uuid() }),
            ),
            ("ValidatePrecedent", json!({ "id": id, "requestId": uuid() })),
            (
                "UpdatePrecedent",
                json!({ "precedent": { "id": id, "title": "x", "scenario": {} }, "updateMask": "title", "requestId": uuid() }),
            ),
            ("ArchivePrecedent", json!({ "id": id, "requestId": uuid() })),
            ("RestorePrecedent", json!({ "id": id, "requestId": uuid() })),
        ];
        let fields_of = async |superuser: &mut Sql, client: &Client, method: &str, request: &Value| {
            let trace = uuid();
            client.with("x-request-id", &trace).ok(method, request.clone()).await;
            let fields: Vec<String> = superuser
                .value(&format!("SELECT fields FROM audit_events WHERE request_id = '{trace}'"))
                .await;
            fields
        };
        let marked = ["replay", "restricted_origin"];
        for (method, request) in &calls {
            let first = fields_of(&mut superuser, &custodian, method, request).await;
            assert_eq!(first.last().map(String::as_str), Some("restricted_origin"), "{method}");
            let repeat = fields_of(&mut superuser, &custodian, method, request).await;
            assert_eq!(repeat, marked, "{method}");
        }
        assert_eq!(
            fields_of(&mut superuser, &owner, "CreatePrecedent", &general).await,
            ["replay"]
        );
        let relabel = json!({ "id": open, "dataOrigin": "DATA_ORIGIN_SUD", "consentId": consent, "scenario": {} });
        let relabel = json!({ "precedent": relabel, "updateMask": "dataOrigin,consentId" });
        custodian.ok("UpdatePrecedent", relabel).await;
        assert_eq!(
            fields_of(&mut superuser, &custodian, "CreatePrecedent", &general).await,
            marked
        );
        owner
            .call("CreatePrecedent", general)
            .await
            .refused(Code::NotFound, "NOT_FOUND");
    }
}

/// INV-22: a withdrawn consent hides what rests on it from the very next read, whoever reads.
#[tokio::test]
async fn it_is_gone_with_its_consent() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let custodian = scene.custodian();
        let consent = scene.consent(PAYMENT).await["id"].clone();
        let request = json!({ "precedent": of_origin("SUD", &consent), "requestId": uuid() });
        let id = custodian.ok("CreatePrecedent", request.clone()).await["precedent"]["id"].clone();
        assert_eq!(
            custodian.ok("CreatePrecedent", request.clone()).await["precedent"]["id"],
            id
        );
        scene.owner().ok("WithdrawConsent", json!({ "id": consent })).await;
        for (method, request) in ways(&id) {
            custodian
                .call(method, request)
                .await
                .refused(Code::NotFound, "NOT_FOUND");
        }
        assert_eq!(collected(&custodian).await, [0, 0, 0, 0]);
        // The repeat of a call is a read like any other.
        custodian
            .call("CreatePrecedent", request)
            .await
            .refused(Code::NotFound, "NOT_FOUND");
        let again = custodian
            .call("CreatePrecedent", json!({ "precedent": of_origin("SUD", &consent) }))
            .await;
        assert_eq!(again.metadata("needs"), "consent");
    }
}

/// As it is with the tenant's agreement, and with a consent whose day has come.
#[tokio::test]
async fn it_is_gone_when_its_time_is_over() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let (precedent, consent) = restricted(&scene).await;
        let get = async || {
            scene
                .custodian()
                .call("GetPrecedent", json!({ "id": precedent["id"] }))
                .await
                .code
        };
        let (tenant, consent) = (stage.cast.tenant(scene.tenant).id, consent.as_str().unwrap_or_default());
        assert_eq!(get().await, Code::Ok);
        superuser
            .run(&format!(
                "UPDATE tenants SET sud_agreement_until = now() WHERE id = '{tenant}'"
            ))
            .await;
        assert_eq!(get().await, Code::NotFound);
        superuser
            .run(&format!(
                "UPDATE tenants SET sud_agreement_until = now() + interval '1 day' WHERE id = '{tenant}'"
            ))
            .await;
        assert_eq!(get().await, Code::Ok);
        superuser
            .run(&format!(
                "UPDATE consents SET expires_on = (now() AT TIME ZONE 'UTC')::date WHERE id = '{consent}'"
            ))
            .await;
        assert_eq!(get().await, Code::NotFound);
    }
}

/// INV-21, and what a version was before does not matter: the precedent is restricted, its past with it.
#[tokio::test]
async fn what_becomes_restricted_stays_so_with_its_past() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let id = scene.precedent().await["id"].clone();
        let consent = scene.consent(PAYMENT).await["id"].clone();
        let relabel = |origin: &str, consent: &Value| {
            let precedent = json!({ "id": id, "dataOrigin": format!("DATA_ORIGIN_{origin}"), "consentId": consent, "scenario": {} });
            json!({ "precedent": precedent, "updateMask": "dataOrigin,consentId" })
        };
        let refused = scene.owner().call("UpdatePrecedent", relabel("SUD", &consent)).await;
        assert_eq!(refused.metadata("needs"), "permission");
        scene.custodian().ok("UpdatePrecedent", relabel("SUD", &consent)).await;
        for (method, request) in ways(&id) {
            scene
                .owner()
                .call(method, request.clone())
                .await
                .refused(Code::NotFound, "NOT_FOUND");
            scene.custodian().ok(method, request).await;
        }
        let back = scene
            .custodian()
            .call("UpdatePrecedent", relabel("GENERAL", &json!("")))
            .await;
        back.refused(Code::FailedPrecondition, "ORIGIN_RELAXED");
    }
}

#[tokio::test]
async fn who_may_only_read_it_changes_nothing() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let (precedent, _) = restricted(&scene).await;
        let tenant = stage.cast.tenant(scene.tenant).id;
        stage
            .change_identities(&format!(
                "UPDATE certificates SET extra_permissions = '{{sud.read}}' WHERE tenant_id = '{tenant}' AND service_name = 'biller';
                UPDATE api_keys SET extra_permissions = '{{sud.read}}' WHERE tenant_id = '{tenant}' AND display_name = 'biller'"
            ))
            .await;
        let reader = scene.client("biller");
        reader.ok("GetPrecedent", json!({ "id": precedent["id"] })).await;
        let refused = reader.call("ArchivePrecedent", json!({ "id": precedent["id"] })).await;
        refused.refused(Code::FailedPrecondition, "SUD_NOT_SHAREABLE");
        assert_eq!(refused.metadata("needs"), "permission");
        // Using it is no change of it.
        reader.ok("ApplyPrecedent", json!({ "id": precedent["id"] })).await;
    }
}

/// What looks like substance use records is held until a person has looked, and no detour releases it.
#[tokio::test]
async fn a_suspicion_holds_until_somebody_has_looked() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let owner = scene.owner();
        let mut precedent = minimal_precedent();
        precedent["scenario"]["diagnosisCodes"] = json!(["F11.20"]);
        let held = owner.ok("CreatePrecedent", json!({ "precedent": precedent })).await["precedent"].clone();
        let is_held = |precedent: &Value| {
            assert_eq!(precedent["status"], "PRECEDENT_STATUS_NEEDS_REVIEW");
            assert_eq!(precedent["reviewReasons"], json!(["SUD_SUSPECTED"]));
        };
        is_held(&held);
        owner.ok("ArchivePrecedent", json!({ "id": held["id"] })).await;
        is_held(&owner.ok("RestorePrecedent", json!({ "id": held["id"] })).await["precedent"]);
        owner
            .call("ApplyPrecedent", json!({ "id": held["id"] }))
            .await
            .refused(Code::FailedPrecondition, "INVALID_TRANSITION");
        let released = owner.ok("ValidatePrecedent", json!({ "id": held["id"] })).await["precedent"].clone();
        assert_eq!(released["status"], "PRECEDENT_STATUS_ACTIVE");
    }
}
