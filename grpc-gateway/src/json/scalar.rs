//! One value, from JSON or from text in a URL, onto the wire.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde::de::IntoDeserializer as _;
use serde::de::value::{Error as ValueError, StrDeserializer};

use crate::schema::{Kind, Schema, WellKnown};
use crate::wire::{WireType, put_bytes, put_tag, put_varint, wrap_from, zigzag};

/// A JSON value that is neither list nor object nor null.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scalar<'v> {
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(&'v str),
}

impl<'v> Scalar<'v> {
    fn text(self) -> Option<&'v str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// Where a value comes from: in a URL everything is text, so text may be a boolean there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Json,
    Url,
}

/// Why a value was not taken: what it must be.
pub(crate) type Expectation = &'static str;

/// Writes the field `number` from text in a URL.
///
/// # Errors
/// What the text must be.
pub(crate) fn put_text(
    schema: &Schema,
    kind: &Kind,
    number: u32,
    text: &str,
    out: &mut Vec<u8>,
) -> Result<(), Expectation> {
    put_scalar(schema, kind, number, Scalar::Text(text), Door::Url, out)
}

/// Writes the field `number`.
///
/// # Errors
/// What the value must be; nothing is written then.
pub(super) fn put_scalar(
    schema: &Schema,
    kind: &Kind,
    number: u32,
    value: Scalar<'_>,
    door: Door,
    out: &mut Vec<u8>,
) -> Result<(), Expectation> {
    let parsed = parse(schema, kind, value, door).ok_or_else(|| expectation(schema, kind))?;
    match parsed {
        Parsed::Varint(value) => {
            put_tag(out, number, WireType::Varint);
            put_varint(out, value);
        }
        Parsed::Fixed64(value) => {
            put_tag(out, number, WireType::Fixed64);
            out.extend_from_slice(&value.to_le_bytes());
        }
        Parsed::Fixed32(value) => {
            put_tag(out, number, WireType::Fixed32);
            out.extend_from_slice(&value.to_le_bytes());
        }
        Parsed::Text(text) => put_bytes(out, number, text.as_bytes()),
        Parsed::Bytes(bytes) => put_bytes(out, number, &bytes),
        Parsed::Wrapped(inner) => {
            let start = out.len();
            put_scalar(schema, inner, 1, value, door, out)?;
            wrap_from(out, start, number);
        }
    }
    Ok(())
}

