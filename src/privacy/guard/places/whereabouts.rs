//! Where a person is, goes or comes from: what stands around a town and speaks for it.

use super::super::key::{WordKey, words};
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};

/// Words between a word of moving and the preposition: "visiting her aunt in", "drove all the way up from".
const REACH: usize = 5;

/// "drove up from Ajo", "visiting her aunt in Skokie": no list has to know the town.
pub(super) fn follows_move(page: &Page, at: usize) -> bool {
    const PREPOSITIONS: &[WordKey] = words![
        "in", "from", "to", "near", "outside", "around", "via", "toward", "towards",
    ];
    follows(page, at, PREPOSITIONS, dict::MOVE) || follows_material(page, at)
}

/// "labs from Thornbury", "a call back from Elkader": what one house sends another.
fn follows_material(page: &Page, at: usize) -> bool {
    const MATERIAL: &[WordKey] = words![
        "labs",
        "results",
        "records",
        "record",
        "notes",
        "echo",
        "films",
        "imaging",
        "scan",
        "scans",
        "report",
        "transfer",
        "consult",
        "ct",
        "mri",
        "ekg",
        "ecg",
        "tracing",
        "slides",
        "biopsy",
        "cultures",
        "referral",
        "admit",
        "admission",
        "discharge",
        "chart",
        "xray",
        "bloods",
        "handoff",
    ];
    let Some(from) = at.checked_sub(1).filter(|before| page.word_is(*before, words!["from"])) else {
        return false;
    };
    (1..=2).any(|back| back <= from && page.word_is(from - back, MATERIAL))
        && page.dictionary(at) & dict::FIRST == 0
        && page
            .token(at)
            .is_some_and(|token| token.shape == Shape::Title && !token.mixes_case)
}

/// "(Paducah, Mayfield, Benton)", "Yuba City or Marysville": a known town in a row with one that was found.
pub(super) fn continues_row(page: &Page, at: usize, last: usize) -> bool {
    let joins = at >= 2
        && (page.mark_is(at - 1, b',') || page.word_is(at - 1, words!["and", "or", "to"]))
        && page
            .token(at - 2)
            .is_some_and(|before| before.taken && before.is_word());
    let ends = page.token(last + 1).is_none_or(|next| {
        next.gap >= Gap::Line || next.mark != 0 || next.shape == Shape::Lower && page.has(last + 1, cue::CONNECTOR)
    });
    joins && ends
}

/// "treated in Macon", "his nephrologist in Augusta": the town has to be a known one.
pub(super) fn follows_stay(page: &Page, at: usize) -> bool {
    follows(
        page,
        at,
        words!["in", "from", "near", "outside", "to"],
        dict::STAY | dict::MOVE,
    )
}

/// A preposition before `at`, and a word of `kinds` before that, with nothing but small words between.
fn follows(page: &Page, at: usize, prepositions: &[WordKey], kinds: u64) -> bool {
    let Some(preposition) = at.checked_sub(1).filter(|before| page.word_is(*before, prepositions)) else {
        return false;
    };
    (1..=REACH)
        .take_while(|back| {
            *back <= preposition
                && !page.starts_sentence(preposition + 1 - back)
                && page
                    .token(preposition - back)
                    .is_some_and(|token| token.mark == 0 || token.mark == b'-')
        })
        .any(|back| page.dictionary(preposition - back) & kinds != 0)
}

/// "Tomasz Wolny, Grand Rapids, asks", "her PCP (Rapid City) stopped": a known place set beside a person, between marks.
pub(super) fn is_apposition(page: &Page, at: usize, last: usize) -> bool {
    let Some(person) = at.checked_sub(2) else {
        return false;
    };
    let opens = page.mark_is(at - 1, b'(');
    let ends = page
        .token(last + 1)
        .is_none_or(|next| next.gap >= Gap::Line || matches!(next.mark, b',' | b')' | b'.' | b';' | b'?' | b':'));
    if !(opens || page.mark_is(at - 1, b',')) || !ends {
        return false;
    }
    let names_role =
        opens && (page.has(person, cue::PERSON | cue::RELATIVE) || page.dictionary(person) & dict::STAY != 0);
    names_role || is_full_name(page, person)
}

/// Whether a name of two words, or a title and a name, ends here.
fn is_full_name(page: &Page, last: usize) -> bool {
    const OTHER_MATTER: u64 = cue::PROPER | cue::EPONYM | cue::STATE | cue::CODE_CUE | cue::MONTH | cue::ORG_SUFFIX;
    let is_part = |index: usize, names: u64| {
        let known = page.dictionary(index);
        page.token(index)
            .is_some_and(|token| token.shape == Shape::Title && !token.has(OTHER_MATTER))
            && (known & dict::WORD == 0 || known & names != 0)
    };
    let Some(first) = last.checked_sub(1) else {
        return false;
    };
    is_part(last, dict::SURNAME | dict::SURNAME_ORDINARY)
        && (is_part(first, dict::FIRST | dict::FIRST_ORDINARY)
            || page.has(first, cue::TITLE | cue::PROVIDER_TITLE | cue::PERSON)
            || page.mark_is(first, b'.')
            || page
                .token(first)
                .is_some_and(|token| token.shape == Shape::Upper && token.len() == 1))
}

/// The ZIP code after a town: "Lodi 95241", "Gallipolis, 45631".
pub(super) fn zip_after(page: &Page, town: usize) -> Option<usize> {
    let value = if page.mark_is(town + 1, b',') {
        town + 2
    } else {
        town + 1
    };
    let is_zip = page.is_digits(value)
        && page.word(value).len() == 5
        && page.gap(value) == Gap::Space
        && !page.is_taken(value, value)
        && !page.has(value + 1, cue::UNIT)
        && page.cue_before(value, 8, cue::CODE_CUE).is_none();
    is_zip.then_some(value)
}

/// A word that no list knows and that may be a town's: letters, more than three, one capital at most.
pub(super) const fn may_be_unknown_town(token: &Token, known: u64) -> bool {
    token.is_word() && token.len() > 3 && !token.mixes_case && token.cues == 0 && known == 0
}

/// "city Boise", "Town: Ovid".
pub(super) fn follows_label(page: &Page, at: usize) -> bool {
    let label = if at >= 1 && (page.mark_is(at - 1, b':') || page.word_is(at - 1, words!["is"])) {
        at.checked_sub(2)
    } else {
        at.checked_sub(1)
    };
    label.is_some_and(|label| page.word_is(label, words!["city", "town", "village", "hometown"]))
}

/// "67F from Fresno", "a 54-year-old man from …".
pub(super) fn follows_demographics(page: &Page, at: usize) -> bool {
    at.checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["from"]))
        && page.cue_before(at - 1, 4, cue::AGE_UNIT | cue::PERSON).is_some()
}

/// "67, Fresno", "3 y/o, Fresno": set off from somebody's age.
pub(super) fn follows_age(page: &Page, at: usize) -> bool {
    at >= 2
        && page.mark_is(at - 1, b',')
        && (page.token(at - 2).is_some_and(|age| age.has_digit() && age.len() <= 4)
            || page.has(at - 2, cue::AGE_UNIT)
            || page.word_is(at - 2, words!["o", "old", "f", "m"]))
}
