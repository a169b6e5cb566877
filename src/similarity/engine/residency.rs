//! Many corpora, one memory budget: the least recently used leave.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Something whose memory is accounted for.
pub trait Resident {
    /// Memory held, in bytes.
    fn bytes(&self) -> usize;
}

/// What a residency did since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ResidencyCounts {
    /// Asked for and there.
    pub hits: u64,
    /// Loaded.
    pub loads: u64,
    /// Left to keep the budget.
    pub evictions: u64,
}

/// Values by key within a budget of bytes.
///
/// A value that left stays readable for whoever still holds it; its memory is free when they let go. The value
/// just asked for never leaves, so a single value larger than the budget is kept, alone.
#[derive(Debug)]
pub struct Residency<Key, Value> {
    budget_bytes: usize,
    state: Mutex<State<Key, Value>>,
    loaded: Condvar,
}

#[derive(Debug)]
struct State<Key, Value> {
    entries: HashMap<Key, Entry<Value>>,
    clock: u64,
    counts: ResidencyCounts,
}

#[derive(Debug)]
enum Entry<Value> {
    /// Someone is loading it; others wait for them.
    Loading,
    Here {
        value: Arc<Value>,
        bytes: usize,
        used: u64,
    },
}

impl<Key: Clone + Eq + Hash, Value: Resident> Residency<Key, Value> {
    /// Nothing yet, at most `budget_bytes` later.
    #[must_use]
    pub fn new(budget_bytes: usize) -> Self {
        let state = State {
            entries: HashMap::new(),
            clock: 0,
            counts: ResidencyCounts::default(),
        };
        Self {
            budget_bytes,
            state: Mutex::new(state),
            loaded: Condvar::new(),
        }
    }

    /// The value if it is here; counts as a use.
    pub fn get(&self, key: &Key) -> Option<Arc<Value>> {
        self.lock().touch(key)
    }

    /// The value, loaded if it is not here. Loads of one key happen once: others wait for the first; different
    /// keys load side by side.
    ///
    /// # Errors
    ///
    /// Whatever `load` returns; nothing is kept then, and the next caller tries again.
    pub fn get_or_load<Failure>(
        &self,
        key: &Key,
        load: impl FnOnce() -> Result<Value, Failure>,
    ) -> Result<Arc<Value>, Failure> {
        let mut state = self.lock();
        loop {
            if let Some(value) = state.touch(key) {
                return Ok(value);
            }
            if !state.entries.contains_key(key) {
                break;
            }
            state = self.loaded.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.entries.insert(key.clone(), Entry::Loading);
        drop(state);
        let mut place = LoadingPlace {
            residency: self,
            key,
            filled: false,
        };
        let value = Arc::new(load()?);
        self.insert(key, Arc::clone(&value));
        place.filled = true;
        Ok(value)
    }

    /// Puts a value in, in place of the one under the same key, and lets others leave for it.
    pub fn insert(&self, key: &Key, value: Arc<Value>) {
        let bytes = value.bytes();
        let mut state = self.lock();
        state.counts.loads += 1;
        let used = state.tick();
        state.entries.insert(key.clone(), Entry::Here { value, bytes, used });
        state.shrink_to(self.budget_bytes, key);
        drop(state);
        self.loaded.notify_all();
    }

    /// Measures a value again after it was written to, and lets others leave if it grew.
    pub fn measure(&self, key: &Key) {
        let Some(value) = self.get(key) else { return };
        let now = value.bytes();
        let mut state = self.lock();
        if let Some(Entry::Here { bytes, .. }) = state.entries.get_mut(key) {
            *bytes = now;
        }
        state.shrink_to(self.budget_bytes, key);
    }

    /// Lets a value leave, for instance because it no longer matches its source.
    pub fn remove(&self, key: &Key) -> Option<Arc<Value>> {
        let mut state = self.lock();
        match state.entries.get(key)? {
            Entry::Loading => None,
            Entry::Here { .. } => match state.entries.remove(key)? {
                Entry::Here { value, .. } => Some(value),
                Entry::Loading => None,
            },
        }
    }

    /// Bytes of all values here, as last measured.
    pub fn bytes(&self) -> usize {
        self.lock().bytes()
    }

    /// What happened since the beginning.
    pub fn counts(&self) -> ResidencyCounts {
        self.lock().counts
    }

    fn lock(&self) -> MutexGuard<'_, State<Key, Value>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key whose value is being loaded. If the load fails or panics the place is given up, so that waiters try
/// themselves instead of waiting for ever.
struct LoadingPlace<'a, Key: Clone + Eq + Hash, Value: Resident> {
    residency: &'a Residency<Key, Value>,
    key: &'a Key,
    filled: bool,
}

impl<Key: Clone + Eq + Hash, Value: Resident> Drop for LoadingPlace<'_, Key, Value> {
    fn drop(&mut self) {
        if !self.filled {
            let mut state = self.residency.lock();
            if matches!(state.entries.get(self.key), Some(Entry::Loading)) {
                state.entries.remove(self.key);
            }
            drop(state);
            self.residency.loaded.notify_all();
        }
    }
}

impl<Key: Clone + Eq + Hash, Value> State<Key, Value> {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    fn touch(&mut self, key: &Key) -> Option<Arc<Value>> {
        let now = self.tick();
        let Some(Entry::Here { value, used, .. }) = self.entries.get_mut(key) else {
            return None;
        };
        *used = now;
        self.counts.hits += 1;
        Some(Arc::clone(value))
    }

    fn bytes(&self) -> usize {
        let sizes = self.entries.values().map(|entry| match entry {
            Entry::Loading => 0,
            Entry::Here { bytes, .. } => *bytes,
        });
        sizes.sum()
    }

    /// Lets the least recently used leave, never `kept`, until the rest fits.
    fn shrink_to(&mut self, budget_bytes: usize, kept: &Key) {
        let mut held = self.bytes();
        while held > budget_bytes {
            let idle = self.entries.iter().filter_map(|(key, entry)| match entry {
                Entry::Here { bytes, used, .. } if key != kept => Some((*used, *bytes, key.clone())),
                Entry::Here { .. } | Entry::Loading => None,
            });
            let Some((_, bytes, key)) = idle.min_by_key(|(used, _, _)| *used) else {
                return;
            };
            self.entries.remove(&key);
            self.counts.evictions += 1;
            held -= bytes;
        }
    }
}
