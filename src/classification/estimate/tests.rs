use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const FIELDS: [&str; 3] = ["payer", "kind", "service"];

fn fact(field: &str, value: &str) -> Fact {
    Fact::new(field, value)
}

fn case(payer: &str, kind: &str, year: i32, outcome: Outcome) -> Case {
    Case {
        facts: vec![fact("payer", payer), fact("kind", kind)],
        year,
        quarter: None,
        outcome,
    }
}

fn fit(cases: &[Case]) -> Estimator {
    Estimator::fit(cases, CellModel::of_fields(&FIELDS), 2020)
}

/// Twenty cases of two payers: A wins 8 of 10, B wins 2 of 10.
fn two_payers() -> Vec<Case> {
    let outcome = |won: bool| if won { Outcome::Won } else { Outcome::Lost };
    let of = |payer, wins| (0..10).map(move |i| case(payer, "coding", 2020, outcome(i < wins)));
    of("A", 8).chain(of("B", 2)).collect()
}

fn close(left: f64, right: f64, tolerance: f64) {
    assert!((left - right).abs() < tolerance, "{left} is not {right}");
}

#[test]
fn without_precedents_the_base_rate_is_the_answer_and_it_is_insufficient() {
    let estimate = fit(&[]).estimate(&[fact("payer", "A")], 2020);
    close(estimate.probability, 0.45, 1e-12);
    assert!(estimate.insufficient_evidence);
    assert_eq!(estimate.counts.n(), 0);
    assert_eq!(estimate.basis, None);
    assert!(estimate.precedents.is_empty());
    assert!(estimate.high - estimate.low > 0.8, "nothing known: a wide interval");
}

#[test]
fn a_group_that_wins_more_is_estimated_higher_and_shrunk_to_the_rest() {
    let estimator = fit(&two_payers());
    let winning = estimator.estimate(&[fact("payer", "A")], 2020).probability;
    let losing = estimator.estimate(&[fact("payer", "B")], 2020).probability;
    assert!(0.2 < losing && losing < 0.5 && 0.5 < winning && winning < 0.8);
    let unknown = estimator.prior(2020);
    assert!(losing < unknown && unknown < winning);
}

#[test]
fn one_more_win_raises_the_estimate_and_one_more_loss_lowers_it() {
    let facts = [fact("payer", "A"), fact("kind", "coding")];
    let with = |outcome: Option<Outcome>| {
        let mut cases = two_payers();
        cases.extend(outcome.map(|outcome| case("A", "coding", 2020, outcome)));
        fit(&cases).probability(&facts, 2020)
    };
    let (lost, partial, won) = (
        with(Some(Outcome::Lost)),
        with(Some(Outcome::Partial)),
        with(Some(Outcome::Won)),
    );
    assert!(lost < with(None) && with(None) < won);
    assert!(lost < partial && partial < won);
}

#[test]
fn old_precedents_count_less_than_recent_ones() {
    let history = |old: Outcome, recent: Outcome| {
        let old = (0..10).map(|_| case("A", "coding", 2010, old));
        let recent = (0..10).map(|_| case("A", "coding", 2020, recent));
        fit(&old.chain(recent).collect::<Vec<_>>()).probability(&[fact("payer", "A")], 2020)
    };
    assert!(history(Outcome::Lost, Outcome::Won) > 0.5);
    assert!(history(Outcome::Won, Outcome::Lost) < 0.5);
}

#[test]
fn late_quarters_count_more_for_the_next_year_than_early_ones() {
    let history = |early: Outcome, late: Outcome| {
        let of = |quarter, outcome| {
            (0..10).map(move |_| Case {
                quarter: Some(quarter),
                ..case("A", "coding", 2019, outcome)
            })
        };
        let cases: Vec<Case> = of(Quarter::First, early).chain(of(Quarter::Fourth, late)).collect();
        fit(&cases).probability(&[fact("payer", "A")], 2020)
    };
    let (rising, falling) = (
        history(Outcome::Lost, Outcome::Won),
        history(Outcome::Won, Outcome::Lost),
    );
    assert!(rising > falling + 0.01, "{rising} {falling}");
}

#[test]
fn cases_after_the_date_are_not_looked_at() {
    let mut cases = two_payers();
    let model = CellModel::of_fields(&FIELDS);
    let before = Estimator::fit(&cases, model.clone(), 2020).probability(&[], 2020);
    cases.extend((0..50).map(|_| case("A", "coding", 2021, Outcome::Won)));
    let after = Estimator::fit(&cases, model, 2020).probability(&[], 2020);
    assert!(before.to_bits() == after.to_bits());
}

