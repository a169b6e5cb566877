//! The guard's table of cases and the properties that hold for any text.

use proptest::prelude::*;

use super::key::WordKey;
use super::numbers::forms::CODES_OF_LAW;
use super::*;

pub(super) const CASES: &str = concat!(include_str!("cases.txt"), include_str!("cases_numbers.txt"));

/// One line of the table.
pub(super) struct Case {
    kind: PhiKind,
    pub(super) text: String,
    /// Code points of each marked part; empty for a negative case.
    marked: Vec<std::ops::Range<usize>>,
    pub(super) is_positive: bool,
}

pub(super) fn cases() -> Vec<Case> {
    CASES
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(parse)
        .collect()
}

fn parse(line: &str) -> Case {
    let (kind, rest) = line.split_once(' ').expect("kind");
    let (sign, marked_text) = rest.split_once(' ').expect("sign");
    let mut text = String::new();
    let mut marked = Vec::new();
    let mut rest = marked_text;
    while let Some((before, after)) = rest.split_once("[[") {
        let (inside, after) = after.split_once("]]").expect("closing brackets");
        text.push_str(before);
        let start = text.chars().count();
        text.push_str(inside);
        marked.push(start..text.chars().count());
        rest = after;
    }
    text.push_str(rest);
    Case {
        kind: PhiKind::from_wire(kind).expect("a kind"),
        text,
        marked,
        is_positive: sign == "+",
    }
}

fn overlaps(finding: &Finding, range: &std::ops::Range<usize>) -> bool {
    finding.start < range.end && range.start < finding.start + finding.length
}

fn scan(text: &str) -> Vec<Finding> {
    GUARD.scan(text, FieldContext::FreeText)
}

static GUARD: Guard = Guard::new();

#[test]
fn every_kind_has_five_cases_of_each_sign() {
    for kind in PhiKind::ALL {
        for sign in [true, false] {
            let count = cases()
                .iter()
                .filter(|case| case.kind == kind && case.is_positive == sign)
                .count();
            assert!(count >= 5, "{kind}: {count} cases, positive: {sign}");
        }
    }
}

