//! Words and what they mean to the detectors.
//!
//! Two tables, both keyed by a 64-bit hash of the lower-cased word: the small one (`data/cues.txt`) is asked for every word
//! and stays in the cache; the large one (names, cities, ordinary words) is asked only where a rule needs it.

use std::collections::BTreeMap;

use super::table::{Perfect, Table};

/// The hash of one word, letters lower-cased, apostrophes and hyphens left out.
pub(super) type WordHash = u64;

/// What a hash begins with.
pub(super) const HASH_SEED: WordHash = 0x9E37_79B9_7F4A_7C15;
const MULTIPLIER: u64 = 0xD6E8_FEB8_6659_FD93;
/// The bit that makes an ASCII letter small and leaves a digit as it is.
const SMALL: u64 = 0x2020_2020_2020_2020;

/// The hash of the word `bytes[start..end]`, without apostrophes in it. Eight bytes at a time: every word of a text is hashed.
pub(super) fn hash_range(bytes: &[u8], start: usize, end: usize) -> WordHash {
    #[cfg(test)]
    super::page::work((end.saturating_sub(start)) / 8);
    let mut hash = HASH_SEED;
    let mut at = start;
    while at < end {
        let length = (end - at).min(8);
        let whole = match bytes.get(at..at + 8) {
            Some(eight) => u64::from_le_bytes(eight.try_into().unwrap_or_default()),
            None => bytes
                .iter()
                .skip(at)
                .rev()
                .fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        let kept = u64::MAX >> (64 - 8 * length);
        hash = hash_eight(hash, whole & kept, kept);
        at += 8;
    }
    hash_finish(hash)
}

/// Takes up to eight further bytes of a word into a hash; `kept` covers the bytes there are, the others are zero.
#[inline]
pub(super) const fn hash_eight(hash: WordHash, bytes: u64, kept: u64) -> WordHash {
    let hash = (hash ^ (bytes | SMALL & kept)).wrapping_mul(MULTIPLIER);
    hash ^ hash >> 31
}

/// The hash of a word by itself.
pub(super) fn hash_word(word: &str) -> WordHash {
    if !word.bytes().any(|byte| matches!(byte, b'\'' | b'-')) {
        return hash_range(word.as_bytes(), 0, word.len());
    }
    let plain: Vec<u8> = word.bytes().filter(|byte| !matches!(byte, b'\'' | b'-')).collect();
    hash_range(&plain, 0, plain.len())
}

/// Closes a hash, so that both its ends are well mixed.
pub(super) const fn hash_finish(hash: u64) -> WordHash {
    let folded = (hash ^ (hash >> 32)).wrapping_mul(MULTIPLIER);
    folded ^ (folded >> 29)
}

/// The key of a phrase from the key so far and the next word's hash.
pub(super) const fn hash_phrase(so_far: WordHash, next: WordHash) -> WordHash {
    hash_finish(so_far.wrapping_mul(MULTIPLIER).wrapping_add(next))
}

macro_rules! bits {
    ($(#[$doc:meta])* $module:ident, $sections:ident: $($name:ident = $section:literal),+ $(,)?) => {
        $(#[$doc])*
        pub(super) mod $module {
            #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants only number the constants below")]
            enum Index { $($name),+ }
            $(pub(in super::super) const $name: u64 = 1 << Index::$name as u64;)+
        }
        const $sections: &[(&str, u64)] = &[$(($section, $module::$name)),+];
        const _: () = assert!($sections.len() <= 64);
    };
}
pub(super) use bits;

bits! {
    /// What a word can be a cue for; the sections of `data/cues.txt`.
    cue, CUE_SECTIONS:
    TITLE = "title", PROVIDER_TITLE = "provider_title", PERSON = "person", RELATIVE = "relative", NAME_LABEL = "name_label",
    PERSON_VERB = "person_verb", PERSON_PREP = "person_prep", MONTH = "month", PATIENT_DATE = "patient_date",
    POLICY_DATE = "policy_date", UNIT = "unit", PHONE = "phone", FAX = "fax", ORG_CONTACT = "org_contact", ID_NOUN = "id_noun",
    SSN_HEAD = "ssn_head", MRN_HEAD = "mrn_head", MRN_WORD = "mrn_word", PLAN_HEAD = "plan_head", PLAN_WORD = "plan_word",
    ACCOUNT_HEAD = "account_head", ACCOUNT_WORD = "account_word", LICENSE_HEAD = "license_head", LICENSE_WORD = "license_word",
    VEHICLE_HEAD = "vehicle_head", VEHICLE_WORD = "vehicle_word", DEVICE_HEAD = "device_head", DEVICE_WORD = "device_word",
    OTHER_HEAD = "other_head", OTHER_WORD = "other_word", CODE_CUE = "code_cue", CONNECTOR = "connector", AGED = "ages",
    AGE_UNIT = "age_unit", EPONYM_HEAD = "eponym_head", ORG_SUFFIX = "org_suffix", FACILITY_HEAD = "facility_head",
    FACILITY_PAIR = "facility_pair", FACILITY_GENERIC = "facility_generic", FACILITY_NAME = "facility_name",
    FACILITY_VERB = "facility_verb", PLACE_PREP = "place_prep", PLACE_STRONG = "place_strong", PLACE_NOUN = "place_noun",
    PLACE_TAIL = "place_tail", STREET_SUFFIX = "street_suffix", STREET_SHORT = "street_short", UNIT_LABEL = "unit_label",
    ADDRESS_CUE = "address_cue", ZIP_CUE = "zip_cue", STATE = "state", STATE_ABBR = "state_abbr",
    PARTICLE = "particle", ORDINAL = "ordinal", BIOMETRIC = "biometric",
    MEDIA_USE = "media_use", PHOTO = "photo", FACE = "photo_face", NEGATION = "negation", PROPER = "proper", EPONYM = "eponym", AGE_WORD = "age_word", HUMAN_VERB = "human_verb",
}

bits! {
    /// What the large dictionaries know of a word.
    dict, DICTIONARY_SECTIONS:
    FIRST = "first", FIRST_ORDINARY = "first_ordinary", SURNAME = "surname", SURNAME_ORDINARY = "surname_ordinary",
    WORD = "word", CITY = "city", TOWN = "town",
    HOUSE = "house", PRACTICE = "practice", CHAIN = "chain", SITE = "site", MOVE = "move", STAY = "stay", WAY = "way",
    FIRST_RARE = "first_rare",
}

/// What says nothing against a name: small towns are called as people are, and a given name that few bear is one.
pub(super) const PLACES: u64 = dict::TOWN
    | dict::HOUSE
    | dict::PRACTICE
    | dict::CHAIN
    | dict::SITE
    | dict::MOVE
    | dict::STAY
    | dict::WAY
    | dict::FIRST_RARE;

const CUES: &str = include_str!("data/cues.txt");
const DICTIONARIES: [&str; 6] = [
    include_str!("data/names.txt"),
    include_str!("data/world_names.txt"),
    include_str!("data/words.txt"),
    include_str!("data/clinical_words.txt"),
    include_str!("data/cities.txt"),
    include_str!("data/places.txt"),
];

/// Longest phrase, in words, that either table holds.
pub(super) const PHRASE_WORDS_MAX: usize = 4;

/// Marks a cue that begins a phrase.
const STARTS_PHRASE: u64 = 1 << 63;
const _: () = assert!(CUE_SECTIONS.len() <= 63 && DICTIONARY_SECTIONS.len() <= 15);

/// In [`super::token::Token::known`]: a dictionary phrase (a city of several words) may begin with the word.
pub(super) const KNOWN_STARTS_PHRASE: u16 = 1 << 15;

/// Slots of both tables, as powers of two; a test sees to it that the data leave room.
const CUE_SLOTS: u32 = 13;
const DICTIONARY_SLOTS: u32 = 20;

/// Size of the filter of given names, in 64-bit words.
const FILTER_WORDS: usize = 4_096;

/// The filter's word and bit for a hash.
fn filter_place(hash: WordHash) -> (usize, u64) {
    let place = usize::try_from(hash >> 40).unwrap_or(0) % (FILTER_WORDS * 64);
    (place / 64, 1 << (place % 64))
}

/// False when a filter certainly lacks a word.
#[inline]
fn passes(filter: &[u64], hash: WordHash) -> bool {
    let (slot, bit) = filter_place(hash);
    filter.get(slot).is_some_and(|word| word & bit != 0)
}

/// By what the dictionaries know of a word.
const fn may_begin_town(known: u64) -> bool {
    known & (dict::CITY | dict::TOWN) != 0 && known & dict::WORD == 0 || known & KNOWN_STARTS_PHRASE as u64 != 0
}

/// The two tables.
pub(super) struct Lexicon {
    /// The meaning of a cue is its place in `meanings`.
    cues: Perfect,
    /// The different sets of cue bits; the first is empty.
    meanings: Vec<u64>,
    dictionary: Table,
    /// One bit for each given name, by hash: 32 KiB that stay in the cache.
    given_names: Vec<u64>,
    /// The same for words that are no other word than a town, or begin a town's name.
    towns: Vec<u64>,
}

impl Lexicon {
    /// Parses the data files built into the program.
    pub(super) fn load() -> Self {
        let mut lexicon = Self {
            cues: Perfect::default(),
            meanings: Vec::new(),
            dictionary: Table::with_slots(DICTIONARY_SLOTS),
            given_names: vec![0; FILTER_WORDS],
            towns: vec![0; FILTER_WORDS],
        };
        lexicon.load_cues();
        for source in DICTIONARIES {
            fill(
                source,
                DICTIONARY_SECTIONS,
                u64::from(KNOWN_STARTS_PHRASE),
                &mut |hash, bits| lexicon.add_word(hash, bits),
            );
        }
        lexicon
    }

    fn load_cues(&mut self) {
        let mut bits_of: BTreeMap<WordHash, u64> = BTreeMap::new();
        fill(CUES, CUE_SECTIONS, STARTS_PHRASE, &mut |hash, bits| {
            *bits_of.entry(hash).or_default() |= bits;
        });
        (self.cues, self.meanings) = Perfect::of(&bits_of, CUE_SLOTS);
    }

    fn add_word(&mut self, hash: WordHash, bits: u64) {
        self.dictionary
            .change(hash, |known| known | u16::try_from(bits).unwrap_or(0));
        let (word, bit) = filter_place(hash);
        if bits & dict::FIRST != 0
            && let Some(word) = self.given_names.get_mut(word)
        {
            *word |= bit;
        }
        // The ordinary words are read before the towns.
        if may_begin_town(u64::from(self.known(hash)))
            && let Some(word) = self.towns.get_mut(word)
        {
            *word |= bit;
        }
    }

    /// The cue bits of a word or phrase; `None` when it isn't even the beginning of one.
    pub(super) fn phrase_cues(&self, hash: WordHash) -> Option<u64> {
        self.cues
            .get(hash)
            .map(|meaning| self.bits_of(meaning) & !STARTS_PHRASE)
    }

    /// Cue bits of a word, and whether a cue phrase may begin with it.
    #[inline]
    pub(super) fn cues_and_start(&self, hash: WordHash) -> (u64, bool) {
        let meaning = self.cues.get_or_zero(hash);
        let bits = self.bits_of(meaning);
        (bits & !STARTS_PHRASE, bits & STARTS_PHRASE != 0)
    }

    #[inline]
    fn bits_of(&self, meaning: u16) -> u64 {
        self.meanings.get(usize::from(meaning)).copied().unwrap_or(0)
    }

    /// What the dictionaries know of a word or phrase.
    pub(super) fn dictionary(&self, hash: WordHash) -> u64 {
        u64::from(self.known(hash) & !KNOWN_STARTS_PHRASE)
    }

    /// As [`Lexicon::dictionary`]; `None` when it isn't even the beginning of a phrase.
    pub(super) fn phrase_dictionary(&self, hash: WordHash) -> Option<u64> {
        self.dictionary
            .get(hash)
            .map(|known| u64::from(known & !KNOWN_STARTS_PHRASE))
    }

    /// As [`Lexicon::dictionary`], in the form tokens keep: [`KNOWN_STARTS_PHRASE`] tells that a phrase may begin with the word.
    #[inline]
    pub(super) fn known(&self, hash: WordHash) -> u16 {
        self.dictionary.get(hash).unwrap_or(0)
    }

    /// Whether a word is a given name. Asked for every word in small letters: the filter spares nearly all of them the large table.
    #[inline]
    pub(super) fn is_given_name(&self, hash: WordHash) -> bool {
        passes(&self.given_names, hash) && self.dictionary(hash) & dict::FIRST != 0
    }

    /// Whether a word in small letters is a town and no other word, or begins a town's name.
    #[inline]
    pub(super) fn begins_town(&self, hash: WordHash) -> bool {
        passes(&self.towns, hash) && may_begin_town(u64::from(self.known(hash)))
    }

    /// Whether a dictionary phrase may begin with this word.
    pub(super) fn starts_dictionary_phrase(&self, hash: WordHash) -> bool {
        self.known(hash) & KNOWN_STARTS_PHRASE != 0
    }
}

/// Reads `section: word word_of_phrase …` lines; `#` begins a comment. `starts` marks the first word of a phrase.
pub(super) fn fill(source: &str, sections: &[(&str, u64)], starts: u64, insert: &mut impl FnMut(WordHash, u64)) {
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        let Some((section, words)) = line.split_once(':') else {
            continue;
        };
        let Some((_, bit)) = sections.iter().find(|(name, _)| *name == section) else {
            debug_assert!(false, "unknown section {section}");
            continue;
        };
        for word in words.split_ascii_whitespace() {
            if word.contains('_') {
                insert_phrase(word, *bit, starts, insert);
            } else {
                insert(hash_word(word), *bit);
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Share of the slots that are taken, in percent.
    fn load(slots: &[u64]) -> usize {
        slots.iter().filter(|slot| **slot != 0).count() * 100 / slots.len()
    }

    #[test]
    fn the_tables_leave_room() {
        let lexicon = Lexicon::load();
        let (cues, dictionary) = (load(&lexicon.cues.slots), load(&lexicon.dictionary.slots));
        assert!((20..70).contains(&cues), "cues: {cues}");
        assert!((20..70).contains(&dictionary), "dictionary: {dictionary}");
    }

    #[test]
    fn words_and_phrases_are_found_in_any_case_and_nothing_else() {
        let lexicon = Lexicon::load();
        assert_ne!(lexicon.dictionary(hash_word("Gonzalez")) & dict::SURNAME, 0);
        assert_eq!(lexicon.dictionary(hash_word("xqzzyv")), 0);
        let san = hash_word("san");
        assert!(lexicon.starts_dictionary_phrase(san));
        let san_jose = lexicon.phrase_dictionary(hash_phrase(san, hash_word("JOSE")));
        assert!(san_jose.is_some_and(|known| known & dict::CITY != 0));
        assert_eq!(lexicon.phrase_dictionary(hash_phrase(san, hash_word("xqzzyv"))), None);
    }
}
