//! What a number is said to be: the label before it ("MRN", "member ID", "driver's license no.").

use super::super::key::{WordKey, words};
use super::super::kinds::PhiKind;
use super::super::lexicon::cue;
use super::super::page::Page;
use super::super::token::{Gap, Shape, Token};
use super::plans::{is_of_plan, kind_of_bare_id};

/// How far back, in tokens, a label may stand.
const REACH: usize = 10;
/// The same with words between label and number that belong to the number ("plate KLM 4821", "plate K LM-482").
pub(in super::super) const LABEL_REACH: usize = REACH + 3;
/// Words that may stand between a label and its value beside connectors.
const OTHER_WORDS_MAX: usize = 3;

/// How far, in tokens, a label without "number" or "#" may stand.
const ADJACENT: usize = 4;

/// What the label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) kind: PhiKind,
    /// The label is a name of the number itself (MRN, VIN), or has "number", "no.", "#", "ID" beside its noun.
    pub(super) is_explicit: bool,
    /// The label alone is the name of such numbers (MRN, SSN, VIN).
    pub(super) is_head: bool,
}

/// The meaning of the words before a value.
pub(super) enum Reading {
    /// An identifier of that kind.
    Identifier(Label),
    /// A code, section, version: no identifier of anyone.
    Code,
    /// Nothing said.
    Unlabelled,
}

const HEADS: [(u64, PhiKind); 8] = [
    (cue::SSN_HEAD, PhiKind::Ssn),
    (cue::MRN_HEAD, PhiKind::Mrn),
    (cue::PLAN_HEAD, PhiKind::HealthPlanId),
    (cue::ACCOUNT_HEAD, PhiKind::Account),
    (cue::LICENSE_HEAD, PhiKind::License),
    (cue::VEHICLE_HEAD, PhiKind::Vehicle),
    (cue::DEVICE_HEAD, PhiKind::Device),
    (cue::OTHER_HEAD, PhiKind::OtherUniqueId),
];

/// In this order: a "medical record number" is no "hospital bill", a "device serial number" no "study device".
const WORDS: [(u64, PhiKind); 7] = [
    (cue::VEHICLE_WORD, PhiKind::Vehicle),
    (cue::LICENSE_WORD, PhiKind::License),
    (cue::DEVICE_WORD, PhiKind::Device),
    (cue::ACCOUNT_WORD, PhiKind::Account),
    (cue::OTHER_WORD, PhiKind::OtherUniqueId),
    (cue::PLAN_WORD, PhiKind::HealthPlanId),
    (cue::MRN_WORD, PhiKind::Mrn),
];

pub(super) const ALL_WORDS: u64 = cue::VEHICLE_WORD
    | cue::LICENSE_WORD
    | cue::DEVICE_WORD
    | cue::ACCOUNT_WORD
    | cue::OTHER_WORD
    | cue::PLAN_WORD
    | cue::MRN_WORD;
pub(super) const ALL_HEADS: u64 = cue::SSN_HEAD
    | cue::MRN_HEAD
    | cue::PLAN_HEAD
    | cue::ACCOUNT_HEAD
    | cue::LICENSE_HEAD
    | cue::VEHICLE_HEAD
    | cue::DEVICE_HEAD
    | cue::OTHER_HEAD;

/// Whether a token can make [`before`] read an identifier. Without one near, no number has a label.
pub(in super::super) fn may_label(token: &Token) -> bool {
    token.has(ALL_HEADS | ALL_WORDS | cue::ID_NOUN) || token.mark == b'#' || token.first == b'n' && token.len() == 1
}

/// Whether a token can be the name of a number by itself ("MRN", the "N" of "S/N"), which no code cue changes.
pub(in super::super) fn names_identifier(token: &Token) -> bool {
    token.has(ALL_HEADS) || token.len() == 1
}

fn kind_of(cues: u64, table: &[(u64, PhiKind)]) -> Option<PhiKind> {
    if cues & (ALL_HEADS | ALL_WORDS) == 0 {
        return None;
    }
    table.iter().find(|(bits, _)| cues & bits != 0).map(|(_, kind)| *kind)
}

/// How many earlier numbers of a list are passed over to its label.
const LIST_MAX: usize = 3;

/// Reads the words before token `value`, nearest first. A number in a list of codes is a code.
pub(super) fn before(page: &Page, value: usize) -> Reading {
    match words_before(page, value) {
        Reading::Unlabelled => {
            let mut head = value;
            for _ in 0..LIST_MAX {
                let Some(earlier) = earlier_of_list(page, head) else {
                    break;
                };
                head = earlier;
                if matches!(words_before(page, head), Reading::Code) {
                    return Reading::Code;
                }
            }
            Reading::Unlabelled
        }
        reading @ (Reading::Identifier(_) | Reading::Code) => reading,
    }
}

