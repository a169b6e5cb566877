//! Published decisions as cases of the estimator.

use super::decisions::{Decision, Determination};
use super::estimate::{Case, Fact, Outcome};

/// What a regulator left blank, as a value of its own: blanks come in runs of
/// years and kinds of case, and say something about them.
const NOT_STATED: &str = "NOT_STATED";

/// Words that tell nothing about a diagnosis or a treatment.
const STOP_WORDS: [&str; 10] = [
    "and", "based", "for", "non", "other", "the", "versus", "with", "not", "stated",
];

/// The case that a decision makes. The reference is left out: it names the
/// case and the year, and must not help to guess the outcome.
#[must_use]
pub fn case_of(decision: &Decision) -> Case {
    Case {
        facts: facts_of(decision),
        year: decision.year,
        outcome: match decision.determination {
            Determination::Overturned => Outcome::Won,
            Determination::OverturnedInPart => Outcome::Partial,
            Determination::Upheld => Outcome::Lost,
        },
    }
}

/// The facts of a decision. Sub-categories are told apart by their category
/// (every one has its own "Other"); their words are facts too, so that related
/// labels and renamed ones share something.
#[must_use]
pub fn facts_of(decision: &Decision) -> Vec<Fact> {
    let stated = |text: &Option<String>| text.clone().unwrap_or_else(|| NOT_STATED.to_owned());
    let within = |category: &str, sub_category: &str| format!("{category} / {sub_category}");
    let diagnosis_category = stated(&decision.diagnosis_category);
    let diagnosis = stated(&decision.diagnosis_sub_category);
    let treatment_category = stated(&decision.treatment_category);
    let treatment = stated(&decision.treatment_sub_category);
    let mut facts = vec![
        Fact::new("diagnosis", within(&diagnosis_category, &diagnosis)),
        Fact::new("treatment", within(&treatment_category, &treatment)),
    ];
    facts.extend(words(&diagnosis).map(|word| Fact::new("diagnosis_word", word)));
    facts.extend(words(&treatment).map(|word| Fact::new("treatment_word", word)));
    facts.push(Fact::new("diagnosis_category", diagnosis_category));
    facts.push(Fact::new("treatment_category", treatment_category));
    let dispute_type = decision.dispute_type.map(|it| Fact::new("dispute_type", it.name()));
    let age_range = decision.age_range.map(|it| Fact::new("age_range", it.to_string()));
    let gender = decision.gender.map(|it| Fact::new("gender", it.name()));
    facts.extend([dispute_type, age_range, gender].into_iter().flatten());
    facts
}

/// Words of three letters or more, lower-case, without a plural s.
fn words(text: &str) -> impl Iterator<Item = String> {
    let lower = text.to_lowercase();
    let mut words: Vec<String> = lower
        .split(|character: char| !character.is_alphabetic())
        .filter(|word| word.len() >= 3 && !STOP_WORDS.contains(word))
        .map(|word| word.strip_suffix('s').unwrap_or(word).to_owned())
        .collect();
    words.sort();
    words.dedup();
    words.into_iter()
}
