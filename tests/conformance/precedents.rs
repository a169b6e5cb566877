//! `PrecedentService`.

use serde_json::{Value, json};
use tonic::Code;

use crate::harness::server::{minimal_precedent, uuid};
use crate::harness::{Client, DOORS, Door, Stage};

#[tokio::test]
async fn what_is_created_is_read_back() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let created = scene.precedent().await;
        assert_eq!(created["status"], "PRECEDENT_STATUS_ACTIVE");
        assert_eq!((&created["version"], &created["etag"]), (&json!("1"), &json!("v1")));
        assert_eq!(created["sharingScope"], "SHARING_SCOPE_PRIVATE");
        assert_eq!(created["outcome"], "OUTCOME_PENDING");
        assert!(created["qualityScore"].as_i64() > Some(0));
        let read = scene
            .client("read_only")
            .ok("GetPrecedent", json!({ "id": created["id"] }))
            .await;
        assert_eq!(read["precedent"], created);
    }
}

#[tokio::test]
async fn everything_that_may_be_said_comes_back_as_it_was_said() {
    let stage = Stage::start().await;
    let said = full_precedent();
    for door in DOORS {
        let scene = stage.scene(door);
        let created = scene.owner().ok("CreatePrecedent", json!({ "precedent": said })).await;
        for (name, value) in said.as_object().expect("an object") {
            if name != "traceability" {
                assert_eq!(&created["precedent"][name], value, "{name}");
            }
        }
        // The one thing the server adds to what was said: one of two assertions has a source.
        assert_eq!(created["precedent"]["traceability"]["completeness"], 0.5);
        assert_eq!(
            created["precedent"]["traceability"]["assertions"],
            said["traceability"]["assertions"]
        );
        assert!(created["precedent"]["outcomeRecordedAt"].is_string());
    }
}

#[tokio::test]
async fn what_only_the_server_sets_is_ignored() {
    let stage = Stage::start().await;
    for door in DOORS {
        let mut precedent = minimal_precedent();
        precedent["version"] = json!("77");
        precedent["status"] = json!("PRECEDENT_STATUS_ARCHIVED");
        precedent["qualityScore"] = json!(100);
        precedent["reuseCount"] = json!("1000");
        precedent["isPublic"] = json!(true);
        precedent["reviewReasons"] = json!(["none"]);
        let created = stage
            .scene(door)
            .owner()
            .ok("CreatePrecedent", json!({ "precedent": precedent }))
            .await;
        let created = &created["precedent"];
        assert_eq!(
            (&created["version"], &created["status"]),
            (&json!("1"), &json!("PRECEDENT_STATUS_ACTIVE"))
        );
        assert_ne!(created["qualityScore"], 100);
        for absent in ["reuseCount", "isPublic", "reviewReasons"] {
            assert_eq!(created[absent], Value::Null, "{absent}");
        }
    }
}

#[tokio::test]
async fn every_violation_is_named_at_once() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let outcome = owner
            .call(
                "CreatePrecedent",
                json!({
                    "precedent": {
                        "externalRef": "no spaces here",
                        "title": "x".repeat(201),
                        "scenario": {
                            "lines": [{}, { "adjustments": [{ "carc": "nonsense", "rarcs": ["N706", "?"] }] }],
                            "state": "Texas",
                        },
                        "eventYear": 2101,
                        "daysToDecision": -1,
                        "evidenceKit": { "items": [{ "itemId": "e1", "kind": 0 }] },
                        "tags": ["", "fine"],
                    },
                    "requestId": "not a uuid",
                }),
            )
            .await;
        let mut named = outcome.violations.clone();
        named.sort();
        assert_eq!(
            named,
            [
                "precedent.days_to_decision",
                "precedent.event_year",
                "precedent.evidence_kit.items[0].kind",
                "precedent.external_ref",
                "precedent.scenario.lines[1].adjustments[0].carc",
                "precedent.scenario.lines[1].adjustments[0].group_code",
                "precedent.scenario.lines[1].adjustments[0].rarcs[1]",
                "precedent.scenario.state",
                "precedent.tags[0]",
                "precedent.title",
                "request_id",
            ],
            "{:#}",
            outcome.error
        );
        outcome.refused(Code::InvalidArgument, "VALIDATION");
        owner.call("CreatePrecedent", json!({})).await.violates(&["precedent"]);
        owner
            .call("CreatePrecedent", json!({ "precedent": {} }))
            .await
            .violates(&["precedent.scenario"]);
    }
}

