//! Features, explanations and corpora, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::super::*;
use super::model::Dice;

fn botox() -> FeatureSet {
    FeatureSet::of(&FeatureSource {
        payer: Some("Acme Health Plan"),
        denial_types: &["MEDICAL_NECESSITY"],
        carcs: &["co-50"],
        rarcs: &["N115"],
        procedure_codes: &["64615", "J0585"],
        diagnosis_codes: &["G43.709"],
        trigger_text: "Botox injections for migraine denied as not medically necessary",
        ..FeatureSource::default()
    })
}

fn names(set: &FeatureSet) -> Vec<&str> {
    set.names().collect()
}

#[test]
fn a_scenario_becomes_readable_features() {
    let expected = [
        "carc:CO-50",
        "denial_type:medical necessity",
        "diagnosis:G43709",
        "diagnosis_category:G43",
        "payer:acme health plan",
        "procedure:64615",
        "procedure:J0585",
        "procedure_family:646",
        "procedure_family:J05",
        "procedure_section:hcpcs-j",
        "procedure_section:surgery",
        "rarc:N115",
        "word:botox",
        "word:denied",
        "word:injection",
        "word:medically",
        "word:migraine",
        "word:necessary",
        "word:not",
        "words:botox injection",
        "words:denied not",
        "words:injection migraine",
        "words:medically necessary",
        "words:migraine denied",
        "words:not medically",
    ];
    assert_eq!(names(&botox()), expected);
    assert!(botox().names().all(|name| Namespace::of(name).is_some()));
}

#[test]
fn order_case_and_repetition_of_the_source_make_no_difference() {
    let one = FeatureSource {
        carcs: &["CO-197", "PR-1"],
        diagnosis_codes: &["M54.5"],
        ..FeatureSource::default()
    };
    let other = FeatureSource {
        carcs: &["pr-1", "CO-197", "co-197 "],
        diagnosis_codes: &["m545"],
        ..one
    };
    assert_eq!(FeatureSet::of(&one), FeatureSet::of(&other));
    assert!(FeatureSet::of(&FeatureSource::default()).is_empty());
}

fn random_set(dice: &mut Dice) -> FeatureSet {
    const SPACES: [&str; 4] = ["carc", "word", "payer", "procedure"];
    let count = dice.below(25);
    let draw = |_| format!("{}:{}", SPACES[dice.below(4)], dice.below(12));
    FeatureSet::from_names((0..count).map(draw).collect::<Vec<_>>())
}

#[test]
fn a_set_is_what_is_stored_of_it_and_takes_one_more_in_its_place() {
    let mut dice = Dice::new(12);
    for _ in 0..2_000 {
        let (set, payer) = (random_set(&mut dice), dice.below(12).to_string());
        assert_eq!(FeatureSet::restore(set.stored().to_owned()), set);
        assert_eq!(set.names().count(), set.len());
        let name = format!("payer:{payer}");
        let expected = FeatureSet::from_names(set.names().chain([name.as_str()]));
        assert_eq!(set.with(Namespace::Payer, &payer), expected);
    }
    let nothing = FeatureSet::default();
    assert_eq!((nothing.stored(), nothing.len()), ("", 0));
    assert_eq!(nothing.clone().with(Namespace::Payer, " "), FeatureSet::default());
    let no_names = FeatureSet::from_names(["", "word:two\nlines"]);
    assert!(no_names.is_empty(), "{no_names:?}");
}

#[test]
fn explanations_sum_to_the_score_and_are_symmetric() {
    let weights = WeightTable::base_only(BaseTable::shipped(), 1);
    let mut dice = Dice::new(11);
    for _ in 0..2_000 {
        let (left, right) = (random_set(&mut dice), random_set(&mut dice));
        let there = explain(&left, &right, &weights);
        let back = explain(&right, &left, &weights);
        let sum: f64 = there.shared.iter().map(|share| share.share).sum();
        let is_empty = left.is_empty() && right.is_empty();
        assert!(is_empty || (sum - there.score.value()).abs() < 1e-9);
        assert!((0.0..=1.0).contains(&there.score.value()));
        assert_eq!(
            (&there.shared, &there.only_left, &there.only_right),
            (&back.shared, &back.only_right, &back.only_left)
        );
        assert_eq!(
            explain(&left, &left, &weights).score.value().to_bits(),
            1.0_f64.to_bits()
        );
    }
}

