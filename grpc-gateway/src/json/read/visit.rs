//! How serde hands JSON over, a value or a key at a time.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Seed, Target};
use crate::json::scalar::Scalar;
use crate::schema::{Field, Message, Shape};
use crate::violations::name_or_placeholder;
use crate::wire::wrap_from;

impl<'de> Visitor<'de> for Seed<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.reader.scalar(self.target, Scalar::Bool(value));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.reader.scalar(self.target, Scalar::Unsigned(value));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.reader.scalar(self.target, Scalar::Signed(value));
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.reader.scalar(self.target, Scalar::Float(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.reader.scalar(self.target, Scalar::Text(value));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.reader.null(self.target);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if let Target::Field(field @ Field { shape: Shape::List, .. }) = self.target {
            return self.reader.list(field, list);
        }
        self.reader.refuse_kind(self.target);
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { reader, target } = self;
        if let Target::Field(field @ Field { shape: Shape::Map, .. }) = target {
            return reader.map(field, map);
        }
        let plain = target
            .message()
            .map(|id| reader.schema.message(id))
            .filter(|m| m.well_known.is_none());
        let Some(message) = plain.filter(|_| target.shape() == Shape::Single) else {
            reader.refuse_kind(target);
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(());
        };
        let start = reader.out.len();
        reader.object(message, map)?;
        if let Some(field) = target.field() {
            wrap_from(reader.out, start, field.number);
        }
        Ok(())
    }
}

/// Looks a key up where it lies, without a copy.
pub(super) struct KeySeed<'s> {
    pub(super) message: &'s Message,
}

/// A key's field, or its name if it has none.
pub(super) enum Key {
    Known(usize),
    Unknown(String),
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(match self.message.position_named(name) {
            Some(position) => Key::Known(position),
            None => Key::Unknown(name_or_placeholder(name).to_owned()),
        })
    }
}
