//! The large lists (names, cities, ordinary words) as they lie in the program: laid out when it is built (`data/compile.rs`), so that
//! nothing has to be read when it starts, and only what a text asks for comes into memory.

use super::hash::WordHash;
use super::sections::dict;
use super::table::{TAG, meaning};

/// In [`Dictionary::known`]: a phrase of the dictionary (a city of several words) may begin with the word.
pub(super) const KNOWN_STARTS_PHRASE: u16 = 1 << 15;

/// Slots of eight bytes, as a power of two. Open addressing: a slot of zeros is free.
pub(super) const SLOTS_POWER: u32 = 20;
const SLOTS: usize = 1 << SLOTS_POWER;

/// Size of a filter, in 64-bit words: 32 KiB, which stay in the cache.
pub(super) const FILTER_WORDS: usize = 4_096;

/// Size of the whole, in bytes.
pub(super) const BYTES: usize = 8 * (SLOTS + 2 * FILTER_WORDS);

/// Eight bytes each, the lowest first.
type Words<'d> = &'d [[u8; 8]];

pub(super) struct Dictionary<'d> {
    slots: Words<'d>,
    /// One bit for each given name, by hash.
    given_names: Words<'d>,
    /// The same for words that are no other word than a town, or begin a town's name.
    towns: Words<'d>,
}

impl<'d> Dictionary<'d> {
    /// Reads what `data/compile.rs` has written.
    pub(super) const fn of(bytes: &'d [u8; BYTES]) -> Self {
        let (words, _) = bytes.as_chunks();
        let (slots, filters) = words.split_at(SLOTS);
        let (given_names, towns) = filters.split_at(FILTER_WORDS);
        Self {
            slots,
            given_names,
            towns,
        }
    }

    /// The slot of a hash, or the free one where it belongs; and what the slot holds.
    #[inline]
    pub(super) fn slot(&self, hash: WordHash) -> (usize, u64) {
        let mut place = usize::try_from(hash >> (64 - SLOTS_POWER)).unwrap_or(0);
        while let Some(bytes) = self.slots.get(place % SLOTS) {
            let slot = u64::from_le_bytes(*bytes);
            if slot == 0 || (slot ^ hash) & TAG == 0 {
                return (place % SLOTS, slot);
            }
            place += 1;
        }
        (0, 0)
    }

    /// What is known of a word or phrase; `None` when it isn't even the beginning of one.
    #[inline]
    pub(super) fn get(&self, hash: WordHash) -> Option<u16> {
        let (_, slot) = self.slot(hash);
        (slot != 0).then(|| meaning(slot))
    }

    /// As [`Dictionary::get`], or nothing.
    #[inline]
    pub(super) fn known(&self, hash: WordHash) -> u16 {
        self.get(hash).unwrap_or(0)
    }

    /// Whether a word is a given name. Asked for every word in small letters: the filter spares nearly all of them the large table.
    #[inline]
    pub(super) fn is_given_name(&self, hash: WordHash) -> bool {
        passes(self.given_names, hash) && u64::from(self.known(hash)) & dict::FIRST != 0
    }

    /// Whether a word in small letters is a town and no other word, or begins a town's name.
    #[inline]
    pub(super) fn begins_town(&self, hash: WordHash) -> bool {
        passes(self.towns, hash) && may_begin_town(self.known(hash))
    }
}

/// By what the dictionary knows of a word.
pub(super) const fn may_begin_town(known: u16) -> bool {
    let known = known as u64;
    known & (dict::CITY | dict::TOWN) != 0 && known & dict::WORD == 0 || known & KNOWN_STARTS_PHRASE as u64 != 0
}

/// A filter's word and bit for a hash.
pub(super) fn filter_place(hash: WordHash) -> (usize, u64) {
    let place = usize::try_from(hash >> 40).unwrap_or(0) % (FILTER_WORDS * 64);
    (place / 64, 1 << (place % 64))
}

/// False when a filter certainly lacks a word.
#[inline]
fn passes(filter: Words<'_>, hash: WordHash) -> bool {
    let (place, bit) = filter_place(hash);
    filter
        .get(place)
        .is_some_and(|word| u64::from_le_bytes(*word) & bit != 0)
}
