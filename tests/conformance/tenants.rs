//! `TenantService`, and with it who somebody is: certificate, API key, a user named by a service.

use serde_json::json;
use tonic::Code;

use crate::harness::cast::ACTING;
use crate::harness::server::uuid;
use crate::harness::{ALPHA, BETA, DOORS, Door, PLATFORM, Stage};

#[tokio::test]
async fn get_me_tells_who_calls() {
    let stage = Stage::start().await;
    let troupe = stage.cast.tenant(ALPHA);
    for door in DOORS {
        for name in ["owner", "biller", "analyst", "compliance", "read_only"] {
            let me = stage.client(door, ALPHA, name).ok("GetMe", json!({})).await;
            let player = stage.player(ALPHA, name);
            assert_eq!(me["tenant"]["id"], troupe.id.to_string());
            assert_eq!(me["tenant"]["slug"], ALPHA);
            assert_eq!(me["tenant"]["retentionDays"], 2557);
            assert_eq!(me["identity"]["displayName"], name);
            assert_eq!(me["identity"]["roles"], json!([format!("ROLE_{}", player.roles[0])]));
            let (kind, id, user) = match door {
                Door::Grpc => ("CERTIFICATE", player.certificate_id, None),
                Door::Rest => ("API_KEY", player.api_key_id, Some(player.user_id.to_string())),
            };
            assert_eq!(me["identity"]["kind"], format!("IDENTITY_KIND_{kind}"));
            assert_eq!(me["identity"]["credentialId"], id.to_string());
            assert_eq!(me["identity"]["userId"].as_str().map(str::to_owned), user);
            assert!(me["identity"]["expiresAt"].is_string());
        }
    }
}

#[tokio::test]
async fn get_me_tells_what_the_caller_may_do() {
    let stage = Stage::start().await;
    for door in DOORS {
        let permissions = async |tenant, name| {
            let me = stage.client(door, tenant, name).ok("GetMe", json!({})).await;
            let names = me["permissions"].as_array().cloned().unwrap_or_default();
            names
                .iter()
                .map(|name| name.as_str().unwrap_or_default().to_owned())
                .collect::<Vec<_>>()
        };
        let owner = permissions(ALPHA, "owner").await;
        assert!(owner.is_sorted());
        assert!(
            ["precedent.read", "precedent.write", "audit.read"]
                .iter()
                .all(|name| owner.contains(&(*name).to_owned()))
        );
        assert!(
            !permissions(ALPHA, "read_only")
                .await
                .contains(&"precedent.write".to_owned())
        );
        assert_eq!(permissions(ALPHA, "service").await, ["public", "self"]);
        assert!(
            !permissions(PLATFORM, "platform_admin")
                .await
                .iter()
                .any(|name| name.starts_with("precedent."))
        );
    }
}

#[tokio::test]
async fn a_service_may_name_a_user_of_its_tenant() {
    let stage = Stage::start().await;
    for door in DOORS {
        let service = stage.by_certificate(door, Some(&stage.player(ALPHA, ACTING).certificate));
        let analyst = stage.player(ALPHA, "analyst").user_id.to_string();
        let acting = service.with("x-actor-id", &analyst);
        let me = acting.ok("GetMe", json!({})).await;
        assert_eq!(me["identity"]["userId"], analyst);
        assert_eq!(me["identity"]["roles"], json!(["ROLE_ANALYST"]));
        // Neither alone: the service could write, the analyst can't.
        let request = json!({ "precedent": { "scenario": {} } });
        acting
            .call("CreatePrecedent", request.clone())
            .await
            .refused(Code::PermissionDenied, "ROLE");
        service.ok("CreatePrecedent", request).await;
    }
}

