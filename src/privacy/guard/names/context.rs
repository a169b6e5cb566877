//! What stands around a word or two that makes them somebody's name.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::Gap;
use super::parts::{Part, has_generation, part};

/// "Beatriz & Joaquim": given names on both sides of "&", so no company.
pub(super) fn joins_persons(page: &Page, before: usize, after: usize) -> bool {
    let is_given = |index: usize| {
        let known = page.dictionary(index);
        known & dict::FIRST != 0
            && known & (dict::WORD | dict::CITY) == 0
            && !page.has(index, cue::PROPER | cue::EPONYM)
    };
    let hash = |index: usize| page.token(index).map(|token| token.hash); // without 's
    is_given(before) && is_given(after) && hash(before) != hash(after)
}

/// "f/u w/ Nakamura", "spoke w/ Teresa".
pub(super) fn is_met(page: &Page, at: usize, part: Part) -> bool {
    part.is_strong()
        && at >= 2
        && page.mark_is(at - 1, b'/')
        && page.gap(at) == Gap::Space
        && page.word_is(at - 2, words!["w"])
        && !page.has(at, cue::EPONYM)
        && page.dictionary(at) & (dict::WORD | dict::CITY) == 0
        && is_plain_title(page.word(at))
        && !page.has(at + 1, cue::EPONYM_HEAD | cue::UNIT)
}

/// "Oscar, can I …", "Emma: …", "Brenda from …" at the beginning of a sentence.
pub(super) fn speaks(page: &Page, at: usize) -> bool {
    let is_clear = page.starts_sentence(at)
        && page
            .token(at)
            .is_some_and(|token| token.len() > 2 && !token.has(cue::EPONYM))
        && page.dictionary(at) & (dict::WORD | dict::CITY) == 0;
    let addresses = page.mark_is(at + 1, b',')
        && page.word_is(
            at + 2,
            words![
                "can", "could", "please", "may", "would", "do", "did", "you", "your", "we", "i", "thank", "thanks",
            ],
        );
    let is_from = page.word_is(at + 1, words!["from", "with", "at"])
        && page.gap(at + 1) == Gap::Space
        && page
            .token(at + 2)
            .is_some_and(|next| next.is_capitalised() || next.has(cue::CONNECTOR));
    let speaks = page.mark_is(at + 1, b':')
        && (page.mark_is(at + 2, b'"') || page.mark_is(at + 2, b'\\') && page.mark_is(at + 3, b'"'));
    is_clear && (addresses || is_from || speaks)
}

/// "had given Hallgerdur his address", "Boaz is from Politify": whatever the dictionary says of the word.
pub(super) fn is_spoken_of(page: &Page, at: usize) -> bool {
    let receives = at.checked_sub(1).is_some_and(|before| {
        page.word_is(
            before,
            words!["given", "gave", "sent", "told", "asked", "mailed", "called", "handed"],
        )
    }) && page.word_is(at + 1, words!["his", "her", "their", "a", "the"]);
    let comes = page.starts_sentence(at) && page.word_is(at + 1, words!["is"]) && page.word_is(at + 2, words!["from"]);
    receives || comes
}

/// "Konrad's claim", "Maria's daughter": a possessive before what persons have.
pub(super) fn owns(page: &Page, at: usize) -> bool {
    let owned =
        cue::RELATIVE | cue::OTHER_WORD | cue::PLAN_WORD | cue::ADDRESS_CUE | cue::AGED | cue::PHONE | cue::MRN_WORD;
    page.token(at)
        .is_some_and(|token| token.possessive && !token.has(cue::EPONYM))
        && page.has(at + 1, owned)
}

/// "Ana, Kyle and Rosa": joined to a name already found, or to two given names.
pub(super) fn is_in_list(page: &Page, at: usize) -> bool {
    let joins = |index: usize| page.mark_is(index, b',') || page.word_is(index, words!["and"]);
    let follows_name = at >= 2
        && joins(at - 1)
        && page.found.last().is_some_and(|found| {
            found.kind == PhiKind::Name
                && page
                    .token(at - 2)
                    .is_some_and(|before| before.end as usize == found.end)
        });
    let is_pair = joins_persons(page, at, at + 2) && page.mark_is(at + 1, b'&');
    let leads_names = is_pair
        || joins(at + 1) && part(page, at + 2) == Part::First && joins(at + 3) && part(page, at + 4) == Part::First;
    // "Prakash Subramanian, Abraxane 06/17/24": what is given on a day.
    let is_given_thing = part(page, at) == Part::Unknown
        && page
            .token(at + 1)
            .is_some_and(|next| next.has_digit() && next.gap == Gap::Space);
    // "Otis Marek, Romberg positive"
    let is_finding = page.has(at, cue::EPONYM);
    follows_name
        && (part(page, at) == Part::First || page.mark_is(at - 1, b',') && !is_finding)
        && !is_given_thing
        && page.dictionary(at) & dict::CITY == 0
        || follows_name && part(page, at) == Part::First
        || leads_names && part(page, at) == Part::First
}

