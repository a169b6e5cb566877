//! Names in small letters.

use super::super::key::words;
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::near::is_clear_name;
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{self, class};
use super::candidate::candidate;
use super::cited::{is_compared, is_short_form, is_valued};
use super::context::{has_demographics_after, leads_record};
use super::evidence::{Evidence, evidence};
use super::lower_full::leads_degree;
use super::parts::{Part, has_word_ending, looks_clinical, part, syllables};
use super::single::{is_case_or_saint, is_function_word};
use super::told::is_told_of;

/// Shortest surname in small letters.
const LOWER_MIN: usize = 5;

/// "maria gonzalez" in small letters: both words are names and nothing else.
pub(super) fn lower_pair(page: &mut Page, at: usize) -> Option<usize> {
    let opens_quote = page.before(at).is_some_and(|before| matches!(before.mark, b'"' | b'('));
    if page.gap(at) == Gap::Glued && !opens_quote || is_short_form(page, at) {
        return None;
    }
    if let Some(last) =
        syllables(page, at).filter(|last| page.is_informal() && evidence(page, at, *last) > Evidence::None)
    {
        page.report(at, last, PhiKind::Name, 0.5, "name.shape");
        return Some(last);
    }
    if let Some(last) = lower_surname_first(page, at) {
        page.report(at, last, PhiKind::Name, 0.7, "name.shape");
        return Some(last);
    }
    if part(page, at) != Part::First {
        return lower_single(page, at);
    }
    let found = candidate(page, at, true);
    let is_told = found.count == 2
        && found.parts().iter().all(|(part, _)| part.can_be_last())
        && page.token(at).is_some_and(|token| token.len() > 3)
        && (has_demographics_after(page, found.last)
            || leads_record(page, found.last)
            || is_new_line_name(page, at, found.last));
    let is_clear = |(part, index): &(Part, usize)| {
        part.is_strong()
            && page
                .token(*index)
                .is_some_and(|token| token.len() > 3 && token.cues & !(cue::PARTICLE | cue::EPONYM) == 0)
    };
    // "jose ramirez knee replacement": an ordinary word after two clear names may be anyone's surname, and ends the name.
    let clear = found.parts().iter().take_while(|part| is_clear(part)).count();
    let is_name = clear >= 2;
    if is_lone_line(page, at) || leads_initial(page, at) {
        page.report(at, at + 1, PhiKind::Name, 0.6, "name.shape");
        return Some(at + 1);
    }
    let has_birth_date = page.token(at).is_some_and(|token| token.len() > 3)
        && (page.cue_before(at, 1, cue::PERSON_PREP | cue::PERSON).is_some() || is_plain_start(page, at))
        && page.has(at + 1, cue::AGED | cue::MRN_HEAD);
    if has_birth_date {
        page.report(at, at, PhiKind::Name, 0.6, "name.shape");
        return Some(at);
    }
    let acts = page.has(at + 1, cue::PERSON_VERB)
        && page.token(at).is_some_and(|token| token.len() > 3)
        && page.starts_sentence(at);
    let is_half_known = leads_unknown_surname(page, at);
    if is_half_known {
        page.report(at, at + 1, PhiKind::Name, 0.6, "name.shape");
        return Some(at + 1);
    }
    let names_other = page.has(found.last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX)
        && page.gap(found.last + 1) <= Gap::Space
        && !page.word_is(found.last + 2, words!["record", "records", "necessity"]); // "david perez medical record number"
    if names_other || !(is_name || is_told || acts) {
        return lower_single(page, at);
    }
    let last = match found.parts().get(clear.wrapping_sub(1)) {
        Some((_, last)) if is_name => *last,
        _ if is_told => found.last,
        _ => at,
    };
    page.report(at, last, PhiKind::Name, if is_name { 0.7 } else { 0.5 }, "name.shape");
    Some(last)
}

