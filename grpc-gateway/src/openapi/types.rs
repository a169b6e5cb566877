//! Messages and enums as JSON Schema, the way canonical JSON writes them.

use std::collections::BTreeMap;

use prost_reflect::{DescriptorPool, EnumDescriptor, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value, json};

use super::comments::Comments;

/// Numbers of `google.api.FieldBehavior`.
const REQUIRED: i32 = 2;
const OUTPUT_ONLY: i32 = 3;
const INPUT_ONLY: i32 = 4;

/// Collects the schemas that a document refers to.
pub(super) struct Types<'t> {
    comments: &'t Comments,
    field_behavior: Option<ExtensionDescriptor>,
    schemas: BTreeMap<String, Value>,
}

impl<'t> Types<'t> {
    pub(super) fn new(pool: &DescriptorPool, comments: &'t Comments) -> Self {
        let field_behavior = pool.get_extension_by_name("google.api.field_behavior");
        Self {
            comments,
            field_behavior,
            schemas: BTreeMap::new(),
        }
    }

    pub(super) fn into_schemas(self) -> BTreeMap<String, Value> {
        self.schemas
    }

    /// A reference to the message's schema, or the schema itself for a well-known type.
    pub(super) fn message(&mut self, message: &MessageDescriptor) -> Value {
        if let Some(schema) = well_known(message.full_name()) {
            return schema;
        }
        let name = message.full_name().to_owned();
        if !self.schemas.contains_key(&name) {
            // In place before its fields are, so that a message may contain itself.
            self.schemas.insert(name.clone(), Value::Null);
            let schema = self.object(message, |_| true);
            self.schemas.insert(name.clone(), schema);
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    /// The schema of a message with only some of its fields.
    pub(super) fn object(&mut self, message: &MessageDescriptor, has: impl Fn(&FieldDescriptor) -> bool) -> Value {
        let mut schema = json!({"type": "object"});
        set_text(
            &mut schema,
            "description",
            self.comments.text(&message.parent_file(), message.path()),
        );
        let fields: Vec<FieldDescriptor> = message.fields().filter(has).collect();
        let properties: Map<String, Value> = fields
            .iter()
            .map(|field| (field.json_name().to_owned(), self.property(field)))
            .collect();
        schema["properties"] = Value::Object(properties);
        let required: Vec<&str> = fields
            .iter()
            .filter(|field| self.is_required(field))
            .map(FieldDescriptor::json_name)
            .collect();
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        let exclusions = exclusions(message, &fields);
        if !exclusions.is_empty() {
            schema["allOf"] = exclusions.into();
        }
        schema
    }

    fn property(&mut self, field: &FieldDescriptor) -> Value {
        let mut schema = self.field(field);
        set_text(&mut schema, "description", self.description(field));
        let behavior = self.behavior(field);
        if behavior.contains(&OUTPUT_ONLY) {
            schema["readOnly"] = true.into();
        }
        if behavior.contains(&INPUT_ONLY) {
            schema["writeOnly"] = true.into();
        }
        if field
            .field_descriptor_proto()
            .options
            .as_ref()
            .is_some_and(prost_types::FieldOptions::deprecated)
        {
            schema["deprecated"] = true.into();
        }
        schema
    }

    /// The schema of a field's value, lists and maps included.
    pub(super) fn field(&mut self, field: &FieldDescriptor) -> Value {
        let kind = field.kind();
        if let Some(entry) = kind.as_message().filter(|_| field.is_map()) {
            let value = self.kind(&entry.map_entry_value_field().kind());
            return json!({"type": "object", "additionalProperties": value});
        }
        let value = self.kind(&kind);
        if field.is_list() {
            json!({"type": "array", "items": value})
        } else {
            value
        }
    }

    fn kind(&mut self, kind: &Kind) -> Value {
        if let Some(message) = kind.as_message() {
            self.message(message)
        } else if let Some(e) = kind.as_enum() {
            self.enumeration(e)
        } else {
            scalar_schema(kind)
        }
    }

    fn enumeration(&mut self, e: &EnumDescriptor) -> Value {
        if e.full_name() == "google.protobuf.NullValue" {
            return json!({"type": "null"});
        }
        if !self.schemas.contains_key(e.full_name()) {
            let names: Vec<String> = e.values().map(|value| value.name().to_owned()).collect();
            let mut schema = json!({"type": "string", "enum": names});
            set_text(&mut schema, "description", &self.enum_description(e));
            self.schemas.insert(e.full_name().to_owned(), schema);
        }
        json!({"$ref": format!("#/components/schemas/{}", e.full_name())})
    }

    fn enum_description(&self, e: &EnumDescriptor) -> String {
        let file = e.parent_file();
        let mut lines = vec![self.comments.text(&file, e.path()).to_owned()];
        for value in e.values() {
            let comment = self.comments.text(&file, value.path()).replace('\n', " ");
            if !comment.is_empty() {
                lines.push(format!("- `{}`: {comment}", value.name()));
            }
        }
        lines.join("\n").trim_start().to_owned()
    }

    pub(super) fn description(&self, field: &FieldDescriptor) -> &'t str {
        self.comments.text(&field.parent_file(), field.path())
    }

    pub(super) fn is_required(&self, field: &FieldDescriptor) -> bool {
        self.behavior(field).contains(&REQUIRED)
    }

    pub(super) fn is_output_only(&self, field: &FieldDescriptor) -> bool {
        self.behavior(field).contains(&OUTPUT_ONLY)
    }

    fn behavior(&self, field: &FieldDescriptor) -> Vec<i32> {
        let Some(extension) = &self.field_behavior else {
            return Vec::new();
        };
        let options = field.options();
        let values = options.get_extension(extension);
        values
            .as_list()
            .unwrap_or_default()
            .iter()
            .filter_map(prost_reflect::Value::as_enum_number)
            .collect()
    }
}

/// Of a oneof's fields no two may be given: said of each pair.
fn exclusions(message: &MessageDescriptor, fields: &[FieldDescriptor]) -> Vec<Value> {
    let mut exclusions = Vec::new();
    for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
        let members: Vec<FieldDescriptor> = oneof.fields().filter(|field| fields.contains(field)).collect();
        for (at, first) in members.iter().enumerate() {
            for second in members.iter().skip(at + 1) {
                exclusions.push(json!({"not": {"required": [first.json_name(), second.json_name()]}}));
            }
        }
    }
    exclusions
}

