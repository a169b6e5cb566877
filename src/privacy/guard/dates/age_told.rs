//! Ages without a unit, as people tell them: "who is 94", "Nolan (92)", "Dad, 97, fell".

use super::super::key::words;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{class, is};
use super::context::is_person;

/// Whether a number of 90 and more is told as the age of somebody, beside them; gives its last token.
pub(super) fn told(page: &Page, at: usize, last: usize) -> Option<usize> {
    if measures(page, last + 1) {
        return None;
    }
    let end = years_end(page, last);
    let is_age = is_apposed(page, at, end)
        || leads_sex(page, at, end)
        || follows_copula(page, at, end)
        || end == last && (follows_people(page, at, last) || follows_age_word(page, at));
    is_age.then_some(end)
}

/// "F/93", "95/M": an age joined to a sex.
pub(super) fn is_joined_to_sex(page: &Page, at: usize) -> bool {
    let is_sex = |index: usize| page.word_is(index, words!["f", "m"]);
    let before = at >= 2 && page.mark_is(at - 1, b'/') && is_sex(at - 2);
    before || page.mark_is(at + 1, b'/') && is_sex(at + 2) && !page.mark_is(at + 3, b'/')
}

/// A unit, a percent sign, a decimal: a measure and no age.
fn measures(page: &Page, next: usize) -> bool {
    let is_unit = page.has(next, cue::UNIT) && !page.word_is(next, words!["years", "l", "times"]);
    let is_saturation = page.word_is(next, words!["on", "in"])
        && (page.word_is(
            next + 1,
            words!["ra", "room", "nc", "oxygen", "o2", "bipap", "cpap", "nrb"],
        ) || page.token(next + 1).is_some_and(Token::has_digit) && !page.mark_is(next + 2, b'/'));
    let is_part = page
        .token(next)
        .is_some_and(|token| matches!(token.mark, b'%' | b'/' | b'-' | b'+'));
    is_unit
        || is_saturation
        || is_part
        || page.word_is(
            next,
            words![
                "of",
                "over",
                "percentile",
                "kilos",
                "degrees",
                "pack",
                "proof",
                "codes",
                "to",
            ],
        )
}

/// ", 90 yrs," the token that ends the number with its years.
fn years_end(page: &Page, last: usize) -> usize {
    if page.word_is(last + 1, words!["years", "yrs", "yr", "y"]) {
        last + 1
    } else {
        last
    }
}

/// "Nolan (92)", "Dad, 97, fell", "Patient from the memory unit, 91, DNR".
fn is_apposed(page: &Page, at: usize, last: usize) -> bool {
    let Some(mark) = at
        .checked_sub(1)
        .filter(|mark| page.mark_is(*mark, b',') || page.mark_is(*mark, b'('))
    else {
        return false;
    };
    if page.starts_sentence(at) || !ends_phrase(page, last + 1) {
        return false;
    }
    let follows_initial = mark >= 2
        && page.mark_is(mark - 1, b'.')
        && page
            .token(mark - 2)
            .is_some_and(|initial| initial.shape == Shape::Upper && initial.len() == 1);
    let is_sex = mark > 1
        && page.word_is(mark - 1, words!["m", "f"])
        && page.token(mark - 2).is_some_and(|before| before.shape == Shape::Mark);
    if is_sex && page.mark_is(last + 1, b',') {
        return true; // "Pt: M, 92, CHF"
    }
    let is_set_off = last > at && page.mark_is(mark, b',') && page.mark_is(last + 1, b',');
    let is_retired = mark >= 2 && page.word_is(mark - 2, words!["retired", "former"]);
    follows_initial
        || is_retired
        || is_set_off
        || mark.checked_sub(1).is_some_and(|before| is_named(page, before))
        || begins_with_person(page, mark)
}

/// "92, female, syncope".
fn leads_sex(page: &Page, at: usize, last: usize) -> bool {
    let follows_number = at > 0 && page.mark_is(at - 1, b',') && page.before(at - 1).is_some_and(Token::has_digit);
    !follows_number
        && page.mark_is(last + 1, b',')
        && page.word_is(last + 2, words!["female", "male", "f", "m", "woman", "man"])
}

/// Someone is spoken of earlier in the clause, and no other number since.
fn begins_with_person(page: &Page, mark: usize) -> bool {
    if mark
        .checked_sub(1)
        .is_some_and(|before| is(page, before, class::MEASURE) && !page.word_is(before, words!["unit"]))
    {
        return false;
    }
    let mut at = mark;
    for _ in 0..12 {
        if page.starts_sentence(at) || at == 0 {
            return false;
        }
        at -= 1;
        let Some(token) = page.token(at) else { return false };
        let is_counting = token.has_digit() || matches!(token.mark, b',' | b'(' | b':') || token.has(cue::PERSON_VERB);
        if is_counting {
            return false;
        }
        if token.has(cue::PERSON | cue::RELATIVE)
            || page.word_is(
                at,
                words!["man", "woman", "lady", "gentleman", "resident", "male", "female"],
            )
        {
            return true;
        }
    }
    false
}

