//! The string fields that a request can reach, by the descriptor, and how to put a text into each.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};
use stratum::rpc::policy::{PACKAGE, is_output_only};

use crate::harness::contract::extension;

/// A field of a request by the fields that lead to it.
pub(crate) type Path = Vec<FieldDescriptor>;

/// Every string field that a client may set in a message.
pub(crate) fn strings(message: &MessageDescriptor) -> Vec<Path> {
    let mut found = Vec::new();
    walk(message, &mut Vec::new(), &mut found);
    found
}

/// Those of the text class with this name, such as `TEXT_CLASS_FREE_TEXT`.
pub(crate) fn strings_of(message: &MessageDescriptor, class: &str) -> Vec<Path> {
    let mut paths = strings(message);
    paths.retain(|path| text_class(path.last().expect("a field")) == class);
    paths
}

fn walk(message: &MessageDescriptor, path: &mut Path, found: &mut Vec<Path>) {
    for field in message.fields().filter(|field| !is_output_only(field)) {
        let is_in_path = path.iter().any(|above| above.full_name() == field.full_name());
        path.push(field.clone());
        if field.kind() == Kind::String {
            found.push(path.clone());
        } else if let Kind::Message(inner) = field.kind()
            && inner.package_name() == PACKAGE
            && !is_in_path
        {
            walk(&inner, path, found);
        }
        path.pop();
    }
}

fn text_class(field: &FieldDescriptor) -> String {
    let policy = extension(&field.options(), "stratum.policy.v1.field").expect("a field policy");
    enum_name(&policy, "text").expect("a text class")
}

/// The name of an enum field's value.
fn enum_name(message: &DynamicMessage, field: &str) -> Option<String> {
    let number = message.get_field_by_name(field)?.as_enum_number()?;
    let Kind::Enum(kind) = message.descriptor().get_field_by_name(field)?.kind() else {
        return None;
    };
    Some(kind.get_value(number)?.name().to_owned())
}

/// Puts a text into the field at the end of a path, adding an item to each list on the way. Gives the
/// path as violations name it.
pub(crate) fn plant(message: &mut DynamicMessage, path: &[FieldDescriptor], text: &str) -> String {
    let (field, deeper) = path.split_first().expect("a field");
    let mut name = field.name().to_owned();
    if field.is_list() {
        let Value::List(items) = message.get_field_mut(field) else {
            panic!("{name} is no list")
        };
        name = format!("{name}[{}]", items.len());
        let Kind::Message(inner) = field.kind() else {
            items.push(Value::String(text.to_owned()));
            return name;
        };
        let mut item = DynamicMessage::new(inner);
        let rest = plant(&mut item, deeper, text);
        items.push(Value::Message(item));
        return format!("{name}.{rest}");
    }
    if deeper.is_empty() {
        message.set_field(field, Value::String(text.to_owned()));
        return name;
    }
    let Value::Message(inner) = message.get_field_mut(field) else {
        panic!("{name} is no message")
    };
    format!("{name}.{}", plant(inner, deeper, text))
}
