//! Properties over any program, level and date.

use proptest::prelude::*;
use time::Date;

use super::super::super::super::registries::{ClockKind, Roll, TimeUnit};
use super::super::calendar::{self, is_business_day};
use super::super::{Dates, Query, compute, count};
use super::{denied, rules};
use crate::proto::stratum::v1::{AppealLevel, LineOfBusiness};

fn any_date() -> impl Strategy<Value = Date> {
    (2_460_311..2_463_233_i32).prop_map(|day| Date::from_julian_day(day).expect("2024 to 2031"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// INV-17: a later version never changes what was computed as of an earlier day.
    #[test]
    fn later_version_leaves_earlier_answers_alone(
        index in any::<prop::sample::Index>(), program in 1..21_i32, level in 1..13_i32,
        notice in any_date(), as_of in any_date(), after in 1..400_u32, amount in 1..400_u32,
    ) {
        let mut query = denied(
            LineOfBusiness::try_from(program).expect("a program"),
            AppealLevel::try_from(level).expect("a level"),
        );
        query.dates = Dates { notice: Some(notice), request: Some(notice), ..Dates::default() };
        query.as_of = as_of;
        let mut later = index.get(rules()).clone();
        later.id.push_str("-later");
        later.amount = amount;
        later.provenance.effective_from = Some(calendar::add_days(as_of, after));
        later.provenance.effective_to = None;
        let mut all = rules().to_vec();
        all.push(later);
        prop_assert_eq!(compute(&all, &query), compute(rules(), &query));
    }

    #[test]
    fn one_clock_binds_at_most_and_it_is_the_earliest_that_may(
        program in 1..21_i32, level in 1..13_i32, notice in any_date(), wait in 0..300_u32,
    ) {
        let mut query = denied(
            LineOfBusiness::try_from(program).expect("a program"),
            AppealLevel::try_from(level).expect("a level"),
        );
        query.dates = Dates { notice: Some(notice), ..Dates::default() };
        query.as_of = calendar::add_days(notice, wait);
        let clocks = compute(rules(), &query);
        let open = clocks.iter().filter(|clock| clock.deadline.reliable && clock.kind == ClockKind::Filing && clock.deadline.days_left >= 0 && !clock.deadline.due_date.is_empty());
        let earliest = open.map(|clock| clock.deadline.due_date.clone()).min();
        let bound: Vec<_> = clocks.iter().filter(|clock| clock.deadline.binding).collect();
        prop_assert!(bound.len() <= 1);
        prop_assert_eq!(bound.first().map(|clock| clock.deadline.due_date.clone()), earliest);
    }

    #[test]
    fn rolled_days_are_business_days_and_hours_alone_have_an_instant(
        index in any::<prop::sample::Index>(), notice in any_date(),
    ) {
        let rule = index.get(rules());
        let mut query = Query::on(notice);
        query.dates = Dates {
            service: Some(notice), notice: Some(notice), remittance: Some(notice), request: Some(notice),
            ..Dates::default()
        };
        let counted = count::count(rule, &query);
        let due = counted.due.expect("every date is given");
        prop_assert!(due > notice);
        prop_assert!(rule.roll == Roll::None || is_business_day(due));
        let answer = counted.answer(&query, false).deadline;
        prop_assert_eq!(answer.due_at.is_some(), rule.unit == TimeUnit::Hours);
    }
}
