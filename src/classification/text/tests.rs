use super::corpus::Corpus;
use super::solver::SolverOptions;
use super::{DenialLabel, Lexicon, ModelError, Prediction, Span, TextModel, TrainError, TrainOptions, measure, train};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn shipped() -> &'static TextModel {
    TextModel::shipped().expect("the shipped model is intact")
}

fn small_corpus() -> Corpus {
    Corpus::parse(
        "DUPLICATE\tx\tduplicate claim\nDUPLICATE\tx\texact dup of a paid claim\nDUPLICATE\tx\tclaim already paid\n\
         TIMELY_FILING\tx\tfiled too late\nTIMELY_FILING\tx\tpast timely filing limit\nTIMELY_FILING\tx\tlate claim\n\
         OTHER\tx\tno reason given\nOTHER\tx\tunknown reason",
    )
    .expect("a well-formed corpus")
}

fn quick_options() -> TrainOptions {
    let solver = SolverOptions {
        epochs: 10,
        ..TrainOptions::dated("").solver
    };
    TrainOptions {
        trained_on: "2026-01-01".to_owned(),
        folds: 2,
        solver,
    }
}

fn first(prediction: &Prediction) -> DenialLabel {
    prediction.scores[0].label
}

#[test]
fn names_and_labels_are_a_bijection() {
    let names: BTreeSet<&str> = DenialLabel::ALL.iter().map(|label| label.as_str()).collect();
    assert_eq!(names.len(), 25);
    for (index, label) in DenialLabel::ALL.into_iter().enumerate() {
        assert_eq!(label.as_str().parse(), Ok(label));
        assert_eq!(label.index(), index);
    }
    assert!("medical_necessity".parse::<DenialLabel>().is_err());
}

#[test]
fn plain_denials_get_their_type() {
    let table = [
        (
            "Botox injections for migraine denied as not medically necessary",
            DenialLabel::MedicalNecessity,
        ),
        ("no auth on file for MRI lumbar spine", DenialLabel::PriorAuthorization),
        (
            "MRI lumbar spine not medically necessary",
            DenialLabel::MedicalNecessity,
        ),
        ("PA req'd", DenialLabel::PriorAuthorization),
        ("specialist visit without a PCP referral", DenialLabel::Referral),
        ("inpt downgraded to obs", DenialLabel::Downgrade),
        ("COB issue – primary EOB needed", DenialLabel::CoordinationOfBenefits),
        ("dup claim", DenialLabel::Duplicate),
        ("OON, no benefits", DenialLabel::Network),
        ("must try and fail two generics before Humira", DenialLabel::StepTherapy),
        ("Ozempic isn't on the plan's formulary", DenialLabel::Formulary),
        ("amount applied to your deductible", DenialLabel::NotADenial),
        ("rejected at the clearinghouse on the 277CA", DenialLabel::Unprocessable),
        ("co197", DenialLabel::PriorAuthorization),
        ("denial code 29", DenialLabel::TimelyFiling),
    ];
    for (text, label) in table {
        let prediction = shipped().classify(text);
        assert_eq!(first(&prediction), label, "{text:?} {:?}", &prediction.scores[..3]);
    }
}

#[test]
fn the_shipped_model_meets_its_goal_on_the_texts_kept_aside() {
    let metrics = measure(shipped(), &Corpus::held_out().expect("held-out texts"));
    assert!(metrics.texts >= 300);
    assert!(metrics.top1 >= 0.85 && metrics.top3 >= 0.94, "{metrics:?}");
}

#[test]
fn texts_kept_aside_are_not_trained_on() {
    let trained: BTreeSet<String> = Corpus::shipped()
        .expect("phrases")
        .texts
        .into_iter()
        .map(|text| text.text.to_lowercase())
        .collect();
    for text in Corpus::held_out().expect("held-out texts").texts {
        assert!(
            !trained.contains(&text.text.to_lowercase()),
            "{:?} is trained on",
            text.text
        );
    }
}

#[test]
fn every_type_has_at_least_sixty_phrases_and_the_card_tells_of_them() {
    let corpus = Corpus::shipped().expect("phrases");
    for label in DenialLabel::ALL {
        let count = corpus.texts.iter().filter(|text| text.label == label).count();
        assert!(count >= 60, "{label} has {count}");
    }
    let card = shipped().card();
    assert_eq!(
        card.corpus_sha256, corpus.digest,
        "train anew: the phrases changed since model.bin was made"
    );
    assert_eq!((card.templates, card.texts), (corpus.templates, corpus.texts.len()));
    assert_eq!(card.feedback_texts, 0);
}