#[test]
fn positive_cases_are_found_as_their_kind() {
    let mut missed = Vec::new();
    for case in cases().iter().filter(|case| case.is_positive) {
        assert!(!case.marked.is_empty(), "nothing marked in: {}", case.text);
        let found = scan(&case.text);
        for range in &case.marked {
            if !found
                .iter()
                .any(|finding| finding.kind == case.kind && overlaps(finding, range))
            {
                missed.push(format!("{} in: {} — found {found:?}", case.kind, case.text));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn negative_cases_have_no_finding_of_any_kind() {
    let mut flagged = Vec::new();
    for case in cases().iter().filter(|case| !case.is_positive) {
        let found = scan(&case.text);
        if !found.is_empty() {
            flagged.push(format!("{}: {} — {found:?}", case.kind, case.text));
        }
    }
    assert!(flagged.is_empty(), "{}", flagged.join("\n"));
}

#[test]
fn redaction_of_every_case_leaves_nothing() {
    let guard = Guard::new();
    for case in cases() {
        let redacted = guard.redact(&case.text);
        assert_eq!(guard.scan(&redacted, FieldContext::FreeText), [], "{redacted}");
        assert_eq!(redacted == case.text, !case.is_positive, "{redacted}");
    }
}

#[test]
fn every_finding_names_a_listed_detector() {
    let guard = Guard::new();
    for case in cases() {
        for finding in scan(&case.text) {
            assert!(
                guard
                    .detectors()
                    .iter()
                    .any(|detector| detector.name == finding.detector),
                "{}",
                finding.detector
            );
            assert!((0.0..=1.0).contains(&finding.score));
        }
    }
}

#[test]
fn the_restricted_zip3_list_holds_the_seventeen_of_the_guidance() {
    for prefix in "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893".split(' ') {
        assert!(super::places::zip3::is_restricted(prefix), "{prefix}");
    }
    for prefix in "202 204 205 369 753 772".split(' ') {
        assert!(super::places::zip3::is_restricted(prefix), "Census 2010: {prefix}");
    }
    for prefix in ["000", "606", "100", "937"] {
        assert!(!super::places::zip3::is_restricted(prefix), "{prefix}");
    }
}

#[test]
fn a_patient_linked_field_has_no_policy_dates() {
    let guard = Guard::new();
    let text = "policy 01/15/2024";
    assert_eq!(guard.scan(text, FieldContext::FreeText), []);
    assert_eq!(guard.scan(text, FieldContext::Reference), []);
    assert_eq!(guard.scan(text, FieldContext::PatientLinked).len(), 1);
}

#[test]
fn an_allowed_phrase_passes_and_only_as_its_kind() {
    let guard = Guard::new();
    let text = "Transferred to Mercy General Hospital, MRN 00482913.";
    let allow = |kind| {
        AllowList::new([AllowEntry {
            phrase: "mercy general hospital".into(),
            kind,
        }])
        .expect("a short list")
    };
    let kinds = |list: &AllowList| {
        guard
            .scan_with(text, FieldContext::FreeText, list)
            .iter()
            .map(|found| found.kind)
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds(&AllowList::default()), [PhiKind::Geography, PhiKind::Mrn]);
    assert_eq!(kinds(&allow(None)), [PhiKind::Mrn]);
    assert_eq!(kinds(&allow(Some(PhiKind::Geography))), [PhiKind::Mrn]);
    assert_eq!(kinds(&allow(Some(PhiKind::Name))), [PhiKind::Geography, PhiKind::Mrn]);
}

#[test]
fn beside_what_is_allowed_nothing_is_read_bolder() {
    let guard = Guard::new();
    let text = "MRN 00-41-882: standard care failed since May 1";
    let detectors = |allow: &AllowList| -> Vec<&str> {
        let found = guard.scan_with(text, FieldContext::FreeText, allow);
        found.iter().map(|found| found.detector).collect()
    };
    let allow = AllowList::new([AllowEntry {
        phrase: "00-41-882".to_owned(),
        kind: None,
    }])
    .unwrap();
    assert_eq!(detectors(&AllowList::default()), ["id.label", "date.beside"]);
    assert!(detectors(&allow).is_empty());
}

#[test]
fn an_allowed_phrase_does_not_cover_half_a_number() {
    let guard = Guard::new();
    let allow = AllowList::new([AllowEntry {
        phrase: "402-19-887".into(),
        kind: None,
    }])
    .expect("a short list");
    assert_eq!(
        guard.scan_with("SSN 402-19-8877", FieldContext::FreeText, &allow).len(),
        1
    );
}

#[test]
fn text_beyond_the_longest_input_is_refused_unread() {
    let text = "a ".repeat(INPUT_BYTES_MAX / 2) + "rest";
    let found = Guard::new().scan(&text, FieldContext::FreeText);
    assert_eq!(
        found.last().map(|last| (last.start, last.length, last.detector)),
        Some((INPUT_BYTES_MAX, 4, "input.too_long"))
    );
}

/// Identifiers with a form or label of their own, and what disguises keep readable to people.
const STRUCTURED: [&str; 9] = [
    "SSN 402-19-8877",
    "call (559) 555-0142",
    "mail maria.gonzalez@example.org",
    "MRN: 00482913",
    "Member ID XJH882190041",
    "MBI 1EG4-TE5-MK73",
    "card 4111-1111-1111-1111",
    "VIN 1HGCM82633A004352",
    "from 10.34.201.7",
];

/// What hides a text from a reader of bytes.
type Disguise = fn(&str) -> String;

fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii_graphic() {
                char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

fn zero_width(text: &str) -> String {
    text.chars().flat_map(|c| [c, '\u{200b}']).collect()
}

fn look_alikes(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'a' => 'а',
            'e' => 'е',
            'o' => 'о',
            'S' => 'Ѕ',
            'M' => 'М',
            '-' => '\u{2011}',
            '0' => '٠',
            '1' => '۱',
            other => other,
        })
        .collect()
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || byte == b' ' {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

#[test]
fn disguised_identifiers_are_found() {
    let disguises: [(&str, Disguise); 5] = [
        ("full width", full_width),
        ("zero width", zero_width),
        ("look-alikes", look_alikes),
        ("percent", percent_encoded),
        ("lines", |text| text.replace('-', "-\n")),
    ];
    for text in STRUCTURED {
        for (name, disguise) in disguises {
            let hidden = disguise(text);
            assert!(!scan(&hidden).is_empty(), "{name}: {hidden}");
        }
    }
}

#[test]
fn base64_and_hexadecimal_are_read() {
    use base64::Engine as _;
    for text in STRUCTURED {
        let encoded = base64::engine::general_purpose::STANDARD.encode(text);
        assert!(!scan(&format!("note {encoded} end")).is_empty(), "{encoded}");
        let hexadecimal: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!scan(&hexadecimal).is_empty(), "{hexadecimal}");
    }
}

#[test]
fn offsets_point_at_the_original_characters() {
    let text = "Naïve “note”: ＳＳＮ 4０2-19-8877 — ok";
    let found = scan(text);
    let part: String = text.chars().skip(found[0].start).take(found[0].length).collect();
    assert_eq!((found.len(), part.as_str()), (1, "4０2-19-8877"));
}

proptest! {
    #[test]
    fn issued_social_security_numbers_are_found_anywhere(area in 1_u32..=899, group in 1_u32..=99, serial in 1_u32..=9999, before in "[a-z ]{0,20}") {
        let is_section = CODES_OF_LAW.contains(&WordKey::of(before.split(' ').rfind(|word| !word.is_empty()).unwrap_or("")));
        prop_assume!(area != 666 && !is_section);
        let text = format!("{before} {area:03}-{group:02}-{serial:04}.");
        prop_assert!(!scan(&text).is_empty(), "{text}");
    }
}

/// Work grows in step with the text: twice the input, at most about twice the questions asked of the page.
#[test]
fn work_is_linear_in_the_text() {
    for piece in [
        "1 ",
        "1-",
        "(",
        "Mr. ",
        "A.",
        "patient ",
        "Maria ",
        "@",
        ".",
        "a.",
        "[",
        "%4",
        "St. ",
        "of the ",
        "12/",
        "iVBOR",
        "member id ",
        "san ",
        "March ",
        "https://a",
        "Name: ",
        "the 14th ",
        "on 3/3, ",
        "in May ",
        "ninety, ",
        "94, ",
        "MRN 482913 and ",
        "482913, ",
        "12/31/2024 ",
    ] {
        let work = |count: usize| {
            let text = piece.repeat(count);
            page::WORK.with(|work| work.set(0));
            let _ = scan(&text);
            page::WORK.with(std::cell::Cell::get)
        };
        let (once, twice) = (work(2_000), work(4_000));
        assert!(twice <= once * 5 / 2 + 1_000, "{piece:?}: {once} then {twice}");
    }
}
