//! What makes a name in a text the name of a thing: what it heads, what it is joined to, and the row it stands in.

use super::super::key::{WordKey, words};
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::super::words::{self, class};

/// An eponym's head, another capital, a number, an article or a choice beside it: no person.
pub(super) fn is_thing(page: &Page, first: usize, last: usize) -> bool {
    let next = last + 1;
    let has_head = (next..next + 3)
        .take_while(|index| {
            page.gap(*index) == Gap::Space
                && page.token(*index).is_some_and(Token::is_word)
                && !page.has(*index, FUNCTION)
        })
        .any(|index| page.has(index, cue::EPONYM_HEAD | cue::ORG_SUFFIX))
        && !page.token(last).is_some_and(|token| token.possessive);
    let follows_article = first.checked_sub(1).is_some_and(|before| {
        page.word_is(
            before,
            words!["the", "a", "an", "this", "each", "every", "no", "any", "vs", "versus"],
        )
    });
    let is_family = page.word_is(next, FAMILIES) || is_on_list(page, next);
    let is_numbered = page
        .token(next)
        .is_some_and(|token| token.has_digit() && token.gap == Gap::Space)
        || is_edition(page, last);
    let leads_state = page.mark_is(next, b',') && page.has(next + 1, cue::STATE | cue::STATE_ABBR);
    leads_state
        || has_head
        || follows_article && !is_family
        || is_numbered
        || joins_capital(page, first, last)
        || is_among_things(page, first)
        || in_row_of_things(page, first, last)
}

/// Words that lead on to another thing.
pub(super) const FUNCTION: u64 =
    cue::CONNECTOR | cue::PERSON_PREP | cue::PLACE_PREP | cue::PERSON_VERB | cue::HUMAN_VERB | cue::NEGATION;

/// A name that brands and programs bear too, with another such beside it: "Is Yasmin the same as Yaz?", "Jira has the defects, Grafana the counts".
pub(super) fn is_among_things(page: &Page, at: usize) -> bool {
    const REACH: usize = 12;
    words::is(page, at, class::THING_NAME)
        && (at.saturating_sub(REACH)..at + REACH)
            .filter(|index| *index != at)
            .any(|index| {
                words::is(page, index, class::THING_NAME) && page.token(index).is_some_and(Token::is_capitalised)
            })
}

/// "Bayley-4".
pub(super) fn is_edition(page: &Page, last: usize) -> bool {
    page.mark_is(last + 1, b'-')
        && page.gap(last + 1) == Gap::Glued
        && page.token(last + 2).is_some_and(Token::has_digit)
}

/// "Delacruz chart 5590213": the number of somebody's chart, where "Snellen chart" is none.
pub(super) fn leads_chart_number(page: &Page, next: usize) -> bool {
    let is_number = |index: usize| page.token(index).is_some_and(Token::has_digit);
    let is_joined = page.mark_is(next + 2, b'-') || page.mark_is(next + 1, b'#');
    page.word_is(next, words!["chart", "mrn"])
        && (is_number(next + 1) || is_joined && (next + 2..next + 4).any(is_number))
}

/// "the Adeyemi family", "the Brennan twins".
pub(super) const FAMILIES: &[WordKey] = words![
    "family",
    "twins",
    "sisters",
    "brothers",
    "boy",
    "girl",
    "baby",
    "child",
    "children",
    "kids",
    "lad",
    "household",
];

/// "a Beauregard on my schedule".
pub(super) fn is_on_list(page: &Page, next: usize) -> bool {
    page.word_is(next, words!["on", "in"]) && page.word_is(next + 1, words!["my", "our"])
}

