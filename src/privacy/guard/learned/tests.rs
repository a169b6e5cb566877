//! Learns the weights from labelled texts, and tests that they fit: logistic regression for each kind, step by step with a rate of its own for each weight (AdaGrad).
//!
//! The texts are those that the guard was mended by, in `benches/guard/others`, never those it is measured on, and the hand-written cases in
//! which there is nothing. After a change of features, lists or texts: `cargo test --release learns_weights -- --ignored`.

use std::ops::Range;
use std::path::Path;

use super::features::{PARTS, Place, Surroundings};
use super::weights::{KINDS, PLACES, Sums, UNIT, WEIGHTS};
use crate::privacy::guard::lexicon::LEXICON;
use crate::privacy::guard::normal::Normal;
use crate::privacy::guard::page::Page;
use crate::privacy::guard::tests::cases;
use crate::privacy::guard::{FieldContext, Guard};

const TEXTS: &str = "benches/guard/others/mended_by.ndjson";
const WEIGHTS_FILE: &str = "src/privacy/guard/data/learned.bin";

/// How often all texts are gone through.
const ROUNDS: usize = 8;
/// The first step of a weight.
const RATE: f32 = 0.1;
/// As how many texts a hand-written case counts.
const WEIGHT_OF_CASES: usize = 3;
/// What draws a weight back to nothing at each step, as a part of it.
const DECAY: f32 = 1e-5;

/// A token of a text and what it is: the number of a kind, or [`NOTHING`].
struct Lesson {
    features: Range<usize>,
    kind: usize,
}

const NOTHING: usize = KINDS.len();

#[derive(Default)]
struct Lessons {
    features: Vec<Place>,
    tokens: Vec<Lesson>,
}

/// A text's identifiers: each value and the number of its kind.
type Marked = Vec<(String, usize)>;

/// The first so many texts.
fn texts(count: usize) -> Vec<(String, Marked)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(TEXTS);
    let lines = std::fs::read_to_string(path).expect("the labelled texts");
    { lines.lines().take(count) }
        .map(|line| {
            let text: serde_json::Value = serde_json::from_str(line).expect("a text");
            let string = |value: &serde_json::Value| value.as_str().expect("a string").to_owned();
            let parts = text["phi"].as_array().expect("its identifiers");
            let marked = parts
                .iter()
                .map(|part| (string(&part["value"]), kind(&string(&part["kind"]))));
            (string(&text["text"]), marked.collect())
        })
        .collect()
}

/// The hand-written cases in which nothing is to be found.
fn clean_cases() -> impl Iterator<Item = (String, Marked)> {
    let clean = cases().into_iter().filter(|case| !case.is_positive);
    clean.map(|case| (case.text, Marked::new()))
}

/// The number of a kind. All that has a number of its own is one kind here.
fn kind(named: &str) -> usize {
    const NUMBERS: [&str; 9] = [
        "mrn",
        "health_plan_id",
        "account",
        "other_unique_id",
        "license",
        "device",
        "vehicle",
        "ssn",
        "phone",
    ];
    let kind = if NUMBERS.contains(&named) {
        "other_unique_id"
    } else {
        named
    };
    { KINDS.iter() }
        .position(|known| known.phi().as_str().eq_ignore_ascii_case(kind))
        .unwrap_or(NOTHING)
}

impl Lessons {
    fn of(texts: &[(String, Marked)]) -> Self {
        let mut lessons = Self::default();
        for (text, marked) in texts {
            lessons.take(text, marked);
        }
        lessons
    }

    /// Every word and number of a text. A value is marked wherever it stands.
    fn take(&mut self, text: &str, marked: &Marked) {
        let normal = Normal::of(text);
        let mut kinds = vec![NOTHING; normal.text().len()];
        for (value, kind) in marked {
            let value = Normal::of(value);
            for (start, found) in normal.text().match_indices(value.text()) {
                kinds[start..start + found.len()].fill(*kind);
            }
        }
        let page = Page::new(normal.text(), &LEXICON, FieldContext::FreeText);
        for (at, token) in page.tokens.iter().enumerate().filter(|(_, token)| token.mark == 0) {
            let first = self.features.len();
            let around = Surroundings::of(&page, at).expect("a token");
            for part in PARTS {
                around.each(part, |feature| self.features.push(feature));
            }
            self.tokens.push(Lesson {
                features: first..self.features.len(),
                kind: kinds[token.start as usize],
            });
        }
    }

