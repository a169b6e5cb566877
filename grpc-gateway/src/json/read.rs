//! Strict JSON onto the wire in one pass: unknown and repeated keys and wrong values are all found.

mod dynamic;
mod visit;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess};

use super::scalar::{Door, Scalar, expectation, put_scalar};
use crate::schema::{Field, Kind, Message, MessageId, Schema, Shape, WellKnown};
use crate::violations::Violations;
use crate::wire::wrap_from;
use visit::{Key, KeySeed};

/// Reads JSON values and appends their wire format to `out`.
pub(crate) struct Reader<'s, 'o> {
    schema: &'s Schema,
    out: &'o mut Vec<u8>,
    violations: &'o mut Violations,
    steps: Vec<Step<'s>>,
}

/// Text that is no JSON, and where it stops being so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotJson {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

enum Step<'s> {
    Name(&'s str),
    Index(usize),
}

/// What a JSON value becomes.
#[derive(Clone, Copy)]
enum Target<'s> {
    /// The fields of the request message itself.
    Root(MessageId),
    Field(&'s Field),
    /// One element of a list field.
    Element(&'s Field),
}

impl<'s> Target<'s> {
    fn shape(self) -> Shape {
        match self {
            Self::Root(_) | Self::Element(_) => Shape::Single,
            Self::Field(field) => field.shape,
        }
    }

    fn field(self) -> Option<&'s Field> {
        match self {
            Self::Root(_) => None,
            Self::Field(field) | Self::Element(field) => Some(field),
        }
    }

    fn message(self) -> Option<MessageId> {
        match self {
            Self::Root(id) => Some(id),
            Self::Field(field) | Self::Element(field) => field.kind.message(),
        }
    }
}

impl<'s, 'o> Reader<'s, 'o> {
    pub(crate) fn new(schema: &'s Schema, out: &'o mut Vec<u8>, violations: &'o mut Violations) -> Self {
        Self {
            schema,
            out,
            violations,
            steps: Vec::new(),
        }
    }

    /// Reads the fields of a whole message.
    pub(crate) fn message(self, id: MessageId, json: &[u8]) -> Result<(), NotJson> {
        self.read(Target::Root(id), json)
    }

    /// Reads the value of one field.
    pub(crate) fn field(mut self, field: &'s Field, json: &[u8]) -> Result<(), NotJson> {
        self.steps.push(Step::Name(&field.name));
        self.read(Target::Field(field), json)
    }

    fn read(mut self, target: Target<'s>, json: &[u8]) -> Result<(), NotJson> {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let seed = Seed {
            reader: &mut self,
            target,
        };
        seed.deserialize(&mut deserializer)
            .and_then(|()| deserializer.end())
            .map_err(|error| NotJson {
                line: error.line(),
                column: error.column(),
            })
    }

    fn refuse(&mut self, description: &'static str) {
        let path = self.path();
        self.violations.refuse(path, description);
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.steps {
            match step {
                Step::Name(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                Step::Index(index) => {
                    path.push('[');
                    path.push_str(&index.to_string());
                    path.push(']');
                }
            }
        }
        if path.is_empty() { "(body)".to_owned() } else { path }
    }

    fn refuse_unknown(&mut self, name: &str) {
        let prefix = if self.steps.is_empty() {
            String::new()
        } else {
            self.path() + "."
        };
        self.violations.unknown_field(prefix + name);
    }

    fn refuse_kind(&mut self, target: Target<'s>) {
        let description = match (target.shape(), target.field()) {
            (Shape::List, _) => "must be a list",
            (Shape::Map, _) | (_, None) => "must be an object",
            (Shape::Single, Some(field)) => expectation(self.schema, &field.kind),
        };
        self.refuse(description);
    }

    fn scalar(&mut self, target: Target<'s>, value: Scalar<'_>) {
        match target.field().filter(|_| target.shape() == Shape::Single) {
            Some(field) => {
                let put = put_scalar(self.schema, &field.kind, field.number, value, Door::Json, self.out);
                if let Err(description) = put {
                    self.refuse(description);
                }
            }
            None => self.refuse_kind(target),
        }
    }

    /// Null is absence, except as a list's element and where null is a value.
    fn null(&mut self, target: Target<'s>) {
        match target {
            Target::Field(Field {
                kind: Kind::Enum(e),
                shape: Shape::Single,
                ..
            }) if e.is_null_value => {
                self.scalar(target, Scalar::Unsigned(0));
            }
            Target::Field(_) => {}
            Target::Root(_) | Target::Element(_) => self.refuse_kind(target),
        }
    }

    fn list<'de, A: SeqAccess<'de>>(&mut self, field: &'s Field, mut list: A) -> Result<(), A::Error> {
        for index in 0.. {
            self.steps.push(Step::Index(index));
            let element = list.next_element_seed(Seed {
                reader: self,
                target: Target::Element(field),
            })?;
            self.steps.pop();
            if element.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn object<'de, A: MapAccess<'de>>(&mut self, message: &'s Message, mut object: A) -> Result<(), A::Error> {
        let mut seen = vec![false; message.fields.len()];
        let mut oneofs_set = Vec::new();
        while let Some(key) = object.next_key_seed(KeySeed { message })? {
            let position = match key {
                Key::Known(position) => position,
                Key::Unknown(name) => {
                    self.refuse_unknown(&name);
                    object.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let field = &message.fields[position];
            self.steps.push(Step::Name(&field.name));
            if std::mem::replace(&mut seen[position], true) {
                self.refuse("is given twice");
                object.next_value::<IgnoredAny>()?;
            } else {
                let start = self.out.len();
                object.next_value_seed(Seed {
                    reader: self,
                    target: Target::Field(field),
                })?;
                let was_set = self.out.len() > start;
                if let Some(oneof) = field.oneof.filter(|_| was_set) {
                    if oneofs_set.contains(&oneof) {
                        self.refuse("excludes another field that is given too");
                    }
                    oneofs_set.push(oneof);
                }
            }
            self.steps.pop();
        }
        Ok(())
    }

    fn map<'de, A: MapAccess<'de>>(&mut self, field: &'s Field, mut map: A) -> Result<(), A::Error> {
        let entry = field.kind.message();
        let entry = entry.and_then(|id| self.schema.message(id).map_entry());
        let Some((key_field, value_field)) = entry else {
            return Err(A::Error::custom("a map without entries"));
        };
        let mut keys = std::collections::HashSet::new();
        let mut index = 0;
        while let Some(key) = map.next_key::<String>()? {
            self.steps.push(Step::Index(index));
            index += 1;
            let start = self.out.len();
            let put = put_scalar(self.schema, &key_field.kind, 1, Scalar::Text(&key), Door::Url, self.out);
            if let Err(description) = put {
                self.refuse(description);
            }
            let value = Target::Element(value_field);
            map.next_value_seed(Seed {
                reader: self,
                target: value,
            })?;
            wrap_from(self.out, start, field.number);
            if !keys.insert(key) {
                self.refuse("has a key that is given twice");
            }
            self.steps.pop();
        }
        Ok(())
    }
}

struct Seed<'r, 's, 'o> {
    reader: &'r mut Reader<'s, 'o>,
    target: Target<'s>,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let well_known = self
            .target
            .message()
            .and_then(|id| self.reader.schema.message(id).well_known);
        match (well_known, self.target.field(), self.target.shape()) {
            (
                Some(WellKnown::Any | WellKnown::Struct | WellKnown::Value | WellKnown::ListValue),
                Some(field),
                Shape::Single,
            ) => dynamic::read(self.reader, field, deserializer),
            _ => deserializer.deserialize_any(self),
        }
    }
}
