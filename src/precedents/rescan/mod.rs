//! A new look at every stored text when the detectors have changed: what they find now is held until a
//! person has looked, everything else is marked as seen by them.

pub(crate) mod store;

use std::sync::Arc;

use uuid::Uuid;

use super::change::versioned;
use super::held::{Held, PHI_RULES, has_findings};
use super::record;
use super::store::Row;
use crate::audit::event::{AuditEvent, Facts, Resource};
use crate::db::stored::StoredEnum as _;
use crate::db::{Db, TenantTx};
use crate::privacy::guard::AllowList;
use crate::privacy::{FreeTextGuard, SCAN_VERSION, allow_list};
use crate::proto::v1::{ChangeKind, PrecedentStatus};
use crate::rpc::error::Result;
use crate::rpc::identity::Caller;

/// Precedents looked at in one transaction.
const CHUNK: i64 = 200;
/// The audit action.
const ACTION: &str = "precedent.rescan";

/// What a rescan came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Precedents looked at.
    pub scanned: u64,
    /// Held for review, because of what was found in them.
    pub held: u64,
    /// Put away, with findings: looked at once more before they come back.
    pub archived_with_findings: u64,
}

/// Looks at every precedent that older detectors have seen. `progress` is told how many are done, of how many.
/// What an ended consent hides is looked at too, under a database role of its own, and stays hidden: when a new
/// consent brings it back, it comes back held.
///
/// # Errors
/// Those of the database; what was done before stays done, and the next run goes on from there.
pub async fn run(db: &Db, guard: Arc<dyn FreeTextGuard>, mut progress: impl FnMut(u64, u64)) -> Result<Summary> {
    let version = i32::try_from(SCAN_VERSION).unwrap_or(i32::MAX);
    let mut summary = Summary::default();
    let mut due = Vec::new();
    for tenant in crate::tenants::store::every_id(db.auth()).await? {
        let caller = Caller::system(tenant, "rescan");
        let count = store::count_due(&mut db.begin_rescan(&caller).await?, version).await?;
        due.push((caller, u64::try_from(count).unwrap_or(0)));
    }
    let total = due.iter().map(|(_, count)| count).sum();
    progress(0, total);
    for (caller, _) in due.iter().filter(|(_, count)| *count > 0) {
        let mut after = Uuid::nil();
        while let Some(last) = chunk(db, caller, &*guard, after, version, &mut summary).await? {
            after = last;
            progress(summary.scanned, total);
        }
    }
    Ok(summary)
}

/// The next chunk of a tenant, whole or not at all; gives the last id, and none at the end.
async fn chunk(
    db: &Db,
    caller: &Caller,
    guard: &dyn FreeTextGuard,
    after: Uuid,
    version: i32,
    summary: &mut Summary,
) -> Result<Option<Uuid>> {
    let mut tx = db.begin_rescan(caller).await?;
    let allowed = allow_list::of_tenant(&mut tx).await?;
    let rows = store::due(&mut tx, version, after, CHUNK).await?;
    let ids: Vec<Uuid> = rows.iter().map(Row::id).collect();
    let is_restricted = rows.iter().any(Row::is_restricted);
    let mut found = Summary {
        scanned: u64::try_from(ids.len()).unwrap_or(u64::MAX),
        ..Summary::default()
    };
    for row in rows {
        look(&mut tx, caller, guard, &allowed, row, &mut found).await?;
    }
    store::mark_scanned(&mut tx, &ids, version).await?;
    if let Some(last) = ids.last() {
        let row_count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        let facts = Facts {
            row_count,
            resource: Resource::Precedent,
            ..Facts::call()
        };
        let facts = facts.restricted(is_restricted);
        crate::audit::store::append(&mut tx, &AuditEvent::of_work(caller, ACTION, facts)).await?;
        tx.commit().await?;
        summary.scanned += found.scanned;
        summary.held += found.held;
        summary.archived_with_findings += found.archived_with_findings;
        return Ok(Some(*last));
    }
    Ok(None)
}

/// One precedent: held when the guard finds something now.
async fn look(
    tx: &mut TenantTx,
    caller: &Caller,
    guard: &dyn FreeTextGuard,
    allowed: &AllowList,
    row: Row,
    found: &mut Summary,
) -> Result<()> {
    let id = row.id();
    let precedent = record::precedent(row)?;
    if !has_findings(&precedent, guard, allowed) {
        return Ok(());
    }
    if precedent.status() == PrecedentStatus::Archived {
        found.archived_with_findings += 1;
        return Ok(());
    }
    found.held += 1;
    let held = Held::because(PHI_RULES, &precedent.review_reasons);
    let row = store::hold(tx, id, &held.reasons).await?;
    let fields = ["status".to_owned()];
    let (held, _) = versioned(tx, row, ChangeKind::Rescanned, &fields, "", Some(caller)).await?;
    let facts = Facts::one(Resource::Precedent, id)
        .version(held.version)
        .fields(vec![PrecedentStatus::NeedsReview.stored().to_owned()])
        .restricted(record::is_restricted(&precedent));
    Ok(crate::audit::store::append(tx, &AuditEvent::of_work(caller, ACTION, facts)).await?)
}
