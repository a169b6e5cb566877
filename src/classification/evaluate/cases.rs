//! Published decisions as cases of the estimator.

use std::collections::BTreeMap;

use super::decisions::{Decision, Determination};
use super::estimate::{Case, Fact, Outcome, Quarter};

/// What a regulator left blank, as a value of its own: blanks come in runs of
/// years and kinds of case, and say something about them.
const NOT_STATED: &str = "NOT_STATED";

/// Words that tell nothing about a diagnosis or a treatment.
const STOP_WORDS: [&str; 10] = [
    "and", "based", "for", "non", "other", "the", "versus", "with", "not", "stated",
];

/// The cases that decisions make, in their order, with the quarter of the year
/// that each belongs to.
///
/// A regulator numbers reviews as they come in, so a reference tells how far
/// into its year a case came, which a report year does not: the numbers of a
/// year, in order, make four quarters. They date what is learnt from; a forecast
/// is always asked for the middle of a year, so that the reference of a case
/// never tells anything about its own outcome.
#[must_use]
pub fn cases_of(decisions: &[&Decision]) -> Vec<Case> {
    let mut numbered: BTreeMap<i32, Vec<(u64, usize)>> = BTreeMap::new();
    let mut cases = Vec::with_capacity(decisions.len());
    for (position, decision) in decisions.iter().enumerate() {
        if let Some(number) = running_number(&decision.reference_id) {
            numbered.entry(decision.year).or_default().push((number, position));
        }
        cases.push(case_of(decision));
    }
    for mut of_year in numbered.into_values() {
        of_year.sort_unstable();
        let quarter_len = of_year.len().div_ceil(Quarter::ALL.len());
        for (quarter, part) in Quarter::ALL.into_iter().zip(of_year.chunks(quarter_len)) {
            for &(_, position) in part {
                if let Some(case) = cases.get_mut(position) {
                    case.quarter = Some(quarter);
                }
            }
        }
    }
    cases
}

/// The number that ends a reference such as `MN14-18526`.
fn running_number(reference_id: &str) -> Option<u64> {
    reference_id.rsplit('-').next()?.parse().ok()
}

/// The case that a decision makes, of which the year is all that is known of its time.
#[must_use]
pub fn case_of(decision: &Decision) -> Case {
    Case {
        facts: facts_of(decision),
        year: decision.year,
        quarter: None,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(reference_id: &str, year: i32) -> Decision {
        Decision {
            reference_id: reference_id.to_owned(),
            year,
            diagnosis_category: None,
            diagnosis_sub_category: None,
            treatment_category: None,
            treatment_sub_category: None,
            determination: Determination::Upheld,
            dispute_type: None,
            age_range: None,
            gender: None,
        }
    }

    fn quarters(references: &[(&str, i32)]) -> Vec<Option<u8>> {
        let decisions: Vec<Decision> = references.iter().map(|&(id, year)| decision(id, year)).collect();
        let cases = cases_of(&decisions.iter().collect::<Vec<_>>());
        cases.iter().map(|case| case.quarter.map(Quarter::index)).collect()
    }

    #[test]
    fn the_running_numbers_of_a_year_make_its_quarters_in_any_order_of_rows() {
        let told = quarters(&[
            ("MN14-1050", 2014),
            ("EI13-990", 2013),
            ("MN14-1001", 2014),
            ("EI14-1002", 2014),
            ("UR14-1101", 2014),
            ("MN14-999", 2014),
            ("MN14-1003", 2014),
            ("MN14-1020", 2014),
            ("EI14-1100", 2014),
        ]);
        let first_of_2013 = Some(0);
        assert_eq!(told, [2, 0, 0, 1, 3, 0, 1, 2, 3].map(Some));
        assert_eq!(told.get(1), Some(&first_of_2013), "each year is numbered by itself");
    }

    #[test]
    fn a_reference_without_a_number_tells_no_quarter() {
        assert_eq!(
            quarters(&[("MN14-A", 2014), ("", 2014), ("7", 2014)]),
            [None, None, Some(0)]
        );
        assert_eq!(quarters(&[]), []);
    }

    #[test]
    fn a_number_tells_when_a_case_came_and_nothing_else_of_it() {
        let (left, right) = (decision("MN14-1", 2014), decision("EI14-2", 2014));
        assert_eq!(facts_of(&left), facts_of(&right));
        assert_eq!(case_of(&left), case_of(&right));
    }
}