/// An enum is closed: a number of another version is never taken for the unspecified one. REST knows values
/// by name, so there it is the gateway that refuses.
#[tokio::test]
async fn an_unknown_enum_number_is_refused() {
    let stage = Stage::start().await;
    let request =
        json!({ "precedent": { "scenario": { "denialTypes": [4711], "lineOfBusiness": 4711 }, "outcome": 4711 } });
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let mut outcome = owner.call("CreatePrecedent", request.clone()).await;
        outcome.refused(Code::InvalidArgument, "VALIDATION");
        outcome.violations.sort();
        assert_eq!(
            outcome.violations,
            [
                "precedent.outcome",
                "precedent.scenario.denial_types[0]",
                "precedent.scenario.line_of_business"
            ],
            "{door:?}"
        );
    }
    // No item of a list is the unspecified value.
    for door in DOORS {
        let request = json!({ "precedent": { "scenario": { "denialTypes": ["DENIAL_TYPE_UNSPECIFIED"] } } });
        stage
            .scene(door)
            .owner()
            .call("CreatePrecedent", request)
            .await
            .violates(&["precedent.scenario.denial_types[0]"]);
    }
}

#[tokio::test]
async fn what_no_single_field_can_tell_is_named_too() {
    let stage = Stage::start().await;
    let with = |name: &str, value: Value| {
        let mut precedent = full_precedent();
        precedent[name] = value;
        json!({ "precedent": precedent })
    };
    let item = json!({ "itemId": "e1", "kind": "EVIDENCE_KIND_MEDICAL_RECORDS" });
    let cases = [
        (
            with("scenario", json!({ "dates": { "noticeDate": "2026-01-02" } })),
            "precedent.scenario.dates",
        ),
        (
            with(
                "scenario",
                json!({ "denialTypes": ["DENIAL_TYPE_DUPLICATE", "DENIAL_TYPE_DUPLICATE"] }),
            ),
            "precedent.scenario.denial_types",
        ),
        (
            with("dataOrigin", json!("DATA_ORIGIN_PUBLIC_DECISION")),
            "precedent.data_origin",
        ),
        (with("outcome", json!("OUTCOME_PENDING")), "precedent.outcome_evidence"),
        (
            with("evidenceKit", json!({ "items": [item, item] })),
            "precedent.evidence_kit.items[1].item_id",
        ),
        (
            with("evidenceKit", json!({})),
            "precedent.traceability.assertions[0].evidence_item_ids[0]",
        ),
        (
            with("narrativeTemplate", json!({ "body": "Dear {{payer}}" })),
            "precedent.narrative_template.body",
        ),
        (
            with("narrativeTemplate", json!({ "body": "Dear {{payer" })),
            "precedent.narrative_template.body",
        ),
    ];
    for door in DOORS {
        for (request, field) in &cases {
            let request = serde_json::from_str(
                &request
                    .to_string()
                    .replace("EVIDENCE_KIND_MEDICAL_RECORDS", &some_evidence()),
            )
            .expect("JSON");
            stage
                .scene(door)
                .owner()
                .call("CreatePrecedent", request)
                .await
                .violates(&[field]);
        }
    }
}

#[tokio::test]
async fn a_reference_of_the_tenants_own_is_unique_within_the_tenant() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let mut precedent = minimal_precedent();
        precedent["externalRef"] = json!("case-17");
        let request = json!({ "precedent": precedent });
        scene.owner().ok("CreatePrecedent", request.clone()).await;
        let refused = scene.owner().call("CreatePrecedent", request).await;
        refused.refused(Code::AlreadyExists, "DUPLICATE");
        assert_eq!(refused.metadata("field"), "precedent.external_ref");
        let other = scene.precedent().await;
        let request = json!({ "precedent": { "id": other["id"], "externalRef": "case-17", "scenario": {} }, "updateMask": "externalRef" });
        scene
            .owner()
            .call("UpdatePrecedent", request)
            .await
            .refused(Code::AlreadyExists, "DUPLICATE");
    }
}

