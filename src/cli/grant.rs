//! `stratum grant`: what no role grants, and the agreement it needs (42 CFR Part 2). Audited like a call.

use std::path::{Path, PathBuf};

use clap::Args;
use time::macros::format_description;
use time::{Date, Time};
use uuid::Uuid;

use super::say;
use super::storage::StorageArgs;
use crate::audit::event::{AuditEvent, Facts, Resource};
use crate::db::Db;
use crate::dev::{DevError, Storage};
use crate::rpc::identity::Caller;
use crate::rpc::permission::Permission;
use crate::tenants::provision::{Holder, Provisioner};
use crate::tls::PeerCertificate;

#[derive(Debug, Args)]
pub(super) struct GrantArgs {
    #[command(flatten)]
    storage: StorageArgs,
    /// Short name of the tenant.
    #[arg(long)]
    tenant: String,
    /// A permission for the holder, such as sud.read; once for each. Those not named are taken back.
    #[arg(long = "permission", value_parser = permission)]
    permissions: Vec<Permission>,
    /// The holder: a user, by e-mail address.
    #[arg(long, group = "holder")]
    user: Option<String>,
    /// The holder: an API key, by the letters between `sk_` and the second `_`.
    #[arg(long, group = "holder")]
    api_key: Option<String>,
    /// The holder: a client certificate, PEM.
    #[arg(long, group = "holder")]
    certificate: Option<PathBuf>,
    /// Put the tenant's Part 2 agreement in force until this day, such as 2027-06-30.
    #[arg(long, value_parser = day)]
    sud_agreement_until: Option<Date>,
}

fn permission(name: &str) -> Result<Permission, String> {
    let known = Permission::BY_NAME_ONLY;
    let names = || known.iter().map(|p| p.name()).collect::<Vec<_>>().join(", ");
    known
        .iter()
        .copied()
        .find(|p| p.name() == name)
        .ok_or_else(|| format!("is none of {}", names()))
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|e| e.to_string())
}

pub(super) async fn grant(args: GrantArgs) -> Result<(), DevError> {
    let GrantArgs {
        storage,
        tenant,
        permissions,
        user,
        api_key,
        certificate,
        sud_agreement_until,
    } = args;
    let holder = match (user, api_key, certificate) {
        (Some(email), ..) => Some(Holder::User(email)),
        (None, Some(prefix), _) => Some(Holder::ApiKey(prefix)),
        (None, None, Some(path)) => Some(Holder::Certificate(fingerprint(&path)?)),
        (None, None, None) if permissions.is_empty() && sud_agreement_until.is_some() => None,
        (None, None, None) => return Err("name a holder: --user, --api-key or --certificate".into()),
    };
    let storage = storage.open().await?;
    let wish = Wish {
        tenant,
        holder,
        permissions,
        sud_agreement_until,
    };
    let granted = wish.carry_out(&storage).await;
    storage.stop().await?;
    granted
}

fn fingerprint(path: &Path) -> Result<[u8; 32], DevError> {
    let chain = crate::tls::pem::PemFile::read(path)?.certificates()?;
    let leaf = chain.first().ok_or("the certificate file is empty")?;
    Ok(PeerCertificate::parse(leaf)?.fingerprint_sha256)
}

/// What is to hold.
struct Wish {
    tenant: String,
    holder: Option<Holder>,
    permissions: Vec<Permission>,
    sud_agreement_until: Option<Date>,
}

impl Wish {
    /// Nothing holds before its event is in the log.
    async fn carry_out(self, storage: &Storage) -> Result<(), DevError> {
        let db = Db::open(&storage.database);
        crate::audit::store::ensure_partitions(db.audit_writer()).await?;
        let mut provisioner = Provisioner::connect(&storage.database.administrator()).await?;
        let tenant = provisioner
            .tenant_named(&self.tenant)
            .await?
            .ok_or("there is no such tenant")?;
        provisioner.begin().await?;
        let mut events = Vec::new();
        let caller = Caller::system(tenant, "grant");
        if let Some(day) = self.sud_agreement_until {
            provisioner
                .sud_agreement(tenant, day.with_time(Time::MIDNIGHT).assume_utc())
                .await?;
            events.push(AuditEvent::of_work(
                &caller,
                "tenant.sign_sud_agreement",
                Facts::one(Resource::Tenant, tenant),
            ));
        }
        if let Some(holder) = &self.holder {
            let id = provisioner
                .grant(tenant, holder, &self.permissions)
                .await?
                .ok_or("the tenant has no such holder")?;
            events.push(AuditEvent::of_work(&caller, "tenant.grant", self.facts(holder, id)));
        }
        crate::audit::store::append_many(db.audit_writer(), events.iter()).await?;
        provisioner.commit().await?;
        db.close().await;
        let names: Vec<&str> = self.permissions.iter().map(|p| p.name()).collect();
        say(&match self.holder {
            Some(_) if names.is_empty() => "nothing is granted by name any more".to_owned(),
            Some(_) => format!("granted: {}", names.join(", ")),
            None => "the agreement is in force".to_owned(),
        });
        Ok(())
    }

    fn facts(&self, holder: &Holder, id: Uuid) -> Facts {
        let resource = match holder {
            Holder::User(_) => Resource::User,
            Holder::ApiKey(_) | Holder::Certificate(_) => Resource::Credential,
        };
        Facts::one(resource, id).fields(self.permissions.iter().map(|p| p.name().to_owned()).collect())
    }
}
