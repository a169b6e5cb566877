//! Every rule in force, against a table of due dates worked out by hand.
//!
//! All dates given are Monday, 2 March 2026. 72 hours from the midnight that ends it end with
//! 5 March; receipt is presumed on 7 March.

use std::collections::BTreeSet;

use super::super::super::super::registries::{ClockKind, Word};
use super::super::{Dates, Query};
use super::{MONDAY, about, clock, denied, rules};
use crate::proto::stratum::v1::{AdjudicationState, AppealLevel, LineOfBusiness, ServiceTiming, Urgency};

/// Something was asked for on that Monday and is not decided.
pub(super) fn asked(
    line_of_business: LineOfBusiness,
    level: AppealLevel,
    urgency: Urgency,
    service_timing: ServiceTiming,
) -> Query {
    let dates = Dates {
        request: Some(MONDAY),
        ..Dates::default()
    };
    let adjudication = AdjudicationState::Pended;
    Query {
        level,
        adjudication,
        urgency,
        service_timing,
        dates,
        ..about(line_of_business)
    }
}

/// One line of the table.
struct Golden {
    rule: String,
    kind: ClockKind,
    query: Query,
    due: String,
}

fn table() -> Vec<Golden> {
    let mut reader = csv::Reader::from_reader(include_str!("golden.csv").as_bytes());
    let read = |record: csv::StringRecord| {
        let cell = |index: usize| record.get(index).unwrap_or_default();
        let kind = ClockKind::from_word(cell(1)).expect("a kind");
        let program = LineOfBusiness::from_word(cell(2)).expect("a program");
        let level = AppealLevel::from_word(cell(3)).expect("a level");
        let urgency = Urgency::from_word(cell(4)).unwrap_or(Urgency::Unspecified);
        let timing = ServiceTiming::from_word(cell(5)).unwrap_or(ServiceTiming::Unspecified);
        let query = match kind {
            ClockKind::Filing => Query {
                urgency,
                service_timing: timing,
                ..denied(program, level)
            },
            ClockKind::Decision => asked(program, level, urgency, timing),
        };
        Golden {
            rule: cell(0).to_owned(),
            kind,
            query: Query {
                state: cell(6).to_owned(),
                ..query
            },
            due: cell(7).to_owned(),
        }
    };
    reader.records().map(|record| read(record.expect("a row"))).collect()
}

#[test]
fn every_clock_of_the_table_ends_on_its_day() {
    for golden in table() {
        let clock = clock(&golden.rule, &golden.query);
        assert_eq!(clock.deadline.due_date, golden.due, "{}", golden.rule);
        assert_eq!(clock.kind, golden.kind, "{}", golden.rule);
        assert!(!clock.deadline.citation.is_empty(), "{}", golden.rule);
        let payers = golden.kind == ClockKind::Decision;
        assert!(
            !(payers && clock.deadline.binding),
            "{}: the payer's clock never binds",
            golden.rule
        );
    }
}

#[test]
fn every_rule_in_force_is_in_the_table() {
    let covered: BTreeSet<String> = table().into_iter().map(|golden| golden.rule).collect();
    let in_force = rules().iter().filter(|rule| rule.provenance.holds_on(MONDAY));
    let missing: Vec<&str> = in_force
        .map(|rule| rule.id.as_str())
        .filter(|rule| !covered.contains(*rule))
        .collect();
    // Its clock runs only where no determination was made; it has a test of its own.
    assert_eq!(missing, ["medicare-ffs-claim"]);
}
