//! Credentials that end while their connection lives: the call after the announcement is refused.

use serde_json::json;
use tonic::Code;

use crate::harness::{ALPHA, BETA, Client, DOORS, Door, Stage};

async fn assert_refused(client: &Client, reason: &str) {
    let code = if reason == "IP_NOT_ALLOWED" {
        Code::PermissionDenied
    } else {
        Code::Unauthenticated
    };
    client.call("GetMe", json!({})).await.refused(code, reason);
}

/// Makes a change that ends alpha's credentials, and checks that it does, for alpha alone.
async fn assert_ends(sql: &str, reason: &str) {
    let stage = Stage::start().await;
    let clients: Vec<Client> = DOORS.iter().map(|door| stage.client(*door, ALPHA, "owner")).collect();
    for client in &clients {
        client.ok("GetMe", json!({})).await;
    }
    stage
        .change_identities(&sql.replace("$alpha", &format!("'{}'", stage.cast.tenant(ALPHA).id)))
        .await;
    for client in &clients {
        assert_refused(client, reason).await;
    }
    for door in DOORS {
        stage.client(door, BETA, "owner").ok("GetMe", json!({})).await;
    }
}

#[tokio::test]
async fn revoked_credentials_end_at_the_announcement() {
    assert_ends(
        "UPDATE certificates SET revoked_at = now() WHERE tenant_id = $alpha;
        UPDATE api_keys SET revoked_at = now() WHERE tenant_id = $alpha",
        "CREDENTIAL_UNKNOWN",
    )
    .await;
}

#[tokio::test]
async fn so_do_expired_ones() {
    assert_ends(
        "UPDATE certificates SET not_after = now() - interval '1 second' WHERE tenant_id = $alpha;
        UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE tenant_id = $alpha",
        "CREDENTIAL_EXPIRED",
    )
    .await;
}

#[tokio::test]
async fn what_is_not_valid_yet_opens_nothing_yet() {
    assert_ends(
        "UPDATE certificates SET not_before = now() + interval '1 day' WHERE tenant_id = $alpha;
        UPDATE api_keys SET created_at = now() + interval '1 day' WHERE tenant_id = $alpha",
        "CREDENTIAL_EXPIRED",
    )
    .await;
}

#[tokio::test]
async fn a_suspended_tenant_is_shut_out() {
    assert_ends(
        "UPDATE tenants SET status = 'SUSPENDED' WHERE id = $alpha",
        "TENANT_INACTIVE",
    )
    .await;
}

#[tokio::test]
async fn a_closed_tenant_is_shut_out() {
    assert_ends(
        "UPDATE tenants SET status = 'CLOSED' WHERE id = $alpha",
        "TENANT_INACTIVE",
    )
    .await;
}

#[tokio::test]
async fn an_address_off_the_list_is_shut_out() {
    assert_ends(
        "UPDATE tenants SET ip_allowlist = '{203.0.113.0/24,2001:db8::/32}' WHERE id = $alpha",
        "IP_NOT_ALLOWED",
    )
    .await;
}

/// A list that can't be read must not open the door wider than one that can.
#[tokio::test]
async fn a_list_that_is_none_shuts_everybody_out() {
    assert_ends(
        "UPDATE tenants SET ip_allowlist = '{127.0.0.1,nonsense}' WHERE id = $alpha",
        "IP_NOT_ALLOWED",
    )
    .await;
}

#[tokio::test]
async fn an_address_on_the_list_comes_in() {
    let stage = Stage::start().await;
    stage
        .change_identities("UPDATE tenants SET ip_allowlist = '{127.0.0.0/8}'")
        .await;
    for door in DOORS {
        stage.client(door, ALPHA, "owner").ok("GetMe", json!({})).await;
    }
    // A key's own list is as good as the tenant's.
    stage
        .change_identities("UPDATE api_keys SET ip_allowlist = '{203.0.113.7}'")
        .await;
    assert_refused(&stage.client(Door::Rest, ALPHA, "owner"), "IP_NOT_ALLOWED").await;
    stage.client(Door::Grpc, ALPHA, "owner").ok("GetMe", json!({})).await;
}

#[tokio::test]
async fn the_key_of_a_user_who_left_opens_nothing() {
    let stage = Stage::start().await;
    let user = stage.player(ALPHA, "biller").user_id;
    let biller = stage.client(Door::Rest, ALPHA, "biller");
    biller.ok("GetMe", json!({})).await;
    stage
        .change_identities(&format!("UPDATE users SET status = 'DEACTIVATED' WHERE id = '{user}'"))
        .await;
    assert_refused(&biller, "CREDENTIAL_UNKNOWN").await;
    stage.client(Door::Rest, ALPHA, "owner").ok("GetMe", json!({})).await;
}

/// What ended leaves its event, under the tenant whose credential it was or none, and never a session.
#[tokio::test]
async fn a_role_taken_away_is_gone_at_the_announcement() {
    let stage = Stage::start().await;
    for door in DOORS {
        let biller = stage.client(door, ALPHA, "biller");
        let create = || biller.call("CreatePrecedent", json!({ "precedent": { "scenario": {} } }));
        create().await.ok();
        stage
            .change_identities(
                "UPDATE certificates SET roles = '{READ_ONLY}'; UPDATE api_keys SET roles = '{READ_ONLY}'",
            )
            .await;
        create().await.refused(Code::PermissionDenied, "ROLE");
        stage
            .change_identities("UPDATE certificates SET roles = '{BILLER}'; UPDATE api_keys SET roles = '{BILLER}'")
            .await;
        create().await.ok();
    }
}
