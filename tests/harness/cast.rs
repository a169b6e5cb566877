//! Who plays: tenants with a certificate, an API key and a user for every role, the platform's
//! identities, and the authority behind the certificates. Made once for all test processes, kept in
//! `target/`, and written into the database template, so that no test pays for keys.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use stratum::config::KeyRing;
use stratum::db::stored::StoredEnum as _;
use stratum::dev::pki::{Authority, Issued, Leaf};
use stratum::proto::v1::Role;
use stratum::rpc::identity::new_api_key;
use stratum::rpc::permission::Permission;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// The tenants of most tests.
pub(crate) const ALPHA: &str = "alpha";
pub(crate) const BETA: &str = "beta";
/// The stranger: nothing of the others may reach it.
pub(crate) const GAMMA: &str = "gamma";
/// The platform's own tenant.
pub(crate) const PLATFORM: &str = "platform";

/// The service of every tenant that may name a user.
pub(crate) const ACTING: &str = "acting";

/// The owner of every tenant who may see and write what 42 CFR Part 2 restricts.
pub(crate) const CUSTODIAN: &str = "custodian";

pub(crate) const TENANT_ROLES: &[Role] = &[
    Role::Owner,
    Role::TenantAdmin,
    Role::Biller,
    Role::Analyst,
    Role::Compliance,
    Role::ReadOnly,
    Role::Service,
];
pub(crate) const PLATFORM_ROLES: &[Role] = &[Role::PlatformAdmin, Role::PlatformOperator];

const PEPPERS: &str = "3:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const PAGE_TOKEN_KEYS: &str = "7:1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

pub(crate) fn peppers() -> KeyRing {
    KeyRing::parse(PEPPERS).expect("a key ring")
}

pub(crate) fn page_token_keys() -> KeyRing {
    KeyRing::parse(PAGE_TOKEN_KEYS).expect("a key ring")
}

/// A certificate and its key, PEM.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pair {
    pub(crate) certificate: String,
    pub(crate) private_key: String,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
}

impl From<Issued> for Pair {
    fn from(issued: Issued) -> Self {
        Self {
            certificate: issued.certificate_pem,
            private_key: issued.private_key_pem,
            fingerprint: issued.summary.fingerprint_sha256,
            not_before: issued.summary.not_before,
            not_after: issued.summary.not_after,
        }
    }
}

/// One identity of a tenant.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Player {
    /// The roles, as stored.
    pub(crate) roles: Vec<String>,
    /// What is granted by name.
    pub(crate) extra_permissions: Vec<String>,
    pub(crate) may_assert_actor: bool,
    pub(crate) certificate_id: Uuid,
    pub(crate) certificate: Pair,
    pub(crate) api_key_id: Uuid,
    pub(crate) api_key: String,
    pub(crate) api_key_prefix: String,
    pub(crate) pepper_version: i16,
    pub(crate) secret_hmac: Vec<u8>,
    pub(crate) user_id: Uuid,
}

/// A tenant and its identities, by name: the role in small letters, or [`ACTING`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Troupe {
    pub(crate) id: Uuid,
    pub(crate) players: BTreeMap<String, Player>,
}

/// Everybody.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Cast {
    pub(crate) directory: PathBuf,
    pub(crate) ca: String,
    pub(crate) server: Pair,
    /// Signed by the authority, registered nowhere.
    pub(crate) stranger: Pair,
    pub(crate) tenants: BTreeMap<String, Troupe>,
}

