//! Consents that have come to their end, put on record. Nobody waits for this: from its day on a consent
//! permits nothing, recorded or not. It is what the consent's history says afterwards.

use super::store;
use crate::audit::event::{AuditEvent, Facts, Resource};
use crate::db::{Db, TenantTx};
use crate::rpc::error::Result;
use crate::rpc::identity::Caller;

/// The audit action.
const ACTION: &str = "consent.expire";

/// Records the end of every consent whose day has come, a tenant at a time, each once however many replicas
/// are at it. Gives how many there were.
///
/// # Errors
/// Those of the database; tenants done before stay done, and the next run goes on from there.
pub async fn run(db: &Db) -> Result<u64> {
    let mut ended = 0;
    for tenant in crate::tenants::store::every_id(db.auth()).await? {
        let caller = Caller::system(tenant, "expire-consents");
        let mut tx = db.begin(&caller).await?;
        let of_tenant = note(&mut tx, None).await?;
        if of_tenant > 0 {
            tx.commit().await?;
        }
        ended += of_tenant;
    }
    Ok(ended)
}

/// Records the end of those of one reference, or of all: state, version and audit event in one transaction.
pub(super) async fn note(tx: &mut TenantTx, consent_ref: Option<&str>) -> Result<u64> {
    let service = Caller::system(tx.tenant_id(), "expire-consents");
    let mut ended = 0;
    for (id, version) in store::expire(tx, consent_ref).await? {
        let facts = Facts::one(Resource::Consent, id)
            .version(version)
            .fields(vec!["state".to_owned()]);
        crate::audit::store::append(tx, &AuditEvent::of_work(&service, ACTION, facts)).await?;
        ended += 1;
    }
    Ok(ended)
}
