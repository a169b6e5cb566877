//! The rights of the service's users over their own data.

use serde_json::{Value, json};
use stratum::db::Db;
use stratum::privacy::personal::purge::{self, Purged};
use tonic::Code;

use crate::harness::{ALPHA, Client, DOORS, Door, Scene, Stage};

/// A biller of the scene's tenant, through an API key of the biller's own.
fn biller<'s>(scene: &Scene<'s>) -> (Client, &'s crate::harness::cast::Player) {
    let player = scene.stage.player(scene.tenant, "biller");
    (scene.stage.by_api_key(&player.api_key), player)
}

async fn purged(stage: &Stage) -> Purged {
    let db = Db::open(&stage.database.config());
    let purged = purge::run(&db).await.expect("a purge");
    db.close().await;
    purged
}

#[tokio::test]
async fn a_user_gets_everything_that_is_held_of_the_user() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let (client, player) = biller(&scene);
        client.ok("GetMe", json!({})).await;
        client
            .call("ListAuditEvents", json!({}))
            .await
            .refused(Code::PermissionDenied, "ROLE");
        scene.owner().ok("GetMe", json!({})).await;
        let data = client.ok("ExportMyData", json!({ "pageSize": 1 })).await;
        assert_eq!(data["profile"]["id"], player.user_id.to_string());
        assert_eq!(data["profile"]["email"], format!("biller@{}.example.com", scene.tenant));
        assert_eq!(data["profile"]["roles"], json!(["ROLE_BILLER"]));
        assert_eq!(data["apiKeys"][0]["prefix"], player.api_key_prefix);
        let secret = player.api_key.rsplit('_').next().unwrap_or_default();
        assert!(!data.to_string().contains(secret) && !data.to_string().contains(&hex::encode(&player.secret_hmac)));
        let rest = client
            .ok(
                "ExportMyData",
                json!({ "pageSize": 1, "pageToken": data["nextPageToken"] }),
            )
            .await;
        let actions = [&data["events"][0]["action"], &rest["events"][0]["action"]];
        assert_eq!(actions, [&json!("audit.list"), &json!("tenant.get_me")]);
        assert_eq!(rest["nextPageToken"], Value::Null);
        // A service speaks for nobody by itself.
        let service = stage.client(Door::Grpc, scene.tenant, "owner");
        service
            .call("ExportMyData", json!({}))
            .await
            .refused(Code::FailedPrecondition, "NO_USER");
        // Nor is a token of one user good for another.
        let other = stage.by_api_key(&stage.player(scene.tenant, "analyst").api_key);
        let borrowed = other
            .call(
                "ExportMyData",
                json!({ "pageSize": 1, "pageToken": data["nextPageToken"] }),
            )
            .await;
        borrowed.refused(Code::InvalidArgument, "BAD_PAGE_TOKEN");
    }
}

/// MG-03: a pseudonym after the time of grace, and every fact of the log where it was.
#[tokio::test]
async fn who_asks_is_forgotten_when_the_time_of_grace_is_over() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let (client, player) = biller(&scene);
        let user = player.user_id.to_string();
        let erasure = client.ok("RequestMyErasure", json!({})).await["erasure"].clone();
        assert_eq!(
            (&erasure["userId"], &erasure["state"]),
            (&json!(user), &json!("ERASURE_STATE_PENDING"))
        );
        client
            .call("RequestMyErasure", json!({}))
            .await
            .refused(Code::AlreadyExists, "DUPLICATE");
        let grace: i32 = superuser
            .value(&format!(
                "SELECT extract(day FROM due_at - requested_at)::int FROM erasure_requests WHERE user_id = '{user}'"
            ))
            .await;
        assert_eq!(grace, 90);
        assert_eq!(purged(&stage).await, Purged::default());
        client.ok("GetMe", json!({})).await;
        let facts = format!("SELECT count(*) FROM audit_events WHERE actor_user_id = '{user}'");
        let before: i64 = superuser.value(&facts).await;
        superuser
            .run(&format!(
                "UPDATE erasure_requests SET due_at = now() WHERE user_id = '{user}'"
            ))
            .await;
        assert_eq!(
            purged(&stage).await,
            Purged {
                erased: 1,
                last_administrators: 0
            }
        );
        assert_eq!(purged(&stage).await, Purged::default());
        let left: String = superuser
            .value(&format!(
                "SELECT email || ' ' || display_name || ' ' || status FROM users WHERE id = '{user}'"
            ))
            .await;
        assert_eq!(left, format!("erased-{user}@invalid Erased user DEACTIVATED"));
        let keys: String = superuser
            .value(&format!(
                "SELECT display_name FROM api_keys WHERE user_id = '{user}' AND revoked_at IS NOT NULL"
            ))
            .await;
        assert_eq!(keys, "erased");
        let after: i64 = superuser.value(&facts).await;
        assert_eq!(after, before);
        let erased: i64 = superuser
            .value(&format!(
                "SELECT count(*) FROM audit_events WHERE action = 'user.erase' AND resource_id = '{user}'"
            ))
            .await;
        assert_eq!(erased, 1);
    }
    // No e-mail address or name has ever been in the log.
    let personal: i64 = superuser
        .value("SELECT count(*) FROM audit_events e WHERE to_jsonb(e)::text LIKE '%example.com%' OR encode(e.canonical, 'escape') LIKE '%example.com%'")
        .await;
    assert_eq!(personal, 0);
}