#[tokio::test]
async fn a_restricted_origin_is_not_stored() {
    let stage = Stage::start().await;
    for door in DOORS {
        for (origin, scope) in [
            ("SUD", "PRIVATE"),
            ("SUD", "AGGREGATE_ONLY"),
            ("PSYCHOTHERAPY", "PRIVATE"),
        ] {
            let mut precedent = minimal_precedent();
            precedent["dataOrigin"] = json!(format!("DATA_ORIGIN_{origin}"));
            precedent["sharingScope"] = json!(format!("SHARING_SCOPE_{scope}"));
            let refused = stage
                .scene(door)
                .owner()
                .call("CreatePrecedent", json!({ "precedent": precedent }))
                .await;
            refused.refused(Code::FailedPrecondition, "SUD_NOT_SHAREABLE");
        }
    }
}

#[tokio::test]
async fn an_update_changes_what_its_mask_names_and_nothing_else() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let owner = scene.owner();
        let created = owner
            .ok("CreatePrecedent", json!({ "precedent": full_precedent() }))
            .await["precedent"]
            .clone();
        let request = json!({
            "precedent": {
                "id": created["id"],
                "title": "Another title",
                "notes": "not in the mask",
                "scenario": { "denialTrigger": "Another trigger", "state": "NY" },
            },
            "updateMask": "title,scenario.denialTrigger,tags",
        });
        let updated = owner.ok("UpdatePrecedent", request).await["precedent"].clone();
        let mut expected = created.clone();
        expected["title"] = json!("Another title");
        expected["scenario"]["denialTrigger"] = json!("Another trigger");
        expected.as_object_mut().expect("an object").remove("tags");
        expected["version"] = json!("2");
        expected["etag"] = json!("v2");
        expected["updatedAt"] = updated["updatedAt"].clone();
        assert_eq!(updated, expected);
        assert_eq!(
            owner.ok("GetPrecedent", json!({ "id": created["id"] })).await["precedent"],
            expected
        );
    }
}

#[tokio::test]
async fn a_mask_names_fields_that_can_be_written() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let id = scene.precedent().await["id"].clone();
        let update =
            |mask: &str| json!({ "precedent": { "id": id, "scenario": {}, "title": "x" }, "updateMask": mask });
        for mask in [
            "noSuchField",
            "status",
            "version",
            "etag",
            "id",
            "scenario.noSuchField",
            "title.length",
            "qualityScore",
        ] {
            let refused = scene.owner().call("UpdatePrecedent", update(mask)).await;
            refused.refused(Code::InvalidArgument, "BAD_FIELD_MASK");
        }
        scene
            .owner()
            .call("UpdatePrecedent", update(""))
            .await
            .violates(&["update_mask"]);
        // All or nothing: the good path beside the bad one has changed nothing.
        scene
            .owner()
            .call("UpdatePrecedent", update("title,status"))
            .await
            .refused(Code::InvalidArgument, "BAD_FIELD_MASK");
        assert_eq!(
            scene.owner().ok("GetPrecedent", json!({ "id": id })).await["precedent"]["version"],
            "1"
        );
    }
}

#[tokio::test]
async fn a_change_under_an_old_etag_is_refused() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let owner = scene.owner();
        let id = scene.precedent().await["id"].clone();
        let update = |etag: &str, title: &str| json!({ "precedent": { "id": id, "etag": etag, "title": title, "scenario": {} }, "updateMask": "title" });
        assert_eq!(
            owner.ok("UpdatePrecedent", update("v1", "one")).await["precedent"]["etag"],
            "v2"
        );
        owner
            .call("UpdatePrecedent", update("v1", "two"))
            .await
            .refused(Code::Aborted, "VERSION_CONFLICT");
        assert_eq!(
            owner.ok("UpdatePrecedent", update("*", "three")).await["precedent"]["etag"],
            "v3"
        );
        assert_eq!(
            owner.ok("UpdatePrecedent", update("", "four")).await["precedent"]["etag"],
            "v4"
        );
        let archive = json!({ "id": id, "etag": "v3" });
        owner
            .call("ArchivePrecedent", archive)
            .await
            .refused(Code::Aborted, "VERSION_CONFLICT");
        assert_eq!(
            owner.ok("ArchivePrecedent", json!({ "id": id, "etag": "v4" })).await["precedent"]["etag"],
            "v5"
        );
    }
}

