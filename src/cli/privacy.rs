//! `stratum rescan` and `stratum purge-erased`: what privacy asks of a deployment from time to time.

use super::storage::StorageArgs;
use super::{guard, progress_bar, say};
use crate::db::Db;
use crate::dev::DevError;
use crate::precedents::rescan;
use crate::privacy::{SCAN_VERSION, personal};
use crate::rpc::error::Error;

/// Looks at every precedent that older detectors have seen.
pub(super) async fn rescan(storage: StorageArgs) -> Result<(), DevError> {
    let storage = storage.open().await?;
    let db = Db::open(&storage.database);
    crate::audit::store::ensure_partitions(db.audit_writer()).await?;
    let bar = progress_bar(0, "{bar:40} {pos}/{len} precedents, {eta} left");
    let result = rescan::run(&db, guard(), |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    db.close().await;
    storage.stop().await?;
    let rescan::Summary {
        scanned,
        held,
        archived_with_findings,
    } = result.map_err(told)?;
    say(&format!(
        "{scanned} precedents looked at by detectors of version {SCAN_VERSION}; {held} held for review"
    ));
    if archived_with_findings > 0 {
        say(&format!(
            "{archived_with_findings} archived ones hold findings and will be held when they are restored"
        ));
    }
    Ok(())
}

/// Carries out the erasures that are due.
pub(super) async fn purge_erased(storage: StorageArgs) -> Result<(), DevError> {
    let storage = storage.open().await?;
    let db = Db::open(&storage.database);
    crate::audit::store::ensure_partitions(db.audit_writer()).await?;
    let result = personal::purge::run(&db).await;
    db.close().await;
    storage.stop().await?;
    let personal::purge::Purged {
        erased,
        last_administrators,
    } = result.map_err(told)?;
    say(&format!("{erased} users erased"));
    if last_administrators > 0 {
        say(&format!(
            "{last_administrators} stay: nobody else administers their tenant"
        ));
    }
    Ok(())
}

/// An error with its cause, for the operator.
pub(super) fn told(error: Error) -> DevError {
    match error.cause() {
        Some(cause) => format!("{error} ({cause})").into(),
        None => error.to_string().into(),
    }
}
