//! What is wrong with a request, field by field. Values are never quoted: they may be about patients.

/// One wrong field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Dotted names of the contract, as every other layer writes them, or a header's name.
    pub(crate) field: String,
    /// A phrase that completes "the field …".
    pub(crate) description: &'static str,
    pub(crate) kind: ViolationKind,
}

/// Whether the name or the value is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ViolationKind {
    UnknownParameter,
    UnknownField,
    BadValue,
}

/// All wrong fields of one request, as many as are worth sending.
#[derive(Debug, Default)]
pub(crate) struct Violations(Vec<Violation>);

impl Violations {
    const COUNT_MAX: usize = 100;

    pub(crate) fn refuse(&mut self, field: impl Into<String>, description: &'static str) {
        self.push(Violation {
            field: field.into(),
            description,
            kind: ViolationKind::BadValue,
        });
    }

    pub(crate) fn unknown_field(&mut self, field: impl Into<String>) {
        let description = "is not a known field";
        self.push(Violation {
            field: field.into(),
            description,
            kind: ViolationKind::UnknownField,
        });
    }

    pub(crate) fn unknown_parameter(&mut self, field: impl Into<String>, description: &'static str) {
        self.push(Violation {
            field: field.into(),
            description,
            kind: ViolationKind::UnknownParameter,
        });
    }

    fn push(&mut self, violation: Violation) {
        if self.0.len() < Self::COUNT_MAX {
            self.0.push(violation);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<Violation> {
        self.0
    }
}

/// A name from the request, if it looks like one: anything else could be a value in the wrong place.
pub(crate) fn name_or_placeholder(text: &str) -> &str {
    const LENGTH_MAX: usize = 64;
    let is_name = text.len() <= LENGTH_MAX
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '@')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-@$".contains(c));
    if is_name { text } else { "(not a field name)" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_echoed() {
        assert_eq!(name_or_placeholder("filter.payer_id"), "filter.payer_id");
        for value in ["123-45-6789", "Jane Doe", "jane@example.org;", ""] {
            assert_eq!(name_or_placeholder(value), "(not a field name)", "{value}");
        }
    }
}
