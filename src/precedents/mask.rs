//! Field masks: which fields of a precedent a change names, and the change itself. It works on the
//! descriptor, so that a new field can be named the day it is declared.

use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, ReflectMessage as _, Value};

use crate::proto::v1::{ErrorReason, Precedent};
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
        DynamicMessage::decode(self.precedent.clone(), precedent.encode_to_vec().as_slice())
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
    let looks_like_a_path = path.len() <= 80 && path.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.');
    let shown = if looks_like_a_path { path } else { "(not a field path)" };
    Error::new(ErrorReason::BadFieldMask, "the mask names a field that does not exist or can't be written")
        .with("path", shown)
}
