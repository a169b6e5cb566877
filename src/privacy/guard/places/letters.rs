//! Hospitals called by their letters, beside other identifiers: "to PRMC", "via lgh ed", "admit, SJMC?".

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{KNOWN_STARTS_PHRASE, PLACES, dict};
use super::super::page::Page;
use super::super::token::Shape;
use super::beside::DETECTOR;
use super::practices::is_unit;
use super::surroundings::{is_set_off, leads_deed};

/// Words of being brought to a house, being in it and leaving it, and of those who work there.
const CARE: &[WordKey] = words![
    "admit",
    "admits",
    "admitted",
    "admission",
    "adm",
    "readmit",
    "readmitted",
    "readmission",
    "transferred",
    "transfer",
    "transfers",
    "xfer",
    "transported",
    "transport",
    "ambulance",
    "flown",
    "airlifted",
    "took",
    "taken",
    "brought",
    "discharged",
    "discharge",
    "dc",
    "stay",
    "inpatient",
    "inpt",
    "obs",
    "seen",
    "hospitalized",
    "surgery",
    "born",
    "delivered",
    "bls",
    "als",
    "medevac",
    "diverted",
    "went",
    "biller",
    "records",
    "hospital",
    "facility",
    "referring",
];

/// What letters of hospitals end with: medical centre, general, regional, memorial, children's, university, and hospital.
const ENDINGS: [&str; 6] = ["mc", "gh", "rh", "mh", "ch", "uh"];

/// Furthest word of care before the letters, in tokens.
const REACH: usize = 8;

/// A house's letters with what speaks for one. Small letters need a form that hospitals' letters have, or a chain of their own.
pub(super) fn hospital_letters(page: &mut Page, at: usize, is_led: bool) -> Option<usize> {
    let token = page.token(at)?;
    let is_small = token.shape == Shape::Lower;
    let fits = (3..=6).contains(&token.len()) && !token.possessive && (!is_small || token.len() <= 5);
    let word = page.word(at).as_bytes();
    let may_end = word.last().is_some_and(|last| matches!(last | 0x20, b'c' | b'h'));
    if !fits || !(may_end || is_led) {
        return None;
    }
    let tail = word
        .len()
        .checked_sub(2)
        .and_then(|start| word.get(start..))
        .unwrap_or(&[]);
    let ends_in = may_end && ENDINGS.iter().any(|end| tail.eq_ignore_ascii_case(end.as_bytes()));
    let is_alone = ends_in && (leads_deed(page, at) || !is_small && word.len() > 3 && tail == b"MC");
    if !(is_alone || is_led && is_placed(page, at, ends_in)) {
        return None;
    }
    let known = page.dictionary(at);
    let is_unknown = known & !PLACES & !u64::from(KNOWN_STARTS_PHRASE) == 0 && !is_unit(page, at);
    let is_clear = !is_small || ends_in || known & dict::CHAIN != 0 || follows_via(page, at);
    if !is_unknown || !is_clear || !(is_alone || tells_care(page, at, ends_in && !is_small)) {
        return None;
    }
    page.report(at, at, PhiKind::Geography, 0.5, DETECTOR);
    Some(at)
}

fn follows_via(page: &Page, at: usize) -> bool {
    at.checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["via", "thru"]))
}

fn follows_way(page: &Page, at: usize) -> bool {
    at.checked_sub(1)
        .is_some_and(|before| page.word_is(before, words!["to", "at", "from", "via", "thru"]))
}

/// After a word of place, before "ED", or set off between marks.
fn is_placed(page: &Page, at: usize, ends_in: bool) -> bool {
    let is_set_off = || {
        { at.checked_sub(1) }.is_some_and(|mark| page.mark_is(mark, b':') || page.mark_is(mark, b'@'))
            || is_set_off(page, at, at)
    };
    follows_way(page, at) || page.word_is(at + 1, words!["ed", "er"]) || ends_in && is_set_off()
}

/// Whether the sentence tells of care before the letters, or of who works there: "Dr. Riggs at NYPH".
fn tells_care(page: &Page, at: usize, has_form: bool) -> bool {
    let follows_person = at >= 2 && page.word_is(at - 1, words!["at"]) && page.is_taken(at - 2, at - 2);
    let is_told = || {
        (1..=REACH)
            .take_while(|back| *back <= at && !page.starts_sentence(at + 1 - back))
            .any(|back| page.word_is(at - back, CARE))
    };
    follows_person || has_form && follows_way(page, at) || is_told()
}
