//! One binding of one method.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use prost_types::MethodOptions;
use serde_json::{Value, json};

use super::OpenApiOptions;
use super::comments::Comments;
use super::types::{Types, set_text};
use crate::route::{AnswerForm, BodyRule, Route};
use crate::schema::WellKnown;
use crate::template::{Segment, Template, Variable};

pub(super) struct OperationWriter<'w, 't> {
    pub(super) route: &'w Route,
    /// How the path is spelt in the document.
    pub(super) spelling: &'w Template,
    pub(super) options: &'w OpenApiOptions,
    pub(super) comments: &'w Comments,
    pub(super) types: &'w mut Types<'t>,
}

/// What any operation may take.
pub(super) fn shared_parameters() -> Value {
    json!({
        "RequestTimeout": {
            "name": "x-request-timeout",
            "in": "header",
            "description": "How long the caller waits, such as `1.5s`.",
            "schema": {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?s$"},
        },
        "IfMatch": {
            "name": "If-Match",
            "in": "header",
            "description": "The version that the caller saw, as its `ETag` said; another version is refused.",
            "schema": {"type": "string"},
        },
    })
}

/// What any operation may answer when it fails.
pub(super) fn error_response(status: &Value) -> Value {
    json!({
        "description": "The call failed; `details` has one ErrorInfo whose reason is for programs.",
        "content": {"application/json": {"schema": status}},
    })
}

impl OperationWriter<'_, '_> {
    pub(super) fn operation(&mut self, operation_id: &str) -> Value {
        let method = &self.route.method;
        let service = method.parent_service();
        let file = service.parent_file();
        let (summary, description) = self.comments.summary_and_description(&file, method.path());
        let mut operation = json!({
            "operationId": operation_id,
            "tags": [service.name()],
            "parameters": self.parameters(),
            "responses": {
                (self.route.success.as_str()): self.success(),
                "default": {"$ref": "#/components/responses/Error"},
            },
            "x-grpc-method": method.full_name(),
        });
        set_text(&mut operation, "summary", &summary);
        set_text(&mut operation, "description", &description);
        if let Some(body) = self.request_body() {
            operation["requestBody"] = body;
        }
        if method
            .method_descriptor_proto()
            .options
            .as_ref()
            .is_some_and(MethodOptions::deprecated)
        {
            operation["deprecated"] = true.into();
        }
        let extras = (self.options.operation)(method);
        if extras.is_public {
            operation["security"] = json!([]);
        }
        for (name, value) in extras.extensions {
            operation[name] = value;
        }
        operation
    }

    fn parameters(&mut self) -> Vec<Value> {
        let mut parameters = self.path_parameters();
        if self.route.body != BodyRule::Message {
            let input = self.route.method.input();
            self.query_parameters(&input, "", &mut vec![input.full_name().to_owned()], &mut parameters);
        }
        if self.route.request_etag.is_some() {
            parameters.push(json!({"$ref": "#/components/parameters/IfMatch"}));
        }
        parameters.push(json!({"$ref": "#/components/parameters/RequestTimeout"}));
        parameters
    }

    fn path_parameters(&mut self) -> Vec<Value> {
        let segments = self.route.template.segments.iter().enumerate();
        let wildcards = segments.filter(|(_, segment)| !matches!(segment, Segment::Literal(_)));
        let mut parameters = Vec::new();
        for (index, segment) in wildcards {
            let variable = self
                .route
                .template
                .variables
                .iter()
                .find(|v| v.segments.contains(&index));
            let field = variable.and_then(|v| field_at(&self.route.method.input(), &v.field_path));
            let is_whole = variable.is_some_and(|v| v.segments.len() == 1) && *segment == Segment::One;
            let schema = match &field {
                Some(field) if is_whole => self.types.field(field),
                _ => json!({"type": "string"}),
            };
            let name = self.spelling.parameter_at(index);
            let mut parameter = json!({"name": name, "in": "path", "required": true, "schema": schema});
            let description = field.map_or("", |field| self.types.description(&field));
            let description = match (variable, segment) {
                (_, Segment::Rest) => format!("{description}\n\nMay contain slashes."),
                (Some(Variable { field_path, .. }), _) if !is_whole => {
                    format!("{description}\n\nA segment of `{field_path}`.")
                }
                _ => description.to_owned(),
            };
            set_text(&mut parameter, "description", description.trim());
            parameters.push(parameter);
        }
        parameters
    }

    /// Fields that travel in the query, those of inner messages by dotted names.
    fn query_parameters(
        &mut self,
        message: &MessageDescriptor,
        prefix: &str,
        containing: &mut Vec<String>,
        parameters: &mut Vec<Value>,
    ) {
        for field in message.fields() {
            let name = format!("{prefix}{}", field.json_name());
            if field.is_map() || self.types.is_output_only(&field) || self.is_elsewhere(&field, prefix) {
                continue;
            }
            if let Some(inner) = plain_message(&field) {
                let is_recursive = containing.iter().any(|name| name == inner.full_name());
                let is_free_form = WellKnown::of(inner.full_name()).is_some();
                if !field.is_list() && !is_recursive && !is_free_form {
                    containing.push(inner.full_name().to_owned());
                    self.query_parameters(&inner, &format!("{name}."), containing, parameters);
                    containing.pop();
                }
                continue;
            }
            let mut parameter = json!({"name": name, "in": "query", "schema": self.types.field(&field)});
            if prefix.is_empty() && self.types.is_required(&field) {
                parameter["required"] = true.into();
            }
            set_text(&mut parameter, "description", self.types.description(&field));
            parameters.push(parameter);
        }
    }

    /// Whether a field is bound in the path or is the body.
    fn is_elsewhere(&self, field: &FieldDescriptor, prefix: &str) -> bool {
        let input = self.route.method.input();
        let is_this = |path: &str| {
            let inner = dotted_json_name(&input, path);
            inner.is_some_and(|inner| inner == format!("{prefix}{}", field.json_name()))
        };
        let in_path = self
            .route
            .template
            .variables
            .iter()
            .any(|variable| is_this(&variable.field_path));
        in_path || (prefix.is_empty() && self.body_field().is_some_and(|body| body == *field))
    }

    fn body_field(&self) -> Option<FieldDescriptor> {
        let BodyRule::Field(position) = self.route.body else {
            return None;
        };
        // Positions count fields in the order of their numbers.
        let mut fields: Vec<FieldDescriptor> = self.route.method.input().fields().collect();
        fields.sort_by_key(FieldDescriptor::number);
        fields.into_iter().nth(position)
    }

    fn request_body(&mut self) -> Option<Value> {
        let input = self.route.method.input();
        let schema = match (self.route.body, self.body_field()) {
            (BodyRule::Empty, _) => return None,
            (_, Some(field)) => self.types.field(&field),
            (_, None) => {
                let variables = &self.route.template.variables;
                let is_bound = |field: &FieldDescriptor| variables.iter().any(|v| v.field_path == field.name());
                if input.fields().any(|field| is_bound(&field)) {
                    self.types.object(&input, |field| !is_bound(field))
                } else {
                    self.types.message(&input)
                }
            }
        };
        Some(json!({"required": true, "content": {"application/json": {"schema": schema}}}))
    }

    fn success(&mut self) -> Value {
        let output = self.route.method.output();
        let content = match self.route.answer {
            AnswerForm::Raw | AnswerForm::RawStream => json!({"*/*": {}}),
            AnswerForm::Json => {
                json!({"application/json": {"schema": self.answer_schema(&output)}})
            }
            AnswerForm::JsonLines => {
                let line = self.answer_schema(&output);
                json!({"application/x-ndjson": {"schema": line}})
            }
        };
        let description = match self.route.answer {
            AnswerForm::JsonLines => {
                "One JSON text a line. After an error midway the last line is `{\"error\": google.rpc.Status}`."
            }
            AnswerForm::RawStream => "The content as it is; after an error midway the connection breaks.",
            AnswerForm::Raw => "The content as it is.",
            AnswerForm::Json => "Success.",
        };
        let mut response = json!({"description": description, "content": content});
        if self.route.response_etag.is_some() {
            response["headers"] = json!({"ETag": {
                "description": "The version, for `If-Match`.",
                "schema": {"type": "string"},
            }});
        }
        response
    }

    fn answer_schema(&mut self, output: &MessageDescriptor) -> Value {
        let mut fields: Vec<FieldDescriptor> = output.fields().collect();
        fields.sort_by_key(FieldDescriptor::number);
        match self
            .route
            .response_body
            .and_then(|position| fields.into_iter().nth(position))
        {
            Some(field) => self.types.field(&field),
            None => self.types.message(output),
        }
    }
}

/// The message of a field that can't be text in a query as a whole.
fn plain_message(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    let Kind::Message(message) = field.kind() else {
        return None;
    };
    let is_text = WellKnown::of(message.full_name()).is_some_and(WellKnown::is_text);
    (!is_text).then_some(message)
}

fn field_at(message: &MessageDescriptor, path: &str) -> Option<FieldDescriptor> {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = message
        .get_field_by_name(name)
        .or_else(|| message.get_field_by_json_name(name))?;
    match (rest, field.kind()) {
        (None, _) => Some(field),
        (Some(rest), Kind::Message(inner)) => field_at(&inner, rest),
        (Some(_), _) => None,
    }
}

fn dotted_json_name(message: &MessageDescriptor, path: &str) -> Option<String> {
    let (name, rest) = path
        .split_once('.')
        .map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = message
        .get_field_by_name(name)
        .or_else(|| message.get_field_by_json_name(name))?;
    match (rest, field.kind()) {
        (None, _) => Some(field.json_name().to_owned()),
        (Some(rest), Kind::Message(inner)) => {
            Some(format!("{}.{}", field.json_name(), dotted_json_name(&inner, rest)?))
        }
        (Some(_), _) => None,
    }
}
