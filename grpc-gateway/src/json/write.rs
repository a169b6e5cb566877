//! Wire format in, canonical JSON out; fields without presence are written with their defaults.

mod well_known;

use std::collections::BTreeMap;

use super::text::{put_base64, put_string};
use crate::schema::{Field, Kind, Message, MessageId, Schema, Shape};
use crate::wire::{Fields, Malformed, Raw, unzigzag};

type Written = Result<(), Malformed>;

/// Deeper messages are taken for malformed rather than risking the stack.
const DEPTH_MAX: usize = 100;

/// Writes a whole message.
pub(crate) fn write_message(schema: &Schema, id: MessageId, bytes: &[u8], out: &mut Vec<u8>) -> Written {
    Writer { schema, out, depth: 0 }.message(id, bytes)
}

/// Writes the value of one field alone, an empty value when the field is absent.
pub(crate) fn write_field(schema: &Schema, id: MessageId, position: usize, bytes: &[u8], out: &mut Vec<u8>) -> Written {
    let message = schema.message(id);
    let slots = scan(message, bytes)?;
    let (Some(field), Some(slot)) = (message.fields.get(position), slots.get(position)) else {
        return Err(Malformed);
    };
    let mut writer = Writer { schema, out, depth: 0 };
    match (&field.kind, field.shape) {
        (Kind::Message(id), Shape::Single) if slot.count == 0 => writer.message(*id, &[]),
        _ => writer.field_value(field, slot),
    }
}

/// What a message's bytes hold for one field.
#[derive(Clone, Copy, Default)]
struct Slot<'b> {
    /// The bytes from the first occurrence on, its tag included.
    from_first: &'b [u8],
    last: Option<Raw<'b>>,
    count: u32,
}

impl<'b> Slot<'b> {
    /// All occurrences, in wire order.
    fn occurrences(self, number: u32) -> impl Iterator<Item = Result<Raw<'b>, Malformed>> {
        Fields::new(self.from_first)
            .filter_map(move |field| match field {
                Ok((at, raw)) => (at == number).then_some(Ok(raw)),
                Err(malformed) => Some(Err(malformed)),
            })
            .take(self.count as usize)
    }
}

fn scan<'b>(message: &Message, bytes: &'b [u8]) -> Result<Vec<Slot<'b>>, Malformed> {
    let mut slots = vec![Slot::default(); message.fields.len()];
    let mut fields = Fields::new(bytes);
    loop {
        let before = fields.rest();
        let Some(next) = fields.next() else {
            return Ok(slots);
        };
        let (number, raw) = next?;
        let Some(position) = message.position(number) else {
            continue;
        };
        if let Some(oneof) = message.fields[position].oneof {
            forget_other_members(message, oneof, position, &mut slots);
        }
        let slot = &mut slots[position];
        if slot.count == 0 {
            slot.from_first = before;
        }
        slot.last = Some(raw);
        slot.count += 1;
    }
}

