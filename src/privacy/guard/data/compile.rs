//! Lays the lists out as the program keeps them; run by `build.rs`.

use std::collections::BTreeMap;

use super::dictionary::{
    BYTES, Dictionary, FILTER_WORDS, KNOWN_STARTS_PHRASE, SLOTS_POWER, filter_place, may_begin_town,
};
use super::hash::{WordHash, hash_phrase, hash_word};
use super::sections::{CLASS_SECTIONS, CUE_SECTIONS, DICTIONARY_SECTIONS, STARTS_PHRASE, class, dict};
use super::table::{CLASS_SLOTS, CUE_SLOTS, MEANINGS, SEEDS, TAG, place, seed_place};

/// The large lists, beside this file. Ordinary words stand before towns, which may be no other word.
const LARGE: &[&str] = &[
    "names.txt",
    "world_names.txt",
    "words.txt",
    "clinical_words.txt",
    "cities.txt",
    "places.txt",
];
/// Classes of words that stand beside names, dates, ages and policies.
const CLASSED: &[&str] = &["date_words.txt", "persons.txt"];

/// A file that the program includes: its name, and what is in it.
pub type File = (&'static str, Vec<u8>);

/// All files of the lists. `read` gives the text of a list.
///
/// # Errors
/// A list can't be read or has an unknown section, or there are more words than a table holds.
pub(super) fn files<E: From<String>>(read: impl Fn(&str) -> Result<String, E>) -> Result<[File; 3], E> {
    let all = |lists: &[&str]| lists.iter().map(|list| read(list)).collect::<Result<Vec<_>, _>>();
    let cues = bits_of(&all(&["cues.txt"])?, CUE_SECTIONS, STARTS_PHRASE)?;
    let classes = bits_of(&all(CLASSED)?, CLASS_SECTIONS, class::BEGINS_PHRASE)?;
    Ok([
        ("guard_dictionary.bin", dictionary(&all(LARGE)?)?.to_vec()),
        ("guard_cues.bin", table(&cues, CUE_SLOTS)?),
        ("guard_classes.bin", table(&classes, CLASS_SLOTS)?),
    ])
}

/// What the sections of some lists tell of each word.
fn bits_of(lists: &[String], sections: &[(&str, u64)], starts: u64) -> Result<BTreeMap<WordHash, u64>, String> {
    let mut bits_of = BTreeMap::new();
    for list in lists {
        fill(list, sections, starts, &mut |hash, bits| {
            *bits_of.entry(hash).or_default() |= bits;
        })?;
    }
    Ok(bits_of)
}

/// A fuller table would make looks long.
const ENTRIES_MAX: usize = (1 << SLOTS_POWER) / 2;

/// Reads `section: word word_of_phrase …` lines; `#` begins a comment. `starts` marks the first word of a phrase.
fn fill(
    source: &str,
    sections: &[(&str, u64)],
    starts: u64,
    insert: &mut impl FnMut(WordHash, u64),
) -> Result<(), String> {
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        let Some((section, words)) = line.split_once(':') else {
            continue;
        };
        let (_, bit) = { sections.iter() }
            .find(|(name, _)| *name == section)
            .ok_or_else(|| format!("unknown section {section}"))?;
        for word in words.split_ascii_whitespace() {
            if word.contains('_') {
                insert_phrase(word, *bit, starts, insert);
            } else {
                insert(hash_word(word), *bit);
            }
        }
    }
    Ok(())
}

/// Every beginning of a phrase gets an entry, so that readers can stop at the first word that leads nowhere.
fn insert_phrase(phrase: &str, bit: u64, starts: u64, insert: &mut impl FnMut(WordHash, u64)) {
    let mut parts = phrase.split('_').map(hash_word);
    let Some(mut key) = parts.next() else { return };
    insert(key, starts);
    for part in parts {
        key = hash_phrase(key, part);
        insert(key, 0);
    }
    insert(key, bit);
}

/// The bytes that [`Dictionary::of`] reads.
fn dictionary(lists: &[String]) -> Result<Box<[u8; BYTES]>, String> {
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
        )?;
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

/// The bytes that a [`Table`](super::table::Table) of so many slots reads.
fn table(words: &BTreeMap<WordHash, u64>, slots: usize) -> Result<Vec<u8>, String> {
    let mut meanings = vec![0];
    let mut groups: Vec<Vec<(WordHash, u64)>> = vec![Vec::new(); SEEDS];
    for (hash, bits) in words {
        let meaning = meanings.iter().position(|known| known == bits).unwrap_or_else(|| {
            meanings.push(*bits);
            meanings.len() - 1
        });
        groups[seed_place(*hash)].push((*hash, meaning as u64));
    }
    if meanings.len() > MEANINGS {
        return Err(format!(
            "{} different meanings, the table holds {MEANINGS}",
            meanings.len()
        ));
    }
    meanings.resize(MEANINGS, 0);
    let (mut seeds, mut filled) = ([0_u16; SEEDS], vec![0; slots]);
    // The seeds that most words share are chosen while there is most room.
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    for group in groups.iter().filter(|group| !group.is_empty()) {
        let seed = { 0..=u16::MAX }.find(|seed| has_room(&filled, group, *seed));
        let seed = seed.ok_or_else(|| format!("no room for {} words in {slots} slots", words.len()))?;
        for (hash, meaning) in group {
            seeds[seed_place(*hash)] = seed;
            filled[place(*hash, seed, slots)] = hash & TAG | meaning;
        }
    }
    let mut out: Vec<u8> = seeds.iter().flat_map(|seed| seed.to_le_bytes()).collect();
    out.extend(meanings.iter().chain(&filled).flat_map(|word: &u64| word.to_le_bytes()));
    Ok(out)
}

/// Whether all words of a group have a free slot of their own by this seed.
fn has_room(filled: &[u64], group: &[(WordHash, u64)], seed: u16) -> bool {
    let mut places: Vec<usize> = group.iter().map(|(hash, _)| place(*hash, seed, filled.len())).collect();
    places.sort_unstable();
    places.dedup();
    places.len() == group.len() && places.iter().all(|place| filled[*place] == 0)
}
