//! Constraints: those the service knows by name exist, and what must never be stored can't be.

use stratum::db::DbRole;
use stratum::db::constraint::CONSTRAINTS;
use stratum::db::stored::StoredEnum;
use stratum::proto::v1;

use super::as_tenant;
use crate::harness::db::{Database, Sql};
use crate::harness::{ALPHA, Door, Stage};

#[tokio::test]
async fn every_constraint_the_service_names_exists() {
    let database = Database::clone().await;
    let mut superuser = database.superuser().await;
    let mut names: Vec<String> = superuser
        .column(
            "SELECT conname::text FROM pg_constraint UNION
            SELECT indexrelid::regclass::text FROM pg_index WHERE indisunique",
        )
        .await;
    // A trigger may name a constraint of its own in what it raises.
    let sources: Vec<String> = superuser
        .column("SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        .await;
    let raised = regex::Regex::new(r"CONSTRAINT = '(\w+)'").expect("a pattern");
    names.extend(
        sources
            .iter()
            .flat_map(|source| raised.captures_iter(source))
            .map(|found| found[1].to_owned()),
    );
    for (name, _) in CONSTRAINTS {
        assert!(
            names.contains(&(*name).to_owned()),
            "{name} is in no table and no trigger"
        );
    }
    let mut known: Vec<&str> = CONSTRAINTS.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    known.dedup();
    assert_eq!(known.len(), CONSTRAINTS.len(), "a constraint is named twice");
}

/// Constraints that the system names itself are found by nobody.
#[tokio::test]
async fn every_check_and_foreign_key_has_a_name_of_its_own() {
    let database = Database::clone().await;
    let mut superuser = database.superuser().await;
    let unnamed: Vec<String> = superuser
        .column(
            r"SELECT conrelid::regclass || ' ' || conname FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND coninhcount = 0 AND contype IN ('c', 'f')
                AND conname ~ '(_check\d+|_fkey\d+)$'",
        )
        .await;
    assert!(unnamed.is_empty(), "{unnamed:?}");
}

/// A precedent of a tenant, and a connection that may write any row.
async fn a_row() -> (Stage, Sql) {
    let stage = Stage::start().await;
    stage.scene(Door::Grpc).precedent().await;
    let superuser = stage.superuser().await;
    (stage, superuser)
}

#[tokio::test]
async fn a_restricted_row_can_not_be_made_shareable() {
    let (stage, mut superuser) = a_row().await;
    let tenant = stage.cast.tenant(ALPHA).id;
    for origin in ["SUD", "PSYCHOTHERAPY"] {
        let change = format!("UPDATE precedents SET data_origin = '{origin}', sharing_scope = 'AGGREGATE_ONLY'");
        let (state, constraint) = superuser.refusal(&change).await;
        assert_eq!(
            (state.as_str(), constraint.as_str()),
            ("23514", "precedents_restricted_is_private")
        );
        let mut app = stage.database.as_role(DbRole::App).await;
        // The policy is in the way before the check.
        assert_eq!(app.refusal(&as_tenant(tenant, &change)).await.0, "42501");
        // Nor is one inserted.
        let insert = format!(
            "CREATE TEMPORARY TABLE copied AS SELECT * FROM precedents;
            UPDATE copied SET id = gen_random_uuid(), data_origin = '{origin}', sharing_scope = 'AGGREGATE_ONLY';
            INSERT INTO precedents SELECT * FROM copied"
        );
        assert_eq!(superuser.refusal(&insert).await.1, "precedents_restricted_is_private");
    }
}

#[tokio::test]
async fn a_restricted_row_has_no_features() {
    let (stage, mut superuser) = a_row().await;
    let consent = stage.scene(Door::Grpc).consent("CONSENT_PURPOSE_PAYMENT").await;
    let consent = consent["id"].as_str().unwrap_or_default();
    let restrict = format!("UPDATE precedents SET data_origin = 'SUD', consent_id = '{consent}'");
    let (state, constraint) = superuser.refusal(&restrict).await;
    let expected = ("23514", "precedents_restricted_without_features");
    assert_eq!((state.as_str(), constraint.as_str()), expected);
    let without = format!("{restrict}, features = NULL, features_version = NULL");
    superuser.run(&without).await;
    let with = "UPDATE precedents SET features = 'word:x', features_version = 1";
    assert_eq!(
        superuser.refusal(with).await.1,
        "precedents_restricted_without_features"
    );
    // Who keeps features may keep them of others only.
    let mut index = stage.database.as_role(DbRole::Index).await;
    index.run(with).await;
    let untouched = "SELECT count(*) FROM precedents WHERE features IS NOT NULL";
    assert_eq!(superuser.value::<i64>(untouched).await, 0);
    let (state, _) = index.refusal("UPDATE precedents SET outcome = 'WON'").await;
    assert_eq!(state, "42501", "and nothing else");
}

#[tokio::test]
async fn an_origin_only_becomes_more_restrictive() {
    let (stage, mut superuser) = a_row().await;
    let consent = stage.scene(Door::Grpc).consent("CONSENT_PURPOSE_PAYMENT").await["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let set = |origin: &str| {
        let consent = if matches!(origin, "SUD" | "PSYCHOTHERAPY") {
            format!("'{consent}'")
        } else {
            "NULL".to_owned()
        };
        format!(
            "UPDATE precedents SET data_origin = '{origin}', consent_id = {consent}, features = NULL,
                features_version = NULL"
        )
    };
    for (from, to, is_allowed) in [
        ("GENERAL", "BEHAVIORAL", true),
        ("BEHAVIORAL", "GENERAL", false),
        ("BEHAVIORAL", "HIV", true),
        ("HIV", "SUD", true),
        ("SUD", "HIV", false),
        ("SUD", "PSYCHOTHERAPY", false),
        ("SUD", "GENERAL", false),
        ("SUD", "SUD", true),
    ] {
        superuser
            .run("ALTER TABLE precedents DISABLE TRIGGER precedents_origin_is_sticky")
            .await;
        superuser.run(&set(from)).await;
        superuser
            .run("ALTER TABLE precedents ENABLE TRIGGER precedents_origin_is_sticky")
            .await;
        let change = set(to);
        if is_allowed {
            superuser.run(&change).await;
        } else {
            let (state, constraint) = superuser.refusal(&change).await;
            assert_eq!(
                (state.as_str(), constraint.as_str()),
                ("23514", "precedents_origin_relaxed"),
                "{from} to {to}"
            );
        }
    }
}

#[tokio::test]
async fn versions_have_no_gaps_whoever_writes_them() {
    let (_stage, mut superuser) = a_row().await;
    let version = |number: i32| {
        format!(
            "INSERT INTO precedent_versions (tenant_id, precedent_id, version, change_kind, snapshot, snapshot_sha256,
            previous_sha256, changed_fields, reason, identity_kind)
            SELECT tenant_id, id, {number}, 'UPDATED', '', '', '', '{{}}', '', 'SYSTEM' FROM precedents"
        )
    };
    assert_eq!(superuser.refusal(&version(3)).await.1, "precedent_versions_gap_free");
    superuser.run(&version(2)).await;
    assert_eq!(superuser.refusal(&version(2)).await.1, "precedent_versions_pkey");
}

