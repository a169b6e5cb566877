//! Texts made to break the guard: cut and repeated cases, encodings in encodings, anything at all. `make fuzz` says how many.

use base64::Engine as _;
use proptest::prelude::*;

use super::tests::CASES;
use super::{FieldContext, Finding, Guard, page};

/// Most steps of work a byte may cost, on texts of a size where the fixed costs don't show. The tests of real texts stay below 40.
const STEPS_PER_BYTE_MAX: u64 = 220;

/// What stands for a fixed part of the work: the reading of a short text.
const STEPS_FIXED: u64 = 4_000;

static GUARD: Guard = Guard::new();

/// Pieces that one detector or another takes for a beginning.
const PIECES: &[&str] = &[
    "1",
    "12",
    "1.",
    "1-",
    "1/",
    "12345 ",
    "555-0142 ",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "'",
    "o'",
    "'s ",
    "@",
    "a@",
    ".",
    "a.",
    ".com",
    "www.",
    "://",
    "https://a",
    "data:image/",
    "iVBORw0KGgo",
    "%4",
    "%41",
    "%2541",
    "&#65;",
    "&#x41;",
    "&#",
    "=",
    "==",
    "TWFyaWE",
    "4d6172",
    "::",
    "fe80::",
    "10.0.0.",
    "A",
    "A.",
    "A-",
    "-",
    "_",
    "#",
    "$",
    "&",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    " ",
    "  ",
    "\u{a0}",
    "\u{200b}",
    "\u{ad}",
    "\u{301}",
    "\u{fdfa}",
    "\u{3243}",
    "é",
    "ß",
    "а",
    "Ѕ",
    "４",
    "٤",
    "𝟒",
    "§",
    "💊",
    "\u{e0041}",
    "Mr. ",
    "Dr. ",
    "Dr ",
    "patient ",
    "Patient: ",
    "member id ",
    "id # ",
    "MRN ",
    "SSN ",
    "DOB ",
    "DOS ",
    "number ",
    "claim ",
    "fax ",
    "call ",
    "ZIP ",
    "CA ",
    ", CA ",
    "lives at ",
    "lives in ",
    "from ",
    "in ",
    "at ",
    "of the ",
    "of ",
    "admitted to ",
    "seen at ",
    "transferred ",
    "Mercy ",
    "Hospital ",
    "Medical Center ",
    "County ",
    "St. ",
    "Main Street ",
    "Highway ",
    "Apt ",
    "Suite ",
    "P.O. Box ",
    "Maria ",
    "Maria",
    "Gonzalez ",
    "GONZALEZ, ",
    "maria, ",
    "Min-jun ",
    "de la ",
    "van ",
    "and ",
    ", ",
    "(M) ",
    "March ",
    "may ",
    "third of ",
    "19",
    "2024",
    "01/02/2024",
    "94",
    "-year-old ",
    "ninety-",
    "aged ",
    "over ",
    "photo of ",
    "fingerprint ",
    "on file ",
    ".jpg ",
    "no ",
    "[NAME]",
    "[DATE] ",
    "[NAME",
    "disease ",
    "Inc. ",
    "new york ",
    "Salt Lake ",
    "w/ ",
    "re: ",
    "daughter ",
    "called ",
    "ABC 123 456 ",
    "4111 1111 1111 1111 ",
    "402-19-8877",
    "1EG4-TE5-MK73",
    "1HGCM82633A004352",
    "in January ",
    "on the 23rd",
    "3-14",
    ", 94, ",
    "her son Minh",
    "seen in macon",
    "the Mercy nurse",
    "labs from ",
    "refer to ",
    "0171 496 ",
    "vs Okafor",
];

/// The hand-written cases without their brackets.
fn case_texts() -> Vec<String> {
    CASES
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.splitn(3, ' ').nth(2))
        .map(|text| text.replace("[[", "").replace("]]", ""))
        .collect()
}

fn from_pieces(longest: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..longest).prop_map(|pieces| pieces.concat())
}

