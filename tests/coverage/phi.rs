//! Every FREE_TEXT field of every request passes the guard, on reads too; what is found is named, never
//! repeated, and nothing of it is kept.

use tonic::Code;

use super::examples::{Capable, example};
use super::fields::{plant, strings_of};
use crate::harness::{DOORS, Stage, contract};

const IDENTIFIER: &str = "078-05-1120";

#[tokio::test]
async fn an_identifier_in_any_free_text_is_refused_by_its_field() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        for method in contract::methods() {
            let client = Capable::of(&method, scene.tenant).client(&stage, door);
            let good = example(&scene, &method).await;
            for path in strings_of(&method.input(), "TEXT_CLASS_FREE_TEXT") {
                let mut message = good.clone();
                let field = plant(&mut message, &path, &format!("SSN {IDENTIFIER}"));
                let outcome = client.send(&method, &message).await;
                if outcome.code == Code::Ok {
                    // A batch refuses the item, and says so in its reply by the names of one item.
                    let said = serde_json::Value::from(outcome.replies.clone()).to_string();
                    let (said, item) = (said, field.split_once("].").unwrap_or_default().1);
                    let is_item = !item.is_empty()
                        && said.contains("PHI_DETECTED")
                        && said.contains(&format!(".{item}: holds an identifier"));
                    assert!(is_item, "{}: {field}\n{:#}", method.full_name(), outcome.json);
                } else {
                    outcome.refused(Code::InvalidArgument, "PHI_DETECTED");
                    assert!(
                        outcome.violations.contains(&field),
                        "{}: {field}\n{:#}",
                        method.full_name(),
                        outcome.error
                    );
                }
                let said = format!("{:#}{:#}{:?}", outcome.json, outcome.error, outcome.headers);
                assert!(!said.contains(IDENTIFIER), "{}: {said}", method.full_name());
            }
        }
    }
    let kept: i64 = stage
        .superuser()
        .await
        .value(&format!(
            "SELECT count(*) FROM precedents WHERE encode(content, 'escape') LIKE '%{IDENTIFIER}%'"
        ))
        .await;
    assert_eq!(kept, 0);
}