#[tokio::test]
async fn over_rest_an_etag_is_an_entity_tag() {
    let stage = Stage::start().await;
    let scene = stage.scene(Door::Rest);
    let (owner, id) = (scene.owner(), scene.precedent().await["id"].clone());
    let read = owner.call("GetPrecedent", json!({ "id": id })).await;
    assert_eq!(read.header("etag"), "\"v1\"");
    let update = json!({ "precedent": { "id": id, "title": "one", "scenario": {} }, "updateMask": "title" });
    let conditional = |tag: &str| owner.with("if-match", tag);
    assert_eq!(
        conditional("\"v1\"")
            .call("UpdatePrecedent", update.clone())
            .await
            .header("etag"),
        "\"v2\""
    );
    let refused = conditional("\"v1\"").call("UpdatePrecedent", update.clone()).await;
    refused.refused(Code::Aborted, "VERSION_CONFLICT");
    assert_eq!(refused.http.map(|status| status.as_u16()), Some(412));
    // The same conflict by a field of the body is no failed precondition of HTTP.
    let mut by_field = update.clone();
    by_field["precedent"]["etag"] = json!("v1");
    assert_eq!(
        owner
            .call("UpdatePrecedent", by_field)
            .await
            .http
            .map(|status| status.as_u16()),
        Some(409)
    );
    assert_eq!(
        conditional("*")
            .call("UpdatePrecedent", update.clone())
            .await
            .header("etag"),
        "\"v3\""
    );
    for wrong in ["v3", "W/\"v3\"", "\"v2\", \"v3\""] {
        conditional(wrong)
            .call("UpdatePrecedent", update.clone())
            .await
            .refused(Code::InvalidArgument, "VALIDATION");
    }
}

#[tokio::test]
async fn what_is_archived_is_put_away_for_good() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let owner = scene.owner();
        let id = scene.precedent().await["id"].clone();
        let archived = owner
            .ok("ArchivePrecedent", json!({ "id": id, "reason": "superseded" }))
            .await["precedent"]
            .clone();
        assert_eq!(archived["status"], "PRECEDENT_STATUS_ARCHIVED");
        assert!(archived["archivedAt"].is_string());
        let again = owner.call("ArchivePrecedent", json!({ "id": id })).await;
        again.refused(Code::FailedPrecondition, "INVALID_TRANSITION");
        assert_eq!((again.metadata("from"), again.metadata("to")), ("ARCHIVED", "ARCHIVED"));
        let update = json!({ "precedent": { "id": id, "title": "x", "scenario": {} }, "updateMask": "title" });
        owner
            .call("UpdatePrecedent", update)
            .await
            .refused(Code::FailedPrecondition, "INVALID_TRANSITION");
        // Read it is still; listed only by who asks for it.
        assert_eq!(
            owner.ok("GetPrecedent", json!({ "id": id })).await["precedent"],
            archived
        );
        assert_eq!(ids(&owner.ok("ListPrecedents", json!({})).await), Vec::<String>::new());
        let filter = json!({ "filter": { "statuses": ["PRECEDENT_STATUS_ARCHIVED"] } });
        assert_eq!(
            ids(&owner.ok("ListPrecedents", filter).await),
            [id.as_str().expect("an id")]
        );
    }
}

