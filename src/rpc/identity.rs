//! Who is calling. [`Caller`] can only be made here: from a registered client certificate, an API key,
//! or the service's own work. A bare user id never authenticates anything.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_lc_rs::hmac;
use http::HeaderMap;
use moka::sync::Cache;
use subtle::ConstantTimeEq as _;
use time::OffsetDateTime;
use uuid::Uuid;

use super::api_key::{hash_secret, split_api_key};
use super::error::{Error, Result};
use super::permission::{Permission, Permissions};
use crate::config::KeyRing;
use crate::db::stored::StoredEnum as _;
use crate::db::{Db, PLATFORM_TENANT};
use crate::proto::v1::{ErrorReason, IdentityKind, Role};
use crate::tenants::network::Network;
use crate::tenants::store::{self, CredentialRow};
use crate::tls::PeerInfo;

/// The header by which a service names the user it acts for.
pub const ACTOR_ID: &str = "x-actor-id";
/// A changed credential is announced and dropped at once; this bounds a lost announcement.
const CACHE_TTL: Duration = Duration::from_secs(10);

/// Somebody who proved who they are. Cloning shares it.
#[derive(Debug, Clone)]
pub struct Caller(Arc<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    tenant_id: Uuid,
    tenant_slug: String,
    kind: IdentityKind,
    credential_id: Option<Uuid>,
    display_name: String,
    roles: Vec<Role>,
    permissions: Permissions,
    user_id: Option<Uuid>,
    expires_at: Option<OffsetDateTime>,
}

impl Caller {
    /// The tenant whose data the caller sees.
    #[must_use]
    pub fn tenant_id(&self) -> Uuid {
        self.0.tenant_id
    }

    /// Its short name, for logs.
    #[must_use]
    pub fn tenant_slug(&self) -> &str {
        &self.0.tenant_slug
    }

    /// How the caller proved who it is.
    #[must_use]
    pub fn kind(&self) -> IdentityKind {
        self.0.kind
    }

    /// The certificate or key.
    #[must_use]
    pub fn credential_id(&self) -> Option<Uuid> {
        self.0.credential_id
    }

    /// Name of the service or key.
    #[must_use]
    pub fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// Roles in force.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.0.roles
    }

    /// What the caller may do.
    #[must_use]
    pub fn permissions(&self) -> Permissions {
        self.0.permissions
    }

    /// The user the call is made for.
    #[must_use]
    pub fn user_id(&self) -> Option<Uuid> {
        self.0.user_id
    }

    /// When the credential ends.
    #[must_use]
    pub fn expires_at(&self) -> Option<OffsetDateTime> {
        self.0.expires_at
    }

    /// Who a credential stands for by itself.
    fn of(row: &CredentialRow, kind: IdentityKind) -> Self {
        let roles = roles(&row.roles);
        Self(Arc::new(Inner {
            tenant_id: row.tenant_id,
            tenant_slug: row.tenant_slug.clone(),
            kind,
            credential_id: Some(row.id),
            display_name: row.display_name.clone(),
            permissions: Permissions::of(&roles).and_by_name(&row.extra_permissions),
            roles,
            user_id: row.user_id,
            expires_at: Some(row.expires_at),
        }))
    }

    /// The service itself at work for a tenant: imports and demonstration data.
    #[must_use]
    pub fn system(tenant_id: Uuid, task: &str) -> Self {
        Self(Arc::new(Inner {
            tenant_id,
            tenant_slug: "system".to_owned(),
            kind: IdentityKind::System,
            credential_id: None,
            display_name: task.to_owned(),
            roles: Vec::new(),
            permissions: Permissions::of(&[Role::Owner])
                .and_by_name(&[Permission::SudRead, Permission::SudWrite].map(|p| p.name().to_owned())),
            user_id: None,
            expires_at: None,
        }))
    }

    /// Somebody without credentials, reading what is public.
    #[must_use]
    pub fn anonymous() -> Self {
        Self(Arc::new(Inner {
            tenant_id: PLATFORM_TENANT,
            tenant_slug: "anonymous".to_owned(),
            kind: IdentityKind::Public,
            credential_id: None,
            display_name: String::new(),
            roles: Vec::new(),
            permissions: Permissions::anonymous(),
            user_id: None,
            expires_at: None,
        }))
    }
}

