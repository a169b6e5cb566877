//! The tenant on the wire: who is calling.

use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::store::{self, TenantRow};
use crate::audit::event::{Facts, Resource};
use crate::proto::v1::tenant_service_server::TenantService;
use crate::proto::v1::{GetMeRequest, GetMeResponse, Identity, Tenant};
use crate::rpc::call::{Answer, Calls};
use crate::rpc::error::Error;
use crate::rpc::identity::Caller;
use crate::rpc::wire::timestamp;

/// `TenantService`.
#[derive(Debug, Clone)]
pub struct Api {
    calls: Calls,
}

impl Api {
    /// Serves the tenant through `calls`.
    #[must_use]
    pub fn new(calls: Calls) -> Self {
        Self { calls }
    }
}

#[tonic::async_trait]
impl TenantService for Api {
    async fn get_me(&self, request: Request<GetMeRequest>) -> Result<Response<GetMeResponse>, Status> {
        self.calls
            .read(request, |tx, GetMeRequest {}, call| {
                Box::pin(async move {
                    let id = tx.tenant_id();
                    let row = store::tenant(tx).await?.ok_or_else(|| Error::not_found(id))?;
                    let caller = call.caller().ok_or_else(|| Error::internal("no caller"))?;
                    let reply = GetMeResponse {
                        tenant: Some(tenant(row)),
                        identity: Some(identity(caller)),
                        permissions: caller.permissions().names().into_iter().map(str::to_owned).collect(),
                    };
                    Ok(Answer::new(reply, Facts::one(Resource::Tenant, id)))
                })
            })
            .await
    }
}

fn tenant(row: TenantRow) -> Tenant {
    let TenantRow {
        id,
        slug,
        name,
        is_demo,
        sud_agreement_active,
        baa_permits_deidentification,
        retention_days,
        features,
        created_at,
    } = row;
    Tenant {
        id: id.to_string(),
        slug,
        name,
        sud_agreement_active,
        baa_permits_deidentification,
        retention_days,
        is_demo,
        features,
        created_at: Some(timestamp(created_at)),
    }
}

fn identity(caller: &Caller) -> Identity {
    let id_text = |id: Option<Uuid>| id.map(|id| id.to_string()).unwrap_or_default();
    Identity {
        kind: caller.kind().into(),
        credential_id: id_text(caller.credential_id()),
        display_name: caller.display_name().to_owned(),
        roles: caller.roles().iter().map(|r| (*r).into()).collect(),
        user_id: id_text(caller.user_id()),
        expires_at: caller.expires_at().map(timestamp),
    }
}
