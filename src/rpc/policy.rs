//! The contract is the policy: what each method demands is read from its descriptor, and the server
//! refuses to start on any gap, in either direction.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};

use super::permission::Permission;

/// The package whose methods must all declare a policy.
pub const PACKAGE: &str = "stratum.v1";

/// Rate tiers of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Readable without credentials.
    Public,
    /// Reads.
    Read,
    /// Changes.
    Write,
    /// Costs credits.
    Charged,
    /// Users, keys, certificates.
    Admin,
    /// Operation of the service.
    Ops,
}

/// What the audit log must hold after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditMode {
    /// Nothing: public reads only.
    None,
    /// An access event, durable before the reply.
    Read,
    /// A mutation event in the mutation's transaction.
    Mutation,
    /// START and FINISH events around a stream.
    Export,
}

/// What one method demands.
#[derive(Debug, Clone)]
pub struct MethodPolicy {
    /// The HTTP path, `/package.Service/Method`.
    pub path: String,
    /// What the caller needs.
    pub permission: Permission,
    /// Rate tier.
    pub tier: Tier,
    /// What is audited.
    pub audit: AuditMode,
    /// The audit action.
    pub action: String,
    /// Credits charged.
    pub price_credits: i64,
    /// Whether the request carries a `request_id`.
    pub idempotent: bool,
    /// Whether the reply is a stream.
    pub is_server_streaming: bool,
    /// Whether the event is written by the stack itself, because no handler of ours runs.
    pub is_infrastructure: bool,
}

/// One reason not to start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyGap {
    /// Method, field or permission.
    pub place: String,
    /// What is missing.
    pub problem: String,
}

impl fmt::Display for PolicyGap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.problem)
    }
}

/// Methods that carry no options of ours, because others wrote their protos. Reviewed by hand:
/// health tells only whether we serve; reflection lists the contract, which every peer has.
const INFRASTRUCTURE: &[(&str, AuditMode, &str)] = &[
    ("/grpc.health.v1.Health/Check", AuditMode::None, "health.check"),
    ("/grpc.health.v1.Health/List", AuditMode::None, "health.list"),
    ("/grpc.health.v1.Health/Watch", AuditMode::None, "health.watch"),
    (
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        AuditMode::Read,
        "reflection.info",
    ),
    (
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        AuditMode::Read,
        "reflection.info",
    ),
];

/// The policies of every method served.
#[derive(Debug)]
pub struct Policies {
    by_path: HashMap<String, Arc<MethodPolicy>>,
}

impl Policies {
    /// Reads and checks the policy of the whole contract.
    ///
    /// `served` are the full names of the services that the server registers.
    ///
    /// # Errors
    /// Every gap at once.
    pub fn read(pool: &DescriptorPool, served: &[&str]) -> Result<Self, Vec<PolicyGap>> {
        let mut check = Check::default();
        let mut by_path = HashMap::new();
        for service in pool.services().filter(|s| s.package_name() == PACKAGE) {
            if !served.contains(&service.full_name()) {
                check.gap(service.full_name(), "is in the contract but not served");
            }
            for method in service.methods() {
                if let Some(policy) = check.method(&method) {
                    by_path.insert(policy.path.clone(), Arc::new(policy));
                }
            }
        }
        for name in served {
            if pool.get_service_by_name(name).is_none()
                && !INFRASTRUCTURE.iter().any(|(p, ..)| p[1..].starts_with(name))
            {
                check.gap(name, "is served but neither in the contract nor in the reviewed table");
            }
        }
        for (path, audit, action) in INFRASTRUCTURE {
            if !served.iter().any(|s| path[1..].starts_with(&format!("{s}/"))) {
                check.gap(path, "is in the reviewed table but not served");
            }
            by_path.insert((*path).to_owned(), Arc::new(infrastructure(path, *audit, action)));
        }
        check.unused_permissions(&by_path);
        if check.gaps.is_empty() {
            Ok(Self { by_path })
        } else {
            Err(check.gaps)
        }
    }

