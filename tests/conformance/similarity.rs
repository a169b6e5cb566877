//! `SimilarityService`.

use serde_json::{Value, json};
use tonic::Code;

use crate::harness::{Client, DOORS, Stage, eventually};

/// Stores a denial of this trigger; gives its id and the revision.
async fn stored(client: &Client, trigger: &str) -> (Value, Value) {
    let request = json!({ "precedent": { "scenario": { "denialTrigger": trigger, "payer": { "payerId": "aetna" } } } });
    let reply = client.ok("CreatePrecedent", request).await;
    (reply["precedent"]["id"].clone(), reply["revision"].clone())
}

fn ids(reply: &Value) -> Vec<Value> {
    reply["hits"]
        .as_array()
        .cloned()
        .unwrap_or_default()
        .iter()
        .map(|hit| hit["precedent"]["id"].clone())
        .collect()
}

#[tokio::test]
async fn what_is_alike_is_found_best_first_and_explained() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let (near, _) = stored(&owner, "Prior authorization was not obtained for imaging").await;
        let (far, revision) = stored(&owner, "Timely filing limit exceeded for the claim").await;
        let scenario =
            json!({ "denialTrigger": "Prior authorization not obtained, imaging", "payer": { "payerId": "aetna" } });
        // One's own write is seen by whoever asks for its revision.
        let options = json!({ "corpus": "SIMILARITY_CORPUS_OWN", "minRevision": revision });
        let reply = owner
            .ok(
                "FindSimilarToScenario",
                json!({ "scenario": scenario, "options": options }),
            )
            .await;
        assert_eq!(ids(&reply), [near.clone(), far.clone()], "{reply:#}");
        for hit in reply["hits"].as_array().expect("hits") {
            let shared = hit["explanation"]["shared"].as_array().cloned().unwrap_or_default();
            let sum: f64 = shared
                .iter()
                .map(|share| share["contribution"].as_f64().expect("a number"))
                .sum();
            assert!(
                (sum - hit["score"].as_f64().expect("a score")).abs() < 1e-9,
                "contributions sum to the score: {hit:#}"
            );
        }
        let found = owner.ok("FindSimilar", json!({ "id": near, "options": options })).await;
        assert_eq!(ids(&found), std::slice::from_ref(&far), "never the record itself");
        let one = owner
            .ok(
                "FindSimilarToScenario",
                json!({ "scenario": scenario, "topK": 1, "options": options }),
            )
            .await;
        assert_eq!(ids(&one), std::slice::from_ref(&near));
        let itself = owner
            .ok("ExplainSimilarity", json!({ "leftId": near, "rightId": near }))
            .await;
        assert_eq!(itself["score"], 1.0);
    }
}

#[tokio::test]
async fn what_is_archived_or_anothers_is_never_found() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let owner = scene.owner();
        let (id, revision) = stored(&owner, "Prior authorization was not obtained").await;
        let ask = json!({ "scenario": { "denialTrigger": "Prior authorization was not obtained" }, "options": { "minRevision": revision } });
        assert_eq!(
            ids(&owner.ok("FindSimilarToScenario", ask.clone()).await),
            std::slice::from_ref(&id)
        );
        let foreign = json!({ "scenario": ask["scenario"] });
        assert_eq!(
            ids(&scene.stranger().ok("FindSimilarToScenario", foreign).await),
            Vec::<Value>::new()
        );
        scene
            .stranger()
            .call("FindSimilar", json!({ "id": id }))
            .await
            .refused(Code::NotFound, "NOT_FOUND");
        // Status is asked again when a hit is fetched, however old the index is.
        owner.ok("ArchivePrecedent", json!({ "id": id })).await;
        assert_eq!(ids(&owner.ok("FindSimilarToScenario", ask).await), Vec::<Value>::new());
    }
}

#[tokio::test]
async fn the_same_question_has_the_same_answer() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        for n in 0..5 {
            stored(&owner, &format!("Prior authorization was not obtained {n}")).await;
        }
        let ask = json!({ "scenario": { "denialTrigger": "Prior authorization" } });
        let first = owner.call("FindSimilarToScenario", ask.clone()).await;
        assert_eq!(first.bytes, owner.call("FindSimilarToScenario", ask).await.bytes);
        let model = owner.ok("GetSimilarityModel", json!({})).await;
        assert_eq!(model["modelVersion"], first.json["modelVersion"]);
        assert_eq!(model["ownPrecedents"], "5");
    }
}