    fn learn(&self) -> Vec<[f32; KINDS.len()]> {
        let mut weights = vec![[0_f32; KINDS.len()]; PLACES];
        let mut steps = vec![[1e-6_f32; KINDS.len()]; PLACES];
        let mut order: Vec<&Lesson> = self.tokens.iter().collect();
        let mut chance = 0x1234_5678_9abc_def1;
        for _ in 0..ROUNDS {
            shuffle(&mut order, &mut chance);
            for lesson in &order {
                let features = &self.features[lesson.features.clone()];
                for kind in 0..KINDS.len() {
                    let sum: f32 = features.iter().map(|place| weights[*place][kind]).sum();
                    let truth = if lesson.kind == kind { 1.0 } else { 0.0 };
                    let error = 1.0 / (1.0 + (-sum).exp()) - truth;
                    for place in features {
                        let weight = &mut weights[*place][kind];
                        let slope = error + DECAY * *weight;
                        let taken = &mut steps[*place][kind];
                        *taken += slope * slope;
                        *weight -= RATE * slope / taken.sqrt();
                    }
                }
            }
        }
        weights
    }
}

/// Fisher and Yates's, with the same chance each time.
fn shuffle<T>(order: &mut [T], chance: &mut u64) {
    for last in (1..order.len()).rev() {
        *chance ^= *chance << 13;
        *chance ^= *chance >> 7;
        *chance ^= *chance << 17;
        order.swap(
            last,
            usize::try_from(*chance % (last as u64 + 1)).expect("below the length"),
        );
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped")]
fn written(weights: [f32; KINDS.len()]) -> [u8; 4] {
    weights.map(|weight| ((weight * UNIT).round().clamp(-127.0, 127.0) as i8).cast_unsigned())
}

#[test]
#[ignore = "writes src/privacy/guard/data/learned.bin; to be run with --release"]
fn learns_weights() {
    let mut taught = texts(usize::MAX);
    for _ in 0..WEIGHT_OF_CASES {
        taught.extend(clean_cases());
    }
    let weights = Lessons::of(&taught).learn();
    let bytes: Vec<u8> = weights.into_iter().flat_map(written).collect();
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(WEIGHTS_FILE), bytes).expect("written");
}

/// Weights that were learned for other features find little of what is marked.
#[test]
fn the_weights_are_those_of_these_features() {
    let lessons = Lessons::of(&texts(1_000));
    let mut right = [0_usize; KINDS.len() + 1];
    let mut all = right;
    for lesson in &lessons.tokens {
        let mut sums = Sums::default();
        for place in &lessons.features[lesson.features.clone()] {
            sums.add(WEIGHTS.at(*place));
        }
        let judged = { sums.all().into_iter().enumerate() }
            .filter(|(_, sum)| *sum > 0)
            .max_by_key(|(_, sum)| *sum)
            .map_or(NOTHING, |(kind, _)| kind);
        all[lesson.kind] += 1;
        right[lesson.kind] += usize::from(judged == lesson.kind);
    }
    for (kind, (right, all)) in right.into_iter().zip(all).enumerate() {
        assert!(right * 10 >= all * 8, "{kind}: {right} of {all}");
    }
}

fn findings(text: &str) -> Vec<(&'static str, String)> {
    let found = Guard::new().scan(text, FieldContext::FreeText);
    let part = |start, length| text.chars().skip(start).take(length).collect();
    { found.iter() }
        .map(|found| (found.detector, part(found.start, found.length)))
        .collect()
}

const JUDGED_ALONE: &str = "trying to overturn php denial for zeb, 19, anorexia, treated at marigold harbor tucson";

#[test]
fn what_no_rule_knows_is_judged_by_its_surroundings() {
    for (text, detector, part) in [
        (JUDGED_ALONE, "geo.learned", "marigold harbor"),
        (
            "ins wont pay for 2nd brace, boy outgrew it, zeb, orthotist marlowe, laredo",
            "name.learned",
            "zeb",
        ),
    ] {
        let found = findings(text);
        assert!(
            found.iter().any(|(by, what)| *by == detector && what.contains(part)),
            "{found:?}"
        );
    }
}

#[test]
fn a_number_after_a_word_of_codes_is_nobodys_beside_others_either() {
    let found = findings("Rendering NPI 1316929023, patient seen 3/4/2024, CPT 64615 denied");
    assert_eq!(found, [("date.personal", "3/4/2024".to_owned())]);
}

#[test]
fn a_reference_is_not_judged() {
    assert_eq!(Guard::new().scan(JUDGED_ALONE, FieldContext::Reference), []);
}
