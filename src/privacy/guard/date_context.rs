//! What the words around a date speak of: a person and their care, or a document, a code, a benefit.

use super::lexicon::{cue, dict};
use super::page::Page;
use super::token::{Gap, Shape, Token};

/// How far a sentence is read for whom or what it speaks of, in tokens.
const REACH_BACK: usize = 24;
const REACH_ON: usize = 14;

/// Words that stand for one person whose care is spoken of.
const PRONOUNS: &[&str] = &[
    "he", "she", "his", "her", "him", "hers", "i'd", "i'll", "i've", "me", "my", "himself", "herself", "who", "she'd",
    "he'd", "he's", "she's", "i'm", "she'll", "he'll", "who's",
];

/// People as clinicians call them; the lexicon's persons are the payers'.
const PEOPLE: &[&str] = &[
    "man",
    "woman",
    "kid",
    "boy",
    "girl",
    "lady",
    "guy",
    "gentleman",
    "baby",
    "infant",
    "toddler",
    "newborn",
    "teen",
    "child",
    "resident",
    "smoker",
    "gal",
    "fellow",
    "grandma",
    "grandpa",
    "gran",
    "auntie",
    "uncle",
    "dad",
    "mom",
    "mum",
    "widow",
    "widower",
    "neonate",
    "preemie",
    "teenager",
    "twins",
    "family",
    "male",
];

/// What happens to one person, or is done to them: verbs that say when.
const CARE_VERBS: &[&str] = &[
    "admitted",
    "readmitted",
    "discharged",
    "arrived",
    "left",
    "came",
    "came",
    "went",
    "fell",
    "saw",
    "seen",
    "born",
    "died",
    "passed",
    "delivered",
    "diagnosed",
    "operated",
    "transplanted",
    "transfused",
    "intubated",
    "reintubated",
    "extubated",
    "cardioverted",
    "ablated",
    "stented",
    "infused",
    "injected",
    "implanted",
    "vaccinated",
    "immunized",
    "boosted",
    "biopsied",
    "resected",
    "repaired",
    "pinned",
    "fused",
    "amputated",
    "cathed",
    "scoped",
    "scanned",
    "imaged",
    "interrogated",
    "tested",
    "retested",
    "cultured",
    "drawn",
    "collected",
    "placed",
    "removed",
    "inserted",
    "done",
    "dosed",
    "given",
    "gave",
    "took",
    "taken",
    "started",
    "restarted",
    "stopped",
    "quit",
    "began",
    "held",
    "resumed",
    "hospitalized",
    "transferred",
    "evaluated",
    "examined",
    "consulted",
    "referred",
    "visited",
    "called",
    "recalled",
    "spoke",
    "talked",
    "met",
    "mailed",
    "faxed",
    "refaxed",
    "emailed",
    "messaged",
    "texted",
    "signed",
    "filled",
    "refilled",
    "dispensed",
    "bitten",
    "bit",
    "stung",
    "burned",
    "broke",
    "injured",
    "crashed",
    "hit",
    "coded",
    "seized",
    "relapsed",
    "miscarried",
    "moved",
    "married",
    "retired",
    "here",
    "back",
    "home",
    "dx'd",
    "cast",
    "off",
    "accepted",
    "sent",
    "cleared",
    "eloped",
    "trached",
    "scheduled",
    "rescheduled",
    "expired",
    "presented",
    "says",
    "said",
];

