//! Setting tenants and credentials up as the schema's owner: what `stratum bootstrap` and
//! `stratum dev` do before anybody can log in.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::store::{self, ApiKeyToAdd, CertificateToAdd};
use crate::config::{KeyRing, Secret};
use crate::db::PLATFORM_TENANT;
use crate::db::stored::StoredEnum as _;
use crate::proto::v1::Role;
use crate::rpc::identity::new_api_key;
use crate::rpc::permission::Permission;

/// How long a new API key lasts.
const API_KEY_LIFETIME: Duration = Duration::days(90);

/// Why setting up stopped.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// The database refused.
    #[error("the database refused: {0}")]
    Database(#[from] sqlx::Error),
    /// No key could be made.
    #[error("no API key can be made: {0}")]
    Key(#[from] crate::rpc::error::Error),
}

/// A certificate to register for a service.
#[derive(Debug, Clone)]
pub struct ServiceCertificate<'a> {
    /// SHA-256 over the leaf's DER.
    pub fingerprint_sha256: [u8; 32],
    /// Name of the service.
    pub service_name: &'a str,
    /// Roles it works under.
    pub roles: &'a [Role],
    /// Whether it may name the user it acts for.
    pub may_assert_actor: bool,
    /// Start of validity.
    pub not_before: OffsetDateTime,
    /// End of validity.
    pub not_after: OffsetDateTime,
}

/// A connection as the schema's owner.
#[derive(Debug)]
pub struct Provisioner {
    connection: PgConnection,
}

impl Provisioner {
    /// Connects as the administrator and takes the owner's role on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn connect(administrator: &PgConnectOptions) -> Result<Self, ProvisionError> {
        let mut connection = administrator.connect().await?;
        crate::db::migrate::become_owner(&mut connection).await?;
        Ok(Self { connection })
    }

    /// A tenant by slug, made when it is missing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn tenant(&mut self, slug: &str, name: &str, is_demo: bool) -> Result<Uuid, ProvisionError> {
        Ok(store::add_tenant(&mut self.connection, slug, name, is_demo).await?)
    }

    /// The platform's own tenant.
    #[must_use]
    pub const fn platform() -> Uuid {
        PLATFORM_TENANT
    }

    /// A user by e-mail, made when it is missing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn user(
        &mut self,
        tenant: Uuid,
        email: &str,
        name: &str,
        roles: &[Role],
    ) -> Result<Uuid, ProvisionError> {
        Ok(store::add_user(&mut self.connection, tenant, email, name, &names(roles)).await?)
    }

    /// Registers a certificate; one that is registered stays as it is.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn certificate(
        &mut self,
        tenant: Uuid,
        certificate: &ServiceCertificate<'_>,
    ) -> Result<(), ProvisionError> {
        let to_add = CertificateToAdd {
            tenant,
            fingerprint: certificate.fingerprint_sha256,
            service_name: certificate.service_name,
            roles: &names(certificate.roles),
            may_assert_actor: certificate.may_assert_actor,
            not_before: certificate.not_before,
            not_after: certificate.not_after,
        };
        Ok(store::add_certificate(&mut self.connection, &to_add).await?)
    }

    /// Puts a tenant's agreement under 42 CFR Part 2 in force until a moment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sud_agreement(&mut self, tenant: Uuid, until: OffsetDateTime) -> Result<(), ProvisionError> {
        Ok(store::sign_sud_agreement(&mut self.connection, tenant, until).await?)
    }

    /// Grants permissions by name to a registered certificate, in the place of those it had.
    ///
    /// # Errors
    /// When the database refuses, as it does for what roles grant.
    pub async fn grant_to_certificate(
        &mut self,
        tenant: Uuid,
        fingerprint: &[u8; 32],
        permissions: &[Permission],
    ) -> Result<(), ProvisionError> {
        let names: Vec<&str> = permissions.iter().map(|p| p.name()).collect();
        Ok(store::grant_to_certificate(&mut self.connection, tenant, fingerprint, &names).await?)
    }

    /// Makes an API key; its text is shown once and not stored.
    ///
    /// # Errors
    /// When the database refuses or there is no pepper.
    pub async fn api_key(
        &mut self,
        tenant: Uuid,
        display_name: &str,
        roles: &[Role],
        user: Option<Uuid>,
        peppers: &KeyRing,
    ) -> Result<Secret<String>, ProvisionError> {
        let key = new_api_key(peppers)?;
        let to_add = ApiKeyToAdd {
            tenant,
            prefix: &key.prefix,
            pepper_version: key.pepper_version,
            secret_hmac: &key.secret_hmac,
            display_name,
            roles: &names(roles),
            user,
            expires_at: OffsetDateTime::now_utc() + API_KEY_LIFETIME,
        };
        store::add_api_key(&mut self.connection, &to_add).await?;
        Ok(key.text)
    }

    /// Whether the key with this text is registered, not revoked and good for another day.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn has_api_key(&mut self, text: &str) -> Result<bool, ProvisionError> {
        let prefix = text.split('_').nth(1).unwrap_or_default();
        Ok(store::has_api_key(&mut self.connection, prefix).await?)
    }
}

fn names(roles: &[Role]) -> Vec<&'static str> {
    roles.iter().map(|r| r.stored()).collect()
}
