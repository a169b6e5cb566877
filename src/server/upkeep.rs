//! What runs beside the calls for as long as the server does.

use std::sync::Arc;
use std::time::Duration;

use tonic_health::server::HealthReporter;

use super::SERVICES;
use crate::audit;
use crate::audit::flood::{self, Floods};
use crate::audit::writer::AuditWriter;
use crate::db::Db;
use crate::privacy::consent::expiry;
use crate::rpc::error::Error;
use crate::rpc::identity::Authenticator;
use crate::similarity::corpora::Corpora;

/// How often readiness asks the database.
const PROBE_INTERVAL: Duration = Duration::from_secs(2);
/// How often partitions of the coming months are made.
const PARTITION_INTERVAL: Duration = Duration::from_hours(6);
/// How often it is put on record which consents have ended. They end at midnight, UTC.
const EXPIRY_INTERVAL: Duration = Duration::from_hours(1);

/// Tells health what the database says: liveness ("") stays, the services follow it.
pub(super) async fn probe(db: Db, reporter: HealthReporter) {
    loop {
        let serving = if db.ping().await.is_ok() {
            tonic_health::ServingStatus::Serving
        } else {
            tonic_health::ServingStatus::NotServing
        };
        for service in SERVICES {
            reporter.set_service_status(service, serving).await;
        }
        tokio::time::sleep(PROBE_INTERVAL).await;
    }
}

/// Drops cached credentials when one changes, on every replica.
pub(super) async fn follow_identity_changes(db: Db, authenticator: Arc<Authenticator>) {
    loop {
        if let Ok(mut listener) = db.listen("stratum_identity").await {
            // What changed while nobody listened is not announced again.
            authenticator.forget();
            while listener.recv().await.is_ok() {
                authenticator.forget();
            }
        }
        authenticator.forget();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Wakes the similarity index when precedents change, on every replica; the public corpus is loaded
/// before anybody asks.
pub(super) async fn follow_precedent_changes(db: Db, corpora: Arc<Corpora>) {
    loop {
        if let Ok(mut listener) = db.listen("stratum_precedents").await {
            // What changed while nobody listened is not announced again.
            corpora.note_all_changed();
            if let Err(error) = corpora.public().await {
                tracing::error!(target: "stratum::similarity", cause = ?error.cause().map(ToString::to_string),
                    "the public corpus can't be loaded");
            }
            while let Ok(notification) = listener.recv().await {
                match notification.payload().parse() {
                    Ok(tenant) => corpora.note_change(tenant),
                    Err(_) => corpora.note_all_changed(),
                }
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Writes what was counted of refused anonymous calls.
pub(super) async fn flush_floods(floods: Arc<Floods>, audit: AuditWriter) {
    loop {
        tokio::time::sleep(flood::INTERVAL).await;
        floods.flush(&audit).await;
    }
}

/// Keeps the audit log a few months ahead.
pub(super) async fn make_partitions(db: Db) {
    loop {
        tokio::time::sleep(PARTITION_INTERVAL).await;
        if let Err(error) = audit::store::ensure_partitions(db.audit_writer()).await {
            let error = Error::from(error);
            tracing::error!(target: "stratum::audit", cause = ?error.cause().map(ToString::to_string),
                "partitions of the coming months can't be made");
        }
    }
}

/// Puts on record which consents have come to their end.
pub(super) async fn expire_consents(db: Db) {
    loop {
        match expiry::run(&db).await {
            Ok(0) => {}
            Ok(consents) => tracing::info!(target: "stratum::privacy", consents, "consents have expired"),
            Err(error) => tracing::error!(target: "stratum::privacy", cause = ?error.cause().map(ToString::to_string),
                "the end of consents can't be put on record; they permit nothing all the same"),
        }
        tokio::time::sleep(EXPIRY_INTERVAL).await;
    }
}