/// A value as it goes onto the wire.
enum Parsed<'v, 's> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Text(&'v str),
    Bytes(Vec<u8>),
    /// A wrapper message around a value of this kind.
    Wrapped(&'s Kind),
}

fn parse<'v, 's>(schema: &'s Schema, kind: &Kind, value: Scalar<'v>, door: Door) -> Option<Parsed<'v, 's>> {
    Some(match kind {
        Kind::Double => Parsed::Fixed64(float(value)?.to_bits()),
        Kind::Float => Parsed::Fixed32(float32(value)?.to_bits()),
        Kind::Int32 => Parsed::Varint(i64::from(i32::try_from(integer(value)?).ok()?).cast_unsigned()),
        Kind::Int64 => Parsed::Varint(i64::try_from(integer(value)?).ok()?.cast_unsigned()),
        Kind::Uint32 => Parsed::Varint(u64::from(u32::try_from(integer(value)?).ok()?)),
        Kind::Uint64 => Parsed::Varint(u64::try_from(integer(value)?).ok()?),
        Kind::Sint32 => Parsed::Varint(zigzag(i64::from(i32::try_from(integer(value)?).ok()?))),
        Kind::Sint64 => Parsed::Varint(zigzag(i64::try_from(integer(value)?).ok()?)),
        Kind::Fixed32 => Parsed::Fixed32(u32::try_from(integer(value)?).ok()?),
        Kind::Fixed64 => Parsed::Fixed64(u64::try_from(integer(value)?).ok()?),
        Kind::Sfixed32 => Parsed::Fixed32(i32::try_from(integer(value)?).ok()?.cast_unsigned()),
        Kind::Sfixed64 => Parsed::Fixed64(i64::try_from(integer(value)?).ok()?.cast_unsigned()),
        Kind::Bool => Parsed::Varint(u64::from(boolean(value, door)?)),
        Kind::String => Parsed::Text(value.text()?),
        Kind::Bytes => Parsed::Bytes(base64_bytes(value.text()?)?),
        Kind::Enum(e) => {
            let by_name = value.text().and_then(|name| e.number(name));
            let by_number = || {
                let is_number = door == Door::Url || !matches!(value, Scalar::Text(_));
                let number = i32::try_from(integer(value).filter(|_| is_number)?).ok()?;
                e.name(number).map(|_| number)
            };
            Parsed::Varint(i64::from(by_name.or_else(by_number)?).cast_unsigned())
        }
        Kind::Message(id) => {
            let message = schema.message(*id);
            match (message.well_known?, value) {
                (WellKnown::Wrapper, _) => {
                    let inner = &message.fields.first()?.kind;
                    parse(schema, inner, value, door)?;
                    Parsed::Wrapped(inner)
                }
                (WellKnown::Timestamp | WellKnown::Duration | WellKnown::FieldMask, Scalar::Text(text)) => {
                    Parsed::Bytes(from_text(&message.descriptor, text)?)
                }
                _not_a_scalar => return None,
            }
        }
    })
}

/// What a value of this kind must be, as a phrase about the field.
pub(super) fn expectation(schema: &Schema, kind: &Kind) -> Expectation {
    match kind {
        Kind::Double | Kind::Float => "must be a number within its range",
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => "must be a whole number that fits in 32 bits",
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => "must be a whole number that fits in 64 bits",
        Kind::Uint32 | Kind::Fixed32 => "must be a whole number, not negative, that fits in 32 bits",
        Kind::Uint64 | Kind::Fixed64 => "must be a whole number, not negative, that fits in 64 bits",
        Kind::Bool => "must be true or false",
        Kind::String => "must be a string",
        Kind::Bytes => "must be a string in base64",
        Kind::Enum(_) => "must be one of the names of its enum",
        Kind::Message(id) => {
            let message = schema.message(*id);
            match (message.well_known, message.fields.first()) {
                (Some(WellKnown::Timestamp), _) => "must be a timestamp like 2026-01-31T23:59:59Z",
                (Some(WellKnown::Duration), _) => "must be a duration like 1.5s",
                (Some(WellKnown::FieldMask), _) => "must be field paths in camelCase with commas between",
                (Some(WellKnown::Wrapper), Some(inner)) => expectation(schema, &inner.kind),
                _ => "must be an object",
            }
        }
    }
}

fn boolean(value: Scalar<'_>, door: Door) -> Option<bool> {
    match (value, door) {
        (Scalar::Bool(value), _) => Some(value),
        (Scalar::Text("true"), Door::Url) => Some(true),
        (Scalar::Text("false"), Door::Url) => Some(false),
        _ => None,
    }
}

/// Whole numbers may be written as text, with a zero fraction or with an exponent.
fn integer(value: Scalar<'_>) -> Option<i128> {
    match value {
        Scalar::Unsigned(value) => Some(i128::from(value)),
        Scalar::Signed(value) => Some(i128::from(value)),
        Scalar::Float(value) => whole(value),
        Scalar::Text(text) => {
            let digits = decimal(text)?;
            digits.parse().ok().or_else(|| whole(digits.parse().ok()?))
        }
        Scalar::Bool(_) => None,
    }
}

/// The whole number that a float stands for, if it is exact there.
#[expect(clippy::cast_possible_truncation, reason = "whole, and far within the range")]
fn whole(value: f64) -> Option<i128> {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    (value.fract() == 0.0 && value.abs() <= EXACT_MAX).then_some(value as i128)
}

#[expect(clippy::cast_precision_loss, reason = "the nearest double is what JSON means")]
fn float(value: Scalar<'_>) -> Option<f64> {
    match value {
        Scalar::Unsigned(value) => Some(value as f64),
        Scalar::Signed(value) => Some(value as f64),
        Scalar::Float(value) => Some(value),
        Scalar::Text("NaN") => Some(f64::NAN),
        Scalar::Text("Infinity") => Some(f64::INFINITY),
        Scalar::Text("-Infinity") => Some(f64::NEG_INFINITY),
        Scalar::Text(text) => decimal(text)?.parse().ok().filter(|value: &f64| value.is_finite()),
        Scalar::Bool(_) => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "rounds; what overflows is refused")]
fn float32(value: Scalar<'_>) -> Option<f32> {
    let value = float(value)?;
    let narrow = value as f32;
    (narrow.is_finite() || !value.is_finite()).then_some(narrow)
}

/// Text that JSON could hold as a number: `inf`, `+1` and blanks are none.
fn decimal(text: &str) -> Option<&str> {
    let is_decimal = text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    is_decimal.then_some(text)
}

/// Either alphabet of base64, padded or not.
fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    const EITHER: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let is_url_safe = text.bytes().any(|b| b == b'-' || b == b'_');
    let engine = if is_url_safe {
        GeneralPurpose::new(&alphabet::URL_SAFE, EITHER)
    } else {
        GeneralPurpose::new(&alphabet::STANDARD, EITHER)
    };
    engine.decode(text).ok()
}

fn from_text(descriptor: &MessageDescriptor, text: &str) -> Option<Vec<u8>> {
    let deserializer: StrDeserializer<'_, ValueError> = text.into_deserializer();
    let message = DynamicMessage::deserialize(descriptor.clone(), deserializer).ok()?;
    Some(message.encode_to_vec())
}