#[tokio::test]
async fn nobody_else_is_named() {
    let stage = Stage::start().await;
    let user = |tenant, name| stage.player(tenant, name).user_id.to_string();
    let service = stage.player(ALPHA, ACTING);
    stage
        .change_identities(&format!(
            "UPDATE users SET status = 'DEACTIVATED' WHERE id = '{}'",
            user(ALPHA, "biller")
        ))
        .await;
    for door in DOORS {
        let refused = async |client: crate::harness::Client, actor: &str| {
            let outcome = client.with("x-actor-id", actor).call("GetMe", json!({})).await;
            outcome.refused(Code::Unauthenticated, "ACTOR_NOT_ASSERTABLE");
        };
        let acting = || stage.by_certificate(door, Some(&service.certificate));
        refused(acting(), &user(BETA, "owner")).await;
        refused(acting(), &user(ALPHA, "biller")).await;
        refused(acting(), &uuid()).await;
        refused(acting(), "owner@alpha.example.com").await;
        refused(acting(), "").await;
        // A certificate that may not; a key never may.
        let plain = stage.by_certificate(door, Some(&stage.player(ALPHA, "owner").certificate));
        refused(plain, &user(ALPHA, "analyst")).await;
        let keyed = acting().with("authorization", &format!("Bearer {}", service.api_key));
        refused(keyed, &user(ALPHA, "analyst")).await;
    }
    // A bare user id is no credential.
    let bare = stage.nobody(Door::Rest).with("x-actor-id", &user(ALPHA, "analyst"));
    bare.call("GetMe", json!({}))
        .await
        .refused(Code::Unauthenticated, "ACTOR_NOT_ASSERTABLE");
}

#[tokio::test]
async fn a_key_beside_a_certificate_belongs_to_the_same_tenant() {
    let stage = Stage::start().await;
    for door in DOORS {
        let service = stage.by_certificate(door, Some(&stage.player(ALPHA, ACTING).certificate));
        let bearer = |tenant| format!("Bearer {}", stage.player(tenant, "analyst").api_key);
        let me = service
            .with("authorization", &bearer(ALPHA))
            .ok("GetMe", json!({}))
            .await;
        assert_eq!(me["identity"]["kind"], "IDENTITY_KIND_API_KEY");
        assert_eq!(me["identity"]["roles"], json!(["ROLE_ANALYST"]));
        let refused = service
            .with("authorization", &bearer(BETA))
            .call("GetMe", json!({}))
            .await;
        refused.refused(Code::Unauthenticated, "CREDENTIAL_MISMATCH");
    }
}

#[tokio::test]
async fn what_is_no_key_of_ours_opens_nothing() {
    let stage = Stage::start().await;
    let key = &stage.player(ALPHA, "owner").api_key;
    let (_, rest) = key.split_once('_').expect("a prefix");
    let (prefix, secret) = rest.split_once('_').expect("a secret");
    let other = &stage.player(ALPHA, "biller").api_key;
    for wrong in [
        format!("sk_{prefix}_{}", "A".repeat(secret.len())),
        format!("sk_{}_{secret}", &other[3..11]),
        format!("sk_{prefix}_{secret}x"),
        format!("sk_{prefix}_"),
        format!("sk_{prefix}"),
        secret.to_owned(),
        "x".to_owned(),
        stage.player(ALPHA, "owner").api_key_id.to_string(),
    ] {
        for door in DOORS {
            let certificate = match door {
                Door::Grpc => Some(&stage.player(ALPHA, "owner").certificate),
                Door::Rest => None,
            };
            // A good certificate does not mend a bad key.
            let client = stage
                .by_certificate(door, certificate)
                .with("authorization", &format!("Bearer {wrong}"));
            client
                .call("GetMe", json!({}))
                .await
                .refused(Code::Unauthenticated, "CREDENTIAL_UNKNOWN");
        }
    }
    let header = stage.nobody(Door::Rest).with("x-api-key", key);
    assert_eq!(header.ok("GetMe", json!({})).await["identity"]["displayName"], "owner");
}

#[tokio::test]
async fn a_certificate_opens_rest_as_well() {
    let stage = Stage::start().await;
    let player = stage.player(ALPHA, "owner");
    let me = stage
        .by_certificate(Door::Rest, Some(&player.certificate))
        .ok("GetMe", json!({}))
        .await;
    assert_eq!(me["identity"]["credentialId"], player.certificate_id.to_string());
}