#[test]
fn the_heaviest_missing_feature_says_why_a_score_is_not_higher() {
    let weights = WeightTable::base_only(BaseTable::shipped(), 1);
    let left = FeatureSet::from_names(["word:migraine", "carc:CO-50", "sex:female"]);
    let right = FeatureSet::from_names(["word:migraine", "denial_type:medical necessity"]);
    let explanation = explain(&left, &right, &weights);
    let reasons: Vec<(bool, &str)> = explanation
        .why_not_higher(2)
        .into_iter()
        .map(|(is_left, share)| (is_left, &*share.name))
        .collect();
    assert_eq!(
        reasons,
        [(true, "carc:CO-50"), (false, "denial_type:medical necessity")]
    );
    let mended = FeatureSet::from_names(["word:migraine", "denial_type:medical necessity", "carc:CO-50"]);
    let gained = explain(&left, &mended, &weights).score.value() - explanation.score.value();
    assert!((gained - explanation.why_not_higher(1)[0].1.share).abs() < 1e-9);
}

#[test]
fn corpora_answer_by_name_and_explain_every_hit() {
    let mut dice = Dice::new(23);
    let sets: BTreeMap<Uuid, FeatureSet> = (0..600_u128)
        .map(|id| (Uuid::from_u128(id), random_set(&mut dice)))
        .collect();
    let mut counts = DocumentCounts::default();
    for set in sets.values() {
        counts.add(set);
    }
    let weights = Arc::new(WeightTable::freeze(BaseTable::shipped(), &counts, 4));
    let mut builder = CorpusBuilder::new(Arc::clone(&weights));
    for (id, features) in &sets {
        builder.push(&Document {
            id: *id,
            rank: RankKey::default(),
            attributes: &[],
            features,
        });
    }
    let corpus = builder.finish(9);
    assert_eq!((corpus.len(), corpus.revision()), (600, 9));
    let nothing = FeatureSet::default();
    for _ in 0..200 {
        let mut asked = random_set(&mut dice);
        if dice.below(3) == 0 {
            asked = FeatureSet::from_names(asked.names().chain(["word:never met"]));
        }
        let scenario = ScenarioQuery {
            features: &asked,
            unlike: &nothing,
        };
        let hits = search_corpora(&[&corpus], scenario, &SearchOptions::default());
        let mut expected: Vec<_> = sets
            .iter()
            .map(|(id, set)| (explain(&asked, set, &weights).score, *id))
            .collect();
        expected.retain(|(score, _)| score.shared > 0 && score.value() > 0.0 && !asked.is_empty());
        expected.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
        expected.truncate(10);
        let found: Vec<_> = hits.iter().map(|hit| (hit.hit.score, hit.hit.id)).collect();
        assert_eq!(found, expected);
        for hit in &hits {
            let mut whole = explain(&asked, &sets[&hit.hit.id], &weights);
            whole.only_left.truncate(12);
            whole.only_right.truncate(12);
            assert_eq!(hit.explanation, whole);
        }
    }
}

#[test]
fn a_corpus_follows_its_changes_in_order() {
    let weights = Arc::new(WeightTable::base_only(BaseTable::shipped(), 1));
    let corpus = Corpus::new(weights);
    let (first, second) = (botox(), FeatureSet::from_names(["carc:CO-29"]));
    let id = Uuid::from_u128(5);
    let put = |features| {
        Change::Put(Document {
            id,
            rank: RankKey::default(),
            attributes: &[],
            features,
        })
    };
    corpus.apply(&[put(&first), Change::Remove(id), put(&second)], 1);
    assert_eq!(corpus.features_of(id).as_ref(), Some(&second));
    corpus.apply(&[put(&first), Change::Remove(id)], 2);
    assert_eq!((corpus.features_of(id), corpus.len(), corpus.revision()), (None, 0, 2));
}

#[test]
fn unlike_features_leave_their_holders_out() {
    let weights = Arc::new(WeightTable::base_only(BaseTable::shipped(), 1));
    let mut builder = CorpusBuilder::new(weights);
    let (late, plain) = (
        FeatureSet::from_names(["carc:CO-29", "word:knee"]),
        FeatureSet::from_names(["carc:CO-50", "word:knee"]),
    );
    for (id, features) in [(1, &late), (2, &plain)] {
        builder.push(&Document {
            id: Uuid::from_u128(id),
            rank: RankKey::default(),
            attributes: &[],
            features,
        });
    }
    let corpus = builder.finish(1);
    let unlike = FeatureSet::from_names(["carc:CO-29"]);
    let scenario = ScenarioQuery {
        features: &late,
        unlike: &unlike,
    };
    let hits = search_corpora(&[&corpus], scenario, &SearchOptions::default());
    let ids: Vec<Uuid> = hits.iter().map(|hit| hit.hit.id).collect();
    assert_eq!(ids, [Uuid::from_u128(2)]);
}