/// "saw delacroix again", "jamal needs a tap", "kowalski's drain": one clear name in small letters among words that tell of a person.
fn lower_single(page: &mut Page, at: usize) -> Option<usize> {
    let is_free = page.token(at).is_some_and(|token| {
        token.shape == Shape::Lower
            && token.cues & !cue::FACILITY_NAME == 0
            && token.len() > 3
            && token.gap > Gap::Glued
    });
    if !is_free || !page.is_informal() || looks_clinical(page, at) {
        return None;
    }
    let next = page.token(at + 1);
    let is_joined =
        next.is_some_and(|next| next.gap == Gap::Glued && matches!(next.mark, b'-' | b'/' | b'_' | b'@' | 0));
    let names_other = page.has(at + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && !page.token(at)?.possessive;
    // "quick check, mcallister, dialysis on tuesdays"
    let goes_on = page.mark_is(at + 3, b',') || page.mark_is(at + 3, b':');
    let is_in_row = at > 2 && page.mark_is(at - 3, b',') || at == 2 && goes_on; // "whipple, puestow, frey, beger"
    let is_called = (1..6).contains(&at) && !is_in_row && page.mark_is(at - 1, b',') && page.mark_is(at + 1, b',');
    let known = page.dictionary(at);
    let is_name = if is_clear_name(known) {
        is_called && known & dict::TOWN == 0
            || leads_degree(page, at)
            || has_demographics_after(page, at)
            || is_told_of(page, at)
            || evidence(page, at, at) > Evidence::None
    } else {
        let is_bodily = page.word_is(at + 2, words!["his", "her"])
            || page.word_is(
                at + 1,
                words![
                    "weighs", "vomited", "fell", "coughs", "fainted", "bled", "seized", "ate", "tore", "bit",
                    "desatted", "refuses", "refused",
                ],
            );
        (known & dict::FIRST_ORDINARY != 0 || known & dict::SURNAME_ORDINARY != 0 && is_bodily)
            && !is_function_word(page, at)
            && evidence(page, at, at) == Evidence::Decisive
    };
    if is_joined || names_other || !is_name {
        return None;
    }
    page.report(at, at, PhiKind::Name, 0.5, "name.shape");
    Some(at)
}

/// "baker, cormac, 4 y/o": a surname and a clear given name in small letters, with an age, a birth date or a record number.
fn lower_surname_first(page: &Page, at: usize) -> Option<usize> {
    if !page.mark_is(at + 1, b',') || page.dictionary(at) & (dict::SURNAME | dict::SURNAME_ORDINARY) == 0 {
        return None;
    }
    let given = at + 2;
    let is_given = page
        .token(given)
        .is_some_and(|token| token.shape == Shape::Lower && token.gap <= Gap::Space && token.len() > 2)
        && page.dictionary(given) & (dict::FIRST | dict::FIRST_ORDINARY) != 0;
    let is_initial = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.len() == 1 && token.is_word())
    };
    let last = if is_initial(given + 1) { given + 1 } else { given };
    // "nwosu,tunde"
    let is_glued = page.gap(given) == Gap::Glued
        && is_clear_name(page.dictionary(at))
        && page.dictionary(given) & (dict::FIRST | dict::WORD) == dict::FIRST;
    let is_lower_given = page.token(given).is_some_and(|token| token.shape == Shape::Lower);
    (is_given && (has_demographics_after(page, last) || leads_record(page, last)) || is_glued && is_lower_given)
        .then_some(last)
}

/// A given name and a word in small letters on a line of their own.
fn is_lone_line(page: &Page, at: usize) -> bool {
    let stands_on_line = page.gap(at) >= Gap::Line && page.gap(at + 1) == Gap::Space && page.gap(at + 2) >= Gap::Line;
    stands_on_line
        && page
            .token(at + 1)
            .is_some_and(|next| next.shape == Shape::Lower && next.cues == 0 && next.len() > 3)
        && page.dictionary(at + 1) & dict::WORD == 0
}

/// "echo done, rosalind t, wants", "for milo q., 5": a clear given name and an initial, set off.
fn leads_initial(page: &Page, at: usize) -> bool {
    let is_initial = page
        .token(at + 1)
        .is_some_and(|token| token.shape == Shape::Lower && token.len() == 1 && token.gap == Gap::Space);
    let is_led = at == 0
        || page.has(at - 1, cue::PERSON | cue::PERSON_PREP)
        || matches!(page.token(at - 1).map(|before| before.mark), Some(b',' | b';' | b':'));
    let stop = at + 2 + usize::from(page.mark_is(at + 2, b'.'));
    let ends = page
        .token(stop)
        .is_none_or(|next| next.gap >= Gap::Line || matches!(next.mark, b',' | b';' | b':'));
    is_initial
        && is_led
        && ends
        && page.word(at).len() > 3
        && page.dictionary(at) & dict::WORD == 0
        && !page.has(at, cue::EPONYM)
}

