use super::{Extractor, Mention, MentionKind};
use proptest::prelude::*;
use std::sync::OnceLock;

fn extractor() -> &'static Extractor {
    static EXTRACTOR: OnceLock<Extractor> = OnceLock::new();
    let aliases = [
        ("UnitedHealthcare", "uhc"),
        ("UHC", "uhc"),
        ("Aetna", "aetna"),
        ("Blue Cross Blue Shield", "bcbs"),
        ("BCBS", "bcbs"),
    ];
    EXTRACTOR.get_or_init(|| Extractor::new(aliases).expect("shipped lexicon and cues"))
}

/// Codes of a text in the notation of the table below.
fn codes(text: &str) -> String {
    let named = |mention: &Mention| {
        let value = &mention.value;
        match mention.kind {
            MentionKind::Carc => Some(format!("{}-{value}", mention.qualifier.unwrap_or("?"))),
            MentionKind::Rarc => Some(format!("rarc {value}")),
            MentionKind::Procedure => Some(format!("proc {value}")),
            MentionKind::Diagnosis => Some(format!("dx {value}")),
            MentionKind::Modifier => Some(format!("mod {value}")),
            MentionKind::RevenueCode => Some(format!("rev {value}")),
            MentionKind::Payer | MentionKind::Service | MentionKind::DenialPhrase => None,
        }
    };
    extractor()
        .extract(text)
        .iter()
        .filter_map(named)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Texts and the codes in them.
const CODE_TABLE: &[(&str, &str)] = &[
    // Adjustment reasons, as billers and remittances write them.
    ("CO-197", "CO-197"),
    ("CO 197 no auth", "CO-197"),
    ("co197", "CO-197"),
    ("Co–197 (en dash)", "CO-197"),
    ("PR1", "PR-1"),
    ("PR-1, CO-45", "PR-1, CO-45"),
    ("OA18 dup", "OA-18"),
    ("PI-15", "PI-15"),
    ("CO:16", "CO-16"),
    ("CO#29 timely", "CO-29"),
    ("CO-B7 provider", "CO-B7"),
    ("CO A1", "CO-A1"),
    ("PR-P12", "PR-P12"),
    ("CARC 197", "?-197"),
    ("CARC: 50", "?-50"),
    ("CARCs 16, 197 and 252", "?-16, ?-197, ?-252"),
    ("denial code 50", "?-50"),
    ("Denial code is 29.", "?-29"),
    ("reason code 151", "?-151"),
    ("adjustment reason code 97", "?-97"),
    ("claim adjustment reason codes 4 and 16", "?-4, ?-16"),
    ("denial codes 97/236", "?-97, ?-236"),
    ("CO-45, 97 denied", "CO-45, CO-97"),
    ("CO-16/N290", "CO-16, rarc N290"),
    ("CO 16 MA130", "CO-16, rarc MA130"),
    ("denied CO-50 N115 72148", "CO-50, rarc N115"),
    // Numbers that are no reasons.
    ("197 visits", ""),
    ("50 units billed", ""),
    ("denied 3 times", ""),
    ("CO 80202", ""),
    ("Denver CO 80202 office", ""),
    ("CO2 retention", ""),
    ("CO2 laser resurfacing", ""),
    ("end tidal CO 2", ""),
    ("call 1-800-555-0197", ""),
    ("$197.00 due", ""),
    ("DOS 01/15/2024", ""),
    ("PR-", ""),
    ("CO-0", ""),
    ("CO-997", ""),
    ("CO-97, 3 units", "CO-97"),
    ("reason code 50%", ""),
    ("paid 45% of charges", ""),
    ("room 197", ""),
    ("code 197 blue", ""),
    ("co-insurance 20", ""),
    ("co-pay 40", ""),
    // Remarks.
    ("N706", "rarc N706"),
    ("n706 records", "rarc N706"),
    ("RARC M15", "rarc M15"),
    ("remark code N4", "rarc N4"),
    ("remark codes: MA04", "rarc MA04"),
    ("MA130 unprocessable", "rarc MA130"),
    ("M15 bundled", "rarc M15"),
    ("N95 mask", ""),
    ("N95 respirator given", ""),
    ("T2 N1 tumor", ""),
    ("BMI 41 kg/m2", ""),
    ("dose per m2", ""),
    ("MA 02139", ""),
    ("N/A", ""),
    ("N0 M0", ""),
    ("M151", ""),
    // Procedures.
    ("CPT 99214", "proc 99214"),
    ("CPT codes 99214, 99215 and 72148", "proc 99214, proc 99215, proc 72148"),
    ("HCPCS J0585", "proc J0585"),
    ("E0601 denied", "proc E0601"),
    ("j1745 x 10 units", "proc J1745"),
    ("0275T is experimental", "proc 0275T"),
    ("99214-25", "proc 99214, mod 25"),
    ("97110 denied no auth", "proc 97110"),
    ("20610 bundled w/ 20611 denied", "proc 20610, proc 20611"),
    ("procedure code 27447 for knee", "proc 27447"),
    ("add-on 22614", "proc 22614"),
    ("claim 12345 denied", ""),
    ("member id 99214", ""),
    ("account #99214", ""),
    ("paid 12500 dollars", ""),
    ("$27447", ""),
    ("Austin, TX 78701 denied", ""),
    // Diagnoses.
    ("G43.709", "dx G43.709"),
    ("dx M54.5", "dx M54.5"),
    ("dx: m545", "dx M54.5"),
    ("ICD-10 code E119", "dx E11.9"),
    ("diagnosis codes C50.911, Z17.0", "dx C50.911, dx Z17.0"),
    ("diagnosis F33", "dx F33"),
    ("N18.6 on dialysis", "dx N18.6"),
    // Modifiers.
    ("modifier 25 missing", "mod 25"),
    ("mod 59", "mod 59"),
    ("modifiers 25, 59", "mod 25, mod 59"),
    ("needs 59 modifier", "mod 59"),
    ("modifier GA", "mod GA"),
    ("modifier is missing", ""),
    ("modifier at fault", ""),
    ("mod 12", ""),
    // Revenue codes.
    ("revenue code 0450", "rev 0450"),
    ("rev code 360", "rev 0360"),
    ("rev 0120", "rev 0120"),
    ("revenue 450 million", ""),
    // Lines as they come.
    ("CO-197 + N706 + PR-1 MRI lumbar spine 72148", "CO-197, rarc N706, PR-1"),
    (
        "OA-22 MA04 need EOB, CPT 93306-26, dx R07.9",
        "OA-22, rarc MA04, proc 93306, mod 26, dx R07.9",
    ),
];

#[test]
fn codes_are_found_with_their_groups_and_nothing_else() {
    let wrong: Vec<String> = CODE_TABLE
        .iter()
        .filter(|(text, expected)| codes(text) != *expected)
        .map(|(text, expected)| format!("{text:?}: {:?}, not {expected:?}", codes(text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn found(text: &str, kind: MentionKind) -> Vec<(String, Option<&'static str>, String)> {
    let of_kind = extractor()
        .extract(text)
        .into_iter()
        .filter(|mention| mention.kind == kind);
    of_kind
        .map(|mention| (mention.value, mention.qualifier, mention.span.slice(text).to_owned()))
        .collect()
}

#[test]
fn payers_come_by_alias_at_whole_words_and_the_longest_wins() {
    let text = "UHC and Blue  Cross-Blue Shield denied; Aetna's rep agreed, aetnas? BCBSX";
    let ids: Vec<_> = found(text, MentionKind::Payer)
        .into_iter()
        .map(|(id, _, place)| (id, place))
        .collect();
    let expected = [
        ("uhc", "UHC"),
        ("bcbs", "Blue  Cross-Blue Shield"),
        ("aetna", "Aetna's"),
        ("aetna", "aetnas"),
    ];
    assert_eq!(ids, expected.map(|(id, place)| (id.to_owned(), place.to_owned())));
}

#[test]
fn services_have_our_name_and_category_and_overlapping_names_give_the_longest() {
    let text = "Botox injections for migraine, MRI of the lumbar spine, home infusion and CPAP machines";
    let expected = [
        ("Botox", "DRUG", "Botox injections"),
        ("MRI lumbar spine", "IMAGING", "MRI of the lumbar spine"),
        ("home infusion drug", "DRUG", "home infusion"),
        ("CPAP", "EQUIPMENT", "CPAP machines"),
    ];
    let expected = expected.map(|(name, category, place)| (name.to_owned(), Some(category), place.to_owned()));
    assert_eq!(found(text, MentionKind::Service), expected);
}

#[test]
fn denial_phrases_name_the_type_they_speak_for() {
    let phrases = found(
        "Denied: NOT MEDICALLY NECESSARY; no prior auth on file",
        MentionKind::DenialPhrase,
    );
    let types: Vec<_> = phrases
        .iter()
        .map(|(_, label, place)| (label.unwrap_or(""), place.as_str()))
        .collect();
    assert_eq!(
        types,
        [
            ("MEDICAL_NECESSITY", "NOT MEDICALLY NECESSARY"),
            ("PRIOR_AUTHORIZATION", "no prior auth")
        ]
    );
}

#[test]
fn spans_count_code_points_not_bytes() {
    let text = "Ärztin: “CO‑Zahlung” – 🧾 CO-197, dx G43.709 für Botox";
    let places: Vec<&str> = extractor()
        .extract(text)
        .iter()
        .map(|mention| mention.span.slice(text))
        .collect();
    assert_eq!(places, ["CO-197", "G43.709", "Botox"]);
}

proptest! {
    #[test]
    fn any_text_gives_ordered_spans_within_it(text in "\\PC{0,80}|(CO|PR|N|MA|CPT|dx|mod|rev code)?[ -]?[0-9A-Zé.,/ -]{0,40}") {
        let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        let mentions = extractor().extract(&text);
        prop_assert!(mentions.is_sorted_by_key(|mention| (mention.span, mention.kind)));
        for mention in &mentions {
            prop_assert!(mention.span.start < mention.span.end && mention.span.end <= length);
            prop_assert!(!mention.value.is_empty());
        }
        prop_assert_eq!(&extractor().extract(&text), &mentions);
    }
}
