//! Routes by path segment: found without allocating, the static before the variable.

use std::sync::Arc;

use http::Method;
use percent_encoding::percent_decode_str;

use super::{Route, RouteError};
use crate::template::Segment;

/// A node for every distinct beginning of a template.
#[derive(Debug, Default)]
pub(crate) struct RouteTree {
    literals: Vec<(String, RouteTree)>,
    one: Option<Box<RouteTree>>,
    /// Templates that end in `**` here.
    rest: Endpoints,
    /// Templates that end here.
    here: Endpoints,
}

/// What is found at one path: a route for each HTTP method.
#[derive(Debug, Default)]
pub(crate) struct Endpoint {
    /// The custom verb; empty without one.
    verb: String,
    routes: Vec<Arc<Route>>,
}

type Endpoints = Vec<Endpoint>;

impl RouteTree {
    /// # Errors
    /// Two routes that answer the same requests.
    pub(crate) fn new(routes: &[Arc<Route>]) -> Result<Self, RouteError> {
        let mut tree = Self::default();
        for route in routes {
            let endpoint = tree.endpoint_for(route.segments(), route.template.verb.as_deref().unwrap_or_default());
            let same = endpoint
                .routes
                .iter()
                .find(|other| other.http_method == route.http_method);
            if let Some(other) = same {
                return Err(RouteError::Collision {
                    first: other.method.full_name().to_owned(),
                    second: route.method.full_name().to_owned(),
                    http_method: route.http_method.clone(),
                    template: route.template.openapi_path(),
                });
            }
            endpoint.routes.push(route.clone());
        }
        Ok(tree)
    }

    fn endpoint_for(&mut self, segments: &[Segment], verb: &str) -> &mut Endpoint {
        let Some((segment, inner)) = segments.split_first() else {
            return endpoint_with(&mut self.here, verb);
        };
        match segment {
            Segment::Literal(text) => {
                let at = self
                    .literals
                    .iter()
                    .position(|(literal, _)| literal == text)
                    .unwrap_or_else(|| {
                        self.literals.push((text.clone(), Self::default()));
                        self.literals.len() - 1
                    });
                self.literals[at].1.endpoint_for(inner, verb)
            }
            Segment::One => self.one.get_or_insert_default().endpoint_for(inner, verb),
            Segment::Rest => endpoint_with(&mut self.rest, verb),
        }
    }

    /// What answers at a path. A custom verb is tried first; text after a colon that is no verb
    /// belongs to its segment.
    pub(crate) fn find(&self, path: &str) -> Option<&Endpoint> {
        let path = path.strip_prefix('/')?;
        let last = path.rfind('/').map_or(0, |at| at + 1);
        let colon = path.get(last..)?.rfind(':').map(|at| last + at);
        let with_verb = colon.and_then(|at| {
            let verb = path.get(at + 1..).filter(|verb| !verb.is_empty())?;
            self.descend(path.get(..at)?, verb)
        });
        with_verb.or_else(|| self.descend(path, ""))
    }

    fn descend(&self, rest: &str, verb: &str) -> Option<&Endpoint> {
        let (segment, after) = match rest.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (rest, None),
        };
        let literal = self.literals.iter().find(|(literal, _)| is_literal(segment, literal));
        let found = literal.and_then(|(_, child)| child.after(after, verb));
        let found = found.or_else(|| {
            let child = self.one.as_deref().filter(|_| !segment.is_empty())?;
            child.after(after, verb)
        });
        found.or_else(|| (!rest.is_empty()).then(|| with_verb(&self.rest, verb)).flatten())
    }

    fn after(&self, rest: Option<&str>, verb: &str) -> Option<&Endpoint> {
        match rest {
            Some(rest) => self.descend(rest, verb),
            None => with_verb(&self.here, verb),
        }
    }
}

impl Endpoint {
    pub(crate) fn route(&self, http_method: &Method) -> Option<&Arc<Route>> {
        self.routes.iter().find(|route| route.http_method == *http_method)
    }

    /// For the headers `Allow` and `Access-Control-Allow-Methods`.
    pub(crate) fn allow(&self) -> String {
        let mut methods: Vec<&str> = self.routes.iter().map(|route| route.http_method.as_str()).collect();
        methods.push("OPTIONS");
        methods.join(", ")
    }
}

fn endpoint_with<'e>(endpoints: &'e mut Endpoints, verb: &str) -> &'e mut Endpoint {
    let at = endpoints
        .iter()
        .position(|endpoint| endpoint.verb == verb)
        .unwrap_or_else(|| {
            endpoints.push(Endpoint {
                verb: verb.to_owned(),
                routes: Vec::new(),
            });
            endpoints.len() - 1
        });
    &mut endpoints[at]
}

fn with_verb<'e>(endpoints: &'e Endpoints, verb: &str) -> Option<&'e Endpoint> {
    endpoints.iter().find(|endpoint| endpoint.verb == verb)
}

/// Escapes may be used where they are not needed.
fn is_literal(segment: &str, literal: &str) -> bool {
    segment == literal || (segment.contains('%') && percent_decode_str(segment).eq(literal.bytes()))
}