#[test]
fn few_precedents_are_insufficient_and_many_are_not() {
    let some = |n: usize| {
        let cases: Vec<Case> = two_payers().into_iter().take(n).collect();
        let facts = [fact("payer", "A"), fact("kind", "coding")];
        fit(&cases).estimate(&facts, 2020)
    };
    let few = some(10);
    close(few.effective_n, 10.0, 1e-9);
    assert!(few.insufficient_evidence);
    let enough = some(20);
    assert!(!enough.insufficient_evidence, "n = {}", enough.effective_n);
    assert!(enough.effective_n > 11.0 && enough.effective_n < 20.0);
}

#[test]
fn unknown_values_and_fields_fall_back_to_what_is_known() {
    let estimator = fit(&two_payers());
    let known = [fact("kind", "coding")];
    let more = [
        fact("kind", "coding"),
        fact("payer", "never seen"),
        fact("weather", "rain"),
    ];
    close(
        estimator.probability(&known, 2020),
        estimator.probability(&more, 2020),
        1e-12,
    );
    let estimate = estimator.estimate(&more, 2020);
    let first = estimate.precedents.first().expect("the kind is shared");
    assert!(first.similarity < 1.0, "an unknown payer is a difference");
}

#[test]
fn a_field_may_have_several_values() {
    let mut cases = two_payers();
    for case in &mut cases {
        case.facts.push(fact("service", "imaging"));
    }
    let mut twice = cases.clone();
    twice.extend((0..10).map(|_| Case {
        facts: vec![fact("service", "imaging"), fact("service", "surgery")],
        year: 2020,
        quarter: None,
        outcome: Outcome::Won,
    }));
    let ask = |cases: &[Case], service: &str| fit(cases).probability(&[fact("service", service)], 2020);
    assert!(ask(&twice, "surgery") > ask(&cases, "surgery"));
    assert!(ask(&twice, "imaging") > ask(&cases, "imaging"));
}

#[test]
fn the_answer_quotes_the_narrowest_group_with_enough_precedents() {
    let mut cases = two_payers();
    cases.push(case("A", "coding", 2020, Outcome::Partial));
    cases.push(case("A", "eligibility", 2020, Outcome::Won));
    let facts = [fact("payer", "A"), fact("kind", "coding")];
    let estimate = fit(&cases).estimate(&facts, 2020);
    let expected = Tally {
        won: 8,
        partial: 1,
        lost: 2,
    };
    assert_eq!(estimate.counts, expected);
    let quoted = estimate.basis.and_then(|basis| estimate.groups.get(basis));
    assert_eq!(quoted.map(|group| group.facts.len()), Some(2));
    let facts = [fact("payer", "A"), fact("kind", "eligibility")];
    let estimate = fit(&cases).estimate(&facts, 2020);
    assert_eq!(estimate.counts.n(), 12, "all of payer A");
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![Just(Outcome::Won), Just(Outcome::Partial), Just(Outcome::Lost)]
}

