mod calendar;
mod golden;
mod properties;
mod scopes;

use std::sync::OnceLock;

use time::macros::date;

use super::super::super::registries::{Confidence, Registries, RuleScope, Source};
use super::*;
use crate::proto::stratum::v1::DenialDates;

fn rules() -> &'static [AppealRule] {
    static REGISTRIES: OnceLock<Registries> = OnceLock::new();
    let registries = REGISTRIES.get_or_init(|| Registries::load(&Source::Embedded).expect("the release is sound"));
    registries.appeal_rules.rows()
}

const MONDAY: Date = date!(2026 - 03 - 02);

/// A query about a program, asked on the Monday that the dates of most cases fall on.
fn about(line_of_business: LineOfBusiness) -> Query {
    Query {
        line_of_business,
        ..Query::on(MONDAY)
    }
}

fn denied(line_of_business: LineOfBusiness, level: AppealLevel) -> Query {
    let dates = Dates {
        notice: Some(MONDAY),
        prior_decision: Some(MONDAY),
        remittance: Some(MONDAY),
        ..Dates::default()
    };
    Query {
        level,
        dates,
        ..about(line_of_business)
    }
}

fn clock(rule_id: &str, query: &Query) -> Clock {
    let clocks = compute(rules(), query);
    let found = clocks.iter().find(|clock| clock.deadline.rule_id == rule_id);
    found
        .unwrap_or_else(|| panic!("{rule_id} is not among {clocks:#?}"))
        .clone()
}

fn warns(clock: &Clock, part: &str) -> bool {
    clock.deadline.warnings.iter().any(|warning| warning.contains(part))
}

fn binding(clocks: &[Clock]) -> Vec<&str> {
    let bound = clocks.iter().filter(|clock| clock.deadline.binding);
    bound.map(|clock| clock.deadline.rule_id.as_str()).collect()
}

#[test]
fn hour_clocks_end_at_an_instant() {
    let query = golden::asked(
        LineOfBusiness::MedicareAdvantage,
        AppealLevel::Internal1,
        Urgency::Expedited,
        ServiceTiming::PreService,
    );
    let deadline = clock("ma-reconsideration-expedited-decision", &query).deadline;
    // 2026-03-06T00:00:00Z
    assert_eq!(deadline.due_at.map(|end| end.seconds), Some(1_772_755_200));
    assert_eq!(deadline.days_left, 3);
}

#[test]
fn claims_without_a_determination_must_be_filed_in_time() {
    let service = Dates {
        service: Some(date!(2024 - 02 - 29)),
        ..Dates::default()
    };
    let on = date!(2024 - 06 - 03);
    for adjudication in [
        AdjudicationState::Unspecified,
        AdjudicationState::Rejected,
        AdjudicationState::Unprocessable,
    ] {
        let query = Query {
            adjudication,
            dates: service,
            as_of: on,
            ..about(LineOfBusiness::MedicareFfs)
        };
        let clocks = compute(rules(), &query);
        assert_eq!(binding(&clocks), ["medicare-ffs-claim"]);
        // A leap day's like day a year later is the end of February.
        assert_eq!(clocks[0].deadline.due_date, "2025-02-28");
        assert_eq!(clocks.len(), 1, "there is no appeal right: {clocks:#?}");
    }
}

#[test]
fn paid_and_reversed_claims_have_no_clock() {
    for adjudication in [AdjudicationState::Paid, AdjudicationState::Reversed] {
        let query = Query {
            adjudication,
            ..denied(LineOfBusiness::MedicareFfs, AppealLevel::InitialDetermination)
        };
        assert_eq!(compute(rules(), &query), []);
    }
}

#[test]
fn receipt_is_given_presumed_or_read_cautiously() {
    let mut query = denied(LineOfBusiness::MedicareFfs, AppealLevel::InitialDetermination);
    let presumed = clock("medicare-ffs-redetermination", &query);
    assert!(warns(&presumed, "presumed 5 days"));

    query.dates.receipt = Some(date!(2026 - 03 - 03));
    let given = clock("medicare-ffs-redetermination", &query);
    assert_eq!(given.deadline.due_date, "2026-07-01");
    assert!(!warns(&given, "presumed"));

    let cautious = clock(
        "erisa-internal-appeal",
        &denied(LineOfBusiness::CommercialSelfFunded, AppealLevel::InitialDetermination),
    );
    assert!(warns(&cautious, "counted from the notice"));
}

#[test]
fn receipt_of_an_earlier_notice_is_not_taken_for_the_later_one() {
    let mut query = denied(LineOfBusiness::MedicareFfs, AppealLevel::Internal1);
    query.dates.notice = Some(date!(2025 - 10 - 01));
    query.dates.receipt = Some(date!(2025 - 10 - 04));
    assert_eq!(
        clock("medicare-ffs-reconsideration", &query).deadline.due_date,
        "2026-09-03"
    );
}

#[test]
fn only_verified_rules_bind() {
    let clocks = compute(
        rules(),
        &denied(LineOfBusiness::Fehb, AppealLevel::InitialDetermination),
    );
    assert_eq!(clocks.len(), 1);
    assert!(!clocks[0].deadline.reliable && !clocks[0].deadline.binding);
    assert!(warns(&clocks[0], "Not verified"));
    assert_eq!(clocks[0].deadline.verified_on, "");
    for rule in rules() {
        let verified = rule.provenance.confidence == Confidence::Verified;
        assert_eq!(verified, rule.provenance.verified_on.is_some(), "{}", rule.id);
        assert!(
            !verified || rule.source_url.starts_with("https://") || rule.scope == RuleScope::State,
            "{}",
            rule.id
        );
    }
}

