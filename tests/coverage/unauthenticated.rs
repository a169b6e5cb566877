//! Without a good credential nothing is answered, except what the contract calls public.

use stratum::rpc::permission::Permission;
use tonic::Code;

use super::examples::absent;
use crate::harness::{DOORS, Door, Stage, contract};

#[tokio::test]
async fn without_a_certificate_grpc_does_not_even_shake_hands() {
    let stage = Stage::start().await;
    for method in contract::methods() {
        let outcome = stage.nobody(Door::Grpc).send(&method, &absent(&method)).await;
        // The connection is refused: what the client sees is its own transport's error, without our reasons.
        assert_ne!(outcome.code, Code::Ok, "{}", method.full_name());
        assert_eq!(
            (outcome.reason.as_str(), outcome.header("x-request-id")),
            ("", ""),
            "{}",
            method.full_name()
        );
    }
}

#[tokio::test]
async fn without_a_credential_rest_answers_what_is_public_alone() {
    let stage = Stage::start().await;
    for method in contract::methods() {
        let outcome = stage.nobody(Door::Rest).send(&method, &absent(&method)).await;
        if contract::policy(&method).permission == Permission::Public {
            assert_ne!(outcome.code, Code::Unauthenticated, "{}", method.full_name());
        } else {
            outcome.refused(Code::Unauthenticated, "NO_IDENTITY");
        }
    }
}

#[tokio::test]
async fn a_certificate_of_our_authority_that_nobody_registered_opens_nothing() {
    let stage = Stage::start().await;
    for door in DOORS {
        let stranger = stage.by_certificate(door, Some(&stage.cast.stranger));
        for method in contract::methods() {
            stranger
                .send(&method, &absent(&method))
                .await
                .refused(Code::Unauthenticated, "CREDENTIAL_UNKNOWN");
        }
    }
}

#[tokio::test]
async fn a_key_that_is_none_opens_nothing() {
    let stage = Stage::start().await;
    let client = stage.by_api_key(&format!("sk_{}_{}", "A".repeat(8), "B".repeat(43)));
    for method in contract::methods() {
        client
            .send(&method, &absent(&method))
            .await
            .refused(Code::Unauthenticated, "CREDENTIAL_UNKNOWN");
    }
}

/// Many refused calls leave one event for each reason, so that nobody fills the log without a credential.
#[tokio::test]
async fn a_flood_of_refused_calls_is_one_event_a_reason() {
    let stage = Stage::start().await;
    let method = contract::method("GetMe");
    for _ in 0..5 {
        stage
            .nobody(Door::Rest)
            .send(&method, &absent(&method))
            .await
            .refused(Code::Unauthenticated, "NO_IDENTITY");
    }
    let stranger = stage.by_certificate(Door::Grpc, Some(&stage.cast.stranger));
    for _ in 0..3 {
        stranger
            .send(&method, &absent(&method))
            .await
            .refused(Code::Unauthenticated, "CREDENTIAL_UNKNOWN");
    }
    let Stage { server, database, .. } = stage;
    server.stop().await;
    let events: Vec<String> = database.superuser().await.column(
        "SELECT concat_ws(' ', action, outcome, reason, client_ip, row_count, coalesce(tenant_id::text, 'no tenant'))
        FROM audit_events ORDER BY reason",
    ).await;
    assert_eq!(
        events,
        [
            "call.refuse_many DENIED CREDENTIAL_UNKNOWN 127.0.0.1 3 no tenant",
            "call.refuse_many DENIED NO_IDENTITY 127.0.0.1 5 no tenant",
        ]
    );
}
