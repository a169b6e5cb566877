//! The second wall: what 42 CFR Part 2 restricts, the database itself neither stores shareable nor shows.

use stratum::db::DbRole;
use uuid::Uuid;

use crate::harness::cast::Cast;
use crate::harness::db::{Database, Sql};
use crate::harness::{ALPHA, BETA};

/// A consent, by what decides.
async fn consent(superuser: &mut Sql, tenant: Uuid, purpose: &str, state: &str, expires: &str) -> Uuid {
    let (id, scope) = (Uuid::new_v4(), if purpose == "ALL_TPO" { "TPO" } else { "SPECIFIC" });
    let withdrawn = if state == "WITHDRAWN" { "now()" } else { "NULL" };
    superuser
        .run(&format!(
            "INSERT INTO consents (tenant_id, id, consent_ref, basis, scope, recipients_class, purpose, granted_year, expires_on, state, withdrawn_at)
            VALUES ('{tenant}', '{id}', 'r{id}', 'WRITTEN_CONSENT', '{scope}', 'PAYERS', '{purpose}', 2025, {expires}, '{state}', {withdrawn})"
        ))
        .await;
    id
}

fn begin(tenant: Uuid) -> String {
    format!("BEGIN; SET LOCAL app.tenant_id = '{tenant}';")
}

fn insert(tenant: Uuid, origin: &str, scope: &str, consent: Option<Uuid>) -> String {
    let consent = consent.map_or("NULL".to_owned(), |id| format!("'{id}'"));
    format!(
        "INSERT INTO precedents (tenant_id, id, version, status, data_origin, sharing_scope, denial_types, outcome, quality_score,
            phi_scan_version, content, created_at, updated_at, consent_id)
        VALUES ('{tenant}', gen_random_uuid(), 1, 'ACTIVE', '{origin}', '{scope}', '{{}}', 'PENDING', 0, 1, '', now(), now(), {consent})"
    )
}

/// ST-005: not even who is above every policy.
#[tokio::test]
async fn raw_sql_stores_no_restricted_row_that_is_shareable_or_without_consent() {
    let database = Database::clone().await;
    let (alpha, beta) = (Cast::get().tenant(ALPHA).id, Cast::get().tenant(BETA).id);
    let mut superuser = database.superuser().await;
    let own = consent(&mut superuser, alpha, "PAYMENT", "ACTIVE", "NULL").await;
    let foreign = consent(&mut superuser, beta, "PAYMENT", "ACTIVE", "NULL").await;
    let refused = |constraint: &str| ("23514".to_owned(), constraint.to_owned());
    for origin in ["SUD", "PSYCHOTHERAPY"] {
        let shared = superuser
            .refusal(&insert(alpha, origin, "AGGREGATE_ONLY", Some(own)))
            .await;
        assert_eq!(shared, refused("precedents_restricted_is_private"));
        let bare = superuser.refusal(&insert(alpha, origin, "PRIVATE", None)).await;
        assert_eq!(bare, refused("precedents_restricted_needs_consent"));
        let borrowed = superuser
            .refusal(&insert(alpha, origin, "PRIVATE", Some(foreign)))
            .await;
        assert_eq!(borrowed, ("23503".to_owned(), "precedents_consent_fkey".to_owned()));
        superuser.run(&insert(alpha, origin, "PRIVATE", Some(own))).await;
    }
    for change in [
        "sharing_scope = 'AGGREGATE_ONLY'",
        "consent_id = NULL",
        "data_origin = 'GENERAL', consent_id = NULL",
    ] {
        let (code, _) = superuser.refusal(&format!("UPDATE precedents SET {change}")).await;
        assert_eq!(code, "23514", "{change}");
    }
}

