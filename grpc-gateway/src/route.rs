//! Routes: where each annotated method is found, and what of a request goes into which field.

mod tree;

use std::sync::Arc;

use http::{Method, StatusCode, Uri};
use prost_reflect::{DescriptorPool, MethodDescriptor};

use crate::options::Options;
use crate::rule::{self, Rule};
use crate::schema::{FieldPath, Kind, MessageId, Schema, Shape, WellKnown};
use crate::template::{Segment, Template};
pub(crate) use tree::{Endpoint, RouteTree};

/// Why a pool can't be served over REST.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// No method of the pool has the option `google.api.http`.
    #[error("no method has a google.api.http annotation, or google/api/annotations.proto is not in the pool")]
    NoRoutes,
    /// Errors can't be told without this message.
    #[error("the pool lacks {0}")]
    MissingType(&'static str),
    /// An annotation that can't be served as it is written.
    #[error("{method}: the route `{template}` {problem}")]
    Rule {
        /// The method's full name.
        method: String,
        /// The template as written.
        template: String,
        /// What is wrong, as a phrase about the route.
        problem: String,
    },
    /// Two methods, or two bindings, would answer the same requests.
    #[error("{first} and {second} both answer {http_method} {template}")]
    Collision {
        /// The method that came first.
        first: String,
        /// The method that came second.
        second: String,
        /// The HTTP method.
        http_method: Method,
        /// The second template as written.
        template: String,
    },
    /// A page's path is a route's path too.
    #[error("the page {0} is answered by a route too")]
    Page(String),
    /// A header that describes the connection or the encoding, not the call.
    #[error("the header {0} must not be forwarded")]
    ForwardedHeader(String),
}

/// One binding, compiled.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: MethodDescriptor,
    pub(crate) http_method: Method,
    pub(crate) template: Template,
    /// `/package.Service/Method`.
    pub(crate) grpc_uri: Uri,
    pub(crate) input: MessageId,
    pub(crate) output: MessageId,
    pub(crate) variables: Vec<PathVariable>,
    pub(crate) body: BodyRule,
    /// Position of the response field that is the body.
    pub(crate) response_body: Option<usize>,
    pub(crate) answer: AnswerForm,
    /// Where `If-Match` goes.
    pub(crate) request_etag: Option<FieldPath>,
    /// Where `ETag` comes from.
    pub(crate) response_etag: Option<FieldPath>,
    pub(crate) success: StatusCode,
    pub(crate) location: Option<Location>,
}

#[derive(Debug)]
pub(crate) struct PathVariable {
    pub(crate) name: String,
    pub(crate) field_path: FieldPath,
    pub(crate) kind: Kind,
    /// First of its path segments.
    pub(crate) first_segment: usize,
    pub(crate) segment_count: usize,
    pub(crate) takes_rest: bool,
}

/// What the HTTP body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyRule {
    /// There is none.
    Empty,
    /// The whole request message.
    Message,
    /// The field at this position.
    Field(usize),
}

/// What the answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerForm {
    Json,
    /// One JSON text a line.
    JsonLines,
    /// `google.api.HttpBody`, once.
    Raw,
    /// `google.api.HttpBody`, piece by piece.
    RawStream,
}

/// A `Location` header: text with fields of the response in it.
#[derive(Debug)]
pub(crate) struct Location {
    pub(crate) pieces: Vec<LocationPiece>,
}

#[derive(Debug)]
pub(crate) enum LocationPiece {
    Text(String),
    Field(FieldPath),
}

/// All routes of a pool.
///
/// # Errors
/// The first annotation that can't be served.
pub(crate) fn routes(pool: &DescriptorPool, schema: &Schema, options: &Options) -> Result<Vec<Arc<Route>>, RouteError> {
    let http = rule::extension(pool).ok_or(RouteError::NoRoutes)?;
    let mut routes = Vec::new();
    for method in pool
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
    {
        let rules = rule::rules(&method, &http).map_err(|problem| rule_error(&method, "", problem))?;
        for rule in rules {
            let compiler = Compiler {
                schema,
                method: &method,
                rule: &rule,
            };
            let route = compiler.route(options);
            routes.push(Arc::new(
                route.map_err(|problem| rule_error(&method, &rule.template, problem))?,
            ));
        }
    }
    if routes.is_empty() {
        Err(RouteError::NoRoutes)
    } else {
        Ok(routes)
    }
}

fn rule_error(method: &MethodDescriptor, template: &str, problem: impl Into<String>) -> RouteError {
    RouteError::Rule {
        method: method.full_name().to_owned(),
        template: template.to_owned(),
        problem: problem.into(),
    }
}

struct Compiler<'c> {
    schema: &'c Schema,
    method: &'c MethodDescriptor,
    rule: &'c Rule,
}

