//! A call as the REST request that its `google.api.http` rule describes: the client's half of what the
//! gateway does, written independently of it.

use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage as _, Value};
use reqwest::Method;

use super::contract::{extension, to_json};

/// An HTTP request to be.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) verb: Method,
    /// Path and query, encoded.
    pub(crate) target: String,
    pub(crate) body: Option<serde_json::Value>,
}

impl Route {
    /// The request of `method` with `message`.
    pub(crate) fn of(method: &MethodDescriptor, message: &DynamicMessage) -> Self {
        let (verb, template, has_body) = rule(method);
        let mut rest = message.clone();
        let mut path = String::new();
        let mut pieces = template.split(['{', '}']);
        while let Some(literal) = pieces.next() {
            path.push_str(literal);
            if let Some(variable) = pieces.next() {
                let field = variable.split('=').next().unwrap_or_default();
                path.push_str(&encoded(&take(&mut rest, field)));
            }
        }
        if has_body {
            return Self {
                verb,
                target: path,
                body: Some(to_json(&rest)),
            };
        }
        let mut query = Vec::new();
        parameters(&rest, "", &mut query);
        if !query.is_empty() {
            path.push('?');
            path.push_str(&query.join("&"));
        }
        Self {
            verb,
            target: path,
            body: None,
        }
    }
}

/// Verb, path template and whether the fields travel in a body.
pub(crate) fn rule(method: &MethodDescriptor) -> (Method, String, bool) {
    let rule = extension(&method.options(), "google.api.http").expect("a route");
    for (name, verb) in [
        ("get", Method::GET),
        ("post", Method::POST),
        ("patch", Method::PATCH),
        ("put", Method::PUT),
        ("delete", Method::DELETE),
    ] {
        if let Some(Value::String(template)) = rule.get_field_by_name(name).map(std::borrow::Cow::into_owned)
            && !template.is_empty()
        {
            let body = rule
                .get_field_by_name("body")
                .and_then(|value| value.as_str().map(str::to_owned));
            let body = body.unwrap_or_default();
            assert!(
                body.is_empty() || body == "*",
                "{}: a body of `{body}`",
                method.full_name()
            );
            return (verb, template, body == "*");
        }
    }
    panic!("{}: no verb in its route", method.full_name())
}

/// Takes a field named by its path out of a message.
fn take(message: &mut DynamicMessage, path: &str) -> String {
    let (name, deeper) = path
        .split_once('.')
        .map_or((path, None), |(name, deeper)| (name, Some(deeper)));
    let Some(deeper) = deeper else {
        let field = message
            .descriptor()
            .get_field_by_name(name)
            .expect("a field of the path");
        let value = to_json(message).get(field.json_name()).map(text);
        message.clear_field(&field);
        return value.unwrap_or_else(|| panic!("{path} is not in the request"));
    };
    let Some(Value::Message(inner)) = message.get_field_by_name_mut(name) else {
        panic!("{path} is not in the request")
    };
    take(inner, deeper)
}

fn parameters(message: &DynamicMessage, prefix: &str, out: &mut Vec<String>) {
    let json = to_json(message);
    for (field, value) in message.fields() {
        let name = format!("{prefix}{}", field.json_name());
        if let Value::Message(inner) = value
            && inner.descriptor().package_name().starts_with("stratum.")
        {
            parameters(inner, &format!("{name}."), out);
            continue;
        }
        let value = &json[field.json_name()];
        let items = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
        out.extend(items.iter().map(|item| format!("{name}={}", encoded(&text(item)))));
    }
}

fn text(json: &serde_json::Value) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}

/// Percent-encoded, everything but what RFC 3986 calls unreserved.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
