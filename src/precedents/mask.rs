//! Field masks: which fields of a precedent a change names, and the change itself. It works on the
//! descriptor, so that a new field can be named the day it is declared.

use prost::Message as _;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, SerializeOptions,
    Value,
};

use crate::proto::v1::{ErrorReason, FieldChange, Precedent};
use crate::rpc::error::{Error, Result};
use crate::rpc::policy::is_output_only;

/// Fields that a mask may not name beside those only the server sets.
const FIXED: &[&str] = &["id", "etag"];

/// Applies masks to precedents.
#[derive(Debug, Clone)]
pub struct Masks {
    precedent: MessageDescriptor,
}

impl Masks {
    /// Over the contract's descriptors.
    ///
    /// # Errors
    /// When they lack the precedent, which only a broken build can cause.
    pub fn new(pool: &DescriptorPool) -> Result<Self> {
        pool.get_message_by_name("stratum.v1.Precedent")
            .map(|precedent| Self { precedent })
            .ok_or_else(|| Error::internal("the contract has no Precedent"))
    }

    /// `current` with the masked fields of `change`; a field absent there is cleared.
    ///
    /// # Errors
    /// `BAD_FIELD_MASK` when a path names no field, or one that can't be written.
    pub fn apply(&self, current: &Precedent, change: &Precedent, paths: &[String]) -> Result<Precedent> {
        let mut target = self.dynamic(current)?;
        let source = self.dynamic(change)?;
        for path in paths {
            copy(&mut target, &source, path, path)?;
        }
        Precedent::decode(target.encode_to_vec().as_slice()).map_err(Error::internal)
    }

    fn dynamic(&self, precedent: &Precedent) -> Result<DynamicMessage> {
        DynamicMessage::decode(self.precedent.clone(), precedent.encode_to_vec().as_slice()).map_err(Error::internal)
    }

    /// Every field in which two precedents differ, as deep as both have it, with its values as JSON.
    ///
    /// # Errors
    /// `INTERNAL` when a message can't be read back.
    pub fn diff(&self, before: &Precedent, after: &Precedent) -> Result<Vec<FieldChange>> {
        let mut changes = Vec::new();
        differences("", &self.dynamic(before)?, &self.dynamic(after)?, &mut changes)?;
        Ok(changes)
    }

    /// Writes a precedent as canonical JSON, every field of it.
    ///
    /// # Errors
    /// `INTERNAL` when a message can't be read back.
    pub fn write_json(&self, precedent: &Precedent, out: &mut Vec<u8>) -> Result<()> {
        let mut json = serde_json::Serializer::new(out);
        self.dynamic(precedent)?
            .serialize_with_options(&mut json, &SerializeOptions::new().skip_default_fields(false))
            .map_err(Error::internal)
    }

    /// The top-level fields in which two precedents differ, in the contract's order.
    ///
    /// # Errors
    /// `INTERNAL` when a message can't be read back.
    pub fn changed(&self, before: &Precedent, after: &Precedent) -> Result<Vec<String>> {
        let (before, after) = (self.dynamic(before)?, self.dynamic(after)?);
        Ok(self
            .precedent
            .fields()
            .filter(|f| !is_output_only(f) && !FIXED.contains(&f.name()))
            .filter(|f| before.get_field(f) != after.get_field(f))
            .map(|f| f.name().to_owned())
            .collect())
    }
}

/// Fields that every version changes by itself.
const EVER_NEW: &[&str] = &["version", "etag", "updated_at"];

fn differences(
    path: &str,
    before: &DynamicMessage,
    after: &DynamicMessage,
    changes: &mut Vec<FieldChange>,
) -> Result<()> {
    for field in before.descriptor().fields() {
        let (old, new) = (before.get_field(&field), after.get_field(&field));
        if old == new && before.has_field(&field) == after.has_field(&field)
            || path.is_empty() && EVER_NEW.contains(&field.name())
        {
            continue;
        }
        let path = if path.is_empty() {
            field.name().to_owned()
        } else {
            format!("{path}.{}", field.name())
        };
        match (old.as_message(), new.as_message()) {
            (Some(old), Some(new)) if before.has_field(&field) && after.has_field(&field) && is_ours(&field) => {
                differences(&path, old, new, changes)?;
            }
            _ => changes.push(FieldChange {
                path,
                before: json(before, &field)?,
                after: json(after, &field)?,
            }),
        }
    }
    Ok(())
}

fn is_ours(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(m) if m.package_name() == "stratum.v1")
}

/// The JSON of one field; empty when it is not set.
fn json(message: &DynamicMessage, field: &FieldDescriptor) -> Result<String> {
    if !message.has_field(field) {
        return Ok(String::new());
    }
    let mut alone = DynamicMessage::new(message.descriptor());
    alone.set_field(field, message.get_field(field).into_owned());
    let whole = serde_json::to_value(&alone).map_err(Error::internal)?;
    Ok(whole
        .get(field.json_name())
        .map(ToString::to_string)
        .unwrap_or_default())
}

fn copy(target: &mut DynamicMessage, source: &DynamicMessage, rest: &str, whole: &str) -> Result<()> {
    let (name, deeper) = rest.split_once('.').map_or((rest, None), |(n, d)| (n, Some(d)));
    let field = target
        .descriptor()
        .get_field_by_name(name)
        .filter(|f| !is_output_only(f) && (rest != whole || !FIXED.contains(&name)))
        .ok_or_else(|| bad_mask(whole))?;
    let Some(deeper) = deeper else {
        if source.has_field(&field) {
            target.set_field(&field, source.get_field(&field).into_owned());
        } else {
            target.clear_field(&field);
        }
        return Ok(());
    };
    let Kind::Message(inner) = field.kind() else {
        return Err(bad_mask(whole));
    };
    if field.is_list() || inner.package_name() != "stratum.v1" {
        return Err(bad_mask(whole));
    }
    let value = source.get_field(&field);
    let source = value.as_message().ok_or_else(|| bad_mask(whole))?;
    let Value::Message(mut part) = target.get_field(&field).into_owned() else {
        return Err(bad_mask(whole));
    };
    copy(&mut part, source, deeper, whole)?;
    target.set_field(&field, Value::Message(part));
    Ok(())
}

/// A path is quoted only when it looks like one: it could be anything a client sent.
fn bad_mask(path: &str) -> Error {
    let looks_like_a_path = path.len() <= 80
        && path
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.');
    let shown = if looks_like_a_path { path } else { "(not a field path)" };
    Error::new(
        ErrorReason::BadFieldMask,
        "the mask names a field that does not exist or can't be written",
    )
    .with("path", shown)
}