/// "Barostim Neo", "Sage Works": a further capitalised word that is no part of the name.
fn joins_capital(page: &Page, first: usize, last: usize) -> bool {
    let is_capital = |index: usize| {
        page.token(index)
            .is_some_and(|token| token.is_capitalised() && token.len() > 1 && page.gap(index) == Gap::Space)
    };
    let follows = first.checked_sub(1).is_some_and(|before| {
        is_capital(before)
            && page.gap(first) == Gap::Space
            && !page.token(before).is_some_and(|token| token.taken)
            && !words::is(page, before, class::WEEK_DAY)
            && !page.has(before, cue::PERSON | cue::RELATIVE)
            && page.dictionary(before) & dict::WORD == 0
            && !words::is(page, before, words::PERSONS | class::GREETING)
    });
    let is_other =
        page.has(last + 1, cue::PROPER | cue::EPONYM | cue::ORG_SUFFIX) || page.dictionary(last + 1) & dict::WORD != 0;
    let is_other = is_other || page.dictionary(last) & dict::FIRST == 0;
    let is_owner = page.token(last).is_some_and(|token| token.possessive);
    let leads = is_capital(last + 1) && is_other && !page.starts_sentence(last + 1) && !is_owner;
    follows || leads
}

/// Words of a row that are looked at on either side.
pub(super) const ROW_REACH: usize = 6;

/// "Camila, Errin, Heather", "Paget, Addison and Conn", "R, Python, Julia and Stan": a row of single capitalised words with a thing among them.
pub(super) fn in_row_of_things(page: &Page, first: usize, last: usize) -> bool {
    let mut at = last;
    for _ in 0..ROW_REACH {
        let Some(next) = row_next(page, at) else { break };
        if names_thing(page, next) {
            return true;
        }
        at = next;
    }
    if at > last && page.has(at + 1, cue::EPONYM_HEAD) && page.gap(at + 1) == Gap::Space {
        return true; // "Katz and Lawton indices"
    }
    at = first;
    for _ in 0..ROW_REACH {
        let Some(before) = row_before(page, at) else { break };
        if names_thing(page, before) || is_code(page, before) {
            return true;
        }
        at = before;
    }
    false
}

pub(super) fn is_link(page: &Page, at: usize) -> bool {
    page.token(at)
        .is_some_and(|token| matches!(token.mark, b',' | b'/' | b'&'))
        || page.word_is(at, words!["and", "or", "nor"])
}

/// The next word of a row, over a comma, "and", or both.
pub(super) fn row_next(page: &Page, at: usize) -> Option<usize> {
    let link = at + 1;
    let next = if page.mark_is(link, b',') && page.word_is(link + 1, words!["and", "or"]) {
        link + 2
    } else {
        link + 1
    };
    let is_row =
        is_link(page, link) && page.token(next).is_some_and(Token::is_capitalised) && !page.starts_sentence(next);
    is_row.then_some(next)
}

pub(super) fn row_before(page: &Page, at: usize) -> Option<usize> {
    let link = at
        .checked_sub(1)
        .filter(|link| is_link(page, *link) && !page.starts_sentence(at))?;
    let before = link.checked_sub(1)?;
    let before = if page.mark_is(before, b',') {
        before.checked_sub(1)?
    } else {
        before
    };
    let is_row = page
        .token(before)
        .is_some_and(|token| token.is_capitalised() && !(token.taken && page.has(before, cue::MONTH)));
    is_row.then_some(before)
}

/// "RNP and Smith", "DNA, RNP, Smith": capitals that no dictionary knows, in a row.
fn is_code(page: &Page, at: usize) -> bool {
    page.token(at)
        .is_some_and(|token| token.shape == Shape::Upper && (2..=4).contains(&token.len()))
        && page.dictionary(at) & !dict::SURNAME == 0
        && (page.word_is(at + 1, words!["and"]) || row_before(page, at).is_some())
        && !words::is(page, at, class::PERSON_ROLE)
}

/// A drug, a payer, an eponym, a firm, a program or a month.
fn names_thing(page: &Page, at: usize) -> bool {
    let is_proper = page.has(at, cue::PROPER | cue::EPONYM | cue::MONTH | cue::STATE);
    is_proper && page.dictionary(at) & dict::FIRST == 0 && !words::is(page, at, class::PERSON_ROLE)
        || words::is(page, at, class::THING_NAME)
}
