//! What an audit event says, and the canonical bytes that a proof is made over.

use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::db::stored::StoredEnum as _;
use crate::proto::v1::{AuditCategory, AuditOutcome, ErrorReason, IdentityKind};
use crate::rpc::error::{Error, code};
use crate::rpc::identity::Caller;
use crate::rpc::policy::{AuditMode, MethodPolicy, Tier};
use crate::rpc::telemetry::CallContext;

/// The kinds of resource an event can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// No single resource.
    None,
    /// A precedent.
    Precedent,
    /// An audit event.
    AuditEvent,
    /// A tenant.
    Tenant,
    /// A consent.
    Consent,
    /// An entry of a tenant's allow-list.
    AllowListEntry,
    /// A user.
    User,
    /// A certificate or API key.
    Credential,
    /// What a tenant said a denial truly was.
    Feedback,
    /// A model.
    Model,
}

impl Resource {
    /// The name in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Precedent => "precedent",
            Self::AuditEvent => "audit_event",
            Self::Tenant => "tenant",
            Self::Consent => "consent",
            Self::AllowListEntry => "allow_list_entry",
            Self::User => "user",
            Self::Credential => "credential",
            Self::Feedback => "feedback",
            Self::Model => "model",
        }
    }
}

/// The mark of events about records of substance use or psychotherapy origin.
pub const RESTRICTED_ORIGIN: &str = "restricted_origin";

/// What a handler says about the work it did; without it there is no reply.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What kind of resource was touched.
    pub resource: Resource,
    /// Which one, when it was one.
    pub resource_id: Option<Uuid>,
    /// Its version after a change.
    pub resource_version: i64,
    /// Rows read or changed.
    pub row_count: i64,
    /// Fields changed.
    pub fields: Vec<String>,
    /// SHA-256 of the filter of a list.
    pub filter_sha256: Option<[u8; 32]>,
    /// SHA-256 of what was exported.
    pub content_sha256: Option<[u8; 32]>,
}

impl Facts {
    /// One resource was read or changed.
    #[must_use]
    pub fn one(resource: Resource, id: Uuid) -> Self {
        Self {
            resource,
            resource_id: Some(id),
            resource_version: 0,
            row_count: 1,
            fields: Vec::new(),
            filter_sha256: None,
            content_sha256: None,
        }
    }

    /// Several resources were read under a filter.
    #[must_use]
    pub fn many(resource: Resource, rows: usize, filter_sha256: [u8; 32]) -> Self {
        Self {
            resource,
            resource_id: None,
            resource_version: 0,
            row_count: i64::try_from(rows).unwrap_or(i64::MAX),
            fields: Vec::new(),
            filter_sha256: Some(filter_sha256),
            content_sha256: None,
        }
    }

    /// Nothing but the call itself is worth saying.
    #[must_use]
    pub fn call() -> Self {
        Self {
            resource_id: None,
            row_count: 0,
            ..Self::one(Resource::None, Uuid::nil())
        }
    }

    /// With the version after a change.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.resource_version = version;
        self
    }

    /// With the step of a longer work, such as the START of an export.
    #[must_use]
    pub fn step(mut self, step: &str) -> Self {
        self.fields.insert(0, step.to_owned());
        self
    }

    /// With the mark that records of restricted origin were among what was read or changed.
    #[must_use]
    pub fn restricted(mut self, is_restricted: bool) -> Self {
        if is_restricted {
            self.fields.push(RESTRICTED_ORIGIN.to_owned());
        }
        self
    }

    /// With the fields that changed.
    #[must_use]
    pub fn fields(mut self, fields: Vec<String>) -> Self {
        self.fields.splice(0..0, fields);
        self
    }
}

