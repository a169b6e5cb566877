//! `stratum rescan`: newer detectors look at what older ones have let pass.

use std::sync::Arc;

use serde_json::{Value, json};
use stratum::db::Db;
use stratum::precedents::rescan::{self, Summary};
use stratum::privacy::IdentifierGuard;
use tonic::Code;

use crate::harness::server::minimal_precedent;
use crate::harness::{ALPHA, Client, Door, Stage};

const NAME: &str = "Maria Gonzalez";

/// Stores a precedent that names somebody, as if today's detectors had not been there.
async fn overlooked(stage: &Stage) -> Value {
    let owner = stage.client(Door::Rest, ALPHA, "owner");
    overlooked_by(&owner, &owner, minimal_precedent()).await
}

/// The same of any precedent, stored by a writer.
pub(super) async fn overlooked_by(owner: &Client, writer: &Client, mut precedent: Value) -> Value {
    let entry = json!({ "entry": { "phrase": NAME } });
    let entry = owner.ok("AddAllowListEntry", entry).await["entry"]["id"].clone();
    precedent["notes"] = json!(format!("Patient {NAME} was admitted"));
    let stored = writer.ok("CreatePrecedent", json!({ "precedent": precedent })).await["precedent"].clone();
    owner.ok("RemoveAllowListEntry", json!({ "id": entry })).await;
    stored
}

pub(super) async fn outdate(stage: &Stage) {
    stage
        .superuser()
        .await
        .run("UPDATE precedents SET phi_scan_version = 0")
        .await;
}

pub(super) async fn run(stage: &Stage) -> (Summary, Vec<(u64, u64)>) {
    let db = Db::open(&stage.database.config());
    let mut told = Vec::new();
    let summary = rescan::run(&db, Arc::new(IdentifierGuard::default()), |done, all| {
        told.push((done, all))
    })
    .await;
    db.close().await;
    (summary.expect("a rescan"), told)
}

#[tokio::test]
async fn what_is_found_now_is_held_and_the_rest_marked() {
    let stage = Stage::start().await;
    let owner = stage.client(Door::Rest, ALPHA, "owner");
    let clean = stage.scene(Door::Grpc).precedent().await["id"].clone();
    let found = overlooked(&stage).await["id"].clone();
    let put_away = overlooked(&stage).await["id"].clone();
    owner.ok("ArchivePrecedent", json!({ "id": put_away })).await;
    // What today's detectors have seen is left alone.
    assert_eq!(run(&stage).await.0, Summary::default());
    outdate(&stage).await;
    let (summary, told) = run(&stage).await;
    assert_eq!(
        summary,
        Summary {
            scanned: 3,
            held: 1,
            archived_with_findings: 1
        }
    );
    assert_eq!((told.first(), told.last()), (Some(&(0, 3)), Some(&(3, 3))));
    assert_eq!(run(&stage).await.0, Summary::default());

    let get = async |id: &Value| owner.ok("GetPrecedent", json!({ "id": id })).await["precedent"].clone();
    assert_eq!(
        (&get(&clean).await["status"], &get(&clean).await["version"]),
        (&json!("PRECEDENT_STATUS_ACTIVE"), &json!("1"))
    );
    let held = get(&found).await;
    assert_eq!(
        (&held["status"], &held["version"]),
        (&json!("PRECEDENT_STATUS_NEEDS_REVIEW"), &json!("2"))
    );
    assert_eq!(held["reviewReasons"], json!(["PHI_RULES"]));
    let version = owner
        .ok("GetPrecedentVersion", json!({ "id": found, "version": 2 }))
        .await;
    assert_eq!(version["version"]["changeKind"], "CHANGE_KIND_RESCANNED");
    owner
        .call("ApplyPrecedent", json!({ "id": found }))
        .await
        .refused(Code::FailedPrecondition, "INVALID_TRANSITION");
    // What comes back from the archive comes back held.
    let restored = owner.ok("RestorePrecedent", json!({ "id": put_away })).await["precedent"].clone();
    assert_eq!(restored["reviewReasons"], json!(["PHI_RULES"]));
    // Once a person has looked, the same detectors don't ask again.
    owner.ok("ValidatePrecedent", json!({ "id": found })).await;
    assert_eq!(run(&stage).await.0, Summary::default());
    assert_eq!(get(&found).await["status"], "PRECEDENT_STATUS_ACTIVE");

    let events: Vec<String> = stage
        .superuser()
        .await
        .column(
            "SELECT identity_kind || ' ' || row_count || ' ' || coalesce(resource_id::text, '') FROM audit_events
            WHERE action = 'precedent.rescan' ORDER BY occurred_at, id",
        )
        .await;
    assert_eq!(
        events,
        [
            format!("SYSTEM 1 {}", found.as_str().unwrap_or_default()),
            "SYSTEM 3 ".to_owned()
        ]
    );
}

#[tokio::test]
async fn a_tenants_list_holds_here_too() {
    let stage = Stage::start().await;
    overlooked(&stage).await;
    outdate(&stage).await;
    stage
        .client(Door::Rest, ALPHA, "owner")
        .ok("AddAllowListEntry", json!({ "entry": { "phrase": NAME } }))
        .await;
    assert_eq!(
        run(&stage).await.0,
        Summary {
            scanned: 1,
            ..Summary::default()
        }
    );
}

/// More than a chunk, and every one of them.
#[tokio::test]
async fn a_rescan_reaches_everything() {
    let stage = Stage::start().await;
    let owner = stage.client(Door::Rest, ALPHA, "owner");
    let many = vec![minimal_precedent(); 450];
    assert_eq!(
        owner.ok("BatchCreatePrecedents", json!({ "precedents": many })).await["created"],
        450
    );
    outdate(&stage).await;
    let (summary, told) = run(&stage).await;
    assert_eq!(summary.scanned, 450);
    assert!(told.is_sorted() && told.len() > 3, "{told:?}");
    let left: i64 = stage
        .superuser()
        .await
        .value("SELECT count(*) FROM precedents WHERE phi_scan_version = 0")
        .await;
    assert_eq!(left, 0);
}
