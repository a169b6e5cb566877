//! The pool's messages compiled for transcoding: names looked up once, at start.

use std::collections::HashMap;
use std::sync::Arc;

use prost_reflect::{Cardinality, DescriptorPool, EnumDescriptor, FieldDescriptor, MessageDescriptor};

/// Index of a message in its [`Schema`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MessageId(u32);

/// Every message of a pool.
#[derive(Debug)]
pub(crate) struct Schema {
    messages: Vec<Message>,
    by_name: HashMap<String, MessageId>,
}

#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) descriptor: MessageDescriptor,
    pub(crate) well_known: Option<WellKnown>,
    /// In the order of their numbers.
    pub(crate) fields: Vec<Field>,
    /// Proto names and JSON names.
    by_name: HashMap<String, u16>,
    /// Position of the fields with the lowest numbers, by number.
    low_numbers: Vec<Option<u16>>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) number: u32,
    /// The name in the contract, which is how a violation names the field.
    pub(crate) name: String,
    pub(crate) json_name: String,
    /// The name as it stands in JSON: quoted, with its colon.
    pub(crate) json_key: String,
    pub(crate) kind: Kind,
    pub(crate) shape: Shape,
    /// Whether absence differs from the default, so that the default is not written.
    pub(crate) has_presence: bool,
    /// Index of the real (not synthetic) oneof.
    pub(crate) oneof: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Single,
    List,
    Map,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Bool,
    String,
    Bytes,
    Enum(Arc<Enum>),
    Message(MessageId),
}

impl Kind {
    /// The message, if it is one.
    pub(crate) fn message(&self) -> Option<MessageId> {
        if let Self::Message(id) = self { Some(*id) } else { None }
    }
}

#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) is_null_value: bool,
    by_number: Vec<(i32, String)>,
    by_name: HashMap<String, i32>,
}

/// Messages whose JSON is not an object of their fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WellKnown {
    Any,
    Timestamp,
    Duration,
    FieldMask,
    Struct,
    Value,
    ListValue,
    Wrapper,
}

impl WellKnown {
    pub(crate) fn of(full_name: &str) -> Option<Self> {
        Some(match full_name.strip_prefix("google.protobuf.")? {
            "Any" => Self::Any,
            "Timestamp" => Self::Timestamp,
            "Duration" => Self::Duration,
            "FieldMask" => Self::FieldMask,
            "Struct" => Self::Struct,
            "Value" => Self::Value,
            "ListValue" => Self::ListValue,
            "DoubleValue" | "FloatValue" | "Int64Value" | "UInt64Value" | "Int32Value" | "UInt32Value"
            | "BoolValue" | "StringValue" | "BytesValue" => Self::Wrapper,
            _ => return None,
        })
    }

    /// Whether its JSON is one scalar, so that text in a URL can be its value.
    pub(crate) fn is_text(self) -> bool {
        match self {
            Self::Timestamp | Self::Duration | Self::FieldMask | Self::Wrapper => true,
            Self::Any | Self::Struct | Self::Value | Self::ListValue => false,
        }
    }
}

impl Schema {
    pub(crate) fn new(pool: &DescriptorPool) -> Self {
        let by_name: HashMap<String, MessageId> = pool
            .all_messages()
            .zip(0..)
            .map(|(message, index)| (message.full_name().to_owned(), MessageId(index)))
            .collect();
        let enums: HashMap<String, Arc<Enum>> = pool
            .all_enums()
            .map(|e| (e.full_name().to_owned(), Arc::new(Enum::new(&e))))
            .collect();
        let names = Names {
            messages: &by_name,
            enums: &enums,
        };
        let messages = pool
            .all_messages()
            .map(|message| Message::new(message, &names))
            .collect();
        Self { messages, by_name }
    }

    pub(crate) fn message(&self, id: MessageId) -> &Message {
        &self.messages[id.0 as usize]
    }

    pub(crate) fn id(&self, full_name: &str) -> Option<MessageId> {
        self.by_name.get(full_name).copied()
    }

    /// The field at the end of a chain of names (proto or JSON), with the numbers that lead there.
    /// Lists, maps and well-known messages can only stand at the end. `each` sees every field on
    /// the way with the path of the message it is in.
    pub(crate) fn resolve<'s>(
        &'s self,
        from: MessageId,
        dotted: &str,
        mut each: impl FnMut(FieldPath, &'s Field),
    ) -> Option<(FieldPath, &'s Field)> {
        let mut path = FieldPath::default();
        let mut message = self.message(from);
        let mut names = dotted.split('.').peekable();
        loop {
            let field = message.field_named(names.next()?)?;
            each(path, field);
            path.push(field.number)?;
            if names.peek().is_none() {
                return Some((path, field));
            }
            let Kind::Message(inner) = field.kind else {
                return None;
            };
            message = self.message(inner);
            if field.shape != Shape::Single || message.well_known.is_some() {
                return None;
            }
        }
    }
}

impl Message {
    fn new(descriptor: MessageDescriptor, names: &Names<'_>) -> Self {
        let mut fields: Vec<Field> = descriptor.fields().map(|field| Field::new(&field, names)).collect();
        fields.sort_by_key(|field| field.number);
        let mut by_name = HashMap::new();
        let mut low_numbers = vec![None; 64];
        for (field, index) in fields.iter().zip(0u16..) {
            by_name.insert(field.json_name.clone(), index);
            if let Some(place) = low_numbers.get_mut(field.number as usize) {
                *place = Some(index);
            }
        }
        for field in descriptor.fields() {
            let index = fields.iter().zip(0u16..).find(|(f, _)| f.number == field.number());
            if let Some((_, index)) = index {
                by_name.entry(field.name().to_owned()).or_insert(index);
            }
        }
        let well_known = WellKnown::of(descriptor.full_name());
        Self {
            descriptor,
            well_known,
            fields,
            by_name,
            low_numbers,
        }
    }