    /// The policy of a path; `None` when there is no such method.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Arc<MethodPolicy>> {
        self.by_path.get(path)
    }

    /// Every policy, in no particular order.
    pub fn all(&self) -> impl Iterator<Item = &MethodPolicy> {
        self.by_path.values().map(AsRef::as_ref)
    }
}

fn infrastructure(path: &str, audit: AuditMode, action: &str) -> MethodPolicy {
    MethodPolicy {
        path: path.to_owned(),
        permission: Permission::Myself,
        tier: Tier::Ops,
        audit,
        action: action.to_owned(),
        price_credits: 0,
        idempotent: false,
        is_server_streaming: !path.ends_with("/Check") && !path.ends_with("/List"),
        is_infrastructure: true,
    }
}

#[derive(Default)]
struct Check {
    gaps: Vec<PolicyGap>,
    checked_messages: BTreeSet<String>,
}

impl Check {
    fn gap(&mut self, place: &str, problem: impl Into<String>) {
        self.gaps.push(PolicyGap {
            place: place.to_owned(),
            problem: problem.into(),
        });
    }

    fn method(&mut self, method: &MethodDescriptor) -> Option<MethodPolicy> {
        let name = method.full_name();
        self.request_fields(&method.input());
        if extension(&method.options(), "google.api.http").is_none() {
            self.gap(name, "has no REST route (google.api.http)");
        }
        let Some(options) = extension(&method.options(), "stratum.policy.v1.method") else {
            self.gap(name, "declares no policy (stratum.policy.v1.method)");
            return None;
        };
        let permission = text(&options, "permission");
        let permission = Permission::from_name(&permission).or_else(|| {
            self.gap(
                name,
                format!("names the permission {permission:?}, which the role matrix lacks"),
            );
            None
        })?;
        let tier = tier(number(&options, "tier")).or_else(|| {
            self.gap(name, "declares no rate tier");
            None
        })?;
        let audit = audit_mode(number(&options, "audit")).or_else(|| {
            self.gap(name, "does not say what is audited");
            None
        })?;
        let policy = MethodPolicy {
            path: format!("/{}/{}", method.parent_service().full_name(), method.name()),
            permission,
            tier,
            audit,
            action: text(&options, "audit_action"),
            price_credits: options
                .get_field_by_name("price_credits")
                .and_then(|v| v.as_i64())
                .unwrap_or(0),
            idempotent: options
                .get_field_by_name("idempotent")
                .and_then(|v| v.as_bool())
                .unwrap_or(false),
            is_server_streaming: method.is_server_streaming(),
            is_infrastructure: false,
        };
        self.consistency(name, method, &policy);
        Some(policy)
    }

    /// Options that contradict each other.
    fn consistency(&mut self, name: &str, method: &MethodDescriptor, policy: &MethodPolicy) {
        let is_public = policy.permission == Permission::Public;
        if is_public != (policy.tier == Tier::Public) {
            self.gap(name, "permission `public` and TIER_PUBLIC go together");
        }
        if (policy.audit == AuditMode::None) && !is_public {
            self.gap(name, "only public reads may say AUDIT_NONE");
        }
        if (policy.audit == AuditMode::None) != policy.action.is_empty() {
            self.gap(name, "audit_action is set exactly when something is audited");
        }
        if (policy.price_credits > 0) != (policy.tier == Tier::Charged) {
            self.gap(name, "a price and TIER_CHARGED go together");
        }
        let has_request_id = method.input().get_field_by_name("request_id").is_some();
        if has_request_id != policy.idempotent {
            self.gap(name, "`idempotent` and a request_id field go together");
        }
        if (policy.audit == AuditMode::Mutation) && !policy.idempotent {
            self.gap(name, "a mutation takes a request_id");
        }
        if policy.audit == AuditMode::Export && !policy.is_server_streaming {
            self.gap(name, "an export is a stream");
        }
    }