impl Compiler<'_> {
    fn route(&self, options: &Options) -> Result<Route, String> {
        if self.method.is_client_streaming() {
            return Err("leads to a method that takes a stream".to_owned());
        }
        let template = Template::parse(&self.rule.template)?;
        let input = self.message(self.method.input().full_name())?;
        let output = self.message(self.method.output().full_name())?;
        let body = self.body(input)?;
        let variables = self.variables(&template, input, body)?;
        let grpc_path = format!("/{}/{}", self.method.parent_service().full_name(), self.method.name());
        let response_body = self.response_body(output)?;
        let location = (options.location)(self.method)
            .map(|text| self.location(output, &text))
            .transpose()?;
        Ok(Route {
            method: self.method.clone(),
            http_method: self.rule.http_method.clone(),
            template,
            grpc_uri: grpc_path
                .parse()
                .map_err(|_not_a_uri| "leads to a method without a path".to_owned())?,
            input,
            output,
            variables,
            body,
            response_body,
            answer: self.answer_form(),
            request_etag: self.etag(input),
            response_etag: self.etag(output).filter(|_| !self.method.is_server_streaming()),
            success: (options.success_status)(self.method),
            location,
        })
    }

    fn message(&self, full_name: &str) -> Result<MessageId, String> {
        self.schema
            .id(full_name)
            .ok_or_else(|| format!("needs {full_name}, which the pool lacks"))
    }

    fn body(&self, input: MessageId) -> Result<BodyRule, String> {
        let takes_body = !matches!(self.rule.http_method, Method::GET | Method::HEAD);
        match self.rule.body.as_str() {
            "" => Ok(BodyRule::Empty),
            _ if !takes_body => Err("has a body, which its HTTP method can't have".to_owned()),
            "*" => Ok(BodyRule::Message),
            name => self.field(input, name).map(BodyRule::Field),
        }
    }

    fn response_body(&self, output: MessageId) -> Result<Option<usize>, String> {
        match self.rule.response_body.as_str() {
            "" => Ok(None),
            name => self.field(output, name).map(Some),
        }
    }

    fn field(&self, message: MessageId, name: &str) -> Result<usize, String> {
        let position = self.schema.message(message).position_named(name);
        position.ok_or_else(|| format!("names the field `{name}`, which its message lacks"))
    }

    fn variables(&self, template: &Template, input: MessageId, body: BodyRule) -> Result<Vec<PathVariable>, String> {
        let body_field = match body {
            BodyRule::Field(position) => self.schema.message(input).fields.get(position),
            BodyRule::Empty | BodyRule::Message => None,
        };
        let mut variables = Vec::new();
        for variable in &template.variables {
            let name = &variable.field_path;
            let mut in_oneof = false;
            let resolved = self
                .schema
                .resolve(input, name, |_, field| in_oneof |= field.oneof.is_some());
            let (field_path, field) = resolved.ok_or_else(|| format!("binds `{name}`, which is no field"))?;
            if field.shape != Shape::Single || !self.is_text(&field.kind) {
                return Err(format!("binds `{name}`, which is no single value"));
            }
            if in_oneof {
                return Err(format!("binds `{name}`, which is in a oneof"));
            }
            if body_field.is_some_and(|body| field_path == FieldPath::one(body.number)) {
                return Err(format!("binds `{name}`, which is the body"));
            }
            variables.push(PathVariable {
                name: name.clone(),
                field_path,
                kind: field.kind.clone(),
                first_segment: variable.segments.start,
                segment_count: variable.segments.len(),
                takes_rest: variable.takes_rest,
            });
        }
        Ok(variables)
    }

    /// Whether text can be a value of this kind.
    fn is_text(&self, kind: &Kind) -> bool {
        let message = kind.message().map(|id| self.schema.message(id));
        message.is_none_or(|message| message.well_known.is_some_and(WellKnown::is_text))
    }

    fn answer_form(&self) -> AnswerForm {
        let is_raw = self.method.output().full_name() == "google.api.HttpBody";
        match (is_raw, self.method.is_server_streaming()) {
            (false, false) => AnswerForm::Json,
            (false, true) => AnswerForm::JsonLines,
            (true, false) => AnswerForm::Raw,
            (true, true) => AnswerForm::RawStream,
        }
    }

    /// The string field `etag` of the message, or of the only message in it that has one.
    fn etag(&self, id: MessageId) -> Option<FieldPath> {
        let own = |id: MessageId| {
            let field = self.schema.message(id).field_named("etag")?;
            let is_text = matches!(field.kind, Kind::String) && field.shape == Shape::Single;
            is_text.then_some(field.number)
        };
        if let Some(number) = own(id) {
            return Some(FieldPath::one(number));
        }
        let fields = self.schema.message(id).fields.iter();
        let mut inner = fields
            .filter(|field| field.shape == Shape::Single)
            .filter_map(|field| FieldPath::one(field.number).then(own(field.kind.message()?)?));
        match (inner.next(), inner.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    fn location(&self, output: MessageId, text: &str) -> Result<Location, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, left) = after.split_once('}').ok_or("has a location with an open brace")?;
            let resolved = self.schema.resolve(output, name, |_, _| {});
            let (path, field) = resolved.ok_or_else(|| format!("has a location with `{name}`, which is no field"))?;
            if !matches!(field.kind, Kind::String) || field.shape != Shape::Single {
                return Err(format!("has a location with `{name}`, which is no string"));
            }
            pieces.push(LocationPiece::Text(before.to_owned()));
            pieces.push(LocationPiece::Field(path));
            rest = left;
        }
        pieces.push(LocationPiece::Text(rest.to_owned()));
        Ok(Location { pieces })
    }
}

impl Route {
    /// The path's text without the custom verb.
    fn path_without_verb<'p>(&self, path: &'p str) -> &'p str {
        match &self.template.verb {
            Some(verb) => path
                .strip_suffix(verb.as_str())
                .and_then(|p| p.strip_suffix(':'))
                .unwrap_or(path),
            None => path,
        }
    }

    /// The text that the path has for a variable, not decoded yet.
    pub(crate) fn captured<'p>(&self, variable: &PathVariable, path: &'p str) -> Option<&'p str> {
        let path = self.path_without_verb(path);
        let start = match variable.first_segment {
            0 => 1,
            first => path.match_indices('/').nth(first)?.0 + 1,
        };
        let from_start = path.get(start..)?;
        if variable.takes_rest {
            return Some(from_start);
        }
        let end = from_start.match_indices('/').nth(variable.segment_count - 1);
        from_start.get(..end.map_or(from_start.len(), |(at, _)| at))
    }

    /// The template's shape, equal for templates that match the same paths.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.template.segments
    }
}
