//! Names without a label: by dictionary, capitals and what stands beside them.

use super::FieldContext;
use super::kinds::PhiKind;
use super::lexicon::{cue, dict};
use super::name_parts::{Part, candidate, part, surname_first};
use super::page::Page;
use super::token::{Gap, Shape};
use super::towns::names_institution;

/// Names without a label: by dictionary and shape.
pub(super) fn shaped(page: &mut Page, at: usize) -> Option<usize> {
    if page.gap(at) == Gap::Glued
        && page
            .before(at)
            .is_some_and(|before| matches!(before.mark, b'-' | b'/' | b'_' | b'.' | b'@' | b'&'))
    {
        return None;
    }
    let found = candidate(page, at, false);
    let last = found.last;
    let names_other = page.has(last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(last + 1) <= Gap::Space
        || page.mark_is(last + 1, b'&')
        || page.word_is(last + 1, &["et"])
        || page.before(at).is_some_and(|before| {
            before.mark == b'&' || before.has(cue::PROPER) && page.gap(at) == Gap::Space && before.is_capitalised()
        });
    let is_upper = found.parts().iter().any(|(_, index)| {
        page.token(*index)
            .is_some_and(|token| token.shape == Shape::Upper && token.len() > 1)
    });
    if names_other {
        return None;
    }
    let score = match found.parts() {
        [] => return None,
        [(only, index)] => single(page, *only, *index, is_upper)?,
        parts => several(page, parts, is_upper)?,
    };
    if page.context == FieldContext::Reference && score < 0.7 {
        return None;
    }
    let last = if found.count == 1 {
        surname_first(page, last, false).unwrap_or(last)
    } else {
        last
    };
    page.report(at, last, PhiKind::Name, score, "name.shape");
    Some(last)
}

/// "maria gonzalez" in small letters: both words are names and nothing else.
pub(super) fn lower_pair(page: &mut Page, at: usize) -> Option<usize> {
    if page.gap(at) == Gap::Glued {
        return None;
    }
    if let Some(last) = lower_surname_first(page, at) {
        page.report(at, last, PhiKind::Name, 0.7, "name.shape");
        return Some(last);
    }
    if part(page, at) != Part::First {
        return None;
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
    let is_name = found.count >= 2 && found.parts().iter().all(is_clear);
    let stands_on_line = page.gap(at) >= Gap::Line && page.gap(at + 1) == Gap::Space && page.gap(at + 2) >= Gap::Line;
    let is_lone_line = stands_on_line
        && page
            .token(at + 1)
            .is_some_and(|next| next.shape == Shape::Lower && next.cues == 0 && next.len() > 3)
        && page.dictionary(at + 1) & dict::WORD == 0;
    if is_lone_line {
        page.report(at, at + 1, PhiKind::Name, 0.6, "name.shape");
        return Some(at + 1);
    }
    let acts = page.has(at + 1, cue::PERSON_VERB)
        && page.token(at).is_some_and(|token| token.len() > 3)
        && page.starts_sentence(at);
    let names_other =
        page.has(found.last + 1, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(found.last + 1) <= Gap::Space;
    if names_other || !(is_name || is_told || acts) {
        return None;
    }
    let last = if is_name || is_told { found.last } else { at };
    page.report(at, last, PhiKind::Name, if is_name { 0.7 } else { 0.5 }, "name.shape");
    Some(last)
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
    (is_given && (has_demographics_after(page, last) || leads_record(page, last))).then_some(last)
}

/// A line that holds two words and nothing else.
fn is_new_line_name(page: &Page, first: usize, last: usize) -> bool {
    page.gap(first) >= Gap::Line
        && page.token(last + 1).is_none_or(|next| next.gap >= Gap::Line)
        && page.token(last).is_some_and(|token| token.len() > 3)
}

/// One word: only with a person's verb, a person's preposition or an age beside it.
pub(super) fn single(page: &Page, part: Part, at: usize, is_upper: bool) -> Option<f32> {
    let known = page.dictionary(at);
    let is_place = known & dict::CITY != 0;
    let comma_given = surname_first(page, at, false).is_some() && !is_place;
    let is_clear_given = page.dictionary(at + 2) & dict::FIRST != 0 && page.dictionary(at + 2) & dict::CITY == 0;
    let comma_given = comma_given
        || is_clear_given
            && !page.token(at)?.possessive
            && page.mark_is(at + 1, b',')
            && page
                .token(at + 2)
                .zip(page.token(at))
                .is_some_and(|(given, surname)| given.shape == surname.shape)
            && page.dictionary(at) & (dict::SURNAME | dict::SURNAME_ORDINARY) != 0;
    let is_blocked = page.has(at, cue::RELATIVE | cue::PROPER) || page.has(at, cue::EPONYM) && !is_clear_given;
    if comma_given && !is_blocked {
        return Some(0.85);
    }
    if part != Part::First && part != Part::Surname && part != Part::Unknown
        || is_upper && !(part.is_strong() && page.token(at)?.len() > 3 && has_demographics_after(page, at))
        || names_institution(page, at)
    {
        return None;
    }
    if part != Part::First {
        let is_human =
            page.has(at + 1, cue::HUMAN_VERB) && page.gap(at + 1) == Gap::Space && !page.has(at, cue::EPONYM);
        let is_told = page.cue_before(at, 1, cue::HUMAN_VERB).is_some()
            && at > 0
            && page.word_is(at - 1, &["said", "says", "told", "asked"]);
        let is_described =
            part == Part::Surname && !is_place && !page.has(at, cue::EPONYM) && has_demographics_after(page, at);
        return (is_human
            || is_told
            || is_described
            || owns(page, at)
            || is_in_list(page, at)
            || is_met(page, at, part))
        .then_some(0.6);
    }
    let token = page.token(at)?;
    let is_eponym = page.has(at, cue::EPONYM);
    let verbs = if is_eponym {
        cue::HUMAN_VERB
    } else {
        cue::HUMAN_VERB | cue::PERSON_VERB
    };
    let acts = page.has(at + 1, verbs) && page.gap(at + 1) == Gap::Space || is_in_list(page, at);
    let is_object = page.cue_before(at, 1, cue::PERSON_PREP).is_some();

    let stands_alone = !is_place
        && !is_eponym
        && known & dict::WORD == 0
        && token.len() > 3
        && is_plain_title(page.word(at))
        && !leads(page, at);
    if acts
        || is_object
        || owns(page, at)
        || has_demographics_after(page, at)
        || is_met(page, at, part)
        || speaks(page, at)
    {
        return Some(0.7);
    }
    (stands_alone && page.context != FieldContext::Reference).then_some(0.5)
}

/// "f/u w/ Nakamura", "spoke w/ Teresa".
fn is_met(page: &Page, at: usize, part: Part) -> bool {
    part.is_strong()
        && at >= 2
        && page.mark_is(at - 1, b'/')
        && page.gap(at) == Gap::Space
        && page.word_is(at - 2, &["w"])
        && !page.has(at, cue::EPONYM)
        && page.dictionary(at) & (dict::WORD | dict::CITY) == 0
        && is_plain_title(page.word(at))
        && !page.has(at + 1, cue::EPONYM_HEAD | cue::UNIT)
}

/// "Oscar, can I …", "Emma: …", "Brenda from …" at the beginning of a sentence.
fn speaks(page: &Page, at: usize) -> bool {
    let is_clear = page.starts_sentence(at)
        && page
            .token(at)
            .is_some_and(|token| token.len() > 2 && !token.has(cue::EPONYM))
        && page.dictionary(at) & (dict::WORD | dict::CITY) == 0;
    let addresses = page.mark_is(at + 1, b',')
        && page.word_is(
            at + 2,
            &[
                "can", "could", "please", "may", "would", "do", "did", "you", "your", "we", "i", "thank", "thanks",
            ],
        );
    let is_from = page.word_is(at + 1, &["from", "with", "at"])
        && page.gap(at + 1) == Gap::Space
        && page
            .token(at + 2)
            .is_some_and(|next| next.is_capitalised() || next.has(cue::CONNECTOR));
    is_clear && (addresses || is_from)
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
    let joins = |index: usize| page.mark_is(index, b',') || page.word_is(index, &["and"]);
    let follows_name = at >= 2
        && joins(at - 1)
        && page.found.last().is_some_and(|found| {
            found.kind == PhiKind::Name
                && page
                    .token(at - 2)
                    .is_some_and(|before| before.end as usize == found.end)
        });
    let leads_names =
        joins(at + 1) && part(page, at + 2) == Part::First && joins(at + 3) && part(page, at + 4) == Part::First;
    follows_name
        && (part(page, at) == Part::First || page.mark_is(at - 1, b','))
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
            let is_with = before > 0 && page.word_is(before - 1, &["w"]);
            return page.mark_is(before, b'/') && !is_with || page.word_is(before, &["st"]);
        }
        index = before;
    }
    true
}

/// "Maria, 67F", "Maria (DOB …)", "Maria, a 54-year-old".
pub(super) fn has_demographics_after(page: &Page, last: usize) -> bool {
    let mut index = last + 1;
    for _ in 0..3 {
        if page.has(index, cue::AGED | cue::MRN_HEAD) || page.word_is(index, &["dos"]) {
            return true;
        }
        let is_sex_and_age = page.word_is(index, &["f", "m"])
            && (page.is_digits(index + 1) || page.mark_is(index + 1, b'/') && page.is_digits(index + 2));
        if is_sex_and_age && index > last + 1 {
            return true;
        }
        let is_slashed_age =
            page.is_digits(index) && page.has(index + 1, cue::AGE_UNIT | cue::UNIT) && page.mark_is(index + 2, b'/');
        if is_slashed_age {
            return true;
        }
        let is_age = page
            .token(index)
            .is_some_and(|token| token.has_digit() && token.len() <= 4 && token.gap <= Gap::Space)
            && (page.word(index).ends_with(['F', 'M', 'f', 'm', 'y'])
                || page.has(index + 1, cue::AGE_UNIT)
                || page.mark_is(index + 1, b'-') && page.has(index + 2, cue::AGE_UNIT | cue::UNIT));
        if is_age {
            return true;
        }
        if !(page.mark_is(index, b',') || page.mark_is(index, b'(') || page.word_is(index, &["a", "an", "is"])) {
            return false;
        }
        index += 1;
    }
    false
}

/// What stands around two words says that they name a person: an age, a record, a verb of persons, "for", "RE:", "call".
fn is_in_context(page: &Page, lead: usize, tail: usize) -> bool {
    let colon = lead > 0 && page.mark_is(lead - 1, b':');
    let before = if colon { lead - 1 } else { lead };
    let follows_verb = lead.checked_sub(1).is_some_and(|index| {
        page.word_is(
            index,
            &[
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
        || page.cue_before(before, 1, cue::PERSON_PREP).is_some()
        || page.has(verb, cue::PERSON_VERB) && page.gap(verb) == Gap::Space
        || page.word_is(verb, &["seen", "admitted", "treated", "discharged", "hospitalized"])
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

/// Two words and more.
pub(super) fn several(page: &Page, parts: &[(Part, usize)], is_upper: bool) -> Option<f32> {
    let words = || parts.iter().filter(|(part, _)| *part != Part::Initial);
    let count = words().count();
    let eponyms = words().filter(|(_, index)| page.has(*index, cue::EPONYM)).count();
    let (lead, lead_at) = *parts.first()?;
    let (tail, tail_at) = *parts.last()?;
    let starts = page.starts_sentence(lead_at);
    let in_context = is_in_context(page, lead_at, tail_at);
    let any_strong =
        words().any(|(part, index)| part.is_strong() && page.token(*index).is_some_and(|token| token.len() > 3));
    if is_upper {
        let strong = words()
            .filter(|(part, index)| part.is_strong() && page.token(*index).is_some_and(|token| token.len() > 2))
            .count();
        return (count >= 2 && strong >= 2 && lead.is_first()).then_some(0.75);
    }
    let both_cities = words().all(|(_, index)| page.dictionary(*index) & dict::CITY != 0);
    let has_initial = parts
        .iter()
        .any(|(part, index)| *part == Part::Initial && *index != lead_at);
    // "Kaplan-Meier": one hyphenated word is no given name and surname.
    let is_one_word = parts.iter().skip(1).all(|(_, index)| page.gap(*index) == Gap::Glued);
    if is_one_word && !in_context && lead != Part::First {
        return None;
    }
    match (lead, count) {
        (Part::First, 2..) if tail.can_be_last() || tail == Part::FirstOrdinary => Some(0.9),
        (Part::First, 1) => None,
        (Part::FirstOrdinary, 2..) if tail.is_strong() && !starts => Some(0.8),
        (Part::FirstOrdinary, 2..)
            if tail.is_strong() || any_strong && !starts || tail.can_be_last() && (in_context || has_initial) =>
        {
            Some(0.7)
        }
        (Part::Surname, 2..) if tail.is_strong() && eponyms == 0 && !both_cities => Some(0.75),
        (Part::Surname | Part::Unknown, 2..)
            if in_context && (tail.can_be_last() || tail.is_first()) && eponyms == 0 =>
        {
            Some(0.7)
        }
        (Part::Unknown, 2..) if tail.is_strong() && eponyms == 0 && (!starts || has_initial) => Some(0.6),
        (Part::Initial, 1) if tail.can_be_last() && in_context && page.mark_is(lead_at + 1, b'.') => Some(0.6),
        (Part::SurnameOrdinary, 2..) if in_context && tail.is_strong() && eponyms == 0 => Some(0.6),
        (Part::Initial, 1) if tail.is_strong() && eponyms == 0 && page.mark_is(lead_at + 1, b'.') => Some(0.65),
        _ => None,
    }
}
