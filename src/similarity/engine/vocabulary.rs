//! Feature names and the numbers that the index knows them by.

use std::collections::HashMap;

use std::sync::Arc;

use foldhash::fast::RandomState;

/// The features a corpus has met: number to name and weight, name to number. It only ever grows, so a number
/// keeps its meaning as long as the corpus lives.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    /// The weight stands here too, so that a look-up reads one place.
    ids: HashMap<Arc<str>, (u32, u16), RandomState>,
    entries: Vec<(Arc<str>, u16)>,
    name_bytes: usize,
}

impl Vocabulary {
    /// Number and weight of `name`, a new number if it was never met; `weight` is asked only then.
    ///
    /// Numbers run from 0 without gaps. After 2³² names the last number is given again, a bound no memory
    /// reaches.
    pub fn intern(&mut self, name: &str, weight: impl FnOnce() -> u16) -> (u32, u16) {
        if let Some(known) = self.ids.get(name) {
            return *known;
        }
        let id = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let new = (id, weight());
        let shared: Arc<str> = name.into();
        self.entries.push((Arc::clone(&shared), new.1));
        self.ids.insert(shared, new);
        self.name_bytes += name.len();
        new
    }

    /// Number and weight of a name that was met before.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<(u32, u16)> {
        self.ids.get(name).copied()
    }

    /// The name behind a number.
    #[must_use]
    pub fn name(&self, id: u32) -> Option<&str> {
        let (name, _) = self.entries.get(id as usize)?;
        Some(name)
    }

    /// Every name, by number.
    pub(super) fn names(&self) -> Vec<Arc<str>> {
        self.entries.iter().map(|(name, _)| Arc::clone(name)).collect()
    }

    /// Name and weight of a feature.
    pub(super) fn entry(&self, id: u32) -> Option<(&str, u16)> {
        let (name, weight) = self.entries.get(id as usize)?;
        Some((name, *weight))
    }

    /// How many features there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no feature was met yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Memory held, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        // A hash table keeps one control byte a slot and at least an eighth of its slots free; an `Arc<str>`
        // has two counters before its text.
        let slot = size_of::<(Arc<str>, (u32, u16))>() + 1;
        let table = self.ids.capacity() * slot * 8 / 7;
        let names = self.name_bytes + self.entries.len() * 2 * size_of::<usize>();
        table + names + self.entries.capacity() * size_of::<(Arc<str>, u16)>()
    }
}