/// A capital and small letters only: not "`IgE`".
pub(super) fn is_plain_title(word: &str) -> bool {
    word.bytes().skip(1).all(|byte| !byte.is_ascii_uppercase())
}

/// Nothing but codes and brackets before it in its sentence: its capital says nothing.
pub(super) fn leads(page: &Page, at: usize) -> bool {
    let mut index = at;
    for _ in 0..4 {
        if page.starts_sentence(index) {
            return true;
        }
        let Some(before) = index.checked_sub(1) else {
            return true;
        };
        if !page
            .token(before)
            .is_some_and(|token| token.has_digit() || matches!(token.mark, b'[' | b'(' | b'-' | b'.' | b'*'))
        {
            let is_with = before > 0 && page.word_is(before - 1, words!["w"]);
            return page.mark_is(before, b'/') && !is_with || page.word_is(before, words!["st"]);
        }
        index = before;
    }
    true
}

/// "Maria, 67F", "Maria (DOB …)", "Maria, a 54-year-old", "Okafor, pt of Dr. Shah".
pub(super) fn has_demographics_after(page: &Page, last: usize) -> bool {
    let is_link = |index: usize| {
        page.mark_is(index, b',') || page.mark_is(index, b'(') || page.word_is(index, words!["a", "an", "is"])
    };
    let after_comma = page.mark_is(last + 1, b',') && page.has(last + 2, cue::PERSON);
    let after_links = (last + 1..last + 4)
        .find(|index| !is_link(*index) || *index == last + 3)
        .is_some_and(|index| is_demographic(page, index, index > last + 1));
    after_comma || after_links
}

/// An age, a sex with an age, a birth date's or a record's label.
fn is_demographic(page: &Page, index: usize, is_linked: bool) -> bool {
    let is_sex_and_age = is_linked
        && page.word_is(index, words!["f", "m"])
        && (page.is_digits(index + 1) || page.mark_is(index + 1, b'/') && page.is_digits(index + 2));
    let is_spaced_age = page.is_digits(index)
        && page.word(index).len() <= 3
        && page.word_is(index + 1, words!["f", "m", "yo", "y"])
        && page.gap(index + 1) <= Gap::Space;
    let is_slashed_age =
        page.is_digits(index) && page.has(index + 1, cue::AGE_UNIT | cue::UNIT) && page.mark_is(index + 2, b'/');
    let is_age = page
        .token(index)
        .is_some_and(|token| token.has_digit() && token.len() <= 4 && token.gap <= Gap::Space)
        && (page.word(index).ends_with(['F', 'M', 'f', 'm', 'y'])
            || page.has(index + 1, cue::AGE_UNIT)
            || page.mark_is(index + 1, b'-') && page.has(index + 2, cue::AGE_UNIT | cue::UNIT));
    page.has(index, cue::AGED | cue::MRN_HEAD)
        || page.word_is(index, words!["dos"])
        || is_sex_and_age
        || is_slashed_age
        || is_spaced_age
        || is_age
}

/// What stands around two words says that they name a person: an age, a record, a verb of persons, "for", "RE:", "call".
pub(super) fn is_in_context(page: &Page, lead: usize, tail: usize) -> bool {
    let colon = lead > 0 && page.mark_is(lead - 1, b':');
    let before = if colon { lead - 1 } else { lead };
    let follows_verb = lead.checked_sub(1).is_some_and(|index| {
        page.word_is(
            index,
            words![
                "call", "contact", "saw", "treated", "tell", "notify", "met", "treating", "called",
            ],
        )
    });
    let verb = if page.mark_is(tail + 1, b',') {
        tail + 2
    } else {
        tail + 1
    };
    follows_verb
        || has_generation(page, tail)
        || page.cue_before(before, 1, cue::PERSON_PREP).is_some()
        || page.has(verb, cue::PERSON_VERB) && page.gap(verb) == Gap::Space
        || page.word_is(
            verb,
            words![
                "seen",
                "admitted",
                "treated",
                "discharged",
                "hospitalized",
                "got",
                "gets",
            ],
        )
        || has_demographics_after(page, tail)
        || leads_record(page, tail)
}

/// ", claim #…", "(member # …)", ", insurance ID …" after a name.
pub(super) fn leads_record(page: &Page, last: usize) -> bool {
    const RECORDS: u64 = cue::SSN_HEAD
        | cue::MRN_HEAD
        | cue::PLAN_HEAD
        | cue::ACCOUNT_HEAD
        | cue::PLAN_WORD
        | cue::OTHER_WORD
        | cue::ACCOUNT_WORD
        | cue::AGED;
    let is_open = |index: usize| {
        page.token(index)
            .is_some_and(|token| matches!(token.mark, b',' | b'(' | b'-' | b';'))
    };
    let first = if is_open(last + 1) { last + 2 } else { last + 1 };
    let has_number = (first + 1..first + 4).any(|index| {
        page.token(index)
            .is_some_and(|token| token.has_digit() || token.mark == b'#' || token.has(cue::ID_NOUN))
    });
    page.has(first, RECORDS | cue::PROPER) && page.gap(first) <= Gap::Space && has_number
}