/// The texts that a column's check allows.
async fn allowed(superuser: &mut Sql, constraint: &str) -> Vec<String> {
    let definition: String = superuser
        .value(&format!(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{constraint}' AND coninhcount = 0"
        ))
        .await;
    let quoted = regex::Regex::new("'([A-Z][A-Z0-9_]*)'").expect("a pattern");
    let mut texts: Vec<String> = quoted
        .captures_iter(&definition)
        .map(|found| found[1].to_owned())
        .collect();
    texts.sort();
    texts
}

/// The texts that an enum of the contract is stored as.
fn stored<E: StoredEnum>() -> Vec<String> {
    let mut texts: Vec<String> = E::ALL
        .iter()
        .filter_map(|value| value.stored_if_known())
        .map(str::to_owned)
        .collect();
    texts.sort();
    texts
}

/// Every enum that a column holds: the check's texts are the contract's values, no more and no less.
#[tokio::test]
async fn checks_and_the_contract_name_the_same_values() {
    let database = Database::clone().await;
    let mut superuser = database.superuser().await;
    let columns: &[(&str, Vec<String>)] = &[
        ("audit_events_category_check", stored::<v1::AuditCategory>()),
        ("audit_events_outcome_check", stored::<v1::AuditOutcome>()),
        ("audit_events_identity_kind_check", stored::<v1::IdentityKind>()),
        ("precedents_status_check", stored::<v1::PrecedentStatus>()),
        ("precedents_data_origin_check", stored::<v1::DataOrigin>()),
        ("precedents_sharing_scope_check", stored::<v1::SharingScope>()),
        ("precedents_line_of_business_check", stored::<v1::LineOfBusiness>()),
        ("precedents_action_taken_check", stored::<v1::RecoveryAction>()),
        ("precedents_outcome_check", stored::<v1::Outcome>()),
        ("precedents_outcome_evidence_check", stored::<v1::OutcomeEvidence>()),
        ("precedent_versions_change_kind_check", stored::<v1::ChangeKind>()),
        ("consents_basis_check", stored::<v1::ConsentBasis>()),
        ("consents_scope_check", stored::<v1::ConsentScope>()),
        ("consents_recipients_class_check", stored::<v1::RecipientsClass>()),
        ("consents_purpose_check", stored::<v1::ConsentPurpose>()),
        ("consents_state_check", stored::<v1::ConsentState>()),
        ("erasure_requests_state_check", stored::<v1::ErasureState>()),
        ("users_status_check", stored::<v1::UserStatus>()),
        ("users_roles_check", stored::<v1::Role>()),
        ("certificates_roles_check", stored::<v1::Role>()),
        ("api_keys_roles_check", stored::<v1::Role>()),
    ];
    for (constraint, values) in columns {
        assert_eq!(&allowed(&mut superuser, constraint).await, values, "{constraint}");
    }
    // States that the contract does not show, each with its reason to be a list of the database's own.
    let own = [
        "tenants_kind_check",
        "tenants_status_check",
        "precedent_applications_outcome_check",
        // Permissions by their names, and the kinds of identifier that may be nobody's.
        "users_extra_permissions_check",
        "certificates_extra_permissions_check",
        "api_keys_extra_permissions_check",
        "phi_allow_list_kind_check",
    ];
    let lists: Vec<String> = superuser
        .column(
            "SELECT conname::text FROM pg_constraint WHERE contype = 'c' AND coninhcount = 0
            AND connamespace = 'public'::regnamespace AND conname LIKE '%\\_check' ORDER BY 1",
        )
        .await;
    for list in lists {
        assert!(
            own.contains(&list.as_str()) || columns.iter().any(|(name, _)| *name == list),
            "{list}: say above which enum it holds"
        );
    }
}
