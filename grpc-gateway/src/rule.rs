//! Reads `google.api.http` off methods, through the pool, without generated types.

use http::Method;
use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, MethodDescriptor, Value};

/// One binding of a method.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) http_method: Method,
    pub(crate) template: String,
    /// `*`, a field's name, or empty.
    pub(crate) body: String,
    /// A field's name, or empty.
    pub(crate) response_body: String,
}

/// The option, if the pool knows it.
pub(crate) fn extension(pool: &DescriptorPool) -> Option<ExtensionDescriptor> {
    pool.get_extension_by_name("google.api.http")
}

/// The method's bindings: its own, then the additional ones.
///
/// # Errors
/// What is wrong with the annotation.
pub(crate) fn rules(method: &MethodDescriptor, http: &ExtensionDescriptor) -> Result<Vec<Rule>, &'static str> {
    let options = method.options();
    if !options.has_extension(http) {
        return Ok(Vec::new());
    }
    let annotation = options.get_extension(http);
    let Some(annotation) = annotation.as_message() else {
        return Err("has an annotation that is no message");
    };
    let mut rules = vec![rule(annotation)?];
    let additional = annotation.get_field_by_name("additional_bindings");
    for binding in additional
        .as_ref()
        .and_then(|value| value.as_list())
        .unwrap_or_default()
    {
        let Some(binding) = binding.as_message() else {
            continue;
        };
        let nested = binding.get_field_by_name("additional_bindings");
        if nested.is_some_and(|value| value.as_list().is_some_and(|list| !list.is_empty())) {
            return Err("has additional bindings inside an additional binding");
        }
        rules.push(rule(binding)?);
    }
    Ok(rules)
}

fn rule(annotation: &DynamicMessage) -> Result<Rule, &'static str> {
    let fixed = [
        ("get", Method::GET),
        ("put", Method::PUT),
        ("post", Method::POST),
        ("delete", Method::DELETE),
        ("patch", Method::PATCH),
    ];
    let named = fixed.into_iter().find(|(field, _)| annotation.has_field_by_name(field));
    let (http_method, template) = match named {
        Some((field, http_method)) => (http_method, text(annotation, field)),
        None => custom(annotation)?,
    };
    Ok(Rule {
        http_method,
        template,
        body: text(annotation, "body"),
        response_body: text(annotation, "response_body"),
    })
}

fn custom(annotation: &DynamicMessage) -> Result<(Method, String), &'static str> {
    if !annotation.has_field_by_name("custom") {
        return Err("has no pattern");
    }
    let custom = annotation.get_field_by_name("custom");
    let pattern = custom
        .as_ref()
        .and_then(|value| value.as_message())
        .ok_or("has no pattern")?;
    let http_method = Method::from_bytes(text(pattern, "kind").as_bytes());
    match http_method {
        Ok(Method::OPTIONS) => Err("can't answer OPTIONS, which the gateway answers itself"),
        Ok(http_method) => Ok((http_method, text(pattern, "path"))),
        Err(_) => Err("has a custom kind that is no HTTP method"),
    }
}

fn text(message: &DynamicMessage, field: &str) -> String {
    match message.get_field_by_name(field).as_deref() {
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    }
}