/// "450-636-0250 and 270-272-0278": the first token of the number that a list names before this one.
fn earlier_of_list(page: &Page, value: usize) -> Option<usize> {
    let joins = |index: usize| page.mark_is(index, b',') || page.word_is(index, words!["and", "or", "&", "plus", "to"]);
    let joints = (1..=2).take_while(|back| *back <= value && joins(value - back)).count();
    let mut first = value.checked_sub(joints + 1).filter(|_| joints > 0)?;
    if !page.token(first)?.has_digit() || page.starts_sentence(value) {
        return None;
    }
    for _ in 0..6 {
        if first == 0 || page.token(first)?.gap != Gap::Glued {
            break;
        }
        first -= 1;
    }
    Some(first)
}

/// "licence on file, D4471920,": the comma sets off a value that is no amount.
fn sets_off(page: &Page, comma: usize, value: usize) -> bool {
    let goes_on = |index: usize| page.gap(index) == Gap::Glued && page.mark_is(index, b'-') || page.is_digits(index);
    comma + 1 == value
        && page.token(value).is_some_and(|token| match token.shape {
            Shape::Mixed => token.len() >= 6,
            Shape::Digits => {
                let is_joined = page.mark_is(value + 1, b'-') && goes_on(value + 1);
                token.len() >= 6 || is_joined && (token.len() >= 4 || page.mark_is(value + 3, b'-'))
            }
            Shape::Upper => token.len() <= 4 && goes_on(value + 1),
            Shape::Lower | Shape::Title | Shape::Mark => false,
        })
}

fn words_before(page: &Page, value: usize) -> Reading {
    let mut noun = None;
    let mut others = 0;
    let mut at = value;
    for _ in 0..REACH {
        if page.starts_sentence(at) {
            break;
        }
        let Some(previous) = at.checked_sub(1) else {
            break;
        };
        at = previous;
        let Some(token) = page.token(at) else { break };
        if token.shape == Shape::Mark {
            match token.mark {
                b'#' => noun = noun.or(Some(at)),
                b';' | b'@' | b'[' | b']' => break,
                b',' if sets_off(page, at, value) => {}
                b',' if noun.is_some_and(|noun| noun <= at + 2) => break,
                b',' => others += 1,
                _ => {}
            }
            continue;
        }
        if token.taken || token.has_digit() {
            break;
        }
        if token.cues == 0 && token.len() > 1 {
            if page.word_is(at, words!["ending", "ends"]) {
                continue; // "claim ending in 7731"
            }
            others += 1;
            if others > OTHER_WORDS_MAX {
                break;
            }
            continue;
        }
        let is_state = token.has(cue::STATE_ABBR) && token.shape == Shape::Upper && token.len() == 2;
        if is_on_file(page, at) || is_state && !token.has(ALL_HEADS | ALL_WORDS | cue::ID_NOUN) {
            continue; // "license MA 238841", "plate TX 7KB-L92"
        }
        let is_near = others == 0 || noun.is_some();
        if let Some(reading) = of_word(page, at, noun, is_adjacent(page, at, value), is_near) {
            return reading;
        }
        if token.has(cue::ID_NOUN) && others == 0 {
            noun = noun.or(Some(at));
        } else if !token.has(cue::CONNECTOR) {
            if let Some(kind) = payer_number(page, at, noun) {
                return Reading::Identifier(Label {
                    kind,
                    is_explicit: noun.is_some_and(|noun| !page.word_is(noun, words!["number"])),
                    is_head: false,
                });
            }
            others += 1;
        }
        if others > OTHER_WORDS_MAX {
            break;
        }
    }
    match noun {
        Some(noun) if page.word_is(noun, words!["id", "identifier", "identification"]) => Reading::Identifier(Label {
            kind: kind_of_bare_id(page, noun, value),
            is_explicit: false,
            is_head: false,
        }),
        _ => Reading::Unlabelled,
    }
}

/// Near enough to need no "number": "card 3391", "card on file ending in 3391".
fn is_adjacent(page: &Page, at: usize, value: usize) -> bool {
    let is_ending = { value.checked_sub(1) }.is_some_and(|before| page.word_is(before, words!["ending", "in"]));
    value - at <= ADJACENT + usize::from(is_ending)
}

/// What one word says of the number: a label's head or qualifier, or a code's.
fn of_word(page: &Page, at: usize, noun: Option<usize>, is_adjacent: bool, is_near: bool) -> Option<Reading> {
    let token = page.token(at)?;
    if let Some(kind) = abbreviated(page, at).or_else(|| kind_of(token.cues, &HEADS)) {
        return Some(Reading::Identifier(Label {
            kind,
            is_explicit: true,
            is_head: true,
        }));
    }
    if token.has(cue::CODE_CUE) && !(token.has(ALL_WORDS) && noun.is_some()) && is_near {
        return Some(Reading::Code);
    }
    if !token.has(ALL_WORDS) || !is_near || noun.is_none() && !is_adjacent {
        return None;
    }
    let kind = worded(page, at, noun)?;
    let is_code = noun.is_some_and(|noun| page.word_is(noun, words!["code"])) && kind != PhiKind::OtherUniqueId;
    Some(Reading::Identifier(Label {
        kind,
        is_explicit: (noun.is_some() || names_number(page, at)) && !is_code,
        is_head: false,
    }))
}

