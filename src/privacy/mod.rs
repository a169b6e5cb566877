//! Privacy: what must never be stored here, found before it is.

pub mod allow_list;
pub mod api;
pub mod consent;
pub mod guard;
pub mod personal;
pub mod scan;
pub mod sud;

use std::fmt::Debug;

use self::guard::{AllowList, FieldContext, Guard};

/// The version of the detectors that a stored text passed; a newer one makes it due for another look.
pub const SCAN_VERSION: u32 = guard::PHI_SCAN_VERSION;

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
    /// Every finding of a text but for what a tenant's list allows.
    fn findings(&self, text: &str, allowed: &AllowList) -> Vec<Finding>;
}

/// The guard of the service.
#[derive(Debug, Default)]
pub struct IdentifierGuard(Guard);

impl FreeTextGuard for IdentifierGuard {
    fn findings(&self, text: &str, allowed: &AllowList) -> Vec<Finding> {
        self.0
            .scan_with(text, FieldContext::default(), allowed)
            .into_iter()
            .map(|f| Finding {
                kind: f.kind.as_str(),
                start: f.start,
                length: f.length,
                detector: f.detector,
            })
            .collect()
    }
}