#[tokio::test]
async fn a_list_narrows_by_each_of_its_filters() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let owner = scene.owner();
        scene.precedent().await;
        let mut precedent = full_precedent();
        precedent["externalRef"] = json!("wanted");
        let wanted = owner.ok("CreatePrecedent", json!({ "precedent": precedent })).await["precedent"]["id"].clone();
        let scenario = &precedent["scenario"];
        for filter in [
            json!({ "denialTypes": [scenario["denialTypes"][0]] }),
            json!({ "outcomes": [precedent["outcome"]] }),
            json!({ "payerId": scenario["payer"]["payerId"] }),
            json!({ "serviceCategory": scenario["serviceCategory"] }),
            json!({ "eventYearFrom": 2024, "eventYearTo": 2024 }),
            json!({ "externalRef": "wanted" }),
            json!({ "eventYearFrom": 2020, "payerId": scenario["payer"]["payerId"], "statuses": ["PRECEDENT_STATUS_ACTIVE"] }),
        ] {
            let found = owner.ok("ListPrecedents", json!({ "filter": filter })).await;
            assert_eq!(ids(&found), [wanted.as_str().expect("an id")], "{filter}");
        }
        for filter in [
            json!({ "eventYearTo": 2023 }),
            json!({ "payerId": "nobody" }),
            json!({ "statuses": ["PRECEDENT_STATUS_DRAFT"] }),
        ] {
            assert!(
                ids(&owner.ok("ListPrecedents", json!({ "filter": filter })).await).is_empty(),
                "{filter}"
            );
        }
        let bad = json!({ "filter": { "statuses": [0], "payerId": "No Such" }, "pageSize": 201 });
        let mut refused = owner.call("ListPrecedents", bad).await;
        refused.violations.sort();
        refused.violates(&["filter.payer_id", "filter.statuses[0]", "page_size"]);
    }
}

#[tokio::test]
async fn a_walk_through_pages_meets_each_once_while_newer_ones_arrive() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let owner = scene.owner();
        let mut expected = Vec::new();
        for _ in 0..7 {
            expected.push(scene.precedent().await["id"].as_str().expect("an id").to_owned());
        }
        expected.reverse();
        let (mut met, mut token, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = owner
                .ok("ListPrecedents", json!({ "pageSize": 3, "pageToken": token }))
                .await;
            met.extend(ids(&page));
            pages += 1;
            token = page["nextPageToken"].as_str().unwrap_or_default().to_owned();
            if token.is_empty() {
                break;
            }
            scene.precedent().await;
        }
        assert_eq!((met, pages), (expected, 3));
    }
}

#[tokio::test]
async fn rows_of_one_moment_are_not_lost_between_pages() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for _ in 0..5 {
            scene.precedent().await;
        }
        stage
            .superuser()
            .await
            .run("UPDATE precedents SET created_at = '2026-01-01', updated_at = '2026-01-01'")
            .await;
        let mut met = walk(&scene.owner(), 2).await;
        met.sort();
        met.dedup();
        assert_eq!(met.len(), 5);
    }
}

#[tokio::test]
async fn a_page_token_is_good_for_its_tenant_method_and_filter_alone() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for _ in 0..2 {
            scene.precedent().await;
        }
        let first = scene.owner().ok("ListPrecedents", json!({ "pageSize": 1 })).await;
        let token = first["nextPageToken"].as_str().expect("a token");
        // A page may be of another size, and a colleague may go on reading.
        scene
            .owner()
            .ok("ListPrecedents", json!({ "pageSize": 2, "pageToken": token }))
            .await;
        scene
            .client("analyst")
            .ok("ListPrecedents", json!({ "pageToken": token }))
            .await;
        let refused = |outcome: crate::harness::Outcome| {
            outcome.refused(Code::InvalidArgument, "BAD_PAGE_TOKEN");
        };
        refused(
            scene
                .stranger()
                .call("ListPrecedents", json!({ "pageToken": token }))
                .await,
        );
        let filtered = json!({ "pageToken": token, "filter": { "eventYearFrom": 2000 } });
        refused(scene.owner().call("ListPrecedents", filtered).await);
        refused(
            scene
                .owner()
                .call("ListAuditEvents", json!({ "pageToken": token }))
                .await,
        );
        for forged in [
            "00",
            "zz",
            &token.replace(&token[..2], "08"),
            &token[..token.len() - 2],
            &format!("{token}00"),
        ] {
            refused(
                scene
                    .owner()
                    .call("ListPrecedents", json!({ "pageToken": forged }))
                    .await,
            );
        }
    }
}

