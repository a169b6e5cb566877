//! Ages over 89. "90 or older" is the aggregate the rule asks for and passes, as do limits and ranges of a policy.

use super::super::index::Interest;
use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::age_told::{is_joined_to_sex, told};

const FIRST_PROTECTED_AGE: u32 = 90;
const LAST_AGE: u32 = 125;

pub(in super::super) fn find(page: &mut Page) {
    let mut from = 0;
    while let Some(at) = page.next(Interest::Age, from) {
        from = at + 1;
        let Some(token) = page.token(at).copied() else {
            break;
        };
        let last = match token.shape {
            Shape::Digits => numeric(page, at),
            Shape::Mixed => joined(page, at).or_else(|| spelled(page, at, &token)),
            Shape::Lower | Shape::Title | Shape::Upper => spelled(page, at, &token),
            Shape::Mark => None,
        };
        if let Some(last) = last
            && !is_limit(page, at, last)
        {
            page.report(at, last, PhiKind::AgeOver89, 0.9, "age.over_89");
        }
    }
}

fn is_protected(age: u32) -> bool {
    (FIRST_PROTECTED_AGE..=LAST_AGE).contains(&age)
}

/// "94-year-old", "94 yo", "94 years old", "aged 94", "age: 94", "94 F".
fn numeric(page: &Page, at: usize) -> Option<usize> {
    let is_number = page.word(at).len() <= 3
        && page.number(at).is_some_and(is_protected)
        && !is_fraction(page, at)
        && !follows_group_code(page, at);
    if !is_number {
        return None;
    }
    if is_joined_to_sex(page, at) {
        return Some(at);
    }
    let unit = unit_end(page, at + 1).or_else(|| years_of_sex(page, at));
    unit.or_else(|| told(page, at, at)).or_else(|| {
        let is_aged = page.cue_before(at, 3, cue::AGED).is_some_and(|cue_at| {
            (cue_at + 1..at).all(|index| {
                page.has(index, cue::CONNECTOR)
                    || page
                        .token(index)
                        .is_some_and(|token| matches!(token.mark, b':' | b'=' | b'-'))
            })
        });
        let is_plain = (!page.has(at + 1, cue::UNIT) || is_in_years_of_one(page, at)) && !page.mark_is(at + 1, b'%');
        (is_aged && is_plain || is_sex(page, at + 1) && page.gap(at + 1) <= Gap::Space).then_some(at)
    })
}

/// "patient aged 94 years", and not "patients aged 90 years".
fn is_in_years_of_one(page: &Page, at: usize) -> bool {
    const ONE: &[WordKey] = words![
        "patient",
        "pt",
        "man",
        "woman",
        "lady",
        "gentleman",
        "male",
        "female",
        "mother",
        "father",
        "member",
    ];
    page.word_is(at + 1, words!["years", "yrs"]) && at.checked_sub(2).is_some_and(|one| page.word_is(one, ONE))
}

/// "93 y F", "91 yrs male".
fn years_of_sex(page: &Page, at: usize) -> Option<usize> {
    (page.word_is(at + 1, words!["y", "yr", "yrs", "years"]) && is_sex(page, at + 2)).then_some(at + 2)
}

/// Part of a longer number: "1/94", "94.5", "120/94".
fn is_fraction(page: &Page, at: usize) -> bool {
    let glued = |index: usize| {
        page.gap(index) == Gap::Glued
            && page
                .token(index)
                .is_some_and(|token| matches!(token.mark, b'/' | b'.' | b'-'))
    };
    let before = at.checked_sub(1).is_some_and(|before| {
        page.gap(at) == Gap::Glued
            && page
                .token(before)
                .is_some_and(|token| matches!(token.mark, b'/' | b'.' | b'-'))
            && page.before(before).is_some_and(Token::has_digit)
    });
    before || glued(at + 1) && page.gap(at + 2) == Gap::Glued && page.token(at + 2).is_some_and(Token::has_digit)
}

/// "CO-97", "PR-96": the reason of a remittance, behind its group.
fn follows_group_code(page: &Page, at: usize) -> bool {
    let Some([group, hyphen]) = at.checked_sub(2).and_then(|first| page.tokens.get(first..at)) else {
        return false;
    };
    let is_joined = page.gap(at) == Gap::Glued && hyphen.gap == Gap::Glued && hyphen.mark == b'-';
    is_joined && group.is_word() && group.len() == 2
}

/// The last token of "-year-old", "yo", "y/o", "years old", "years of age" from `at`.
fn unit_end(page: &Page, at: usize) -> Option<usize> {
    let mut index = at;
    if page.mark_is(index, b'-') {
        index += 1;
    }
    if page.gap(index) > Gap::Line {
        return None;
    }
    if page.word_is(index, words!["yo", "yof", "yom", "yoa"]) {
        return Some(index);
    }
    if page.word_is(index, words!["y"])
        && (page.mark_is(index + 1, b'/') || page.mark_is(index + 1, b'.') || page.mark_is(index + 1, b'-'))
        && page.word_is(index + 2, words!["o"])
    {
        return Some(index + 2);
    }
    if !page.word_is(index, words!["year", "years", "yr", "yrs"]) {
        return None;
    }
    let mut next = index + 1;
    while page.mark_is(next, b'-') || page.mark_is(next, b'.') {
        next += 1;
    }
    if page.word_is(next, words!["old", "young", "old's"]) {
        return Some(next);
    }
    (page.word_is(next, words!["of"]) && page.word_is(next + 1, words!["age"])).then_some(next + 1)
}