fn any_case() -> impl Strategy<Value = Case> {
    let value = || proptest::option::of(0..4_u8);
    let facts = (value(), value(), value()).prop_map(|(payer, kind, service)| {
        let values = FIELDS.iter().zip([payer, kind, service]);
        let known = values.filter_map(|(field, value)| Some((field, value?)));
        known.map(|(&field, value)| fact(field, &value.to_string())).collect()
    });
    let quarter = proptest::option::of(proptest::sample::select(Quarter::ALL.to_vec()));
    (facts, 2015..2023, quarter, any_outcome()).prop_map(|(facts, year, quarter, outcome)| Case {
        facts,
        year,
        quarter,
        outcome,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_parts_of_an_answer_agree(
        cases in proptest::collection::vec(any_case(), 0..60),
        asked in any_case(),
    ) {
        let estimator = fit(&cases);
        let estimate = estimator.estimate(&asked.facts, 2020);
        let p = estimate.probability;
        prop_assert!(p > 0.0 && p < 1.0);
        prop_assert!(estimate.low <= p && p <= estimate.high);
        prop_assert!((p - estimator.probability(&asked.facts, 2020)).abs() < 1e-12);
        let seen = cases.iter().filter(|case| case.year <= 2020).count() as u64;
        let all = estimate.groups.first().map_or(0, |group| group.counts.n());
        prop_assert_eq!(all, seen);
        for group in &estimate.groups {
            let members = cases.iter().filter(|case| {
                case.year <= 2020 && group.facts.iter().all(|fact| case.facts.contains(fact))
            });
            let mut counts = Tally::default();
            members.for_each(|case| counts.count(case.outcome));
            prop_assert_eq!(group.counts, counts);
        }
        for precedent in &estimate.precedents {
            let case = &cases[precedent.index];
            prop_assert_eq!(case.outcome, precedent.outcome);
            prop_assert!(precedent.similarity > 0.0 && precedent.similarity <= 1.0 + 1e-12);
            prop_assert!(precedent.expected > 0.0 && precedent.expected < 1.0);
            match precedent.outcome {
                Outcome::Won => prop_assert!(precedent.log_odds > 0.0),
                Outcome::Lost => prop_assert!(precedent.log_odds < 0.0),
                Outcome::Partial => {}
            }
        }
    }

    #[test]
    fn contributions_sum_to_the_log_odds(
        cases in proptest::collection::vec(any_case(), 1..SHOWN_PRECEDENTS),
        asked in any_case(),
    ) {
        let estimate = fit(&cases).estimate(&asked.facts, 2020);
        let log_odds = |p: f64| (p / (1.0 - p)).ln();
        let distance = log_odds(estimate.probability) - log_odds(0.45);
        let by_group: f64 = estimate.groups.iter().map(|group| group.log_odds).sum();
        prop_assert!((by_group - distance).abs() < 1e-9);
        // Every precedent is shown if all share a fact with the case.
        let shares = |case: &Case| case.facts.iter().any(|fact| asked.facts.contains(fact));
        if cases.iter().all(|case| case.year <= 2020 && shares(case)) {
            let by_precedent: f64 = estimate.precedents.iter().map(|it| it.log_odds).sum();
            prop_assert!((by_precedent - distance).abs() < 1e-9);
        }
    }

    #[test]
    fn expectations_are_the_models_own_fitted_values(
        cases in proptest::collection::vec(any_case(), 1..40),
    ) {
        let estimator = fit(&cases);
        // A question is about the middle of a year, as a case without a quarter is.
        for case in cases.iter().filter(|case| case.year <= 2020 && case.quarter.is_none()) {
            let estimate = estimator.estimate(&case.facts, case.year);
            if let Some(twin) = estimate.precedents.iter().find(|it| cases[it.index] == *case) {
                prop_assert!((twin.expected - estimate.probability).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn order_doesnt_matter(
        cases in proptest::collection::vec(any_case(), 1..40),
        asked in any_case(),
    ) {
        let mut reversed: Vec<Case> = cases.iter().rev().cloned().collect();
        for case in &mut reversed {
            case.facts.reverse();
        }
        let (left, right) = (fit(&cases), fit(&reversed));
        let (left, right) = (
            left.estimate(&asked.facts, 2020),
            right.estimate(&asked.facts, 2020),
        );
        prop_assert_eq!(left.probability.to_bits(), right.probability.to_bits());
        prop_assert_eq!(left.groups, right.groups);
        prop_assert_eq!(left.effective_n.to_bits(), right.effective_n.to_bits());
    }
}

/// A world with a known truth: each payer and each kind of denial has its own
/// win rate, drawn once, in log-odds that add up.
struct World {
    random: u64,
}

impl World {
    /// Uniform on 0, 1, … n − 1: xorshift64 (Marsaglia 2003), seeded.
    fn below(&mut self, n: u32) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        u32::try_from((self.random >> 11) % u64::from(n)).expect("below n")
    }

    /// A case and its true win probability.
    fn case(&mut self, year: i32) -> (Case, f64) {
        let payer = self.below(12);
        let kind = self.below(8);
        let log_odds = (f64::from(payer) - 6.0) / 5.0 + (f64::from(kind % 4) - 2.0) / 3.0;
        let truth = 1.0 / (1.0 + (-log_odds).exp());
        let outcome = if f64::from(self.below(1_000_000)) < 1e6 * truth {
            Outcome::Won
        } else {
            Outcome::Lost
        };
        let case = case(&payer.to_string(), &kind.to_string(), year, outcome);
        (case, truth)
    }
}

#[test]
fn estimates_of_a_known_world_are_calibrated_and_their_intervals_cover() {
    let mut world = World { random: 42 };
    let cases: Vec<Case> = (0..6000).map(|i| world.case(2016 + i % 5).0).collect();
    let estimator = fit(&cases);
    let asked: Vec<(Case, f64)> = (0..2000).map(|_| world.case(2020)).collect();
    let (mut covered, mut squared) = (0, 0.0);
    let mut bins: BTreeMap<String, f64> = BTreeMap::new();
    for (case, truth) in &asked {
        let estimate = estimator.estimate(&case.facts, 2020);
        assert!(!estimate.insufficient_evidence);
        covered += usize::from(estimate.low <= *truth && *truth <= estimate.high);
        squared += (estimate.probability - truth).powi(2);
        let bin = format!("{:.1}", estimate.probability);
        *bins.entry(bin).or_default() += estimate.probability - truth;
    }
    let error = (squared / 2000.0_f64).sqrt();
    assert!(error < 0.06, "root mean squared error {error}");
    let calibration = bins.values().map(|gap| gap.abs()).sum::<f64>() / 2000.0;
    assert!(calibration < 0.03, "calibration error {calibration}");
    assert!(covered >= 1700, "90 % intervals cover {covered} of 2000");
}