/// A line that holds two words and nothing else.
fn is_new_line_name(page: &Page, first: usize, last: usize) -> bool {
    page.gap(first) >= Gap::Line
        && page.token(last + 1).is_none_or(|next| next.gap >= Gap::Line)
        && page.token(last).is_some_and(|token| token.len() > 3)
}

/// "by megan fyodorova", "melissa pirogova will": a clear given name and a word no list knows, where persons are spoken of.
fn leads_unknown_surname(page: &Page, at: usize) -> bool {
    let is_unknown = page.token(at + 1).is_some_and(|token| {
        token.shape == Shape::Lower && token.gap == Gap::Space && token.cues == 0 && token.len() > 4 && !token.taken
    }) && page.dictionary(at + 1) == 0
        && !has_word_ending(page.word(at + 1));
    let is_clear_given = page.word(at).len() > 2 && page.dictionary(at) & dict::WORD == 0;
    let colon = at > 0 && page.mark_is(at - 1, b':');
    // "ramp denied, pam adusei, home"
    let is_set_off = at > 0 && page.mark_is(at - 1, b',') && page.mark_is(at + 2, b',');
    is_unknown
        && is_clear_given
        && (colon
            || is_set_off
            || page.cue_before(at, 1, cue::PERSON_PREP).is_some()
            || page.has(at + 2, cue::PERSON_VERB)
            || page.word_is(at + 2, words!["as"]))
}

/// The first word of a sentence, and no word of the language.
fn is_plain_start(page: &Page, at: usize) -> bool {
    page.starts_sentence(at) && page.dictionary(at) & dict::WORD == 0
}

/// "vestibular rehab okonkwo denied": in a text that begins in small letters, a surname of six letters and more that no other list knows.
pub(super) fn lower_alone(page: &mut Page, at: usize) -> Option<usize> {
    const LETTERS_MIN: usize = 6;
    if !page.is_informal() || page.word(at).len() < LETTERS_MIN {
        return None;
    }
    let last = lone_surname(page, at)?;
    // "venturi mask": before a noun it is a thing's name.
    const GOES_ON: u64 =
        cue::PERSON_VERB | cue::HUMAN_VERB | cue::CONNECTOR | cue::PERSON_PREP | cue::PLACE_PREP | cue::PATIENT_DATE;
    let is_noun_next = page.token(last + 1).is_some_and(|next| {
        next.gap <= Gap::Space
            && next.shape == Shape::Lower
            && !next.has(GOES_ON)
            && !page.word(last + 1).ends_with("ed")
            && !page.word_is(last + 1, words!["again", "still", "today", "yesterday"])
    });
    if is_noun_next || is_compared(page, at, last) || is_valued(page, last) {
        return None;
    }
    page.report(at, last, PhiKind::Name, 0.5, "name.shape");
    Some(last)
}

/// "ferreira nplate denied": in a text without capitals, a surname that no other list knows.
pub(super) fn lone_surname(page: &Page, at: usize) -> Option<usize> {
    let token = page.token(at)?;
    let known = page.dictionary(at);
    let is_surname = known & (dict::FIRST | dict::SURNAME) != 0 && known & dict::WORD == 0;
    // "mckinnon-reyes"
    let is_double = page.mark_is(at + 1, b'-')
        && page.gap(at + 1) == Gap::Glued
        && page.gap(at + 2) == Gap::Glued
        && is_clear_name(page.dictionary(at + 2))
        && page
            .token(at + 2)
            .is_some_and(|second| second.cues == 0 && second.len() > 2);
    let last = if is_double { at + 2 } else { at };
    let is_apart = |index: usize| {
        page.token(index).is_none_or(|token: &Token| {
            token.gap != Gap::Glued || matches!(token.mark, b',' | b'.' | b':' | b'?' | b'\'')
        })
    };
    let is_other = page.gap(at) == Gap::Glued && at > 0
        || !is_apart(last + 1)
        || page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX)
        || looks_clinical(page, at)
        || is_case_or_saint(page, at)
        || words::is(page, at, words::PERSONS | class::THING_NAME);
    (is_surname && token.cues == 0 && token.len() >= LOWER_MIN && !is_other).then_some(last)
}
