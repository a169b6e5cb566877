//! The second wall: what 42 CFR Part 2 restricts, the database itself neither stores shareable nor shows.

use stratum::db::DbRole;
use uuid::Uuid;

use crate::harness::cast::Cast;
use crate::harness::db::{Database, Sql};
use crate::harness::{ALPHA, BETA};

/// A consent, by what decides.
async fn consent(superuser: &mut Sql, tenant: Uuid, purpose: &str, state: &str, expires: &str) -> Uuid {
    let (id, scope) = (Uuid::new_v4(), if purpose == "ALL_TPO" { "TPO" } else { "SPECIFIC" });
    let dated = |ended: &str| if state == ended { "now()" } else { "NULL" };
    let (withdrawn, expired) = (dated("WITHDRAWN"), dated("EXPIRED"));
    superuser
        .run(&format!(
            "INSERT INTO consents (tenant_id, id, consent_ref, basis, scope, recipients_class, purpose, granted_year, expires_on, state,
                withdrawn_at, expired_at)
            VALUES ('{tenant}', '{id}', 'r{id}', 'WRITTEN_CONSENT', '{scope}', 'PAYERS', '{purpose}', 2025, {expires}, '{state}',
                {withdrawn}, {expired})"
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

/// ST-005: neither stored so, nor made so by a change of origin or of scope, whichever role tries it and whatever
/// it may see.
#[tokio::test]
async fn no_role_makes_a_restricted_row_shareable() {
    let database = Database::clone().await;
    let alpha = Cast::get().tenant(ALPHA).id;
    let mut superuser = database.superuser().await;
    let own = consent(&mut superuser, alpha, "PAYMENT", "ACTIVE", "NULL").await;
    superuser.run(&insert(alpha, "GENERAL", "AGGREGATE_ONLY", None)).await;
    for origin in ["SUD", "PSYCHOTHERAPY"] {
        superuser.run(&insert(alpha, origin, "PRIVATE", Some(own))).await;
        let ways = [
            insert(alpha, origin, "AGGREGATE_ONLY", Some(own)),
            format!(
                "UPDATE precedents SET data_origin = '{origin}', consent_id = '{own}' WHERE sharing_scope = 'AGGREGATE_ONLY'"
            ),
            format!("UPDATE precedents SET sharing_scope = 'AGGREGATE_ONLY' WHERE data_origin = '{origin}'"),
            format!(
                "UPDATE precedents SET sharing_scope = 'AGGREGATE_ONLY', data_origin = 'GENERAL', consent_id = NULL
                WHERE data_origin = '{origin}'"
            ),
        ];
        let before: String = superuser.value(ROWS).await;
        for (at, way) in ways.iter().enumerate() {
            // Who may see the row meets the constraint, or the trigger that keeps the origin.
            let held = (
                "23514".to_owned(),
                ["precedents_restricted_is_private", "precedents_origin_relaxed"][at / 3].to_owned(),
            );
            assert_eq!(superuser.refusal(way).await, held, "{way}");
            for role in DbRole::ALL {
                let mut connection = database.as_role(*role).await;
                connection
                    .run(&format!("{} SET LOCAL app.sud_read = 'on'", begin(alpha)))
                    .await;
                match role {
                    DbRole::App => assert_eq!(connection.refusal(way).await, held, "{way}"),
                    // The owner is under the policies like everybody, and has none here: it finds no row to change.
                    DbRole::Migrator if at > 0 => connection.run(way).await,
                    DbRole::Migrator
                    | DbRole::Auth
                    | DbRole::AuditWriter
                    | DbRole::AuditReader
                    | DbRole::Index
                    | DbRole::Rescan => assert_eq!(connection.refusal(way).await.0, "42501", "{role:?} {way}"),
                }
                connection.run("COMMIT").await;
            }
        }
        let after: String = superuser.value(ROWS).await;
        assert_eq!(before, after);
    }
}

/// Every precedent with what decides who may see it.
const ROWS: &str =
    "SELECT string_agg(concat_ws(' ', id, data_origin, sharing_scope, consent_id), ';' ORDER BY id) FROM precedents";

/// Not even who is above every policy.
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
                // None is stored as expired before its day: the next test tries.
                if *state == ConsentState::Expired && days.is_none_or(|days| days > 0) {
                    continue;
                }
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

/// A record rests on what its consent was recorded anew as, and on nothing else.
#[tokio::test]
async fn an_ended_consent_permits_again_only_by_its_own_key() {
    let database = Database::clone().await;
    let (alpha, beta) = (Cast::get().tenant(ALPHA).id, Cast::get().tenant(BETA).id);
    let mut superuser = database.superuser().await;
    superuser.run(&format!("SET app.tenant_id = '{alpha}'")).await;
    let withdrawn = consent(&mut superuser, alpha, "PAYMENT", "WITHDRAWN", "NULL").await;
    let permits = format!("SELECT consent_permits('SUD', '{withdrawn}')");
    let rename = |id: Uuid| format!("UPDATE consents SET consent_ref = 'r{withdrawn}' WHERE id = '{id}'");
    for (tenant, purpose, state, expires, is_permitted) in [
        (alpha, "ALL_TPO", "ACTIVE", "NULL", false),
        (alpha, "TREATMENT", "ACTIVE", "NULL", false),
        (beta, "PAYMENT", "ACTIVE", "NULL", false),
        (alpha, "PAYMENT", "EXPIRED", "current_date - 2", false),
        (alpha, "PAYMENT", "ACTIVE", "NULL", true),
    ] {
        let other = consent(&mut superuser, tenant, purpose, state, expires).await;
        superuser
            .run("ALTER TABLE consents DISABLE TRIGGER consents_end_is_final")
            .await;
        superuser.run(&rename(other)).await;
        superuser
            .run("ALTER TABLE consents ENABLE TRIGGER consents_end_is_final")
            .await;
        let permitted: bool = superuser.value(&permits).await;
        assert_eq!(permitted, is_permitted, "{purpose} {state}");
    }
    // At most one of a key is in force.
    let second = consent(&mut superuser, alpha, "PAYMENT", "ACTIVE", "NULL").await;
    assert_eq!(
        superuser.refusal(&rename(second)).await,
        ("23505".to_owned(), "consents_ref_key".to_owned())
    );
    superuser
        .run("UPDATE consents SET expires_on = (now() AT TIME ZONE 'UTC')::date WHERE state = 'ACTIVE'")
        .await;
    let permitted: bool = superuser.value(&permits).await;
    assert!(!permitted, "what is over permits nothing, on record or not");
}

#[tokio::test]
async fn no_consent_is_expired_before_its_day() {
    let database = Database::clone().await;
    let alpha = Cast::get().tenant(ALPHA).id;
    let mut superuser = database.superuser().await;
    for (expires, dated, constraint) in [
        ("NULL", "now()", "consents_expired_after_its_end"),
        ("current_date + 2", "now()", "consents_expired_after_its_end"),
        ("current_date - 2", "NULL", "consents_expired_dated"),
    ] {
        let id = consent(&mut superuser, alpha, "PAYMENT", "ACTIVE", expires).await;
        let expire = format!("UPDATE consents SET state = 'EXPIRED', expired_at = {dated} WHERE id = '{id}'");
        assert_eq!(
            superuser.refusal(&expire).await,
            ("23514".to_owned(), constraint.to_owned()),
            "{expires}"
        );
        let early = format!("UPDATE consents SET expired_at = now() WHERE id = '{id}'");
        assert_eq!(superuser.refusal(&early).await.0, "23514");
    }
}

/// What the rescan may do to rows that it alone can see.
#[tokio::test]
async fn the_rescan_sees_everything_of_one_tenant_and_changes_next_to_nothing() {
    let database = Database::clone().await;
    let (alpha, beta) = (Cast::get().tenant(ALPHA).id, Cast::get().tenant(BETA).id);
    let mut superuser = database.superuser().await;
    let ended = consent(&mut superuser, alpha, "PAYMENT", "WITHDRAWN", "NULL").await;
    superuser.run(&insert(alpha, "SUD", "PRIVATE", Some(ended))).await;
    superuser.run(&insert(beta, "GENERAL", "PRIVATE", None)).await;
    let mut rescan = database.as_role(DbRole::Rescan).await;
    let unbound: i64 = rescan.value("SELECT count(*) FROM precedents").await;
    assert_eq!(unbound, 0);
    rescan.run(&begin(alpha)).await;
    let seen: Vec<Uuid> = rescan.column("SELECT tenant_id FROM precedents").await;
    assert_eq!(seen, [alpha]);
    rescan
        .run("UPDATE precedents SET status = 'NEEDS_REVIEW', review_reasons = '{PHI_RULES}', phi_scan_version = 9; ROLLBACK")
        .await;
    for statement in [
        "UPDATE precedents SET data_origin = 'GENERAL'",
        "UPDATE precedents SET sharing_scope = 'AGGREGATE_ONLY'",
        "UPDATE precedents SET consent_id = NULL",
        "UPDATE precedents SET content = ''",
        "UPDATE precedents SET tenant_id = tenant_id",
        "DELETE FROM precedents",
        "SELECT snapshot FROM precedent_versions",
        "SELECT FROM precedent_words",
        "SELECT FROM consents",
        "SELECT FROM audit_events",
    ] {
        rescan.run(&begin(alpha)).await;
        assert_eq!(rescan.refusal(statement).await.0, "42501", "{statement}");
        rescan.run("ROLLBACK").await;
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
