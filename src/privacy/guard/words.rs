//! Classes of words that stand beside names, dates, ages and policies; they are asked for only there, so the lexicon does without them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use super::lexicon::{WordHash, hash_word};
use super::page::Page;

macro_rules! classes {
    ($($name:ident = $section:literal,)+) => {
        /// The sections of the files, a bit each.
        pub(super) mod class {
            #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants only number the constants below")]
            enum Index { $($name),+ }
            $(pub(in super::super) const $name: u64 = 1 << Index::$name as u32;)+
        }
        const SECTIONS: &[(&str, u64)] = &[$(($section, class::$name)),+];
        const _: () = assert!(SECTIONS.len() <= 64);
    };
}

classes! {
        PRONOUN = "pronoun",
        PEOPLE = "people",
        CARE_VERB = "care_verb",
        CARE_NOUN = "care_noun",
        DOCUMENT_WORD = "document_word",
        OF_PEOPLE_TOO = "of_people_too",
        DOCUMENT_SUBJECT = "document_subject",
        PERMISSION = "permission",
        OF_PERMISSION = "of_permission",
        RULED = "ruled",
        WEEK_DAY = "week_day",
        COUNTED = "counted",
        SCALE = "scale",
        MEASURING = "measuring",
        TIME_WORD = "time_word",
        BUSINESS = "business",
        MONTH_LEAD = "month_lead",
        HOLIDAY_TAIL = "holiday_tail",
        MONTH_NAME = "month_name",
        OF_MANY_THINGS = "of_many_things",
        OF_BOTH = "of_both",
        MEASURE = "measure",
        CITING = "citing",
    STAMP = "stamp",
    DOCUMENT_NAME = "document_name",
    WARD = "ward",
    WORKS = "works",
    PREMISES = "premises",
    INSTITUTION = "institution",
    EMERGENCY = "emergency",
    PERSON_BASE = "person_base",
    PERSON_STATE = "person_state",
    PERSON_THING = "person_thing",
    PERSON_MET = "person_met",
    PERSON_GIVEN = "person_given",
    PERSON_ROLE = "person_role",
    ADDRESSED = "addressed",
    GREETING = "greeting",
    THING_NAME = "thing_name",
}

/// Words of any class that tells of persons.
pub(super) const PERSONS: u64 = class::PERSON_BASE
    | class::PERSON_STATE
    | class::PERSON_THING
    | class::PERSON_MET
    | class::PERSON_GIVEN
    | class::PERSON_ROLE;

const WORDS: [&str; 2] = [include_str!("data/date_words.txt"), include_str!("data/persons.txt")];

/// Words are hashed already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

type Classes = HashMap<WordHash, u64, BuildHasherDefault<AsItIs>>;

static CLASSES: LazyLock<Classes> = LazyLock::new(|| {
    let mut classes = Classes::default();
    for line in WORDS
        .iter()
        .flat_map(|file| file.lines())
        .filter(|line| !line.starts_with('#'))
    {
        let Some((section, words)) = line.split_once(": ") else {
            continue;
        };
        let Some((_, bit)) = SECTIONS.iter().find(|(name, _)| *name == section) else {
            debug_assert!(false, "unknown section {section}");
            continue;
        };
        for word in words.split_ascii_whitespace() {
            *classes.entry(hash_word(word)).or_default() |= bit;
        }
    }
    classes
});

/// Whether a token is a word of one of the classes, in any case.
pub(super) fn is(page: &Page, index: usize, classes: u64) -> bool {
    page.token(index)
        .is_some_and(|token| token.mark == 0 && CLASSES.get(&token.hash).is_some_and(|known| known & classes != 0))
}