/// "serial number 8KQ4TX", "transmitter serial 8KQ4TX": the label itself is a word for numbers. "Serial ECGs" are several.
fn names_number(page: &Page, at: usize) -> bool {
    let follows_device = at
        .checked_sub(1)
        .is_some_and(|before| page.has(before, cue::DEVICE_WORD));
    page.has(at, cue::ID_NOUN) && (follows_device || !page.word_is(at, words!["serial"]))
}

/// "licence on file", "number on the form": where the number stands.
fn is_on_file(page: &Page, at: usize) -> bool {
    page.word_is(at, words!["file", "form", "card", "chart", "application"])
        && (1..=2).any(|back| {
            at.checked_sub(back)
                .is_some_and(|index| page.word_is(index, words!["on"]))
        })
}

/// "S/N", "M.R.N.", "S.S.N.": the kind of an abbreviation in single letters that ends at `at`.
fn abbreviated(page: &Page, at: usize) -> Option<PhiKind> {
    let letter =
        |back: usize, letters: &[WordKey]| at.checked_sub(back).is_some_and(|index| page.word_is(index, letters));
    let stop = |back: usize| at.checked_sub(back).is_some_and(|index| page.mark_is(index, b'.'));
    if page.token(at).is_none_or(|token| token.len() > 1) || !letter(0, words!["n"]) {
        return None;
    }
    if at.checked_sub(1).is_some_and(|slash| page.mark_is(slash, b'/')) && letter(2, words!["s"]) {
        return Some(PhiKind::Device);
    }
    let is_dotted = stop(1) && stop(3);
    if is_dotted && letter(2, words!["r"]) && letter(4, words!["m"]) {
        Some(PhiKind::Mrn)
    } else if is_dotted && letter(2, words!["s"]) && letter(4, words!["s"]) {
        Some(PhiKind::Ssn)
    } else {
        None
    }
}

/// Plates of surgeons and laboratories.
const PLATES_OF_OTHER_KINDS: &[WordKey] = words![
    "locking",
    "bone",
    "growth",
    "compression",
    "fixation",
    "reconstruction",
    "recon",
    "agar",
    "volar",
    "distal",
    "proximal",
    "tibial",
    "buttress",
    "titanium",
    "base",
    "back",
    "culture",
    "blood",
    "mini",
    "tubular",
    "hook",
    "end",
];

/// The kind a qualifier gives: "patient" or "hospital" need a noun beside them, "account" and "claim" don't.
fn worded(page: &Page, at: usize, noun: Option<usize>) -> Option<PhiKind> {
    let cues = page.token(at)?.cues;
    let follows_code = at.checked_sub(1).is_some_and(|before| {
        page.has(before, cue::CODE_CUE)
            && !page.has(before, ALL_WORDS | ALL_HEADS)
            && !page.word_is(before, words!["loop", "icd"])
    });
    let is_policy = page.word_is(at, words!["policy", "coverage", "plan"]);
    let names_document = is_policy
        && at.checked_sub(1).is_some_and(|before| {
            page.word_is(
                before,
                words![
                    "medical",
                    "clinical",
                    "payment",
                    "reimbursement",
                    "drug",
                    "pharmacy",
                    "coverage",
                    "corporate",
                    "administrative",
                ],
            )
        });
    let holds_bones = page.word_is(at, words!["plate", "plates"])
        && at
            .checked_sub(1)
            .is_some_and(|before| page.word_is(before, PLATES_OF_OTHER_KINDS));
    if follows_code || names_document || holds_bones || page.has(at, cue::CODE_CUE) && noun.is_none() {
        return None;
    }
    // "patient account number" is an account, "patient" alone a person.
    let outer = at
        .checked_sub(1)
        .map_or(0, |before| page.token(before).map_or(0, |token| token.cues));
    if noun.is_some() && !page.word_is(at, words!["card"]) && cues & (cue::PERSON | cue::MRN_WORD) == 0 {
        return kind_of(cues, &WORDS);
    }
    if page.word_is(at, words!["card"]) && is_of_plan(page, at) {
        return Some(PhiKind::HealthPlanId);
    }
    let joined = if cues & ALL_WORDS == cue::OTHER_WORD {
        cues | (outer & cue::PLAN_WORD)
    } else {
        cues
    };
    kind_of(joined, &WORDS)
}

/// "Aetna ID W123456789": a payer's name before "ID".
fn payer_number(page: &Page, at: usize, noun: Option<usize>) -> Option<PhiKind> {
    let noun = noun?;
    let is_id = page.word_is(noun, words!["id", "identifier", "identification", "#", "number"]);
    (is_id && page.has(at, cue::PROPER) && at + 2 >= noun).then_some(PhiKind::HealthPlanId)
}
