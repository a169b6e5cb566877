//! What a possible name owns, and what stands beside it: "Okafor's potassium", "Bean, 91, fell", "Halvorsen, room 14".

use super::super::key::{WordKey, words};
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{self, class};
use super::evidence::{Evidence, is_lower, over_adverbs};

/// "Okafor's potassium", "Waleed's CK", "Hernandez' lactate".
pub(super) fn owns_thing(page: &Page, last: usize) -> Evidence {
    let is_plural = page.mark_is(last + 1, b'\'')
        && page.gap(last + 1) == Gap::Glued
        && page.word(last).ends_with(['s', 'z', 'x', 'S']);
    let thing = if is_plural { last + 2 } else { last + 1 };
    if !is_plural && !page.token(last).is_some_and(|token| token.possessive) {
        return Evidence::None;
    }
    if page.has(thing, cue::RELATIVE) && is_lower(page, thing) {
        return Evidence::Decisive;
    }
    if page.word_is(thing, words!["been"]) && is_lower(page, thing + 1) {
        return Evidence::Strong;
    }
    // "Okafor's still febrile": the 's stands for "is" or "has".
    let told = over_adverbs(page, thing);
    if words::is(page, told, class::PERSON_STATE) && is_lower(page, told) {
        return Evidence::Strong;
    }
    let is_thing = words::is(page, thing, class::PERSON_THING)
        || words::is(page, thing + 1, class::PERSON_THING) && page.gap(thing + 1) == Gap::Space;
    if is_thing {
        return Evidence::Strong;
    }
    if page.word_is(thing, words!["on", "in", "off", "not", "at", "a"]) {
        return Evidence::Some; // "Prine's on day 10"
    }
    let is_predicate = last > 0
        && page.word_is(last - 1, words!["is", "was", "not"])
        && matches!(page.token(thing).map(|token| token.mark), Some(b'.' | b',' | b'?'));
    if is_predicate {
        return Evidence::Some;
    }
    if page.gap(thing) != Gap::Space || !page.token(thing).is_some_and(Token::is_word) {
        return Evidence::None;
    }
    let is_upper = page
        .token(thing)
        .is_some_and(|token| token.shape == Shape::Upper && token.len() > 1);
    let is_other = page.has(
        thing,
        cue::EPONYM_HEAD
            | cue::ORG_SUFFIX
            | cue::POLICY_DATE
            | cue::CONNECTOR
            | cue::PERSON_VERB
            | cue::PERSON_PREP
            | cue::CODE_CUE,
    ) || page.word_is(thing, OF_COMPANIES);
    if is_upper || is_lower(page, thing) && !is_other {
        Evidence::Some
    } else {
        Evidence::None
    }
}

/// What companies, boards and methods have.
const OF_COMPANIES: &[WordKey] = words![
    "portal",
    "website",
    "edit",
    "edits",
    "biosimilar",
    "vaccine",
    "product",
    "products",
    "list",
    "network",
    "system",
    "booster",
    "generic",
    "brand",
    "patent",
    "rules",
    "staff",
    "reviewer",
    "reviewers",
    "criteria",
    "kappa",
    "alpha",
    "exact",
    "lactate",
    "solution",
    "soap",
    "balm",
    "goal",
];

/// "Bean, 91, fell", "Halvorsen, room 14", "Eudora (102, COPD)", "Papadakis in bed 6", "Brzezicki / MR 771-093".
pub(super) fn is_described(page: &Page, first: usize, last: usize) -> Evidence {
    let open = last + 1;
    let Some(mark) = page.token(open).map(|token| token.mark) else {
        return Evidence::Strong.when(follows_place(page, first));
    };
    let is_marked = matches!(mark, b',' | b'(' | b'-' | b'/' | b':');
    let told = if is_marked || page.word_is(open, words!["in", "at", "weighs"]) {
        open + 1
    } else {
        open
    };
    let is_placed = told > open
        && page.word_is(told, PLACES)
        && (page.is_digits(told + 1) || page.token(told).is_some_and(|token| token.shape == Shape::Upper));
    let is_weighed = told > open && !is_marked && is_measure(page, told);
    let strong = Evidence::Strong.when(is_placed || is_weighed || follows_place(page, first));
    if !is_marked {
        return strong.max(
            Evidence::Strong.when(
                page.word_is(open, words!["pod", "hod"])
                    && page
                        .token(open + 1)
                        .is_some_and(|next| next.has_digit() || next.mark == b'#'),
            ),
        );
    }
    let is_record = mark == b'/'
        && page.has(told, cue::MRN_HEAD | cue::MRN_WORD | cue::AGED)
        && page
            .token(told + 1)
            .is_some_and(|next| next.has_digit() || matches!(next.mark, b'#' | b':'));
    // ", POD 2", "POD#3", ", G2P1 at 39 weeks", ", day 4"
    let is_in_course = page.word_is(told, words!["pod", "hod", "dol", "gravida"])
        || page.word_is(told, words!["day"]) && page.is_digits(told + 1)
        || page
            .token(told)
            .is_some_and(|token| token.shape == Shape::Mixed && token.first == b'g')
            && is_gravidity(page.word(told));
    let is_told = is_in_course
        || mark == b',' && page.word_is(told, words!["she", "he", "she's", "he's", "she'll"])
        || mark == b',' && page.word_is(told, words!["who", "whose"]);
    let opens = page.starts_sentence(first) && (mark != b'-' || page.gap(open) == Gap::Space);
    strong
        .max(Evidence::Strong.when(is_record || is_told || opens && leads_value(page, open)))
        .max(is_aged(page, first, open))
        .max(if matches!(mark, b',' | b'(') {
            is_kin(page, open)
        } else {
            Evidence::None
        })
}

