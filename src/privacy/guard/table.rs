//! Words by hash.

use super::lexicon::WordHash;

/// A table of words by hash: open addressing, a power of two of slots, not much more than half of them full. A slot of zeros is free.
pub(super) struct Table {
    pub(super) slots: Vec<u64>,
    /// What is left of a hash when it is shifted to the number of a slot.
    shift: u32,
}

impl Table {
    pub(super) fn with_slots(power: u32) -> Self {
        Self {
            slots: vec![0; 1 << power],
            shift: 64 - power,
        }
    }

    /// The slot of a hash, or the free slot where it belongs.
    #[inline]
    fn place(&self, hash: WordHash) -> usize {
        let mask = self.slots.len() - 1;
        let mut place = usize::try_from(hash >> self.shift).unwrap_or(0) & mask;
        while let Some(slot) = self.slots.get(place) {
            if *slot == 0 || (slot ^ hash) & TAG == 0 {
                break;
            }
            place = (place + 1) & mask;
        }
        place
    }

    /// The meaning of a hash, if the table holds it.
    #[inline]
    pub(super) fn get(&self, hash: WordHash) -> Option<u16> {
        let slot = self.slots.get(self.place(hash)).copied().unwrap_or(0);
        (slot != 0).then(|| meaning(slot))
    }

    /// Gives a hash what `change` makes of its meaning so far.
    pub(super) fn change(&mut self, hash: WordHash, change: impl FnOnce(u16) -> u16) {
        let place = self.place(hash);
        if let Some(slot) = self.slots.get_mut(place) {
            *slot = hash & TAG | u64::from(change(meaning(*slot)));
        }
    }
}

/// The bits of a hash that a slot keeps; the other sixteen are the word's meaning. The names of the world take four megabytes so, and most
/// cues of a text stay in the fastest cache.
const TAG: u64 = !0xffff;

#[inline]
fn meaning(slot: u64) -> u16 {
    u16::try_from(slot & !TAG).unwrap_or(0)
}