/// A credential as registered, with the tenant behind it.
#[derive(Debug)]
struct Credential {
    row: CredentialRow,
    /// Who it stands for when it names no user.
    caller: Caller,
    /// The tenant's allow-list and the credential's own; an address must be on both.
    networks: [Vec<Network>; 2],
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum CacheKey {
    Certificate([u8; 32]),
    ApiKey(String),
}

/// Finds out who is calling.
#[derive(Debug)]
pub struct Authenticator {
    db: Db,
    peppers: Vec<(u8, hmac::Key)>,
    known: Cache<CacheKey, Arc<Credential>>,
    generation: AtomicU64,
}

impl Authenticator {
    /// Looks credentials up in `db`; API keys are hashed with the peppers of `ring`.
    #[must_use]
    pub fn new(db: Db, ring: &KeyRing) -> Self {
        let peppers = ring
            .iter()
            .map(|(id, key)| (id, hmac::Key::new(hmac::HMAC_SHA256, key)))
            .collect();
        let known = Cache::builder().max_capacity(50_000).time_to_live(CACHE_TTL).build();
        Self {
            db,
            peppers,
            known,
            generation: AtomicU64::new(0),
        }
    }

    /// Forgets every cached credential: one of them changed.
    pub fn forget(&self) {
        self.known.invalidate_all();
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// How often the cache was dropped.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Who is calling; `None` when there is neither certificate nor token.
    ///
    /// # Errors
    /// Every way in which a credential does not hold, as its own reason.
    pub async fn authenticate(
        &self,
        peer: Option<&PeerInfo>,
        client_ip: Option<IpAddr>,
        headers: &HeaderMap,
    ) -> Result<Option<Caller>> {
        let certificate = match peer.and_then(|p| p.certificate.as_deref()) {
            Some(certificate) => Some(self.certificate(certificate).await?),
            None => None,
        };
        let key = match api_key(headers) {
            Some(text) => Some(self.api_key(text).await?),
            None => None,
        };
        let credential = match (certificate, key) {
            (None, None) if headers.contains_key(ACTOR_ID) => return Err(refuse(ErrorReason::ActorNotAssertable)),
            (None, None) => return Ok(None),
            (Some(c), Some(k)) if c.row.tenant_id != k.row.tenant_id => {
                return Err(refuse(ErrorReason::CredentialMismatch));
            }
            // The key says more than the certificate of the service that carries it.
            (_, Some(key)) => key,
            (Some(certificate), None) => certificate,
        };
        check(&credential, client_ip)?;
        self.caller(&credential, headers).await.map(Some)
    }

    async fn certificate(&self, certificate: &crate::tls::PeerCertificate) -> Result<Arc<Credential>> {
        let key = CacheKey::Certificate(certificate.fingerprint_sha256);
        if let Some(known) = self.known.get(&key) {
            return Ok(known);
        }
        // Misses are rare, so their size is not carried by every call.
        let row = Box::pin(store::certificate(self.db.auth(), &certificate.fingerprint_sha256)).await?;
        self.remember(key, row)
    }

    async fn api_key(&self, text: &str) -> Result<Arc<Credential>> {
        let (prefix, secret) = split_api_key(text).ok_or_else(|| refuse(ErrorReason::CredentialUnknown))?;
        let key = CacheKey::ApiKey(prefix.to_owned());
        let credential = match self.known.get(&key) {
            Some(known) => known,
            None => {
                let row = Box::pin(store::api_key(self.db.auth(), prefix)).await?;
                self.remember(key, row)?
            }
        };
        if self.has_secret(&credential.row, secret) {
            Ok(credential)
        } else {
            Err(refuse(ErrorReason::CredentialUnknown))
        }
    }

    /// Compares in constant time; the pepper's version stands beside the hash.
    fn has_secret(&self, row: &CredentialRow, secret: &str) -> bool {
        let (Some(expected), Some(version)) = (&row.secret_hmac, row.pepper_version) else {
            return false;
        };
        self.peppers
            .iter()
            .find(|(id, _)| i16::from(*id) == version)
            .is_some_and(|(_, pepper)| hash_secret(pepper, secret).ct_eq(expected).into())
    }

    fn remember(&self, key: CacheKey, row: Option<CredentialRow>) -> Result<Arc<Credential>> {
        let row = row.ok_or_else(|| refuse(ErrorReason::CredentialUnknown))?;
        let kind = match key {
            CacheKey::Certificate(_) => IdentityKind::Certificate,
            CacheKey::ApiKey(_) => IdentityKind::ApiKey,
        };
        let caller = Caller::of(&row, kind);
        let networks = [networks(&row.ip_allowlist)?, networks(&row.own_ip_allowlist)?];
        let credential = Arc::new(Credential { row, caller, networks });
        self.known.insert(key, credential.clone());
        Ok(credential)
    }

    async fn caller(&self, credential: &Credential, headers: &HeaderMap) -> Result<Caller> {
        let own = &credential.caller;
        let Some(id) = headers.get(ACTOR_ID) else {
            return Ok(own.clone());
        };
        let Actor { id, roles, permissions } = self.actor(&credential.row, own.kind(), id).await?;
        let permissions = own.permissions().intersection(permissions);
        let acting = Inner {
            user_id: Some(id),
            roles,
            permissions,
            ..own.0.as_ref().clone()
        };
        Ok(Caller(Arc::new(acting)))
    }

    /// The user a service names: only if its certificate may, and only of its own tenant.
    async fn actor(&self, row: &CredentialRow, kind: IdentityKind, id: &http::HeaderValue) -> Result<Actor> {
        let refused = || refuse(ErrorReason::ActorNotAssertable);
        if kind != IdentityKind::Certificate || !row.may_assert_actor {
            return Err(refused());
        }
        let id = id
            .to_str()
            .ok()
            .and_then(|t| Uuid::try_parse(t).ok())
            .ok_or_else(refused)?;
        let user = Box::pin(store::active_user(self.db.auth(), row.tenant_id, id)).await?;
        let user = user.ok_or_else(refused)?;
        let roles = roles(&user.roles);
        let permissions = Permissions::of(&roles).and_by_name(&user.extra_permissions);
        Ok(Actor { id, roles, permissions })
    }
}

/// A user that a service acts for.
struct Actor {
    id: Uuid,
    roles: Vec<Role>,
    permissions: Permissions,
}

fn roles(stored: &[String]) -> Vec<Role> {
    stored.iter().filter_map(|r| Role::from_stored(r)).collect()
}

/// An allow-list. One range that can't be read refuses all: it must not open the door wider.
fn networks(texts: &[String]) -> Result<Vec<Network>> {
    texts
        .iter()
        .map(|n| {
            n.parse()
                .map_err(|e: crate::tenants::network::NotANetwork| refuse(ErrorReason::IpNotAllowed).because(e))
        })
        .collect()
}

/// Whether the credential holds now and from here.
fn check(credential: &Credential, client_ip: Option<IpAddr>) -> Result<()> {
    let row = &credential.row;
    let now = OffsetDateTime::now_utc();
    if row.is_revoked {
        return Err(refuse(ErrorReason::CredentialUnknown));
    }
    if now < row.valid_from || now >= row.expires_at {
        return Err(refuse(ErrorReason::CredentialExpired));
    }
    if row.tenant_status != "ACTIVE" {
        return Err(refuse(ErrorReason::TenantInactive));
    }
    let is_allowed = credential
        .networks
        .iter()
        .all(|list| list.is_empty() || client_ip.is_some_and(|ip| list.iter().any(|n| n.contains(ip))));
    if is_allowed {
        Ok(())
    } else {
        Err(refuse(ErrorReason::IpNotAllowed))
    }
}

/// The API key of a request: `Authorization: Bearer sk_…` or `X-Api-Key: sk_…`.
fn api_key(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers
        .get(http::header::AUTHORIZATION)
        // A header that is no text is a credential all the same, and not one of ours.
        .map(|v| v.to_str().unwrap_or("?"))
        .map(|v| {
            v.strip_prefix("Bearer ")
                .or_else(|| v.strip_prefix("bearer "))
                .unwrap_or(v)
        });
    bearer.or_else(|| headers.get("x-api-key").map(|v| v.to_str().unwrap_or("?")))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the catalogue is the whole service's; this module gives five of its reasons"
)]
fn refuse(reason: ErrorReason) -> Error {
    let message = match reason {
        ErrorReason::CredentialExpired => "the credential is not valid at this time",
        ErrorReason::ActorNotAssertable => "this caller may not name a user, or not this one",
        ErrorReason::CredentialMismatch => "certificate and token belong to different tenants",
        ErrorReason::TenantInactive => "the tenant is not active",
        ErrorReason::IpNotAllowed => "the tenant does not allow calls from this address",
        // Every other reason of this module is an unknown credential.
        _ => "the credential is not registered",
    };
    Error::new(reason, message)
}

/// Whether the caller may do what the method demands.
///
/// # Errors
/// `NO_IDENTITY` without a caller, `ROLE` with one that lacks the permission.
pub fn authorize(caller: Option<&Caller>, permission: Permission) -> Result<()> {
    match caller {
        _ if permission == Permission::Public => Ok(()),
        None => Err(Error::new(
            ErrorReason::NoIdentity,
            "a client certificate or an API key is needed",
        )),
        Some(caller) if caller.permissions().allow(permission) => Ok(()),
        Some(_) => {
            Err(Error::new(ErrorReason::Role, "no role of the caller allows this")
                .with("permission", permission.name()))
        }
    }
}