#[test]
fn evidence_stands_on_the_words_that_speak_for_the_type() {
    let text = "Für Ärzte 🧾: the claim for home infusion was denied because it was not medically necessary.";
    let prediction = shipped().classify(text);
    assert_eq!(first(&prediction), DenialLabel::MedicalNecessity);
    let strongest = prediction
        .spans
        .iter()
        .max_by(|left, right| left.contribution.total_cmp(&right.contribution));
    let place = strongest.map(|evidence| evidence.span.slice(text)).unwrap_or_default();
    assert!(place.contains("medically necessary"), "{place:?}");
}

#[test]
fn without_evidence_the_answer_is_other_with_the_score_of_ignorance() {
    for text in ["", "   ", "🧾🧾", "!!! ???", "zxqv wwkj", "ξψω"] {
        let prediction = shipped().classify(text);
        assert_eq!(first(&prediction), DenialLabel::Other, "{text:?}");
        assert!(prediction.scores[0].score < 0.25, "{text:?} {:?}", prediction.scores[0]);
        assert!(prediction.known_words < 0.5, "{text:?}");
    }
    assert!(shipped().classify("").spans.is_empty());
}

#[test]
fn training_twice_gives_the_same_bytes_and_they_decode_to_the_same_model() {
    let [one, other] = [(); 2].map(|()| train(&small_corpus(), &quick_options()).expect("trains").encode());
    assert_eq!(one, other);
    let model = TextModel::decode(&one).expect("decodes");
    assert_eq!(model.encode(), one);
    assert_eq!(first(&model.classify("a duplicate claim")), DenialLabel::Duplicate);
    assert_eq!(model.card().trained_on, "2026-01-01");
    assert_eq!(model.digest().len(), 64);
}

#[test]
fn training_refuses_what_can_give_no_model() {
    let corpus = small_corpus();
    let one_type = Corpus::parse("DUPLICATE\tx\tduplicate").expect("well-formed");
    assert!(matches!(
        train(&one_type, &quick_options()),
        Err(TrainError::TooFewTypes)
    ));
    let no_folds = TrainOptions {
        folds: 1,
        ..quick_options()
    };
    assert!(matches!(train(&corpus, &no_folds), Err(TrainError::TooFewFolds)));
}

#[test]
fn damaged_model_bytes_are_refused_wherever_the_damage_is() {
    let bytes = train(&small_corpus(), &quick_options()).expect("trains").encode();
    for at in (0..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x40;
        assert!(TextModel::decode(&damaged).is_err(), "byte {at}");
        assert!(TextModel::decode(&bytes[..at]).is_err(), "cut at {at}");
    }
    let mut newer = bytes;
    newer[4] = 9;
    assert_eq!(TextModel::decode(&newer).err(), Some(ModelError::Format(9)));
}

#[test]
fn broken_corpus_lines_are_named() {
    let error = |source: &str| Corpus::parse(source).expect_err("refused").to_string();
    assert!(error("# note\nDUPLICATE\tonly two").starts_with("phrases, line 2"));
    assert!(error("NOPE\tx\ttext").contains("NOPE"));
}

#[test]
fn templates_expand_without_leftovers() {
    for text in Corpus::shipped().expect("phrases").texts {
        assert!(
            !text.text.is_empty() && !text.text.contains(['{', '}', '|']),
            "{:?}",
            text.text
        );
    }
}

#[test]
fn abbreviations_and_reason_codes_read_as_one_token() {
    let lexicon = Lexicon::shipped().expect("lexicon");
    let stems = |text: &str| {
        lexicon
            .tokens(text)
            .into_iter()
            .map(|token| token.stem)
            .collect::<Vec<_>>()
    };
    assert_eq!(stems("CO-197"), ["carc197"]);
    assert_eq!(stems("co 197"), stems("CARC 197"));
    assert_eq!(stems("CO2 laser"), ["co2", "laser"]);
    let spans: Vec<Span> = lexicon.tokens("ä CO-50!").into_iter().map(|token| token.span).collect();
    assert_eq!(spans[1], Span { start: 2, end: 7 });
}

proptest! {
    #[test]
    fn any_text_gets_sorted_scores_that_sum_to_one_and_spans_within_it(text in "\\PC{0,120}|[a-zA-Z0-9 ,.'/-]{0,200}") {
        let prediction = shipped().classify(&text);
        prop_assert_eq!(prediction.scores.len(), 25);
        prop_assert!(prediction.scores.is_sorted_by(|left, right| left.score >= right.score));
        let labels: BTreeSet<DenialLabel> = prediction.scores.iter().map(|scored| scored.label).collect();
        prop_assert_eq!(labels.len(), 25);
        let total: f32 = prediction.scores.iter().map(|scored| scored.score).sum();
        prop_assert!((total - 1.0).abs() < 1e-4);
        let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        for evidence in &prediction.spans {
            prop_assert!(evidence.span.start < evidence.span.end && evidence.span.end <= length);
            prop_assert!(evidence.contribution > 0.0);
        }
        prop_assert!((0.0..=1.0).contains(&prediction.known_words));
        prop_assert_eq!(shipped().classify(&text), prediction);
    }
}