fn scalar_schema(kind: &Kind) -> Value {
    match kind {
        Kind::Double => json!({"type": "number", "format": "double"}),
        Kind::Float => json!({"type": "number", "format": "float"}),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            json!({"type": "integer", "format": "int32"})
        }
        Kind::Uint32 | Kind::Fixed32 => json!({"type": "integer", "format": "int64", "minimum": 0}),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => json!({"type": "string", "format": "int64"}),
        Kind::Uint64 | Kind::Fixed64 => json!({"type": "string", "format": "uint64"}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Bytes => json!({"type": "string", "contentEncoding": "base64"}),
        Kind::String | Kind::Enum(_) | Kind::Message(_) => json!({"type": "string"}),
    }
}

fn well_known(full_name: &str) -> Option<Value> {
    let nullable = |kind: Kind| {
        let mut schema = scalar_schema(&kind);
        schema["type"] = json!([schema["type"], "null"]);
        schema
    };
    Some(match full_name.strip_prefix("google.protobuf.")? {
        "Timestamp" => json!({"type": "string", "format": "date-time"}),
        "Duration" => json!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{1,9})?s$"}),
        "FieldMask" => json!({"type": "string"}),
        "Struct" => json!({"type": "object", "additionalProperties": true}),
        "Value" => json!({}),
        "ListValue" => json!({"type": "array", "items": {}}),
        "Empty" => json!({"type": "object"}),
        "Any" => json!({
            "type": "object",
            "properties": {"@type": {"type": "string"}},
            "required": ["@type"],
            "additionalProperties": true,
        }),
        "DoubleValue" => nullable(Kind::Double),
        "FloatValue" => nullable(Kind::Float),
        "Int64Value" => nullable(Kind::Int64),
        "UInt64Value" => nullable(Kind::Uint64),
        "Int32Value" => nullable(Kind::Int32),
        "UInt32Value" => nullable(Kind::Uint32),
        "BoolValue" => nullable(Kind::Bool),
        "StringValue" => nullable(Kind::String),
        "BytesValue" => nullable(Kind::Bytes),
        _ => return None,
    })
}

/// Sets a member unless the text is empty.
pub(super) fn set_text(schema: &mut Value, member: &str, text: &str) {
    if !text.is_empty() {
        schema[member] = text.into();
    }
}
