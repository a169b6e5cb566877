//! Arbitrary books out of arbitrary bytes, so that a failing one shrinks.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value};
use serde_json::json;

use crate::library::{message, pool};

/// Messages nest this deep.
const DEPTH_MAX: usize = 3;

pub(crate) fn book(entropy: &[u8]) -> DynamicMessage {
    let descriptor = pool().get_message_by_name("library.v1.Book").unwrap();
    Source(entropy).message(&descriptor, 0)
}

struct Source<'e>(&'e [u8]);

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "any number will do"
)]
impl Source<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn number(&mut self) -> u64 {
        match self.byte() % 4 {
            0 => 0,
            1 => u64::from(self.byte()),
            2 => u64::MAX - u64::from(self.byte()),
            _ => u64::from_le_bytes(std::array::from_fn(|_| self.byte())),
        }
    }

    fn text(&mut self) -> String {
        let characters = ['a', 'Z', '"', '\\', '\n', '\u{1}', 'é', '😀', ' ', '/', '\u{2028}', '<'];
        (0..self.byte() % 5)
            .map(|_| characters[usize::from(self.byte()) % characters.len()])
            .collect()
    }

    fn message(&mut self, descriptor: &MessageDescriptor, depth: usize) -> DynamicMessage {
        let mut built = DynamicMessage::new(descriptor.clone());
        for field in descriptor.fields() {
            if depth < DEPTH_MAX && self.byte() % 3 == 1 {
                let value = self.field(&field, depth);
                built.set_field(&field, value);
            }
        }
        built
    }

    fn field(&mut self, field: &FieldDescriptor, depth: usize) -> Value {
        let count = self.byte() % 4;
        if field.is_map() {
            let kind = field.kind();
            let entry = kind.as_message().unwrap();
            let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
            return Value::Map(
                (0..count)
                    .map(|_| (self.key(&key), self.value(&value, depth)))
                    .collect(),
            );
        }
        if field.is_list() {
            return Value::List((0..count).map(|_| self.value(&field.kind(), depth)).collect());
        }
        self.value(&field.kind(), depth)
    }

    fn key(&mut self, kind: &Kind) -> MapKey {
        match kind {
            Kind::Bool => MapKey::Bool(self.byte() % 2 == 1),
            Kind::Int32 => MapKey::I32(self.number() as i32),
            _ => MapKey::String(self.text()),
        }
    }

    fn value(&mut self, kind: &Kind, depth: usize) -> Value {
        match kind {
            Kind::Double => Value::F64(self.double()),
            Kind::Float => Value::F32(self.double() as f32),
            Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(self.number() as i32),
            Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(self.number() as i64),
            Kind::Uint32 | Kind::Fixed32 => Value::U32(self.number() as u32),
            Kind::Uint64 | Kind::Fixed64 => Value::U64(self.number()),
            Kind::Bool => Value::Bool(self.byte() % 2 == 1),
            Kind::String => Value::String(self.text()),
            Kind::Bytes => Value::Bytes((0..self.byte() % 6).map(|_| self.byte()).collect::<Vec<_>>().into()),
            Kind::Enum(_) => Value::EnumNumber(i32::from(self.byte() % 3)),
            Kind::Message(descriptor) => Value::Message(self.inner(descriptor, depth)),
        }
    }

    fn double(&mut self) -> f64 {
        let special = [0.0, -0.0, 1.5, -1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.1];
        match self.byte() {
            byte if byte % 2 == 0 => special[usize::from(byte / 2) % special.len()],
            _ => self.number() as f64 / 7.0,
        }
    }

    /// Well-known types hold only what they may.
    fn inner(&mut self, descriptor: &MessageDescriptor, depth: usize) -> DynamicMessage {
        let name = descriptor.full_name();
        let number = i64::from(self.byte()) - 100;
        let json = match name.strip_prefix("google.protobuf.").unwrap_or_default() {
            "Timestamp" => {
                return seconds_and_nanos(descriptor, number * 600_000_000, i32::from(self.byte()) * 3_000_001);
            }
            "Duration" => {
                let nanos = i32::from(self.byte()) * 1_000_000;
                return seconds_and_nanos(descriptor, number, if number < 0 { -nanos } else { nanos });
            }
            "FieldMask" => {
                json!(["", "title", "moreAuthors,author.name"][usize::from(self.byte()) % 3])
            }
            "Struct" => json!({self.text(): {"k": [self.text(), null, 1.5]}}),
            "Value" => [json!(self.text()), json!(-2.5), json!([1.0, true]), json!({"k": null})]
                [usize::from(self.byte()) % 4]
                .clone(),
            "Any" => match self.byte() % 3 {
                0 => json!({"@type": "type.googleapis.com/library.v1.Loan", "reader": self.text()}),
                1 => {
                    json!({"@type": "type.googleapis.com/google.protobuf.Duration", "value": "1.500s"})
                }
                _ => {
                    json!({"@type": "type.googleapis.com/library.v1.Page", "text": {"lines": ["a"]}})
                }
            },
            "StringValue" => json!(self.text()),
            "Int64Value" => json!(number),
            "BoolValue" => json!(number > 0),
            _ => return self.message(descriptor, depth + 1),
        };
        message(name, &json)
    }
}

fn seconds_and_nanos(descriptor: &MessageDescriptor, seconds: i64, nanos: i32) -> DynamicMessage {
    let mut built = DynamicMessage::new(descriptor.clone());
    built.set_field_by_name("seconds", Value::I64(seconds));
    built.set_field_by_name("nanos", Value::I32(nanos));
    built
}
