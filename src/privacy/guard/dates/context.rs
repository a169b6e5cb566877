//! What the words around a date speak of: a person and their care, or a document, a code, a benefit.

use super::super::key::{WordKey, words};
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is};

/// How far a sentence is read for whom or what it speaks of, in tokens.
const REACH_BACK: usize = 24;
const REACH_ON: usize = 14;

/// Endings that name an operation or an examination.
const CARE_ENDINGS: [&str; 10] = [
    "ectomy", "plasty", "scopy", "ostomy", "otomy", "pexy", "desis", "centesis", "graphy", "ogram",
];

fn reach(page: &Page, first: usize, last: usize) -> std::ops::Range<usize> {
    let mut from = first;
    while from > 0 && first - from < REACH_BACK && !begins(page, from) {
        from -= 1;
    }
    let mut to = last + 1;
    while to < page.tokens.len() && to - last < REACH_ON && !page.starts_sentence(to) {
        to += 1;
    }
    from..to
}

/// Whether the sentence around a date begins with a token. "Denied the stay. Effective …": what looks like an abbreviation is none there.
fn begins(page: &Page, index: usize) -> bool {
    let follows_stop = page.gap(index) != Gap::Glued && page.before(index).is_some_and(|before| before.mark == b'.');
    page.starts_sentence(index)
        || follows_stop
            && page
                .token(index)
                .is_some_and(|token| token.shape == Shape::Title && token.has(cue::POLICY_DATE))
}

pub(super) fn is_person(page: &Page, index: usize) -> bool {
    page.has(index, cue::PERSON | cue::RELATIVE) && !is_modifier(page, index)
        || page.token(index).is_some_and(|token| {
            token.has(cue::TITLE) && token.shape != Shape::Upper || is_age_and_sex(page, index, token)
        })
        || is(page, index, class::PRONOUN | class::PEOPLE) && !asks_who(page, index)
        || page.word_is(index, words!["i"])
            && page.token(index + 1).is_some_and(Token::is_word)
            && page.gap(index) != Gap::Glued
}

/// The "PT" of "45385-PT".
fn is_modifier(page: &Page, index: usize) -> bool {
    page.gap(index) == Gap::Glued && index > 0 && page.mark_is(index - 1, b'-') && page.word_is(index, words!["pt"])
}

/// ": who may certify it?", "Who bills?": anybody.
fn asks_who(page: &Page, index: usize) -> bool {
    let follows_mark = |index: usize| {
        page.before(index)
            .is_some_and(|mark| matches!(mark.mark, b':' | b')' | b';'))
    };
    let opens = |index: usize| page.starts_sentence(index) || follows_mark(index);
    page.word_is(index, words!["who"]) && opens(index)
}

/// "61M", "34F".
fn is_age_and_sex(page: &Page, index: usize, token: &Token) -> bool {
    token.shape == Shape::Mixed && matches!(page.word(index).as_bytes(), [b'1'..=b'9', b'0'..=b'9', b'M' | b'F'])
}

/// A capitalised word that is no word of the language: most are names of people.
fn may_be_name(page: &Page, index: usize) -> bool {
    const OTHERS: u64 = cue::PROPER | cue::EPONYM | cue::CODE_CUE | cue::MONTH | cue::STATE | cue::POLICY_DATE;
    page.token(index).is_some_and(|token| {
        token.shape == Shape::Title
            && token.len() > 2
            && !token.has(OTHERS)
            && u64::from(token.known) & (dict::WORD | dict::CITY) == 0
            && (!token.starts_sentence || u64::from(token.known) & (dict::FIRST | dict::SURNAME) != 0)
    })
}

/// Whether the sentence around a date speaks of one person, by a word for them.
pub(super) fn speaks_of_person(page: &Page, first: usize, last: usize) -> bool {
    reach(page, first, last).any(|index| is_person(page, index))
}

/// The same, by a word that payers don't use for all their members.
pub(super) fn tells_of_somebody(page: &Page, first: usize, last: usize) -> bool {
    reach(page, first, last).any(|index| is_person(page, index) && !page.has(index, cue::PERSON))
}

/// The same, or by what looks like a name.
pub(super) fn may_speak_of_person(page: &Page, first: usize, last: usize) -> bool {
    reach(page, first, last).any(|index| is_person(page, index) || may_be_name(page, index))
}