/// What happens to one person, or is done to them: nouns that a day follows.
const CARE_NOUNS: &[&str] = &[
    "clinic",
    "visit",
    "appointment",
    "appt",
    "admission",
    "admit",
    "readmission",
    "readmit",
    "discharge",
    "dc",
    "d/c",
    "c",
    "surgery",
    "operation",
    "procedure",
    "biopsy",
    "bx",
    "transplant",
    "tx",
    "delivery",
    "birth",
    "death",
    "fall",
    "accident",
    "crash",
    "mvc",
    "mva",
    "injury",
    "bite",
    "burn",
    "fracture",
    "fx",
    "stroke",
    "cva",
    "tia",
    "mi",
    "stemi",
    "nstemi",
    "seizure",
    "attack",
    "flare",
    "episode",
    "onset",
    "exposure",
    "exacerbation",
    "bleed",
    "dx",
    "diagnosis",
    "ed",
    "er",
    "icu",
    "snf",
    "rehab",
    "hospital",
    "pcp",
    "tte",
    "tee",
    "echo",
    "ekg",
    "ecg",
    "eeg",
    "emg",
    "cxr",
    "xray",
    "x-ray",
    "ct",
    "mri",
    "cat",
    "pet",
    "us",
    "scan",
    "ultrasound",
    "mammo",
    "mammogram",
    "colonoscopy",
    "egd",
    "pap",
    "labs",
    "lab",
    "cbc",
    "bmp",
    "cmp",
    "a1c",
    "culture",
    "cultures",
    "imaging",
    "path",
    "swab",
    "ppd",
    "shot",
    "vaccine",
    "booster",
    "jab",
    "dose",
    "infusion",
    "injection",
    "refill",
    "cath",
    "pci",
    "stent",
    "cabg",
    "tavr",
    "tka",
    "tha",
    "icd",
    "pacemaker",
    "port",
    "picc",
    "graft",
    "chemo",
    "cycle",
    "call",
    "message",
    "note",
    "letter",
    "fax",
    "dos",
    "lmp",
    "check",
    "period",
    "menses",
    "section",
    "eval",
    "evaluation",
    "transfer",
    "hearing",
    "care",
    "booked",
    "due",
    "now",
];

/// Endings that name an operation or an examination.
const CARE_ENDINGS: &[&str] = &[
    "ectomy", "plasty", "scopy", "ostomy", "otomy", "pexy", "desis", "centesis", "graphy", "ogram",
];

/// What a date is said of that dates a document, a code, a list or a benefit.
const DOCUMENT_WORDS: &[&str] = &[
    "eff",
    "dated",
    "reviewed",
    "review",
    "approved",
    "preferred",
    "nonpreferred",
    "valid",
    "deleted",
    "replaced",
    "retired",
    "ended",
    "ends",
    "end",
    "expired",
    "expires",
    "begins",
    "begin",
    "beginning",
    "starting",
    "start",
    "starts",
    "became",
    "payable",
    "changed",
    "changes",
    "extended",
    "renewed",
    "superseded",
    "supersede",
    "supersedes",
    "archived",
    "adopted",
    "discontinued",
    "added",
    "removed",
    "implementation",
    "list",
    "lists",
    "listing",
    "indicator",
    "status",
    "tier",
    "excluded",
    "exclusion",
    "covered",
    "billable",
    "reportable",
    "posted",
    "packaged",
    "bundled",
    "sunset",
    "terminated",
    "transition",
    "table",
    "period",
    "schedule",
    "presented",
    "issued",
    "finalized",
    "introduced",
    "until",
    "updated",
    "effective",
    "force",
    "notice",
    "notices",
    "effect",
    "voted",
    "withdrew",
    "withdrawn",
    "lapsed",
    "launch",
    "launched",
    "closed",
    "waived",
    "lowered",
    "raised",
    "began",
    "announced",
    "recall",
    "recalled",
    "recommended",
    "granted",
    "expanded",
    "replaces",
    "file",
    "sunsets",
    "authorized",
    "removes",
];

/// Those that are said of people and their care as well: a payer's name beside them doesn't tell.
const OF_PEOPLE_TOO: &[&str] = &[
    "reviewed",
    "review",
    "approved",
    "replaced",
    "ended",
    "ends",
    "end",
    "begin",
    "begins",
    "beginning",
    "start",
    "starts",
    "starting",
    "removed",
    "presented",
    "until",
    "covered",
    "issued",
    "introduced",
    "changed",
    "extended",
    "terminated",
    "added",
    "excluded",
    "status",
    "period",
    "schedule",
    "closed",
    "granted",
    "file",
    "recalled",
    "authorized",
    "began",
];

/// What such dates are told of, where no cue of the lexicon says it.
const DOCUMENT_SUBJECTS: &[&str] = &[
    "list",
    "lists",
    "tier",
    "biosimilar",
    "biosimilars",
    "generic",
    "generics",
    "waiver",
    "flexibilities",
    "telehealth",
    "indicator",
    "limit",
    "limits",
    "drug",
    "drugs",
    "products",
    "product",
    "benefit",
    "benefits",
    "pass-through",
    "committee",
    "fee",
    "rates",
    "agonists",
    "program",
    "payment",
    "codes",
    "decision",
    "bulletin",
    "grouper",
    "template",
    "catalog",
    "pdl",
    "approval",
    "brand",
    "brands",
    "edit",
    "edits",
    "exclusion",
    "sponsor",
    "code",
    "formula",
    "algorithm",
    "definition",
    "measure",
    "rate",
    "indication",
    "exclusivity",
    "launch",
    "trial",
    "manufacturer",
    "maker",
    "acip",
    "uspstf",
    "recall",
    "unwinding",
    "parity",
    "indications",
    "authorizations",
    "prior",
    "rebate",
    "class",
    "market",
];

