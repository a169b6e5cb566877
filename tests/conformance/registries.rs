//! `RegistryService`: public, and for anybody to read.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tonic::Code;

use crate::harness::{Client, DOORS, Door, Stage};

/// Those who read registries: over gRPC somebody with a certificate, over REST anybody.
fn reader(stage: &Stage, door: Door) -> Client {
    match door {
        Door::Grpc => stage.scene(door).client("service"),
        Door::Rest => stage.nobody(door),
    }
}

#[tokio::test]
async fn every_registry_can_be_walked_through() {
    let stage = Stage::start().await;
    for door in DOORS {
        let reader = reader(&stage, door);
        for (method, list, key) in [
            ("ListPayers", "payers", "id"),
            ("ListPlans", "plans", "id"),
            ("ListCodes", "codes", "code"),
        ] {
            let (mut met, mut token, mut total) = (BTreeSet::new(), String::new(), 0);
            loop {
                let page = reader.ok(method, json!({ "pageSize": 500, "pageToken": token })).await;
                for entry in page[list].as_array().cloned().unwrap_or_default() {
                    met.insert(format!("{}{}", entry["system"], entry[key]));
                    total += 1;
                }
                token = page["nextPageToken"].as_str().unwrap_or_default().to_owned();
                if token.is_empty() {
                    break;
                }
            }
            assert!(total > 0, "{method}");
            assert_eq!(met.len(), total, "{method} gives an entry twice");
        }
        for (method, list) in [
            ("ListDenialTypes", "denialTypes"),
            ("ListServiceCategories", "serviceCategories"),
            ("ListEvidenceTypes", "evidenceTypes"),
            ("ListAppealRules", "appealRules"),
        ] {
            let reply = reader.ok(method, json!({})).await;
            let entries = reply[list].as_array().cloned().unwrap_or_default();
            assert!(!entries.is_empty(), "{method}");
            let sourceless = entries
                .iter()
                .filter(|entry| entry["provenance"] == Value::Null)
                .count();
            assert_eq!(sourceless, 0, "{method}");
        }
    }
}

#[tokio::test]
async fn a_payer_is_found_by_the_names_it_goes_by() {
    let stage = Stage::start().await;
    for door in DOORS {
        let reply = reader(&stage, door)
            .ok("ResolvePayer", json!({ "name": "AETNA, INC." }))
            .await;
        assert_eq!(reply["matches"][0]["payer"]["id"], "aetna", "{reply:#}");
        reader(&stage, door)
            .call("ResolvePayer", json!({}))
            .await
            .violates(&["name"]);
    }
}

#[tokio::test]
async fn a_page_token_of_one_registry_is_none_of_another() {
    let stage = Stage::start().await;
    for door in DOORS {
        let reader = reader(&stage, door);
        let token = reader.ok("ListPayers", json!({ "pageSize": 1 })).await["nextPageToken"].clone();
        reader
            .call("ListPlans", json!({ "pageToken": token }))
            .await
            .refused(Code::InvalidArgument, "BAD_PAGE_TOKEN");
    }
}