#[tokio::test]
async fn a_repeat_answers_the_same_bytes_and_does_nothing() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let owner = scene.owner();
        let request = json!({ "precedent": full_precedent(), "requestId": uuid() });
        let first = owner.call("CreatePrecedent", request.clone()).await;
        let second = owner.call("CreatePrecedent", request.clone()).await;
        assert_eq!(first.clone().ok(), second.clone().ok());
        assert_eq!(first.bytes, second.bytes);
        assert_eq!(ids(&owner.ok("ListPrecedents", json!({})).await).len(), 1);
        let mut other = request.clone();
        other["precedent"]["title"] = json!("Another title");
        let refused = owner.call("CreatePrecedent", other.clone()).await;
        refused.refused(Code::AlreadyExists, "IDEMPOTENCY_MISMATCH");
        // The same id is another tenant's own business, and another method's.
        scene.stranger().ok("CreatePrecedent", other).await;
        let archive = json!({ "id": first.json["precedent"]["id"], "requestId": request["requestId"] });
        let archived = owner.ok("ArchivePrecedent", archive.clone()).await;
        assert_eq!(owner.ok("ArchivePrecedent", archive).await, archived);
    }
}

#[tokio::test]
async fn a_repeat_through_the_other_door_is_a_repeat() {
    let stage = Stage::start().await;
    let scene = stage.scene(Door::Grpc);
    let rest = stage.client(Door::Rest, scene.tenant, "owner");
    let request = json!({ "precedent": minimal_precedent(), "requestId": uuid() });
    let first = scene.owner().ok("CreatePrecedent", request.clone()).await;
    assert_eq!(rest.ok("CreatePrecedent", request).await, first);
}

#[tokio::test]
async fn what_was_refused_may_be_tried_again_under_its_id() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let request_id = uuid();
        let bad = json!({ "precedent": {}, "requestId": request_id });
        scene
            .owner()
            .call("CreatePrecedent", bad)
            .await
            .violates(&["precedent.scenario"]);
        scene
            .owner()
            .ok(
                "CreatePrecedent",
                json!({ "precedent": minimal_precedent(), "requestId": request_id }),
            )
            .await;
    }
}

#[tokio::test]
async fn of_many_at_once_under_one_id_one_is_stored() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let request = json!({ "precedent": minimal_precedent(), "requestId": uuid() });
        let calls = (0..6).map(|_| scene.owner()).map(|owner| {
            let request = request.clone();
            tokio::spawn(async move { owner.ok("CreatePrecedent", request).await })
        });
        let mut replies = Vec::new();
        for call in calls.collect::<Vec<_>>() {
            replies.push(call.await.expect("no panic"));
        }
        assert!(replies.windows(2).all(|pair| pair[0] == pair[1]));
        assert_eq!(ids(&scene.owner().ok("ListPrecedents", json!({})).await).len(), 1);
    }
}

#[tokio::test]
async fn the_public_corpus_is_read_by_all_and_written_by_none() {
    let stage = Stage::start().await;
    let public = stage.scene(Door::Grpc).precedent().await["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let platform = stratum::db::PLATFORM_TENANT;
    let mut superuser = stage.superuser().await;
    superuser
        .run(&format!(
            "CREATE TEMPORARY TABLE moved AS SELECT * FROM precedents WHERE id = '{public}';
        UPDATE moved SET tenant_id = '{platform}', id = gen_random_uuid();
        INSERT INTO precedents SELECT * FROM moved"
        ))
        .await;
    let public: uuid::Uuid = superuser.value("SELECT id FROM moved").await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let read = owner.ok("GetPrecedent", json!({ "id": public.to_string() })).await;
        assert_eq!(read["precedent"]["isPublic"], true);
        let update =
            json!({ "precedent": { "id": public.to_string(), "title": "x", "scenario": {} }, "updateMask": "title" });
        owner
            .call("UpdatePrecedent", update)
            .await
            .refused(Code::FailedPrecondition, "PUBLIC_READ_ONLY");
        let archive = json!({ "id": public.to_string() });
        owner
            .call("ArchivePrecedent", archive)
            .await
            .refused(Code::FailedPrecondition, "PUBLIC_READ_ONLY");
        assert!(!ids(&owner.ok("ListPrecedents", json!({})).await).contains(&public.to_string()));
    }
}

