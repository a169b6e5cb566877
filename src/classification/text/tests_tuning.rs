use super::evaluate::measure;
use super::{Corpus, DenialLabel, FeedbackText, MOST_FEEDBACK, TextModel, TuneError, Tuned, Tuner, measure_tuned};
use std::sync::LazyLock;

fn shipped() -> &'static TextModel {
    TextModel::shipped().expect("the shipped model is intact")
}

static TUNER: LazyLock<Tuner<'static>> = LazyLock::new(|| {
    let (corpus, held_out) = (Corpus::shipped().expect("phrases"), Corpus::held_out().expect("texts"));
    Tuner::new(shipped(), &corpus, held_out).expect("a lexicon")
});

fn told(text: &str, label: DenialLabel) -> FeedbackText {
    FeedbackText {
        text: text.to_owned(),
        label,
    }
}

fn tune(feedback: &[FeedbackText]) -> Tuned {
    TUNER.tune(feedback).expect("a tuning")
}

fn first(text: &str, tuned: Option<&Tuned>) -> DenialLabel {
    let prediction = shipped().classify_tuned(text, tuned.map(|tuned| &tuned.model));
    prediction.scores[0].label
}

const OWN_WORDS: &str = "Zebra edit 77 fired on this visit";

#[test]
fn what_is_told_is_known_afterwards_and_so_is_what_resembles_it() {
    assert_ne!(first(OWN_WORDS, None), DenialLabel::Bundling);
    let tuned = tune(&[told(OWN_WORDS, DenialLabel::Bundling)]);
    assert_eq!(first(OWN_WORDS, Some(&tuned)), DenialLabel::Bundling);
    assert_eq!(first("the zebra edit fired", Some(&tuned)), DenialLabel::Bundling);
}

/// Even where the shared model is sure.
#[test]
fn one_correction_is_enough_for_its_own_text() {
    let held_out = Corpus::held_out().expect("texts");
    let sure = held_out
        .texts
        .iter()
        .filter(|text| shipped().classify(&text.text).scores[0].score > 0.95);
    for text in sure.step_by(40) {
        let second = shipped().classify(&text.text).scores[1].label;
        let tuned = tune(&[told(&text.text, second)]);
        assert_eq!(first(&text.text, Some(&tuned)), second, "{}", text.text);
    }
}

#[test]
fn a_plain_denial_stays_what_it_is() {
    let tuned = tune(&[told(OWN_WORDS, DenialLabel::Bundling)]);
    let held_out = Corpus::held_out().expect("texts");
    let (before, after) = (
        measure(shipped(), &held_out),
        measure_tuned(shipped(), Some(&tuned.model), &held_out).metrics,
    );
    assert!((before.top1 - after.top1).abs() < 0.005, "{before:?} {after:?}");
    assert_eq!(tuned.report.held_out.before.metrics, before);
    assert_eq!(tuned.report.held_out.after.metrics, after);
}

#[test]
fn the_order_of_the_feedback_does_not_matter_and_the_bytes_are_the_same() {
    let mut feedback = vec![
        told(OWN_WORDS, DenialLabel::Bundling),
        told("held for desk B", DenialLabel::Documentation),
        told("unit cap flag", DenialLabel::CodingUnits),
    ];
    let one = tune(&feedback).model.encode();
    feedback.reverse();
    feedback.push(told(OWN_WORDS, DenialLabel::Bundling));
    assert_eq!(tune(&feedback).model.encode(), one);
    let decoded = TextModel::decode(&one).expect("a model");
    assert_eq!(decoded.card().feedback_texts, 3);
    assert_eq!(decoded.encode(), one);
}

#[test]
fn another_text_is_another_model() {
    let one = tune(&[told(OWN_WORDS, DenialLabel::Bundling)]);
    let other = tune(&[told(OWN_WORDS, DenialLabel::Coding)]);
    assert_ne!(one.model.digest(), other.model.digest());
    assert_ne!(one.model.card().corpus_sha256, other.model.card().corpus_sha256);
}

#[test]
fn enough_feedback_is_measured_on_texts_it_did_not_see() {
    let desks = [
        "north", "south", "east", "west", "upper", "lower", "inner", "outer", "first", "last", "old", "new",
    ];
    let feedback: Vec<FeedbackText> = desks
        .iter()
        .map(|desk| told(&format!("zebra edit fired at the {desk} desk"), DenialLabel::Bundling))
        .chain(
            desks
                .iter()
                .map(|desk| told(&format!("quokka hold by the {desk} team"), DenialLabel::Documentation)),
        )
        .collect();
    let report = tune(&feedback).report;
    let both = report.feedback.expect("measured");
    assert_eq!(both.after.metrics.texts, 24);
    assert!(both.after.metrics.top1 >= both.before.metrics.top1, "{both:?}");
    assert_eq!(both.after.calibration.iter().map(|bin| bin.texts).sum::<usize>(), 24);
    assert_eq!(report.types.get("BUNDLING"), Some(&12));
    assert!(tune(&feedback[..3]).report.feedback.is_none());
}

#[test]
fn feedback_that_contradicts_plain_words_makes_no_model() {
    let held_out = Corpus::held_out().expect("texts");
    let perverse: Vec<FeedbackText> = held_out
        .texts
        .iter()
        .filter(|text| text.label != DenialLabel::Other)
        .step_by(3)
        .map(|text| told(&text.text, DenialLabel::Other))
        .collect();
    assert!(matches!(TUNER.tune(&perverse), Err(TuneError::Contradicts { .. })));
}

#[test]
fn nothing_and_too_much_are_refused() {
    assert_eq!(TUNER.tune(&[]).err(), Some(TuneError::NoFeedback));
    let many: Vec<FeedbackText> = (0..=MOST_FEEDBACK)
        .map(|n| told(&format!("text {n}"), DenialLabel::Other))
        .collect();
    assert_eq!(TUNER.tune(&many).err(), Some(TuneError::TooMuchFeedback));
}
