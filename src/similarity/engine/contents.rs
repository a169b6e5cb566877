//! What a corpus holds, read from one end to the other: for models that learn from it.

use std::sync::Arc;

use uuid::Uuid;

use super::index::{Live, Snapshot};

/// A corpus as it stood when this was taken, whatever is written meanwhile.
#[derive(Debug)]
pub struct Contents {
    snapshot: Arc<Snapshot>,
    names: Vec<Arc<str>>,
}

/// One precedent of a corpus.
#[derive(Clone, Copy, Debug)]
pub struct Contained<'a> {
    live: &'a Live,
    slot: usize,
}

impl Contents {
    /// The snapshot is older than the names, so these name every feature of it.
    pub(super) const fn of(snapshot: Arc<Snapshot>, names: Vec<Arc<str>>) -> Self {
        Self { snapshot, names }
    }

    /// The names of features, by number.
    #[must_use]
    pub fn names(&self) -> &[Arc<str>] {
        &self.names
    }

    /// Every precedent, in no order that means anything.
    pub fn precedents(&self) -> impl Iterator<Item = Contained<'_>> {
        self.snapshot.living().map(|(live, slot)| Contained { live, slot })
    }
}

impl<'a> Contained<'a> {
    /// The precedent's id.
    #[must_use]
    pub fn id(self) -> Uuid {
        self.live.segment.id(self.slot)
    }

    /// What it holds in an attribute column.
    #[must_use]
    pub fn attribute(self, column: usize) -> u32 {
        self.live.segment.attribute(self.slot, column)
    }

    /// The numbers of its features, in the order of their names.
    #[must_use]
    pub fn features(self) -> &'a [u32] {
        self.live.segment.row(self.slot)
    }
}
