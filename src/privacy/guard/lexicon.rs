//! Words and what they mean to the detectors.
//!
//! Two tables, both keyed by a 64-bit hash of the lower-cased word: the small one (`data/cues.txt`) is asked for every word
//! and stays in the cache; the large one (names, cities, ordinary words) is asked only where a rule needs it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// The hash of one word, letters lower-cased, apostrophes and hyphens left out.
pub(super) type WordHash = u64;

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
const MULTIPLIER: u64 = 0xD6E8_FEB8_6659_FD93;
/// The bit that makes an ASCII letter small and leaves a digit as it is.
const SMALL: u64 = 0x2020_2020_2020_2020;

/// The hash of the word `bytes[start..end]`, without apostrophes in it. Eight bytes at a time: every word of a text is hashed.
pub(super) fn hash_range(bytes: &[u8], start: usize, end: usize) -> WordHash {
    let mut hash = SEED;
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
        hash = (hash ^ ((whole | SMALL) & kept)).wrapping_mul(MULTIPLIER);
        hash ^= hash >> 31;
        at += 8;
    }
    hash_finish(hash)
}

/// The hash of a word by itself.
pub(super) fn hash_word(word: &str) -> WordHash {
    let plain: Vec<u8> = word.bytes().filter(|byte| !matches!(byte, b'\'' | b'-')).collect();
    hash_range(&plain, 0, plain.len())
}

/// Closes a hash, so that both its ends are well mixed.
const fn hash_finish(hash: u64) -> WordHash {
    let folded = (hash ^ (hash >> 32)).wrapping_mul(MULTIPLIER);
    folded ^ (folded >> 29)
}

/// The key of a phrase from the key so far and the next word's hash.
pub(super) const fn hash_phrase(so_far: WordHash, next: WordHash) -> WordHash {
    hash_finish(so_far.wrapping_mul(MULTIPLIER).wrapping_add(next))
}

/// Words are hashed before they reach the map; hashing again would only cost time.
#[derive(Default, Clone)]
pub(super) struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash_range(bytes, 0, bytes.len());
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type Table = HashMap<WordHash, u64, BuildHasherDefault<AlreadyHashed>>;