    /// The position of the field with this number.
    pub(crate) fn position(&self, number: u32) -> Option<usize> {
        match self.low_numbers.get(number as usize) {
            Some(position) => position.map(usize::from),
            None => self.fields.binary_search_by_key(&number, |field| field.number).ok(),
        }
    }

    pub(crate) fn position_named(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied().map(usize::from)
    }

    pub(crate) fn field_named(&self, name: &str) -> Option<&Field> {
        self.position_named(name).and_then(|position| self.fields.get(position))
    }

    /// Key and value of a map entry.
    pub(crate) fn map_entry(&self) -> Option<(&Field, &Field)> {
        match self.fields.as_slice() {
            [key, value] => Some((key, value)),
            _ => None,
        }
    }
}

/// What messages and enums are called, while fields are compiled.
struct Names<'n> {
    messages: &'n HashMap<String, MessageId>,
    enums: &'n HashMap<String, Arc<Enum>>,
}

impl Names<'_> {
    fn kind(&self, field: &FieldDescriptor) -> Kind {
        match field.kind() {
            prost_reflect::Kind::Double => Kind::Double,
            prost_reflect::Kind::Float => Kind::Float,
            prost_reflect::Kind::Int32 => Kind::Int32,
            prost_reflect::Kind::Int64 => Kind::Int64,
            prost_reflect::Kind::Uint32 => Kind::Uint32,
            prost_reflect::Kind::Uint64 => Kind::Uint64,
            prost_reflect::Kind::Sint32 => Kind::Sint32,
            prost_reflect::Kind::Sint64 => Kind::Sint64,
            prost_reflect::Kind::Fixed32 => Kind::Fixed32,
            prost_reflect::Kind::Fixed64 => Kind::Fixed64,
            prost_reflect::Kind::Sfixed32 => Kind::Sfixed32,
            prost_reflect::Kind::Sfixed64 => Kind::Sfixed64,
            prost_reflect::Kind::Bool => Kind::Bool,
            prost_reflect::Kind::String => Kind::String,
            prost_reflect::Kind::Bytes => Kind::Bytes,
            prost_reflect::Kind::Message(message) => Kind::Message(self.messages[message.full_name()]),
            prost_reflect::Kind::Enum(e) => Kind::Enum(self.enums[e.full_name()].clone()),
        }
    }
}

impl Field {
    fn new(field: &FieldDescriptor, names: &Names<'_>) -> Self {
        let json_name = field.json_name().to_owned();
        let shape = match field.cardinality() {
            Cardinality::Repeated if field.is_map() => Shape::Map,
            Cardinality::Repeated => Shape::List,
            Cardinality::Optional | Cardinality::Required => Shape::Single,
        };
        let oneof = field.containing_oneof().filter(|oneof| !oneof.is_synthetic());
        Self {
            number: field.number(),
            name: field.name().to_owned(),
            json_key: format!("{}:", serde_json::Value::from(json_name.as_str())),
            kind: names.kind(field),
            shape,
            has_presence: field.supports_presence(),
            oneof: oneof.and_then(|oneof| u16::try_from(*oneof.path().last()?).ok()),
            json_name,
        }
    }
}

impl Enum {
    fn new(descriptor: &EnumDescriptor) -> Self {
        let mut by_number: Vec<(i32, String)> = descriptor
            .values()
            .map(|value| (value.number(), value.name().to_owned()))
            .collect();
        // Stable, so that of several names for one number the first declared is written.
        by_number.sort_by_key(|(number, _)| *number);
        by_number.dedup_by_key(|(number, _)| *number);
        Self {
            is_null_value: descriptor.full_name() == "google.protobuf.NullValue",
            by_number,
            by_name: descriptor
                .values()
                .map(|value| (value.name().to_owned(), value.number()))
                .collect(),
        }
    }

    pub(crate) fn name(&self, number: i32) -> Option<&str> {
        let at = self
            .by_number
            .binary_search_by_key(&number, |(number, _)| *number)
            .ok()?;
        self.by_number.get(at).map(|(_, name)| name.as_str())
    }

    pub(crate) fn number(&self, name: &str) -> Option<i32> {
        self.by_name.get(name).copied()
    }
}

/// Field numbers from a message down to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct FieldPath {
    numbers: [u32; FieldPath::MAX_DEPTH],
    depth: usize,
}

impl FieldPath {
    /// Deeper fields travel in the body.
    const MAX_DEPTH: usize = 8;

    pub(crate) fn one(number: u32) -> Self {
        let mut path = Self {
            depth: 1,
            ..Self::default()
        };
        path.numbers[0] = number;
        path
    }

    /// The path one field deeper.
    pub(crate) fn then(mut self, number: u32) -> Option<Self> {
        self.push(number).map(|()| self)
    }

    /// `None` when the path would be too deep.
    fn push(&mut self, number: u32) -> Option<()> {
        *self.numbers.get_mut(self.depth)? = number;
        self.depth += 1;
        Some(())
    }

    pub(crate) fn numbers(&self) -> &[u32] {
        &self.numbers[..self.depth]
    }
}
