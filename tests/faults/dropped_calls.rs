//! Callers that go away in the middle of a call, at every point of it: no transaction stays open, no
//! tenant is carried over to the next call, and what was begun is done whole or not at all.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use serde_json::{Value, json};
use stratum::db::Db;
use stratum::rpc::identity::Caller;

use crate::harness::random::Random;
use crate::harness::server::{minimal_precedent, uuid};
use crate::harness::{ALPHA, BETA, DOORS, Door, Stage, eventually};

/// Polls a future so often, then drops it.
async fn dropped_after<F: Future>(polls: u64, future: F) {
    let mut future = pin!(future);
    for _ in 0..polls {
        let is_ready = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await;
        if is_ready {
            return;
        }
        // Others run, so that the next poll finds something new.
        tokio::task::yield_now().await;
    }
}

/// Sessions of the service that are in a transaction.
const BUSY: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
    AND usename LIKE 'stratum\\_%' AND (state <> 'idle' OR backend_xid IS NOT NULL)";

#[tokio::test]
async fn a_dropped_call_leaves_no_transaction_and_no_tenant_behind() {
    let stage = Stage::start().await;
    let mut random = Random::seeded(0x5eed);
    for n in 0..150 {
        let scene = stage.scene(DOORS[n % 2]);
        let (owner, polls) = (scene.owner(), random.below(40));
        match random.below(3) {
            0 => {
                dropped_after(
                    polls,
                    owner.call("CreatePrecedent", json!({ "precedent": minimal_precedent() })),
                )
                .await
            }
            1 => dropped_after(polls, owner.call("ListPrecedents", json!({ "pageSize": 5 }))).await,
            _ => dropped_after(polls, owner.call("ListAuditEvents", json!({ "pageSize": 5 }))).await,
        }
    }
    let superuser = tokio::sync::Mutex::new(stage.superuser().await);
    let is_idle = async || superuser.lock().await.value::<i64>(BUSY).await == 0;
    eventually("no connection is left in a transaction", is_idle).await;
    let names = [("alpha", ALPHA), ("beta", BETA)];
    for (slug, tenant) in names {
        for door in DOORS {
            // More calls than connections, so that each is used again.
            for _ in 0..6 {
                let me = stage.client(door, tenant, "owner").ok("GetMe", json!({})).await;
                assert_eq!(me["tenant"]["slug"], slug);
            }
        }
    }
    let mut superuser = stage.superuser().await;
    let torn: i64 = superuser
        .value("SELECT count(*) FROM precedents p WHERE NOT EXISTS (SELECT FROM precedent_versions v WHERE v.precedent_id = p.id)
            OR NOT EXISTS (SELECT FROM audit_events e WHERE e.resource_id = p.id AND e.action = 'precedent.create' AND e.tenant_id = p.tenant_id)")
        .await;
    assert_eq!(torn, 0, "precedents without their version or their event");
}

/// What a caller did not wait for, the same `request_id` finds done once.
#[tokio::test]
async fn a_dropped_call_can_be_repeated_safely() {
    let stage = Stage::start().await;
    let mut random = Random::seeded(7);
    for door in DOORS {
        let scene = stage.scene(door);
        for _ in 0..20 {
            let reference = uuid();
            let mut precedent = minimal_precedent();
            precedent["externalRef"] = json!(reference);
            let request = json!({ "precedent": precedent, "requestId": uuid() });
            dropped_after(random.below(40), scene.owner().call("CreatePrecedent", request.clone())).await;
            let reply = scene.owner().ok("CreatePrecedent", request).await;
            let found = scene
                .owner()
                .ok("ListPrecedents", json!({ "filter": { "externalRef": reference } }))
                .await;
            assert_eq!(found["precedents"].as_array().map(Vec::len), Some(1));
            assert_eq!(found["precedents"][0]["id"], reply["precedent"]["id"]);
        }
    }
}

/// The driver hands a connection back with its transaction open when `begin` is dropped at the wrong
/// moment; the next to get it must not be in that transaction.
#[tokio::test]
async fn a_dropped_begin_is_nobody_elses_transaction() {
    let stage = Stage::start().await;
    let mut config = stage.database.config();
    config.app_connections = 1;
    let db = Db::open(&config);
    let tenants = [ALPHA, BETA].map(|slug| Caller::system(stage.cast.tenant(slug).id, "test"));
    for polls in 0..60 {
        let (mine, other) = (&tenants[polls % 2], &tenants[(polls + 1) % 2]);
        dropped_after(polls as u64, db.begin(other)).await;
        let mut tx = db.begin(mine).await.expect("a transaction");
        let row: (String, String, bool) = sqlx::query_as(
            "SELECT current_setting('app.tenant_id'), coalesce((SELECT string_agg(slug, ',') FROM tenants), ''),
                pg_current_xact_id_if_assigned() IS NULL",
        )
        .fetch_one(tx.connection())
        .await
        .expect("a row");
        assert_eq!(row.0, mine.tenant_id().to_string(), "after {polls} polls");
        assert_eq!(row.1.split(',').count(), 1, "after {polls} polls: {}", row.1);
        assert!(row.2, "after {polls} polls: in somebody's transaction");
        tx.rollback().await.expect("rolled back");
    }
    db.close().await;
}

/// A reader that goes away in the middle of an answer takes nothing with it.
#[tokio::test]
async fn many_at_once_see_their_own_rows_only() {
    let stage = Stage::start().await;
    for door in DOORS {
        for _ in 0..3 {
            stage.scene(door).precedent().await;
        }
    }
    let mut random = Random::seeded(42);
    let mut calls = Vec::new();
    for n in 0..60 {
        let tenant = [ALPHA, BETA][n % 2];
        let client = stage.client(
            if random.below(2) == 0 { Door::Grpc } else { Door::Rest },
            tenant,
            "owner",
        );
        let polls = random.below(60);
        calls.push(tokio::spawn(async move {
            dropped_after(polls, client.call("ListPrecedents", json!({}))).await;
            let seen = client.ok("ListPrecedents", json!({})).await;
            (
                tenant,
                seen["precedents"].as_array().map_or(0, Vec::len),
                client.ok("GetMe", json!({})).await["tenant"]["slug"].clone(),
            )
        }));
    }
    for call in calls {
        let (tenant, rows, slug): (&str, usize, Value) = call.await.expect("no panic");
        assert_eq!((rows, slug), (3, json!(tenant)));
    }
    eventually("the writer of the log is idle", || {
        std::future::ready(stage.server.audit.failures() == 0)
    })
    .await;
}
