//! Classes of words that stand beside names, dates, ages and policies; they are asked for only there, so the lexicon does without them.

use super::hash::{WordHash, hash_phrase};
use super::page::Page;
pub(super) use super::sections::class;
use super::table::{CLASS_SLOTS, Table};
use super::token::Token;

/// What each word tells, laid out when the program is built.
static CLASSES: Table<CLASS_SLOTS> = Table::of(include_bytes!(concat!(env!("OUT_DIR"), "/guard_classes.bin")));

/// Words of any class that tells of persons.
pub(super) const PERSONS: u64 = class::PERSON_BASE
    | class::PERSON_STATE
    | class::PERSON_THING
    | class::PERSON_MET
    | class::PERSON_GIVEN
    | class::PERSON_ROLE;

/// Whether a word is of a class of places, or begins a phrase that may be.
#[inline]
pub(super) fn may_name_place(token: &Token) -> bool {
    const OF_PLACES: u64 = class::CARE_HOUSE | class::CHIEFLY_TOWN | class::CARE_BRAND | class::BEGINS_PHRASE;
    CLASSES.bits(token.hash) & OF_PLACES != 0
}

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

#[inline]
fn classes_of(hash: WordHash) -> u64 {
    CLASSES.bits(hash)
}
