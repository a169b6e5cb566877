//! What is due for erasure is erased: a pseudonym in the user's place, every audit fact where it was.

use super::store::{self, ErasureRow};
use crate::audit::event::{AuditEvent, Facts, Resource};
use crate::db::stored::StoredEnum as _;
use crate::db::{Db, TenantTx};
use crate::proto::v1::ErasureState;
use crate::rpc::error::{Error, Result};
use crate::rpc::identity::Caller;

/// The audit action.
const ACTION: &str = "user.erase";

/// What a purge came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purged {
    /// Users that are pseudonyms now.
    pub erased: u64,
    /// Users that stay until somebody else administers their tenant.
    pub last_administrators: u64,
}

/// Erases every user whose request is due, a tenant at a time.
///
/// # Errors
/// Those of the database; tenants done before stay done, and a repeat goes on from there.
pub async fn run(db: &Db) -> Result<Purged> {
    let mut purged = Purged::default();
    for tenant in crate::tenants::store::every_id(db.auth()).await? {
        let caller = Caller::system(tenant, "purge-erased");
        let mut tx = db.begin(&caller).await?;
        let mut done = Purged::default();
        for request in store::due(&mut tx).await? {
            erase(&mut tx, &caller, request, &mut done).await?;
        }
        tx.commit().await?;
        purged.erased += done.erased;
        purged.last_administrators += done.last_administrators;
    }
    Ok(purged)
}

async fn erase(tx: &mut TenantTx, caller: &Caller, request: ErasureRow, done: &mut Purged) -> Result<()> {
    if store::is_last_administrator(tx, request.user_id).await? {
        done.last_administrators += 1;
        return Ok(());
    }
    if !store::pseudonymise(tx, request.user_id).await? {
        return Err(Error::internal("a user who is due can't be erased"));
    }
    store::end(tx, request.id, ErasureState::Done.stored()).await?;
    done.erased += 1;
    let facts = Facts::one(Resource::User, request.user_id)
        .fields(["email", "display_name", "status"].map(str::to_owned).to_vec());
    Ok(crate::audit::store::append(tx, &AuditEvent::of_work(caller, ACTION, facts)).await?)
}
