//! One good request for every method, in `examples.json`. A text such as `$precedent` stands for the id
//! of a resource of that kind; [`resource`] makes one for the tenant that calls.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use prost_reflect::{DynamicMessage, MethodDescriptor};
use serde_json::{Value, json};
use stratum::proto::v1::Role;
use stratum::rpc::permission::Permissions;

use crate::harness::cast::{ACTING, PLATFORM_ROLES, TENANT_ROLES, name_of};
use crate::harness::server::{letters, uuid};
use crate::harness::{Client, Door, PLATFORM, Scene, Stage, contract};

static EXAMPLES: LazyLock<BTreeMap<String, Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("examples.json")).expect("examples.json"));

fn template(method: &MethodDescriptor) -> &'static Value {
    EXAMPLES.get(method.full_name()).unwrap_or_else(|| {
        panic!(
            "{}: add an example request to tests/coverage/examples.json",
            method.full_name()
        )
    })
}

/// The kinds of resource that the example of a method names.
pub(crate) fn resources(method: &MethodDescriptor) -> Vec<String> {
    let mut found = Vec::new();
    names(template(method), &mut found);
    found.sort();
    found.dedup();
    found
}

fn names(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.extend(text.strip_prefix('$').map(str::to_owned)),
        Value::Array(items) => items.iter().for_each(|item| names(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| names(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn filled(value: &Value, ids: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => json!(text.strip_prefix('$').map_or(text, |name| &ids[name])),
        Value::Array(items) => items.iter().map(|item| filled(item, ids)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, field)| (name.clone(), filled(field, ids)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// The example of a method with these ids.
pub(crate) fn with_ids(method: &MethodDescriptor, ids: &BTreeMap<String, String>) -> DynamicMessage {
    contract::from_json(method.input(), &filled(template(method), ids))
}

/// The example of a method with ids that nobody has.
pub(crate) fn absent(method: &MethodDescriptor) -> DynamicMessage {
    let ids = resources(method).into_iter().map(|name| (name, uuid())).collect();
    with_ids(method, &ids)
}

/// The example of a method with fresh resources of the scene's tenant.
pub(crate) async fn example(scene: &Scene<'_>, method: &MethodDescriptor) -> DynamicMessage {
    with_ids(method, &fresh(scene, method).await)
}

/// Fresh resources of the scene's tenant, of every kind that the example names.
pub(crate) async fn fresh(scene: &Scene<'_>, method: &MethodDescriptor) -> BTreeMap<String, String> {
    let mut ids = BTreeMap::new();
    for name in resources(method) {
        let id = resource(scene, &name).await;
        ids.insert(name, id);
    }
    ids
}

/// Makes a resource of a kind, and gives its id.
async fn resource(scene: &Scene<'_>, name: &str) -> String {
    let text = |value: &Value| value.as_str().expect("an id").to_owned();
    match name {
        "precedent" => text(&scene.precedent().await["id"]),
        "archived_precedent" => {
            let id = scene.precedent().await["id"].clone();
            scene.owner().ok("ArchivePrecedent", json!({ "id": id })).await;
            text(&id)
        }
        "allow_list_entry" => {
            let entry = json!({ "phrase": format!("Mercy {}", letters()) });
            text(&scene.owner().ok("AddAllowListEntry", json!({ "entry": entry })).await["entry"]["id"])
        }
        "user" => scene.user().await,
        "erasure" => {
            let user = scene.user().await;
            text(&scene.owner().ok("RequestErasure", json!({ "userId": user })).await["erasure"]["id"])
        }
        "own_model" => scene.own_model().await,
        "consent" => text(&scene.consent("CONSENT_PURPOSE_ALL_TPO").await["id"]),
        "audit_event" => {
            scene.owner().ok("GetMe", json!({})).await;
            let page = scene.owner().ok("ListAuditEvents", json!({ "pageSize": 1 })).await;
            text(&page["events"][0]["id"])
        }
        other => panic!("tests/coverage/examples.rs: say how to make a {other}"),
    }
}

/// A role that may call a method, and its tenant.
pub(crate) struct Capable {
    pub(crate) tenant: String,
    pub(crate) role: Role,
    /// Whether the method is about the user behind the call.
    is_about_user: bool,
}

/// Methods that a service's certificate alone can't call to any good.
const ABOUT_USER: &[&str] = &["ExportMyData", "RequestMyErasure"];

impl Capable {
    /// The first role that may: of the scene's tenant when one can, else of the platform.
    pub(crate) fn of(method: &MethodDescriptor, tenant: &str) -> Self {
        let role = TENANT_ROLES
            .iter()
            .find(|role| may(**role, method))
            .map(|role| (tenant, *role));
        let role = role.or_else(|| {
            PLATFORM_ROLES
                .iter()
                .find(|role| may(**role, method))
                .map(|role| (PLATFORM, *role))
        });
        let (tenant, role) = role.unwrap_or_else(|| panic!("no role may call {}", method.full_name()));
        Self {
            tenant: tenant.to_owned(),
            role,
            is_about_user: ABOUT_USER.contains(&method.name()),
        }
    }

    pub(crate) fn client(&self, stage: &Stage, door: Door) -> Client {
        if self.is_about_user && door == Door::Grpc {
            let user = stage.player(&self.tenant, &name_of(self.role)).user_id.to_string();
            let service = stage.player(&self.tenant, ACTING);
            return stage
                .by_certificate(door, Some(&service.certificate))
                .with("x-actor-id", &user);
        }
        stage.client(door, &self.tenant, &name_of(self.role))
    }
}

/// Whether a role may call a method.
pub(crate) fn may(role: Role, method: &MethodDescriptor) -> bool {
    Permissions::of(&[role]).allow(contract::policy(method).permission)
}

/// An example that nobody needs is a leftover of a method that is gone.
#[test]
fn every_example_is_of_a_method() {
    let methods: Vec<String> = contract::methods()
        .iter()
        .map(|method| method.full_name().to_owned())
        .collect();
    let leftovers: Vec<&String> = EXAMPLES.keys().filter(|name| !methods.contains(name)).collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
    for method in contract::methods() {
        template(&method);
    }
}