/// The nearest cue of care or of documents before a date. "Classical section" is an operation.
pub(super) fn nearest_cue(page: &Page, first: usize, reach: usize) -> Option<usize> {
    const CUES: u64 = cue::PATIENT_DATE | cue::POLICY_DATE;
    let at = page.cue_before(first, reach, CUES)?;
    if is_operation(page, at) {
        return page.cue_before(at, reach.saturating_sub(first - at), CUES);
    }
    Some(at)
}

/// "C-section", "classical section".
pub(super) fn is_operation(page: &Page, at: usize) -> bool {
    const KINDS: &[WordKey] = words!["classical", "cesarean", "caesarean", "c", "repeat"];
    let hyphen = usize::from(at > 0 && page.mark_is(at - 1, b'-'));
    let is_named = { at.checked_sub(1 + hyphen) }.is_some_and(|before| page.word_is(before, KINDS));
    page.word_is(at, words!["section", "sections"]) && is_named
}

/// Whether somebody is spoken of near, in this sentence or those beside it.
pub(in super::super) fn is_about_person(page: &Page, first: usize, last: usize) -> bool {
    let from = first.saturating_sub(2 * REACH_BACK);
    (from..last + 1 + 2 * REACH_ON).any(|index| is_person(page, index))
}

/// Whether the sentence tells of a document, a code or a benefit.
pub(super) fn speaks_of_document(page: &Page, first: usize, last: usize) -> bool {
    reach(page, first, last)
        .filter(|index| !(first..=last).contains(index))
        .any(|index| is_document(page, index))
}

/// The same by words of policies and payers alone: "level", "class" and "line" are codes and care.
pub(super) fn speaks_of_policy(page: &Page, first: usize, last: usize) -> bool {
    reach(page, first, last)
        .filter(|index| !(first..=last).contains(index))
        .filter(|index| !(page.word_is(*index, words!["prior"]) && page.word_is(index + 1, words!["to"])))
        .any(|index| page.has(index, cue::POLICY_DATE) || is(page, index, class::DOCUMENT_SUBJECT))
}

fn is_document(page: &Page, index: usize) -> bool {
    page.has(index, cue::POLICY_DATE | cue::CODE_CUE)
        || is(page, index, class::DOCUMENT_SUBJECT) && !is(page, index + 1, class::EMERGENCY)
        || page.token(index).is_some_and(|token| {
            token.shape == Shape::Mixed && token.len() == 5 && !token.taken
                || token.shape == Shape::Digits && token.len() == 5 && token.gap <= Gap::Space
        })
}

/// "care": the word just before a day tells of something that happens to one person.
pub(super) fn tells_of_care(page: &Page, index: usize) -> bool {
    if page.has(index, cue::POLICY_DATE) {
        return false;
    }
    is(page, index, class::CARE_VERB) || is(page, index, class::CARE_NOUN) || has_care_ending(page, index)
}

fn has_care_ending(page: &Page, index: usize) -> bool {
    if page.word_is(
        index,
        words!["program", "kilogram", "microgram", "histogram", "monogram"],
    ) {
        return false;
    }
    let word = page.word(index).as_bytes();
    CARE_ENDINGS.iter().any(|ending| {
        word.len() > ending.len() + 2
            && word
                .get(word.len() - ending.len()..)
                .is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
    })
}

/// "cementation", "placement", "removal": nouns of what is done.
pub(super) fn names_action(page: &Page, index: usize) -> bool {
    let word = page.word(index);
    word.len() > 6
        && ["tion", "sion", "ment", "oval", "ing"]
            .iter()
            .any(|ending| word.ends_with(ending))
}

/// Whether something that happens to one person is told of within so many tokens before, or just after.
pub(super) fn care_near(page: &Page, first: usize, last: usize, back: usize) -> bool {
    let mut at = first;
    for _ in 0..back {
        if page.starts_sentence(at) {
            break;
        }
        at = at.saturating_sub(1);
        if tells_of_care(page, at) {
            return true;
        }
    }
    (last + 1..last + 4)
        .take_while(|index| !page.starts_sentence(*index))
        .any(|index| is(page, index, class::CARE_VERB))
}

