//! The server refuses to start on a gap between contract and policy, in either direction: each kind of
//! gap is made here, in a copy of the descriptors, and must be named.

use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, Value};
use stratum::rpc::policy::{Policies, PolicyGap};
use stratum::server::{SERVICES, StartError, policies};

use crate::harness::contract;

/// The descriptor set as a message that can be changed, options included.
struct Doctored {
    pool: DescriptorPool,
    set: DynamicMessage,
}

impl Doctored {
    fn new() -> Self {
        // The set is read by a pool that knows the option's extensions, so that they can be reached by name.
        let pool = contract::pool().clone();
        let descriptor = pool
            .get_message_by_name("google.protobuf.FileDescriptorSet")
            .expect("descriptor.proto");
        let set = DynamicMessage::decode(descriptor, stratum::proto::DESCRIPTORS).expect("descriptors");
        Self { pool, set }
    }

    fn extension(&self, name: &str) -> ExtensionDescriptor {
        self.pool.get_extension_by_name(name).expect("an extension")
    }

    /// Changes a declaration found by the names that lead to it: file's lists, then names.
    fn change(
        mut self,
        list: &str,
        name: &str,
        member: Option<(&str, &str)>,
        change: impl Fn(&mut DynamicMessage),
    ) -> Self {
        let mut found = 0;
        let Some(Value::List(files)) = self.set.get_field_by_name_mut("file") else {
            panic!("no files")
        };
        for file in files {
            let Value::Message(file) = file else { panic!("no file") };
            if text(file, "package") != "stratum.v1" {
                continue;
            }
            let Some(Value::List(declared)) = file.get_field_by_name_mut(list) else {
                panic!("no {list}")
            };
            for item in declared {
                let Value::Message(item) = item else {
                    panic!("no {list}")
                };
                if text(item, "name") != name {
                    continue;
                }
                let Some((members, member)) = member else {
                    change(item);
                    found += 1;
                    continue;
                };
                let Some(Value::List(members)) = item.get_field_by_name_mut(members) else {
                    panic!("no members")
                };
                for inner in members {
                    let Value::Message(inner) = inner else {
                        panic!("no member")
                    };
                    if text(inner, "name") == member {
                        change(inner);
                        found += 1;
                    }
                }
            }
        }
        assert_eq!(found, 1, "{name} {member:?}");
        self
    }

    /// Changes a method's options.
    fn method(self, service: &str, method: &str, change: impl Fn(&mut DynamicMessage)) -> Self {
        self.change("service", service, Some(("method", method)), |method| {
            change(options(method))
        })
    }

    /// Changes a field's options.
    fn field(self, message: &str, field: &str, change: impl Fn(&mut DynamicMessage)) -> Self {
        self.change("message_type", message, Some(("field", field)), |field| {
            change(options(field))
        })
    }

    fn gaps(&self) -> Vec<PolicyGap> {
        let pool = DescriptorPool::decode(self.set.encode_to_vec().as_slice()).expect("descriptors");
        match policies(&pool) {
            Ok(_) => Vec::new(),
            Err(StartError::Policy(gaps)) => gaps,
            Err(other) => panic!("{other}"),
        }
    }

    /// Checks that this gap is named at this place.
    #[track_caller]
    fn names(&self, place: &str, problem: &str) {
        let gaps = self.gaps();
        let is_named = gaps
            .iter()
            .any(|gap| gap.place == place && gap.problem.contains(problem));
        assert!(is_named, "{place}: {problem}\nis not among {gaps:#?}");
    }
}

fn text(message: &DynamicMessage, field: &str) -> String {
    message
        .get_field_by_name(field)
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn options(declaration: &mut DynamicMessage) -> &mut DynamicMessage {
    let Some(Value::Message(options)) = declaration.get_field_by_name_mut("options") else {
        panic!("no options")
    };
    options
}

/// Changes one entry of an option that is a message; `None` clears it.
fn set<'o>(
    extension: &'o ExtensionDescriptor,
    entry: &'o str,
    value: Option<Value>,
) -> impl Fn(&mut DynamicMessage) + 'o {
    move |options| {
        let Value::Message(policy) = options.get_extension_mut(extension) else {
            panic!("no message option")
        };
        match &value {
            Some(value) => policy.set_field_by_name(entry, value.clone()),
            None => policy.clear_field_by_name(entry),
        }
    }
}

const SERVICE: &str = "PrecedentService";
const METHOD: &str = "stratum.v1.PrecedentService.GetPrecedent";

#[test]
fn the_contract_as_it_is_has_no_gap() {
    assert_eq!(Doctored::new().gaps(), []);
}

#[test]
fn a_method_without_a_policy_is_a_gap() {
    let doctored = Doctored::new();
    let policy = doctored.extension("stratum.policy.v1.method");
    doctored
        .method(SERVICE, "GetPrecedent", |options| options.clear_extension(&policy))
        .names(METHOD, "declares no policy");
}

#[test]
fn a_method_without_a_route_is_a_gap() {
    let doctored = Doctored::new();
    let http = doctored.extension("google.api.http");
    doctored
        .method(SERVICE, "GetPrecedent", |options| options.clear_extension(&http))
        .names(METHOD, "has no REST route");
}

#[test]
fn a_policy_without_one_of_its_parts_is_a_gap() {
    for (entry, problem) in [
        ("permission", "which the role matrix lacks"),
        ("tier", "declares no rate tier"),
        ("audit", "does not say what is audited"),
        ("audit_action", "audit_action is set exactly when something is audited"),
    ] {
        let doctored = Doctored::new();
        let policy = doctored.extension("stratum.policy.v1.method");
        doctored
            .method(SERVICE, "GetPrecedent", set(&policy, entry, None))
            .names(METHOD, problem);
    }
}