/// Whether a token names a person, as a name or as a relative.
fn is_named(page: &Page, index: usize) -> bool {
    const NAMES: u64 = dict::FIRST | dict::FIRST_ORDINARY | dict::SURNAME | dict::SURNAME_ORDINARY;
    const OTHERS: u64 = cue::PROPER | cue::EPONYM | cue::CODE_CUE | cue::MONTH | cue::UNIT | cue::POLICY_DATE;
    let Some(token) = page.token(index) else {
        return false;
    };
    let follows_title = { index.checked_sub(1 + usize::from(index > 0 && page.mark_is(index - 1, b'.'))) }
        .is_some_and(|title| page.has(title, cue::TITLE));
    if page.word_is(index, words!["pt", "patient"]) || follows_title && token.is_capitalised() {
        return true; // "Mr. Williams", whatever else is called so
    }
    let follows_given_name = page
        .before(index)
        .is_some_and(|given| u64::from(given.known) & (dict::FIRST | dict::FIRST_ORDINARY) != 0)
        && token.gap == Gap::Space
        && token.is_capitalised();
    if follows_given_name && token.has(cue::EPONYM) {
        return true; // "Eleanor Whitaker, 102"
    }
    if token.has(OTHERS) || is(page, index, class::MEASURE) {
        return false;
    }
    let known = page.dictionary(index);
    let is_name = match token.shape {
        Shape::Title => known & NAMES != 0 || known & dict::WORD == 0,
        Shape::Upper => token.len() > 3 && known & NAMES != 0,
        Shape::Lower => known & (dict::FIRST | dict::SURNAME) != 0 && known & dict::WORD == 0,
        Shape::Digits | Shape::Mixed | Shape::Mark => false,
    };
    is_name || is_person(page, index) || page.word_is(index, words!["female", "woman"])
}

/// "is 94", "turned 93", "she's 91", "will be 100".
fn follows_copula(page: &Page, at: usize, last: usize) -> bool {
    let mut before = at;
    for _ in 0..3 {
        if page.starts_sentence(before) || before == 0 {
            return false;
        }
        before -= 1;
        if !page.word_is(
            before,
            words![
                "now", "just", "almost", "nearly", "already", "only", "about", "a", "one", "still",
            ],
        ) {
            break;
        }
    }
    if page.word_is(
        before,
        words!["he's", "she's", "who's", "dad's", "mom's", "he'll", "she'll"],
    ) {
        return ends_phrase(page, last + 1);
    }
    let is_contracted =
        page.token(before).is_some_and(|token| token.possessive) && before + 1 == at && is_person(page, before);
    if is_contracted || page.word_is(before, words!["turn", "turned", "turns", "turning", "reached"]) {
        return ends_phrase(page, last + 1);
    }
    let is_copula = page.word_is(before, words!["is", "was", "be", "hit"]);
    let names_man = (2..=4)
        .filter_map(|back| before.checked_sub(back))
        .any(|index| page.word_is(index, words!["man", "woman", "lady", "gentleman", "resident"]));
    let subject = before.checked_sub(1).map(|index| {
        if page.word_is(index, words!["will", "would", "just", "has", "now"]) {
            index.saturating_sub(1)
        } else {
            opening_of_apposition(page, index).unwrap_or(index)
        }
    });
    is_copula
        && ends_phrase(page, last + 1)
        && subject.is_some_and(|subject| {
            is_named(page, subject) && !page.word_is(subject, words!["his", "her", "hers", "my"])
                || names_man && page.token(subject).is_some_and(|token| token.shape == Shape::Mixed)
        })
}

/// "my grandmother, Ida Moss, is": the word before the name that two commas set off.
fn opening_of_apposition(page: &Page, comma: usize) -> Option<usize> {
    const WORDS_MAX: usize = 5;
    let closes = page.mark_is(comma, b',') && !page.starts_sentence(comma);
    let opening = (2..=WORDS_MAX + 1)
        .filter_map(|back| comma.checked_sub(back))
        .find(|index| page.mark_is(*index, b','))?;
    { opening.checked_sub(1) }.filter(|person| closes && page.has(*person, cue::PERSON | cue::RELATIVE))
}

/// "Pt 94, afib", "man of 91", "lady of ninety-six", "at 92 she".
fn follows_people(page: &Page, at: usize, last: usize) -> bool {
    let Some(before) = at.checked_sub(1).filter(|_| !page.starts_sentence(at)) else {
        return false;
    };
    let is_of =
        page.word_is(before, words!["of"]) && before.checked_sub(1).is_some_and(|person| is_person(page, person));
    let is_shy = page.word_is(before, words!["of"]) && before > 0 && page.word_is(before - 1, words!["shy", "short"]);
    let comma = usize::from(page.mark_is(last + 1, b','));
    let is_at = page.word_is(before, words!["at"])
        && page.word_is(last + 1 + comma, words!["he", "she", "his", "her", "my", "mom", "dad"]);
    let is_patient = page.word_is(before, words!["pt", "patient", "resident", "f", "female", "male"])
        && (page.mark_is(last + 1, b',') || page.word_is(last + 1, words!["with", "w", "who"]));
    (is_of || is_shy) && ends_phrase(page, last + 1) || is_at || is_patient
}

/// "aged ninety-three", "nearly ninety-five".
fn follows_age_word(page: &Page, at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| {
        page.word_is(
            before,
            words!["aged", "age", "nearly", "almost", "pushing", "approaching"],
        )
    }) && !page.is_digits(at)
}

/// Whether the clause ends or goes on with grammar: a number before a noun counts things.
fn ends_phrase(page: &Page, next: usize) -> bool {
    let Some(token) = page.token(next) else { return true };
    let goes_on_with_number = token.mark == b',' && page.is_digits(next + 1);
    if goes_on_with_number {
        return false;
    }
    page.starts_sentence(next)
        || token.shape == Shape::Mark
        || token.has(cue::CONNECTOR | cue::PERSON_VERB | cue::PERSON_PREP | cue::PLACE_PREP) && !token.has(cue::UNIT)
        || page.word_is(
            next,
            words![
                "last",
                "next",
                "today",
                "tomorrow",
                "w",
                "dnr",
                "living",
                "lives",
                "yesterday",
                "years",
                "soon",
                "still",
                "also",
                "both",
            ],
        )
}