#[tokio::test]
async fn versions_are_kept_without_gaps_and_chained() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let id = scene.precedent().await["id"].as_str().expect("an id").to_owned();
        for title in ["one", "two"] {
            let update = json!({ "precedent": { "id": id, "title": title, "scenario": {} }, "updateMask": "title" });
            scene.owner().ok("UpdatePrecedent", update).await;
        }
        scene
            .owner()
            .ok("ArchivePrecedent", json!({ "id": id, "reason": "superseded" }))
            .await;
        let versions: Vec<String> = stage
            .superuser()
            .await
            .column(&format!(
                "SELECT concat_ws(' ', v.version, v.change_kind, v.changed_fields, v.reason,
                v.snapshot_sha256 = sha256(v.snapshot),
                v.previous_sha256 = coalesce(p.snapshot_sha256, decode(repeat('00', 32), 'hex')))
            FROM precedent_versions v
                LEFT JOIN precedent_versions p ON p.precedent_id = v.precedent_id AND p.version = v.version - 1
            WHERE v.precedent_id = '{id}' ORDER BY v.version"
            ))
            .await;
        assert_eq!(
            versions,
            [
                "1 CREATED {}  t t",
                "2 UPDATED {title}  t t",
                "3 UPDATED {title}  t t",
                "4 ARCHIVED {} superseded t t",
            ]
        );
    }
}

/// The ids of a page.
fn ids(page: &Value) -> Vec<String> {
    let precedents = page["precedents"].as_array().cloned().unwrap_or_default();
    precedents
        .iter()
        .map(|precedent| precedent["id"].as_str().expect("an id").to_owned())
        .collect()
}

/// The ids of all pages.
async fn walk(client: &Client, page_size: i32) -> Vec<String> {
    let (mut met, mut token) = (Vec::new(), String::new());
    loop {
        let page = client
            .ok("ListPrecedents", json!({ "pageSize": page_size, "pageToken": token }))
            .await;
        met.extend(ids(&page));
        token = page["nextPageToken"].as_str().unwrap_or_default().to_owned();
        if token.is_empty() {
            return met;
        }
    }
}

/// A value of an enum of the contract that is not its unspecified one.
fn some(name: &str) -> String {
    let kinds = crate::harness::contract::pool()
        .get_enum_by_name(name)
        .expect("an enum");
    kinds
        .values()
        .find(|value| value.number() > 0)
        .expect("a value")
        .name()
        .to_owned()
}

fn some_evidence() -> String {
    some("stratum.v1.EvidenceKind")
}

/// A precedent with something in every part.
fn full_precedent() -> Value {
    json!({
        "dataOrigin": "DATA_ORIGIN_GENERAL",
        "sharingScope": "SHARING_SCOPE_AGGREGATE_ONLY",
        "title": "Imaging without prior authorization",
        "scenario": {
            "denialTypes": [some("stratum.v1.DenialType")],
            "lines": [{
                "adjustments": [{ "groupCode": some("stratum.v1.GroupCode"), "carc": "197", "rarcs": ["N706"], "amountMinor": "125000" }],
                "procedureCode": "70551",
                "modifiers": ["59"],
                "abnOnFile": false,
            }],
            "denialTrigger": "Precertification absent for the imaging service",
            "payer": { "payerId": "aetna", "planId": "aetna-ppo" },
            "lineOfBusiness": some("stratum.v1.LineOfBusiness"),
            "state": "CA",
            "serviceCategory": "imaging",
            "diagnosisCodes": ["G43.909"],
        },
        "eventYear": 2024,
        "amountBand": "500-2500",
        "actionTaken": some("stratum.v1.RecoveryAction"),
        "outcome": "OUTCOME_WON",
        "outcomeEvidence": some("stratum.v1.OutcomeEvidence"),
        "daysToDecision": 31,
        "evidenceKit": { "items": [
            { "itemId": "e1", "kind": some_evidence(), "isRequired": true, "description": "Notes that show the red flags" },
        ] },
        "narrativeTemplate": {
            "body": "The plan covers {{service}} without prior authorization.",
            "variables": [{ "name": "service", "variableClass": "VARIABLE_CLASS_PUBLIC" }],
        },
        "traceability": { "assertions": [
            { "assertionId": "a1", "text": "The service was urgent", "evidenceItemIds": ["e1"] },
            { "assertionId": "a2", "text": "The plan was told" },
        ] },
        "notes": "Ask for the policy in force",
        "tags": ["imaging", "urgent"],
    })
}
