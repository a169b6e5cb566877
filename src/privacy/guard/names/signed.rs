//! Two words that would be nobody's name by themselves, with what stands after a person's: "JUNE SAVAGE, MD", "MAI LE MRN", "June Stone, 68".

use super::super::key::words;
use super::super::lexicon::{GIVEN, SURNAMES, cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::super::words::{self, class};
use super::context::{has_demographics_after, leads_record};
use super::phrases::leads_age;

/// Given names end full ones too.
const LAST_NAMES: u64 = SURNAMES | dict::FIRST;

/// The last word of a full name that begins at `at`.
pub(super) fn signed(page: &Page, at: usize) -> Option<usize> {
    if !page.token(at)?.is_capitalised() || page.gap(at) == Gap::Glued && at > 0 && !page.mark_is(at - 1, b'(') {
        return None;
    }
    let next = page.token(at + 1)?;
    if !(next.is_capitalised() && next.gap == Gap::Space || next.mark == b',') {
        return None;
    }
    in_order(page, at).or_else(|| surname_first(page, at))
}

/// A word of a name in the same letters as the first.
fn is_known(page: &Page, at: usize, shape: Shape, names: u64) -> bool {
    const OTHERS: u64 = cue::PROPER
        | cue::TITLE
        | cue::PROVIDER_TITLE
        | cue::PERSON
        | cue::RELATIVE
        | cue::CONNECTOR
        | cue::EPONYM_HEAD
        | cue::ORG_SUFFIX
        | cue::STATE
        | cue::PLACE_PREP
        | cue::NEGATION
        | cue::PERSON_PREP
        | cue::CODE_CUE;
    let known = page.dictionary(at);
    page.token(at).is_some_and(|token| {
        let is_month = token.has(cue::MONTH) && known & dict::FIRST == 0;
        token.shape == shape && !token.taken && token.len() > 1 && !token.has(OTHERS) && !is_month
    }) && known & names != 0
        && !words::is(page, at, class::OF_FORM)
}

/// "DAISUKE JUNG, MD", "FOR JUNE SAVAGE TO SEE", "June Stone, 68,".
fn in_order(page: &Page, at: usize) -> Option<usize> {
    let shape = page.token(at)?.shape;
    let initial = page
        .token(at + 1)
        .is_some_and(|token| token.shape == Shape::Upper && token.len() == 1);
    let stop = usize::from(initial) + usize::from(initial && page.mark_is(at + 2, b'.'));
    let last = at + 1 + stop;
    if page.has(at, cue::STATE) {
        return after_state(page, at);
    }
    let is_pair =
        is_known(page, at, shape, GIVEN) && is_known(page, last, shape, LAST_NAMES) && page.gap(last) == Gap::Space;
    if !is_pair || page.token(at).is_some_and(|token| token.possessive) {
        return None;
    }
    let ends = page
        .token(last + 1)
        .is_none_or(|next| next.gap >= Gap::Line || matches!(next.mark, b'.' | b',' | b';' | b'?'));
    let goes_on =
        ends || page.has(last + 1, cue::PERSON_VERB | cue::HUMAN_VERB) || page.word_is(last + 2, words!["see"]);
    let is_led = at > 0 && page.word_is(at - 1, words!["for", "is", "by", "on"]) && goes_on;
    // "ROSA GOLD WAS DENIED"
    let is_subject = page.starts_sentence(at) && page.word_is(last + 1, words!["was", "has", "had", "needs", "is"]);
    let is_led = shape == Shape::Upper && page.dictionary(at) & dict::FIRST != 0 && (is_led || is_subject);
    // "May Rivers, lost nine kilos", "June Stone has"
    let is_month = shape == Shape::Title
        && page.has(at, cue::MONTH)
        && page.starts_sentence(at)
        && (page.mark_is(last + 1, b',')
            || page.has(last + 1, cue::HUMAN_VERB)
            || page.word_is(last + 1, words!["has", "had", "was", "is", "needs", "denied"]));
    let is_signed = is_month
        || leads_record(page, last)
        || has_demographics_after(page, last)
        || is_led
        || shape == Shape::Title && leads_age(page, last) && !words::is(page, last, class::OF_FORM);
    degree_end(page, last).or_else(|| is_signed.then_some(last))
}

/// "RODRIGUEZ, TANNER, acct 5000131907", "Baker, Rose M / DOS".
fn surname_first(page: &Page, at: usize) -> Option<usize> {
    let shape = page.token(at)?.shape;
    let given = at + 2;
    let is_pair =
        page.mark_is(at + 1, b',') && is_known(page, at, shape, SURNAMES) && is_known(page, given, shape, GIVEN);
    let is_joined = page.gap(given) == Gap::Line;
    if !is_pair || is_joined {
        return None;
    }
    let has_initial = page
        .token(given + 1)
        .is_some_and(|token| token.shape == Shape::Upper && token.len() == 1 && token.gap == Gap::Space);
    let last = given + usize::from(has_initial);
    let ends = page
        .token(last + 1)
        .is_none_or(|next| next.gap >= Gap::Line || next.mark != 0 || next.has(cue::PATIENT_DATE | cue::AGED));
    (has_initial && ends || leads_record(page, last) || degree_end(page, last).is_some()).then_some(last)
}

/// The end of the name with ", MD", " M.D.", ", DNP" after it: letters with stops belong to it, that nobody takes them for initials.
fn degree_end(page: &Page, last: usize) -> Option<usize> {
    let comma = usize::from(page.mark_is(last + 1, b','));
    let degree = last + 1 + comma;
    let is_upper = page.token(degree).is_some_and(|token| token.shape == Shape::Upper);
    let is_glued = |index: usize| page.gap(index) == Gap::Glued;
    let is_dotted = page.mark_is(degree + 1, b'.')
        && is_glued(degree + 1)
        && is_glued(degree + 2)
        && page.word_is(degree, words!["m", "d", "n", "p", "r"])
        && page.word_is(degree + 2, words!["d", "o", "p", "a", "n"]);
    if is_upper && is_dotted {
        return Some(degree + 2);
    }
    // "HOW MANY LEVELS DO I", "SEE POLICY PA-2217"
    let may_be_word = comma == 0 && page.word_is(degree, words!["do", "pa", "od", "dc"]);
    let is_joined = page.mark_is(degree + 1, b'-') && is_glued(degree + 1);
    (is_upper && !may_be_word && !is_joined && words::is(page, degree, class::DEGREE)).then_some(last)
}

/// "by Virginia Church", "patient Georgia Price": a state's name before a surname that is a word, where persons are spoken of.
fn after_state(page: &Page, at: usize) -> Option<usize> {
    const PERSONS: u64 = cue::PERSON | cue::RELATIVE | cue::PERSON_PREP | cue::NAME_LABEL;
    let last = at + 1;
    let is_other = page.has(
        last,
        cue::FACILITY_HEAD | cue::FACILITY_GENERIC | cue::PLACE_TAIL | cue::PLACE_NOUN,
    );
    let is_pair = page.dictionary(at) & dict::FIRST != 0
        && is_known(page, last, Shape::Title, SURNAMES)
        && page.gap(last) == Gap::Space
        && !is_other;
    let ends = page
        .token(last + 1)
        .is_none_or(|next| next.mark != 0 || next.shape == Shape::Lower);
    let before = at.checked_sub(1)?;
    let is_led =
        page.has(before, PERSONS) || words::is(page, before, class::DEGREE | class::PERSON_ROLE | class::PERSON_MET);
    let is_being = before > 0
        && page.word_is(before, words!["is"])
        && (page.has(before - 1, cue::PERSON | cue::RELATIVE) || words::is(page, before - 1, class::PERSON_ROLE));
    let is_told =
        is_being || is_led || leads_age(page, last) || has_demographics_after(page, last) || leads_record(page, last);
    (is_pair && ends && is_told).then_some(last)
}