impl Cast {
    /// The cast of this target directory, made when it is missing or about to end.
    pub(crate) fn get() -> &'static Self {
        static CAST: OnceLock<Cast> = OnceLock::new();
        CAST.get_or_init(|| Self::open(&target().join("test-cast")))
    }

    fn open(directory: &Path) -> Self {
        fs::create_dir_all(directory).expect("a directory");
        let lock = File::create(directory.join("lock")).expect("a lock file");
        lock.lock().expect("a lock");
        let path = directory.join("cast.json");
        if let Some(cast) = fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok())
            && cast.lasts()
            && cast.directory == directory
        {
            return cast;
        }
        let cast = Self::new(directory);
        fs::write(path, serde_json::to_vec(&cast).expect("JSON")).expect("a file written");
        cast
    }

    fn lasts(&self) -> bool {
        self.server.not_after > (OffsetDateTime::now_utc() + Duration::hours(12)).unix_timestamp()
    }

    fn new(directory: &Path) -> Self {
        let authority = Authority::generate().expect("an authority");
        let issue = |leaf: &Leaf| -> Pair { authority.issue(leaf).expect("a certificate").into() };
        let mut tenants = BTreeMap::new();
        for slug in [ALPHA, BETA, GAMMA] {
            let mut players = troupe(slug, TENANT_ROLES, &issue);
            let custodian = player(slug, CUSTODIAN, &[Role::Owner], false, &issue);
            let extra_permissions = Permission::BY_NAME_ONLY.iter().map(|p| p.name().to_owned()).collect();
            players.insert(
                CUSTODIAN.to_owned(),
                Player {
                    extra_permissions,
                    ..custodian
                },
            );
            players.insert(
                ACTING.to_owned(),
                player(slug, ACTING, &[Role::Service, Role::Owner], true, &issue),
            );
            tenants.insert(
                slug.to_owned(),
                Troupe {
                    id: Uuid::now_v7(),
                    players,
                },
            );
        }
        let platform = Troupe {
            id: stratum::db::PLATFORM_TENANT,
            players: troupe(PLATFORM, PLATFORM_ROLES, &issue),
        };
        tenants.insert(PLATFORM.to_owned(), platform);
        let cast = Self {
            directory: directory.to_owned(),
            ca: authority.certificate_pem().to_owned(),
            server: issue(&Leaf::server()),
            stranger: issue(&Leaf::client("nobody", "nowhere").expect("slugs")),
            tenants,
        };
        let list = authority.revocation_list(1, &[]).expect("a revocation list");
        for (name, text) in [
            ("ca.crt", &cast.ca),
            ("server.crt", &cast.server.certificate),
            ("server.key", &cast.server.private_key),
            ("clients.crl", &list),
        ] {
            fs::write(directory.join(name), text).expect("a file written");
        }
        cast
    }

    pub(crate) fn tenant(&self, slug: &str) -> &Troupe {
        self.tenants.get(slug).expect("a tenant of the cast")
    }

    pub(crate) fn player(&self, slug: &str, name: &str) -> &Player {
        self.tenant(slug).players.get(name).expect("a player of the tenant")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The SQL that registers everybody in an empty database.
    pub(crate) fn registration(&self) -> String {
        use std::fmt::Write as _;
        let mut sql = String::new();
        for (slug, Troupe { id: tenant, players }) in &self.tenants {
            if slug != PLATFORM {
                writeln!(
                    sql,
                    "INSERT INTO tenants (id, slug, name, kind, sud_agreement_until)
                    VALUES ('{tenant}', '{slug}', 'Tenant {slug}', 'CUSTOMER', now() + interval '1 year');"
                )
                .expect("text");
            }
            for (name, p) in players {
                let (user, roles, extra) = (p.user_id, p.roles.join(","), p.extra_permissions.join(","));
                let fingerprint = hex::encode(p.certificate.fingerprint);
                let hmac = hex::encode(&p.secret_hmac);
                writeln!(sql,
                    "INSERT INTO users (tenant_id, id, email, display_name, roles, extra_permissions)
                        VALUES ('{tenant}', '{user}', '{name}@{slug}.example.com', 'User {name}', '{{{roles}}}', '{{{extra}}}');
                    INSERT INTO certificates (tenant_id, id, fingerprint_sha256, service_name, roles, extra_permissions, may_assert_actor, not_before, not_after)
                        VALUES ('{tenant}', '{}', '\\x{fingerprint}', '{name}', '{{{roles}}}', '{{{extra}}}', {}, to_timestamp({}), to_timestamp({}));
                    INSERT INTO api_keys (tenant_id, id, prefix, pepper_version, secret_hmac, display_name, roles, extra_permissions, user_id, expires_at)
                        VALUES ('{tenant}', '{}', '{}', {}, '\\x{hmac}', '{name}', '{{{roles}}}', '{{{extra}}}', '{user}', to_timestamp({}));",
                    p.certificate_id, p.may_assert_actor, p.certificate.not_before, p.certificate.not_after,
                    p.api_key_id, p.api_key_prefix, p.pepper_version, p.certificate.not_after,
                )
                .expect("text");
            }
        }
        sql
    }
}

fn troupe(slug: &str, roles: &[Role], issue: &impl Fn(&Leaf) -> Pair) -> BTreeMap<String, Player> {
    roles
        .iter()
        .map(|role| (name_of(*role), player(slug, &name_of(*role), &[*role], false, issue)))
        .collect()
}

/// The name of the player of a role.
pub(crate) fn name_of(role: Role) -> String {
    role.stored().to_ascii_lowercase()
}

fn player(slug: &str, name: &str, roles: &[Role], may_assert_actor: bool, issue: &impl Fn(&Leaf) -> Pair) -> Player {
    let key = new_api_key(&peppers()).expect("an API key");
    Player {
        roles: roles.iter().map(|role| role.stored().to_owned()).collect(),
        extra_permissions: Vec::new(),
        may_assert_actor,
        certificate_id: Uuid::now_v7(),
        certificate: issue(&Leaf::client(slug, &name.replace('_', "-")).expect("slugs")),
        api_key_id: Uuid::now_v7(),
        api_key: key.text.expose().clone(),
        api_key_prefix: key.prefix,
        pepper_version: key.pepper_version,
        secret_hmac: key.secret_hmac,
        user_id: Uuid::now_v7(),
    }
}

/// Cargo's target directory.
pub(crate) fn target() -> PathBuf {
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    tmp.parent().expect("a target directory").to_owned()
}
