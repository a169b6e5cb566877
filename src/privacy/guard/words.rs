//! Classes of words that stand beside names, dates, ages and policies; they are asked for only there, so the lexicon does without them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::hash::{WordHash, hash_phrase};
use super::lists::{bits, fill};
use super::page::Page;
use super::table::Perfect;
use super::token::Token;

bits! {
    /// What a word tells; the sections of the files.
    class, SECTIONS:
    PRONOUN = "pronoun", PEOPLE = "people", CARE_VERB = "care_verb", CARE_NOUN = "care_noun", DOCUMENT_WORD = "document_word",
    OF_PEOPLE_TOO = "of_people_too", DOCUMENT_SUBJECT = "document_subject", PERMISSION = "permission",
    OF_PERMISSION = "of_permission", RULED = "ruled", WEEK_DAY = "week_day", COUNTED = "counted", SCALE = "scale",
    MEASURING = "measuring", TIME_WORD = "time_word", BUSINESS = "business", MONTH_LEAD = "month_lead",
    HOLIDAY_TAIL = "holiday_tail", MONTH_NAME = "month_name", OF_MANY_THINGS = "of_many_things", OF_BOTH = "of_both",
    MEASURE = "measure", CITING = "citing", STAMP = "stamp", DOCUMENT_NAME = "document_name", WARD = "ward", WORKS = "works",
    PREMISES = "premises", INSTITUTION = "institution", EMERGENCY = "emergency", PERSON_BASE = "person_base",
    PERSON_STATE = "person_state", PERSON_THING = "person_thing", PERSON_MET = "person_met", PERSON_GIVEN = "person_given",
    PERSON_ROLE = "person_role", ADDRESSED = "addressed", GREETING = "greeting", THING_NAME = "thing_name", CARE_HOUSE = "care_house",
    OF_FORM = "of_form", TALK_WORD = "talk_word", CASE_ONE = "case_one", CASE_MANY = "case_many", COURT_WORD = "court_word", DEGREE = "degree",
    CHIEFLY_TOWN = "chiefly_town", CARE_BRAND = "care_brand", BEGINS_PHRASE = "begins_phrase", PRACTICE_LEAD = "practice_lead",
}

/// Words of any class that tells of persons.
pub(super) const PERSONS: u64 = class::PERSON_BASE
    | class::PERSON_STATE
    | class::PERSON_THING
    | class::PERSON_MET
    | class::PERSON_GIVEN
    | class::PERSON_ROLE;

const WORDS: [&str; 2] = [include_str!("data/date_words.txt"), include_str!("data/persons.txt")];

/// Power of two of the table's slots.
const SLOTS: u32 = 12;

/// The classes of a word are `classes` at its meaning; the first are none.
struct Classes {
    words: Perfect,
    classes: Vec<u64>,
    /// One bit for each word of places, by hash: few others have one of them.
    of_places: [u64; FILTER_WORDS],
}

/// Size of the filter, in 64-bit words.
const FILTER_WORDS: usize = 64;

const OF_PLACES: u64 = class::CARE_HOUSE | class::CHIEFLY_TOWN | class::CARE_BRAND | class::BEGINS_PHRASE;

/// A filter's word and bit for a hash.
fn filter_place(hash: WordHash) -> (usize, u64) {
    let place = usize::try_from(hash >> 48).unwrap_or(0) % (FILTER_WORDS * 64);
    (place / 64, 1 << (place % 64))
}

/// False for words that certainly are of no class of places.
#[inline]
pub(super) fn may_name_place(token: &Token) -> bool {
    let (word, bit) = filter_place(token.hash);
    CLASSES.of_places.get(word).is_some_and(|word| word & bit != 0)
}

static CLASSES: LazyLock<Classes> = LazyLock::new(|| {
    let mut of_words: BTreeMap<WordHash, u64> = BTreeMap::new();
    for source in WORDS {
        fill(source, SECTIONS, class::BEGINS_PHRASE, &mut |word, class| {
            *of_words.entry(word).or_default() |= class;
        });
    }
    let mut of_places = [0; FILTER_WORDS];
    for (hash, _) in of_words.iter().filter(|(_, class)| **class & OF_PLACES != 0) {
        let (word, bit) = filter_place(*hash);
        if let Some(word) = of_places.get_mut(word) {
            *word |= bit;
        }
    }
    let (words, classes) = Perfect::of(&of_words, SLOTS);
    Classes {
        words,
        classes,
        of_places,
    }
});

/// Whether a token is a word of one of the classes, in any case.
pub(super) fn is(page: &Page, index: usize, classes: u64) -> bool {
    all(page, index) & classes != 0
}

/// Whether a token and the next make a phrase of one of the classes.
pub(super) fn phrase_is(page: &Page, index: usize, classes: u64) -> bool {
    let (Some(first), Some(second)) = (page.token(index), page.token(index + 1)) else {
        return false;
    };
    first.is_word() && second.is_word() && classes_of(hash_phrase(first.hash, second.hash)) & classes != 0
}

/// All classes of a token.
pub(super) fn all(page: &Page, index: usize) -> u64 {
    let token = page.token(index).filter(|token| token.mark == 0);
    token.map_or(0, |token| classes_of(token.hash))
}

fn classes_of(hash: WordHash) -> u64 {
    let meaning = usize::from(CLASSES.words.get_or_zero(hash));
    CLASSES.classes.get(meaning).copied().unwrap_or(0)
}