/// A few pieces, over and over.
fn repeated() -> impl Strategy<Value = String> {
    (from_pieces(5), 1_usize..400).prop_map(|(pattern, times)| pattern.repeat(times))
}

/// Cases cut anywhere, joined, and with pieces put into them.
fn mutated() -> impl Strategy<Value = String> {
    let part = (
        prop::sample::select(case_texts()),
        any::<prop::sample::Index>(),
        from_pieces(4),
    )
        .prop_map(|(text, cut, piece)| {
            let at = text.floor_char_boundary(cut.index(text.len() + 1));
            let (head, tail) = text.split_at(at);
            format!("{head}{piece}{tail}")
        });
    prop::collection::vec(part, 1..5).prop_map(|parts| parts.join(" "))
}

/// One encoding or disguise of a text.
fn disguised(text: &str, way: u8) -> String {
    match way % 7 {
        0 => base64::engine::general_purpose::STANDARD.encode(text),
        1 => base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text),
        2 => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        3 => text.bytes().map(|byte| format!("%{byte:02X}")).collect(),
        4 => text.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
        5 => text.chars().flat_map(|c| [c, '\u{200b}']).collect(),
        _ => text.to_uppercase(),
    }
}

fn encoded() -> impl Strategy<Value = String> {
    (mutated(), prop::collection::vec(any::<u8>(), 1..4), from_pieces(4))
        .prop_map(|(text, ways, before)| before + &ways.into_iter().fold(text, |text, way| disguised(&text, way)))
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), from_pieces(40), repeated(), mutated(), encoded()]
}

fn any_context() -> impl Strategy<Value = FieldContext> {
    prop_oneof![
        4 => Just(FieldContext::FreeText),
        1 => Just(FieldContext::PatientLinked),
        1 => Just(FieldContext::Reference),
    ]
}

fn scan(text: &str, context: FieldContext) -> Vec<Finding> {
    GUARD.scan(text, context)
}

/// Steps of work that one look at a text takes.
fn steps(text: &str, context: FieldContext) -> u64 {
    let _ = scan("", context); // the lists are read before anything is counted
    page::WORK.with(|work| work.set(0));
    let _ = scan(text, context);
    page::WORK.with(std::cell::Cell::get)
}

proptest! {
    #[test]
    fn every_finding_lies_within_the_text_and_apart_from_the_next(text in any_text(), context in any_context()) {
        let length = text.chars().count();
        let mut end = 0;
        for finding in scan(&text, context) {
            prop_assert!(finding.length > 0 && finding.start >= end, "{finding:?} after {end}");
            end = finding.start + finding.length;
            prop_assert!(end <= length, "{finding:?} beyond {length}");
            prop_assert!((0.0..=1.0).contains(&finding.score));
        }
    }

    #[test]
    fn scanning_is_a_function_of_the_text(text in any_text(), context in any_context()) {
        prop_assert_eq!(scan(&text, context), scan(&text, context));
    }

    #[test]
    fn what_is_redacted_scans_clean_and_stays_as_it_is(text in any_text(), context in any_context()) {
        let list = super::AllowList::default();
        let redacted = GUARD.redact_with(&text, context, &list);
        prop_assert_eq!(GUARD.scan(&redacted, context), []);
        prop_assert_eq!(GUARD.redact_with(&redacted, context, &list), redacted);
    }

    #[test]
    fn the_work_stays_in_proportion_to_the_text(text in any_text(), context in any_context()) {
        let steps = steps(&text, context);
        let most = STEPS_FIXED + STEPS_PER_BYTE_MAX * text.len() as u64;
        prop_assert!(steps <= most, "{steps} steps for {} bytes", text.len());
    }

    #[test]
    fn twice_the_text_is_at_most_about_twice_the_work(pattern in from_pieces(6)) {
        let once = steps(&pattern.repeat(200), FieldContext::FreeText);
        let twice = steps(&pattern.repeat(400), FieldContext::FreeText);
        prop_assert!(twice <= once * 5 / 2 + STEPS_FIXED, "{once} then {twice}");
    }
}