/// Of a oneof's members only the last on the wire is set.
fn forget_other_members(message: &Message, oneof: u16, kept: usize, slots: &mut [Slot<'_>]) {
    for (position, (field, slot)) in message.fields.iter().zip(slots).enumerate() {
        if field.oneof == Some(oneof) && position != kept {
            *slot = Slot::default();
        }
    }
}

struct Writer<'s, 'o> {
    schema: &'s Schema,
    out: &'o mut Vec<u8>,
    depth: usize,
}

impl Writer<'_, '_> {
    fn message(&mut self, id: MessageId, bytes: &[u8]) -> Written {
        if self.depth == DEPTH_MAX {
            return Err(Malformed);
        }
        self.depth += 1;
        let message = self.schema.message(id);
        if let Some(well_known) = message.well_known {
            self.well_known(message, well_known, bytes)?;
        } else {
            self.out.push(b'{');
            self.fields(message, bytes, true)?;
            self.out.push(b'}');
        }
        self.depth -= 1;
        Ok(())
    }

    fn fields(&mut self, message: &Message, bytes: &[u8], mut first: bool) -> Written {
        let slots = scan(message, bytes)?;
        for (field, slot) in message.fields.iter().zip(&slots) {
            if slot.count == 0 && field.has_presence {
                continue;
            }
            if !first {
                self.out.push(b',');
            }
            first = false;
            self.out.extend_from_slice(field.json_key.as_bytes());
            self.field_value(field, slot)?;
        }
        Ok(())
    }

    fn field_value(&mut self, field: &Field, slot: &Slot<'_>) -> Written {
        match field.shape {
            Shape::Single => self.single(field, slot),
            Shape::List => self.list(field, slot),
            Shape::Map => self.map(field, slot),
        }
    }

    fn single(&mut self, field: &Field, slot: &Slot<'_>) -> Written {
        match (slot.last, &field.kind) {
            (Some(_), Kind::Message(id)) if slot.count > 1 => {
                // Pieces of one message: joining their bytes is merging them.
                let mut joined = Vec::new();
                for piece in slot.occurrences(field.number) {
                    joined.extend_from_slice(piece?.bytes()?);
                }
                self.message(*id, &joined)
            }
            (Some(raw), kind) => self.value(kind, raw),
            (None, kind) => self.default(kind),
        }
    }

    fn list(&mut self, field: &Field, slot: &Slot<'_>) -> Written {
        self.out.push(b'[');
        let mut first = true;
        for raw in slot.occurrences(field.number) {
            match (raw?, packed_element(&field.kind)) {
                (Raw::Bytes(packed), Some(take)) => {
                    let mut rest = packed;
                    while !rest.is_empty() {
                        self.comma(&mut first);
                        let element = take(&mut rest)?;
                        self.value(&field.kind, element)?;
                    }
                }
                (raw, _) => {
                    self.comma(&mut first);
                    self.value(&field.kind, raw)?;
                }
            }
        }
        self.out.push(b']');
        Ok(())
    }

    /// Keys in order, so that equal maps are equal bytes.
    fn map(&mut self, field: &Field, slot: &Slot<'_>) -> Written {
        let Kind::Message(entry) = field.kind else {
            return Err(Malformed);
        };
        let (key_field, value_field) = self.schema.message(entry).map_entry().ok_or(Malformed)?;
        let mut entries = BTreeMap::new();
        for raw in slot.occurrences(field.number) {
            let (key, value) = entry_of(raw?.bytes()?)?;
            entries.insert(map_key(&key_field.kind, key)?, value);
        }
        self.out.push(b'{');
        let mut first = true;
        for (key, value) in entries {
            self.comma(&mut first);
            put_string(self.out, &key);
            self.out.push(b':');
            match value {
                Some(raw) => self.value(&value_field.kind, raw)?,
                None => self.default(&value_field.kind)?,
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn value(&mut self, kind: &Kind, raw: Raw<'_>) -> Written {
        match kind {
            Kind::Double => {
                let value = f64::from_bits(raw.fixed64()?);
                self.float(value, value)?;
            }
            Kind::Float => {
                let value = f32::from_bits(raw.fixed32()?);
                self.float(value, f64::from(value))?;
            }
            Kind::Int32 => self.number(raw.varint32()?.cast_signed())?,
            Kind::Uint32 => self.number(raw.varint32()?)?,
            Kind::Sint32 => self.number(unzigzag(u64::from(raw.varint32()?)))?,
            Kind::Fixed32 => self.number(raw.fixed32()?)?,
            Kind::Sfixed32 => self.number(raw.fixed32()?.cast_signed())?,
            Kind::Int64 => self.quoted(raw.varint()?.cast_signed())?,
            Kind::Uint64 => self.quoted(raw.varint()?)?,
            Kind::Sint64 => self.quoted(unzigzag(raw.varint()?))?,
            Kind::Fixed64 => self.quoted(raw.fixed64()?)?,
            Kind::Sfixed64 => self.quoted(raw.fixed64()?.cast_signed())?,
            Kind::Bool => self.literal(if raw.varint()? == 0 { "false" } else { "true" }),
            Kind::String => put_string(self.out, raw.text()?),
            Kind::Bytes => put_base64(self.out, raw.bytes()?),
            Kind::Enum(e) if e.is_null_value => self.literal("null"),
            Kind::Enum(e) => {
                let number = raw.varint32()?.cast_signed();
                match e.name(number) {
                    Some(name) => put_string(self.out, name),
                    None => self.number(number)?,
                }
            }
            Kind::Message(id) => return self.message(*id, raw.bytes()?),
        }
        Ok(())
    }

    fn default(&mut self, kind: &Kind) -> Written {
        match kind {
            Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => self.value(kind, Raw::Fixed64(0)),
            Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => self.value(kind, Raw::Fixed32(0)),
            Kind::String | Kind::Bytes | Kind::Message(_) => self.value(kind, Raw::Bytes(&[])),
            Kind::Int32
            | Kind::Int64
            | Kind::Uint32
            | Kind::Uint64
            | Kind::Sint32
            | Kind::Sint64
            | Kind::Bool
            | Kind::Enum(_) => self.value(kind, Raw::Varint(0)),
        }
    }

    fn comma(&mut self, first: &mut bool) {
        if !*first {
            self.out.push(b',');
        }
        *first = false;
    }

    fn literal(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn number<N: serde::Serialize>(&mut self, value: N) -> Written {
        serde_json::to_writer(&mut *self.out, &value).map_err(|_full| Malformed)
    }

    fn quoted<N: serde::Serialize>(&mut self, value: N) -> Written {
        self.out.push(b'"');
        self.number(value)?;
        self.out.push(b'"');
        Ok(())
    }

    /// Either float, given its value as a double too: NaN and the infinities are strings.
    fn float<N: serde::Serialize>(&mut self, value: N, as_double: f64) -> Written {
        match not_a_number_text(as_double) {
            Some(text) => self.literal(text),
            None => self.number(value)?,
        }
        Ok(())
    }
}

fn not_a_number_text(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("\"NaN\"")
    } else if value == f64::INFINITY {
        Some("\"Infinity\"")
    } else if value == f64::NEG_INFINITY {
        Some("\"-Infinity\"")
    } else {
        None
    }
}

type TakeElement = for<'b> fn(&mut &'b [u8]) -> Result<Raw<'b>, Malformed>;

/// How one element of a packed list is read; `None` for kinds that are never packed.
fn packed_element(kind: &Kind) -> Option<TakeElement> {
    match kind {
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => {
            Some(|rest| crate::wire::take_array(rest).map(|bytes| Raw::Fixed64(u64::from_le_bytes(bytes))))
        }
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => {
            Some(|rest| crate::wire::take_array(rest).map(|bytes| Raw::Fixed32(u32::from_le_bytes(bytes))))
        }
        Kind::String | Kind::Bytes | Kind::Message(_) => None,
        Kind::Int32
        | Kind::Int64
        | Kind::Uint32
        | Kind::Uint64
        | Kind::Sint32
        | Kind::Sint64
        | Kind::Bool
        | Kind::Enum(_) => Some(|rest| crate::wire::take_varint(rest).map(Raw::Varint)),
    }
}

type Entry<'b> = (Option<Raw<'b>>, Option<Raw<'b>>);

fn entry_of(bytes: &[u8]) -> Result<Entry<'_>, Malformed> {
    let (mut key, mut value) = (None, None);
    for field in Fields::new(bytes) {
        match field? {
            (1, raw) => key = Some(raw),
            (2, raw) => value = Some(raw),
            _ => {}
        }
    }
    Ok((key, value))
}

fn map_key(kind: &Kind, key: Option<Raw<'_>>) -> Result<String, Malformed> {
    let Some(raw) = key else {
        return Ok(match kind {
            Kind::String => String::new(),
            Kind::Bool => "false".to_owned(),
            Kind::Double
            | Kind::Float
            | Kind::Int32
            | Kind::Int64
            | Kind::Uint32
            | Kind::Uint64
            | Kind::Sint32
            | Kind::Sint64
            | Kind::Fixed32
            | Kind::Fixed64
            | Kind::Sfixed32
            | Kind::Sfixed64
            | Kind::Bytes
            | Kind::Enum(_)
            | Kind::Message(_) => "0".to_owned(),
        });
    };
    Ok(match kind {
        Kind::String => raw.text()?.to_owned(),
        Kind::Bool => (raw.varint()? != 0).to_string(),
        Kind::Int32 | Kind::Int64 => raw.varint()?.cast_signed().to_string(),
        Kind::Uint32 | Kind::Uint64 => raw.varint()?.to_string(),
        Kind::Sint32 | Kind::Sint64 => unzigzag(raw.varint()?).to_string(),
        Kind::Fixed32 => raw.fixed32()?.to_string(),
        Kind::Sfixed32 => raw.fixed32()?.cast_signed().to_string(),
        Kind::Fixed64 => raw.fixed64()?.to_string(),
        Kind::Sfixed64 => raw.fixed64()?.cast_signed().to_string(),
        Kind::Double | Kind::Float | Kind::Bytes | Kind::Enum(_) | Kind::Message(_) => {
            return Err(Malformed);
        }
    })
}