#[test]
fn earliest_reliable_filing_binds_until_it_has_passed() {
    let mut query = denied(LineOfBusiness::MedicareFfs, AppealLevel::InitialDetermination);
    let clocks = compute(rules(), &query);
    assert_eq!(binding(&clocks), ["medicare-ffs-redetermination"]);
    assert_eq!(clocks[0].deadline.days_left, 125);

    query.as_of = date!(2026 - 07 - 05);
    let last_day = compute(rules(), &query);
    assert_eq!(last_day[0].deadline.days_left, 0);
    assert_eq!(binding(&last_day), ["medicare-ffs-redetermination"]);

    query.as_of = date!(2026 - 07 - 06);
    let passed = compute(rules(), &query);
    assert_eq!(passed[0].deadline.days_left, -1);
    assert_eq!(binding(&passed), [""; 0]);
    assert!(warns(&passed[0], "good-cause"));
}

#[test]
fn amount_in_controversy_opens_the_hearing() {
    let mut query = denied(LineOfBusiness::MedicareFfs, AppealLevel::Ire);
    assert!(warns(&clock("medicare-ffs-alj-2026", &query), "amount is not known"));
    query.amount_in_controversy_minor = Some(19_999);
    let below = compute(rules(), &query);
    assert_eq!(binding(&below), [""; 0]);
    assert!(warns(&below[0], "Not open: $200.00"));
    query.amount_in_controversy_minor = Some(20_000);
    assert_eq!(binding(&compute(rules(), &query)), ["medicare-ffs-alj-2026"]);
}

#[test]
fn version_in_force_on_the_day_asked_about_is_used() {
    let notice = Dates {
        notice: Some(date!(2024 - 11 - 01)),
        ..Dates::default()
    };
    let old = Query {
        dates: notice,
        as_of: date!(2024 - 11 - 15),
        ..about(LineOfBusiness::MedicareAdvantage)
    };
    let clocks = compute(rules(), &old);
    assert_eq!(clocks[0].deadline.rule_id, "ma-reconsideration-2024");
    assert_eq!(clocks[0].deadline.due_date, "2024-12-31");

    let later = compute(
        rules(),
        &Query {
            as_of: date!(2025 - 01 - 02),
            ..old
        },
    );
    assert_eq!(later[0].deadline.rule_id, "ma-reconsideration-2025");
    assert!(warns(&later[0], "changed on 2025-01-01, after the clock started"));
}

#[test]
fn threshold_is_that_of_the_year_of_filing() {
    let mut query = denied(LineOfBusiness::MedicareFfs, AppealLevel::AppealsCouncil);
    query.amount_in_controversy_minor = Some(197_000);
    assert_eq!(binding(&compute(rules(), &query)), ["medicare-ffs-court-2026"]);
    query.dates.prior_decision = Some(date!(2026 - 12 - 21));
    query.dates.notice = None;
    query.as_of = date!(2027 - 01 - 04);
    let next_year = compute(rules(), &query);
    assert_eq!(binding(&next_year), [""; 0]);
    assert!(warns(&next_year[0], "Not open: $2000.00"));
}

#[test]
fn old_verifications_are_said() {
    let query = Query {
        as_of: date!(2028 - 01 - 03),
        ..denied(LineOfBusiness::MedicareFfs, AppealLevel::InitialDetermination)
    };
    assert!(warns(
        &clock("medicare-ffs-redetermination", &query),
        "Last verified on 2026-06-20"
    ));
}

#[test]
fn clocks_without_their_date_are_shown_last_and_never_bind() {
    let query = Query {
        adjudication: AdjudicationState::Denied,
        ..about(LineOfBusiness::MedicareFfs)
    };
    let clocks = compute(rules(), &query);
    assert_eq!(clocks.len(), 1);
    assert_eq!(clocks[0].deadline.due_date, "");
    assert!(warns(&clocks[0], "not known: RECEIPT_DATE"));
    assert_eq!(binding(&clocks), [""; 0]);
}

#[test]
fn request_that_led_to_the_decision_starts_no_clock() {
    let mut query = denied(LineOfBusiness::MedicareAdvantage, AppealLevel::InitialDetermination);
    query.service_timing = ServiceTiming::PreService;
    query.dates.request = Some(date!(2026 - 02 - 20));
    assert!(
        compute(rules(), &query)
            .iter()
            .all(|clock| clock.kind == ClockKind::Filing)
    );
    query.dates.request = Some(date!(2026 - 03 - 10));
    assert_eq!(
        clock("ma-reconsideration-decision", &query).deadline.due_date,
        "2026-04-09"
    );
}

#[test]
fn dates_of_the_contract_are_parsed_and_every_bad_one_is_named() {
    let message = DenialDates {
        notice_date: "2026-02-30".to_owned(),
        receipt_date: "2026-03-02".to_owned(),
        request_date: "03/02/2026".to_owned(),
        ..DenialDates::default()
    };
    let bad = Dates::try_from(&message).expect_err("two are no days");
    assert_eq!(
        bad.iter().map(|b| b.field).collect::<Vec<_>>(),
        ["notice_date", "request_date"]
    );
    let good = DenialDates {
        notice_date: "2026-03-02".to_owned(),
        ..DenialDates::default()
    };
    assert_eq!(
        Dates::try_from(&good),
        Ok(Dates {
            notice: Some(MONDAY),
            ..Dates::default()
        })
    );
}
