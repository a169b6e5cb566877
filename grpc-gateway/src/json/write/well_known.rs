//! Messages whose JSON is not an object of their fields.

use super::{Writer, Written, scan};
use crate::json::text::{put_base64, put_camel_case, put_string};
use crate::json::time;
use crate::schema::{Message, WellKnown};
use crate::wire::{Fields, Malformed, Raw};

impl Writer<'_, '_> {
    pub(super) fn well_known(&mut self, message: &Message, well_known: WellKnown, bytes: &[u8]) -> Written {
        match well_known {
            WellKnown::Any => return self.any(message, bytes),
            WellKnown::Struct | WellKnown::ListValue | WellKnown::Wrapper => {
                return self.only_field(message, bytes);
            }
            WellKnown::Value => return self.dynamic_value(message, bytes),
            WellKnown::Timestamp | WellKnown::Duration => {
                let slots = scan(message, bytes)?;
                let part = |at: usize| {
                    let last = slots.get(at).and_then(|slot| slot.last);
                    last.unwrap_or(Raw::Varint(0))
                };
                let seconds = part(0).varint()?.cast_signed();
                let nanos = part(1).varint32()?.cast_signed();
                if well_known == WellKnown::Timestamp {
                    time::put_timestamp(self.out, seconds, nanos)?;
                } else {
                    time::put_duration(self.out, seconds, nanos)?;
                }
            }
            WellKnown::FieldMask => self.field_mask(bytes)?,
        }
        Ok(())
    }

    /// A wrapper, list or struct stands for its one field.
    fn only_field(&mut self, message: &Message, bytes: &[u8]) -> Written {
        let slots = scan(message, bytes)?;
        match (message.fields.first(), slots.first()) {
            (Some(field), Some(slot)) => self.field_value(field, slot),
            _ => Err(Malformed),
        }
    }

    fn dynamic_value(&mut self, message: &Message, bytes: &[u8]) -> Written {
        let slots = scan(message, bytes)?;
        let mut fields = message.fields.iter().zip(&slots);
        let Some((field, slot)) = fields.find(|(_, slot)| slot.count > 0) else {
            self.literal("null");
            return Ok(());
        };
        self.field_value(field, slot)
    }

    /// A type that the pool does not know keeps its name and its bytes.
    fn any(&mut self, message: &Message, bytes: &[u8]) -> Written {
        let slots = scan(message, bytes)?;
        let part = |at: usize| slots.get(at).and_then(|slot| slot.last).map_or(Ok(&[][..]), Raw::bytes);
        let url = std::str::from_utf8(part(0)?).map_err(|_not_utf8| Malformed)?;
        let value = part(1)?;
        if url.is_empty() {
            self.literal("{}");
            return Ok(());
        }
        self.literal("{\"@type\":");
        put_string(self.out, url);
        let full_name = url.rsplit('/').next().unwrap_or_default();
        match self.schema.id(full_name).map(|id| (id, self.schema.message(id))) {
            Some((_, inner)) if inner.well_known.is_none() => {
                self.fields(inner, value, false)?;
            }
            Some((id, _)) => {
                self.literal(",\"value\":");
                self.message(id, value)?;
            }
            None => {
                self.literal(",\"value\":");
                put_base64(self.out, value);
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn field_mask(&mut self, bytes: &[u8]) -> Written {
        let mut text = String::new();
        for field in Fields::new(bytes) {
            let (number, raw) = field?;
            if number != 1 {
                continue;
            }
            if !text.is_empty() {
                text.push(',');
            }
            put_camel_case(&mut text, raw.text()?);
        }
        put_string(self.out, &text);
        Ok(())
    }
}