#[test]
fn parts_that_contradict_each_other_are_gaps() {
    const CREATE: &str = "stratum.v1.PrecedentService.CreatePrecedent";
    for (method, place, entry, value, problem) in [
        (
            "GetPrecedent",
            METHOD,
            "permission",
            Value::String("no.such".into()),
            "which the role matrix lacks",
        ),
        (
            "GetPrecedent",
            METHOD,
            "permission",
            Value::String("public".into()),
            "go together",
        ),
        ("GetPrecedent", METHOD, "tier", Value::EnumNumber(1), "go together"),
        (
            "GetPrecedent",
            METHOD,
            "audit",
            Value::EnumNumber(1),
            "only public reads may say AUDIT_NONE",
        ),
        (
            "GetPrecedent",
            METHOD,
            "price_credits",
            Value::I64(5),
            "a price and TIER_CHARGED go together",
        ),
        (
            "GetPrecedent",
            METHOD,
            "tier",
            Value::EnumNumber(4),
            "a price and TIER_CHARGED go together",
        ),
        (
            "GetPrecedent",
            METHOD,
            "idempotent",
            Value::Bool(true),
            "`idempotent` and a request_id field go together",
        ),
        (
            "GetPrecedent",
            METHOD,
            "audit",
            Value::EnumNumber(3),
            "a mutation takes a request_id",
        ),
        (
            "GetPrecedent",
            METHOD,
            "audit",
            Value::EnumNumber(4),
            "an export is a stream",
        ),
        (
            "CreatePrecedent",
            CREATE,
            "idempotent",
            Value::Bool(false),
            "`idempotent` and a request_id field go together",
        ),
    ] {
        let doctored = Doctored::new();
        let policy = doctored.extension("stratum.policy.v1.method");
        doctored
            .method(SERVICE, method, set(&policy, entry, Some(value)))
            .names(place, problem);
    }
}

#[test]
fn a_mutation_without_its_request_id_is_a_gap() {
    let doctored = Doctored::new().change(
        "message_type",
        "CreatePrecedentRequest",
        Some(("field", "request_id")),
        |field| {
            field.set_field_by_name("name", Value::String("other_id".into()));
            field.set_field_by_name("json_name", Value::String("otherId".into()));
        },
    );
    doctored.names(
        "stratum.v1.PrecedentService.CreatePrecedent",
        "`idempotent` and a request_id field go together",
    );
}

#[test]
fn a_string_without_its_rules_is_a_gap() {
    let place = "stratum.v1.Scenario.denial_trigger";
    let doctored = Doctored::new();
    let policy = doctored.extension("stratum.policy.v1.field");
    doctored
        .field("Scenario", "denial_trigger", |options| options.clear_extension(&policy))
        .names(place, "without a text class");
    for (field, entry, value, problem) in [
        ("denial_trigger", "text", None, "without a text class"),
        ("denial_trigger", "max_length", None, "without a max_length"),
        ("state", "pattern", None, "is a CODE without a pattern"),
        (
            "state",
            "pattern",
            Some(Value::String("^[A-Z{2}$".into())),
            "not an anchored regular expression",
        ),
        (
            "state",
            "pattern",
            Some(Value::String("[A-Z]{2}".into())),
            "not an anchored regular expression",
        ),
    ] {
        let doctored = Doctored::new();
        let policy = doctored.extension("stratum.policy.v1.field");
        doctored
            .field("Scenario", field, set(&policy, entry, value))
            .names(&format!("stratum.v1.Scenario.{field}"), problem);
    }
}

#[test]
fn services_and_contract_are_the_same_set() {
    let gaps = |served: &[&str]| Policies::read(contract::pool(), served).expect_err("gaps");
    let infrastructure = [
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ];
    let all: Vec<&str> = SERVICES.iter().chain(&infrastructure).copied().collect();
    assert!(Policies::read(contract::pool(), &all).is_ok());
    for (i, left_out) in all.iter().enumerate() {
        let mut served = all.clone();
        served.remove(i);
        assert!(
            gaps(&served)
                .iter()
                .any(|gap| gap.place.trim_start_matches('/').starts_with(left_out)),
            "{left_out}"
        );
    }
    let mut served = all.clone();
    served.push("grpc.channelz.v1.Channelz");
    assert!(gaps(&served).iter().any(|gap| gap.place == "grpc.channelz.v1.Channelz"));
}

/// A permission that no method demands is a leftover, or a method that forgot to.
#[test]
fn a_permission_that_nothing_demands_is_a_gap() {
    let mut doctored = Doctored::new();
    let policy = doctored.extension("stratum.policy.v1.method");
    for method in ["ListAuditEvents", "GetAuditEvent"] {
        doctored = doctored.method(
            "AuditService",
            method,
            set(&policy, "permission", Some(Value::String("self".into()))),
        );
    }
    doctored.names("audit.read", "no method demands it");
}

#[test]
fn every_gap_is_named_at_once() {
    let mut doctored = Doctored::new();
    let (method, field) = (
        doctored.extension("stratum.policy.v1.method"),
        doctored.extension("stratum.policy.v1.field"),
    );
    doctored = doctored.method(SERVICE, "GetPrecedent", |options| options.clear_extension(&method));
    doctored = doctored.method("TenantService", "GetMe", set(&method, "tier", None));
    doctored = doctored.field("Scenario", "denial_trigger", |options| options.clear_extension(&field));
    assert_eq!(doctored.gaps().len(), 3, "{:#?}", doctored.gaps());
}
