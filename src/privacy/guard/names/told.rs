//! What is told of one word that makes it a patient's name: a decision, a visit, a thing that only persons have.

use super::super::key::{WordKey, words};
use super::super::lexicon::{cue, dict};
use super::super::near;
use super::super::page::Page;
use super::super::token::{Gap, Shape};
use super::context::leads_record;

/// What is decided about, or done with, a patient.
const DECIDED: &[WordKey] = words![
    "denied",
    "approved",
    "told",
    "seen",
    "admitted",
    "discharged",
    "referred",
    "hospitalized",
    "diagnosed",
    "treated",
    "transferred",
    "scheduled",
    "readmitted",
    "cleared",
];

/// Things of a claim or a chart that are a person's, and that no eponym is followed by.
const BELONGINGS: &[WordKey] = words![
    "mri",
    "ct",
    "pet",
    "cgm",
    "cpap",
    "visit",
    "visits",
    "stay",
    "admission",
    "appeal",
    "denial",
    "denials",
    "auth",
    "authorization",
    "referral",
    "chart",
    "labs",
    "coverage",
    "insurance",
    "order",
    "request",
    "case",
    "oxygen",
    "wheelchair",
    "bill",
    "bills",
    "eob",
    "scan",
    "claim",
    "claims",
    "infusion",
];

/// A name, by the dictionaries, and no other word, town, payer or eponym.
fn is_clear_name(page: &Page, at: usize) -> bool {
    near::is_clear_name(page.dictionary(at))
        && page
            .token(at)
            .is_some_and(|token| token.len() > 3 && !token.has(cue::EPONYM | cue::PROPER | cue::STATE))
}

/// Whether one word is told of as a patient is.
pub(super) fn is_told_of(page: &Page, at: usize) -> bool {
    is_decided_on(page, at) || owns_belonging(page, at) || is_beneficiary(page, at) || is_billed(page, at)
}

/// "Esposito was denied inpatient rehab", "Gutierrez seen 1/9", "Johansson had surgery", "Vasquez and Thornton both denied".
fn is_decided_on(page: &Page, at: usize) -> bool {
    if !is_clear_name(page, at) || page.gap(at + 1) != Gap::Space {
        return false;
    }
    let is_pair = page.word_is(at + 1, words!["and", "&"]) && is_clear_name(page, at + 2);
    let verb = if is_pair { at + 3 } else { at + 1 };
    let has_auxiliary = page.word_is(
        verb,
        words!["was", "is", "were", "are", "got", "been", "being", "both", "gets"],
    );
    let decided = if page.word_is(verb + 1, words!["not", "also", "just", "again", "both", "never"]) {
        verb + 2
    } else {
        verb + 1
    };
    has_auxiliary && page.word_is(decided, DECIDED) || has_met(page, verb) || !is_pair && leads_record(page, at)
}

/// "had surgery", "did not", "needs a peer to peer", "seen 1/9": said of persons.
fn has_met(page: &Page, verb: usize) -> bool {
    let is_seen = page.word_is(verb, words!["seen", "admitted", "hospitalized", "discharged"])
        && (page.token(verb + 1).is_some_and(|next| next.has_digit())
            || page.word_is(
                verb + 1,
                words!["at", "by", "on", "in", "for", "from", "last", "today", "yesterday"],
            ));
    let had = page.word_is(verb, words!["had", "needs", "wants"])
        && page.token(verb + 1).is_some_and(|next| next.shape == Shape::Lower);
    let did = page.word_is(verb, words!["did"]) && page.word_is(verb + 1, words!["not"]);
    is_seen || had || did || page.word_is(verb, words!["didn't", "wasn't"])
}

