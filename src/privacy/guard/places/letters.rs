//! Hospitals called by their letters, beside other identifiers: "to PRMC", "via lgh ed", "admit, SJMC?".

use super::super::kinds::PhiKind;
use super::super::lexicon::{KNOWN_STARTS_PHRASE, PLACES, cue};
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::beside::DETECTOR;
use super::practices::is_unit;
use super::surroundings::ends_clause;

/// Words of being brought to a house, being in it and leaving it.
const CARE: [&str; 36] = [
    "admit", "admits", "admitted", "admission", "adm", "readmit", "readmitted", "readmission", "transferred", "transfer",
    "transfers", "xfer", "transported", "transport", "ambulance", "flown", "airlifted", "took", "taken", "brought",
    "discharged", "discharge", "dc", "stay", "inpatient", "inpt", "obs", "seen", "hospitalized", "surgery", "born",
    "delivered", "bls", "als", "medevac", "diverted",
];

/// What only a house does or has.
const DOES: [&str; 22] = [
    "says", "said", "sent", "accepted", "admitted", "discharged", "transferred", "ed", "er", "icu", "nicu", "picu",
    "records", "billed", "bills", "faxed", "hospital", "campus", "registration", "admissions", "or", "stay",
];

/// Furthest word of care before the letters, in tokens.
const REACH: usize = 8;

/// A house's letters with what speaks for one.
pub(super) fn hospital_letters(page: &mut Page, at: usize) -> Option<usize> {
    let token = page.token(at)?;
    let is_small = token.shape == Shape::Lower;
    let fits = (3..=6).contains(&token.len())
        && token.cues & !cue::FACILITY_NAME == 0
        && !token.possessive
        && token.gap != Gap::Glued
        && (!is_small || token.len() <= 5);
    if !fits {
        return None;
    }
    let ends_in = ["mc", "gh", "rh", "mh", "ch", "uh"].iter().any(|end| {
        let word = page.word(at);
        word.get(word.len() - 2..).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    });
    // Small letters need both the form and the place: a look at the form spares the rest for nearly all words.
    if is_small && !ends_in && !follows_via(page, at) {
        return None;
    }
    let is_unknown = page.dictionary(at) & !PLACES & !u64::from(KNOWN_STARTS_PHRASE) == 0;
    if !is_unknown || is_unit(page, at) || !is_told(page, at, ends_in) {
        return None;
    }
    page.report(at, at, PhiKind::Geography, 0.5, DETECTOR);
    Some(at)
}

fn follows_via(page: &Page, at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| page.word_is(before, &["via", "thru"]))
}

fn is_told(page: &Page, at: usize, ends_in: bool) -> bool {
    let tells_care = (1..=REACH)
        .take_while(|back| *back <= at && !page.starts_sentence(at + 1 - back))
        .any(|back| page.word_is(at - back, &CARE));
    let follows_way =
        at.checked_sub(1).is_some_and(|before| page.word_is(before, &["to", "at", "from", "via", "thru", "into"]));
    let is_set_off = at
        .checked_sub(1)
        .is_some_and(|before| page.mark_is(before, b',') || page.mark_is(before, b'@') || page.mark_is(before, b'('))
        && (ends_clause(page, at) || page.mark_is(at + 1, b','));
    let acts = page.gap(at + 1) == Gap::Space && page.word_is(at + 1, &DOES);
    let is_emergency = page.word_is(at + 1, &["ed", "er"]);
    tells_care && (follows_way || is_set_off && ends_in || is_emergency) || ends_in && acts
}
