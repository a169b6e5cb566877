//! `Struct`, `Value`, `ListValue` and `Any`: JSON whose shape no field tells.

use std::fmt;

use prost::Message as _;
use prost_reflect::DynamicMessage;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::Reader;
use crate::schema::{Field, Kind, WellKnown};
use crate::wire::put_bytes;

/// Reads a value and appends it as the field's message.
pub(super) fn read<'de, D: Deserializer<'de>>(
    reader: &mut Reader<'_, '_>,
    field: &Field,
    deserializer: D,
) -> Result<(), D::Error> {
    let mut has_double_key = false;
    let value = AnyValue {
        has_double_key: &mut has_double_key,
    }
    .deserialize(deserializer)?;
    if has_double_key {
        reader.refuse("has a key that is given twice");
        return Ok(());
    }
    let Kind::Message(id) = field.kind else {
        return Ok(());
    };
    let message = reader.schema.message(id);
    if value.is_null() && message.well_known != Some(WellKnown::Value) {
        return Ok(());
    }
    match DynamicMessage::deserialize(message.descriptor.clone(), value) {
        Ok(message) => put_bytes(reader.out, field.number, &message.encode_to_vec()),
        // The error's text would quote the value.
        Err(_) => reader.refuse("must be JSON of its well-known type"),
    }
    Ok(())
}

/// Any JSON value, noticing keys that are given twice.
struct AnyValue<'f> {
    has_double_key: &'f mut bool,
}

impl<'de> DeserializeSeed<'de> for AnyValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(AnyValue {
            has_double_key: self.has_double_key,
        })? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(AnyValue {
                has_double_key: self.has_double_key,
            })?;
            if object.insert(key, value).is_some() {
                *self.has_double_key = true;
            }
        }
        Ok(Value::Object(object))
    }
}
