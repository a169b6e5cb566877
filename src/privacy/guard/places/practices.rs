//! Practices, laboratories, homes and hospitals whose names lack the noun: known by where they stand.

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::{cue, dict};
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::facilities::is_facility_name;

/// Last words of the names of practices, laboratories, homes.
const TRADES: &[WordKey] = words![
    "medicine",
    "orthopedics",
    "orthopaedics",
    "cardiology",
    "pediatrics",
    "oncology",
    "dermatology",
    "neurology",
    "urology",
    "healthcare",
    "health",
    "physicians",
    "associates",
    "imaging",
    "radiology",
    "surgical",
    "rehab",
    "rehabilitation",
    "dialysis",
    "pharmacy",
    "lab",
    "laboratory",
    "wellness",
    "dental",
    "dentistry",
    "orthodontics",
    "counseling",
    "therapy",
    "manor",
    "lodge",
    "medical",
    "psychiatry",
    "gastroenterology",
    "nephrology",
    "ophthalmology",
    "rheumatology",
    "endocrinology",
    "obgyn",
    "fertility",
    "care",
    "recovery",
    "children's",
    "specialists",
    "institute",
    "nursing",
    "center",
    "eye",
];

/// Words that are named with a practice: "referred by", "records from".
const REFERRING: &[WordKey] = words![
    "referred",
    "seen",
    "treated",
    "followed",
    "evaluated",
    "ordered",
    "cared",
    "transferred",
    "records",
    "referral",
];

/// What stands before a possible practice.
enum Lead {
    /// "at", or a verb of care: any name will do.
    At,
    /// "referred by", "records from": a name with a trade.
    By,
}

/// "at Lakeland Orthopedics", "at Cook Children's", "referred by Prairie Lakes Healthcare", "at Swedish Edmonds".
pub(super) fn named_practice(page: &mut Page, at: usize, end: usize) -> Option<usize> {
    let lead = lead(page, at)?;
    let last = (at..=end)
        .take_while(|index| *index == at || !ends_practice(page, *index))
        .last()?;
    let (last, score) = if matches!(lead, Lead::At) && is_system(page, at, end) {
        (end, 0.7)
    } else if last == at && is_hospital_acronym(page, at) {
        (at, 0.6)
    } else if has_trade(page, at, last) && is_named(page, at, last) {
        (last, 0.8)
    } else if matches!(lead, Lead::At) && is_bare_name(page, at, last) && is_named(page, at, last) {
        (last, 0.65)
    } else {
        return None;
    };
    page.report(at, last, PhiKind::Geography, score, "geo.facility_cue");
    Some(last)
}

fn lead(page: &Page, at: usize) -> Option<Lead> {
    let cue_at = at.checked_sub(1)?;
    if page.gap(at) > Gap::Line || page.starts_sentence(at) {
        return None;
    }
    let follows_label = page.mark_is(cue_at, b':')
        && cue_at > 0
        && page.word_is(cue_at - 1, words!["facility", "hospital", "clinic", "site", "location"]);
    let follows_at = page.word_is(cue_at, words!["at"])
        || follows_label
        || page.mark_is(cue_at, b'@')
        || follows_transfer(page, cue_at)
        || page.has(cue_at, cue::FACILITY_VERB);
    if follows_at {
        return Some(Lead::At);
    }
    let follows_by =
        page.word_is(cue_at, words!["by", "from", "to"]) && cue_at > 0 && page.word_is(cue_at - 1, REFERRING);
    follows_by.then_some(Lead::By)
}

/// "UPMC Shadyside": a health system that is a payer too, and one of its houses.
fn is_system(page: &Page, at: usize, end: usize) -> bool {
    end > at
        && page.word_is(at, words!["geisinger", "upmc", "kaiser", "tufts", "va", "abbott", "md"])
        && !(at + 1..=end).any(|index| page.has(index, cue::PROPER | cue::ORG_SUFFIX))
}

fn has_trade(page: &Page, at: usize, last: usize) -> bool {
    last > at && page.word_is(last, TRADES)
}

/// The words can be a name: a capital, something that tells it from others, no payer, code, month or standard.
fn is_named(page: &Page, at: usize, last: usize) -> bool {
    const OTHER_MATTER: u64 =
        cue::PROPER | cue::EPONYM | cue::CODE_CUE | cue::MONTH | cue::TITLE | cue::PROVIDER_TITLE | cue::UNIT;
    let Some(first) = page.token(at) else {
        return false;
    };
    let is_acronym = first.shape == Shape::Upper
        && (3..=5).contains(&first.len())
        && page.dictionary(at) & dict::WORD == 0
        && page
            .token(at + 1)
            .is_some_and(|next| next.shape == Shape::Title && next.gap == Gap::Space)
        && page.dictionary(at + 1) & (dict::SURNAME | dict::CITY | dict::TOWN | dict::SURNAME_ORDINARY) != 0;
    let tells =
        |index: usize| is_facility_name(page, index, at) || index < last && !page.has(index, cue::FACILITY_GENERIC);
    let names_other =
        page.has(last + 1, cue::EPONYM_HEAD | cue::UNIT | cue::ID_NOUN) && page.gap(last + 1) <= Gap::Space;
    (first.shape == Shape::Title || is_acronym)
        && (at..=last).any(tells)
        && (!first.has(OTHER_MATTER) || is_called_after(page, at, last))
        && (has_trade(page, at, last) || !first.has(cue::STATE))
        && !names_other
}