/// Where patients lie.
const PLACES: &[WordKey] = words![
    "bed", "room", "rm", "bay", "icu", "nicu", "picu", "cubicle", "ward", "trolley", "chair", "resus",
];

/// "Bed 14 is Sommerfeld", "bed 15 Alvarenga", "room 12, Halvorsen".
fn follows_place(page: &Page, first: usize) -> bool {
    let link = first
        .checked_sub(1)
        .filter(|link| page.word_is(*link, words!["is"]) || page.mark_is(*link, b','));
    link.unwrap_or(first)
        .checked_sub(2)
        .is_some_and(|place| page.word_is(place, PLACES) && page.is_digits(place + 1))
        && !page.starts_sentence(first)
}

/// "188 kg", "34 weeks".
fn is_measure(page: &Page, at: usize) -> bool {
    page.token(at).is_some_and(Token::has_digit)
        && (page.word_is(at + 1, words!["kg", "weeks", "wks", "months", "years", "lb", "lbs"])
            || page.word(at).ends_with("kg"))
}

/// ", 91, fell", "(102, COPD)", but no list of numbers.
fn is_aged(page: &Page, first: usize, open: usize) -> Evidence {
    let age = open + 1 + usize::from(page.word_is(open + 1, words!["age", "aged"]));
    let is_comma = page.mark_is(open, b',');
    let may_be_age = page.number(age).is_some_and(|years| years < 120) && page.word(age).len() <= 3;
    let has_unit = page.word_is(age + 1, words!["yrs", "years", "yo", "yr", "mos", "months", "y"]);
    let is_called_age = has_unit || age > open + 1;
    let closes = is_called_age
        || page.token(age + 1).is_some_and(|next| matches!(next.mark, b',' | b')'))
        || page.word_is(age + 1, words!["with", "and", "on"]);
    let has_digit = |index: usize| page.token(index).is_some_and(Token::has_digit);
    let is_list = has_digit(age + 1) || has_digit(age + 2) || first > 0 && has_digit(first - 1);
    let is_spaced = page.gap(open) == Gap::Glued || !is_comma && page.gap(open) == Gap::Space;
    let is_open = !page.mark_is(open, b'/') && !page.mark_is(open, b':');
    if !(may_be_age && closes && !is_list && is_spaced && is_open) {
        return Evidence::None;
    }
    // "therapy for Grace, 3 yrs,"
    let is_given = page.dictionary(first) & (dict::FIRST | dict::FIRST_ORDINARY) != 0;
    let is_for = is_called_age
        && is_given
        && !page.has(first, cue::MONTH | cue::EPONYM)
        && page.cue_before(first, 1, cue::PERSON_PREP).is_some();
    Evidence::Strong.max(Evidence::Decisive.when(is_comma && (page.starts_sentence(first) || is_for)))
}

/// ", 4 months", ": 34 weeks", "- K 6.9".
fn leads_value(page: &Page, open: usize) -> bool {
    const AGES: &[WordKey] = words![
        "weeks", "wks", "weeker", "months", "mos", "mo", "days", "yrs", "years", "yo", "y",
    ];
    let told = if page.word_is(open + 1, words!["now", "is", "age", "at", "a"]) {
        open + 2
    } else {
        open + 1
    };
    let is_young = page.is_digits(told) && page.word_is(told + 1, AGES);
    let has_value = !page.mark_is(open, b',')
        && page.token(told).is_some_and(Token::is_word)
        && words::is(page, told, class::PERSON_THING)
        && page.token(told + 1).is_some_and(Token::has_digit);
    is_young || has_value
}

/// "G2P1", "G4P2012".
fn is_gravidity(word: &str) -> bool {
    let is_count = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    let births = word.get(1..).and_then(|rest| rest.split_once(['P', 'p']));
    births.is_some_and(|(before, after)| is_count(before) && is_count(after))
}

/// "Sparrow, a nurse's son", "Okafor, our fellow".
fn is_kin(page: &Page, comma: usize) -> Evidence {
    let is_of_other = page.token(comma + 1).is_some_and(|other| other.possessive) && page.has(comma + 2, cue::RELATIVE);
    if is_of_other || page.word_is(comma + 1, words!["the"]) && page.word_is(comma + 2, words!["one"]) {
        return Evidence::Strong;
    }
    let is_called = page.word_is(comma + 1, words!["a", "an", "the", "our", "my", "her", "his"])
        && (comma + 2..comma + 4)
            .any(|index| page.has(index, cue::RELATIVE | cue::PERSON) || words::is(page, index, class::PERSON_ROLE));
    // "Lee, the 40-year-old in bed 3"
    let unit = comma + 3 + usize::from(page.mark_is(comma + 3, b'-'));
    let is_aged = page.word_is(comma + 1, words!["a", "an", "the", "our"])
        && page.is_digits(comma + 2)
        && (page.has(unit, cue::AGE_UNIT)
            || page.word_is(unit, words!["year"]) && page.word_is(unit + 2, words!["old"]));
    if is_aged {
        return Evidence::Decisive;
    }
    // "tola (sister)"
    let is_bracketed = page.mark_is(comma, b'(') && page.has(comma + 1, cue::RELATIVE) && page.mark_is(comma + 2, b')');
    let is_called = is_called || is_bracketed;
    let is_child = is_called && page.word_is(comma + 1, words!["a", "an"]) && page.has(comma + 3, cue::RELATIVE);
    Evidence::Strong.when(is_called).max(Evidence::Decisive.when(is_child))
}