/// Permissions that are given to one person, whatever words of documents stand beside them.
const PERMISSIONS: &[&str] = &[
    "auth",
    "authorization",
    "authorisation",
    "referral",
    "certification",
    "recert",
    "precert",
    "preauth",
    "eligibility",
    "prior-auth",
];

/// What is said of permissions.
const OF_PERMISSIONS: &[&str] = &[
    "approved",
    "valid",
    "expired",
    "expires",
    "ended",
    "ends",
    "extended",
    "starts",
    "begins",
    "start",
    "end",
    "period",
    "covered",
    "terminated",
    "status",
    "until",
    "granted",
];

fn reach(page: &Page, first: usize, last: usize) -> std::ops::Range<usize> {
    let mut from = first;
    while from > 0 && first - from < REACH_BACK && !page.starts_sentence(from) {
        from -= 1;
    }
    let mut to = last + 1;
    while to < page.tokens.len() && to - last < REACH_ON && !page.starts_sentence(to) {
        to += 1;
    }
    from..to
}

fn is_one_of(page: &Page, index: usize, words: &[&str]) -> bool {
    page.word_is(index, words)
}

pub(super) fn is_person(page: &Page, index: usize) -> bool {
    page.has(index, cue::PERSON | cue::RELATIVE)
        || page.token(index).is_some_and(|token| {
            token.has(cue::TITLE) && token.shape != Shape::Upper || is_age_and_sex(page, index, token)
        })
        || is_one_of(page, index, PRONOUNS)
        || page.word_is(index, &["i"])
            && page.token(index + 1).is_some_and(Token::is_word)
            && page.gap(index) != Gap::Glued
        || is_one_of(page, index, PEOPLE)
}

/// "61M", "34F".
fn is_age_and_sex(page: &Page, index: usize, token: &Token) -> bool {
    token.shape == Shape::Mixed && matches!(page.word(index).as_bytes(), [b'1'..=b'9', b'0'..=b'9', b'M' | b'F'])
}

/// A capitalised word that is no word of the language: most are names of people.
fn may_be_name(page: &Page, index: usize) -> bool {
    const OTHERS: u64 = cue::PROPER | cue::EPONYM | cue::CODE_CUE | cue::MONTH | cue::STATE | cue::POLICY_DATE;
    page.token(index).is_some_and(|token| {
        token.shape == Shape::Title
            && token.len() > 2
            && !token.has(OTHERS)
            && u64::from(token.known) & (dict::WORD | dict::CITY) == 0
            && (!token.starts_sentence || u64::from(token.known) & (dict::FIRST | dict::SURNAME) != 0)
    })
}

/// Whether the sentence around a date speaks of one person, by a word for them.
pub(super) fn speaks_of_person(page: &Page, first: usize, last: usize) -> bool {
    reach(page, first, last).any(|index| is_person(page, index))
}

/// The same, by a word that payers don't use for all their members.
pub(super) fn tells_of_somebody(page: &Page, first: usize, last: usize) -> bool {
    reach(page, first, last).any(|index| is_person(page, index) && !page.has(index, cue::PERSON))
}

/// The same, or by what looks like a name.
pub(super) fn may_speak_of_person(page: &Page, first: usize, last: usize) -> bool {
    reach(page, first, last).any(|index| is_person(page, index) || may_be_name(page, index))
}

/// The nearest cue of care or of documents before a date. "Classical section" is an operation.
pub(super) fn nearest_cue(page: &Page, first: usize, reach: usize) -> Option<usize> {
    const CUES: u64 = cue::PATIENT_DATE | cue::POLICY_DATE;
    let at = page.cue_before(first, reach, CUES)?;
    let is_operation = page.word_is(at, &["section", "sections"])
        && at
            .checked_sub(1)
            .is_some_and(|before| page.word_is(before, &["classical", "cesarean", "caesarean", "c", "-", "repeat"]));
    if is_operation {
        return page.cue_before(at, reach.saturating_sub(first - at), CUES);
    }
    Some(at)
}

/// Whether somebody is spoken of near, in this sentence or those beside it.
pub(super) fn is_about_person(page: &Page, first: usize, last: usize) -> bool {
    let from = first.saturating_sub(2 * REACH_BACK);
    (from..last + 1 + 2 * REACH_ON).any(|index| is_person(page, index))
}

