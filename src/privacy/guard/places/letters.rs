//! Hospitals called by their letters, beside other identifiers: "to PRMC", "via lgh ed", "admit, SJMC?".

use super::super::kinds::PhiKind;
use super::super::lexicon::{KNOWN_STARTS_PHRASE, PLACES, cue, dict};
use super::super::page::Page;
use super::super::token::Shape;
use super::beside::DETECTOR;
use super::practices::is_unit;
use super::surroundings::{is_set_off, leads_deed};

/// Words of being brought to a house, being in it and leaving it, and of those who work there.
const CARE: [&str; 42] = [
    "admit", "admits", "admitted", "admission", "adm", "readmit", "readmitted", "readmission", "transferred", "transfer",
    "transfers", "xfer", "transported", "transport", "ambulance", "flown", "airlifted", "took", "taken", "brought",
    "discharged", "discharge", "dc", "stay", "inpatient", "inpt", "obs", "seen", "hospitalized", "surgery", "born",
    "delivered", "bls", "als", "medevac", "diverted", "went", "biller", "records", "hospital", "facility", "referring",
];

/// What letters of hospitals end with: medical centre, general, regional, memorial, children's, university, and hospital.
const ENDINGS: [&str; 6] = ["mc", "gh", "rh", "mh", "ch", "uh"];

/// Furthest word of care before the letters, in tokens.
const REACH: usize = 8;

/// A house's letters with what speaks for one.
pub(super) fn hospital_letters(page: &mut Page, at: usize, is_led: bool) -> Option<usize> {
    let token = *page.token(at)?;
    let is_small = token.shape == Shape::Lower;
    let fits = (3..=6).contains(&token.len())
        && token.cues & !cue::FACILITY_NAME == 0
        && !token.possessive
        && (!is_small || token.len() <= 5);
    let word = page.word(at);
    let tail = word.len().checked_sub(2).and_then(|start| word.get(start..));
    let ends_in = tail.is_some_and(|tail| ENDINGS.iter().any(|end| tail.eq_ignore_ascii_case(end)));
    if !fits || !(is_led || ends_in || !is_small) || !is_told(page, at, ends_in, is_small) {
        return None;
    }
    let known = page.dictionary(at);
    let is_unknown = known & !PLACES & !u64::from(KNOWN_STARTS_PHRASE) == 0;
    let is_clear = !is_small || ends_in || known & dict::CHAIN != 0 || follows_via(page, at);
    if !is_unknown || !is_clear || is_unit(page, at) {
        return None;
    }
    page.report(at, at, PhiKind::Geography, 0.5, DETECTOR);
    Some(at)
}

fn follows_via(page: &Page, at: usize) -> bool {
    at.checked_sub(1).is_some_and(|before| page.word_is(before, &["via", "thru"]))
}

fn is_told(page: &Page, at: usize, ends_in: bool, is_small: bool) -> bool {
    let Some(before) = page.before(at).copied() else {
        return ends_in && leads_deed(page, at);
    };
    if ends_in && (leads_deed(page, at) || !is_small && page.word(at).len() > 3 && page.word(at).ends_with("MC")) {
        return true;
    }
    let follows_way = before.has(cue::PLACE_PREP) && page.word_is(at - 1, &["to", "at", "from", "via", "thru"]);
    let is_set_off = is_set_off(page, at, at) || before.mark == b':' || before.mark == b'@';
    let is_emergency = page.word_is(at + 1, &["ed", "er"]);
    if !(follows_way || is_set_off || is_emergency) {
        return false;
    }
    // "Dr. Riggs at NYPH"
    let follows_person = at >= 2 && page.word_is(at - 1, &["at"]) && page.is_taken(at - 2, at - 2);
    let tells_care = || {
        (1..=REACH)
            .take_while(|back| *back <= at && !page.starts_sentence(at + 1 - back))
            .any(|back| page.word_is(at - back, &CARE))
    };
    (follows_way || is_emergency || ends_in) && (follows_person || ends_in && !is_small && follows_way || tells_care())
}