#[tokio::test]
async fn the_app_sees_a_restricted_row_only_for_a_caller_who_may() {
    let database = Database::clone().await;
    let alpha = Cast::get().tenant(ALPHA).id;
    let mut superuser = database.superuser().await;
    let own = consent(&mut superuser, alpha, "PAYMENT", "ACTIVE", "NULL").await;
    superuser.run(&insert(alpha, "SUD", "PRIVATE", Some(own))).await;
    superuser
        .run("INSERT INTO precedent_versions (tenant_id, precedent_id, version, change_kind, snapshot, snapshot_sha256, previous_sha256, changed_fields, reason, identity_kind)
                SELECT tenant_id, id, 1, 'CREATED', '', '', '', '{}', '', 'SYSTEM' FROM precedents;
            INSERT INTO precedent_applications (tenant_id, id, precedent_id, precedent_version)
                SELECT tenant_id, gen_random_uuid(), id, 1 FROM precedents;
            INSERT INTO precedent_words (tenant_id, precedent_id, word, is_restricted) SELECT tenant_id, id, 'detox', true FROM precedents")
        .await;
    let mut app = database.as_role(DbRole::App).await;
    for table in [
        "precedents",
        "precedent_versions",
        "precedent_applications",
        "precedent_words",
    ] {
        for (setting, seen) in [
            ("", 0),
            ("SET LOCAL app.sud_read = 'off';", 0),
            ("SET LOCAL app.sud_read = 'on';", 1),
        ] {
            app.run(&format!("{} {setting}", begin(alpha))).await;
            let rows: i64 = app.value(&format!("SELECT count(*) FROM {table}")).await;
            app.run("ROLLBACK").await;
            assert_eq!(rows, seen, "{table} {setting}");
        }
    }
    // Nor is one written that the writer could not see.
    app.run(&begin(alpha)).await;
    let (code, _) = app.refusal(&insert(alpha, "SUD", "PRIVATE", Some(own))).await;
    assert_eq!(code, "42501");
    app.run("ROLLBACK").await;
    superuser
        .run("UPDATE consents SET state = 'WITHDRAWN', withdrawn_at = now()")
        .await;
    app.run(&format!("{} SET LOCAL app.sud_read = 'on'", begin(alpha)))
        .await;
    let rows: i64 = app.value("SELECT count(*) FROM precedents").await;
    assert_eq!(rows, 0);
}

/// The rule in `privacy::consent::rule` and the function behind the policies say the same of every case.
#[tokio::test]
async fn code_and_schema_permit_the_same() {
    use stratum::db::stored::StoredEnum as _;
    use stratum::privacy::consent::rule::Terms;
    use stratum::proto::v1::{ConsentPurpose, ConsentState, DataOrigin};
    let database = Database::clone().await;
    let alpha = Cast::get().tenant(ALPHA).id;
    let mut superuser = database.superuser().await;
    let today = time::OffsetDateTime::now_utc().date();
    let days = [None, Some(-1), Some(0), Some(2)];
    for purpose in ConsentPurpose::ALL.iter().skip(1) {
        for state in ConsentState::ALL.iter().skip(1) {
            for days in days {
                let expires_on = days.map(|days| today + time::Duration::days(days));
                let expires = expires_on.map_or("NULL".to_owned(), |day| format!("'{day}'"));
                let id = consent(&mut superuser, alpha, purpose.stored(), state.stored(), &expires).await;
                superuser.run(&format!("SET app.tenant_id = '{alpha}'")).await;
                for origin in DataOrigin::ALL {
                    let terms = Terms {
                        state: *state,
                        purpose: *purpose,
                        expires_on,
                    };
                    let permits: bool = superuser
                        .value(&format!("SELECT consent_permits('{}', '{id}')", origin.stored()))
                        .await;
                    assert_eq!(permits, terms.permit(*origin, today).is_ok(), "{origin:?} {terms:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_consent_says_for_ever_what_it_said() {
    let database = Database::clone().await;
    let alpha = Cast::get().tenant(ALPHA).id;
    let mut superuser = database.superuser().await;
    consent(&mut superuser, alpha, "TREATMENT", "WITHDRAWN", "NULL").await;
    let revived = superuser
        .refusal("UPDATE consents SET state = 'ACTIVE', withdrawn_at = NULL")
        .await;
    assert_eq!(revived, ("23514".to_owned(), "consents_end_is_final".to_owned()));
    let mut app = database.as_role(DbRole::App).await;
    for change in [
        "purpose = 'PAYMENT'",
        "scope = 'TPO'",
        "expires_on = NULL",
        "consent_ref = 'other'",
    ] {
        app.run(&begin(alpha)).await;
        assert_eq!(
            app.refusal(&format!("UPDATE consents SET {change}")).await.0,
            "42501",
            "{change}"
        );
        app.run("ROLLBACK").await;
    }
    app.run(&begin(alpha)).await;
    assert_eq!(app.refusal("DELETE FROM consents").await.0, "42501");
}
