//! Words by hash and what each tells, as they lie in the program: every word has a slot of its own, so one look answers, and nothing has to be
//! foretold. Laid out when the program is built (`data/compile.rs`).

use super::hash::WordHash;

/// Slots of the table of cues, and of that of classes: powers of two. Building the program fails when the words find no room.
pub(super) const CUE_SLOTS: usize = 1 << 13;
pub(super) const CLASS_SLOTS: usize = 1 << 12;

/// How many bits of a hash choose its seed, by which no two words meet.
const SEED_BITS: u32 = 11;
pub(super) const SEEDS: usize = 1 << SEED_BITS;

/// Room for the different meanings of words; the first is none.
pub(super) const MEANINGS: usize = 1 << 10;

/// A table that is asked for every word of a text; in the file stand seeds, meanings and slots.
pub(super) struct Table<const SLOTS: usize> {
    /// What a hash is multiplied by to find its slot.
    seeds: &'static [[u8; 2]; SEEDS],
    /// The different sets of bits that words have.
    meanings: &'static [[u8; 8]; MEANINGS],
    /// The bits of a hash that [`TAG`] keeps, and the place of the word's meaning.
    slots: &'static [[u8; 8]; SLOTS],
}

impl<const SLOTS: usize> Table<SLOTS> {
    /// Reads what `data/compile.rs` has written.
    ///
    /// # Panics
    /// While the program is built, if it is no such table.
    pub(super) const fn of(bytes: &'static [u8]) -> Self {
        let (seeds, words) = bytes.split_at(2 * SEEDS);
        let (meanings, slots) = words.split_at(8 * MEANINGS);
        assert!(slots.len() == 8 * SLOTS, "no table of words");
        Self {
            seeds: &seeds.as_chunks().0.as_chunks().0[0],
            meanings: &meanings.as_chunks().0.as_chunks().0[0],
            slots: &slots.as_chunks().0.as_chunks().0[0],
        }
    }

    /// What a word or phrase tells, or nothing.
    #[inline]
    pub(super) fn bits(&self, hash: WordHash) -> u64 {
        let slot = self.slot(hash);
        let meaning = if (slot ^ hash) & TAG == 0 { meaning(slot) } else { 0 };
        u64::from_le_bytes(self.meanings[usize::from(meaning) % MEANINGS])
    }

    /// The same; `None` when it isn't even the beginning of a phrase.
    #[inline]
    pub(super) fn get(&self, hash: WordHash) -> Option<u64> {
        let slot = self.slot(hash);
        (slot != 0 && (slot ^ hash) & TAG == 0).then(|| self.bits(hash))
    }

    #[inline]
    fn slot(&self, hash: WordHash) -> u64 {
        let seed = u16::from_le_bytes(self.seeds[seed_place(hash) % SEEDS]);
        u64::from_le_bytes(self.slots[place(hash, seed, SLOTS)])
    }
}

/// Where a hash's seed is.
#[inline]
pub(super) fn seed_place(hash: WordHash) -> usize {
    usize::try_from(hash >> (64 - SEED_BITS)).unwrap_or(0)
}

/// Where a hash's slot is among so many.
#[inline]
pub(super) fn place(hash: WordHash, seed: u16, slots: usize) -> usize {
    let mixed = hash.wrapping_mul(u64::from(seed) << 1 | 1);
    usize::try_from(mixed >> (u64::BITS - slots.trailing_zeros())).unwrap_or(0) % slots
}

/// The bits of a hash that a slot keeps; the other sixteen are the word's meaning. Most cues of a text stay in the fastest cache so.
pub(super) const TAG: u64 = !0xffff;

#[inline]
pub(super) fn meaning(slot: u64) -> u16 {
    u16::try_from(slot & !TAG).unwrap_or(0)
}
