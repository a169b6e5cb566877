//! What a tenant declares to be nobody's: names and places, never a number.

use serde_json::{Value, json};
use tonic::Code;

use crate::harness::server::minimal_precedent;
use crate::harness::{Client, DOORS, Stage};

const NAME: &str = "Maria Gonzalez";

fn mentioning(name: &str) -> Value {
    let mut precedent = minimal_precedent();
    precedent["notes"] = json!(format!("Patient {name} was admitted"));
    json!({ "precedent": precedent })
}

async fn is_taken(client: &Client, name: &str) -> bool {
    let outcome = client.call("CreatePrecedent", mentioning(name)).await;
    if outcome.code != Code::Ok {
        outcome.refused(Code::InvalidArgument, "PHI_DETECTED");
    }
    outcome.code == Code::Ok
}

#[tokio::test]
async fn what_is_allowed_passes_until_it_is_taken_out() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let owner = scene.owner();
        assert!(!is_taken(&owner, NAME).await);
        let entry = owner
            .ok("AddAllowListEntry", json!({ "entry": { "phrase": NAME } }))
            .await["entry"]
            .clone();
        assert_eq!(entry["phrase"], NAME);
        assert!(is_taken(&owner, NAME).await && is_taken(&owner, "MARIA GONZALEZ").await);
        // Neither another name, nor anything beside it, nor in another tenant.
        assert!(!is_taken(&owner, "Peter Gonzalez").await);
        assert!(!is_taken(&owner, "Maria Gonzalez, SSN 078-05-1120,").await);
        assert!(!is_taken(&scene.stranger(), NAME).await);
        let batch = json!({ "precedents": [mentioning(NAME)["precedent"]] });
        assert_eq!(owner.ok("BatchCreatePrecedents", batch).await["created"], 1);
        let listed = owner.ok("ListAllowListEntries", json!({})).await;
        assert_eq!(listed["entries"], json!([entry]));
        owner.ok("RemoveAllowListEntry", json!({ "id": entry["id"] })).await;
        assert!(!is_taken(&owner, NAME).await);
        owner
            .call("RemoveAllowListEntry", json!({ "id": entry["id"] }))
            .await
            .refused(Code::NotFound, "NOT_FOUND");
    }
}

#[tokio::test]
async fn an_entry_of_one_kind_is_of_no_other() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let entry = |kind: &str| json!({ "entry": { "phrase": NAME, "kind": format!("PHI_KIND_{kind}") } });
        owner.ok("AddAllowListEntry", entry("GEOGRAPHY")).await;
        assert!(!is_taken(&owner, NAME).await);
        owner.ok("AddAllowListEntry", entry("NAME")).await;
        assert!(is_taken(&owner, NAME).await);
        owner
            .call("AddAllowListEntry", entry("NAME"))
            .await
            .refused(Code::AlreadyExists, "DUPLICATE");
        owner
            .call("AddAllowListEntry", entry("SSN"))
            .await
            .violates(&["entry.kind"]);
    }
}

#[tokio::test]
async fn no_number_is_ever_allowed() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        for phrase in [
            "Case 12345",
            "Plan 1 2 3 4 5",
            "078-05-1120",
            "mail maria@example.com",
            "X",
        ] {
            let refused = owner
                .call("AddAllowListEntry", json!({ "entry": { "phrase": phrase } }))
                .await;
            refused.violates(&["entry.phrase"]);
        }
        owner
            .ok("AddAllowListEntry", json!({ "entry": { "phrase": "Anderson 360" } }))
            .await;
    }
    let mut superuser = stage.superuser().await;
    let raw = "UPDATE phi_allow_list SET phrase = 'Case 1-2-3-4-5'";
    assert_eq!(superuser.refusal(raw).await.1, "phi_allow_list_no_number");
}