    /// Every string that a request can reach has a text class, and every pattern compiles.
    fn request_fields(&mut self, message: &MessageDescriptor) {
        if message.package_name() != PACKAGE || !self.checked_messages.insert(message.full_name().to_owned()) {
            return;
        }
        for field in message.fields().filter(|f| !is_output_only(f)) {
            if let Kind::Message(inner) = field.kind() {
                self.request_fields(&inner);
            }
            let rules = extension(&field.options(), "stratum.policy.v1.field");
            if matches!(field.kind(), Kind::String) {
                self.string_field(&field, rules.as_ref());
            }
        }
    }

    fn string_field(&mut self, field: &FieldDescriptor, rules: Option<&DynamicMessage>) {
        const CODE: i32 = 4;
        let class = rules.map_or(0, |r| number(r, "text"));
        if class == 0 {
            self.gap(field.full_name(), "is a string without a text class");
            return;
        }
        let pattern = rules.map(|r| text(r, "pattern")).unwrap_or_default();
        if class == CODE && pattern.is_empty() {
            self.gap(field.full_name(), "is a CODE without a pattern");
        }
        let is_anchored = pattern.is_empty() || (pattern.starts_with('^') && pattern.ends_with('$'));
        if regex::Regex::new(&pattern).is_err() || !is_anchored {
            self.gap(
                field.full_name(),
                "has a pattern that is not an anchored regular expression",
            );
        }
        let bounded = rules.is_some_and(|r| {
            r.get_field_by_name("max_length").and_then(|v| v.as_u32()).unwrap_or(0) > 0
                || r.get_field_by_name("uuid").and_then(|v| v.as_bool()).unwrap_or(false)
        });
        if !bounded {
            self.gap(field.full_name(), "is a string without a max_length");
        }
    }

    fn unused_permissions(&mut self, by_path: &HashMap<String, Arc<MethodPolicy>>) {
        // Everyone has `public` and `self`; what is granted by name is asked of rows.
        let is_of_the_matrix = |p: &&Permission| {
            !matches!(p, Permission::Public | Permission::Myself) && !Permission::BY_NAME_ONLY.contains(p)
        };
        for permission in Permission::ALL.iter().filter(is_of_the_matrix) {
            if !by_path.values().any(|p| p.permission == *permission) {
                self.gap(permission.name(), "is in the role matrix but no method demands it");
            }
        }
    }
}

/// Whether only the server sets the field.
#[must_use]
pub fn is_output_only(field: &FieldDescriptor) -> bool {
    const OUTPUT_ONLY: i32 = 3;
    field.options().extensions().any(|(e, v)| {
        e.full_name() == "google.api.field_behavior"
            && v.as_list()
                .is_some_and(|l| l.iter().any(|v| v.as_enum_number() == Some(OUTPUT_ONLY)))
    })
}

fn extension(options: &DynamicMessage, name: &str) -> Option<DynamicMessage> {
    options
        .extensions()
        .find(|(e, _)| e.full_name() == name)
        .and_then(|(_, v)| v.as_message().cloned())
}

fn text(message: &DynamicMessage, field: &str) -> String {
    message
        .get_field_by_name(field)
        .and_then(|v| v.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn number(message: &DynamicMessage, field: &str) -> i32 {
    message
        .get_field_by_name(field)
        .and_then(|v| v.as_enum_number())
        .unwrap_or(0)
}

const fn tier(number: i32) -> Option<Tier> {
    match number {
        1 => Some(Tier::Public),
        2 => Some(Tier::Read),
        3 => Some(Tier::Write),
        4 => Some(Tier::Charged),
        5 => Some(Tier::Admin),
        6 => Some(Tier::Ops),
        _ => None,
    }
}

const fn audit_mode(number: i32) -> Option<AuditMode> {
    match number {
        1 => Some(AuditMode::None),
        2 => Some(AuditMode::Read),
        3 => Some(AuditMode::Mutation),
        4 => Some(AuditMode::Export),
        _ => None,
    }
}
