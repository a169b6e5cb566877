//! Names in a list after a count of cases: "three IVIG denials to fight: Parsons, Katz, and Mosley".

use super::super::key::{WordKey, words};
use super::super::lexicon::{GIVEN, SURNAMES};
use super::super::page::Page;
use super::super::token::Gap;
use super::super::words::{self, class};
use super::phrases::{ends_clause, is_listed, is_state_too};

/// Most names that a list after a count may have.
const LISTED_MAX: usize = 8;

/// "three IVIG denials to fight: Parsons, Katz, and Mosley": all names of the list, where each word of it is one.
pub(super) fn counted(page: &Page, at: usize) -> Vec<usize> {
    let is_led = at > 1 && page.mark_is(at - 1, b':') && counts_cases(page, at - 1);
    let mut names = Vec::new();
    let mut index = at;
    while is_led && names.len() < LISTED_MAX && (is_listed(page, index, GIVEN | SURNAMES) || is_state_too(page, index))
    {
        let is_joined = page.mark_is(index + 1, b'-') && page.gap(index + 2) == Gap::Glued;
        index += 2 * usize::from(is_joined);
        names.push(index);
        let comma = page.mark_is(index + 1, b',');
        let link = index + 1 + usize::from(comma);
        let has_word = page.word_is(link, words!["and", "or"]) || page.mark_is(link, b'&');
        index = link + usize::from(has_word);
        if !comma && !has_word {
            break;
        }
    }
    let ends = names
        .last()
        .is_some_and(|last| ends_clause(page, *last) || page.word_is(last + 1, words!["for", "from", "same"]));
    if names.len() < 2 || !ends {
        names.clear();
    }
    names
}

/// "three denials to fight", "these 4 pts".
fn counts_cases(page: &Page, colon: usize) -> bool {
    const COUNTS: &[WordKey] = words![
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "these",
        "my",
        "our",
        "following",
        "both",
        "more",
        "several",
    ];
    let reach = || (1..=8).filter_map(|back| colon.checked_sub(back));
    let is_case = reach().any(|index| words::is(page, index, class::CASE_MANY));
    let is_counted = reach().any(|index| page.word_is(index, COUNTS) || page.is_digits(index));
    is_case && is_counted
}