/// "Theberge balance 250", "virgil appeal denied": a name before a paper of a claim, and what became of it.
fn is_billed(page: &Page, at: usize) -> bool {
    const PAPERS: &[WordKey] = words![
        "balance", "appeal", "claim", "auth", "denial", "eob", "bill", "copay", "refund", "acct", "referral",
    ];
    const BODY: &[WordKey] = words![
        "knee", "hip", "shoulder", "ankle", "foot", "spine", "lumbar", "cervical", "breast", "retina", "cataract",
        "mri", "eye", "heart", "liver", "kidney", "brain", "sinus", "wrist", "elbow", "neck", "hand", "tooth",
        "infusion", "rehab", "chemo",
    ];
    const FATES: &[WordKey] = words![
        "denied", "expired", "approved", "pending", "upheld", "due", "rejected", "overdue", "closed", "sent",
    ];
    let is_of_paper = page.word_is(at + 1, PAPERS) && (page.is_digits(at + 2) || page.word_is(at + 2, FATES));
    // "Wojcik shoulder scope denied"
    let is_of_body = page.word_is(at + 1, BODY)
        && (at + 2..at + 6).any(|index| page.word_is(index, words!["denied", "approved", "rejected"]))
        && !(at + 1..at + 5).any(|index| page.has(index, cue::EPONYM_HEAD));
    page.starts_sentence(at) && is_clear_name(page, at) && (is_of_paper || is_of_body)
}

/// "Nguyen's mri was denied", "Shaniqua's cgm".
fn owns_belonging(page: &Page, at: usize) -> bool {
    page.token(at).is_some_and(|token| token.possessive)
        && is_clear_name(page, at)
        && page.gap(at + 1) == Gap::Space
        && page.word_is(at + 1, BELONGINGS)
}

/// "we appealed for Delacroix twice", "the denial for Ochoa": what is done for somebody.
fn is_beneficiary(page: &Page, at: usize) -> bool {
    const DONE: &[WordKey] = words![
        "appeal",
        "appeals",
        "appealed",
        "appealing",
        "claim",
        "claims",
        "denial",
        "denials",
        "letter",
        "auth",
        "request",
        "records",
        "eob",
        "called",
        "referral",
        "authorization",
        "acct",
        "account",
        "balance",
    ];
    let follows_for = at > 1 && page.word_is(at - 1, words!["for"]) && page.gap(at) == Gap::Space;
    let ends = page.token(at + 1).is_none_or(|next| {
        next.gap >= Gap::Line || next.mark != 0 && next.mark != b'-' && next.mark != b'/' || next.shape == Shape::Lower
    });
    let names_thing = page.has(
        at + 1,
        cue::EPONYM_HEAD | cue::ORG_SUFFIX | cue::UNIT | cue::DEVICE_WORD | cue::DEVICE_HEAD,
    );
    follows_for
        && ends
        && !names_thing
        && is_clear_name(page, at)
        && (2..=5)
            .take_while(|back| *back <= at && !page.starts_sentence(at + 1 - back))
            .any(|back| page.word_is(at - back, DONE))
}

/// "pt kowalski f/u": a clear surname in small letters right after what calls a person.
pub(super) fn is_lower_surname(page: &Page, at: usize) -> bool {
    let known = page.dictionary(at);
    let ends = page.token(at + 1).is_none_or(|next| {
        next.gap >= Gap::Line
            || matches!(next.mark, b'.' | b';' | b'?' | b'(')
            || next.has(cue::HUMAN_VERB | cue::PERSON_VERB | cue::AGED | cue::MRN_HEAD | cue::CONNECTOR)
            || page.word_is(at + 1, words!["f", "dob", "denied", "seen", "re", "who", "pls"])
    });
    let may_be_town = known & dict::TOWN != 0 && page.token(at + 1).is_none_or(|next| next.mark == 0);
    known & (dict::SURNAME | dict::FIRST) != 0
        && known & (dict::WORD | dict::CITY) == 0
        && !may_be_town
        && ends
        && page.token(at).is_some_and(|token| {
            token.shape == Shape::Lower && token.cues == 0 && token.len() > 4 && token.gap == Gap::Space
        })
}
