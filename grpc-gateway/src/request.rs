//! Path, query, body and `If-Match` become one request message on the wire.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderValue;
use percent_encoding::percent_decode_str;

use crate::http_headers::{IfMatch, if_match};
use crate::json::{Reader, put_text};
use crate::refusal::{Refusal, Refused};
use crate::route::{BodyRule, PathVariable, Route};
use crate::schema::{FieldPath, Kind, Schema, Shape, WellKnown};
use crate::violations::{Violations, name_or_placeholder};
use crate::wire::{Raw, find, put_bytes, wrap_from};

/// A gRPC message is preceded by a compression flag and its length in four bytes.
pub(crate) const FRAME_HEADER_LENGTH: usize = 5;

/// What of an HTTP request the message is made from.
pub(crate) struct Parts<'p> {
    pub(crate) path: &'p str,
    pub(crate) query: &'p str,
    pub(crate) body: &'p [u8],
    pub(crate) if_match: Option<&'p HeaderValue>,
}

/// Makes the framed request message.
///
/// # Errors
/// Everything that is wrong with the request, at once.
pub(crate) fn framed_message(schema: &Schema, route: &Route, parts: &Parts<'_>) -> Result<Bytes, Refused> {
    let capacity = FRAME_HEADER_LENGTH + parts.body.len() + parts.path.len() + parts.query.len() + 32;
    let mut out = Vec::with_capacity(capacity);
    out.resize(FRAME_HEADER_LENGTH, 0);
    let mut draft = Draft {
        schema,
        route,
        out,
        violations: Violations::default(),
    };
    draft.body(parts.body)?;
    draft.query(parts.query);
    for variable in &route.variables {
        draft.path_variable(variable, parts.path);
    }
    if let Some(value) = parts.if_match {
        draft.version(value);
    }
    draft.finish()
}

struct Draft<'d> {
    schema: &'d Schema,
    route: &'d Route,
    out: Vec<u8>,
    violations: Violations,
}

impl Draft<'_> {
    fn body(&mut self, body: &[u8]) -> Result<(), Refused> {
        let reader = Reader::new(self.schema, &mut self.out, &mut self.violations);
        let read = match self.route.body {
            // No body at all is a request without fields.
            _ if body.is_empty() => return Ok(()),
            BodyRule::Empty => return Ok(()),
            BodyRule::Message => reader.message(self.route.input, body),
            BodyRule::Field(position) => match self.schema.message(self.route.input).fields.get(position) {
                Some(field) => reader.field(field, body),
                None => Ok(()),
            },
        };
        read.map_err(|at| {
            let message = format!(
                "the body is no JSON text from line {}, column {} on",
                at.line, at.column
            );
            Refused::new(Refusal::MalformedBody, message)
        })
    }

    fn query(&mut self, query: &str) {
        let mut seen = Seen::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match decode(name, Plus::IsSpace) {
                Some(name) => self.parameter(&name, value, &mut seen),
                None => self
                    .violations
                    .unknown_parameter("(query)", "has a name that is not percent-encoded UTF-8"),
            }
        }
    }

    fn parameter(&mut self, name: &str, value: &str, seen: &mut Seen) {
        if self.route.body == BodyRule::Message {
            let shown = name_or_placeholder(name);
            self.violations.unknown_parameter(
                shown,
                "is a query parameter, and this method takes all fields in its body",
            );
            return;
        }
        let mut choices = Vec::new();
        let mut contract_name = Vec::new();
        let resolved = self.schema.resolve(self.route.input, name, |parent, field| {
            contract_name.push(field.name.as_str());
            if let Some(oneof) = field.oneof {
                choices.push(Choice {
                    parent,
                    oneof,
                    number: field.number,
                });
            }
        });
        let Some((path, field)) = resolved else {
            self.violations
                .unknown_parameter(name_or_placeholder(name), "is not a known query parameter");
            return;
        };
        let name = &contract_name.join(".");
        if let Some(description) = self.misplaced(path, &field.kind, field.shape) {
            self.violations.unknown_parameter(name, description);
            return;
        }
        if field.shape == Shape::Single && seen.paths.contains(&path) {
            self.violations.refuse(name, "is given twice");
            return;
        }
        if choices.iter().any(|choice| choice.excludes_any_of(&seen.choices)) {
            self.violations.refuse(name, "excludes another field that is given too");
        }
        seen.paths.push(path);
        seen.choices.append(&mut choices);
        let put = match decode(value, Plus::IsSpace) {
            Some(value) => self.put(path, &field.kind, &value),
            None => Err("must be percent-encoded UTF-8"),
        };
        if let Err(description) = put {
            self.violations.refuse(name, description);
        }
    }

    /// Why a known field can't be a query parameter of this route.
    fn misplaced(&self, path: FieldPath, kind: &Kind, shape: Shape) -> Option<&'static str> {
        if self.route.variables.iter().any(|variable| variable.field_path == path) {
            return Some("is bound in the path already");
        }
        if let BodyRule::Field(position) = self.route.body {
            let body = self.schema.message(self.route.input).fields.get(position);
            if body.map(|field| field.number) == path.numbers().first().copied() {
                return Some("belongs in the body");
            }
        }
        let is_message = kind.message().is_some_and(|id| {
            let well_known = self.schema.message(id).well_known;
            !well_known.is_some_and(WellKnown::is_text)
        });
        (is_message || shape == Shape::Map).then_some("can't be a query parameter as a whole")
    }

    fn path_variable(&mut self, variable: &PathVariable, path: &str) {
        let start = self.out.len();
        let captured = self
            .route
            .captured(variable, path)
            .and_then(|raw| match variable.segment_count {
                1 if !variable.takes_rest => decode(raw, Plus::IsPlus),
                _several => decode_segments(raw),
            });
        let put = match captured {
            Some(text) => self.put(variable.field_path, &variable.kind, &text),
            None => Err("must be percent-encoded UTF-8"),
        };
        if let Err(description) = put {
            self.violations.refuse(&variable.name, description);
        } else if self.differs(variable.field_path, start) {
            self.violations.refuse(&variable.name, "differs from the path");
        }
    }

    /// Whether what was written before `start` has another value for a field than what follows.
    fn differs(&self, path: FieldPath, start: usize) -> bool {
        let (before, after) = self.out.split_at(start);
        let before = find(before.get(FRAME_HEADER_LENGTH..).unwrap_or_default(), path.numbers());
        let is_default = matches!(before, Ok(None | Some(Raw::Bytes([]) | Raw::Varint(0))));
        !is_default && before != find(after, path.numbers())
    }

    /// The version that the caller saw goes into the request's own `etag`.
    fn version(&mut self, value: &HeaderValue) {
        let Some(path) = self.route.request_etag else {
            self.violations.refuse("If-Match", "is not taken by this method");
            return;
        };
        let version = match if_match(value) {
            Ok(IfMatch::Version(version)) => version,
            Ok(IfMatch::AnyVersion) => return,
            Err(description) => return self.violations.refuse("If-Match", description),
        };
        let present = find(self.out.get(FRAME_HEADER_LENGTH..).unwrap_or_default(), path.numbers());
        match present {
            Ok(Some(Raw::Bytes(present))) if !present.is_empty() => {
                if present != version.as_bytes() {
                    self.violations
                        .refuse("If-Match", "differs from the etag in the request");
                }
            }
            _absent => {
                let start = self.out.len();
                let (last, outer) = match path.numbers().split_last() {
                    Some((last, outer)) => (*last, outer),
                    None => return,
                };
                put_bytes(&mut self.out, last, version.as_bytes());
                self.wrap(start, outer);
            }
        }
    }

    fn put(&mut self, path: FieldPath, kind: &Kind, text: &str) -> Result<(), &'static str> {
        let Some((last, outer)) = path.numbers().split_last() else {
            return Ok(());
        };
        let start = self.out.len();
        put_text(self.schema, kind, *last, text, &mut self.out)?;
        self.wrap(start, outer);
        Ok(())
    }

    /// Puts what was written since `start` into its messages; pieces of one message merge.
    fn wrap(&mut self, start: usize, outer: &[u32]) {
        for number in outer.iter().rev() {
            wrap_from(&mut self.out, start, *number);
        }
    }

    fn finish(mut self) -> Result<Bytes, Refused> {
        if !self.violations.is_empty() {
            return Err(Refused::fields(self.violations));
        }
        let length = u32::try_from(self.out.len() - FRAME_HEADER_LENGTH)
            .map_err(|_overflow| Refused::new(Refusal::BodyTooLarge, "the request is too large"))?;
        if let Some(header) = self.out.get_mut(1..FRAME_HEADER_LENGTH) {
            header.copy_from_slice(&length.to_be_bytes());
        }
        Ok(Bytes::from(self.out))
    }
}