/// "Williams Internal Medicine": a surname that a disease has too, and a trade of two words.
fn is_called_after(page: &Page, at: usize, last: usize) -> bool {
    const OTHER: u64 = cue::PROPER | cue::CODE_CUE | cue::MONTH | cue::TITLE | cue::PROVIDER_TITLE | cue::UNIT;
    last >= at + 2 && !page.has(at, OTHER) && page.dictionary(at) & dict::SURNAME != 0 && has_trade(page, at, last)
}

/// Without a trade: a proper name; one word must be no other word and nobody's given name.
fn is_bare_name(page: &Page, at: usize, last: usize) -> bool {
    let is_looked_at = (2..=3)
        .any(|back| at >= back && page.word_is(at - back, words!["look", "looking", "looked", "directed", "aimed"]));
    let is_chain = last == at
        && page.dictionary(at) & dict::CHAIN != 0
        && page.word_is(at.wrapping_sub(1), words!["at"])
        && !page.has(at, cue::PROPER);
    let stands_alone = is_chain
        || page.token(at).is_some_and(|token| token.len() > 4)
            && !page.word_is(at, words!["university"])
            && page.dictionary(at) & (dict::WORD | dict::FIRST) == 0
            && is_plain(page.word(at));
    !is_looked_at && (at..=last).any(|index| is_facility_name(page, index, at)) && (last > at || stands_alone)
}

/// A kind of unit, an office or a registry in letters, which is no hospital's name.
pub(super) fn is_unit(page: &Page, at: usize) -> bool {
    const UNITS: &[WordKey] = words![
        "pecos", "nppes", "abc", "abcd", "xyz", "xyzd", "icu", "sicu", "micu", "ccu", "picu", "nicu", "pacu", "cvicu",
        "ticu", "snf", "irf", "ltac", "ltach", "ltch", "asc", "opd", "pcp", "hha", "cdu", "tcu", "alf", "hopd", "fqhc",
        "rhc", "cah", "idtf", "dme", "obgyn", "ent", "php", "iop", "rtc", "cmhc", "ems", "aob", "tbd", "msu", "pcu",
        "imcu", "esrd", "ltc", "sar", "aru", "ipr", "pmr", "imc", "cicu", "nsicu", "bicu", "msicu", "stepdown", "tele",
        "osh", "imu", "dou", "rcf", "icf", "cbrf", "pdn", "hbot", "ivf", "mri", "cta", "mra", "pet", "emg", "eeg",
        "ecg", "ekg", "tte", "tee",
    ];
    page.word_is(at, UNITS)
}

/// "seen at OHSU": capitals among small letters that name no kind of unit.
fn is_hospital_acronym(page: &Page, at: usize) -> bool {
    let is_capitals = page.token(at).is_some_and(|token| {
        token.shape == Shape::Upper
            && (3..=8).contains(&token.len())
            && !token.possessive
            && token.cues & !cue::FACILITY_NAME == 0
    });
    is_capitals
        && at >= 2
        && (page.dictionary(at) & dict::WORD == 0 || page.dictionary(at) & dict::CHAIN != 0)
        && !is_unit(page, at)
        && follows_care(page, at)
        && !(1..=2).any(|back| page.word_is(at - back, words!["works", "work", "worked", "employed"]))
        && page.token(at - 1).is_some_and(|before| before.shape == Shape::Lower)
        && page.token(at - 2).is_some_and(|before| before.shape != Shape::Upper)
        && page
            .token(at + 1)
            .is_none_or(|next| next.shape == Shape::Lower || matches!(next.mark, b'.' | b',' | b';' | b')' | b'?'))
}

/// "seen at", "a nurse at", "now at": other things at three capitals are joints, vessels and limits.
fn follows_care(page: &Page, at: usize) -> bool {
    const CARE: u64 = cue::FACILITY_VERB | cue::PERSON | cue::RELATIVE | cue::PATIENT_DATE | cue::PROVIDER_TITLE;
    !page.word_is(at - 1, words!["at"])
        || page.has(at - 1, CARE)
        || (2..=3).any(|back| {
            back <= at
                && (page.has(at - back, CARE)
                    && !page.word_is(
                        at - back,
                        words![
                            "injury",
                            "injected",
                            "biopsy",
                            "performed",
                            "mri",
                            "ct",
                            "stopped",
                            "started",
                            "last",
                            "report",
                            "note",
                        ],
                    )
                    || page.dictionary(at - back) & (dict::STAY | dict::SITE) != 0
                    || page.word(at - back).ends_with("ist"))
        })
}

/// A word that no practice's name goes on with: a payer, a code, a month.
fn ends_practice(page: &Page, index: usize) -> bool {
    page.has(
        index,
        cue::PROPER | cue::CODE_CUE | cue::MONTH | cue::TITLE | cue::PROVIDER_TITLE,
    )
}

/// A capital and small letters only.
fn is_plain(word: &str) -> bool {
    word.bytes().skip(1).all(|byte| !byte.is_ascii_uppercase())
}

/// "admitted 2/3/24 to …", "transferred from Parkland to …", "admitted on Monday at …".
pub(super) fn follows_transfer(page: &Page, cue_at: usize) -> bool {
    page.word_is(cue_at, words!["to", "at", "from"])
        && (1..=10)
            .take_while(|back| *back <= cue_at && !page.starts_sentence(cue_at + 1 - back))
            .any(|back| {
                page.word_is(
                    cue_at - back,
                    words![
                        "admitted",
                        "transfer",
                        "transferred",
                        "transported",
                        "hospitalized",
                        "adm",
                        "admit",
                        "xfer",
                        "flown",
                    ],
                )
            })
}
