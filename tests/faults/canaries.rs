//! Nothing that a caller sends is ever in a log: strings that occur nowhere else are planted in every
//! string field of every request, good and bad, and looked for in all that this process and the database
//! have logged.

use prost_reflect::MethodDescriptor;
use tonic::Code;

use crate::coverage::{Capable, example, plant, strings};
use crate::harness::{DOORS, Scene, Stage, contract, logs};

/// Occurs nowhere else; breaks the patterns of codes and not those of texts.
const CANARY: &str = "CANARYqzx";

async fn plant_in_every_field(scene: &Scene<'_>, method: &MethodDescriptor, planted: &mut usize) {
    let good = example(scene, method).await;
    let client = Capable::of(method, scene.tenant).client(scene.stage, scene.door);
    let mut all = good.clone();
    for path in strings(&method.input()) {
        let mut message = good.clone();
        plant(&mut message, &path, CANARY);
        plant(&mut all, &path, CANARY);
        *planted += 1;
        client.send(method, &message).await;
    }
    client.send(method, &all).await;
}

#[tokio::test]
async fn nothing_of_a_request_is_logged() {
    logs::capture();
    let stage = Stage::start().await;
    let mut planted = 0;
    for door in DOORS {
        let scene = stage.scene(door);
        for method in contract::methods() {
            plant_in_every_field(&scene, &method, &mut planted).await;
        }
        // Names of headers and credentials are a caller's too.
        let owner = scene.owner();
        for header in [
            "x-request-id",
            "traceparent",
            "user-agent",
            "x-actor-id",
            "x-forwarded-for",
        ] {
            owner.with(header, CANARY).call("GetMe", serde_json::json!({})).await;
        }
        let key = owner
            .with("authorization", "Bearer sk_CANARYqzx")
            .call("GetMe", serde_json::json!({}))
            .await;
        key.refused(Code::Unauthenticated, "CREDENTIAL_UNKNOWN");
    }
    assert!(planted > 100);
    let written = logs::written();
    // The log is there, and is the service's.
    assert!(written.contains("\"target\":\"stratum::call\""), "nothing was captured");
    assert_clean(&written);
    let player = stage.player("beta", "owner");
    assert!(
        !written.contains(&player.api_key) && !written.contains(&player.api_key[12..]),
        "an API key is in the log"
    );
    if let Some(log) = stage.database.server_log() {
        assert_clean(&log);
    }
}

#[track_caller]
fn assert_clean(log: &str) {
    let found: Vec<&str> = log.lines().filter(|line| line.contains(CANARY)).take(5).collect();
    assert!(found.is_empty(), "{found:#?}");
}

/// What fails inside leaves its reason in the log and nothing of the row that was in the way.
#[tokio::test]
async fn a_fault_inside_is_logged_without_its_data() {
    logs::capture();
    let stage = Stage::start().await;
    stage
        .superuser()
        .await
        .run("ALTER TABLE precedents ADD CONSTRAINT nothing_goes CHECK (external_ref IS NULL) NOT VALID")
        .await;
    for door in DOORS {
        let request = serde_json::json!({ "precedent": { "externalRef": CANARY, "title": CANARY, "scenario": {} } });
        let failed = stage.scene(door).owner().call("CreatePrecedent", request).await;
        failed.refused(Code::Internal, "INTERNAL");
        assert!(!failed.error.to_string().contains("nothing_goes"));
        let written = logs::written();
        assert!(
            written.contains(failed.header("x-request-id")) && written.contains("nothing_goes"),
            "the request id finds the cause"
        );
        assert_clean(&written);
    }
    if let Some(log) = stage.database.server_log() {
        assert_clean(&log);
    }
}
