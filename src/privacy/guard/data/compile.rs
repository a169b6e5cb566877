//! Lays the large lists out as the program keeps them; run by `build.rs`.

use super::dictionary::{
    BYTES, DICTIONARY_SECTIONS, Dictionary, FILTER_WORDS, KNOWN_STARTS_PHRASE, SLOTS_POWER, dict, filter_place,
    may_begin_town,
};
use super::hash::WordHash;
use super::lists::fill;
use super::table::TAG;

/// The lists, beside this file. Ordinary words stand before towns, which may be no other word.
pub(super) const LISTS: [&str; 6] = [
    "names.txt",
    "world_names.txt",
    "words.txt",
    "clinical_words.txt",
    "cities.txt",
    "places.txt",
];

/// A fuller table would make looks long.
const ENTRIES_MAX: usize = (1 << SLOTS_POWER) / 2;

/// The bytes that [`Dictionary::of`] reads, from the texts of all lists.
///
/// # Errors
/// There are more words than the table should hold.
pub(super) fn compile(lists: &[String]) -> Result<Box<[u8; BYTES]>, String> {
    let mut bytes: Box<[u8; BYTES]> = vec![0; BYTES].try_into().map_err(|_| "no room")?;
    let mut entries = 0;
    for list in lists {
        fill(
            list,
            DICTIONARY_SECTIONS,
            u64::from(KNOWN_STARTS_PHRASE),
            &mut |hash, bits| {
                entries += usize::from(add(&mut bytes, hash, bits));
            },
        );
    }
    if entries > ENTRIES_MAX {
        return Err(format!("{entries} words in the lists, the table holds {ENTRIES_MAX}"));
    }
    Ok(bytes)
}

/// Adds what a list tells of a word; true if nothing was known of it before.
fn add(bytes: &mut [u8; BYTES], hash: WordHash, bits: u64) -> bool {
    let (place, slot) = Dictionary::of(bytes).slot(hash);
    let known = slot & !TAG | bits;
    let (words, _) = bytes.as_chunks_mut::<8>();
    words[place] = (hash & TAG | known).to_le_bytes();
    let (word, bit) = filter_place(hash);
    let mut mark = |filter: usize| {
        let word = &mut words[(1 << SLOTS_POWER) + filter * FILTER_WORDS + word];
        *word = (u64::from_le_bytes(*word) | bit).to_le_bytes();
    };
    if bits & dict::FIRST != 0 {
        mark(0);
    }
    if u16::try_from(known).is_ok_and(may_begin_town) {
        mark(1);
    }
    slot == 0
}