/// One entry of the log, complete but for what the database adds (the transaction id).
#[derive(Debug, Clone)]
pub struct AuditEvent {
    /// Id, a UUIDv7.
    pub id: Uuid,
    /// When, to the microsecond.
    pub occurred_at: OffsetDateTime,
    /// The tenant; none for anonymous callers.
    pub tenant_id: Option<Uuid>,
    /// What kind.
    pub category: AuditCategory,
    /// The action.
    pub action: String,
    /// What it came to.
    pub outcome: AuditOutcome,
    /// The error reason, empty on success.
    pub reason: String,
    /// The method.
    pub method: String,
    /// How the caller proved who it is.
    pub identity_kind: IdentityKind,
    /// Its certificate or key.
    pub credential_id: Option<Uuid>,
    /// The user it acted for.
    pub actor_user_id: Option<Uuid>,
    /// Roles in force.
    pub roles: Vec<String>,
    /// Address of the caller.
    pub client_ip: String,
    /// Request id.
    pub request_id: String,
    /// W3C trace id.
    pub trace_id: String,
    /// SHA-256 of an id asked for and not found.
    pub attempted_ref_sha256: Option<[u8; 32]>,
    /// What the handler said.
    pub facts: Facts,
    /// Random bytes that keep a published leaf from being guessed.
    pub salt: [u8; 16],
}

impl AuditEvent {
    /// The event of a call that succeeded.
    #[must_use]
    pub fn success(call: &CallContext, facts: Facts) -> Self {
        Self::of_call(call, AuditOutcome::Success, String::new(), None, facts)
    }

    /// The event of a work that ended after its reply began: an export's last.
    #[must_use]
    pub fn finish(call: &CallContext, facts: Facts, failure: Option<&Error>) -> Self {
        match failure {
            None => Self::success(call, facts.step("FINISH")),
            Some(error) => Self {
                facts: facts.step("FINISH"),
                ..Self::failure(call, error)
            },
        }
    }

    /// The event of a call that was refused or failed. A foreign id and an absent one give the same
    /// event: the attempted id, hashed.
    #[must_use]
    pub fn failure(call: &CallContext, error: &Error) -> Self {
        let outcome = if matches!(code(error.reason()), tonic::Code::Internal | tonic::Code::Unavailable) {
            AuditOutcome::Error
        } else {
            AuditOutcome::Denied
        };
        let attempted = error.attempted().map(|id| Sha256::digest(id).into());
        Self::of_call(call, outcome, reason_text(error.reason()), attempted, Facts::call())
    }

    fn of_call(
        call: &CallContext,
        outcome: AuditOutcome,
        reason: String,
        attempted_ref_sha256: Option<[u8; 32]>,
        facts: Facts,
    ) -> Self {
        let caller = call.caller();
        Self {
            id: Uuid::now_v7(),
            occurred_at: now_micros(),
            tenant_id: caller.map(crate::rpc::identity::Caller::tenant_id),
            category: call.policy().map_or(AuditCategory::Auth, |policy| category(policy)),
            action: call
                .policy()
                .map_or_else(|| "call.refuse".to_owned(), |p| p.action.clone()),
            outcome,
            reason,
            method: call.policy().map(|p| p.path.clone()).unwrap_or_default(),
            identity_kind: caller.map_or(IdentityKind::Public, |c| c.kind()),
            credential_id: caller.and_then(crate::rpc::identity::Caller::credential_id),
            actor_user_id: caller.and_then(crate::rpc::identity::Caller::user_id),
            roles: caller
                .map(|c| c.roles().iter().map(|r| r.stored().to_owned()).collect())
                .unwrap_or_default(),
            client_ip: call.client_ip().map(|ip| ip.to_string()).unwrap_or_default(),
            request_id: call.request_id().to_owned(),
            trace_id: call.trace_id().unwrap_or_default().to_owned(),
            attempted_ref_sha256,
            facts,
            salt: *Uuid::new_v4().as_bytes(),
        }
    }

    /// The event of work that no call asked for: an import, demonstration data.
    #[must_use]
    pub fn of_work(caller: &Caller, action: &str, facts: Facts) -> Self {
        Self {
            id: Uuid::now_v7(),
            occurred_at: now_micros(),
            tenant_id: Some(caller.tenant_id()),
            category: AuditCategory::Mutation,
            action: action.to_owned(),
            outcome: AuditOutcome::Success,
            reason: String::new(),
            method: String::new(),
            identity_kind: caller.kind(),
            credential_id: caller.credential_id(),
            actor_user_id: caller.user_id(),
            roles: caller.roles().iter().map(|role| role.stored().to_owned()).collect(),
            client_ip: String::new(),
            request_id: String::new(),
            trace_id: String::new(),
            attempted_ref_sha256: None,
            facts,
            salt: *Uuid::new_v4().as_bytes(),
        }
    }

