//! Names without a label: by dictionary, capitals and what stands beside them.

use super::super::FieldContext;
use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{SURNAMES, cue, dict};
use super::super::page::Page;
use super::super::places::towns::names_institution;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{self, class};
use super::candidate::{Candidate, candidate, surname_first};
use super::cited::{has_value, is_cited, is_graded, is_month_of_claims, is_week_day};
use super::context::{has_demographics_after, is_in_context, joins_persons};
use super::evidence::{Evidence, evidence};
use super::parts::{Part, is_hyphenated_given, syllables};
use super::phrases::{ends_clause, is_listed, leads_age};
use super::single::{hyphenated, is_case_or_saint, is_function_word, is_one_word, single};
use super::things::{in_row_of_things, is_among_things, is_edition, leads_chart_number};
use super::weighed::{is_weighty, signs_off};

/// Names without a label: by dictionary and shape.
pub(super) fn shaped(page: &mut Page, at: usize) -> Option<usize> {
    if page.gap(at) == Gap::Glued
        && page
            .before(at)
            .is_some_and(|before| matches!(before.mark, b'-' | b'/' | b'_' | b'.' | b'@' | b'&'))
    {
        return None;
    }
    if let Some(last) = syllables(page, at).filter(|last| evidence(page, at, *last) > Evidence::None) {
        page.report(at, last, PhiKind::Name, 0.6, "name.shape");
        return Some(last);
    }
    let found = candidate(page, at, false);
    if found.count == 0 {
        return None;
    }
    let last = found.last;
    let names_other = names_thing(page, &found)
        || is_cited(page, at, last)
        || is_week_day(page, at)
        || is_month_of_claims(page, at)
        || has_value(page, at, last)
        || is_graded(page, at, last)
        || page.mark_is(last + 1, b'&') && !joins_persons(page, at, last + 2)
        || page.word_is(last + 1, words!["et"])
        || page.before(at).is_some_and(|before| {
            before.mark == b'&' && !(at >= 2 && joins_persons(page, at - 2, at))
                || before.has(cue::PROPER)
                    && page.gap(at) == Gap::Space
                    && before.is_capitalised()
                    && !words::is(page, at - 1, class::WEEK_DAY)
                    && !page.word_is(at - 1, words!["np", "pa", "rn", "md", "lpn", "do", "pt", "ot", "slp"])
        });
    let is_upper = found.parts().iter().any(|(_, index)| {
        page.token(*index)
            .is_some_and(|token| token.shape == Shape::Upper && token.len() > 1)
    });
    let is_lone = found.count == 1 || is_one_word(page, found.parts());
    let in_row = is_lone
        && (in_row_of_things(page, at, last) || is_among_things(page, at))
        && evidence(page, at, last) < Evidence::Decisive;
    if names_other || in_row || is_lone && is_edition(page, last) || names_institution(page, at) {
        return None;
    }
    let score = match found.parts() {
        [] => return None,
        [(only, index)] => {
            let score = single(page, *only, *index, is_upper);
            score.or_else(|| weighed(page, &found, is_upper))?
        }
        parts if parts.len() > 1 && is_one_word(page, parts) => {
            let score = hyphenated(page, parts, is_upper);
            score.or_else(|| weighed(page, &found, is_upper))?
        }
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

/// One word that its sentence makes a name, where nothing surer does.
fn weighed(page: &Page, found: &Candidate, is_upper: bool) -> Option<f32> {
    let (kind, first) = *found.parts().first()?;
    let may_be_calling = page.starts_sentence(first) || page.dictionary(first) & dict::WORD != 0;
    let is_other = is_upper || may_be_calling && is_function_word(page, first) || is_case_or_saint(page, first);
    (!is_other && is_weighty(page, kind, first, found.last)).then_some(0.5)
}

/// What follows makes it the name of a thing: "Apgar score", "Bard Medical". What a person has does not: "Kowalczuk's drain"; nor another person:
/// "Takeshi Morimoto vs Takashi Morimoto".
fn names_thing(page: &Page, found: &Candidate) -> bool {
    let next = found.last + 1;
    let is_owned = page
        .token(found.last)
        .is_some_and(|token| token.possessive && !token.has(cue::EPONYM))
        && (words::is(page, next, class::PERSON_THING)
            || found.count > 1 && matches!(found.parts().first(), Some((Part::First, _))));
    let is_versus = found.count > 1
        && page.word_is(next, words!["vs", "v"])
        && page.token(next + 1).is_some_and(Token::is_capitalised);
    let is_head = page.has(next, cue::EPONYM_HEAD | cue::ORG_SUFFIX) && page.gap(next) <= Gap::Space;
    is_head && !is_owned && !is_versus && !leads_chart_number(page, next)
}

/// "Okafor, Chidinma", "BAKER, JOHN".
pub(super) fn is_surname_before_given(page: &Page, at: usize) -> bool {
    let (known, given) = (page.dictionary(at), page.dictionary(at + 2));
    let is_clear_given = given & dict::FIRST != 0 && given & dict::CITY == 0;
    let has_one_case = page
        .token(at + 2)
        .zip(page.token(at))
        .is_some_and(|(given, surname)| given.shape == surname.shape && !surname.possessive);
    let is_clear = is_clear_given
        && has_one_case
        && page.mark_is(at + 1, b',')
        && known & (dict::SURNAME | dict::SURNAME_ORDINARY) != 0;
    let is_clear = is_clear
        || known & dict::SURNAME != 0
            && known & (dict::WORD | dict::CITY) == 0
            && has_one_case
            && page.mark_is(at + 1, b',')
            && page
                .token(at + 2)
                .is_some_and(|given| given.len() > 2 && given.is_capitalised() && given.cues == 0)
            && has_demographics_after(page, at + 2);
    // "Carnett, Murphy, Rovsing": surnames in a row, as eponyms are told of.
    let is_eponym = page.has(at, cue::EPONYM) && !is_clear_given;
    let are_surnames =
        given & dict::SURNAME != 0 && [at, at + 2, at + 4].iter().any(|index| page.has(*index, cue::EPONYM));
    let is_blocked = page.token(at).is_none_or(|token| token.possessive)
        || page.has(at, cue::RELATIVE | cue::PROPER)
        || page.has(at, cue::EPONYM_HEAD) && page.before(at).is_some_and(|before| before.possessive)
        || is_eponym
        || are_surnames;
    !is_blocked && (is_clear || known & dict::CITY == 0 && surname_first(page, at, false).is_some())
}

/// Two words and more.
pub(super) fn several(page: &Page, parts: &[(Part, usize)], is_upper: bool) -> Option<f32> {
    let words = || parts.iter().filter(|(part, _)| *part != Part::Initial);
    let count = words().count();
    let eponyms = words().filter(|(_, index)| page.has(*index, cue::EPONYM)).count();
    let initials = parts.len() - count;
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
    let is_hyphenated = page.dictionary(lead_at) & dict::WORD == 0 && is_hyphenated_given(page, lead_at);
    if lead == Part::Initial
        && page.word(lead_at) == "O"
        && page.gap(tail_at) == Gap::Space
        && tail != Part::Initial
        && page.word(tail_at).len() > 4
    {
        return Some(0.6); // "Ó Súilleabháin"
    }
    match (lead, count) {
        (Part::First, 2..) if tail.can_be_last() || tail == Part::FirstOrdinary => Some(0.9),
        // "Ahmed K.", "Nguyen T., 54M", "Tavi Q., 5,"
        (Part::First | Part::Surname | Part::Unknown, 1) => {
            let stop = tail_at + 1;
            let is_told = lead == Part::First || has_demographics_after(page, stop) || leads_age(page, stop);
            (eponyms == 0 && page.mark_is(stop, b'.') && page.word(lead_at).len() > 3 && is_told).then_some(0.6)
        }
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
        (Part::Initial, 1) if tail.can_be_last() && signs_off(page, lead_at, tail_at) => Some(0.6),
        (Part::Initial, 1..) if initials > 1 && tail.is_strong() && eponyms == 0 => Some(0.65),
        // "H. B. Jones,", "R. T. Tuiasosopo,": with stops, two are no thing's.
        (Part::Initial, 1) if initials > 1 && tail.can_be_last() && has_stops(page, lead_at, tail_at) => Some(0.6),
        (Part::SurnameOrdinary, 2..) if in_context && tail.is_strong() && eponyms == 0 => Some(0.6),
        (Part::Initial, 1) if tail.is_strong() && eponyms == 0 && page.mark_is(lead_at + 1, b'.') => Some(0.65),
        (Part::FirstOrdinary, 2) if !starts && initials == 0 && is_set_apart(page, lead_at, tail_at) => Some(0.6),
        (Part::FirstOrdinary, 2) | (Part::Initial, 1) if owns_something(page, lead_at, tail_at) => Some(0.6),
        (Part::FirstOrdinary, 2..) if is_hyphenated && tail.can_be_last() => Some(0.7),
        _ => None,
    }
}

/// "H. B. Jones,": two initials with stops before a word that is a name or none, at the end of its clause.
fn has_stops(page: &Page, lead: usize, tail: usize) -> bool {
    tail == lead + 4
        && page.mark_is(lead + 3, b'.')
        && page.gap(tail) == Gap::Space
        && page.dictionary(tail) & dict::WORD == 0
        && ends_clause(page, tail)
}

/// "Mason Carpenter's casting", "C. Chase's infusion": what a person has, after a surname that is a word.
fn owns_something(page: &Page, lead: usize, tail: usize) -> bool {
    let is_apart = page.mark_is(lead + 1, b'.') || tail == lead + 1;
    is_apart
        && page
            .token(tail)
            .is_some_and(|token| token.possessive && token.shape == Shape::Title)
        && is_listed(page, tail, SURNAMES)
        && !page.has(tail, cue::FACILITY_HEAD | cue::FACILITY_GENERIC | cue::PLACE_TAIL)
        && (tail + 1..tail + 4).any(|thing| {
            page.gap(thing) == Gap::Space
                && (words::is(page, thing, class::PERSON_THING) || page.has(thing, cue::RELATIVE))
        })
        && !words::is(page, lead, class::OF_FORM)
}

/// "the wrong Faith Sharp,", "from Grant Long (POA)": two capitals among small letters, a given name and a surname, that mean no thing.
fn is_set_apart(page: &Page, lead: usize, tail: usize) -> bool {
    const ASKING: &[WordKey] = words![
        "is", "was", "does", "did", "can", "should", "has", "saw", "could", "would",
    ];
    let is_small = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Lower && token.gap <= Gap::Space)
    };
    let is_led = lead.checked_sub(1).is_some_and(|before| {
        is_small(before) && !page.word_is(before, words!["the", "a", "an", "and", "or"])
            || page.starts_sentence(before) && page.word_is(before, ASKING)
            || words::is(page, before, class::DEGREE)
    });
    let ends = is_small(tail + 1)
        || page
            .token(tail + 1)
            .is_none_or(|next| matches!(next.mark, b',' | b'.' | b';' | b'?' | b'(' | b':'));
    let is_borne = tail == lead + 1
        && page.gap(tail) == Gap::Space
        && page.dictionary(tail) & (dict::SURNAME | dict::SURNAME_ORDINARY) != 0
        && !words::is(page, lead, class::OF_FORM)
        && !words::is(page, tail, class::OF_FORM)
        && !page.has(
            tail,
            cue::EPONYM_HEAD | cue::ORG_SUFFIX | cue::FACILITY_HEAD | cue::FACILITY_GENERIC | cue::PLACE_TAIL,
        );
    is_led && ends && is_borne
}
