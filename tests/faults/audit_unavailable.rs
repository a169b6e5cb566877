//! The audit log fails closed: when no event can be written, every call fails and nothing is changed.

use serde_json::json;
use stratum::rpc::policy::AuditMode;
use tonic::Code;

use crate::coverage::{Capable, example};
use crate::harness::{DOORS, Stage, contract};

/// Everything that tenants have stored, in a digest.
const STORED: &str = "SELECT concat_ws(' ', (SELECT md5(coalesce(string_agg(p::text, '' ORDER BY id), '')) FROM precedents p),
    (SELECT count(*) FROM precedent_versions), (SELECT count(*) FROM idempotency_keys), (SELECT count(*) FROM audit_events))";

#[tokio::test]
async fn without_the_log_every_call_fails_and_nothing_is_done() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let mut calls = Vec::new();
        for method in contract::methods()
            .into_iter()
            .filter(|m| contract::policy(m).audit != AuditMode::None)
        {
            let message = example(&scene, &method).await;
            calls.push((method, message));
        }
        superuser
            .run("REVOKE INSERT ON audit_events FROM stratum_app, stratum_audit_writer")
            .await;
        let before: String = superuser.value(STORED).await;
        for (method, message) in &calls {
            let client = Capable::of(method, scene.tenant).client(&stage, door);
            let outcome = client.send(method, message).await;
            assert_eq!(
                (outcome.code, outcome.reason.as_str()),
                (Code::Unavailable, "AUDIT_UNAVAILABLE"),
                "{}",
                method.full_name()
            );
            if door == crate::harness::Door::Rest {
                assert_eq!(
                    (
                        outcome.http.map(|status| status.as_u16()),
                        outcome.header("retry-after")
                    ),
                    (Some(503), "1")
                );
            }
        }
        let after: String = superuser.value(STORED).await;
        assert_eq!(before, after);
        assert!(stage.server.audit.failures() >= calls.len() as u64);
        superuser
            .run("GRANT INSERT ON audit_events TO stratum_app, stratum_audit_writer")
            .await;
        for (method, message) in &calls {
            let client = Capable::of(method, scene.tenant).client(&stage, door);
            assert_ne!(
                client.send(method, message).await.reason,
                "AUDIT_UNAVAILABLE",
                "{}",
                method.full_name()
            );
        }
    }
}

/// A refusal is a fact too: without the log it is not told apart from anything else.
#[tokio::test]
async fn a_refused_call_fails_as_well() {
    let stage = Stage::start().await;
    stage
        .superuser()
        .await
        .run("REVOKE INSERT ON audit_events FROM stratum_app, stratum_audit_writer")
        .await;
    for door in DOORS {
        let analyst = stage.scene(door).client("analyst");
        let refused = analyst.call("CreatePrecedent", json!({ "precedent": {} })).await;
        refused.refused(Code::Unavailable, "AUDIT_UNAVAILABLE");
        let invalid = stage
            .scene(door)
            .owner()
            .call("CreatePrecedent", json!({ "precedent": {} }))
            .await;
        invalid.refused(Code::Unavailable, "AUDIT_UNAVAILABLE");
    }
}

/// The connection that commits events is kept from one to the next: who meets it dead is refused, and nobody after that.
#[tokio::test]
async fn a_lost_connection_refuses_one_call() {
    const END: &str = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = 'stratum_audit_writer'";
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let list = async || owner.call("ListPrecedents", json!({})).await;
        assert_eq!(list().await.code, Code::Ok);
        let ended: i64 = superuser.value(END).await;
        assert!(ended >= 1, "no connection was kept");
        list().await.refused(Code::Unavailable, "AUDIT_UNAVAILABLE");
        assert_eq!(list().await.code, Code::Ok);
    }
}
