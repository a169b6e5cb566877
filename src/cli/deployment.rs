//! Commands of a deployment: schema, first credentials, health, the OpenAPI document.

use std::path::PathBuf;

use clap::Args;

use super::say;
use crate::config::KeyRing;
use crate::db::{DatabaseConfig, migrate};
use crate::dev::DevError;

#[derive(Debug, Args)]
pub(super) struct DatabaseArgs {
    /// Database URL of an administrator who can create roles.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub(super) database_url: String,
    /// CA bundle that verifies the database, PEM.
    #[arg(long, env = "STRATUM_DATABASE_CA")]
    pub(super) database_ca: Option<PathBuf>,
    /// Accept a connection that is not verified.
    #[arg(long)]
    pub(super) development: bool,
}

impl DatabaseArgs {
    pub(super) fn config(&self) -> Result<DatabaseConfig, DevError> {
        let password = |name: &str| std::env::var(name).ok();
        DatabaseConfig::new(
            &self.database_url,
            self.database_ca.as_ref(),
            self.development,
            password,
        )
        .map_err(|problem| format!("DATABASE_URL {problem}").into())
    }
}

#[derive(Debug, Args)]
pub(super) struct BootstrapArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Peppers of API keys, as the server has them.
    #[arg(long, env = "STRATUM_API_KEY_PEPPERS", hide_env_values = true)]
    api_key_peppers: String,
    /// Short name of the first tenant.
    #[arg(long)]
    tenant_slug: String,
    /// Its name.
    #[arg(long)]
    tenant_name: String,
    /// E-mail address of its owner.
    #[arg(long)]
    owner_email: String,
    /// Client certificate of its first service, PEM.
    #[arg(long)]
    tenant_certificate: PathBuf,
    /// Client certificate of the platform administrator, PEM.
    #[arg(long)]
    platform_certificate: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct HealthcheckArgs {
    /// The plaintext health listener.
    #[arg(long, default_value = "http://127.0.0.1:7081")]
    address: String,
    /// The service to ask for; empty asks whether the process lives.
    #[arg(long, default_value = "stratum.v1.PrecedentService")]
    service: String,
}

pub(super) async fn migrate_database(args: &DatabaseArgs) -> Result<(), DevError> {
    let applied = migrate::migrate(&args.config()?.administrator()).await?;
    say(&format!("{applied} migrations applied"));
    Ok(())
}

pub(super) async fn bootstrap(args: BootstrapArgs) -> Result<(), DevError> {
    use crate::proto::v1::Role;
    use crate::tenants::provision::{Provisioner, ServiceCertificate};
    use crate::tls::PeerCertificate;
    let peppers =
        KeyRing::parse(&args.api_key_peppers).map_err(|problem| format!("STRATUM_API_KEY_PEPPERS {problem}"))?;
    let mut provisioner = Provisioner::connect(&args.database.config()?.administrator()).await?;
    let tenant = provisioner.tenant(&args.tenant_slug, &args.tenant_name, false).await?;
    let owner = provisioner
        .user(tenant, &args.owner_email, "Owner", &[Role::Owner])
        .await?;
    for (tenant, path, name, roles) in [
        (
            tenant,
            &args.tenant_certificate,
            "first-service",
            [Role::Owner, Role::Service],
        ),
        (
            Provisioner::platform(),
            &args.platform_certificate,
            "platform-admin",
            [Role::PlatformAdmin, Role::Service],
        ),
    ] {
        let chain = crate::tls::pem::PemFile::read(path)?.certificates()?;
        let leaf = chain.first().ok_or("the certificate file is empty")?;
        let certificate = PeerCertificate::parse(leaf)?;
        let registration = ServiceCertificate {
            fingerprint_sha256: certificate.fingerprint_sha256,
            service_name: name,
            roles: &roles,
            may_assert_actor: false,
            not_before: time::OffsetDateTime::from_unix_timestamp(certificate.not_before)?,
            not_after: time::OffsetDateTime::from_unix_timestamp(certificate.not_after)?,
        };
        provisioner.certificate(tenant, &registration).await?;
    }
    let key = provisioner
        .api_key(tenant, "bootstrap", &[Role::Owner], Some(owner), &peppers)
        .await?;
    say(&format!(
        "tenant {tenant}\nAPI key of the owner, shown this once: {}",
        key.expose()
    ));
    Ok(())
}

pub(super) async fn healthcheck(args: HealthcheckArgs) -> Result<(), DevError> {
    use tonic_health::pb::health_check_response::ServingStatus;
    let channel = tonic::transport::Endpoint::new(args.address)?
        .timeout(std::time::Duration::from_secs(3))
        .connect()
        .await?;
    let request = tonic_health::pb::HealthCheckRequest { service: args.service };
    let reply = tonic_health::pb::health_client::HealthClient::new(channel)
        .check(request)
        .await?
        .into_inner();
    match reply.status() {
        ServingStatus::Serving => {
            say("SERVING");
            Ok(())
        }
        ServingStatus::Unknown | ServingStatus::NotServing | ServingStatus::ServiceUnknown => {
            Err(reply.status().as_str_name().into())
        }
    }
}

pub(super) fn openapi() -> Result<(), DevError> {
    let pool = crate::proto::descriptor_pool()?;
    let policies = crate::server::policies(&pool)?;
    say(&serde_json::to_string_pretty(&crate::openapi::document(
        &pool, &policies,
    )?)?);
    Ok(())
}