/// What the query has set so far.
#[derive(Default)]
struct Seen {
    paths: Vec<FieldPath>,
    choices: Vec<Choice>,
}

/// A oneof's member on the way to a field.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Choice {
    parent: FieldPath,
    oneof: u16,
    number: u32,
}

impl Choice {
    fn excludes_any_of(&self, others: &[Self]) -> bool {
        others
            .iter()
            .any(|other| (other.parent, other.oneof) == (self.parent, self.oneof) && other.number != self.number)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Plus {
    IsSpace,
    IsPlus,
}

/// Percent-decodes; `None` for an escape that is none, or bytes that are not UTF-8.
fn decode(text: &str, plus: Plus) -> Option<Cow<'_, str>> {
    if plus == Plus::IsSpace && text.contains('+') {
        return decode(&text.replace('+', " "), Plus::IsPlus).map(|decoded| Cow::Owned(decoded.into_owned()));
    }
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let escapes_are_whole = text.split('%').skip(1).all(|after| {
        after
            .as_bytes()
            .get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    if !escapes_are_whole {
        return None;
    }
    percent_decode_str(text).decode_utf8().ok()
}

/// Decodes all but the escaped slash, so that segments stay apart.
fn decode_segments(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest
        .as_bytes()
        .windows(3)
        .position(|escape| escape.eq_ignore_ascii_case(b"%2f"))
    {
        let (before, after) = rest.split_at(at);
        let (slash, left) = after.split_at(3);
        decoded.push_str(&decode(before, Plus::IsPlus)?);
        decoded.push_str(slash);
        rest = left;
    }
    decoded.push_str(&decode(rest, Plus::IsPlus)?);
    Some(Cow::Owned(decoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_takes_plus_for_space_in_queries_only() {
        assert_eq!(decode("a+b%20c%2B", Plus::IsSpace).as_deref(), Some("a b c+"));
        assert_eq!(decode("a+b", Plus::IsPlus).as_deref(), Some("a+b"));
        for wrong in ["%", "%4", "%zz", "a%", "%ff", "%é"] {
            assert_eq!(decode(wrong, Plus::IsSpace), None, "{wrong}");
        }
    }

    #[test]
    fn an_escaped_slash_stays_escaped_between_segments() {
        assert_eq!(decode_segments("a%2Fb/c%20d%2fe").as_deref(), Some("a%2Fb/c d%2fe"));
        assert_eq!(decode_segments("%2f%2F%252f").as_deref(), Some("%2f%2F%2f"));
        assert_eq!(decode_segments("%2F%zz"), None);
    }
}
