//! Words and what they mean to the detectors.
//!
//! Two tables, both keyed by a 64-bit hash of the lower-cased word: the small one (`data/cues.txt`) is asked for every word
//! and stays in the cache; the large one (names, cities, ordinary words) is asked only where a rule needs it.

pub(super) use super::dictionary::KNOWN_STARTS_PHRASE;
use super::dictionary::{self, Dictionary};
pub(super) use super::hash::{WordHash, hash_phrase, hash_word};
use super::sections::STARTS_PHRASE;
pub(super) use super::sections::{cue, dict};
use super::table::{self, Table};

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

/// The two tables, laid out when the program is built.
pub(super) static LEXICON: Lexicon = Lexicon {
    cues: Table::of(include_bytes!(concat!(env!("OUT_DIR"), "/guard_cues.bin"))),
    dictionary: Dictionary::of(DICTIONARY),
};
static DICTIONARY: &[u8; dictionary::BYTES] = include_bytes!(concat!(env!("OUT_DIR"), "/guard_dictionary.bin"));

/// Longest phrase, in words, that either table holds.
pub(super) const PHRASE_WORDS_MAX: usize = 4;

/// The two tables.
pub(super) struct Lexicon {
    cues: Table<{ table::CUE_SLOTS }>,
    dictionary: Dictionary<'static>,
}

impl Lexicon {
    /// The cue bits of a word or phrase; `None` when it isn't even the beginning of one.
    pub(super) fn phrase_cues(&self, hash: WordHash) -> Option<u64> {
        self.cues.get(hash).map(|bits| bits & !STARTS_PHRASE)
    }

    /// Cue bits of a word, and whether a cue phrase may begin with it.
    #[inline]
    pub(super) fn cues_and_start(&self, hash: WordHash) -> (u64, bool) {
        let bits = self.cues.bits(hash);
        (bits & !STARTS_PHRASE, bits & STARTS_PHRASE != 0)
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
    fn words_and_phrases_are_found_in_any_case_and_nothing_else() {
        let lexicon = &LEXICON;
        assert_ne!(lexicon.dictionary(hash_word("Gonzalez")) & dict::SURNAME, 0);
        assert_eq!(lexicon.dictionary(hash_word("xqzzyv")), 0);
        let san = hash_word("san");
        assert!(lexicon.starts_dictionary_phrase(san));
        let san_jose = lexicon.phrase_dictionary(hash_phrase(san, hash_word("JOSE")));
        assert!(san_jose.is_some_and(|known| known & dict::CITY != 0));
        assert_eq!(lexicon.phrase_dictionary(hash_phrase(san, hash_word("xqzzyv"))), None);
    }
}