fn is_sex(page: &Page, at: usize) -> bool {
    page.word_is(
        at,
        words![
            "f",
            "m",
            "female",
            "male",
            "woman",
            "man",
            "lady",
            "gentleman",
            "patient",
        ],
    ) && !page.mark_is(at + 1, b'.')
        && !page.mark_is(at + 1, b'-')
}

/// "94F", "94yo", "94y", "94yof".
fn joined(page: &Page, at: usize) -> Option<usize> {
    let word = page.word(at);
    let letters = word.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = word.split_at_checked(letters)?;
    if unit.eq_ignore_ascii_case("th") || unit.eq_ignore_ascii_case("st") || unit.eq_ignore_ascii_case("nd") {
        let is_birthday = page.word_is(at + 1, words!["birthday"]) && number.parse().is_ok_and(is_protected);
        return is_birthday.then_some(at + 1);
    }
    let is_unit = ["f", "m", "yo", "y", "yof", "yom", "yr", "yrs"]
        .iter()
        .any(|known| unit.eq_ignore_ascii_case(known));
    let is_opened = page
        .before(at)
        .is_some_and(|before| matches!(before.mark, b'(' | b',' | b'/' | b'['));
    if unit.eq_ignore_ascii_case("ish") {
        return (is_sex(page, at + 1) && number.parse().is_ok_and(is_protected)).then_some(at);
    }
    let is_measure = page.gap(at) == Gap::Glued && !is_opened
        || unit == "m"
            && page
                .before(at)
                .is_some_and(|before| before.mark == 0 && !before.has(cue::PERSON | cue::CONNECTOR | cue::NAME_LABEL));
    (is_unit && !is_measure && number.parse().is_ok_and(is_protected)).then_some(at)
}

/// "ninety-four-year-old", "a hundred and two years old", "nonagenarian", "in her nineties".
fn spelled(page: &Page, at: usize, token: &Token) -> Option<usize> {
    if !token.has(cue::AGE_WORD) {
        return None;
    }
    if page.word_is(at, words!["nonagenarian", "centenarian", "supercentenarian"]) {
        return Some(at);
    }
    if page.word_is(at, words!["nineties", "90s"]) {
        let is_somebodys = (1..=4).any(|back| {
            let between = (1..back).all(|step| {
                page.word_is(at - step, words!["early", "mid", "late", "-"]) || page.mark_is(at - step, b'-')
            });
            at.checked_sub(back)
                .is_some_and(|index| page.word_is(index, words!["her", "his", "their", "my"]) && between)
        });
        return is_somebodys.then_some(at);
    }

    let mut index = at + 1;
    while page.mark_is(index, b'-')
        || page.word_is(
            index,
            words![
                "and", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
            ],
        )
    {
        if index > at + 4 {
            return None;
        }
        index += 1;
    }
    let unit = if page.mark_is(index - 1, b'-') {
        index - 1
    } else {
        index
    };
    unit_end(page, unit).or_else(|| {
        let trailing = (at + 1..unit)
            .rev()
            .take_while(|end| page.word_is(*end, words!["and"]))
            .count();
        told(page, at, unit - 1 - trailing)
    })
}

/// "over 90", "90 or older", "ages 65-95", "≥ 90": a limit, nobody's age.
fn is_limit(page: &Page, at: usize, last: usize) -> bool {
    let follows = page.word_is(last + 1, words!["or", "and"])
        && page.word_is(
            last + 2,
            words!["older", "over", "above", "up", "greater", "more", "younger"],
        )
        || page.mark_is(last + 1, b'+')
        || page.mark_is(at + 1, b'+')
        || page.word_is(last + 1, words!["plus", "limit", "cutoff", "maximum", "minimum"])
        || page.mark_is(at + 1, b'-') && page.is_digits(at + 2) && page.gap(at + 2) == Gap::Glued;
    let is_range = page.word_is(last + 1, words!["to", "through", "and", "or"]) && page.is_digits(last + 2);
    let before = |step: usize, words: &[WordKey]| at.checked_sub(step).is_some_and(|index| page.word_is(index, words));
    let precedes = before(
        1,
        words![
            "over", "above", "under", "below", "exceeds", "than", "beyond", "through", "maximum", "least", "until",
        ],
    ) || at
        .checked_sub(1)
        .is_some_and(|index| matches!(page.token(index).map_or(0, |token| token.mark), b'>' | b'<'))
        || before(1, words!["age", "aged", "ages"])
            && before(
                2,
                words!["over", "above", "under", "below", "than", "to", "past", "until"],
            )
        || (before(1, words!["to", "and"]) || at.checked_sub(1).is_some_and(|index| page.mark_is(index, b'-')))
            && at.checked_sub(2).is_some_and(|index| page.is_digits(index));
    follows || precedes || is_range
}