#[tokio::test]
async fn an_administrator_asks_for_others_and_may_think_again() {
    let stage = Stage::start().await;
    for door in DOORS {
        let scene = stage.scene(door);
        let user = scene.user().await;
        let ask = json!({ "userId": user });
        scene
            .client("biller")
            .call("RequestErasure", ask.clone())
            .await
            .refused(Code::PermissionDenied, "ROLE");
        scene
            .stranger()
            .call("RequestErasure", ask.clone())
            .await
            .refused(Code::NotFound, "NOT_FOUND");
        let erasure = scene.owner().ok("RequestErasure", ask.clone()).await["erasure"].clone();
        let cancel = json!({ "id": erasure["id"] });
        let cancelled = scene.owner().ok("CancelErasure", cancel.clone()).await;
        assert_eq!(cancelled["erasure"]["state"], "ERASURE_STATE_CANCELLED");
        scene
            .owner()
            .call("CancelErasure", cancel)
            .await
            .refused(Code::FailedPrecondition, "INVALID_TRANSITION");
        // What was taken back can be asked for again.
        scene.owner().ok("RequestErasure", ask).await;
    }
}

#[tokio::test]
async fn a_tenant_keeps_its_last_administrator() {
    let stage = Stage::start().await;
    let mut superuser = stage.superuser().await;
    let (tenant, owner) = (stage.cast.tenant(ALPHA).id, stage.player(ALPHA, "owner").user_id);
    superuser
        .run(&format!(
            "UPDATE users SET status = 'DEACTIVATED' WHERE tenant_id = '{tenant}' AND id <> '{owner}';
            INSERT INTO erasure_requests (tenant_id, id, user_id, due_at) VALUES ('{tenant}', gen_random_uuid(), '{owner}', now())"
        ))
        .await;
    assert_eq!(
        purged(&stage).await,
        Purged {
            erased: 0,
            last_administrators: 1
        }
    );
    superuser
        .run(&format!(
            "UPDATE users SET status = 'ACTIVE' WHERE tenant_id = '{tenant}'"
        ))
        .await;
    assert_eq!(
        purged(&stage).await,
        Purged {
            erased: 1,
            last_administrators: 0
        }
    );
}

/// The database itself lets the service touch nobody before the day.
#[tokio::test]
async fn raw_sql_erases_nobody_before_the_day() {
    let stage = Stage::start().await;
    let tenant = stage.cast.tenant(ALPHA).id;
    let mut app = stage.database.as_role(stratum::db::DbRole::App).await;
    app.run(&format!("SET app.tenant_id = '{tenant}'")).await;
    app.run("UPDATE users SET email = 'erased-' || id || '@invalid', status = 'DEACTIVATED'")
        .await;
    let mut superuser = stage.superuser().await;
    let touched: i64 = superuser
        .value("SELECT count(*) FROM users WHERE email LIKE 'erased-%'")
        .await;
    assert_eq!(touched, 0);
    superuser
        .run("INSERT INTO erasure_requests (tenant_id, id, user_id, due_at) SELECT tenant_id, gen_random_uuid(), id, now() FROM users")
        .await;
    for change in ["email = 'x@example.com'", "roles = '{OWNER}'", "status = 'ACTIVE'"] {
        assert_eq!(
            app.refusal(&format!("UPDATE users SET {change}")).await.0,
            "42501",
            "{change}"
        );
    }
}
