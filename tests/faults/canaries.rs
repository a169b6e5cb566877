//! Nothing that a caller sends is ever in a log: strings that occur nowhere else are planted in every
//! string field of every request, good and bad, and looked for in all that this process and the database
//! have logged.

use prost_reflect::MethodDescriptor;
use tonic::Code;

use stratum::privacy::guard::AllowList;
use stratum::privacy::{Finding, FreeTextGuard};

use crate::coverage::{Capable, example, plant, strings, strings_of};
use crate::harness::server::uuid;
use crate::harness::{DOORS, Door, Scene, Stage, contract, logs};

/// Occurs nowhere else; breaks the patterns of codes and not those of texts.
const CANARY: &str = "CANARYqzx";
/// Canaries planted at least, each with a number of its own.
const PLANTED: usize = 10_000;

/// Canaries in one text.
const IN_A_TEXT: usize = 8;

/// Numbers canaries, and dresses them as what callers send by mistake.
#[derive(Default)]
struct Canaries(usize);

impl Canaries {
    fn text(&mut self) -> String {
        let first = self.0;
        self.0 += IN_A_TEXT;
        let several: Vec<String> = (first..self.0).map(|number| format!("{CANARY}{number}")).collect();
        let several = several.join(" ");
        match first / IN_A_TEXT % 5 {
            0 => several,
            1 => format!("patient {several}, DOB 01/02/1950, MRN {first}"),
            2 => format!("078-05-1120 {several}"),
            3 => format!("{several}\u{e9}\u{200b}\n\"quoted\""),
            _ => format!("{several}@example.com"),
        }
    }
}

/// One call for each field with canaries in it alone, and one with canaries in every field.
async fn plant_in_every_field(scene: &Scene<'_>, method: &MethodDescriptor, canaries: &mut Canaries) {
    let good = example(scene, method).await;
    let client = Capable::of(method, scene.tenant).client(scene.stage, scene.door);
    let mut all = good.clone();
    for path in strings(&method.input()) {
        let mut message = good.clone();
        plant(&mut message, &path, &canaries.text());
        plant(&mut all, &path, &canaries.text());
        client.send(method, &message).await;
    }
    client.send(method, &all).await;
}

#[tokio::test]
async fn nothing_of_a_request_is_logged() {
    logs::capture();
    let stage = Stage::start().await;
    let mut canaries = Canaries::default();
    let methods = contract::methods();
    for door in DOORS {
        let scene = stage.scene(door);
        for method in &methods {
            plant_in_every_field(&scene, method, &mut canaries).await;
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
    assert!(canaries.0 >= PLANTED, "{} canaries", canaries.0);
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

/// Fails as code does that cuts through a character: its message quotes what it was given.
#[derive(Debug)]
struct Panicking;

impl FreeTextGuard for Panicking {
    fn findings(&self, text: &str, _: &AllowList) -> Vec<Finding> {
        panic!("no character boundary in {text:?}")
    }
}

/// A panic inside a call is that call's failure: the log says where, and nothing of what was sent.
#[tokio::test]
async fn a_panic_inside_is_logged_by_its_place_alone() {
    logs::capture();
    let others = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        stratum::log::note_panic(panic);
        // What this test provokes is not shown hundreds of times.
        if !panic.payload_as_str().is_some_and(|message| message.contains(CANARY)) {
            others(panic);
        }
    }));
    let stage = Stage::guarded(std::sync::Arc::new(Panicking)).await;
    let (mut canaries, mut panics) = (Canaries::default(), 0);
    for door in DOORS {
        let scene = stage.scene(door);
        for method in contract::methods() {
            let paths = strings_of(&method.input(), "TEXT_CLASS_FREE_TEXT");
            let client = Capable::of(&method, scene.tenant).client(scene.stage, scene.door);
            for path in paths {
                let mut message = prost_reflect::DynamicMessage::new(method.input());
                // REST has ids in its paths.
                for id in strings_of(&method.input(), "TEXT_CLASS_OPAQUE")
                    .iter()
                    .filter(|id| id.len() <= 2)
                {
                    plant(&mut message, id, &uuid());
                }
                plant(&mut message, &path, &canaries.text());
                let failed = client.send(&method, &message).await;
                // Items of a stream fail one by one, and say so in it.
                panics += usize::from(failed.code == Code::Internal);
                assert!(!failed.error.to_string().contains(CANARY), "{}", method.full_name());
                assert!(!failed.json.to_string().contains(CANARY), "{}", method.full_name());
            }
        }
    }
    assert!(panics > 50, "{panics} panics");
    let written = logs::written();
    assert!(
        written.contains("stratum::panic") && written.contains("canaries.rs"),
        "the place is there"
    );
    assert_clean(&written);
    let owner = stage.scene(Door::Grpc).owner();
    owner.ok("GetMe", serde_json::json!({})).await;
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