macro_rules! bits {
    ($(#[$doc:meta])* $module:ident, $sections:ident: $($name:ident = $section:literal),+ $(,)?) => {
        $(#[$doc])*
        pub(super) mod $module {
            #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants only number the constants below")]
            enum Index { $($name),+ }
            $(pub(in super::super) const $name: u64 = 1 << Index::$name as u64;)+
        }
        const $sections: &[(&str, u64)] = &[$(($section, $module::$name)),+];
    };
}

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
}

const CUES: &str = include_str!("data/cues.txt");
const DICTIONARIES: [&str; 4] = [
    include_str!("data/names.txt"),
    include_str!("data/world_names.txt"),
    include_str!("data/words.txt"),
    include_str!("data/cities.txt"),
];

/// Longest phrase, in words, that either table holds.
pub(super) const PHRASE_WORDS_MAX: usize = 4;

/// Marks a word that begins a phrase; the top bit, which no section uses.
const STARTS_PHRASE: u64 = 1 << 63;
const _: () = assert!(CUE_SECTIONS.len() < 64 && DICTIONARY_SECTIONS.len() < 15);

/// In [`super::token::Token::known`]: a dictionary phrase (a city of several words) may begin with the word.
pub(super) const KNOWN_STARTS_PHRASE: u16 = 1 << 15;

/// Size of the filter of given names, in 64-bit words.
const FILTER_WORDS: usize = 2_048;

/// The filter's word and bit for a hash.
fn filter_place(hash: WordHash) -> (usize, u64) {
    let place = usize::try_from(hash >> 40).unwrap_or(0) % (FILTER_WORDS * 64);
    (place / 64, 1 << (place % 64))
}

/// The two tables.
pub(super) struct Lexicon {
    cues: Table,
    dictionary: Table,
    /// One bit for each given name, by hash: 16 KiB that stay in the cache.
    given_names: Vec<u64>,
}

impl Lexicon {
    /// Parses the data files built into the program.
    pub(super) fn load() -> Self {
        let mut cues = Table::default();
        fill(&mut cues, CUES, CUE_SECTIONS);
        let mut dictionary = Table::default();
        dictionary.reserve(280_000);
        for source in DICTIONARIES {
            fill(&mut dictionary, source, DICTIONARY_SECTIONS);
        }
        let mut given_names = vec![0; FILTER_WORDS];
        for (hash, _) in dictionary.iter().filter(|(_, bits)| **bits & dict::FIRST != 0) {
            let (slot, bit) = filter_place(*hash);
            if let Some(word) = given_names.get_mut(slot) {
                *word |= bit;
            }
        }
        Self {
            cues,
            dictionary,
            given_names,
        }
    }

    /// The cue bits of a word or phrase; `None` when it isn't even the beginning of one.
    pub(super) fn phrase_cues(&self, hash: WordHash) -> Option<u64> {
        self.cues.get(&hash).map(|bits| bits & !STARTS_PHRASE)
    }

    /// Cue bits of a word, and whether a cue phrase may begin with it.
    pub(super) fn cues_and_start(&self, hash: WordHash) -> (u64, bool) {
        let bits = self.cues.get(&hash).copied().unwrap_or(0);
        (bits & !STARTS_PHRASE, bits & STARTS_PHRASE != 0)
    }

    /// What the dictionaries know of a word or phrase.
    pub(super) fn dictionary(&self, hash: WordHash) -> u64 {
        self.phrase_dictionary(hash).unwrap_or(0)
    }

    /// As [`Lexicon::dictionary`]; `None` when it isn't even the beginning of a phrase.
    pub(super) fn phrase_dictionary(&self, hash: WordHash) -> Option<u64> {
        self.dictionary.get(&hash).map(|bits| bits & !STARTS_PHRASE)
    }

    /// As [`Lexicon::dictionary`], in the form tokens keep: [`KNOWN_STARTS_PHRASE`] tells that a phrase may begin with the word.
    pub(super) fn known(&self, hash: WordHash) -> u16 {
        let bits = self.dictionary.get(&hash).copied().unwrap_or(0);
        let starts = if bits & STARTS_PHRASE == 0 {
            0
        } else {
            KNOWN_STARTS_PHRASE
        };
        u16::try_from(bits & !STARTS_PHRASE).unwrap_or(0) | starts
    }

    /// False when a word is certainly no given name; asked for every word in small letters before the large table is.
    pub(super) fn may_be_given_name(&self, hash: WordHash) -> bool {
        let (slot, bit) = filter_place(hash);
        self.given_names.get(slot).is_some_and(|word| word & bit != 0)
    }

    /// Whether a dictionary phrase may begin with this word.
    pub(super) fn starts_dictionary_phrase(&self, hash: WordHash) -> bool {
        self.known(hash) & KNOWN_STARTS_PHRASE != 0
    }
}

/// Reads `section: word word_of_phrase …` lines; `#` begins a comment.
fn fill(table: &mut Table, source: &str, sections: &[(&str, u64)]) {
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        let Some((section, words)) = line.split_once(':') else {
            continue;
        };
        let Some((_, bit)) = sections.iter().find(|(name, _)| *name == section) else {
            debug_assert!(false, "unknown section {section}");
            continue;
        };
        for word in words.split_whitespace() {
            insert(table, word, *bit);
        }
    }
}

fn insert(table: &mut Table, word: &str, bit: u64) {
    let mut parts = word.split('_').map(hash_word);
    let Some(first) = parts.next() else { return };
    let mut key = first;
    let mut is_phrase = false;
    for part in parts {
        // Every beginning of a phrase has an entry, so that readers can stop at the first word that leads nowhere.
        table.entry(key).or_insert(0);
        is_phrase = true;
        key = hash_phrase(key, part);
    }
    *table.entry(key).or_insert(0) |= bit;
    if is_phrase {
        *table.entry(first).or_insert(0) |= STARTS_PHRASE;
    }
}
