//! Bulk loading: what a published file leaves in the public corpus, and who sees it.

use std::sync::Arc;

use serde_json::json;
use stratum::db::{Db, PLATFORM_TENANT};
use stratum::precedents::decisions::DecisionReader;
use stratum::precedents::import::{Entry, Loaded, Loader, Present, published};
use stratum::precedents::mask::Masks;
use stratum::privacy::IdentifierGuard;
use stratum::registries::{Registries, Source};
use stratum::rpc::identity::Caller;

use crate::harness::{DOORS, Stage};

/// Made up, in the published layout: one of its rows rests on substance use records.
const FILE: &str = "\
Reference ID;Report Year;Diagnosis Category;Diagnosis Sub Category;Treatment Category;Treatment Sub Category;Determination;Type;Age Range;Patient Gender
ZZ20-1;2020;Central Nervous System/ Neuromuscular;Headache/Migraine;Pharmacy/Prescription Drugs;Botox Injection;Overturned Decision of Health Plan;Medical Necessity;41-50;Female
ZZ20-2;2020;Mental;Substance Abuse/ Addiction;Mental Health Treatment;Other;Upheld Decision of Health Plan;Medical Necessity;21-30;Male
ZZ19-3;2019;Orthopedic/ Musculoskeletal;Back Pain;Diagnostic Imaging, Screening and Testing;MRI;Upheld Decision of Health Plan;Experimental/Investigational;;
";

fn loader(stage: &Stage) -> Loader {
    Loader {
        db: Db::open(&stage.database.config()),
        caller: Caller::system(PLATFORM_TENANT, "import"),
        guard: Arc::new(IdentifierGuard::default()),
        masks: Masks::new(&stratum::proto::descriptor_pool().expect("descriptors")).expect("masks"),
        action: "precedent.import",
        present: Present::Update,
    }
}

fn entries(file: &str) -> Vec<Entry> {
    let registries = Registries::load(&Source::Embedded).expect("the shipped registries");
    let mut reader = DecisionReader::new(file.as_bytes()).expect("a header");
    let mut entries = Vec::new();
    while let Some(row) = reader.next() {
        entries.push(published::entry(reader.line(), &row.expect("a row"), &registries));
    }
    entries
}

async fn load(stage: &Stage, file: &str) -> Loaded {
    loader(stage).load(entries(file), |_| ()).await.expect("a load")
}

#[tokio::test]
async fn a_file_is_loaded_once_and_followed_when_it_changes() {
    let stage = Stage::start().await;
    let first = load(&stage, FILE).await;
    assert_eq!(
        (first.added, first.updated, first.present, first.held),
        (3, 0, 0, 1),
        "{first:?}"
    );
    let again = load(&stage, FILE).await;
    assert_eq!((again.added, again.updated, again.present), (0, 0, 3), "{again:?}");
    let changed = load(&stage, &FILE.replacen("Overturned", "Upheld", 1)).await;
    assert_eq!(
        (changed.added, changed.updated, changed.present),
        (0, 1, 2),
        "{changed:?}"
    );

    let mut sql = stage.superuser().await;
    let versions: Vec<i64> = sql
        .column(
            "SELECT v.version FROM precedent_versions v JOIN precedents p ON p.id = v.precedent_id
            WHERE p.external_ref = 'ca-dmhc-imr:ZZ20-1' AND p.outcome = 'LOST' ORDER BY v.version",
        )
        .await;
    assert_eq!(versions, [1, 2]);
    let noted: Vec<i64> = sql
        .column("SELECT row_count FROM audit_events WHERE action = 'precedent.import' ORDER BY occurred_at")
        .await;
    assert_eq!(noted, [3, 1], "a load that writes nothing leaves no event");
}

#[tokio::test]
async fn every_tenant_finds_what_is_published_and_none_may_change_it() {
    let stage = Stage::start().await;
    load(&stage, FILE).await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let ask = json!({ "scenario": { "denialTrigger": "Botox injection for migraine denied as not medically necessary" } });
        let found = owner.ok("FindSimilarToScenario", ask).await;
        let first = &found["hits"][0];
        assert_eq!(
            first["precedent"]["title"], "Botox injection for headache/migraine",
            "{found:#}"
        );
        assert_eq!(
            (&first["isPublic"], &first["outcome"]),
            (&json!(true), &json!("OUTCOME_WON"))
        );
        let id = first["precedent"]["id"].clone();
        let archived = owner.call("ArchivePrecedent", json!({ "id": id })).await;
        archived.refused(tonic::Code::FailedPrecondition, "PUBLIC_READ_ONLY");
    }
}

#[tokio::test]
async fn what_may_rest_on_substance_use_records_is_found_by_nobody() {
    let stage = Stage::start().await;
    load(&stage, FILE).await;
    let mut sql = stage.superuser().await;
    let held: String = sql
        .value("SELECT id::text FROM precedents WHERE status = 'NEEDS_REVIEW' AND external_ref = 'ca-dmhc-imr:ZZ20-2'")
        .await;
    for door in DOORS {
        let owner = stage.scene(door).owner();
        let ask = json!({ "scenario": { "denialTrigger": "Mental health treatment denied as not medically necessary" }, "topK": 10 });
        let found = owner.ok("FindSimilarToScenario", ask).await;
        let titles: Vec<String> = found["hits"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|hit| hit["precedent"]["title"].to_string())
            .collect();
        assert!(
            !titles.is_empty() && titles.iter().all(|t| !t.contains("ubstance")),
            "{titles:?}"
        );
        let searched = owner
            .ok(
                "SearchPrecedents",
                json!({ "query": "substance", "includePublic": true }),
            )
            .await;
        assert_eq!(searched["precedents"].as_array().map_or(0, Vec::len), 0, "{searched:#}");
        let asked = owner.call("GetPrecedent", json!({ "id": held })).await;
        asked.refused(tonic::Code::NotFound, "NOT_FOUND");
    }
}

#[tokio::test]
async fn an_entry_that_breaks_a_rule_is_refused_and_the_others_stay() {
    let stage = Stage::start().await;
    let mut batch = entries(FILE);
    batch[0].precedent.notes = "Call 212-555-0143 for the patient".to_owned();
    batch[1].precedent.external_ref = "not a reference".to_owned();
    let loaded = loader(&stage).load(batch, |_| ()).await.expect("a load");
    assert_eq!((loaded.added, loaded.refused.len()), (1, 2), "{loaded:?}");
    let lines: Vec<u64> = loaded.refused.iter().map(|refused| refused.line).collect();
    assert_eq!(lines, [2, 3]);
    let told = format!("{:?}", loaded.refused);
    assert!(!told.contains("212") && told.contains("notes"), "{told}");
}