/// "preferred from 07/01/2024", "deleted 1/1/2022 and replaced", "list dated 10/15/2024": nobody's date, but that of a document.
pub(super) fn dates_document(page: &Page, first: usize, last: usize) -> bool {
    if is_rule_of_time(page, first) {
        return !speaks_of_person(page, first, last);
    }
    let near = (1..=8)
        .take_while(|back| *back <= first && !page.starts_sentence(first + 1 - back))
        .map(|back| first - back)
        .find(|index| is(page, *index, class::DOCUMENT_WORD) || page.has(*index, cue::POLICY_DATE))
        .filter(|index| !(index + 1 == first && is_told_by_form(page, *index, last)))
        .or_else(|| document_word_after(page, first, last));
    let is_payers = near.is_some_and(|near| !is(page, near, class::OF_PEOPLE_TOO))
        && reach(page, first, last).any(|index| page.has(index, cue::PROPER));
    let is_institutions = reach(page, first, last).any(|index| is(page, index, class::INSTITUTION));
    let is_ruled = is_institutions
        && is_led_by_preposition(page, first)
        && page.word(last).len() == 4
        && !reach(page, first, last).any(|index| may_be_name(page, index) && !is(page, index, class::INSTITUTION))
        && !is_done_for_somebody(page, first);
    let is_stopped =
        first >= 2 && page.mark_is(first - 1, b'.') && page.word_is(first - 2, words!["eff", "rev", "upd", "pub"]);
    (near.is_some() || is_stopped || is_ruled)
        && (is_stopped || is_ruled || is_payers || is_institutions || speaks_of_document(page, first, last))
        && !speaks_of_person(page, first, last)
        && !(near.is_some_and(|near| is(page, near, class::OF_PERMISSION))
            && reach(page, first, last).any(|index| is(page, index, class::PERMISSION)))
}

/// "The CMN for Otis Franklin lists 6/31/2023": what a form of somebody's says.
pub(super) fn is_told_by_form(page: &Page, verb: usize, last: usize) -> bool {
    page.word_is(verb, words!["lists"])
        && reach(page, verb, last).any(|index| is_known_name(page, index) && is_known_name(page, index + 1))
}

fn is_known_name(page: &Page, index: usize) -> bool {
    const NAMES: u64 = dict::FIRST | dict::FIRST_ORDINARY | dict::SURNAME | dict::SURNAME_ORDINARY;
    page.token(index)
        .is_some_and(|token| token.shape == Shape::Title && u64::from(token.known) & NAMES != 0)
}

/// "after January 1 when the new list starts": for days of no year, which return.
fn document_word_after(page: &Page, first: usize, last: usize) -> Option<usize> {
    let has_year = last > first + 1 || page.word(last).len() == 4;
    (last + 1..last + 9)
        .take_while(|index| !has_year && !page.starts_sentence(*index))
        .find(|index| is(page, *index, class::DOCUMENT_WORD))
}

fn is_led_by_preposition(page: &Page, first: usize) -> bool {
    first.checked_sub(1).is_some_and(|before| {
        page.word_is(
            before,
            words!["on", "since", "until", "by", "from", "through", "effect", "ended"],
        )
    })
}

/// "Called Cigna on 3/4/2024", "admitted under Medicare on …": care, or work on somebody's case.
fn is_done_for_somebody(page: &Page, first: usize) -> bool {
    (1..=10)
        .take_while(|back| *back <= first && !page.starts_sentence(first + 1 - back))
        .any(|back| tells_of_care(page, first - back) && !is(page, first - back, class::OF_MANY_THINGS))
}

/// "for dates of service on or after …", "services rendered before …", "all admissions prior to …": any date of its kind.
fn is_rule_of_time(page: &Page, first: usize) -> bool {
    let word = |back: usize, words: &[WordKey]| first.checked_sub(back).is_some_and(|index| page.word_is(index, words));
    let compares = word(1, words!["after", "before"])
        || word(1, words!["to"]) && word(2, words!["prior"])
        || word(1, words!["from"]);
    compares
        && (2..=10)
            .take_while(|back| *back <= first && !page.starts_sentence(first + 1 - back))
            .any(|back| is(page, first - back, class::RULED))
}