/// Whether the sentence tells of a document, a code or a benefit.
pub(super) fn speaks_of_document(page: &Page, first: usize, last: usize) -> bool {
    reach(page, first, last)
        .filter(|index| !(first..=last).contains(index))
        .any(|index| is_document(page, index))
}

fn is_document(page: &Page, index: usize) -> bool {
    page.has(index, cue::POLICY_DATE | cue::CODE_CUE)
        || is_one_of(page, index, DOCUMENT_SUBJECTS)
        || page.token(index).is_some_and(|token| {
            token.shape == Shape::Mixed && token.len() == 5 && !token.taken
                || token.shape == Shape::Digits && token.len() == 5 && token.gap <= Gap::Space
        })
}

/// "care": the word just before a day tells of something that happens to one person.
pub(super) fn tells_of_care(page: &Page, index: usize) -> bool {
    if page.has(index, cue::POLICY_DATE) {
        return false;
    }
    is_one_of(page, index, CARE_VERBS) || is_one_of(page, index, CARE_NOUNS) || has_care_ending(page, index)
}

fn has_care_ending(page: &Page, index: usize) -> bool {
    if is_one_of(
        page,
        index,
        &["program", "kilogram", "microgram", "histogram", "monogram"],
    ) {
        return false;
    }
    let word = page.word(index).as_bytes();
    CARE_ENDINGS.iter().any(|ending| {
        word.len() > ending.len() + 2
            && word
                .get(word.len() - ending.len()..)
                .is_some_and(|end| end.eq_ignore_ascii_case(ending.as_bytes()))
    })
}

/// Whether something that happens to one person is told of within so many tokens before, or just after.
pub(super) fn care_near(page: &Page, first: usize, last: usize, back: usize) -> bool {
    let mut at = first;
    for _ in 0..back {
        if page.starts_sentence(at) {
            break;
        }
        at = at.saturating_sub(1);
        if tells_of_care(page, at) {
            return true;
        }
    }
    (last + 1..last + 4)
        .take_while(|index| !page.starts_sentence(*index))
        .any(|index| is_one_of(page, index, CARE_VERBS))
}

/// "preferred from 07/01/2024", "deleted 1/1/2022 and replaced", "list dated 10/15/2024": nobody's date, but that of a document.
pub(super) fn dates_document(page: &Page, first: usize, last: usize) -> bool {
    if is_rule_of_time(page, first) {
        return !speaks_of_person(page, first, last);
    }
    let near = (1..=8)
        .take_while(|back| *back <= first && !page.starts_sentence(first + 1 - back))
        .map(|back| first - back)
        .find(|index| is_one_of(page, *index, DOCUMENT_WORDS) || page.has(*index, cue::POLICY_DATE));
    let is_payers = near.is_some_and(|near| !is_one_of(page, near, OF_PEOPLE_TOO))
        && reach(page, first, last).any(|index| page.has(index, cue::PROPER));
    let is_stopped =
        first >= 2 && page.mark_is(first - 1, b'.') && page.word_is(first - 2, &["eff", "rev", "upd", "pub"]);
    (near.is_some() || is_stopped)
        && (is_stopped || is_payers || speaks_of_document(page, first, last))
        && !speaks_of_person(page, first, last)
        && !(near.is_some_and(|near| is_one_of(page, near, OF_PERMISSIONS))
            && reach(page, first, last).any(|index| is_one_of(page, index, PERMISSIONS)))
}

/// "for dates of service on or after …", "services rendered before …", "all admissions prior to …": any date of its kind.
fn is_rule_of_time(page: &Page, first: usize) -> bool {
    const KINDS: &[&str] = &[
        "services",
        "dates",
        "admissions",
        "discharges",
        "claims",
        "encounters",
        "visits",
        "procedures",
        "requests",
        "items",
        "dos",
        "stays",
        "years",
        "periods",
        "orders",
        "authorizations",
    ];
    let word = |back: usize, words: &[&str]| first.checked_sub(back).is_some_and(|index| page.word_is(index, words));
    let compares = word(1, &["after", "before"]) || word(1, &["to"]) && word(2, &["prior"]) || word(1, &["from"]);
    compares
        && (2..=10)
            .take_while(|back| *back <= first && !page.starts_sentence(first + 1 - back))
            .any(|back| is_one_of(page, first - back, KINDS))
}