#[tokio::test]
async fn options_have_bounds() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let with = |options: Value| json!({ "scenario": { "denialTrigger": "x" }, "options": options });
        owner
            .call("FindSimilarToScenario", with(json!({ "topK": 101 })))
            .await
            .violates(&["options.top_k"]);
        owner
            .call("FindSimilarToScenario", with(json!({ "minScore": 1.5 })))
            .await
            .violates(&["options.min_score"]);
        owner
            .call("FindSimilarToScenario", json!({}))
            .await
            .violates(&["scenario"]);
    }
}

#[tokio::test]
async fn what_has_just_changed_is_compared_as_it_is_now() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let (imaging, _) = stored(&owner, "Prior authorization was not obtained for imaging").await;
        let (filing, _) = stored(&owner, "Timely filing limit exceeded for the claim").await;
        let (moving, _) = stored(&owner, "Timely filing limit exceeded").await;
        let ask = json!({ "id": moving, "options": { "corpus": "SIMILARITY_CORPUS_OWN" } });
        let before = owner.ok("FindSimilar", ask.clone()).await;
        assert_eq!(ids(&before)[0], filing);
        let trigger = "Prior authorization was not obtained for imaging";
        let change = json!({
            "precedent": { "id": moving, "scenario": { "denialTrigger": trigger } },
            "updateMask": "scenario.denialTrigger",
        });
        // The index does not hear of it; the answer must tell of it all the same.
        let announce = async |on: &str| {
            let sql = format!("ALTER TABLE precedents {on} TRIGGER precedents_announce");
            stage.superuser().await.run(&sql).await;
        };
        announce("DISABLE").await;
        owner.ok("UpdatePrecedent", change).await;
        let after = owner.ok("FindSimilar", ask).await;
        announce("ENABLE").await;
        assert_eq!((&ids(&after)[0], &after["hits"][0]["score"]), (&imaging, &json!(1.0)));
    }
}

#[tokio::test]
async fn a_hit_that_no_longer_stands_makes_room_for_the_next() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let (best, _) = stored(&owner, "Prior authorization was not obtained for imaging").await;
        let (next, _) = stored(&owner, "Prior authorization was not obtained").await;
        let options = json!({ "corpus": "SIMILARITY_CORPUS_OWN", "topK": 1 });
        let words = "Prior authorization was not obtained for imaging";
        let ask = json!({ "scenario": { "denialTrigger": words }, "options": options });
        let all = owner.ok("FindSimilarToScenario", ask.clone()).await;
        assert_eq!(ids(&all), std::slice::from_ref(&best));
        // Without a new revision, so that the index does not hear of it.
        let sql = format!(
            "UPDATE precedents SET status = 'ARCHIVED', archived_at = now() WHERE id = '{}'",
            text(&best)
        );
        stage.superuser().await.run(&sql).await;
        let left = owner.ok("FindSimilarToScenario", ask).await;
        assert_eq!(ids(&left), std::slice::from_ref(&next));
    }
}

#[tokio::test]
async fn features_stand_beside_the_record_and_are_made_anew_where_they_are_missing_or_old() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let (kept, _) = stored(&owner, "Prior authorization was not obtained for imaging").await;
        let (missing, _) = stored(&owner, "Timely filing limit exceeded").await;
        let (old, _) = stored(&owner, "Not medically necessary").await;
        let features = "SELECT features FROM precedents WHERE id = ";
        let mut superuser = stage.superuser().await;
        let read: String = superuser.value(&format!("{features}'{}'", text(&old))).await;
        assert!(read.contains("\nword:medically\n"), "{read}");
        assert!(read.contains("payer:aetna"), "{read}");
        // A word that no record holds is found where the features beside one say so, and only there.
        for (id, change) in [
            (&kept, "features = 'word:gondola'"),
            (&missing, "features = NULL, features_version = NULL"),
            (&old, "features = 'word:gondola', features_version = -1"),
        ] {
            let change = format!("UPDATE precedents SET {change} WHERE id = '{}'", text(id));
            superuser.run(&change).await;
        }
        for (words, expected) in [("gondola", &kept), ("filing limit", &missing), ("medically", &old)] {
            let options = json!({ "corpus": "SIMILARITY_CORPUS_OWN" });
            let ask = json!({ "scenario": { "denialTrigger": words }, "options": options });
            let reply = owner.ok("FindSimilarToScenario", ask).await;
            assert_eq!(ids(&reply), std::slice::from_ref(expected), "{words}");
        }
        let kept_anew = format!("{features}'{}' AND features_version > 0", text(&old));
        let superuser = tokio::sync::Mutex::new(superuser);
        let is_kept = async || superuser.lock().await.column::<String>(&kept_anew).await == [read.clone()];
        eventually("what was made anew is kept", is_kept).await;
    }
}

fn text(id: &Value) -> &str {
    id.as_str().expect("an id")
}
