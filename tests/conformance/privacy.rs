//! `PrivacyService`: what the guard sees, without keeping any of it.

use serde_json::json;

use crate::harness::{DOORS, Stage};

const TEXT: &str = "Patient called from 555-123-4567, SSN 078-05-1120, about the denial";

#[tokio::test]
async fn findings_name_kind_and_place_and_never_the_text() {
    let stage = Stage::start().await;
    for door in DOORS {
        let reply = stage.scene(door).owner().ok("ScanText", json!({ "text": TEXT })).await;
        let findings = reply["findings"].as_array().expect("findings");
        let ssn = findings
            .iter()
            .find(|finding| finding["kind"] == "PHI_KIND_SSN")
            .expect("an SSN");
        let (start, length) = (
            ssn["start"].as_u64().unwrap_or_default(),
            ssn["length"].as_u64().unwrap_or_default(),
        );
        let found: String = TEXT
            .chars()
            .skip(usize::try_from(start).expect("short"))
            .take(usize::try_from(length).expect("short"))
            .collect();
        assert!(found.contains("078-05-1120"), "{found}");
        assert!(!reply.to_string().contains("078-05-1120"));
        assert_eq!(
            stage
                .scene(door)
                .owner()
                .ok("ScanText", json!({ "text": "Prior authorization was not obtained" }))
                .await["findings"],
            json!(null)
        );
    }
}

#[tokio::test]
async fn what_is_found_is_blanked_out() {
    let stage = Stage::start().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let redacted = owner.ok("RedactText", json!({ "text": TEXT })).await["text"]
            .as_str()
            .expect("a text")
            .to_owned();
        assert!(
            !redacted.contains("078-05-1120") && !redacted.contains("555-123-4567"),
            "{redacted}"
        );
        assert!(redacted.contains("about the denial"));
        assert_eq!(
            owner.ok("ScanText", json!({ "text": redacted })).await["findings"],
            json!(null),
            "{redacted}"
        );
    }
}

#[tokio::test]
async fn every_identifier_of_safe_harbor_has_its_detector() {
    let stage = Stage::start().await;
    for door in DOORS {
        let reply = stage.scene(door).owner().ok("ListDetectors", json!({})).await;
        let detectors = reply["detectors"].as_array().expect("detectors");
        let kinds = crate::harness::contract::pool()
            .get_enum_by_name("stratum.v1.PhiKind")
            .expect("an enum");
        for kind in kinds.values().filter(|kind| kind.number() > 0) {
            assert!(
                detectors.iter().any(|detector| detector["kind"] == kind.name()),
                "{}",
                kind.name()
            );
        }
    }
}