    /// An event that stands for many refused anonymous calls of one source in one minute.
    #[must_use]
    pub fn flood(source: String, reason: ErrorReason, calls: u64) -> Self {
        Self {
            id: Uuid::now_v7(),
            occurred_at: now_micros(),
            tenant_id: None,
            category: AuditCategory::Auth,
            action: "call.refuse_many".to_owned(),
            outcome: AuditOutcome::Denied,
            reason: reason_text(reason),
            method: String::new(),
            identity_kind: IdentityKind::Public,
            credential_id: None,
            actor_user_id: None,
            roles: Vec::new(),
            client_ip: source,
            request_id: String::new(),
            trace_id: String::new(),
            attempted_ref_sha256: None,
            facts: Facts {
                row_count: i64::try_from(calls).unwrap_or(i64::MAX),
                ..Facts::call()
            },
            salt: *Uuid::new_v4().as_bytes(),
        }
    }

    /// The bytes a proof is made over: a domain and version, then every field in a fixed order, each
    /// with its length before it, so that no two events share bytes.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        out.extend_from_slice(b"stratum.audit.event.v1\n");
        let mut put = |bytes: &[u8]| {
            out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
            out.extend_from_slice(bytes);
        };
        put(self.id.as_bytes());
        put(&micros(self.occurred_at).to_be_bytes());
        put(bytes(self.tenant_id.as_ref()));
        put(self.category.stored().as_bytes());
        put(self.action.as_bytes());
        put(self.outcome.stored().as_bytes());
        put(self.reason.as_bytes());
        put(self.method.as_bytes());
        put(self.identity_kind.stored().as_bytes());
        put(bytes(self.credential_id.as_ref()));
        put(bytes(self.actor_user_id.as_ref()));
        put(self.roles.join(",").as_bytes());
        put(self.client_ip.as_bytes());
        put(self.request_id.as_bytes());
        put(self.trace_id.as_bytes());
        put(self.attempted_ref_sha256.as_ref().map_or(&[][..], |h| h));
        put(self.facts.resource.name().as_bytes());
        put(bytes(self.facts.resource_id.as_ref()));
        put(&self.facts.resource_version.to_be_bytes());
        put(&self.facts.row_count.to_be_bytes());
        put(self.facts.fields.join(",").as_bytes());
        put(self.facts.filter_sha256.as_ref().map_or(&[][..], |h| h));
        put(self.facts.content_sha256.as_ref().map_or(&[][..], |h| h));
        out
    }
}

/// An id's bytes; none when there is no id.
fn bytes(id: Option<&Uuid>) -> &[u8] {
    id.map_or(&[], |id| id.as_bytes())
}

/// The RFC 6962 leaf hash over salt and canonical bytes.
#[must_use]
pub fn leaf_hash(salt: &[u8; 16], canonical: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(salt);
    hash.update(canonical);
    hash.finalize().into()
}

fn reason_text(reason: ErrorReason) -> String {
    crate::rpc::error::reason_name(reason).to_owned()
}

/// Administration of users, keys, certificates and consents is ADMIN; the tiers say which methods those are.
fn category(policy: &MethodPolicy) -> AuditCategory {
    match policy.audit {
        AuditMode::None | AuditMode::Read => AuditCategory::Access,
        AuditMode::Mutation if policy.tier == Tier::Admin => AuditCategory::Admin,
        AuditMode::Mutation => AuditCategory::Mutation,
        AuditMode::Export => AuditCategory::Export,
    }
}

/// Now, to the microsecond that the database keeps.
#[must_use]
pub fn now_micros() -> OffsetDateTime {
    let now = OffsetDateTime::now_utc();
    now.replace_nanosecond(now.microsecond() * 1_000).unwrap_or(now)
}

/// Microseconds since the epoch.
#[must_use]
pub fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX)
}
