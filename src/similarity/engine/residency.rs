//! Many corpora, one memory budget: the least recently used leave.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Something whose memory is accounted for.
pub trait Resident {
    /// Memory held, in bytes.
    fn bytes(&self) -> usize;
}

/// Values by key within a budget of bytes.
///
/// A value that left stays readable for whoever still holds it; its memory is free when they let go. The value
/// last put in or measured never leaves for itself, so a single value larger than the budget is kept, alone.
#[derive(Debug)]
pub struct Residency<Key, Value> {
    budget_bytes: usize,
    state: Mutex<State<Key, Value>>,
}

#[derive(Debug)]
struct State<Key, Value> {
    entries: HashMap<Key, Entry<Value>>,
    clock: u64,
}

#[derive(Debug)]
struct Entry<Value> {
    value: Arc<Value>,
    bytes: usize,
    used: u64,
}

impl<Key: Clone + Eq + Hash, Value: Resident> Residency<Key, Value> {
    /// Nothing yet, at most `budget_bytes` later.
    #[must_use]
    pub fn new(budget_bytes: usize) -> Self {
        let state = State {
            entries: HashMap::new(),
            clock: 0,
        };
        Self {
            budget_bytes,
            state: Mutex::new(state),
        }
    }

    /// The value if it is here; counts as a use.
    pub fn get(&self, key: &Key) -> Option<Arc<Value>> {
        let mut state = self.lock();
        let now = state.tick();
        let entry = state.entries.get_mut(key)?;
        entry.used = now;
        Some(Arc::clone(&entry.value))
    }

    /// Puts a value in, in place of the one under the same key, and lets others leave for it.
    pub fn insert(&self, key: &Key, value: Arc<Value>) {
        let bytes = value.bytes();
        let mut state = self.lock();
        let used = state.tick();
        state.entries.insert(key.clone(), Entry { value, bytes, used });
        state.shrink_to(self.budget_bytes, key);
    }

    /// Measures a value again after it was written to, and lets others leave if it grew. Nobody has used it by that.
    pub fn measure(&self, key: &Key) {
        let here = self.lock().entries.get(key).map(|entry| Arc::clone(&entry.value));
        let Some(value) = here else { return };
        let now = value.bytes();
        let mut state = self.lock();
        if let Some(entry) = state.entries.get_mut(key) {
            entry.bytes = now;
        }
        state.shrink_to(self.budget_bytes, key);
    }

    /// Bytes of all values here, as last measured.
    pub fn bytes(&self) -> usize {
        self.lock().bytes()
    }

    fn lock(&self) -> MutexGuard<'_, State<Key, Value>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Key: Clone + Eq + Hash, Value> State<Key, Value> {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    fn bytes(&self) -> usize {
        self.entries.values().map(|entry| entry.bytes).sum()
    }

    /// Lets the least recently used leave, never `kept`, until the rest fits.
    fn shrink_to(&mut self, budget_bytes: usize, kept: &Key) {
        let mut held = self.bytes();
        while held > budget_bytes {
            let others = self.entries.iter().filter(|(key, _)| *key != kept);
            let Some((key, bytes)) = others
                .min_by_key(|(_, entry)| entry.used)
                .map(|(key, entry)| (key.clone(), entry.bytes))
            else {
                return;
            };
            self.entries.remove(&key);
            held -= bytes;
        }
    }
}
