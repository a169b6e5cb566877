//! Words and what they mean to the detectors.
//!
//! Two tables, both keyed by a 64-bit hash of the lower-cased word: the small one (`data/cues.txt`) is asked for every word
//! and stays in the cache; the large one (names, cities, ordinary words) is asked only where a rule needs it.

use std::collections::BTreeMap;

use super::dictionary::{self, Dictionary};
pub(super) use super::dictionary::{KNOWN_STARTS_PHRASE, dict};
pub(super) use super::hash::{WordHash, hash_phrase, hash_word};
use super::lists::{bits, fill};
use super::table::Perfect;

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

/// Lists of given names, however rare, and of surnames; the ordinary ones are words too.
pub(super) const GIVEN: u64 = dict::FIRST | dict::FIRST_ORDINARY | dict::FIRST_RARE;
pub(super) const SURNAMES: u64 = dict::SURNAME | dict::SURNAME_ORDINARY;

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
static DICTIONARY: &[u8; dictionary::BYTES] = include_bytes!(concat!(env!("OUT_DIR"), "/guard_dictionary.bin"));

/// Longest phrase, in words, that either table holds.
pub(super) const PHRASE_WORDS_MAX: usize = 4;

/// Marks a cue that begins a phrase.
const STARTS_PHRASE: u64 = 1 << 63;
const _: () = assert!(CUE_SECTIONS.len() <= 63);

/// Slots of the table of cues, as a power of two; a test sees to it that the data leave room.
const CUE_SLOTS: u32 = 13;

/// The two tables.
pub(super) struct Lexicon {
    /// The meaning of a cue is its place in `meanings`.
    cues: Perfect,
    /// The different sets of cue bits; the first is empty.
    meanings: Vec<u64>,
    dictionary: Dictionary<'static>,
}

impl Lexicon {
    /// Parses the cues built into the program.
    pub(super) fn load() -> Self {
        let mut bits_of: BTreeMap<WordHash, u64> = BTreeMap::new();
        fill(CUES, CUE_SECTIONS, STARTS_PHRASE, &mut |hash, bits| {
            *bits_of.entry(hash).or_default() |= bits;
        });
        let (cues, meanings) = Perfect::of(&bits_of, CUE_SLOTS);
        Self {
            cues,
            meanings,
            dictionary: Dictionary::of(DICTIONARY),
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
        self.dictionary.known(hash)
    }

    /// Whether a word is a given name. Asked for every word in small letters: the filter spares nearly all of them the large table.
    #[inline]
    pub(super) fn is_given_name(&self, hash: WordHash) -> bool {
        self.dictionary.is_given_name(hash)
    }

    /// Whether a word in small letters is a town and no other word, or begins a town's name.
    #[inline]
    pub(super) fn begins_town(&self, hash: WordHash) -> bool {
        self.dictionary.begins_town(hash)
    }

    /// Whether a dictionary phrase may begin with this word.
    pub(super) fn starts_dictionary_phrase(&self, hash: WordHash) -> bool {
        self.known(hash) & KNOWN_STARTS_PHRASE != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_cues_leaves_room() {
        let slots = Lexicon::load().cues.slots;
        let taken = slots.iter().filter(|slot| **slot != 0).count() * 100 / slots.len();
        assert!((20..70).contains(&taken), "{taken} % of the slots are taken");
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
